//! What a service's error means. What it says of itself tells more than its status.

use crate::chat::error_text::{self, code_of};
use crate::chat::{Code, Error};
use crate::http::{Answer, Head};
use crate::json::Value;
use crate::text::number;

/// `code`, `type` and `status` of OpenAI, Anthropic, Google and those who are compatible with one of them, by what stands
/// in them; Cloudflare's codes are numbers. The first that fits counts.
const NAMES: [(&str, Code); 25] = [
    ("insufficient_quota", Code::PaymentRequired),
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

/// Where the name says no more than that the request is wrong.
const WORDS: [(&str, Code); 11] = [
    ("no such model", Code::ModelNotFound),
    ("^model '", Code::ModelNotFound),
    ("try pulling it first", Code::ModelNotFound),
    ("api key not valid", Code::Auth),
    ("prompt is too long", Code::Refused),
    ("maximum context", Code::Refused),
    ("exceeds the maximum number of tokens", Code::Refused),
    ("context window limit", Code::Refused),
    ("payload size exceeds", Code::TooLarge),
    ("credit balance", Code::PaymentRequired),
    ("api usage limits", Code::PaymentRequired),
];

/// `"error": null` says that there is none.
pub fn is_error(value: &Value) -> bool {
    let value = value.item(0).unwrap_or(value);
    match value.get("error") {
        Some(Value::String(words)) => !words.is_empty(),
        Some(error) => error.is_object(),
        None => value.text("object") == Some("error") || !value.list("errors").is_empty(),
    }
}

/// An error inside a 200. Gateways put the status there that they would have answered with.
pub fn told(value: &Value, data: &[u8]) -> Error {
    let code = inner(value).id("code").unwrap_or_default();
    let error = match number(code, 10) {
        Some(status @ 400..600) => {
            let head = Head { status: status as u16, headers: Vec::new() };
            Answer { head, body: data.to_vec() }.refusal()
        }
        _ => {
            let words = error_text::error_words(value);
            Error::new(Code::Service, words.as_deref().unwrap_or("the service failed"))
        }
    };
    explained(error, value)
}

pub fn explained(mut error: Error, value: &Value) -> Error {
    let body = inner(value);
    // Google says here how long to wait.
    if let Some(delay) = body.list("details").iter().find_map(|detail| detail.text("retryDelay")?.strip_suffix('s')) {
        error.retry_after = Some(delay.to_owned());
    }
    // Anthropic calls it a rate limit, but waiting does not help.
    let is_spent = body.text_at("/details/error_code").is_some_and(|code| error_text::holds(code, "spend_limit"));
    let named = ["code", "type", "status"].iter().find_map(|key| code_of(body.id(key)?, &NAMES));
    let named = if is_spent { Some(Code::PaymentRequired) } else { named };
    let Some(code) = named.or_else(|| code_of(&error_text::error_words(value)?, &WORDS)) else { return error };
    error.code = code;
    let may_heal = matches!(code, Code::RateLimited | Code::Service | Code::Timeout);
    error.retryable = may_heal && (error.retryable || error.status.is_none());
    error
}

/// Of an error object what is in it, also inside an array of one; the first of `errors`.
fn inner(value: &Value) -> &Value {
    let value = value.item(0).unwrap_or(value);
    value.known("error").or(value.list("errors").first()).unwrap_or(value)
}
