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
use crate::providers::keyed::compatible::{self, Service};
use crate::providers::keyed::embeddings::Embeddings;
use crate::providers::keyed::messages::KnownCalls;
use crate::providers::keyed::{Dialect, RequestBuilder, chat_chunk, chat_messages, messages, models};

/// The class `OpenAiChat` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| {
        _ = Service::of(&chat.settings, "")?;
        models::list_models(&DIALECT, chat, "/models")
    }),
    embeddings: Embeddings::with(|settings| Ok(Service::of(settings, "")?.embeddings().map(|form| (&DIALECT, form)))),
    info: ProtocolInfo {
        settings: &[("service", SettingKind::Id)],
        stop_words: compatible::stop_words,
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
                ("parallelToolCalls", "parallel_tool_calls"),
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
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers: |chat, request| match Service::of(&chat.settings, "") {
        Ok(service) => service.key(chat, request),
        Err(_) => request,
    },
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
    let service = Service::of(&chat.settings, body.text_or_empty("model"))?;
    let given = messages::given(chat)?;
    let written = chat_messages::written(&given, service.takes(), &chat.settings.name, &mut builder.warnings)?;
    let given = written.map_or(given, Rc::new);
    let known = KnownCalls::of(&chat.conversation);
    let needed = known.still_needed_of(&given);
    let written = service.messages(chat, &given, &known, &mut builder.warnings);
    body.insert("messages", written.unwrap_or(Value::Shared(given)));
    if let Some(given) = body.get("tools") {
        let written = chat_messages::tools(given, service.own_tools())?;
        written.into_iter().for_each(|written| body.insert("tools", written));
    }
    service.adapt(chat, PROTOCOL.info.options, body, &mut builder.warnings);
    body.insert("stream", true.into());
    chat_messages::unmark_tools(body, service.takes(), &chat.settings.name, &mut builder.warnings);
    builder.conversation = needed;
    let dialect = if service.wants_reasoning() { &DIALECT_WITH_REASONING } else { &DIALECT };
    builder.post(dialect, PROTOCOL.info.api_endpoint)
}
