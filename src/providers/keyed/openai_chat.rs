//! OpenAI's Chat Completions and every service that is compatible with it: one request, one stream.
//!
//! Part F of `tests/wire/README.md` is the protocol. Only what it describes is sent, apart from the caller's `extra`.

use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::Operation;
use crate::frame::Framing;
use crate::json::Value;
use crate::options::{ChatRequest, ProtocolInfo, SettingKind};
use crate::providers::Protocol;
use crate::providers::keyed::compatible::Service;
use crate::providers::keyed::messages::KnownCalls;
use crate::providers::keyed::{self, Dialect, RequestBuilder, chat_chunk, messages, models};

/// The class `OpenAiChat` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models")),
    info: ProtocolInfo {
        settings: &[("service", SettingKind::Id)],
        ..ProtocolInfo::service(
            "OpenAiChat",
            "https://api.openai.com/v1",
            "/chat/completions",
            &[
                ("model", "model"),
                ("messages", ".messages"),
                ("temperature", "temperature"),
                ("topP", "top_p"),
                ("maxTokens", "max_tokens"),
                ("stop", "stop"),
                ("seed", "seed"),
                ("tools", "tools"),
                ("toolChoice", "tool_choice"),
                ("reasoningEffort", "reasoning_effort"),
                ("responseFormat", "response_format"),
                // Fields that a client of the edge sent and that only compatible services know.
                ("compatible", ".compatible"),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How the responses are read (F2 to F4).
static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["message", "error"],
    text_path: &["choices", "0", "delta", "content"],
    reasoning_paths: &[&["choices", "0", "delta", "reasoning_content"], &["choices", "0", "delta", "reasoning"]],
    arguments_path: &["choices", "0", "delta", "tool_calls", "0", "function", "arguments"],
    frame: |message, value, out| {
        chat_chunk::decode(message, value, "delta", out);
        Ok(())
    },
    json_response: |message, value, out| {
        chat_chunk::decode(message, value, "message", out);
        Ok(!value.list("choices").is_empty())
    },
};

/// As [`DIALECT`], for a service that wants its reasoning back: it is kept, so the scanner must leave it to the decoder.
static DIALECT_WITH_REASONING: Dialect = Dialect {
    reasoning_paths: &[],
    frame: |message, value, out| {
        message.keeps_reasoning = true;
        (DIALECT.frame)(message, value, out)
    },
    json_response: |message, value, out| {
        message.keeps_reasoning = true;
        (DIALECT.json_response)(message, value, out)
    },
    ..DIALECT
};

/// Makes the request for a reply (F1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let service = Service::of(chat)?;
    let given = messages::given(chat)?;
    let known = KnownCalls::of(&chat.conversation);
    let needed = known.still_needed_of(&given);
    let written = service.messages(&given, &known, &mut builder.warnings);
    body.insert("messages", written.unwrap_or(Value::Shared(given)));
    // OpenAI's newer models refuse `max_tokens`, which is the only name that other services know.
    if chat.settings.url.starts_with("https://api.openai.com/")
        && let Some(most) = body.take("max_tokens")
    {
        body.insert("max_completion_tokens", most);
    }
    if let Some(more) = chat.mapped_options.get(".compatible") {
        keyed::merge_over(body, more)?;
    }
    service.rename(body);
    body.insert("stream", true.into());
    body.insert_filled("stream_options", r#"{"include_usage":true}"#, &[]);
    builder.conversation = needed;
    let dialect = if service.wants_reasoning() { &DIALECT_WITH_REASONING } else { &DIALECT };
    builder.post(dialect, PROTOCOL.info.api_endpoint)
}
