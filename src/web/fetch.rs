//! Requests of the core as `fetch` sends them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_net::http::Headers;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{AbortController, AbortSignal, ReadableStreamDefaultReader, RequestCredentials, RequestInit, RequestRedirect};

use super::failure::Failure;
use super::options::Env;
use super::sys;
use crate::error::{Code, Error};
use crate::http::{self, Answer, Head, Request, WANTED_HEADERS};

pub struct Response {
    pub head: Head,
    raw: JsValue,
}

pub async fn send(env: &Env, request: &Request) -> Result<Response, Failure> {
    env.deadlines.sending();
    let response = send_with(env, request, &env.signal).await;
    env.deadlines.head();
    response
}

impl Response {
    /// `None`: a response without body.
    pub fn reader(&self) -> Result<Option<ReadableStreamDefaultReader>, Failure> {
        sys::body_reader(&self.raw).map_err(|cause| Failure::network(cause, "the response has no body that can be read"))
    }
}

/// The next chunk; `None` at the end.
pub async fn read(reader: &ReadableStreamDefaultReader, signal: &AbortSignal) -> Result<Option<Vec<u8>>, Failure> {
    let read = JsFuture::from(sys::race(&reader.read().into(), signal)).await.map_err(|cause| broken(cause, signal))?;
    let get = |key: &str| Reflect::get(&read, &key.into()).unwrap_or_default();
    if get("done").is_truthy() {
        return Ok(None);
    }
    let value = get("value");
    match value.as_string() {
        Some(text) => Ok(Some(text.into_bytes())),
        None => Ok(Some(Uint8Array::new(&value).to_vec())),
    }
}

/// Why a body broke off.
pub fn broken(cause: JsValue, signal: &AbortSignal) -> Failure {
    match signal.aborted() {
        true => Failure::Aborted(signal.reason()),
        false => Failure::network(cause, "the connection broke"),
    }
}

async fn send_with(env: &Env, request: &Request, signal: &AbortSignal) -> Result<Response, Failure> {
    let (url, init) = build(env, request, signal);
    let sent = sys::send(&url, &init, env.fetch.as_ref());
    let raw = JsFuture::from(sys::race(&sent, signal)).await.map_err(|cause| match signal.aborted() {
        true => Failure::Aborted(signal.reason()),
        // A browser says no more than "Failed to fetch" when it hides an answer.
        false if is_foreign(env, &request.url) => Failure::network(
            cause,
            "no answer that this page may read: sites of other origins must allow it (CORS), or a relay is needed (proxy)",
        ),
        false => Failure::network(cause, "no answer"),
    })?;
    let head = read_head(&raw).map_err(|cause| Failure::network(cause, "fetch gave no Response"))?;
    if head.status == 0 {
        let message = "the site redirects, and a page cannot see where to: give the address it redirects to as url";
        return Err(Error::new(Code::Service, message).into());
    }
    Ok(Response { head, raw })
}

fn is_foreign(env: &Env, url: &str) -> bool {
    !env.page.is_empty() && env.fetch.is_none() && http::origin(url).as_deref() != Some(env.page.as_str())
}

/// Address and init, not a `Request`: a caller's `fetch` may be of another library, which would not know our class.
fn build(env: &Env, request: &Request, signal: &AbortSignal) -> (String, RequestInit) {
    let url = match &env.proxy {
        Some(relay) => format!("{relay}{}", request.url),
        None => request.url.clone(),
    };
    let headers = Headers::new();
    // The protocol's own headers come last: nonce and content type are not the caller's to change.
    let own = request.headers.iter().map(|(name, value)| (*name, value));
    let callers = env.headers.iter().map(|(name, value)| (name.as_str(), value));
    callers.chain(own).for_each(|(name, value)| headers.set(name, value));
    // What a redirect may do is the core's decision (rule 8), which it can only take where it sees redirects. A page does
    // not; it follows by itself where no secret and no message is at stake, and nowhere else.
    let follows = request.shared && request.method == http::Method::Get && !env.page.is_empty();
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    init.set_headers(&headers.into_raw());
    init.set_signal(Some(signal));
    init.set_redirect(if follows { RequestRedirect::Follow } else { RequestRedirect::Manual });
    // Elsewhere there are none, and workerd refuses the word. A WordPress login cookie would spoil a guest's nonce.
    if !env.page.is_empty() {
        init.set_credentials(RequestCredentials::Omit);
    }
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    (url, init)
}

fn read_head(raw: &JsValue) -> Result<Head, JsValue> {
    let names: Array = WANTED_HEADERS.iter().map(|name| JsValue::from(*name)).collect();
    let told = sys::head(raw, names)?;
    let hidden = told.get(1).as_string().as_deref() == Some("opaqueredirect");
    let status = if hidden { 0.0 } else { told.get(0).as_f64().unwrap_or(0.0) };
    let headers = WANTED_HEADERS
        .iter()
        .enumerate()
        .filter_map(|(index, name)| Some(((*name).to_owned(), told.get(index as u32 + 2).as_string()?)))
        .collect();
    Ok(Head { status: status as u16, headers })
}

/// A request that several replies wait for.
struct Flight {
    key: String,
    fetch: Option<Function>,
    answer: RefCell<Option<Result<Answer, Failure>>>,
    done: RefCell<Option<Promise>>,
    waiters: Cell<u32>,
    controller: AbortController,
}

thread_local! {
    static FLIGHTS: RefCell<Vec<Rc<Flight>>> = const { RefCell::new(Vec::new()) };
}

/// An answer that is the same for every caller, asked for once by all replies that want it at the same time. The last one
/// that gives up stops the request.
pub async fn ask_shared(env: &Rc<Env>, request: Request, limit: usize) -> Result<Answer, Failure> {
    // Under workerd a promise of one request must not be awaited by another; and who has headers of his own may get
    // another answer.
    if sys::is_workerd() || !env.headers.is_empty() {
        env.deadlines.sending();
        let answer = fetch_whole(env, &request, &env.signal, limit).await;
        env.deadlines.head();
        return answer;
    }
    let (flight, done) = join_flight(env, request, limit)?;
    let _seat = Seat::new(flight.clone());
    env.deadlines.sending();
    let landed = JsFuture::from(sys::race(&done, &env.signal)).await;
    env.deadlines.head();
    landed.map_err(|_| Failure::Aborted(env.signal.reason()))?;
    let answer = flight.answer.borrow();
    answer.clone().unwrap_or_else(|| Err(Error::new(Code::Network, "no answer").retryable().into()))
}

fn join_flight(env: &Rc<Env>, request: Request, limit: usize) -> Result<(Rc<Flight>, Promise), Failure> {
    let proxy = env.proxy.as_deref().unwrap_or_default();
    let body = request.body.as_deref().unwrap_or_default();
    let key = format!("{} {proxy} {} {body}", request.method.as_str(), request.url);
    let same = |flight: &&Rc<Flight>| flight.key == key && flight.fetch == env.fetch;
    let under_way = FLIGHTS.with_borrow(|flights| flights.iter().find(same).cloned());
    if let Some(flight) = under_way {
        let done = flight.done.borrow().clone();
        if let Some(done) = done {
            return Ok((flight, done));
        }
    }
    let controller =
        AbortController::new().map_err(|cause| Failure::network(cause, "this runtime has no AbortController"))?;
    let flight = Rc::new(Flight {
        key,
        fetch: env.fetch.clone(),
        answer: RefCell::new(None),
        done: RefCell::new(None),
        waiters: Cell::new(0),
        controller,
    });
    FLIGHTS.with_borrow_mut(|flights| flights.push(flight.clone()));
    let (pilot, env) = (flight.clone(), env.clone());
    let done = future_to_promise(async move {
        let answer = fetch_whole(&env, &request, &pilot.controller.signal(), limit).await;
        pilot.answer.replace(Some(answer));
        land(&pilot);
        Ok(JsValue::UNDEFINED)
    });
    flight.done.replace(Some(done.clone()));
    Ok((flight, done))
}

fn land(flight: &Rc<Flight>) {
    FLIGHTS.with_borrow_mut(|flights| flights.retain(|other| !Rc::ptr_eq(other, flight)));
}

struct Seat(Rc<Flight>);

impl Seat {
    fn new(flight: Rc<Flight>) -> Seat {
        flight.waiters.set(flight.waiters.get() + 1);
        Seat(flight)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Seat(flight) = self;
        flight.waiters.set(flight.waiters.get() - 1);
        if flight.waiters.get() == 0 && flight.answer.borrow().is_none() {
            land(flight);
            flight.controller.abort();
        }
    }
}

async fn fetch_whole(env: &Env, request: &Request, signal: &AbortSignal, limit: usize) -> Result<Answer, Failure> {
    let response = send_with(env, request, signal).await?;
    let mut answer = Answer { head: response.head.clone(), body: Vec::new() };
    let Some(reader) = response.reader()? else { return Ok(answer) };
    while let Some(chunk) = read(&reader, signal).await? {
        answer.body.extend_from_slice(&chunk);
        if answer.body.len() > limit {
            drop(reader.cancel().catch(&Closure::new(|_| {})));
            let message = format!("the answer is larger than maxEventBytes ({limit} bytes)");
            return Err(Error::new(Code::TooLarge, message).into());
        }
    }
    Ok(answer)
}
