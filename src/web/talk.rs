//! One reply, from its first request to its last chunk: the owner of the [`Exchange`].
//!
//! `open` is async Rust and may take its time: session, requests, answers that are read whole, retries. When a stream is
//! there its reader goes to JavaScript, which feeds the chunks: [`Talk::feed`] is the only call into wasm a chunk costs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Math, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::failure::{Failure, asked_to_wait, to_js};
use super::options::{self, Env, Options};
use super::sys::{self, Hooks, Inbox, SessionStore};
use super::{fetch, plain, session};
use crate::call::Call;
use crate::chat::{Event, Session};
use crate::error::Error;
use crate::exchange::{Exchange, Feed, MAX_SHARED, Poll};
use crate::http::Request;
use crate::providers::{self, Protocol};

#[wasm_bindgen]
pub struct Talk(Rc<Inner>);

/// What `feed` and `end` answer, in the numbers of `src/js/reply.js`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    More = 0,
    Over = 1,
    /// Call `open` again: the answer asks for another request, or a failure for another try.
    Reopen = 2,
    /// `failure` says why. Not a `Result`: that would be an array for JavaScript, made for every chunk.
    Failed = 3,
}

struct Inner {
    protocol: &'static Protocol,
    call: Rc<Call>,
    env: Env,
    inbox: Inbox,
    store: Option<SessionStore>,
    key: String,
    max_event_bytes: usize,
    retries_left: Cell<u32>,
    tries: Cell<u32>,
    /// Text (or other content) was handed out: from here on nothing is sent again.
    handed_out: Cell<bool>,
    session: RefCell<Session>,
    exchange: RefCell<Option<Exchange>>,
    /// Left by `feed` for `open`.
    request: RefCell<Option<Request>>,
    failure: RefCell<Option<Failure>>,
}

#[wasm_bindgen]
impl Talk {
    #[wasm_bindgen(constructor)]
    pub fn new(protocol: &str, given: &str, hooks: &Hooks) -> Result<Talk, JsValue> {
        let protocol = options::protocol(protocol).map_err(to_js)?;
        let Options { call, env, retries, max_event_bytes } = options::read(protocol, given, hooks).map_err(to_js)?;
        let mut key = call.settings.session_key(&protocol.about);
        if !env.headers.is_empty() {
            // Who comes with cookies or keys of his own has a session of his own.
            key.push_str(&format!("|{:016x}", fingerprint(&env.headers)));
        }
        Ok(Talk(Rc::new(Inner {
            protocol,
            call: Rc::new(call),
            env,
            inbox: hooks.inbox(),
            store: hooks.session(),
            key,
            max_event_bytes,
            retries_left: Cell::new(retries),
            tries: Cell::new(0),
            handed_out: Cell::new(false),
            session: RefCell::default(),
            exchange: RefCell::default(),
            request: RefCell::default(),
            failure: RefCell::default(),
        })))
    }

    /// Resolves to the reader of a stream, whose chunks are to be fed; to `undefined` when the reply is over.
    pub fn open(&self) -> Promise {
        let inner = self.0.clone();
        future_to_promise(async move {
            let opened = inner.open().await;
            opened.map_err(|failure| inner.to_js(failure))
        })
    }

    pub fn feed(&self, chunk: &[u8]) -> u8 {
        self.0.fed(Feed::Chunk(chunk)) as u8
    }

    /// The stream ended.
    pub fn end(&self) -> u8 {
        self.0.fed(Feed::End) as u8
    }

    /// Why `feed` or `end` failed.
    pub fn failure(&self) -> JsValue {
        self.0.failure.take().map_or(JsValue::UNDEFINED, |failure| self.0.to_js(failure))
    }

    /// The stream broke with `cause`. Returns if there will be another try: call `open`.
    pub fn broken(&self, cause: JsValue) -> Result<(), JsValue> {
        let failure = fetch::broken(cause, &self.0.env.signal);
        self.0.failed(failure).map(|_| ()).map_err(|failure| self.0.to_js(failure))
    }
}

impl Inner {
    async fn open(&self) -> Result<JsValue, Failure> {
        loop {
            let mut failure = self.failure.take();
            if failure.is_none() {
                match self.run().await {
                    Ok(reader) => return Ok(reader),
                    Err(error) => failure = Some(error),
                }
            }
            if let Some(failure) = failure {
                self.wait_for_another_try(failure).await?;
            }
        }
    }

    /// Until a stream is there or the reply is over.
    async fn run(&self) -> Result<JsValue, Failure> {
        if self.exchange.borrow().is_none() && !self.begin().await? {
            return Ok(JsValue::UNDEFINED);
        }
        let mut reader = None;
        loop {
            let request = self.request.take();
            match request.map_or_else(|| self.poll(), Poll::Send) {
                Poll::Event(_) => {}
                Poll::Send(request) => {
                    // The body of the answer before, if it was not read to its end.
                    discard(reader.take());
                    if request.shared {
                        let answer =
                            fetch::ask_shared(&self.env, &request, self.max_event_bytes.max(MAX_SHARED)).await?;
                        self.feed(Feed::Head(answer.head));
                        self.feed(Feed::Chunk(&answer.body));
                        self.feed(Feed::End);
                        continue;
                    }
                    let response = fetch::send(&self.env, &request).await?;
                    self.feed(Feed::Head(response.head.clone()));
                    reader = response.reader()?;
                    match &reader {
                        None => self.feed(Feed::End),
                        Some(stream) if self.is_streaming() => return Ok(stream.into()),
                        Some(_) => {}
                    }
                }
                Poll::Read => {
                    let chunk = match &reader {
                        Some(reader) => fetch::read(reader, &self.env.signal).await?,
                        None => None,
                    };
                    match chunk {
                        Some(chunk) => self.feed(Feed::Chunk(&chunk)),
                        None => {
                            reader = None;
                            self.feed(Feed::End);
                        }
                    }
                }
                Poll::Over(end) => {
                    discard(reader.take());
                    return end.map(|()| JsValue::UNDEFINED).map_err(Failure::from);
                }
            }
        }
    }

    /// `false`: only the nonce was wanted, and it is known.
    async fn begin(&self) -> Result<bool, Failure> {
        let known = session::load(self.store.as_ref(), &self.key, &self.call.settings.url, &self.env.signal).await;
        if self.env.signal.aborted() {
            return Err(Failure::Aborted(self.env.signal.reason()));
        }
        let known = known.unwrap_or_default();
        if self.call.session_only {
            let nonce = known.nonce().or(self.call.settings.get("nonce"));
            if let Some(nonce) = nonce {
                self.deliver_nonce(nonce);
                return Ok(false);
            }
        }
        let exchange = providers::exchange(self.protocol, self.call.clone(), &known, self.max_event_bytes);
        self.session.replace(known);
        self.exchange.replace(Some(exchange));
        self.tries.set(self.tries.get() + 1);
        Ok(true)
    }

    fn fed(&self, feed: Feed<'_>) -> Progress {
        self.feed(feed);
        loop {
            match self.poll() {
                Poll::Event(_) => {}
                Poll::Read => return Progress::More,
                Poll::Send(request) => {
                    self.request.replace(Some(request));
                    return Progress::Reopen;
                }
                Poll::Over(Ok(())) => return Progress::Over,
                Poll::Over(Err(error)) => {
                    return self.failed(error.into()).unwrap_or_else(|failure| {
                        self.failure.replace(Some(failure));
                        Progress::Failed
                    });
                }
            }
        }
    }

    /// Another try, or the failure back.
    fn failed(&self, failure: Failure) -> Result<Progress, Failure> {
        if !self.may_try_again(&failure) {
            return Err(failure);
        }
        self.failure.replace(Some(failure));
        Ok(Progress::Reopen)
    }

    fn may_try_again(&self, failure: &Failure) -> bool {
        let Failure::Chat { error, .. } = failure else { return false };
        error.retryable && !self.handed_out.get() && self.retries_left.get() > 0
    }

    /// `Retry-After` up to a minute, else 0.5 s, 1 s, 2 s ... 8 s, less up to a quarter (as OpenAI's clients do).
    async fn wait_for_another_try(&self, failure: Failure) -> Result<(), Failure> {
        const LONGEST_MS: f64 = 60_000.0;
        let asked = match &failure {
            Failure::Chat { error, .. } => asked_to_wait(error),
            Failure::Aborted(_) => None,
        };
        if !self.may_try_again(&failure) || asked.is_some_and(|ms| ms > LONGEST_MS) {
            return Err(failure);
        }
        self.retries_left.set(self.retries_left.get() - 1);
        let back_off = 500.0 * f64::from(1 << (self.tries.get().max(1) - 1).min(4)) * (1.0 - Math::random() / 4.0);
        let slept = JsFuture::from(sys::sleep(asked.unwrap_or(back_off), &self.env.signal)).await;
        slept.map_err(|_| Failure::Aborted(self.env.signal.reason()))?;
        self.exchange.replace(None);
        self.request.replace(None);
        Ok(())
    }

    fn feed(&self, feed: Feed<'_>) {
        if let Some(exchange) = self.exchange.borrow_mut().as_mut() {
            exchange.feed(feed);
        }
    }

    fn is_streaming(&self) -> bool {
        self.exchange.borrow().as_ref().is_some_and(Exchange::is_streaming)
    }

    /// Polls, and delivers what is an event. The exchange is not borrowed while JavaScript runs.
    fn poll(&self) -> Poll {
        let polled = self.exchange.borrow_mut().as_mut().map_or(Poll::Over(Ok(())), Exchange::poll);
        match polled {
            Poll::Event(Event::Text(pieces)) => {
                self.handed_out.set(true);
                match pieces.ends.as_slice() {
                    [_] => self.inbox.piece(&pieces.text),
                    ends => self.inbox.text(&pieces.text, ends),
                }
                if let Some(exchange) = self.exchange.borrow_mut().as_mut() {
                    exchange.recycle(pieces);
                }
                Poll::Event(Event::Session(None))
            }
            Poll::Event(event) => {
                self.deliver(&event);
                Poll::Event(event)
            }
            other => other,
        }
    }

    fn deliver(&self, event: &Event) {
        if let Event::Session(found) = event {
            session::save(self.store.as_ref(), &self.key, found.as_ref());
            self.session.replace(found.clone().unwrap_or_default());
            if let Some(nonce) = found.as_ref().and_then(Session::nonce).filter(|_| self.call.session_only) {
                self.deliver_nonce(nonce);
            }
            return;
        }
        let is_content = !matches!(event, Event::Warning(_) | Event::Status { .. });
        if is_content {
            self.handed_out.set(true);
        } else if self.tries.get() > 1 {
            return;
        }
        if let Some(event) = event.to_json() {
            self.inbox.event(plain::to_js(&event), is_content);
        }
    }

    fn deliver_nonce(&self, nonce: &str) {
        self.inbox.piece(nonce);
    }

    /// With every secret of the call taken out.
    fn to_js(&self, mut failure: Failure) -> JsValue {
        if let Failure::Chat { error, .. } = &mut failure {
            self.redact(error);
        }
        failure.into_js(&self.call.settings.name)
    }

    fn redact(&self, error: &mut Error) {
        error.redact(self.call.settings.secrets());
        error.redact(self.session.borrow().nonce().into_iter());
        let values = self.env.headers.iter().map(|(_, value)| value.as_str());
        error.redact(values.flat_map(|value| value.split([' ', ';', '='])).filter(|word| word.len() >= 8));
    }
}

fn discard(reader: Option<web_sys::ReadableStreamDefaultReader>) {
    if let Some(reader) = reader {
        // A body that cannot even be cancelled is nobody's concern any more.
        wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(reader.cancel()).await) });
    }
}

/// FNV-1a: tells sessions apart, hides nothing.
fn fingerprint(headers: &[(String, String)]) -> u64 {
    let bytes = headers.iter().flat_map(|(name, value)| name.bytes().chain([0]).chain(value.bytes()).chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
