//! Workers AI by its REST API: what is sent (M1 of the wire reference), and what a decoder must not be led astray by.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, recorded};
use crate::support::service::{self, refused};

fn ask(messages: Value) -> Flow {
    service::ask("WorkersAi", messages).settings(json!({ "accountId": "acc" }))
}

fn ok() -> Reply {
    recorded("workers-ai/doc-native")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

fn with(options: Value) -> Value {
    let mut body = sent(&ask(json!("Hi")).options(options));
    let messages = json!([{ "role": "user", "content": "Hi" }]);
    assert_eq!(body.as_object_mut().unwrap().remove("messages"), Some(messages));
    body
}

/// A stream of these frames and `[DONE]`.
fn stream(frames: &[Value]) -> Played {
    let body: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    ask(json!("Hi")).answers(&[Reply::new(200, body + "data: [DONE]\n\n")])
}

#[test]
fn one_request_with_account_and_model_in_the_path() {
    let played = ask(json!("Hi")).options(json!({ "model": "@cf/meta/llama-3.1-8b-instruct" })).answers(&[ok()]);
    let url = "https://llm.example/api/accounts/acc/ai/run/@cf/meta/llama-3.1-8b-instruct";
    assert_eq!((played.requests[0].method, played.urls()[0]), (Method::Post, url));
    assert_eq!(played.header(0, "authorization"), Some("Bearer sk-test-0123"));
    assert_eq!(played.json(0), json!({ "messages": [{ "role": "user", "content": "Hi" }], "stream": true }));
    let played = ask(json!("Hi")).settings(json!({ "baseUrl": null })).answers(&[ok()]);
    assert_eq!(played.urls(), ["https://api.cloudflare.com/client/v4/accounts/acc/ai/run/m"]);
}

#[test]
fn neither_model_nor_account_can_lead_elsewhere() {
    for bad in ["../x", "@cf/../x", "..", "a?b", "a#b", "a b", "a%2fb", "a\\b", "/a", "a/", "a//b", "я"] {
        let words = ask(json!("Hi")).options(json!({ "model": bad })).input_error();
        assert!(words.starts_with("model: not a name"), "{bad}: {words}");
        assert!(!ask(json!("Hi")).settings(json!({ "accountId": bad })).input_error().is_empty(), "{bad}");
    }
    assert!(ask(json!("Hi")).settings(json!({ "accountId": null })).input_error().contains("accountId"));
    assert_eq!(ask(json!("Hi")).options(json!({ "model": null })).input_error(), "model is missing");
}

#[test]
fn messages_go_as_they_are_but_for_a_content_of_null() {
    let image = json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } });
    let call = json!({ "id": "c", "type": "function", "function": { "name": "look", "arguments": "{}" } });
    let mut messages = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": [{ "type": "text", "text": "What is it?" }, image] },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c", "content": "a cat" },
        { "role": "assistant", "tool_calls": [call] },
    ]);
    let body = sent(&ask(messages.clone()));
    messages[2]["content"] = json!("");
    messages[4]["content"] = json!("");
    assert_eq!(body["messages"], messages);
}

#[test]
fn options_go_under_their_names_there() {
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    let options = json!({
        "temperature": 0.5, "topP": 0.9, "maxTokens": 9, "stop": "a", "seed": 7, "tools": tools, "toolChoice": "auto",
        "reasoningEffort": "low", "extra": { "top_k": 5, "seed": null },
    });
    assert_eq!(
        with(options),
        json!({
            "stream": true, "temperature": 0.5, "top_p": 0.9, "max_tokens": 9, "stop": "a", "tools": tools,
            "tool_choice": "auto", "reasoning_effort": "low", "top_k": 5,
        })
    );
    let none = with(json!({ "reasoningEffort": "none" }));
    assert_eq!(none, json!({ "stream": true, "reasoning_effort": null }));
    assert_eq!(ask(json!("Hi")).options(json!({ "extra": [] })).input_error(), "extra must be an object");
}

#[test]
fn json_is_not_streamed_and_a_schema_goes_bare() {
    let schema = json!({ "type": "object" });
    let sent = |format: Value| with(json!({ "responseFormat": format }));
    let bare = json!({ "type": "json_schema", "json_schema": schema });
    let named = json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema } });
    assert_eq!(sent(named), json!({ "response_format": bare }));
    assert_eq!(sent(bare.clone()), json!({ "response_format": bare }));
    assert_eq!(sent(json!({ "type": "json_object" })), json!({ "response_format": { "type": "json_object" } }));
    let text = json!({ "type": "text" });
    assert_eq!(sent(text.clone()), json!({ "response_format": text, "stream": true }));
}

#[test]
fn done_is_a_stop_but_for_a_stream_that_said_nothing() {
    assert_eq!(stream(&[json!({ "response": "a" })]).described(), ["finish stop"]);
    let chunk = json!({ "choices": [{ "delta": { "content": "a" }, "finish_reason": null }] });
    assert_eq!(stream(&[chunk]).described(), ["finish stop"]);
    let long = json!({ "choices": [{ "delta": { "content": "a" }, "finish_reason": "length" }] });
    assert_eq!(stream(&[long]).described(), ["finish length"]);
    assert_eq!(stream(&[]).error().message, "the service ended the reply before it began");
}

#[test]
fn the_reason_of_a_whole_answer_counts() {
    let whole = |reason: Value| {
        let message = json!({ "content": "a" });
        let result = json!({ "choices": [{ "message": message, "finish_reason": reason }] });
        ask(json!("Hi"))
            .answers(&[Reply::new(200, json!({ "result": result, "success": true }).to_string())])
            .described()
    };
    assert_eq!(whole(json!("length")), ["finish length"]);
    assert_eq!(whole(json!(null)), ["finish stop"]);
}

#[test]
fn calls_come_flat_or_as_functions_whole_or_in_pieces() {
    let calls = |list: Value| stream(&[json!({ "response": "", "tool_calls": list })]).described();
    let done = |id: &str| {
        [format!("tool 0 {id} f {{\"a\":1}}"), format!("tool 0 {id} f {{\"a\":1}} done"), "finish tool_calls".into()]
    };
    assert_eq!(calls(json!([{ "name": "f", "arguments": { "a": 1 } }])), done("call_*"));
    assert_eq!(calls(json!([{ "name": "f", "arguments": "{\"a\":1}" }])), done("call_*"));
    let function = json!({ "name": "f", "arguments": "{\"a\":1}" });
    assert_eq!(calls(json!([{ "id": "x", "type": "function", "function": function }])), done("x"));
    assert_eq!(calls(json!([{ "id": "x", "index": 0, "function": function }])), done("x"));
    assert_eq!(calls(json!([{ "id": null, "function": { "name": null, "arguments": "" } }]))[1..], ["finish stop"]);
    assert_eq!(
        calls(json!([{ "name": "f" }]))[1],
        "tool 0 call_* f {} done",
        "no arguments are an empty object, as everywhere"
    );
}

#[test]
fn refusals_are_told_by_their_numbers() {
    for (status, number, words, wanted) in [
        (400, 3003, "words", (Code::Service, false)),
        (400, 5004, "words", (Code::Service, false)),
        (400, 5007, "words", (Code::ModelNotFound, false)),
        (400, 1, "AiError: No such model @cf/x or task", (Code::ModelNotFound, false)),
        (400, 5021, "exceeded this model context window limit (7968)", (Code::Refused, false)),
        (401, 10000, "Authentication error", (Code::Auth, false)),
        (403, 5016, "words", (Code::Auth, false)),
        (403, 5018, "words", (Code::Auth, false)),
        (404, 3042, "words", (Code::ModelNotFound, false)),
        (404, 7003, "Could not route to this address", (Code::Service, false)),
        (405, 5005, "words", (Code::Service, false)),
        (408, 3007, "words", (Code::Timeout, true)),
        (413, 3006, "words", (Code::TooLarge, false)),
        (429, 3036, "words", (Code::PaymentRequired, false)),
        (429, 3040, "words", (Code::RateLimited, true)),
        (500, 1, "words", (Code::Service, true)),
        (503, 1, "words", (Code::Service, true)),
    ] {
        let body = json!({ "result": null, "success": false, "errors": [{ "code": number, "message": words }], "messages": [] });
        let (code, retryable, message) = refused(&ask(json!("Hi")), status, &body);
        assert_eq!((code, retryable), wanted, "{status} {number} {words}");
        assert!(message.starts_with(words), "{message}");
    }
    let late = ask(json!("Hi")).answers(&[recorded("workers-ai/doc-error-429")]).error().clone();
    assert_eq!(late.retry_after.as_deref(), Some("7"));
}

#[test]
fn models_are_listed_by_name() {
    let flow = ask(json!("Hi")).models();
    let result = json!([{ "id": "429b9e8b", "name": "@cf/a/b" }, { "id": "429b9e8c", "name": "@cf/c/d" }]);
    let played = flow.answers(&[Reply::new(200, json!({ "success": true, "result": result }).to_string())]);
    assert_eq!(played.pieces(), ["@cf/a/b", "@cf/c/d"]);
    let path = "/accounts/acc/ai/models/search?task=Text%20Generation&per_page=1000";
    assert!(played.urls()[0].ends_with(path), "{:?}", played.urls());
}
