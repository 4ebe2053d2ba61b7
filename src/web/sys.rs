//! What the runtime and our own JavaScript modules offer. Values may come from other realms, or from `fetch` functions
//! that are not quite like `fetch`, so no cast is checked: `instanceof` fails across realms.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

#[wasm_bindgen(module = "/src/js/web.js")]
extern "C" {
    /// The origin of the page that this runs in. Empty outside of browsers.
    #[wasm_bindgen(js_name = pageOrigin)]
    pub fn page_origin() -> String;

    /// 32 random bits.
    pub fn random() -> u32;

    /// A reply was freed. `pages`: what the memory of the module has.
    #[wasm_bindgen(js_name = replyClosed)]
    pub fn reply_closed(pages: usize);

    /// The head of a response as lines: the status, then `name: value` for each of `names` (separated by blanks) that
    /// it has. The status 0 is a redirect that a page cannot follow.
    ///
    /// # Errors
    /// The value is not like a `Response`.
    #[wasm_bindgen(catch)]
    pub fn head(response: &JsValue, names: &str) -> Result<String, JsValue>;

    /// The reader of the body. `undefined`: there is no body.
    ///
    /// # Errors
    /// The body cannot be read.
    #[wasm_bindgen(catch, js_name = bodyReader)]
    pub fn body_reader(response: &JsValue) -> Result<JsValue, JsValue>;

    /// Cancels a body. Its errors are ignored.
    pub fn cancel(reader: &JsValue);

    /// The message of what was thrown, if it has one.
    #[wasm_bindgen(js_name = errorMessageOf)]
    pub fn error_message_of(thrown: &JsValue) -> Option<String>;

    /// The time in `Retry-After`, a date or seconds, in milliseconds from now.
    #[wasm_bindgen(js_name = retryAfterMs)]
    pub fn retry_after_ms(value: &str) -> Option<f64>;
}

#[wasm_bindgen(module = "/src/js/error.js")]
extern "C" {
    /// What a service calls an error and its request, for [`chat_error`].
    #[wasm_bindgen(js_name = serviceNames)]
    pub fn names(
        kind: Option<&str>,
        param: Option<&str>,
        service_code: Option<&str>,
        request_id: Option<&str>,
    ) -> JsValue;

    /// Makes a `ChatError`. `of_service`: what [`names`] gave.
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
        of_service: &JsValue,
    ) -> JsValue;
}

/// What a piece is, in the numbers of `src/js/event-buffer.js`.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Text of the reply.
    Text = 0,
    /// Reasoning of the model.
    Reasoning = 1,
    /// A piece of the arguments of a tool call.
    Arguments = 2,
    /// All arguments of a tool call.
    CompleteArguments = 3,
    /// No piece: the reasoning from here on is another part.
    ReasoningPart = 4,
}

#[wasm_bindgen]
extern "C" {
    /// JavaScript's number for a number in JSON.
    #[wasm_bindgen(js_name = Number)]
    pub fn number(text: &str) -> JsValue;

    /// The events that wait for the caller (`src/js/event-buffer.js`). `kind`: see [`Kind`].
    pub type EventBuffer;

    /// A single piece.
    #[wasm_bindgen(method)]
    pub fn piece(this: &EventBuffer, text: &str, kind: u8);

    /// A piece of up to sixteen ASCII characters, four in each number.
    #[wasm_bindgen(method)]
    pub fn short(this: &EventBuffer, kind: u8, length: usize, a: u32, b: u32, c: u32, d: u32);

    /// Several pieces as one text. `ends`: the end of each piece in UTF-16 code units.
    #[wasm_bindgen(method)]
    pub fn run(this: &EventBuffer, kind: u8, text: &str, ends: &[u32]);

    /// Something came, of which no piece or event follows yet: the time limit between pieces starts again.
    #[wasm_bindgen(method, js_name = markActivity)]
    pub fn mark_activity(this: &EventBuffer);

    /// Bytes of an HTTP response. `sequence`: the number of the next event. `has_content`: whether they hold more than
    /// what every answer begins with.
    #[wasm_bindgen(method)]
    pub fn bytes(this: &EventBuffer, bytes: &[u8], sequence: f64, has_content: bool);

    /// Says which tool call the next pieces are about.
    #[wasm_bindgen(method)]
    pub fn call(this: &EventBuffer, index: usize, id: &str, name: &str);

    /// Text or reasoning (see [`Kind`]) for `reply.message`.
    #[wasm_bindgen(method)]
    pub fn keep(this: &EventBuffer, kind: u8, text: &[u8]);

    /// Members of `reply.message` beside its text, its reasoning and its calls.
    #[wasm_bindgen(method)]
    pub fn members(this: &EventBuffer, members: JsValue);

    /// Any other event. `is_content`: whether it is a part of the answer.
    #[wasm_bindgen(method)]
    pub fn event(this: &EventBuffer, event: JsValue, is_content: bool);

    /// What the reply offers: its `fetch`, its clock and its session store (`src/js/host.js`).
    pub type Host;

    /// Whether the reply has ended, for example because it was aborted.
    #[wasm_bindgen(method, getter, js_name = isOver)]
    pub fn is_over(this: &Host) -> bool;

    /// A long text of the options, which is given once.
    #[wasm_bindgen(method)]
    pub fn text(this: &Host, index: usize) -> String;

    /// Whether the caller gave a `fetch`.
    #[wasm_bindgen(method, getter, js_name = ownsFetch)]
    pub fn owns_fetch(this: &Host) -> bool;

    /// Resolves to the key that the caller's function gives.
    #[wasm_bindgen(method, js_name = apiKey)]
    pub fn api_key(this: &Host) -> Promise;

    /// Sends a request. Resolves to its `Response`.
    #[wasm_bindgen(method)]
    pub fn send(this: &Host, url: &str, init: &RequestInit) -> Promise;

    /// Sends a request and reads its response of at most `limit` bytes. Resolves to a [`BufferedResponse`], which
    /// concurrent replies share if `may_share`.
    #[wasm_bindgen(method)]
    pub fn ask(this: &Host, url: &str, init: &RequestInit, limit: f64, may_share: bool) -> Promise;

    /// How long a pause before another try may be, in milliseconds.
    #[wasm_bindgen(method, getter, js_name = msLeft)]
    pub fn ms_left(this: &Host) -> f64;

    /// Resolves to what the session store has at `key`.
    #[wasm_bindgen(method)]
    pub fn load(this: &Host, key: &str) -> Promise;

    /// Puts `value` into the session store, or removes what is there.
    #[wasm_bindgen(method)]
    pub fn save(this: &Host, key: &str, value: Option<&str>);

    /// A response whose body was read completely (`src/js/buffered-fetch.js`).
    pub type BufferedResponse;

    /// The body. `None`: it was neither bytes nor text.
    #[wasm_bindgen(method, getter)]
    pub fn bytes(this: &BufferedResponse) -> Option<Uint8Array>;
}
