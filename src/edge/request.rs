//! Requests of OpenAI's API as calls.

use crate::error::{Error, Result};
use crate::json;
use crate::text::{decimal, join};
use crate::value::{Map, Value};

/// What a request asks for. `options` are a call's (`docs` of `CallOptions`).
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub model: String,
    pub stream: bool,
    pub include_usage: bool,
    pub options: Map,
    /// Texts: known fields that no provider of this kind honours.
    pub warnings: Vec<Value>,
}

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

impl Wanted {
    pub fn read(body: &str, responses: bool) -> Result<Wanted> {
        let body =
            json::parse(body.as_bytes()).map_err(|_| Error::input("the body is not JSON that can be read"))?.value;
        if !body.is_object() {
            return Err(Error::input("the body must be a JSON object"));
        }
        let model = match body.known("model") {
            Some(Value::String(model)) if !model.is_empty() => model.clone(),
            None => return Err(Error::input("you must provide a model parameter")),
            Some(_) => return Err(Error::input("model must be a string that is not empty")),
        };
        let stream = flag(&body, "stream")?;
        let include_usage = flag(body.get("stream_options").unwrap_or(&Value::Null), "include_usage")?;
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
        Ok(Wanted { model, stream, include_usage, options, warnings })
    }

    /// For JavaScript.
    pub fn into_json(self) -> String {
        let mut wanted = Map::new();
        wanted.put("model", &self.model);
        wanted.insert("stream", self.stream.into());
        wanted.insert("includeUsage", self.include_usage.into());
        wanted.insert("options", self.options.into());
        wanted.insert("warnings", self.warnings.into());
        Value::from(wanted).to_json()
    }
}

fn flag(object: &Value, key: &str) -> Result<bool> {
    match object.known(key) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
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
        return Err(Error::input(join(&["input[", &at, "] of type '", kind, "' is none that can be passed on"])));
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
