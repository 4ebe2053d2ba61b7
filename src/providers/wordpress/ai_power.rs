//! AI Power, classic protocol, plugin versions 1.x to 2.2: a page for nonce and ids, then one form post.
//!
//! Sections B1 to B7 of `tests/wire/README.md` are the protocol. The server decides between JSON and stream.

use std::rc::Rc;

use crate::chat::error_text::{self, holds};
use crate::chat::{Code, Error, Finish, Message, Result, Session};
use crate::exchange::{Decode, EMPTY, Next, Out, Progress, Step};
use crate::frame::Framing;
use crate::http::{Answer, Form, Request};
use crate::json::{self, Map, Parsed, Value};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::wordpress::page;
use crate::text::{find, join, lossy};

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    about: About {
        name: "AiPower",
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
        call.turns()?;
    }
    let settings = &call.settings;
    let mut session = session.clone();
    if let (None, Some(nonce), Some(id)) = (session.nonce(), settings.get("nonce"), settings.get("postId")) {
        session.set("nonce", nonce);
        session.set("postId", id);
    }
    Ok(match session.nonce() {
        Some(_) if !call.session_only => submit(call, &session, true),
        _ => read_page(call, false),
    })
}

/// B2. There is no endpoint for a nonce: only a page holds one. `stale`: pages come from caches, so ask around them.
fn read_page(call: Rc<Call>, stale: bool) -> Step {
    let mut request = Request::get(call.settings.page()).shared();
    if stale {
        request = request.header("cache-control", "no-cache");
    }
    Step::ask(request, move |answer, out| {
        let body = &answer.body;
        let missing = |what: &str| {
            let code = if answer.is_html() { Code::Nonce } else { Code::Protocol };
            Err(Error::new(code, what))
        };
        let digits = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let mut session = Session::default();
        match (call.settings.get("postId"), page::POWER_POST_ID.find(body).filter(digits)) {
            (Some(id), _) => session.set("postId", id),
            (None, Some(id)) => session.set("postId", &id),
            (None, None) => return missing("No post ID found"),
        }
        let Some(nonce) = page::POWER_NONCE.find(body) else { return missing("No nonce found") };
        session.set("nonce", &nonce);
        if let Some(bot) = page::POWER_BOT_ID.find(body).filter(digits) {
            session.set("botId", &bot);
        }
        let holds = |word: &str| find(body, word.as_bytes()).is_some();
        let is_widget = holds("data-type=\"widget\"") && !holds("wpaicg-chat-shortcode");
        session.set("widget", if is_widget { "1" } else { "" });
        out.session(&session);
        match call.session_only {
            true => Ok(Next::Over),
            false => Ok(Next::Step(submit(call, &session, false))),
        }
    })
}

/// B3.
fn submit(call: Rc<Call>, session: &Session, may_renew: bool) -> Step {
    // `open` has checked the turns.
    let (message, earlier) = call.turns().unwrap_or_default();
    let settings = &call.settings;
    let mut conversation = Map::new();
    call.carry("clientId", &call.random_id(10, 1), &mut conversation);
    conversation.copy("threadId", &call.conversation);
    let bot = settings.get("botId").or(session.get("botId")).unwrap_or("0");
    let widget = settings.widget.unwrap_or_else(|| session.get("widget").is_some());
    let identity = match (widget, bot) {
        (true, _) => "widget".to_owned(),
        (false, "0") => "shortcode".to_owned(),
        (false, bot) => join(&["custom_bot_", bot]),
    };
    let mut form = Form::default();
    form.take("_wpnonce", "nonce", &session.0);
    form.take("post_id", "postId", &session.0);
    form.add("url", settings.get("page").unwrap_or(&settings.url));
    form.add("action", if widget { "wpaicg_chatbox_message" } else { "wpaicg_chat_shortcode_message" });
    form.add("message", &message);
    form.add("bot_id", bot);
    form.add("chatbot_identity", &identity);
    form.take("wpaicg_chat_client_id", "clientId", &conversation);
    form.add("wpaicg_chat_history", &history(earlier));
    if let Some(thread) = conversation.text("threadId") {
        form.add("thread_id", thread);
    }
    let request = Request::post(settings.ajax()).form(form);
    Step::stream(request, Framing::Sse, Reply { call, may_renew, conversation, words: String::new() })
}

/// Oldest first. The server deletes every backslash before it decodes, so nothing here may need one: no quotes, no line
/// breaks, raw UTF-8 (B3). There is no place for system messages but among the human's.
fn history(earlier: &[Message]) -> String {
    let mut history = "[".to_owned();
    for turn in earlier.iter().filter(|turn| !turn.text.trim().is_empty()) {
        if history.len() > 1 {
            history.push(',');
        }
        history.push_str(r#"{"id":"","text":""#);
        history.push_str(if turn.role == "assistant" { "AI: " } else { "Human: " });
        history.extend(turn.text.chars().map(plain));
        history.push_str(r#""}"#);
    }
    history + "]"
}

fn plain(character: char) -> char {
    match character {
        '"' => '\u{201d}',
        '\\' => '\u{2216}',
        control if control.is_control() => ' ',
        other => other,
    }
}

/// B4 to B6.
struct Reply {
    call: Rc<Call>,
    may_renew: bool,
    conversation: Map,
    /// A provider's error comes word by word, as if it were the answer; only the missing `id` and `object` tell.
    words: String,
}

impl Decode for Reply {
    fn text_path(&self) -> &'static [&'static str] {
        &["choices", "0", "delta", "content"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        match (event, data.trim_ascii()) {
            (_, b"[DONE]" | b"[LIMITED]") | ("done", _) => return self.finish(Finish::Stop, out),
            ("thread_id", id) => {
                self.conversation.put("threadId", &lossy(id));
                return Ok(Progress::More);
            }
            _ => {}
        }
        let Parsed { value, mended } = match json::parse(data) {
            Ok(parsed) => parsed,
            Err(error) => return self.broken_words(data).map_or(Err(error.into()), |()| Ok(Progress::More)),
        };
        if let Some(error) = refusal(&value) {
            return Err(error);
        }
        if event == "thread.message.delta" {
            let parts = value.pointer("/delta/content").and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                out.text(part.text_at("/text/value").unwrap_or_default(), mended);
            }
            return Ok(Progress::More);
        }
        out.usage(&value);
        let Some(choice) = value.pointer("/choices/0") else { return Ok(Progress::More) };
        let text = choice.pointer("/delta/content").or(choice.get("text"));
        let text = text.and_then(Value::as_str).unwrap_or_default();
        match value.get("id").or(value.get("object")) {
            Some(_) => out.text(text, mended),
            None => self.words.push_str(text),
        }
        match choice.text("finish_reason").unwrap_or_default() {
            "" => Ok(Progress::More),
            reason => self.finish(Finish::from_word(reason), out),
        }
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        let Parsed { value, mended } = answer.json()?;
        // The presence of `data` tells success, too (B4): the source documents looked at nothing else.
        let status = value.text("status");
        match value.text("data") {
            Some(text) if status != Some("error") => {
                out.text(text, mended);
                if let Some(thread) = value.text("thread_id") {
                    self.conversation.put("threadId", thread);
                }
                self.finish(Finish::Stop, out).map(|_| Next::Over)
            }
            // B7, before 1.8.91.
            _ if status != Some("success") && error_text::error_words(&value).as_deref() == Some(EXPIRED) => {
                self.renew(EXPIRED, out).map(Next::Step)
            }
            // The words of the source documents.
            _ => Err(refusal(&value)
                .filter(|_| status != Some("success"))
                .unwrap_or_else(|| Error::new(Code::Protocol, "Unexpected response structure: 'data' field missing"))),
        }
    }

    fn refused(&mut self, answer: &Answer, out: &mut Out) -> Result<Step> {
        match answer.head.status {
            // B7, since 1.8.91: "The link you followed has expired.", in the site's language.
            403 => {
                let expired = answer.body.len() < 4096 && json::parse(&answer.body).is_err();
                let words = error_text::html_to_text(lossy(&answer.body).trim());
                self.renew(&words, out).map_err(|error| if expired { error } else { answer.refusal() })
            }
            // WordPress answers an action that nobody handles with 400 and `0`.
            400 if answer.body.trim_ascii() == b"0" => Err(Error::new(
                Code::Service,
                "the site does not know this chat: AI Power is absent, or it is 2.3 or later (use AiPuffer)",
            )),
            _ => Err(answer.refusal()),
        }
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }
}

const EXPIRED: &str = "Nonce verification failed";

/// `{"error": ...}`, `{"msg": ..., "<flag>": true}` and `{"status": "error", "msg": ...}`. After a ban the server goes on
/// with the normal answer, by a flaw; a refusal is the end here.
fn refusal(value: &Value) -> Option<Error> {
    const FLAGS: [&str; 3] = ["messageFlagged", "ipBanned", "modflag"];
    const SIGNS: [&str; 3] = ["prohibited words", "not allowed", "nothing was inputted"];
    let words = error_text::error_words(value)?;
    let code = match () {
        () if value.is_true("tokenLimitReached") || holds(&words, RATE_LIMIT) => Code::RateLimited,
        () if FLAGS.iter().any(|flag| value.is_true(flag)) => Code::Refused,
        () if SIGNS.iter().any(|sign| holds(&words, sign)) => Code::Refused,
        () if value.is_true("pineconeError") || value.get("error").is_some() => Code::Service,
        () if value.text("status") == Some("error") => Code::Service,
        () => return None,
    };
    Some(Error::new(code, words))
}

const RATE_LIMIT: &str = "^rate limit";

impl Reply {
    /// The nonce was refused, in these words.
    fn renew(&self, words: &str, out: &mut Out) -> Result<Step> {
        out.forget_session();
        match self.may_renew {
            true => Ok(read_page(self.call.clone(), true)),
            false => Err(Error::new(Code::Nonce, join(&["the site refused the nonce: ", words]))),
        }
    }

    /// B5: such a word is put into JSON without escaping, and a line break in it cuts the line.
    fn broken_words(&mut self, data: &[u8]) -> Option<()> {
        let data = std::str::from_utf8(data).ok()?;
        let word = data.strip_prefix(r#"{"choices":[{"delta":{"content":""#)?;
        self.words.push_str(word.strip_suffix(r#""}}]}"#).unwrap_or(word));
        Some(())
    }

    fn finish(&mut self, finish: Finish, out: &mut Out) -> Result<Progress> {
        if !self.words.is_empty() {
            let words = error_text::html_to_text(self.words.trim());
            let limited = holds(&words, RATE_LIMIT);
            return Err(Error::new(if limited { Code::RateLimited } else { Code::Service }, words));
        }
        if !out.any_text() {
            out.warn(EMPTY);
        }
        out.finish(std::mem::take(&mut self.conversation), finish);
        Ok(Progress::Done)
    }
}
