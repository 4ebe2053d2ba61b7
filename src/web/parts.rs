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
}

static EDGE: Edge = Edge { encoder: |spec| Box::new(RefCell::new(Encoder::new(CompletionSpec::read(spec)))) };

/// A function of a part that JavaScript calls by its name, of two texts, of which it may need only one. One export serves all of
/// them, as each of its own would weigh something for those who go without the part.
type Function = (&'static str, fn(&str, &str) -> Result<Option<String>>);

static EDGE_FUNCTIONS: [Function; 3] = [
    ("readRequest", |body, api| request::read(body, Api::named(api)).map(|wanted| Some(wanted.to_json()))),
    ("emptyAnswer", |spec, _| {
        let spec = super::options::read_value(spec.as_bytes())?;
        Ok((EDGE.encoder)(&spec).borrow_mut().broken())
    }),
    // Any text is yes.
    ("isContextLength", |names, message| Ok(errors::is_context_length(names, message).then(String::new))),
];

static TOOLS_FUNCTIONS: [Function; 1] = [("completeJson", |text, _| Ok(json::complete(text)))];

thread_local! {
    static PROTOCOLS: RefCell<Vec<&'static Protocol>> = const { RefCell::new(Vec::new()) };
    static ADDED_EDGE: Cell<Option<&'static Edge>> = const { Cell::new(None) };
    static FUNCTIONS: RefCell<Vec<&'static Function>> = const { RefCell::new(Vec::new()) };
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

/// Calls the function of this name, with what it takes.
///
/// # Errors
/// [`crate::chat::Code::Input`]: its part was not added, or what the function itself refuses.
pub fn call(name: &str, first: &str, second: &str) -> Result<Option<String>> {
    let found = FUNCTIONS.with_borrow(|all| all.iter().find(|(known, _)| *known == name).copied());
    let (_, function) = found.ok_or_else(|| Error::input("a part of the module is missing"))?;
    function(first, second)
}

/// The optimiser must not see what is added, or it would name it in the core.
fn add(protocol: &'static Protocol) {
    PROTOCOLS.with_borrow_mut(|all| all.push(black_box(protocol)));
}

/// As [`add`].
fn add_functions(functions: &'static [Function]) {
    FUNCTIONS.with_borrow_mut(|all| all.extend(black_box(functions)));
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
    add_functions(&EDGE_FUNCTIONS);
}

/// Adds what only `rivulet/tools` needs.
#[doc(hidden)]
#[wasm_bindgen]
pub fn part_tools() {
    add_functions(&TOOLS_FUNCTIONS);
}
