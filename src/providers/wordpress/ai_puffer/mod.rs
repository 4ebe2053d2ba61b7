//! AI Puffer (AIPKit), plugin version 2.3 and later: a nonce, the message stored under a key, then the stream by that key.
//!
//! Sections C1 to C4 of `tests/wire/README.md` are the protocol. The server keeps the history, under bot, session and
//! conversation. With the site's key its REST route answers instead, in one piece.

mod reply;
mod rest;

use std::rc::Rc;

use crate::chat::{Code, Error, Result, Session, error_text};
use crate::exchange::{Next, Out, Step};
use crate::frame::Framing;
use crate::http::{Form, Request};
use crate::json::Value;
use crate::options::{About, Call, prompt};
use crate::providers::Protocol;
use crate::providers::wordpress::page;
use crate::text::join;
use reply::Reply;

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    about: About {
        name: "AiPuffer",
        needs_auth: false,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: false,
        options: &[],
        base_url: "",
    },
};

fn open(call: Rc<Call>, session: &Session) -> Result<Step> {
    if !call.session_only {
        message(&call)?;
        if let Some(key) = call.settings.get("apiKey") {
            return rest::rest(&call, key);
        }
    }
    let mut session = session.clone();
    if let Some(bot) = call.settings.get("botId") {
        session.set("botId", bot);
    }
    if let (None, Some(nonce)) = (session.nonce(), call.settings.get("nonce")) {
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

/// C1: since 2.3.41 a nonce can be had without loading a page; before, the page holds it.
fn fetch_nonce(call: Rc<Call>, mut session: Session) -> Step {
    let mut form = Form::default();
    form.add("action", "aipkit_get_frontend_chat_nonce");
    form.take("bot_id", "botId", &session.0);
    Step::ask_anyway(Request::post(call.settings.ajax()).form(form).shared(), move |answer, out| {
        if !answer.head.is_success() {
            let value = answer.value();
            if value.text_at("/data/code") == Some("cors_denied") {
                let words = error_text::error_words(&value);
                return Err(Error::new(Code::Blocked, words.as_deref().unwrap_or("the site refuses this origin")));
            }
            return match answer.head.status {
                400 => Ok(Next::Step(read_page(call, session))),
                _ => Err(answer.refusal()),
            };
        }
        let value = answer.json()?.value;
        let Some(nonce) = value.text_at("/data/nonce") else { return Err(answer.no_nonce(&value)) };
        session.set("nonce", nonce);
        ready(call, session, out)
    })
}

fn read_page(call: Rc<Call>, mut session: Session) -> Step {
    Step::ask(Request::get(call.settings.page()).shared(), move |answer, out| {
        let missing = |what| Err(Error::new(Code::Nonce, what));
        let Some(config) = page::PUFFER_CONFIG.find_object(&answer.body) else {
            return missing("No nonce found: the page holds no AI Puffer chat");
        };
        let Some(nonce) = config.id("nonce") else { return missing("No nonce found") };
        session.set("nonce", nonce);
        for key in ["botId", "postId"] {
            if let (None, Some(id)) = (session.get(key), config.id(key)) {
                session.set(key, id);
            }
        }
        if session.get("botId").is_none() {
            return missing("No bot ID found");
        }
        ready(call, session, out)
    })
}

fn ready(call: Rc<Call>, session: Session, out: &mut Out) -> Result<Next> {
    out.session(&session);
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
    let mut form = Form::default();
    form.add("action", "aipkit_cache_sse_message");
    form.take("_ajax_nonce", "nonce", &session.0);
    form.add("message", &message);
    form.add("bot_id", bot);
    form.add("user_client_message_id", &join(&["aipkit-client-msg-", bot, "-", &call.random_id(13, 5)]));
    Step::ask_anyway(Request::post(call.settings.ajax()).form(form), move |answer, out| {
        let refused = !answer.head.is_success();
        let value = if refused { answer.value() } else { answer.json()?.value };
        match value.text_at("/data/cache_key") {
            Some(key) if !refused => Ok(Next::Step(stream(&call, &session, key))),
            _ if refused && !value.is_object() => match answer.body.trim_ascii() {
                b"0" if answer.head.status == 400 => Err(Error::new(
                    Code::Service,
                    "the site does not know this chat: AI Puffer is absent or older than 2.3",
                )),
                _ => Err(answer.refusal()),
            },
            _ => refused_key(&value, call, session, may_renew, out).map(Next::Step),
        }
    })
}

fn refused_key(value: &Value, call: Rc<Call>, session: Session, may_renew: bool, out: &mut Out) -> Result<Step> {
    let code = match value.text_at("/data/code") {
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
    let words = error_text::error_words(value);
    Err(Error::new(code, words.as_deref().unwrap_or("the site did not take the message")))
}

/// C3, step 2.
fn stream(call: &Call, session: &Session, cache_key: &str) -> Step {
    let mut conversation = call.conversation.clone();
    call.carry("session", &call.uuid(2), &mut conversation);
    call.carry("conversation", &call.uuid(3), &mut conversation);
    let mut query = Form::default();
    query.add("action", "aipkit_frontend_chat_stream");
    query.add("cache_key", cache_key);
    query.take("bot_id", "botId", &session.0);
    query.take("session_id", "session", &conversation);
    query.take("conversation_uuid", "conversation", &conversation);
    query.add("_ts", &call.random_id(13, 4));
    query.take("_ajax_nonce", "nonce", &session.0);
    let more = [
        ("post_id", "postId", &session.0),
        ("previous_openai_response_id", "openaiResponseId", &conversation),
        ("previous_google_interaction_id", "googleInteractionId", &conversation),
    ];
    for (name, key, from) in more {
        if from.text(key).is_some() {
            query.take(name, key, from);
        }
    }
    let url = join(&[&call.settings.ajax(), "?", &query.0]);
    let request = Request::get(url).header("accept", "text/event-stream");
    Step::stream(request, Framing::Sse, Reply { conversation, told: Vec::new() })
}
