//! Cloudflare Workers AI, over its REST API and its binding (`src/js/workers-ai.js`). Part M of `tests/wire/README.md`
//! is the protocol.

use std::rc::Rc;

use crate::chat::{Error, Finish, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::Value;
use crate::options::{ChatRequest, ProtocolInfo, SettingKind};
use crate::providers::Protocol;
use crate::providers::keyed::chat_messages::{self, OwnTools, Takes};
use crate::providers::keyed::compatible::EXTRA;
use crate::providers::keyed::embeddings::{self, Form};
use crate::providers::keyed::message_decoder::{MessageDecoder, arguments_text, str_or_empty};
use crate::providers::keyed::{self, Dialect, RequestBuilder, chat_chunk, messages, models};
use crate::text::{filled, join};

/// The class `WorkersAi` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| {
        let path = path(&chat, "/ai/models/search?task=Text%20Generation&per_page=1000")?;
        models::list_models(&DIALECT, chat, &path)
    }),
    embeddings: embeddings::Embeddings::with(|_| Ok(Some((&DIALECT, &VECTORS)))),
    info: ProtocolInfo {
        settings: &[("accountId", SettingKind::Id)],
        ..ProtocolInfo::service(
            "WorkersAi",
            "https://api.cloudflare.com/client/v4",
            "/accounts/{accountId}/ai/run/{model}",
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
                ("responseFormat", ".response_format"),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How texts become vectors, with the model in the path.
static VECTORS: Form =
    Form { path: |chat, model| path(chat, &filled("/ai/run/$", &[keyed::in_path(model)?])), ..embeddings::WORKERS_AI };

/// How the responses are read (M2).
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["message", "error"],
    text_path: &["response"],
    reasoning_paths: &[],
    arguments_path: &[],
    frame: |message, value, out| {
        decode_answer(message, value, "delta", out);
        Ok(())
    },
    json_response: |message, value, out| {
        let result = value.non_null("result").unwrap_or(value);
        decode_answer(message, result, "message", out);
        Ok(["response", "choices", "tool_calls"].iter().any(|key| result.get(key).is_some()))
    },
};

/// Makes the request for a reply (M1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let path = path(chat, &filled("/ai/run/$", &[&keyed::take_model(body)?]))?;
    let given = messages::given(chat)?;
    // What calls have beside OpenAI's members is told below.
    let takes = Takes { state_of_calls: true, ..Takes::default() };
    let written = chat_messages::written(&given, takes, NAME, &mut builder.warnings)?;
    chat_messages::unmark_tools(body, takes, NAME, &mut builder.warnings);
    let mut messages = written.as_ref().map_or(messages::items(&given), |written| messages::items(written)).to_vec();
    for (at, message) in messages.iter_mut().enumerate() {
        check_parts(at, message)?;
        let Some(message) = message.as_object_mut() else { continue };
        // The service refuses `null` as content.
        if message.get("content").is_none_or(Value::is_null) {
            message.insert("content", "".into());
        }
        // It has its own name for the reasoning on the way back, and no place for what else other services give with it.
        let details = message.take(crate::chat::reasoning_detail::DETAILS).unwrap_or_default();
        let text = messages::text_of_details(details.as_array().map_or(&[], Vec::as_slice));
        let reasoning = message.take("reasoning_content").or((!text.is_empty()).then(|| text.as_str().into()));
        if let Some(reasoning) = reasoning {
            message.insert("reasoning", reasoning);
        }
        let mut is_lost =
            details.as_array().is_some_and(|details| details.iter().any(|detail| detail.get("data").is_some()));
        if let Some(Value::Array(calls)) = message.get_mut("tool_calls") {
            for call in calls.iter_mut().filter_map(Value::as_object_mut) {
                is_lost |= call.take(EXTRA).is_some();
            }
        }
        if is_lost {
            let what = " has state of another service (reasoning_details, extra_content): left out";
            messages::warn_of_message(at, "", what, &mut builder.warnings);
        }
    }
    body.insert("messages", messages.into());
    if let Some(given) = body.get("tools") {
        let written = chat_messages::tools(given, OwnTools::None)?;
        written.into_iter().for_each(|written| body.insert("tools", written));
    }
    let has_tools = body.contains_key("tools") || messages::has_extra_tools(chat);
    if !has_tools && body.take("tool_choice").is_some() {
        builder.warnings.push(messages::NO_TOOLS.to_owned());
    }
    if body.says("reasoning_effort", "none") {
        body.insert("reasoning_effort", Value::Null);
    }
    let mut is_json = false;
    if let Some(format) = chat.mapped_options.get(".response_format") {
        is_json = str_or_empty(format, "type").starts_with("json_");
        // A format without a schema in the place where OpenAI has it may itself be a schema.
        match messages::schema(chat).unwrap_or_default().filter(|schema| !schema.is_null()) {
            Some(schema) => {
                body.insert_filled("response_format", r#"{"type":"json_schema","json_schema":%}"#, &[&schema.to_json()])
            }
            None => body.insert("response_format", format.clone()),
        }
    }
    // The service does not stream answers that follow a schema.
    if !is_json {
        body.insert("stream", true.into());
    }
    builder.post(&DIALECT, &path)
}

/// The name of the class.
const NAME: &str = PROTOCOL.info.name;

/// Checks that a message has only parts that the service takes: texts, and images as `data:` URLs.
fn check_parts(at: usize, message: &Value) -> Result<()> {
    for part in message.list("content") {
        let kind = str_or_empty(part, "type");
        let is_data = part.text_at("/image_url/url").is_some_and(|url| url.starts_with("data:"));
        let what = match kind {
            "text" | "refusal" => continue,
            "image_url" if is_data => continue,
            "image_url" => "an image by address",
            other => other,
        };
        let cannot = [&messages::place(at), " has a part that ", NAME, " does not take: ", what];
        return Err(Error::input(join(&cannot)));
    }
    Ok(())
}

/// The path of `rest` below the account.
fn path(chat: &ChatRequest, rest: &str) -> Result<String> {
    match chat.settings.get("accountId") {
        Some(account) => Ok(filled("/accounts/$$", &[keyed::in_path(account)?, rest])),
        None => Err(Error::input("give the binding (env.AI), or accountId and apiKey")),
    }
}

/// Reads a chunk or an answer (M2). The model decides whether it has Cloudflare's own form or that of OpenAI's chunks.
/// An answer in both forms says the same twice, so only one is read.
fn decode_answer(message: &mut MessageDecoder, value: &Value, key: &str, out: &mut EventQueue) {
    // Cloudflare's own form gives no reason of the end.
    message.default_finish = Some(Finish::Stop);
    chat_chunk::decode(message, value, key, out);
    if !value.list("choices").is_empty() {
        return;
    }
    match value.non_null("response") {
        Some(Value::String(text)) => message.text(text, out),
        // The value is an answer that follows a schema, or a token that looks like a number.
        Some(answer) => message.text(&answer.to_json(), out),
        None => {}
    }
    for call in value.list("tool_calls") {
        let function = call.non_null("function").unwrap_or(call);
        let arguments = arguments_text(function.get("arguments"));
        let (id, name) = (str_or_empty(call, "id"), str_or_empty(function, "name"));
        match call.number("index") {
            // This piece only says that the call is over.
            _ if id.is_empty() && name.is_empty() && arguments.is_empty() => {}
            Some(index) => message.tool_call(Some(index), id, name, &arguments, out),
            None => _ = message.complete_tool_call(id, name, &arguments, out),
        }
    }
    message.finish(str_or_empty(value, "finish_reason"));
}
