//! Carries what a service wants back of its reasoning through APIs that have a place for a text only: a signature in Messages, encrypted
//! content in Responses. What is of the API's own service stands there as it is. Anything else is written as JSON behind a mark,
//! which the reader of the next request knows.

use super::item::Item;
use crate::chat::reasoning_detail::{self, ANTHROPIC, GOOGLE, OPENAI};
use crate::json::{self, Map, Value};
use crate::text::join;

/// How a text begins that holds details of another service.
const MARK: &str = "rivulet:";

/// The text that stands for `details`.
fn packed(details: &[Value]) -> String {
    join(&[MARK, &Value::from(details.to_vec()).to_json()])
}

/// The details in `text`. `None`: it is a service's own text.
pub fn unpacked(text: &str) -> Option<Vec<Value>> {
    let parsed = json::parse(text.strip_prefix(MARK)?.as_bytes()).ok()?;
    Some(parsed.value.as_array().cloned().unwrap_or_default())
}

/// The member `key` of the only detail of an item, if that has this format.
fn own<'a>(item: &'a Item, key: &str, format: &str) -> Option<&'a str> {
    let [detail] = item.details.as_slice() else { return None };
    detail.text(key).filter(|_| detail.says("format", format))
}

/// The signature of a block of thinking. Empty: there is none.
pub fn signature(item: &Item) -> String {
    match own(item, "signature", ANTHROPIC) {
        Some(signature) => signature.to_owned(),
        None if item.details.is_empty() => String::new(),
        None => packed(&item.details),
    }
}

/// The data of a `redacted_thinking` block. `None`: the item has a text.
pub fn redacted(item: &Item) -> Option<String> {
    if !item.text.is_empty() || item.details.is_empty() || own(item, "signature", ANTHROPIC).is_some() {
        return None;
    }
    Some(own(item, "data", ANTHROPIC).map_or_else(|| packed(&item.details), str::to_owned))
}

/// The `encrypted_content` of an item of reasoning.
pub fn encrypted_content(item: &Item) -> String {
    // OpenAI refuses content that comes back with another id than its own.
    let is_own = own(item, "id", OPENAI).is_none_or(|id| id == item.id);
    own(item, "data", OPENAI).filter(|_| is_own).map_or_else(|| packed(&item.details), str::to_owned)
}

/// Whether the id of an item of reasoning, if it has one, is OpenAI's: nothing of another service is in it.
pub fn is_of_openai(item: &Item) -> bool {
    item.details.is_empty() || own(item, "data", OPENAI).is_some()
}

/// The details of an item of reasoning that a client sends back.
pub fn of_encrypted(id: &str, data: &str) -> Vec<Value> {
    unpacked(data).unwrap_or_else(|| vec![reasoning_detail::encrypted(data, id, OPENAI).into()])
}

/// The call, and its signature, that a detail of Google's is about.
pub fn signature_of_call(detail: &Map) -> Option<(String, String)> {
    let (id, data) = (detail.text("id")?, detail.text("data")?);
    detail.says("format", GOOGLE).then(|| (id.to_owned(), data.to_owned()))
}
