//! The stream of step 2 (C3).

use crate::chat::{Event, Finish};
use crate::error::{Code, Error, Result};
use crate::exchange::{Decode, Next, Progress};
use crate::http::Answer;
use crate::json::{self, Parsed};
use crate::out::Out;
use crate::value::{Map, Value};
use crate::words;

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
        let known = [
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
        if !known.contains(&event) {
            return Ok(Progress::More);
        }
        let Parsed { value, mended } = json::parse(data)?;
        let words = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match event {
            "" | "message" => {
                if let Some(delta) = value.get("delta").and_then(Value::as_str) {
                    out.text(delta, mended);
                }
            }
            "status" => out.event(Event::Status { kind: words("type"), text: words("status"), raw: value }),
            "warning" => out.warn(words::html_to_text(&words("error"))),
            "error" => return Err(stream_error(&value, out)),
            "openai_response_id" => self.conversation.insert("openaiResponseId", words("id").into()),
            "google_interaction_id" => self.conversation.insert("googleInteractionId", words("id").into()),
            "citations" | "grounding_metadata" => {
                self.told.push(event.to_owned());
                sources(&value, out);
            }
            "display_form_event" => out.event(Event::Action { kind: "form".into(), action: value }),
            _ => {
                for key in ["citations", "grounding_metadata"] {
                    if let Some(found) = value.get(key).filter(|_| !self.told.iter().any(|told| told == key)) {
                        sources(found, out);
                    }
                }
                if !out.any_text() {
                    out.warn("the site sent an empty reply");
                }
                out.finish(std::mem::take(&mut self.conversation), Finish::Stop);
                return Ok(Progress::Done);
            }
        }
        Ok(Progress::More)
    }

    fn whole(&mut self, answer: &Answer, _out: &mut Out) -> Result<Next> {
        let words = words::error_words(&answer.json()?.value);
        let words = words.unwrap_or_else(|| "JSON came where a stream was asked for".into());
        Err(answer.explain(Error::new(Code::Service, words)))
    }
}

/// The texts are in the site's language; what is known of them are the English ones (C3).
fn stream_error(value: &Value, out: &mut Out) -> Error {
    let words = words::error_words(value).unwrap_or_else(|| "the site reported an error without words".into());
    let lower = words.to_ascii_lowercase();
    let has = |text: &str| lower.contains(text);
    match () {
        () if value.get("quota_notice").is_some() => Error::new(Code::RateLimited, words),
        () if has("rate limit") => Error::new(Code::RateLimited, words),
        // The message was stored with this nonce a moment ago: it ran out in between, and a new call gets a new one.
        () if has("security check failed") => {
            out.forget_session();
            Error::new(Code::Nonce, words).retryable()
        }
        () if has("message not found in cache") || has("cached message has expired") => {
            Error::new(Code::Service, words).retryable()
        }
        () if has("domain is not permitted") => Error::new(Code::Blocked, words),
        () if has("prohibited words") || has("not allowed") || has("access from your ip") => {
            Error::new(Code::Refused, words)
        }
        () => Error::new(Code::Service, words),
    }
}

fn sources(value: &Value, out: &mut Out) {
    match value {
        Value::Array(list) => list.iter().for_each(|source| out.event(Event::Source(source.clone()))),
        Value::Null => {}
        source => out.event(Event::Source(source.clone())),
    }
}
