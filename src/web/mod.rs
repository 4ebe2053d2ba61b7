//! The only Rust that knows JavaScript. It is compiled for wasm32 only.
//!
//! - `sys` declares what the runtime and our own JavaScript modules offer.
//! - `options` turns the caller's values into a request.
//! - `fetch` builds requests for `fetch`.
//! - `session` checks what a store holds.
//! - `parts` knows what was added to the core: protocols, the edge, what tools need.
//! - `driver` drives one reply, and `delivery` hands over what comes.
//!
//! The iterator protocol, the clocks and the hot read loop are JavaScript (`src/js/reply.js`). A closure or timer made
//! in Rust costs an entry in a `FinalizationRegistry`, and there would be some for every reply.

mod chunk_buffer;
mod delivery;
mod driver;
mod failure;
mod fetch;
mod js_value;
mod memory;
mod options;
#[doc(hidden)]
pub mod parts;
mod session;
mod sys;

use wasm_bindgen::prelude::*;

use crate::chat::Error;
use crate::json::{Map, Value};
use crate::options::prompt::{self, PromptStyle};
use crate::options::{Settings, preset, read_messages};
use crate::providers::keyed::embeddings;
use failure::to_js;

/// One reply; public for `tests/web.rs`.
#[doc(hidden)]
pub use driver::ReplyDriver;

/// What is known of a provider: name, address, models and abilities. `protocol` is the name of a class, `given` the
/// settings as JSON text.
///
/// # Errors
/// A `ChatError` of code `input`: the settings are wrong.
#[wasm_bindgen]
pub fn describe(protocol: &str, given: &str) -> Result<JsValue, JsValue> {
    let protocol = parts::find_protocol(protocol).map_err(to_js)?;
    let given = options::read_value(given.as_bytes()).map_err(to_js)?;
    let settings = Settings::read(&protocol.info, &given).map_err(to_js)?;
    let preset = given.get("preset").and_then(|name| preset(name.as_str()?));
    let info = &protocol.info;
    let mut description = Map::new();
    for (key, text) in [
        ("name", &*settings.name),
        ("url", &settings.url),
        ("apiEndpoint", info.api_endpoint),
        ("defaultModel", &settings.default_model),
        ("embeddingModel", given.text_or_empty("embeddingModel")),
    ] {
        description.insert_str(key, text);
    }
    for (key, flag) in [
        ("working", settings.working),
        ("needsAuth", info.needs_auth),
        ("supportsStream", preset.map_or(info.supports_stream, |preset| preset.supports_stream)),
        ("supportsMessageHistory", info.supports_message_history),
        ("supportsSystemMessage", info.supports_system_message),
    ] {
        description.insert(key, flag.into());
    }
    description.insert("models", settings.models.iter().map(|model| model.as_str().into()).collect::<Vec<_>>().into());
    if let Ok((_, form)) = embeddings::form(protocol, &settings) {
        description.insert("mostTexts", (form.inputs as u64).into());
        description.insert("mostLetters", (form.letters as u64).into());
        description.insert("takesTokens", form.takes_tokens.into());
    }
    description.insert("modelAliases", settings.model_aliases.into());
    let description = description.into();
    Ok(js_value::to_js(&description))
}

/// The model that `name` stands for: see [`Settings::get_model`]. `given`: the settings as JSON text.
///
/// # Errors
/// A `ChatError`: the settings are wrong, or the provider has no such model.
#[wasm_bindgen(js_name = getModel)]
pub fn get_model_for_js(protocol: &str, given: &str, name: &str) -> Result<String, JsValue> {
    let settings = options::read_value(given.as_bytes())
        .and_then(|given| Settings::read(&parts::find_protocol(protocol)?.info, &given));
    settings.and_then(|settings| settings.get_model(name)).map_err(to_js)
}

/// Makes one text of several messages: see [`prompt::format_prompt`]. `given`: `{ messages, addSpecialTokens,
/// doContinue, includeSystem }` as JSON text.
///
/// # Errors
/// A `ChatError` of code `input`: the messages are wrong, or none has text.
#[wasm_bindgen(js_name = formatPrompt)]
pub fn format_prompt_for_js(given: &str) -> Result<String, JsValue> {
    let format = |given: Value| {
        let messages = given.get("messages").filter(|messages| !messages.is_null());
        let messages = messages.ok_or_else(|| Error::input("messages is missing"))?;
        let messages = read_messages(messages, &mut Vec::new())?;
        let flag = |key: &str, usual: bool| given.get(key).and_then(Value::as_bool).unwrap_or(usual);
        let style = PromptStyle {
            add_special_tokens: flag("addSpecialTokens", false),
            do_continue: flag("doContinue", false),
            include_system: flag("includeSystem", true),
        };
        prompt::format_prompt(&messages, style)
    };
    options::read_value(given.as_bytes()).and_then(format).map_err(to_js)
}

/// Calls a function of a part by its name: see [`parts::call`].
///
/// - `readRequest(body, api)` reads a request of one of the APIs that the edge serves ([`crate::edge::request::read`]). Returns `{ model, stream, options,
///   warnings, spec }` as JSON text. `api`: see [`crate::edge::Api::ALL`].
/// - `emptyAnswer(spec)` is what a client has of a stream that failed before anything was sent: see [`crate::edge::Encoder::broken`].
/// - `isContextLength(names, message)` says whether an error of a service means that the messages are too long for the model, by the service's
///   own names and words.
/// - `completeJson(text)` completes the beginning of a JSON text: see [`crate::json::complete`].
///
/// # Errors
/// A `ChatError` of code `input`: an argument is wrong.
#[wasm_bindgen(js_name = callPart)]
pub fn call_part(name: &str, first: &str, second: &str) -> Result<Option<String>, JsValue> {
    parts::call(name, first, second).map_err(to_js)
}

/// How many pages of 64 KiB the memory of the module has.
#[wasm_bindgen(js_name = memoryPages)]
pub fn memory_pages() -> usize {
    memory::pages()
}

#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::allocator();
