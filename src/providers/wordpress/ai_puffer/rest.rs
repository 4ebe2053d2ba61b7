//! The public REST route, which takes the site's API key (C4). One request, and an answer in one piece.

use std::rc::Rc;

use super::super::{CUT, keyed_request};
use crate::chat::error_text::{self, holds};
use crate::chat::{Code, Error, Finish, Result, message_json};
use crate::exchange::{EMPTY_REPLY, EventQueue, Operation, Transition};
use crate::http::Response;
use crate::json::{Map, Parsed, Value, fill_template};
use crate::options::ChatRequest;
use crate::text::filled;

/// The operation that asks a bot, or a model without a bot, with the site's key.
///
/// # Errors
/// Neither `botId` nor `provider` is given, or [`ChatRequest::newest_and_earlier`] fails.
pub fn operation(chat: Rc<ChatRequest>) -> Result<Operation> {
    let Some(bot) = chat.settings.get("botId") else {
        return match chat.settings.get("provider").map(str::to_owned) {
            Some(provider) => generate(chat, &provider),
            None => Err(Error::input(
                "botId is missing: the REST route of AI Puffer is one bot's (provider and a model ask without a bot)",
            )),
        };
    };
    let bot: String = bot.chars().filter(char::is_ascii_alphanumeric).collect();
    let (message, earlier) = chat.newest_and_earlier()?;
    let has_system = earlier.iter().any(|earlier| matches!(&*earlier.role, "system" | "developer"));
    let has_images = !chat.attachments.is_empty();
    let mut messages = Vec::new();
    for earlier in earlier {
        messages.push(message_json(if earlier.role == "assistant" { "assistant" } else { "user" }, &earlier.text));
    }
    messages.push(message_json("user", &message));
    let mut conversation = Map::new();
    chat.carry_over("conversation", &chat.uuid(3), &mut conversation);
    let conversation_id = conversation.text_or_empty("conversation");
    let body =
        fill_template(r#"{"messages":%,"conversation_uuid":$}"#, &[&Value::from(messages).to_json(), conversation_id]);
    let path = filled("aipkit/v1/chat/$/message", &[&bot]);
    Ok(keyed_request(
        chat,
        None,
        path,
        body,
        Box::new(move |response, out| {
            if has_images {
                out.warn(NO_IMAGES);
            }
            if has_system {
                out.warn("the REST route of AI Puffer takes no system messages: they were sent as the user's");
            }
            read(response, conversation, out)
        }),
    ))
}

/// The operation that asks a model of `provider`, one of those that the site has a key for, without a bot.
///
/// # Errors
/// No model is given, or [`ChatRequest::newest_and_earlier`] fails.
fn generate(chat: Rc<ChatRequest>, provider: &str) -> Result<Operation> {
    let model = chat.settings.get_model(&chat.model)?;
    if model.is_empty() {
        const NONE: &str = "model is missing: with provider and without botId, AI Puffer is told which model to ask";
        return Err(Error::input(NONE));
    }
    let (message, earlier) = chat.newest_and_earlier()?;
    let mut messages = Vec::new();
    for earlier in earlier {
        let role = if earlier.role == "developer" { "system" } else { &earlier.role };
        messages.push(message_json(role, &earlier.text));
    }
    messages.push(message_json("user", &message));
    let messages = Value::from(messages).to_json();
    let body = fill_template(r#"{"provider":$,"model":$,"messages":%}"#, &[provider, &model, &messages]);
    let has_images = !chat.attachments.is_empty();
    Ok(keyed_request(
        chat,
        None,
        "aipkit/v1/generate".to_owned(),
        body,
        Box::new(move |response, out| {
            if has_images {
                out.warn(NO_IMAGES);
            }
            read(response, Map::new(), out)
        }),
    ))
}

const NO_IMAGES: &str = "the REST route of AI Puffer takes no images: they were left out";

/// Reads the answer.
fn read(response: &Response, conversation: Map, out: &mut EventQueue) -> Result<Transition> {
    if !response.head.is_success() {
        return Err(error_of(response));
    }
    let Parsed { value, has_lone_surrogates } = response.json()?;
    let Some(reply) = value.text("reply").or(value.text("content")) else {
        let text = error_text::of(&value);
        return Err(Error::new(Code::Protocol, text.as_deref().unwrap_or("the answer holds no reply")));
    };
    let (reply, finish) = incomplete(reply).unwrap_or((reply, Finish::Stop));
    out.text(reply, has_lone_surrogates);
    if reply.is_empty() {
        out.warn(EMPTY_REPLY);
    }
    out.usage(&value);
    out.finish(conversation, finish);
    Ok(Transition::Over)
}

/// The text before the words ` (Incomplete: REASON)`, by which the plugin says that the reply was not completed, and that
/// reason. `None`: the text does not end with them.
pub fn incomplete(text: &str) -> Option<(&str, Finish)> {
    const MARK: &str = " (Incomplete: ";
    let inside = text.strip_suffix(')')?;
    let start = inside.as_bytes().windows(MARK.len()).rposition(|window| window == MARK.as_bytes())?;
    let reason = &inside[start + MARK.len()..];
    let is_word = reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    (is_word && !reason.is_empty()).then(|| (&text[..start], Finish::from_word(reason)))
}

/// The error of a status outside 2xx.
fn error_of(response: &Response) -> Error {
    let value = response.json_or_null();
    let status = response.head.status;
    let text = error_text::of(&value).unwrap_or_default();
    let mut error = match value.text("code") {
        Some("rest_aipkit_invalid_api_key" | "rest_aipkit_api_access_disabled") => Error::new(Code::Auth, text),
        Some("rest_no_route") => {
            let message = "no AI Puffer here: the plugin is absent, or older than its REST routes";
            Error::new(Code::Service, message)
        }
        _ if holds(&text, CUT) => Error::new(Code::Truncated, text),
        // The provider behind the site failed, and the site passes on its status. The key of this caller is not the
        // reason.
        Some("api_error" | "http_request_failed") if status != 429 => {
            let mut error = Error::new(Code::Service, text);
            error.retryable = matches!(status, 408 | 409 | 500 | 502..=504 | 520..=529);
            error
        }
        _ => response.status_error(),
    };
    // The site itself fails, for example because the bot is unknown, and will do so again.
    error.retryable &= !value.says("code", "internal_server_error");
    error
}
