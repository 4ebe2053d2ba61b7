//! Cohere's chat API, version 2. Part N of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Code, Error, Result, Session, message_json};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, ContentPart, Role};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes};

/// The class `Cohere` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    // Only version 1 of the API has a list of models.
    models: Some(|chat| models::list_models(&DIALECT, chat, "/v1/models?endpoint=chat&page_size=1000")),
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
    let given = messages::given(chat)?;
    let (system, parsed) = messages::parse(&given)?;
    let mut list = Vec::new();
    if !system.is_empty() {
        list.push(message_json("system", &system));
    }
    parsed.iter().for_each(|message| add_message(message, &mut list));
    body.insert("messages", list.into());
    add_tools(chat, body)?;
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
fn add_tools(chat: &ChatRequest, body: &mut Map) -> Result<()> {
    const CHOICES: [&str; 4] = ["", r#""NONE""#, r#""REQUIRED""#, r#""REQUIRED""#];
    const TOOL: &str = r#"{"type":"function","function":%}"#;
    let choice = chat.mapped_options.get(".tool_choice").filter(|choice| choice.as_str() != Some("auto"));
    if choice.is_some() {
        messages::tool_choice(chat, body, "tool_choice", CHOICES)?;
    }
    let only = choice.and_then(|choice| choice.text_at("/function/name").or(choice.text("name")));
    let Some(Value::Array(functions)) = messages::tools(chat, &[], "parameters")? else { return Ok(()) };
    let mut list = Vec::new();
    for function in functions.iter().filter(|function| only.is_none_or(|name| str_or_empty(function, "name") == name)) {
        list.push(fill_template(TOOL, &[&function.to_json()]));
    }
    if list.is_empty() {
        return Err(Error::input("toolChoice names a tool that is not in tools"));
    }
    body.insert("tools", list.into());
    let given = chat.mapped_options.get(".tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if given.iter().any(|tool| tool.get("function").unwrap_or(tool).is_true("strict")) {
        body.insert("strict_tools", true.into());
    }
    Ok(())
}

/// Appends a message in the service's form to `list` (N2).
fn add_message(given: &ChatMessage, list: &mut Vec<Value>) {
    const CALL: &str = r#"{"id":$,"type":"function","function":{"name":$,"arguments":$}}"#;
    const RESULT: &str = r#"{"role":"tool","tool_call_id":$,"content":$}"#;
    let (mut text, mut parts, mut calls, mut has_image) = (String::new(), Vec::new(), Vec::new(), false);
    for part in &given.parts {
        match part {
            ContentPart::Text(piece) => {
                text.push_str(piece);
                parts.push(fill_template(r#"{"type":"text","text":$}"#, &[piece]));
            }
            ContentPart::Image { detail, given, .. } => {
                has_image = true;
                let mut image = Map::new();
                image.insert_str("type", "image_url");
                image.insert_in("image_url", "url", (*given).clone());
                if !detail.is_empty() {
                    image.insert_in("image_url", "detail", (*detail).into());
                }
                parts.push(image.into());
            }
            ContentPart::ToolCall { id, name, arguments } => {
                let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
                calls.push(fill_template(CALL, &[id, name, arguments]));
            }
            ContentPart::ToolResult { id, text, .. } => return list.push(fill_template(RESULT, &[id, text])),
        }
    }
    let mut message = Map::new();
    message.insert_str("role", if given.role == Role::Assistant { "assistant" } else { "user" });
    match (has_image, calls.is_empty()) {
        (true, _) => message.insert("content", parts.into()),
        (false, true) => message.insert_str("content", &text),
        // Text before a tool call has a member of its own, `tool_plan`.
        (false, false) if !text.is_empty() => message.insert_str("tool_plan", &text),
        (false, false) => {}
    }
    if !calls.is_empty() {
        message.insert("tool_calls", calls.into());
    }
    list.push(message.into());
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
    notes::cite(citation, str_or_empty(citation, "type") != "PLAN", out);
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
