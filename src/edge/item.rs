//! The parts that an answer consists of: the items of Responses, the blocks of Messages.

use super::tools::{Tool, ToolKind};
use crate::json::{ObjectEnd, Value};

/// What a part of the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Text.
    Text,
    /// Reasoning.
    Reasoning,
    /// A call of a tool.
    Call,
    /// An image, of Responses.
    Image,
}

/// How far an item was written into a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of it.
    #[default]
    Waiting,
    /// Its beginning.
    Begun,
    /// All of it.
    Done,
    /// The answer broke off before it was whole.
    Broken,
}

/// A part of the answer.
#[derive(Debug)]
pub struct Item {
    pub kind: ItemKind,
    pub progress: Progress,
    /// The text, the reasoning or the arguments, as far as they have to be kept.
    pub text: String,
    /// Bytes of `text` that were written into a stream of Messages.
    pub written: usize,
    /// Where each part of the reasoning but the last one ends in `text`.
    pub part_ends: Vec<usize>,
    /// What the service wants back of the reasoning.
    pub details: Vec<Value>,
    /// What a text cites, in the form of the API.
    pub annotations: Vec<Value>,
    /// The position of the call among the calls.
    pub number: usize,
    pub id: String,
    /// The name of the tool, where it is the client's own name.
    pub name: String,
    /// The client's tool, where that is no plain function.
    pub tool: Option<Tool>,
    /// Google's signature of the reasoning that led to the call.
    pub signature: String,
    /// Whether a piece of the arguments came.
    pub has_pieces: bool,
    /// Whether the call is complete.
    pub is_done: bool,
    /// Finds out whether the arguments are whole.
    pub end: ObjectEnd,
}

impl Item {
    /// An item of which nothing came yet.
    #[inline(never)]
    pub fn new(kind: ItemKind) -> Item {
        Item {
            kind,
            progress: Progress::Waiting,
            text: String::new(),
            written: 0,
            part_ends: Vec::new(),
            details: Vec::new(),
            annotations: Vec::new(),
            number: 0,
            id: String::new(),
            name: String::new(),
            tool: None,
            signature: String::new(),
            has_pieces: false,
            is_done: false,
            end: ObjectEnd::default(),
        }
    }

    /// Whether more reasoning belongs to this item: what the service wants back of it, which comes last, has not come.
    pub fn takes_reasoning(&self) -> bool {
        self.kind == ItemKind::Reasoning && self.details.is_empty()
    }

    /// Whether there is nothing that a block could hold.
    pub fn is_empty(&self) -> bool {
        self.kind != ItemKind::Call && self.text.is_empty() && self.details.is_empty()
    }

    /// The part of the reasoning that came last.
    pub fn part(&self) -> &str {
        self.text.get(self.part_ends.last().copied().unwrap_or_default()..).unwrap_or_default()
    }

    /// Whether the call was cut off: its arguments begin as JSON and do not end.
    pub fn is_cut(&mut self) -> bool {
        self.kind == ItemKind::Call && self.text.starts_with('{') && !self.end.is_whole(&self.text)
    }

    /// The name of the tool as the client has it.
    pub fn name(&self) -> &str {
        self.tool.as_ref().map_or(&self.name, |tool| &tool.name)
    }

    /// The namespace of the tool. May be empty.
    pub fn namespace(&self) -> &str {
        self.tool.as_ref().map_or("", |tool| &tool.namespace)
    }

    /// What kind of tool is called.
    pub fn tool_kind(&self) -> ToolKind {
        self.tool.as_ref().map_or(ToolKind::Function, |tool| tool.kind)
    }

    /// The arguments as JSON that can stand in JSON: an object. What is no object (cut off, or not JSON) becomes
    /// `{ "arguments": text }`.
    pub fn input(&self) -> String {
        crate::providers::keyed::messages::arguments_object(&self.text)
    }

    /// The text that a custom tool gets.
    pub fn custom_input(&self) -> String {
        super::member(&self.text, "input").unwrap_or_else(|| self.text.clone())
    }
}
