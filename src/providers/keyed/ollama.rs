//! Ollama's own API, `/api/chat`, versions 0.1 to 0.12. Part L of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Error, Result, Session, message_json};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::http::url::data_url;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty, whole_arguments};
use crate::providers::keyed::messages::{self, ChatMessage, ContentPart, Role};
use crate::providers::keyed::{self, Dialect, RequestBuilder, answer_parts, models};

/// The class `Ollama` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/api/tags")),
    info: ProtocolInfo {
        needs_auth: false,
        unreachable_hint: " (is it running? `ollama serve` starts it; a page's origin must be in OLLAMA_ORIGINS)",
        ..ProtocolInfo::service(
            "Ollama",
            "http://localhost:11434",
            "/api/chat",
            &[
                ("model", "model"),
                ("messages", ".messages"),
                ("temperature", "options/temperature"),
                ("topP", "options/top_p"),
                ("maxTokens", "options/num_predict"),
                ("stop", "options/stop"),
                ("seed", "options/seed"),
                ("tools", "tools"),
                ("reasoningEffort", "think"),
                ("responseFormat", ".response_format"),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How the responses are read (L3).
static DIALECT: Dialect = Dialect {
    framing: Framing::Ndjson,
    headers: keyed::bearer,
    events: &[],
    text_path: &["message", "content"],
    reasoning_paths: &[&["message", "thinking"]],
    arguments_path: &[],
    frame: |message, value, out| {
        decode_line(message, value, out);
        Ok(())
    },
    json_response: |message, value, out| {
        decode_line(message, value, out);
        Ok(value.get("message").is_some())
    },
};

/// Makes the request for a reply (L1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let given = messages::given(chat)?;
    let (system, parsed) = messages::parse(&given)?;
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(message_json("system", &system));
    }
    for given in &parsed {
        messages.push(write_message(given)?);
    }
    body.insert("messages", messages.into());
    if let Some(Value::Object(options)) = body.get_mut("options") {
        messages::wrap_in_list(options, "stop");
    }
    if body.text("think") == Some("none") {
        body.insert("think", false.into());
    }
    match messages::schema(chat)? {
        Some(Value::Null) => body.insert_str("format", "json"),
        Some(schema) => body.insert("format", schema.clone()),
        None => {}
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// A tool call in a message of the assistant.
const CALL: &str = r#"{"function":{"name":$,"arguments":%}}"#;

/// Writes a message in the service's form (L2).
fn write_message(given: &ChatMessage) -> Result<Value> {
    let (mut message, mut content) = (Map::new(), String::new());
    let (mut images, mut calls) = (Vec::new(), Vec::new());
    for part in &given.parts {
        match part {
            ContentPart::Text(text) => content.push_str(text),
            ContentPart::Image { url, given, .. } => match data_url(url) {
                Some((_, data)) => images.push(given.end(data.len())),
                None => return Err(Error::input("Ollama takes images as data: URLs only")),
            },
            ContentPart::ToolCall { name, arguments, .. } => {
                calls.push(fill_template(CALL, &[name, &messages::arguments_object(arguments)?]));
            }
            ContentPart::ToolResult { name, text, .. } => {
                message.insert_str("tool_name", name);
                content.push_str(text);
            }
        }
    }
    let role = match given.role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    message.insert_str("role", role);
    message.insert_str("content", &content);
    for (key, list) in [("images", images), ("tool_calls", calls)] {
        if !list.is_empty() {
            message.insert(key, list.into());
        }
    }
    Ok(message.into())
}

/// Reads one line of the answer (L3). Reasoning, text and tool calls may all be in it.
fn decode_line(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) {
    let piece = value.get("message").unwrap_or(&Value::Null);
    _ = message.reasoning(str_or_empty(piece, "thinking"), out);
    message.text(str_or_empty(piece, "content"), out);
    for image in piece.list("images").iter().filter_map(Value::as_str) {
        message.image(answer_parts::image_url(image, ""), out);
    }
    for call in piece.list("tool_calls") {
        let function = call.get("function").unwrap_or(&Value::Null);
        let arguments = whole_arguments(function.get("arguments"));
        message.complete_tool_call(str_or_empty(call, "id"), str_or_empty(function, "name"), &arguments, out);
    }
    // MLX gives the reason without saying that it is done.
    let reason = value.text("done_reason").filter(|reason| !reason.is_empty());
    if value.is_true("done") || reason.is_some() {
        let mut usage = Vec::new();
        for (key, count) in value.as_object().into_iter().flat_map(Map::iter) {
            if key.ends_with("_count") || key.ends_with("_duration") {
                usage.push((key.to_owned(), count.clone()));
            }
        }
        message.usage(Some(&Map::from_members(usage).into()));
        message.finish(reason.unwrap_or("stop"));
        message.is_over = true;
    }
}
