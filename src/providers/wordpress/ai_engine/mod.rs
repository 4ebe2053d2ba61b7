//! AI Engine (Meow Apps), plugin versions 2.0.9 to 3.6.2: `start_session`, then `chats/submit`.
//!
//! Sections A1 to A10 of `tests/wire/README.md` are the protocol. Only what they describe is sent.

mod api;
mod decoder;
mod refusal;

use std::rc::Rc;

use super::{
    absent_error, ajax_url, check_messages, checked_messages, find_rest_root, is_no_rest, nonce, page, page_error,
    page_status_error, page_url, plain_rest_root, rest_root_of, rest_url, with_session,
};
use crate::chat::error_text::holds;
use crate::chat::{Code, Error, Message, Result, Session, error_text, message_json};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::frame::Framing;
use crate::http::{Multipart, Request, Response};
use crate::json::{Map, Value};
use crate::options::{AttachmentSupport, ChatRequest, PDF, ProtocolInfo, Purpose, SettingKind};
use crate::providers::Protocol;
use crate::text::{count_characters, decimal, filled, join, lossy, parse_number};
use decoder::AiEngineDecoder;
use nonce::Renewal;
use refusal::{MessageLength, refusal_error};

/// The class `AiEngine` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    embeddings: None,
    info: ProtocolInfo {
        supports_system_message: true,
        options: &[(SHORTCUT, SHORTCUT)],
        // Each takes a request, of which a reply has eight.
        attachments: AttachmentSupport { most: 4, types: &ATTACHMENT_TYPES },
        ..ProtocolInfo::site(
            "AiEngine",
            "/wp-json/mwai-ui/v1/chats/submit",
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

/// The types of what the plugin passes on to a model (A12).
const ATTACHMENT_TYPES: [&str; 5] = ["image/png", "image/jpeg", "image/webp", "image/gif", PDF];

/// The route that takes messages.
const SUBMIT: &str = "mwai-ui/v1/chats/submit";

/// The option and the member of the request by which a shortcut is followed (A5).
const SHORTCUT: &str = "shortcutId";

/// One turn of the chat: what its requests have in common.
#[derive(Clone)]
struct Turn {
    chat: Rc<ChatRequest>,
    session: Session,
    renewal: Renewal,
    /// Whether the nonce is from a page that this turn read.
    has_nonce_of_page: bool,
    /// Whether `start_session` gave no nonce, so that only the page can.
    has_no_session_route: bool,
    /// Whether this turn has read the page. It reads it once more for a renewal.
    has_read_page: bool,
    /// The ids of the images and files that were uploaded.
    files: Vec<String>,
}

/// Said where the site has none of the ways to a nonce.
const NO_SESSION: &str = "No nonce found: the site has no start_session (AI Engine is absent, or older than 2.4.4), and \
    its page holds no nonce";

/// The first request: the message where a nonce is known, otherwise `start_session` or the page.
fn open(chat: Rc<ChatRequest>, session: &Session) -> Result<Operation> {
    let shortcut = chat.mapped_options.get(SHORTCUT);
    if shortcut.is_none() {
        check_messages(&chat)?;
    } else if chat.mapped_options.text(SHORTCUT).is_none() {
        return Err(Error::input("shortcutId must be the string that the shortcut's action has"));
    }
    if chat.settings.get("apiKey").is_some() && chat.purpose == Purpose::Reply {
        return api::operation(chat);
    }
    let settings = &chat.settings;
    let mut session = session.clone();
    if let Some(root) = settings.get("restRoot") {
        session.set("root", root);
    }
    if let (None, Some(nonce)) = (session.nonce(), settings.get("nonce")) {
        session.set("nonce", nonce);
    }
    let needs_page = settings.get("page").is_some() && session.get("page").is_none();
    let has_nonce = session.nonce().is_some() && chat.purpose == Purpose::Reply;
    let turn = Turn {
        chat,
        session,
        renewal: Renewal::Possible,
        has_nonce_of_page: false,
        has_no_session_route: false,
        has_read_page: false,
        files: Vec::new(),
    };
    Ok(match () {
        // The page names the bot, so it is read even where there is a nonce already.
        () if needs_page => turn.read_page(),
        () if has_nonce => turn.submit(),
        () => turn.fetch_nonce(),
    })
}

impl Turn {
    /// Requests a nonce: that of the login, if there is one, or a guest's. The old one is not sent: WordPress would refuse
    /// the request before the plugin sees it.
    fn fetch_nonce(mut self) -> Operation {
        self.session.0.remove("nonce");
        if self.chat.logged_in { self.fetch_nonce_of_login() } else { self.start_session() }
    }

    /// Requests the nonce of a login from WordPress itself (A3), since the one of `start_session` fits no login.
    fn fetch_nonce_of_login(mut self) -> Operation {
        let request = Request::get(filled("$?action=rest-nonce", &[&ajax_url(&self.chat.settings)]));
        Operation::buffered_any_status(request, move |response, out| {
            let nonce = lossy(response.body.trim_ascii());
            if !response.head.is_success() || !nonce::is_nonce(&nonce) {
                // The login has run out, and the caller is a guest.
                return Ok(Transition::Send(self.start_session()));
            }
            self.session.set("nonce", &nonce);
            self.session_ready(out)
        })
    }

    /// Requests a nonce (A2). If the route does not exist (before version 2.4.4, or with another REST root), the page may
    /// say more.
    fn start_session(self) -> Operation {
        let operation = self.clone().start_session_at_root();
        if !self.has_unknown_root() || !self.chat.cross_origin {
            return operation;
        }
        operation.or_else(self.at_plain_root().start_session_at_root())
    }

    fn start_session_at_root(mut self) -> Operation {
        let request = Request::post(self.route("mwai/v1/start_session")).shared();
        Operation::buffered_any_status(request, move |response, out| {
            let is_error = !response.head.is_success();
            if let Some(error) = nonce_refusal(response).filter(|_| is_error) {
                return Err(error);
            }
            // Without pretty permalinks `/wp-json/` may be answered by the home page, with 200.
            let is_absent = if is_error { response.head.status == 404 } else { response.is_html() };
            if is_absent && !self.has_read_page {
                self.has_no_session_route = true;
                return Ok(Transition::Send(self.read_page()));
            }
            if is_error {
                // The page that was read before held no nonce either.
                let is_absent = response.json_or_null().says("code", "rest_no_route");
                return Err(match is_absent {
                    true => response.error(Code::Nonce, NO_SESSION),
                    false => absent_error(response, &self.route("mwai/v1/start_session")),
                });
            }
            let value = response.json()?.value;
            let Some(nonce) = value.text("new_token").or(value.text("restNonce")) else {
                return Err(nonce::missing_error(response, &value));
            };
            self.session.set("nonce", nonce);
            if let Some(id) = value.text("sessionId") {
                self.session.set("session", id);
            }
            self.session_ready(out)
        })
    }

    /// Reads the page (A8). It names the REST root and the bot, and before version 2.4.4 it holds the nonce.
    fn read_page(mut self) -> Operation {
        let page = page_url(&self.chat.settings);
        let address = match self.renewal {
            Renewal::Possible => page,
            // A cache may hold the page with the nonce that was refused.
            Renewal::Done => nonce::uncached(&page, &self.chat),
        };
        self.has_read_page = true;
        let request = Request::get(&address).shared();
        Operation::buffered_any_status(request, move |response, out| {
            let tried = self.route("");
            if response.head.is_success() {
                self.take_page(&response.body);
            }
            if self.has_nonce_of_page {
                return self.session_ready(out);
            }
            if !response.head.is_success() {
                return Err(page_status_error(&self.chat.settings, response, &address));
            }
            if self.session.nonce().is_some() && self.chat.purpose == Purpose::Reply {
                out.session(&self.session);
                return Ok(Transition::Send(self.submit()));
            }
            if !self.has_no_session_route || self.route("") != tried {
                return Ok(Transition::Send(self.fetch_nonce()));
            }
            Err(page_error(&self.chat.settings, response, Code::Nonce, NO_SESSION, &address))
        })
    }

    /// Takes over what a page tells.
    fn take_page(&mut self, page: &[u8]) {
        let (site, session) = (&self.chat.settings.url, &mut self.session);
        let system = page::ENGINE_SYSTEM.find_object(page).unwrap_or_default();
        let is_given = self.chat.settings.get("restRoot").is_some();
        if let Some(root) = rest_root_of(site, page).filter(|_| !is_given) {
            session.set("root", &root);
        }
        session.set("page", "read");
        for &key in &["botId", "customId", "contextId"] {
            if let Some(id) = system.string_or_number(key) {
                session.set(key, id);
            }
        }
        let params = page::ENGINE_PARAMS.find_object(page).unwrap_or_default();
        if let Some(limit) = params.get("textInputMaxLength").and_then(Value::as_u64) {
            session.set("limit", &decimal(limit));
        }
        let nonce = system.string_or_number("restNonce");
        if let Some(nonce) = nonce {
            session.set("nonce", nonce);
        }
        self.has_nonce_of_page = nonce.is_some();
        // Since version 2.4.4 the pages of guests hold no nonce.
        if nonce.is_some() && !self.chat.logged_in {
            session.set("old", "1");
        }
    }

    /// What follows when the nonce is known.
    fn session_ready(self, out: &mut EventQueue) -> Result<Transition> {
        let (chat, session) = (self.chat.clone(), self.session.clone());
        with_session(chat, session, out, |_, _| self.submit())
    }

    /// Sends the message (A4), after its images and files.
    fn submit(self) -> Operation {
        if self.files.len() < self.chat.attachments.len() {
            return self.upload();
        }
        let may_be_elsewhere = self.chat.cross_origin && self.has_unknown_root();
        let other = may_be_elsewhere.then(|| self.clone().at_plain_root().submit_at_root());
        let operation = self.submit_at_root();
        match other {
            Some(other) => operation.or_else(other),
            None => operation,
        }
    }

    fn submit_at_root(self) -> Operation {
        let Turn { chat, session, .. } = &self;
        // A page of another origin can read the JSON answer but not the stream (A9); the answer then comes as one piece.
        // Whole text is asked for as such, since a stream changes line breaks (A6).
        let stream = !chat.cross_origin && !chat.whole;
        // The site ignores a shortcut beside a message, so all messages are earlier ones.
        let is_shortcut = chat.mapped_options.get(SHORTCUT).is_some();
        let (message, earlier) = match is_shortcut {
            true => (String::new(), &chat.messages[..]),
            false => checked_messages(chat),
        };
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
        for &key in &["chatId", "previousResponseId"] {
            body.copy(key, &conversation);
        }
        let limit = session.get("limit").and_then(|limit| parse_number(limit, 10));
        let length = MessageLength { characters: count_characters(&message), limit };
        body.insert_str("newMessage", &message);
        body.copy(SHORTCUT, &chat.mapped_options);
        if let Some(first) = self.files.first() {
            body.insert_str("newFileId", first);
            if session.get("old").is_some() {
                body.insert_str("newImageId", first);
            }
        }
        if self.files.len() > 1 {
            body.insert("newFileIds", self.files.iter().map(|id| id.as_str().into()).collect::<Vec<_>>().into());
        }
        body.insert("stream", stream.into());

        let mut request = Request::post(self.route(SUBMIT)).json(&Value::Object(body));
        request = request.header("x-wp-nonce", session.nonce().unwrap_or_default());
        if stream {
            request = request.header("accept", "text/event-stream");
        }
        let decoder = AiEngineDecoder { turn: self, conversation, length, had_empty_error: false };
        Operation::stream(request, Framing::Sse, decoder)
    }

    /// Uploads the next image or file (A12).
    fn upload(mut self) -> Operation {
        let chat = self.chat.clone();
        let Some(attachment) = chat.attachments.get(self.files.len()) else { return self.submit_at_root() };
        let size = attachment.size as u64;
        let (kind, purpose) = if attachment.media == PDF { ("file", "files") } else { ("image", "vision") };
        let mut form = Multipart::new(&chat.random_id(24, 7));
        form.file("file", &attachment.media, attachment.base64(), attachment.size);
        form.add("type", kind);
        form.add("purpose", purpose);
        let request = Request::post(self.route("mwai-ui/v1/files/upload")).multipart(form);
        let request = request.header("x-wp-nonce", self.session.nonce().unwrap_or_default());
        Operation::buffered_any_status(request, move |response, out| {
            if let Some(error) = nonce_refusal(response) {
                return self.renew(error, out).map(Transition::Send);
            }
            let value = response.json_or_null();
            let Some(id) = value.text_at("/data/id") else { return Err(upload_error(response, &value, size)) };
            self.files.push(id.to_owned());
            Ok(Transition::Send(self.submit()))
        })
    }

    /// What follows when the site refused the nonce (A3).
    ///
    /// # Errors
    /// `error`, where this turn has renewed a nonce already.
    fn renew(&self, error: Error, out: &mut EventQueue) -> Result<Operation> {
        let is_of_page = self.has_nonce_of_page && self.renewal == Renewal::Done;
        let error = if is_of_page { nonce::no_fresh_page(error) } else { error };
        nonce::renew_once(self.renewal, error, out, || {
            let mut fresh = Turn { renewal: Renewal::Done, has_read_page: false, ..self.clone() };
            fresh.session.0.remove("nonce");
            match std::mem::take(&mut fresh.has_nonce_of_page) {
                // A site before 2.4.4: there is no other source, and the page may name another bot by now.
                true => fresh.read_page(),
                false => fresh.fetch_nonce(),
            }
        })
    }

    /// What follows when the message met this `error`, which may mean that the REST root is another one: the page is read,
    /// which names it.
    ///
    /// # Errors
    /// `error`, where the root is known.
    fn find_root(&self, error: Error) -> Result<Operation> {
        match self.has_unknown_root() && !self.has_read_page {
            true => {
                let mut turn = self.clone();
                turn.has_read_page = true;
                Ok(find_rest_root(
                    &self.chat,
                    SUBMIT,
                    error,
                    Box::new(move |root, out| {
                        turn.session.set("root", &root);
                        out.session(&turn.session);
                        turn.submit()
                    }),
                ))
            }
            false => Err(error),
        }
    }

    /// Whether neither a setting nor a page has named the REST root.
    fn has_unknown_root(&self) -> bool {
        self.session.get("root").is_none()
    }

    fn at_plain_root(mut self) -> Turn {
        self.session.set("root", &plain_rest_root(&self.chat.settings));
        self
    }

    /// The address of the REST route `path`.
    fn route(&self, path: &str) -> String {
        rest_url(&self.chat.settings, self.session.get("root"), path)
    }
}

/// Whether a file that is no image goes with the message.
fn has_file(chat: &ChatRequest) -> bool {
    chat.attachments.iter().any(|attachment| attachment.media == PDF)
}

/// Said where the answer is not one of OpenAI's Responses API: other bots of version 3.6.2 leave a PDF out, and say
/// nothing (A12).
const FILE_MAY_BE_LOST: &str =
    "the site does not tell whether its model got the file: only bots of OpenAI's Responses API surely pass it on";

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
        return decoder.turn.renew(error, out);
    }
    let value = response.json_or_null();
    if value.says("code", "rest_no_route") {
        let message = "no AI Engine chatbot here: the plugin is absent or its chatbots are off";
        return Err(Error::new(Code::Service, message));
    }
    match error_text::of(&value) {
        Some(text) if value.text("code").is_none() => {
            // The plugin answers with status 500 to messages that it will refuse again, so 500 is not retryable here.
            // Other statuses come from servers in front of it and keep their meaning.
            let mut error = refusal_error(&text, decoder.length);
            error.retryable |= matches!(response.head.status, 408 | 409 | 429 | 502..=504);
            Err(error)
        }
        // A route of WordPress answers with JSON, also where it is absent. A page or nothing came from somewhere else.
        _ if is_no_rest(response) => {
            let address = decoder.turn.route(SUBMIT);
            decoder.turn.find_root(absent_error(response, &address))
        }
        _ => Err(response.status_error()),
    }
}

/// The error of an image of `size` bytes that the site did not take (A12).
fn upload_error(response: &Response, value: &Value, size: u64) -> Error {
    let text = error_text::of(value).unwrap_or_default();
    // PHP drops what is larger than it allows, and the plugin then finds no file, or fails.
    if response.is_html() || holds(&text, "no file provided") {
        let size = decimal(size);
        let parts = ["the site took no image: one of ", &size, " bytes is probably more than it allows"];
        return response.error(Code::TooLarge, &join(&parts));
    }
    if text.is_empty() || value.get("code").is_some() {
        return response.status_error();
    }
    let mut error = response.error(Code::Refused, &filled("the site refused the image: $", &[&text]));
    // The first upload to a site of version 2.5.3 fails, and makes the table that the next one needs.
    error.retryable = holds(&text, "could not create database table");
    error
}

/// WordPress's own refusal of a nonce (A3). Its text is in the site's language, its code is not.
fn nonce_refusal(response: &Response) -> Option<Error> {
    let value = response.json_or_null();
    matches!(value.text("code")?, "rest_cookie_invalid_nonce" | "rest_forbidden")
        .then(|| nonce::refused_error(&error_text::of(&value).unwrap_or_default()))
}
