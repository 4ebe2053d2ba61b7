//! Anthropic's Messages API, versions 2023-06-01 and 2026-10-21 (setting `version`). Part H of `tests/wire/README.md`
//! is the protocol.

use std::borrow::Cow;
use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::http::Request;
use crate::http::url::data_url;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo, SettingKind};
use crate::providers::Protocol;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ContentPart, KnownCalls, id_digits};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes};
use crate::text::join;

/// The class `Anthropic` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models?limit=1000")),
    info: ProtocolInfo {
        settings: &[("version", SettingKind::HeaderValue)],
        ..ProtocolInfo::service(
            "Anthropic",
            "https://api.anthropic.com/v1",
            "/messages",
            &[
                ("model", "model"),
                ("messages", ".messages"),
                ("temperature", "temperature"),
                ("topP", "top_p"),
                ("maxTokens", "max_tokens"),
                ("stop", "stop_sequences"),
                ("tools", ".tools"),
                ("toolChoice", ".tool_choice"),
                ("reasoningEffort", "output_config/effort"),
                ("responseFormat", ".response_format"),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How the responses are read (H3).
static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    headers,
    events: &["message", "content_block", "error"],
    text_path: &["delta", "text"],
    reasoning_paths: &[],
    arguments_path: &["delta", "partial_json"],
    frame,
    json_response: |message, value, out| {
        for (index, block) in (0..).zip(value.list("content")) {
            begin_block(message, index, block, out);
            end_block(message, index, out);
        }
        message.usage(value.get("usage"));
        read_stop_reason(message, value, out);
        Ok(str_or_empty(value, "type") == "message")
    },
};

/// The version of the API that is used by default.
const VERSION: &str = "2026-10-21";

/// Adds the version and the key. A page of another origin needs one more header.
fn headers(chat: &ChatRequest, request: Request) -> Request {
    let request = request.header("anthropic-version", version(chat));
    // The service refuses pages of other origins without this header.
    let request = match chat.cross_origin {
        true => request.header("anthropic-dangerous-direct-browser-access", "true"),
        false => request,
    };
    keyed::with_key(chat, request, "x-api-key", "")
}

/// The version of the API: a date, so versions can be compared as texts.
fn version(chat: &ChatRequest) -> &str {
    chat.settings.get("version").unwrap_or(VERSION)
}

/// Makes the request for a reply (H1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let messages = messages::given(chat)?;
    let (system, parsed) = messages::parse(&messages)?;
    let known = KnownCalls::of(&chat.conversation);
    builder.conversation = known.still_needed(&parsed);
    if !system.is_empty() {
        body.insert_str("system", &system);
    }
    body.insert("messages", messages::in_blocks(&parsed, "assistant", "content", &|parts| blocks(parts, &known))?);
    if !body.contains_key("max_tokens") {
        body.insert("max_tokens", MAX_TOKENS.into());
    }
    if let Some(tools) = messages::tools(chat, &[("type", "custom")], "input_schema")? {
        body.insert("tools", tools);
    }
    messages::tool_choice(chat, body, "tool_choice", CHOICES)?;
    messages::wrap_in_list(body, "stop_sequences");
    match messages::schema(chat)? {
        Some(schema @ Value::Object(_)) => {
            let format = fill_template(r#"{"type":"json_schema","schema":%}"#, &[&schema.to_json()]);
            body.insert_in("output_config", "format", format);
        }
        Some(_) => builder.warnings.push("Anthropic has no JSON mode without a schema: 'responseFormat' was left out"),
        None => {}
    }
    if version(chat) >= VERSION {
        for (key, warning) in [("temperature", NO_TEMPERATURE), ("top_p", NO_TOP_P)] {
            if body.take(key).is_some() {
                builder.warnings.push(warning);
            }
        }
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The limit of tokens where the caller gives none, since the service demands one. All its current models accept this
/// one.
const MAX_TOKENS: u64 = 8192;

/// Warnings about options that the newer version of the API has no more.
const NO_TEMPERATURE: &str = "Anthropic's API of 2026-10-21 has no 'temperature': it was left out";
const NO_TOP_P: &str = "Anthropic's API of 2026-10-21 has no 'topP': it was left out";

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] =
    [r#"{"type":"auto"}"#, r#"{"type":"none"}"#, r#"{"type":"any"}"#, r#"{"type":"tool","name":$}"#];

/// Writes the content blocks of one message (H2).
fn blocks(parts: &[ContentPart], known: &KnownCalls) -> Result<Vec<Value>> {
    let (mut blocks, mut called) = (Vec::new(), false);
    for part in parts {
        // A message with tool calls must begin with the reasoning, although its text comes before the calls.
        let at = if called { blocks.len() } else { 0 };
        blocks.splice(at..at, reasoning_before(part, known).iter().cloned());
        called |= matches!(part, ContentPart::ToolCall { .. });
        // The service refuses blank texts.
        if !matches!(part, ContentPart::Text(text) if text.trim().is_empty()) {
            blocks.push(block(part)?);
        }
    }
    Ok(blocks)
}

/// The blocks of reasoning that led to a tool call. The service wants them back in front of the call.
fn reasoning_before<'a>(part: &ContentPart, known: &KnownCalls<'a>) -> &'a [Value] {
    match part {
        ContentPart::ToolCall { id, .. } => known.get(id).and_then(Value::as_array).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

/// Writes one content block (H2).
fn block(part: &ContentPart) -> Result<Value> {
    Ok(match part {
        ContentPart::Text(text) => fill_template(r#"{"type":"text","text":$}"#, &[text]),
        ContentPart::Image { url, given, .. } => match data_url(url) {
            Some((media, data)) => {
                let (mut image, mut source) = (Map::new(), Map::new());
                source.insert_str("type", "base64");
                source.insert_str("media_type", media);
                source.insert("data", given.end(data.len()));
                image.insert_str("type", "image");
                image.insert("source", source.into());
                image.into()
            }
            None => fill_template(r#"{"type":"image","source":{"type":"url","url":$}}"#, &[url]),
        },
        ContentPart::ToolCall { id, name, arguments } => fill_template(
            r#"{"type":"tool_use","id":$,"name":$,"input":%}"#,
            &[&own_id(id), name, &messages::arguments_object(arguments)?],
        ),
        ContentPart::ToolResult { id, text, .. } => {
            fill_template(r#"{"type":"tool_result","tool_use_id":$,"content":$}"#, &[&own_id(id), text])
        }
    })
}

/// The id of a call as the service takes it, which may be of another service (`functions.look:0`): letters, digits, `_` and `-`.
/// Call and result get the same one.
fn own_id(id: &str) -> Cow<'_, str> {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match id.bytes().all(is_taken) && !id.is_empty() {
        true => Cow::Borrowed(id),
        false => Cow::Owned(join(&["call_", &id_digits(id, 24)])),
    }
}

/// Reads one frame of the stream (H3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let none = Value::Null;
    let index = value.number("index").unwrap_or_default();
    let delta = value.get("delta").unwrap_or(&none);
    match str_or_empty(value, "type") {
        "message_start" => message.usage(value.pointer("/message/usage")),
        "content_block_start" => begin_block(message, index, value.get("content_block").unwrap_or(&none), out),
        "content_block_delta" => match str_or_empty(delta, "type") {
            "text_delta" => message.text(str_or_empty(delta, "text"), out),
            "thinking_delta" => {
                let reasoning = message.reasoning_of(index, str_or_empty(delta, "thinking"), out);
                message.keeps(reasoning.len());
                if let Some(Value::String(known)) =
                    kept_block(message, index).and_then(|block| block.get_mut("thinking"))
                {
                    known.push_str(reasoning);
                }
            }
            // The signature comes in one piece.
            "signature_delta" => {
                let signature = str_or_empty(delta, "signature");
                message.keeps(signature.len());
                if let Some(block) = kept_block(message, index) {
                    block.insert_str("signature", signature);
                }
            }
            // The first piece is always empty. Tools that the service runs itself have such pieces, too.
            "input_json_delta" if message.arguments(index).is_some() => {
                let piece = str_or_empty(delta, "partial_json");
                if !piece.is_empty() {
                    message.tool_call(Some(index), "", "", piece, out);
                }
            }
            "citations_delta" => {
                delta.non_null("citation").into_iter().for_each(|source| notes::cite(source, true, out));
            }
            kind if !message.notes.add(index, delta)
                && !matches!(kind, "" | "input_json_delta")
                && message.notes.is_news("delta", &kind.into()) =>
            {
                notes::status(kind, "", delta, out);
                out.warn(join(&["Anthropic sent pieces of an unknown kind, '", kind, "': only the first is told"]));
            }
            _ => {}
        },
        "content_block_stop" => end_block(message, index, out),
        "message_delta" => {
            message.usage(value.get("usage"));
            notes::status_of_change(message, "context_management", value.get("context_management"), out);
            read_stop_reason(message, delta, out);
        }
        "message_stop" => {
            notes::end_blocks(message, out);
            message.is_over = true;
        }
        _ => {}
    }
    Ok(())
}

/// Reads a content block of the answer, or the beginning of one.
fn begin_block(message: &mut MessageDecoder, index: u64, block: &Value, out: &mut EventQueue) {
    match str_or_empty(block, "type") {
        "text" => {
            message.text(str_or_empty(block, "text"), out);
            block.list("citations").iter().for_each(|source| notes::cite(source, true, out));
        }
        "thinking" => {
            _ = message.reasoning_of(index, str_or_empty(block, "thinking"), out);
            let mut whole = Map::new();
            for key in ["type", "thinking", "signature"] {
                whole.insert_str(key, str_or_empty(block, key));
            }
            keep_block(message, index, whole.into());
        }
        "redacted_thinking" => keep_block(message, index, block.clone()),
        "tool_use" => {
            let id = str_or_empty(block, "id");
            if !message.blocks.is_empty() {
                let mut blocks = std::mem::take(&mut message.blocks);
                blocks.iter_mut().filter_map(Value::as_object_mut).for_each(|block| block.remove(INDEX));
                // The blocks are counted since they began.
                message.keeps(id.len());
                message.conversation.push(id, blocks.into());
            }
            let input = block.get("input").and_then(Value::as_object).filter(|input| !input.is_empty());
            let arguments = input.map(Map::to_json).unwrap_or_default();
            message.tool_call(Some(index), id, str_or_empty(block, "name"), &arguments, out);
        }
        "" => {}
        // What the service runs itself, its results, files, and blocks of a kind that is not known.
        _ => message.notes.begin(index, block),
    }
}

/// Ends a content block. Nothing comes for a tool call without arguments, which are an empty object all the same.
fn end_block(message: &mut MessageDecoder, index: u64, out: &mut EventQueue) {
    if message.arguments(index) == Some("") {
        message.tool_call(Some(index), "", "", "{}", out);
    }
    notes::end_block(message, index, out);
}

/// The member of a kept block that holds its number in the stream. It is removed before the block is handed out.
const INDEX: &str = "index";

/// Keeps a block of reasoning with its number, since no event says that one block ends before the next begins.
fn keep_block(message: &mut MessageDecoder, index: u64, mut block: Value) {
    block.as_object_mut().into_iter().for_each(|block| block.insert(INDEX, index.into()));
    message.keeps(block.size());
    message.blocks.push(block);
}

/// How many blocks may be under way at once: a piece belongs to one of the last so many, and is compared with each of them.
const MAX_OPEN_BLOCKS: usize = 16;

/// The kept block with this number.
fn kept_block(message: &mut MessageDecoder, index: u64) -> Option<&mut Map> {
    let mut last = message.blocks.iter_mut().rev().take(MAX_OPEN_BLOCKS);
    last.find(|block| block.number(INDEX) == Some(index))?.as_object_mut()
}

/// Reads why the answer ended, and the service's explanation, which becomes a warning.
fn read_stop_reason(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) {
    message.finish(str_or_empty(value, "stop_reason"));
    // The container of code holds the files, and a later request names it.
    for name in ["container", "stop_details"] {
        notes::status_of_change(message, name, value.get(name), out);
    }
    if let Some(explanation) = value.text_at("/stop_details/explanation") {
        out.warn(explanation);
    }
}
