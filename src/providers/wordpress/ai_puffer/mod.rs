//! AI Puffer (AIPKit), plugin version 2.3 and later. There are three steps: get a nonce, store the message under a key,
//! then request the stream with that key.
//!
//! Sections C1 to C4 of `tests/wire/README.md` are the protocol. The server keeps the history, by bot, session and
//! conversation. With the site's API key, its REST route answers instead, in one piece.

mod decoder;
mod rest;

use std::rc::Rc;

use super::{
    AJAX, IMAGE_TYPES, absent_error, ajax_url, check_text_of_images, nonce, page, page_error, page_status_error,
    page_url, with_session,
};
use crate::chat::{Code, Error, Finish, Result, Session, error_text};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::frame::Framing;
use crate::http::{Form, Request};
use crate::json::Value;
use crate::options::{AttachmentSupport, ChatRequest, ProtocolInfo, Purpose, SettingKind, prompt};
use crate::providers::Protocol;
use crate::text::filled;
use decoder::AiPufferDecoder;
use nonce::Renewal;

/// The class `AiPuffer` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    embeddings: None,
    info: ProtocolInfo {
        attachments: AttachmentSupport { most: 4, types: IMAGE_TYPES.split_at(3).0 },
        ..ProtocolInfo::site(
            "AiPuffer",
            AJAX,
            &[
                ("nonce", SettingKind::HeaderValue),
                ("botId", SettingKind::Id),
                ("page", SettingKind::SiteUrl),
                ("provider", SettingKind::Id),
            ],
        )
    },
};

/// The first request: with an API key the REST route, otherwise the first step that is still necessary.
fn open(chat: Rc<ChatRequest>, session: &Session) -> Result<Operation> {
    if chat.purpose == Purpose::Reply {
        message(&chat)?;
        check_text_of_images(&chat)?;
        if chat.settings.get("apiKey").is_some() {
            return rest::operation(chat);
        }
    }
    let mut session = session.clone();
    if let Some(bot) = chat.settings.get("botId") {
        session.set("botId", bot);
    }
    if let (None, Some(nonce)) = (session.nonce(), chat.settings.get("nonce")) {
        session.set("nonce", nonce);
    }
    Ok(match (session.nonce(), session.get("botId")) {
        (Some(_), Some(_)) if chat.purpose == Purpose::Reply => store(chat, session, Renewal::Possible),
        (_, Some(_)) => fetch_nonce(chat, session, Renewal::Possible),
        (_, None) => read_page(chat, session, Renewal::Possible),
    })
}

/// The text to send. If this call continues an earlier reply, that is the newest message, since the server knows the
/// others. Otherwise all messages become one text, since the protocol has no other place for them.
fn message(chat: &ChatRequest) -> Result<String> {
    let (message, earlier) = chat.newest_and_earlier()?;
    match earlier {
        [] => Ok(message),
        _ if chat.remembered("conversation").is_some() => Ok(message),
        _ => prompt::format_prompt(&chat.messages, Default::default()),
    }
}

/// Requests a nonce without loading a page (C1). This is possible since version 2.3.41; older sites have it only in the
/// page.
fn fetch_nonce(chat: Rc<ChatRequest>, mut session: Session, renewal: Renewal) -> Operation {
    let mut form = Form::default();
    form.add("action", "aipkit_get_frontend_chat_nonce");
    form.take("bot_id", "botId", &session.0);
    let request = Request::post(ajax_url(&chat.settings)).form(form).shared();
    Operation::buffered_any_status(request, move |response, out| {
        if !response.head.is_success() {
            let value = response.json_or_null();
            if value.text_at("/data/code") == Some("cors_denied") {
                let text = error_text::of(&value);
                return Err(Error::new(Code::Blocked, text.as_deref().unwrap_or("the site refuses this origin")));
            }
            return match response.head.status {
                400 => Ok(Transition::Send(read_page(chat, session, renewal))),
                _ => Err(absent_error(response, &ajax_url(&chat.settings))),
            };
        }
        let value = response.json()?.value;
        let Some(nonce) = value.text_at("/data/nonce") else { return Err(nonce::missing_error(response, &value)) };
        session.set("nonce", nonce);
        session_ready(chat, session, renewal, out)
    })
}

/// Reads the nonce and the ids from the page (C1).
fn read_page(chat: Rc<ChatRequest>, mut session: Session, renewal: Renewal) -> Operation {
    let page = page_url(&chat.settings);
    let address = match renewal {
        Renewal::Possible => page,
        // A cache may hold the page with the nonce that was refused.
        Renewal::Done => nonce::uncached(&page, &chat),
    };
    let request = Request::get(&address).shared();
    Operation::buffered_any_status(request, move |response, out| {
        if !response.head.is_success() {
            return Err(page_status_error(&chat.settings, response, &address));
        }
        let missing = |what: &str| Err(page_error(&chat.settings, response, Code::Nonce, what, &address));
        let Some(config) = page::PUFFER_CONFIG.find_object(&response.body) else {
            return missing("No nonce found: the page holds no AI Puffer chat");
        };
        let Some(nonce) = config.string_or_number("nonce") else { return missing("No nonce found") };
        session.set("nonce", nonce);
        for &key in &["botId", "postId"] {
            if let (None, Some(id)) = (session.get(key), config.string_or_number(key)) {
                session.set(key, id);
            }
        }
        if session.get("botId").is_none() {
            return missing("No bot ID found");
        }
        session_ready(chat, session, renewal, out)
    })
}

/// What follows when the nonce is known.
fn session_ready(
    chat: Rc<ChatRequest>,
    session: Session,
    renewal: Renewal,
    out: &mut EventQueue,
) -> Result<Transition> {
    with_session(chat, session, out, |chat, session| store(chat, session, renewal))
}

/// Step 1: stores the message (C2). The key that comes back is valid for 60 seconds and for one use.
fn store(chat: Rc<ChatRequest>, session: Session, renewal: Renewal) -> Operation {
    // `open` has checked the message.
    let message = message(&chat).unwrap_or_default();
    let bot = session.get("botId").unwrap_or_default();
    let mut form = Form::default();
    form.add("action", "aipkit_cache_sse_message");
    form.take("_ajax_nonce", "nonce", &session.0);
    form.add("message", &message);
    form.add("bot_id", bot);
    form.add("user_client_message_id", &filled("aipkit-client-msg-$-$", &[bot, &chat.random_id(13, 5)]));
    if !chat.attachments.is_empty() {
        // JSON that is written in pieces, since an image may be large. Neither a type nor Base64 needs an escape.
        let mut parts = Vec::new();
        for image in &chat.attachments {
            let head = if parts.is_empty() { "[{\"mime_type\":\"" } else { "\"},{\"mime_type\":\"" };
            parts.extend([head, &image.media, "\",\"base64_data\":\"", image.base64()]);
        }
        parts.push("\"}]");
        form.add_parts("image_inputs", &parts);
    }
    Operation::buffered_any_status(Request::post(ajax_url(&chat.settings)).form(form), move |response, out| {
        let is_error = !response.head.is_success();
        let value = if is_error { response.json_or_null() } else { response.json()?.value };
        match value.text_at("/data/cache_key") {
            Some(key) if !is_error => Ok(Transition::Send(stream(&chat, &session, key))),
            _ if is_error && !value.is_object() => match response.body.trim_ascii() {
                b"0" if response.head.status == 400 => Err(Error::new(
                    Code::Service,
                    "the site does not know this chat: AI Puffer is absent or older than 2.3",
                )),
                _ => Err(absent_error(response, &ajax_url(&chat.settings))),
            },
            _ => not_stored(&value, chat, session, renewal, out).map(Transition::Send),
        }
    })
}

/// What follows when the site did not store the message, and says why in `value`.
///
/// # Errors
/// The site's error, unless a new nonce may help.
fn not_stored(
    value: &Value,
    chat: Rc<ChatRequest>,
    session: Session,
    renewal: Renewal,
    out: &mut EventQueue,
) -> Result<Operation> {
    let code = match value.text_at("/data/code") {
        Some("nonce_failure_cache_sse") => Code::Nonce,
        Some("cors_denied" | "embed_not_available") => Code::Blocked,
        Some("empty_data_to_cache" | "too_many_images" | "invalid_image_type" | "invalid_image_payload") => {
            Code::Refused
        }
        _ => Code::Service,
    };
    let text = error_text::of(value);
    let error = Error::new(code, text.as_deref().unwrap_or("the site did not take the message"));
    match code {
        Code::Nonce => nonce::renew_once(renewal, error, out, || fetch_nonce(chat, session, Renewal::Done)),
        _ => Err(error),
    }
}

/// Step 2: requests the answer to the message that was stored under `cache_key` (C3).
fn stream(chat: &ChatRequest, session: &Session, cache_key: &str) -> Operation {
    let mut conversation = chat.conversation.clone();
    chat.carry_over("session", &chat.uuid(2), &mut conversation);
    chat.carry_over("conversation", &chat.uuid(3), &mut conversation);
    let mut query = Form::default();
    query.add("action", "aipkit_frontend_chat_stream");
    query.add("cache_key", cache_key);
    query.take("bot_id", "botId", &session.0);
    query.take("session_id", "session", &conversation);
    query.take("conversation_uuid", "conversation", &conversation);
    query.add("_ts", &chat.random_id(13, 4));
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
    let url = filled("$?$", &[&ajax_url(&chat.settings), &query.0]);
    let request = Request::get(url).header("accept", "text/event-stream");
    Operation::stream(
        request,
        Framing::Sse,
        AiPufferDecoder { conversation, seen_sources: Vec::new(), finish: Finish::Stop },
    )
}
