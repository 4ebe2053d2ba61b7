//! What the error of a service is to the caller: one table of the forms in which services tell errors, and the members that say so.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use rivulet::chat::{Code, Error, NAME};
use serde_json::{Value, json};
use support::drive::Reply;
use support::flow::Flow;
use support::service::{ask, models, named, sse};

const YES: bool = true;
const NO: bool = false;

/// Who says it, the status (200: in a stream), the body, and what comes of it: code, whether the same call may succeed later, the
/// message without the status, and the service's own code, type and param.
type Row = (&'static str, u16, Value, Code, bool, &'static str, [&'static str; 3]);

/// Errors with the words of OpenAI's form.
fn error(code: Value, kind: &str, message: &str) -> Value {
    json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
}

#[rustfmt::skip]
fn forms() -> Vec<Row> {
    use Code::{Auth, ModelNotFound, PaymentRequired, RateLimited, Refused, Service, Timeout, TooLarge};
    vec![
        // OpenAI, and who speaks its language.
        ("OpenAI", 400, json!({ "error": { "message": "Unsupported parameter: 'stop'", "type": "invalid_request_error", "param": "stop", "code": "unsupported_parameter" } }), Service, NO, "Unsupported parameter: 'stop'", ["unsupported_parameter", "invalid_request_error", "stop"]),
        ("OpenAI", 400, error(json!("string_above_max_length"), "invalid_request_error", "string too long. Expected a string with maximum length 10"), Service, NO, "string too long. Expected a string with maximum length 10", ["string_above_max_length", "invalid_request_error", ""]),
        ("OpenAI", 400, error(json!("context_length_exceeded"), "invalid_request_error", "Too much"), Refused, NO, "Too much", ["context_length_exceeded", "invalid_request_error", ""]),
        ("OpenAI", 429, error(json!("rate_limit_exceeded"), "requests", "Slow down"), RateLimited, YES, "Slow down", ["rate_limit_exceeded", "requests", ""]),
        ("OpenAI", 429, error(json!("insufficient_quota"), "insufficient_quota", "Pay"), PaymentRequired, NO, "Pay", ["insufficient_quota", "insufficient_quota", ""]),
        ("OpenAI", 429, error(Value::Null, "insufficient_quota", "Pay"), PaymentRequired, NO, "Pay", ["", "insufficient_quota", ""]),
        ("OpenAI", 429, error(json!("rate_limit_exceeded"), "insufficient_quota", "Pay"), PaymentRequired, NO, "Pay", ["rate_limit_exceeded", "insufficient_quota", ""]),
        ("OpenAI, misalignment", 400, error(json!("misalignment_policy_violation"), "invalid_request_error", "No"), Refused, NO, "No", ["misalignment_policy_violation", "invalid_request_error", ""]),
        ("OpenAI, vector store", 200, error(json!("vector_store_timeout"), "server_error", "Late"), Timeout, YES, "Late", ["vector_store_timeout", "server_error", ""]),
        ("in a stream", 200, json!({ "error": { "message": "Busy", "type": "server_error", "param": "messages", "code": null } }), Service, YES, "Busy", ["", "server_error", "messages"]),
        ("nested", 400, json!({ "error": { "error": { "message": "Deep", "type": "invalid_request_error", "code": "deep", "param": "tools" } } }), Service, NO, "Deep", ["deep", "invalid_request_error", "tools"]),
        ("nested, in a stream", 200, json!({ "error": { "error": { "message": "Deep", "code": "rate_limit_exceeded" } } }), RateLimited, YES, "Deep", ["rate_limit_exceeded", "", ""]),
        ("Azure", 400, json!({ "error": { "message": "Filtered", "type": null, "param": "prompt", "code": "content_filter", "status": 400, "innererror": { "code": "ResponsibleAIPolicyViolation" } } }), Refused, NO, "Filtered", ["content_filter", "", "prompt"]),
        ("OpenRouter", 429, json!({ "error": { "code": 429, "message": "Provider returned error", "metadata": { "raw": "m is rate-limited upstream", "provider_name": "P" } }, "user_id": "u" }), RateLimited, YES, "Provider returned error: m is rate-limited upstream", ["429", "", ""]),
        ("OpenRouter", 400, json!({ "error": { "code": 400, "message": "Provider returned error", "metadata": { "raw": "{\"error\":{\"message\":\"prompt is too long: 9 tokens\"}}" } } }), Refused, NO, "Provider returned error: prompt is too long: 9 tokens", ["400", "", ""]),
        ("OpenRouter, in a stream", 200, json!({ "id": "1", "choices": [], "error": { "code": 502, "message": "Gone", "metadata": { "error_type": "provider_overloaded", "provider_code": "x" } } }), Service, YES, "Gone", ["502", "provider_overloaded", ""]),
        ("OpenRouter", 402, json!({ "error": { "code": 402, "message": "Insufficient credits" } }), PaymentRequired, NO, "Insufficient credits", ["402", "", ""]),
        ("Groq, in a stream", 200, json!({ "choices": [], "x_groq": { "id": "g", "error": "over capacity" } }), Service, NO, "over capacity", ["", "", ""]),
        ("Groq", 400, error(json!("tool_use_failed"), "invalid_request_error", "Failed to call a function."), Service, NO, "Failed to call a function.", ["tool_use_failed", "invalid_request_error", ""]),
        ("Mistral", 422, json!({ "object": "error", "message": { "detail": [{ "type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted" }] }, "type": "invalid_request_error", "param": null, "code": null }), Service, NO, "body.store: Extra inputs are not permitted", ["", "extra_forbidden", "store"]),
        ("Mistral", 400, json!({ "object": "error", "message": "Expected last role User", "type": "invalid_request_message_order", "param": null, "code": "3230" }), Service, NO, "Expected last role User", ["3230", "invalid_request_message_order", ""]),
        ("FastAPI", 422, json!({ "detail": [{ "type": "missing", "loc": ["body", "messages", 0, "role"], "msg": "Field required" }, { "loc": ["body", "n"], "msg": "Not an integer", "type": "int" }] }), Service, NO, "body.messages.0.role: Field required; body.n: Not an integer", ["", "missing", "messages.0.role"]),
        ("FastAPI", 404, json!({ "detail": "Not Found" }), Service, NO, "Not Found", ["", "", ""]),
        ("xAI", 400, json!({ "code": "Client specified an invalid argument", "error": "Argument not supported: stop" }), Service, NO, "Argument not supported: stop", ["Client specified an invalid argument", "", ""]),
        ("xAI", 429, json!({ "code": "Some resource has been exhausted", "error": "Your team has used all available credits" }), PaymentRequired, NO, "Your team has used all available credits", ["Some resource has been exhausted", "", ""]),
        ("Cerebras", 400, json!({ "message": "Please reduce the length of the messages. Current length is 9 while limit is 8", "type": "invalid_request_error", "param": "messages", "code": "wrong_api_format" }), Refused, NO, "Please reduce the length of the messages. Current length is 9 while limit is 8", ["wrong_api_format", "invalid_request_error", "messages"]),
        ("Cerebras, in a stream", 200, json!({ "error": { "message": "Full", "type": "too_many_requests_error" }, "status_code": 429 }), RateLimited, YES, "Full", ["429", "too_many_requests_error", ""]),
        ("Hugging Face", 422, json!({ "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8", "error_type": "validation" }), Refused, NO, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8", ["", "validation", ""]),
        ("NVIDIA", 422, json!({ "type": "urn:x:validation", "title": "Unprocessable Entity", "status": 422, "detail": "Unsupported parameter(s): seed", "instance": "/", "requestId": "nv-1" }), Service, NO, "Unsupported parameter(s): seed", ["", "urn:x:validation", ""]),
        ("NVIDIA, no detail", 404, json!({ "title": "Not Found", "status": 404 }), Service, NO, "Not Found", ["", "", ""]),
        ("MiniMax", 200, json!({ "base_resp": { "status_code": 1008, "status_msg": "insufficient balance" } }), PaymentRequired, NO, "insufficient balance", ["1008", "", ""]),
        ("MiniMax", 429, json!({ "type": "error", "error": { "type": "rate_limit_error", "message": "insufficient balance (1008)" }, "request_id": "m" }), PaymentRequired, NO, "insufficient balance (1008)", ["", "rate_limit_error", ""]),
        ("MiniMax", 500, error(json!("1008"), "api_error", "no"), PaymentRequired, NO, "no", ["1008", "api_error", ""]),
        ("MiniMax", 200, json!({ "base_resp": { "status_code": 2013, "status_msg": "invalid params" } }), Service, NO, "invalid params", ["2013", "", ""]),
        ("MiniMax", 200, json!({ "base_resp": { "status_code": 2049, "status_msg": "invalid key" } }), Auth, NO, "invalid key", ["2049", "", ""]),
        ("Z.ai", 429, json!({ "error": { "code": "1113", "message": "Recharge" } }), PaymentRequired, NO, "Recharge", ["1113", "", ""]),
        ("Z.ai", 429, json!({ "error": { "code": "1302", "message": "Concurrency" } }), RateLimited, YES, "Concurrency", ["1302", "", ""]),
        ("Z.ai, in a stream", 200, json!({ "error": { "code": 1302, "message": "Concurrency" } }), RateLimited, YES, "Concurrency", ["1302", "", ""]),
        ("DashScope", 400, json!({ "error": { "code": "Arrearage", "type": "Arrearage", "param": null, "message": "Access denied" }, "request_id": "d" }), PaymentRequired, NO, "Access denied", ["Arrearage", "Arrearage", ""]),
        ("DashScope", 429, json!({ "code": "Throttling.RateQuota", "message": "Slow", "request_id": "d" }), RateLimited, YES, "Slow", ["Throttling.RateQuota", "", ""]),
        ("SambaNova", 402, json!({ "error": { "code": "PAYMENT_METHOD_REQUIRED", "message": "Add a card" } }), PaymentRequired, NO, "Add a card", ["PAYMENT_METHOD_REQUIRED", "", ""]),
        ("Cohere", 422, json!({ "id": "c", "message": "unknown field: strict" }), Service, NO, "unknown field: strict", ["", "", ""]),
        ("AI Gateway", 400, json!({ "success": false, "result": [], "messages": [], "error": [{ "code": 2019, "message": "Please configure AI Gateway" }] }), Service, NO, "Please configure AI Gateway", ["2019", "", ""]),
        ("Workers AI", 429, json!({ "success": false, "errors": [{ "code": 3036, "message": "Neurons used" }] }), PaymentRequired, NO, "Neurons used", ["3036", "", ""]),
        ("LM Studio", 400, json!({ "error": "'response_format.type' must be 'json_schema'" }), Service, NO, "'response_format.type' must be 'json_schema'", ["", "", ""]),
        ("llama.cpp", 400, json!({ "error": { "code": 400, "message": "exceeds the available context size", "type": "exceed_context_size_error" } }), Refused, NO, "exceeds the available context size", ["400", "exceed_context_size_error", ""]),
        ("llama.cpp", 503, json!({ "error": { "code": 503, "message": "Loading model", "type": "unavailable_error" } }), Service, YES, "Loading model", ["503", "unavailable_error", ""]),
        ("vLLM", 404, json!({ "error": { "message": "The model `m` does not exist.", "type": "NotFoundError", "param": "model", "code": 404 } }), ModelNotFound, NO, "The model `m` does not exist.", ["404", "NotFoundError", "model"]),
        ("Bedrock", 400, json!({ "message": "Input is too long for requested model.", "__type": "ValidationException" }), Refused, NO, "Input is too long for requested model.", ["", "ValidationException", ""]),
        ("Bedrock", 400, json!({ "Message": "The provided request is not valid", "__type": "com.amazon#ValidationException" }), Service, NO, "The provided request is not valid", ["", "com.amazon#ValidationException", ""]),
        ("Bedrock", 424, json!({ "message": "Model stream", "__type": "ModelStreamErrorException" }), Service, YES, "Model stream", ["", "ModelStreamErrorException", ""]),
        ("Bedrock", 400, json!({ "message": "Rate", "__type": "ThrottlingException" }), RateLimited, YES, "Rate", ["", "ThrottlingException", ""]),
        ("Bedrock", 500, json!({ "message": "Oops", "__type": "InternalServerException" }), Service, YES, "Oops", ["", "InternalServerException", ""]),
        ("Bedrock", 503, json!({ "message": "Later", "__type": "ServiceUnavailableException" }), Service, YES, "Later", ["", "ServiceUnavailableException", ""]),
        // Anthropic.
        ("Anthropic", 409, anthropic("conflict_error", Value::Null), Service, YES, "words", ["", "conflict_error", ""]),
        ("Anthropic", 429, anthropic("rate_limit_error", json!("contract_spend_limit_reached")), PaymentRequired, NO, "words", ["contract_spend_limit_reached", "rate_limit_error", ""]),
        ("Anthropic", 429, anthropic("rate_limit_error", json!("enforced_spend_limit_reached")), PaymentRequired, NO, "words", ["enforced_spend_limit_reached", "rate_limit_error", ""]),
        ("Anthropic", 429, anthropic("rate_limit_error", json!("linked_organization_spend_limit_reached")), PaymentRequired, NO, "words", ["linked_organization_spend_limit_reached", "rate_limit_error", ""]),
        ("Anthropic", 403, anthropic("permission_error", json!("organization_on_hold")), Auth, NO, "words", ["organization_on_hold", "permission_error", ""]),
        ("Anthropic", 400, anthropic("invalid_request_error", json!("image_dimensions_too_large")), TooLarge, NO, "words", ["image_dimensions_too_large", "invalid_request_error", ""]),
        ("Anthropic", 403, anthropic("invalid_request_error", json!("ramp_limit_exceeded")), RateLimited, YES, "words", ["ramp_limit_exceeded", "invalid_request_error", ""]),
        ("Anthropic", 400, anthropic("invalid_request_error", json!("cmek_context_unavailable")), Service, YES, "words", ["cmek_context_unavailable", "invalid_request_error", ""]),
        ("Anthropic", 400, anthropic("invalid_request_error", json!("cmek_key_unreachable")), Service, YES, "words", ["cmek_key_unreachable", "invalid_request_error", ""]),
        ("Anthropic", 400, anthropic("invalid_request_error", json!("compaction_unavailable")), Service, YES, "words", ["compaction_unavailable", "invalid_request_error", ""]),
        ("Anthropic", 200, anthropic("overloaded_error", Value::Null), Service, YES, "words", ["", "overloaded_error", ""]),
        ("Anthropic", 400, json!({ "type": "error", "error": { "type": "invalid_request_error", "message": "Your credit balance is too low" } }), PaymentRequired, NO, "Your credit balance is too low", ["", "invalid_request_error", ""]),
        // Google.
        ("Gemini", 404, google(404, "NOT_FOUND", "models/x is not found"), ModelNotFound, NO, "models/x is not found", ["404", "NOT_FOUND", ""]),
        ("Gemini", 400, json!([google(400, "INVALID_ARGUMENT", "exceeds the maximum number of tokens allowed")]), Refused, NO, "exceeds the maximum number of tokens allowed", ["400", "INVALID_ARGUMENT", ""]),
        ("Gemini", 400, google(400, "FAILED_PRECONDITION", "Billing is not enabled"), Service, NO, "Billing is not enabled", ["400", "FAILED_PRECONDITION", ""]),
        ("Gemini", 400, google(400, "OUT_OF_RANGE", "no"), Service, NO, "no", ["400", "OUT_OF_RANGE", ""]),
        ("Gemini", 409, google(409, "ABORTED", "no"), Service, YES, "no", ["409", "ABORTED", ""]),
        ("Gemini", 499, google(499, "CANCELLED", "no"), Service, NO, "no", ["499", "CANCELLED", ""]),
        ("Gemini", 500, google(500, "DATA_LOSS", "no"), Service, YES, "no", ["500", "DATA_LOSS", ""]),
        ("Gemini", 200, google(503, "UNAVAILABLE", "Overloaded"), Service, YES, "Overloaded", ["503", "UNAVAILABLE", ""]),
        ("Gemini", 200, google(429, "RESOURCE_EXHAUSTED", "Quota"), RateLimited, YES, "Quota", ["429", "RESOURCE_EXHAUSTED", ""]),
        // Ollama.
        ("Ollama", 404, json!({ "error": "model 'm' not found" }), ModelNotFound, NO, "model 'm' not found", ["", "", ""]),
        ("Ollama", 401, json!({ "error": "unauthorized", "signin_url": "https://ollama.example" }), Auth, NO, "unauthorized", ["", "", ""]),
        ("Ollama", 400, json!({ "error": "the input length exceeds the context length" }), Refused, NO, "the input length exceeds the context length", ["", "", ""]),
    ]
}

fn anthropic(kind: &str, error_code: Value) -> Value {
    let details = if error_code.is_null() { Value::Null } else { json!({ "error_code": error_code }) };
    json!({ "type": "error", "error": { "type": kind, "message": "words", "details": details }, "request_id": "req_1" })
}

fn google(code: u16, status: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message, "status": status } })
}

/// The error of a call whose answer has this status and body.
fn failed(flow: &Flow, status: u16, body: &Value) -> Error {
    let reply = if status == 200 { sse(std::slice::from_ref(body)) } else { Reply::new(status, body.to_string()) };
    flow.answers(&[reply.header("x-request-id", "head-1")]).error().clone()
}

/// The class that asks who says it.
fn class_of(who: &str) -> &'static str {
    match who {
        "Anthropic" => "Anthropic",
        "Gemini" => "Gemini",
        "Ollama" => "Ollama",
        _ => "OpenAiChat",
    }
}

#[test]
fn every_form_of_an_error_keeps_its_words_and_names_and_is_retried_where_that_helps() {
    let mut wrong = Vec::new();
    for (who, status, body, code, retryable, message, names) in forms() {
        let flow = ask(class_of(who), json!("Hi"));
        let body_or_line = if who == "Ollama" { Reply::new(status, body.to_string()) } else { Reply::default() };
        let error = match who {
            "Ollama" => flow.answers(&[body_or_line]).error().clone(),
            _ => failed(&flow, status, &body),
        };
        let said = error.message.split(" (status ").next().unwrap_or_default();
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        let ours = [text(&error.service_code), text(&error.kind), text(&error.param)];
        if (error.code, error.retryable, said) != (code, retryable, message) || ours != names {
            wrong.push(format!("{who} {status} {body}: {error:?}, names {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_words_for_a_context_that_is_too_long_have_one_code() {
    let names = ["context_length_exceeded", "exceed_context_size_error", "token_limit_exceeded", "string_too_long"];
    let texts = [
        "This model's maximum context length is 8192 tokens",
        "exceeds the maximum context limit",
        "input length and `max_tokens` exceed context limit",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "the request exceeds the available context size, try increasing it",
        "The input token count (9) exceeds the maximum number of tokens allowed (8)",
        "`inputs` tokens + `max_new_tokens` must be <= 4096",
        "Please reduce the length of the messages or completion. Current length is 9 while limit is 8",
        "The prompt is longer than the model's context length",
        "The maximum input length is 8 tokens",
        "input length exceeds the context length",
        "prompt is longer than the context length",
        "Your input exceeds the context window of this model",
    ];
    let by_name = names.map(|name| error(json!(name), "invalid_request_error", "words"));
    let by_type = names.map(|name| error(Value::Null, name, "words"));
    let by_text = texts.map(|text| error(Value::Null, "invalid_request_error", text));
    for body in by_name.iter().chain(&by_type).chain(&by_text) {
        for status in [400, 413, 200] {
            let error = failed(&ask("OpenAiChat", json!("Hi")), status, body);
            assert_eq!((error.code, error.retryable), (Code::Refused, false), "{status} {body}");
        }
    }
}

#[test]
fn the_id_of_the_request_is_the_best_that_head_or_body_gives() {
    let chat = ask("OpenAiChat", json!("Hi"));
    let busy = error(Value::Null, "server_error", "Busy");
    let id = |flow: &Flow, reply: Reply| flow.answers(&[reply]).error().request_id.clone();
    let some = |id: &str| Some(id.to_owned());
    let all = ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "cf-aig-log-id", "cf-ray"];
    for (first, name) in all.iter().enumerate() {
        let reply = Reply::new(500, busy.to_string());
        let reply = all[first..].iter().rev().fold(reply, |reply, header| reply.header(header, header));
        assert_eq!(id(&chat, reply.clone()), some(name));
        // In the middle of a stream, where the whole answer is JSON, where the stream breaks off, and where it is no stream.
        for body in [
            format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}}}}]}}\n\ndata: {busy}\n\n"),
            busy.to_string(),
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n".to_owned(),
            "<html><title>Login</title>".to_owned(),
            "data: {]\n\n".to_owned(),
            String::new(),
        ] {
            let reply = Reply { head: Reply::clone(&reply).head, ..Reply::new(200, body) };
            let reply = Reply { head: rivulet::http::Head { status: 200, ..reply.head }, ..reply };
            assert_eq!(id(&chat, reply), some(name));
        }
    }
    assert_eq!(id(&chat, Reply::new(500, busy.to_string())), None);
    let claude = ask("Anthropic", json!("Hi"));
    let body = anthropic("overloaded_error", Value::Null);
    assert_eq!(id(&claude, Reply::new(529, body.to_string()).header("cf-ray", "ray")), some("req_1"));
    assert_eq!(id(&claude, named(&[body])), some("req_1"));
    let nvidia = json!({ "title": "No", "status": 422, "requestId": "nv-1" });
    assert_eq!(id(&chat, Reply::new(422, nvidia.to_string())), some("nv-1"));
    assert_eq!(id(&models("OpenAiChat"), Reply::new(500, "{}").header("request-id", "list")), some("list"));
}

#[test]
fn errors_in_other_protocols_streams_have_the_services_names() {
    let response = json!({ "type": "response.failed", "response": { "id": "r", "status": "failed", "error": { "code": "rate_limit_exceeded", "message": "Slow" } } });
    let event =
        json!({ "type": "error", "code": "server_error", "message": "Oops", "param": "input", "sequence_number": 1 });
    let flow = ask("OpenAiResponses", json!("Hi"));
    let error = flow.answers(&[named(&[response])]).error().clone();
    assert_eq!(
        (error.code, error.service_code.as_deref(), error.retryable),
        (Code::RateLimited, Some("rate_limit_exceeded"), true)
    );
    let error = flow.answers(&[named(&[event])]).error().clone();
    assert_eq!(
        (error.code, error.service_code.as_deref(), error.retryable),
        (Code::Service, Some("server_error"), true)
    );
    assert_eq!((error.kind.as_deref(), error.param.as_deref()), (None, Some("input")));
    let wordpress = json!({ "code": "rest_forbidden", "message": "Sorry", "data": { "status": 401 } });
    let site =
        support::flow::call("AiPuffer", json!("Hi")).settings(json!({ "apiKey": "site-key-0123", "botId": "5" }));
    let error = site.answers(&[Reply::new(400, wordpress.to_string()).header("cf-ray", "ray")]).error().clone();
    assert_eq!((error.service_code.as_deref(), error.request_id.as_deref()), (Some("rest_forbidden"), Some("ray")));
}

#[test]
fn names_of_services_are_short_and_hold_no_secret() {
    let key = "sk-test-0123";
    let body = json!({ "error": { "message": key, "type": key, "param": format!("header {key}"), "code": key } });
    let reply = Reply::new(401, body.to_string()).header("x-request-id", &format!("id-{key}"));
    let mut error = ask("OpenAiChat", json!("Hi")).answers(&[reply]).error().clone();
    error.redact([key].into_iter());
    assert!(!format!("{error:?}").contains("test-0123"), "{error:?}");
    assert_eq!(error.request_id.as_deref(), Some("id-[redacted]"));
    let long = "é".repeat(5_000);
    let body = json!({ "error": { "message": "x", "type": long, "param": long, "code": long } });
    let reply = Reply::new(400, body.to_string()).header("x-request-id", &long);
    let error = ask("OpenAiChat", json!("Hi")).answers(&[reply]).error().clone();
    for name in [&error.kind, &error.param, &error.service_code, &error.request_id] {
        assert_eq!(name.as_deref().unwrap().chars().count(), NAME);
    }
}
