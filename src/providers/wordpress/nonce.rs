//! Nonces: the tokens by which a WordPress site knows requests that come from its own pages. They live for 12 to 24 hours, so
//! a stored one may be refused; then it is renewed once.

use crate::chat::{Code, Error, REDACTED, Result, error_text};
use crate::exchange::{EventQueue, Operation};
use crate::http::Response;
use crate::json::Value;
use crate::text::join;

/// Where a nonce comes from that the site refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An earlier call or the settings: it may be too old.
    Earlier,
    /// This call fetched it: another one would fare no better.
    ThisCall,
}

/// What follows when the site refused the nonce: the stored session is dropped, and `renew` fetches a new nonce, once.
///
/// # Errors
/// `error`, where the nonce is of this call.
pub fn renew_once(
    origin: Origin,
    error: Error,
    out: &mut EventQueue,
    renew: impl FnOnce() -> Operation,
) -> Result<Operation> {
    out.forget_session();
    match origin {
        Origin::Earlier => Ok(renew()),
        Origin::ThisCall => Err(error),
    }
}

/// The error of a site that refuses the nonce, in these words.
pub fn refused_error(text: &str) -> Error {
    Error::new(Code::Nonce, join(&["the site refused the nonce: ", text]))
}

/// The error of a response that should have held a nonce. `value` is its JSON.
pub fn missing_error(response: &Response, value: &Value) -> Error {
    let text = error_text::of(value).map(|text| join(&[": ", &text]));
    response.error(Code::Nonce, &join(&["No nonce found", text.as_deref().unwrap_or_default()]))
}

/// Takes everything that looks like a nonce, ten hexadecimal digits, out of the excerpt of the body. Pages and responses hold
/// nonces under many names, in HTML, in JSON and in JSON inside HTML; whatever else looks like one is no loss in an excerpt.
pub fn redact_nonces(error: &mut Error) {
    error.body = error.body.take().map(|body| without_nonces(&body));
}

fn without_nonces(text: &str) -> String {
    let (mut out, mut rest, mut in_word) = (String::with_capacity(text.len()), text, true);
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| byte.is_ascii_alphanumeric() != in_word);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        let is_nonce = run.len() == 10 && run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        out.push_str(if is_nonce { REDACTED } else { run });
        (rest, in_word) = (after, !in_word);
    }
    out
}
