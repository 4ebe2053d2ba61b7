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
    assert_eq!(body["instructions"], "Be brief.\n\nBe kind.");
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
    let schema = json!({ "type": "object", "properties": { "a": { "type": "number" } } });
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
    for choice in ["auto", "none", "required"] {
        assert_eq!(with(json!({ "toolChoice": choice })), json!({ "tool_choice": choice }));
    }
    let named = json!({ "type": "function", "function": { "name": "f" } });
    assert_eq!(with(json!({ "toolChoice": named })), json!({ "tool_choice": { "type": "function", "name": "f" } }));
    let plain = json!({ "temperature": 0.5, "topP": 0.9, "maxTokens": 16 });
    assert_eq!(with(plain), json!({ "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 16 }));
    let effort = json!({ "reasoning": { "effort": "high", "summary": "auto" } });
    assert_eq!(with(json!({ "reasoningEffort": "high" })), effort);
    let schema = json!({ "name": "n", "strict": true, "schema": { "a": 1 } });
    assert_eq!(
        with(json!({ "responseFormat": { "type": "json_schema", "json_schema": schema } })),
        json!({ "text": { "format": { "type": "json_schema", "name": "n", "strict": true, "schema": { "a": 1 } } } })
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
