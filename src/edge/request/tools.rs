//! Tools, and the choice of one, in the forms of all APIs.

use super::{Reader, wrong};
use crate::chat::Result;
use crate::edge::tools::{Tool, ToolKind, ToolNames, known_name};
use crate::json::{Map, Value, fill_template};
use crate::providers::keyed::messages::schema_of;
use crate::text::{self, filled};

/// A tool of the request: the function that the model sees, and what the client has in its place.
pub struct GivenTool {
    known: String,
    function: Value,
    /// `None`: it is a plain function of the same name.
    tool: Option<Tool>,
}

/// The functions, each name once, and the client's names of those that are no plain functions. A client repeats a tool that it found by a
/// search in each request.
pub fn distinct(tools: Vec<GivenTool>, warnings: &mut Vec<Value>) -> (Vec<Value>, ToolNames) {
    let mut is_taken = vec![false; tools.len()];
    let mut last: Option<(&str, usize)> = None;
    let mut clash = None;
    for (known, at) in text::sorted(tools.iter().map(|tool| tool.known.as_str())) {
        match &last {
            Some((name, first)) if *name == known => {
                if tools[*first].tool != tools[at].tool || tools[*first].function != tools[at].function {
                    clash = Some(known.to_owned());
                }
            }
            _ => {
                is_taken[at] = true;
                last = Some((known, at));
            }
        }
    }
    if let Some(name) = clash {
        warnings.push(
            filled("two tools have the name '$' for the model: the second was left out", &[&name]).as_str().into(),
        );
    }
    let (mut functions, mut names) = (Vec::new(), ToolNames::default());
    for (tool, _) in tools.into_iter().zip(is_taken).filter(|(_, is_taken)| *is_taken) {
        functions.push(tool.function);
        if let Some(of_client) = tool.tool {
            names.add(tool.known, of_client);
        }
    }
    (functions, names)
}

/// What a tool that takes text says of its input.
const TEXT_SCHEMA: &str =
    r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"#;
/// The arguments of a search for tools, where the client does not say.
const SEARCH_SCHEMA: &str =
    r#"{"type":"object","properties":{"query":{"type":"string"},"limit":{"type":"integer"}},"required":["query"]}"#;

impl Reader {
    /// Reads the list at `tools`.
    pub(super) fn read_tools(&mut self, body: &Value, defers: bool) -> Result<()> {
        match body.get("tools") {
            Some(Value::Array(tools)) => tools.iter().for_each(|tool| self.add_tool(tool, "", defers)),
            Some(_) => return Err(wrong("tools", "tools must be an array")),
            None => {}
        }
        Ok(())
    }

    /// Adds a tool, in the form of Chat Completions, where the members of a function are one level deeper, of Responses, or of Messages.
    /// `defers`: those that wait for the client's search are left out.
    pub(super) fn add_tool(&mut self, tool: &Value, namespace: &str, defers: bool) {
        let kind = tool.text("type").unwrap_or("function");
        let inner = tool.get(kind).filter(|inner| inner.is_object()).unwrap_or(tool);
        let name = inner.text_or_empty("name");
        if defers && tool.is_true("defer_loading") && kind != "namespace" {
            return;
        }
        match kind {
            "namespace" => {
                tool.list("tools").iter().for_each(|one| self.add_tool(one, name, defers));
            }
            "custom" if schema_of(inner).is_none() => {
                let mut description = inner.text_or_empty("description").to_owned();
                let format = inner.get("format").unwrap_or(&Value::Null);
                let grammar = format.get("grammar").unwrap_or(format);
                if let Some(definition) = grammar.text("definition") {
                    let syntax = grammar.text_or_empty("syntax");
                    description
                        .push_str(&filled("\n\nThe input must match this grammar ($):\n$", &[syntax, definition]));
                }
                self.push_tool(ToolKind::Custom, namespace, name, &description, TEXT_SCHEMA);
            }
            "tool_search" if tool.says("execution", "client") => {
                let schema = schema_of(tool).map(Value::to_json);
                let usual = "Finds further tools by what they do. The tools that it finds can be called then.";
                let description = tool.text("description").unwrap_or(usual);
                self.push_tool(ToolKind::Search, "", "", description, schema.as_deref().unwrap_or(SEARCH_SCHEMA));
            }
            "function" | "custom" if !name.is_empty() => {
                let known = known_name(namespace, name);
                let mut function = Map::new();
                function.insert_str("name", &known);
                for &key in &["description", "strict"] {
                    inner.non_null(key).into_iter().for_each(|value| function.insert(key, value.clone()));
                }
                schema_of(inner).into_iter().for_each(|schema| function.insert("parameters", schema.clone()));
                let mut whole = Map::new();
                whole.insert_str("type", "function");
                whole.insert("function", function.into());
                tool.non_null("cache_control").into_iter().for_each(|mark| whole.insert("cache_control", mark.clone()));
                let is_plain = namespace.is_empty() && known == name;
                let of_client = (!is_plain).then(|| Tool {
                    kind: ToolKind::Function,
                    name: name.to_owned(),
                    namespace: namespace.to_owned(),
                });
                self.tools.push(GivenTool { known, function: whole.into(), tool: of_client });
            }
            // Tools that Anthropic's models were trained for, and that the client runs. Only Anthropic takes them.
            _ if CLIENT_TOOLS.iter().any(|known| kind.starts_with(known)) => {
                self.tools.push(GivenTool { known: name.to_owned(), function: tool.clone(), tool: None });
            }
            // The service would run it itself, at its own price.
            _ if self.left_out.len() < MAX_NAMED && !self.left_out.iter().any(|known| known == kind) => {
                self.left_out.push(kind.to_owned());
            }
            _ => {}
        }
    }

    fn push_tool(&mut self, kind: ToolKind, namespace: &str, name: &str, description: &str, schema: &str) {
        let known = if kind == ToolKind::Search { TOOL_SEARCH.to_owned() } else { known_name(namespace, name) };
        let template = r#"{"type":"function","function":{"name":$,"description":$,"parameters":%}}"#;
        let function = fill_template(template, &[&known, description, schema]);
        let tool = Tool { kind, name: name.to_owned(), namespace: namespace.to_owned() };
        self.tools.push(GivenTool { known, function, tool: Some(tool) });
    }

    /// Reads the choice of a tool, after the tools.
    ///
    /// # Errors
    /// The choice allows only tools that are not there.
    pub(super) fn read_choice(&mut self, given: &Value) -> Result<()> {
        let kind = given.text_or_empty("type");
        let inner = given.get(kind).filter(|inner| inner.is_object()).unwrap_or(given);
        let choice = match kind {
            "allowed_tools" => {
                let allowed: Vec<String> = inner.list("tools").iter().filter_map(name_of).collect();
                let allowed = text::sorted(allowed.iter().map(String::as_str));
                self.tools.retain(|tool| text::number_of(&allowed, &tool.known).is_some());
                if self.tools.is_empty() {
                    return Err(wrong("tool_choice", "tool_choice allows no tool that is in tools"));
                }
                inner.text("mode").unwrap_or("auto").into()
            }
            "function" | "custom" => match name_of(given) {
                Some(name) => fill_template(r#"{"type":"function","function":{"name":$}}"#, &[&name]),
                None => given.clone(),
            },
            // Anthropic's form, which also says whether there may be several calls.
            "tool" => {
                let mut choice = given.as_object().cloned().unwrap_or_default();
                super::rename(&mut choice);
                choice.into()
            }
            // A tool that the service would run.
            _ if given.is_object() && !["auto", "any", "tool", "none", "required"].contains(&kind) => {
                self.warn("tool_choice: a tool of type '$' is not there: the choice was left out", &[kind]);
                return Ok(());
            }
            _ => given.clone(),
        };
        self.options.insert("toolChoice", choice);
        Ok(())
    }
}

/// The name that the model has for the tool that a choice names.
fn name_of(choice: &Value) -> Option<String> {
    let kind = choice.text_or_empty("type");
    let inner = choice.get(kind).filter(|inner| inner.is_object()).unwrap_or(choice);
    Some(known_name(inner.text_or_empty("namespace"), inner.text("name")?))
}

/// The name that the model has for a search for tools.
pub const TOOL_SEARCH: &str = "tool_search";

/// How the types of tools begin that Anthropic's models know and the client runs.
const CLIENT_TOOLS: [&str; 4] = ["bash_", "text_editor_", "computer_", "memory_"];

/// How many types of tools a warning names.
const MAX_NAMED: usize = 8;
