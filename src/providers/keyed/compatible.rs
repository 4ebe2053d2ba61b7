//! What services that are compatible with OpenAI's Chat Completions take in another way than OpenAI (setting `service`), and what
//! they want back of their earlier answers.

use super::message_decoder::str_or_empty;
use super::messages::{self, KnownCalls};
use crate::chat::{Error, Result};
use crate::json::{Map, Value};
use crate::options::ChatRequest;
use crate::text::join;

/// What becomes of `reasoning_content` in messages of the assistant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reasoning {
    /// It is sent as the caller gives it.
    AsGiven,
    /// The service refuses it.
    LeftOut,
    /// The service refuses a message with tool calls that comes back without it.
    Wanted,
}

/// What is special about a service.
#[derive(Clone, Copy)]
pub struct Service {
    /// As `SERVICES` in JavaScript has it.
    name: &'static str,
    /// Whether it knows the role `developer`; `system` is sent otherwise.
    has_developer: bool,
    /// Its name for `seed`.
    seed: &'static str,
    /// Whether it refuses `max_completion_tokens`, the newer name of `max_tokens`.
    has_old_limit: bool,
    reasoning: Reasoning,
    /// Whether the ids of calls must be nine letters or digits.
    has_short_ids: bool,
}

const USUAL: Service = Service {
    name: "",
    has_developer: true,
    seed: "seed",
    has_old_limit: false,
    reasoning: Reasoning::AsGiven,
    has_short_ids: false,
};

/// The services of `SERVICES` in src/js/services.js; `tests/lists.rs` compares them. Sources: each service's documentation of its
/// API, and reports of 400 and 422 (tests/cases names them).
const SERVICES: [Service; 13] = [
    Service { name: "cerebras", reasoning: Reasoning::LeftOut, ..USUAL },
    Service { name: "deepseek", has_developer: false, reasoning: Reasoning::Wanted, ..USUAL },
    Service { name: "fireworks", ..USUAL },
    Service { name: "groq", reasoning: Reasoning::LeftOut, ..USUAL },
    Service { name: "huggingface", ..USUAL },
    Service { name: "llamacpp", ..USUAL },
    Service { name: "lmstudio", ..USUAL },
    Service {
        name: "mistral",
        has_developer: false,
        seed: "random_seed",
        has_old_limit: true,
        reasoning: Reasoning::LeftOut,
        has_short_ids: true,
    },
    Service { name: "nvidia", ..USUAL },
    Service { name: "openrouter", ..USUAL },
    Service { name: "together", ..USUAL },
    Service { name: "vllm", ..USUAL },
    Service { name: "xai", ..USUAL },
];

/// The names of the services that the setting `service` may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.name)
}

impl Service {
    /// The service that the setting `service` names.
    ///
    /// # Errors
    /// [`crate::chat::Code::Input`]: there is no such service.
    pub fn of(chat: &ChatRequest) -> Result<Service> {
        let Some(wanted) = chat.settings.get("service") else { return Ok(USUAL) };
        SERVICES.iter().find(|service| service.name == wanted).copied().ok_or_else(|| {
            let known = names().collect::<Vec<_>>().join(", ");
            Error::input(join(&["service: '", wanted, "' is none of ", &known]))
        })
    }

    /// Whether the reasoning of its answers has to be kept, for the message with the tool calls to which it led.
    pub fn wants_reasoning(self) -> bool {
        self.reasoning == Reasoning::Wanted
    }

    /// Gives the options the names that the service has for them.
    pub fn rename(self, body: &mut Map) {
        if self.seed != USUAL.seed
            && let Some(seed) = body.take(USUAL.seed)
        {
            body.insert(self.seed, seed);
        }
        if self.has_old_limit
            && let Some(most) = body.take("max_completion_tokens")
        {
            body.insert("max_tokens", most);
        }
    }

    /// The messages as the service takes them, with what it wants back. `None`: as they are.
    pub fn messages(self, given: &Value, known: &KnownCalls, warnings: &mut Vec<&'static str>) -> Option<Value> {
        let given = messages::items(given);
        let changed: Vec<_> = given.iter().map(|message| self.message(message, known, warnings)).collect();
        if changed.iter().all(Option::is_none) {
            return None;
        }
        let written =
            changed.into_iter().zip(given).map(|(changed, message)| changed.unwrap_or_else(|| message.clone()));
        Some(written.collect::<Vec<_>>().into())
    }

    fn message(self, message: &Value, known: &KnownCalls, warnings: &mut Vec<&'static str>) -> Option<Value> {
        let mut changed = None;
        if !self.has_developer && str_or_empty(message, "role") == "developer" {
            object(&mut changed, message).insert_str("role", "system");
        }
        if self.reasoning == Reasoning::LeftOut && message.get(CONTENT).is_some() {
            object(&mut changed, message).remove(CONTENT);
            const LEFT_OUT: &str = "the service takes no reasoning_content in messages: it was left out";
            if !warnings.contains(&LEFT_OUT) {
                warnings.push(LEFT_OUT);
            }
        }
        for (at, call) in message.list("tool_calls").iter().enumerate() {
            let id = str_or_empty(call, "id");
            let Some(Value::Object(state)) = known.get(id) else { continue };
            for (name, value) in state.iter() {
                if name == EXTRA {
                    if call.get(EXTRA).is_none()
                        && let Some(Value::Array(calls)) = object(&mut changed, message).get_mut("tool_calls")
                        && let Some(Value::Object(call)) = calls.get_mut(at)
                    {
                        call.insert(EXTRA, value.clone());
                    }
                } else if message.get(name).is_none() {
                    object(&mut changed, message).insert(name, value.clone());
                }
            }
        }
        if self.has_short_ids {
            shorten(str_or_empty(message, "tool_call_id"), |id| {
                object(&mut changed, message).insert_str("tool_call_id", id);
            });
            for (at, call) in message.list("tool_calls").iter().enumerate() {
                shorten(str_or_empty(call, "id"), |id| {
                    if let Some(Value::Array(calls)) = object(&mut changed, message).get_mut("tool_calls")
                        && let Some(Value::Object(call)) = calls.get_mut(at)
                    {
                        call.insert_str("id", id);
                    }
                });
            }
        }
        changed.map(Value::Object)
    }
}

/// Gives `to` nine letters or digits for an id that is of another form, as those of other services are.
fn shorten(id: &str, to: impl FnOnce(&str)) {
    let is_short = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !id.is_empty() && !is_short {
        to(&messages::id_digits(id, 9));
    }
}

/// The members that are kept of answers with tool calls.
const CONTENT: &str = "reasoning_content";
const DETAILS: &str = "reasoning_details";
/// The member of a call that goes back with it.
pub const EXTRA: &str = "extra_content";

/// The copy of a message that is changed.
fn object<'a>(changed: &'a mut Option<Map>, message: &Value) -> &'a mut Map {
    changed.get_or_insert_with(|| message.as_object().cloned().unwrap_or_default())
}

/// What is kept of an answer until its end, in case it calls tools.
#[derive(Default)]
pub struct State {
    details: Vec<Value>,
    reasoning: String,
}

impl State {
    /// Pieces of `reasoning_details` (OpenRouter, MiniMax). A piece of a text is put behind the one before.
    pub fn add_details(&mut self, pieces: &[Value]) -> usize {
        for piece in pieces {
            let same = |known: &Value| {
                ["type", "index", "id"].iter().all(|key| piece.get(key).is_none() || piece.get(key) == known.get(key))
            };
            match (self.details.last_mut().filter(|last| same(last)), piece) {
                (Some(Value::Object(last)), Value::Object(piece)) => {
                    for (name, value) in piece.iter() {
                        match (name, last.get_mut(name), value) {
                            ("text" | "summary" | "data", Some(Value::String(known)), Value::String(more)) => {
                                known.push_str(more);
                            }
                            _ if value.is_null() => {}
                            _ => last.insert(name, value.clone()),
                        }
                    }
                }
                _ => self.details.push(piece.clone()),
            }
        }
        pieces.iter().map(Value::size).sum()
    }

    /// A piece of the reasoning, for a service that wants it back.
    pub fn add_reasoning(&mut self, piece: &str) {
        self.reasoning.push_str(piece);
    }

    /// What the next request needs with a call: what the answer said before its first one (`is_first`), and the `extra` of the call
    /// itself, in which Google's compatible API has the signature of the reasoning.
    pub fn of_call(&mut self, is_first: bool, extra: Value) -> Map {
        let mut members = Map::new();
        if !extra.is_null() {
            members.insert(EXTRA, extra);
        }
        if !is_first {
            return members;
        }
        if !self.details.is_empty() {
            members.insert(DETAILS, std::mem::take(&mut self.details).into());
        }
        if !self.reasoning.is_empty() {
            members.insert_str(CONTENT, &std::mem::take(&mut self.reasoning));
        }
        members
    }
}
