//! Drives one reply, from its first request to its last chunk: this is the owner of the [`Exchange`].
//!
//! There are two ways in. `open` is async Rust: it waits for everything that comes before a body (a session, the head of a
//! response) and hands the body's reader to JavaScript. JavaScript feeds the chunks: [`ReplyDriver::feed`] is the only
//! call into wasm that a chunk costs, and there is no future on that way. JavaScript also makes the pause before another
//! try, since the clocks are there, and since the caller hears of it when it begins.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Math, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use super::failure::{Failure, requested_wait_ms, to_js};
use super::options::{self, Env, Options};
use super::sys::{self, BufferedResponse, EventBuffer, Host, Kind};
use super::{chunk_buffer, fetch, js_value, memory, parts, session};
use crate::chat::{Error, Session, ToolCall};
use crate::exchange::{Demand, Exchange, Feed, MAX_SHARED_RESPONSE, Poll, response_too_large};
use crate::http::Request;
use crate::options::{ChatRequest, Purpose};
use crate::providers::{self, Protocol};
use crate::text::{decimal, filled};

/// One reply, as `src/js/reply.js` uses it.
#[wasm_bindgen]
pub struct ReplyDriver(Rc<Inner>);

/// What `feed` and `end` return, in the numbers of `src/js/reply.js`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// The body goes on.
    More = 0,
    /// The reply is complete.
    Over = 1,
    /// `open` must be called again: another request is necessary, or a failure allows another try.
    Reopen = 2,
    /// The reply failed, and `failure` says why. This is not a `Result`, which JavaScript would get as an array, for
    /// every chunk.
    Failed = 3,
    /// The reply is complete since a stop word ended it, and the service may go on for long: the rest is not wanted.
    Cut = 4,
}

/// What `open` waits for.
enum Wait {
    /// For the stored session.
    Session,
    /// For the key of this request, which the caller's function gives.
    Key(Rc<Request>),
    /// For the response to this request.
    Response(Rc<Request>),
}

/// What `open` does next.
enum Step {
    /// Wait for the promise.
    Wait(Promise, Wait),
    /// Have JavaScript wait for so many milliseconds, and then call again.
    Pause(f64),
    /// Nothing: the reply is over.
    End,
}

/// The state of one reply. It is shared with the future of `open`.
pub(super) struct Inner {
    protocol: &'static Protocol,
    pub(super) chat: Rc<ChatRequest>,
    env: Env,
    pub(super) host: Host,
    pub(super) buffer: EventBuffer,
    /// The key of the session in the store.
    pub(super) key: String,
    pub(super) max_event_bytes: usize,
    retries_left: Cell<u32>,
    pub(super) tries: Cell<u32>,
    /// Whether text or other content was handed out. After that nothing is sent again.
    pub(super) handed_out: Cell<bool>,
    /// The tool call that the buffer knows about.
    pub(super) announced_call: RefCell<Option<Rc<ToolCall>>>,
    pub(super) session: RefCell<Session>,
    pub(super) exchange: RefCell<Option<Exchange>>,
    /// Text and reasoning that are not handed over for `reply.message` yet.
    pub(super) kept: RefCell<[Vec<u8>; 2]>,
    /// Makes an HTTP response of the events, where the edge wants that.
    pub(super) encoder: Option<Box<RefCell<dyn parts::Encode>>>,
    /// The request whose key has come, to be sent next.
    with_key: RefCell<Option<Rc<Request>>>,
    /// The key that the caller's function gave last.
    given_key: RefCell<String>,
    /// The failure that waits for `open`, which allows another try, or for `failure`.
    failure: RefCell<Option<Failure>>,
}

#[wasm_bindgen]
impl ReplyDriver {
    /// A reply that has sent nothing yet. `protocol` is the name of a class; `settings` and `given` (`{ options,
    /// purpose, whole, spec, hasTexts }`) are JSON text, the second one as bytes: a long string would be copied letter by letter.
    ///
    /// # Errors
    /// A `ChatError`: a setting or option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(
        protocol: &str,
        settings: &str,
        given: &[u8],
        host: Host,
        buffer: EventBuffer,
    ) -> Result<ReplyDriver, JsValue> {
        let protocol = parts::find_protocol(protocol).map_err(to_js)?;
        let read = options::read(protocol, settings, given, &host);
        let Options { chat, env, spec, retries, max_event_bytes } = read.map_err(to_js)?;
        let encoder = match spec {
            Some(spec) => Some((parts::edge().map_err(to_js)?.encoder)(&spec)),
            None => None,
        };
        let mut key = providers::session_key(protocol, &chat.settings);
        if !env.headers.is_empty() {
            // A caller with cookies or other headers gets a separate session.
            key.push_str(&filled("|$", &[&decimal(fingerprint(&env.headers))]));
        }
        Ok(ReplyDriver(Rc::new(Inner {
            protocol,
            chat: Rc::new(chat),
            env,
            host,
            buffer,
            key,
            max_event_bytes,
            retries_left: Cell::new(retries),
            tries: Cell::new(0),
            handed_out: Cell::new(false),
            announced_call: RefCell::default(),
            session: RefCell::default(),
            exchange: RefCell::default(),
            kept: RefCell::default(),
            encoder,
            with_key: RefCell::default(),
            given_key: RefCell::default(),
            failure: RefCell::default(),
        })))
    }

    /// Resolves to the reader of a body whose chunks are to be fed, to `undefined` when the reply is over, or to a number:
    /// milliseconds after which `open` is to be called again, for another try. The reason is then in `failure`. Rejects with
    /// a `ChatError`.
    pub fn open(&self) -> Promise {
        let inner = self.0.clone();
        future_to_promise(async move {
            let opened = inner.open().await;
            opened.map_err(|failure| inner.to_js(failure))
        })
    }

    /// Makes space for a chunk of up to `length` bytes in `memory`, and returns its address. All replies share it.
    pub fn reserve(&self, length: usize) -> usize {
        chunk_buffer::reserve(length)
    }

    /// The memory of the module.
    pub fn memory(&self) -> JsValue {
        wasm_bindgen::memory()
    }

    /// Feeds a chunk of `length` bytes, which is at the address that `reserve` gave. Returns a [`Progress`].
    pub fn feed(&self, length: usize) -> u8 {
        self.0.after_feed(|exchange| chunk_buffer::feed_chunk(exchange, length)) as u8
    }

    /// Feeds the end of the body. Returns a [`Progress`].
    pub fn end(&self) -> u8 {
        self.0.after_feed(|exchange| exchange.feed(Feed::End)) as u8
    }

    /// Reports that the body broke off with `cause`. Returns a [`Progress`].
    pub fn broken(&self, cause: JsValue) -> u8 {
        let mut failure = Failure::network(cause, "the connection broke");
        failure.error.request_id = self.0.exchange.borrow().as_ref().and_then(Exchange::request_id);
        self.0.failed(failure) as u8
    }

    /// Hands over all text that is kept for `reply.message`.
    pub fn flush(&self) {
        self.0.hand_over_kept();
    }

    /// As `flush`. Returns the token counts so far, of a reply that was given up or failed,
    /// as `reply.usage` has them. `undefined`: none came. Where an encoder makes the answer: what a client has of it
    /// ([`crate::edge::Encoder::broken`]).
    pub fn settle(&self) -> JsValue {
        if let Some(encoder) = &self.0.encoder {
            return encoder.borrow_mut().broken().map_or(JsValue::UNDEFINED, JsValue::from);
        }
        self.0.hand_over_kept();
        let usage = self.0.exchange.borrow().as_ref().and_then(Exchange::usage);
        usage.map_or(JsValue::UNDEFINED, |usage| js_value::to_js(&usage.into_json()))
    }

    /// Why the reply failed, as a `ChatError`, or `undefined`. Returns it once.
    pub fn failure(&self) -> JsValue {
        self.0.failure.take().map_or(JsValue::UNDEFINED, |failure| self.0.to_js(failure))
    }
}

/// JavaScript has to know when an instance has nothing to do. The reply may end before that, while its future still waits.
impl Drop for Inner {
    fn drop(&mut self) {
        sys::reply_closed(memory::pages());
    }
}

impl Inner {
    async fn open(&self) -> Result<JsValue, Failure> {
        loop {
            // The reply ended during the wait, and `Reply` knows why.
            if self.host.is_over() {
                return Ok(JsValue::UNDEFINED);
            }
            let (promise, wait) = match self.next_step()? {
                Step::Wait(promise, wait) => (promise, wait),
                Step::Pause(ms) => return Ok(ms.into()),
                Step::End => return Ok(JsValue::UNDEFINED),
            };
            // This is the only place that waits. The future stores what is alive here, and each such place costs code.
            let settled = JsFuture::from(promise).await;
            match self.on_settled(wait, settled) {
                Ok(None) => {}
                Ok(Some(reader)) => return Ok(reader),
                Err(failure) => _ = self.failed(failure),
            }
        }
    }

    /// What `open` does next.
    fn next_step(&self) -> Result<Step, Failure> {
        loop {
            if let Some(failure) = self.failure.take() {
                return self.begin_pause(failure).map(Step::Pause);
            }
            if let Some(request) = self.with_key.take() {
                return self.send(request);
            }
            match self.poll() {
                // Only sites have a session, so the store is not asked for services.
                None if !self.protocol.info.is_site() => _ = self.begin(None),
                None => return Ok(Step::Wait(self.host.load(&self.key), Wait::Session)),
                // Each request has the function's newest key, which may be valid for minutes only.
                Some(Poll::Send(request)) if fetch::wants_key(&request) => {
                    return Ok(Step::Wait(self.host.api_key(), Wait::Key(request)));
                }
                Some(Poll::Send(request)) => return self.send(request),
                Some(Poll::Over(Ok(()))) => return Ok(Step::End),
                Some(Poll::Over(Err(error))) => _ = self.failure.replace(Some(error.into())),
                // The response had no body, so it ends here.
                Some(_) => self.feed(Feed::End),
            }
        }
    }

    /// Sends a request.
    fn send(&self, request: Rc<Request>) -> Result<Step, Failure> {
        let (url, init) = fetch::build(&self.env, &request, &self.given_key.borrow())?;
        let promise = match request.shared {
            // A caller with own headers may get another answer, so it is not shared.
            true => self.host.ask(&url, &init, self.shared_limit() as f64, self.env.headers.is_empty()),
            false => self.host.send(&url, &init),
        };
        Ok(Step::Wait(promise, Wait::Response(request)))
    }

    /// Continues after a wait. Returns what `open` resolves to, or `None` where something else has to be waited for.
    fn on_settled(&self, wait: Wait, settled: Result<JsValue, JsValue>) -> Result<Option<JsValue>, Failure> {
        match (wait, settled) {
            (Wait::Session, stored) => {
                if !self.begin(stored.ok().and_then(|stored| stored.as_string())) {
                    return Ok(Some(JsValue::UNDEFINED));
                }
            }
            (Wait::Key(request), key) => {
                self.given_key.replace(fetch::read_key(key)?);
                self.with_key.replace(Some(request));
            }
            (Wait::Response(request), Err(cause)) => {
                let has_other = self.exchange.borrow_mut().as_mut().is_some_and(Exchange::no_response);
                if !has_other || self.host.is_over() {
                    return Err(fetch::no_response(&self.env, &request.url, cause));
                }
            }
            (Wait::Response(request), Ok(response)) => {
                let head = fetch::read_head(&self.env, &response);
                if head.is_err() {
                    _ = sys::body_reader(&response).map(|reader| sys::cancel(&reader));
                }
                self.feed(Feed::Head(head?));
                if request.shared {
                    let whole: BufferedResponse = response.unchecked_into();
                    let bytes = whole.bytes().ok_or_else(fetch::no_bytes)?;
                    if bytes.length() as usize > self.shared_limit() {
                        return Err(response_too_large(self.shared_limit()).into());
                    }
                    self.feed(Feed::Chunk(&bytes.to_vec()));
                    return Ok(None);
                }
                let no_reader = |cause| Failure::network(cause, "the response has no body that can be read");
                let reader = sys::body_reader(&response).map_err(no_reader)?;
                if self.is_reading() && !reader.is_undefined() {
                    return Ok(Some(reader));
                }
                sys::cancel(&reader);
            }
        }
        Ok(None)
    }

    /// Starts the exchange with the stored session. Returns `false` if only the nonce was wanted and it is known
    /// already.
    fn begin(&self, stored: Option<String>) -> bool {
        let known = stored.and_then(|stored| session::read(&stored, &self.chat.settings.url)).unwrap_or_default();
        let nonce = known.nonce().or(self.chat.settings.get("nonce"));
        if let Some(nonce) = nonce.filter(|_| self.chat.purpose == Purpose::Session) {
            self.buffer.piece(nonce, Kind::Text as u8);
            return false;
        }
        self.exchange.replace(Some(providers::exchange(
            self.protocol,
            self.chat.clone(),
            &known,
            self.max_event_bytes,
        )));
        self.session.replace(known);
        self.tries.set(self.tries.get() + 1);
        // Delivers the warnings about options that this provider cannot have.
        self.feed_and_deliver(|_| {});
        true
    }

    /// Feeds the exchange, and says how the reply goes on.
    fn after_feed(&self, feed: impl FnOnce(&mut Exchange)) -> Progress {
        match self.feed_and_deliver(feed) {
            Demand::Response => Progress::More,
            Demand::Request => Progress::Reopen,
            Demand::Nothing => match self.poll() {
                Some(Poll::Over(Err(error))) => self.failed(error.into()),
                _ if self.is_cut() => Progress::Cut,
                _ => Progress::Over,
            },
        }
    }

    /// Keeps the failure, and says whether there will be another try.
    fn failed(&self, failure: Failure) -> Progress {
        let progress = if self.may_try_again(&failure) { Progress::Reopen } else { Progress::Failed };
        self.failure.replace(Some(failure));
        progress
    }

    /// Whether there may be another try after this failure.
    fn may_try_again(&self, failure: &Failure) -> bool {
        failure.error.retryable && !self.handed_out.get() && self.retries_left.get() > 0
    }

    /// The pause before another try in milliseconds: `Retry-After` up to a minute, else 0.5 s, 1 s, 2 s ... 8 s, less
    /// up to a quarter (as OpenAI's clients do). The failure goes back to its place, for [`ReplyDriver::failure`].
    ///
    /// # Errors
    /// The failure itself, where there is no other try, or the pause would last longer than the reply may.
    fn begin_pause(&self, failure: Failure) -> Result<f64, Failure> {
        const LONGEST_MS: f64 = 60_000.0;
        let doublings = self.tries.get().saturating_sub(1).min(4);
        let back_off = || f64::from(500 << doublings) * (1.0 - Math::random() / 4.0);
        let pause = requested_wait_ms(&failure.error).unwrap_or_else(back_off);
        if !self.may_try_again(&failure) || pause > LONGEST_MS || pause >= self.host.ms_left() {
            return Err(failure);
        }
        self.retries_left.set(self.retries_left.get() - 1);
        self.exchange.take();
        self.failure.replace(Some(failure));
        Ok(pause)
    }

    fn feed(&self, feed: Feed<'_>) {
        self.feed_and_deliver(|exchange| exchange.feed(feed));
    }

    fn poll(&self) -> Option<Poll> {
        self.exchange.borrow_mut().as_mut().map(Exchange::poll)
    }

    fn is_reading(&self) -> bool {
        self.exchange.borrow().as_ref().is_some_and(|exchange| exchange.demand() == Demand::Response)
    }

    fn is_cut(&self) -> bool {
        self.exchange.borrow().as_ref().is_some_and(Exchange::is_cut)
    }

    /// Bytes that a shared response may have.
    fn shared_limit(&self) -> usize {
        self.max_event_bytes.max(MAX_SHARED_RESPONSE)
    }

    /// The failure as a `ChatError`, without any secret of the reply.
    fn to_js(&self, mut failure: Failure) -> JsValue {
        self.redact(&mut failure.error);
        failure.to_js(Some(&self.chat.settings.name))
    }

    /// Removes the secrets of the reply: key, nonce, and the caller's headers.
    fn redact(&self, error: &mut Error) {
        error.redact(self.chat.settings.secrets());
        error.redact(std::iter::once(self.given_key.borrow().as_str()));
        error.redact(self.session.borrow().nonce().into_iter());
        let values = self.env.headers.iter().map(|(_, value)| value.as_str());
        error.redact(values.flat_map(|value| value.split([' ', ';', '='])).filter(|word| word.len() >= 8));
    }
}

/// A hash (FNV-1a) that tells sessions apart. It does not protect the headers.
fn fingerprint(headers: &[(String, String)]) -> u64 {
    let bytes = headers.iter().flat_map(|(name, value)| name.bytes().chain([0]).chain(value.bytes()).chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
