//! Requests of OpenAI's API as calls.

use crate::error::{Error, Result};
use crate::json;
use crate::text::{decimal, join};
use crate::value::{Map, Value};

/// Names there and here.
const CHAT: &[(&str, &str)] = &[
    ("messages", "messages"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("max_tokens", "maxTokens"),
    ("max_completion_tokens", "maxTokens"),
    ("stop", "stop"),
    ("seed", "seed"),
    ("tools", "tools"),
    ("response_format", "responseFormat"),
];

const RESPONSES: &[(&str, &str)] =
    &[("temperature", "temperature"), ("top_p", "topP"), ("max_output_tokens", "maxTokens"), ("tools", "tools")];

/// Fields that change what a model does and that have no place in a call.
const LEFT_OUT: &[&str] = &[
    "audio",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "modalities",
    "prediction",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "tool_choice",
    "top_logprobs",
    "verbosity",
];

/// What the body of a request asks for: `{ model, stream, includeUsage, options, warnings }`, the options being a call's,
/// the warnings of fields that change what a model does and that no provider here passes on.
pub fn read(body: &str, responses: bool) -> Result<Map> {
    let body = json::parse(body.as_bytes()).map_err(|_| Error::input("the body is not JSON that can be read"))?.value;
    if !body.is_object() {
        return Err(Error::input("the body must be a JSON object"));
    }
    let Some(model) = body.text("model").filter(|model| !model.is_empty()) else {
        return Err(Error::input("you must provide a model parameter, a string that is not empty"));
    };
    if body.known("n").is_some_and(|n| n.as_u64() != Some(1)) {
        return Err(Error::input("n must be 1: one choice is all there is"));
    }
    if body.known("previous_response_id").is_some() {
        return Err(Error::input("previous_response_id: responses are not kept; send the conversation in input"));
    }
    let mut options = Map::new();
    for (theirs, ours) in if responses { RESPONSES } else { CHAT } {
        if let Some(value) = body.known(theirs) {
            options.insert(ours, value.clone());
        }
    }
    if responses {
        options.insert("messages", read_input(&body)?);
    }
    let mut warnings = Vec::new();
    for key in LEFT_OUT {
        if body.known(key).is_some() {
            warnings.push(join(&["'", key, "' was left out"]).into());
        }
    }
    let mut wanted = Map::new();
    wanted.put("model", model);
    wanted.insert("stream", flag(&body, "stream")?);
    wanted.insert("includeUsage", flag(body.get("stream_options").unwrap_or(&Value::Null), "include_usage")?);
    wanted.insert("options", options.into());
    wanted.insert("warnings", warnings.into());
    Ok(wanted)
}

fn flag(object: &Value, key: &str) -> Result<Value> {
    match object.known(key) {
        None => Ok(false.into()),
        Some(flag @ Value::Bool(_)) => Ok(flag.clone()),
        Some(_) => Err(Error::input(join(&[key, " must be true or false"]))),
    }
}

/// `instructions` and `input` of a Responses request as messages.
fn read_input(body: &Value) -> Result<Value> {
    let mut messages = Vec::new();
    if let Some(instructions) = body.text("instructions") {
        messages.push(message("system", instructions.into()));
    }
    match body.known("input") {
        Some(text @ Value::String(_)) => messages.push(message("user", text.clone())),
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                messages.push(read_item(item, index)?);
            }
        }
        None => return Err(Error::input("input is missing")),
        Some(_) => return Err(Error::input("input must be a string or an array of items")),
    }
    Ok(Value::Array(messages))
}

fn read_item(item: &Value, index: usize) -> Result<Value> {
    let kind = item.text("type").unwrap_or("message");
    let Some(role) = item.text("role").filter(|_| kind == "message") else {
        let at = decimal(index as u64);
        return Err(Error::input(join(&[
            "input[",
            &at,
            "] of type '",
            kind,
            "' is not kept and cannot be passed on: send messages",
        ])));
    };
    let mut content = item.get("content").cloned().unwrap_or_default();
    if let Value::Array(parts) = &mut content {
        parts.iter_mut().for_each(read_part);
    }
    Ok(message(role, content))
}

/// Parts are named by their direction there, and not here.
fn read_part(part: &mut Value) {
    let is_image = part.text("type") == Some("input_image");
    let Value::Object(part) = part else { return };
    if is_image {
        let mut image = Map::new();
        image.put("url", part.text("image_url").unwrap_or_default());
        part.put("type", "image_url");
        part.insert("image_url", image.into());
    } else if part.text("type").is_some_and(|kind| kind.ends_with("_text")) {
        part.put("type", "text");
    }
}

fn message(role: &str, content: Value) -> Value {
    let mut message = Map::new();
    message.put("role", role);
    message.insert("content", content);
    message.into()
}
