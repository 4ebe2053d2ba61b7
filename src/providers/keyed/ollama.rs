//! Ollama's own API, `/api/chat`, versions 0.1 to 0.12. Part L of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Error, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::content_part::{self, ContentPart, Media, MediaKind, Source};
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty, whole_arguments};
use crate::providers::keyed::messages::{self, ChatMessage, Role, ToolForm, Tools};
use crate::providers::keyed::{self, Dialect, RequestBuilder, answer_parts, embeddings, models};
use crate::text::filled;

/// The class `Ollama` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/api/tags")),
    embeddings: embeddings::Embeddings::with(|_| Ok(Some((&DIALECT, &embeddings::OLLAMA)))),
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
                ("tools", ".tools"),
                ("reasoningEffort", "think"),
                ("responseFormat", ".response_format"),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How the responses are read (L3).
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
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
    let warnings = &mut builder.warnings;
    let given = messages::given(chat)?;
    let parsed = messages::parse(&given)?;
    messages::warn_of_arguments(&parsed, warnings);
    messages::warn_of_names(&parsed, PROTOCOL.info.name, warnings);
    messages::warn_of_marks(chat, &parsed, PROTOCOL.info.name, warnings);
    messages::warn_of_flags(&parsed, PROTOCOL.info.name, warnings);
    let mut messages = Vec::new();
    // What is no text of results follows them as a message of the user.
    let mut behind = Map::new();
    for given in &parsed {
        if given.role != Role::Tool && !behind.is_empty() {
            messages.push(std::mem::take(&mut behind).into());
        }
        messages.push(write_message(given, &mut behind, warnings)?);
    }
    if !behind.is_empty() {
        messages.push(behind.into());
    }
    body.insert("messages", messages.into());
    let Tools { functions, own } = messages::tools(chat, &TOOLS)?;
    let mut tools = own;
    for function in functions {
        tools.push(fill_template(r#"{"type":"function","function":%}"#, &[&function.to_json()]));
    }
    if !tools.is_empty() {
        body.insert("tools", tools.into());
    }
    if let Some(Value::Object(options)) = body.get_mut("options") {
        messages::wrap_in_list(options, "stop");
    }
    match body.text("think") {
        Some("none") => body.insert("think", false.into()),
        Some("minimal") => body.insert_str("think", "low"),
        Some("xhigh") => body.insert_str("think", "max"),
        _ => {}
    }
    match messages::schema(chat)? {
        Some(Value::Null) => body.insert_str("format", "json"),
        Some(schema) => body.insert("format", schema.clone()),
        None => {}
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// How tools are written (L2): the service knows functions only.
const TOOLS: ToolForm = ToolForm { head: &[], schema: "parameters", more: &[], is_own: |_| false };

/// Writes a message in the service's form (L2). `behind`: the message of the user that follows the results of tools.
fn write_message(given: &ChatMessage, behind: &mut Map, warnings: &mut Vec<String>) -> Result<Value> {
    let (mut message, mut content) = (Map::new(), String::new());
    let (mut images, mut calls) = (Vec::new(), Vec::new());
    for part in &given.parts {
        match part {
            ContentPart::Text(text) => content.push_str(text),
            ContentPart::Media(_) if given.role == Role::Assistant => {
                messages::warn_of_message(given.at, "", messages::IMAGE_OF_ASSISTANT, warnings);
            }
            ContentPart::Media(media) => add_media(given, part, media, &mut content, &mut images)?,
            // The reasoning becomes `thinking`, below; `warn_of_marks` tells the marks.
            ContentPart::Reasoning(_) | ContentPart::CacheMark(_) => {}
            ContentPart::Other(_) => return Err(messages::no_form(given, PROTOCOL.info.name, part)),
            ContentPart::ToolCall { id, name, arguments } => {
                let mut call = Map::new();
                if !id.is_empty() {
                    call.insert_str("id", id);
                }
                call.insert_in("function", "name", (*name).into());
                call.insert_in("function", "arguments", fill_template("%", &[&messages::arguments_object(arguments)]));
                calls.push(call.into());
            }
            ContentPart::ToolResult { id, name, text, media, .. } => {
                message.insert_str("tool_name", name);
                if !id.is_empty() {
                    message.insert_str("tool_call_id", id);
                }
                content.push_str(text);
                let (mut text, mut images) = (String::new(), Vec::new());
                for part in media {
                    match part {
                        ContentPart::Media(media) => add_media(given, part, media, &mut text, &mut images)?,
                        _ => return Err(messages::no_form(given, PROTOCOL.info.name, part)),
                    }
                }
                if !media.is_empty() {
                    let known = behind.text("content").map(|known| filled("$\n", &[known])).unwrap_or_default();
                    behind.insert_str("role", "user");
                    behind.insert_str("content", &filled("$From the result of $ $:$", &[&known, name, id, &text]));
                    match behind.get_mut("images") {
                        Some(Value::Array(known)) => known.append(&mut images),
                        _ if images.is_empty() => {}
                        _ => behind.insert("images", images.into()),
                    }
                }
            }
        }
    }
    let role = match given.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    message.insert_str("role", role);
    message.insert_str("content", &content);
    let reasoning = messages::all_reasoning(given);
    if !reasoning.is_empty() {
        message.insert_str("thinking", &reasoning);
    }
    for (key, list) in [("images", images), ("tool_calls", calls)] {
        if !list.is_empty() {
            message.insert(key, list.into());
        }
    }
    Ok(message.into())
}

/// Puts an image or a recording into `images`, and a text file into `content`.
fn add_media(
    message: &ChatMessage,
    part: &ContentPart,
    media: &Media,
    content: &mut String,
    images: &mut Vec<Value>,
) -> Result<()> {
    match &media.source {
        Source::Url(_) if media.kind == MediaKind::Image => {
            return Err(Error::input("Ollama takes images as data: URLs only"));
        }
        Source::Data(data) if matches!(media.kind, MediaKind::Image | MediaKind::Audio) => images.push(data.clone()),
        _ => match content_part::text_of_file(media) {
            Some(text) => content.push_str(&text),
            None => return Err(messages::no_form(message, PROTOCOL.info.name, part)),
        },
    }
    Ok(())
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
