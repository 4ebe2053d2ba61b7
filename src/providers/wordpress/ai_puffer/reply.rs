//! The stream of step 2 (C3).

use crate::chat::error_text::{self, code_of, holds};
use crate::chat::{Code, Error, Event, Finish, Result};
use crate::exchange::{Decode, EMPTY, Next, Out, Progress};
use crate::http::Answer;
use crate::json::{self, Map, Parsed, Value};

pub struct Reply {
    pub conversation: Map,
    /// `done` repeats what came in events of its own.
    pub told: Vec<String>,
}

impl Decode for Reply {
    fn text_path(&self) -> &'static [&'static str] {
        &["delta"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
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
            return Ok(Progress::More);
        }
        let Parsed { value, mended } = json::parse(data)?;
        let words = |key: &str| value.text(key).unwrap_or_default();
        match event {
            "" | "message" => out.text(words("delta"), mended),
            "status" => {
                let (kind, text) = (words("type").to_owned(), words("status").to_owned());
                out.event(Event::Status { kind, text, raw: value });
            }
            "warning" => out.warn(error_text::html_to_text(words("error"))),
            "error" => return Err(stream_error(&value, out)),
            "openai_response_id" => self.conversation.put("openaiResponseId", words("id")),
            "google_interaction_id" => self.conversation.put("googleInteractionId", words("id")),
            "citations" | "grounding_metadata" => {
                self.told.push(event.to_owned());
                sources(&value, out);
            }
            "display_form_event" => out.event(Event::Action { kind: "form".to_owned(), action: value }),
            _ => {
                for key in ["citations", "grounding_metadata"] {
                    if let Some(found) = value.get(key).filter(|_| !self.told.iter().any(|told| told == key)) {
                        sources(found, out);
                    }
                }
                if !out.any_text() {
                    out.warn(EMPTY);
                }
                out.finish(std::mem::take(&mut self.conversation), Finish::Stop);
                return Ok(Progress::Done);
            }
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, answer: &Answer, _out: &mut Out) -> Result<Next> {
        let words = error_text::error_words(&answer.json()?.value);
        Err(Error::new(Code::Service, words.as_deref().unwrap_or("JSON came where a stream was asked for")))
    }

    fn conversation(&mut self) -> Map {
        std::mem::take(&mut self.conversation)
    }
}

/// The texts are in the site's language; what is known of them are the English ones (C3).
fn stream_error(value: &Value, out: &mut Out) -> Error {
    // Known of two of them is that the same call may succeed.
    const AGAIN: [(&str, Code); 3] = [
        // The message was stored with this nonce a moment ago: it ran out in between, and a new call gets a new one.
        ("security check failed", Code::Nonce),
        ("message not found in cache", Code::Service),
        ("cached message has expired", Code::Service),
    ];
    const FINAL: [(&str, Code); 4] = [
        ("domain is not permitted", Code::Blocked),
        ("prohibited words", Code::Refused),
        ("not allowed", Code::Refused),
        ("access from your ip", Code::Refused),
    ];
    let words = error_text::error_words(value);
    let words = words.as_deref().unwrap_or("the site reported an error without words");
    if value.get("quota_notice").is_some() || holds(words, "rate limit") {
        return Error::new(Code::RateLimited, words);
    }
    let Some(code) = code_of(words, &AGAIN) else {
        return Error::new(code_of(words, &FINAL).unwrap_or(Code::Service), words);
    };
    if code == Code::Nonce {
        out.forget_session();
    }
    Error::new(code, words).retryable()
}

fn sources(value: &Value, out: &mut Out) {
    match value {
        Value::Array(list) => list.iter().for_each(|source| out.source(source)),
        Value::Null => {}
        source => out.source(source),
    }
}
