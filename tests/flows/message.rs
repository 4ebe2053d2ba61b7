//! `reply.message` as it comes back in the messages of a later call: what the provider kept in it, and what the caller has changed.

use rivulet::chat::Event;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, call};
use crate::support::theirs;

fn ask(provider: &'static str, messages: Value) -> Flow {
    call(provider, messages)
        .options(json!({ "model": "m" }))
        .settings(json!({ "url": null, "baseUrl": "https://llm.example/v1", "apiKey": "sk-test-0123" }))
}

fn sse(frames: &[Value]) -> Reply {
    Reply::new(200, frames.iter().map(|frame| format!("data: {frame}\n\n")).collect::<String>())
}

/// The message as `src/js/event-buffer.js` puts it together.
fn message(played: &Played) -> Value {
    let mut message = json!({ "role": "assistant", "content": played.text() });
    let mut calls = Vec::new();
    for event in played.events() {
        match event {
            Event::Message(members) => {
                let members = theirs(&members.clone().into());
                message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            }
            Event::ToolCall { call, arguments, done: true } => calls.push(json!({
                "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments.text() },
            })),
            _ => {}
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    message
}

/// What a second call sends of `message` and of the results of its calls.
fn sent_back(provider: &'static str, message: &Value) -> (Value, Vec<String>) {
    let mut messages = vec![json!({ "role": "user", "content": "Hi" }), message.clone()];
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        messages.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": "ok" }));
    }
    messages.push(json!({ "role": "user", "content": "So?" }));
    let end = match provider {
        "Anthropic" => sse(&[
            json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" } }),
            json!({ "type": "message_stop" }),
        ]),
        "Gemini" => sse(&[json!({ "candidates": [{ "finishReason": "STOP" }] })]),
        _ => sse(&[json!({ "type": "response.completed", "response": { "id": "r", "status": "completed" } })]),
    };
    let played = ask(provider, json!(messages)).answers(&[end]);
    let told = played.warnings();
    let told = told.iter().filter(|warning| !warning.contains("reply is empty")).map(|&warning| warning.to_owned());
    (played.json(0), told.collect())
}

fn claude() -> Value {
    let block =
        |index: u64, block: Value| json!({ "type": "content_block_start", "index": index, "content_block": block });
    let delta = |index: u64, delta: Value| json!({ "type": "content_block_delta", "index": index, "delta": delta });
    let stop = |index: u64| json!({ "type": "content_block_stop", "index": index });
    let thinking = json!({ "type": "thinking", "thinking": "", "signature": "" });
    let reply = sse(&[
        json!({ "type": "message_start", "message": {} }),
        block(0, thinking.clone()),
        delta(0, json!({ "type": "thinking_delta", "thinking": "One." })),
        delta(0, json!({ "type": "signature_delta", "signature": "s1" })),
        stop(0),
        block(1, json!({ "type": "text", "text": "" })),
        delta(1, json!({ "type": "text_delta", "text": "I " })),
        delta(1, json!({ "type": "text_delta", "text": "löök." })),
        stop(1),
        block(2, thinking),
        delta(2, json!({ "type": "thinking_delta", "thinking": "Two." })),
        delta(2, json!({ "type": "signature_delta", "signature": "s2" })),
        stop(2),
        block(3, json!({ "type": "tool_use", "id": "t1", "name": "look", "input": {} })),
        delta(3, json!({ "type": "input_json_delta", "partial_json": "{\"a\":1}" })),
        stop(3),
        block(4, json!({ "type": "text", "text": "Wait." })),
        stop(4),
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" } }),
        json!({ "type": "message_stop" }),
    ]);
    message(&ask("Anthropic", json!("Hi")).answers(&[reply]))
}

fn thought(text: &str, signature: &str) -> Value {
    json!({ "type": "thinking", "thinking": text, "signature": signature })
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

#[test]
fn blocks_of_anthropic_go_back_in_their_order() {
    let (body, warnings) = sent_back("Anthropic", &claude());
    assert_eq!(warnings, Vec::<String>::new());
    let call = json!({ "type": "tool_use", "id": "t1", "name": "look", "input": { "a": 1 } });
    let wanted = [thought("One.", "s1"), text("I löök."), thought("Two.", "s2"), call, text("Wait.")];
    assert_eq!(body["messages"][1]["content"], json!(wanted));
}

#[test]
fn a_text_that_the_caller_changed_counts() {
    let call = json!({ "type": "tool_use", "id": "t1", "name": "look", "input": { "a": 1 } });
    let mut changed = claude();
    changed["content"] = json!("I see.");
    let (body, _) = sent_back("Anthropic", &changed);
    // All of it stands where the text began: the service refuses blocks of reasoning in another order.
    let wanted = [thought("One.", "s1"), text("I see."), thought("Two.", "s2"), call.clone()];
    assert_eq!(body["messages"][1]["content"], json!(wanted));
    // A call that the caller took away stays away.
    let mut without = claude();
    without.as_object_mut().unwrap().remove("tool_calls");
    let (body, _) = sent_back("Anthropic", &without);
    let kinds: Vec<_> =
        body["messages"][1]["content"].as_array().unwrap().iter().map(|block| block["type"].clone()).collect();
    assert_eq!(kinds, ["thinking", "thinking", "text"]);
}

#[test]
fn what_is_forged_neither_panics_nor_adds_a_call() {
    for content in [
        json!(5),
        json!([5, 5, 5]),
        json!([1, { "text": 1_000_000, "own": {} }, "nobody"]),
        json!([{ "call": "t9", "own": { "functionCall": { "name": "x", "args": {} } } }]),
        json!([null, [], { "own": null }, { "call": 5 }, -1, 2.5, "t1", "t1", "t1"]),
        json!(vec![json!(0); 10_000]),
    ] {
        for provider in ["Anthropic", "Gemini", "OpenAiResponses"] {
            let mut forged = claude();
            forged["provider_data"] = json!({ "provider": provider, "content": content });
            let (body, _) = sent_back(provider, &forged);
            let all = body.to_string();
            assert!(all.contains("löök"), "{provider}, {content}: {all}");
            assert!(!all.contains("t9"), "{provider}, {content}: {all}");
            assert_eq!(
                all.matches("\"look\"").count(),
                if provider == "Gemini" { 2 } else { 1 },
                "{provider}, {content}: {all}"
            );
        }
    }
}

#[test]
fn the_state_of_another_service_does_not_go_along() {
    let mut message = claude();
    message["reasoning_content"] = json!("One. Two.");
    for provider in ["Gemini", "OpenAiResponses"] {
        let (body, warnings) = sent_back(provider, &message);
        assert!(!body.to_string().contains("s1"), "{body}");
        assert!(warnings[0].contains("reasoning of another service"), "{warnings:?}");
    }
}

#[test]
fn signatures_of_gemini_go_back_where_they_came_and_results_have_the_services_id() {
    let call = |id: Value, signature: Value| {
        let mut part = json!({ "functionCall": { "name": "look", "args": { "a": 1 } } });
        if !id.is_null() {
            part["functionCall"]["id"] = id;
        }
        if !signature.is_null() {
            part["thoughtSignature"] = signature;
        }
        part
    };
    let parts = [
        json!({ "text": "I " }),
        json!({ "text": "look.", "thoughtSignature": "s1" }),
        call(json!("g1"), json!("s2")),
        call(json!(null), json!(null)),
        json!({ "text": "", "thoughtSignature": "s3" }),
    ];
    let frames: Vec<_> =
        parts.iter().map(|part| json!({ "candidates": [{ "content": { "parts": [part] } }] })).collect();
    let end = json!({ "candidates": [{ "finishReason": "STOP" }] });
    let message = message(&ask("Gemini", json!("Hi")).answers(&[sse(&[frames, vec![end]].concat())]));
    let (body, warnings) = sent_back("Gemini", &message);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(body["contents"][1]["parts"], json!(parts));
    let results: Vec<_> = body["contents"][2]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .take(2)
        .map(|part| part["functionResponse"]["id"].clone())
        .collect();
    assert_eq!(results, [json!("g1"), json!(null)]);
}

#[test]
fn items_of_responses_go_back_in_their_order() {
    let reasoning = json!({ "type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "e" });
    let said = |phase: &str, text: &str| json!({ "type": "message", "id": "m", "role": "assistant", "phase": phase, "status": "completed", "content": [{ "type": "output_text", "text": text }] });
    let call = json!({ "type": "function_call", "id": "fc", "call_id": "c1", "name": "look", "arguments": "{}", "status": "completed" });
    let search = json!({ "type": "web_search_call", "id": "ws", "status": "completed", "action": { "query": "q" } });
    let items = [reasoning.clone(), said("commentary", "I look."), search, call, said("final_answer", "There.")];
    let frames: Vec<_> = (0..)
        .zip(&items)
        .map(|(index, item)| json!({ "type": "response.output_item.done", "output_index": index, "item": item }))
        .collect();
    let whole =
        json!({ "type": "response.completed", "response": { "id": "r", "status": "completed", "output": items } });
    // Both ways in which the service tells its items.
    for frames in [[frames, vec![whole.clone()]].concat(), vec![whole]] {
        let message = message(&ask("OpenAiResponses", json!("Hi")).answers(&[sse(&frames)]));
        let (body, _) = sent_back("OpenAiResponses", &message);
        let text = |phase: &str, text: &str| json!({ "phase": phase, "role": "assistant", "content": [{ "type": "output_text", "text": text }] });
        let wanted = [
            reasoning.clone(),
            text("commentary", "I look."),
            json!({ "type": "web_search_call", "id": "ws", "action": { "query": "q" } }),
            json!({ "type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}" }),
            text("final_answer", "There."),
        ];
        assert_eq!(body["input"].as_array().unwrap()[1..6], wanted);
    }
}

/// What is encrypted, and the ids of items, mean nothing to another host of the same API.
#[test]
fn the_state_of_another_host_of_responses_does_not_go_along() {
    let items = json!([
        { "type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "secret" },
        { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Hi." }] },
    ]);
    let reply = sse(&[
        json!({ "type": "response.completed", "response": { "id": "r", "status": "completed", "output": items } }),
    ]);
    let other = json!({ "baseUrl": "https://other.example/v1" });
    for (first, second, goes_back) in [
        (json!({}), json!({}), true),
        (json!({ "baseUrl": null }), json!({ "baseUrl": null }), true),
        (json!({}), other, false),
        (json!({}), json!({ "baseUrl": null }), false),
    ] {
        let message =
            message(&ask("OpenAiResponses", json!("Hi")).settings(first).answers(std::slice::from_ref(&reply)));
        let messages = json!([{ "role": "user", "content": "Hi" }, message, { "role": "user", "content": "So?" }]);
        let played = ask("OpenAiResponses", messages).settings(second).answers(std::slice::from_ref(&reply));
        let sent = played.json(0).to_string();
        assert_eq!(sent.contains("secret"), goes_back, "{sent}");
        assert!(sent.contains("Hi."), "{sent}");
        assert_eq!(played.warnings().iter().any(|warning| warning.contains("another host")), !goes_back);
    }
}

#[test]
fn a_choice_that_allows_one_call_is_told_where_there_is_no_such_switch() {
    let choice = json!({ "type": "auto", "disable_parallel_tool_use": true });
    let tools = json!([{ "type": "function", "function": { "name": "look" } }]);
    let flow = ask("Gemini", json!("Hi")).options(json!({ "tools": tools, "toolChoice": choice }));
    let played = flow.answers(&[sse(&[json!({ "candidates": [{ "finishReason": "STOP" }] })])]);
    assert!(played.warnings()[0].contains("'parallelToolCalls'"), "{:?}", played.warnings());
}

#[test]
fn a_text_file_that_is_no_utf_8_is_refused() {
    let file = json!({ "type": "file", "file": { "file_data": "data:text/plain;base64,4A==", "filename": "a.txt" } });
    for provider in ["Anthropic", "Ollama", "Cohere"] {
        let error = ask(provider, json!([{ "role": "user", "content": [file] }])).input_error();
        assert!(error.contains("text/plain"), "{provider}: {error}");
    }
}
