//! Chunks of OpenAI's Chat Completions, as a dozen services send them: F2 to F4 of `tests/wire/README.md`.

use super::message_decoder::{Turn, word};
use crate::exchange::Out;
use crate::json::Value;

/// `key`: where the answer, or its piece, is in a choice.
pub fn take(turn: &mut Turn, value: &Value, key: &str, out: &mut Out) {
    turn.usage(value.get("usage"));
    turn.usage(value.pointer("/x_groq/usage"));
    for choice in value.list("choices") {
        if choice.number("index").unwrap_or_default() != 0 {
            turn.pass_over();
            continue;
        }
        turn.finish(word(choice, "finish_reason"));
        let Some(delta) = choice.get(key) else { continue };
        let thought = word(delta, "reasoning_content");
        turn.think(if thought.is_empty() { word(delta, "reasoning") } else { thought }, out);
        turn.text(word(delta, "content"), out);
        for part in delta.list("content") {
            for thought in part.list("thinking") {
                turn.think(word(thought, "text"), out);
            }
            turn.text(word(part, "text"), out);
        }
        turn.refuse(word(delta, "refusal"), out);
        for call in delta.list("tool_calls") {
            let function = call.get("function").unwrap_or(&Value::Null);
            turn.call(call.number("index"), word(call, "id"), word(function, "name"), word(function, "arguments"), out);
        }
    }
}
