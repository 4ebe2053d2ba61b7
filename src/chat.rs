//! The common tongue: what every provider is asked ([`Call`]) and what every reply is made of ([`Event`]).

use crate::value::{Map, Value};

use crate::error::{Error, Result};
use crate::json;
use crate::settings::Settings;

/// One call of a provider, checked and complete. The core gets its random bits here, since it has no source of its own.
#[derive(Clone, Debug)]
pub struct Call {
    pub settings: Settings,
    pub messages: Vec<Message>,
    pub history: History,
    /// `conversation` of an earlier reply, or nothing.
    pub conversation: Map,
    pub random: [u64; 2],
    /// The caller is a page of another origin and goes without a relay: see `providers/ai_engine.rs`.
    pub foreign: bool,
    /// Only the session is wanted (`getNonce`): the exchange ends before the message is sent.
    pub session_only: bool,
    /// What the caller asked for and this protocol cannot do.
    pub warnings: Vec<String>,
}

impl Call {
    /// The newest message, which must be the user's, and the turns before it. With `history: 'prompt'` the newest
    /// message is all turns in one text.
    pub fn turns(&self) -> Result<(String, &[Message])> {
        if self.history == History::Prompt {
            return Ok((crate::prompt::format_prompt(&self.messages, Default::default())?, &[]));
        }
        let Some((last, earlier)) = self.messages.split_last() else {
            return Err(Error::input("messages is empty: give at least one message"));
        };
        if last.role != "user" {
            return Err(Error::input(format!("the last message must have role 'user', not '{}'", last.role)));
        }
        if last.text.trim().is_empty() {
            return Err(Error::input("the last message has no text"));
        }
        Ok((last.text.clone(), earlier))
    }

    /// A string of the earlier reply's conversation.
    pub fn remembered(&self, key: &str) -> Option<&str> {
        self.conversation.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Letters and digits from the call's random bits; `salt` makes several of them differ.
    pub fn random_id(&self, length: usize, salt: u64) -> String {
        let mut bits = self.bits(salt);
        (0..length)
            .map(|_| {
                let digit = (bits % 36) as u32;
                bits = bits / 36 + u128::from(self.random[0]).rotate_left(41);
                char::from_digit(digit, 36).unwrap_or('0')
            })
            .collect()
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&self, salt: u64) -> String {
        let bits = (self.bits(salt) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn bits(&self, salt: u64) -> u128 {
        let [high, low] = self.random;
        let high = high ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let low = low.wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
        (u128::from(high) << 64) | u128::from(low)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Earlier turns go where the protocol has a place for them.
    #[default]
    Messages,
    /// All turns are flattened into one message by `format_prompt`.
    Prompt,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub role: String,
    /// The text of the content; parts are joined without a separator.
    pub text: String,
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

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key, Value::String(value.into()));
    }

    pub fn nonce(&self) -> Option<&str> {
        self.get("nonce")
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Text(Pieces),
    Reasoning(String),
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
    /// The event as the caller of `reply.events` sees it; text and session go other ways.
    pub fn to_json(&self) -> Option<Value> {
        Some(match self {
            Event::Text(_) | Event::Session(_) => return None,
            Event::Reasoning(text) => event("reasoning", [("text", text.as_str().into())]),
            Event::Source(source) => event("source", [("source", source.clone())]),
            Event::Status { kind, text, raw } => {
                let (kind, text) = (kind.as_str().into(), text.as_str().into());
                event("status", [("kind", kind), ("text", text), ("raw", raw.clone())])
            }
            Event::Image(url) => event("image", [("url", url.as_str().into())]),
            Event::Action { kind, action } => {
                event("action", [("kind", kind.as_str().into()), ("action", action.clone())])
            }
            Event::Warning(message) => event("warning", [("message", message.as_str().into())]),
            Event::Usage(usage) => event("usage", [("usage", usage.to_json())]),
            Event::Replace(text) => event("replace", [("text", text.as_str().into())]),
            Event::Conversation(state) => event("conversation", [("conversation", state.clone().into())]),
            Event::Finish(finish) => event("finish", [("reason", finish.as_str().into())]),
        })
    }
}

fn event<const N: usize>(kind: &str, members: [(&str, Value); N]) -> Value {
    let mut event = Map::new();
    event.insert("type", kind.into());
    members.into_iter().for_each(|(key, value)| event.insert(key, value));
    Value::Object(event)
}

/// A run of text pieces as one string: crossing into JavaScript once costs half of crossing once a piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pieces {
    pub text: String,
    /// End of each piece in UTF-16 code units, which is how JavaScript counts.
    pub ends: Vec<u32>,
}

impl Pieces {
    /// Closes a piece that was appended to `text` from byte `start` on. An empty piece is none.
    pub fn close(&mut self, start: usize) {
        let piece = &self.text[start..];
        if piece.is_empty() {
            return;
        }
        let units = if piece.is_ascii() { piece.len() } else { piece.encode_utf16().count() };
        let end = self.ends.last().copied().unwrap_or(0) + units as u32;
        self.ends.push(end);
    }

    pub fn push(&mut self, piece: &str) {
        let start = self.text.len();
        self.text.push_str(piece);
        self.close(start);
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
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
    /// From any of the usual spellings (OpenAI chat, OpenAI Responses, Anthropic).
    pub fn from_json(raw: &Value) -> Option<Usage> {
        let number = |keys: [&str; 2]| keys.iter().find_map(|key| raw.get(key)).and_then(Value::as_u64);
        raw.is_object().then(|| Usage {
            prompt: number(["prompt_tokens", "input_tokens"]),
            completion: number(["completion_tokens", "output_tokens"]),
            total: number(["total_tokens", "totalTokens"]),
            raw: raw.clone(),
        })
    }

    fn to_json(&self) -> Value {
        let mut object = Map::new();
        for (key, tokens) in
            [("promptTokens", self.prompt), ("completionTokens", self.completion), ("totalTokens", self.total)]
        {
            if let Some(tokens) = tokens {
                object.insert(key, tokens.into());
            }
        }
        object.insert("raw", self.raw.clone());
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

    /// OpenAI's words.
    pub fn from_word(word: &str) -> Finish {
        match word {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "content_filter" => Finish::ContentFilter,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            _ => Finish::Unknown,
        }
    }
}
