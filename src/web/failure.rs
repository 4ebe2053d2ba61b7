//! Errors on their way to JavaScript.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use super::sys::{ChatError, retry_after_ms};
use crate::error::{Code, Error};

/// Why a reply cannot go on.
#[derive(Clone)]
pub enum Failure {
    Chat {
        error: Error,
        cause: Option<JsValue>,
    },
    /// The caller's own: `signal.reason`, handed back as it is.
    Aborted(JsValue),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Chat { error, cause: None }
    }
}

impl Failure {
    /// A `fetch` or `read` that rejected, with whatever it rejected.
    pub fn network(cause: JsValue, what: &str) -> Failure {
        let words = Reflect::get(&cause, &"message".into()).ok().and_then(|message| message.as_string());
        let words = words.or_else(|| cause.as_string()).map(|words| format!(": {words}")).unwrap_or_default();
        let error = Error::new(Code::Network, format!("{what}{words}")).retryable();
        Failure::Chat { error, cause: Some(cause) }
    }

    pub fn into_js(self, provider: &str) -> JsValue {
        match self {
            Failure::Aborted(reason) => reason,
            Failure::Chat { error, cause } => chat_error(&error, provider, cause),
        }
    }
}

pub fn to_js(error: Error) -> JsValue {
    chat_error(&error, "", None)
}

/// What the service asked to wait, in ms.
pub fn asked_to_wait(error: &Error) -> Option<f64> {
    error.retry_after.as_deref().and_then(retry_after_ms)
}

fn chat_error(error: &Error, provider: &str, cause: Option<JsValue>) -> JsValue {
    let details = Object::new();
    let set = |key: &str, value: JsValue| {
        // A fresh plain object takes every property.
        let _ = Reflect::set(&details, &key.into(), &value);
    };
    set("retryable", error.retryable.into());
    if let Some(status) = error.status {
        set("status", status.into());
    }
    if let Some(ms) = asked_to_wait(error) {
        set("retryAfterMs", ms.into());
    }
    if let Some(body) = &error.body {
        set("body", body.into());
    }
    if let Some(cause) = cause {
        set("cause", cause);
    }
    if !provider.is_empty() {
        set("provider", provider.into());
    }
    ChatError::new(error.code.as_str(), &error.message, details.into()).into()
}
