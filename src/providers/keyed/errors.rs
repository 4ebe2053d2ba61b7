//! What the error of a service means. Its own code and text say more than the HTTP status.

use crate::chat::error_text::{self, MAX_LEVELS, code_of};
use crate::chat::{Code, Error, error};
use crate::http::{Head, Response};
use crate::json::Value;
use crate::text::parse_number;

/// Parts of what a service calls an error (see [`classify`]), and what they mean: those of OpenAI, Anthropic, Google, Amazon and of
/// services that are compatible with one of them. The first entry that matches counts. Before them come [`SPENT`], and
/// numbers ([`NUMBERS`]), which must be the whole name.
const NAMES: &[(&str, Code)] = &[
    // One text is longer than the API takes, whatever the model.
    (TOO_LONG_A_TEXT, Code::Service),
    ("cmek_", Code::Service),
    ("context", Code::Refused),
    ("token_limit_exceeded", Code::Refused),
    ("string_too_long", Code::Refused),
    ("content_filter", Code::Refused),
    ("_policy", Code::Refused),
    ("^refusal", Code::Refused),
    ("model_not_found", Code::ModelNotFound),
    ("modelnotfound", Code::ModelNotFound),
    ("not_found_error", Code::ModelNotFound),
    ("^not_found", Code::ModelNotFound),
    ("^notfounderror", Code::ModelNotFound),
    ("resourcenotfound", Code::ModelNotFound),
    ("^invalid_model", Code::ModelNotFound),
    ("invalid_api_key", Code::Auth),
    ("invalidapikey", Code::Auth),
    ("authentication", Code::Auth),
    ("unauthenticated", Code::Auth),
    ("unauthorized", Code::Auth),
    ("permission", Code::Auth),
    ("accessdenied", Code::Auth),
    ("organization_on_hold", Code::Auth),
    ("rate_limit", Code::RateLimited),
    ("ramp_limit", Code::RateLimited),
    ("resource_exhausted", Code::RateLimited),
    ("too_many_requests", Code::RateLimited),
    ("toomanyrequests", Code::RateLimited),
    ("throttling", Code::RateLimited),
    ("request_too_large", Code::TooLarge),
    ("image_dimensions_too_large", Code::TooLarge),
    ("timeout", Code::Timeout),
    ("deadline_exceeded", Code::Timeout),
    ("overloaded", Code::Service),
    ("unavailable", Code::Service),
    ("server_error", Code::Service),
    ("api_error", Code::Service),
    ("conflict_error", Code::Service),
    ("modelstreamerror", Code::Service),
    ("^internal", Code::Service),
];

/// OpenAI's name for a single text that is longer than the API takes. No larger context would help.
const TOO_LONG_A_TEXT: &str = "string_above_max_length";

/// Parts of names that say that an account has nothing left: a status or another name of the same error may call it a rate limit,
/// but waiting does not help.
const SPENT: &[&str] = &[
    "insufficient_quota",
    "insufficient_balance",
    "billing",
    "spend_limit",
    "payment_required",
    "payment_method",
    "arrearage",
];

/// Parts of names after which the same call may succeed, whatever the status: Anthropic's and Amazon's.
const HEALS: &[&str] = &[
    "ramp_limit_exceeded",
    "cmek_context_unavailable",
    "cmek_key_unreachable",
    "compaction_unavailable",
    "throttlingexception",
    "modelstreamerror",
    "internalserver",
    "serviceunavailable",
];

/// Codes that are numbers, of Workers AI, Z.ai and MiniMax.
const NUMBERS: &[(&str, Code)] = &[
    ("3036", Code::PaymentRequired),
    ("3042", Code::ModelNotFound),
    ("5007", Code::ModelNotFound),
    ("1113", Code::PaymentRequired),
    ("1302", Code::RateLimited),
    ("1008", Code::PaymentRequired),
    ("2049", Code::Auth),
];

/// Parts of the text of an error, and what they mean, for errors whose name says only that the request is wrong.
const TEXTS: &[(&str, Code)] = &[
    ("insufficient balance", Code::PaymentRequired),
    ("insufficient credit", Code::PaymentRequired),
    ("all available credits", Code::PaymentRequired),
    ("api calls / month", Code::PaymentRequired),
    ("credit balance", Code::PaymentRequired),
    ("api usage limits", Code::PaymentRequired),
    ("size limit exceeded", Code::Refused),
    ("no such model", Code::ModelNotFound),
    ("^model '", Code::ModelNotFound),
    ("try pulling it first", Code::ModelNotFound),
    ("api key not valid", Code::Auth),
    ("payload size exceeds", Code::TooLarge),
];

/// Parts of what services call an error, and of its text, that say that the messages are too long for the model.
const CONTEXT_NAMES: &[&str] =
    &["context_length", "context_window", "token_limit_exceeded", "string_too_long", "exceed_context"];
const CONTEXT_TEXTS: &[&str] = &[
    "context size",
    "context length",
    "context limit",
    "context window",
    "maximum context",
    "reduce the length",
    "prompt is too long",
    "input is too long",
    "input token count",
    "exceeds the maximum number of tokens",
    "maximum input length is",
    "range of input length",
    "maximum prompt length",
    "exceeded model token limit",
    "total number of tokens in the prompt",
    "max_new_tokens",
    "current length is",
];

fn is_context_text(text: &str) -> bool {
    CONTEXT_TEXTS.iter().any(|part| error_text::holds(text, part))
}

/// Whether an error says that the messages are too long for the model. `names`: the service's code and type.
pub fn is_context_length(names: &str, text: &str) -> bool {
    !error_text::holds(names, TOO_LONG_A_TEXT)
        && (CONTEXT_NAMES.iter().any(|part| error_text::holds(names, part)) || is_context_text(text))
}

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
        None => value.says("object", "error") || !value.list("errors").is_empty(),
    }
}

/// The error that a response with status 200, or a frame of a stream, reports in its JSON. `data` is that JSON as text,
/// for the excerpt. Gateways put the status that they would have answered with into `code`.
pub fn error_in_success_body(value: &Value, data: &[u8]) -> Error {
    let levels = &levels(value)[..];
    let status = ["code", "status_code", "status"].iter().find_map(|key| {
        let number = parse_number(nearest(levels, "", key)?, 10)?;
        (400..600).contains(&number).then_some(number as u16)
    });
    let error = match status {
        Some(status) => {
            let head = Head { status, headers: Vec::new() };
            Response { head, body: data.to_vec() }.status_error()
        }
        _ => {
            let text = error_text::of(value);
            Error::new(Code::Service, text.as_deref().unwrap_or("the service failed"))
        }
    };
    classify(error, value)
}

/// `error` with the code, the service's own names, and with the time to wait, that its JSON `value` gives.
pub fn classify(mut error: Error, value: &Value) -> Error {
    let levels = &levels(value)[..];
    let [code, status_code, error_code] =
        [("", "code"), ("", "status_code"), ("/details", "error_code")].map(|(group, key)| nearest(levels, group, key));
    let service_code = code.or(error_code).or(status_code);
    // Google's word; the status of a response as a whole, further out, is none.
    let status = levels.last().and_then(|level| level.text("status"));
    let kinds = [("", "__type"), ("", "error_type"), ("/metadata", "error_type")];
    let kind = levels.iter().rev().find_map(|level| level.text("type").filter(|name| *name != "error"));
    let kind = kind.or(status).or_else(|| kinds.iter().find_map(|(group, key)| nearest(levels, group, key)));
    let location = levels.last().and_then(|level| error_text::location(level));
    let location = location.as_deref().map(|place| place.strip_prefix("body.").unwrap_or(place));
    let id = nearest(levels, "", "request_id").or(nearest(levels, "", "requestId"));
    let found = [service_code, kind, nearest(levels, "", "param").or(location), id];
    let [service_code, kind, param, id] = found.map(|name| name.and_then(error::name));
    (error.service_code, error.kind, error.param) = (service_code, kind, param);
    error.request_id = id.or(error.request_id.take());
    // Google says how long to wait in the details of the error.
    let mut details = levels.iter().flat_map(|level| level.list("details"));
    if let Some(delay) = details.find_map(|detail| detail.text("retryDelay")?.strip_suffix('s')) {
        error.retry_after = Some(delay.to_owned());
    }

    let names = [error_code, found[0], found[1], status, nearest(levels, "/metadata", "provider_code")];
    let is_named =
        |parts: &[&str]| parts.iter().any(|part| names.iter().flatten().any(|name| error_text::holds(name, part)));
    let meaning = |name: &&str| {
        let number = NUMBERS.iter().find(|(number, _)| number == name).map(|(_, code)| *code);
        number.or_else(|| code_of(name, NAMES))
    };
    let named = names.iter().flatten().find_map(meaning);
    let told = error_text::of(value)
        .and_then(|text| code_of(&text, TEXTS).or(is_context_text(&text).then_some(Code::Refused)));
    // The name may say no more than that it failed, or that it was too much.
    let is_spent = told == Some(Code::PaymentRequired) || is_named(SPENT);
    let named = if is_spent { Some(Code::PaymentRequired) } else { named };
    let Some(code) = named.or(told) else { return error };
    error.code = code;
    let may_heal = matches!(code, Code::RateLimited | Code::Service | Code::Timeout) && !is_named(&[TOO_LONG_A_TEXT]);
    error.retryable = may_heal && (error.retryable || error.status.is_none() || is_named(HEALS));
    error
}

/// The string or number at `key` of the object at `group`, where it stands nearest to the text of the error: that says most.
fn nearest<'a>(levels: &[&'a Value], group: &str, key: &str) -> Option<&'a str> {
    levels.iter().rev().find_map(|level| level.pointer(group)?.string_or_number(key))
}

/// The objects that describe the error, from the outermost: what [`error_text::of`] reads, and no deeper.
fn levels(value: &Value) -> Vec<&Value> {
    let mut levels = Vec::new();
    let mut next = Some(value);
    while let Some(value) = next.map(|value| value.item(0).unwrap_or(value)).filter(|_| levels.len() < MAX_LEVELS) {
        if value.is_object() {
            levels.push(value);
        }
        next = INNER.iter().find_map(|key| value.get(key).filter(|inner| inner.is_object() || inner.item(0).is_some()));
    }
    levels
}

/// Members that describe the error of the object that they stand in.
const INNER: [&str; 6] = ["error", "base_resp", "x_groq", "message", "detail", "errors"];
