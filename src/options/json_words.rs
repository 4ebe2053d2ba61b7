//! Asks a model for JSON in words, where a service has no mode for it.

use crate::json::Value;
use crate::text::filled;

/// Asks for any JSON object.
pub const JSON_ONLY: &str = "Answer with a single JSON object and nothing else: no text around it, no code fence.";

/// Asks for JSON of the schema in `format`, an option `responseFormat`; of any JSON where it has none.
pub fn in_words(format: &Value) -> String {
    match format.pointer("/json_schema/schema") {
        Some(schema) => filled("$ It must match this JSON Schema:\n$", &[JSON_ONLY, &schema.to_json()]),
        None => JSON_ONLY.to_owned(),
    }
}
