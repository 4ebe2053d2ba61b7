//! Anthropic Messages: what is sent, what goes back with the next turn, and what errors mean.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, call, json_answer, recorded};
use crate::support::linear::assert_linear_of;
use crate::support::service::{named, refuses_wrong_calls};

const BASE: &str = "https://llm.example/v1";

fn ask(messages: Value) -> Flow {
    let flow = call("Anthropic", messages).options(json!({ "model": "m" }));
    flow.settings(json!({ "url": null, "baseUrl": BASE, "apiKey": "sk-test-0123" }))
}

fn ok() -> Reply {
    recorded("anthropic/stream-ascii")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

/// What a call with these options sends besides the usual, and its warnings.
fn with(options: Value) -> (Value, Vec<String>) {
    let played = ask(json!("Hi")).options(options).answers(&[ok()]);
    let mut body = played.json(0);
    ["model", "messages", "stream"].iter().for_each(|key| _ = body.as_object_mut().unwrap().remove(*key));
    (body, played.warnings().into_iter().map(str::to_owned).collect())
}

fn begin(index: u64, block: Value) -> Value {
    json!({ "type": "content_block_start", "index": index, "content_block": block })
}

fn delta(index: u64, delta: Value) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": delta })
}

fn over(reason: &str) -> [Value; 2] {
    [json!({ "type": "message_delta", "delta": { "stop_reason": reason } }), json!({ "type": "message_stop" })]
}

fn tool_call(id: &str, name: &str, arguments: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

#[test]
fn one_request_with_key_version_model_and_messages() {
    let played = ask(json!("Hi")).answers(&[ok()]);
    assert_eq!((played.requests[0].method, played.urls()[0]), (Method::Post, "https://llm.example/v1/messages"));
    let header = |name: &str| played.header(0, name);
    assert_eq!((header("x-api-key"), header("anthropic-version")), (Some("sk-test-0123"), Some("2026-10-21")));
    assert_eq!(header("authorization"), None);
    assert_eq!(header("anthropic-dangerous-direct-browser-access"), None);
    assert_eq!(
        played.json(0),
        json!({
            "model": "m", "max_tokens": 8192, "stream": true,
            "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hi" }] }],
        })
    );
    let defaults = ask(json!("Hi")).settings(json!({ "baseUrl": null })).answers(&[ok()]);
    assert_eq!(defaults.urls(), ["https://api.anthropic.com/v1/messages"]);
}

#[test]
fn a_page_of_another_origin_says_so() {
    let played = ask(json!("Hi")).cross_origin().answers(&[ok()]);
    assert_eq!(played.header(0, "anthropic-dangerous-direct-browser-access"), Some("true"));
}

#[test]
fn a_system_prompt_stands_apart_wherever_it_was() {
    let body = sent(&ask(json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "One" },
        { "role": "assistant", "content": [{ "type": "text", "text": "Two" }] },
        { "role": "developer", "content": [{ "type": "text", "text": "Be kind." }] },
        { "role": "user", "content": "Three" },
    ])));
    assert_eq!(body["system"], "Be brief.\n\nBe kind.");
    let block = |role: &str, text: &str| json!({ "role": role, "content": [{ "type": "text", "text": text }] });
    assert_eq!(body["messages"], json!([block("user", "One"), block("assistant", "Two"), block("user", "Three")]));
}

#[test]
fn turns_of_one_role_become_one_and_blank_texts_none() {
    let body = sent(&ask(json!([
        { "role": "user", "content": "One" },
        { "role": "user", "content": [{ "type": "text", "text": " " }, { "type": "text", "text": "Two" }] },
        { "role": "assistant", "content": "" },
        { "role": "user", "content": "Three" },
    ])));
    let block = |text: &str| json!({ "type": "text", "text": text });
    assert_eq!(body["messages"], json!([{ "role": "user", "content": [block("One"), block("Two"), block("Three")] }]));
}

#[test]
fn images_go_as_base64_or_by_their_address() {
    let image = |url: &str| {
        let content = json!([{ "type": "image_url", "image_url": { "url": url, "detail": "low" } }]);
        sent(&ask(json!([{ "role": "user", "content": content }])))["messages"][0]["content"][0].clone()
    };
    let source = json!({ "type": "base64", "media_type": "image/png", "data": "AA==" });
    assert_eq!(image("data:image/png;base64,AA=="), json!({ "type": "image", "source": source }));
    let source = json!({ "type": "url", "url": "https://pictures.example/a.png" });
    assert_eq!(image("https://pictures.example/a.png"), json!({ "type": "image", "source": source }));
}

#[test]
fn tools_and_their_choice_have_another_form() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "number" } } });
    // A strict tool is one whose objects are closed.
    let mut closed = schema.clone();
    closed["additionalProperties"] = json!(false);
    let function = json!({ "name": "f", "description": "It adds.", "parameters": schema, "strict": true });
    let tools =
        json!([{ "type": "function", "function": function }, { "type": "function", "function": { "name": "g" } }]);
    let choice = |choice: Value| {
        let mut body = with(json!({ "tools": tools, "toolChoice": choice })).0;
        let tools = body["tools"].take();
        assert_eq!(
            tools,
            json!([
                { "type": "custom", "name": "f", "description": "It adds.", "input_schema": closed, "strict": true },
                { "type": "custom", "name": "g", "input_schema": { "type": "object", "properties": {} } },
            ])
        );
        body["tool_choice"].take()
    };
    assert_eq!(choice(json!("auto")), json!({ "type": "auto" }));
    assert_eq!(choice(json!("none")), json!({ "type": "none" }));
    assert_eq!(choice(json!("required")), json!({ "type": "any" }));
    let named = json!({ "type": "function", "function": { "name": "f" } });
    assert_eq!(choice(named), json!({ "type": "tool", "name": "f" }));
    assert_eq!(choice(Value::Null), Value::Null);
}

#[test]
fn other_options_go_where_the_service_has_a_place_for_them() {
    let usual = |mut more: Value| {
        more["max_tokens"] = more.get("max_tokens").cloned().unwrap_or(json!(8192));
        (more, Vec::<String>::new())
    };
    assert_eq!(with(json!({ "maxTokens": 5 })), usual(json!({ "max_tokens": 5 })));
    assert_eq!(with(json!({ "stop": "a" })), usual(json!({ "stop_sequences": ["a"] })));
    assert_eq!(with(json!({ "stop": ["a", "b"] })), usual(json!({ "stop_sequences": ["a", "b"] })));
    assert_eq!(with(json!({ "reasoningEffort": "low" })), usual(json!({ "output_config": { "effort": "low" } })));
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": { "a": 1 } } });
    let output = json!({ "format": { "type": "json_schema", "schema": { "a": 1 } } });
    assert_eq!(with(json!({ "responseFormat": format })), usual(json!({ "output_config": output })));
    assert_eq!(with(json!({ "responseFormat": { "type": "text" } })), usual(json!({})));
    let extra = json!({ "thinking": { "type": "adaptive" }, "max_tokens": 9 });
    assert_eq!(with(json!({ "extra": extra })), usual(json!({ "thinking": { "type": "adaptive" }, "max_tokens": 9 })));
}

#[test]
fn what_the_service_has_no_way_for_is_told() {
    let (body, warnings) = with(json!({ "responseFormat": { "type": "json_object" }, "seed": 1 }));
    let asked = "Answer with a single JSON object and nothing else: no text around it, no code fence.";
    assert_eq!(body, json!({ "max_tokens": 8192, "system": asked }));
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().any(|words| words.contains("'responseFormat'")));
    assert!(warnings.iter().any(|words| words.contains("'seed'")));
}

#[test]
fn temperature_belongs_to_the_version_before() {
    let options = json!({ "temperature": 0, "topP": 0.5 });
    let (body, warnings) = with(options.clone());
    assert_eq!(body, json!({ "max_tokens": 8192 }));
    assert!(warnings[0].contains("'temperature'") && warnings[1].contains("'topP'"), "{warnings:?}");
    let before = ask(json!("Hi")).options(options).settings(json!({ "version": "2023-06-01" })).answers(&[ok()]);
    assert_eq!(before.header(0, "anthropic-version"), Some("2023-06-01"));
    assert_eq!((&before.json(0)["temperature"], &before.json(0)["top_p"]), (&json!(0), &json!(0.5)));
    assert_eq!(before.warnings(), Vec::<&str>::new());
    let same = ask(json!("Hi")).options(json!({ "temperature": 0 })).settings(json!({ "version": "2026-10-21" }));
    assert_eq!(sent(&same).get("temperature"), None);
}

/// The model thinks, says something and calls two tools; the next turn has the results.
fn called(conversation: Value) -> Flow {
    let messages = json!([
        { "role": "user", "content": "Weather?" },
        { "role": "assistant", "content": "Wait.", "tool_calls": [tool_call("t1", "f", "{\"a\":1}"), tool_call("t2", "g", "")] },
        { "role": "tool", "tool_call_id": "t1", "content": "rain" },
        { "role": "tool", "tool_call_id": "t2", "content": [{ "type": "text", "text": "sun" }] },
    ]);
    ask(messages).options(json!({ "conversation": conversation }))
}

#[test]
fn top_k_belongs_to_the_version_before() {
    let options = json!({ "native": { "messages": { "top_k": 3 } } });
    let of = |version: Value| {
        let played = ask(json!("Hi")).settings(json!({ "version": version })).options(options.clone()).answers(&[ok()]);
        (played.json(0).get("top_k").cloned(), played.warnings().len())
    };
    assert_eq!(of(json!("2023-06-01")), (Some(json!(3)), 0));
    assert_eq!(of(Value::Null), (None, 1));
}

#[test]
fn thoughts_go_back_before_the_turn_that_they_led_to() {
    let first = ask(json!("Weather?")).answers(&[named(&[
        begin(0, json!({ "type": "thinking", "thinking": "", "signature": "" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "Hm" })),
        delta(0, json!({ "type": "thinking_delta", "thinking": "." })),
        delta(0, json!({ "type": "signature_delta", "signature": "c2ln" })),
        begin(1, json!({ "type": "redacted_thinking", "data": "b3Bh" })),
        begin(2, json!({ "type": "text", "text": "" })),
        delta(2, json!({ "type": "text_delta", "text": "Wait." })),
        begin(3, json!({ "type": "tool_use", "id": "t1", "name": "f", "input": {} })),
        delta(3, json!({ "type": "input_json_delta", "partial_json": "{\"a\":1}" })),
        begin(4, json!({ "type": "tool_use", "id": "t2", "name": "g", "input": {} })),
        json!({ "type": "content_block_stop", "index": 4 }),
        over("tool_use")[0].clone(),
        over("tool_use")[1].clone(),
    ])]);
    let thoughts = json!([
        { "type": "thinking", "thinking": "Hm.", "signature": "c2ln" },
        { "type": "redacted_thinking", "data": "b3Bh" },
    ]);
    assert_eq!(first.conversation(), json!({ "t1": thoughts }));
    let second = called(first.conversation()).answers(&[ok()]);
    let (one, two) = (thoughts[0].clone(), thoughts[1].clone());
    assert_eq!(
        second.json(0)["messages"].as_array().unwrap()[1..],
        [
            json!({ "role": "assistant", "content": [
                one, two, { "type": "text", "text": "Wait." },
                { "type": "tool_use", "id": "t1", "name": "f", "input": { "a": 1 } },
                { "type": "tool_use", "id": "t2", "name": "g", "input": {} },
            ] }),
            json!({ "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "t1", "content": "rain" },
                { "type": "tool_result", "tool_use_id": "t2", "content": "sun" },
            ] }),
        ]
    );
    assert_eq!(second.conversation(), first.conversation(), "for the turns after it");
}

#[test]
fn thoughts_between_two_calls_stay_between_them() {
    let kept = |text: &str| json!([{ "type": "thinking", "thinking": text, "signature": "s" }]);
    let body = sent(&called(json!({ "t1": kept("one"), "t2": kept("two") })));
    let content = body["messages"][1]["content"].as_array().unwrap().clone();
    let kinds: Vec<&str> = content.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use", "thinking", "tool_use"]);
    assert_eq!((&content[0]["thinking"], &content[3]["thinking"]), (&json!("one"), &json!("two")));
}

#[test]
fn pieces_of_thoughts_go_to_the_block_with_their_number() {
    let thinking = json!({ "type": "thinking", "thinking": "", "signature": "" });
    let thought = |text: &str| json!({ "type": "thinking_delta", "thinking": text });
    let signature = |text: &str| json!({ "type": "signature_delta", "signature": text });
    let played = ask(json!("Hi")).answers(&[named(&[
        begin(0, thinking.clone()),
        begin(1, thinking),
        delta(1, thought("b")),
        delta(0, thought("a")),
        delta(1, thought("b")),
        delta(0, signature("A")),
        delta(1, signature("B")),
        begin(2, json!({ "type": "tool_use", "id": "t", "name": "f", "input": {} })),
        over("tool_use")[0].clone(),
        over("tool_use")[1].clone(),
    ])]);
    let block = |text: &str, signature: &str| json!({ "type": "thinking", "thinking": text, "signature": signature });
    assert_eq!(played.conversation(), json!({ "t": [block("a", "A"), block("bb", "B")] }));
}

#[test]
fn thoughts_that_led_to_no_call_are_not_kept() {
    let played = ask(json!("Hi")).answers(&[recorded("anthropic/stream-thinking")]);
    assert!(!played.described().iter().any(|event| event.starts_with("conversation")));
}

#[test]
fn a_call_has_the_same_end_in_pieces_and_whole() {
    let ends = |played: &Played| {
        let described = played.described();
        described.into_iter().filter(|event| event.ends_with("done") || event.starts_with("finish")).collect::<Vec<_>>()
    };
    let ask = || ask(json!("Hi"));
    let whole = json!({ "type": "message", "content": [
        { "type": "tool_use", "id": "t", "name": "f", "input": { "a": [1, "я"] } },
        { "type": "tool_use", "id": "u", "name": "g", "input": {} },
    ], "stop_reason": "tool_use" });
    let whole = ask().answers(&[json_answer(whole)]);
    let pieces = ask().answers(&[named(&[
        begin(0, json!({ "type": "tool_use", "id": "t", "name": "f", "input": {} })),
        delta(0, json!({ "type": "input_json_delta", "partial_json": "" })),
        delta(0, json!({ "type": "input_json_delta", "partial_json": "{\"a\":[1," })),
        delta(0, json!({ "type": "input_json_delta", "partial_json": "\"я\"]}" })),
        json!({ "type": "content_block_stop", "index": 0 }),
        begin(1, json!({ "type": "tool_use", "id": "u", "name": "g", "input": {} })),
        delta(1, json!({ "type": "input_json_delta", "partial_json": "" })),
        json!({ "type": "content_block_stop", "index": 1 }),
        over("tool_use")[0].clone(),
        over("tool_use")[1].clone(),
    ])]);
    assert_eq!(ends(&pieces), ["tool 0 t f {\"a\":[1,\"я\"]} done", "tool 1 u g {} done", "finish tool_calls"]);
    assert_eq!(ends(&whole), ends(&pieces));
}

#[test]
fn usage_is_what_was_told_last() {
    let usage = |usage: Value| json!({ "type": "message_delta", "delta": {}, "usage": usage });
    let start = json!({ "type": "message_start", "message": { "usage": { "input_tokens": 9, "output_tokens": 1, "cache_read_input_tokens": 3 } } });
    let [last, stop] = over("end_turn");
    let told = [
        start,
        usage(json!({ "input_tokens": null, "output_tokens": 5 })),
        usage(json!({ "output_tokens": 7 })),
        last,
        stop,
    ];
    let played = ask(json!("Hi")).answers(&[named(&told)]);
    let event = played.events().into_iter().find_map(|event| event.clone().into_json()?.get("usage").cloned()).unwrap();
    let raw = json!({ "input_tokens": 9, "output_tokens": 7, "cache_read_input_tokens": 3 });
    // The tokens of the cache are counted beside the others.
    let counts = json!({
        "promptTokens": 12, "completionTokens": 7, "inputTokens": 12, "outputTokens": 7, "totalTokens": 19, "cachedInputTokens": 3,
        "raw": raw,
    });
    assert_eq!(crate::support::theirs(&event), counts);
}

#[test]
fn known_events_must_be_json_and_others_need_not() {
    let body = |frame: &str| {
        let [last, stop] = over("end_turn");
        format!("{frame}\n\nevent: message_delta\ndata: {last}\n\nevent: message_stop\ndata: {stop}\n\n")
    };
    let end = |frame: &str| ask(json!("Hi")).answers(&[Reply::new(200, body(frame))]).end;
    for frame in
        ["event: ping\ndata: now", "event: noise\ndata: {", "event: content_block_delta\ndata: {}", ": comment"]
    {
        assert!(end(frame).is_ok(), "{frame}");
    }
    for frame in ["event: content_block_delta\ndata: {", "event: message_start\ndata: now", "event: error\ndata: now"] {
        assert_eq!(end(frame).unwrap_err().code, Code::Protocol, "{frame}");
    }
}

#[test]
fn wrong_calls_are_told_before_anything_is_sent() {
    refuses_wrong_calls(ask);
    let session = call("Anthropic", json!("Hi")).settings(json!({ "url": null })).session_only();
    assert!(session.input_error().contains("no nonce"));
}

#[test]
fn what_is_no_conversation_of_thoughts_is_left_alone() {
    for conversation in [json!({ "t1": "x" }), json!({ "t1": null }), json!({ "other": [{ "type": "thinking" }] })] {
        let content = sent(&called(conversation))["messages"][1]["content"].clone();
        assert_eq!(content.as_array().unwrap().len(), 3);
    }
}

/// L5.
#[test]
fn errors_are_told_by_their_type_or_else_by_their_status() {
    let refused = |status: u16, error: Value| {
        let body = json!({ "type": "error", "error": error, "request_id": "req_1" }).to_string();
        let played = ask(json!("Hi")).answers(&[Reply::new(status, body).header("retry-after", "7")]);
        let error = played.error().clone();
        assert_eq!((error.status, error.retry_after.as_deref()), (Some(status), Some("7")));
        assert!(error.message.starts_with("words"), "{error}");
        (error.code, error.retryable)
    };
    for (status, kind, wanted) in [
        (400, "invalid_request_error", (Code::Service, false)),
        (401, "authentication_error", (Code::Auth, false)),
        (402, "billing_error", (Code::PaymentRequired, false)),
        (403, "permission_error", (Code::Auth, false)),
        (404, "not_found_error", (Code::ModelNotFound, false)),
        (409, "conflict_error", (Code::Service, true)),
        (413, "request_too_large", (Code::TooLarge, false)),
        (429, "rate_limit_error", (Code::RateLimited, true)),
        (500, "api_error", (Code::Service, true)),
        (504, "timeout_error", (Code::Timeout, true)),
        (529, "overloaded_error", (Code::Service, true)),
        (503, "", (Code::Service, true)),
        (413, "", (Code::TooLarge, false)),
        (401, "", (Code::Auth, false)),
    ] {
        assert_eq!(
            refused(status, json!({ "type": kind, "message": "words", "details": null })),
            wanted,
            "{status} {kind}"
        );
    }
    let limit =
        |code: &str| json!({ "type": "rate_limit_error", "message": "words", "details": { "error_code": code } });
    assert_eq!(refused(429, limit("contract_spend_limit_reached")), (Code::PaymentRequired, false));
    assert_eq!(refused(429, limit("ramp_limit_exceeded")), (Code::RateLimited, true));
    let said = |message: &str| refused(400, json!({ "type": "invalid_request_error", "message": message }));
    assert_eq!(said("words: prompt is too long: 9 tokens > 8 maximum"), (Code::Refused, false));
    assert_eq!(said("words: Your credit balance is too low"), (Code::PaymentRequired, false));
    assert_eq!(said("words: You have reached your specified API usage limits."), (Code::PaymentRequired, false));
}

#[test]
fn errors_within_a_stream_are_told_by_their_type_and_may_heal() {
    let told = |kind: &str| {
        let error = json!({ "type": "error", "error": { "type": kind, "message": "words" } });
        let error = ask(json!("Hi")).answers(&[named(&[error])]).error().clone();
        assert_eq!(error.message, "words");
        (error.code, error.retryable)
    };
    assert_eq!(told("overloaded_error"), (Code::Service, true));
    assert_eq!(told("rate_limit_error"), (Code::RateLimited, true));
    assert_eq!(told("api_error"), (Code::Service, true));
    assert_eq!(told("invalid_request_error"), (Code::Service, false));
}

#[test]
fn models_are_listed_by_their_ids() {
    let played = ask(json!("Hi")).options(json!({ "model": null })).models().answers(&[json_answer(
        json!({ "data": [{ "type": "model", "id": "a" }, { "type": "model", "id": "b" }], "has_more": false }),
    )]);
    assert_eq!(played.urls(), ["https://llm.example/v1/models?limit=1000"]);
    assert_eq!(
        (played.pieces(), played.header(0, "x-api-key")),
        (vec!["a".to_owned(), "b".to_owned()], Some("sk-test-0123"))
    );
}

/// A long talk with tools: as many calls in the messages as in the conversation.
#[test]
fn a_conversation_of_many_calls_costs_linear_time() {
    let talk = |count: usize| {
        let id = |at: usize| format!("toolu_{at:020}");
        let call = |at: usize| json!({ "id": id(at), "function": { "name": "look", "arguments": "{}" } });
        let mut messages = vec![json!({ "role": "user", "content": "Hi" })];
        messages.push(json!({ "role": "assistant", "tool_calls": (0..count).map(call).collect::<Vec<_>>() }));
        messages.extend((0..count).map(|at| json!({ "role": "tool", "tool_call_id": id(at), "content": "y" })));
        let thoughts = (0..count).map(|at| (id(at), json!([{ "type": "redacted_thinking", "data": "x" }])));
        let conversation: serde_json::Map<_, _> = thoughts.collect();
        (count, ask(messages.into()).options(json!({ "conversation": conversation })))
    };
    assert_linear_of(2_000, talk, |(count, flow)| {
        assert_eq!(flow.answers(&[ok()]).conversation().as_object().unwrap().len(), count);
    });
}
