//! Messages for services whose messages have the form of OpenAI's Chat Completions. They are sent as the caller gives them, except for
//! what has no place in that form.

use super::compatible::EXTRA;
use super::content_part::{
    self, ContentPart, MediaKind, Source, cache_mark, has_scheme, in_openai_form, reasoning_text,
};
use super::message_decoder::str_or_empty;
use super::messages::{self, PROVIDER_DATA};
use crate::chat::{Error, Result};
use crate::json::{Map, Value};
use crate::text::{decimal, filled, join};

/// What a service takes that OpenAI does not.
#[derive(Clone, Copy, Default)]
pub struct Takes {
    /// `cache_control` on parts, messages and tools.
    pub marks: bool,
    /// Files by their address, in `file_data`.
    pub addresses_of_files: bool,
    /// Images and files in the results of tools.
    pub parts_in_results: bool,
    /// `images` of the assistant.
    pub images_of_assistant: bool,
    /// Parts of the type `thinking`, in its own form.
    pub thoughts: bool,
    /// `extra_content` of calls.
    pub state_of_calls: bool,
}

/// The messages in the form of Chat Completions. `None`: they have that form already. `provider` is named in errors and warnings.
///
/// # Errors
/// [`crate::chat::Code::Input`]: a part has no form there.
pub fn written(given: &Value, takes: Takes, provider: &str, warnings: &mut Vec<String>) -> Result<Option<Value>> {
    let given = messages::items(given);
    if !given.iter().any(|message| is_foreign(message, takes)) {
        return Ok(None);
    }
    let mut writer = Writer { takes, provider, warnings, behind: Vec::new() };
    let mut list = Vec::with_capacity(given.len());
    for (at, message) in given.iter().enumerate() {
        if !message.says("role", "tool") {
            writer.add_behind(&mut list);
        }
        list.push(if is_foreign(message, takes) { writer.message(at, message)? } else { message.clone() });
    }
    writer.add_behind(&mut list);
    Ok(Some(list.into()))
}

/// Takes the marks of a cache out of the tools in `body`, where the service has none.
pub fn unmark_tools(body: &mut Map, takes: Takes, provider: &str, warnings: &mut Vec<String>) {
    let tools = body.get("tools").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if takes.marks || tools.iter().all(|tool| cache_mark(tool).is_none()) {
        return;
    }
    let mut tools = tools.to_vec();
    tools.iter_mut().filter_map(Value::as_object_mut).for_each(|tool| tool.remove("cache_control"));
    body.insert("tools", tools.into());
    let warning = join(&[provider, messages::NO_MARKS]);
    if !warnings.contains(&warning) {
        warnings.push(warning);
    }
}

/// Parts that are OpenAI's own, or that some service takes in this form beside them.
fn is_plain(part: &Value, takes: Takes) -> bool {
    match str_or_empty(part, "type") {
        "text" | "refusal" | "video_url" | "document_url" | "file_url" | "audio_url" | "input_video" => true,
        "image_url" => {
            part.get("image_url").is_some_and(|image| image.is_object() && image.text("url").is_none_or(has_scheme))
        }
        "input_audio" => part.get("input_audio").is_some(),
        "file" => {
            part.text_at("/file/file_id").is_some()
                || part.text_at("/file/file_data").is_some_and(|data| data.starts_with("data:"))
        }
        "thinking" if takes.thoughts && part.get("thinking").is_some_and(|thinking| thinking.as_array().is_some()) => {
            true
        }
        "reasoning" | "thinking" | "redacted_thinking" | "input_text" | "output_text" => false,
        kind => !kind.is_empty() && !content_part::is_known(kind),
    }
}

/// Whether anything about the message has to change.
fn is_foreign(message: &Value, takes: Takes) -> bool {
    let parts = message.list("content");
    let is_result = message.says("role", "tool");
    let is_marked = |value: &Value| !takes.marks && cache_mark(value).is_some();
    message.get(PROVIDER_DATA).is_some()
        || message.get("is_error").is_some()
        // Services refuse an empty list.
        || message.get("content").and_then(Value::as_array).is_some_and(Vec::is_empty)
        || !takes.images_of_assistant && message.get("images").is_some()
        || is_marked(message)
        || message
            .list("tool_calls")
            .iter()
            .any(|call| is_marked(call) || !takes.state_of_calls && call.get(EXTRA).is_some())
        || parts.iter().any(|part| {
            !is_plain(part, takes)
                || is_marked(part)
                || is_result && !takes.parts_in_results && !part.says("type", "text")
        })
}

struct Writer<'a> {
    takes: Takes,
    provider: &'a str,
    warnings: &'a mut Vec<String>,
    /// The images and files of results, which follow the results as a message of the user.
    behind: Vec<Value>,
}

impl Writer<'_> {
    fn add_behind(&mut self, list: &mut Vec<Value>) {
        if !self.behind.is_empty() {
            let mut message = Map::new();
            message.insert_str("role", "user");
            message.insert("content", std::mem::take(&mut self.behind).into());
            list.push(message.into());
        }
    }

    fn warn(&mut self, template: &'static str, holes: &[&str]) {
        let warning = filled(template, holes);
        // The same may be at each of a thousand messages.
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn message(&mut self, at: usize, given: &Value) -> Result<Value> {
        let mut message = given.as_object().cloned().unwrap_or_default();
        message.remove(PROVIDER_DATA);
        if message.take("is_error").is_some() && messages::is_silent_failure(given) {
            self.warn("$$", &[self.provider, messages::NO_FLAG]);
        }
        if !self.takes.images_of_assistant && message.take("images").is_some() {
            messages::warn_of_message(at, "", messages::IMAGE_OF_ASSISTANT, self.warnings);
        }
        self.unmark(&mut message);
        if let Some(Value::Array(calls)) = message.get_mut("tool_calls") {
            let mut calls = std::mem::take(calls);
            for call in calls.iter_mut().filter_map(Value::as_object_mut) {
                self.unmark(call);
                if !self.takes.state_of_calls && call.take(EXTRA).is_some() {
                    self.warn("$ takes no 'extra_content' in calls of tools: it was left out", &[self.provider]);
                }
            }
            message.insert("tool_calls", calls.into());
        }
        let Some(Value::Array(parts)) = message.take("content") else {
            given.get("content").into_iter().for_each(|content| message.insert("content", content.clone()));
            return Ok(message.into());
        };
        let is_result = message.says("role", "tool");
        let (mut content, mut reasoning, mut others) = (Vec::new(), String::new(), Vec::new());
        for (index, part) in parts.iter().enumerate() {
            let place = || filled("$.content[$]", &[&messages::place(at), &decimal(index as u64)]);
            let Some(mut written) = self.part(part, &place, &mut reasoning)? else { continue };
            if let Value::Object(part) = &mut written {
                self.unmark(part);
            }
            let is_text = written.says("type", "text");
            if is_result && !is_text && !self.takes.parts_in_results { &mut others } else { &mut content }
                .push(written);
        }
        if !others.is_empty() {
            let mut text = Map::new();
            text.insert_str("type", "text");
            let id = message.text_or_empty("tool_call_id");
            text.insert_str("text", &filled("From the result of the call $:", &[id]));
            self.behind.push(text.into());
            self.behind.append(&mut others);
        }
        if !reasoning.is_empty() && message.get("reasoning_content").is_none() {
            message.insert_str("reasoning_content", &reasoning);
        }
        message.insert("content", if content.is_empty() { "".into() } else { content.into() });
        Ok(message.into())
    }

    /// Takes the mark of a cache away, where the service has none.
    fn unmark(&mut self, value: &mut Map) {
        if !self.takes.marks && value.take("cache_control").is_some() {
            self.warn("$$", &[self.provider, messages::NO_MARKS]);
        }
    }

    /// A part in the form of Chat Completions. `None`: it is reasoning, which is put into `reasoning`.
    fn part(&mut self, part: &Value, place: &dyn Fn() -> String, reasoning: &mut String) -> Result<Option<Value>> {
        if is_plain(part, self.takes) {
            return Ok(Some(part.clone()));
        }
        let mut text = Map::new();
        text.insert_str("type", "text");
        cache_mark(part).into_iter().for_each(|mark| text.insert("cache_control", mark.clone()));
        Ok(Some(match content_part::read(part, place)? {
            ContentPart::Text(written) => {
                text.insert_str("text", written);
                text.into()
            }
            ContentPart::Reasoning(given) => {
                reasoning.push_str(&reasoning_text(given));
                return Ok(None);
            }
            ContentPart::Media(media) => match (in_openai_form(&media), &media.source) {
                (Some(written), _) => written,
                (None, Source::Url(url)) if media.kind == MediaKind::File && self.takes.addresses_of_files => {
                    let mut part = Map::new();
                    part.insert_str("type", "file");
                    part.insert_in("file", "filename", media.file_name().into());
                    part.insert_in("file", "file_data", (*url).into());
                    part.into()
                }
                _ => {
                    let cannot = filled(
                        "$ is $ by address, which $ has no way to take",
                        &[&place(), media.kind.name(), self.provider],
                    );
                    return Err(Error::input(cannot));
                }
            },
            _ => part.clone(),
        }))
    }
}

/// Which tools a service has beside functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OwnTools {
    /// None, not even tools that take text.
    None,
    /// None but tools that take text.
    Text,
    /// Some of its own, but none of Anthropic's and Google's.
    Own,
    /// It is not known, so any.
    Any,
}

/// The tools in the form of Chat Completions. `None`: they have it.
///
/// # Errors
/// [`crate::chat::Code::Input`]: one is of another service, or none at all.
pub fn tools(given: &Value, own: OwnTools) -> Result<Option<Value>> {
    let given = given.as_array().ok_or_else(|| Error::input("tools must be an array"))?;
    let usual = if own == OwnTools::None { &["function"][..] } else { &["function", "custom"] };
    let is_usual = |tool: &Value| {
        usual.iter().find(|key| tool.get(key).is_some_and(|function| function.text("name").is_some())).copied()
    };
    if given.iter().all(|tool| is_usual(tool).is_some() && tool.text("type").is_some()) {
        return Ok(None);
    }
    let mut written = Vec::with_capacity(given.len());
    for (at, tool) in given.iter().enumerate() {
        let (kind, schema) = (str_or_empty(tool, "type"), messages::schema_of(tool));
        let is_flat = matches!(kind, "" | "function") || kind == "custom" && schema.is_some();
        let Some(members) = tool.as_object() else { return Err(messages::foreign_tool(at, tool)) };
        let mut members = members.clone();
        if let Some(usual) = is_usual(tool) {
            members.insert_str("type", if kind.is_empty() { usual } else { kind });
        } else if is_flat && tool.text("name").is_some() {
            let mut function = Map::new();
            for &key in &["name", "description", "strict"] {
                tool.non_null(key).into_iter().for_each(|value| function.insert(key, value.clone()));
            }
            schema.into_iter().for_each(|schema| function.insert("parameters", schema.clone()));
            members = Map::new();
            members.insert_str("type", "function");
            members.insert("function", function.into());
            cache_mark(tool).into_iter().for_each(|mark| members.insert("cache_control", mark.clone()));
        } else {
            let is_own = own == OwnTools::Own && !messages::is_of_anthropic(tool);
            // A function without a name, or an object that says nothing about its kind.
            if matches!(kind, "" | "function") || own != OwnTools::Any && !is_own {
                return Err(messages::foreign_tool(at, tool));
            }
        }
        written.push(members.into());
    }
    Ok(Some(written.into()))
}
