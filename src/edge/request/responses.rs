//! Requests of OpenAI's Responses API.

use super::tools::TOOL_SEARCH;
use super::{COMMON, LOGPROBS, PASSED, Reader, call, message, text_as_arguments, wrong};
use crate::chat::Result;
use crate::chat::reasoning_detail::DETAILS;
use crate::edge::details;
use crate::edge::tools::known_name;
use crate::json::{Map, Value};
use crate::text::{self, decimal, filled};

/// What an answer would have to be kept for. It is not: the client has to send all of the conversation.
const KEPT: [(&str, &str); 4] = [
    ("previous_response_id", "responses are not kept; send the conversation in input, with store: false"),
    ("conversation", "conversations are not kept; send the conversation in input, with store: false"),
    ("background", "answers are not kept: ask without background"),
    ("prompt", "stored prompts are not known here: send instructions and input"),
];

/// Fields that go unchanged to a service with this API: what the client wants of the state that it carries.
const NATIVE: [&str; 3] = ["include", "prompt_cache_key", "truncation"];

/// The items of `input`, while they become messages.
#[derive(Default)]
struct Input {
    messages: Vec<Value>,
    /// Tool calls that were made together, until an item of another kind follows.
    calls: Vec<Value>,
    /// The reasoning that led to the message or the calls that follow.
    reasoning: String,
    details: Vec<Value>,
}

impl Reader {
    /// Reads a request of Responses.
    pub(super) fn responses(&mut self, body: &mut Value) -> Result<()> {
        super::refuse_choices(body)?;
        for &(key, why) in &KEPT {
            if body.get(key).is_some_and(|value| value.as_bool() != Some(false)) {
                return Err(wrong(key, &filled("$: $", &[key, why])));
            }
        }
        self.take_options(body, COMMON);
        self.take_options(body, &[("max_output_tokens", "maxTokens")]);
        self.take_compatible(body, PASSED);
        self.leave_out(body, LOGPROBS);
        self.leave_out(body, &["max_tool_calls", "context_management", "moderation"]);
        if body.get("store") == Some(&Value::Bool(true)) {
            self.warn("'store': responses are not kept", &[]);
        }
        if let Some(effort) = body.pointer("/reasoning/effort").filter(|effort| !effort.is_null()) {
            self.options.insert("reasoningEffort", effort.clone());
        }
        if let Some(format) = body.pointer("/text/format").filter(|format| !format.is_null()) {
            self.read_format(format);
        }
        let mut native = Map::new();
        if let Some(verbosity) = body.pointer("/text/verbosity").filter(|verbosity| !verbosity.is_null()) {
            self.compatible.insert("verbosity", verbosity.clone());
            native.insert_in("text", "verbosity", verbosity.clone());
        }
        if let Some(summary) = body.pointer("/reasoning/summary").filter(|summary| !summary.is_null()) {
            native.insert_in("reasoning", "summary", summary.clone());
        }
        if body.get("store") == Some(&Value::Bool(false)) {
            native.insert("store", false.into());
        }
        for &key in &NATIVE {
            if let Some(value) = body.get(key) {
                native.insert(key, value.clone());
            }
        }
        // What else may be included belongs to tools that the service runs.
        if let Some(Value::Array(include)) = native.get_mut("include") {
            include.retain(|word| word.as_str() == Some("reasoning.encrypted_content"));
        }
        if !native.is_empty() {
            self.native.insert("responses", native.into());
        }
        let searches = body.list("tools").iter().any(|tool| tool.says("type", "tool_search"));
        self.read_tools(body, searches)?;
        self.read_input(body, searches)?;
        if let Some(choice) = body.get("tool_choice") {
            self.read_choice(choice)?;
        }
        Ok(())
    }

    /// Reads `text.format`. In Chat Completions its name and schema are one level deeper.
    fn read_format(&mut self, format: &Value) {
        let kind = format.text_or_empty("type");
        let mut whole = Map::new();
        whole.insert_str("type", kind);
        if let (Value::Object(format), "json_schema") = (format, kind) {
            let mut schema = format.clone();
            schema.remove("type");
            whole.insert("json_schema", schema.into());
        }
        if kind != "text" {
            self.options.insert("responseFormat", whole.into());
        }
    }

    /// Reads `instructions` and `input` as messages.
    fn read_input(&mut self, body: &mut Value, defers: bool) -> Result<()> {
        let mut input = Input::default();
        match body.as_object_mut().and_then(|body| body.take("instructions")) {
            Some(text @ Value::String(_)) => input.messages.push(message("system", text).into()),
            // Items, as a response has them where they came from a stored prompt.
            Some(Value::Array(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.read_item(item, index, defers, &mut input)?;
                }
            }
            Some(_) => return Err(wrong("instructions", "instructions must be a string or an array of items")),
            None => {}
        }
        match body.as_object_mut().and_then(|body| body.take("input")) {
            Some(text @ Value::String(_)) => input.messages.push(message("user", text).into()),
            Some(Value::Array(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.read_item(item, index, defers, &mut input)?;
                }
                input.end_calls();
                if !input.details.is_empty() || !input.reasoning.is_empty() {
                    self.warn("input ends with reasoning that led to nothing: it was left out", &[]);
                }
            }
            None => return Err(wrong("input", "input is missing")),
            Some(_) => return Err(wrong("input", "input must be a string or an array of items")),
        }
        self.options.insert("messages", input.messages.into());
        Ok(())
    }

    fn read_item(&mut self, mut item: Value, index: usize, defers: bool, input: &mut Input) -> Result<()> {
        let kind = item.text("type").unwrap_or("message").to_owned();
        let [id, name] = ["call_id", "name"].map(|key| item.text_or_empty(key));
        let known = || known_name(item.text_or_empty("namespace"), name);
        let arguments = match item.get("arguments") {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_json(),
            None => String::new(),
        };
        match kind.as_str() {
            "reasoning" => {
                input.add_reasoning(&item);
                return Ok(());
            }
            "function_call" | "custom_tool_call" | "tool_search_call" => {
                let made = match kind.as_str() {
                    "function_call" => call(id, &known(), &arguments),
                    "custom_tool_call" => call(id, &known(), &text_as_arguments(item.text_or_empty("input"))),
                    _ => call(id, TOOL_SEARCH, &arguments),
                };
                self.note_id(id);
                input.calls.push(made);
                return Ok(());
            }
            "additional_tools" => {
                let searches = defers || item.list("tools").iter().any(|tool| tool.says("type", "tool_search"));
                item.list("tools").iter().for_each(|tool| self.add_tool(tool, "", searches));
                return Ok(());
            }
            _ => input.end_calls(),
        }
        let id = id.to_owned();
        let (role, mut content) = match kind.as_str() {
            "function_call_output" | "custom_tool_call_output" => ("tool".to_owned(), take(&mut item, "output")),
            "tool_search_output" => {
                let mut names = Vec::new();
                for tool in item.list("tools") {
                    self.add_tool(tool, "", false);
                    found_names(tool, &mut names);
                }
                let found = filled("Tools that can be called now: $", &[&text::listed(&names, ", ")]);
                ("tool".to_owned(), found.as_str().into())
            }
            "message" if item.text("role").is_some() => {
                let role = item.text_or_empty("role").to_owned();
                (role, take(&mut item, "content"))
            }
            _ => {
                let at = decimal(index as u64);
                let place = filled("input[$]", &[&at]);
                return Err(wrong(
                    &place,
                    &filled(
                        "$ of type '$' is not kept and cannot be passed on: send messages, with store: false",
                        &[&place, &kind],
                    ),
                ));
            }
        };
        if let Value::Array(parts) = &mut content {
            parts.iter_mut().for_each(read_part);
        }
        let mut message = message(&role, content);
        if role == "tool" {
            message.insert_str("tool_call_id", &id);
        }
        if role == "assistant" {
            input.place_reasoning(&mut message);
        }
        input.messages.push(message.into());
        Ok(())
    }
}

impl Input {
    /// Makes one message of the tool calls that were made together, since services want their results right after it. Text right before
    /// them is in the same message.
    fn end_calls(&mut self) {
        if self.calls.is_empty() {
            return;
        }
        let calls = std::mem::take(&mut self.calls);
        let has_reasoning = !self.reasoning.is_empty() || !self.details.is_empty();
        if let Some(Value::Object(last)) = self.messages.last_mut()
            && last.says("role", "assistant")
            && !last.contains_key("tool_calls")
            && !has_reasoning
        {
            last.insert("tool_calls", calls.into());
            return;
        }
        let mut message = message("assistant", Value::Null);
        message.insert("tool_calls", calls.into());
        self.place_reasoning(&mut message);
        self.messages.push(message.into());
    }

    /// Notes an item of reasoning: its text, and what only the service that gave it can read.
    fn add_reasoning(&mut self, item: &Value) {
        // Calls before it are another step of the model.
        self.end_calls();
        for part in item.list("summary").iter().chain(item.list("content")) {
            if let Some(text) = part.text("text").filter(|text| !text.is_empty()) {
                if !self.reasoning.is_empty() {
                    self.reasoning.push_str("\n\n");
                }
                self.reasoning.push_str(text);
            }
        }
        if let Some(data) = item.text("encrypted_content").filter(|data| !data.is_empty()) {
            self.details.append(&mut details::of_encrypted(item.text_or_empty("id"), data));
        }
    }

    /// Gives the reasoning to the message that it led to.
    fn place_reasoning(&mut self, message: &mut Map) {
        let reasoning = std::mem::take(&mut self.reasoning);
        if !reasoning.is_empty() {
            message.insert_str("reasoning_content", &reasoning);
        }
        let details = std::mem::take(&mut self.details);
        if !details.is_empty() {
            message.insert(DETAILS, details.into());
        }
    }
}

fn take(item: &mut Value, key: &str) -> Value {
    item.as_object_mut().and_then(|item| item.take(key)).unwrap_or_default()
}

/// The names that the model has for the tools that a search found.
fn found_names(tool: &Value, names: &mut Vec<String>) {
    let name = tool.text_or_empty("name");
    match tool.text("type") {
        Some("namespace") => {
            let inner = tool.list("tools").iter().filter_map(|one| one.text("name"));
            names.extend(inner.map(|one| known_name(name, one)));
        }
        _ => names.push(known_name("", name)),
    }
}

/// Renames the type of a content part. Responses names parts by their direction (`input_text`, `output_text`), Chat
/// Completions does not. What has an id in the place of a content stays as it is.
fn read_part(part: &mut Value) {
    let is_image = part.says("type", "input_image") && part.text("image_url").is_some();
    let is_file = part.says("type", "input_file");
    let Value::Object(part) = part else { return };
    if is_image {
        let mut image = Map::new();
        image.insert("url", part.take("image_url").unwrap_or_default());
        image.copy("detail", part);
        part.remove("detail");
        part.insert_str("type", "image_url");
        part.insert("image_url", image.into());
    } else if is_file {
        let mut file = Map::new();
        for &key in &["file_data", "file_url", "file_id", "filename"] {
            if let Some(value) = part.take(key) {
                file.insert(key, value);
            }
        }
        part.insert_str("type", "file");
        part.insert("file", file.into());
    } else if part.text("type").is_some_and(|kind| kind.ends_with("_text")) {
        part.insert_str("type", "text");
        super::keep_text(part);
    }
}
