//! rivulet is a sans-I/O core: it turns a chat reply of any site or service into a stream of text, and sends nothing
//! itself.
//!
//! This page is the architecture. The diagram has every layer once. A request passes through it from the bottom to the
//! top and the bytes of its response come back down. **A module imports only from its own layer and from those above
//! it.** `tests/layers.rs` reads the layers from this diagram and holds every `use` to that rule.
//!
//! ```text
//! frame                crates/frame: bytes -> frames -> runs of text, compiled for speed; all else is compiled for size
//! text                 small functions on text
//! json                 values, a reader that takes what JSON.parse takes, the place of a string in a text for the scanner
//! chat                 what a conversation consists of: messages, events, token counts, reasons of the end, errors
//! http                 requests and responses as plain data; URLs and forms
//! exchange             the one state machine: poll() -> Send | Read | Event | Over, feed(Head | Chunk | End); around it the
//!                      operations of a protocol, the queue of its events, the decoder of frames, the filter of its text
//! options              what a caller gives, checked: settings, presets, the options of one request, messages of other libraries
//! providers/keyed      services you have an API key for, a protocol in one file, and what these protocols share
//! providers/wordpress  WordPress sites with a chatbot, a protocol in one file or folder, and nonces, pages, patterns
//! edge                 the server side: requests of OpenAI's API as options, events of a reply as its responses
//! web                  all Rust that knows JavaScript, for wasm32 only: fetch, streams, sessions, the one random source
//! js                   src/js: the JavaScript around it: Provider, Reply, clocks, and the read loop
//! ```
//!
//! Providers never import each other, and neither do `keyed` and `wordpress`; the same test holds that. The JavaScript
//! crates are dependencies of wasm32 alone, so a native `cargo test` fails to compile where the core would need one of
//! them. The core has no I/O, no clock and no random source.
//!
//! ## One reply
//!
//! `provider.createAsyncGenerator(options)` makes a lazy `Reply` (`js`). When it is read, `web` checks what the caller
//! gave ([`options::ChatRequest`]) and lets the protocol open its first [`exchange::Operation`]: "send this request;
//! this is how its response is read". The [`exchange::Exchange`] asks for each request, takes the bytes that come back,
//! and hands out [`chat::Event`]s. Most bytes of a long reply never become a JSON value: [`frame::Template`] recognises
//! frames that differ only in their text.
//!
//! ## The invariant
//!
//! An [`exchange::Exchange`] gives the same events and the same end for the same bytes, however the network cuts them.
//! The conformance suite (`tests/conformance.rs`) holds every provider to it, on every recorded exchange.
//!
//! ## Parts
//!
//! A program has the code of those protocols only that it uses. The core names no protocol and not the edge: `src/web/parts.rs` adds them,
//! each by a function of its own, and the build cuts what only that function reaches into a WebAssembly module of its own, which
//! shares the memory and the table of the core (`xtask/src/split.rs`). So a protocol costs nothing where it is not used, and a
//! function that names one from outside would bring it into the core: `npm run size` shows that.
//!
//! ## Adding a provider
//!
//! Write one file with a `PROTOCOL` in `providers/keyed/` or `providers/wordpress/`, one line in
//! [`providers::REGISTRY`], and recordings in `tests/wire/`. `docs/adding-a-provider.md` shows it for a service with a
//! key.

pub mod chat;
pub mod edge;
pub mod exchange;
pub mod http;
pub mod json;
pub mod options;
pub mod providers;
pub mod text;

#[cfg(target_arch = "wasm32")]
pub mod web;

pub use rivulet_frame as frame;
