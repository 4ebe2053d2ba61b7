//! OpenAI Responses: part J of `tests/wire/README.md`.

use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::json::{Map, Value, form};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::keyed::errors::told;
use crate::providers::keyed::message_decoder::{Turn, word};
use crate::providers::keyed::messages::{self, Part, Role, Said};
use crate::providers::keyed::{self, Ask, Dialect, models};

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|call| models::ask(&DIALECT, call, "/models")),
    about: About::service(
        "OpenAiResponses",
        "https://api.openai.com/v1",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_output_tokens"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", ".effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    head: keyed::bearer,
    events: &["response.", "error"],
    text_path: &["delta"],
    thought_paths: &[&["delta"]],
    arguments_path: &["delta"],
    frame,
    whole: |turn, value, out| {
        for (index, item) in (0..).zip(value.list("output")) {
            whole_item(turn, index, item, out);
        }
        end(turn, value)?;
        Ok(word(value, "object") == "response")
    },
};

/// J1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    let mut ask = Ask::new(call)?;
    let (call, body) = (&ask.call, &mut ask.body);
    let messages = messages::messages(call)?;
    let (system, said) = messages::read(&messages)?;
    if !system.is_empty() {
        body.put("instructions", &system);
    }
    let mut new = said.as_slice();
    // The service remembers what was said up to its own last answer, which may not be the last one there is.
    if let Some(id) = call.remembered("responseId") {
        let last = said.iter().rposition(|said| said.role == Role::Assistant);
        let answered = last.map_or(0, |at| at + 1);
        let heard = call.conversation.get(HEARD).and_then(Value::as_u64);
        let is_own = last.is_none_or(|at| heard.is_none_or(|heard| heard == at as u64));
        if is_own && answered < said.len() {
            new = &said[answered..];
            body.put("previous_response_id", id);
        }
    }
    ask.conversation.insert(HEARD, (said.len() as u64).into());
    let mut input = Vec::new();
    new.iter().for_each(|said| items(said, &mut input));
    body.insert("input", input.into());
    if let Some(mut tools) = messages::tools(call, &[("type", "function")], "parameters")? {
        loose(&mut tools);
        body.insert("tools", tools);
    }
    messages::choice(call, body, "tool_choice", CHOICES)?;
    if let Some(effort) = call.passed.get(".effort") {
        body.form("reasoning", r#"{"effort":%,"summary":"auto"}"#, &[&effort.to_json()]);
    }
    _ = messages::schema(call)?;
    if let Some(given) = call.passed.get(".response_format") {
        // One level less than in Chat Completions.
        let mut format = match given.get("json_schema") {
            Some(Value::Object(format)) => format.clone(),
            _ => Map::new(),
        };
        format.put("type", word(given, "type"));
        body.form("text", r#"{"format":%}"#, &[&format.to_json()]);
    }
    body.insert("stream", true.into());
    ask.to(&DIALECT, "/responses")
}

/// Of the conversation: how many messages the service had when it answered.
const HEARD: &str = "heard";

const CHOICES: [&str; 4] = [r#""auto""#, r#""none""#, r#""required""#, r#"{"type":"function","name":$}"#];

/// Where nothing is said of it, this protocol, unlike Chat Completions, takes a schema for strict and makes whatever is
/// optional in it required.
fn loose(tools: &mut Value) {
    let Value::Array(tools) = tools else { return };
    for tool in tools.iter_mut().filter_map(Value::as_object_mut) {
        if !tool.contains_key("strict") {
            tool.insert("strict", false.into());
        }
    }
}

/// J2.
fn items(said: &Said, input: &mut Vec<Value>) {
    const IMAGE: &str = r#"{"type":"input_image","image_url":$}"#;
    const DETAILED: &str = r#"{"type":"input_image","image_url":$,"detail":$}"#;
    const CALL: &str = r#"{"type":"function_call","call_id":$,"name":$,"arguments":$}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":$,"output":$}"#;
    let is_assistant = said.role == Role::Assistant;
    let mut content = Vec::new();
    let mut others = Vec::new();
    for part in &said.parts {
        match part {
            Part::Text(text) => {
                let kind = if is_assistant { "output_text" } else { "input_text" };
                content.push(form(r#"{"type":$,"text":$}"#, &[kind, text]));
            }
            Part::Image { url, detail } => {
                let image = if detail.is_empty() { IMAGE } else { DETAILED };
                content.push(form(image, &[url, detail]));
            }
            Part::Call { id, name, arguments } => others.push(form(CALL, &[id, name, arguments])),
            Part::Result { id, text, .. } => others.push(form(RESULT, &[id, text])),
        }
    }
    if !content.is_empty() {
        let role = if is_assistant { "assistant" } else { "user" };
        input.push(form(r#"{"role":$,"content":%}"#, &[role, &Value::from(content).to_json()]));
    }
    input.append(&mut others);
}

/// J3.
fn frame(turn: &mut Turn, value: &Value, out: &mut Out) -> Result<()> {
    let index = value.number("output_index").unwrap_or_default();
    let delta = word(value, "delta");
    let none = Value::Null;
    match word(value, "type") {
        "response.output_text.delta" => turn.text(delta, out),
        "response.refusal.delta" => turn.refuse(delta, out),
        "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => _ = turn.think(delta, out),
        "response.output_item.added" | "response.output_item.done" => {
            call(turn, index, value.get("item").unwrap_or(&none), out);
        }
        "response.function_call_arguments.delta" => turn.call(Some(index), "", "", delta, out),
        "response.output_text.annotation.added" => {
            value.known("annotation").into_iter().for_each(|source| out.source(source));
        }
        "response.completed" | "response.incomplete" | "response.failed" => {
            end(turn, value.get("response").unwrap_or(&none))?;
            turn.over = true;
        }
        "error" => return Err(told(value, b"")),
        _ => {}
    }
    Ok(())
}

/// Its head when it begins; its arguments, too, where no piece of them came.
fn call(turn: &mut Turn, index: u64, item: &Value, out: &mut Out) {
    let arguments = word(item, "arguments");
    let is_new = turn.arguments(index).is_none_or(|known| known.is_empty() && !arguments.is_empty());
    if is_new && word(item, "type") == "function_call" {
        turn.call(Some(index), word(item, "call_id"), word(item, "name"), arguments, out);
    }
}

fn whole_item(turn: &mut Turn, index: u64, item: &Value, out: &mut Out) {
    for part in item.list("summary") {
        _ = turn.think(word(part, "text"), out);
    }
    for part in item.list("content") {
        match word(part, "type") {
            "reasoning_text" => _ = turn.think(word(part, "text"), out),
            "refusal" => turn.refuse(word(part, "refusal"), out),
            _ => turn.text(word(part, "text"), out),
        }
        part.list("annotations").iter().for_each(|source| out.source(source));
    }
    call(turn, index, item, out);
}

/// J4.
fn end(turn: &mut Turn, response: &Value) -> Result<()> {
    if matches!(word(response, "status"), "failed" | "cancelled") {
        return Err(told(response, b""));
    }
    turn.usage(response.get("usage"));
    turn.finish(response.text_at("/incomplete_details/reason").unwrap_or(word(response, "status")));
    // What the service does not store it cannot remember. Not each one says of itself whether it does.
    let asked = [".extra", ".under"].iter().find_map(|key| turn.call.passed.get(key)?.get("store"));
    match response.get("store").or(asked) {
        Some(Value::Bool(false)) => turn.conversation = Map::new(),
        _ => turn.conversation.put("responseId", word(response, "id")),
    }
    Ok(())
}
