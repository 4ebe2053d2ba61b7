//! What a service wants back of its reasoning (signatures, encrypted content), in the form of OpenRouter's `reasoning_details`, which
//! agents carry from an answer into the next request. (OpenRouter's documentation, "Preserving reasoning".)

use crate::json::{Map, Value};

/// The member of a message for a list of details.
pub const DETAILS: &str = "reasoning_details";

/// The `format` of a detail that is Anthropic's.
pub const ANTHROPIC: &str = "anthropic-claude-v1";
/// The `format` of a detail that is Google's.
pub const GOOGLE: &str = "google-gemini-v1";
/// The `format` of a detail that is of OpenAI's Responses API.
pub const OPENAI: &str = "openai-responses-v1";

/// A text of the reasoning, signed by the service. An empty signature is left out.
pub fn signed(text: &str, signature: &str, format: &str) -> Map {
    let mut detail = Map::new();
    detail.insert_str("type", "reasoning.text");
    detail.insert_str("text", text);
    if !signature.is_empty() {
        detail.insert_str("signature", signature);
    }
    detail.insert_str("format", format);
    detail
}

/// Reasoning, or its signature, that only the service can read. `id`: that of the call which it led to, or of its item. May be empty.
pub fn encrypted(data: &str, id: &str, format: &str) -> Map {
    let mut detail = Map::new();
    detail.insert_str("type", "reasoning.encrypted");
    detail.insert_str("data", data);
    if !id.is_empty() {
        detail.insert_str("id", id);
    }
    detail.insert_str("format", format);
    detail
}

/// Whether a detail has more than a text that anybody may write: a signature or encrypted content.
pub fn has_state(detail: &Value) -> bool {
    ["signature", "data"].iter().any(|key| detail.text(key).is_some_and(|text| !text.is_empty()))
}

/// The details of a message that have this format and are more than text.
pub fn of_format<'a>(message: &'a Value, format: &'static str) -> impl Iterator<Item = &'a Value> {
    message.list(DETAILS).iter().filter(move |detail| detail.says("format", format) && has_state(detail))
}

/// The encrypted details of a message that are about a call, by the ids of the calls. There may be many of both.
pub fn by_call(message: &Value, format: &'static str) -> Map {
    let mut found = Map::new();
    for detail in of_format(message, format) {
        if let (Some(id), Some(data)) = (detail.text("id"), detail.get("data")) {
            found.push(id, data.clone());
        }
    }
    found
}
