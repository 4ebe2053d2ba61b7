//! The common tongue: what is said to every provider ([`Message`]), what every reply is made of ([`Event`]), and what a
//! site hands out for later ([`Session`]).

use std::rc::Rc;

use crate::frame::Pieces;
use crate::json::{self, Map, Value, form};
use crate::text::{find, join};

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub role: String,
    /// The text of the content; parts are joined without a separator.
    pub text: String,
}

/// A message as JSON, as nearly all protocols write it.
pub fn turn(role: &str, text: &str) -> Value {
    form(r#"{"role":$,"content":$}"#, &[role, text])
}

/// What a site handed out for later calls: nonce, ids and addresses read from its pages. Opaque outside its provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session(pub Map);

impl Session {
    pub fn from_json(text: &str) -> Option<Session> {
        match json::parse(text.as_bytes()).ok()?.value {
            Value::Object(map) => Some(Session(map)),
            _ => None,
        }
    }

    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.text(key)
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.0.put(key, value);
    }

    pub fn nonce(&self) -> Option<&str> {
        self.get("nonce")
    }
}

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
        event.put("type", self.kind()?);
        match self {
            Event::Text(_) | Event::Reasoning(_) | Event::ToolCall { .. } | Event::Session(_) => {}
            Event::Replace(text) => event.put("text", &text),
            Event::Source(source) => event.insert("source", source),
            Event::Status { kind, text, raw } => {
                event.put("kind", &kind);
                event.put("text", &text);
                event.insert("raw", raw);
            }
            Event::Image(url) => event.put("url", &url),
            Event::Action { kind, action } => {
                event.put("kind", &kind);
                event.insert("action", action);
            }
            Event::Warning(message) => event.put("message", &message),
            Event::Usage(usage) => event.insert("usage", usage.into_json()),
            Event::Conversation(state) => event.insert("conversation", state.into()),
            Event::Finish(finish) => event.put("reason", finish.as_str()),
        }
        Some(event.into())
    }
}

/// Tokens, as far as the service tells them; never an estimate of ours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    pub prompt: Option<u64>,
    pub completion: Option<u64>,
    pub total: Option<u64>,
    pub raw: Value,
}

impl Usage {
    /// From any of the usual spellings (OpenAI chat and Responses, Anthropic, Gemini, Ollama).
    pub fn from_json(raw: &Value) -> Option<Usage> {
        let number = |keys: &[&str]| keys.iter().find_map(|key| raw.get(key)).and_then(Value::as_u64);
        // Gemini counts apart what it thought.
        let thoughts = raw.number("thoughtsTokenCount").unwrap_or_default();
        let completion = number(&["completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count"]);
        raw.is_object().then(|| Usage {
            prompt: number(&["prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count"]),
            completion: completion.map(|count| count + thoughts).or((thoughts > 0).then_some(thoughts)),
            total: number(&["total_tokens", "totalTokens", "totalTokenCount"]),
            raw: raw.clone(),
        })
    }

    fn into_json(self) -> Value {
        let mut object = Map::new();
        for (key, tokens) in
            [("promptTokens", self.prompt), ("completionTokens", self.completion), ("totalTokens", self.total)]
        {
            if let Some(tokens) = tokens {
                object.insert(key, tokens.into());
            }
        }
        object.insert("raw", self.raw);
        Value::Object(object)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    Stop,
    Length,
    ContentFilter,
    ToolCalls,
    Unknown,
}

impl Finish {
    pub const fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ContentFilter => "content_filter",
            Finish::ToolCalls => "tool_calls",
            Finish::Unknown => "unknown",
        }
    }

    /// The words of OpenAI, Anthropic, Gemini and Ollama, in whatever case.
    pub fn from_word(word: &str) -> Finish {
        const WORDS: [(Finish, &str); 4] = [
            (Finish::Stop, " stop end_turn stop_sequence completed complete "),
            (Finish::Length, " length max_tokens max_output_tokens model_context_window_exceeded model_length "),
            (
                Finish::ContentFilter,
                " content_filter refusal safety recitation language blocklist prohibited_content spii image_safety \
                 image_prohibited_content image_recitation other ",
            ),
            (Finish::ToolCalls, " tool_calls function_call tool_use tool_call "),
        ];
        let word = join(&[" ", &word.to_ascii_lowercase(), " "]);
        let known = WORDS.iter().find(|(_, words)| find(words.as_bytes(), word.as_bytes()).is_some());
        known.map_or(Finish::Unknown, |(finish, _)| *finish)
    }
}
