//! Ollama's own API, `/api/chat`, 0.1 to 0.12: part L of `tests/wire/README.md`.

use std::rc::Rc;

use crate::chat::{Error, Result, Session, turn};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::json::{Map, Value, form};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::keyed::message_decoder::{Turn, object_as_json, word};
use crate::providers::keyed::messages::{self, Part, Role, Said};
use crate::providers::keyed::{self, Ask, Dialect, models};

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|call| models::ask(&DIALECT, call, "/api/tags")),
    about: About {
        needs_auth: false,
        ..About::service(
            "Ollama",
            "http://localhost:11434",
            &[
                ("model", "model"),
                ("messages", ".messages"),
                ("temperature", ".temperature"),
                ("topP", ".top_p"),
                ("maxTokens", ".num_predict"),
                ("stop", ".stop"),
                ("seed", ".seed"),
                ("tools", "tools"),
                ("reasoningEffort", "think"),
                ("responseFormat", ".response_format"),
                ("extra", ".extra"),
            ],
        )
    },
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Ndjson,
    head: keyed::bearer,
    events: &[],
    text_path: &["message", "content"],
    thought_paths: &[&["message", "thinking"]],
    arguments_path: &[],
    frame: |turn, value, out| {
        take(turn, value, out);
        Ok(())
    },
    whole: |turn, value, out| {
        take(turn, value, out);
        Ok(value.get("message").is_some())
    },
};

/// L1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    const OPTIONS: [&str; 5] = [".temperature", ".top_p", ".num_predict", ".stop", ".seed"];
    let mut ask = Ask::new(call)?;
    let (call, body) = (&ask.call, &mut ask.body);
    let given = messages::messages(call)?;
    let (system, said) = messages::read(&given)?;
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(turn("system", &system));
    }
    for said in &said {
        messages.push(message(said)?);
    }
    body.insert("messages", messages.into());
    let mut options = messages::options(call, &OPTIONS);
    messages::listed(&mut options, "stop");
    if !options.is_empty() {
        body.insert("options", options.into());
    }
    if body.text("think") == Some("none") {
        body.insert("think", false.into());
    }
    match messages::schema(call)? {
        Some(Value::Null) => body.put("format", "json"),
        Some(schema) => body.insert("format", schema.clone()),
        None => {}
    }
    body.insert("stream", true.into());
    ask.to(&DIALECT, "/api/chat")
}

const CALL: &str = r#"{"function":{"name":$,"arguments":%}}"#;

/// L2.
fn message(said: &Said) -> Result<Value> {
    let (mut message, mut content) = (Map::new(), String::new());
    let (mut images, mut calls) = (Vec::new(), Vec::new());
    for part in &said.parts {
        match part {
            Part::Text(text) => content.push_str(text),
            Part::Image { url, .. } => match messages::data_url(url) {
                Some((_, data)) => images.push(data.into()),
                None => return Err(Error::input("Ollama takes images as data: URLs only")),
            },
            Part::Call { name, arguments, .. } => {
                calls.push(form(CALL, &[name, &messages::arguments(arguments)?]));
            }
            Part::Result { name, text, .. } => {
                message.put("tool_name", name);
                content.push_str(text);
            }
        }
    }
    let role = match said.role {
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    };
    message.put("role", role);
    message.put("content", &content);
    for (key, list) in [("images", images), ("tool_calls", calls)] {
        if !list.is_empty() {
            message.insert(key, list.into());
        }
    }
    Ok(message.into())
}

/// L3. Thought, text and calls may all stand in one line.
fn take(turn: &mut Turn, value: &Value, out: &mut Out) {
    let message = value.get("message").unwrap_or(&Value::Null);
    _ = turn.think(word(message, "thinking"), out);
    turn.text(word(message, "content"), out);
    for call in message.list("tool_calls") {
        let function = call.get("function").unwrap_or(&Value::Null);
        let arguments = object_as_json(function.get("arguments"));
        turn.whole_call(word(call, "id"), word(function, "name"), &arguments, out);
    }
    if value.is_true("done") {
        let mut usage = Vec::new();
        for (key, count) in value.as_object().into_iter().flat_map(Map::iter) {
            if key.ends_with("_count") || key.ends_with("_duration") {
                usage.push((key.to_owned(), count.clone()));
            }
        }
        turn.usage(Some(&Map::from_members(usage).into()));
        turn.finish(value.text("done_reason").unwrap_or("stop"));
        turn.over = true;
    }
}
