//! Cloudflare Workers AI, its REST form and its binding (`src/js/workers-ai.js`): part K of `tests/wire/README.md`.

use std::rc::Rc;

use super::Protocol;
use crate::about::About;
use crate::call::Call;
use crate::chat::Session;
use crate::error::{Error, Result};
use crate::frame::Framing;
use crate::out::Out;
use crate::service::turn::{Turn, word};
use crate::service::{self, Ask, Dialect, chunk, said};
use crate::step::Step;
use crate::text::join;
use crate::value::Value;

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    about: About {
        name: "WorkersAi",
        needs_auth: true,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: true,
        options: &[
            ("model", "model"),
            ("messages", "messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_tokens"),
            ("stop", "stop"),
            ("seed", "seed"),
            ("tools", "tools"),
            ("toolChoice", "tool_choice"),
            ("reasoningEffort", "reasoning_effort"),
            ("responseFormat", "response_format"),
            ("extra", "extra"),
        ],
        base_url: "https://api.cloudflare.com/client/v4",
    },
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    head: service::bearer,
    events: &["message", "error"],
    text_path: &["response"],
    frame: |turn, value, out| {
        take(turn, value, "delta", out);
        Ok(())
    },
    whole: |turn, value, out| {
        let result = value.known("result").unwrap_or(value);
        take(turn, result, "message", out);
        turn.finish("stop");
        Ok(result.get("response").is_some() || result.get("choices").is_some() || result.get("tool_calls").is_some())
    },
};

/// K1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    let mut ask = Ask::new(call, &[])?;
    let (call, body) = (&ask.call, &mut ask.body);
    let Some(account) = call.settings.get("accountId") else {
        return Err(Error::input("give the binding (env.AI), or accountId and apiKey"));
    };
    let model = body.take("model").unwrap_or_default();
    let model = service::in_path(model.as_str().unwrap_or_default())?;
    let path = join(&["/accounts/", service::in_path(account)?, "/ai/run/", model]);
    body.insert("messages", said::messages(call)?.into());
    body.insert("stream", true.into());
    ask.to(&DIALECT, &path)
}

/// K2: the form of its own, or that of OpenAI's chunks, by the model.
fn take(turn: &mut Turn, value: &Value, key: &str, out: &mut Out) {
    chunk::take(turn, value, key, out);
    match value.get("response") {
        Some(Value::String(text)) => turn.text(text, out),
        // An answer after a schema.
        Some(answer @ (Value::Object(_) | Value::Array(_) | Value::Number(_))) => turn.text(&answer.to_json(), out),
        _ => {}
    }
    for call in value.list("tool_calls") {
        let function = call.get("function").unwrap_or(call);
        let arguments = match function.get("arguments") {
            Some(Value::String(json)) => json.clone(),
            Some(given) => given.to_json(),
            None => "{}".to_owned(),
        };
        turn.whole_call(word(call, "id"), word(function, "name"), &arguments, out);
    }
}
