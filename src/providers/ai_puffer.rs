//! AI Puffer (AIPKit), plugin version 2.3 and later: a nonce, the message stored under a key, then the stream by that key.
//!
//! Sections C1 to C4 of `tests/wire/README.md` are the protocol. The server keeps the history, under bot, session and
//! conversation. With the site's key its REST route answers instead, in one piece.

mod reply;
mod rest;

use std::rc::Rc;

use super::Protocol;
use crate::about::About;
use crate::call::Call;
use crate::chat::Session;
use crate::error::{Code, Error, Result};
use crate::exchange::{Next, Step};
use crate::frame::Framing;
use crate::http::{self, Answer, Request};
use crate::json;
use crate::out::Out;
use crate::value::Value;
use crate::words;
use crate::{page, prompt};
use reply::Reply;

pub const PROTOCOL: Protocol = Protocol {
    open,
    about: About {
        name: "AiPuffer",
        needs_auth: false,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: false,
        options: &[],
    },
};

fn open(call: Rc<Call>, session: &Session) -> Result<Step> {
    if !call.session_only {
        message(&call)?;
        if let Some(key) = call.settings.api_key.clone() {
            return rest::rest(call, key);
        }
    }
    let mut session = session.clone();
    if let Some(bot) = &call.settings.bot_id {
        session.set("botId", bot);
    }
    if let (None, Some(nonce)) = (session.nonce(), &call.settings.nonce) {
        session.set("nonce", nonce);
    }
    Ok(match (session.nonce(), session.get("botId")) {
        (Some(_), Some(_)) if !call.session_only => store(call, session, true),
        (_, Some(_)) => fetch_nonce(call, session),
        (_, None) => read_page(call, session),
    })
}

/// The newest message; earlier turns are known to the server if this goes on from an earlier reply, and are put in front
/// of it otherwise: the protocol has no place for them.
fn message(call: &Call) -> Result<String> {
    let (message, earlier) = call.turns()?;
    match earlier {
        [] => Ok(message),
        _ if call.remembered("conversation").is_some() => Ok(message),
        _ => prompt::format_prompt(&call.messages, Default::default()),
    }
}

fn ajax(call: &Call) -> String {
    format!("{}/wp-admin/admin-ajax.php", call.settings.url)
}

/// C1: since 2.3.41 a nonce can be had without loading a page; before, the page holds it.
fn fetch_nonce(call: Rc<Call>, session: Session) -> Step {
    let bot = session.get("botId").unwrap_or_default();
    let fields = [("action", "aipkit_get_frontend_chat_nonce"), ("bot_id", bot)];
    let request = Request::post(ajax(&call)).form(&fields).shared();
    let (again, kept) = (call.clone(), session.clone());
    Step::ask(request, move |answer, out| {
        let value = answer.json()?.value;
        let Some(nonce) = value.pointer("/data/nonce").and_then(Value::as_str) else {
            let words = words::error_words(&value).map(|words| format!(": {words}")).unwrap_or_default();
            return Err(answer.explain(Error::new(Code::Nonce, format!("No nonce found{words}"))));
        };
        let mut session = session;
        session.set("nonce", nonce);
        ready(call, session, out)
    })
    .if_refused(move |answer, _| {
        let refused = json::parse(&answer.body).unwrap_or_default().value;
        match refused.pointer("/data/code").and_then(Value::as_str) {
            Some("cors_denied") => {
                let words = words::error_words(&refused).unwrap_or_else(|| "the site refuses this origin".into());
                Err(Error::new(Code::Blocked, words))
            }
            _ => Ok((answer.head.status == 400).then(|| read_page(again, kept))),
        }
    })
}

fn read_page(call: Rc<Call>, session: Session) -> Step {
    let page = call.settings.page.clone().unwrap_or_else(|| format!("{}/", call.settings.url));
    Step::ask(Request::get(page).shared(), move |answer, out| {
        let missing = |what| answer.explain(Error::new(Code::Nonce, what));
        let config = page::PUFFER_CONFIG.find_object(&answer.body);
        let config = config.ok_or_else(|| missing("No nonce found: the page holds no AI Puffer chat"))?;
        let text = |key: &str| match config.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let mut session = session;
        session.set("nonce", text("nonce").ok_or_else(|| missing("No nonce found"))?);
        for key in ["botId", "postId"] {
            if let (None, Some(id)) = (session.get(key), text(key)) {
                session.set(key, id);
            }
        }
        if session.get("botId").is_none() {
            return Err(missing("No bot ID found"));
        }
        ready(call, session, out)
    })
}

fn ready(call: Rc<Call>, session: Session, out: &mut Out) -> Result<Next> {
    out.session(session.clone());
    match call.session_only {
        true => Ok(Next::Over),
        false => Ok(Next::Step(store(call, session, false))),
    }
}

/// C2, step 1. The key lives for 60 seconds and for one use.
fn store(call: Rc<Call>, session: Session, may_renew: bool) -> Step {
    // `open` has checked the message.
    let message = message(&call).unwrap_or_default();
    let bot = session.get("botId").unwrap_or_default();
    let id = format!("aipkit-client-msg-{bot}-{}", call.random_id(13, 5));
    let fields = [
        ("action", "aipkit_cache_sse_message"),
        ("_ajax_nonce", session.nonce().unwrap_or_default()),
        ("message", &message),
        ("bot_id", bot),
        ("user_client_message_id", &id),
    ];
    let request = Request::post(ajax(&call)).form(&fields);
    let (again, kept) = (call.clone(), session.clone());
    Step::ask(request, move |answer, out| {
        let value = answer.json()?.value;
        match value.pointer("/data/cache_key").and_then(Value::as_str) {
            Some(key) => Ok(Next::Step(stream(call, session, key))),
            None => refused_key(&answer, &value, call, session, may_renew, out).map(Next::Step),
        }
    })
    .if_refused(move |answer, out| match json::parse(&answer.body) {
        Ok(parsed) if parsed.value.is_object() => {
            refused_key(answer, &parsed.value, again, kept, may_renew, out).map(Some)
        }
        _ if answer.head.status == 400 && answer.body.trim_ascii() == b"0" => {
            Err(Error::new(Code::Service, "the site does not know this chat: AI Puffer is absent or older than 2.3"))
        }
        _ => Ok(None),
    })
}

fn refused_key(
    answer: &Answer,
    value: &Value,
    call: Rc<Call>,
    session: Session,
    may_renew: bool,
    out: &mut Out,
) -> Result<Step> {
    let words = words::error_words(value).unwrap_or_else(|| "the site did not take the message".into());
    let code = match value.pointer("/data/code").and_then(Value::as_str) {
        Some("nonce_failure_cache_sse") => {
            out.forget_session();
            if may_renew {
                return Ok(fetch_nonce(call, session));
            }
            Code::Nonce
        }
        Some("cors_denied" | "embed_not_available") => Code::Blocked,
        Some("empty_data_to_cache") => Code::Refused,
        _ => Code::Service,
    };
    Err(answer.explain(Error::new(code, words)))
}

/// C3, step 2.
fn stream(call: Rc<Call>, session: Session, cache_key: &str) -> Step {
    let remembered = |key: &str, salt| call.remembered(key).map_or_else(|| call.uuid(salt), str::to_owned);
    let (visit, chat) = (remembered("session", 2), remembered("conversation", 3));
    let breaker = call.random_id(13, 4);
    let mut query = vec![
        ("action", "aipkit_frontend_chat_stream"),
        ("cache_key", cache_key),
        ("bot_id", session.get("botId").unwrap_or_default()),
        ("session_id", &visit),
        ("conversation_uuid", &chat),
        ("_ts", &breaker),
        ("_ajax_nonce", session.nonce().unwrap_or_default()),
    ];
    query.extend(session.get("postId").map(|id| ("post_id", id)));
    let parents = [
        ("previous_openai_response_id", call.remembered("openaiResponseId")),
        ("previous_google_interaction_id", call.remembered("googleInteractionId")),
    ];
    query.extend(parents.into_iter().filter_map(|(key, id)| Some((key, id?))));
    let mut conversation = call.conversation.clone();
    conversation.insert("session", visit.as_str().into());
    conversation.insert("conversation", chat.as_str().into());
    let request = Request::get(format!("{}?{}", ajax(&call), http::form(&query))).header("accept", "text/event-stream");
    Step::stream(request, Framing::Sse, Reply { conversation, told: Vec::new() })
}
