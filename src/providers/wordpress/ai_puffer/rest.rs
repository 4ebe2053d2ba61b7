//! The public REST route, with the site's key (C4): one request, one piece.

use crate::chat::{Code, Error, Finish, Result, error_text, turn};
use crate::exchange::{EMPTY, Next, Step};
use crate::http::{Answer, Request};
use crate::json::{Map, Parsed, Value, form};
use crate::options::Call;
use crate::text::join;

pub fn rest(call: &Call, key: &str) -> Result<Step> {
    let Some(bot) = call.settings.get("botId") else {
        return Err(Error::input("botId is missing: the REST route of AI Puffer is one bot's"));
    };
    let bot: String = bot.chars().filter(char::is_ascii_alphanumeric).collect();
    let (message, earlier) = call.turns()?;
    let mut turns = Vec::new();
    for earlier in earlier {
        turns.push(turn(if earlier.role == "assistant" { "assistant" } else { "user" }, &earlier.text));
    }
    turns.push(turn("user", &message));
    let mut conversation = Map::new();
    call.carry("conversation", &call.uuid(3), &mut conversation);
    let chat = conversation.text("conversation").unwrap_or_default();
    let body = form(r#"{"messages":%,"conversation_uuid":$}"#, &[&Value::from(turns).to_json(), chat]);
    let url = join(&[&call.settings.url, "/wp-json/aipkit/v1/chat/", &bot, "/message"]);
    let request = Request::post(url).header("authorization", join(&["Bearer ", key])).json(&body);
    Ok(Step::ask_anyway(request, move |answer, out| {
        if !answer.head.is_success() {
            return Err(refusal(answer));
        }
        let Parsed { value, mended } = answer.json()?;
        let Some(reply) = value.text("reply") else {
            let words = error_text::error_words(&value);
            return Err(Error::new(Code::Protocol, words.as_deref().unwrap_or("the answer holds no reply")));
        };
        out.text(reply, mended);
        if reply.is_empty() {
            out.warn(EMPTY);
        }
        out.usage(&value);
        out.finish(conversation, Finish::Stop);
        Ok(Next::Over)
    }))
}

fn refusal(answer: &Answer) -> Error {
    let value = answer.value();
    let code = match value.text("code") {
        Some("rest_aipkit_invalid_api_key" | "rest_aipkit_api_access_disabled") => Code::Auth,
        // The provider behind the site failed, with the provider's status: not this caller's key.
        Some("api_error") if answer.head.status != 429 => Code::Service,
        _ => return answer.refusal(),
    };
    Error::new(code, error_text::error_words(&value).unwrap_or_default())
}
