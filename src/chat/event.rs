//! The events that every reply consists of.

use std::rc::Rc;

use super::{Finish, Session, Usage, citation};
use crate::frame::Pieces;
use crate::json::{Map, Value};

/// Which tool call it is, as far as the service has said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// The position among the tool calls of the reply, from 0.
    pub index: usize,
    /// The id by which the tool's result refers to the call. Empty: the service has given none so far.
    pub id: String,
    /// The name of the tool. Empty: the service has given none so far.
    pub name: String,
}

/// A part of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Pieces of the reply's text.
    Text(Pieces),
    /// Pieces of the model's reasoning.
    Reasoning(Pieces),
    /// A tool call, or more of its arguments.
    ToolCall {
        /// Which tool call it is.
        call: Rc<ToolCall>,
        /// Pieces of the arguments, which are JSON text. With `done`, all of them once more as one piece.
        arguments: Pieces,
        /// Whether the call is complete.
        done: bool,
    },
    /// A source that the service cites, in the service's own shape.
    Source(Value),
    /// How likely the tokens of the text that follows were, in OpenAI's form: lists in an object.
    Logprobs(Map),
    /// What the service cites for a place of the answer, in the service's own shape.
    Citation {
        /// The citation in the service's own shape.
        raw: Value,
        /// Whether its offsets, if it has any, are offsets in the text of the reply.
        in_text: bool,
    },
    /// The reasoning from here on is another part than the reasoning before.
    ReasoningPart,
    /// What the service wants back of the reasoning before it, or of the reasoning that led to the call of its `id`, which follows: see
    /// [`super::reasoning_detail`]. Only the edge reads it: `reply.message` has the same in [`Event::Message`].
    ReasoningDetail(Map),
    /// A report of progress, or another note that is not part of the answer.
    Status {
        /// The service's own name for this kind of note.
        kind: String,
        /// The note in the service's own text. May be empty.
        text: String,
        /// The whole frame, for what else it says.
        raw: Value,
    },
    /// An image that belongs to the answer, as a URL, which may be a `data:` URL.
    Image(String),
    /// A file that belongs to the answer: `mediaType`, `url` (which may be a `data:` URL) or `id`, `name` and `raw`.
    File(Map),
    /// A piece of the answer as sound: `mediaType`, `data` (Base64), `transcript`, `id`.
    Audio(Map),
    /// Something that the page should do or show: a function call, a button, a block of HTML.
    Action {
        /// The service's own name for this kind of action.
        kind: String,
        /// The action in the service's own shape.
        action: Value,
    },
    /// Something that the caller asked for, or the service said, and that was left out.
    Warning(String),
    /// Token counts. The last event of this kind counts.
    Usage(Usage),
    /// The service's final text, where it differs from the pieces.
    Replace(String),
    /// The state that continues this conversation, if it is given as `conversation` to the next call.
    Conversation(Map),
    /// Members of `reply.message` beside its text, its reasoning and its calls, which the service wants back. The caller
    /// gets no event of it.
    Message(Map),
    /// Why the reply ended. Always the last event.
    Finish {
        /// Why it ended.
        reason: Finish,
        /// The service's own word for it. Empty: it gave none.
        raw: String,
    },
    /// The frame, or the answer in one piece, that the events behind this one come from.
    Raw {
        /// The name of its server-sent event. May be empty.
        event: String,
        /// Its JSON, or its text where it is no JSON.
        raw: Value,
    },
    /// What the session store is to keep. It is never shown to the caller. `None`: the stored session is of no use any
    /// more.
    Session(Option<Session>),
}

impl Event {
    /// The `type` of the event in JavaScript. `None`: JavaScript gets this event in another way.
    fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Event::Text(_)
            | Event::Reasoning(_)
            | Event::ReasoningPart
            | Event::ReasoningDetail(_)
            | Event::ToolCall { .. }
            | Event::Message(_)
            | Event::Session(_) => return None,
            Event::Source(_) => "source",
            Event::Logprobs(_) => "logprobs",
            Event::Citation { .. } => "citation",
            Event::Status { .. } => "status",
            Event::Image(_) => "image",
            Event::File(_) => "file",
            Event::Audio(_) => "audio",
            Event::Raw { .. } => "raw",
            Event::Action { .. } => "action",
            Event::Warning(_) => "warning",
            Event::Usage(_) => "usage",
            Event::Replace(_) => "replace",
            Event::Conversation(_) => "conversation",
            Event::Finish { .. } => "finish",
        })
    }

    /// Whether the event is a part of the answer. Content restarts the time limit between pieces, forbids another try,
    /// and decides which provider of a `Fallback` answers. Other events only accompany it.
    pub fn is_content(&self) -> bool {
        match self {
            Event::Text(_)
            | Event::Reasoning(_)
            | Event::ToolCall { .. }
            | Event::Source(_)
            | Event::Citation { .. }
            | Event::Image(_)
            | Event::File(_)
            | Event::Audio(_)
            | Event::Action { .. }
            | Event::Replace(_) => true,
            Event::Status { .. }
            | Event::Logprobs(_)
            | Event::ReasoningPart
            | Event::ReasoningDetail(_)
            | Event::Raw { .. }
            | Event::Warning(_)
            | Event::Usage(_)
            | Event::Conversation(_)
            | Event::Message(_)
            | Event::Finish { .. }
            | Event::Session(_) => false,
        }
    }

    /// The event as `reply.events` has it in JavaScript. `None` for pieces of text, reasoning and tool calls, the boundary between
    /// parts of the reasoning, members of the message, and the session, which JavaScript gets in other ways.
    pub fn into_json(self) -> Option<Value> {
        let mut event = Map::new();
        event.insert_str("type", self.kind()?);
        match self {
            Event::Text(_)
            | Event::Reasoning(_)
            | Event::ReasoningPart
            | Event::ReasoningDetail(_)
            | Event::ToolCall { .. }
            | Event::Message(_)
            | Event::Session(_) => {}
            Event::Logprobs(logprobs) => event.insert("logprobs", logprobs.into()),
            Event::Replace(text) => event.insert_str("text", &text),
            Event::Source(source) => {
                add(&mut event, citation::describe(&source));
                event.insert("source", source);
            }
            Event::Citation { raw, in_text } => {
                add(&mut event, citation::describe(&raw));
                if !in_text {
                    ["start", "end", "unit"].iter().for_each(|key| event.remove(key));
                }
                event.insert("raw", raw);
            }
            Event::File(members) | Event::Audio(members) => add(&mut event, members),
            Event::Raw { event: name, raw } => {
                if !name.is_empty() {
                    event.insert_str("event", &name);
                }
                event.insert("raw", raw);
            }
            Event::Status { kind, text, raw } => {
                event.insert_str("kind", &kind);
                event.insert_str("text", &text);
                event.insert("raw", raw);
            }
            Event::Image(url) => event.insert_str("url", &url),
            Event::Action { kind, action } => {
                event.insert_str("kind", &kind);
                event.insert("action", action);
            }
            Event::Warning(message) => event.insert_str("message", &message),
            Event::Usage(usage) => event.insert("usage", usage.into_json()),
            Event::Conversation(state) => event.insert("conversation", state.into()),
            Event::Finish { reason, raw } => {
                event.insert_str("reason", reason.as_str());
                if !raw.is_empty() {
                    event.insert_str("raw", &raw);
                }
            }
        }
        Some(event.into())
    }
}

/// Adds members to those of an event.
fn add(event: &mut Map, members: Map) {
    members.iter().for_each(|(key, value)| event.push(key, value.clone()));
}

/// The end of a reply for which the service has no word of its own.
impl From<Finish> for Event {
    fn from(reason: Finish) -> Event {
        Event::Finish { reason, raw: String::new() }
    }
}
