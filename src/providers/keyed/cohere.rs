//! Cohere's chat API, version 2. Part N of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Code, Error, Result, Session, message_json};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::content_part::{self, ContentPart, Media, MediaKind};
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, Role, ToolForm};
use crate::providers::keyed::{self, Dialect, RequestBuilder, embeddings, models, notes};
use crate::text::{filled, join};

/// The class `Cohere` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    // Only version 1 of the API has a list of models.
    models: Some(|chat| models::list_models(&DIALECT, chat, "/v1/models?endpoint=chat&page_size=1000")),
    embeddings: embeddings::Embeddings::with(|_| Ok(Some((&DIALECT, &embeddings::COHERE)))),
    info: ProtocolInfo::service(
        "Cohere",
        "https://api.cohere.com",
        "/v2/chat",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "p"),
            ("maxTokens", "max_tokens"),
            ("stop", "stop_sequences"),
            ("seed", "seed"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", ".effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

/// How the responses are read (N3, N4).
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["message", "content", "tool", "citation", "error"],
    text_path: &["delta", "message", "content", "text"],
    reasoning_paths: &[&["delta", "message", "content", "thinking"], &["delta", "message", "tool_plan"]],
    arguments_path: &["delta", "message", "tool_calls", "function", "arguments"],
    frame,
    json_response,
};

/// Makes the request for a reply (N1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let warnings = &mut builder.warnings;
    let given = messages::given(chat)?;
    let mut parsed = messages::parse(&given)?;
    messages::warn_of_marks(chat, &parsed, NAME, warnings);
    messages::warn_of_flags(&parsed, NAME, warnings);
    messages::warn_of_names(&parsed, NAME, warnings);
    let (mut list, mut behind) = (Vec::new(), Vec::new());
    // The service takes a system message at the beginning only.
    let system = messages::text_of(&messages::take_system(&mut parsed, warnings));
    if !system.is_empty() {
        list.push(message_json("system", &system));
    }
    for message in &parsed {
        if message.role != Role::Tool && !behind.is_empty() {
            list.push(user_message(std::mem::take(&mut behind)));
        }
        add_message(message, &mut list, &mut behind, warnings)?;
    }
    if !behind.is_empty() {
        list.push(user_message(behind));
    }
    body.insert("messages", list.into());
    add_tools(chat, body, warnings)?;
    messages::wrap_in_list(body, "stop_sequences");
    if let Some(effort) = chat.mapped_options.get(".effort") {
        body.insert_filled("thinking", thinking(effort.as_str().unwrap_or_default())?, &[]);
    }
    match messages::schema(chat)? {
        Some(Value::Null) => body.insert_filled("response_format", r#"{"type":"json_object"}"#, &[]),
        Some(schema) => {
            body.insert_filled("response_format", r#"{"type":"json_object","json_schema":%}"#, &[&schema.to_json()]);
        }
        None => {}
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The reasoning that an effort stands for. This service has a budget of tokens where others have an effort. The
/// budgets are those that Google documents for the efforts of its own endpoint for OpenAI's clients, since Cohere
/// recommends none.
fn thinking(effort: &str) -> Result<&'static str> {
    Ok(match effort {
        "none" => r#"{"type":"disabled"}"#,
        "minimal" | "low" => r#"{"type":"enabled","token_budget":1024}"#,
        "medium" => r#"{"type":"enabled","token_budget":8192}"#,
        "high" => r#"{"type":"enabled","token_budget":24576}"#,
        "xhigh" | "max" => r#"{"type":"enabled"}"#,
        _ => {
            return Err(Error::input(
                "reasoningEffort must be 'none', 'minimal', 'low', 'medium', 'high', 'xhigh' or 'max'",
            ));
        }
    })
}

/// Writes the tools and the choice among them. `auto` is the service's default, so nothing is sent for it. There is no
/// way to choose one tool, so the other tools are left out then. The service is strict with all tools or with none, and
/// refuses a tool with a member `strict`.
fn add_tools(chat: &ChatRequest, body: &mut Map, warnings: &mut Vec<String>) -> Result<()> {
    const CHOICES: [&str; 4] = ["", r#""NONE""#, r#""REQUIRED""#, r#""REQUIRED""#];
    const TOOL: &str = r#"{"type":"function","function":%}"#;
    let choice = chat.mapped_options.get(".tool_choice").filter(|choice| choice.as_str() != Some("auto"));
    let functions = messages::tools(chat, &TOOLS)?.functions;
    if !messages::has_tools(chat, !functions.is_empty(), warnings)? {
        return Ok(());
    }
    if choice.is_some() {
        messages::tool_choice(chat, body, "tool_choice", CHOICES)?;
    }
    let only = choice.and_then(|choice| choice.text_at("/function/name").or(choice.text("name")));
    let mut list = Vec::new();
    for function in functions.iter().filter(|function| only.is_none_or(|name| str_or_empty(function, "name") == name)) {
        list.push(fill_template(TOOL, &[&function.to_json()]));
    }
    if list.is_empty() && !functions.is_empty() {
        return Err(Error::input("toolChoice names a tool that is not in tools"));
    }
    if !list.is_empty() {
        body.insert("tools", list.into());
    }
    let given = chat.mapped_options.get(".tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if given.iter().any(|tool| tool.get("function").unwrap_or(tool).is_true("strict")) {
        body.insert("strict_tools", true.into());
    }
    Ok(())
}

/// How tools are written (N1): the service knows functions only.
const TOOLS: ToolForm = ToolForm { head: &[], schema: "parameters", more: &[], is_own: |_| false };

/// The name of the class.
const NAME: &str = PROTOCOL.info.name;

/// A message of the user with these parts, which were in the results of tools: those hold text only.
fn user_message(parts: Vec<Value>) -> Value {
    let mut message = Map::new();
    message.insert_str("role", "user");
    message.insert("content", parts.into());
    message.into()
}

/// Appends a message in the service's form to `list` (N2). `behind`: what follows the results of tools.
fn add_message(
    given: &ChatMessage,
    list: &mut Vec<Value>,
    behind: &mut Vec<Value>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    const CALL: &str = r#"{"id":$,"type":"function","function":{"name":$,"arguments":$}}"#;
    const RESULT: &str = r#"{"role":"tool","tool_call_id":$,"content":$}"#;
    const TEXT: &str = r#"{"type":"text","text":$}"#;
    let (mut text, mut parts, mut calls, mut is_plain) = (String::new(), Vec::new(), Vec::new(), true);
    for part in &given.parts {
        match part {
            ContentPart::Text(piece) => {
                text.push_str(piece);
                parts.push(fill_template(TEXT, &[piece]));
            }
            ContentPart::Media(_) if given.role == Role::Assistant => {
                messages::warn_of_message(given.at, "", messages::IMAGE_OF_ASSISTANT, warnings);
            }
            ContentPart::Media(media) => {
                is_plain = false;
                parts.push(media_part(given, part, media)?);
            }
            // The reasoning follows below; `warn_of_marks` tells the marks.
            ContentPart::Reasoning(_) | ContentPart::CacheMark(_) => {}
            ContentPart::Other(_) => return Err(messages::no_form(given, NAME, part)),
            ContentPart::ToolCall { id, name, arguments } => {
                let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
                calls.push(fill_template(CALL, &[id, name, arguments]));
            }
            ContentPart::ToolResult { id, name, text, media, .. } => {
                list.push(fill_template(RESULT, &[id, text]));
                if !media.is_empty() {
                    behind.push(fill_template(TEXT, &[&filled("From the result of $ $:", &[name, id])]));
                }
                for part in media {
                    match part {
                        ContentPart::Media(media) => behind.push(media_part(given, part, media)?),
                        _ => return Err(messages::no_form(given, NAME, part)),
                    }
                }
                return Ok(());
            }
        }
    }
    let role = match given.role {
        Role::Assistant => "assistant",
        Role::System | Role::User | Role::Tool => "user",
    };
    let mut message = Map::new();
    message.insert_str("role", role);
    let reasoning = messages::all_reasoning(given);
    match calls.is_empty() {
        true if is_plain && reasoning.is_empty() => message.insert_str("content", &text),
        true => {
            if !reasoning.is_empty() {
                parts.insert(0, fill_template(r#"{"type":"thinking","thinking":$}"#, &[&reasoning]));
            }
            message.insert("content", parts.into());
        }
        // Text before a tool call has a member of its own, `tool_plan`, which comes back as reasoning.
        false if text.is_empty() && reasoning.is_empty() => {}
        false => {
            let between = if text.is_empty() || reasoning.is_empty() { "" } else { "\n\n" };
            message.insert_str("tool_plan", &join(&[&reasoning, between, &text]));
        }
    }
    if !calls.is_empty() {
        message.insert("tool_calls", calls.into());
    }
    list.push(message.into());
    Ok(())
}

/// The part of an image or of a text file. The service takes no other files with messages.
fn media_part(given: &ChatMessage, part: &ContentPart, media: &Media) -> Result<Value> {
    let written = match media.kind {
        MediaKind::Image => content_part::in_openai_form(media),
        _ => content_part::text_of_file(media).map(|text| fill_template(r#"{"type":"text","text":$}"#, &[&text])),
    };
    written.ok_or_else(|| messages::no_form(given, NAME, part))
}

/// Reads one frame of the stream (N3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let none = Value::Null;
    let delta = value.get("delta").unwrap_or(&none);
    let piece = delta.get("message").unwrap_or(&none);
    let index = value.number("index");
    match str_or_empty(value, "type") {
        "content-start" | "content-delta" => {
            decode_content(message, index.unwrap_or_default(), piece.get("content").unwrap_or(&none), out);
        }
        "tool-plan-delta" => _ = message.reasoning_of(PLAN, str_or_empty(piece, "tool_plan"), out),
        "tool-call-start" | "tool-call-delta" => {
            let call = piece.get("tool_calls").unwrap_or(&none);
            let function = call.get("function").unwrap_or(&none);
            let (name, arguments) = (str_or_empty(function, "name"), str_or_empty(function, "arguments"));
            message.tool_call(index, str_or_empty(call, "id"), name, arguments, out);
        }
        // No arguments come for a tool without parameters; they are an empty object.
        "tool-call-end" if index.is_some_and(|index| message.arguments(index) == Some("")) => {
            message.tool_call(index, "", "", "{}", out);
        }
        "citation-start" => piece.non_null("citations").into_iter().for_each(|source| cite(source, out)),
        "message-end" => {
            decode_end(message, delta)?;
            message.is_over = true;
        }
        _ => {}
    }
    Ok(())
}

/// Reads an answer in one piece (N4). Returns whether it is one.
fn json_response(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<bool> {
    let Some(answer) = value.non_null("message").filter(|answer| answer.is_object()) else { return Ok(false) };
    _ = message.reasoning_of(0, str_or_empty(answer, "tool_plan"), out);
    (1..).zip(answer.list("content")).for_each(|(index, part)| decode_content(message, index, part, out));
    for call in answer.list("tool_calls") {
        let function = call.get("function").unwrap_or(&Value::Null);
        let arguments = match str_or_empty(function, "arguments") {
            // The arguments for a tool without parameters.
            "" | "null" => "{}",
            arguments => arguments,
        };
        message.complete_tool_call(str_or_empty(call, "id"), str_or_empty(function, "name"), arguments, out);
    }
    answer.list("citations").iter().for_each(|source| cite(source, out));
    decode_end(message, value)?;
    Ok(true)
}

/// Reads one part of the content: reasoning or text.
fn decode_content(message: &mut MessageDecoder, index: u64, part: &Value, out: &mut EventQueue) {
    _ = message.reasoning_of(index, str_or_empty(part, "thinking"), out);
    message.text(str_or_empty(part, "text"), out);
    // The type comes with the beginning of a part.
    let kind = str_or_empty(part, "type");
    if !matches!(kind, "" | "text" | "thinking") {
        notes::status(kind, "", part, out);
    }
}

/// The part of the reasoning that the plan for tool calls is in a stream, where it comes last. The others have the numbers of the content.
const PLAN: u64 = u64::MAX;

/// Reads a citation. One of the plan has no place in the text.
fn cite(citation: &Value, out: &mut EventQueue) {
    notes::cite(citation, !citation.says("type", "PLAN"), out);
}

/// Reads the reason of the end and the token counts. Two of the reasons are errors.
fn decode_end(message: &mut MessageDecoder, value: &Value) -> Result<()> {
    let reason = str_or_empty(value, "finish_reason");
    if matches!(reason, "ERROR" | "TIMEOUT") {
        let mut error = error_in_success_body(value, b"");
        if reason == "TIMEOUT" {
            (error.code, error.retryable) = (Code::Timeout, true);
        }
        return Err(error);
    }
    let usage = value.get("usage").unwrap_or(&Value::Null);
    message.usage(usage.non_null("tokens").or(usage.get("billed_units")));
    message.usage(Some(usage));
    message.finish(reason);
    Ok(())
}
