//! Calls of services with a key: what is sent, and what is refused before anything is.

use std::rc::Rc;

use rivulet::error::Code;
use serde_json::{Value, json};

use super::drive::{self, Reply};
use super::flow::{Flow, call};

pub fn ask(provider: &'static str, messages: Value) -> Flow {
    let flow = call(provider, messages).options(json!({ "model": "m" }));
    flow.settings(json!({ "url": null, "baseUrl": "https://llm.example/api", "apiKey": "sk-test-0123" }))
}

/// A call that asks for the names of the models.
pub fn models(provider: &'static str) -> Flow {
    ask(provider, json!(null)).options(json!({ "modelsOnly": true }))
}

/// A stream of `data:` lines.
pub fn sse(frames: &[Value]) -> Reply {
    Reply::new(200, frames.iter().map(|frame| format!("data: {frame}\n\n")).collect::<String>())
}

/// The words of the error that the caller gets, and nothing is sent.
#[track_caller]
pub fn input_error(flow: &Flow, provider: &str) -> String {
    let error = flow.read().map_or_else(
        |error| error,
        |call| {
            let protocol = rivulet::providers::protocol(provider).unwrap();
            let exchange = rivulet::providers::exchange(protocol, Rc::new(call), &Default::default(), 1 << 20);
            drive::play(exchange, |_, _| panic!("nothing is to be sent")).error().clone()
        },
    );
    assert_eq!(error.code, Code::Input, "{error}");
    error.message.clone()
}

/// What a refusal with this status and body is to the caller: its code, whether it may heal, and its words.
pub fn refused(flow: &Flow, status: u16, body: &Value) -> (Code, bool, String) {
    let error = flow.answers(&[Reply::new(status, body.to_string())]).error().clone();
    assert_eq!(error.status, Some(status));
    (error.code, error.retryable, error.message.clone())
}
