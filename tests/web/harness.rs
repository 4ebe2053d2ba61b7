//! The real `ReplyDriver` under the real `Reply`, on a site that the test controls (`fetch.js`).

use js_sys::{Array, Function, Object, Promise, Reflect};
use rivulet::web::ReplyDriver;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

pub const START_SESSION: &str = include_str!("../wire/ai-engine/start-session.json");
/// Of `START_SESSION`.
pub const NONCE: &str = "f49d8b472e";
pub const RECORDED: &str = include_str!("../wire/ai-engine/stream-ascii.sse");
pub const STALE: &str = include_str!("../wire/ai-engine/nonce-wrong-stream.json");

#[wasm_bindgen(module = "/tests/web/fetch.js")]
extern "C" {
    pub type Site;
    #[wasm_bindgen(constructor)]
    fn with_session(start_session: &str) -> Site;
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Site) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn fetch(this: &Site) -> Function;
    #[wasm_bindgen(method)]
    pub fn order(this: &Site, kind: &str, answer: &Function);
    #[wasm_bindgen(method)]
    pub fn count(this: &Site, kind: &str) -> u32;
    #[wasm_bindgen(method)]
    pub fn call(this: &Site, kind: &str, at: u32) -> JsValue;
    #[wasm_bindgen(method, js_name = chat)]
    fn chat_promise(this: &Site) -> Promise;
    #[wasm_bindgen(method, js_name = called)]
    fn called_promise(this: &Site, kind: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn stream(this: &Site, headers: &JsValue) -> Function;
    #[wasm_bindgen(method, js_name = reply)]
    fn reply_with(this: &Site, driver: &JsValue, options: &Object) -> Reply;

    pub type Body;
    #[wasm_bindgen(method, getter)]
    pub fn pulls(this: &Body) -> u32;
    #[wasm_bindgen(method, getter, js_name = isCancelled)]
    pub fn is_cancelled(this: &Body) -> bool;
    #[wasm_bindgen(method, getter, js_name = isLocked)]
    pub fn is_locked(this: &Body) -> bool;
    #[wasm_bindgen(method)]
    pub fn push(this: &Body, text: &str);
    #[wasm_bindgen(method, js_name = pushRaw)]
    pub fn push_raw(this: &Body, chunk: &JsValue);
    #[wasm_bindgen(method)]
    pub fn close(this: &Body);
    #[wasm_bindgen(method)]
    pub fn fail(this: &Body, error: &JsValue);
    #[wasm_bindgen(method)]
    pub fn awaited(this: &Body, count: u32) -> Promise;

    pub fn json(status: u16, body: &str, headers: &JsValue) -> Function;
    pub fn whatever(script: &str) -> Function;
    pub fn silence() -> Function;
    pub fn deafness() -> Function;

    pub type Signal;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Signal;
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Signal) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn listeners(this: &Signal) -> u32;
    #[wasm_bindgen(method)]
    pub fn abort(this: &Signal, reason: &JsValue);

    #[derive(Clone)]
    pub type Store;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Store;
    #[wasm_bindgen(method)]
    pub fn values(this: &Store) -> String;
    #[wasm_bindgen(method)]
    pub fn poison(this: &Store, value: &str);
    #[wasm_bindgen(method, getter, js_name = ttlMs)]
    pub fn ttl_ms(this: &Store) -> f64;

    #[wasm_bindgen(js_name = isPage)]
    pub fn is_page() -> bool;
    #[wasm_bindgen(js_name = isChatError)]
    pub fn is_chat_error(value: &JsValue) -> bool;
    pub fn expected(promise: Promise) -> Promise;
    fn bounded(promise: &Promise) -> Promise;
    #[wasm_bindgen(js_name = settles)]
    fn settles_promise(promise: &Promise) -> Promise;
    #[wasm_bindgen(js_name = sleep)]
    fn sleep_promise(ms: u32) -> Promise;
    #[wasm_bindgen(js_name = replaceFetch)]
    pub fn replace_fetch(fetch: &Function) -> Function;
}

#[wasm_bindgen(module = "/src/js/reply.js")]
extern "C" {
    #[derive(Clone)]
    pub type Reply;
    #[wasm_bindgen(method)]
    pub fn next(this: &Reply) -> Promise;
    #[wasm_bindgen(method, js_name = return)]
    pub fn finish(this: &Reply) -> Promise;
    #[wasm_bindgen(method, js_name = throw)]
    pub fn throw(this: &Reply, error: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub fn text(this: &Reply) -> Promise;
    #[wasm_bindgen(method, getter)]
    pub fn events(this: &Reply) -> Reply;
    #[wasm_bindgen(method, getter)]
    pub fn usage(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = finishReason)]
    pub fn finish_reason(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub fn conversation(this: &Reply) -> JsValue;
    #[wasm_bindgen(method, catch, js_name = toReadableStream)]
    pub fn to_readable_stream(this: &Reply) -> Result<web_sys::ReadableStream, JsValue>;
    #[wasm_bindgen(method, catch, js_name = toResponse)]
    pub fn to_response(this: &Reply, init: &JsValue) -> Result<JsValue, JsValue>;
}

// The test runner copies the modules that are named here, and those import each other.
#[wasm_bindgen(module = "/src/js/event-buffer.js")]
extern "C" {
    #[wasm_bindgen(js_name = EventBuffer)]
    type _EventBuffer;
    #[wasm_bindgen(constructor, js_class = "EventBuffer")]
    fn new(config: &JsValue, most: f64) -> _EventBuffer;
}

#[wasm_bindgen(module = "/src/js/warn.js")]
extern "C" {
    #[wasm_bindgen(js_name = warnOnce)]
    fn _warn_once(message: &str);
}

#[wasm_bindgen(module = "/src/js/chunk-buffer.js")]
extern "C" {
    #[wasm_bindgen(js_name = feed)]
    fn _feed(driver: &JsValue, chunk: &JsValue);
}

#[wasm_bindgen(module = "/src/js/buffered-fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = fetchBuffered)]
    fn _whole();
}

#[wasm_bindgen(module = "/src/js/host.js")]
extern "C" {
    #[wasm_bindgen(js_name = Host)]
    type _Host;
    #[wasm_bindgen(constructor, js_class = "Host")]
    fn new(signal: &JsValue, deadlines: &JsValue, config: &JsValue) -> _Host;
}

#[wasm_bindgen(module = "/src/js/session-memory.js")]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = memory)]
    static _MEMORY: JsValue;
}

#[wasm_bindgen(module = "/src/js/abort.js")]
extern "C" {
    #[wasm_bindgen(js_name = unlisten)]
    fn _unlisten(signal: &JsValue, hear: &JsValue);
}

#[wasm_bindgen(module = "/src/js/deadline.js")]
extern "C" {
    #[wasm_bindgen(js_name = readTimeouts)]
    fn _read_timeouts(timeout: &JsValue) -> JsValue;
}

thread_local! {
    /// The protocols are added once.
    static ADDED: () = rivulet::web::parts::add_all();
    /// The one place where a `ReplyDriver` is made: `(protocol, settings, given, host, buffer) => ReplyDriver`. One for all tests, so that none leaks.
    static DRIVER: JsValue = Closure::<dyn Fn(String, String, String, JsValue, JsValue) -> Result<JsValue, JsValue>>::new(
        |protocol: String, settings: String, given: String, host: JsValue, buffer: JsValue| {
            ADDED.with(|()| {});
            ReplyDriver::new(&protocol, &settings, given.as_bytes(), host.unchecked_into(), buffer.unchecked_into()).map(JsValue::from)
        },
    )
    .into_js_value();
}

impl Site {
    pub fn new() -> Site {
        Site::with_session(START_SESSION)
    }

    pub fn reply(&self) -> Reply {
        self.reply_to(&[])
    }

    pub fn reply_to(&self, options: &[(&str, JsValue)]) -> Reply {
        DRIVER.with(|driver| self.reply_with(driver, &object(options)))
    }

    pub async fn chat(&self) -> Body {
        done(self.chat_promise()).await.unchecked_into()
    }

    /// Until the first request of a kind was sent.
    pub async fn called(&self, kind: &str) {
        done(self.called_promise(kind)).await;
    }

    /// Everything that was sent, as one text.
    pub fn sent(&self) -> String {
        let calls =
            ["session", "chat"].map(|kind| (0..self.count(kind)).map(|at| text_of(&self.call(kind, at))).collect());
        calls.map(|calls: Vec<String>| calls.join("\n")).join("\n")
    }
}

impl Body {
    /// A recorded text frame with another text.
    pub fn live(&self, text: &str) {
        self.push(&live(text));
    }

    /// The end of the recorded stream, and of the body.
    pub fn end(&self) {
        let end = RECORDED.find(r#"data: {"type":"end""#).unwrap();
        self.push(&RECORDED[end..]);
        self.close();
    }

    /// Until somebody reads for the `count`th time.
    pub async fn read(&self, count: u32) {
        done(self.awaited(count)).await;
    }
}

pub fn live(text: &str) -> String {
    format!("data: {{\"type\":\"live\",\"data\":{}}}\n\n", String::from(js_sys::JSON::stringify(&text.into()).unwrap()))
}

pub fn object(entries: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in entries {
        Reflect::set(&object, &(*key).into(), value).unwrap();
    }
    object
}

pub fn get(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap()
}

pub fn word(value: &JsValue, key: &str) -> String {
    get(value, key).as_string().unwrap_or_default()
}

pub fn text_of(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// What a promise is fulfilled with.
pub async fn done(promise: Promise) -> JsValue {
    JsFuture::from(bounded(&promise)).await.unwrap_or_else(|error| panic!("rejected: {error:?}"))
}

/// What a promise is rejected with.
pub async fn rejection(promise: Promise) -> JsValue {
    match JsFuture::from(bounded(&promise)).await {
        Ok(value) => panic!("fulfilled: {}", text_of(&value)),
        Err(error) => error,
    }
}

/// The text of an iterator's result.
pub async fn piece(next: Promise) -> String {
    let result = done(next).await;
    assert_eq!(get(&result, "done"), JsValue::FALSE, "the reply is over");
    word(&result, "value")
}

pub async fn assert_over(next: Promise) {
    let result = done(next).await;
    assert_eq!(get(&result, "done"), JsValue::TRUE, "one more piece: {}", text_of(&result));
}

/// A rejection that is a `ChatError` of this code; its message.
pub async fn chat_error(promise: Promise, code: &str) -> String {
    let error = rejection(promise).await;
    assert!(is_chat_error(&error), "no ChatError: {error:?}");
    assert_eq!(word(&error, "code"), code, "{}", word(&error, "message"));
    word(&error, "message")
}

/// After everything that can happen without time going by.
pub async fn settles(promise: &Promise) -> bool {
    done(settles_promise(promise)).await.is_truthy()
}

/// For what has to last some time; never to wait for something.
pub async fn sleep(ms: u32) {
    done(sleep_promise(ms)).await;
}

pub fn strings(values: &[&str]) -> JsValue {
    values.iter().map(|value| JsValue::from(*value)).collect::<Array>().into()
}
