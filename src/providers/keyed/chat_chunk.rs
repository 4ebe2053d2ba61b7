//! Reads chunks of OpenAI's Chat Completions, as a dozen services send them (sections F2 to F4 of
//! `tests/wire/README.md`).

use super::message_decoder::{MessageDecoder, str_or_empty};
use crate::exchange::EventQueue;
use crate::json::Value;

/// Puts a chunk, or a completion in one piece, into the message. `key`: the member of a choice that holds the message
/// or the piece of it, `message` or `delta`.
pub fn decode(message: &mut MessageDecoder, value: &Value, key: &str, out: &mut EventQueue) {
    message.usage(value.get("usage"));
    message.usage(value.pointer("/x_groq/usage"));
    for choice in value.list("choices") {
        if choice.number("index").unwrap_or_default() != 0 {
            message.not_scannable();
            continue;
        }
        message.finish(str_or_empty(choice, "finish_reason"));
        let Some(delta) = choice.get(key) else { continue };
        let reasoning = str_or_empty(delta, "reasoning_content");
        message.reasoning(if reasoning.is_empty() { str_or_empty(delta, "reasoning") } else { reasoning }, out);
        message.text(str_or_empty(delta, "content"), out);
        for part in delta.list("content") {
            for thinking in part.list("thinking") {
                message.reasoning(str_or_empty(thinking, "text"), out);
            }
            message.text(str_or_empty(part, "text"), out);
        }
        message.refusal(str_or_empty(delta, "refusal"), out);
        for call in delta.list("tool_calls") {
            let function = call.get("function").unwrap_or(&Value::Null);
            let [id, name, arguments] = [(call, "id"), (function, "name"), (function, "arguments")]
                .map(|(value, key)| str_or_empty(value, key));
            message.tool_call(call.number("index"), id, name, arguments, out);
        }
    }
}
