//! Requests of OpenAI's Chat Completions.

use super::{COMMON, LOGPROBS, PASSED, Reader, refuse_choices, wrong};
use crate::chat::Result;
use crate::chat::reasoning_detail::DETAILS;
use crate::json::{Map, Value};

/// Fields of Chat Completions, and the options that they become.
const FIELDS: &[(&str, &str)] = &[
    ("messages", "messages"),
    ("max_tokens", "maxTokens"),
    ("max_completion_tokens", "maxTokens"),
    ("stop", "stop"),
    ("seed", "seed"),
    ("reasoning_effort", "reasoningEffort"),
    ("response_format", "responseFormat"),
];

/// Fields that change what a model does and that no option stands for. They are left out with a warning.
const LEFT_OUT: &[&str] = &["audio", "modalities", "web_search_options"];

impl Reader {
    /// Reads a request of Chat Completions.
    pub(super) fn chat(&mut self, body: &mut Value) -> Result<()> {
        refuse_choices(body)?;
        if let Some(Value::Array(messages)) = body.as_object_mut().and_then(|body| body.get_mut("messages")) {
            messages.iter_mut().for_each(|message| self.chat_message(message));
        }
        self.take_options(body, COMMON);
        self.take_options(body, FIELDS);
        // OpenRouter's place for the effort.
        if let (None, Some(effort)) = (self.options.get("reasoningEffort"), body.pointer("/reasoning/effort")) {
            self.options.insert("reasoningEffort", effort.clone());
        }
        if let Some(budget) = body.pointer("/reasoning/max_tokens").and_then(Value::as_u64) {
            self.native.insert_str("effort", super::effort_of(budget));
        }
        self.take_compatible(body, PASSED);
        self.take_compatible(body, LOGPROBS);
        self.leave_out(body, LEFT_OUT);
        self.read_tools(body, false)?;
        // The fields of the time before `tools`.
        if let Some(functions) = body.get("functions") {
            let Value::Array(functions) = functions else {
                return Err(wrong("functions", "functions must be an array"));
            };
            self.is_legacy = body.get("tools").is_none();
            functions.iter().for_each(|function| self.add_tool(function, "", false));
            // The answer has a place for one call.
            self.options.insert("parallelToolCalls", false.into());
            match body.get("function_call") {
                Some(Value::String(word)) => self.options.insert("toolChoice", word.as_str().into()),
                Some(named) => {
                    let mut choice = Map::new();
                    choice.insert_str("type", "function");
                    choice.insert("function", named.clone());
                    self.read_choice(&choice.into())?;
                }
                None => {}
            }
        }
        if let Some(choice) = body.get("tool_choice") {
            self.read_choice(choice)?;
        }
        Ok(())
    }

    /// Notes the calls of a message, and gives reasoning its place.
    fn chat_message(&mut self, message: &mut Value) {
        for call in message.list("tool_calls") {
            self.note_id(call.text_or_empty("id"));
        }
        let Some(members) = message.as_object_mut() else { return };
        // What clients add to an answer before they send it back, and what is null: strict services refuse members they do not know.
        let is_added = |key: &str, value: &Value| {
            ["parsed", "annotations", "logprobs"].contains(&key) || value.is_null() && key != "content"
        };
        members.retain(|key, value| !is_added(key, value));
        // The model's own words in the place of a content.
        if members.get("content").is_none_or(Value::is_null)
            && let Some(Value::String(refusal)) = members.take("refusal")
        {
            members.insert_str("content", &refusal);
        }
        if members.says("role", "assistant") && members.take("audio").is_some() {
            self.warnings.push("'audio' of an assistant message was left out".into());
        }
        if let Some(Value::Array(parts)) = members.get_mut("content") {
            let is_text = |part: &&mut Value| part.says("type", "text");
            parts.iter_mut().filter(is_text).filter_map(Value::as_object_mut).for_each(super::keep_text);
        }
        // Some agents carry the text of the reasoning there.
        if let Some(Value::String(text)) = members.get(DETAILS) {
            let text = text.clone();
            members.remove(DETAILS);
            if members.get("reasoning_content").is_none_or(Value::is_null) {
                members.insert_str("reasoning_content", &text);
            }
        }
        if let Some(Value::Object(function)) = members.get_mut("function_call") {
            super::rename(function);
        }
        if matches!(members.text("role"), Some("tool" | "function")) && members.text("name").is_some() {
            super::rename(members);
        }
        let Some(Value::Array(calls)) = members.get_mut("tool_calls") else { return };
        for call in calls.iter_mut().filter_map(Value::as_object_mut) {
            call.remove("index");
            if let Some(Value::Object(function)) = call.get_mut("function") {
                ["parsed_arguments", "parsed"].iter().for_each(|key| function.remove(key));
                super::rename(function);
            }
            // A call of a tool that takes text: the model knows it as a function.
            if let Some(custom) = call.take("custom").filter(Value::is_object) {
                let [name, input] = ["name", "input"].map(|key| custom.text_or_empty(key));
                let id = call.text_or_empty("id").to_owned();
                let name = crate::edge::tools::known_name("", name);
                if let Value::Object(as_function) = super::call(&id, &name, &super::text_as_arguments(input)) {
                    *call = as_function;
                }
            }
        }
    }
}
