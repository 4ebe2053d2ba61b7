//! What stands beside the text of an answer: citations, files, sound, what the service ran itself, and the parts of the reasoning.
//! One table of block types for each service.

use std::rc::Rc;

use rivulet::chat::{Code, Event, Session, Usage};
use rivulet::providers;
use serde_json::{Value, json};

use crate::support::drive::{self, Reply};
use crate::support::flow::{Flow, call, json_answer, recorded};
use crate::support::linear::assert_linear_of;
use crate::support::play::{LIMIT, protocol};
use crate::support::{ours, theirs};

const END: [&str; 3] = ["usage", "conversation", "finish"];

fn ask(provider: &str) -> Flow {
    call(protocol(provider).info.name, json!("Hi"))
        .options(json!({ "model": "m" }))
        .settings(json!({ "url": null, "baseUrl": "https://llm.example/v1", "apiKey": "sk-test-0123" }))
}

fn sse(frames: &[Value]) -> Reply {
    Reply::new(200, frames.iter().map(|frame| format!("data: {frame}\n\n")).collect::<String>())
}

/// All events but text and those of the end, as `reply.events` has them; boundaries of reasoning are `null`.
fn events(flow: &Flow, reply: Reply) -> Vec<Value> {
    let played = flow.answers(&[reply]);
    played.end.as_ref().unwrap();
    let events = played.events().into_iter().filter(|event| !matches!(event, Event::Message(_)));
    let all = events.map(|event| match event.clone() {
        Event::Reasoning(pieces) => json!(pieces.text()),
        Event::ToolCall { call, done, .. } => json!({ "type": "tool-call", "name": call.name, "done": done }),
        event => event.into_json().map_or(Value::Null, |event| theirs(&event)),
    });
    all.filter(|event| !END.contains(&event["type"].as_str().unwrap_or_default())).collect()
}

/// Each event in few words.
fn brief(events: &[Value]) -> Vec<String> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let brief = |event: &Value| match event {
        Value::Null => "part".to_owned(),
        Value::String(text) => format!("reasoning {text}"),
        event => {
            let words = ["kind", "text", "url", "id", "message", "data", "transcript"].map(|key| text(event, key));
            let words = [text(event, "type")].into_iter().chain(words).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        }
    };
    events.iter().map(brief).collect()
}

fn anthropic(blocks: &[(Value, &[Value])]) -> Reply {
    let mut frames = vec![json!({ "type": "message_start", "message": {} })];
    for (index, (block, deltas)) in blocks.iter().enumerate() {
        frames.push(json!({ "type": "content_block_start", "index": index, "content_block": block }));
        for delta in *deltas {
            frames.push(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
        }
        frames.push(json!({ "type": "content_block_stop", "index": index }));
    }
    frames.push(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" } }));
    frames.push(json!({ "type": "message_stop" }));
    sse(&frames)
}

#[test]
fn each_block_of_anthropic_is_told_once_with_all_that_it_says() {
    let input = |json: &str| json!({ "type": "input_json_delta", "partial_json": json });
    let table: &[(Value, &[Value], &[&str])] = &[
        (
            json!({ "type": "server_tool_use", "id": "s", "name": "web_search", "input": {} }),
            &[input(""), input("{\"query\":"), input("\"a\"}")],
            &["status server_tool_use web_search"],
        ),
        (
            json!({ "type": "web_search_tool_result", "tool_use_id": "s", "content": [{ "type": "web_search_result", "url": "u" }] }),
            &[],
            &["status web_search_tool_result"],
        ),
        (
            json!({ "type": "web_search_tool_result", "tool_use_id": "s",
                "content": { "type": "web_search_tool_result_error", "error_code": "max_uses_exceeded" } }),
            &[],
            &["status web_search_tool_result max_uses_exceeded"],
        ),
        (
            json!({ "type": "web_fetch_tool_result", "content": { "type": "web_fetch_result", "url": "u" } }),
            &[],
            &["status web_fetch_tool_result"],
        ),
        (
            json!({ "type": "code_execution_tool_result", "content": { "type": "code_execution_result", "stdout": "5",
                "content": [{ "type": "code_execution_output", "file_id": "file_1" }] } }),
            &[],
            &["status code_execution_tool_result 5", "file file_1"],
        ),
        (
            json!({ "type": "bash_code_execution_tool_result", "content": { "stdout": "", "stderr": "no such file" } }),
            &[],
            &["status bash_code_execution_tool_result no such file"],
        ),
        (
            json!({ "type": "text_editor_code_execution_tool_result", "content": {} }),
            &[],
            &["status text_editor_code_execution_tool_result"],
        ),
        (json!({ "type": "container_upload", "file_id": "file_2" }), &[], &["status container_upload", "file file_2"]),
        (
            json!({ "type": "mcp_tool_use", "id": "m", "name": "look", "input": {} }),
            &[input("{}")],
            &["status mcp_tool_use look"],
        ),
        (
            json!({ "type": "mcp_tool_result", "content": [{ "type": "text", "text": "x" }] }),
            &[],
            &["status mcp_tool_result"],
        ),
        (
            json!({ "type": "compaction", "content": "" }),
            &[
                json!({ "type": "compaction_delta", "content": "We " }),
                json!({ "type": "compaction_delta", "content": "met." }),
            ],
            &["status compaction We met."],
        ),
        (json!({ "type": "hologram", "light": 1 }), &[], &["status hologram"]),
    ];
    for (block, deltas, wanted) in table {
        let streamed = events(&ask("Anthropic"), anthropic(&[(block.clone(), deltas)]));
        let streamed: Vec<_> = streamed.into_iter().filter(|event| event["type"] != "warning").collect();
        assert_eq!(&brief(&streamed), wanted, "{block}");
        let mut whole = block.clone();
        if whole["type"] == "server_tool_use" {
            assert_eq!(streamed[0]["raw"]["input"], json!({ "query": "a" }));
            whole["input"] = json!({ "query": "a" });
        } else if deltas.is_empty() {
            assert_eq!(streamed[0]["raw"], *block);
        } else if whole["type"] == "compaction" {
            whole["content"] = json!("We met.");
        }
        let answer = json!({ "type": "message", "content": [whole], "stop_reason": "end_turn" });
        let at_once = events(&ask("Anthropic"), json_answer(answer));
        let at_once: Vec<_> = at_once.into_iter().filter(|event| event["type"] != "warning").collect();
        assert_eq!(&brief(&at_once), wanted, "{block}, in one piece");
    }
}

/// A gateway may leave out the end of a block.
#[test]
fn a_block_of_anthropic_without_its_end_is_told_at_the_end_of_the_answer() {
    let block = json!({ "type": "server_tool_use", "name": "web_search", "input": {} });
    let frames = [
        json!({ "type": "content_block_start", "index": 0, "content_block": block }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" } }),
        json!({ "type": "message_stop" }),
    ];
    assert_eq!(brief(&events(&ask("Anthropic"), sse(&frames)))[0], "status server_tool_use web_search");
}

#[test]
fn what_services_cite_has_the_same_names() {
    let cited = |provider: &str, reply: Reply| {
        let all = events(&ask(provider), reply);
        let mut found = all.into_iter().filter(|event| event["type"] == "citation").map(|mut event| {
            event.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "raw" | "type"));
            event
        });
        let first = found.next().unwrap_or_default();
        assert!(found.next().is_none());
        first
    };
    let text = json!({ "type": "text_delta", "text": "Grass is green." });
    for (citation, wanted) in [
        (
            json!({ "type": "char_location", "cited_text": "green", "document_index": 0, "document_title": "D", "start_char_index": 3, "end_char_index": 8 }),
            json!({ "title": "D", "text": "green" }),
        ),
        (
            json!({ "type": "page_location", "cited_text": "c", "document_title": "D", "start_page_number": 1, "end_page_number": 2 }),
            json!({ "title": "D", "text": "c" }),
        ),
        (
            json!({ "type": "content_block_location", "cited_text": "c", "start_block_index": 0, "end_block_index": 1 }),
            json!({ "text": "c" }),
        ),
        (
            json!({ "type": "web_search_result_location", "cited_text": "c", "url": "https://a.example", "title": "A", "encrypted_index": "x" }),
            json!({ "url": "https://a.example", "title": "A", "text": "c" }),
        ),
        (
            json!({ "type": "search_result_location", "cited_text": "c", "source": "https://s.example", "title": "S", "search_result_index": 0 }),
            json!({ "url": "https://s.example", "title": "S", "text": "c" }),
        ),
    ] {
        let delta = json!({ "type": "citations_delta", "citation": citation });
        let block = json!({ "type": "text", "text": "" });
        assert_eq!(cited("Anthropic", anthropic(&[(block, &[text.clone(), delta])])), wanted);
    }
    let chat = |annotation: Value| {
        let delta = json!({ "content": "A green meadow.", "annotations": [annotation] });
        sse(&[json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": "stop" }] })])
    };
    let url = json!({ "url": "https://a.example", "title": "A", "start_index": 2, "end_index": 7 });
    let wanted = json!({ "url": "https://a.example", "title": "A", "start": 2, "end": 7, "unit": "characters" });
    assert_eq!(cited("OpenAiChat", chat(json!({ "type": "url_citation", "url_citation": url }))), wanted);
    // It says nothing beyond its source.
    let all = json!({ "type": "url_citation", "url_citation": { "url": "u", "start_index": 0, "end_index": 15 } });
    assert_eq!(cited("OpenAiChat", chat(all)), Value::Null);
    let annotation =
        json!({ "type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 2, "end_index": 7 });
    let response = |parts: Value| {
        json_answer(
            json!({ "object": "response", "status": "completed", "output": [{ "type": "message", "content": parts }] }),
        )
    };
    let part =
        |text: &str, annotations: Value| json!({ "type": "output_text", "text": text, "annotations": annotations });
    assert_eq!(cited("OpenAiResponses", response(json!([part("A green meadow.", json!([annotation]))]))), wanted);
    // Offsets in another part are no offsets in the text of the reply.
    let second = response(json!([part("First.", json!([])), part("A green meadow.", json!([annotation]))]));
    assert_eq!(cited("OpenAiResponses", second), json!({ "url": "https://a.example", "title": "A" }));
    let source = json!({ "type": "document", "document": { "title": "D", "url": "https://d.example" } });
    let citation = json!({ "start": 2, "end": 7, "text": "green", "sources": [source], "type": "TEXT_CONTENT" });
    let frames = [
        json!({ "type": "citation-start", "delta": { "message": { "citations": citation } } }),
        json!({ "type": "message-end", "delta": { "finish_reason": "COMPLETE" } }),
    ];
    let wanted = json!({ "url": "https://d.example", "title": "D", "text": "green", "start": 2, "end": 7, "unit": "characters" });
    assert_eq!(cited("Cohere", sse(&frames)), wanted);
    let gemini = |more: Value| {
        let mut candidate = json!({ "content": { "parts": [{ "text": "A green meadow." }] }, "finishReason": "STOP" });
        candidate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sse(&[json!({ "candidates": [candidate] })])
    };
    let chunks =
        json!([{ "web": { "uri": "https://a.example", "title": "A" } }, { "maps": { "uri": "https://m.example" } }]);
    let support = json!({ "segment": { "endIndex": 7, "text": "A green" }, "groundingChunkIndices": [1, 0] });
    let grounding = json!({ "groundingMetadata": { "groundingChunks": chunks, "groundingSupports": [support] } });
    let wanted = json!({ "url": "https://m.example", "text": "A green", "start": 0, "end": 7, "unit": "bytes" });
    assert_eq!(cited("Gemini", gemini(grounding)), wanted);
    let recited = json!({ "citationMetadata": { "citations": [{ "startIndex": 2, "endIndex": 7, "uri": "https://c.example" }] } });
    assert_eq!(
        cited("Gemini", gemini(recited)),
        json!({ "url": "https://c.example", "start": 2, "end": 7, "unit": "bytes" })
    );
}

#[test]
fn each_part_of_gemini_is_told() {
    let table = [
        (json!({ "executableCode": { "language": "PYTHON", "code": "2+3" } }), "status executableCode 2+3"),
        (json!({ "codeExecutionResult": { "outcome": "OUTCOME_OK", "output": "5" } }), "status codeExecutionResult 5"),
        (json!({ "toolCall": { "toolType": "GOOGLE_SEARCH", "id": "t" } }), "status toolCall GOOGLE_SEARCH"),
        (
            json!({ "toolResponse": { "toolType": "GOOGLE_SEARCH", "response": {} } }),
            "status toolResponse GOOGLE_SEARCH",
        ),
        (json!({ "inlineData": { "mimeType": "image/png", "data": "AA==" } }), "image data:image/png;base64,AA=="),
        (json!({ "inlineData": { "mimeType": "audio/wav", "data": "AA==" } }), "audio AA=="),
        (json!({ "inlineData": { "mimeType": "video/mp4", "data": "AA==" } }), "file data:video/mp4;base64,AA=="),
        (
            json!({ "fileData": { "mimeType": "application/pdf", "fileUri": "https://f.example" } }),
            "file https://f.example",
        ),
        (json!({ "hologram": { "light": 1 } }), "status hologram"),
        (
            json!({ "thought": true, "inlineData": { "mimeType": "image/png", "data": "AA==" } }),
            "status thought inlineData",
        ),
    ];
    for (part, wanted) in table {
        let frame =
            json!({ "candidates": [{ "content": { "parts": [{ "text": "Hi" }, part] }, "finishReason": "STOP" }] });
        let found = brief(&events(&ask("Gemini"), sse(&[frame])));
        assert_eq!(found, [wanted], "{part}");
    }
    let more = json!({ "candidates": [{ "content": { "parts": [{ "text": "Hi" }] }, "finishReason": "STOP",
        "urlContextMetadata": { "urlMetadata": [{ "retrievedUrl": "u" }] },
        "groundingMetadata": { "webSearchQueries": ["a", "b"], "searchEntryPoint": { "renderedContent": "<b>" } } }] });
    let wanted = ["status groundingMetadata a, b", "status urlContextMetadata"];
    assert_eq!(brief(&events(&ask("Gemini"), sse(&[more]))), wanted);
}

#[test]
fn each_item_of_responses_is_told_once() {
    let table = [
        (json!({ "type": "web_search_call", "action": { "query": "a" } }), vec!["status web_search_call a"]),
        (json!({ "type": "file_search_call", "queries": ["q"], "results": null }), vec!["status file_search_call q"]),
        (
            json!({ "type": "code_interpreter_call", "code": "1+1",
                "outputs": [{ "type": "logs", "logs": "2" }, { "type": "image", "url": "https://i.example" }] }),
            vec!["status code_interpreter_call 1+1", "image https://i.example"],
        ),
        (json!({ "type": "mcp_call", "name": "look", "output": "x" }), vec!["status mcp_call look"]),
        (json!({ "type": "mcp_list_tools", "tools": [] }), vec!["status mcp_list_tools"]),
        (json!({ "type": "tool_search_call", "status": "completed" }), vec!["status tool_search_call completed"]),
        (
            json!({ "type": "image_generation_call", "result": null, "status": "failed" }),
            vec!["status image_generation_call failed"],
        ),
        (json!({ "type": "computer_call", "action": { "type": "click" } }), vec!["action computer_call"]),
        (json!({ "type": "shell_call", "action": {} }), vec!["action shell_call"]),
        (json!({ "type": "local_shell_call", "action": {} }), vec!["action local_shell_call"]),
        (json!({ "type": "apply_patch_call", "operation": {} }), vec!["action apply_patch_call"]),
        (json!({ "type": "mcp_approval_request", "name": "look" }), vec!["action mcp_approval_request"]),
        (json!({ "type": "hologram" }), vec!["status hologram"]),
    ];
    for (item, wanted) in table {
        for id in [Value::Null, json!("x1")] {
            let mut item = item.clone();
            item["id"] = id;
            let wanted: Vec<_> = wanted.iter().map(|&words| words.to_owned()).collect();
            let brief = |reply| {
                let found = brief(&events(&ask("OpenAiResponses"), reply)).into_iter();
                found.filter(|event| !event.starts_with("warning")).collect::<Vec<_>>()
            };
            let done = json!({ "type": "response.output_item.done", "output_index": 1, "item": item });
            let end = |output: Value| json!({ "type": "response.completed", "response": { "id": "r", "status": "completed", "output": output } });
            for frames in [
                vec![done.clone(), end(json!([]))],
                vec![end(json!([item]))],
                // Some gateways leave out other items, so that the position is another one.
                vec![done.clone(), end(json!([item]))],
            ] {
                assert_eq!(brief(sse(&frames)), wanted, "{frames:?}");
            }
            assert_eq!(
                brief(json_answer(json!({ "object": "response", "status": "completed", "output": [item] }))),
                wanted
            );
        }
    }
    let frames = [
        json!({ "type": "response.image_generation_call.partial_image", "partial_image_b64": "AA==", "partial_image_index": 0 }),
        json!({ "type": "response.output_text.annotation.added", "annotation":
            { "type": "container_file_citation", "file_id": "cfile_1", "filename": "a.csv", "start_index": 0, "end_index": 5 } }),
        json!({ "type": "response.completed", "response": { "id": "r", "status": "completed" } }),
    ];
    let found = brief(&events(&ask("OpenAiResponses"), sse(&frames)));
    let wanted = [
        "warning the service sends pictures that are not complete: they are left out; 'includeRaw' has them",
        "source",
        "file cfile_1",
    ];
    assert_eq!(&found[..3], wanted);
}

#[test]
fn each_member_of_a_chunk_is_told() {
    let chat = |more: Value, delta: Value| {
        let mut frame = json!({ "choices": [{ "index": 0, "delta": delta }] });
        frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        frame
    };
    let end = json!({ "choices": [{ "index": 0, "delta": { "content": "Hi" }, "finish_reason": "stop" }] });
    let none = || json!({});
    let parts = |part: Value| json!({ "content": [part] });
    let filter = json!({ "hate": { "filtered": false, "severity": "safe" } });
    let filtered = |filter: &Value| json!({ "choices": [{ "index": 0, "delta": { "content": "a" }, "content_filter_results": filter }] });
    let table: Vec<(Vec<Value>, Vec<&str>)> = vec![
        (
            vec![
                chat(none(), json!({ "audio": { "id": "a1", "transcript": "Hel" } })),
                chat(none(), json!({ "audio": { "data": "AA==" } })),
                chat(none(), json!({ "audio": { "expires_at": 7 } })),
            ],
            vec!["audio a1 Hel", "audio AA==", "audio"],
        ),
        (
            vec![chat(none(), json!({ "executed_tools": [{ "index": 0, "type": "python", "arguments": "1" }] }))],
            vec!["status executed_tools python"],
        ),
        (
            vec![
                chat(json!({ "warnings": [{ "message": "W" }] }), none()),
                chat(json!({ "warnings": [{ "message": "W" }] }), none()),
            ],
            vec!["warning W"],
        ),
        (
            vec![
                chat(json!({ "images": [{ "image_url": "https://i.example" }] }), none()),
                chat(json!({ "images": [{ "image_url": "https://i.example" }] }), none()),
            ],
            vec!["source https://i.example"],
        ),
        (
            vec![
                chat(json!({ "citations": ["https://a.example"] }), none()),
                chat(json!({ "citations": ["https://a.example", "https://b.example"] }), none()),
            ],
            vec![
                "source https://a.example",
                "citation https://a.example",
                "source https://b.example",
                "citation https://b.example",
            ],
        ),
        (
            vec![chat(none(), json!({ "reasoning_opaque": "x" })), chat(none(), json!({ "reasoning_opaque": "y" }))],
            vec!["warning the service sent 'reasoning_opaque', which no event tells: 'includeRaw' has it"],
        ),
        (
            vec![
                json!({ "choices": [{ "index": 1, "delta": { "content": "b" } }] }),
                json!({ "choices": [{ "index": 1, "delta": { "content": "b" } }] }),
            ],
            vec!["warning the service sent several answers: only the first is told"],
        ),
        (
            vec![chat(json!({ "web_search": [{ "link": "https://z.example" }] }), none())],
            vec!["source https://z.example"],
        ),
        (
            vec![chat(none(), json!({ "reasoning_steps": [{ "thought": "Look", "type": "web_search" }] }))],
            vec!["status reasoning_steps Look"],
        ),
        (vec![chat(json!({ "related_questions": ["Why?"] }), none())], vec!["status related_questions"]),
        (
            vec![chat(json!({ "prompt_filter_results": [{ "prompt_index": 0 }] }), none())],
            vec!["status prompt_filter_results"],
        ),
        // It comes in each chunk, and counts where it changes.
        (vec![filtered(&none()), filtered(&filter), filtered(&filter)], vec!["status content_filter_results"]),
        (vec![chat(none(), parts(json!({ "type": "reference", "reference_ids": [1] })))], vec!["status reference"]),
        (
            vec![chat(none(), parts(json!({ "type": "image_url", "image_url": "https://i.example" })))],
            vec!["image https://i.example"],
        ),
        (vec![chat(none(), parts(json!({ "type": "audio", "audio": { "data": "AA==" } })))], vec!["audio AA=="]),
        (vec![chat(none(), parts(json!({ "type": "file", "file": { "file_id": "f1" } })))], vec!["file f1"]),
        (
            vec![chat(
                none(),
                parts(json!({ "type": "text", "text": "Hi", "citations": [{ "url": "https://a.example" }] })),
            )],
            vec!["source https://a.example", "citation https://a.example"],
        ),
        (
            vec![chat(
                none(),
                json!({ "context": { "intent": "i", "citations": [{ "url": "https://a.example", "title": "A" }] } }),
            )],
            vec!["source https://a.example", "status context i"],
        ),
    ];
    for (frames, wanted) in table {
        let frames: Vec<_> = frames.iter().chain([&end]).cloned().collect();
        assert_eq!(brief(&events(&ask("OpenAiChat"), sse(&frames))), wanted, "{frames:?}");
    }
}

#[test]
fn parts_of_the_reasoning_are_not_glued() {
    let wanted = ["reasoning one", "reasoning \n\n", "part", "reasoning two"];
    let joined = |provider: &str, reply: Reply| {
        let mut all: Vec<String> = Vec::new();
        for event in brief(&events(&ask(provider), reply)) {
            all.push(event);
        }
        all.retain(|event| event.starts_with("reasoning") || event == "part");
        all
    };
    let thinking = |text: &str| json!({ "type": "thinking", "thinking": text });
    assert_eq!(joined("Anthropic", anthropic(&[(thinking("one"), &[]), (thinking("two"), &[])])), wanted);
    let delta = json!({ "type": "thinking_delta", "thinking": "two" });
    assert_eq!(joined("Anthropic", anthropic(&[(thinking("one"), &[]), (thinking(""), &[delta])])), wanted);
    let chat = |frames: Vec<Value>| {
        let frame = |delta| json!({ "choices": [{ "index": 0, "delta": delta }] });
        let end = json!({ "choices": [{ "index": 0, "delta": { "content": "Hi" }, "finish_reason": "stop" }] });
        sse(&frames.into_iter().map(frame).chain([end]).collect::<Vec<_>>())
    };
    let detail = |index: u64, text: &str| json!({ "type": "reasoning.text", "index": index, "text": text });
    for frames in [
        vec![json!({ "reasoning_details": [detail(0, "one")] }), json!({ "reasoning_details": [detail(1, "two")] })],
        vec![json!({ "reasoning_details": [detail(0, "one"), detail(1, "two")] })],
        vec![
            json!({ "reasoning": "one", "reasoning_details": [detail(0, "one")] }),
            json!({ "reasoning": "two", "reasoning_details": [detail(1, "two")] }),
        ],
        vec![json!({ "content": [{ "type": "thinking", "thinking": [{ "type": "text", "text": "one" }] },
            { "type": "thinking", "thinking": [{ "type": "text", "text": "two" }] }] })],
        vec![json!({ "content": [{ "type": "reasoning", "summary": [{ "text": "one" }, { "text": "two" }] }] })],
    ] {
        assert_eq!(joined("OpenAiChat", chat(frames)), wanted);
    }
    let thought = |text: &str| json!({ "text": text, "thought": true });
    let gemini =
        |parts: Value| sse(&[json!({ "candidates": [{ "content": { "parts": parts }, "finishReason": "STOP" }] })]);
    assert_eq!(joined("Gemini", gemini(json!([thought("one"), thought("two")]))), wanted);
    let content = |index: u64, thinking: &str| json!({ "type": "content-delta", "index": index, "delta": { "message": { "content": { "thinking": thinking } } } });
    let end = json!({ "type": "message-end", "delta": { "finish_reason": "COMPLETE" } });
    assert_eq!(joined("Cohere", sse(&[content(0, "one"), content(1, "two"), end])), wanted);
    // With text in between, the text separates them.
    let between = ["reasoning one", "part", "reasoning two"];
    let frames = vec![json!({ "reasoning": "one" }), json!({ "content": "x" }), json!({ "reasoning": "two" })];
    assert_eq!(joined("OpenAiChat", chat(frames)), between);
    assert_eq!(joined("Gemini", gemini(json!([thought("one"), { "text": "x" }, thought("two")]))), wanted_with_text());
    let line = |message: Value| format!("{}\n", json!({ "message": message }));
    let lines =
        [json!({ "thinking": "one" }), json!({ "content": "x" }), json!({ "thinking": "two" })].map(line).concat();
    assert_eq!(joined("Ollama", Reply::new(200, lines + "{\"done\":true}\n")), between);
    // Pieces of one part stay one.
    let one =
        vec![json!({ "reasoning_details": [detail(0, "one")] }), json!({ "reasoning_details": [detail(0, "two")] })];
    assert_eq!(joined("OpenAiChat", chat(one)), ["reasoning one", "reasoning two"]);
}

/// Thoughts of one chunk are parts of their own, whatever stands between them.
fn wanted_with_text() -> [&'static str; 4] {
    ["reasoning one", "part", "reasoning \n\n", "reasoning two"]
}

#[test]
fn a_frame_comes_before_its_events_where_that_is_asked_for() {
    let frames = [
        json!({ "choices": [{ "index": 0, "delta": { "content": "a" } }] }),
        json!({ "choices": [{ "index": 0, "delta": { "content": "b" } }] }),
        json!({ "choices": [{ "index": 0, "delta": { "content": "c" }, "finish_reason": "stop" }] }),
    ];
    let flow = ask("OpenAiChat").options(json!({ "includeRaw": true }));
    let body: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    let raws = |flow: &Flow, reply: Reply| {
        let played = flow.answers(&[reply]);
        let order: Vec<_> =
            played.described().iter().map(|event| event.split(' ').next().unwrap().to_owned()).collect();
        let found = played.events().into_iter().filter(|event| matches!(event, Event::Raw { .. }));
        (found.filter_map(|event| Some(theirs(&event.clone().into_json()?)["raw"].clone())).collect::<Vec<_>>(), order)
    };
    let (found, order) = raws(&flow, Reply::new(200, body.clone() + "data: [DONE]\n\n"));
    assert_eq!(found, [&frames[..], &[json!("[DONE]")]].concat());
    assert_eq!(order, ["raw", "raw", "raw", "raw", "finish"]);
    assert_eq!(raws(&ask("OpenAiChat"), Reply::new(200, body + "data: [DONE]\n\n")).0, Vec::<Value>::new());
    let whole = json!({ "choices": [{ "message": { "content": "Hi" }, "finish_reason": "stop" }] });
    assert_eq!(raws(&flow, json_answer(whole.clone())).0, [whole]);
    let line = json!({ "message": { "content": "Hi" }, "done": true });
    let ollama = ask("Ollama").options(json!({ "includeRaw": true }));
    assert_eq!(raws(&ollama, Reply::new(200, format!("{line}\n"))).0, [line]);
    // A setting, too.
    let set = ask("Ollama").settings(json!({ "includeRaw": true }));
    assert_eq!(raws(&set, Reply::new(200, "{\"done\":true}\n")).0.len(), 1);
    assert_eq!(ask("Ollama").options(json!({ "includeRaw": 1 })).input_error(), "includeRaw must be true or false");
}

#[test]
fn counts_are_read_by_each_services_own_rule() {
    let table = [
        (
            "Anthropic",
            json!({ "input_tokens": 5, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2, "output_tokens": 7,
            "output_tokens_details": { "thinking_tokens": 4 } }),
            json!([10, 7, 17, 3, 2, 4]),
        ),
        (
            "Anthropic, nothing in the cache",
            json!({ "input_tokens": 5, "cache_read_input_tokens": null, "output_tokens": 7 }),
            json!([5, 7, 12, null, null, null]),
        ),
        (
            "Chat",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17, "prompt_tokens_details": { "cached_tokens": 3, "cache_write_tokens": 2, "audio_tokens": 1 },
            "completion_tokens_details": { "reasoning_tokens": 4 } }),
            json!([10, 7, 17, 3, 2, 4]),
        ),
        (
            "a gateway with both spellings",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2 }),
            json!([10, 7, 17, 3, 2, null]),
        ),
        (
            "Responses",
            json!({ "input_tokens": 10, "output_tokens": 7, "total_tokens": 17, "input_tokens_details": { "cached_tokens": 3, "cache_write_tokens": 2 },
            "output_tokens_details": { "reasoning_tokens": 4 } }),
            json!([10, 7, 17, 3, 2, 4]),
        ),
        (
            "Gemini",
            json!({ "promptTokenCount": 8, "toolUsePromptTokenCount": 2, "cachedContentTokenCount": 3, "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "totalTokenCount": 17 }),
            json!([10, 7, 17, 3, null, 4]),
        ),
        (
            "xAI",
            json!({ "prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 17, "completion_tokens_details": { "reasoning_tokens": 4 } }),
            json!([10, 7, 17, null, null, 4]),
        ),
        (
            "Perplexity",
            json!({ "prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13, "reasoning_tokens": 4, "num_search_queries": 1 }),
            json!([10, 7, 13, null, null, 4]),
        ),
        (
            "DeepSeek",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "prompt_cache_hit_tokens": 3, "prompt_cache_miss_tokens": 7 }),
            json!([10, 7, 17, 3, null, null]),
        ),
        (
            "Moonshot",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "cached_tokens": 3 }),
            json!([10, 7, 17, 3, null, null]),
        ),
        (
            "Mistral",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "num_cached_tokens": 3 }),
            json!([10, 7, 17, 3, null, null]),
        ),
        (
            "DashScope",
            json!({ "prompt_tokens": 10, "completion_tokens": 7, "prompt_tokens_details": { "cached_tokens": 3, "cache_creation_input_tokens": 2 } }),
            json!([10, 7, 17, 3, 2, null]),
        ),
        (
            "Bedrock",
            json!({ "inputTokens": 5, "cacheReadInputTokens": 3, "cacheWriteInputTokens": 2, "outputTokens": 7, "totalTokens": 17 }),
            json!([10, 7, 17, 3, 2, null]),
        ),
        ("Ollama", json!({ "prompt_eval_count": 10, "eval_count": 7 }), json!([10, 7, 17, null, null, null])),
        ("Ollama, an answer of nothing", json!({ "prompt_eval_count": 10 }), json!([10, 0, 10, null, null, null])),
        ("Ollama, a prompt from its cache", json!({ "eval_count": 7 }), json!([null, 7, null, null, null, null])),
        ("Cohere", json!({ "input_tokens": 10.0, "output_tokens": 7.0 }), json!([10, 7, 17, null, null, null])),
        (
            "null before another spelling",
            json!({ "prompt_tokens": null, "input_tokens": 10, "output_tokens": 7 }),
            json!([10, 7, 17, null, null, null]),
        ),
        (
            "counts beyond 64 bits together",
            json!({ "prompt_tokens": 9_900_000_000_000_000_000_u64, "completion_tokens": 9_900_000_000_000_000_000_u64 }),
            json!([9_900_000_000_000_000_000_u64, 9_900_000_000_000_000_000_u64, u64::MAX, null, null, null]),
        ),
    ];
    for (service, raw, wanted) in table {
        let usage = Usage::from_json(&ours(&raw)).unwrap();
        let found = [usage.input, usage.output, usage.total, usage.cached_input, usage.cache_write, usage.reasoning];
        assert_eq!(json!(found), wanted, "{service}");
        assert_eq!(theirs(&usage.raw), raw);
    }
}

#[test]
fn notes_cost_what_they_are_long() {
    let talk = |count: usize| {
        let mut frames = Vec::new();
        for index in 0..count {
            let block = json!({ "type": "server_tool_use", "name": "f", "input": {} });
            frames.push(json!({ "type": "content_block_start", "index": index, "content_block": block }));
        }
        frames.push(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" } }));
        frames.push(json!({ "type": "message_stop" }));
        (count, sse(&frames))
    };
    assert_linear_of(2_000, talk, |(count, reply)| {
        let call = Rc::new(ask("Anthropic").read().unwrap());
        let exchange = providers::exchange(protocol("Anthropic"), call, &Session::default(), LIMIT);
        let told = drive::play(exchange, |_, _| reply.clone()).events().len();
        // With a warning about the empty reply, the message, and the end.
        assert_eq!(told, count + 3);
    });
}

/// What a block of the service's own tools says is kept until the block is whole, so it counts.
#[test]
fn blocks_without_end_are_too_large() {
    let piece = json!({ "type": "input_json_delta", "partial_json": "x".repeat(100) });
    let begin = json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "server_tool_use", "input": {} } });
    let delta = json!({ "type": "content_block_delta", "index": 0, "delta": piece });
    let frames: Vec<_> = [begin].into_iter().chain((0..200).map(|_| delta.clone())).collect();
    let call = Rc::new(ask("Anthropic").read().unwrap());
    let exchange = providers::exchange(protocol("Anthropic"), call, &Session::default(), 10_000);
    assert_eq!(drive::play(exchange, |_, _| sse(&frames)).error().code, Code::TooLarge);
}

#[test]
fn frames_of_a_site_are_told_too_but_not_its_nonces() {
    let flow = call("AiEngine", json!("Hi")).options(json!({ "includeRaw": true }));
    let played = flow.answers(&[recorded("ai-engine/start-session"), recorded("ai-engine/stream-ascii")]);
    let raws: Vec<_> = played.described().into_iter().filter(|event| event.starts_with("raw ")).collect();
    assert!(raws.len() > 2 && raws.iter().all(|raw| !raw.contains("restNonce")), "{raws:?}");
    assert!(raws[0].contains("\"type\":\"live\""), "{raws:?}");
}
