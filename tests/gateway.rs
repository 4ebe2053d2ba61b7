//! What the edge promises of Anthropic's Messages, of reasoning that goes through it and comes back, and of tools that only one API has.
//! Real clients are tried in `tests/edge/` and `tests/clients/`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use rivulet::chat::{Event, Finish, ToolCall, Usage, reasoning_detail};
use rivulet::edge::{Api, CompletionSpec, Encoder, request};
use serde_json::{Value, json};
use support::linear::assert_linear_of;

const ID: &str = "msg_0123456789abcdef";

fn spec(api: Api, stream: bool) -> CompletionSpec {
    CompletionSpec { api, stream, id: ID.to_owned(), model: "m".to_owned(), ..CompletionSpec::default() }
}

fn encode(spec: CompletionSpec, events: &[Event], finish: Finish) -> String {
    let mut encoder = Encoder::new(spec);
    let mut out = String::new();
    for event in events {
        match event {
            Event::Text(pieces) => encoder.text(pieces.text()),
            Event::Reasoning(pieces) => encoder.reasoning(pieces.text()),
            Event::ToolCall { call, arguments, done } => encoder.tool_call(call, arguments.text(), *done),
            other => encoder.event(other),
        }
        encoder.take(|bytes, _| out.push_str(std::str::from_utf8(bytes).unwrap()));
    }
    encoder.event(&Event::from(finish));
    encoder.take(|bytes, _| out.push_str(std::str::from_utf8(bytes).unwrap()));
    out
}

/// The data of each event; each names its type twice, as Anthropic's and OpenAI's Responses do.
fn frames(stream: &str) -> Vec<Value> {
    let frames = stream.strip_suffix("\n\n").unwrap().split("\n\n");
    frames
        .map(|frame| {
            let (name, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(name.strip_prefix("event: ").unwrap(), data["type"].as_str().unwrap());
            data
        })
        .collect()
}

/// The message that a client of Anthropic's puts together, which checks the order of the events as strictly as any client does.
fn accumulated(stream: &str) -> Value {
    let frames = frames(stream);
    let mut message = frames[0]["message"].clone();
    assert_eq!(frames[0]["type"], "message_start");
    assert_eq!(frames.last().unwrap(), &json!({ "type": "message_stop" }));
    let mut open = false;
    let mut input = String::new();
    for frame in &frames[1..frames.len() - 1] {
        let blocks = message["content"].as_array_mut().unwrap();
        let count = blocks.len();
        let index = || frame["index"].as_u64().unwrap() as usize;
        match frame["type"].as_str().unwrap() {
            "content_block_start" => {
                assert!(!open, "one block at a time");
                assert_eq!(index(), count, "numbers have no gaps");
                open = true;
                input.clear();
                blocks.push(frame["content_block"].clone());
            }
            "content_block_delta" => {
                assert!(open && index() == count - 1);
                let (block, delta) = (blocks.last_mut().unwrap(), &frame["delta"]);
                let mut add = |key: &str| {
                    let text = format!("{}{}", block[key].as_str().unwrap(), delta[key].as_str().unwrap());
                    block[key] = json!(text);
                };
                match delta["type"].as_str().unwrap() {
                    "text_delta" => add("text"),
                    "thinking_delta" => add("thinking"),
                    "signature_delta" => add("signature"),
                    "input_json_delta" => input.push_str(delta["partial_json"].as_str().unwrap()),
                    other => panic!("{other}"),
                }
            }
            "content_block_stop" => {
                assert!(open && index() == count - 1);
                open = false;
                let block = blocks.last_mut().unwrap();
                if block["type"] == "tool_use" {
                    assert_eq!(block["input"], json!({}));
                    block["input"] = serde_json::from_str(&input).unwrap_or(json!(input));
                }
            }
            "message_delta" => {
                assert!(!open);
                for key in ["stop_reason", "stop_sequence"] {
                    message[key] = frame["delta"][key].clone();
                }
                message["usage"] = frame["usage"].clone();
            }
            other => panic!("{other}"),
        }
    }
    message
}

fn text(text: &str) -> Event {
    Event::Text(text.into())
}

fn thought(text: &str) -> Event {
    Event::Reasoning(text.into())
}

fn call(index: usize, arguments: &str, done: bool) -> Event {
    let call = ToolCall { index, id: format!("call-{index}"), name: format!("f{index}") };
    Event::ToolCall { call: call.into(), arguments: arguments.into(), done }
}

fn signed(text: &str, signature: &str) -> Event {
    Event::ReasoningDetail(reasoning_detail::signed(text, signature, reasoning_detail::ANTHROPIC))
}

fn of_google(data: &str, id: &str) -> Event {
    Event::ReasoningDetail(reasoning_detail::encrypted(data, id, reasoning_detail::GOOGLE))
}

#[test]
fn thinking_text_and_calls_become_blocks_in_their_order() {
    let given = [
        thought("hm"),
        thought(" so"),
        signed("hm so", "SIG"),
        text("Let me "),
        text("see."),
        call(0, "", false),
        call(0, "{\"city\":", false),
        call(0, "\"Oslo\"}", false),
        call(1, "", false),
        call(0, "{\"city\":\"Oslo\"}", true),
        call(1, "{}", true),
        Event::Usage(Usage {
            input: Some(100),
            output: Some(7),
            cached_input: Some(60),
            cache_write: Some(10),
            ..Usage::default()
        }),
    ];
    let wanted = json!({
        "id": ID, "type": "message", "role": "assistant", "model": "m",
        "content": [
            { "type": "thinking", "thinking": "hm so", "signature": "SIG" },
            { "type": "text", "text": "Let me see." },
            { "type": "tool_use", "id": "call-0", "name": "f0", "input": { "city": "Oslo" } },
            { "type": "tool_use", "id": "call-1", "name": "f1", "input": {} },
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": { "input_tokens": 30, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 60, "output_tokens": 7 },
    });
    assert_eq!(accumulated(&encode(spec(Api::Messages, true), &given, Finish::ToolCalls)), wanted);
    let whole: Value = serde_json::from_str(&encode(spec(Api::Messages, false), &given, Finish::ToolCalls)).unwrap();
    assert_eq!(whole, wanted);
}

/// A client loses the rest of a block that was closed, so nothing may close one too early.
#[test]
fn pieces_of_several_calls_in_turns_lose_nothing() {
    let given = [
        call(0, "{\"a\":", false),
        call(1, "{\"b\"", false),
        text("meanwhile"),
        call(0, "1}", false),
        call(1, ":2}", false),
        call(0, "{\"a\":1}", true),
        call(1, "{\"b\":2}", true),
    ];
    let message = accumulated(&encode(spec(Api::Messages, true), &given, Finish::ToolCalls));
    assert_eq!(message["content"][0]["input"], json!({ "a": 1 }));
    assert_eq!(message["content"][1]["input"], json!({ "b": 2 }));
    assert_eq!(message["content"][2]["text"], "meanwhile");
}

#[test]
fn every_stop_reason_is_one_of_anthropics() {
    let reason = |events: &[Event], finish: Event| {
        let mut all = events.to_vec();
        all.push(finish);
        let mut encoder = Encoder::new(spec(Api::Messages, false));
        for event in &all {
            match event {
                Event::ToolCall { call, arguments, done } => encoder.tool_call(call, arguments.text(), *done),
                other => encoder.event(other),
            }
        }
        let mut reason = String::new();
        encoder.take(|bytes, _| {
            let whole: Value = serde_json::from_slice(bytes).unwrap();
            reason = whole["stop_reason"].as_str().unwrap().to_owned();
        });
        reason
    };
    let called = [call(0, "{}", true)];
    let end = |reason, raw: &str| Event::Finish { reason, raw: raw.to_owned() };
    assert_eq!(reason(&[], end(Finish::Stop, "stop")), "end_turn");
    assert_eq!(reason(&[], end(Finish::Unknown, "eos")), "end_turn");
    assert_eq!(reason(&[], end(Finish::ToolCalls, "tool_calls")), "end_turn", "without a call there is none to run");
    assert_eq!(reason(&called, end(Finish::Stop, "stop")), "tool_use");
    assert_eq!(reason(&called, end(Finish::Unknown, "")), "tool_use");
    assert_eq!(reason(&[], end(Finish::Length, "length")), "max_tokens");
    assert_eq!(reason(&[], end(Finish::ContentFilter, "SAFETY")), "refusal");
    assert_eq!(reason(&[], end(Finish::Stop, "stop_sequence")), "stop_sequence");
    assert_eq!(reason(&[], end(Finish::Unknown, "pause_turn")), "pause_turn");
    // Services say that a stop word came, but not which: it is told where the request has only one.
    let body = json!({ "model": "m", "max_tokens": 9, "messages": [], "stop_sequences": ["END"] });
    let mut encoder = Encoder::new(CompletionSpec {
        stop: read(&body, Api::Messages)["spec"]["stop"].as_str().unwrap().to_owned(),
        ..spec(Api::Messages, false)
    });
    encoder.event(&end(Finish::Stop, "stop_sequence"));
    encoder.take(|bytes, _| {
        let whole: Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!((&whole["stop_reason"], &whole["stop_sequence"]), (&json!("stop_sequence"), &json!("END")));
    });
}

fn read(body: &Value, api: Api) -> Value {
    serde_json::from_str(&request::read(&body.to_string(), api).unwrap().to_json()).unwrap()
}

/// What an answer says of its reasoning comes back with the next request and stands in `reasoning_details`, whichever API carried it.
#[test]
fn the_state_of_any_service_comes_back_through_every_api() {
    let details = [
        signed("hm", "SIG"),
        Event::ReasoningDetail(reasoning_detail::encrypted("RED", "", reasoning_detail::ANTHROPIC)),
        of_google("GEM", "call-0"),
        Event::ReasoningDetail(reasoning_detail::encrypted("ENC", "rs_1", reasoning_detail::OPENAI)),
    ];
    for detail in &details {
        let Event::ReasoningDetail(members) = detail else { unreachable!() };
        let wanted: Value = serde_json::from_str(&members.to_json()).unwrap();
        let given = [thought("hm"), detail.clone(), text("a"), call(0, "{}", true)];
        for stream in [false, true] {
            let message = match stream {
                true => accumulated(&encode(spec(Api::Messages, true), &given, Finish::ToolCalls)),
                false => serde_json::from_str(&encode(spec(Api::Messages, false), &given, Finish::ToolCalls)).unwrap(),
            };
            let back = json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "assistant", "content": message["content"] }] });
            let read = read(&back, Api::Messages);
            let mut found = read["options"]["messages"][0]["reasoning_details"][0].clone();
            if wanted["format"] == "anthropic-claude-v1" {
                // A block of thinking has no place for what a detail says beside its text.
                found.as_object_mut().unwrap().remove("id");
            }
            assert_eq!(found, wanted, "messages, stream: {stream}");
        }

        let response: Value =
            serde_json::from_str(&encode(spec(Api::Responses, false), &given, Finish::ToolCalls)).unwrap();
        let streamed = frames(&encode(spec(Api::Responses, true), &given, Finish::ToolCalls));
        let output = streamed.last().unwrap()["response"]["output"].clone();
        let back = read(&json!({ "model": "m", "input": output }), Api::Responses);
        assert_eq!(back["options"]["messages"][0]["reasoning_details"][0], wanted, "responses, a stream");
        let back = read(&json!({ "model": "m", "input": response["output"] }), Api::Responses);
        let found = back["options"]["messages"][0]["reasoning_details"][0].clone();
        assert_eq!(found, wanted, "responses");
        assert_eq!(back["options"]["messages"][0]["reasoning_content"], "hm");

        let chat: Value = serde_json::from_str(&encode(spec(Api::Chat, false), &given, Finish::ToolCalls)).unwrap();
        let mut found = chat["choices"][0]["message"]["reasoning_details"][0].clone();
        assert_eq!(found["index"], 0);
        found.as_object_mut().unwrap().remove("index");
        assert_eq!(found, wanted, "chat");
    }
}

#[test]
fn google_signatures_stand_in_the_call_too() {
    let given = [of_google("GEM", "call-0"), call(0, "", false), call(0, "{}", true), call(1, "{}", true)];
    let stream = encode(spec(Api::Chat, true), &given, Finish::ToolCalls);
    let signature = r#""extra_content":{"google":{"thought_signature":"GEM"}}"#;
    assert_eq!(stream.matches(signature).count(), 1);
    let whole: Value = serde_json::from_str(&encode(spec(Api::Chat, false), &given, Finish::ToolCalls)).unwrap();
    let calls = &whole["choices"][0]["message"]["tool_calls"];
    assert_eq!(calls[0]["extra_content"], json!({ "google": { "thought_signature": "GEM" } }));
    assert_eq!(calls[1].get("extra_content"), None);
}

/// The break between two parts of the reasoning is no text where an API has parts of its own; and it is text where it is no break.
#[test]
fn parts_of_the_reasoning_are_parts_and_blank_lines_stay() {
    let given = [thought("one\n\n"), Event::ReasoningPart, thought("two\n\n"), thought("still two"), text("x")];
    let response: Value = serde_json::from_str(&encode(spec(Api::Responses, false), &given, Finish::Stop)).unwrap();
    let parts = response["output"][0]["summary"].clone();
    assert_eq!(
        parts,
        json!([{ "type": "summary_text", "text": "one" }, { "type": "summary_text", "text": "two\n\nstill two" }])
    );
    let message = accumulated(&encode(spec(Api::Messages, true), &given, Finish::Stop));
    let thoughts: Vec<&Value> = message["content"].as_array().unwrap().iter().map(|block| &block["thinking"]).collect();
    assert_eq!(thoughts[..2], [&json!("one"), &json!("two\n\nstill two")]);
    let signed_end = [
        thought("one\n\n"),
        signed("one\n\n", "SIG"),
        thought("\n\n"),
        Event::ReasoningPart,
        thought("two"),
        text("x"),
    ];
    let message = accumulated(&encode(spec(Api::Messages, true), &signed_end, Finish::Stop));
    assert_eq!(
        message["content"][0],
        json!({ "type": "thinking", "thinking": "one\n\n", "signature": "SIG" }),
        "signed as it is"
    );
    assert_eq!(message["content"][1]["thinking"], "two");
    assert_eq!(message["content"].as_array().unwrap().len(), 3);
    // With a text in between, the break comes behind the beginning of the part.
    let behind = [
        thought("one"),
        signed("one", "SIG"),
        text("x"),
        Event::ReasoningPart,
        thought("\n\ntwo"),
        signed("two", "SIG2"),
    ];
    let message = accumulated(&encode(spec(Api::Messages, true), &behind, Finish::Stop));
    assert_eq!(
        message["content"][2],
        json!({ "type": "thinking", "thinking": "two", "signature": "SIG2" }),
        "signed as it is"
    );
}

/// At a second call of the same id Claude Code drops the call and asks again without end.
#[test]
fn an_id_of_a_call_is_new_in_the_whole_conversation() {
    let history = json!({ "model": "m", "max_tokens": 9, "messages": [
        { "role": "user", "content": "x" },
        { "role": "assistant", "content": [{ "type": "tool_use", "id": "call-0", "name": "f0", "input": {} }] },
        { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "call-0", "content": "1" }] },
    ] });
    let known = read(&history, Api::Messages)["spec"]["knownIds"].clone();
    assert_eq!(known, json!(["call-0"]));
    let mut spec = spec(Api::Messages, true);
    spec.known_ids = vec!["call-0".to_owned()];
    let message = accumulated(&encode(spec, &[call(0, "{}", true), call(1, "{}", true)], Finish::ToolCalls));
    let id = message["content"][0]["id"].as_str().unwrap();
    assert!(id.starts_with("call-0_") && id.len() > 12, "{id}");
    assert_eq!(message["content"][1]["id"], "call-1");
}

#[test]
fn tools_of_codex_come_back_in_its_own_form() {
    let grammar = json!({ "type": "grammar", "syntax": "lark", "definition": "start: x" });
    let body = json!({
        "model": "m", "input": [
            { "type": "additional_tools", "id": "at_1", "role": "developer", "tools": [
                { "type": "namespace", "name": "mcp__weather", "description": "w", "tools": [
                    { "type": "function", "name": "get_weather", "strict": false, "parameters": { "type": "object" } },
                    { "type": "function", "name": "hidden", "defer_loading": true, "parameters": { "type": "object" } },
                ] },
            ] },
            { "role": "user", "content": "x" },
            { "type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin" },
            { "type": "custom_tool_call_output", "call_id": "c1", "output": "ok" },
            { "type": "tool_search_call", "call_id": "c2", "execution": "client", "arguments": { "query": "q" } },
            { "type": "tool_search_output", "call_id": "c2", "tools": [
                { "type": "namespace", "name": "mcp__mail", "tools": [{ "type": "function", "name": "send", "defer_loading": true }] },
            ] },
            { "type": "function_call", "call_id": "c3", "namespace": "mcp__weather", "name": "get_weather", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "c3", "output": [{ "type": "input_image", "image_url": "data:image/png;base64,AAAA" }] },
        ],
        "tools": [
            { "type": "custom", "name": "apply_patch", "description": "Patches.", "format": grammar },
            { "type": "tool_search", "execution": "client" },
            { "type": "function", "name": "shell", "parameters": { "type": "object" } },
        ],
    });
    let read = read(&body, Api::Responses);
    let names: Vec<&str> = read["options"]["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["function"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["apply_patch", "tool_search", "shell", "mcp__weather__get_weather", "mcp__mail__send"]);
    let patch = &read["options"]["tools"][0]["function"];
    assert!(patch["description"].as_str().unwrap().contains("start: x"));
    assert_eq!(patch["parameters"]["required"], json!(["input"]));
    let messages = &read["options"]["messages"];
    let called = &messages[1]["tool_calls"][0]["function"];
    assert_eq!((&called["name"], &called["arguments"]), (&json!("apply_patch"), &json!("{\"input\":\"*** Begin\"}")));
    assert_eq!(messages[3]["tool_calls"][0]["function"]["arguments"], "{\"query\":\"q\"}");
    assert!(messages[4]["content"].as_str().unwrap().contains("mcp__mail__send"));
    assert_eq!(messages[5]["tool_calls"][0]["function"]["name"], "mcp__weather__get_weather");
    assert_eq!(messages[6]["content"][0]["type"], "image_url");

    let given = json!({ "api": "responses", "stream": true, "id": ID, "model": "m", "tools": read["spec"]["tools"] });
    let spec = || CompletionSpec::read(&rivulet::json::parse(given.to_string().as_bytes()).unwrap().value);
    let named = |index: usize, name: &str, arguments: &str| {
        let call = ToolCall { index, id: format!("n{index}"), name: name.to_owned() };
        Event::ToolCall { call: call.into(), arguments: arguments.into(), done: true }
    };
    let calls = [
        named(0, "mcp__weather__get_weather", "{\"city\":\"Oslo\"}"),
        named(1, "apply_patch", "{\"input\":\"*** Begin\\n\\\"x\\\"\"}"),
        named(2, "tool_search", "{\"query\":\"mail\"}"),
        named(3, "shell", "{}"),
        named(4, "apply_patch", "no JSON at all"),
    ];
    let events = frames(&encode(spec(), &calls, Finish::ToolCalls));
    let done: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "response.output_item.done")
        .map(|event| &event["item"])
        .collect();
    let end = events.last().unwrap();
    assert_eq!(json!(done), end["response"]["output"]);
    assert_eq!(
        (&done[0]["type"], &done[0]["namespace"], &done[0]["name"]),
        (&json!("function_call"), &json!("mcp__weather"), &json!("get_weather"))
    );
    assert_eq!(
        (&done[1]["type"], &done[1]["name"], &done[1]["input"]),
        (&json!("custom_tool_call"), &json!("apply_patch"), &json!("*** Begin\n\"x\""))
    );
    assert_eq!((&done[2]["type"], &done[2]["arguments"]), (&json!("tool_search_call"), &json!({ "query": "mail" })));
    assert_eq!((&done[3]["type"], done[3].get("namespace")), (&json!("function_call"), None));
    assert_eq!(done[4]["input"], "no JSON at all", "a model that does not keep to the form is not silenced");
}

#[test]
fn what_a_response_would_have_to_be_kept_for_is_refused_by_name() {
    for (field, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!({ "id": "conv_1" })),
        ("background", json!(true)),
        ("prompt", json!({ "id": "p" })),
    ] {
        let mut body = json!({ "model": "m", "input": "x" });
        body[field] = value;
        let error = request::read(&body.to_string(), Api::Responses).unwrap_err();
        assert_eq!(error.param.as_deref(), Some(field));
        assert!(error.message.contains(field), "{}", error.message);
    }
    let body = json!({ "model": "m", "input": [{ "type": "item_reference", "id": "msg_1" }] });
    let error = request::read(&body.to_string(), Api::Responses).unwrap_err();
    assert!(error.message.contains("item_reference") && error.message.contains("store: false"), "{}", error.message);
}

#[test]
fn clients_of_2023_get_one_function_call() {
    let body = json!({
        "model": "m", "messages": [{ "role": "user", "content": "x" }],
        "functions": [{ "name": "f0", "parameters": { "type": "object" } }], "function_call": { "name": "f0" },
    });
    let read = read(&body, Api::Chat);
    assert_eq!(read["spec"]["isLegacy"], true);
    assert_eq!(read["options"]["tools"][0]["function"]["name"], "f0");
    assert_eq!(read["options"]["toolChoice"], json!({ "type": "function", "function": { "name": "f0" } }));
    let mut spec = spec(Api::Chat, false);
    spec.is_legacy = true;
    let given = [call(0, "{\"a\":1}", true), call(1, "{}", true)];
    let whole: Value = serde_json::from_str(&encode(spec.clone(), &given, Finish::ToolCalls)).unwrap();
    let choice = &whole["choices"][0];
    assert_eq!(choice["finish_reason"], "function_call");
    assert_eq!(choice["message"]["function_call"], json!({ "name": "f0", "arguments": "{\"a\":1}" }));
    spec.stream = true;
    let stream = encode(spec, &given, Finish::ToolCalls);
    assert!(stream.contains(r#""delta":{"function_call":{"name":"f0","arguments":"{\"a\":1}"}}"#), "{stream}");
    assert!(!stream.contains("tool_calls") && !stream.contains("f1"));
}

#[test]
fn only_the_allowed_tools_are_offered() {
    let tool = |name: &str| json!({ "type": "function", "function": { "name": name } });
    let flat = |name: &str| json!({ "type": "function", "name": name });
    let chat = json!({
        "model": "m", "messages": [], "tools": [tool("a"), tool("b"), tool("c")],
        "tool_choice": { "type": "allowed_tools", "allowed_tools": { "mode": "required", "tools": [tool("a"), tool("c")] } },
    });
    let responses = json!({
        "model": "m", "input": "x", "tools": [flat("a"), flat("b"), flat("c")],
        "tool_choice": { "type": "allowed_tools", "mode": "required", "tools": [flat("a"), flat("c")] },
    });
    for (body, api) in [(chat, Api::Chat), (responses, Api::Responses)] {
        let options = read(&body, api)["options"].clone();
        assert_eq!(options["tools"], json!([tool("a"), tool("c")]), "{api:?}");
        assert_eq!(options["toolChoice"], "required");
    }
}

#[test]
fn requests_of_claude_code_become_options() {
    let body = json!({
        "model": "m", "max_tokens": 32000, "stream": true,
        "system": [{ "type": "text", "text": "Be brief.", "cache_control": { "type": "ephemeral" } }],
        "metadata": { "user_id": "u" }, "context_management": { "edits": [] },
        "thinking": { "type": "enabled", "budget_tokens": 5000 }, "output_config": { "effort": "high" },
        "stop_sequences": ["END"],
        "tools": [
            { "name": "Read", "description": "d", "input_schema": { "type": "object" }, "cache_control": { "type": "ephemeral" } },
            { "name": "Later", "input_schema": { "type": "object" }, "defer_loading": true },
            { "name": "Found", "input_schema": { "type": "object" }, "defer_loading": true },
            { "type": "web_search_20250305", "name": "web_search" },
        ],
        "messages": [
            { "role": "system", "content": "also" },
            { "role": "user", "content": [{ "type": "text", "text": "x" }] },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "hm", "signature": "" },
                { "type": "tool_use", "id": "t1", "name": "ToolSearch", "input": {} },
            ] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t1", "content": [{ "type": "tool_reference", "tool_name": "Found" }] }] },
        ],
    });
    let read = read(&body, Api::Messages);
    let options = &read["options"];
    assert_eq!(
        (&options["maxTokens"], &options["stop"], &options["reasoningEffort"]),
        (&json!(32000), &json!(["END"]), &json!("high"))
    );
    let names: Vec<&Value> =
        options["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
    assert_eq!(names, ["Read", "Found"]);
    assert_eq!(options["tools"][0]["cache_control"], json!({ "type": "ephemeral" }));
    assert_eq!(options["native"]["messages"]["thinking"], json!({ "type": "enabled", "budget_tokens": 5000 }));
    assert_eq!(options["messages"][0]["content"], body["system"]);
    assert_eq!(options["messages"][4]["content"][0]["content"][0]["type"], "text");
    let warnings = read["warnings"].to_string();
    assert!(warnings.contains("web_search_20250305") && warnings.contains("context_management"), "{warnings}");
}

#[test]
fn a_thread_is_refused_so_that_the_package_sends_all_messages() {
    let body = json!({ "model": "m", "max_tokens": 9, "messages": [], "thread": { "type": "create" } });
    let error = request::read(&body.to_string(), Api::Messages).unwrap_err();
    assert_eq!(error.service_code.as_deref(), Some("thread_unsupported_request"));
}

#[test]
fn a_prompt_is_what_the_user_says() {
    let body = json!({ "model": "m", "prompt": "Once", "max_tokens": 5, "stop": ["."], "logprobs": 2 });
    let options = read(&body, Api::Completions)["options"].clone();
    assert_eq!(options["messages"], json!([{ "role": "user", "content": "Once" }]));
    let stream =
        encode(spec(Api::Completions, true), &[thought("hm"), text(" upon"), call(0, "{}", true)], Finish::Stop);
    assert!(stream.starts_with("data: {\"id\":") && stream.ends_with("data: [DONE]\n\n"), "{stream}");
    assert!(stream.contains(r#"{"index":0,"text":" upon","logprobs":null,"finish_reason":null}"#), "{stream}");
    let whole: Value =
        serde_json::from_str(&encode(spec(Api::Completions, false), &[text(" upon")], Finish::Length)).unwrap();
    assert_eq!(
        (&whole["object"], &whole["choices"][0]["text"], &whole["choices"][0]["finish_reason"]),
        (&json!("text_completion"), &json!(" upon"), &json!("length"))
    );
    for field in ["suffix", "echo", "best_of", "n"] {
        let mut body = json!({ "model": "m", "prompt": "x" });
        body[field] = if field == "suffix" {
            json!("y")
        } else if field == "echo" {
            json!(true)
        } else {
            json!(2)
        };
        assert_eq!(request::read(&body.to_string(), Api::Completions).unwrap_err().param.as_deref(), Some(field));
    }
}

/// Six clients took half a response for a whole one. The last event of one that failed has what came until then.
#[test]
fn a_response_that_breaks_off_has_what_came_of_it() {
    let mut encoder = Encoder::new(spec(Api::Responses, true));
    encoder.text("Once");
    let Event::ToolCall { call: called, .. } = call(0, "", false) else { unreachable!() };
    encoder.tool_call(&called, "{\"a\":", false);
    let partial: Value = serde_json::from_str(&encoder.broken().unwrap()).unwrap();
    assert_eq!(partial["output"][0]["content"][0]["text"], "Once");
    assert_eq!(
        (&partial["output"][0]["status"], &partial["output"][1]["status"]),
        (&json!("completed"), &json!("incomplete"))
    );
    assert_eq!(Encoder::new(spec(Api::Chat, true)).broken(), None);
    let empty: Value = serde_json::from_str(&Encoder::new(spec(Api::Responses, true)).broken().unwrap()).unwrap();
    assert_eq!(empty["output"], json!([]));
}

#[derive(Clone, Debug)]
enum Step {
    Text(String),
    Thought(String),
    Part,
    Signed,
    Piece(usize),
}

proptest! {
    /// Whatever comes in whatever order, every block is whole and nothing of it is lost.
    #[test]
    fn blocks_are_whole_in_any_order(steps in prop::collection::vec(prop_oneof![
        "[a\n]{0,3}".prop_map(Step::Text),
        "[t\n]{1,3}".prop_map(Step::Thought),
        Just(Step::Part),
        Just(Step::Signed),
        (0..3usize).prop_map(Step::Piece),
    ], 0..30)) {
        let pieces = ["{\"k\"", ":[1,", "{\"a\":\"}\"}", "]}"];
        let mut at = [0; 3];
        let mut events = Vec::new();
        let (mut said, mut begun) = (String::new(), Vec::new());
        for step in &steps {
            match step {
                Step::Text(piece) => {
                    said.push_str(piece);
                    events.push(text(piece));
                }
                Step::Thought(piece) => events.push(thought(piece)),
                Step::Part => events.push(Event::ReasoningPart),
                Step::Signed => events.push(signed("x", "SIG")),
                Step::Piece(index) => {
                    if !begun.contains(index) {
                        begun.push(*index);
                    }
                    if let Some(piece) = pieces.get(at[*index]) {
                        at[*index] += 1;
                        events.push(call(*index, piece, false));
                    }
                }
            }
        }
        for index in &begun {
            let rest = pieces[at[*index]..].concat();
            if !rest.is_empty() {
                events.push(call(*index, &rest, false));
            }
        }
        for index in &begun {
            events.push(call(*index, &pieces.concat(), true));
        }
        let message = accumulated(&encode(spec(Api::Messages, true), &events, Finish::Stop));
        let blocks = message["content"].as_array().unwrap();
        let texts: String = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
        prop_assert_eq!(texts, said);
        let calls: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "tool_use").collect();
        prop_assert_eq!(calls.len(), begun.len());
        for call in calls {
            prop_assert_eq!(&call["input"], &json!({ "k": [1, { "a": "}" }] }));
        }
        let whole: Value = serde_json::from_str(&encode(spec(Api::Messages, false), &events, Finish::Stop)).unwrap();
        let texts: String = whole["content"].as_array().unwrap().iter().filter_map(|block| block["text"].as_str()).collect();
        prop_assert_eq!(texts, message["content"].as_array().unwrap().iter().filter_map(|block| block["text"].as_str()).collect::<String>());
    }

    #[test]
    fn no_body_makes_a_reader_trap(body in ".{0,200}") {
        for (_, api) in Api::ALL {
            let _ = request::read(&body, *api);
        }
    }
}

/// OpenAI refuses encrypted content that comes back with another id; so the item has that id from its beginning.
#[test]
fn an_item_of_reasoning_has_the_id_that_its_encrypted_content_belongs_to() {
    let mut begun = rivulet::json::Map::new();
    begun.insert_str("id", "rs_1");
    let detail = Event::ReasoningDetail(reasoning_detail::encrypted("ENC", "rs_1", reasoning_detail::OPENAI));
    let given = [Event::ReasoningDetail(begun), thought("hm"), detail, text("a")];
    let events = frames(&encode(spec(Api::Responses, true), &given, Finish::Stop));
    let ids: Vec<&Value> = events
        .iter()
        .filter(|event| event["output_index"] == 0)
        .map(|event| if event["item"].is_null() { &event["item_id"] } else { &event["item"]["id"] })
        .collect();
    assert!(ids.len() > 4 && ids.iter().all(|id| **id == json!("rs_1")), "{ids:?}");
    assert_eq!(events.last().unwrap()["response"]["output"][0]["encrypted_content"], "ENC");
}

/// Services take letters, digits, `_` and `-` in names, so a client's other names are changed, wherever they stand.
#[test]
fn a_tool_has_one_name_in_the_whole_request() {
    let name = "mcp.server/get weather";
    let chat = json!({ "model": "m",
        "messages": [
            { "role": "assistant", "tool_calls": [{ "id": "c", "type": "function", "function": { "name": name, "arguments": "{}" } }] },
            { "role": "tool", "tool_call_id": "c", "name": name, "content": "1" },
        ],
        "tools": [{ "type": "function", "function": { "name": name } }],
        "tool_choice": { "type": "function", "function": { "name": name } },
    });
    let messages = json!({ "model": "m", "max_tokens": 9,
        "messages": [{ "role": "assistant", "content": [{ "type": "tool_use", "id": "c", "name": name, "input": {} }] }],
        "tools": [{ "name": name, "input_schema": {} }],
        "tool_choice": { "type": "tool", "name": name },
    });
    let chat = read(&chat, Api::Chat);
    let known = chat["options"]["tools"][0]["function"]["name"].clone();
    assert!(known.as_str().unwrap().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'), "{known}");
    let options = &chat["options"];
    assert_eq!(options["messages"][0]["tool_calls"][0]["function"]["name"], known);
    assert_eq!(options["messages"][1]["name"], known);
    assert_eq!(options["toolChoice"]["function"]["name"], known);
    assert_eq!(chat["spec"]["tools"][0]["name"], name);
    let options = read(&messages, Api::Messages)["options"].clone();
    assert_eq!(options["messages"][0]["content"][0]["name"], known);
    assert_eq!(options["toolChoice"], json!({ "type": "tool", "name": known }));
    assert_eq!(options["tools"][0]["function"]["name"], known);
}

fn value(json: Value) -> rivulet::json::Value {
    rivulet::json::parse(json.to_string().as_bytes()).unwrap().value
}

/// A picture, sound, a file and what is cited are in the answer of every API: in a place of their own, or told by a line of text.
#[test]
fn nothing_that_a_model_gives_is_lost_in_any_api() {
    let cited = json!({ "type": "url_citation", "url_citation": { "url": "https://a.test/", "title": "A", "start_index": 0, "end_index": 5 } });
    let sound = value(json!({ "id": "aud", "data": "AAAA", "transcript": "hello there" }));
    let file = value(json!({ "name": "a.csv", "url": "https://a.test/a.csv" }));
    let given = [
        text("Paris"),
        Event::Citation { raw: value(cited.clone()), in_text: true },
        Event::Source(value(cited)),
        Event::Image("data:image/png;base64,iVBORw0KGgo=".to_owned()),
        Event::Image("https://a.test/b.png".to_owned()),
        Event::Audio(sound.as_object().unwrap().clone()),
        Event::File(file.as_object().unwrap().clone()),
    ];
    for (_, api) in Api::ALL {
        for stream in [false, true] {
            let said = encode(spec(*api, stream), &given, Finish::Stop);
            let is_told = |words: &str| assert!(said.contains(words), "{api:?} stream={stream}: {words} in {said}");
            is_told("https://a.test/b.png");
            is_told("hello there");
            is_told("a.csv");
            if *api != Api::Completions {
                is_told("https://a.test/\"");
                assert_eq!(
                    said.matches("https://a.test/\"").count(),
                    if *api == Api::Responses && stream { 4 } else { 1 },
                    "told once: {said}"
                );
            }
            is_told(if matches!(api, Api::Chat | Api::Responses) { "iVBORw0KGgo=" } else { "image/png" });
        }
    }
    let chat: Value = serde_json::from_str(&encode(spec(Api::Chat, false), &given, Finish::Stop)).unwrap();
    let message = &chat["choices"][0]["message"];
    assert_eq!(message["images"][0]["image_url"]["url"], "data:image/png;base64,iVBORw0KGgo=");
    assert_eq!(message["audio"], json!({ "id": "aud", "data": "AAAA", "transcript": "hello there" }));
    assert_eq!(message["annotations"][0]["url_citation"]["end_index"], 5);
    let response: Value = serde_json::from_str(&encode(spec(Api::Responses, false), &given, Finish::Stop)).unwrap();
    assert_eq!(
        (&response["output"][1]["type"], &response["output"][1]["result"]),
        (&json!("image_generation_call"), &json!("iVBORw0KGgo="))
    );
    let message = accumulated_with_citations(&encode(spec(Api::Messages, true), &given, Finish::Stop));
    assert_eq!(message[0]["type"], "web_search_result_location");
    let own = json!({ "type": "char_location", "cited_text": "Paris", "document_index": 0, "start_char_index": 0, "end_char_index": 5 });
    let events = [text("Paris"), Event::Citation { raw: value(own.clone()), in_text: true }];
    assert_eq!(accumulated_with_citations(&encode(spec(Api::Messages, true), &events, Finish::Stop)), [own]);
}

/// The citations of a stream of Messages, each within a block of text.
fn accumulated_with_citations(stream: &str) -> Vec<Value> {
    let mut kind = Value::Null;
    let mut citations = Vec::new();
    for frame in frames(stream) {
        if frame["type"] == "content_block_start" {
            kind = frame["content_block"]["type"].clone();
        } else if frame["delta"]["type"] == "citations_delta" {
            assert_eq!(kind, "text");
            citations.push(frame["delta"]["citation"].clone());
        }
    }
    citations
}

/// A client writes the whole request, and a Worker has 10 ms for it. Each of these was a minute for a megabyte, or could be.
#[test]
fn reading_costs_linear_time_whatever_there_is_much_of() {
    let members =
        |count: usize, value: &str| -> String { (0..count).map(|at| format!(",\"k{at}\":{value}")).collect() };
    let list = |count: usize, item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let bodies: [&dyn Fn(usize) -> String; 8] = [
        &|count| format!("{{\"model\":\"m\",\"messages\":[]{}}}", members(count, "null")),
        &|count| format!("{{\"model\":\"m\",\"messages\":[{{\"role\":\"assistant\"{}}}]}}", members(count, "null")),
        &|count| {
            let part = format!("{{\"type\":\"text\",\"text\":\"x\"{}}}", members(count, "1"));
            format!(
                "{{\"model\":\"m\",\"input\":[{{\"role\":\"user\",\"content\":[{part}]}}],\"messages\":[{{\"role\":\"user\",\"content\":[{part}]}}]}}"
            )
        },
        &|count| {
            let tools = list(count, &|at| {
                format!("{{\"type\":\"function\",\"name\":\"f{}\",\"function\":{{\"name\":\"f{}\"}}}}", at / 2, at / 2)
            });
            format!("{{\"model\":\"m\",\"messages\":[],\"input\":\"x\",\"tools\":[{tools}]}}")
        },
        &|count| {
            let tools = list(count, &|at| format!("{{\"type\":\"own_{at}\"}}"));
            format!("{{\"model\":\"m\",\"messages\":[],\"input\":\"x\",\"tools\":[{tools}]}}")
        },
        &|count| {
            let items = list(count, &|at| {
                format!("{{\"type\":\"function_call\",\"call_id\":\"c{at}\",\"name\":\"f\",\"arguments\":\"{{}}\"}}")
            });
            format!("{{\"model\":\"m\",\"messages\":[],\"input\":[{items}]}}")
        },
        &|count| {
            let items = list(count, &|at| {
                format!("{{\"type\":\"reasoning\",\"encrypted_content\":\"e{at}\",\"summary\":[{{\"text\":\"x\"}}]}}")
            });
            format!("{{\"model\":\"m\",\"messages\":[],\"input\":[{items}]}}")
        },
        &|count| {
            let blocks =
                list(count, &|at| format!("{{\"type\":\"tool_use\",\"id\":\"c{at}\",\"name\":\"f\",\"input\":{{}}}}"));
            format!(
                "{{\"model\":\"m\",\"input\":\"x\",\"messages\":[{{\"role\":\"assistant\",\"content\":[{blocks}]}}]}}"
            )
        },
    ];
    for body in bodies {
        for (_, api) in Api::ALL {
            assert_linear_of(2_000, body, |body| _ = request::read(&body, *api));
        }
    }
}

/// Codex acts on the item of a call alone, so one that was cut off must not be called complete.
#[test]
fn a_call_that_was_cut_off_is_incomplete() {
    let given = [call(0, "{\"path\":\"/", true), call(1, "{}", true)];
    for stream in [false, true] {
        let said = encode(spec(Api::Responses, stream), &given, Finish::Length);
        let response: Value = match stream {
            true => frames(&said).last().unwrap()["response"].clone(),
            false => serde_json::from_str(&said).unwrap(),
        };
        let status: Vec<&Value> = response["output"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
        assert_eq!(status, ["incomplete", "completed"], "stream: {stream}");
    }
}

#[test]
fn what_a_request_says_is_carried_told_or_refused() {
    let tool = json!({ "type": "function", "function": { "name": "a" } });
    let none = json!({ "model": "m", "messages": [], "tools": [tool],
        "tool_choice": { "type": "allowed_tools", "allowed_tools": { "mode": "required", "tools": [{ "type": "function", "function": { "name": "b" } }] } } });
    assert_eq!(request::read(&none.to_string(), Api::Chat).unwrap_err().param.as_deref(), Some("tool_choice"));
    let twice = json!({ "model": "m", "messages": [], "tools": [tool, { "type": "function", "function": { "name": "a", "description": "other" } }] });
    assert!(read(&twice, Api::Chat)["warnings"].to_string().contains("two tools have the name 'a'"));
    let refusal = json!({ "model": "m", "messages": [{ "role": "assistant", "content": null, "refusal": "No." }] });
    assert_eq!(read(&refusal, Api::Chat)["options"]["messages"][0], json!({ "role": "assistant", "content": "No." }));
    let object = json!({ "model": "m", "input": [{ "type": "function_call", "call_id": "c", "name": "f", "arguments": { "a": 1 } }] });
    let arguments =
        read(&object, Api::Responses)["options"]["messages"][0]["tool_calls"][0]["function"]["arguments"].clone();
    assert_eq!(arguments, "{\"a\":1}");
}
