//! Cloudflare Workers AI, its REST form and its binding (`src/js/workers-ai.js`): part M of `tests/wire/README.md`.

use std::rc::Rc;

use crate::chat::{Error, Finish, Result, Session};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::json::Value;
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::keyed::message_decoder::{Turn, word};
use crate::providers::keyed::{self, Ask, Dialect, chat_chunk, messages, models};
use crate::text::join;

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|call| {
        let path = path(&call, "/ai/models/search?task=Text%20Generation&per_page=1000")?;
        models::ask(&DIALECT, call, &path)
    }),
    about: About::service(
        "WorkersAi",
        "https://api.cloudflare.com/client/v4",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_tokens"),
            ("stop", "stop"),
            ("seed", "seed"),
            ("tools", "tools"),
            ("toolChoice", "tool_choice"),
            ("reasoningEffort", "reasoning_effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    head: keyed::bearer,
    events: &["message", "error"],
    text_path: &["response"],
    thought_paths: &[],
    arguments_path: &[],
    frame: |turn, value, out| {
        take(turn, value, "delta", out);
        Ok(())
    },
    whole: |turn, value, out| {
        let result = value.known("result").unwrap_or(value);
        take(turn, result, "message", out);
        Ok(["response", "choices", "tool_calls"].iter().any(|key| result.get(key).is_some()))
    },
};

/// M1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    let mut ask = Ask::new(call)?;
    let (call, body) = (&ask.call, &mut ask.body);
    let path = path(call, &join(&["/ai/run/", &keyed::take_model(body)?]))?;
    let mut messages = messages::messages(call)?;
    for message in messages.iter_mut().filter_map(Value::as_object_mut) {
        // Null is refused.
        if message.get("content").is_none_or(Value::is_null) {
            message.insert("content", "".into());
        }
    }
    body.insert("messages", messages.into());
    if body.text("reasoning_effort") == Some("none") {
        body.insert("reasoning_effort", Value::Null);
    }
    let mut is_json = false;
    if let Some(format) = call.passed.get(".response_format") {
        is_json = word(format, "type").starts_with("json_");
        // What has no schema where OpenAI has it may be a bare one.
        match messages::schema(call).unwrap_or_default().filter(|schema| !schema.is_null()) {
            Some(schema) => {
                body.form("response_format", r#"{"type":"json_schema","json_schema":%}"#, &[&schema.to_json()])
            }
            None => body.insert("response_format", format.clone()),
        }
    }
    // There is no stream of JSON.
    if !is_json {
        body.insert("stream", true.into());
    }
    ask.to(&DIALECT, &path)
}

/// Below the account.
fn path(call: &Call, rest: &str) -> Result<String> {
    match call.settings.get("accountId") {
        Some(account) => Ok(join(&["/accounts/", keyed::in_path(account)?, rest])),
        None => Err(Error::input("give the binding (env.AI), or accountId and apiKey")),
    }
}

/// M2: the form of its own, or that of OpenAI's chunks, by the model. An answer in both forms says the same twice.
fn take(turn: &mut Turn, value: &Value, key: &str, out: &mut Out) {
    // Its own form has no reason.
    turn.usual_finish = Some(Finish::Stop);
    chat_chunk::take(turn, value, key, out);
    if !value.list("choices").is_empty() {
        return;
    }
    match value.known("response") {
        Some(Value::String(text)) => turn.text(text, out),
        // An answer after a schema, or a token that looks like a number.
        Some(answer) => turn.text(&answer.to_json(), out),
        None => {}
    }
    for call in value.list("tool_calls") {
        let function = call.known("function").unwrap_or(call);
        let arguments = match function.known("arguments") {
            Some(Value::String(json)) => json.clone(),
            Some(given) => given.to_json(),
            None => String::new(),
        };
        let (id, name) = (word(call, "id"), word(function, "name"));
        match call.number("index") {
            // A piece that only says that the call is over.
            _ if id.is_empty() && name.is_empty() && arguments.is_empty() => {}
            Some(index) => turn.call(Some(index), id, name, &arguments, out),
            None => _ = turn.whole_call(id, name, &arguments, out),
        }
    }
    turn.finish(word(value, "finish_reason"));
}
