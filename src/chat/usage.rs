//! How many tokens a reply used.

use crate::json::{Map, Value};
use crate::text::parse_number;

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
    /// Reads the usual spellings (OpenAI's chat and Responses, Anthropic, Bedrock, Gemini, Ollama, Cohere, DeepSeek, Moonshot,
    /// DashScope, Mistral, Perplexity, xAI), each by its service's rule of what includes what. `None`: `raw` is not an object.
    pub fn from_json(raw: &Value) -> Option<Usage> {
        if !raw.is_object() {
            return None;
        }
        let number = |places: &[&str]| places.iter().find_map(|place| raw.pointer(place).and_then(count));
        let add = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        let mut input =
            number(&["/prompt_tokens", "/input_tokens", "/inputTokens", "/promptTokenCount", "/prompt_eval_count"]);
        let mut output =
            number(&["/completion_tokens", "/output_tokens", "/outputTokens", "/candidatesTokenCount", "/eval_count"]);
        // Ollama leaves out a count of 0. Without a count of the request it had the prompt in its cache, and does not say how long
        // that is.
        if raw.get("prompt_eval_count").is_some() {
            output = output.or(Some(0));
        }
        // Gemini counts what its own tools put into the request by itself.
        input = add(input, number(&["/toolUsePromptTokenCount"]));
        // Anthropic and Bedrock count what is in the cache beside the rest of the request. Gateways that have their counts under
        // OpenAI's names have them inside.
        let is_beside_cache = raw.get("prompt_tokens").is_none() && raw.get("input_tokens_details").is_none();
        for places in [&CACHE_READ, &CACHE_WRITTEN] {
            input = add(input, number(places).filter(|_| is_beside_cache));
        }
        let total = number(&["/total_tokens", "/totalTokens", "/totalTokenCount"]);
        let reasoning = number(&[
            "/completion_tokens_details/reasoning_tokens",
            "/output_tokens_details/reasoning_tokens",
            "/output_tokens_details/thinking_tokens",
            "/thoughtsTokenCount",
            "/reasoning_tokens",
        ]);
        // Gemini counts reasoning beside the rest of the answer; so do Perplexity, and xAI, as its sum shows.
        let is_beside =
            ["thoughtsTokenCount", "num_search_queries", "citation_tokens"].iter().any(|key| raw.get(key).is_some())
                || total.is_some_and(|total| Some(total) == add(add(input, output), reasoning));
        if is_beside {
            output = add(output, reasoning);
        }
        let cached = number(&[
            "/prompt_tokens_details/cached_tokens",
            "/input_tokens_details/cached_tokens",
            "/cachedContentTokenCount",
            "/prompt_cache_hit_tokens",
            "/cached_tokens",
            "/num_cached_tokens",
        ]);
        let written = number(&[
            "/prompt_tokens_details/cache_write_tokens",
            "/input_tokens_details/cache_write_tokens",
            "/prompt_tokens_details/cache_creation_input_tokens",
        ]);
        Some(Usage {
            input,
            output,
            total: total.or_else(|| add(input.filter(|_| output.is_some()), output.filter(|_| input.is_some()))),
            cached_input: cached.or_else(|| number(&CACHE_READ)),
            cache_write: written.or_else(|| number(&CACHE_WRITTEN)),
            reasoning,
            raw: raw.clone(),
        })
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

/// What was read from the cache, as Anthropic and Bedrock name it.
const CACHE_READ: [&str; 2] = ["/cache_read_input_tokens", "/cacheReadInputTokens"];
/// What was written to the cache.
const CACHE_WRITTEN: [&str; 2] = ["/cache_creation_input_tokens", "/cacheWriteInputTokens"];

/// A count, which some services write with a fraction (`12.0`).
fn count(value: &Value) -> Option<u64> {
    let Value::Number(digits) = value else { return None };
    parse_number(digits.strip_suffix(".0").unwrap_or(digits), 10)
}
