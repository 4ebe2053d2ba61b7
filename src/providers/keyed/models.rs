//! Lists the models of a service by their names.

use std::rc::Rc;

use super::Dialect;
use super::errors::classify;
use crate::chat::{Code, Result};
use crate::exchange::{Operation, Transition};
use crate::http::Request;
use crate::json::Value;
use crate::options::ChatRequest;

/// The operation that asks `path` for the models; each name becomes a piece of text. OpenAI and Anthropic have `data`
/// with `id`, Ollama, Gemini and Cohere `models` with `name`, Workers AI `result` with `name` (its `id` is a number
/// that only Cloudflare uses), some gateways a bare array.
///
/// # Errors
/// None. It returns a `Result` to fit [`crate::providers::Protocol::models`].
pub fn list_models(dialect: &Dialect, chat: Rc<ChatRequest>, path: &str) -> Result<Operation> {
    let request = Request::get(chat.settings.address(path)).header("accept", "application/json");
    Ok(Operation::buffered_any_status((dialect.headers)(&chat, request), |response, out| {
        if !response.head.is_success() {
            return Err(classify(response.status_error(), &response.json_or_null()));
        }
        let value = response.json()?.value;
        let list = ["data", "models", "result"].iter().find_map(|key| value.get(key)).unwrap_or(&value);
        let Value::Array(models) = list else {
            return Err(response.error(Code::Protocol, "the answer holds no list of models"));
        };
        let keys = if value.get("result").is_some() { ["name", "id"] } else { ["id", "name"] };
        for model in models {
            let name = keys.iter().find_map(|key| model.text(key)).unwrap_or_default();
            out.text(name.strip_prefix("models/").unwrap_or(name), false);
        }
        Ok(Transition::Over)
    }))
}
