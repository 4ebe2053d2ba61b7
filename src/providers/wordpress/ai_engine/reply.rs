//! What the answer means: event stream (A6) or JSON (A5).

use std::rc::Rc;

use super::refusal::{TooLong, in_words};
use super::refused;
use crate::chat::{Code, Error, Event, Finish, Result, Session, error_text};
use crate::exchange::{Decode, EMPTY, Next, Out, Progress, Step};
use crate::http::{Answer, Head};
use crate::json::{self, Map, Parsed, Value};
use crate::options::Call;

pub struct Reply {
    pub call: Rc<Call>,
    pub session: Session,
    /// The nonce is from an earlier call.
    pub may_renew: bool,
    pub conversation: Map,
    pub too_long: TooLong,
    /// Some providers' errors come as two events, the first without words.
    pub empty_error: bool,
}

impl Decode for Reply {
    fn head(&mut self, head: &Head, out: &mut Out) {
        if self.call.foreign {
            out.warn(
                "a page of another origin cannot read this site's stream: the reply comes as one piece (see proxy)",
            );
        }
        out.keep_whole();
        if let Some(nonce) = head.header("x-wp-nonce") {
            self.adopt(nonce, out);
        }
    }

    fn text_path(&self) -> &'static [&'static str] {
        &["data"]
    }

    fn thought_paths(&self) -> &'static [&'static [&'static str]] {
        &[&["data"]]
    }

    fn frame(&mut self, _event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        let Parsed { value, mended } = json::parse(data)?;
        let text = value.text("data").unwrap_or_default();
        match value.text("type").unwrap_or_default() {
            "live" => match value.text("subtype") {
                None | Some("content") => out.text(text, mended),
                Some("thinking") => _ = out.think(text, mended),
                Some(kind) => {
                    let words = json::whole_text(text, mended);
                    out.event(match kind {
                        "warning" => Event::Warning(words),
                        kind => Event::Status { kind: kind.to_owned(), text: words, raw: value },
                    });
                }
            },
            "end" => {
                // The object is JSON inside JSON.
                let end = match value.get("data") {
                    Some(Value::String(text)) => json::parse(text.as_bytes())?,
                    Some(object @ Value::Object(_)) => Parsed { value: object.clone(), mended },
                    _ => return Err(Error::new(Code::Protocol, "the end event holds no answer")),
                };
                self.answer(&end.value, end.mended, out)?;
                return Ok(Progress::Done);
            }
            "error" if text.is_empty() => self.empty_error = true,
            "error" => return Err(in_words(&error_text::html_to_text(text), self.too_long)),
            _ => {}
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        let Parsed { value, mended } = answer.json()?;
        self.answer(&value, mended, out).map(|()| Next::Over)
    }

    fn refused(&mut self, answer: &Answer, out: &mut Out) -> Result<Step> {
        refused(self, answer, out)
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }

    fn end(&mut self, _out: &mut Out) -> Result<()> {
        Err(match self.empty_error {
            true => Error::new(Code::Service, "the site reported an error without words"),
            false => Error::new(Code::Truncated, "the reply was cut off: the stream closed with neither end nor error"),
        })
    }
}

impl Reply {
    fn answer(&mut self, value: &Value, mended: bool, out: &mut Out) -> Result<()> {
        if let Some(nonce) = value.text("new_token") {
            self.adopt(nonce, out);
        }
        if !value.is_true("success") {
            let words = error_text::error_words(value);
            return Err(in_words(words.as_deref().unwrap_or("the answer holds no reply"), self.too_long));
        }
        let reply = value.text("reply").unwrap_or_default();
        if !out.any_text() {
            out.text(reply, mended);
        }
        // Behind the final text there is none.
        out.finish_text();
        // The server trims the ends; that alone is no other text.
        let reply = json::whole_text(reply, mended);
        if !reply.is_empty() && out.whole().is_some_and(|whole| whole.trim() != reply.trim()) {
            out.replace(reply);
        }
        let images = value.list("images");
        for url in images.iter().filter_map(Value::as_str) {
            out.event(Event::Image(url.to_owned()));
        }
        for (list, kind) in [("actions", None), ("shortcuts", Some("shortcut")), ("blocks", Some("block"))] {
            for action in value.list(list) {
                let kind = kind.or(action.text("type")).unwrap_or("unknown").to_owned();
                out.event(Event::Action { kind, action: action.clone() });
            }
        }
        out.usage(value);
        if !out.any_text() && images.is_empty() {
            out.warn(EMPTY);
        }
        if let Some(id) = value.text("responseId") {
            self.conversation.put("responseId", id);
            // Only the Responses API keeps a history to go on from.
            match id.starts_with("resp_") {
                true => self.conversation.put("previousResponseId", id),
                false => self.conversation.remove("previousResponseId"),
            };
        }
        out.finish(std::mem::take(&mut self.conversation), Finish::Stop);
        Ok(())
    }

    /// A3: every answer to a valid nonce may bring a fresher one.
    fn adopt(&mut self, nonce: &str, out: &mut Out) {
        if !nonce.is_empty() && self.session.nonce() != Some(nonce) {
            self.session.set("nonce", nonce);
            out.session(&self.session);
        }
    }
}
