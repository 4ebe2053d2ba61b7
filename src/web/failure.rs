//! Errors on their way to JavaScript.

use wasm_bindgen::prelude::*;

use super::sys;
use crate::chat::{Code, Error};
use crate::text::{filled, join};

/// Why a reply cannot go on. There is none where the caller aborts it: `Reply` knows that reason.
pub struct Failure {
    /// What went wrong.
    pub error: Error,
    /// The JavaScript value that was thrown, or `undefined`.
    pub cause: JsValue,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, cause: JsValue::UNDEFINED }
    }
}

impl Failure {
    /// The failure of a `fetch` or `read` that was rejected with `cause`. `what` begins the message.
    pub fn network(cause: JsValue, what: &str) -> Failure {
        let message = sys::error_message_of(&cause).map(|message| filled(": $", &[&message])).unwrap_or_default();
        Failure { error: Error::new(Code::Network, join(&[what, &message])).retryable(), cause }
    }

    /// The failure as a `ChatError`.
    pub fn to_js(&self, provider: Option<&str>) -> JsValue {
        let Failure { error, cause } = self;
        let code = error.code.as_str();
        let wait = requested_wait_ms(error);
        let [kind, param, service_code, request_id, body] =
            [&error.kind, &error.param, &error.service_code, &error.request_id, &error.body].map(Option::as_deref);
        let of_service = sys::names(kind, param, service_code, request_id);
        sys::chat_error(code, &error.message, provider, error.retryable, error.status, wait, body, cause, &of_service)
    }
}

/// An error as a `ChatError`.
pub fn to_js(error: Error) -> JsValue {
    Failure::from(error).to_js(None)
}

/// How long the service asks to wait, in milliseconds.
pub fn requested_wait_ms(error: &Error) -> Option<f64> {
    error.retry_after.as_deref().and_then(sys::retry_after_ms)
}
