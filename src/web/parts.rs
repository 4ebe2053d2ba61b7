//! The parts of the module. The build cuts the linked module into a core and several parts, each a WebAssembly module of its own
//! (`xtask/src/split.rs`), so that a program has the code of those protocols only that it uses. All parts share the memory and the table of
//! the core; JavaScript adds a part to a running instance by calling the one function that the part exports (`src/js/core.js`).
//!
//! What these functions reach, and nothing else does, becomes the part. So the core never names a protocol or the edge: it knows what was
//! added here. The names say what belongs together: code that only parts of one family need, such as `part_keyed_…`, goes into the
//! part of the family, here `part_keyed`, which is added first.

use std::cell::{Cell, RefCell};
use std::hint::black_box;

use wasm_bindgen::prelude::*;

use crate::chat::{Error, Event, Result, ToolCall};
use crate::edge::{Api, CompletionSpec, Encoder, request};
use crate::json::{self, Value};
use crate::providers::keyed::{self, errors};
use crate::providers::{Protocol, wordpress};
use crate::text::join;

/// Makes an HTTP response of the events of a reply: [`Encoder`].
pub trait Encode {
    fn text(&mut self, text: &str);
    fn reasoning(&mut self, text: &str);
    fn tool_call(&mut self, call: &ToolCall, arguments: &str, done: bool);
    fn event(&mut self, event: &Event);
    fn take(&mut self, to: &mut dyn FnMut(&[u8], u64));
    fn has_content(&self) -> bool;
    fn wants_usage(&self) -> bool;
    fn kept_bytes(&self) -> usize;
    fn broken(&mut self) -> Option<String>;
}

impl Encode for Encoder {
    fn text(&mut self, text: &str) {
        Encoder::text(self, text);
    }

    fn reasoning(&mut self, text: &str) {
        Encoder::reasoning(self, text);
    }

    fn tool_call(&mut self, call: &ToolCall, arguments: &str, done: bool) {
        Encoder::tool_call(self, call, arguments, done);
    }

    fn event(&mut self, event: &Event) {
        Encoder::event(self, event);
    }

    fn take(&mut self, to: &mut dyn FnMut(&[u8], u64)) {
        Encoder::take(self, to);
    }

    fn has_content(&self) -> bool {
        Encoder::has_content(self)
    }

    fn wants_usage(&self) -> bool {
        Encoder::wants_usage(self)
    }

    fn kept_bytes(&self) -> usize {
        Encoder::kept_bytes(self)
    }

    fn broken(&mut self) -> Option<String> {
        Encoder::broken(self)
    }
}

/// The server side.
pub struct Edge {
    /// An encoder for the answer that this describes.
    pub encoder: fn(&Value) -> Box<RefCell<dyn Encode>>,
    /// [`request::read`], as JSON text.
    pub read_request: fn(&str, &str) -> Result<String>,
    /// [`errors::is_context_length`].
    pub is_context_length: fn(&str, &str) -> bool,
}

static EDGE: Edge = Edge {
    encoder: |spec| Box::new(RefCell::new(Encoder::new(CompletionSpec::read(spec)))),
    read_request: |body, api| request::read(body, Api::named(api)).map(|wanted| wanted.to_json()),
    is_context_length: errors::is_context_length,
};

/// [`json::complete`].
type CompleteJson = fn(&str) -> Option<String>;

thread_local! {
    static PROTOCOLS: RefCell<Vec<&'static Protocol>> = const { RefCell::new(Vec::new()) };
    static ADDED_EDGE: Cell<Option<&'static Edge>> = const { Cell::new(None) };
    static ADDED_COMPLETE: Cell<Option<CompleteJson>> = const { Cell::new(None) };
}

/// The protocol whose class has this name.
///
/// # Errors
/// [`crate::chat::Code::Input`]: no part was added that has it.
pub fn find_protocol(name: &str) -> Result<&'static Protocol> {
    let found = PROTOCOLS.with_borrow(|all| all.iter().find(|protocol| protocol.info.name == name).copied());
    found.ok_or_else(|| Error::input(join(&["no protocol '", name, "'"])))
}

/// The server side.
///
/// # Errors
/// [`crate::chat::Code::Input`]: its part was not added.
pub fn edge() -> Result<&'static Edge> {
    ADDED_EDGE.get().ok_or_else(|| Error::input("the part for the edge is missing"))
}

/// [`json::complete`]. `None` also where its part was not added.
pub fn complete_json(text: &str) -> Option<String> {
    ADDED_COMPLETE.get()?(text)
}

/// The optimiser must not see what is added, or it would name it in the core.
fn add(protocol: &'static Protocol) {
    PROTOCOLS.with_borrow_mut(|all| all.push(black_box(protocol)));
}

/// What the module adds to itself in each part: `part: protocol`.
macro_rules! parts {
    ($($part:ident: $protocol:path),*) => {$(
        /// Adds the protocol.
        #[doc(hidden)]
        #[wasm_bindgen]
        pub fn $part() {
            static PROTOCOL: Protocol = $protocol;
            add(&PROTOCOL);
        }
    )*

        /// Adds all protocols, for tests, which have the module in one piece.
        #[doc(hidden)]
        pub fn add_all() {
            $($part();)*
        }
    };
}

parts! {
    part_keyed_anthropic: keyed::anthropic::PROTOCOL,
    part_keyed_cohere: keyed::cohere::PROTOCOL,
    part_keyed_gemini: keyed::gemini::PROTOCOL,
    part_keyed_ollama: keyed::ollama::PROTOCOL,
    part_keyed_openai_chat: keyed::openai_chat::PROTOCOL,
    part_keyed_openai_responses: keyed::openai_responses::PROTOCOL,
    part_keyed_workers_ai: keyed::workers_ai::PROTOCOL,
    part_wordpress_ai_engine: wordpress::ai_engine::PROTOCOL,
    part_wordpress_ai_power: wordpress::ai_power::PROTOCOL,
    part_wordpress_ai_puffer: wordpress::ai_puffer::PROTOCOL
}

/// Adds the server side.
#[doc(hidden)]
#[wasm_bindgen]
pub fn part_edge() {
    ADDED_EDGE.set(Some(black_box(&EDGE)));
}

/// Adds what only `rivulet/tools` needs.
#[doc(hidden)]
#[wasm_bindgen]
pub fn part_tools() {
    ADDED_COMPLETE.set(Some(black_box(json::complete)));
}
