//! AI Power, classic protocol, plugin versions 1.x to 2.2: a page for nonce and ids, then one form post.
//!
//! Sections B1 to B7 of `tests/wire/README.md` are the protocol. The server decides between JSON and stream.

use std::rc::Rc;

use super::Protocol;
use crate::about::About;
use crate::call::Call;
use crate::chat::{Event, Finish, Message, Session, Usage};
use crate::error::{Code, Error, Result};
use crate::exchange::{Decode, Next, Progress, Step};
use crate::frame::Framing;
use crate::http::{Answer, Request};
use crate::json::{self, Parsed};
use crate::out::Out;
use crate::page;
use crate::value::{Map, Value};
use crate::words;

pub const PROTOCOL: Protocol = Protocol {
    open,
    about: About {
        name: "AiPower",
        needs_auth: false,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: false,
        options: &[],
    },
};

fn open(call: Rc<Call>, session: &Session) -> Result<Step> {
    if !call.session_only {
        call.turns()?;
    }
    let mut session = session.clone();
    if let (None, Some(nonce), Some(id)) = (session.nonce(), &call.settings.nonce, &call.settings.post_id) {
        session.set("nonce", nonce);
        session.set("postId", id);
    }
    Ok(match session.nonce() {
        Some(_) if !call.session_only => submit(call, session, true),
        _ => read_page(call, false),
    })
}

/// B2. There is no endpoint for a nonce: only a page holds one. `stale`: pages come from caches, so ask around them.
fn read_page(call: Rc<Call>, stale: bool) -> Step {
    let page = call.settings.page.clone().unwrap_or_else(|| format!("{}/", call.settings.url));
    let mut request = Request::get(page).shared();
    if stale {
        request = request.header("cache-control", "no-cache");
    }
    Step::ask(request, move |answer, out| {
        let body = &answer.body;
        let missing = |what: &str| {
            let error = answer.explain(Error::new(Code::Nonce, what));
            if answer.is_html() { error } else { answer.explain(Error::new(Code::Protocol, what)) }
        };
        let digits = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let post_id = call.settings.post_id.clone().or_else(|| page::POWER_POST_ID.find(body).filter(digits));
        let Some(post_id) = post_id else { return Err(missing("No post ID found")) };
        let Some(nonce) = page::POWER_NONCE.find(body) else { return Err(missing("No nonce found")) };
        let mut session = Session::default();
        session.set("postId", post_id);
        session.set("nonce", nonce);
        if let Some(bot) = page::POWER_BOT_ID.find(body).filter(digits) {
            session.set("botId", bot);
        }
        let is_widget = contains(body, b"data-type=\"widget\"") && !contains(body, b"wpaicg-chat-shortcode");
        session.set("widget", if is_widget { "1" } else { "" });
        out.session(session.clone());
        match call.session_only {
            true => Ok(Next::Over),
            false => Ok(Next::Step(submit(call, session, false))),
        }
    })
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window == word)
}

/// B3.
fn submit(call: Rc<Call>, session: Session, may_renew: bool) -> Step {
    // `open` has checked the turns.
    let (message, earlier) = call.turns().unwrap_or_default();
    let settings = &call.settings;
    let client = call.remembered("clientId").map_or_else(|| call.random_id(10, 1), str::to_owned);
    let bot = settings.bot_id.as_deref().or(session.get("botId")).unwrap_or("0");
    let widget = settings.widget.unwrap_or_else(|| session.get("widget").is_some());
    let identity = match (widget, bot) {
        (true, _) => "widget".to_owned(),
        (false, "0") => "shortcode".to_owned(),
        (false, bot) => format!("custom_bot_{bot}"),
    };
    let history = history(earlier);
    let mut fields = vec![
        ("_wpnonce", session.nonce().unwrap_or_default()),
        ("post_id", session.get("postId").unwrap_or_default()),
        ("url", settings.page.as_deref().unwrap_or(&settings.url)),
        ("action", if widget { "wpaicg_chatbox_message" } else { "wpaicg_chat_shortcode_message" }),
        ("message", &message),
        ("bot_id", bot),
        ("chatbot_identity", &identity),
        ("wpaicg_chat_client_id", &client),
        ("wpaicg_chat_history", &history),
    ];
    let thread = call.remembered("threadId");
    fields.extend(thread.map(|thread| ("thread_id", thread)));
    let mut conversation = Map::new();
    conversation.insert("clientId", client.as_str().into());
    if let Some(thread) = thread {
        conversation.insert("threadId", thread.into());
    }

    let request = Request::post(format!("{}/wp-admin/admin-ajax.php", settings.url)).form(&fields);
    let again = call.clone();
    let reply = Reply { call, may_renew, conversation, words: String::new() };
    Step::stream(request, Framing::Sse, reply).if_refused(move |answer, out| match answer.head.status {
        // B7, since 1.8.91: "The link you followed has expired.", in the site's language.
        403 => {
            out.forget_session();
            if may_renew {
                return Ok(Some(read_page(again, true)));
            }
            let words = String::from_utf8_lossy(&answer.body);
            let expired = answer.body.len() < 4096 && json::parse(&answer.body).is_err();
            if !expired {
                return Ok(None);
            }
            let words = words::html_to_text(words.trim());
            Err(Error::new(Code::Nonce, format!("the site refused the nonce: {words}")))
        }
        // WordPress answers an action that nobody handles with 400 and `0`.
        400 if answer.body.trim_ascii() == b"0" => Err(Error::new(
            Code::Service,
            "the site does not know this chat: AI Power is absent, or it is 2.3 or later (use AiPuffer)",
        )),
        _ => Ok(None),
    })
}

/// Oldest first. The server deletes every backslash before it decodes, so nothing here may need one: no quotes, no line
/// breaks, raw UTF-8 (B3). There is no place for system messages but among the human's.
fn history(earlier: &[Message]) -> String {
    let items = earlier.iter().filter(|turn| !turn.text.trim().is_empty()).map(|turn| {
        let who = if turn.role == "assistant" { "AI" } else { "Human" };
        let text: String = turn.text.chars().map(plain).collect();
        format!(r#"{{"id":"","text":"{who}: {text}"}}"#)
    });
    format!("[{}]", items.collect::<Vec<_>>().join(","))
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
                self.conversation.insert("threadId", String::from_utf8_lossy(id).into_owned().into());
                return Ok(Progress::More);
            }
            _ => {}
        }
        let Parsed { value, mended } = match json::parse(data) {
            Ok(parsed) => parsed,
            Err(error) => return self.broken_words(data).map_or(Err(error), |()| Ok(Progress::More)),
        };
        if let Some(error) = refusal(&value) {
            return Err(error);
        }
        if event == "thread.message.delta" {
            let parts = value.pointer("/delta/content").and_then(Value::as_array).into_iter().flatten();
            let texts = parts.filter_map(|part| part.pointer("/text/value")?.as_str());
            texts.for_each(|text| out.text(text, mended));
            return Ok(Progress::More);
        }
        if let Some(usage) = value.get("usage").and_then(Usage::from_json) {
            out.event(Event::Usage(usage));
        }
        let Some(choice) = value.pointer("/choices/0") else { return Ok(Progress::More) };
        let text = choice.pointer("/delta/content").or_else(|| choice.get("text")).and_then(Value::as_str);
        let text = text.unwrap_or_default();
        match value.get("id").or_else(|| value.get("object")) {
            Some(_) => out.text(text, mended),
            None => self.words.push_str(text),
        }
        match choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty()) {
            Some(reason) => self.finish(Finish::from_word(reason), out),
            None => Ok(Progress::More),
        }
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        let Parsed { value, mended } = answer.json()?;
        let words = words::error_words(&value).unwrap_or_default();
        // The presence of `data` tells success, too (B4): the source documents looked at nothing else.
        let status = value.get("status").and_then(Value::as_str);
        let data = value.get("data").and_then(Value::as_str).filter(|_| status != Some("error"));
        if status == Some("success") || data.is_some() {
            let Some(text) = data else { return Err(no_data(answer)) };
            out.text(text, mended);
            if let Some(thread) = value.get("thread_id").and_then(Value::as_str) {
                self.conversation.insert("threadId", thread.into());
            }
            self.finish(Finish::Stop, out)?;
            return Ok(Next::Over);
        }
        // B7, before 1.8.91.
        if words == "Nonce verification failed" {
            out.forget_session();
            return match self.may_renew {
                true => Ok(Next::Step(read_page(self.call.clone(), true))),
                false => Err(answer.explain(Error::new(Code::Nonce, format!("the site refused the nonce: {words}")))),
            };
        }
        let error = refusal(&value).unwrap_or_else(|| no_data(answer));
        Err(answer.explain(error))
    }
}

/// The words of the source documents.
fn no_data(answer: &Answer) -> Error {
    answer.explain(Error::new(Code::Protocol, "Unexpected response structure: 'data' field missing"))
}

/// `{"error": ...}`, `{"msg": ..., "<flag>": true}` and `{"status": "error", "msg": ...}`. After a ban the server goes on
/// with the normal answer, by a flaw; a refusal is the end here.
fn refusal(value: &Value) -> Option<Error> {
    let words = words::error_words(value)?;
    let flagged = |key: &str| value.get(key) == Some(&Value::Bool(true));
    let lower = words.to_ascii_lowercase();
    let code = match () {
        () if flagged("tokenLimitReached") || lower.starts_with("rate limit") => Code::RateLimited,
        () if flagged("messageFlagged") || flagged("ipBanned") || flagged("modflag") => Code::Refused,
        () if lower.contains("prohibited words") || lower.contains("not allowed") => Code::Refused,
        () if lower.contains("nothing was inputted") => Code::Refused,
        () if flagged("pineconeError") || value.get("error").is_some() => Code::Service,
        () if value.get("status").and_then(Value::as_str) == Some("error") => Code::Service,
        () => return None,
    };
    Some(Error::new(code, words))
}

impl Reply {
    /// B5: such a word is put into JSON without escaping, and a line break in it cuts the line.
    fn broken_words(&mut self, data: &[u8]) -> Option<()> {
        let data = std::str::from_utf8(data).ok()?;
        let word = data.strip_prefix(r#"{"choices":[{"delta":{"content":""#)?;
        self.words.push_str(word.strip_suffix(r#""}}]}"#).unwrap_or(word));
        Some(())
    }

    fn finish(&mut self, finish: Finish, out: &mut Out) -> Result<Progress> {
        if !self.words.is_empty() {
            let words = words::html_to_text(self.words.trim());
            let limited = words.to_ascii_lowercase().starts_with("rate limit");
            return Err(Error::new(if limited { Code::RateLimited } else { Code::Service }, words));
        }
        if !out.any_text() {
            out.warn("the site sent an empty reply");
        }
        out.finish(std::mem::take(&mut self.conversation), finish);
        Ok(Progress::Done)
    }
}
