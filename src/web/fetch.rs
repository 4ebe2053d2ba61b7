//! Translates requests of the core for `fetch`, and heads of responses for the core.

use gloo_net::http::Headers;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{RequestCredentials, RequestInit, RequestRedirect};

use super::failure::Failure;
use super::options::Env;
use super::sys;
use crate::chat::{Code, Error, Result};
use crate::http::{self, Head, Method, Request, WANTED_HEADERS, url};
use crate::options::KEY_OF_FUNCTION;
use crate::text::{cut, filled, join, parse_number};

/// Characters that a string may have in V8, whose limit is the smallest. No text has more characters than bytes in UTF-8.
const LONGEST_STRING: usize = (1 << 29) - 24;

/// The address and the init for `fetch`. Not a `Request`: a caller's `fetch` may be another library's, which would not
/// know the class. `key`: takes the place of [`KEY_OF_FUNCTION`].
///
/// # Errors
/// [`Code::Protocol`]: a header, such as the nonce, holds a character that no header may. [`Code::TooLarge`]: the body is
/// longer than a string may be.
pub fn build(env: &Env, request: &Request, key: &str) -> Result<(String, RequestInit)> {
    let headers = Headers::new();
    for (name, value) in &env.headers {
        headers.set(name, value);
    }
    // The protocol's own headers come last: the caller cannot change the nonce and the content type.
    for (name, value) in &request.headers {
        let with_key = value.strip_suffix(KEY_OF_FUNCTION).map(|prefix| join(&[prefix, key]));
        let value = with_key.as_ref().unwrap_or(value);
        // gloo's `set` would panic on such a value, and a site may hand out anything as its nonce.
        if !http::is_header_value(value) {
            let message = filled("header '$': the nonce or key holds a character that no header may", &[name]);
            return Err(Error::new(Code::Protocol, message));
        }
        headers.set(name, value);
    }
    // The core decides about redirects (rule 8), which it can only do where it sees them. A page does not see them, so
    // there `fetch` follows by itself if neither a secret nor a message is at stake, and not otherwise.
    let is_page = !env.page.is_empty();
    let follows = request.shared && request.method == Method::Get && is_page;
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers.into_raw());
    init.set_redirect(if follows { RequestRedirect::Follow } else { RequestRedirect::Manual });
    // Only browsers have credentials, and workerd refuses the option. In a browser, a WordPress login cookie would
    // invalidate a guest's nonce.
    if is_page {
        init.set_credentials(RequestCredentials::Omit);
    }
    if let Some(body) = &request.body {
        // Nobody could catch what making the string would throw.
        if body.len() > LONGEST_STRING {
            return Err(Error::new(
                Code::TooLarge,
                "the message is too large: the request is longer than a string may be",
            ));
        }
        init.set_body(&body.into());
    }
    if let Some(bytes) = &request.bytes {
        init.set_body(&Uint8Array::from(&bytes[..]).into());
    }
    let relay = env.proxy.as_deref().unwrap_or_default();
    Ok((join(&[relay, &request.url]), init))
}

/// Whether the key of `request` is to come from the caller's function.
pub fn wants_key(request: &Request) -> bool {
    request.headers.iter().any(|(_, value)| value.ends_with(KEY_OF_FUNCTION))
}

/// The key that the caller's function gave.
///
/// # Errors
/// [`Code::Auth`]: the function failed, or gave no text that a header may hold.
pub fn read_key(given: Result<JsValue, JsValue>) -> Result<String, Failure> {
    let given = given.map_err(|cause| {
        let message = sys::error_message_of(&cause).map(|message| filled(": $", &[&message])).unwrap_or_default();
        Failure { error: Error::new(Code::Auth, filled("the function apiKey failed$", &[&message])), cause }
    })?;
    let key = given.as_string().unwrap_or_default().trim().to_owned();
    let wrong = match key.is_empty() {
        true => "the function apiKey gave no key: it must return a string, or a promise of one",
        false if http::is_header_value(&key) => return Ok(key),
        false => "the function apiKey gave a key with a character that no header may hold",
    };
    Err(Error::new(Code::Auth, wrong).into())
}

/// The failure of a `fetch` that gave no response.
pub fn no_response(env: &Env, url: &str, cause: JsValue) -> Failure {
    // A browser only says "Failed to fetch" when it hides an answer.
    let is_cross_origin =
        !env.page.is_empty() && !env.owns_fetch && url::origin(url).as_deref() != Some(env.page.as_str());
    let host = url::origin(url).unwrap_or_default();
    let what = match is_cross_origin {
        true => filled(
            "no answer from $ that this page may read: sites of other origins must allow it (CORS), or a relay is needed (proxy)",
            &[&host],
        ),
        false => filled("no answer from $", &[&host]),
    };
    let what = join(&[&what, env.info.unreachable_hint]);
    Failure::network(cause, &what)
}

/// The head of a response.
///
/// # Errors
/// The value is not like a `Response`, or it is a redirect that a page cannot follow.
pub fn read_head(env: &Env, response: &JsValue) -> Result<Head, Failure> {
    let text =
        sys::head(response, WANTED_HEADERS).map_err(|cause| Failure::network(cause, "fetch gave no Response"))?;
    let (status, mut rest) = cut(&text, b"\n");
    let status = parse_number(status, 10).unwrap_or_default() as u16;
    if status == 0 {
        let (name, setting) = (env.info.peer().name(), env.info.peer().setting());
        let parts =
            ["the ", name, " redirects, and a page cannot see where to: give the address it redirects to as ", setting];
        return Err(Error::new(Code::Service, join(&parts)).into());
    }
    let mut headers = Vec::new();
    while let Some(left) = rest.strip_prefix('\n') {
        let (line, next) = cut(left, b"\n");
        let (name, value) = cut(line, b":");
        if let Some(value) = value.strip_prefix(": ").filter(|value| !value.is_empty()) {
            headers.push((name.to_owned(), value.to_owned()));
        }
        rest = next;
    }
    Ok(Head { status, headers })
}

/// The error of a body that is neither bytes nor text.
pub fn no_bytes() -> Error {
    Error::new(Code::Protocol, "the body of the response is neither bytes nor text")
}
