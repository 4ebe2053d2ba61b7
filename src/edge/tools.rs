//! Tools of a client that are no plain functions: those in a namespace, those that take text, and the search for tools. The model sees
//! functions, whose names are made of the client's, and the client gets its own form back.

use crate::json::{Map, Value};
use crate::providers::keyed::messages::id_digits;
use crate::text::{self, filled};

/// What kind of tool it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolKind {
    /// A function, perhaps in a namespace.
    Function,
    /// A tool that takes text and no JSON.
    Custom,
    /// The client's search for tools.
    Search,
}

/// The client's tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// What it is.
    pub kind: ToolKind,
    /// Its name. Empty for a search.
    pub name: String,
    /// The namespace that it is in. May be empty.
    pub namespace: String,
}

/// The name that the model has for a tool of the client: services take letters, digits, `_` and `-`, up to 64 of them. What a name
/// loses by that is made up for by digits that stand for the whole.
pub fn known_name(namespace: &str, name: &str) -> String {
    let whole = if namespace.is_empty() { name.to_owned() } else { filled("$__$", &[namespace, name]) };
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if whole.len() <= MAX_NAME && whole.bytes().all(is_taken) && !whole.is_empty() {
        return whole;
    }
    let short = whole.chars().filter(|character| character.is_ascii() && is_taken(*character as u8));
    let short: String = short.take(MAX_NAME - DIGITS - 1).collect();
    filled("$_$", &[&short, &id_digits(&whole, DIGITS)])
}

/// The most characters of a name, and how many of them are digits where it had to be changed.
const MAX_NAME: usize = 64;
const DIGITS: usize = 8;

/// The client's tools by the names that the model has for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolNames(Vec<(String, Tool)>);

/// The words for the kinds.
const KINDS: [(&str, ToolKind); 3] =
    [("function", ToolKind::Function), ("custom", ToolKind::Custom), ("tool_search", ToolKind::Search)];

impl ToolNames {
    /// Reads what [`ToolNames::to_json`] wrote.
    pub fn read(given: &[Value]) -> ToolNames {
        let read = given.iter().filter_map(|entry| {
            let kind = KINDS.iter().find(|(word, _)| entry.says("kind", word))?.1;
            let text = |key| entry.text_or_empty(key).to_owned();
            Some((text("known"), Tool { kind, name: text("name"), namespace: text("namespace") }))
        });
        let tools: Vec<(String, Tool)> = read.collect();
        let sorted = text::sorted(tools.iter().map(|(known, _)| known.as_str()));
        ToolNames(sorted.iter().filter_map(|(_, at)| tools.get(*at).cloned()).collect())
    }

    /// The list as JSON: `[{ known, kind, name, namespace }]`.
    pub fn to_json(&self) -> Value {
        let write = |(known, tool): &(String, Tool)| {
            let mut entry = Map::new();
            let kind = KINDS.iter().find(|(_, kind)| *kind == tool.kind).map_or("", |(word, _)| word);
            for (key, text) in
                [("known", known.as_str()), ("kind", kind), ("name", &tool.name), ("namespace", &tool.namespace)]
            {
                entry.insert_str(key, text);
            }
            entry.into()
        };
        self.0.iter().map(write).collect::<Vec<Value>>().into()
    }

    /// Whether all tools are plain functions.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The client's tool that the model knows by this name. `None`: it is a plain function.
    pub fn find(&self, known: &str) -> Option<Tool> {
        let at = self.0.binary_search_by(|(name, _)| name.as_str().cmp(known)).ok()?;
        self.0.get(at).map(|(_, tool)| tool.clone())
    }

    /// Adds a tool.
    pub fn add(&mut self, known: String, tool: Tool) {
        self.0.push((known, tool));
    }
}
