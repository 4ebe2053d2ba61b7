//! Ollama: what is sent (L1, L2 of the wire reference).

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::Reply;
use crate::support::flow::{Flow, recorded};
use crate::support::linear::assert_linear;
use crate::support::service::{self, refused};

fn ask(messages: Value) -> Flow {
    service::ask("Ollama", messages)
}

fn ok() -> Reply {
    recorded("ollama/stream-ascii")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

/// What the body holds beside what is always there.
fn with(options: Value) -> Value {
    let mut body = sent(&ask(json!("Hi")).options(options));
    for (key, value) in [("model", json!("m")), ("stream", json!(true)), ("messages", json!([user("Hi")]))] {
        assert_eq!(body.as_object_mut().unwrap().remove(key), Some(value));
    }
    body
}

fn user(text: &str) -> Value {
    json!({ "role": "user", "content": text })
}

#[test]
fn one_request_and_a_local_server_needs_no_key() {
    let played = ask(json!("Hi")).answers(&[ok()]);
    assert_eq!((played.requests[0].method, played.urls()[0]), (Method::Post, "https://llm.example/api/api/chat"));
    assert_eq!(played.header(0, "authorization"), Some("Bearer sk-test-0123"));
    assert_eq!(played.header(0, "accept"), Some("application/x-ndjson"));
    assert_eq!(played.json(0), json!({ "model": "m", "messages": [user("Hi")], "stream": true }));
    let played = ask(json!("Hi")).settings(json!({ "baseUrl": null, "apiKey": null })).answers(&[ok()]);
    assert_eq!((played.urls()[0], played.header(0, "authorization")), ("http://localhost:11434/api/chat", None));
}

#[test]
fn a_model_is_a_member_and_may_have_any_name() {
    let model = "hf.co/some/thing:Q4 ../?#";
    assert_eq!(sent(&ask(json!("Hi")).options(json!({ "model": model })))["model"], model);
    assert_eq!(ask(json!("Hi")).options(json!({ "model": null })).input_error(), "model is missing");
}

#[test]
fn messages_are_texts_with_images_and_calls_beside_them() {
    let image = json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } });
    let call = json!({ "id": "c", "type": "function", "function": { "name": "look", "arguments": "{\"a\":[1,{}]}" } });
    let bare = json!({ "id": "d", "type": "function", "function": { "name": "now", "arguments": "" } });
    let body = sent(&ask(json!([
        { "role": "user", "content": ["What ", image, { "type": "text", "text": "is it?" }, image] },
        { "role": "system", "content": "Be brief." },
        { "role": "assistant", "content": "Wait.", "tool_calls": [call, bare] },
        { "role": "tool", "tool_call_id": "c", "content": [{ "type": "text", "text": "a cat" }] },
        { "role": "tool", "tool_call_id": "d", "content": "noon" },
    ])));
    assert_eq!(
        body["messages"],
        json!([
            { "role": "user", "content": "What is it?", "images": ["AA==", "AA=="] },
            { "role": "system", "content": "Be brief." },
            { "role": "assistant", "content": "Wait.", "tool_calls": [
                { "id": "c", "function": { "name": "look", "arguments": { "a": [1, {}] } } },
                { "id": "d", "function": { "name": "now", "arguments": {} } },
            ] },
            { "role": "tool", "content": "a cat", "tool_name": "look", "tool_call_id": "c" },
            { "role": "tool", "content": "noon", "tool_name": "now", "tool_call_id": "d" },
        ])
    );
}

/// As many calls as results, and the id of none of them in the calls.
#[test]
fn the_names_of_calls_cost_linear_time() {
    let call = |id: &str| json!({ "id": id, "function": { "name": "look", "arguments": "" } });
    let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "y" });
    assert_linear(2_500, |count| {
        let mut messages = vec![json!({ "role": "assistant", "tool_calls": vec![call("a"); count] })];
        messages.extend(vec![result("b"); count]);
        let last = (0..500).map(|at| format!("c{at}"));
        let calls: Vec<_> = last.clone().map(|id| call(&id)).collect();
        messages.push(json!({ "role": "assistant", "tool_calls": calls }));
        messages.extend(last.map(|id| result(&id)));
        let body = sent(&ask(messages.into()));
        let told = body["messages"].as_array().unwrap();
        assert_eq!((&told[count]["tool_name"], &told[count + 501]["tool_name"]), (&json!(""), &json!("look")));
    });
}

#[test]
fn what_it_cannot_carry_is_refused_before_sending() {
    let part = |part: Value| ask(json!([{ "role": "user", "content": [part] }])).input_error();
    let https = json!({ "type": "image_url", "image_url": { "url": "https://a.example/b.png" } });
    assert_eq!(part(https), "Ollama takes images as data: URLs only");
    assert!(part(json!({ "type": "file", "file": {} })).contains("'file'"));
}

#[test]
fn generation_options_are_in_options_and_stop_is_a_list() {
    let options = json!({ "temperature": 0.5, "topP": 0.9, "maxTokens": 9, "stop": ["a", "b"], "seed": 7 });
    let theirs = json!({ "temperature": 0.5, "top_p": 0.9, "num_predict": 9, "stop": ["a", "b"], "seed": 7 });
    assert_eq!(with(options), json!({ "options": theirs }));
    assert_eq!(with(json!({ "stop": "a" })), json!({ "options": { "stop": ["a"] } }));
}

#[test]
fn thinking_is_a_level_or_off() {
    assert_eq!(with(json!({ "reasoningEffort": "high" })), json!({ "think": "high" }));
    assert_eq!(with(json!({ "reasoningEffort": "none" })), json!({ "think": false }));
}

#[test]
fn an_answer_as_json_has_a_format() {
    let format = |format: Value| with(json!({ "responseFormat": format }));
    let schema = json!({ "type": "object" });
    assert_eq!(format(json!({ "type": "json_object" })), json!({ "format": "json" }));
    assert_eq!(
        format(json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema } })),
        json!({ "format": schema })
    );
    assert_eq!(format(json!({ "type": "text" })), json!({}));
}

#[test]
fn tools_go_as_they_are_and_a_choice_has_no_place() {
    let tools = json!([{ "type": "function", "function": { "name": "f", "parameters": { "type": "object" } } }]);
    assert_eq!(with(json!({ "tools": tools })), json!({ "tools": tools }));
    let flow = ask(json!("Hi")).options(json!({ "toolChoice": "required" }));
    assert_eq!(flow.read().unwrap().warnings, ["Ollama has no way to pass on 'toolChoice': it was left out"]);
    assert_eq!(with(json!({ "toolChoice": "required" })), json!({}));
}

#[test]
fn extra_is_laid_over_the_rest() {
    let extra = json!({ "keep_alive": "5m", "options": { "num_ctx": 8192, "seed": null }, "think": null });
    let body = with(json!({ "temperature": 1, "seed": 7, "reasoningEffort": "high", "extra": extra }));
    assert_eq!(body, json!({ "keep_alive": "5m", "options": { "num_ctx": 8192, "temperature": 1 } }));
}

#[test]
fn calls_in_one_line_and_in_several_lines_are_the_same() {
    let call = |name: &str| json!({ "function": { "name": name, "arguments": { "a": 1 } } });
    let line = |calls: Value| json!({ "message": { "content": "", "tool_calls": calls }, "done": false });
    let done = json!({ "message": { "content": "" }, "done": true, "done_reason": "stop" });
    let play = |lines: &[Value]| {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        ask(json!("Hi")).answers(&[Reply::new(200, body)])
    };
    let one = play(&[line(json!([call("f"), call("f")])), done.clone()]);
    let several = play(&[line(json!([call("f")])), line(json!([call("f")])), done]);
    assert_eq!(one.items, several.items);
    let whole = "f {\"a\":1}";
    assert_eq!(
        one.described(),
        [
            format!("tool 0 call_* {whole}"),
            format!("tool 1 call_* {whole}"),
            format!("tool 0 call_* {whole} done"),
            format!("tool 1 call_* {whole} done"),
            "finish tool_calls".to_owned(),
        ]
    );
}

#[test]
fn refusals_are_told_by_their_status_and_words() {
    for (status, words, wanted) in [
        (400, "\"m\" does not support tools", (Code::Service, false)),
        (401, "unauthorized", (Code::Auth, false)),
        (403, "this model requires a subscription", (Code::Auth, false)),
        (404, "model 'm' not found", (Code::ModelNotFound, false)),
        (404, "model \"m\" not found, try pulling it first", (Code::ModelNotFound, false)),
        (404, "path not found", (Code::Service, false)),
        (413, "too large", (Code::TooLarge, false)),
        (429, "you have reached your usage limit", (Code::RateLimited, true)),
        (500, "model requires more system memory (9.3 GiB) than is available (7.2 GiB)", (Code::Service, true)),
        (502, "upstream error", (Code::Service, true)),
        (503, "server busy, please try again.  maximum pending requests exceeded", (Code::Service, true)),
    ] {
        let (code, retryable, message) = refused(&ask(json!("Hi")), status, &json!({ "error": words }));
        assert_eq!((code, retryable), wanted, "{status} {words}");
        assert!(message.starts_with(words), "{message}");
    }
    let late = ask(json!("Hi")).answers(&[recorded("ollama/doc-error-429")]).error().clone();
    assert_eq!(late.retry_after.as_deref(), Some("30"));
}

#[test]
fn models_are_listed() {
    let list = json!({ "models": [{ "name": "a:latest", "model": "a:latest" }, { "name": "b:8b" }] });
    let played = service::models("Ollama").answers(&[Reply::new(200, list.to_string())]);
    assert_eq!(played.urls(), ["https://llm.example/api/api/tags"]);
    assert_eq!(played.pieces(), ["a:latest", "b:8b"]);
}
