//! The public REST route, which takes the site's API key (C4). One request, and an answer in one piece.

use crate::chat::{Code, Error, Finish, Result, error_text, message_json};
use crate::exchange::{EMPTY_REPLY, Operation, Transition};
use crate::http::{Request, Response};
use crate::json::{Map, Parsed, Value, fill_template};
use crate::options::ChatRequest;
use crate::text::join;

/// The operation that asks the REST route with the site's `key`.
///
/// # Errors
/// `botId` is missing, or [`ChatRequest::newest_and_earlier`] fails.
pub fn operation(chat: &ChatRequest, key: &str) -> Result<Operation> {
    let Some(bot) = chat.settings.get("botId") else {
        return Err(Error::input("botId is missing: the REST route of AI Puffer is one bot's"));
    };
    let bot: String = bot.chars().filter(char::is_ascii_alphanumeric).collect();
    let (message, earlier) = chat.newest_and_earlier()?;
    let mut messages = Vec::new();
    for earlier in earlier {
        messages.push(message_json(if earlier.role == "assistant" { "assistant" } else { "user" }, &earlier.text));
    }
    messages.push(message_json("user", &message));
    let mut conversation = Map::new();
    chat.carry_over("conversation", &chat.uuid(3), &mut conversation);
    let conversation_id = conversation.text("conversation").unwrap_or_default();
    let body =
        fill_template(r#"{"messages":%,"conversation_uuid":$}"#, &[&Value::from(messages).to_json(), conversation_id]);
    let url = join(&[&chat.settings.url, "/wp-json/aipkit/v1/chat/", &bot, "/message"]);
    let request = Request::post(url).header("authorization", join(&["Bearer ", key])).json(&body);
    Ok(Operation::buffered_any_status(request, move |response, out| {
        if !response.head.is_success() {
            return Err(error_of(response));
        }
        let Parsed { value, has_lone_surrogates } = response.json()?;
        let Some(reply) = value.text("reply") else {
            let text = error_text::of(&value);
            return Err(Error::new(Code::Protocol, text.as_deref().unwrap_or("the answer holds no reply")));
        };
        out.text(reply, has_lone_surrogates);
        if reply.is_empty() {
            out.warn(EMPTY_REPLY);
        }
        out.usage(&value);
        out.finish(conversation, Finish::Stop);
        Ok(Transition::Over)
    }))
}

/// The error of a status outside 2xx.
fn error_of(response: &Response) -> Error {
    let value = response.json_or_null();
    let code = match value.text("code") {
        Some("rest_aipkit_invalid_api_key" | "rest_aipkit_api_access_disabled") => Code::Auth,
        // The provider behind the site failed, and the site passes on its status. The key of this caller is not the
        // reason.
        Some("api_error") if response.head.status != 429 => Code::Service,
        _ => return response.status_error(),
    };
    Error::new(code, error_text::of(&value).unwrap_or_default())
}
