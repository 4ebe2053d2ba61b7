//! Nonces: the tokens by which a WordPress site recognises requests from its own pages. They are valid for 12 to 24
//! hours, so a stored one may be refused; then it is renewed once.

use crate::chat::{Code, Error, REDACTED, Result, error_text};
use crate::exchange::{EventQueue, Operation};
use crate::http::Response;
use crate::json::Value;
use crate::text::join;

/// Where a nonce that the site refused came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From an earlier call or from the settings. It may be too old.
    Earlier,
    /// Fetched by this call. Another one would be refused, too.
    ThisCall,
}

/// What follows when the site refused the nonce: the stored session is dropped, and `renew` fetches a new nonce, but
/// only once.
///
/// # Errors
/// `error`, where this call had already fetched the nonce.
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

/// The error of a site that refuses the nonce with this text.
pub fn refused_error(text: &str) -> Error {
    Error::new(Code::Nonce, join(&["the site refused the nonce: ", text]))
}

/// The error of a response that should have held a nonce. `value` is its JSON.
pub fn missing_error(response: &Response, value: &Value) -> Error {
    let text = error_text::of(value).map(|text| join(&[": ", &text]));
    response.error(Code::Nonce, &join(&["No nonce found", text.as_deref().unwrap_or_default()]))
}

/// Removes everything that looks like a nonce (ten hexadecimal digits) from the excerpt of the body. Pages and
/// responses hold nonces under many names, in HTML, in JSON and in JSON inside HTML. Whatever else looks like one is no
/// loss in an excerpt.
pub fn redact_nonces(error: &mut Error) {
    error.body = error.body.take().map(|body| without_nonces(&body));
}

/// `text` with every word of ten hexadecimal digits replaced.
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
