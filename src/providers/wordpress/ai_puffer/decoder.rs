//! Reads the stream of the answer (step 2, C3).

use super::super::CUT;
use super::rest;
use crate::chat::error_text::{self, code_of, holds};
use crate::chat::{Code, Error, Event, Finish, Result};
use crate::exchange::{Decode, EMPTY_REPLY, EventQueue, FrameOutcome, Transition};
use crate::http::Response;
use crate::json::{self, Map, Parsed, Value};

/// Reads the answer to one message.
pub struct AiPufferDecoder {
    pub conversation: Map,
    /// The names of the events with sources that came, since `done` repeats their sources.
    pub seen_sources: Vec<String>,
    /// Why the reply ends.
    pub finish: Finish,
}

impl Decode for AiPufferDecoder {
    fn text_path(&self) -> &'static [&'static str] {
        &["delta"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome> {
        const KNOWN: [&str; 11] = [
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
        if !KNOWN.contains(&event) {
            return Ok(FrameOutcome::More);
        }
        let Parsed { value, has_lone_surrogates } = json::parse(data)?;
        let text = |key: &str| value.text_or_empty(key);
        match event {
            "" | "message" => out.text(text("delta"), has_lone_surrogates),
            "status" => {
                let (kind, text) = (text("type").to_owned(), text("status").to_owned());
                out.push(Event::Status { kind, text, raw: value });
            }
            "warning" => match rest::incomplete(text("error")) {
                Some(("", finish)) => self.finish = finish,
                _ => out.warn(error_text::html_to_text(text("error"))),
            },
            "error" => return Err(stream_error(&value, out)),
            "openai_response_id" => self.conversation.insert_str("openaiResponseId", text("id")),
            "google_interaction_id" => self.conversation.insert_str("googleInteractionId", text("id")),
            "citations" | "grounding_metadata" => {
                if !self.seen_sources.iter().any(|seen| seen == event) {
                    self.seen_sources.push(event.to_owned());
                }
                sources(&value, out);
            }
            "display_form_event" => out.push(Event::Action { kind: "form".to_owned(), action: value }),
            _ => {
                for &key in &["citations", "grounding_metadata"] {
                    if let Some(found) = value.get(key).filter(|_| !self.seen_sources.iter().any(|seen| seen == key)) {
                        sources(found, out);
                    }
                }
                if !out.has_text() {
                    out.warn(EMPTY_REPLY);
                }
                out.finish(std::mem::take(&mut self.conversation), self.finish);
                return Ok(FrameOutcome::Done);
            }
        }
        Ok(FrameOutcome::More)
    }

    fn json_response(&mut self, response: &Response, _out: &mut EventQueue) -> Result<Transition> {
        let text = error_text::of(&response.json()?.value);
        Err(Error::new(Code::Service, text.as_deref().unwrap_or("JSON came where a stream was asked for")))
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }
}

/// The error of an `error` event. Its text is in the site's language; only the English texts are known (C3).
fn stream_error(value: &Value, out: &mut EventQueue) -> Error {
    // Errors after which the same call may succeed.
    const RETRYABLE: [(&str, Code); 3] = [
        // The message was stored with this nonce a moment ago, so it has just expired. A new call gets a new one.
        ("security check failed", Code::Nonce),
        ("message not found in cache", Code::Service),
        ("cached message has expired", Code::Service),
    ];
    const FINAL: [(&str, Code); 5] = [
        (CUT, Code::Truncated),
        ("domain is not permitted", Code::Blocked),
        ("prohibited words", Code::Refused),
        ("not allowed", Code::Refused),
        ("access from your ip", Code::Refused),
    ];
    let text = error_text::of(value);
    let text = text.as_deref().unwrap_or("the site reported an error without words");
    if value.get("quota_notice").is_some() || holds(text, "rate limit") {
        return Error::new(Code::RateLimited, text);
    }
    let Some(code) = code_of(text, &RETRYABLE) else {
        return Error::new(code_of(text, &FINAL).unwrap_or(Code::Service), text);
    };
    if code == Code::Nonce {
        out.forget_session();
    }
    Error::new(code, text).retryable()
}

/// Hands out the sources in `value`, an array or a single one.
fn sources(value: &Value, out: &mut EventQueue) {
    match value {
        Value::Array(list) => list.iter().for_each(|source| out.source(source)),
        Value::Null => {}
        source => out.source(source),
    }
}
