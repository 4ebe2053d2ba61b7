//! OpenAI Chat Completions: what is sent, and what a decoder must not be led astray by.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, call, recorded};
use crate::support::linear::{assert_linear, assert_linear_of};

const BASE: &str = "https://llm.example/v1";

fn ask(messages: Value) -> Flow {
    let flow = call("OpenAiChat", messages).options(json!({ "model": "m" }));
    flow.settings(json!({ "url": null, "baseUrl": BASE, "apiKey": "sk-test-0123" }))
}

fn ok() -> Reply {
    recorded("openai-chat/stream-ascii")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

fn chunk(delta: Value) -> Value {
    json!({ "id": "1", "choices": [{ "index": 0, "delta": delta, "finish_reason": null }] })
}

/// A stream of these frames, without `[DONE]`.
fn stream(frames: &[Value]) -> Played {
    let body: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    ask(json!("Hi")).answers(&[Reply::new(200, body)])
}

fn finish(reason: &str) -> Value {
    json!({ "id": "1", "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] })
}

#[test]
fn one_request_with_key_model_and_messages() {
    let played = ask(json!("Hi")).answers(&[ok()]);
    assert_eq!(
        (played.requests[0].method, played.urls()[0]),
        (Method::Post, "https://llm.example/v1/chat/completions")
    );
    assert_eq!(played.header(0, "authorization"), Some("Bearer sk-test-0123"));
    assert_eq!(played.header(0, "accept"), Some("text/event-stream"));
    assert!(!played.requests[0].shared, "an answer is its caller's own");
    assert_eq!(
        played.json(0),
        json!({
            "model": "m", "messages": [{ "role": "user", "content": "Hi" }],
            "stream": true, "stream_options": { "include_usage": true },
        })
    );
}

#[test]
fn a_local_server_needs_no_key() {
    let played = ask(json!("Hi")).settings(json!({ "apiKey": null })).answers(&[ok()]);
    assert_eq!(played.header(0, "authorization"), None);
}

#[test]
fn the_address_is_openais_unless_another_is_given() {
    let flow = ask(json!("Hi")).settings(json!({ "baseUrl": null }));
    assert_eq!(flow.answers(&[ok()]).urls(), ["https://api.openai.com/v1/chat/completions"]);
    let wrong = |given: Value| ask(json!("Hi")).settings(given).input_error();
    assert!(wrong(json!({ "baseUrl": "llm.example" })).starts_with("baseUrl: not a URL"));
    assert!(wrong(json!({ "baseUrl": "ftp://llm.example" })).starts_with("baseUrl: only http"));
    assert_eq!(wrong(json!({ "baseUrl": {} })), "baseUrl must be a string");
    let url = wrong(json!({ "url": BASE }));
    assert!(url.contains("baseUrl"), "or the key would go to another service: {url}");
}

#[test]
fn a_model_is_an_option_an_alias_or_the_default() {
    let settings = json!({ "models": ["big", "small"], "modelAliases": { "s": "small" } });
    let flow = |options: Value| ask(json!("Hi")).settings(settings.clone()).options(options);
    assert_eq!(sent(&flow(json!({ "model": "s" })))["model"], "small");
    assert_eq!(sent(&flow(json!({ "model": null })))["model"], "big", "the first is the default");
    let other = flow(json!({ "model": null })).settings(json!({ "defaultModel": "small" }));
    assert_eq!(sent(&other)["model"], "small");
    assert_eq!(flow(json!({ "model": "x" })).read().unwrap_err().code, Code::ModelNotFound);
    assert_eq!(ask(json!("Hi")).options(json!({ "model": null })).input_error(), "model is missing");
}

#[test]
fn options_go_under_the_services_names_and_give_no_warning() {
    let options = json!({
        "temperature": 0.5, "topP": 0.9, "maxTokens": 100, "stop": ["a"], "seed": 7,
        "tools": [{ "type": "function", "function": { "name": "f" } }], "responseFormat": { "type": "json_object" },
    });
    let played = ask(json!("Hi")).options(options.clone()).answers(&[ok()]);
    assert_eq!(played.warnings(), Vec::<&str>::new());
    let body = played.json(0);
    assert_eq!(body.as_object().unwrap().len(), 11);
    for (theirs, ours) in [
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("max_tokens", "maxTokens"),
        ("stop", "stop"),
        ("seed", "seed"),
        ("tools", "tools"),
        ("response_format", "responseFormat"),
    ] {
        assert_eq!(body[theirs], options[ours], "{theirs}");
    }
    let openai = ask(json!("Hi")).settings(json!({ "baseUrl": null })).options(json!({ "maxTokens": 100 }));
    let body = sent(&openai);
    assert_eq!((&body["max_completion_tokens"], body.get("max_tokens")), (&json!(100), None));
}

#[test]
fn an_option_of_the_settings_is_a_default() {
    let flow = ask(json!("Hi")).settings(json!({ "temperature": 1, "seed": 1 })).options(json!({ "seed": 2 }));
    let body = sent(&flow);
    assert_eq!((&body["temperature"], &body["seed"]), (&json!(1), &json!(2)));
}

#[test]
fn extra_is_laid_over_and_null_takes_away() {
    let extra = json!({ "stream_options": null, "temperature": 2, "service_tier": "flex", "nothing": null });
    let body = sent(&ask(json!("Hi")).options(json!({ "temperature": 1, "extra": extra })));
    assert_eq!(
        body,
        json!({
            "model": "m", "messages": [{ "role": "user", "content": "Hi" }], "stream": true,
            "temperature": 2, "service_tier": "flex",
        })
    );
    for wrong in [json!("x"), json!([1])] {
        assert_eq!(ask(json!("Hi")).options(json!({ "extra": wrong })).input_error(), "extra must be an object");
    }
}

/// Some services have objects of their own there, OpenRouter's `provider` for one.
#[test]
fn extra_of_a_call_is_laid_over_that_of_the_settings_member_by_member() {
    let settings = json!({
        "provider": { "order": ["a"], "sort": "price", "max_price": { "prompt": 1, "image": 2 } },
        "stream_options": null, "user": "settings", "top_k": 5,
    });
    let call = json!({ "provider": { "order": ["b", "c"], "sort": null, "max_price": { "image": 3 } }, "user": null });
    let with = |settings: &Value, call: &Value| {
        let flow = ask(json!("Hi")).settings(json!({ "extra": settings })).options(json!({ "extra": call }));
        let mut body = sent(&flow);
        body.as_object_mut().unwrap().retain(|key, _| !["model", "messages", "stream"].contains(&key.as_str()));
        body
    };
    let provider = json!({ "order": ["b", "c"], "max_price": { "prompt": 1, "image": 3 } });
    assert_eq!(with(&settings, &call), json!({ "provider": provider, "top_k": 5 }));
    assert_eq!(with(&settings, &Value::Null), with(&settings, &json!({})), "none of its own");
    let options =
        |settings: Value, call: Value| with(&json!({ "stream_options": settings }), &json!({ "stream_options": call }));
    let usage = json!({ "stream_options": { "include_usage": true } });
    assert_eq!(options(json!({ "include_obfuscation": false }), json!({ "include_obfuscation": null })), usage);
    assert_eq!(options(json!({ "include_obfuscation": false }), Value::Null), json!({}));
    assert_eq!(options(Value::Null, json!({ "include_usage": true })), usage);
}

#[test]
fn images_tool_calls_and_results_go_as_they_are() {
    let messages = json!([
        { "role": "system", "content": "Be brief.", "name": "boss" },
        { "role": "user", "content": [
            { "type": "text", "text": "What is it?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==", "detail": "low" } },
        ] },
        { "role": "assistant", "content": null, "tool_calls": [
            { "id": "c", "type": "function", "function": { "name": "look", "arguments": "{}" } },
        ] },
        { "role": "tool", "tool_call_id": "c", "content": "a cat" },
    ]);
    let played = ask(messages.clone()).answers(&[ok()]);
    assert_eq!(played.json(0)["messages"], messages);
    assert_eq!(played.warnings(), Vec::<&str>::new());
}

#[test]
fn messages_that_are_none_are_refused_before_sending() {
    assert_eq!(ask(json!([])).input_error(), "messages is empty: give at least one message");
    assert_eq!(ask(json!([{ "content": "Hi" }])).input_error(), "messages[0].role is missing");
    assert_eq!(ask(json!([{ "role": "user" }])).input_error(), "messages[0].content is missing");
    assert_eq!(ask(json!(" ")).input_error(), "the last message has no text");
    let session = call("OpenAiChat", json!("Hi")).settings(json!({ "url": null })).session_only();
    assert!(session.input_error().contains("no nonce"));
}

#[test]
fn history_prompt_is_one_user_message() {
    let messages = json!([
        { "role": "user", "content": "One" },
        { "role": "assistant", "content": "Two" },
        { "role": "user", "content": [{ "type": "text", "text": "Three" }, { "type": "image_url", "image_url": {} }] },
    ]);
    let played = ask(messages).options(json!({ "history": "prompt" })).answers(&[ok()]);
    let prompt = "User: One\nAssistant: Two\nUser: Three\nAssistant:";
    assert_eq!(played.json(0)["messages"], json!([{ "role": "user", "content": prompt }]));
    assert_eq!(played.warnings().len(), 1, "the image is left out, and that is told: {:?}", played.warnings());
}

#[test]
fn choices_other_than_the_first_are_left_out_with_a_warning() {
    let both = json!({ "choices": [
        { "index": 1, "delta": { "content": "other" }, "finish_reason": "length" },
        { "index": 0, "delta": { "content": "first" } },
    ] });
    let played = stream(&[both, finish("stop")]);
    assert_eq!(played.text(), "first");
    assert_eq!(played.warnings(), ["the service sent several answers: only the first is told"]);
    assert_eq!(played.described().last().unwrap(), "finish stop");
}

#[test]
fn a_repeated_stop_does_not_end_the_reply_and_the_last_reason_counts() {
    let said = |text: &str, reason: &str| json!({ "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": reason }] });
    let played = stream(&[said("a", "stop"), said("b", "stop"), said("", "length"), said("c", "stop"), said("d", "")]);
    assert_eq!((played.text().as_str(), played.described()), ("abcd", vec!["finish stop".to_owned()]));
}

#[test]
fn the_last_usage_counts_though_the_scanner_reads_the_text() {
    let said = |text: &str, total: u64| json!({ "usage": { "total_tokens": total }, "choices": [{ "delta": { "content": text } }] });
    let only = json!({ "usage": { "total_tokens": 9 }, "choices": [] });
    let played = stream(&[said("a", 1), said("b", 1), said("c", 1), only, said("d", 1), said("e", 2), finish("stop")]);
    assert_eq!(played.described(), ["usage - - 2", "finish stop"]);
}

#[test]
fn without_done_and_without_a_reason_the_reply_was_cut_off() {
    let played = stream(&[chunk(json!({ "content": "a" }))]);
    assert_eq!((played.text().as_str(), played.error().code), ("a", Code::Truncated));
    let played = ask(json!("Hi")).answers(&[Reply::new(200, "data: [DONE]\n\n")]);
    assert_eq!((played.error().code, played.error().retryable), (Code::Service, true));
    assert_eq!(played.error().message, "the service ended the reply before it began");
}

#[test]
fn nothing_after_done_counts() {
    let body = format!("data: {}\n\ndata: [DONE]\n\ndata: {}\n\n", finish("stop"), json!({ "error": "late" }));
    assert!(ask(json!("Hi")).answers(&[Reply::new(200, body)]).end.is_ok());
}

#[test]
fn unknown_frames_are_skipped_and_what_is_not_json_is_an_error() {
    let body =
        |frame: &str| format!("data: {}\n\n{frame}\n\ndata: {}\n\n", chunk(json!({ "content": "a" })), finish("stop"));
    for frame in ["data: {}", "data: 5", "data: {\"choices\":null}", "event: ping\ndata: now", "data:", ": comment"] {
        let played = ask(json!("Hi")).answers(&[Reply::new(200, body(frame))]);
        assert!(played.end.is_ok(), "{frame}: {:?}", played.end);
        assert_eq!(played.text(), "a");
    }
    for frame in ["data: now", "data: {\"choices\":", "event: error\ndata: now"] {
        let played = ask(json!("Hi")).answers(&[Reply::new(200, body(frame))]);
        assert_eq!((played.text().as_str(), played.error().code), ("a", Code::Protocol), "{frame}");
    }
}

#[test]
fn a_call_of_a_tool_has_the_same_events_in_pieces_and_whole() {
    let call = |more: Value| {
        let mut call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } });
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "tool_calls": [call] })
    };
    let pieces = stream(&[chunk(call(json!({ "index": 0 }))), finish("tool_calls")]);
    let whole = json!({ "choices": [{ "message": call(json!({})), "finish_reason": "tool_calls" }] });
    let whole = ask(json!("Hi")).answers(&[Reply::new(200, whole.to_string())]);
    assert_eq!(pieces.items, whole.items);
    assert_eq!(whole.described(), ["tool 0 c f {\"a\":1}", "tool 0 c f {\"a\":1} done", "finish tool_calls"]);
}

#[test]
fn calls_are_told_apart_by_index_or_else_by_id() {
    let calls = |list: Value| chunk(json!({ "tool_calls": list }));
    let call = |index: Value, id: &str, arguments: Value| {
        let mut call = json!({ "function": { "name": "f", "arguments": arguments } });
        for (key, value) in [("index", index), ("id", if id.is_empty() { Value::Null } else { json!(id) })] {
            if !value.is_null() {
                call[key] = value;
            }
        }
        call
    };
    let none = Value::Null;
    let indexed = stream(&[
        calls(json!([call(json!(0), "a", json!("1")), call(json!(1), "b", json!("2"))])),
        // Some services make an id of its own for each piece.
        calls(json!([call(json!(1), "x", json!("3")), call(json!(0), "", json!("4"))])),
        finish("tool_calls"),
    ]);
    assert_eq!(indexed.described()[4..], ["tool 0 a f 14 done", "tool 1 b f 23 done", "finish tool_calls"]);
    let ids = stream(&[
        calls(json!([call(none.clone(), "a", json!("1")), call(none.clone(), "b", json!("2"))])),
        calls(json!([call(none.clone(), "", json!("3"))])),
        calls(json!([call(none, "a", json!("4"))])),
        finish("stop"),
    ]);
    assert_eq!(ids.described()[4..], ["tool 0 a f 14 done", "tool 1 b f 23 done", "finish tool_calls"]);
}

#[test]
fn halves_of_surrogate_pairs_join_in_reasoning_and_arguments() {
    let raw = |frames: &[&str]| {
        let body: String =
            frames.iter().map(|frame| format!("data: {{\"choices\":[{{\"delta\":{frame}}}]}}\n\n")).collect();
        ask(json!("Hi")).answers(&[Reply::new(200, format!("{body}data: [DONE]\n\n"))])
    };
    let thought = raw(&[r#"{"reasoning":"a\ud83d"}"#, r#"{"reasoning":"\ude00b"}"#]);
    assert_eq!(thought.described()[..2], ["reasoning a", "reasoning \u{1f600}b"]);
    let alone = raw(&[r#"{"reasoning":"a\ud83d"}"#, r#"{"content":"text"}"#, r#"{"content":" more"}"#]);
    assert_eq!(alone.described()[..2], ["reasoning a", "reasoning \u{fffd}"], "and not behind the text");
    assert_eq!(alone.text(), "text more");
    let piece =
        |text: &str| format!(r#"{{"tool_calls":[{{"index":0,"function":{{"name":"f","arguments":"{text}"}}}}]}}"#);
    let call = raw(&[&piece(r"a\ud83d"), &piece(r"\ude00b"), &piece(r"\ud83d")]);
    assert_eq!(call.described()[2], "tool 0 call_* f a\u{1f600}b\u{fffd} done");
}

#[test]
fn errors_are_told_by_code_or_type_or_else_by_status() {
    let refused = |status: u16, code: &str, kind: &str| {
        let body = json!({ "error": { "message": "words", "code": code, "type": kind } }).to_string();
        let error = ask(json!("Hi")).answers(&[Reply::new(status, body)]).error().clone();
        assert_eq!((error.status, error.message.starts_with("words")), (Some(status), true));
        (error.code, error.retryable)
    };
    for (status, code, kind, wanted) in [
        (401, "invalid_api_key", "invalid_request_error", (Code::Auth, false)),
        (401, "", "", (Code::Auth, false)),
        (400, "", "authentication_error", (Code::Auth, false)),
        (402, "", "", (Code::PaymentRequired, false)),
        (429, "insufficient_quota", "insufficient_quota", (Code::PaymentRequired, false)),
        (429, "rate_limit_exceeded", "tokens", (Code::RateLimited, true)),
        (429, "", "", (Code::RateLimited, true)),
        (413, "rate_limit_exceeded", "tokens", (Code::RateLimited, false)),
        (413, "", "", (Code::TooLarge, false)),
        (404, "model_not_found", "invalid_request_error", (Code::ModelNotFound, false)),
        (404, "", "", (Code::Service, false)),
        (400, "context_length_exceeded", "", (Code::Refused, false)),
        (400, "", "exceed_context_size_error", (Code::Refused, false)),
        (400, "content_filter", "", (Code::Refused, false)),
        (400, "content_policy_violation", "", (Code::Refused, false)),
        (400, "", "invalid_request_error", (Code::Service, false)),
        (500, "", "server_error", (Code::Service, true)),
        (503, "", "overloaded_error", (Code::Service, true)),
        (502, "", "", (Code::Service, true)),
    ] {
        assert_eq!(refused(status, code, kind), wanted, "{status} {code} {kind}");
    }
    let late = ask(json!("Hi")).answers(&[recorded("openai-chat/error-429")]);
    assert_eq!(late.error().retry_after.as_deref(), Some("7"));
}

#[test]
fn an_error_in_the_middle_comes_after_the_text_and_has_a_code() {
    let failed = |error: Value| {
        let played = stream(&[chunk(json!({ "content": "a" })), json!({ "error": error })]);
        assert_eq!(played.text(), "a");
        (played.error().code, played.error().retryable, played.error().message.clone())
    };
    for (error, wanted) in [
        (json!("words"), (Code::Service, false)),
        (json!({ "message": "words" }), (Code::Service, false)),
        (json!({ "message": "words", "type": "server_error" }), (Code::Service, true)),
        (json!({ "message": "words", "type": "overloaded_error" }), (Code::Service, true)),
        (json!({ "message": "words", "code": "rate_limit_exceeded" }), (Code::RateLimited, true)),
        (json!({ "message": "words", "code": "insufficient_quota" }), (Code::PaymentRequired, false)),
        (json!({ "message": "words", "code": "context_length_exceeded" }), (Code::Refused, false)),
        (json!({ "message": "words", "code": "content_filter" }), (Code::Refused, false)),
        (json!({ "message": "words", "code": "invalid_api_key" }), (Code::Auth, false)),
        (json!({ "message": "words", "code": 502 }), (Code::Service, true)),
        (json!({ "message": "words", "code": "402" }), (Code::PaymentRequired, false)),
        (json!({ "message": "words", "code": 7 }), (Code::Service, false)),
    ] {
        let (code, retryable, message) = failed(error.clone());
        assert_eq!((code, retryable), wanted, "{error}");
        assert!(message.starts_with("words"), "{message}");
    }
    assert_eq!(failed(json!({})).2, "the service failed");
}

#[test]
fn an_error_in_a_whole_answer_with_200_is_one() {
    let answer = |body: Value| ask(json!("Hi")).answers(&[Reply::new(200, body.to_string())]).error().clone();
    assert_eq!(answer(json!({ "error": { "message": "no", "code": 429 } })).code, Code::RateLimited);
    assert_eq!(answer(json!([{ "error": { "message": "no" } }])).code, Code::Service);
    assert_eq!(answer(json!({ "detail": "no" })).message, "no");
    assert_eq!(answer(json!({})).code, Code::Service);
}

#[test]
fn a_key_that_a_service_echoes_is_redacted() {
    let flow = ask(json!("Hi"));
    for key in ["sk-test-0123", "sk-test-0123456789", "sk-test-0123456789-xyz", "0123456789-sk-test"] {
        let flow = flow.clone().settings(json!({ "apiKey": key }));
        let body = json!({ "error": { "message": format!("Incorrect API key provided: {key}.") } }).to_string();
        let mut error = flow.answers(&[Reply::new(401, body)]).error().clone();
        error.redact(flow.read().unwrap().settings.secrets());
        let shown = format!("{error:?}");
        assert!(!["sk-", "test", "0123", "xyz"].iter().any(|part| shown.contains(part)), "{shown}");
    }
}

#[test]
fn a_redirect_to_another_origin_gets_no_key() {
    let away = Reply::new(307, "").header("location", "https://evil.example/v1/chat/completions");
    let played = ask(json!("Hi")).answers(&[away]);
    assert_eq!((played.requests.len(), played.error().code), (1, Code::Service));
    assert_eq!(
        played.error().message,
        "the service redirects to https://evil.example/v1: nothing was sent there; give that address as baseUrl"
    );
    let login = Reply::new(302, "").header("location", "https://login.example/?to=llm");
    assert_eq!(
        ask(json!("Hi")).answers(&[login]).error().message,
        "the service redirects to https://login.example/: nothing was sent there; if it wants a login, give its headers, \
         and if it has moved, its address as baseUrl"
    );
}

#[test]
fn extra_is_laid_over_what_is_written_after_a_template_too() {
    let body =
        sent(&ask(json!("Hi")).options(json!({ "extra": { "stream_options": { "include_obfuscation": false } } })));
    assert_eq!(body["stream_options"], json!({ "include_usage": true, "include_obfuscation": false }));
}

/// Relays of Gemini send each call whole, and all of them with index 0.
#[test]
fn a_call_with_the_index_of_one_that_is_whole_is_another() {
    let call = |id: &str, arguments: &str| {
        let function = json!({ "name": "f", "arguments": arguments });
        chunk(json!({ "tool_calls": [{ "index": 0, "id": id, "type": "function", "function": function }] }))
    };
    let played = stream(&[call("a", r#"{"a":1}"#), call("b", r#"{"a":2}"#), finish("tool_calls")]);
    let wanted = [r#"tool 0 a f {"a":1} done"#, r#"tool 1 b f {"a":2} done"#, "finish tool_calls"];
    assert_eq!(played.described()[2..], wanted);
    // The piece that ends with a brace is not yet the whole.
    let pieces = stream(&[call("a", r#"{"a":{}"#), call("b", r#","b":{}}"#), finish("tool_calls")]);
    assert_eq!(pieces.described()[2..], [r#"tool 0 a f {"a":{},"b":{}} done"#, "finish tool_calls"]);
}

#[test]
fn a_stop_word_of_the_settings_is_not_for_the_names_of_models() {
    let list = json!({ "data": [{ "id": "gpt-4" }, { "id": "gpt-5" }] });
    let flow = crate::support::service::models("OpenAiResponses").settings(json!({ "stop": "-4", "thinkTags": true }));
    let played = flow.answers(&[Reply::new(200, list.to_string())]);
    assert_eq!(played.pieces(), ["gpt-4", "gpt-5"]);
}

/// A service may send an object of any size as its counts.
#[test]
fn counts_cost_linear_time_and_bounded_room() {
    assert_linear(10_000, |count| {
        let counts: serde_json::Map<String, Value> = (0..count).map(|at| (format!("count{at}"), json!(1))).collect();
        let played = stream(&[json!({ "usage": { "total_tokens": 3 } }), json!({ "usage": counts }), finish("stop")]);
        assert_eq!(played.described(), ["warning the reply is empty", "usage - - 3", "finish stop"]);
    });
}

/// A service may make a new id for each piece of a call, and end each with a brace.
#[test]
fn pieces_of_one_call_cost_linear_time() {
    let piece = |at: usize, arguments: &str| {
        let function = json!({ "name": "f", "arguments": arguments });
        chunk(json!({ "tool_calls": [{ "index": 0, "id": format!("c{at}"), "function": function }] }))
    };
    assert_linear(1_000, |count| {
        let mut frames = vec![piece(0, r#"{"a":[{}"#)];
        frames.extend((1..count).map(|at| piece(at, ",{}")));
        frames.extend([piece(count, "]}"), finish("tool_calls")]);
        let told = stream(&frames).described();
        assert_eq!(told.len(), 2 + count + 1, "one call");
    });
}

#[test]
fn many_calls_cost_linear_time() {
    for numbered in [true, false] {
        let answer = |count: usize| {
            let call = |at: usize| {
                let function = json!({ "name": "f", "arguments": "{}" });
                let index = if numbered { json!(at) } else { Value::Null };
                chunk(json!({ "tool_calls": [{ "index": index, "id": format!("c{at}"), "function": function }] }))
            };
            let frames = (0..count).map(call).chain([finish("tool_calls")]);
            (count, Reply::new(200, frames.map(|frame| format!("data: {frame}\n\n")).collect::<String>()))
        };
        assert_linear_of(4_000, answer, |(count, answer)| {
            assert_eq!(ask(json!("Hi")).answers(&[answer]).events().len(), 2 * count + 1);
        });
    }
}

#[test]
fn the_words_of_an_error_cost_linear_time() {
    for (word, end) in [("<", ">"), ("<a", ""), ("&", "")] {
        assert_linear(40_000, |count| {
            let played = stream(&[json!({ "error": { "message": word.repeat(count) + end } })]);
            assert_eq!(played.error().code, Code::Service);
        });
    }
}

/// An excerpt ends somewhere, perhaps within what must not be told.
#[test]
fn no_half_of_a_key_is_left_at_the_end_of_an_excerpt() {
    let key = "sk-test-0123-abcdefghijklmnop";
    let flow = ask(json!("Hi")).settings(json!({ "apiKey": key }));
    for before in 1960..2001 {
        let words = "-".repeat(before) + key + " is wrong";
        let bodies = [words.clone(), json!({ "error": { "message": words } }).to_string()];
        for body in bodies {
            let mut error = flow.answers(&[Reply::new(401, body)]).error().clone();
            error.redact(flow.read().unwrap().settings.secrets());
            let shown = format!("{error:?}");
            assert!(!shown.contains("sk-t"), "{before}: {}", &shown[shown.len() - 200..]);
        }
    }
}

fn asks(service: &str, messages: Value) -> Flow {
    ask(messages).settings(json!({ "service": service }))
}

/// A call of the tool `look`, as the answer of a service has it.
fn looks(more: Value) -> [Value; 2] {
    let call = json!({ "index": 0, "id": "c1", "function": { "name": "look", "arguments": "{}" } });
    let mut call = call.as_object().unwrap().clone();
    call.extend(more.as_object().unwrap().clone());
    [chunk(json!({ "tool_calls": [call] })), finish("tool_calls")]
}

/// The second request of a talk in which the first answer, with `frames` before its call, calls a tool.
fn with_result(service: Option<&str>, frames: &[Value], more: Value) -> (Value, Value) {
    let own = |flow: Flow| match service {
        Some(service) => flow.settings(json!({ "service": service })),
        None => flow,
    };
    let body: Vec<Value> = frames.iter().cloned().chain(looks(more)).collect();
    let body: String = body.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    let first = own(ask(json!("Hi"))).answers(&[Reply::new(200, body)]);
    let conversation = first.conversation();
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{}" } });
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c1", "content": "a cat" },
    ]);
    let second = own(ask(messages)).options(json!({ "conversation": conversation })).answers(&[ok()]);
    assert_eq!(second.conversation(), conversation, "for the turns after it");
    (second.json(0)["messages"][1].clone(), conversation)
}

#[test]
fn what_a_service_wants_back_goes_back_with_the_call() {
    let detail = |more: Value| {
        let mut detail = json!({ "type": "reasoning.text", "index": 0 });
        detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        chunk(json!({ "reasoning_details": [detail] }))
    };
    let frames = [
        detail(json!({ "text": "I lo" })),
        detail(json!({ "text": "ok", "signature": "s" })),
        chunk(json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "index": 1, "data": "E" }] })),
    ];
    let (message, _) = with_result(None, &frames, json!({}));
    assert_eq!(
        message["reasoning_details"],
        json!([
            { "type": "reasoning.text", "index": 0, "text": "I look", "signature": "s" },
            { "type": "reasoning.encrypted", "index": 1, "data": "E" },
        ])
    );
    let extra = json!({ "google": { "thought_signature": "c2ln" } });
    let (message, _) = with_result(None, &[], json!({ "extra_content": extra }));
    assert_eq!(message["tool_calls"][0]["extra_content"], extra);
    let thoughts = ["I lo", "ok"].map(|piece| chunk(json!({ "reasoning_content": piece })));
    let (message, _) = with_result(Some("deepseek"), &thoughts, json!({}));
    assert_eq!(message["reasoning_content"], "I look");
}

#[test]
fn services_get_what_they_take() {
    let call =
        json!({ "id": "functions.look:0", "type": "function", "function": { "name": "look", "arguments": "{}" } });
    let messages = json!([
        { "role": "developer", "content": "Be brief" },
        { "role": "assistant", "content": "", "reasoning_content": "hm", "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "functions.look:0", "content": "a cat" },
    ]);
    let sent = |service: &str| {
        let played = asks(service, messages.clone()).options(json!({ "seed": 7 })).answers(&[ok()]);
        (played.json(0), played.warnings().into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let (mistral, told) = sent("mistral");
    assert_eq!((&mistral["random_seed"], &mistral["seed"]), (&json!(7), &Value::Null));
    assert_eq!(mistral["messages"][0]["role"], "system");
    assert_eq!(mistral["messages"][1]["reasoning_content"], Value::Null);
    assert_eq!(mistral["messages"][1]["content"][0]["thinking"], json!([{ "type": "text", "text": "hm" }]));
    assert_eq!(told, Vec::<String>::new());
    let id = mistral["messages"][1]["tool_calls"][0]["id"].as_str().unwrap();
    assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    assert_eq!(mistral["messages"][2]["tool_call_id"], id);
    let (groq, _) = sent("groq");
    assert_eq!((&groq["messages"][0]["role"], &groq["seed"]), (&json!("developer"), &json!(7)));
    assert_eq!(groq["messages"][1]["reasoning_content"], Value::Null);
    assert_eq!(groq["messages"][1]["tool_calls"][0]["id"], "functions.look:0");
    let (deepseek, told) = sent("deepseek");
    assert_eq!((&deepseek["messages"][0]["role"], told.len()), (&json!("system"), 1));
    assert_eq!(told, ["OpenAiChat takes no 'seed' here: it was left out"]);
    assert_eq!(deepseek["messages"][1]["reasoning_content"], "hm");
    assert!(asks("gork", json!("Hi")).input_error().starts_with("service: 'gork' is none of aigateway, azure, "));
}

/// The piece with the signature may come after the one with the id, and an answer may come whole.
#[test]
fn what_goes_back_is_kept_however_the_answer_comes() {
    let extra = json!({ "google": { "thought_signature": "c2ln" } });
    let piece = json!({ "index": 0, "extra_content": extra });
    let first = json!({ "index": 0, "id": "c1", "function": { "name": "look", "arguments": "{}" } });
    let pieces =
        [chunk(json!({ "tool_calls": [first] })), chunk(json!({ "tool_calls": [piece] })), finish("tool_calls")];
    assert_eq!(stream(&pieces).conversation(), json!({ "c1": { "extra_content": extra } }));
    let call = json!({ "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{}" } });
    let message = json!({ "role": "assistant", "reasoning_content": "hm", "tool_calls": [call] });
    let whole = json!({ "choices": [{ "index": 0, "message": message, "finish_reason": "tool_calls" }] });
    let played = asks("deepseek", json!("Hi")).answers(&[crate::support::flow::json_answer(whole)]);
    assert_eq!(played.conversation(), json!({ "c1": { "reasoning_content": "hm" } }));
}

#[test]
fn what_goes_back_costs_linear_time() {
    let id = |at: usize| format!("call_{at:020}");
    let talk = |count: usize| {
        let call = |at: usize| json!({ "index": at, "id": id(at), "function": { "name": "f", "arguments": "{}" }, "extra_content": {} });
        let frames = (0..count).map(|at| chunk(json!({ "tool_calls": [call(at)] }))).chain([finish("tool_calls")]);
        let answer = Reply::new(200, frames.map(|frame| format!("data: {frame}\n\n")).collect::<String>());
        let calls: Vec<_> =
            (0..count).map(|at| json!({ "id": id(at), "function": { "name": "f", "arguments": "{}" } })).collect();
        let known: serde_json::Map<_, _> = (0..count).map(|at| (id(at), json!({ "extra_content": {} }))).collect();
        let flow = ask(json!([{ "role": "assistant", "tool_calls": calls }, { "role": "user", "content": "Hi" }]));
        (count, flow.options(json!({ "conversation": known })), answer)
    };
    assert_linear_of(1_000, talk, |(count, flow, answer)| {
        assert_eq!(flow.answers(&[answer]).conversation().as_object().unwrap().len(), count);
    });
}
