//! What every reply is made of.

use std::rc::Rc;

use super::{Finish, Session, Usage};
use crate::frame::Pieces;
use crate::json::{Map, Value};

/// Which call of a tool, as far as the service has told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// Its place among the calls of the reply.
    pub index: usize,
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Text(Pieces),
    Reasoning(Pieces),
    /// Pieces of its arguments; at the end, `done`, the whole of them once more.
    ToolCall {
        call: Rc<ToolCall>,
        arguments: Pieces,
        done: bool,
    },
    Source(Value),
    /// Progress and other notes that are not part of the answer.
    Status {
        kind: String,
        text: String,
        raw: Value,
    },
    Image(String),
    /// Something the page should do or show: a function call, a button, a block of HTML.
    Action {
        kind: String,
        action: Value,
    },
    Warning(String),
    Usage(Usage),
    /// The service's final text where it differs from the pieces.
    Replace(String),
    Conversation(Map),
    Finish(Finish),
    /// For the session store; never shown to the caller. `None`: what is stored is no good.
    Session(Option<Session>),
}

impl Event {
    fn kind(&self) -> Option<&'static str> {
        Some(match self {
            Event::Text(_) | Event::Reasoning(_) | Event::ToolCall { .. } | Event::Session(_) => return None,
            Event::Source(_) => "source",
            Event::Status { .. } => "status",
            Event::Image(_) => "image",
            Event::Action { .. } => "action",
            Event::Warning(_) => "warning",
            Event::Usage(_) => "usage",
            Event::Replace(_) => "replace",
            Event::Conversation(_) => "conversation",
            Event::Finish(_) => "finish",
        })
    }

    /// The event as the caller of `reply.events` sees it; pieces of text, thoughts and calls, and the session, go other ways.
    pub fn into_json(self) -> Option<Value> {
        let mut event = Map::new();
        event.insert_str("type", self.kind()?);
        match self {
            Event::Text(_) | Event::Reasoning(_) | Event::ToolCall { .. } | Event::Session(_) => {}
            Event::Replace(text) => event.insert_str("text", &text),
            Event::Source(source) => event.insert("source", source),
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
            Event::Finish(finish) => event.insert_str("reason", finish.as_str()),
        }
        Some(event.into())
    }
}
