//! OpenAI's Responses API. Part J of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, ContentPart, Role};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models};

/// The class `OpenAiResponses` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models")),
    info: ProtocolInfo::service(
        "OpenAiResponses",
        "https://api.openai.com/v1",
        "/responses",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_output_tokens"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", "reasoning/effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

/// How the responses are read (J3, J4).
static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["response.", "error"],
    text_path: &["delta"],
    reasoning_paths: &[&["delta"]],
    arguments_path: &["delta"],
    frame,
    json_response: |message, value, out| {
        for (index, item) in (0..).zip(value.list("output")) {
            decode_item(message, index, item, out);
        }
        decode_end(message, value)?;
        Ok(str_or_empty(value, "object") == "response")
    },
};

/// Makes the request for a reply (J1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let messages = messages::given(chat)?;
    let (system, parsed) = messages::parse(&messages)?;
    if !system.is_empty() {
        body.insert_str("instructions", &system);
    }
    let mut new = parsed.as_slice();
    // The service remembers all messages up to its own last answer, which need not be the last answer in the
    // conversation.
    if let Some(id) = chat.remembered("responseId") {
        let last = parsed.iter().rposition(|message| message.role == Role::Assistant);
        let answered = last.map_or(0, |at| at + 1);
        let seen = chat.conversation.get(MESSAGES_SEEN).and_then(Value::as_u64);
        let is_own = last.is_none_or(|at| seen.is_none_or(|seen| seen == at as u64));
        if is_own && answered < parsed.len() {
            new = &parsed[answered..];
            body.insert_str("previous_response_id", id);
        }
    }
    builder.conversation.insert(MESSAGES_SEEN, (parsed.len() as u64).into());
    let mut input = Vec::new();
    new.iter().for_each(|message| write_items(message, &mut input));
    body.insert("input", input.into());
    if let Some(mut tools) = messages::tools(chat, &[("type", "function")], "parameters")? {
        default_to_not_strict(&mut tools);
        body.insert("tools", tools);
    }
    messages::tool_choice(chat, body, "tool_choice", CHOICES)?;
    if body.contains_key("reasoning") {
        body.insert_in("reasoning", "summary", "auto".into());
    }
    _ = messages::schema(chat)?;
    if let Some(given) = chat.mapped_options.get(".response_format") {
        // The format has one level less than in Chat Completions.
        let mut format = match given.get("json_schema") {
            Some(Value::Object(format)) => format.clone(),
            _ => Map::new(),
        };
        format.insert_str("type", str_or_empty(given, "type"));
        body.insert_filled("text", r#"{"format":%}"#, &[&format.to_json()]);
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The member of the conversation that counts the messages that the service had when it answered.
const MESSAGES_SEEN: &str = "heard";

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] = [r#""auto""#, r#""none""#, r#""required""#, r#"{"type":"function","name":$}"#];

/// Marks tools as not strict where the caller says nothing. Unlike Chat Completions, this API is strict by default and
/// makes every optional member of a schema required.
fn default_to_not_strict(tools: &mut Value) {
    let Value::Array(tools) = tools else { return };
    for tool in tools.iter_mut().filter_map(Value::as_object_mut) {
        if !tool.contains_key("strict") {
            tool.insert("strict", false.into());
        }
    }
}

/// Appends a message as items of `input` (J2).
fn write_items(message: &ChatMessage, input: &mut Vec<Value>) {
    const CALL: &str = r#"{"type":"function_call","call_id":$,"name":$,"arguments":$}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":$,"output":$}"#;
    let is_assistant = message.role == Role::Assistant;
    let mut content = Vec::new();
    let mut others = Vec::new();
    for part in &message.parts {
        match part {
            ContentPart::Text(text) => {
                let kind = if is_assistant { "output_text" } else { "input_text" };
                content.push(fill_template(r#"{"type":$,"text":$}"#, &[kind, text]));
            }
            ContentPart::Image { detail, given, .. } => {
                let mut image = Map::new();
                image.insert_str("type", "input_image");
                image.insert("image_url", (*given).clone());
                if !detail.is_empty() {
                    image.insert_str("detail", detail);
                }
                content.push(image.into());
            }
            ContentPart::ToolCall { id, name, arguments } => others.push(fill_template(CALL, &[id, name, arguments])),
            ContentPart::ToolResult { id, text, .. } => others.push(fill_template(RESULT, &[id, text])),
        }
    }
    if !content.is_empty() {
        let role = if is_assistant { "assistant" } else { "user" };
        let mut item = Map::new();
        item.insert_str("role", role);
        item.insert("content", content.into());
        input.push(item.into());
    }
    input.append(&mut others);
}

/// Reads one frame of the stream (J3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let index = value.number("output_index").unwrap_or_default();
    let delta = str_or_empty(value, "delta");
    let none = Value::Null;
    match str_or_empty(value, "type") {
        "response.output_text.delta" => message.text(delta, out),
        "response.refusal.delta" => message.refusal(delta, out),
        "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => _ = message.reasoning(delta, out),
        "response.output_item.added" | "response.output_item.done" => {
            decode_call(message, index, value.get("item").unwrap_or(&none), out);
        }
        "response.function_call_arguments.delta" => message.tool_call(Some(index), "", "", delta, out),
        "response.output_text.annotation.added" => {
            value.non_null("annotation").into_iter().for_each(|source| out.source(source));
        }
        "response.completed" | "response.incomplete" | "response.failed" => {
            decode_end(message, value.get("response").unwrap_or(&none))?;
            message.is_over = true;
        }
        "error" => return Err(error_in_success_body(value, b"")),
        _ => {}
    }
    Ok(())
}

/// Reads a tool call: its id and name when it begins, and its arguments if no piece of them came before.
fn decode_call(message: &mut MessageDecoder, index: u64, item: &Value, out: &mut EventQueue) {
    let arguments = str_or_empty(item, "arguments");
    let is_new = message.arguments(index).is_none_or(|known| known.is_empty() && !arguments.is_empty());
    if is_new && str_or_empty(item, "type") == "function_call" {
        message.tool_call(Some(index), str_or_empty(item, "call_id"), str_or_empty(item, "name"), arguments, out);
    }
}

/// Reads one item of an answer in one piece.
fn decode_item(message: &mut MessageDecoder, index: u64, item: &Value, out: &mut EventQueue) {
    for part in item.list("summary") {
        _ = message.reasoning(str_or_empty(part, "text"), out);
    }
    for part in item.list("content") {
        match str_or_empty(part, "type") {
            "reasoning_text" => _ = message.reasoning(str_or_empty(part, "text"), out),
            "refusal" => message.refusal(str_or_empty(part, "refusal"), out),
            _ => message.text(str_or_empty(part, "text"), out),
        }
        part.list("annotations").iter().for_each(|source| out.source(source));
    }
    decode_call(message, index, item, out);
}

/// Reads how the answer ended (J4).
fn decode_end(message: &mut MessageDecoder, response: &Value) -> Result<()> {
    if matches!(str_or_empty(response, "status"), "failed" | "cancelled") {
        return Err(error_in_success_body(response, b""));
    }
    message.usage(response.get("usage"));
    message.finish(response.text_at("/incomplete_details/reason").unwrap_or(str_or_empty(response, "status")));
    // The service can only remember what it stores. Not every response says whether it was stored; then the request
    // decides.
    let asked = [".extra", ".under"].iter().find_map(|key| message.chat.mapped_options.get(key)?.get("store"));
    match response.get("store").or(asked) {
        Some(Value::Bool(false)) => message.conversation = Map::new(),
        _ => message.conversation.insert_str("responseId", str_or_empty(response, "id")),
    }
    Ok(())
}
