//! Requests of the core as `fetch` sends them, and heads as it shows them.

use gloo_net::http::Headers;
use wasm_bindgen::prelude::*;
use web_sys::{RequestCredentials, RequestInit, RequestRedirect};

use super::failure::Failure;
use super::options::Env;
use super::sys;
use crate::error::{Code, Error, Result};
use crate::http::{self, Head, Method, Request, WANTED_HEADERS};

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
            let message = format!("header '{name}': the nonce or key holds a character that no header may");
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
    Ok((format!("{relay}{}", request.url), init))
}

/// Why there is no response.
pub fn refused(env: &Env, url: &str, cause: JsValue) -> Failure {
    // A browser says no more than "Failed to fetch" when it hides an answer.
    let is_foreign = !env.page.is_empty() && !env.owns_fetch && http::origin(url).as_deref() != Some(env.page.as_str());
    let what = match is_foreign {
        true => {
            "no answer that this page may read: sites of other origins must allow it (CORS), or a relay is needed (proxy)"
        }
        false => "no answer",
    };
    Failure::network(cause, what)
}

pub fn head(response: &JsValue) -> Result<Head, Failure> {
    let told =
        sys::head(response, WANTED_HEADERS).map_err(|cause| Failure::network(cause, "fetch gave no Response"))?;
    let mut lines = told.split('\n');
    let status = lines.next().and_then(|status| status.parse().ok()).unwrap_or(0);
    if status == 0 {
        let message = "the site redirects, and a page cannot see where to: give the address it redirects to as url";
        return Err(Error::new(Code::Service, message).into());
    }
    let mut headers = Vec::new();
    for line in lines {
        let (name, value) = line.split_at(line.find(':').unwrap_or(line.len()));
        if value.len() > 2 {
            headers.push((name.to_owned(), value[2..].to_owned()));
        }
    }
    Ok(Head { status, headers })
}

pub fn no_bytes() -> Error {
    Error::new(Code::Protocol, "the body of the response is neither bytes nor text")
}
