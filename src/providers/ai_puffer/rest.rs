//! The public REST route, with the site's key (C4): one request, one piece.

use std::rc::Rc;

use crate::call::Call;
use crate::chat::{Event, Finish, Usage};
use crate::error::{Code, Error, Result};
use crate::exchange::{Next, Step};
use crate::http::Request;
use crate::json::{self, Parsed};
use crate::value::{Map, Value, object};
use crate::words;

pub fn rest(call: Rc<Call>, key: String) -> Result<Step> {
    let Some(bot) = call.settings.bot_id.clone() else {
        return Err(Error::input("botId is missing: the REST route of AI Puffer is one bot's"));
    };
    let bot: String = bot.chars().filter(char::is_ascii_alphanumeric).collect();
    let (message, earlier) = call.turns()?;
    let mut turns: Vec<Value> = earlier
        .iter()
        .map(|turn| {
            let role = if turn.role == "assistant" { "assistant" } else { "user" };
            object([("role", role.into()), ("content", turn.text.as_str().into())])
        })
        .collect();
    turns.push(object([("role", "user".into()), ("content", message.into())]));
    let chat = call.remembered("conversation").map_or_else(|| call.uuid(3), str::to_owned);
    let body = object([("messages", turns.into()), ("conversation_uuid", chat.as_str().into())]);
    let mut conversation = Map::new();
    conversation.insert("conversation", chat.into());
    let request = Request::post(format!("{}/wp-json/aipkit/v1/chat/{bot}/message", call.settings.url))
        .header("authorization", format!("Bearer {key}"))
        .json(&body);
    Ok(Step::ask(request, move |answer, out| {
        let Parsed { value, mended } = answer.json()?;
        let Some(reply) = value.get("reply").and_then(Value::as_str) else {
            let words = words::error_words(&value).unwrap_or_else(|| "the answer holds no reply".into());
            return Err(answer.explain(Error::new(Code::Protocol, words)));
        };
        out.text(reply, mended);
        if reply.is_empty() {
            out.warn("the site sent an empty reply");
        }
        if let Some(usage) = value.get("usage").and_then(Usage::from_json) {
            out.event(Event::Usage(usage));
        }
        out.finish(conversation, Finish::Stop);
        Ok(Next::Over)
    })
    .if_refused(|answer, _| {
        let parsed = json::parse(&answer.body).map(|parsed| parsed.value).unwrap_or_default();
        let words = words::error_words(&parsed).unwrap_or_default();
        match parsed.get("code").and_then(Value::as_str) {
            Some("rest_aipkit_invalid_api_key" | "rest_aipkit_api_access_disabled") => {
                Err(Error::new(Code::Auth, words))
            }
            // The provider behind the site failed, with the provider's status: not this caller's key.
            Some("api_error") if answer.head.status != 429 => Err(Error::new(Code::Service, words)),
            _ => Ok(None),
        }
    }))
}
