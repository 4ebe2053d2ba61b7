//! Services you have an API key for: what their protocols share.
//!
//! Each service takes one JSON request and answers with a stream of JSON frames. A protocol describes what is special
//! about it in a [`Dialect`] and writes the body of its request; everything else is here.
//!
//! Of a request: [`messages`] takes the caller's messages apart, [`content_part`] reads the parts of their content in every form
//! that callers write, [`chat_messages`] writes them for services whose messages have the form of OpenAI's Chat Completions,
//! and [`compatible`] knows what those services take in another way than OpenAI.
//!
//! Of an answer: [`message_decoder`] puts its message together, [`answer_parts`] knows what of it came already, `chat_chunk` reads
//! OpenAI's chunks, and [`notes`] tells what stands beside the text. [`errors`] classifies errors, [`models`] lists models,
//! [`embeddings`] makes vectors of texts.

pub mod answer_parts;
pub(crate) mod anthropic;
mod chat_chunk;
pub mod chat_messages;
pub(crate) mod cohere;
pub mod compatible;
pub mod content_part;
pub mod embeddings;
pub mod errors;
pub(crate) mod gemini;
pub mod message_decoder;
pub mod messages;
pub mod models;
pub mod notes;
pub(crate) mod ollama;
pub(crate) mod openai_chat;
pub(crate) mod openai_responses;
mod strict;
pub(crate) mod workers_ai;

use std::rc::Rc;

use crate::chat::{Error, Result};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::http::Request;
use crate::json::{self, Map, Value};
use crate::options::{ChatRequest, Purpose};
use crate::text::join;
use message_decoder::MessageDecoder;

/// What is special about the responses of a protocol.
pub struct Dialect {
    /// The name of the class in JavaScript.
    pub provider: &'static str,
    /// How a stream is divided into frames.
    pub framing: Framing,
    /// Adds the key, and whatever else belongs to the headers of each request.
    pub headers: fn(&ChatRequest, Request) -> Request,
    /// How the names of its server-sent events begin. Frames of these events are JSON; frames of other events may be
    /// anything.
    pub events: &'static [&'static str],
    /// See [`crate::exchange::Decode::text_path`].
    pub text_path: &'static [&'static str],
    /// See [`crate::exchange::Decode::reasoning_paths`].
    pub reasoning_paths: &'static [&'static [&'static str]],
    /// See [`crate::exchange::Decode::arguments_path`].
    pub arguments_path: &'static [&'static str],
    /// Puts the content of one frame into the message. It fails where the frame reports an error.
    pub frame: fn(&mut MessageDecoder, &Value, &mut EventQueue) -> Result<()>,
    /// Puts an answer in one piece into the message. `false`: the JSON is not an answer.
    pub json_response: fn(&mut MessageDecoder, &Value, &mut EventQueue) -> Result<bool>,
}

/// A request that is being put together.
pub struct RequestBuilder {
    /// What the caller wants.
    pub chat: Rc<ChatRequest>,
    /// The JSON object that will be sent.
    pub body: Map,
    /// What the next request needs, as far as it is known before the answer.
    pub conversation: Map,
    /// Warnings that are reported when the answer begins.
    pub warnings: Vec<String>,
}

impl RequestBuilder {
    /// A body with the model and the caller's options, each at its place (see
    /// [`crate::options::ProtocolInfo::options`]). Options whose place begins with a dot are left to the protocol.
    ///
    /// # Errors
    /// [`crate::chat::Code::Input`]: no model is given, or a nonce is wanted, which services with a key do not have.
    pub fn new(chat: Rc<ChatRequest>) -> Result<RequestBuilder> {
        if chat.purpose == Purpose::Session {
            return Err(Error::input("this provider has no nonce: it takes an apiKey"));
        }
        let mut body = Map::new();
        for (place, value) in chat.mapped_options.iter() {
            match place.split_once('/') {
                _ if place.starts_with('.') => {}
                Some((group, name)) => body.insert_in(group, name, value.clone()),
                None => body.insert(place, value.clone()),
            }
        }
        if let Some(more) = chat.mapped_options.get(".compatible") {
            merge_over(&mut body, more)?;
        }
        body.insert_str("model", &model(&chat)?);
        Ok(RequestBuilder { conversation: chat.conversation.clone(), chat, body, warnings: Vec::new() })
    }

    /// The operation that posts the body to `path` below the service's address. First `extra` of the settings, then
    /// `extra` of the call is laid over the body.
    ///
    /// # Errors
    /// [`crate::chat::Code::Input`]: `extra` is not an object.
    pub fn post(mut self, dialect: &'static Dialect, path: &str) -> Result<Operation> {
        let chat = self.chat;
        for &key in &[".under", ".extra"] {
            if let Some(more) = chat.mapped_options.get(key) {
                merge_over(&mut self.body, more)?;
            }
        }
        let accept = if dialect.framing == Framing::Sse { "text/event-stream" } else { "application/x-ndjson" };
        let request = Request::post(chat.settings.address(path)).header("accept", accept).json(&self.body.into());
        let request = (dialect.headers)(&chat, request);
        let decoder = MessageDecoder::new(dialect, chat, self.conversation, self.warnings);
        Ok(Operation::stream(request, dialect.framing, decoder))
    }
}

/// The model that is asked for, or the default one.
fn model(chat: &ChatRequest) -> Result<String> {
    match chat.settings.get_model(&chat.model)? {
        model if model.is_empty() => Err(Error::input("model is missing")),
        model => Ok(model),
    }
}

/// Lays `extra` over the body. `null` removes a member, since some services refuse members that they do not know, such
/// as `stream_options`. Objects are merged, so that one more member does not replace the others.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `extra` is not an object.
pub fn merge_over(body: &mut Map, extra: &Value) -> Result<()> {
    let Value::Object(extra) = extra else { return Err(Error::input("extra must be an object")) };
    for (key, value) in extra.iter() {
        if let (Some(known @ Value::Json(_)), Value::Object(_)) = (body.get_mut(key), value) {
            *known = json::parse(known.to_json().as_bytes()).unwrap_or_default().value;
        }
        match (body.get_mut(key), value) {
            (Some(Value::Object(known)), Value::Object(_)) => merge_over(known, value)?,
            (_, Value::Null) => body.remove(key),
            _ => body.insert(key, value.clone()),
        }
    }
    Ok(())
}

/// Removes the model from the body, for a service that wants it in the address.
///
/// # Errors
/// Those of [`in_path`].
pub fn take_model(body: &mut Map) -> Result<String> {
    let model = body.take("model").unwrap_or_default();
    in_path(model.as_str().unwrap_or_default()).map(str::to_owned)
}

/// A model's name as a part of a path. A client of the edge may have written it, so it must not lead to another
/// address.
///
/// # Errors
/// [`crate::chat::Code::Input`]: the name has an empty step, `.`, `..`, or a character other than letters, digits and
/// `-._:@/`.
pub fn in_path(model: &str) -> Result<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@/".contains(&byte);
    match model.bytes().all(is_plain) && !model.split('/').any(|step| matches!(step, "" | "." | "..")) {
        true => Ok(model),
        false => Err(Error::input("model: not a name that can stand in an address")),
    }
}

/// Adds the key in the header `name`, after `prefix`. Adds nothing where no key is set.
pub fn with_key(chat: &ChatRequest, request: Request, name: &'static str, prefix: &str) -> Request {
    match chat.settings.get("apiKey") {
        Some(key) => request.header(name, join(&[prefix, key])),
        None => request,
    }
}

/// Adds the key as most services want it: `Authorization: Bearer` (RFC 6750).
pub fn bearer(chat: &ChatRequest, request: Request) -> Request {
    with_key(chat, request, "authorization", "Bearer ")
}
