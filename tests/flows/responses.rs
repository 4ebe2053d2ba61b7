//! OpenAI Responses: what is sent, what the service remembers, and what errors mean.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, call, json_answer, recorded};
use crate::support::service::{named, refuses_wrong_calls};

const BASE: &str = "https://llm.example/v1";

fn ask(messages: Value) -> Flow {
    let flow = call("OpenAiResponses", messages).options(json!({ "model": "m" }));
    flow.settings(json!({ "url": null, "baseUrl": BASE, "apiKey": "sk-test-0123" }))
}

fn ok() -> Reply {
    recorded("openai-responses/doc-official")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

/// What a call with these options sends besides the usual.
fn with(options: Value) -> Value {
    let played = ask(json!("Hi")).options(options).answers(&[ok()]);
    assert_eq!(played.warnings(), Vec::<&str>::new());
    let mut body = played.json(0);
    ["model", "input", "stream"].iter().for_each(|key| _ = body.as_object_mut().unwrap().remove(*key));
    body
}

fn said(delta: &str) -> Value {
    json!({ "type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": delta })
}

fn over(response: Value) -> Value {
    json!({ "type": "response.completed", "response": response })
}

fn user(text: &str) -> Value {
    json!({ "role": "user", "content": [{ "type": "input_text", "text": text }] })
}

fn tool_call(id: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } })
}

fn conversation(played: &Played) -> Option<Value> {
    let has = played.described().iter().any(|event| event.starts_with("conversation"));
    has.then(|| played.conversation())
}

#[test]
fn one_request_with_key_model_and_input() {
    let played = ask(json!("Hi")).answers(&[ok()]);
    assert_eq!((played.requests[0].method, played.urls()[0]), (Method::Post, "https://llm.example/v1/responses"));
    assert_eq!(played.header(0, "authorization"), Some("Bearer sk-test-0123"));
    assert_eq!(played.header(0, "accept"), Some("text/event-stream"));
    assert_eq!(played.json(0), json!({ "model": "m", "input": [user("Hi")], "stream": true }));
    let defaults = ask(json!("Hi")).settings(json!({ "baseUrl": null, "apiKey": null })).answers(&[ok()]);
    assert_eq!(defaults.urls(), ["https://api.openai.com/v1/responses"]);
    assert_eq!(defaults.header(0, "authorization"), None);
}

#[test]
fn messages_become_instructions_and_items() {
    let body = sent(&ask(json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": [
            { "type": "text", "text": "What is it?" },
            { "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } },
            { "type": "image_url", "image_url": "https://pictures.example/a.png" },
        ] },
        { "role": "developer", "content": "Be kind." },
        { "role": "assistant", "content": "Wait.", "tool_calls": [tool_call("c1"), tool_call("c2")] },
        { "role": "tool", "tool_call_id": "c1", "content": "rain" },
        { "role": "tool", "tool_call_id": "c2", "content": [{ "type": "text", "text": "sun" }] },
        { "role": "user", "content": "So?" },
    ])));
    assert_eq!(body["instructions"], "Be brief.");
    let call = |id: &str| json!({ "type": "function_call", "call_id": id, "name": "f", "arguments": "{\"a\":1}" });
    let output = |id: &str, text: &str| json!({ "type": "function_call_output", "call_id": id, "output": text });
    assert_eq!(
        body["input"],
        json!([
            { "role": "user", "content": [
                { "type": "input_text", "text": "What is it?" },
                { "type": "input_image", "image_url": "data:image/png;base64,AA==" },
                { "type": "input_image", "image_url": "https://pictures.example/a.png" },
            ] },
            { "role": "developer", "content": [{ "type": "input_text", "text": "Be kind." }] },
            { "role": "assistant", "content": [{ "type": "output_text", "text": "Wait." }] },
            call("c1"), call("c2"), output("c1", "rain"), output("c2", "sun"), user("So?"),
        ])
    );
}

#[test]
fn how_closely_to_look_at_an_image_is_said_where_the_caller_says_it() {
    let image = |url: Value| {
        let content = json!([{ "type": "image_url", "image_url": url }]);
        sent(&ask(json!([{ "role": "user", "content": content }])))["input"][0]["content"][0].clone()
    };
    let url = "https://pictures.example/a.png";
    let low = json!({ "type": "input_image", "image_url": url, "detail": "low" });
    assert_eq!(image(json!({ "url": url, "detail": "low" })), low);
    let plain = json!({ "type": "input_image", "image_url": url });
    for unsaid in [json!(url), json!({ "url": url }), json!({ "url": url, "detail": null })] {
        assert_eq!(image(unsaid), plain);
    }
}

#[test]
fn a_tool_is_not_strict_unless_it_says_so() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "number" } }, "required": ["a"], "additionalProperties": false });
    let tool = |more: Value| {
        let mut function = json!({ "name": "f", "description": "It adds.", "parameters": schema });
        function.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with(json!({ "tools": [{ "type": "function", "function": function }] }))["tools"][0].clone()
    };
    let wanted = |strict: bool| json!({ "type": "function", "name": "f", "description": "It adds.", "parameters": schema, "strict": strict });
    assert_eq!(tool(json!({})), wanted(false));
    assert_eq!(tool(json!({ "strict": false })), wanted(false));
    assert_eq!(tool(json!({ "strict": true })), wanted(true));
    let bare = with(json!({ "tools": [{ "type": "function", "function": { "name": "g" } }] }));
    let none = json!({ "type": "object", "properties": {} });
    assert_eq!(bare["tools"], json!([{ "type": "function", "name": "g", "parameters": none, "strict": false }]));
}

#[test]
fn options_go_under_the_services_names() {
    let choice = |choice: Value| {
        with(json!({ "toolChoice": choice, "tools": [{ "type": "web_search" }] }))["tool_choice"].clone()
    };
    for word in ["auto", "none", "required"] {
        assert_eq!(choice(json!(word)), json!(word));
    }
    let named = json!({ "type": "function", "function": { "name": "f" } });
    assert_eq!(choice(named), json!({ "type": "function", "name": "f" }));
    let plain = json!({ "temperature": 0.5, "topP": 0.9, "maxTokens": 16 });
    assert_eq!(with(plain), json!({ "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 16 }));
    let effort = json!({ "reasoning": { "effort": "high", "summary": "auto" } });
    assert_eq!(with(json!({ "reasoningEffort": "high" })), effort);
    let schema = json!({ "name": "n", "strict": false, "schema": { "a": 1 } });
    assert_eq!(
        with(json!({ "responseFormat": { "type": "json_schema", "json_schema": schema } })),
        json!({ "text": { "format": { "type": "json_schema", "name": "n", "strict": false, "schema": { "a": 1 } } } })
    );
    let format = json!({ "type": "json_object" });
    assert_eq!(with(json!({ "responseFormat": format })), json!({ "text": { "format": format } }));
    let extra = json!({ "reasoning": { "effort": "low" }, "truncation": "auto" });
    let both = json!({ "reasoning": { "effort": "low", "summary": "auto" }, "truncation": "auto" });
    assert_eq!(with(json!({ "reasoningEffort": "high", "extra": extra })), both);
}

#[test]
fn what_the_service_has_no_way_for_is_told() {
    // `stop` it has not either, but that is done here.
    let played = ask(json!("Hi")).options(json!({ "stop": "never", "seed": 1 })).answers(&[ok()]);
    assert_eq!(played.warnings().len(), 1, "{:?}", played.warnings());
    assert_eq!(played.json(0).as_object().unwrap().len(), 3);
}

#[test]
fn what_the_service_remembers_is_not_sent_again() {
    let first = ask(json!([{ "role": "system", "content": "Be brief." }, { "role": "user", "content": "One" }]))
        .answers(&[ok()]);
    assert_eq!(first.conversation(), json!({ "responseId": "resp_0123456789", "heard": 1 }));
    let messages = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "One" },
        { "role": "assistant", "content": "Hello" },
        { "role": "user", "content": "Two" },
        { "role": "user", "content": "Three" },
    ]);
    let second = ask(messages).options(json!({ "conversation": first.conversation() })).answers(&[ok()]);
    assert_eq!(
        second.json(0),
        json!({
            "model": "m", "stream": true, "previous_response_id": "resp_0123456789",
            "instructions": "Be brief.", "input": [user("Two"), user("Three")],
        })
    );
    let alone = ask(json!("Two")).options(json!({ "conversation": first.conversation() })).answers(&[ok()]);
    assert_eq!(alone.json(0)["input"], json!([user("Two")]), "the new message alone will do");
    assert_eq!(alone.json(0)["previous_response_id"], "resp_0123456789");
}

#[test]
fn results_of_tools_are_all_that_follows_a_call() {
    let messages = json!([
        { "role": "user", "content": "One" },
        { "role": "assistant", "content": null, "tool_calls": [tool_call("c1"), tool_call("c2")] },
        { "role": "tool", "tool_call_id": "c1", "content": "rain" },
        { "role": "tool", "tool_call_id": "c2", "content": "sun" },
    ]);
    let body = sent(&ask(messages).options(json!({ "conversation": { "responseId": "resp_1" } })));
    let output = |id: &str, text: &str| json!({ "type": "function_call_output", "call_id": id, "output": text });
    assert_eq!(body["input"], json!([output("c1", "rain"), output("c2", "sun")]));
}

#[test]
fn a_turn_of_the_model_at_the_end_is_sent_whole() {
    let messages = json!([{ "role": "user", "content": "One" }, { "role": "assistant", "content": "Two" }]);
    let body = sent(&ask(messages).options(json!({ "conversation": { "responseId": "resp_1" } })));
    assert_eq!((body.get("previous_response_id"), body["input"].as_array().unwrap().len()), (None, 2));
}

#[test]
fn what_is_not_stored_is_not_gone_on_from() {
    let kept_by = |settings: Value, store: Value, extra: Value| {
        let mut response = json!({ "id": "resp_2", "status": "completed" });
        if !store.is_null() {
            response["store"] = store;
        }
        let flow = ask(json!("Hi")).options(json!({ "extra": extra, "conversation": { "responseId": "resp_1" } }));
        let flow = flow.settings(json!({ "extra": settings }));
        conversation(&flow.answers(&[named(&[said("a"), over(response)])]))
    };
    let kept = |store, extra| kept_by(Value::Null, store, extra);
    let (none, some) = (json!({}), Some(json!({ "responseId": "resp_2", "heard": 1 })));
    assert_eq!(kept(Value::Null, none.clone()), some);
    assert_eq!(kept(json!(true), none.clone()), some);
    assert_eq!(kept(json!(false), none), None, "nor from what was stored before it");
    assert_eq!(kept(Value::Null, json!({ "store": false })), None);
    assert_eq!(kept(json!(true), json!({ "store": false })), some, "the service knows best");
    let never = json!({ "store": false });
    assert_eq!(kept_by(never.clone(), Value::Null, json!({ "user": "me" })), None);
    assert_eq!(kept_by(never, Value::Null, json!({ "store": null })), some);
}

#[test]
fn a_caller_that_sends_everything_each_time_gets_the_state_of_the_reasoning_stored_or_not() {
    let include = |effort: Value, state: bool| {
        with(json!({ "reasoningEffort": effort, "native": { "state": state } })).get("include").cloned()
    };
    let asked = Some(json!(["reasoning.encrypted_content"]));
    assert_eq!(include(json!("high"), true), asked);
    assert_eq!(include(json!("high"), false), None);
    assert_eq!(include(json!("none"), true), None, "models that do not reason refuse it");
    assert_eq!(include(Value::Null, true), None, "and so may those of which nobody says that they reason");
}

#[test]
fn a_call_has_the_same_end_in_pieces_and_whole() {
    let item = |arguments: &str| json!({ "type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": arguments });
    let at = |kind: &str, item: Value| json!({ "type": format!("response.output_item.{kind}"), "output_index": 0, "item": item });
    let piece =
        |delta: &str| json!({ "type": "response.function_call_arguments.delta", "output_index": 0, "delta": delta });
    let response = json!({ "object": "response", "id": "r", "status": "completed", "output": [item("{\"a\":1}")] });
    let frames =
        [at("added", item("")), piece("{\"a\""), piece(":1}"), at("done", item("{\"a\":1}")), over(response.clone())];
    let pieces = ask(json!("Hi")).answers(&[named(&frames)]).described();
    let whole = ask(json!("Hi")).answers(&[json_answer(response)]).described();
    let end = ["tool 0 c f {\"a\":1} done", "conversation responseId=r", "finish tool_calls"];
    assert_eq!((&pieces[3..], &whole[1..]), (&end.map(str::to_owned)[..], &end.map(str::to_owned)[..]));
}

#[test]
fn nothing_after_the_end_counts_and_without_it_the_reply_was_cut_off() {
    let end = over(json!({ "id": "r", "status": "completed" }));
    let played = ask(json!("Hi")).answers(&[named(&[said("a"), end, said("b")])]);
    assert_eq!((played.text().as_str(), played.end.is_ok()), ("a", true));
    let played = ask(json!("Hi")).answers(&[named(&[said("a")])]);
    assert_eq!((played.text().as_str(), played.error().code), ("a", Code::Truncated));
}

#[test]
fn known_events_must_be_json_and_others_need_not() {
    let body = |frame: &str| {
        format!("{frame}\n\nevent: response.completed\ndata: {}\n\n", over(json!({ "status": "completed" })))
    };
    let end = |frame: &str| ask(json!("Hi")).answers(&[Reply::new(200, body(frame))]).end;
    for frame in ["event: keepalive\ndata: now", "event: response.new\ndata: {}", "data: 5", "data:", ": comment"] {
        assert!(end(frame).is_ok(), "{frame}");
    }
    for frame in ["event: response.created\ndata: {", "data: now", "event: error\ndata: now"] {
        assert_eq!(end(frame).unwrap_err().code, Code::Protocol, "{frame}");
    }
}

#[test]
fn wrong_calls_are_told_before_anything_is_sent() {
    refuses_wrong_calls(ask);
    assert_eq!(ask(json!([])).input_error(), "messages is empty: give at least one message");
}

/// J5, F4.
#[test]
fn errors_are_told_by_their_code_or_type_or_else_by_their_status() {
    let refused = |status: u16, code: &str, kind: &str| {
        let body = json!({ "error": { "message": "words", "code": code, "type": kind, "param": null } }).to_string();
        let played = ask(json!("Hi")).answers(&[Reply::new(status, body).header("retry-after", "7")]);
        let error = played.error().clone();
        assert_eq!((error.status, error.retry_after.as_deref()), (Some(status), Some("7")));
        assert!(error.message.starts_with("words"), "{error}");
        (error.code, error.retryable)
    };
    for (status, code, kind, wanted) in [
        (400, "unknown_parameter", "invalid_request_error", (Code::Service, false)),
        (400, "context_length_exceeded", "invalid_request_error", (Code::Refused, false)),
        (400, "content_policy_violation", "invalid_request_error", (Code::Refused, false)),
        (400, "previous_response_not_found", "invalid_request_error", (Code::Service, false)),
        (401, "invalid_api_key", "invalid_request_error", (Code::Auth, false)),
        (403, "unsupported_country_region_territory", "request_forbidden", (Code::Auth, false)),
        (404, "model_not_found", "invalid_request_error", (Code::ModelNotFound, false)),
        (413, "", "invalid_request_error", (Code::TooLarge, false)),
        (429, "rate_limit_exceeded", "tokens", (Code::RateLimited, true)),
        (429, "insufficient_quota", "insufficient_quota", (Code::PaymentRequired, false)),
        (500, "", "server_error", (Code::Service, true)),
        (503, "", "server_error", (Code::Service, true)),
        (529, "", "", (Code::Service, true)),
    ] {
        assert_eq!(refused(status, code, kind), wanted, "{status} {code} {kind}");
    }
}

#[test]
fn errors_within_a_stream_are_told_by_their_code() {
    let told = |event: Value| {
        let error = ask(json!("Hi")).answers(&[named(&[said("a"), event])]).error().clone();
        (error.code, error.retryable, error.message.clone())
    };
    let failed = |code: &str| {
        let response = json!({ "id": "r", "status": "failed", "error": { "code": code, "message": "words" } });
        told(json!({ "type": "response.failed", "response": response }))
    };
    let own = |code: &str| told(json!({ "type": "error", "code": code, "message": "words", "param": null }));
    let object = |code: &str| told(json!({ "type": "error", "error": { "code": code, "message": "words" } }));
    let words = |code: Code, heals: bool| (code, heals, "words".to_owned());
    assert_eq!(failed("server_error"), words(Code::Service, true));
    assert_eq!(failed("rate_limit_exceeded"), words(Code::RateLimited, true));
    assert_eq!(failed("invalid_prompt"), words(Code::Service, false));
    assert_eq!(failed("image_content_policy_violation"), words(Code::Refused, false));
    assert_eq!(own("server_error"), words(Code::Service, true));
    assert_eq!(own("rate_limit_exceeded"), words(Code::RateLimited, true));
    assert_eq!(object("server_error"), words(Code::Service, true));
    assert_eq!(object("rate_limit_exceeded"), words(Code::RateLimited, true));
    let nothing = told(json!({ "type": "response.failed", "response": { "status": "failed", "error": null } }));
    assert_eq!(nothing, (Code::Service, false, "the service failed".to_owned()));
}

#[test]
fn extra_adds_to_the_form_of_the_answer() {
    let format = json!({ "type": "json_object" });
    let body = with(json!({ "responseFormat": format, "extra": { "text": { "verbosity": "low" } } }));
    assert_eq!(body, json!({ "text": { "format": format, "verbosity": "low" } }));
}

/// The service never heard that the answer ended there: what it remembers is the turn before.
#[test]
fn what_a_word_of_stop_ended_is_not_gone_on_from() {
    let options = json!({ "stop": "END", "conversation": { "responseId": "resp_1" } });
    let played = ask(json!("Two")).options(options).answers(&[named(&[said("a END"), said(" b")])]);
    assert_eq!(played.text(), "a ");
    assert_eq!(conversation(&played), None);
}

/// In a fallback another service may have answered in between, and an application may hand on an older conversation.
#[test]
fn turns_that_the_service_did_not_hear_are_sent() {
    let said = |role: &str, content: &str| json!({ "role": role, "content": content });
    let first = ask(json!([said("user", "One")])).answers(&[ok()]).conversation();
    let mut messages = vec![said("user", "One"), said("assistant", "1"), said("user", "Two")];
    let next = |messages: &[Value]| sent(&ask(json!(messages)).options(json!({ "conversation": first })));
    let body = next(&messages);
    assert_eq!((&body["previous_response_id"], &body["input"]), (&json!("resp_0123456789"), &json!([user("Two")])));
    messages.extend([said("assistant", "of another"), said("user", "Three")]);
    let body = next(&messages);
    assert_eq!((body.get("previous_response_id"), body["input"].as_array().unwrap().len()), (None, 5));
}

/// What a stream of these frames gives: text, reasoning, and all other events as they are described.
fn heard(options: Value, frames: &[Value]) -> (String, String, Vec<String>) {
    let played = ask(json!("Hi")).options(options).answers(&[named(frames)]);
    assert!(played.end.is_ok(), "{:?}", played.end);
    let is_other = |event: &String| {
        let is_own = ["reasoning ", "conversation", "finish"].iter().any(|kind| event.starts_with(kind));
        !is_own && event != "warning the reply is empty"
    };
    (played.text(), reasoning(&played), played.described().into_iter().filter(is_other).collect())
}

fn reasoning(played: &Played) -> String {
    played.described().iter().filter_map(|event| event.strip_prefix("reasoning ")).collect()
}

/// A frame of item 0.
fn at(kind: &str, more: Value) -> Value {
    let mut frame = json!({ "type": format!("response.{kind}"), "output_index": 0 });
    frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    frame
}

fn ended(output: Value) -> Value {
    over(json!({ "id": "r", "status": "completed", "output": output }))
}

fn message(content: Value) -> Value {
    json!({ "type": "message", "content": [content] })
}

fn output_text(text: &str) -> Value {
    json!({ "type": "output_text", "text": text, "annotations": [] })
}

/// Each final event alone gives all of it, and after pieces what they lack, and after one another nothing.
#[test]
fn what_only_final_events_say_is_taken_once() {
    let finals = |kind: &str, item: Value, part: Value, text: &str| {
        let key = if kind == "refusal" { "refusal" } else { "text" };
        let mut done = at(&format!("{kind}.done"), json!({}));
        done[key] = json!(text);
        let part_done =
            if kind == "reasoning_summary_text" { "reasoning_summary_part.done" } else { "content_part.done" };
        [
            done,
            at(part_done, json!({ "part": part })),
            at("output_item.done", json!({ "item": item })),
            ended(json!([item])),
        ]
    };
    let texts = |kind: &str, text: &str| match kind {
        "output_text" => finals(kind, message(output_text(text)), output_text(text), text),
        "refusal" => {
            let part = json!({ "type": "refusal", "refusal": text });
            finals(kind, message(part.clone()), part, text)
        }
        "reasoning_summary_text" => {
            let part = json!({ "type": "summary_text", "text": text });
            finals(kind, json!({ "type": "reasoning", "summary": [part] }), part, text)
        }
        _ => {
            let part = json!({ "type": "reasoning_text", "text": text });
            finals(kind, json!({ "type": "reasoning", "summary": [], "content": [part] }), part, text)
        }
    };
    let end = || ended(json!([]));
    for kind in ["output_text", "refusal", "reasoning_summary_text", "reasoning_text"] {
        let delta = |text: &str| at(&format!("{kind}.delta"), json!({ "delta": text }));
        let heard = |frames: &[Value]| {
            let (text, reasoning, _) = heard(json!({}), frames);
            assert!(text.is_empty() || reasoning.is_empty());
            text + &reasoning
        };
        let whole = "Gr\u{fc}n \u{1f642} is it, and that is all of it";
        let finals = texts(kind, whole);
        for alone in &finals {
            assert_eq!(heard(&[alone.clone(), end()]), whole, "{alone}");
            let (first, second) = whole.split_at(10);
            assert_eq!(heard(&[delta(first), alone.clone(), end()]), whole, "{alone}");
            assert_eq!(heard(&[delta(first), delta(second), alone.clone(), end()]), whole, "{alone}");
            let letters: Vec<_> = whole.chars().map(|char| delta(&char.to_string())).collect();
            assert_eq!(heard(&[&letters[..], &[alone.clone(), end()]].concat()), whole, "{alone}");
            assert_eq!(heard(&[&letters[..30], &[alone.clone(), end()]].concat()), whole, "{alone}");
        }
        assert_eq!(heard(&finals), whole);
        let played = ask(json!("Hi")).answers(&[named(&[finals[3].clone()])]);
        let finish = if kind == "refusal" { "finish content_filter" } else { "finish stop" };
        assert_eq!(played.described().last().unwrap(), finish);
    }
}

#[test]
fn a_final_text_that_is_another_one_is_told_and_not_glued_to_the_pieces() {
    let delta = at("output_text.delta", json!({ "delta": "It is seven." }));
    let done = |text: &str| at("output_text.done", json!({ "text": text }));
    let (text, _, others) = heard(json!({}), &[delta.clone(), done("No: it is eight."), ended(json!([]))]);
    assert_eq!((text.as_str(), others.len()), ("It is seven.", 1));
    assert!(others[0].contains("differ"), "{others:?}");
    let (text, _, others) =
        heard(json!({}), &[delta.clone(), ended(json!([message(output_text("No: it is eight."))]))]);
    assert_eq!((text.as_str(), others.len()), ("It is seven.", 1));
    // Some gateways send an empty or a trimmed text.
    for shorter in ["", "It is"] {
        assert_eq!(heard(json!({}), &[delta.clone(), done(shorter), ended(json!([]))]).2, Vec::<String>::new());
    }
}

/// Gateways leave items out of the whole answer.
#[test]
fn items_that_changed_their_positions_are_not_handed_out_twice() {
    let second = |delta: &str| json!({ "type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": delta });
    let added = json!({ "type": "response.output_item.added", "output_index": 2, "item": {
        "type": "function_call", "call_id": "c", "name": "f", "arguments": "" } });
    let arguments = json!({ "type": "response.function_call_arguments.delta", "output_index": 2, "delta": "{\"a\"" });
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{\"a\":1}" });
    for (said, whole) in [("Hello", "Hello"), ("Hel", "Hello")] {
        let output = json!([message(output_text(whole)), call]);
        let frames =
            [at("reasoning_text.delta", json!({ "delta": "Hm" })), second(said), added.clone(), arguments.clone()];
        let (text, reasoning, others) = heard(json!({}), &[&frames[..], &[ended(output)]].concat());
        assert_eq!((text.as_str(), reasoning.as_str()), ("Hello", "Hm"));
        assert_eq!(others.last().unwrap(), "tool 0 c f {\"a\":1} done");
        assert_eq!(others.iter().filter(|event| event.ends_with("done")).count(), 1, "{others:?}");
    }
}

#[test]
fn arguments_that_only_final_events_say_are_taken_once() {
    let item =
        |arguments: &str| json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": arguments });
    let added = at("output_item.added", json!({ "item": item("") }));
    let delta = |delta: &str| at("function_call_arguments.delta", json!({ "delta": delta }));
    let whole = "{\"a\":1}";
    let finals = [
        at("function_call_arguments.done", json!({ "arguments": whole })),
        at("output_item.done", json!({ "item": item(whole) })),
        ended(json!([item(whole)])),
    ];
    let calls = |frames: &[Value]| {
        let (_, _, others) = heard(json!({}), frames);
        others.into_iter().filter(|event| event.ends_with("done") || event.starts_with("warning")).collect::<Vec<_>>()
    };
    let one = ["tool 0 c f {\"a\":1} done"];
    for last in &finals {
        let end = ended(json!([]));
        assert_eq!(calls(&[added.clone(), last.clone(), end.clone()]), one, "{last}");
        assert_eq!(calls(&[added.clone(), delta("{\"a\""), last.clone(), end.clone()]), one, "{last}");
        assert_eq!(calls(&[added.clone(), delta("{\"a\""), delta(":1}"), last.clone(), end]), one, "{last}");
    }
    assert_eq!(calls(&finals), one, "and without its beginning");
    assert_eq!(calls(&finals[2..]), one);
    let [none, two] = [
        calls(&[added.clone(), delta("{\"a\": 1}"), finals[2].clone()]),
        calls(&[added, delta("{\"b"), finals[0].clone(), ended(json!([]))]),
    ];
    assert_eq!(none, ["tool 0 c f {\"a\": 1} done"], "other blanks are the same arguments");
    assert_eq!((two.len(), two[1].as_str()), (2, "tool 0 c f {\"b done"), "{two:?}");
}

#[test]
fn parts_of_the_reasoning_are_paragraphs() {
    let delta = |item: u64, index: u64, delta: &str| json!({ "type": "response.reasoning_summary_text.delta", "output_index": item, "summary_index": index, "delta": delta });
    let content = |index: u64, delta: &str| json!({ "type": "response.reasoning_text.delta", "output_index": 1, "content_index": index, "delta": delta });
    let frames = [
        delta(0, 0, "O"),
        delta(0, 0, "ne"),
        delta(0, 0, "!"),
        delta(0, 1, ""),
        delta(0, 1, "Two"),
        content(0, "Three"),
        content(1, "Four"),
    ];
    let output = json!([
        { "type": "reasoning", "summary": [{ "type": "summary_text", "text": "One!" }, { "type": "summary_text", "text": "Two" }] },
        { "type": "reasoning", "content": [{ "type": "reasoning_text", "text": "Three" }, { "type": "reasoning_text", "text": "Four" }] },
    ]);
    let wanted = "One!\n\nTwo\n\nThree\n\nFour";
    let response = json!({ "object": "response", "id": "r", "status": "completed", "output": output });
    assert_eq!(heard(json!({}), &[&frames[..], &[ended(json!([]))]].concat()).1, wanted);
    assert_eq!(heard(json!({}), &[&frames[..], &[ended(output.clone())]].concat()).1, wanted);
    assert_eq!(heard(json!({}), &[ended(output)]).1, wanted);
    assert_eq!(reasoning(&ask(json!("Hi")).answers(&[json_answer(response)])), wanted);
}

#[test]
fn an_image_is_handed_out_once_with_its_media_type() {
    let item = |more: Value| {
        let mut item = json!({ "type": "image_generation_call", "id": "ig", "result": "AAAA" });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    let done = |item: &Value| at("output_item.done", json!({ "item": item }));
    let images = |frames: &[Value]| {
        let events = heard(json!({}), frames).2;
        events.into_iter().filter(|event| !event.starts_with("message")).collect::<Vec<_>>()
    };
    for (more, wanted) in [
        (json!({ "output_format": "png" }), "image data:image/png;base64,AAAA"),
        (json!({ "output_format": "jpeg" }), "image data:image/jpeg;base64,AAAA"),
        (json!({ "output_format": "webp" }), "image data:image/webp;base64,AAAA"),
        (json!({}), "image data:image/png;base64,AAAA"),
        (json!({ "result": "/9j/4AAQ" }), "image data:image/jpeg;base64,/9j/4AAQ"),
        (json!({ "result": "UklGRiQA" }), "image data:image/webp;base64,UklGRiQA"),
    ] {
        let item = item(more);
        for frames in
            [vec![done(&item), ended(json!([]))], vec![ended(json!([item]))], vec![done(&item), ended(json!([item]))]]
        {
            assert_eq!(images(&frames), [wanted]);
        }
        let response = json!({ "object": "response", "id": "r", "status": "completed", "output": [item] });
        assert!(ask(json!("Hi")).answers(&[json_answer(response)]).described().contains(&wanted.to_owned()));
    }
}

/// Only final events have them in some gateways.
#[test]
fn sources_of_final_events_are_taken_once() {
    let source = json!({ "type": "url_citation", "url": "https://a.example" });
    let text = json!({ "type": "output_text", "text": "Hi", "annotations": [source] });
    let added = at("output_text.annotation.added", json!({ "annotation": source }));
    let said = at("output_text.delta", json!({ "delta": "Hi" }));
    let done = at("output_item.done", json!({ "item": message(text.clone()) }));
    let all = [said, added, done, ended(json!([message(text)]))];
    for from in 0..all.len() {
        let sources = heard(json!({}), &all[from..]).2;
        assert_eq!(sources.len(), 2, "{from}: {sources:?}");
        assert!(sources[0].starts_with("source") && sources[1].starts_with("citation"), "{sources:?}");
    }
}

/// xAI's service sends calls of its own search in the form of custom tools.
#[test]
fn a_custom_tool_is_called_where_the_caller_gave_it_and_is_a_note_elsewhere() {
    let item = |input: &str| json!({ "type": "custom_tool_call", "call_id": "c", "name": "sh", "input": input });
    let frames = [
        at("output_item.added", json!({ "item": item("") })),
        at("custom_tool_call_input.delta", json!({ "delta": "ls \"a" })),
        at("custom_tool_call_input.done", json!({ "input": "ls \"a\"" })),
        at("output_item.done", json!({ "item": item("ls \"a\"") })),
        ended(json!([item("ls \"a\"")])),
    ];
    let given = json!({ "extra": { "tools": [{ "type": "custom", "name": "sh" }] } });
    let wanted = "tool 0 c sh {\"input\":\"ls \\\"a\\\"\"} done";
    for from in [0, 3, 4] {
        assert_eq!(heard(given.clone(), &frames[from..]).2.last().unwrap(), wanted);
    }
    let others = heard(json!({}), &frames).2;
    assert_eq!(others.len(), 1, "{others:?}");
    assert!(others[0].starts_with("status"), "{others:?}");
}

/// The service refuses a result of another kind than its call.
#[test]
fn calls_of_custom_tools_go_back_as_such() {
    let call = |id: &str, name: &str, arguments: &str| json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } });
    let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": "done" });
    let messages = json!([
        { "role": "user", "content": "Go" },
        { "role": "assistant", "tool_calls": [call("a", "sh", "{\"input\":\"ls \\\"a\\\"\"}"), call("b", "f", "{}"), call("c", "sh", "ls")] },
        result("a"), result("b"), result("c"),
    ]);
    let given =
        json!({ "extra": { "tools": [{ "type": "custom", "name": "sh" }, { "type": "function", "name": "f" }] } });
    let input = sent(&ask(messages).options(given))["input"].clone();
    let custom =
        |id: &str, input: &str| json!({ "type": "custom_tool_call", "call_id": id, "name": "sh", "input": input });
    let output = |kind: &str, id: &str| json!({ "type": kind, "call_id": id, "output": "done" });
    let function = json!({ "type": "function_call", "call_id": "b", "name": "f", "arguments": "{}" });
    assert_eq!(
        input.as_array().unwrap()[1..],
        [
            custom("a", "ls \"a\""),
            function,
            custom("c", "ls"),
            output("custom_tool_call_output", "a"),
            output("function_call_output", "b"),
            output("custom_tool_call_output", "c"),
        ]
    );
}

/// Gateways leave out the numbers of pieces, or give all of them the same.
#[test]
fn what_is_numbered_otherwise_in_the_end_is_not_handed_out_twice() {
    let item = json!({ "type": "message", "id": "m1", "content": [output_text("Hello")] });
    let done = |item: &Value| json!({ "type": "response.output_item.done", "output_index": 1, "item": item });
    let piece = |more: Value| {
        let mut piece = json!({ "type": "response.output_text.delta" });
        piece.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        piece
    };
    for more in [json!({ "delta": "Hel" }), json!({ "delta": "Hello", "output_index": 0, "item_id": "m1" })] {
        let text = |frames: &[Value]| heard(json!({}), frames).0;
        assert_eq!(text(&[piece(more.clone()), done(&item), ended(json!([]))]), "Hello");
        assert_eq!(text(&[piece(more.clone()), done(&item), ended(json!([item]))]), "Hello");
        // Another message may say the same.
        let again = json!({ "type": "message", "id": "m2", "content": [output_text("Hello")] });
        let first = piece(json!({ "delta": "Hello", "output_index": 0, "item_id": "m1" }));
        assert_eq!(text(&[first, done(&again), ended(json!([item, again]))]), "HelloHello");
    }
    let call =
        |arguments: &str| json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": arguments });
    let added = json!({ "type": "response.output_item.added", "output_index": 1, "item": call("") });
    let delta = json!({ "type": "response.function_call_arguments.delta", "delta": "{\"a\"" });
    let whole = json!({ "type": "response.function_call_arguments.done", "arguments": "{\"a\":1}" });
    let others =
        heard(json!({}), &[added, delta, whole, done(&call("{\"a\":1}")), ended(json!([call("{\"a\":1}")]))]).2;
    assert_eq!(others.last().unwrap(), "tool 0 c f {\"a\":1} done");
    assert!(others.iter().all(|event| event.starts_with("tool 0 c f")), "{others:?}");
}

#[test]
fn strict_is_left_out_where_the_schema_does_not_allow_it() {
    let a = json!({ "a": { "type": "string" } });
    let fits = json!({ "type": "object", "properties": a, "required": ["a"] });
    let closed = json!({ "type": "object", "properties": a, "required": ["a"], "additionalProperties": false });
    let optional = json!({ "type": "object", "properties": a });
    for (given, wanted, is_strict) in [(&fits, &closed, true), (&optional, &optional, false)] {
        let options = json!({
            "tools": [{ "type": "function", "function": { "name": "f", "strict": true, "parameters": given } }],
            "responseFormat": { "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": given } },
        });
        let played = ask(json!("Hi")).options(options).answers(&[ok()]);
        let body = played.json(0);
        let (tool, format) = (&body["tools"][0], &body["text"]["format"]);
        assert_eq!((&tool["parameters"], &tool["strict"]), (wanted, &json!(is_strict)));
        assert_eq!((&format["schema"], &format["strict"]), (wanted, &json!(is_strict)));
        let told = played.warnings().iter().filter(|told| told.contains("'strict' was left out")).count();
        assert_eq!(told, if is_strict { 0 } else { 2 });
    }
}
