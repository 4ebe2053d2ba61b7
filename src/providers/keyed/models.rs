//! The models that a service has, by their names.

use std::rc::Rc;

use super::Dialect;
use super::errors::explained;
use crate::chat::{Code, Result};
use crate::exchange::{Next, Step};
use crate::http::Request;
use crate::json::Value;
use crate::options::Call;
use crate::text::join;

/// Each name becomes a piece of text. OpenAI and Anthropic have `data` with `id`, Ollama and Gemini `models` with `name`,
/// Workers AI `result` with `name` (its `id` is a number of Cloudflare's own), some gateways a bare array.
pub fn ask(dialect: &Dialect, call: Rc<Call>, path: &str) -> Result<Step> {
    let request = Request::get(join(&[&call.settings.url, path])).header("accept", "application/json");
    Ok(Step::ask_anyway((dialect.head)(&call, request), |answer, out| {
        if !answer.head.is_success() {
            return Err(explained(answer.refusal(), &answer.value()));
        }
        let value = answer.json()?.value;
        let list = ["data", "models", "result"].iter().find_map(|key| value.get(key)).unwrap_or(&value);
        let Value::Array(models) = list else {
            return Err(answer.error(Code::Protocol, "the answer holds no list of models"));
        };
        let keys = if value.get("result").is_some() { ["name", "id"] } else { ["id", "name"] };
        for model in models {
            let name = keys.iter().find_map(|key| model.text(key)).unwrap_or_default();
            out.text(name.strip_prefix("models/").unwrap_or(name), false);
        }
        Ok(Next::Over)
    }))
}
