//! One call of a provider: what the caller gives, checked and complete.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::chat::{Error, Message, Result};
use crate::json::{Map, Value};
use crate::options::{About, Settings, preset, prompt};
use crate::text::{decimal, digit, join};

/// Options that a protocol may have no way for.
const OPTIONS: [&str; 10] = [
    "temperature",
    "topP",
    "maxTokens",
    "seed",
    "tools",
    "toolChoice",
    "reasoningEffort",
    "responseFormat",
    "compatible",
    "extra",
];

/// One call of a provider, checked and complete. The core gets its random bits here, since it has no source of its own.
#[derive(Clone, Debug)]
pub struct Call {
    pub settings: Rc<Settings>,
    pub messages: Vec<Message>,
    pub history: History,
    /// As it was given, or nothing; see [`Settings::get_model`].
    pub model: String,
    /// What was given of the options that the protocol can pass on, under their names there.
    pub passed: Map,
    /// `conversation` of an earlier reply, or nothing.
    pub conversation: Map,
    pub random: Random,
    /// The caller is a page of another origin and goes without a relay: see `providers/ai_engine.rs`.
    pub foreign: bool,
    /// Only the session is wanted (`getNonce`): the exchange ends before the message is sent.
    pub session_only: bool,
    /// Only the names of the models are wanted (`listModels`).
    pub models_only: bool,
    /// Words that end the text, of a protocol that cannot pass them on.
    pub stops: Vec<String>,
    /// `<think>` and `</think>` in the text stand around thoughts.
    pub think_tags: bool,
    /// What the caller asked for and this protocol cannot do.
    pub warnings: Vec<String>,
}

impl Call {
    /// `settings` and `options` as the caller gave them.
    pub fn read(about: &About, settings: &Value, options: &Value, random: fn() -> [u64; 2]) -> Result<Call> {
        Call::with(about, Rc::new(Settings::read(about, settings)?), options, random)
    }

    /// An option of the call wins over the same one in the settings; only `extra` of both counts.
    pub fn with(about: &About, settings: Rc<Settings>, options: &Value, random: fn() -> [u64; 2]) -> Result<Call> {
        let given = &settings.given;
        let option = |key: &str| options.known(key).or_else(|| given.known(key));
        let mut model = String::new();
        if let Some(given) = option("model") {
            model.push_str(given.as_str().ok_or_else(|| Error::input("model must be a string"))?);
            settings.get_model(&model)?;
        }
        let is_preset = given.text("preset").and_then(preset).is_some();
        let history = match option("history").map(|value| value.as_str().unwrap_or_default()) {
            None if is_preset => History::Prompt,
            None | Some("messages") => History::Messages,
            Some("prompt") => History::Prompt,
            Some(_) => return Err(Error::input("history must be 'messages' or 'prompt'")),
        };
        let mut passed = Map::new();
        for (here, there) in about.options {
            if let Some(value) = option(here) {
                passed.insert(there, value.clone());
            }
        }
        let passes = |name: &str| about.options.iter().any(|(here, _)| *here == name);
        // What a service needs of its own (SERVICES) stays under what a call adds.
        if let (Some(_), Some(under)) = (options.known("extra"), given.known("extra")) {
            passed.insert(".under", under.clone());
        }
        let mut warnings = Vec::new();
        if settings.models.is_empty() && options.known("model").is_some() && !passes("model") {
            warnings.push(join(&["the bots of ", &settings.name, " have their own model: 'model' was left out"]));
        }
        let [session_only, models_only] = ["sessionOnly", "modelsOnly"].map(|key| options.is_true(key));
        let messages = match options.known("messages") {
            _ if session_only || models_only => Vec::new(),
            None => return Err(Error::input("messages is missing")),
            Some(messages) => read_messages(messages, &mut warnings)?,
        };
        if passes("messages") && history == History::Messages {
            // Of what was left out of the texts nothing is lost.
            warnings.clear();
        }
        let conversation = match options.known("conversation") {
            Some(Value::Object(conversation)) => conversation.clone(),
            None => Map::new(),
            Some(_) => return Err(Error::input("conversation must be the object that reply.conversation gave")),
        };
        let stops = match option("stop") {
            Some(given) if !passes("stop") => read_stops(given)?,
            _ => Vec::new(),
        };
        let think_tags = match option("thinkTags").map(Value::as_bool) {
            Some(None) => return Err(Error::input("thinkTags must be true or false")),
            given => given.flatten().unwrap_or_default(),
        };
        let mut leave_out = |name: &str| {
            warnings.push(join(&[&settings.name, " has no way to pass on '", name, "': it was left out"]));
        };
        for name in OPTIONS {
            match option(name) {
                Some(_) if passes(name) => {}
                Some(Value::Object(more)) if name == "compatible" => more.keys().for_each(&mut leave_out),
                Some(_) => leave_out(name),
                None => {}
            }
        }
        Ok(Call {
            settings,
            messages,
            history,
            model,
            passed,
            conversation,
            random: Random { draw: random, drawn: OnceCell::new() },
            foreign: false,
            session_only,
            models_only,
            stops,
            think_tags,
            warnings,
        })
    }

    /// The newest message, which must be the user's, and the turns before it. With `history: 'prompt'` the newest
    /// message is all turns in one text.
    pub fn turns(&self) -> Result<(String, &[Message])> {
        if self.history == History::Prompt {
            return Ok((prompt::format_prompt(&self.messages, Default::default())?, &[]));
        }
        let Some((last, earlier)) = self.messages.split_last() else {
            return Err(Error::input("messages is empty: give at least one message"));
        };
        if last.role != "user" {
            return Err(Error::input(join(&["the last message must have role 'user', not '", &last.role, "'"])));
        }
        if last.text.trim().is_empty() {
            return Err(Error::input("the last message has no text"));
        }
        Ok((last.text.clone(), earlier))
    }

    /// What the earlier reply's conversation has at `key`, or else `fresh`.
    pub fn carry(&self, key: &str, fresh: &str, conversation: &mut Map) {
        conversation.put(key, self.remembered(key).unwrap_or(fresh));
    }

    /// A string of the earlier reply's conversation.
    pub fn remembered(&self, key: &str) -> Option<&str> {
        self.conversation.text(key)
    }

    /// Up to 24 letters and digits from the call's random bits; `salt` makes several of them differ.
    pub fn random_id(&self, length: usize, salt: u64) -> String {
        let [mut high, mut low] = self.bits(salt);
        let mut id = String::new();
        while id.len() < length {
            id.push(digit(low % 36));
            (high, low) = (low / 36, high);
        }
        id
    }

    /// A random UUID (RFC 9562, version 4).
    pub fn uuid(&self, salt: u64) -> String {
        let [high, low] = self.bits(salt);
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0x3 << 62) | 0x2 << 62;
        let mut uuid = String::new();
        for index in 0..32 {
            if matches!(index, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            let half = if index < 16 { high } else { low };
            uuid.push(digit(half >> (60 - index % 16 * 4) & 0xf));
        }
        uuid
    }

    fn bits(&self, salt: u64) -> [u64; 2] {
        let [high, low] = self.random.drawn.get_or_init(self.random.draw);
        [high ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15), low.wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03))]
    }
}

/// Random bits of a call, drawn when they are first wanted: the first draw of a process takes half a millisecond in Node.
#[derive(Clone, Debug)]
pub struct Random {
    draw: fn() -> [u64; 2],
    drawn: OnceCell<[u64; 2]>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Earlier turns go where the protocol has a place for them.
    #[default]
    Messages,
    /// All turns are flattened into one message by `format_prompt`.
    Prompt,
}

/// Each place of a text is compared with each word, and a client of the edge chooses them.
const MAX_STOPS: usize = 64;

fn read_stops(given: &Value) -> Result<Vec<String>> {
    let one = std::slice::from_ref(given);
    let mut stops = Vec::new();
    for stop in given.as_array().map_or(one, Vec::as_slice) {
        match stop.as_str() {
            _ if stops.len() == MAX_STOPS => return Err(Error::input("stop: more than 64 words")),
            Some(word) if !word.is_empty() => stops.push(word.to_owned()),
            _ => return Err(Error::input("stop must be a string or an array of strings, none of them empty")),
        }
    }
    Ok(stops)
}

/// A bare string is one user message. `content` is a string or OpenAI's content parts.
pub fn read_messages(messages: &Value, warnings: &mut Vec<String>) -> Result<Vec<Message>> {
    let mut read = Vec::new();
    match messages {
        Value::String(text) => read.push(Message { role: "user".to_owned(), text: text.clone() }),
        Value::Array(list) if list.is_empty() => {
            return Err(Error::input("messages is empty: give at least one message"));
        }
        Value::Array(list) => {
            for (index, message) in list.iter().enumerate() {
                let path = join(&["messages[", &decimal(index as u64), "]"]);
                read.push(read_message(message, &path, warnings)?);
            }
        }
        _ => return Err(Error::input("messages must be an array of { role, content }, or a string")),
    }
    Ok(read)
}

fn read_message(message: &Value, path: &str, warnings: &mut Vec<String>) -> Result<Message> {
    let wrong = |what: &str| Err(Error::input(join(&[path, what])));
    if !message.is_object() {
        return wrong(" must be an object { role, content }");
    }
    let role = match message.get("role") {
        Some(Value::String(role)) if !role.trim().is_empty() => role.trim().to_owned(),
        Some(Value::Null) | None => return wrong(".role is missing"),
        Some(_) => return wrong(".role must be a string such as 'user'"),
    };
    let mut text = String::new();
    match message.get("content") {
        Some(Value::String(content)) => text.push_str(content),
        Some(Value::Array(parts)) => {
            for (index, part) in parts.iter().enumerate() {
                let path = join(&[path, ".content[", &decimal(index as u64), "]"]);
                text.push_str(read_part(part, &path, warnings)?);
            }
        }
        // An assistant turn that only called tools has no content.
        Some(Value::Null) | None if role != "user" => {}
        Some(Value::Null) | None => return wrong(".content is missing"),
        Some(_) => return wrong(".content must be a string or an array of content parts"),
    }
    Ok(Message { role, text })
}

fn read_part<'a>(part: &'a Value, path: &str, warnings: &mut Vec<String>) -> Result<&'a str> {
    let wrong = |what: &str| Err(Error::input(join(&[path, what])));
    const NO_PART: &str = " must be a string or an object with a type";
    match part {
        Value::String(text) => Ok(text),
        Value::Object(_) => match part.get("type").map_or(Some("text"), Value::as_str) {
            None => wrong(NO_PART),
            Some("text") => part.text("text").map_or_else(|| wrong(".text must be a string"), Ok),
            Some(other) => {
                let left_out = "', which this protocol cannot carry: left out";
                warnings.push(join(&[path, " is of type '", other, left_out]));
                Ok("")
            }
        },
        _ => wrong(NO_PART),
    }
}
