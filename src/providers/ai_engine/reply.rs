//! What the answer means: event stream (A6) or JSON (A5).

use std::rc::Rc;

use super::refusal::{TooLong, in_words};
use crate::call::Call;
use crate::chat::{Event, Finish, Session, Usage};
use crate::error::{Code, Error, Result};
use crate::exchange::{Decode, Next, Progress};
use crate::http::{Answer, Head};
use crate::json::{self, Parsed};
use crate::out::Out;
use crate::value::{Map, Value};
use crate::words;

pub struct Reply {
    pub call: Rc<Call>,
    pub session: Session,
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

    fn frame(&mut self, _event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        let Parsed { value, mended } = json::parse(data)?;
        let text = value.get("data").and_then(Value::as_str).unwrap_or_default();
        match value.get("type").and_then(Value::as_str) {
            Some("live") => match value.get("subtype").and_then(Value::as_str) {
                None | Some("content") => out.text(text, mended),
                Some("thinking") => out.event(Event::Reasoning(json::whole_text(text, mended))),
                Some("warning") => out.warn(json::whole_text(text, mended)),
                Some(kind) => {
                    let (kind, text) = (kind.to_owned(), json::whole_text(text, mended));
                    out.event(Event::Status { kind, text, raw: value });
                }
            },
            Some("end") => {
                // The object is JSON inside JSON.
                let end = match value.get("data") {
                    Some(Value::String(text)) => json::parse(text.as_bytes())?,
                    Some(object @ Value::Object(_)) => Parsed { value: object.clone(), mended },
                    _ => return Err(Error::new(Code::Protocol, "the end event holds no answer")),
                };
                self.answer(end, out)?;
                return Ok(Progress::Done);
            }
            Some("error") if text.is_empty() => self.empty_error = true,
            Some("error") => return Err(in_words(&words::html_to_text(text), self.too_long)),
            _ => {}
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        self.answer(answer.json()?, out).map_err(|error| answer.explain(error))?;
        Ok(Next::Over)
    }

    fn end(&mut self, _out: &mut Out) -> Result<()> {
        Err(match self.empty_error {
            true => Error::new(Code::Service, "the site reported an error without words"),
            false => Error::new(Code::Truncated, "the reply was cut off: the stream closed with neither end nor error"),
        })
    }
}

impl Reply {
    fn answer(&mut self, Parsed { value, mended }: Parsed, out: &mut Out) -> Result<()> {
        if let Some(nonce) = value.get("new_token").and_then(Value::as_str) {
            self.adopt(nonce, out);
        }
        if value.get("success") != Some(&Value::Bool(true)) {
            let words = words::error_words(&value).unwrap_or_else(|| "the answer holds no reply".into());
            return Err(in_words(&words, self.too_long));
        }
        let reply = value.get("reply").and_then(Value::as_str).unwrap_or_default();
        if out.any_text() {
            // The server trims the ends; that alone is no other text.
            let reply = json::whole_text(reply, mended);
            if !reply.is_empty() && out.whole().is_some_and(|whole| whole.trim() != reply.trim()) {
                out.event(Event::Replace(reply));
            }
        } else {
            out.text(reply, mended);
        }
        let list = |key: &str| value.get(key).and_then(Value::as_array).into_iter().flatten();
        let images = list("images").filter_map(Value::as_str);
        images.for_each(|url| out.event(Event::Image(url.to_owned())));
        list("actions").for_each(|action| out.event(action_event(action, None)));
        list("shortcuts").for_each(|shortcut| out.event(action_event(shortcut, Some("shortcut"))));
        list("blocks").for_each(|block| out.event(action_event(block, Some("block"))));
        if let Some(usage) = value.get("usage").and_then(Usage::from_json) {
            out.event(Event::Usage(usage));
        }
        if !out.any_text() && list("images").next().is_none() {
            out.warn("the site sent an empty reply");
        }
        if let Some(id) = value.get("responseId").and_then(Value::as_str) {
            self.conversation.insert("responseId", id.into());
            // Only the Responses API keeps a history to go on from.
            match id.starts_with("resp_") {
                true => self.conversation.insert("previousResponseId", id.into()),
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
            out.session(self.session.clone());
        }
    }
}

fn action_event(action: &Value, kind: Option<&str>) -> Event {
    let kind = kind.or_else(|| action.get("type")?.as_str()).unwrap_or("unknown").to_owned();
    Event::Action { kind, action: action.clone() }
}
