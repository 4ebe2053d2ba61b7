//! What the error of a service means. Its own code and text say more than the HTTP status.

use crate::chat::error_text::{self, code_of};
use crate::chat::{Code, Error};
use crate::http::{Head, Response};
use crate::json::Value;
use crate::text::parse_number;

/// Parts of the `code`, `type` or `status` of an error, and what they mean: those of OpenAI, Anthropic, Google and of
/// services that are compatible with one of them. Cloudflare's codes are numbers. The first entry that matches counts.
const NAMES: &[(&str, Code)] = &[
    ("insufficient_quota", Code::PaymentRequired),
    ("insufficient_balance", Code::PaymentRequired),
    ("billing", Code::PaymentRequired),
    ("context", Code::Refused),
    ("content_filter", Code::Refused),
    ("content_policy", Code::Refused),
    ("model_not_found", Code::ModelNotFound),
    ("not_found_error", Code::ModelNotFound),
    ("^not_found", Code::ModelNotFound),
    ("invalid_api_key", Code::Auth),
    ("authentication", Code::Auth),
    ("unauthenticated", Code::Auth),
    ("permission", Code::Auth),
    ("rate_limit", Code::RateLimited),
    ("resource_exhausted", Code::RateLimited),
    ("request_too_large", Code::TooLarge),
    ("timeout_error", Code::Timeout),
    ("deadline_exceeded", Code::Timeout),
    ("overloaded", Code::Service),
    ("unavailable", Code::Service),
    ("server_error", Code::Service),
    ("api_error", Code::Service),
    ("^internal", Code::Service),
    ("^3036", Code::PaymentRequired),
    ("^3042", Code::ModelNotFound),
    ("^5007", Code::ModelNotFound),
];

/// Parts of the text of an error, and what they mean, for errors whose name says only that the request is wrong.
const TEXTS: &[(&str, Code)] = &[
    ("insufficient balance", Code::PaymentRequired),
    ("context size", Code::Refused),
    ("context length", Code::Refused),
    ("max_new_tokens", Code::Refused),
    ("reduce the length", Code::Refused),
    ("no such model", Code::ModelNotFound),
    ("^model '", Code::ModelNotFound),
    ("try pulling it first", Code::ModelNotFound),
    ("api key not valid", Code::Auth),
    ("prompt is too long", Code::Refused),
    ("maximum context", Code::Refused),
    ("exceeds the maximum number of tokens", Code::Refused),
    ("context window limit", Code::Refused),
    ("payload size exceeds", Code::TooLarge),
    ("total number of tokens in the prompt", Code::Refused),
    ("size limit exceeded", Code::Refused),
    ("api calls / month", Code::PaymentRequired),
    ("credit balance", Code::PaymentRequired),
    ("api usage limits", Code::PaymentRequired),
];

/// Whether the JSON reports an error. `"error": null` says that there is none.
pub fn is_error(value: &Value) -> bool {
    let value = value.item(0).unwrap_or(value);
    let reports = |error: &Value| match error {
        Value::String(text) => !text.is_empty(),
        Value::Array(errors) => !errors.is_empty(),
        error => error.is_object(),
    };
    // MiniMax answers with a status of its own, Groq within what it adds to OpenAI's chunks.
    let has_failed = |status: &Value| status.as_u64().is_some_and(|status| status != 0);
    match value.get("error") {
        Some(error) if reports(error) => true,
        _ if value.pointer("/base_resp/status_code").is_some_and(has_failed) => true,
        _ if value.pointer("/x_groq/error").is_some_and(reports) => true,
        Some(_) => false,
        None => value.text("object") == Some("error") || !value.list("errors").is_empty(),
    }
}

/// The error that a response with status 200, or a frame of a stream, reports in its JSON. `data` is that JSON as text,
/// for the excerpt. Gateways put the status that they would have answered with into `code`.
pub fn error_in_success_body(value: &Value, data: &[u8]) -> Error {
    let code = inner(value).string_or_number("code").unwrap_or_default();
    let error = match parse_number(code, 10) {
        Some(status @ 400..600) => {
            let head = Head { status: status as u16, headers: Vec::new() };
            Response { head, body: data.to_vec() }.status_error()
        }
        _ => {
            let text = error_text::of(value);
            Error::new(Code::Service, text.as_deref().unwrap_or("the service failed"))
        }
    };
    classify(error, value)
}

/// `error` with the code, and with the time to wait, that its JSON `value` gives.
pub fn classify(mut error: Error, value: &Value) -> Error {
    let body = inner(value);
    // Google says how long to wait in the details of the error.
    if let Some(delay) = body.list("details").iter().find_map(|detail| detail.text("retryDelay")?.strip_suffix('s')) {
        error.retry_after = Some(delay.to_owned());
    }
    // Anthropic calls a spent budget a rate limit, but waiting does not help.
    let is_spent = body.text_at("/details/error_code").is_some_and(|code| error_text::holds(code, "spend_limit"));
    let named = ["code", "type", "status"].iter().find_map(|key| code_of(body.string_or_number(key)?, NAMES));
    let told = error_text::of(value).and_then(|text| code_of(&text, TEXTS));
    // The name may say no more than that it failed, or that it was too much.
    let is_spent = is_spent || told == Some(Code::PaymentRequired);
    let named = if is_spent { Some(Code::PaymentRequired) } else { named };
    let Some(code) = named.or(told) else { return error };
    error.code = code;
    let may_heal = matches!(code, Code::RateLimited | Code::Service | Code::Timeout);
    error.retryable = may_heal && (error.retryable || error.status.is_none());
    error
}

/// The object that describes the error: `error`, or the first of `errors`, or the value itself; also in an array of one.
fn inner(value: &Value) -> &Value {
    let value = value.item(0).unwrap_or(value);
    let error = value.non_null("error").or(value.pointer("/x_groq/error")).or(value.list("errors").first());
    let error = error.unwrap_or(value);
    error.item(0).unwrap_or(error)
}
