//! How many tokens a reply used.

use crate::json::{Map, Value};

/// Token counts as the service reports them, never an estimate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Tokens of the request.
    pub prompt: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub completion: Option<u64>,
    /// All tokens, if the service reports a sum.
    pub total: Option<u64>,
    /// The counts in the service's own shape.
    pub raw: Value,
}

impl Usage {
    /// Reads the usual spellings (OpenAI's chat and Responses, Anthropic, Gemini, Ollama, Cohere). `None`: `raw` is not
    /// an object.
    pub fn from_json(raw: &Value) -> Option<Usage> {
        let number = |keys: &[&str]| keys.iter().find_map(|key| raw.get(key)).and_then(Value::as_u64);
        // Gemini does not count reasoning among the tokens of the answer, so it is added here.
        let reasoning = raw.number("thoughtsTokenCount").unwrap_or_default();
        let completion = number(&["completion_tokens", "output_tokens", "candidatesTokenCount", "eval_count"]);
        raw.is_object().then(|| Usage {
            prompt: number(&["prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count"]),
            completion: completion.map(|count| count + reasoning).or((reasoning > 0).then_some(reasoning)),
            total: number(&["total_tokens", "totalTokens", "totalTokenCount"]),
            raw: raw.clone(),
        })
    }

    /// The counts as JavaScript has them; a count that is not known is absent.
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
