//! Requests of the core as `fetch` sends them, and heads as it shows them.

use gloo_net::http::Headers;
use wasm_bindgen::prelude::*;
use web_sys::{RequestCredentials, RequestInit, RequestRedirect};

use super::failure::Failure;
use super::options::Env;
use super::sys;
use crate::chat::{Code, Error, Result};
use crate::http::{self, Head, Method, Request, WANTED_HEADERS, url};
use crate::text::{cut, join, parse_number};

/// Address and init, not a `Request`: a caller's `fetch` may be of another library, which would not know our class.
pub fn build(env: &Env, request: &Request) -> Result<(String, RequestInit)> {
    let headers = Headers::new();
    for (name, value) in &env.headers {
        headers.set(name, value);
    }
    // The protocol's own come last: nonce and content type are not the caller's to change.
    for (name, value) in &request.headers {
        // gloo's `set` panics on these; a site may call anything a nonce.
        if !http::is_header_value(value) {
            let message = join(&["header '", name, "': the nonce or key holds a character that no header may"]);
            return Err(Error::new(Code::Protocol, message));
        }
        headers.set(name, value);
    }
    // What a redirect may do is the core's decision (rule 8), which it can only take where it sees redirects. A page does
    // not; it follows by itself where no secret and no message is at stake, and nowhere else.
    let is_page = !env.page.is_empty();
    let follows = request.shared && request.method == Method::Get && is_page;
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers.into_raw());
    init.set_redirect(if follows { RequestRedirect::Follow } else { RequestRedirect::Manual });
    // Elsewhere there are none, and workerd refuses the word. A WordPress login cookie would spoil a guest's nonce.
    if is_page {
        init.set_credentials(RequestCredentials::Omit);
    }
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    let relay = env.proxy.as_deref().unwrap_or_default();
    Ok((join(&[relay, &request.url]), init))
}

/// Why there is no response.
pub fn no_response(env: &Env, url: &str, cause: JsValue) -> Failure {
    // A browser says no more than "Failed to fetch" when it hides an answer.
    let is_foreign = !env.page.is_empty() && !env.owns_fetch && url::origin(url).as_deref() != Some(env.page.as_str());
    let what = match is_foreign {
        true => {
            "no answer that this page may read: sites of other origins must allow it (CORS), or a relay is needed (proxy)"
        }
        false => "no answer",
    };
    Failure::network(cause, what)
}

pub fn read_head(response: &JsValue) -> Result<Head, Failure> {
    let text =
        sys::head(response, WANTED_HEADERS).map_err(|cause| Failure::network(cause, "fetch gave no Response"))?;
    let (status, mut rest) = cut(&text, b"\n");
    let status = parse_number(status, 10).unwrap_or_default() as u16;
    if status == 0 {
        let message = "the site redirects, and a page cannot see where to: give the address it redirects to as url";
        return Err(Error::new(Code::Service, message).into());
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

pub fn no_bytes() -> Error {
    Error::new(Code::Protocol, "the body of the response is neither bytes nor text")
}
