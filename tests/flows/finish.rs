//! Why a reply ended, for every protocol: each word that a service or site has for it, in a stream and in one piece.

use rivulet::chat::Code;
use rivulet::providers::REGISTRY;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, call, json_answer, recorded};
use crate::support::service;

/// How a protocol writes an answer whose end has this word.
type Shape = fn(word: &str) -> Reply;

/// A word, and what becomes of it.
type Row = (&'static str, &'static str);

fn sse(frames: &[Value]) -> Reply {
    let body: String = frames
        .iter()
        .map(|frame| format!("event: {}\ndata: {frame}\n\n", frame["type"].as_str().unwrap_or("message")))
        .collect();
    Reply::new(200, body).header("content-type", "text/event-stream")
}

fn chat_chunk(delta: Value, word: &str) -> Value {
    json!({ "id": "1", "choices": [{ "index": 0, "delta": delta, "finish_reason": word }] })
}

fn chat(word: &str) -> Reply {
    sse(&[json!({ "id": "1", "choices": [{ "index": 0, "delta": { "content": "a" } }] }), chat_chunk(json!({}), word)])
}

fn chat_whole(word: &str) -> Reply {
    json_answer(json!({ "choices": [{ "index": 0, "message": { "content": "a" }, "finish_reason": word }] }))
}

fn chat_call(arguments: &str) -> Value {
    let function = json!({ "name": "f", "arguments": arguments });
    json!({ "tool_calls": [{ "index": 0, "id": "c", "type": "function", "function": function }] })
}

/// A status, or a reason of `incomplete_details`.
fn response(word: &str) -> Value {
    let message = json!({ "type": "message", "content": [{ "type": "output_text", "text": "a" }] });
    let call = json!({ "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}" });
    let (status, details, item) = match word {
        "completed" => ("completed", Value::Null, message),
        "a call" => ("completed", Value::Null, call),
        "" => ("incomplete", Value::Null, message),
        "failed" | "cancelled" => (word, Value::Null, message),
        _ => ("incomplete", json!({ "reason": word }), message),
    };
    json!({ "object": "response", "id": "r", "status": status, "incomplete_details": details, "output": [item] })
}

fn responses(word: &str) -> Reply {
    let response = response(word);
    let kind = if response["status"] == "completed" { "response.completed" } else { "response.incomplete" };
    let item = match word {
        "a call" => json!({ "type": "response.output_item.done", "output_index": 0, "item": response["output"][0] }),
        _ => json!({ "type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "a" }),
    };
    sse(&[item, json!({ "type": kind, "response": response })])
}

fn anthropic(word: &str) -> Reply {
    let block = match word {
        "tool_use" => json!({ "type": "tool_use", "id": "t", "name": "f", "input": {} }),
        _ => json!({ "type": "text", "text": "" }),
    };
    let delta = match word {
        "tool_use" => json!({ "type": "input_json_delta", "partial_json": "{}" }),
        _ => json!({ "type": "text_delta", "text": "a" }),
    };
    sse(&[
        json!({ "type": "message_start", "message": { "content": [], "stop_reason": null } }),
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        json!({ "type": "content_block_delta", "index": 0, "delta": delta }),
        json!({ "type": "message_delta", "delta": { "stop_reason": word } }),
        json!({ "type": "message_stop" }),
    ])
}

fn anthropic_whole(word: &str) -> Reply {
    let block = match word {
        "tool_use" => json!({ "type": "tool_use", "id": "t", "name": "f", "input": {} }),
        _ => json!({ "type": "text", "text": "a" }),
    };
    json_answer(json!({ "type": "message", "role": "assistant", "content": [block], "stop_reason": word }))
}

fn gemini_answer(word: &str) -> Value {
    let (part, reason) = match word {
        "a call" => (json!({ "functionCall": { "name": "f", "args": {} } }), "STOP"),
        _ => (json!({ "text": "a" }), word),
    };
    json!({ "candidates": [{ "content": { "parts": [part] }, "finishReason": reason }] })
}

fn ollama_answer(word: &str) -> Value {
    let (message, reason) = match word {
        "a call" => {
            (json!({ "content": "", "tool_calls": [{ "function": { "name": "f", "arguments": {} } }] }), "stop")
        }
        _ => (json!({ "content": "a" }), word),
    };
    json!({ "message": message, "done": true, "done_reason": reason })
}

fn ollama(word: &str) -> Reply {
    Reply::new(200, format!("{}\n", ollama_answer(word))).header("content-type", "application/x-ndjson")
}

fn cohere(word: &str) -> Reply {
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let piece = match word {
        "TOOL_CALL" => json!({ "type": "tool-call-start", "index": 0, "delta": { "message": { "tool_calls": call } } }),
        _ => json!({ "type": "content-delta", "index": 0, "delta": { "message": { "content": { "text": "a" } } } }),
    };
    sse(&[piece, json!({ "type": "message-end", "delta": { "finish_reason": word, "usage": {} } })])
}

fn cohere_whole(word: &str) -> Reply {
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let message = match word {
        "TOOL_CALL" => json!({ "role": "assistant", "tool_calls": [call] }),
        _ => json!({ "role": "assistant", "content": [{ "type": "text", "text": "a" }] }),
    };
    json_answer(json!({ "id": "1", "message": message, "finish_reason": word }))
}

/// Protocol, form, call, the answers before the last one, how the last one is written, and the words.
type Case = (&'static str, &'static str, Flow, Vec<Reply>, Shape, &'static [Row]);

/// What OpenAI and the services that speak its language say.
const CHAT: &[Row] = &[
    ("stop", "stop"),
    ("eos", "stop"),
    ("eos_token", "stop"),
    ("length", "length"),
    ("model_length", "length"),
    ("model_context_window_exceeded", "length"),
    ("content_filter", "content_filter"),
    ("sensitive", "content_filter"),
    ("tool_calls", "tool_calls"),
    ("function_call", "tool_calls"),
    ("a word of tomorrow", "unknown"),
    ("error", FAILS),
    ("network_error", "unknown"),
    ("insufficient_system_resource", "unknown"),
    // OpenAI's form at Amazon Bedrock, and in front of other services.
    ("end_turn", "stop"),
    ("max_tokens", "length"),
    ("tool_use", "tool_calls"),
    ("guardrail_intervened", "content_filter"),
    ("content_filtered", "content_filter"),
    ("malformed_model_output", FAILS),
    ("malformed_tool_use", FAILS),
];
const RESPONSES: &[Row] = &[
    ("completed", "stop"),
    ("a call", "tool_calls"),
    ("max_output_tokens", "length"),
    ("max_messages", "length"),
    ("content_filter", "content_filter"),
    ("steered", "unknown"),
    ("", "unknown"),
    ("failed", FAILS),
    ("cancelled", FAILS),
];
const ANTHROPIC: &[Row] = &[
    ("end_turn", "stop"),
    ("stop_sequence", "stop"),
    ("max_tokens", "length"),
    ("model_context_window_exceeded", "length"),
    ("refusal", "content_filter"),
    ("tool_use", "tool_calls"),
    ("pause_turn", "unknown"),
    ("compaction", "unknown"),
];
const GEMINI: &[Row] = &[
    ("STOP", "stop"),
    ("a call", "tool_calls"),
    ("MAX_TOKENS", "length"),
    ("SAFETY", "content_filter"),
    ("RECITATION", "content_filter"),
    ("LANGUAGE", "content_filter"),
    ("BLOCKLIST", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("IMAGE_SAFETY", "content_filter"),
    ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
    ("IMAGE_RECITATION", "content_filter"),
    ("ESCALATION", "content_filter"),
    ("PUP_LIMITED_DISABLED", "content_filter"),
    ("MODEL_ARMOR", "content_filter"),
    ("CONTINUATION", "length"),
    ("OTHER", "unknown"),
    ("MALFORMED_FUNCTION_CALL", FAILS),
    ("UNEXPECTED_TOOL_CALL", FAILS),
    ("TOO_MANY_TOOL_CALLS", FAILS),
    ("MISSING_THOUGHT_SIGNATURE", FAILS),
    ("MALFORMED_RESPONSE", FAILS),
    ("NO_IMAGE", FAILS),
    ("IMAGE_OTHER", FAILS),
];
const OLLAMA: &[Row] =
    &[("stop", "stop"), ("length", "length"), ("a call", "tool_calls"), ("load", "unknown"), ("unload", "unknown")];
const COHERE: &[Row] = &[
    ("COMPLETE", "stop"),
    ("STOP_SEQUENCE", "stop"),
    ("MAX_TOKENS", "length"),
    ("TOOL_CALL", "tool_calls"),
    ("ERROR", FAILS),
    ("TIMEOUT", FAILS),
];
/// AI Power passes on the words of OpenAI.
const POWER: &[Row] =
    &[("stop", "stop"), ("length", "length"), ("content_filter", "content_filter"), ("new", "unknown")];
/// AI Puffer says in words of its own that a reply is not complete; `""`: it says nothing.
const PUFFER: &[Row] =
    &[("", "stop"), ("max_output_tokens", "length"), ("content_filter", "content_filter"), ("steered", "unknown")];
/// AI Engine: the mark of OpenAI's Responses API in a stream is the only one. What is told is in `sites.rs`.
const ENGINE: &[Row] = &[("tokens", "stop"), ("nothing", "unknown")];

/// The reply is an error, and what came before it is kept.
const FAILS: &str = "an error";

fn puffer_words(word: &str) -> String {
    if word.is_empty() { "a".to_owned() } else { format!("a (Incomplete: {word})") }
}

fn power_whole(_: &str) -> Reply {
    json_answer(json!({ "status": "success", "data": "a" }))
}

fn puffer_chat(word: &str) -> Reply {
    json_answer(json!({ "reply": puffer_words(word) }))
}

fn puffer_generate(word: &str) -> Reply {
    json_answer(json!({ "content": puffer_words(word) }))
}

fn puffer(word: &str) -> Reply {
    let mut body = "data: {\"delta\":\"a\"}\n\n".to_owned();
    if !word.is_empty() {
        let warning = json!({ "error": format!(" (Incomplete: {word})") });
        body.push_str(&format!("event: warning\ndata: {warning}\n\n"));
    }
    body.push_str("event: done\ndata: {\"finished\":true}\n\n");
    Reply::new(200, body).header("content-type", "text/event-stream")
}

fn engine(word: &str) -> Reply {
    let id = if word == "tokens" { "resp_1" } else { "chatcmpl-1" };
    let accuracy = if word == "tokens" { "tokens" } else { "estimated" };
    let usage = json!({ "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "accuracy": accuracy });
    let end = json!({ "success": true, "reply": "a", "usage": usage, "responseId": id });
    let live = json!({ "type": "live", "data": "a" });
    let end = json!({ "type": "end", "data": end.to_string() });
    Reply::new(200, format!("data: {live}\n\ndata: {end}\n\n")).header("content-type", "text/event-stream")
}

/// The last event, or [`FAILS`].
fn ending(played: &Played) -> String {
    match &played.end {
        Ok(()) => played.described().last().cloned().unwrap_or_default(),
        Err(error) => {
            assert!(matches!(error.code, Code::Service | Code::Timeout), "{error}");
            FAILS.to_owned()
        }
    }
}

#[test]
fn every_word_for_the_end_means_the_same_in_every_protocol_and_form() {
    let keyed = |name: &'static str| {
        let flow = service::ask(name, json!("Hi"));
        if name == "WorkersAi" { flow.settings(json!({ "accountId": "acc" })) } else { flow }
    };
    let puffer_key = json!({ "apiKey": "site-key-0123", "botId": "5" });
    let generate = json!({ "apiKey": "site-key-0123", "provider": "openai", "defaultModel": "m" });
    let session = [("nonce", "0123456789"), ("botId", "5"), ("postId", "5")];
    let stored = || vec![recorded("ai-power/aipkit-cache-ok")];
    let hi = |name: &'static str| call(name, json!("Hi"));
    #[rustfmt::skip]
    let table: Vec<Case> = vec![
        ("OpenAiChat", "stream", keyed("OpenAiChat"), vec![], chat, CHAT),
        ("OpenAiChat", "whole", keyed("OpenAiChat"), vec![], chat_whole, CHAT),
        ("OpenAiResponses", "stream", keyed("OpenAiResponses"), vec![], responses, RESPONSES),
        ("OpenAiResponses", "whole", keyed("OpenAiResponses"), vec![], |word| json_answer(response(word)), RESPONSES),
        ("Anthropic", "stream", keyed("Anthropic"), vec![], anthropic, ANTHROPIC),
        ("Anthropic", "whole", keyed("Anthropic"), vec![], anthropic_whole, ANTHROPIC),
        ("Gemini", "stream", keyed("Gemini"), vec![], |word| sse(&[gemini_answer(word)]), GEMINI),
        ("Gemini", "whole", keyed("Gemini"), vec![], |word| json_answer(gemini_answer(word)), GEMINI),
        ("Ollama", "stream", keyed("Ollama"), vec![], ollama, OLLAMA),
        ("Ollama", "whole", keyed("Ollama"), vec![], |word| json_answer(ollama_answer(word)), OLLAMA),
        ("Cohere", "stream", keyed("Cohere"), vec![], cohere, COHERE),
        ("Cohere", "whole", keyed("Cohere"), vec![], cohere_whole, COHERE),
        ("WorkersAi", "stream", keyed("WorkersAi"), vec![], chat, CHAT),
        ("WorkersAi", "whole", keyed("WorkersAi"), vec![], chat_whole, CHAT),
        ("AiEngine", "stream", hi("AiEngine").session(&session), vec![], engine, ENGINE),
        ("AiPower", "stream", hi("AiPower").session(&session), vec![], chat, POWER),
        // An answer in one piece does not tell a reached limit (live/ai-power-finish-length-json), nor anything else.
        ("AiPower", "whole", hi("AiPower").session(&session), vec![], power_whole, &[("", "unknown")]),
        ("AiPuffer", "stream", hi("AiPuffer").session(&session), stored(), puffer, PUFFER),
        ("AiPuffer", "chat route", hi("AiPuffer").settings(puffer_key), vec![], puffer_chat, PUFFER),
        ("AiPuffer", "generate", hi("AiPuffer").settings(generate), vec![], puffer_generate, PUFFER),
    ];
    let mut wrong = Vec::new();
    for (name, form, flow, before, shape, rows) in &table {
        for (word, expected) in *rows {
            let answers = [before.clone(), vec![shape(word)]].concat();
            let played = flow.answers(&answers);
            let expected = if *expected == FAILS { FAILS.to_owned() } else { format!("finish {expected}") };
            let has_call = *word == "a call" || *word == "tool_use" || *word == "TOOL_CALL";
            let (ending, text) = (ending(&played), played.text());
            if ending != expected || (text != "a" && !has_call) {
                wrong.push(format!("{name}, {form}, {word:?}: {ending}, text {text:?}; expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = REGISTRY
        .iter()
        .map(|protocol| protocol.info.name)
        .filter(|name| table.iter().all(|row| row.0 != *name))
        .collect();
    assert!(missing.is_empty(), "without rows: {missing:?}");
}

#[test]
fn a_call_that_the_limit_of_tokens_cut_is_not_taken_for_a_whole_one() {
    let chat = service::ask("OpenAiChat", json!("Hi"));
    assert_eq!(ending(&chat.answers(&[sse(&[chat_chunk(chat_call("{\"a"), "length")])])), "finish length");
    assert_eq!(ending(&chat.answers(&[sse(&[chat_chunk(chat_call("{}"), "stop")])])), "finish tool_calls");
}
