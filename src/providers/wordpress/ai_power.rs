//! AI Power, classic protocol, plugin versions 1.x to 2.2: a page for the nonce and the ids, then one form that is
//! posted.
//!
//! Sections B1 to B7 of `tests/wire/README.md` are the protocol. The server decides whether it answers with JSON or a
//! stream.

use std::rc::Rc;

use super::{
    AJAX, CUT, IMAGE_TYPES, absent_error, ajax_url, check_messages, check_text_of_images, checked_messages, nonce,
    page, page_error, page_status_error, page_url, with_session,
};
use crate::chat::error_text::{self, holds};
use crate::chat::{Code, Error, Finish, Message, Result, Session};
use crate::exchange::{Decode, EMPTY_REPLY, EventQueue, FrameOutcome, Operation, Transition};
use crate::frame::Framing;
use crate::http::{Form, Multipart, Request, Response};
use crate::json::{self, Map, Parsed, Value};
use crate::options::{AttachmentSupport, ChatRequest, ProtocolInfo, Purpose, SettingKind};
use crate::providers::Protocol;
use crate::text::{filled, find, lossy};

/// The class `AiPower` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    embeddings: None,
    info: ProtocolInfo {
        attachments: AttachmentSupport { most: 1, types: &IMAGE_TYPES },
        ..ProtocolInfo::site(
            "AiPower",
            AJAX,
            &[
                ("nonce", SettingKind::HeaderValue),
                ("botId", SettingKind::Id),
                ("postId", SettingKind::Id),
                ("page", SettingKind::SiteUrl),
                ("widget", SettingKind::Flag),
            ],
        )
    },
};

/// Pages that hold a nonce, in the order in which they are read. Each is read once in a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The page with the chat.
    Page,
    /// The same page with a query, which most page caches let pass to WordPress.
    PageWithQuery,
    /// The search page, which any site has and caches rarely keep.
    Search,
    /// A page that does not exist, which no cache keeps.
    Missing,
}

impl Source {
    /// The page to read after this one gave a nonce that was refused, or none.
    fn next(self) -> Option<Source> {
        match self {
            Source::Page => Some(Source::PageWithQuery),
            Source::PageWithQuery => Some(Source::Search),
            Source::Search => Some(Source::Missing),
            Source::Missing => None,
        }
    }

    /// The address of the page.
    fn address(self, chat: &ChatRequest) -> String {
        let page = page_url(&chat.settings);
        match self {
            Source::Page => page,
            Source::PageWithQuery => nonce::uncached(&page, chat),
            Source::Search => filled("$/$", &[&chat.settings.url, nonce::SEARCH]),
            Source::Missing => filled("$/no-such-page-for-rivulet/", &[&chat.settings.url]),
        }
    }
}

/// The refusal of a nonce, for the search of another one.
#[derive(Clone)]
struct Refused {
    nonce: String,
    error: Error,
}

/// The first request: the message where a nonce is known, otherwise the page (B1).
fn open(chat: Rc<ChatRequest>, session: &Session) -> Result<Operation> {
    check_messages(&chat)?;
    check_text_of_images(&chat)?;
    let settings = &chat.settings;
    let mut session = session.clone();
    if let (None, Some(nonce), Some(id)) = (session.nonce(), settings.get("nonce"), settings.get("postId")) {
        session.set("nonce", nonce);
        session.set("postId", id);
    }
    Ok(match session.nonce() {
        Some(_) if chat.purpose == Purpose::Reply => submit(chat, session, Source::Page),
        _ => read_page(chat, Session::default(), Source::Page, None),
    })
}

/// Reads nonce and ids from a page (B2), since no endpoint hands out a nonce. `session`: what is known of the chat.
/// `refused`: the nonce that a new one is searched for.
fn read_page(chat: Rc<ChatRequest>, mut session: Session, source: Source, refused: Option<Refused>) -> Operation {
    let address = source.address(&chat);
    let mut request = Request::get(&address).shared();
    if refused.is_some() {
        request = request.header("cache-control", "no-cache");
    }
    Operation::buffered_any_status(request, move |response, out| {
        let body = &response.body;
        if matches!(source, Source::Page | Source::PageWithQuery) && response.head.is_success() {
            take_ids(&chat, body, &mut session);
        }
        let nonce = page::POWER_NONCE.find(body).filter(|_| response.head.is_success() || source == Source::Missing);
        let Some(refused) = refused else {
            if !response.head.is_success() {
                return Err(page_status_error(&chat.settings, response, &address));
            }
            let missing = |what: &str| {
                let code = if response.is_html() { Code::Nonce } else { Code::Protocol };
                Err(page_error(&chat.settings, response, code, what, &address))
            };
            if session.get("postId").is_none() {
                return missing("No post ID found: the page holds no AI Power chat");
            }
            let Some(nonce) = nonce else { return missing("No nonce found") };
            session.set("nonce", &nonce);
            return with_session(chat, session, out, |chat, session| submit(chat, session, source));
        };
        // The chat's own page is believed in any case. The others are of use only where they have another nonce.
        match nonce.filter(|nonce| source == Source::PageWithQuery || *nonce != refused.nonce) {
            Some(nonce) => {
                session.set("nonce", &nonce);
                with_session(chat, session, out, |chat, session| submit(chat, session, source))
            }
            None => match source.next() {
                Some(next) => Ok(Transition::Send(read_page(chat, session, next, Some(refused)))),
                None => Err(nonce::no_fresh_page(refused.error)),
            },
        }
    })
}

/// Takes over the ids of the chat on a page.
fn take_ids(chat: &ChatRequest, page: &[u8], session: &mut Session) {
    let digits = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let of_page = page::POWER_POST_ID.find(page).filter(digits);
    if let Some(id) = chat.settings.get("postId").or(of_page.as_deref()) {
        session.set("postId", id);
    }
    if let Some(bot) = page::POWER_BOT_ID.find(page).filter(digits) {
        session.set("botId", &bot);
    }
    let holds = |word: &str| find(page, word.as_bytes()).is_some();
    let is_widget = holds("data-type=\"widget\"") && !holds("wpaicg-chat-shortcode");
    session.set("widget", if is_widget { "1" } else { "" });
}

/// Sends the message (B3).
fn submit(chat: Rc<ChatRequest>, session: Session, source: Source) -> Operation {
    let (message, earlier) = checked_messages(&chat);
    let settings = &chat.settings;
    let mut conversation = Map::new();
    chat.carry_over("clientId", &chat.random_id(10, 1), &mut conversation);
    conversation.copy("threadId", &chat.conversation);
    let bot = settings.get("botId").or(session.get("botId")).unwrap_or("0");
    let widget = settings.flag("widget").unwrap_or_else(|| session.get("widget").is_some());
    let identity = match (widget, bot) {
        (true, _) => "widget".to_owned(),
        (false, "0") => "shortcode".to_owned(),
        (false, bot) => filled("custom_bot_$", &[bot]),
    };
    let history = history(earlier);
    let fields = [
        ("_wpnonce", session.nonce()),
        ("post_id", session.get("postId")),
        ("url", Some(settings.get("page").unwrap_or(&settings.url))),
        ("action", Some(if widget { "wpaicg_chatbox_message" } else { "wpaicg_chat_shortcode_message" })),
        ("message", Some(&*message)),
        ("bot_id", Some(bot)),
        ("chatbot_identity", Some(&*identity)),
        ("wpaicg_chat_client_id", conversation.text("clientId")),
        ("wpaicg_chat_history", Some(&*history)),
    ];
    let fields = fields.map(|(name, value)| (name, value.unwrap_or_default())).into_iter();
    let fields = fields.chain(conversation.text("threadId").map(|thread| ("thread_id", thread)));
    let request = Request::post(ajax_url(settings));
    let request = match chat.attachments.first() {
        Some(image) => {
            let mut form = Multipart::new(&chat.random_id(24, 7));
            fields.for_each(|(name, value)| form.add(name, value));
            form.file("image", &image.media, image.base64(), image.size);
            request.multipart(form)
        }
        None => {
            let mut form = Form::default();
            fields.for_each(|(name, value)| form.add(name, value));
            request.form(form)
        }
    };
    Operation::stream(
        request,
        Framing::Sse,
        AiPowerDecoder { chat, session, source, conversation, error_text: String::new() },
    )
}

/// The earlier messages, oldest first. The server deletes every backslash before it decodes them, so the texts must not
/// need any: no quotes, no line breaks, raw UTF-8 (B3). System messages are among the human's, since there is no other
/// place for them.
fn history(earlier: &[Message]) -> String {
    let mut history = "[".to_owned();
    for message in earlier.iter().filter(|message| !message.text.trim().is_empty()) {
        if history.len() > 1 {
            history.push(',');
        }
        history.push_str(r#"{"id":"","text":""#);
        history.push_str(if message.role == "assistant" { "AI: " } else { "Human: " });
        history.extend(message.text.chars().map(without_escapes));
        history.push_str(r#""}"#);
    }
    history + "]"
}

/// A character that looks like this one and needs no escape in JSON.
fn without_escapes(character: char) -> char {
    match character {
        '"' => '\u{201d}',
        '\\' => '\u{2216}',
        control if control.is_control() => ' ',
        other => other,
    }
}

/// Reads the answer to one message (B4 to B6).
struct AiPowerDecoder {
    chat: Rc<ChatRequest>,
    session: Session,
    /// The page that the nonce is from, or the first one, where the nonce is older than this call.
    source: Source,
    conversation: Map,
    /// The text of a provider's error. It comes word by word as if it were the answer; only the missing `id` and
    /// `object` show that it is not.
    error_text: String,
}

impl Decode for AiPowerDecoder {
    fn text_path(&self) -> &'static [&'static str] {
        &["choices", "0", "delta", "content"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome> {
        match (event, data.trim_ascii()) {
            (_, b"[DONE]" | b"[LIMITED]") | ("done", _) => return self.finish(Finish::Stop, out),
            ("thread_id", id) => {
                self.conversation.insert_str("threadId", &lossy(id));
                return Ok(FrameOutcome::More);
            }
            _ => {}
        }
        let Parsed { value, has_lone_surrogates } = match json::parse(data) {
            Ok(parsed) => parsed,
            Err(error) => return self.read_error_piece(data).map_or(Err(error.into()), |()| Ok(FrameOutcome::More)),
        };
        if let Some(error) = reported_error(&value) {
            return Err(error);
        }
        if event == "thread.message.delta" {
            let parts = value.pointer("/delta/content").and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                out.text(part.text_at("/text/value").unwrap_or_default(), has_lone_surrogates);
            }
            return Ok(FrameOutcome::More);
        }
        out.usage(&value);
        let Some(choice) = value.pointer("/choices/0") else { return Ok(FrameOutcome::More) };
        let text = choice.pointer("/delta/content").or(choice.get("text"));
        let text = text.and_then(Value::as_str).unwrap_or_default();
        match value.get("id").or(value.get("object")) {
            Some(_) => out.text(text, has_lone_surrogates),
            None => self.error_text.push_str(text),
        }
        match choice.text_or_empty("finish_reason") {
            "" => Ok(FrameOutcome::More),
            reason => self.finish(Finish::from_word(reason), out),
        }
    }

    fn json_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Transition> {
        let Parsed { value, has_lone_surrogates } = response.json()?;
        // A response with `data` is a success, too, whatever its `status` (B4). The source documents looked only at
        // `data`.
        let status = value.text("status");
        match value.text("data") {
            Some(text) if status != Some("error") => {
                out.text(text, has_lone_surrogates);
                if let Some(thread) = value.text("thread_id") {
                    self.conversation.insert_str("threadId", thread);
                }
                // An answer in one piece does not tell how it ended (B4).
                self.finish(Finish::Unknown, out).map(|_| Transition::Over)
            }
            // Versions before 1.8.91 refuse a nonce in this way (B7).
            _ if status != Some("success") && error_text::of(&value).as_deref() == Some(EXPIRED) => {
                self.renew(EXPIRED, response, out).map(Transition::Send)
            }
            // This message is the one of the source documents.
            _ => Err(reported_error(&value)
                .filter(|_| status != Some("success"))
                .unwrap_or_else(|| Error::new(Code::Protocol, "Unexpected response structure: 'data' field missing"))),
        }
    }

    fn error_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Operation> {
        match response.head.status {
            // Versions since 1.8.91 answer "The link you followed has expired.", in the site's language (B7).
            // A web page is a firewall's, and so is a longer text.
            403 if response.body.len() < 4096 && !response.is_html() && json::parse(&response.body).is_err() => {
                self.renew(&error_text::html_to_text(lossy(&response.body).trim()), response, out)
            }
            // WordPress answers with status 400 and `0` where no plugin handles the action.
            400 if response.body.trim_ascii() == b"0" => Err(Error::new(
                Code::Service,
                "the site does not know this chat: AI Power is absent, or it is 2.3 or later (use AiPuffer)",
            )),
            _ => Err(absent_error(response, &ajax_url(&self.chat.settings))),
        }
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }
}

/// How versions before 1.8.91 say that the nonce is not valid.
const EXPIRED: &str = "Nonce verification failed";

/// The error that a response reports: `{"error": ...}`, `{"msg": ..., "<flag>": true}` or `{"status": "error", "msg":
/// ...}` (B4, B5). After a ban the server goes on with a normal response, by mistake; here a refusal ends the reply.
fn reported_error(value: &Value) -> Option<Error> {
    const FLAGS: [&str; 3] = ["messageFlagged", "ipBanned", "modflag"];
    const SIGNS: [&str; 3] = ["prohibited words", "not allowed", "nothing was inputted"];
    let text = error_text::of(value)?;
    let code = match () {
        () if value.is_true("tokenLimitReached") || holds(&text, RATE_LIMIT) => Code::RateLimited,
        () if holds(&text, CUT) => Code::Truncated,
        () if FLAGS.iter().any(|flag| value.is_true(flag)) => Code::Refused,
        () if SIGNS.iter().any(|sign| holds(&text, sign)) => Code::Refused,
        () if value.is_true("pineconeError") || value.get("error").is_some() => Code::Service,
        () if value.says("status", "error") => Code::Service,
        () => return None,
    };
    Some(Error::new(code, text))
}

/// How the text begins where there were too many requests: see [`holds`].
const RATE_LIMIT: &str = "^rate limit";

impl AiPowerDecoder {
    /// What follows when the nonce was refused with this text: it is searched for on the next page.
    ///
    /// # Errors
    /// The site's refusal, where no page is left.
    fn renew(&self, text: &str, response: &Response, out: &mut EventQueue) -> Result<Operation> {
        out.forget_session();
        let refused = Refused {
            nonce: self.session.nonce().unwrap_or_default().to_owned(),
            error: response.add_details(nonce::refused_error(text)),
        };
        match self.source.next() {
            Some(next) => Ok(read_page(self.chat.clone(), self.session.clone(), next, Some(refused))),
            None => Err(nonce::no_fresh_page(refused.error)),
        }
    }

    /// Reads a word of an error's text that is not valid JSON (B5). The plugin puts such words into JSON without
    /// escaping them, and a line break in one cuts the frame.
    fn read_error_piece(&mut self, data: &[u8]) -> Option<()> {
        let data = std::str::from_utf8(data).ok()?;
        let word = data.strip_prefix(r#"{"choices":[{"delta":{"content":""#)?;
        self.error_text.push_str(word.strip_suffix(r#""}}]}"#).unwrap_or(word));
        Some(())
    }

    /// Ends the reply, or fails with the error whose text came word by word.
    fn finish(&mut self, finish: Finish, out: &mut EventQueue) -> Result<FrameOutcome> {
        if !self.error_text.is_empty() {
            let text = error_text::html_to_text(self.error_text.trim());
            let limited = holds(&text, RATE_LIMIT);
            return Err(Error::new(if limited { Code::RateLimited } else { Code::Service }, text));
        }
        if !out.has_text() {
            out.warn(EMPTY_REPLY);
        }
        out.finish(std::mem::take(&mut self.conversation), finish);
        Ok(FrameOutcome::Done)
    }
}
