//! What the runtime and our own JavaScript offer. Values of other realms and of `fetch` functions that are not quite
//! fetch come through here, so nothing is cast with a check: `instanceof` fails across realms.

use js_sys::{Array, Function, Promise, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, RequestInit};

#[wasm_bindgen(module = "/src/js/web.js")]
extern "C" {
    #[wasm_bindgen(js_name = pageOrigin)]
    pub fn page_origin() -> String;

    #[wasm_bindgen(js_name = isWorkerd)]
    pub fn is_workerd() -> bool;

    #[wasm_bindgen(js_name = randomBits)]
    pub fn random_bits() -> Uint32Array;

    pub fn race(promise: &JsValue, signal: &AbortSignal) -> Promise;

    pub fn sleep(ms: f64, signal: &AbortSignal) -> Promise;

    pub fn send(url: &str, init: &RequestInit, fetch: Option<&Function>) -> Promise;

    /// `[status, type, ...values of names]`
    #[wasm_bindgen(catch)]
    pub fn head(response: &JsValue, names: Array) -> Result<Array, JsValue>;

    #[wasm_bindgen(catch, js_name = bodyReader)]
    pub fn body_reader(response: &JsValue) -> Result<Option<ReadableStreamDefaultReader>, JsValue>;

    #[wasm_bindgen(js_name = bytesOf)]
    pub fn bytes_of(chunk: &JsValue) -> Option<Uint8Array>;

    #[wasm_bindgen(js_name = retryAfterMs)]
    pub fn retry_after_ms(value: &str) -> Option<f64>;
}

#[wasm_bindgen(module = "/src/js/whole.js")]
extern "C" {
    /// `[status, type, ...values of names, bytes]`
    #[wasm_bindgen(js_name = askWhole)]
    pub fn ask_whole(
        url: &str,
        init: &RequestInit,
        fetch: Option<&Function>,
        names: Array,
        limit: f64,
        signal: &AbortSignal,
        is_shared: bool,
    ) -> Promise;
}

#[wasm_bindgen(module = "/src/js/error.js")]
extern "C" {
    pub type ChatError;

    #[wasm_bindgen(constructor)]
    pub fn new(code: &str, message: &str, details: JsValue) -> ChatError;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    pub fn number(text: &str) -> JsValue;

    /// `src/js/inbox.js`.
    #[derive(Clone)]
    pub type Inbox;

    #[wasm_bindgen(method)]
    pub fn piece(this: &Inbox, text: &str);

    #[wasm_bindgen(method)]
    pub fn text(this: &Inbox, text: &str, ends: &[u32]);

    #[wasm_bindgen(method)]
    pub fn event(this: &Inbox, event: JsValue, is_content: bool);

    /// `src/js/deadline.js`.
    #[derive(Clone)]
    pub type Deadlines;

    #[wasm_bindgen(method)]
    pub fn sending(this: &Deadlines);

    #[wasm_bindgen(method)]
    pub fn head(this: &Deadlines);

    /// The caller's session store.
    #[derive(Clone)]
    pub type SessionStore;

    #[wasm_bindgen(method, catch)]
    pub fn get(this: &SessionStore, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn set(this: &SessionStore, key: &str, value: &str, options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub fn delete(this: &SessionStore, key: &str) -> Result<JsValue, JsValue>;

    /// The live values of a call: `{ fetch, session, signal, inbox, deadlines }`.
    pub type Hooks;

    #[wasm_bindgen(method, getter)]
    pub fn fetch(this: &Hooks) -> Option<Function>;

    #[wasm_bindgen(method, getter)]
    pub fn session(this: &Hooks) -> Option<SessionStore>;

    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Hooks) -> AbortSignal;

    #[wasm_bindgen(method, getter)]
    pub fn inbox(this: &Hooks) -> Inbox;

    #[wasm_bindgen(method, getter)]
    pub fn deadlines(this: &Hooks) -> Deadlines;
}
