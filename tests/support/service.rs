//! Calls of services with a key: what their tests have in common.

use rivulet::chat::Code;
use serde_json::{Value, json};

use super::drive::Reply;
use super::flow::{Flow, call};

pub fn ask(provider: &'static str, messages: Value) -> Flow {
    let flow = call(provider, messages).options(json!({ "model": "m" }));
    flow.settings(json!({ "url": null, "baseUrl": "https://llm.example/api", "apiKey": "sk-test-0123" }))
}

/// A call that asks for the names of the models.
pub fn models(provider: &'static str) -> Flow {
    ask(provider, json!(null)).models()
}

/// A call that asks for the vectors of these texts.
pub fn embed(provider: &'static str, texts: Value) -> Flow {
    ask(provider, json!(null)).options(json!({ "input": texts })).embeddings()
}

/// A stream of `data:` lines.
pub fn sse(frames: &[Value]) -> Reply {
    Reply::new(200, frames.iter().map(|frame| format!("data: {frame}\n\n")).collect::<String>())
}

/// A stream of events that are named as their `type`.
pub fn named(events: &[Value]) -> Reply {
    let frame = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    Reply::new(200, events.iter().map(frame).collect::<String>())
}

/// What no service can be asked for, and which `ask` makes a call of this service of.
pub fn refuses_wrong_calls(ask: fn(Value) -> Flow) {
    let with = |options: Value| ask(json!("Hi")).options(options).input_error();
    assert_eq!(with(json!({ "model": null })), "model is missing");
    assert_eq!(with(json!({ "tools": {} })), "tools must be an array");
    assert_eq!(
        with(json!({ "tools": [{}] })),
        "tools[0] has neither the name of a function nor a type that this service knows"
    );
    assert!(with(json!({ "toolChoice": "x" })).starts_with("toolChoice must be"));
    assert_eq!(with(json!({ "extra": 1 })), "extra must be an object");
    assert!(with(json!({ "conversation": "x" })).starts_with("conversation must be"));
    let said = |content: Value| ask(json!([{ "role": "user", "content": content }])).input_error();
    let no_content = "messages[0].content[0] of type 'image_url' has no content: give it in Base64, or its address";
    assert_eq!(said(json!([{ "type": "image_url" }])), no_content);
    assert!(
        said(json!([{ "type": "input_audio" }]))
            .starts_with("messages[0].content[0] of type 'input_audio' has no content")
    );
}

/// What a refusal with this status and body is to the caller: its code, whether it may heal, and its words.
pub fn refused(flow: &Flow, status: u16, body: &Value) -> (Code, bool, String) {
    let error = flow.answers(&[Reply::new(status, body.to_string())]).error().clone();
    assert_eq!(error.status, Some(status));
    (error.code, error.retryable, error.message.clone())
}
