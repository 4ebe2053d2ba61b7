//! Into a call: a sample of each kind, with a mark in it that can stand nowhere else in a request.

use std::rc::Rc;

use rivulet::chat::Code;
use rivulet::options::ChatRequest;
use rivulet::providers::{self, Protocol};
use serde_json::{Value, json};

use crate::Outcome;
use crate::support::drive::{self, Played, Reply};
use crate::support::play::{self, LIMIT, RANDOM, session};
use crate::support::{ours, tape::form_fields};

const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkAAIAAAoAAv/lxKUAAAAASUVORK5CYII=";
/// Where its bytes stand in a request: in Base64 or, in an upload, as they are.
const PICTURE_MARKS: &[&str] = &["iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "\u{fffd}PNG\r\n"];
const PDF: &str = "data:application/pdf;base64,JVBERi0xLjQKY2FuYXJ5LXBkZg==";
const PDF_MARKS: &[&str] = &["JVBERi0xLjQKY2FuYXJ5LXBkZg", "canary-pdf"];
/// `canary-text` in Base64.
const TEXT: &str = "data:text/plain;base64,Y2FuYXJ5LXRleHQ=";

/// The messages of a user with this part of content.
fn with_part(part: Value) -> Value {
    json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "What is it?" }, part] }] })
}

fn function() -> Value {
    json!({ "type": "function", "function": { "name": "canary_tool", "description": "d", "parameters": { "type": "object", "properties": {} } } })
}

/// A conversation in which the assistant called a tool, and `result` is what came of it.
fn called(call: Value, result: Value) -> Value {
    json!({
        "messages": [
            { "role": "user", "content": "Look." },
            { "role": "assistant", "content": null, "tool_calls": [call] },
            result,
            { "role": "user", "content": "So?" },
        ],
    })
}

fn call() -> Value {
    json!({ "id": "call_1", "type": "function", "function": { "name": "canary_tool", "arguments": "{\"a\":1}" } })
}

fn result(content: Value) -> Value {
    json!({ "role": "tool", "tool_call_id": "call_1", "content": content })
}

/// The sample of a kind, and marks of which one must be in the request that carries it.
fn sample(kind: &str) -> (Value, &'static [&'static str]) {
    let hi = |more: Value| {
        let mut options = json!({ "messages": "Hi" });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        options
    };
    match kind {
        "system text" => (
            json!({ "messages": [{ "role": "system", "content": "canary-system" }, { "role": "user", "content": "Hi" }] }),
            &["canary-system"],
        ),
        "developer text" => (
            json!({ "messages": [{ "role": "developer", "content": "canary-system" }, { "role": "user", "content": "Hi" }] }),
            &["canary-system"],
        ),
        "system text later in the conversation" => (
            json!({ "messages": [
                { "role": "user", "content": "One" }, { "role": "assistant", "content": "Two" },
                { "role": "system", "content": "canary-system" }, { "role": "user", "content": "Three" },
            ] }),
            &["canary-system"],
        ),
        "user text" => (json!({ "messages": "canary-user" }), &["canary-user"]),
        "assistant text" => (
            json!({ "messages": [
                { "role": "user", "content": "One" }, { "role": "assistant", "content": "canary-assistant" }, { "role": "user", "content": "Three" },
            ] }),
            &["canary-assistant"],
        ),
        "image by data" => (with_part(json!({ "type": "image_url", "image_url": { "url": PICTURE } })), PICTURE_MARKS),
        "image by address" => (
            with_part(json!({ "type": "image_url", "image_url": { "url": "https://canary.example/a.png" } })),
            &["https://canary.example/a.png"],
        ),
        "image of the AI SDK" => (with_part(json!({ "type": "image", "image": PICTURE })), PICTURE_MARKS),
        "PDF by data" => {
            (with_part(json!({ "type": "file", "file": { "filename": "a.pdf", "file_data": PDF } })), PDF_MARKS)
        }
        "PDF by address" => (
            with_part(json!({ "type": "input_file", "file_url": "https://canary.example/a.pdf" })),
            &["https://canary.example/a.pdf"],
        ),
        "text file by data" => (
            with_part(json!({ "type": "file", "file": { "filename": "a.txt", "file_data": TEXT } })),
            &["canary-text", "Y2FuYXJ5LXRleHQ"],
        ),
        "file by id" => (with_part(json!({ "type": "file", "file": { "file_id": "file-canary" } })), &["file-canary"]),
        "audio by data" => (
            with_part(
                json!({ "type": "input_audio", "input_audio": { "data": "UklGRiQAAABXQVZFY2FuYXJ5", "format": "wav" } }),
            ),
            &["UklGRiQAAABXQVZFY2FuYXJ5"],
        ),
        "video by address" => (
            with_part(json!({ "type": "video_url", "video_url": { "url": "https://canary.example/a.mp4" } })),
            &["https://canary.example/a.mp4"],
        ),
        "a part of no known type" => {
            (with_part(json!({ "type": "hologram", "text": "canary-hologram" })), &["canary-hologram"])
        }
        "image of the assistant" => (
            json!({ "messages": [
                { "role": "user", "content": "Draw." },
                { "role": "assistant", "content": "There.", "images": [{ "type": "image_url", "image_url": { "url": PICTURE } }] },
                { "role": "user", "content": "Bluer." },
            ] }),
            PICTURE_MARKS,
        ),
        "reasoning of another service" => (
            json!({ "messages": [
                { "role": "user", "content": "One" },
                { "role": "assistant", "content": "Two", "reasoning_content": "canary-thought" },
                { "role": "user", "content": "Three" },
            ] }),
            &["canary-thought"],
        ),
        "reasoning_details of OpenRouter" => (
            json!({ "messages": [
                { "role": "user", "content": "One" },
                { "role": "assistant", "content": "Two", "reasoning_details": [{ "type": "reasoning.text", "text": "canary-thought" }] },
                { "role": "user", "content": "Three" },
            ] }),
            &["canary-thought"],
        ),
        "name of an author" => {
            (json!({ "messages": [{ "role": "user", "name": "canary-name", "content": "Hi" }] }), &["canary-name"])
        }
        "tool call and its result" => (called(call(), result(json!("canary-result"))), &["canary-result"]),
        "tool call with an id of another service" => (
            called(
                json!({ "id": "functions.look:0", "type": "function", "function": { "name": "canary_tool", "arguments": "{\"a\":\"canary-argument\"}" } }),
                json!({ "role": "tool", "tool_call_id": "functions.look:0", "content": "ok" }),
            ),
            &["canary-argument"],
        ),
        "tool call with arguments that are no JSON" => (
            called(
                json!({ "id": "call_1", "type": "function", "function": { "name": "canary_tool", "arguments": "{\"a\":canary-argument" } }),
                result(json!("ok")),
            ),
            &["canary-argument"],
        ),
        "image in the result of a tool" => (
            called(
                call(),
                result(
                    json!([{ "type": "text", "text": "ok" }, { "type": "image_url", "image_url": { "url": PICTURE } }]),
                ),
            ),
            PICTURE_MARKS,
        ),
        "PDF in the result of a tool" => (
            called(call(), result(json!([{ "type": "file", "file": { "filename": "a.pdf", "file_data": PDF } }]))),
            PDF_MARKS,
        ),
        "result of a tool that failed" => (
            called(
                call(),
                json!({ "role": "tool", "tool_call_id": "call_1", "content": "canary-failure", "is_error": true }),
            ),
            &["\"is_error\":true", "\"error\":\"canary-failure\""],
        ),
        "calls and results in Anthropic's form" => (
            json!({
                "messages": [
                    { "role": "user", "content": "Look." },
                    { "role": "assistant", "content": [{ "type": "tool_use", "id": "toolu_1", "name": "canary_tool", "input": { "a": "canary-argument" } }] },
                    { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": "ok" }, { "type": "text", "text": "So?" }] },
                ],
            }),
            &["canary-argument"],
        ),
        "mark of a cache" => (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": "Hi", "cache_control": { "type": "ephemeral" } }] }] }),
            &["cache_control"],
        ),
        "function" => (hi(json!({ "tools": [function()] })), &["canary_tool"]),
        "function in Anthropic's form" => (
            hi(json!({ "tools": [{ "name": "canary_tool", "input_schema": { "type": "object", "properties": {} } }] })),
            &["canary_tool"],
        ),
        "tool that Anthropic runs" => (
            hi(json!({ "tools": [{ "type": "web_search_20250305", "name": "web_search" }] })),
            &["web_search_20250305"],
        ),
        "tool that OpenAI runs" => {
            (hi(json!({ "tools": [{ "type": "web_search_preview" }] })), &["web_search_preview"])
        }
        "tool that Google runs" => (hi(json!({ "tools": [{ "googleSearch": {} }] })), &["googleSearch"]),
        "tool that takes text and no JSON" => {
            (hi(json!({ "tools": [{ "type": "custom", "custom": { "name": "canary_tool" } }] })), &["canary_tool"])
        }
        "a tool must be called" => (
            hi(json!({ "tools": [function()], "toolChoice": "required" })),
            &["\"required\"", "\"REQUIRED\"", "\"any\"", "\"ANY\""],
        ),
        "this tool must be called" => (
            hi(
                json!({ "tools": [function()], "toolChoice": { "type": "function", "function": { "name": "canary_tool" } } }),
            ),
            &["\"tool_choice\":{", "\"REQUIRED\"", "allowedFunctionNames"],
        ),
        "a choice of tools in Anthropic's form" => (
            hi(json!({ "tools": [function()], "toolChoice": { "type": "tool", "name": "canary_tool" } })),
            &["\"tool_choice\":{", "\"REQUIRED\"", "allowedFunctionNames"],
        ),
        "one call at a time" => (
            hi(json!({ "tools": [function()], "parallelToolCalls": false })),
            &["parallel_tool_calls", "disable_parallel_tool_use"],
        ),
        "answer as any JSON" => (
            hi(json!({ "responseFormat": { "type": "json_object" } })),
            &["json_object", "application/json", "\"format\":\"json\""],
        ),
        "answer by a schema" => (
            hi(
                json!({ "responseFormat": { "type": "json_schema", "json_schema": { "name": "n", "schema": { "type": "object", "title": "canary-schema" } } } }),
            ),
            &["canary-schema"],
        ),
        "no reasoning" => (
            hi(json!({ "reasoningEffort": "none" })),
            &[
                "\"effort\":\"none\"",
                "\"reasoning_effort\":\"none\"",
                "\"type\":\"disabled\"",
                "\"thinkingBudget\":0",
                "\"think\":false",
                "\"reasoning_effort\":null",
            ],
        ),
        "much reasoning" => (hi(json!({ "reasoningEffort": "high" })), &["\"high\"", "\"token_budget\":24576"]),
        "limit of tokens" => (hi(json!({ "maxTokens": 4321 })), &["4321"]),
        "temperature" => (hi(json!({ "temperature": 0.5625 })), &["0.5625"]),
        "topP" => (hi(json!({ "topP": 0.4375 })), &["0.4375"]),
        "stop words" => (hi(json!({ "stop": ["canary-stop"] })), &["canary-stop"]),
        "seed" => (hi(json!({ "seed": 87_654 })), &["87654"]),
        "model" => (hi(json!({ "model": "canary-model" })), &["canary-model"]),
        "extra members" => (hi(json!({ "extra": { "canary_member": "canary-extra" } })), &["canary-extra"]),
        "an option of an unknown name" => (hi(json!({ "max_tokens": 4321 })), &["4321"]),
        other => panic!("no sample of the kind {other:?}"),
    }
}

pub fn settings(protocol: &Protocol) -> Value {
    match protocol.info.is_site() {
        true => json!({ "url": "https://shop.example", "botId": 5 }),
        false if protocol.info.name == "WorkersAi" => {
            json!({ "apiKey": "sk-test-0123", "accountId": "account", "defaultModel": "m" })
        }
        // Sonnet 4.5 at the version of the API that takes most.
        false if protocol.info.name == "Anthropic" => {
            json!({ "apiKey": "sk-test-0123", "defaultModel": "claude-sonnet-4-5", "version": "2023-06-01" })
        }
        false => json!({ "apiKey": "sk-test-0123", "defaultModel": "m" }),
    }
}

fn played(protocol: &Protocol, options: &Value) -> Result<Played, rivulet::chat::Error> {
    let chat = ChatRequest::read(&protocol.info, &ours(&settings(protocol)), &ours(options), RANDOM)?;
    let session = session(&[("nonce", "0123456789"), ("postId", "5")]);
    let exchange = providers::exchange(protocol, Rc::new(chat), &session, LIMIT);
    // Uploads are answered, so that the request with the message follows.
    Ok(drive::play(exchange, |request, _| {
        let is_upload = request.bytes.is_some() && request.url.contains("upload");
        match is_upload {
            true => Reply::new(
                200,
                r#"{"success":true,"data":{"id":"canary-upload","url":"https://shop.example/canary.png"}}"#,
            ),
            false => Reply::new(200, "").header("content-type", "text/event-stream"),
        }
    }))
}

/// All that was sent, decoded.
fn sent(played: &Played) -> String {
    let mut all = String::new();
    for request in &played.requests {
        all.push_str(&request.url);
        all.push('\n');
        if let Some(body) = &request.body {
            all.push_str(body);
            form_fields(body).iter().for_each(|(_, value)| all.push_str(value));
        }
        all.push_str(&String::from_utf8_lossy(request.bytes.as_deref().unwrap_or_default()));
    }
    // JSON within a form is escaped once more.
    all.replace("\\\"", "\"").replace("\\/", "/")
}

/// What becomes of a kind at a provider.
pub fn seen(kind: &str, provider: &'static str) -> Outcome {
    if kind == "state of its own reasoning, in reply.message" {
        return crate::out::state_goes_back(provider);
    }
    let protocol = play::protocol(provider);
    let (options, marks) = sample(kind);
    let refused = |error: &rivulet::chat::Error| {
        assert_eq!(error.code, Code::Input, "{kind}, {provider}: {error}");
        Outcome::Refused(error.message.clone())
    };
    let given = match played(protocol, &options) {
        Err(error) => return refused(&error),
        Ok(given) => given,
    };
    if given.requests.is_empty() {
        return refused(given.error());
    }
    if let Some(warning) = given.warnings().first() {
        return Outcome::Warned((*warning).to_owned());
    }
    if marks.iter().any(|mark| sent(&given).contains(mark)) {
        return Outcome::Carried;
    }
    // The words of `stop` are looked for in the text where the service cannot do it.
    let maps_stop = protocol.info.options.iter().any(|(name, _)| *name == "stop");
    if kind == "stop words" && !maps_stop { Outcome::Done } else { Outcome::Lost }
}
