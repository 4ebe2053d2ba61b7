//! Requests of Anthropic's Messages API. Its blocks of calls, results, images and documents go on as they are: every provider reads them
//! (`src/options/history.rs`, `src/providers/keyed/content_part.rs`).

use super::{Reader, message, wrong};
use crate::chat::Result;
use crate::chat::reasoning_detail::{self, ANTHROPIC, DETAILS};
use crate::edge::details;
use crate::json::{Map, Value, fill_template};
use crate::text::{self, filled};

/// Fields of Messages, and the options that they become.
const FIELDS: &[(&str, &str)] =
    &[("max_tokens", "maxTokens"), ("temperature", "temperature"), ("top_p", "topP"), ("stop_sequences", "stop")];

/// The name of a request that continues one which the service has kept, in the words by which Anthropic's packages learn to send all
/// messages instead.
pub const THREAD: &str = "thread_unsupported_request";

impl Reader {
    /// Reads a request of Messages.
    pub(super) fn messages(&mut self, body: &mut Value) -> Result<()> {
        if body.get("thread").is_some() {
            let mut error = wrong("thread", "thread: conversations are not kept here; send all messages");
            error.service_code = Some(THREAD.to_owned());
            return Err(error);
        }
        let given = body.as_object_mut().and_then(|body| body.take("messages")).unwrap_or_default();
        let Value::Array(given) = given else { return Err(wrong("messages", "messages must be an array")) };
        let mut messages = Vec::with_capacity(given.len() + 1);
        match body.get("system") {
            Some(system @ (Value::String(_) | Value::Array(_))) => {
                messages.push(message("system", system.clone()).into());
            }
            Some(_) => return Err(wrong("system", "system must be a string or an array of text blocks")),
            None => {}
        }
        let mut found = Vec::new();
        for mut message in given {
            self.read_message(&mut message, &mut found);
            messages.push(message);
        }
        self.options.insert("messages", messages.into());
        self.take_options(body, FIELDS);
        let found = text::sorted(found.iter().map(String::as_str));
        match body.get("tools") {
            Some(Value::Array(tools)) => {
                for tool in tools {
                    let name = tool.text_or_empty("name");
                    // A placeholder, until the client's search has found the tool.
                    if !tool.is_true("defer_loading") || text::number_of(&found, name).is_some() {
                        self.add_tool(tool, "", false);
                    }
                }
            }
            Some(_) => return Err(wrong("tools", "tools must be an array")),
            None => {}
        }
        if let Some(choice) = body.get("tool_choice") {
            self.read_choice(choice)?;
        }
        let format = body.pointer("/output_config/format").or(body.get("output_format"));
        if let Some(schema) = format.and_then(|format| format.get("schema")) {
            let template = r#"{"type":"json_schema","json_schema":{"name":"answer","schema":%}}"#;
            self.options.insert("responseFormat", fill_template(template, &[&schema.to_json()]));
        }
        if let Some(effort) = body.pointer("/output_config/effort").filter(|effort| !effort.is_null()) {
            self.options.insert("reasoningEffort", effort.clone());
        }
        self.leave_out(
            body,
            &["container", "mcp_servers", "context_management", "cache_control", "task_budget", "speed"],
        );
        self.take_thinking(body);
        Ok(())
    }

    /// Takes what only Anthropic has, and what stands for it elsewhere.
    fn take_thinking(&mut self, body: &Value) {
        let mut native = Map::new();
        for &key in &["thinking", "top_k"] {
            if let Some(value) = body.get(key) {
                native.insert(key, value.clone());
            }
        }
        if !native.is_empty() {
            self.native.insert("messages", native.into());
        }
        if let Some(budget) = body.pointer("/thinking/budget_tokens").and_then(Value::as_u64) {
            self.native.insert_str("effort", super::effort_of(budget));
        }
    }

    /// Notes the calls of a message and the tools that a search found, and gives reasoning its place.
    fn read_message(&mut self, message: &mut Value, found: &mut Vec<String>) {
        let Some(members) = message.as_object_mut() else { return };
        let Some(Value::Array(blocks)) = members.get_mut("content") else { return };
        let (mut reasoning, mut details) = (String::new(), Vec::new());
        blocks.retain_mut(|block| {
            match block.text_or_empty("type") {
                "tool_use" => {
                    self.note_id(block.text_or_empty("id"));
                    block.as_object_mut().into_iter().for_each(super::rename);
                }
                "tool_result" => read_result(block, found),
                "thinking" => {
                    let [text, signature] = ["thinking", "signature"].map(|key| block.text_or_empty(key));
                    match details::unpacked(signature) {
                        Some(mut unpacked) => {
                            details.append(&mut unpacked);
                            reasoning.push_str(text);
                            return false;
                        }
                        None if signature.is_empty() => {}
                        None => details.push(reasoning_detail::signed(text, signature, ANTHROPIC).into()),
                    }
                }
                "redacted_thinking" => {
                    let data = block.text_or_empty("data");
                    match details::unpacked(data) {
                        Some(mut unpacked) => {
                            details.append(&mut unpacked);
                            return false;
                        }
                        None => details.push(reasoning_detail::encrypted(data, "", ANTHROPIC).into()),
                    }
                }
                _ => {}
            }
            true
        });
        if !reasoning.is_empty() {
            members.insert_str("reasoning_content", &reasoning);
        }
        if !details.is_empty() {
            members.insert(DETAILS, details.into());
        }
    }
}

/// Makes text of the tools that a client's search found, which only Anthropic's own search has a block for.
fn read_result(block: &mut Value, found: &mut Vec<String>) {
    let Some(Value::Array(parts)) = block.as_object_mut().and_then(|block| block.get_mut("content")) else { return };
    for part in parts.iter_mut().filter(|part| part.says("type", "tool_reference")) {
        let name = part.text_or_empty("tool_name").to_owned();
        let text = filled("The tool $ can be called now.", &[&name]);
        *part = fill_template(r#"{"type":"text","text":$}"#, &[&text]);
        found.push(name);
    }
}
