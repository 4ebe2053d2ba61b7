//! Takes the caller's messages apart, for protocols whose messages have another form than OpenAI's.

use super::message_decoder::str_or_empty;
use std::collections::BinaryHeap;
use std::rc::Rc;

use crate::chat::{Error, Result};
use crate::json::{self, Map, Value};
use crate::options::ChatRequest;
use crate::text::{digit, join};

/// A message that is not a system message.
pub struct ChatMessage<'a> {
    /// Who wrote it.
    pub role: Role,
    /// The content, then the tool calls.
    pub parts: Vec<ContentPart<'a>>,
}

/// Who wrote a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The user. Also stands for every unknown role.
    User,
    /// The model.
    Assistant,
    /// A tool that the model called.
    Tool,
}

/// A part of a message.
pub enum ContentPart<'a> {
    /// Text.
    Text(&'a str),
    /// An image.
    Image {
        /// A `data:` URL, or the address.
        url: &'a str,
        /// How closely the model should look at it: `low`, `high` or `auto`. Empty: the caller does not say.
        detail: &'a str,
        /// The value that holds the URL, from which it goes into the request without a copy ([`Value::end`]).
        given: &'a Value,
    },
    /// A tool call of the assistant.
    ToolCall {
        /// The id by which its result names it.
        id: &'a str,
        /// Name of the tool.
        name: &'a str,
        /// JSON text, as the caller gave it.
        arguments: &'a str,
    },
    /// The result of a tool call.
    ToolResult {
        /// The id of that call.
        id: &'a str,
        /// Name of the tool, as far as it is known.
        name: &'a str,
        /// The result itself.
        text: String,
    },
}

/// The messages in OpenAI's form. With `history: 'prompt'`, one message that holds them all. [`ChatRequest::read`] has
/// checked their roles and contents.
///
/// # Errors
/// With `history: 'prompt'`, those of [`ChatRequest::newest_and_earlier`].
pub fn given(chat: &ChatRequest) -> Result<Rc<Value>> {
    if let Some(Value::Shared(given)) = chat.mapped_options.get(".messages") {
        return Ok(given.clone());
    }
    let mut message = Map::new();
    message.insert_str("role", "user");
    message.insert_str("content", &chat.newest_and_earlier()?.0);
    Ok(Rc::new(vec![message.into()].into()))
}

/// The items of what [`given`] returns.
pub fn items(given: &Value) -> &[Value] {
    given.as_array().map_or(&[], Vec::as_slice)
}

/// All system messages as one text, and the other messages.
///
/// # Errors
/// [`crate::chat::Code::Input`]: a message has a part of a kind that has no place in it.
pub fn parse(messages: &Value) -> Result<(String, Vec<ChatMessage<'_>>)> {
    let (mut system, mut read): (String, Vec<ChatMessage>) = (String::new(), Vec::new());
    for message in items(messages) {
        let (role, content) = (str_or_empty(message, "role").trim(), message.get("content").unwrap_or(&Value::Null));
        let mut parts = Vec::new();
        let role = match role {
            "system" | "developer" => {
                system.push_str(if system.is_empty() { "" } else { "\n\n" });
                system.push_str(&text(role, content)?);
                continue;
            }
            "tool" | "function" => {
                let id = str_or_empty(message, "tool_call_id");
                // Only the call has the name of the tool.
                let name = name_of(&read, id).unwrap_or(str_or_empty(message, "name"));
                parts.push(ContentPart::ToolResult { id, name, text: text(role, content)? });
                Role::Tool
            }
            role => {
                contents(content, &mut parts)?;
                for call in message.list("tool_calls") {
                    let function = call.get("function").unwrap_or(&Value::Null);
                    let (name, arguments) = (str_or_empty(function, "name"), str_or_empty(function, "arguments"));
                    parts.push(ContentPart::ToolCall { id: str_or_empty(call, "id"), name, arguments });
                }
                if role == "assistant" { Role::Assistant } else { Role::User }
            }
        };
        read.push(ChatMessage { role, parts });
    }
    Ok((system, read))
}

/// How far back the call of a result is searched, in messages and in their parts. Usually it is right before its
/// result. But a client of the edge writes both, and an id without a call would be compared with all calls there are,
/// for each result.
const MAX_DISTANCE: usize = 1024;

/// The name of the tool that was called with the id `wanted`.
fn name_of<'a>(messages: &[ChatMessage<'a>], wanted: &str) -> Option<&'a str> {
    for part in messages.iter().rev().take(MAX_DISTANCE).flat_map(|message| &message.parts).take(MAX_DISTANCE) {
        if let ContentPart::ToolCall { id, name, .. } = part
            && *id == wanted
        {
            return Some(name);
        }
    }
    None
}

/// Appends the parts of `content` to `parts`.
fn contents<'a>(content: &'a Value, parts: &mut Vec<ContentPart<'a>>) -> Result<()> {
    if let Some(text) = content.as_str().filter(|text| !text.is_empty()) {
        parts.push(ContentPart::Text(text));
    }
    for part in content.as_array().into_iter().flatten() {
        parts.push(match (part.as_str(), str_or_empty(part, "type")) {
            (Some(text), _) => ContentPart::Text(text),
            (None, "text" | "") => ContentPart::Text(str_or_empty(part, "text")),
            (None, "refusal") => ContentPart::Text(str_or_empty(part, "refusal")),
            (None, "image_url") => match part.pointer("/image_url/url").or(part.get("image_url")) {
                Some(given) if given.as_str().is_some() => ContentPart::Image {
                    url: given.as_str().unwrap_or_default(),
                    detail: part.text_at("/image_url/detail").unwrap_or_default(),
                    given,
                },
                _ => return Err(Error::input("an image_url in messages has no url")),
            },
            (None, other) => {
                let cannot = join(&["content of type '", other, "' in messages: this protocol has no place for it"]);
                return Err(Error::input(cannot));
            }
        });
    }
    Ok(())
}

/// The content of a message that may hold only text.
fn text(role: &str, content: &Value) -> Result<String> {
    let (mut text, mut parts) = (String::new(), Vec::new());
    contents(content, &mut parts)?;
    for part in parts {
        let ContentPart::Text(piece) = part else {
            return Err(Error::input(join(&["an image in a message of role '", role, "': it takes text only"])));
        };
        text.push_str(piece);
    }
    Ok(text)
}

/// The arguments of a tool call as JSON text of an object. Empty arguments become an empty object.
///
/// # Errors
/// [`crate::chat::Code::Input`]: they are not a JSON object.
pub fn arguments_object(text: &str) -> Result<String> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    object(text).ok_or_else(|| Error::input("tool_calls in messages: the arguments of a call are no JSON object"))
}

/// The JSON object in `text`, written so that every reader takes it. Our own reader takes more: a byte order mark
/// before it, and halves of surrogate pairs in it, which remain where a text was cut. `None`: it is not a JSON object.
pub fn object(text: &str) -> Option<String> {
    let parsed = json::parse(text.as_bytes()).ok()?;
    parsed.value.is_object().then(|| json::join_surrogates(&parsed.value.to_json(), parsed.has_lone_surrogates))
}

/// Letters and digits that stand for the id of a call in the place of the id, always the same ones, for services that take no other
/// characters. (FNV-1a, and splitmix64 for the digits; two ids of one talk do not meet.)
pub fn id_digits(id: &str, length: usize) -> String {
    let hash =
        |seed: u64| id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut state = hash(0xcbf2_9ce4_8422_2325);
    let mut digits = String::with_capacity(length);
    for _ in 0..length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        digits.push(digit((mixed ^ (mixed >> 31)) % 36));
    }
    digits
}

/// What the service gave with the tool calls of earlier replies, by the ids of the calls: the caller's `conversation`, sorted, so
/// that a call is found at once, however many there are. A heap sorts them, since `sort` weighs 1.1 kB more (gzipped).
pub struct KnownCalls<'a> {
    values: Vec<&'a Value>,
    /// Each id, and where in `values` its value is.
    sorted: Vec<(&'a str, usize)>,
}

impl<'a> KnownCalls<'a> {
    /// The calls that `conversation` knows.
    pub fn of(conversation: &'a Map) -> KnownCalls<'a> {
        let ids: BinaryHeap<_> = conversation.keys().enumerate().map(|(place, id)| (id, place)).collect();
        KnownCalls { values: conversation.iter().map(|(_, value)| value).collect(), sorted: ids.into_sorted_vec() }
    }

    /// What belongs to the call with this id.
    pub fn get(&self, id: &str) -> Option<&'a Value> {
        self.place(id).map(|place| self.values[place])
    }

    fn place(&self, id: &str) -> Option<usize> {
        let found = self.sorted.binary_search_by_key(&id, |(known, _)| known).ok()?;
        Some(self.sorted[found].1)
    }

    /// What belongs to tool calls in the messages, for the next conversation. The service will not ask for the rest again.
    pub fn still_needed(&self, messages: &[ChatMessage<'_>]) -> Map {
        self.of_calls(messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
            ContentPart::ToolCall { id, .. } => Some(*id),
            _ => None,
        }))
    }

    /// As [`KnownCalls::still_needed`], of messages in OpenAI's form.
    pub fn still_needed_of(&self, given: &Value) -> Map {
        let calls = items(given).iter().flat_map(|message| message.list("tool_calls"));
        self.of_calls(calls.map(|call| str_or_empty(call, "id")))
    }

    fn of_calls<'b>(&self, ids: impl Iterator<Item = &'b str>) -> Map {
        let mut needed = Map::new();
        let mut is_taken = vec![false; self.values.len()];
        for id in ids {
            if let Some(place) = self.place(id)
                && !std::mem::replace(&mut is_taken[place], true)
            {
                needed.push(id, self.values[place].clone());
            }
        }
        needed
    }
}

/// The messages as `{ role, [key]: blocks }`, where the role of the model is `assistant` and all others are `user`.
/// `blocks` writes the blocks of one message. Successive messages of the same role become one, since results of tools
/// must be together.
///
/// # Errors
/// Those of `blocks`.
pub fn in_blocks(
    given: &[ChatMessage<'_>],
    assistant: &str,
    key: &str,
    blocks: &dyn Fn(&[ContentPart<'_>]) -> Result<Vec<Value>>,
) -> Result<Value> {
    let mut messages: Vec<Value> = Vec::new();
    for ChatMessage { role, parts } in given {
        let role = if *role == Role::Assistant { assistant } else { "user" };
        let mut blocks = blocks(parts)?;
        if let Some(Value::Object(last)) = messages.last_mut()
            && last.text("role") == Some(role)
            && let Some(Value::Array(known)) = last.get_mut(key)
        {
            known.append(&mut blocks);
        } else if !blocks.is_empty() {
            let mut message = Map::new();
            message.insert_str("role", role);
            message.insert(key, blocks.into());
            messages.push(message.into());
        }
    }
    Ok(messages.into())
}

/// The caller's tools, which have OpenAI's form, as objects with the members of `head`, the name, the description, and
/// at `schema` the JSON schema of the arguments. `None` where there are none.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `tools` is not an array, or a tool has no name.
pub fn tools(chat: &ChatRequest, head: &[(&str, &str)], schema: &str) -> Result<Option<Value>> {
    let Some(tools) = chat.mapped_options.get(".tools") else { return Ok(None) };
    let mut read = Vec::new();
    for tool in tools.as_array().ok_or_else(|| Error::input("tools must be an array"))? {
        let function = tool.get("function").unwrap_or(tool);
        let mut tool = Map::new();
        for (key, text) in head.iter().copied().chain([("name", str_or_empty(function, "name"))]) {
            tool.insert_str(key, text);
        }
        if tool.text("name").is_none() {
            return Err(Error::input("a tool has no name"));
        }
        for (key, there) in [("description", "description"), ("parameters", schema), ("strict", "strict")] {
            if let Some(value) = function.non_null(key).filter(|_| key != "strict" || !head.is_empty()) {
                tool.insert(there, value.clone());
            }
        }
        if !tool.contains_key(schema) {
            tool.insert_filled(schema, r#"{"type":"object","properties":{}}"#, &[]);
        }
        read.push(tool.into());
    }
    Ok((!read.is_empty()).then(|| read.into()))
}

/// The JSON schema in `responseFormat` that the answer must follow. `null` where any JSON will do, `None` for text.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `responseFormat` is of an unknown type, or has no schema.
pub fn schema(chat: &ChatRequest) -> Result<Option<&Value>> {
    let Some(format) = chat.mapped_options.get(".response_format") else { return Ok(None) };
    match (str_or_empty(format, "type"), format.pointer("/json_schema/schema")) {
        ("json_schema", Some(schema)) => Ok(Some(schema)),
        ("json_object", _) => Ok(Some(&Value::Null)),
        ("text", _) => Ok(None),
        _ => Err(Error::input("responseFormat must be of type 'text', 'json_object' or 'json_schema', with a schema")),
    }
}

/// Puts `toolChoice` at `key`. `templates` are those for `auto`, `none`, `required` and the name of a tool, in this
/// order.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `toolChoice` is none of these.
pub fn tool_choice(chat: &ChatRequest, body: &mut Map, key: &str, templates: [&'static str; 4]) -> Result<()> {
    let Some(given) = chat.mapped_options.get(".tool_choice") else { return Ok(()) };
    let named = given.text_at("/function/name").or(given.text("name"));
    let at = match (given.as_str(), named) {
        (Some("auto"), _) => 0,
        (Some("none"), _) => 1,
        (Some("required"), _) => 2,
        (None, Some(_)) => 3,
        _ => return Err(Error::input("toolChoice must be 'auto', 'none', 'required' or the function of a tool")),
    };
    body.insert_filled(key, templates[at], &[named.unwrap_or_default()]);
    Ok(())
}

/// Replaces a single string at `key` by an array with that string.
pub fn wrap_in_list(options: &mut Map, key: &str) {
    if let Some(Value::String(_)) = options.get(key) {
        let one = options.take(key).unwrap_or_default();
        options.insert(key, vec![one].into());
    }
}
