//! Out of a reply: recorded answers, and where there is none of a kind, one as the service documents it.

use std::rc::Rc;
use std::sync::LazyLock;

use rivulet::chat::Event;
use rivulet::options::ChatRequest;
use rivulet::providers;
use serde_json::{Value, json};

use crate::Outcome;
use crate::into::settings;
use crate::support::drive::{self, Played, Reply};
use crate::support::play::{self, LIMIT, Play, RANDOM, describe, session};
use crate::support::tape::Tape;
use crate::support::{expected, ours, theirs};

/// All recordings that a chat client has a part in, by provider.
static RECORDED: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let plays = expected::all().into_iter().filter_map(|(case, _)| {
        let play = Play::of(&Tape::read(&case))?;
        Some((play.protocol.info.name, case))
    });
    plays.collect()
});

fn recorded(case: &str) -> Played {
    Play::of(&Tape::read(case)).unwrap().run(&[])
}

fn lines(played: &Played) -> Vec<String> {
    played.events().into_iter().map(|event| describe(event, played)).collect()
}

fn any(played: &Played, is_it: impl Fn(&str) -> bool) -> bool {
    lines(played).iter().any(|line| is_it(line))
}

/// Whether the reply holds something of this kind.
fn holds(kind: &str, played: &Played) -> bool {
    let begins = |start: &str| any(played, |line| line.starts_with(start));
    let usage = || {
        played
            .events()
            .into_iter()
            .find_map(|event| if let Event::Usage(usage) = event { Some(usage.clone()) } else { None })
    };
    let error = || played.end.as_ref().err();
    match kind {
        "text" => !played.text().is_empty(),
        "reasoning" => begins("reasoning "),
        "boundary between parts of the reasoning" => begins("part"),
        "state of the reasoning, in reply.message" => any(played, |line| {
            line.starts_with("message ")
                && [
                    "signature",
                    "encrypted_content",
                    "thoughtSignature",
                    "reasoning_details",
                    "extra_content",
                    "reasoning",
                ]
                .iter()
                .any(|key| line.contains(key))
        }),
        "tool call" => any(played, |line| line.starts_with("tool ") && line.ends_with(" done")),
        "tool call without arguments" => any(played, |line| line.starts_with("tool ") && line.ends_with(" {} done")),
        "image" => begins("image "),
        "file" => begins("file "),
        "audio" => begins("audio "),
        "source" => begins("source "),
        "citation" => begins("citation "),
        "refusal" => begins("finish content_filter"),
        "end at a limit" => begins("finish length"),
        "the service's own word for the end" => {
            played.events().into_iter().any(|event| matches!(event, Event::Finish { raw, .. } if !raw.is_empty()))
        }
        "counts of tokens" => begins("usage "),
        "counts of the cache" => usage().is_some_and(|usage| usage.cached_input.is_some()),
        "counts of the reasoning" => usage().is_some_and(|usage| usage.reasoning.is_some()),
        "state of the conversation" => begins("conversation "),
        "what the service ran itself" => begins("status "),
        "what the page is to do" => begins("action "),
        "final text that differs" => {
            begins("replace ") || any(played, |line| line.starts_with("warning ") && line.contains("differ"))
        }
        "error in the middle of the answer" => {
            !played.items.is_empty()
                && error().is_some_and(|error| error.code.as_str() != "truncated" && error.status.is_none())
        }
        "how likely the tokens were" => begins("logprobs "),
        "warnings of the service" => any(played, |line| line.starts_with("warning ") && line.contains("canary")),
        "content of a kind that is not known" => any(played, |line| {
            line.contains("hologram") && (line.starts_with("status ") || line.starts_with("warning "))
        }),
        "the id of a request that failed" => {
            error().is_some_and(|error| error.request_id.as_deref() == Some("req-canary"))
        }
        "the error's own words" => error().is_some_and(|error| error.status.is_some()),
        "the error's own code or type" => {
            error().is_some_and(|error| error.service_code.is_some() || error.kind.is_some())
        }
        "an answer that was cut off" => error().is_some_and(|error| error.code.as_str() == "truncated"),
        other => panic!("no sign of the kind {other:?}"),
    }
}

/// An answer of this kind as the service documents it, for what no recording has.
fn documented(kind: &str, provider: &str) -> Option<Reply> {
    let events =
        |frames: &[Value]| Reply::new(200, frames.iter().map(|frame| format!("data: {frame}\n\n")).collect::<String>());
    let chat = |delta: Value| {
        events(&[
            json!({ "choices": [{ "index": 0, "delta": delta }] }),
            json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": "stop" }] }),
        ])
    };
    let counted = |usage: Value| {
        events(&[
            json!({ "choices": [{ "index": 0, "delta": { "content": "Hi" }, "finish_reason": "stop" }], "usage": usage }),
        ])
    };
    let blocks = |blocks: &[Value]| {
        let mut frames = vec![json!({ "type": "message_start", "message": {} })];
        for (index, block) in blocks.iter().enumerate() {
            frames.push(json!({ "type": "content_block_start", "index": index, "content_block": block }));
            frames.push(json!({ "type": "content_block_stop", "index": index }));
        }
        frames.push(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": 5, "output_tokens_details": { "thinking_tokens": 3 } } }));
        frames.push(json!({ "type": "message_stop" }));
        events(&frames)
    };
    let parts = |parts: Value, more: Value| {
        let mut candidate = json!({ "content": { "parts": parts }, "finishReason": "STOP" });
        candidate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        events(&[
            json!({ "candidates": [candidate], "usageMetadata": { "promptTokenCount": 9, "cachedContentTokenCount": 4 } }),
        ])
    };
    let output = |items: Value| {
        events(&[
            json!({ "type": "response.completed", "response": { "id": "r", "object": "response", "status": "completed", "output": items } }),
        ])
    };
    let cited =
        json!({ "type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 1, "end_index": 2 });
    let wrong = |status: u16| {
        Reply::new(status, json!({ "error": { "message": "canary", "type": "canary_type" } }).to_string())
            .header("x-request-id", "req-canary")
    };
    Some(match (kind, provider) {
        ("the id of a request that failed", _) => wrong(400),
        ("boundary between parts of the reasoning", "Anthropic") => blocks(&[
            json!({ "type": "thinking", "thinking": "One." }),
            json!({ "type": "thinking", "thinking": "Two." }),
        ]),
        ("boundary between parts of the reasoning", "Gemini") => parts(
            json!([{ "text": "One.", "thought": true }, { "text": "Two.", "thought": true }, { "text": "Hi" }]),
            json!({}),
        ),
        ("boundary between parts of the reasoning", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "content": "Hi", "reasoning_details": [
            { "type": "reasoning.text", "text": "One.", "index": 0 }, { "type": "reasoning.text", "text": "Two.", "index": 1 },
        ] }))
        }
        ("state of the reasoning, in reply.message", "OpenAiChat") => {
            chat(json!({ "content": "Hi", "reasoning_details": [{ "type": "reasoning.encrypted", "data": "canary" }] }))
        }
        ("tool call without arguments", "WorkersAi") => {
            Reply::new(200, json!({ "response": null, "tool_calls": [{ "name": "now", "arguments": {} }] }).to_string())
        }
        ("image", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "images": [{ "type": "image_url", "image_url": { "url": "https://a.example/a.png" } }] }))
        }
        ("image", "OpenAiResponses") => {
            output(json!([{ "type": "image_generation_call", "id": "ig", "result": "iVBORw0KGgo=" }]))
        }
        ("file", "Gemini") => {
            parts(json!([{ "inlineData": { "mimeType": "application/pdf", "data": "JVBERi0=" } }]), json!({}))
        }
        ("file", "Anthropic") => blocks(&[json!({
            "type": "code_execution_tool_result", "tool_use_id": "s",
            "content": { "type": "code_execution_result", "stdout": "", "content": [{ "type": "code_execution_output", "file_id": "file_1" }] },
        })]),
        ("file", "OpenAiResponses") => output(json!([{ "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hi", "annotations": [{ "type": "container_file_citation", "file_id": "f", "filename": "a.csv" }] },
        ] }])),
        ("audio", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "audio": { "id": "a", "data": "AAAA", "transcript": "Hi" } }))
        }
        ("source" | "citation", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "content": "Hi there", "annotations": [{ "type": "url_citation", "url_citation": cited }] }))
        }
        ("citation", "OpenAiResponses") => output(json!([{ "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hi there", "annotations": [cited] },
        ] }])),
        ("citation", "Gemini") => parts(
            json!([{ "text": "Hi there" }]),
            json!({ "groundingMetadata": {
            "groundingChunks": [{ "web": { "uri": "https://a.example", "title": "A" } }],
            "groundingSupports": [{ "segment": { "startIndex": 0, "endIndex": 2, "text": "Hi" }, "groundingChunkIndices": [0] }],
        } }),
        ),
        ("refusal", "WorkersAi") => events(&[
            json!({ "choices": [{ "index": 0, "delta": { "content": "" }, "finish_reason": "content_filter" }] }),
        ]),
        ("counts of the cache" | "counts of the reasoning", "OpenAiChat" | "WorkersAi") => counted(json!({
            "prompt_tokens": 9, "completion_tokens": 5, "prompt_tokens_details": { "cached_tokens": 4 }, "completion_tokens_details": { "reasoning_tokens": 3 },
        })),
        ("counts of the cache", "Gemini") => parts(json!([{ "text": "Hi" }]), json!({})),
        ("counts of the reasoning", "Anthropic") => blocks(&[json!({ "type": "text", "text": "Hi" })]),
        ("what the service ran itself", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "content": "Hi", "executed_tools": [{ "type": "search", "output": "x" }] }))
        }
        ("final text that differs", "OpenAiResponses") => events(&[
            json!({ "type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "Hi" }),
            json!({ "type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Another" }),
            json!({ "type": "response.completed", "response": { "id": "r", "status": "completed", "output": [] } }),
        ]),
        ("final text that differs", "AiEngine") => events(&[
            json!({ "type": "live", "data": "Hi" }),
            json!({ "type": "end", "data": json!({ "success": true, "reply": "Another" }).to_string() }),
        ]),
        ("error in the middle of the answer", "AiEngine") => {
            events(&[json!({ "type": "live", "data": "Hi" }), json!({ "type": "error", "data": "canary" })])
        }
        ("how likely the tokens were", "OpenAiChat" | "WorkersAi") => events(&[json!({ "choices": [{
            "index": 0, "delta": { "content": "Hi" }, "logprobs": { "content": [{ "token": "Hi", "logprob": -0.5 }] }, "finish_reason": "stop",
        }] })]),
        ("warnings of the service", "OpenAiChat" | "WorkersAi") => events(&[json!({
            "choices": [{ "index": 0, "delta": { "content": "Hi" }, "finish_reason": "stop" }], "warnings": [{ "message": "canary" }],
        })]),
        ("warnings of the service", "Gemini") => parts(json!([{ "text": "Hi" }]), json!({ "finishMessage": "canary" })),
        ("warnings of the service", "Anthropic") => events(&[
            json!({ "type": "message_start", "message": {} }),
            json!({ "type": "message_delta", "delta": { "stop_reason": "refusal", "stop_details": { "explanation": "canary" } } }),
            json!({ "type": "message_stop" }),
        ]),
        ("content of a kind that is not known", "Anthropic") => blocks(&[json!({ "type": "hologram" })]),
        ("content of a kind that is not known", "Gemini") => parts(json!([{ "hologram": {} }]), json!({})),
        ("content of a kind that is not known", "OpenAiResponses") => {
            output(json!([{ "type": "hologram", "id": "h" }]))
        }
        ("content of a kind that is not known", "OpenAiChat" | "WorkersAi") => {
            chat(json!({ "content": "Hi", "hologram": { "a": 1 } }))
        }
        _ => return None,
    })
}

fn asked(provider: &'static str, reply: Reply) -> Played {
    asked_with(provider, &json!({}), json!({}), reply)
}

fn asked_with(provider: &'static str, of_provider: &Value, more: Value, reply: Reply) -> Played {
    let protocol = play::protocol(provider);
    let mut options = json!({ "messages": "Hi", "retries": 0 });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut given = settings(protocol);
    given.as_object_mut().unwrap().extend(of_provider.as_object().unwrap().clone());
    let chat = ChatRequest::read(&protocol.info, &ours(&given), &ours(&options), RANDOM).unwrap();
    let session = session(&[("nonce", "0123456789"), ("postId", "5")]);
    let exchange = providers::exchange(protocol, Rc::new(chat), &session, LIMIT);
    drive::play(exchange, |_, _| reply.clone())
}

/// Whether the state of an answer goes back to its provider, with `reply.message` as it is pushed into the messages.
pub fn state_goes_back(provider: &'static str) -> Outcome {
    let sse = |frames: Value| {
        let frames = frames.as_array().unwrap().iter().map(|frame| format!("data: {frame}\n\n"));
        Reply::new(200, frames.collect::<String>())
    };
    let reply = match provider {
        "Anthropic" => sse(json!([
            { "type": "message_start", "message": {} },
            { "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "Hm.", "signature": "canary-state" } },
            { "type": "content_block_stop", "index": 0 },
            { "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": "Hi" } },
            { "type": "message_delta", "delta": { "stop_reason": "end_turn" } },
            { "type": "message_stop" },
        ])),
        "Gemini" => sse(
            json!([{ "candidates": [{ "content": { "parts": [{ "text": "Hi", "thoughtSignature": "canary-state" }] }, "finishReason": "STOP" }] }]),
        ),
        "OpenAiResponses" => {
            sse(json!([{ "type": "response.completed", "response": { "id": "r", "status": "completed", "output": [
            { "type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "canary-state" },
            { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Hi" }] },
        ] } }]))
        }
        "OpenAiChat" => sse(json!([{ "choices": [{ "index": 0, "finish_reason": "stop", "delta": {
            "content": "Hi", "reasoning_details": [{ "type": "reasoning.encrypted", "data": "canary-state" }],
        } }] }])),
        "WorkersAi" => sse(
            json!([{ "choices": [{ "index": 0, "finish_reason": "stop", "delta": { "content": "Hi", "reasoning": "canary-state" } }] }]),
        ),
        "Ollama" => Reply::new(
            200,
            "{\"message\":{\"content\":\"Hi\",\"thinking\":\"canary-state\"},\"done\":true,\"done_reason\":\"stop\"}\n",
        ),
        "Cohere" => sse(json!([
            { "type": "content-delta", "index": 0, "delta": { "message": { "content": { "thinking": "canary-state" } } } },
            { "type": "content-delta", "index": 1, "delta": { "message": { "content": { "text": "Hi" } } } },
            { "type": "message-end", "delta": { "finish_reason": "COMPLETE" } },
        ])),
        _ => return Outcome::Never,
    };
    // Of the services of Chat Completions, OpenRouter has the state that is no text.
    let settings = match provider {
        "OpenAiChat" => json!({ "service": "openrouter", "baseUrl": "https://openrouter.ai/api/v1" }),
        _ => json!({}),
    };
    let played = asked_with(provider, &settings, json!({}), reply.clone());
    let mut message = json!({ "role": "assistant", "content": played.text() });
    for event in played.events() {
        match event {
            Event::Message(members) => {
                message.as_object_mut().unwrap().extend(theirs(&members.clone().into()).as_object().unwrap().clone());
            }
            Event::Reasoning(pieces) => {
                let known = message["reasoning_content"].as_str().unwrap_or_default().to_owned();
                message["reasoning_content"] = json!(known + pieces.text());
            }
            _ => {}
        }
    }
    let messages = json!([{ "role": "user", "content": "Hi" }, message, { "role": "user", "content": "So?" }]);
    let second = asked_with(provider, &settings, json!({ "messages": messages }), reply);
    assert_eq!(second.warnings(), Vec::<&str>::new(), "{provider}");
    let sent = second.requests[0].body.as_deref().unwrap_or_default();
    assert!(!sent.contains("provider_data"), "{sent}");
    if sent.contains("canary-state") { Outcome::Carried } else { Outcome::Lost }
}

/// What becomes of a kind in the answers of a provider.
pub fn seen(kind: &str, provider: &'static str) -> Outcome {
    if kind == "the frames themselves, on request" {
        let (_, case) =
            RECORDED.iter().find(|(name, case)| *name == provider && recorded(case).pieces().len() > 1).unwrap();
        let mut play = Play::of(&Tape::read(case)).unwrap();
        play.options["includeRaw"] = json!(true);
        let is_raw = play.run(&[]).events().into_iter().any(|event| matches!(event, Event::Raw { .. }));
        return if is_raw { Outcome::Carried } else { Outcome::Lost };
    }
    if let Some(reply) = documented(kind, provider) {
        let played = asked(provider, reply);
        return if holds(kind, &played) { Outcome::Carried } else { Outcome::Lost };
    }
    match RECORDED.iter().any(|(name, case)| *name == provider && holds(kind, &recorded(case))) {
        true => Outcome::Carried,
        false => Outcome::Never,
    }
}
