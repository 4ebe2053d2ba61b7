//! What was said so far, taken apart for protocols whose messages have another form than OpenAI's.

use super::message_decoder::word;
use crate::chat::{Error, Result};
use crate::json::{self, Map, Value};
use crate::options::{Call, History};
use crate::text::{cut, join};

/// A message, but for those of the system.
pub struct Said<'a> {
    pub role: Role,
    pub parts: Vec<Part<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
    Tool,
}

pub enum Part<'a> {
    Text(&'a str),
    Image {
        url: &'a str,
        /// How closely to look at it, or nothing.
        detail: &'a str,
    },
    Call {
        id: &'a str,
        name: &'a str,
        arguments: &'a str,
    },
    /// What came of the call with this id, of the tool with this name.
    Result {
        id: &'a str,
        name: &'a str,
        text: String,
    },
}

/// The messages in OpenAI's form; their roles and contents were checked by [`Call::read`].
pub fn messages(call: &Call) -> Result<Vec<Value>> {
    Ok(match call.passed.get(".messages") {
        Some(Value::Array(list)) if call.history == History::Messages => list.clone(),
        _ => {
            let mut message = Map::new();
            message.put("role", "user");
            message.put("content", &call.turns()?.0);
            vec![message.into()]
        }
    })
}

/// What the system says as one text, and the messages.
pub fn read(messages: &[Value]) -> Result<(String, Vec<Said<'_>>)> {
    let (mut system, mut read): (String, Vec<Said>) = (String::new(), Vec::new());
    for message in messages {
        let (role, content) = (word(message, "role").trim(), message.get("content").unwrap_or(&Value::Null));
        let mut parts = Vec::new();
        let role = match role {
            "system" | "developer" => {
                system.push_str(if system.is_empty() { "" } else { "\n\n" });
                system.push_str(&text(role, content)?);
                continue;
            }
            "tool" | "function" => {
                let id = word(message, "tool_call_id");
                // The name stands in the call only.
                let name = name_of(&read, id).unwrap_or(word(message, "name"));
                parts.push(Part::Result { id, name, text: text(role, content)? });
                Role::Tool
            }
            role => {
                contents(content, &mut parts)?;
                for call in message.list("tool_calls") {
                    let function = call.get("function").unwrap_or(&Value::Null);
                    let (name, arguments) = (word(function, "name"), word(function, "arguments"));
                    parts.push(Part::Call { id: word(call, "id"), name, arguments });
                }
                if role == "assistant" { Role::Assistant } else { Role::User }
            }
        };
        read.push(Said { role, parts });
    }
    Ok((system, read))
}

/// How far back the call of a result is looked for, in messages and in their parts. It stands right before; but a client of
/// the edge writes both, and an id that nobody called would be compared with all there are, for each result.
const FAR: usize = 1024;

fn name_of<'a>(said: &[Said<'a>], wanted: &str) -> Option<&'a str> {
    for part in said.iter().rev().take(FAR).flat_map(|said| &said.parts).take(FAR) {
        if let Part::Call { id, name, .. } = part
            && *id == wanted
        {
            return Some(name);
        }
    }
    None
}

fn contents<'a>(content: &'a Value, parts: &mut Vec<Part<'a>>) -> Result<()> {
    if let Some(text) = content.as_str().filter(|text| !text.is_empty()) {
        parts.push(Part::Text(text));
    }
    for part in content.as_array().into_iter().flatten() {
        parts.push(match (part.as_str(), word(part, "type")) {
            (Some(text), _) => Part::Text(text),
            (None, "text" | "") => Part::Text(word(part, "text")),
            (None, "refusal") => Part::Text(word(part, "refusal")),
            (None, "image_url") => match part.text_at("/image_url/url").or(part.text("image_url")) {
                Some(url) => Part::Image { url, detail: part.text_at("/image_url/detail").unwrap_or_default() },
                None => return Err(Error::input("an image_url in messages has no url")),
            },
            (None, other) => {
                let cannot = join(&["content of type '", other, "' in messages: this protocol has no place for it"]);
                return Err(Error::input(cannot));
            }
        });
    }
    Ok(())
}

/// Of a message whose content has no other form.
fn text(role: &str, content: &Value) -> Result<String> {
    let (mut text, mut parts) = (String::new(), Vec::new());
    contents(content, &mut parts)?;
    for part in parts {
        let Part::Text(piece) = part else {
            return Err(Error::input(join(&["an image in a message of role '", role, "': it takes text only"])));
        };
        text.push_str(piece);
    }
    Ok(text)
}

/// Media type and Base64 of a `data:` URL (RFC 2397).
pub fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = cut(url.strip_prefix("data:")?, b",");
    Some((head.strip_suffix(";base64")?, data.strip_prefix(',')?))
}

/// The arguments of a call, which are JSON of an object; none is an empty one.
pub fn arguments(text: &str) -> Result<String> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    object(text).ok_or_else(|| Error::input("tool_calls in messages: the arguments of a call are no JSON object"))
}

/// The object that this JSON is, as every reader takes it. Ours takes more: a byte order mark before it, and halves of
/// surrogate pairs in it, which are left where a text was cut.
pub fn object(text: &str) -> Option<String> {
    let parsed = json::parse(text.as_bytes()).ok()?;
    parsed.value.is_object().then(|| json::whole_text(&parsed.value.to_json(), parsed.mended))
}

/// Of what was kept for the next turn that which belongs to calls in the messages: of the others nobody will ask again.
pub fn kept(said: &[Said<'_>], conversation: &Map) -> Map {
    let mut kept = Map::new();
    for part in said.iter().flat_map(|said| &said.parts) {
        if let Part::Call { id, .. } = part
            && let Some(value) = conversation.get(id)
        {
            kept.insert(id, value.clone());
        }
    }
    kept
}

/// Messages in blocks, `{ role, [key]: blocks }`, where the assistant is called `assistant` and all others are the user;
/// `blocks` writes those of one message. What two messages of the same role say becomes one message: results of tools must
/// stand together.
pub fn in_blocks(
    said: &[Said<'_>],
    assistant: &str,
    key: &str,
    blocks: &dyn Fn(&[Part<'_>]) -> Result<Vec<Value>>,
) -> Result<Value> {
    let mut messages: Vec<Value> = Vec::new();
    for said in said {
        let role = if said.role == Role::Assistant { assistant } else { "user" };
        let mut blocks = blocks(&said.parts)?;
        if let Some(Value::Object(last)) = messages.last_mut()
            && last.text("role") == Some(role)
            && let Some(Value::Array(known)) = last.get_mut(key)
        {
            known.append(&mut blocks);
        } else if !blocks.is_empty() {
            let mut message = Map::new();
            message.put("role", role);
            message.insert(key, blocks.into());
            messages.push(message.into());
        }
    }
    Ok(messages.into())
}

/// The tools, whose form is OpenAI's: `head`, name, description, and at `schema` the JSON schema of the arguments.
pub fn tools(call: &Call, head: &[(&str, &str)], schema: &str) -> Result<Option<Value>> {
    let Some(tools) = call.passed.get(".tools") else { return Ok(None) };
    let mut read = Vec::new();
    for tool in tools.as_array().ok_or_else(|| Error::input("tools must be an array"))? {
        let function = tool.get("function").unwrap_or(tool);
        let mut tool = Map::new();
        for (key, text) in head.iter().copied().chain([("name", word(function, "name"))]) {
            tool.put(key, text);
        }
        if tool.text("name").is_none() {
            return Err(Error::input("a tool has no name"));
        }
        for (key, there) in [("description", "description"), ("parameters", schema), ("strict", "strict")] {
            if let Some(value) = function.known(key).filter(|_| key != "strict" || !head.is_empty()) {
                tool.insert(there, value.clone());
            }
        }
        if !tool.contains_key(schema) {
            tool.form(schema, r#"{"type":"object","properties":{}}"#, &[]);
        }
        read.push(tool.into());
    }
    Ok((!read.is_empty()).then(|| read.into()))
}

/// `responseFormat`: the JSON schema that the answer is to follow; `null` for any JSON.
pub fn schema(call: &Call) -> Result<Option<&Value>> {
    let Some(format) = call.passed.get(".response_format") else { return Ok(None) };
    match (word(format, "type"), format.pointer("/json_schema/schema")) {
        ("json_schema", Some(schema)) => Ok(Some(schema)),
        ("json_object", _) => Ok(Some(&Value::Null)),
        ("text", _) => Ok(None),
        _ => Err(Error::input("responseFormat must be of type 'text', 'json_object' or 'json_schema', with a schema")),
    }
}

/// `toolChoice`, after a template for each of `auto`, `none`, `required` and the name of a tool.
pub fn choice(call: &Call, body: &mut Map, key: &str, templates: [&'static str; 4]) -> Result<()> {
    let Some(given) = call.passed.get(".tool_choice") else { return Ok(()) };
    let named = given.text_at("/function/name").or(given.text("name"));
    let at = match (given.as_str(), named) {
        (Some("auto"), _) => 0,
        (Some("none"), _) => 1,
        (Some("required"), _) => 2,
        (None, Some(_)) => 3,
        _ => return Err(Error::input("toolChoice must be 'auto', 'none', 'required' or the function of a tool")),
    };
    body.form(key, templates[at], &[named.unwrap_or_default()]);
    Ok(())
}

/// The options of these names (`.name`), for services that have them in a place of their own.
pub fn options(call: &Call, names: &[&str]) -> Map {
    let mut options = Map::new();
    for name in names {
        if let Some(value) = call.passed.get(name) {
            options.insert(&name[1..], value.clone());
        }
    }
    options
}

/// One string becomes a list of one.
pub fn listed(options: &mut Map, key: &str) {
    if let Some(Value::String(_)) = options.get(key) {
        let one = options.take(key).unwrap_or_default();
        options.insert(key, vec![one].into());
    }
}
