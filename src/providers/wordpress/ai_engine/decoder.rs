//! Reads the answer to a message: an event stream (A6) or JSON (A5).

use super::refusal::{MessageLength, refusal_error};
use super::{FILE_MAY_BE_LOST, Turn, has_file, on_error_status};
use crate::chat::{Code, Error, Event, Finish, Result, error_text};
use crate::exchange::{Decode, EMPTY_REPLY, EventQueue, FrameOutcome, Operation, Transition};
use crate::http::{Head, Response};
use crate::json::{self, Map, Parsed, Value};

/// Reads the answer to one message.
pub struct AiEngineDecoder {
    pub turn: Turn,
    pub conversation: Map,
    pub length: MessageLength,
    /// Whether an error without text came. Some providers' errors come as two events, of which the second has the text.
    pub had_empty_error: bool,
}

impl Decode for AiEngineDecoder {
    fn head(&mut self, head: &Head, out: &mut EventQueue) {
        if self.turn.chat.cross_origin && !self.turn.chat.whole {
            out.warn(
                "a page of another origin cannot read this site's stream: the reply comes as one piece (see proxy)",
            );
        }
        out.keep_full_text();
        if let Some(nonce) = head.header("x-wp-nonce") {
            self.adopt_nonce(nonce, out);
        }
    }

    fn text_path(&self) -> &'static [&'static str] {
        &["data"]
    }

    fn frame(&mut self, _event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome> {
        let Parsed { value, has_lone_surrogates } = json::parse(data)?;
        let text = value.text_or_empty("data");
        match value.text_or_empty("type") {
            "live" => match value.text("subtype") {
                None | Some("content") => out.text(text, has_lone_surrogates),
                Some("thinking") => _ = out.reasoning(text, has_lone_surrogates),
                Some(kind) => {
                    let text = json::join_surrogates(text, has_lone_surrogates);
                    out.push(match kind {
                        "warning" => Event::Warning(text),
                        kind => Event::Status { kind: kind.to_owned(), text, raw: value },
                    });
                }
            },
            "end" => {
                // The end event holds the answer as JSON inside a JSON string, or as an object.
                let end = match value.get("data") {
                    Some(Value::String(text)) => {
                        out.check_json(text.as_bytes())?;
                        json::parse(text.as_bytes())?
                    }
                    Some(object @ Value::Object(_)) => Parsed { value: object.clone(), has_lone_surrogates },
                    _ => return Err(Error::new(Code::Protocol, "the end event holds no answer")),
                };
                self.check_completed(&end.value, out)?;
                let finish = if is_of_responses_api(&end.value) { Finish::Stop } else { Finish::Unknown };
                self.read_answer(&end.value, end.has_lone_surrogates, finish, out)?;
                return Ok(FrameOutcome::Done);
            }
            "error" if text.is_empty() => self.had_empty_error = true,
            "error" => return Err(refusal_error(&error_text::html_to_text(text), self.length)),
            _ => {}
        }
        Ok(FrameOutcome::More)
    }

    fn json_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Transition> {
        let Parsed { value, has_lone_surrogates } = response.json()?;
        self.read_answer(&value, has_lone_surrogates, Finish::Unknown, out).map(|()| Transition::Over)
    }

    fn error_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Operation> {
        on_error_status(self, response, out)
    }

    fn page_response(&mut self, response: &Response, _out: &mut EventQueue) -> Result<Operation> {
        self.turn.find_root(response.html_error())
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }

    fn end(&mut self, _out: &mut EventQueue) -> Result<()> {
        Err(match self.had_empty_error {
            true => Error::new(Code::Service, "the site reported an error without words"),
            false => Error::new(Code::Truncated, "the reply was cut off: the stream closed with neither end nor error"),
        })
    }
}

/// Whether the answer is one of OpenAI's Responses API, the only provider whose count of tokens tells how a stream ended
/// (A6), and whose ids begin in this way.
fn is_of_responses_api(answer: &Value) -> bool {
    answer.text("responseId").is_some_and(|id| id.starts_with("resp_"))
}

impl AiEngineDecoder {
    /// Whether the end of a stream is that of a reply, since the plugin reports the failures of some providers as success
    /// (A6).
    ///
    /// # Errors
    /// [`Code::Service`] for the traces of an outage; [`Code::Truncated`] where the provider did not complete the reply.
    fn check_completed(&self, answer: &Value, out: &EventQueue) -> Result<()> {
        let usage = answer.get("usage").unwrap_or(&Value::Null);
        let accuracy = usage.text("accuracy");
        if is_of_responses_api(answer) {
            return match accuracy {
                Some("estimated") => Err(Error::new(
                    Code::Truncated,
                    "the reply is not complete: the provider behind the site stopped early, or at its limit of tokens",
                )),
                _ => Ok(()),
            };
        }
        let lists = ["images", "actions", "shortcuts", "blocks"];
        let is_empty = !out.has_text()
            && answer.text_or_empty("reply").is_empty()
            && lists.iter().all(|list| answer.list(list).is_empty());
        // Version 2.0.9, whose answers have no actions, counts nothing in either case.
        let counts_nothing = answer.get("actions").is_some() && usage.number("completion_tokens") == Some(0);
        if is_empty && answer.text("responseId").is_none() && (accuracy.is_some() || counts_nothing) {
            let message = "the provider behind the site failed: the reply is empty and bears no id";
            return Err(Error::new(Code::Service, message).retryable());
        }
        Ok(())
    }

    /// Reads the answer in one piece, which also ends a stream.
    fn read_answer(
        &mut self,
        value: &Value,
        has_lone_surrogates: bool,
        finish: Finish,
        out: &mut EventQueue,
    ) -> Result<()> {
        if let Some(nonce) = value.text("new_token") {
            self.adopt_nonce(nonce, out);
        }
        if !value.is_true("success") {
            let text = error_text::of(value);
            return Err(refusal_error(text.as_deref().unwrap_or("the answer holds no reply"), self.length));
        }
        let reply = value.text_or_empty("reply");
        if !out.has_text() {
            out.text(reply, has_lone_surrogates);
        }
        // No text follows the final text, so what the filter held back goes out.
        out.finish_text();
        // The server trims the final text. Blanks at the ends alone do not make it another text.
        let reply = json::join_surrogates(reply, has_lone_surrogates);
        if !reply.is_empty() && out.full_text().is_some_and(|whole| whole.trim() != reply.trim()) {
            out.replace(reply);
        }
        let images = value.list("images");
        for url in images.iter().filter_map(Value::as_str) {
            out.push(Event::Image(url.to_owned()));
        }
        for (list, kind) in [("actions", None), ("shortcuts", Some("shortcut")), ("blocks", Some("block"))] {
            for action in value.list(list) {
                let kind = kind.or(action.text("type")).unwrap_or("unknown").to_owned();
                out.push(Event::Action { kind, action: action.clone() });
            }
        }
        out.usage(value);
        if !out.has_text() && images.is_empty() {
            out.warn(EMPTY_REPLY);
        }
        if has_file(&self.turn.chat) && !is_of_responses_api(value) {
            out.warn(FILE_MAY_BE_LOST);
        }
        // Versions that give no id read the first one alone.
        if self.turn.files.len() > 1 && value.text("responseId").is_none() {
            out.warn("older versions of AI Engine take one image: the others may have been left out");
        }
        if let Some(id) = value.text("responseId") {
            self.conversation.insert_str("responseId", id);
            // Only OpenAI's Responses API, whose ids begin in this way, keeps a history that can be continued.
            match id.starts_with("resp_") {
                true => self.conversation.insert_str("previousResponseId", id),
                false => self.conversation.remove("previousResponseId"),
            };
        }
        out.finish(std::mem::take(&mut self.conversation), finish);
        Ok(())
    }

    /// Stores a newer nonce. Every answer to a valid nonce may bring one (A3).
    fn adopt_nonce(&mut self, nonce: &str, out: &mut EventQueue) {
        if !nonce.is_empty() && self.turn.session.nonce() != Some(nonce) {
            self.turn.session.set("nonce", nonce);
            out.session(&self.turn.session);
        }
    }
}
