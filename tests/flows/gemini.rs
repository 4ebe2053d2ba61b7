//! Gemini: what is sent (K1, K2 of the wire reference), and what the next turn hands back.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, recorded};
use crate::support::service::{self, refused, sse};

fn ask(messages: Value) -> Flow {
    service::ask("Gemini", messages)
}

fn ok() -> Reply {
    recorded("gemini/stream-ascii")
}

fn sent(flow: &Flow) -> Value {
    flow.answers(&[ok()]).json(0)
}

fn with(options: Value) -> Value {
    let mut body = sent(&ask(json!("Hi")).options(options));
    assert_eq!(body.as_object_mut().unwrap().remove("contents").unwrap(), json!([user("Hi")]));
    body
}

fn user(text: &str) -> Value {
    json!({ "role": "user", "parts": [{ "text": text }] })
}

#[test]
fn one_request_with_key_and_model_in_the_path() {
    let played = ask(json!("Hi")).answers(&[ok()]);
    let url = "https://llm.example/api/models/m:streamGenerateContent?alt=sse";
    assert_eq!((played.requests[0].method, played.urls()[0]), (Method::Post, url));
    assert_eq!(played.header(0, "x-goog-api-key"), Some("sk-test-0123"));
    assert_eq!(played.header(0, "authorization"), None);
    assert_eq!(played.json(0), json!({ "contents": [user("Hi")] }));
    let flow = ask(json!("Hi")).settings(json!({ "baseUrl": null, "apiKey": null }));
    let played = flow.answers(&[ok()]);
    assert_eq!(
        played.urls(),
        ["https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse"]
    );
    assert_eq!(played.header(0, "x-goog-api-key"), None);
}

#[test]
fn a_model_cannot_lead_elsewhere() {
    let url = |model: &str| {
        let played = ask(json!("Hi")).options(json!({ "model": model })).answers(&[ok()]);
        played.urls()[0].strip_prefix("https://llm.example/api").unwrap().to_owned()
    };
    assert_eq!(url("gemini-2.5-pro"), "/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
    assert_eq!(url("models/gemini-2.5-pro"), "/models/gemini-2.5-pro:streamGenerateContent?alt=sse");
    assert_eq!(url("tunedModels/mine"), "/tunedModels/mine:streamGenerateContent?alt=sse");
    for model in ["../x", "a/../x", "..", ".", "a?b", "a#b", "a b", "a%2fb", "a\\b", "/a", "a/", "a//b", "я", "a\nb"] {
        let words = ask(json!("Hi")).options(json!({ "model": model })).input_error();
        assert!(words.starts_with("model: not a name"), "{model}: {words}");
    }
    assert_eq!(ask(json!("Hi")).options(json!({ "model": null })).input_error(), "model is missing");
}

#[test]
fn the_systems_words_are_one_instruction_and_neighbours_of_a_role_one_turn() {
    let body = sent(&ask(json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "One" },
        { "role": "user", "content": ["Two", { "type": "text", "text": "Three" }] },
        { "role": "developer", "content": [{ "type": "text", "text": "Be kind." }] },
        { "role": "assistant", "content": "Four" },
        { "role": "user", "content": "Five" },
    ])));
    assert_eq!(body["systemInstruction"], json!({ "parts": [{ "text": "Be brief.\n\nBe kind." }] }));
    let parts = json!([{ "text": "One" }, { "text": "Two" }, { "text": "Three" }]);
    let model = json!({ "role": "model", "parts": [{ "text": "Four" }] });
    assert_eq!(body["contents"], json!([{ "role": "user", "parts": parts }, model, user("Five")]));
}

#[test]
fn images_go_inline_or_by_their_address() {
    let image = |url: &str| json!({ "type": "image_url", "image_url": { "url": url, "detail": "low" } });
    let parts =
        |content: Value| sent(&ask(json!([{ "role": "user", "content": content }])))["contents"][0]["parts"].clone();
    assert_eq!(
        parts(json!([image("data:image/png;base64,AA=="), image("https://a.example/b.png")])),
        json!([
            { "inlineData": { "mimeType": "image/png", "data": "AA==" } },
            { "fileData": { "fileUri": "https://a.example/b.png", "mimeType": "image/png" } },
        ])
    );
    let bad = |part: Value| ask(json!([{ "role": "user", "content": [part] }])).input_error();
    assert!(
        bad(json!({ "type": "image_url", "image_url": {} })).starts_with("messages[0].content[0] of type 'image_url'")
    );
    assert!(bad(json!({ "type": "input_audio", "input_audio": {} })).contains("'input_audio'"));
}

#[test]
fn generation_options_go_under_their_names_there() {
    let options = json!({ "temperature": 0.5, "topP": 0.9, "maxTokens": 9, "stop": ["a", "b"], "seed": 7 });
    let config =
        json!({ "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 9, "stopSequences": ["a", "b"], "seed": 7 });
    assert_eq!(with(options), json!({ "generationConfig": config }));
    assert_eq!(with(json!({ "stop": "a" })), json!({ "generationConfig": { "stopSequences": ["a"] } }));
    let thinking =
        |effort: &str| with(json!({ "reasoningEffort": effort }))["generationConfig"]["thinkingConfig"].clone();
    assert_eq!(thinking("high"), json!({ "thinkingLevel": "high", "includeThoughts": true }));
    assert_eq!(thinking("none"), json!({ "thinkingBudget": 0 }));
}

#[test]
fn an_answer_as_json_has_a_type_and_perhaps_a_schema() {
    let config = |format: Value| with(json!({ "responseFormat": format }));
    let any = json!({ "generationConfig": { "responseMimeType": "application/json" } });
    assert_eq!(config(json!({ "type": "json_object" })), any);
    let schema = json!({ "type": "object" });
    assert_eq!(
        config(json!({ "type": "json_schema", "json_schema": { "name": "x", "schema": schema } })),
        json!({ "generationConfig": { "responseMimeType": "application/json", "responseJsonSchema": schema } })
    );
    assert_eq!(config(json!({ "type": "text" })), json!({}));
}

#[test]
fn tools_are_declarations_and_a_choice_is_a_mode() {
    let tool = json!({ "type": "function", "function": { "name": "f", "description": "does", "strict": true } });
    let schema = json!({ "type": "object", "properties": {} });
    let declared =
        json!([{ "functionDeclarations": [{ "name": "f", "description": "does", "parametersJsonSchema": schema }] }]);
    assert_eq!(with(json!({ "tools": [tool] })), json!({ "tools": declared }));
    assert_eq!(with(json!({ "tools": [] })), json!({}));
    let mode = |choice: Value| {
        with(json!({ "toolChoice": choice, "tools": [tool] }))["toolConfig"]["functionCallingConfig"].clone()
    };
    assert_eq!(mode(json!("auto")), json!({ "mode": "AUTO" }));
    assert_eq!(mode(json!("none")), json!({ "mode": "NONE" }));
    assert_eq!(mode(json!("required")), json!({ "mode": "ANY" }));
    let one = json!({ "type": "function", "function": { "name": "f" } });
    assert_eq!(mode(one), json!({ "mode": "ANY", "allowedFunctionNames": ["f"] }));
    let bad = |options: Value| ask(json!("Hi")).options(options).input_error();
    assert_eq!(bad(json!({ "tools": {} })), "tools must be an array");
    assert_eq!(
        bad(json!({ "tools": [{ "type": "function" }] })),
        "tools[0] has neither the name of a function nor a type that this service knows"
    );
    assert!(bad(json!({ "toolChoice": "f" })).starts_with("toolChoice must be"));
}

#[test]
fn extra_is_laid_over_the_rest() {
    let extra = json!({ "safetySettings": [], "generationConfig": null, "cachedContent": "cachedContents/1" });
    let body = with(json!({ "temperature": 1, "extra": extra }));
    assert_eq!(body, json!({ "safetySettings": [], "cachedContent": "cachedContents/1" }));
    assert_eq!(ask(json!("Hi")).options(json!({ "extra": "x" })).input_error(), "extra must be an object");
}

fn call(id: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": "look", "arguments": "{\"city\":\"Köln\"}" } })
}

fn next_turn(id: &str, conversation: Value, result: &str) -> Value {
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": null, "tool_calls": [call(id)] },
        { "role": "tool", "tool_call_id": id, "content": result },
    ]);
    sent(&ask(messages).options(json!({ "conversation": conversation })))["contents"].clone()
}

fn answered(parts: Value) -> Played {
    ask(json!("Hi"))
        .answers(&[sse(&[json!({ "candidates": [{ "content": { "parts": parts }, "finishReason": "STOP" }] })])])
}

#[test]
fn a_call_goes_back_as_it_came_and_its_result_with_its_id() {
    let part = json!({
        "functionCall": { "id": "fc-1", "name": "look", "args": { "city": "Köln" } }, "thoughtSignature": "c2ln", "more": [1],
    });
    let played = answered(json!([part]));
    assert_eq!(played.described().last().unwrap(), "finish tool_calls");
    let conversation = played.conversation();
    let contents = next_turn("fc-1", conversation, r#"{"sky":"grey"}"#);
    assert_eq!(contents[1], json!({ "role": "model", "parts": [part] }));
    let response = json!({ "functionResponse": { "id": "fc-1", "name": "look", "response": { "sky": "grey" } } });
    assert_eq!(contents[2], json!({ "role": "user", "parts": [response] }));
}

#[test]
fn a_call_without_an_id_gets_one_that_the_service_never_sees() {
    let part = json!({ "functionCall": { "name": "look", "args": { "city": "Köln" } }, "thoughtSignature": "c2ln" });
    let other = json!({ "functionCall": { "name": "look", "args": { "city": "Bonn" } } });
    let played = answered(json!([part, other]));
    let conversation = played.conversation();
    let ids: Vec<&String> = conversation.as_object().unwrap().keys().collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| id.starts_with("call_")), "{ids:?}");
    let id = ids.into_iter().find(|id| conversation[id.as_str()] == part).unwrap();
    let contents = next_turn(id, conversation.clone(), "rain");
    assert_eq!(contents[1]["parts"], json!([part]));
    let response = json!({ "functionResponse": { "name": "look", "response": { "output": "rain" } } });
    assert_eq!(contents[2]["parts"], json!([response]));
}

#[test]
fn a_call_that_is_not_in_the_conversation_is_made_anew() {
    let contents = next_turn("x", json!({}), "[1]");
    assert_eq!(contents[1]["parts"], json!([{ "functionCall": { "name": "look", "args": { "city": "Köln" } } }]));
    let response = json!({ "functionResponse": { "name": "look", "response": { "output": "[1]" } } });
    assert_eq!(contents[2]["parts"], json!([response]));
    let mut broken = call("x");
    broken["function"]["arguments"] = json!("[1]");
    let messages = json!([{ "role": "assistant", "tool_calls": [broken] }, { "role": "user", "content": "Hi" }]);
    let played = ask(messages).answers(&[ok()]);
    let part = &played.json(0)["contents"][0]["parts"][0];
    assert_eq!(*part, json!({ "functionCall": { "name": "look", "args": { "arguments": "[1]" } } }));
    assert!(played.warnings()[0].contains("not a JSON object"), "{:?}", played.warnings());
}

#[test]
fn results_of_several_calls_are_one_turn() {
    let result = |id: &str| json!({ "role": "tool", "tool_call_id": id, "content": id });
    let calls = json!({ "role": "assistant", "content": "Wait.", "tool_calls": [call("a"), call("b")] });
    let contents =
        sent(&ask(json!([{ "role": "user", "content": "Hi" }, calls, result("a"), result("b")])))["contents"].clone();
    assert_eq!(contents.as_array().unwrap().len(), 3);
    assert_eq!(contents[1]["parts"][0], json!({ "text": "Wait." }));
    assert_eq!(
        (contents[1]["parts"].as_array().unwrap().len(), contents[2]["parts"].as_array().unwrap().len()),
        (3, 2)
    );
}

#[test]
fn refusals_are_told_by_their_status_and_words() {
    let told = |status: u16, name: &str, words: &str| {
        let error = json!({ "error": { "code": status, "message": words, "status": name } });
        let (code, retryable, message) = refused(&ask(json!("Hi")), status, &error);
        assert_eq!(
            refused(&ask(json!("Hi")), status, &json!([error])),
            (code, retryable, message.clone()),
            "in an array"
        );
        assert!(message.starts_with(words), "{message}");
        (code, retryable)
    };
    for (status, name, words, wanted) in [
        (400, "INVALID_ARGUMENT", "words", (Code::Service, false)),
        (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", (Code::Auth, false)),
        (
            400,
            "INVALID_ARGUMENT",
            "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            (Code::Refused, false),
        ),
        (400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes.", (Code::TooLarge, false)),
        (400, "FAILED_PRECONDITION", "User location is not supported for the API use.", (Code::Service, false)),
        (401, "UNAUTHENTICATED", "words", (Code::Auth, false)),
        (403, "PERMISSION_DENIED", "words", (Code::Auth, false)),
        (404, "NOT_FOUND", "models/m is not found", (Code::ModelNotFound, false)),
        (413, "", "words", (Code::TooLarge, false)),
        (429, "RESOURCE_EXHAUSTED", "words", (Code::RateLimited, true)),
        (500, "INTERNAL", "words", (Code::Service, true)),
        (503, "UNAVAILABLE", "words", (Code::Service, true)),
        (504, "DEADLINE_EXCEEDED", "words", (Code::Timeout, true)),
    ] {
        assert_eq!(told(status, name, words), wanted, "{status} {name} {words}");
    }
}

#[test]
fn how_long_to_wait_is_told_by_a_header_or_by_the_error() {
    let error = |case: &str| ask(json!("Hi")).answers(&[recorded(case)]).error().clone();
    assert_eq!(error("gemini/error-429").retry_after.as_deref(), Some("7"));
    assert_eq!(error("gemini/doc-error-array").retry_after.as_deref(), Some("34.5"));
    assert_eq!(error("gemini/doc-error-key").retry_after, None);
}

#[test]
fn models_are_listed_by_their_bare_names() {
    let list = json!({ "models": [{ "name": "models/a", "displayName": "A" }, { "name": "models/b" }] });
    let played = service::models("Gemini").answers(&[Reply::new(200, list.to_string())]);
    assert_eq!(played.urls(), ["https://llm.example/api/models?pageSize=1000"]);
    assert_eq!(played.header(0, "x-goog-api-key"), Some("sk-test-0123"));
    assert_eq!(played.pieces(), ["a", "b"]);
}

/// Of another model, or by way of a client that has no place for it: newer models would refuse the whole turn.
#[test]
fn a_call_whose_signature_is_not_known_says_so_to_models_that_ask() {
    let call = json!({ "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" } });
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "c", "content": "1" },
    ]);
    for (model, signed) in [
        ("gemini-3-pro", true),
        ("gemini-3.1-flash", true),
        ("models/gemini-4-argon", true),
        ("gemini-flash-latest", true),
        ("gemini-2.5-pro", false),
        ("gemini-exp", false),
        ("gemma-3", false),
    ] {
        let body = sent(&ask(messages.clone()).options(json!({ "model": model })));
        let part = &body["contents"][1]["parts"][0];
        let wanted = if signed { json!("skip_thought_signature_validator") } else { Value::Null };
        assert_eq!((&part["functionCall"]["name"], &part["thoughtSignature"]), (&json!("f"), &wanted), "{model}");
    }
}

#[test]
fn an_image_alone_is_no_empty_reply() {
    let part = json!({ "inlineData": { "mimeType": "image/png", "data": "AA==" } });
    let answer = |parts| sse(&[json!({ "candidates": [{ "content": { "parts": parts }, "finishReason": "STOP" }] })]);
    assert_eq!(ask(json!("Draw")).answers(&[answer(json!([part]))]).warnings(), [""; 0]);
    assert_eq!(ask(json!("Draw")).answers(&[answer(json!([]))]).warnings(), ["the reply is empty"]);
}

#[test]
fn what_another_provider_kept_of_a_call_is_no_call() {
    let thoughts = json!({ "x": [{ "type": "thinking", "thinking": "hm", "signature": "s" }] });
    let contents = next_turn("x", thoughts, "[1]");
    assert_eq!(contents[1]["parts"], json!([{ "functionCall": { "name": "look", "args": { "city": "Köln" } } }]));
}

/// Tools hand on what they read: files begin with a byte order mark, texts are cut inside a character.
#[test]
fn json_of_the_caller_stands_in_a_request_as_any_reader_takes_it() {
    let response =
        |result: &str| next_turn("x", json!({}), result)[2]["parts"][0]["functionResponse"]["response"].clone();
    assert_eq!(response("\u{feff} {\"a\":1.50} "), json!({ "a": 1.50 }));
    assert_eq!(response(r#"{"a":"cut \ud83d","b":"\ud83d\ude00"}"#), json!({ "a": "cut \u{fffd}", "b": "\u{1f600}" }));
    let mut odd = call("x");
    odd["function"]["arguments"] = json!("\u{feff}{\"city\":\"\\ud83d\"}");
    let body = sent(&ask(json!([{ "role": "assistant", "tool_calls": [odd] }, { "role": "user", "content": "Hi" }])));
    assert_eq!(body["contents"][0]["parts"][0]["functionCall"]["args"], json!({ "city": "\u{fffd}" }));
}

#[test]
fn images_where_they_cannot_go_are_told() {
    let image = json!([{ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } }]);
    let messages = json!([{ "role": "system", "content": image }, { "role": "user", "content": "Hi" }]);
    assert_eq!(ask(messages).input_error(), "messages[0] has the role 'system': it takes text only");
}

#[test]
fn a_form_of_answer_that_is_none_is_told() {
    for format in [json!(5), json!("xml"), json!({}), json!({ "type": "xml" }), json!({ "type": "json_schema" })] {
        let words = ask(json!("Hi")).options(json!({ "responseFormat": format })).input_error();
        assert!(words.starts_with("responseFormat must be"), "{format}: {words}");
    }
}

/// Or it would grow as long as the chat goes on, though the application cut its messages.
#[test]
fn what_is_kept_of_calls_that_are_gone_from_the_messages_goes_with_them() {
    let part = |name: &str| json!({ "functionCall": { "name": name, "args": { "city": "Köln" } }, "thoughtSignature": "c2ln" });
    let messages = json!([
        { "role": "assistant", "content": null, "tool_calls": [call("new")] },
        { "role": "tool", "tool_call_id": "new", "content": "1" },
    ]);
    let conversation = json!({ "old": part("f"), "new": part("look"), "__proto__": 1, "length": null });
    let played = ask(messages).options(json!({ "conversation": conversation })).answers(&[ok()]);
    assert_eq!(played.conversation(), json!({ "new": part("look") }));
    assert_eq!(played.json(0)["contents"][0]["parts"], json!([part("look")]));
}

/// Its parts have no type, here or in the messages for another service.
#[test]
fn parts_without_a_type_are_read_as_content() {
    let parts = json!([
        { "text": "Look." },
        { "inlineData": { "mimeType": "image/png", "data": "AA==" } },
        { "fileData": { "mimeType": "application/pdf", "fileUri": "https://shop.example/a.pdf" } },
    ]);
    let messages = json!([{ "role": "user", "content": parts }]);
    assert_eq!(sent(&ask(messages.clone()))["contents"], json!([{ "role": "user", "parts": parts }]));
    let played = service::ask("Anthropic", messages).answers(&[recorded("anthropic/stream-ascii")]);
    let image = json!({ "type": "base64", "media_type": "image/png", "data": "AA==" });
    let wanted = json!([
        { "type": "text", "text": "Look." },
        { "type": "image", "source": image },
        { "type": "document", "source": { "type": "url", "url": "https://shop.example/a.pdf" } },
    ]);
    assert_eq!(played.json(0)["messages"][0]["content"], wanted);
}
