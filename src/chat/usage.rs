//! How many tokens a reply took.

use crate::json::{Map, Value};

/// Tokens, as far as the service tells them; never an estimate of ours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    pub prompt: Option<u64>,
    pub completion: Option<u64>,
    pub total: Option<u64>,
    pub raw: Value,
}

impl Usage {
    /// From any of the usual spellings (OpenAI chat and Responses, Anthropic, Gemini, Ollama).
    pub fn from_json(raw: &Value) -> Option<Usage> {
        let number = |keys: &[&str]| keys.iter().find_map(|key| raw.get(key)).and_then(Value::as_u64);
        // Gemini counts apart what it thought.
        let reasoning = raw.number("thoughtsTokenCount").unwrap_or_default();
        let completion = number(&["completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count"]);
        raw.is_object().then(|| Usage {
            prompt: number(&["prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count"]),
            completion: completion.map(|count| count + reasoning).or((reasoning > 0).then_some(reasoning)),
            total: number(&["total_tokens", "totalTokens", "totalTokenCount"]),
            raw: raw.clone(),
        })
    }

    pub(super) fn into_json(self) -> Value {
        let mut object = Map::new();
        for (key, tokens) in
            [("promptTokens", self.prompt), ("completionTokens", self.completion), ("totalTokens", self.total)]
        {
            if let Some(tokens) = tokens {
                object.insert(key, tokens.into());
            }
        }
        object.insert("raw", self.raw);
        Value::Object(object)
    }
}
