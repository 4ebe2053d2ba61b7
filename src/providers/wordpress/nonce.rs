//! Nonces: the tokens by which a WordPress site recognises requests from its own pages. They are valid for 12 to 24
//! hours, so one that a store or a page cache kept may be refused; then it is renewed once.

use crate::chat::{Code, Error, REDACTED, Result, error_text};
use crate::exchange::{EventQueue, Operation};
use crate::http::Response;
use crate::json::Value;
use crate::options::ChatRequest;
use crate::text::{cut, filled};

/// Whether this call has renewed a refused nonce already. It does so once, whatever the refused one came from: a store,
/// a setting, a page that a cache kept longer than nonces live, or the site itself a moment ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renewal {
    /// No nonce was renewed so far.
    #[default]
    Possible,
    /// A nonce was renewed. Another one would be refused, too.
    Done,
}

/// What follows when the site refused the nonce: the stored session is dropped, and `renew` fetches a new nonce, but
/// only once.
///
/// # Errors
/// `error`, where this call has renewed a nonce already.
pub fn renew_once(
    renewal: Renewal,
    error: Error,
    out: &mut EventQueue,
    renew: impl FnOnce() -> Operation,
) -> Result<Operation> {
    out.forget_session();
    match renewal {
        Renewal::Possible => Ok(renew()),
        Renewal::Done => Err(error),
    }
}

/// The address of `page` with a query that no cache has seen. A page cache keeps pages longer than their nonces live,
/// and most of them let an unknown query pass to WordPress.
pub fn uncached(page: &str, chat: &ChatRequest) -> String {
    let page = cut(page, b"#").0;
    let separator = if page.bytes().any(|byte| byte == b'?') { "&" } else { "?" };
    filled("$$$=$", &[page, separator, UNCACHED, &chat.random_id(10, 6)])
}

/// The name of the parameter that [`uncached`] adds. The relay lets it pass (`src/js/edge/routes.js`).
pub const UNCACHED: &str = "rivulet";

/// The error of a site that refuses the nonce with this text.
pub fn refused_error(text: &str) -> Error {
    Error::new(Code::Nonce, filled("the site refused the nonce: $", &[text]))
}

/// The query of the search page. The relay lets it pass for the sites that it lists (`src/js/edge/routes.js`).
pub const SEARCH: &str = "?s=rivulet";

/// `error` of a nonce that a page held, where no other page is left to read.
pub fn no_fresh_page(mut error: Error) -> Error {
    const ADVICE: &str = "; the site's pages may come from a cache that keeps them longer than nonces live: give one that \
        it does not keep (see page)";
    error.message.push_str(ADVICE);
    error
}

/// The error of a response that should have held a nonce. `value` is its JSON.
pub fn missing_error(response: &Response, value: &Value) -> Error {
    let text = error_text::of(value).map(|text| filled(": $", &[&text]));
    response.error(Code::Nonce, &filled("No nonce found$", &[text.as_deref().unwrap_or_default()]))
}

/// Whether `word` looks like a nonce: ten hexadecimal digits.
pub fn is_nonce(word: &str) -> bool {
    word.len() == 10 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
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
        out.push_str(if is_nonce(run) { REDACTED } else { run });
        (rest, in_word) = (after, !in_word);
    }
    out
}
