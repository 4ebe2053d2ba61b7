//! AI Puffer (AIPKit), plugin version 2.3 and later: a nonce, the message stored under a key, then the stream by that key.
//!
//! Sections C1 to C4 of `tests/wire/README.md` are the protocol. The server keeps the history, under bot, session and
//! conversation. With the site's key its REST route answers instead, in one piece.

use std::rc::Rc;

use crate::value::{Map, Value, object};

use super::Protocol;
use crate::about::About;
use crate::call::Call;
use crate::chat::{Event, Finish, Session, Usage};
use crate::error::{Code, Error, Result};
use crate::exchange::{Decode, Next, Progress, Step};
use crate::frame::Framing;
use crate::http::{self, Answer, Request};
use crate::json::{self, Parsed};
use crate::out::Out;
use crate::words;
use crate::{page, prompt};

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
            return rest(call, key);
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

struct Reply {
    conversation: Map,
    /// `done` repeats what came in events of its own.
    told: Vec<String>,
}

impl Decode for Reply {
    fn text_path(&self) -> &'static [&'static str] {
        &["delta"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        let known = [
            "",
            "message",
            "status",
            "warning",
            "error",
            "done",
            "citations",
            "grounding_metadata",
            "openai_response_id",
            "google_interaction_id",
            "display_form_event",
        ];
        if !known.contains(&event) {
            return Ok(Progress::More);
        }
        let Parsed { value, mended } = json::parse(data)?;
        let words = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match event {
            "" | "message" => {
                if let Some(delta) = value.get("delta").and_then(Value::as_str) {
                    out.text(delta, mended);
                }
            }
            "status" => out.event(Event::Status { kind: words("type"), text: words("status"), raw: value }),
            "warning" => out.warn(words::html_to_text(&words("error"))),
            "error" => return Err(stream_error(&value, out)),
            "openai_response_id" => self.conversation.insert("openaiResponseId", words("id").into()),
            "google_interaction_id" => self.conversation.insert("googleInteractionId", words("id").into()),
            "citations" | "grounding_metadata" => {
                self.told.push(event.to_owned());
                sources(&value, out);
            }
            "display_form_event" => out.event(Event::Action { kind: "form".into(), action: value }),
            _ => {
                for key in ["citations", "grounding_metadata"] {
                    if let Some(found) = value.get(key).filter(|_| !self.told.iter().any(|told| told == key)) {
                        sources(found, out);
                    }
                }
                if !out.any_text() {
                    out.warn("the site sent an empty reply");
                }
                out.finish(std::mem::take(&mut self.conversation), Finish::Stop);
                return Ok(Progress::Done);
            }
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, answer: &Answer, _out: &mut Out) -> Result<Next> {
        let words = words::error_words(&answer.json()?.value);
        let words = words.unwrap_or_else(|| "JSON came where a stream was asked for".into());
        Err(answer.explain(Error::new(Code::Service, words)))
    }
}

/// The texts are in the site's language; what is known of them are the English ones (C3).
fn stream_error(value: &Value, out: &mut Out) -> Error {
    let words = words::error_words(value).unwrap_or_else(|| "the site reported an error without words".into());
    let lower = words.to_ascii_lowercase();
    let has = |text: &str| lower.contains(text);
    match () {
        () if value.get("quota_notice").is_some() => Error::new(Code::RateLimited, words),
        () if has("rate limit") => Error::new(Code::RateLimited, words),
        // The message was stored with this nonce a moment ago: it ran out in between, and a new call gets a new one.
        () if has("security check failed") => {
            out.forget_session();
            Error::new(Code::Nonce, words).retryable()
        }
        () if has("message not found in cache") || has("cached message has expired") => {
            Error::new(Code::Service, words).retryable()
        }
        () if has("domain is not permitted") => Error::new(Code::Blocked, words),
        () if has("prohibited words") || has("not allowed") || has("access from your ip") => {
            Error::new(Code::Refused, words)
        }
        () => Error::new(Code::Service, words),
    }
}

fn sources(value: &Value, out: &mut Out) {
    match value {
        Value::Array(list) => list.iter().for_each(|source| out.event(Event::Source(source.clone()))),
        Value::Null => {}
        source => out.event(Event::Source(source.clone())),
    }
}

/// C4.
fn rest(call: Rc<Call>, key: String) -> Result<Step> {
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
