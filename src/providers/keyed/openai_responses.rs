//! OpenAI's Responses API. Part J of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Event, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{self, Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::answer_parts::{
    Kind, Matching, Part, WholePart, decode_whole, known_part, piece, tell_difference,
};
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, ContentPart, Role};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes};

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
        decode_output(message, value.list("output"), out);
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
    new.iter().for_each(|message| write_items(chat, message, &mut input));
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
fn write_items(chat: &ChatRequest, message: &ChatMessage, input: &mut Vec<Value>) {
    const CALL: &str = r#"{"type":"function_call","call_id":$,"name":$,"arguments":$}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":$,"output":$}"#;
    const CUSTOM: &str = r#"{"type":"custom_tool_call","call_id":$,"name":$,"input":$}"#;
    const CUSTOM_RESULT: &str = r#"{"type":"custom_tool_call_output","call_id":$,"output":$}"#;
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
            ContentPart::ToolCall { id, name, arguments } if is_custom_tool(chat, name) => {
                // Arguments of another form are of another service, or of a time when the tool took JSON.
                let read = json::parse(arguments.as_bytes()).map(|parsed| parsed.value).unwrap_or_default();
                others.push(fill_template(CUSTOM, &[id, name, read.text("input").unwrap_or(arguments)]));
            }
            ContentPart::ToolResult { id, name, text } if is_custom_tool(chat, name) => {
                others.push(fill_template(CUSTOM_RESULT, &[id, text]));
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

/// A part of the content of a message or of reasoning.
fn content_part<'a>(item: u64, id: &'a str, index: u64, value: &'a Value) -> WholePart<'a> {
    let (kind, key) = match str_or_empty(value, "type") {
        "reasoning_text" => (Kind::Reasoning, "text"),
        "summary_text" => (Kind::Summary, "text"),
        "refusal" => (Kind::Text, "refusal"),
        _ => (Kind::Text, "text"),
    };
    let part = Part { item, kind, index };
    WholePart { part, id, text: str_or_empty(value, key), is_refusal: key == "refusal", value }
}

/// All parts of the item at `index`.
fn parts_of(index: u64, item: &Value) -> Vec<WholePart<'_>> {
    let id = str_or_empty(item, "id");
    let summary = (0..).zip(item.list("summary")).map(|(at, value)| {
        let part = Part { item: index, kind: Kind::Summary, index: at };
        WholePart { part, id, text: str_or_empty(value, "text"), is_refusal: false, value }
    });
    let content = (0..).zip(item.list("content")).map(|(at, value)| content_part(index, id, at, value));
    let image = (str_or_empty(item, "type") == "image_generation_call").then(|| {
        let part = Part { item: index, kind: Kind::Image, index: 0 };
        WholePart { part, id, text: str_or_empty(item, "result"), is_refusal: false, value: item }
    });
    summary.chain(content).chain(image).collect()
}

/// Reads one frame of the stream (J3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let item = value.number("output_index").unwrap_or_default();
    let [delta, id] = ["delta", "item_id"].map(|key| str_or_empty(value, key));
    let none = Value::Null;
    let part = |kind| {
        let key = if kind == Kind::Summary { "summary_index" } else { "content_index" };
        Part { item, kind, index: value.number(key).unwrap_or_default() }
    };
    let whole = |kind, key| WholePart {
        part: part(kind),
        id,
        text: str_or_empty(value, key),
        is_refusal: key == "refusal",
        value,
    };
    match str_or_empty(value, "type") {
        "response.output_text.delta" => piece(message, (part(Kind::Text), id, false), delta, out),
        "response.refusal.delta" => piece(message, (part(Kind::Text), id, true), delta, out),
        "response.reasoning_summary_text.delta" => piece(message, (part(Kind::Summary), id, false), delta, out),
        "response.reasoning_text.delta" => piece(message, (part(Kind::Reasoning), id, false), delta, out),
        "response.output_text.done" => decode_whole(message, &whole(Kind::Text, "text"), out),
        "response.refusal.done" => decode_whole(message, &whole(Kind::Text, "refusal"), out),
        "response.reasoning_summary_text.done" => decode_whole(message, &whole(Kind::Summary, "text"), out),
        "response.reasoning_text.done" => decode_whole(message, &whole(Kind::Reasoning, "text"), out),
        "response.content_part.done" | "response.reasoning_part.done" => {
            let whole = content_part(item, id, part(Kind::Text).index, value.get("part").unwrap_or(&none));
            decode_whole(message, &whole, out);
        }
        "response.reasoning_summary_part.done" => {
            let value = value.get("part").unwrap_or(&none);
            let text = str_or_empty(value, "text");
            decode_whole(message, &WholePart { part: part(Kind::Summary), id, text, is_refusal: false, value }, out);
        }
        "response.output_item.added" => {
            decode_call(message, None, item, value.get("item").unwrap_or(&none), false, out)
        }
        "response.output_item.done" => {
            let whole = value.get("item").unwrap_or(&none);
            parts_of(item, whole).iter().for_each(|part| decode_whole(message, part, out));
            decode_call(message, None, item, whole, true, out);
            if is_note(whole) {
                message.notes.tells_item(str_or_empty(whole, "id"));
                tell_item(message, whole, out);
            }
        }
        // A picture that is not complete is no part of the answer, and a megabyte or more.
        "response.image_generation_call.partial_image" if message.notes.is_news("partial_image", &Value::Null) => {
            out.warn("the service sends pictures that are not complete: they are left out; 'includeRaw' has them");
        }
        kind @ ("response.audio.delta" | "response.audio.transcript.delta") => {
            let mut audio = Map::new();
            audio.insert_str(if kind == "response.audio.delta" { "data" } else { "transcript" }, delta);
            message.content(Event::Audio(audio), out);
        }
        "response.function_call_arguments.delta" => message.tool_call(value.number("output_index"), "", "", delta, out),
        "response.function_call_arguments.done" => {
            let (name, arguments) = (str_or_empty(value, "name"), str_or_empty(value, "arguments"));
            if !message.whole_call(None, (value.number("output_index"), "", name, arguments), out) {
                tell_difference(message, out);
            }
        }
        "response.output_text.annotation.added" => {
            if let Some(source) = value.non_null("annotation") {
                let part = part(Kind::Text);
                known_part(message, part, id).sources += 1;
                notes::cite(source, message.parts.is_first_text(part), out);
            }
        }
        "response.completed" | "response.incomplete" | "response.failed" => {
            let response = value.get("response").unwrap_or(&none);
            decode_end(message, response)?;
            decode_output(message, response.list("output"), out);
            message.is_over = true;
        }
        "error" => return Err(error_in_success_body(value, b"")),
        _ => {}
    }
    Ok(())
}

/// Reads a tool call: its id and name when it begins, and of its arguments what did not come before. `at`: its position among
/// the calls of the answer, where that is known.
fn decode_call(
    message: &mut MessageDecoder,
    at: Option<usize>,
    index: u64,
    item: &Value,
    is_whole: bool,
    out: &mut EventQueue,
) {
    let [id, name, kind] = ["call_id", "name", "type"].map(|key| str_or_empty(item, key));
    if !is_call(message, item) {
        // A call of the service's own, or of a tool that this request does not know.
        if kind == CUSTOM_CALL && at.is_none() && is_whole {
            notes::status(kind, name, item, out);
        }
        return;
    }
    let input;
    let arguments = match kind {
        CUSTOM_CALL if is_whole => {
            input = fill_template(r#"{"input":$}"#, &[str_or_empty(item, "input")]).to_json();
            &input
        }
        // Pieces of its text are no pieces of JSON, so they are not handed out.
        CUSTOM_CALL => "",
        _ => str_or_empty(item, "arguments"),
    };
    if !message.whole_call(at, (Some(index), id, name, arguments), out) {
        tell_difference(message, out);
    }
}

/// The type of an item that calls a tool whose input is text and not JSON.
const CUSTOM_CALL: &str = "custom_tool_call";

/// Whether an item calls a tool of the caller. Custom tools have no place in `tools`, so the caller gives them in `extra`. xAI's
/// service sends calls of its own tools in the same form: they are no calls to be answered.
fn is_call(message: &MessageDecoder, item: &Value) -> bool {
    match str_or_empty(item, "type") {
        "function_call" => true,
        CUSTOM_CALL => is_custom_tool(&message.chat, str_or_empty(item, "name")),
        _ => false,
    }
}

/// Whether the caller gave a custom tool of this name.
fn is_custom_tool(chat: &ChatRequest, name: &str) -> bool {
    let given = [".extra", ".under"].iter().filter_map(|key| chat.mapped_options.get(key));
    let mut tools = given.flat_map(|extra| extra.list("tools"));
    tools.any(|tool| str_or_empty(tool, "type") == "custom" && str_or_empty(tool, "name") == name)
}

/// Calls of tools that the caller runs, but which are no functions: there is no result of a tool that answers them, so they are told as
/// actions. A caller who answers one does so with an item of `input` in `extra`.
const ACTIONS: [&str; 5] =
    ["computer_call", "shell_call", "local_shell_call", "apply_patch_call", "mcp_approval_request"];

/// Whether an item is told by itself, since it is neither text, reasoning, an image nor a call of the caller's tools.
fn is_note(item: &Value) -> bool {
    match str_or_empty(item, "type") {
        "" | "message" | "reasoning" | "function_call" | CUSTOM_CALL => false,
        // A picture that failed.
        "image_generation_call" => item.text("result").is_none_or(str::is_empty),
        _ => true,
    }
}

/// Tells an item, and the files and pictures that it made.
fn tell_item(message: &mut MessageDecoder, item: &Value, out: &mut EventQueue) {
    let kind = str_or_empty(item, "type");
    if ACTIONS.contains(&kind) {
        return out.push(Event::Action { kind: kind.to_owned(), action: item.clone() });
    }
    let places = ["/name", "/code", "/action/query", "/queries/0", "/error/message", "/error", "/status"];
    let words = places.iter().find_map(|place| item.text_at(place));
    notes::status(kind, words.unwrap_or_default(), item, out);
    for output in item.list("outputs") {
        match (str_or_empty(output, "type"), output.text("url")) {
            ("image", Some(url)) => message.image(url.to_owned(), out),
            _ => output.list("files").iter().for_each(|found| notes::file(found, out)),
        }
    }
}

/// Reads the items of a whole answer: nothing but it may have come, or all of it came before.
fn decode_output(message: &mut MessageDecoder, output: &[Value], out: &mut EventQueue) {
    let wholes: Vec<_> = (0..).zip(output).map(|(index, item)| parts_of(index, item)).collect();
    let mut matching = Matching::new(message, &wholes, out);
    let mut calls = 0;
    for ((index, item), wholes) in (0..).zip(output).zip(&wholes) {
        wholes.iter().for_each(|whole| matching.decode(message, whole, out));
        decode_call(message, Some(calls), index, item, true, out);
        if is_note(item) && !message.notes.told_item(str_or_empty(item, "id")) {
            tell_item(message, item, out);
        }
        calls += usize::from(is_call(message, item));
    }
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
