//! Requests of the core as `fetch` sends them.

use gloo_net::http::Headers;
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, RequestCredentials, RequestInit, RequestRedirect};

use super::failure::Failure;
use super::options::Env;
use super::sys;
use crate::error::{Code, Error};
use crate::exchange::too_large;
use crate::http::{self, Answer, Head, Request, WANTED_HEADERS};

pub struct Response {
    pub head: Head,
    raw: JsValue,
}

pub async fn send(env: &Env, request: &Request) -> Result<Response, Failure> {
    let (url, init) = build(env, request)?;
    init.set_signal(Some(&env.signal));
    env.deadlines.sending();
    let raw = JsFuture::from(sys::race(&sys::send(&url, &init, env.fetch.as_ref()), &env.signal)).await;
    env.deadlines.head();
    let raw = raw.map_err(|cause| refused(env, request, cause))?;
    let told = sys::head(&raw, names()).map_err(|cause| Failure::network(cause, "fetch gave no Response"))?;
    Ok(Response { head: read_head(&told)?, raw })
}

impl Response {
    /// `None`: a response without body.
    pub fn reader(&self) -> Result<Option<ReadableStreamDefaultReader>, Failure> {
        sys::body_reader(&self.raw)
            .map_err(|cause| Failure::network(cause, "the response has no body that can be read"))
    }
}

/// The next chunk; `None` at the end.
pub async fn read(reader: &ReadableStreamDefaultReader, signal: &AbortSignal) -> Result<Option<Vec<u8>>, Failure> {
    let read = JsFuture::from(sys::race(&reader.read().into(), signal)).await.map_err(|cause| broken(cause, signal))?;
    let get = |key: &str| Reflect::get(&read, &key.into()).unwrap_or_default();
    if get("done").is_truthy() {
        return Ok(None);
    }
    match sys::bytes_of(&get("value")) {
        Some(bytes) => Ok(Some(bytes.to_vec())),
        None => Err(no_bytes().into()),
    }
}

fn no_bytes() -> Error {
    Error::new(Code::Protocol, "the body of the response is neither bytes nor text")
}

/// Why a body broke off.
pub fn broken(cause: JsValue, signal: &AbortSignal) -> Failure {
    match signal.aborted() {
        true => Failure::Aborted(signal.reason()),
        false => Failure::network(cause, "the connection broke"),
    }
}

/// Why there is no response.
fn refused(env: &Env, request: &Request, cause: JsValue) -> Failure {
    match env.signal.aborted() {
        true => Failure::Aborted(env.signal.reason()),
        // A browser says no more than "Failed to fetch" when it hides an answer.
        false if is_foreign(env, &request.url) => Failure::network(
            cause,
            "no answer that this page may read: sites of other origins must allow it (CORS), or a relay is needed (proxy)",
        ),
        false => Failure::network(cause, "no answer"),
    }
}

fn is_foreign(env: &Env, url: &str) -> bool {
    !env.page.is_empty() && env.fetch.is_none() && http::origin(url).as_deref() != Some(env.page.as_str())
}

/// Address and init, not a `Request`: a caller's `fetch` may be of another library, which would not know our class.
fn build(env: &Env, request: &Request) -> Result<(String, RequestInit), Error> {
    let url = match &env.proxy {
        Some(relay) => format!("{relay}{}", request.url),
        None => request.url.clone(),
    };
    let headers = Headers::new();
    // The protocol's own headers come last: nonce and content type are not the caller's to change.
    let own = request.headers.iter().map(|(name, value)| (*name, value));
    // gloo's `set` panics on these; a site may call anything a nonce.
    if let Some((name, _)) = own.clone().find(|(_, value)| !http::is_header_value(value)) {
        let message = format!("header '{name}': the nonce or key holds a character that no header may");
        return Err(Error::new(Code::Protocol, message));
    }
    let callers = env.headers.iter().map(|(name, value)| (name.as_str(), value));
    callers.chain(own).for_each(|(name, value)| headers.set(name, value));
    // What a redirect may do is the core's decision (rule 8), which it can only take where it sees redirects. A page does
    // not; it follows by itself where no secret and no message is at stake, and nowhere else.
    let follows = request.shared && request.method == http::Method::Get && !env.page.is_empty();
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers.into_raw());
    init.set_redirect(if follows { RequestRedirect::Follow } else { RequestRedirect::Manual });
    // Elsewhere there are none, and workerd refuses the word. A WordPress login cookie would spoil a guest's nonce.
    if !env.page.is_empty() {
        init.set_credentials(RequestCredentials::Omit);
    }
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    Ok((url, init))
}

fn names() -> Array {
    WANTED_HEADERS.iter().map(|name| JsValue::from(*name)).collect()
}

/// `told`: `[status, type, ...headers]`.
fn read_head(told: &Array) -> Result<Head, Failure> {
    let hidden = told.get(1).as_string().as_deref() == Some("opaqueredirect");
    let status = told.get(0).as_f64().filter(|_| !hidden).unwrap_or_default() as u16;
    if status == 0 {
        let message = "the site redirects, and a page cannot see where to: give the address it redirects to as url";
        return Err(Error::new(Code::Service, message).into());
    }
    let mut headers = Vec::new();
    for (index, name) in (2..).zip(WANTED_HEADERS) {
        if let Some(value) = told.get(index).as_string() {
            headers.push((name.to_owned(), value));
        }
    }
    Ok(Head { status, headers })
}

/// An answer that is the same for every caller; see `src/js/whole.js`.
pub async fn ask_shared(env: &Env, request: &Request, limit: usize) -> Result<Answer, Failure> {
    // Under workerd a promise of one request must not be awaited by another; and who has headers of his own may get
    // another answer.
    let is_shared = env.headers.is_empty() && !sys::is_workerd();
    let (url, init) = build(env, request)?;
    env.deadlines.sending();
    let asked = sys::ask_whole(&url, &init, env.fetch.as_ref(), names(), limit as f64, &env.signal, is_shared);
    let told = JsFuture::from(asked).await;
    env.deadlines.head();
    let told: Array = told.map_err(|cause| refused(env, request, cause))?.unchecked_into();
    // Not popped: all who wait for it get the same array.
    let Some(body) = sys::bytes_of(&told.at(-1)) else { return Err(no_bytes().into()) };
    let body = body.to_vec();
    if body.len() > limit {
        return Err(too_large(limit).into());
    }
    Ok(Answer { head: read_head(&told)?, body })
}
