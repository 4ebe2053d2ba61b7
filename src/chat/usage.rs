//! How many tokens a reply used.

use crate::json::{Map, Value};

/// Token counts as the service reports them, never an estimate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Tokens of the request, with those that the service had in its cache or wrote there.
    pub input: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output: Option<u64>,
    /// All tokens: the service's sum, or else that of `input` and `output`.
    pub total: Option<u64>,
    /// Tokens of the request that the service had in its cache.
    pub cached_input: Option<u64>,
    /// Tokens of the request that the service wrote to its cache.
    pub cache_write: Option<u64>,
    /// Tokens of the answer that are reasoning.
    pub reasoning: Option<u64>,
    /// The counts in the service's own shape.
    pub raw: Value,
}

impl Usage {
    /// Reads the usual spellings (OpenAI's chat and Responses, Anthropic, Gemini, Ollama, Cohere, DeepSeek), each by its service's
    /// rule of what includes what. `None`: `raw` is not an object.
    pub fn from_json(raw: &Value) -> Option<Usage> {
        if !raw.is_object() {
            return None;
        }
        let number = |places: &[&str]| places.iter().find_map(|place| raw.pointer(place)).and_then(Value::as_u64);
        let add = |a: Option<u64>, b: Option<u64>| if a.is_some() { a.zip(b).map(|(a, b)| a + b).or(a) } else { b };
        let input = number(&["/prompt_tokens", "/input_tokens", "/promptTokenCount", "/prompt_eval_count"]);
        let output = number(&["/completion_tokens", "/output_tokens", "/candidatesTokenCount", "/eval_count"]);
        let mut usage = Usage {
            // Gemini counts what its own tools put into the request by itself.
            input: add(input, number(&["/toolUsePromptTokenCount"])),
            output,
            total: number(&["/total_tokens", "/totalTokens", "/totalTokenCount"]),
            cached_input: number(&[
                "/prompt_tokens_details/cached_tokens",
                "/input_tokens_details/cached_tokens",
                "/cache_read_input_tokens",
                "/cachedContentTokenCount",
                "/prompt_cache_hit_tokens",
            ]),
            cache_write: number(&["/cache_creation_input_tokens", "/prompt_tokens_details/cache_write_tokens"]),
            reasoning: number(&[
                "/completion_tokens_details/reasoning_tokens",
                "/output_tokens_details/reasoning_tokens",
                "/thoughtsTokenCount",
            ]),
            raw: raw.clone(),
        };
        // Anthropic counts what is in the cache beside the rest of the request.
        for count in ["/cache_read_input_tokens", "/cache_creation_input_tokens"] {
            usage.input = add(usage.input, number(&[count]));
        }
        // Gemini counts reasoning beside the rest of the answer, and so does xAI, as its sum shows.
        let sum = add(usage.input, output);
        let is_beside = raw.get("thoughtsTokenCount").is_some()
            || usage.total.is_some_and(|total| Some(total) == add(sum, usage.reasoning));
        if is_beside {
            usage.output = add(output, usage.reasoning);
        }
        usage.total = usage.total.or(usage.input.zip(usage.output).map(|(input, output)| input + output));
        Some(usage)
    }

    /// The counts as JavaScript has them; a count that is not known is absent. `promptTokens` and `completionTokens` are other names
    /// of the first two.
    pub fn into_json(self) -> Value {
        let mut object = Map::new();
        for (key, tokens) in [
            ("promptTokens", self.input),
            ("completionTokens", self.output),
            ("inputTokens", self.input),
            ("outputTokens", self.output),
            ("totalTokens", self.total),
            ("cachedInputTokens", self.cached_input),
            ("cacheWriteTokens", self.cache_write),
            ("reasoningTokens", self.reasoning),
        ] {
            if let Some(tokens) = tokens {
                object.insert(key, tokens.into());
            }
        }
        object.insert("raw", self.raw);
        Value::Object(object)
    }
}
