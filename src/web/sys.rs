//! What the runtime and our own JavaScript offer. Values of other realms and of `fetch` functions that are not quite
//! fetch come through here, so nothing is cast with a check: `instanceof` fails across realms.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

#[wasm_bindgen(module = "/src/js/web.js")]
extern "C" {
    #[wasm_bindgen(js_name = pageOrigin)]
    pub fn page_origin() -> String;

    pub fn random() -> u32;

    /// `200`, then a line `name: value` for each of `names`, which blanks part.
    #[wasm_bindgen(catch)]
    pub fn head(response: &JsValue, names: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(catch, js_name = bodyReader)]
    pub fn body_reader(response: &JsValue) -> Result<JsValue, JsValue>;

    pub fn cancel(reader: &JsValue);

    #[wasm_bindgen(js_name = errorMessageOf)]
    pub fn error_message_of(thrown: &JsValue) -> Option<String>;

    #[wasm_bindgen(js_name = retryAfterMs)]
    pub fn retry_after_ms(value: &str) -> Option<f64>;
}

#[wasm_bindgen(module = "/src/js/error.js")]
extern "C" {
    #[wasm_bindgen(js_name = chatError)]
    #[allow(clippy::too_many_arguments)]
    pub fn chat_error(
        code: &str,
        message: &str,
        provider: Option<&str>,
        retryable: bool,
        status: Option<u16>,
        retry_after_ms: Option<f64>,
        body: Option<&str>,
        cause: &JsValue,
    ) -> JsValue;
}

/// What a piece is, in the numbers of `src/js/buffer.js`.
#[derive(Clone, Copy)]
pub enum Kind {
    Text = 0,
    Reasoning = 1,
    /// A piece of the arguments of a tool call.
    Arguments = 2,
    /// All arguments of a tool call.
    CompleteArguments = 3,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Number)]
    pub fn number(text: &str) -> JsValue;

    /// `src/js/buffer.js`. `kind`: see [`Kind`].
    pub type EventBuffer;

    #[wasm_bindgen(method)]
    pub fn piece(this: &EventBuffer, text: &str, kind: u8);

    /// A piece of up to sixteen characters, all ASCII, four in each number.
    #[wasm_bindgen(method)]
    pub fn short(this: &EventBuffer, kind: u8, length: usize, a: u32, b: u32, c: u32, d: u32);

    #[wasm_bindgen(method)]
    pub fn run(this: &EventBuffer, kind: u8, text: &str, ends: &[u32]);

    #[wasm_bindgen(method, js_name = markActivity)]
    pub fn mark_activity(this: &EventBuffer);

    #[wasm_bindgen(method)]
    pub fn bytes(this: &EventBuffer, bytes: &[u8], sequence: f64, has_content: bool);

    /// Which call of a tool the next pieces are about.
    #[wasm_bindgen(method)]
    pub fn call(this: &EventBuffer, index: usize, id: &str, name: &str);

    #[wasm_bindgen(method)]
    pub fn event(this: &EventBuffer, event: JsValue, is_content: bool);

    /// `src/js/host.js`.
    pub type Host;

    #[wasm_bindgen(method, getter, js_name = isOver)]
    pub fn is_over(this: &Host) -> bool;

    #[wasm_bindgen(method, getter, js_name = ownsFetch)]
    pub fn owns_fetch(this: &Host) -> bool;

    #[wasm_bindgen(method)]
    pub fn send(this: &Host, url: &str, init: &RequestInit) -> Promise;

    #[wasm_bindgen(method)]
    pub fn ask(this: &Host, url: &str, init: &RequestInit, limit: f64, may_share: bool) -> Promise;

    #[wasm_bindgen(method)]
    pub fn sleep(this: &Host, ms: f64) -> Promise;

    #[wasm_bindgen(method)]
    pub fn load(this: &Host, key: &str) -> Promise;

    #[wasm_bindgen(method)]
    pub fn save(this: &Host, key: &str, value: Option<&str>);

    /// A response whose body was read whole (`src/js/buffered-fetch.js`).
    pub type BufferedResponse;

    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &BufferedResponse) -> Option<Uint8Array>;
}
