//! The web side, in Node and in a browser: `ReplyDriver` and `Reply` against a `fetch` that the test controls. Without
//! `wasm_bindgen_test_configure!`, so that one file runs in both.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "web/abort.rs"]
mod abort;
#[path = "web/harness.rs"]
mod harness;
#[path = "web/iterator.rs"]
mod iterator;
#[path = "web/leaks.rs"]
mod leaks;
#[path = "web/odd_fetch.rs"]
mod odd_fetch;
#[path = "web/requests.rs"]
mod requests;
#[path = "web/retries.rs"]
mod retries;
#[path = "web/sessions.rs"]
mod sessions;
#[path = "web/timeouts.rs"]
mod timeouts;
#[path = "web/views.rs"]
mod views;
