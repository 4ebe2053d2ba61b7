//! AI Engine (Meow Apps), plugin versions 2.0.9 to 3.6.2: `start_session`, then `chats/submit`.
//!
//! Sections A1 to A10 of `tests/wire/README.md` are the protocol. Only what they describe is sent.

mod decoder;
mod refusal;

use std::rc::Rc;

use super::{check_messages, checked_messages, nonce, page, page_url, with_session};
use crate::chat::{Code, Error, Message, Result, Session, error_text, message_json};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::frame::Framing;
use crate::http::{Request, Response, url};
use crate::json::{Map, Value};
use crate::options::{ChatRequest, ProtocolInfo, Purpose, SettingKind};
use crate::providers::Protocol;
use crate::text::{count_characters, decimal, join, parse_number};
use decoder::AiEngineDecoder;
use nonce::Origin;
use refusal::{MessageLength, refusal_error};

/// The class `AiEngine` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    info: ProtocolInfo {
        supports_system_message: true,
        ..ProtocolInfo::site(
            "AiEngine",
            &[
                ("nonce", SettingKind::HeaderValue),
                ("botId", SettingKind::Id),
                ("customId", SettingKind::Id),
                ("page", SettingKind::SiteUrl),
                ("restRoot", SettingKind::SitePath),
            ],
        )
    },
};

/// The first request: the message where a nonce is known, otherwise `start_session` or the page.
fn open(chat: Rc<ChatRequest>, session: &Session) -> Result<Operation> {
    check_messages(&chat)?;
    let settings = &chat.settings;
    let mut session = session.clone();
    if let Some(root) = settings.get("restRoot") {
        session.set("root", root);
    }
    if let (None, Some(nonce)) = (session.nonce(), settings.get("nonce")) {
        session.set("nonce", nonce);
    }
    // The page names the bot, so it is read even where there is a nonce already.
    if settings.get("page").is_some() && session.get("page").is_none() {
        return Ok(read_page(chat, session, true));
    }
    Ok(match session.nonce() {
        Some(_) if chat.purpose == Purpose::Reply => submit(chat, session, Origin::Earlier),
        _ => start_session(chat, session, true),
    })
}

/// Requests a nonce (A2). The old one is not sent: WordPress would refuse the request before the plugin sees it.
/// `may_read_page`: if the route does not exist (before version 2.4.4, or with another REST root), the page may say
/// more.
fn start_session(chat: Rc<ChatRequest>, mut session: Session, may_read_page: bool) -> Operation {
    let request = Request::post(route(&chat, &session, "mwai/v1/start_session")).shared();
    Operation::buffered_any_status(request, move |response, out| {
        let is_error = !response.head.is_success();
        if let Some(error) = nonce_refusal(response).filter(|_| is_error) {
            return Err(error);
        }
        // Without pretty permalinks `/wp-json/` may be answered by the home page, with 200.
        let is_absent = if is_error { response.head.status == 404 } else { response.is_html() };
        if is_absent && may_read_page {
            return Ok(Transition::Send(read_page(chat, session, false)));
        }
        if is_error {
            return Err(response.status_error());
        }
        let value = response.json()?.value;
        let Some(nonce) = value.text("new_token").or(value.text("restNonce")) else {
            return Err(nonce::missing_error(response, &value));
        };
        session.set("nonce", nonce);
        if let Some(id) = value.text("sessionId") {
            session.set("session", id);
        }
        session_ready(chat, session, out)
    })
}

/// Reads the page (A8). It names the REST root and the bot, and before version 2.4.4 it holds the nonce.
/// `may_start_session`: `start_session` has not been tried yet.
fn read_page(chat: Rc<ChatRequest>, mut session: Session, may_start_session: bool) -> Operation {
    Operation::buffered(Request::get(page_url(&chat.settings)).shared(), move |response, out| {
        let body = &response.body;
        let site = &chat.settings.url;
        let tried = route(&chat, &session, "");
        let system = page::ENGINE_SYSTEM.find_object(body).unwrap_or_default();
        if chat.settings.get("restRoot").is_none() {
            let announced = page::REST_ROOT.find(body).and_then(|root| url::on_site(site, &root));
            let root = announced.or_else(|| url::on_site(site, &join(&[system.string_or_number("restUrl")?, "/"])));
            if let Some(root) = root {
                session.set("root", &root);
            }
        }
        session.set("page", "read");
        for key in ["botId", "customId", "contextId"] {
            if let Some(id) = system.string_or_number(key) {
                session.set(key, id);
            }
        }
        let params = page::ENGINE_PARAMS.find_object(body).unwrap_or_default();
        if let Some(limit) = params.get("textInputMaxLength").and_then(Value::as_u64) {
            session.set("limit", &decimal(limit));
        }
        if let Some(nonce) = system.string_or_number("restNonce") {
            session.set("nonce", nonce);
            return session_ready(chat, session, out);
        }
        if session.nonce().is_some() && chat.purpose == Purpose::Reply {
            out.session(&session);
            return Ok(Transition::Send(submit(chat, session, Origin::Earlier)));
        }
        let another_root = route(&chat, &session, "") != tried;
        if may_start_session || another_root {
            return Ok(Transition::Send(start_session(chat, session, false)));
        }
        Err(Error::new(Code::Nonce, "No nonce found: the site has no start_session, and its page holds no nonce"))
    })
}

/// What follows when the nonce is known.
fn session_ready(chat: Rc<ChatRequest>, session: Session, out: &mut EventQueue) -> Result<Transition> {
    with_session(chat, session, out, |chat, session| submit(chat, session, Origin::ThisCall))
}

/// Sends the message (A4).
fn submit(chat: Rc<ChatRequest>, session: Session, nonce_from: Origin) -> Operation {
    // A page of another origin can read the JSON answer but not the stream (A9); the answer then comes as one piece.
    let stream = !chat.cross_origin;
    let (message, earlier) = checked_messages(&chat);
    let mut body = Map::new();
    let settings = &chat.settings;
    let bots = [
        ("customId", settings.get("customId")),
        ("botId", settings.get("botId")),
        ("customId", session.get("customId")),
        ("botId", session.get("botId")),
        ("botId", Some("default")),
    ];
    if let Some((key, Some(id))) = bots.iter().find(|(_, id)| id.is_some()) {
        body.insert_str(key, id);
    }
    if let Some(context) = session.get("contextId").and_then(|id| parse_number(id, 10)) {
        body.insert("contextId", context.into());
    }
    body.copy("session", &session.0);
    if !earlier.is_empty() {
        body.insert("messages", earlier_messages(earlier));
    }
    let mut conversation = Map::new();
    chat.carry_over("chatId", &chat.random_id(11, 1), &mut conversation);
    if let Some(id) = chat.remembered("previousResponseId").filter(|id| id.starts_with("resp_")) {
        conversation.insert_str("previousResponseId", id);
    }
    for key in ["chatId", "previousResponseId"] {
        body.copy(key, &conversation);
    }
    let limit = session.get("limit").and_then(|limit| parse_number(limit, 10));
    let length = MessageLength { characters: count_characters(&message), limit };
    body.insert_str("newMessage", &message);
    body.insert("stream", stream.into());

    let mut request = Request::post(route(&chat, &session, "mwai-ui/v1/chats/submit")).json(&Value::Object(body));
    request = request.header("x-wp-nonce", session.nonce().unwrap_or_default());
    if stream {
        request = request.header("accept", "text/event-stream");
    }
    let decoder = AiEngineDecoder { chat, session, nonce_from, conversation, length, had_empty_error: false };
    Operation::stream(request, Framing::Sse, decoder)
}

/// The earlier messages as the plugin takes them.
fn earlier_messages(messages: &[Message]) -> Value {
    let mut list = Vec::new();
    for message in messages {
        let role = if message.role == "developer" { "system" } else { &message.role };
        list.push(message_json(role, &message.text));
    }
    list.into()
}

/// What a status outside 2xx means (A7). WordPress itself answers `{code, message}`, the plugin `{success: false,
/// message}`.
///
/// # Errors
/// The error of the response, unless a new nonce may help.
fn on_error_status(decoder: &AiEngineDecoder, response: &Response, out: &mut EventQueue) -> Result<Operation> {
    if let Some(error) = nonce_refusal(response) {
        return nonce::renew_once(decoder.nonce_from, error, out, || {
            let mut fresh = decoder.session.clone();
            fresh.0.remove("nonce");
            // Sites before 2.4.4 hold the nonce in the page, which may name another bot by now.
            start_session(decoder.chat.clone(), fresh, true)
        });
    }
    let value = response.json_or_null();
    if value.text("code") == Some("rest_no_route") {
        let message = "no AI Engine chatbot here: the plugin is absent or its chatbots are off";
        return Err(Error::new(Code::Service, message));
    }
    match error_text::of(&value) {
        Some(text) if value.text("code").is_none() => {
            // The plugin answers with status 500 to messages that it will refuse again, so 500 is not retryable here.
            // Other statuses come from servers in front of it and keep their meaning.
            let mut error = refusal_error(&text, decoder.length);
            error.retryable = matches!(response.head.status, 408 | 409 | 429 | 502..=504);
            Err(error)
        }
        _ => Err(response.status_error()),
    }
}

/// WordPress's own refusal of a nonce (A3). Its text is in the site's language, its code is not.
fn nonce_refusal(response: &Response) -> Option<Error> {
    let value = response.json_or_null();
    matches!(value.text("code")?, "rest_cookie_invalid_nonce" | "rest_forbidden")
        .then(|| nonce::refused_error(&error_text::of(&value).unwrap_or_default()))
}

/// The address of the REST route `path`.
fn route(chat: &ChatRequest, session: &Session, path: &str) -> String {
    match session.get("root") {
        Some(root) if root.ends_with('/') => join(&[root, path]),
        Some(root) => join(&[root, "/", path]),
        None => join(&[&chat.settings.url, "/wp-json/", path]),
    }
}
