//! # rivulet: a chat reply as a stream of text, from any site or service
//!
//! This page is the architecture. One reply passes through these rooms, from the call to the piece of text:
//!
//! ```text
//!  js/index.js    Provider.createAsyncGenerator(options) -> Reply (js/reply.js), lazy
//!  web/options    what the caller gave becomes a Call, once (settings, call)
//!  service/*      what services with a key have in common: requests of JSON, a model's turn, what errors mean
//!  providers/*    open(Call, Session) -> Operation: "send this request; this is what its answer means"
//!  service        (chunk, errors, models, said, turn) what protocols of services with a key have in common
//!  step           what a protocol says of a request: what its answer, or the answer's frames, mean
//!  exchange       the one state machine: poll() -> Send | Read | Event | Over, feed(Head | Chunk | End)
//!  http, address  requests, heads, answers, as plain data; page: what a site's pages tell
//!  frame          bytes -> frames; and, for the frames that come by the thousand, bytes -> runs of text pieces directly. A
//!                 crate of its own, compiled for speed; sink: frames -> a protocol's decoder
//!  json, words    what the other frames say; what services mean by their errors
//!  out            what was understood, in its order (chat: Event); filter takes thoughts out of the text, and ends it
//!  edge           the same events as an answer of OpenAI's API, for an endpoint; its requests as calls
//!  web/talk       fetch and ReadableStream around the state machine; the only clock and the only random source
//! ```
//!
//! ## Who may import whom
//!
//! `frame, text <- value, error <- json, words <- chat, http <- page, filter <- out <- step <- sink, exchange`, and beside it
//! `about, presets, prompt <- settings <- call <- service <- providers/*`, which use `step`; `edge` uses `chat, value, error`. `web/*`
//! uses all of these; nothing uses `web`. Providers never import each other. It is kept by construction: the JavaScript
//! crates are dependencies of `wasm32` alone, so a native `cargo test` cannot compile a leak, and the core has no I/O, no
//! clock and no random source.
//!
//! ## The invariant
//!
//! An [`exchange::Exchange`] gives the same events and the same end for the same bytes, however they are cut. The
//! conformance suite (`tests/conformance.rs`) holds every provider to it, on every recorded exchange.
//!
//! ## Adding a protocol
//!
//! One file in `providers/` with an `open` function, one line in [`providers::REGISTRY`], recordings in `tests/wire/`;
//! `docs/adding-a-provider.md` shows it, for a service with a key.

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
