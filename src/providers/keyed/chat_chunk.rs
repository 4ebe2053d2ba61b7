//! Reads chunks of OpenAI's Chat Completions, as a dozen services send them (sections F2 to F4 of
//! `tests/wire/README.md`).

use super::compatible::EXTRA;
use super::message_decoder::{MessageDecoder, arguments_text, str_or_empty};
use crate::exchange::EventQueue;
use crate::json::Value;

/// Puts a chunk, or a completion in one piece, into the message. `key`: the member of a choice that holds the message
/// or the piece of it, `message` or `delta`.
pub fn decode(message: &mut MessageDecoder, value: &Value, key: &str, out: &mut EventQueue) {
    message.usage(value.get("usage"));
    message.usage(value.pointer("/x_groq/usage"));
    // Perplexity says in each chunk again what it has found so far; the results say more than their addresses.
    let sources = [value.list("search_results"), value.list("citations")];
    message.sources_so_far(sources.iter().find(|list| !list.is_empty()).copied().unwrap_or_default(), out);
    for choice in value.list("choices") {
        if choice.number("index").unwrap_or_default() != 0 {
            message.not_scannable();
            continue;
        }
        // Moonshot counts in the choice.
        message.usage(choice.get("usage"));
        message.finish(str_or_empty(choice, "finish_reason"));
        message.failure_word(str_or_empty(choice, "native_finish_reason"));
        if let Some(logprobs) = choice.get("logprobs").and_then(Value::as_object) {
            message.logprobs(logprobs, out);
        }
        if let Some(delta) = choice.get(key) {
            decode_delta(message, delta, out);
        }
    }
}

/// Puts a message, or a piece of one, into the message.
fn decode_delta(message: &mut MessageDecoder, delta: &Value, out: &mut EventQueue) {
    decode_reasoning(message, delta, out);
    message.text(str_or_empty(delta, "content"), out);
    for part in delta.list("content") {
        // Mistral has the reasoning in `thinking`, Databricks in `summary`.
        for thought in part.list("thinking").iter().chain(part.list("summary")) {
            message.reasoning(str_or_empty(thought, "text"), out);
        }
        match part.text("type") {
            Some("reasoning" | "thinking") => _ = message.reasoning(str_or_empty(part, "text"), out),
            _ => message.text(str_or_empty(part, "text"), out),
        }
    }
    message.refusal(str_or_empty(delta, "refusal"), out);
    for call in delta.list("tool_calls") {
        // A call of a custom tool has its input as text.
        let function = call.non_null("function").or(call.get("custom")).unwrap_or(&Value::Null);
        let arguments = function.non_null("arguments").or(function.get("input"));
        let [id, name] = [(call, "id"), (function, "name")].map(|(value, key)| str_or_empty(value, key));
        message.tool_call(call.number("index"), id, name, &arguments_text(arguments), out);
        if let Some(extra) = call.non_null(EXTRA) {
            message.call_extra(extra);
        }
    }
    // The calls of the time before `tool_calls`, of which a message has one.
    if let Some(call) = delta.non_null("function_call") {
        let arguments = arguments_text(call.get("arguments"));
        message.tool_call(Some(0), "", str_or_empty(call, "name"), &arguments, out);
    }
    for image in delta.list("images") {
        if let Some(url) = image.text_at("/image_url/url").or(image.text("image_url")) {
            message.image(url.to_owned(), out);
        }
    }
    for annotation in delta.list("annotations") {
        message.source(annotation, out);
    }
}

/// Reads the reasoning, which has as many names as there are services; where several are there, they say the same.
fn decode_reasoning(message: &mut MessageDecoder, delta: &Value, out: &mut EventQueue) {
    message.reasoning_details(delta.list("reasoning_details"));
    let named =
        ["reasoning_content", "reasoning"].iter().find_map(|key| delta.text(key).filter(|text| !text.is_empty()));
    if let Some(text) = named {
        message.reasoning(text, out);
        return;
    }
    for detail in delta.list("reasoning_details") {
        let text = detail.text("text").or(detail.text("summary"));
        message.reasoning(text.unwrap_or_default(), out);
    }
}
