//! Errors on their way to JavaScript.

use wasm_bindgen::prelude::*;

use super::sys;
use crate::chat::{Code, Error};
use crate::text::join;

/// Why a reply cannot go on. What the caller aborts himself needs none: `Reply` knows the reason.
pub struct Failure {
    pub error: Error,
    pub cause: JsValue,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, cause: JsValue::UNDEFINED }
    }
}

impl Failure {
    /// A `fetch` or `read` that rejected, with whatever it rejected.
    pub fn network(cause: JsValue, what: &str) -> Failure {
        let message = sys::error_message_of(&cause).map(|message| join(&[": ", &message])).unwrap_or_default();
        Failure { error: Error::new(Code::Network, join(&[what, &message])).retryable(), cause }
    }

    pub fn to_js(&self, provider: Option<&str>) -> JsValue {
        let Failure { error, cause } = self;
        let body = error.body.as_deref();
        let code = error.code.as_str();
        let wait = requested_wait_ms(error);
        sys::chat_error(code, &error.message, provider, error.retryable, error.status, wait, body, cause)
    }
}

pub fn to_js(error: Error) -> JsValue {
    Failure::from(error).to_js(None)
}

/// What the service asked to wait, in ms.
pub fn requested_wait_ms(error: &Error) -> Option<f64> {
    error.retry_after.as_deref().and_then(sys::retry_after_ms)
}
