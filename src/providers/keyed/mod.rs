//! What all services with a key have in common: a request of JSON, a stream of JSON, and a turn of a model in it.
//!
//! A protocol says what is its own in a [`Dialect`] and in the body of its request; the rest is here. `turn` puts the
//! pieces of an answer together, `chunk` reads OpenAI's, `said` takes the caller's messages apart, `errors` reads refusals,
//! `models` lists models.

pub(super) mod anthropic;
mod chat_chunk;
pub mod errors;
pub(super) mod gemini;
pub mod message_decoder;
pub mod messages;
pub mod models;
pub(super) mod ollama;
pub(super) mod openai_chat;
pub(super) mod openai_responses;
pub(super) mod workers_ai;

use std::rc::Rc;

use crate::chat::{Error, Result};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::http::Request;
use crate::json::{self, Map, Value};
use crate::options::Call;
use crate::text::join;
use message_decoder::Turn;

/// What is a protocol's own.
pub struct Dialect {
    pub framing: Framing,
    /// Adds the key and whatever else stands in the head of each request.
    pub head: fn(&Call, Request) -> Request,
    /// How the names of its server-sent events begin. Such frames are JSON; others may be anything.
    pub events: &'static [&'static str],
    /// See [`crate::exchange::Decode::text_path`].
    pub text_path: &'static [&'static str],
    /// See [`crate::exchange::Decode::thought_paths`].
    pub thought_paths: &'static [&'static [&'static str]],
    /// See [`crate::exchange::Decode::arguments_path`].
    pub arguments_path: &'static [&'static str],
    /// What a frame tells.
    pub frame: fn(&mut Turn, &Value, &mut Out) -> Result<()>,
    /// What an answer in one piece tells. `false`: it is none.
    pub whole: fn(&mut Turn, &Value, &mut Out) -> Result<bool>,
}

/// A request in the making.
pub struct Ask {
    pub call: Rc<Call>,
    pub body: Map,
    /// What the next turn needs, as far as it is known before the answer.
    pub conversation: Map,
    pub warnings: Vec<&'static str>,
}

impl Ask {
    /// With the options under their names there, but for those that the protocol puts into another form (`.name`).
    pub fn new(call: Rc<Call>) -> Result<Ask> {
        if call.session_only {
            return Err(Error::input("this provider has no nonce: it takes an apiKey"));
        }
        let mut body = Map::new();
        for (name, value) in call.passed.iter() {
            if !name.starts_with('.') {
                body.insert(name, value.clone());
            }
        }
        body.put("model", &model(&call)?);
        Ok(Ask { conversation: call.conversation.clone(), call, body, warnings: Vec::new() })
    }

    /// Sends the body, and what `extra` of the settings and then of the call lay over it, to `path` below the service's address.
    pub fn to(mut self, dialect: &'static Dialect, path: &str) -> Result<Step> {
        let call = self.call;
        for key in [".compatible", ".under", ".extra"] {
            if let Some(more) = call.passed.get(key) {
                lay_over(&mut self.body, more)?;
            }
        }
        let accept = if dialect.framing == Framing::Sse { "text/event-stream" } else { "application/x-ndjson" };
        let request = Request::post(join(&[&call.settings.url, path])).header("accept", accept).json(&self.body.into());
        let request = (dialect.head)(&call, request);
        Ok(Step::stream(request, dialect.framing, Turn::new(dialect, call, self.conversation, self.warnings)))
    }
}

fn model(call: &Call) -> Result<String> {
    match call.settings.get_model(&call.model)? {
        model if model.is_empty() => Err(Error::input("model is missing")),
        model => Ok(model),
    }
}

/// `null` takes a member away: some services refuse what they do not know, `stream_options` for one. Objects are laid over
/// objects, so that one more member does not cost the others.
fn lay_over(body: &mut Map, extra: &Value) -> Result<()> {
    let Value::Object(extra) = extra else { return Err(Error::input("extra must be an object")) };
    for (key, value) in extra.iter() {
        if let (Some(known @ Value::Json(_)), Value::Object(_)) = (body.get_mut(key), value) {
            *known = json::parse(known.to_json().as_bytes()).unwrap_or_default().value;
        }
        match (body.get_mut(key), value) {
            (Some(Value::Object(known)), Value::Object(_)) => lay_over(known, value)?,
            (_, Value::Null) => body.remove(key),
            _ => body.insert(key, value.clone()),
        }
    }
    Ok(())
}

/// Of a service that wants the model in the address: out of the body, and fit for a path.
pub fn take_model(body: &mut Map) -> Result<String> {
    let model = body.take("model").unwrap_or_default();
    in_path(model.as_str().unwrap_or_default()).map(str::to_owned)
}

/// A model's name as a part of a path. It may be the word of a stranger, so it must not lead elsewhere.
pub fn in_path(model: &str) -> Result<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@/".contains(&byte);
    match model.bytes().all(is_plain) && !model.split('/').any(|step| matches!(step, "" | "." | "..")) {
        true => Ok(model),
        false => Err(Error::input("model: not a name that can stand in an address")),
    }
}

/// `before`: what stands before the key in its header.
pub fn with_key(call: &Call, request: Request, name: &'static str, before: &str) -> Request {
    match call.settings.get("apiKey") {
        Some(key) => request.header(name, join(&[before, key])),
        None => request,
    }
}

/// As most services want it (RFC 6750).
pub fn bearer(call: &Call, request: Request) -> Request {
    with_key(call, request, "authorization", "Bearer ")
}
