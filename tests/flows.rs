//! Replies that take several requests: nonces fetched and renewed, pages read, conversations carried on.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "flows/anthropic.rs"]
mod anthropic;
#[path = "flows/compatible.rs"]
mod compatible;
#[path = "flows/embeddings.rs"]
mod embeddings;
#[path = "flows/engine.rs"]
mod engine;
#[path = "flows/engine_pages.rs"]
mod engine_pages;
#[path = "flows/finish.rs"]
mod finish;
#[path = "flows/gemini.rs"]
mod gemini;
#[path = "flows/images.rs"]
mod images;
#[path = "flows/message.rs"]
mod message;
#[path = "flows/nonces.rs"]
mod nonces;
#[path = "flows/notes.rs"]
mod notes;
#[path = "flows/ollama.rs"]
mod ollama;
#[path = "flows/openai.rs"]
mod openai;
#[path = "flows/power.rs"]
mod power;
#[path = "flows/puffer.rs"]
mod puffer;
#[path = "flows/responses.rs"]
mod responses;
#[path = "flows/secrets.rs"]
mod secrets;
#[path = "flows/sites.rs"]
mod sites;
mod support;
#[path = "flows/workers_ai.rs"]
mod workers_ai;
