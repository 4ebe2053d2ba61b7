//! Requests of OpenAI's API as calls, and events as its answers. Shapes that clients take are tried with the clients
//! themselves (`tests/edge/`); here is what the encoder promises whatever it is fed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rivulet::chat::{Event, Finish, ToolCall, Usage};
use rivulet::edge::{Api, CompletionSpec, Encoder, request};
use serde_json::{Value, json};

/// What makes the ids of an answer's parts its own: the end of the id of the answer, where that is long enough.
const UID: &str = "";

fn answer(responses: bool, stream: bool) -> CompletionSpec {
    CompletionSpec {
        api: if responses { Api::Responses } else { Api::Chat },
        stream,
        include_usage: true,
        id: "id-1".to_owned(),
        model: "sh$op:\"x\"".to_owned(),
        created: 1_700_000_000,
        ..CompletionSpec::default()
    }
}

/// All bytes of an answer; what is taken in between is as whole frames.
fn encoded(spec: CompletionSpec, texts: &[String], thoughts: &[String], finish: Finish) -> String {
    let mut encoder = Encoder::new(spec);
    let mut out = String::new();
    let mut take = |encoder: &mut Encoder| {
        encoder.take(|bytes, _| {
            let text = std::str::from_utf8(bytes).unwrap();
            assert!(!text.starts_with("event: ") && !text.starts_with("data: ") || text.ends_with("\n\n"));
            out.push_str(text);
        });
    };
    for thought in thoughts {
        encoder.reasoning(thought);
        take(&mut encoder);
    }
    for text in texts {
        encoder.text(text);
        take(&mut encoder);
    }
    encoder.event(&Event::Usage(Usage { input: Some(3), output: Some(4), ..Usage::default() }));
    encoder.event(&Event::from(finish));
    take(&mut encoder);
    out
}

/// The JSON of each event, whose frames must be nothing but `data` (and `event` before it).
fn events(text: &str) -> Vec<Value> {
    let frames = text.strip_suffix("\n\n").unwrap().split("\n\n");
    let data = frames.map(|frame| {
        let lines: Vec<&str> = frame.split('\n').collect();
        assert!(lines.len() <= 2 && lines.iter().rev().skip(1).all(|line| line.starts_with("event: ")), "{frame:?}");
        lines.last().unwrap().strip_prefix("data: ").unwrap()
    });
    data.filter(|data| *data != "[DONE]").map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let nasty = prop::sample::select(vec!["\n\ndata: [DONE]\n\n", "\r", "$t$d", "\"}]}", "\u{2028}", "\\", "👋", "\0"]);
    prop::collection::vec(prop_oneof![".{0,8}", nasty.prop_map(str::to_owned)], 0..6)
}

proptest! {
    #[test]
    fn a_stream_of_chunks_tells_the_very_text(texts in texts(), thoughts in texts()) {
        let out = encoded(answer(false, true), &texts, &thoughts, Finish::Stop);
        prop_assert_eq!(out.matches("data: [DONE]\n\n").count(), 1);
        let events = events(&out);
        let all = |key: &str| -> String {
            events.iter().filter_map(|event| event["choices"][0]["delta"][key].as_str()).collect()
        };
        prop_assert_eq!(all("content"), texts.concat());
        prop_assert_eq!(all("reasoning_content"), thoughts.concat());
        prop_assert!(events.iter().all(|event| event["id"] == "id-1" && event["model"] == "sh$op:\"x\""));
        prop_assert_eq!(&events[0]["choices"][0]["delta"]["role"], "assistant");
        prop_assert_eq!(&events[events.len() - 1]["usage"]["total_tokens"], 7);
    }

    #[test]
    fn a_stream_of_responses_is_numbered_and_tells_the_very_text(texts in texts(), thoughts in texts()) {
        let events = events(&encoded(answer(true, true), &texts, &thoughts, Finish::Stop));
        for (number, event) in events.iter().enumerate() {
            prop_assert_eq!(&event["sequence_number"], number);
        }
        let deltas = |kind: &str| -> String {
            events.iter().filter(|event| event["type"] == kind).filter_map(|event| event["delta"].as_str()).collect()
        };
        prop_assert_eq!(deltas("response.output_text.delta"), texts.concat());
        prop_assert_eq!(deltas("response.reasoning_summary_text.delta"), thoughts.concat());
        let last = events.last().unwrap();
        prop_assert_eq!(&last["type"], "response.completed");
        let message = last["response"]["output"].as_array().unwrap().last().unwrap();
        prop_assert_eq!(&message["content"][0]["text"], &texts.concat());
    }

    #[test]
    fn an_answer_in_one_piece_is_one_json_text(texts in texts(), thoughts in texts(), responses: bool) {
        let out = encoded(answer(responses, false), &texts, &thoughts, Finish::Stop);
        let whole: Value = serde_json::from_str(&out).unwrap();
        let text = match responses {
            true => whole["output"].as_array().unwrap().last().unwrap()["content"][0]["text"].clone(),
            false => whole["choices"][0]["message"]["content"].clone(),
        };
        prop_assert_eq!(text, texts.concat());
    }

    #[test]
    fn no_body_makes_the_reader_trap(body in ".{0,200}", responses: bool) {
        let _ = request::read(&body, if responses { Api::Responses } else { Api::Messages });
    }
}

#[test]
fn every_finish_reason_is_one_that_clients_know() {
    for (finish, chat, response) in [
        (Finish::Stop, "stop", "response.completed"),
        (Finish::Length, "length", "response.incomplete"),
        (Finish::ContentFilter, "content_filter", "response.incomplete"),
        (Finish::ToolCalls, "tool_calls", "response.completed"),
        (Finish::Unknown, "stop", "response.completed"),
    ] {
        let events = |responses| events(&encoded(answer(responses, true), &["x".to_owned()], &[], finish));
        let reasons: Vec<Value> =
            events(false).iter().map(|event| event["choices"][0]["finish_reason"].clone()).collect();
        assert!(reasons.contains(&json!(chat)), "{finish:?}: {reasons:?}");
        assert_eq!(events(true).last().unwrap()["type"], response);
    }
}

#[test]
fn an_answer_in_one_piece_takes_the_final_text_of_the_service() {
    let mut encoder = Encoder::new(answer(false, false));
    encoder.text("draft");
    encoder.event(&Event::Replace("final".to_owned()));
    encoder.event(&Event::from(Finish::Stop));
    encoder.take(|bytes, _| {
        let whole: Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"], "final");
    });
}

#[test]
fn how_likely_tokens_were_stands_beside_their_text_and_whole_at_the_end() {
    let told = |token: &str| {
        let text = format!(r#"{{"content":[{{"token":"{token}","logprob":-0.5}}],"refusal":null}}"#);
        let parsed = rivulet::json::parse(text.as_bytes()).unwrap().value;
        Event::Logprobs(parsed.as_object().unwrap().clone())
    };
    let said = |stream: bool, responses: bool| {
        let mut encoder = Encoder::new(answer(responses, stream));
        encoder.event(&told("a"));
        encoder.text("a");
        encoder.text("b");
        encoder.event(&told("c"));
        encoder.event(&told("d"));
        encoder.text("d");
        encoder.event(&told("e"));
        encoder.event(&Event::from(Finish::Stop));
        let mut bytes = Vec::new();
        encoder.take(|taken, _| bytes = taken.to_vec());
        String::from_utf8(bytes).unwrap()
    };
    let chunks: Vec<Value> = said(true, false)
        .split("\n\n")
        .filter_map(|frame| serde_json::from_str(frame.strip_prefix("data: {").map(|_| &frame[6..])?).ok())
        .collect();
    let tokens: Vec<_> = chunks
        .iter()
        .filter_map(|chunk| {
            let choice = &chunk["choices"][0];
            let text = choice["delta"]["content"].as_str()?;
            Some((text.to_owned(), choice["logprobs"]["content"][0]["token"].as_str().unwrap_or("-").to_owned()))
        })
        .collect();
    let expected = [("", "-"), ("a", "a"), ("b", "-"), ("", "c"), ("d", "d"), ("", "e")];
    assert_eq!(tokens, expected.map(|(text, token)| (text.to_owned(), token.to_owned())));
    let whole: Value = serde_json::from_str(&said(false, false)).unwrap();
    let all = whole["choices"][0]["logprobs"].clone();
    let names: Vec<_> =
        all["content"].as_array().unwrap().iter().map(|token| token["token"].as_str().unwrap()).collect();
    assert_eq!((names.join(""), all["refusal"].clone()), ("acde".to_owned(), Value::Null));
    assert!(!said(true, true).contains("token\":\"a"), "Responses has another place");
}

#[test]
fn names_of_that_api_become_names_of_this() {
    let read = |body: Value, api| -> Value {
        serde_json::from_str(&request::read(&body.to_string(), api).unwrap().to_json()).unwrap()
    };
    let chat = read(
        json!({
            "model": "shop", "messages": [{"role": "user", "content": "x"}], "top_p": 0.5, "max_completion_tokens": 9,
            "response_format": {"type": "json_object"}, "stream": true, "stream_options": {"include_usage": true},
            "logit_bias": {}, "tool_choice": null, "top_logprobs": 1, "seed": null, "user": "me",
            "url": "https://elsewhere.example", "extra": {"model": "dear"}, "service_tier": "priority", "store": true,
        }),
        Api::Chat,
    );
    assert_eq!(
        chat,
        json!({
            "model": "shop", "stream": true, "spec": {"includeUsage": true},
            "options": {
                "messages": [{"role": "user", "content": "x"}], "topP": 0.5, "maxTokens": 9,
                "responseFormat": {"type": "json_object"}, "compatible": {"logit_bias": {}, "top_logprobs": 1, "max_completion_tokens": 9},
            },
            "warnings": [],
        })
    );
    let responses = read(
        json!({
            "model": "shop", "instructions": "Be brief.", "max_output_tokens": 9,
            "input": [
                {"role": "user", "content": [
                    {"type": "input_text", "text": "what is it?"},
                    {"type": "input_image", "image_url": "https://x.example/a.png", "detail": "low"},
                    {"type": "input_image", "image_url": "https://x.example/b.png", "detail": null},
                    {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"},
                ]},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a cat"}]},
                {"role": "user", "content": "sure?"},
            ],
        }),
        Api::Responses,
    );
    assert_eq!(
        responses["options"]["messages"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "what is it?"},
                {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
                {"type": "image_url", "image_url": {"url": "https://x.example/b.png"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
            ]},
            {"role": "assistant", "content": [{"type": "text", "text": "a cat"}]},
            {"role": "user", "content": "sure?"},
        ])
    );
}

#[test]
fn what_is_thought_behind_the_first_text_is_an_item_of_its_own() {
    let given = [text("a"), Event::Reasoning("late".into()), text("b")];
    let events = events(&output(answer(true, true), &given));
    let output = events.last().unwrap()["response"]["output"].clone();
    let kinds: Vec<&Value> = output.as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(kinds, ["message", "reasoning", "message"]);
    assert_eq!(output[1]["summary"], json!([{ "type": "summary_text", "text": "late" }]));
}

fn piece(index: usize, arguments: &str, done: bool) -> Event {
    let call = ToolCall { index, id: format!("call-{index}"), name: format!("f{index}") };
    Event::ToolCall { call: call.into(), arguments: arguments.into(), done }
}

fn output(spec: CompletionSpec, events: &[Event]) -> String {
    let mut encoder = Encoder::new(spec);
    for event in events {
        match event {
            Event::Text(pieces) => encoder.text(pieces.text()),
            Event::Reasoning(pieces) => encoder.reasoning(pieces.text()),
            Event::ToolCall { call, arguments, done } => encoder.tool_call(call, arguments.text(), *done),
            other => encoder.event(other),
        }
    }
    encoder.event(&Event::from(Finish::ToolCalls));
    let mut out = String::new();
    encoder.take(|bytes, _| out.push_str(std::str::from_utf8(bytes).unwrap()));
    out
}

fn text(text: &str) -> Event {
    Event::Text(text.into())
}

/// Two calls, whose pieces come in turns.
fn calls() -> Vec<Event> {
    vec![
        piece(3, "", false),
        piece(3, "{\"a\":", false),
        piece(7, "[\"\n$x\"]", false),
        piece(3, "1}", false),
        piece(3, "{\"a\":1}", true),
        piece(7, "[\"\n$x\"]", true),
    ]
}

const WHOLE: [(&str, &str, &str); 2] = [("call-3", "f3", "{\"a\":1}"), ("call-7", "f7", "[\"\n$x\"]")];

#[test]
fn calls_are_chunks_that_say_id_and_name_once() {
    let events = events(&output(answer(false, true), &calls()));
    let calls: Vec<&Value> = events
        .iter()
        .map(|event| &event["choices"][0]["delta"]["tool_calls"])
        .filter(|calls| !calls.is_null())
        .collect();
    assert_eq!(calls.len(), 4, "what is whole is not said again");
    assert_eq!(
        *calls[0],
        json!([{ "index": 0, "id": "call-3", "type": "function", "function": { "name": "f3", "arguments": "" } }])
    );
    assert_eq!(*calls[1], json!([{ "index": 0, "function": { "arguments": "{\"a\":" } }]));
    assert_eq!((&calls[2][0]["index"], &calls[2][0]["id"]), (&json!(1), &json!("call-7")));
    assert_eq!(events[events.len() - 2]["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn a_completion_with_calls_alone_has_no_content() {
    let whole = |events: &[Event]| -> Value { serde_json::from_str(&output(answer(false, false), events)).unwrap() };
    let message = whole(&calls())["choices"][0]["message"].clone();
    let wanted = WHOLE.map(|(id, name, arguments)| {
        json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
    });
    assert_eq!(message["content"], Value::Null);
    assert_eq!(message["tool_calls"], json!(wanted));
    let both = whole(&[vec![text("Let me see.")], calls()].concat());
    assert_eq!(both["choices"][0]["message"]["content"], "Let me see.");
    assert_eq!(both["choices"][0]["finish_reason"], "tool_calls");
    let none = whole(&[]);
    assert_eq!(none["choices"][0]["message"], json!({ "role": "assistant", "content": "", "refusal": null }));
}

/// Whatever comes in whatever order: each item is opened and closed once, at the place it has in the end.
#[test]
fn items_of_responses_have_their_places() {
    let thought = || Event::Reasoning("hm".into());
    let late = piece(9, "{}", true);
    for (given, kinds) in [
        (calls(), vec!["function_call", "function_call"]),
        ([vec![thought()], calls()].concat(), vec!["reasoning", "function_call", "function_call"]),
        ([vec![text("a")], calls()].concat(), vec!["message", "function_call", "function_call"]),
        (
            [calls(), vec![text("a"), text("b"), late.clone()]].concat(),
            vec!["function_call", "function_call", "message", "function_call"],
        ),
        (
            [vec![thought(), text("a"), thought()], calls(), vec![text("b")]].concat(),
            vec!["reasoning", "message", "reasoning", "function_call", "function_call", "message"],
        ),
        ([calls(), vec![thought()]].concat(), vec!["function_call", "function_call", "reasoning"]),
        (vec![late], vec!["function_call"]),
        (vec![thought()], vec!["reasoning", "message"]),
        (vec![], vec!["message"]),
    ] {
        let events = events(&output(answer(true, true), &given));
        let end = events.last().unwrap();
        assert_eq!(end["type"], "response.completed");
        let items = end["response"]["output"].as_array().unwrap();
        let found: Vec<&str> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
        assert_eq!(found, kinds);
        let of = |kind: &str| -> Vec<&Value> { events.iter().filter(|event| event["type"] == kind).collect() };
        let added = of("response.output_item.added");
        let places: Vec<u64> = added.iter().map(|event| event["output_index"].as_u64().unwrap()).collect();
        assert_eq!(places, (0..items.len() as u64).collect::<Vec<_>>(), "opened in order");
        for (event, item) in added.iter().zip(items) {
            assert_eq!((&event["item"]["type"], &event["item"]["id"]), (&item["type"], &item["id"]));
        }
        if kinds[0] == "reasoning" {
            let kinds: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
            let closed = kinds.iter().position(|kind| *kind == "response.output_item.done").unwrap();
            assert!(events[closed]["item"]["type"] == "reasoning", "what is thought is over before the rest begins");
            assert_eq!(kinds[closed + 1], "response.output_item.added");
        }
        let done = of("response.output_item.done");
        assert_eq!(done.len(), items.len());
        for event in done {
            assert_eq!(event["item"], items[event["output_index"].as_u64().unwrap() as usize]);
        }
        for event in of("response.function_call_arguments.done") {
            let item = &items[event["output_index"].as_u64().unwrap() as usize];
            let pieces = of("response.function_call_arguments.delta");
            let pieces = pieces.iter().filter(|piece| piece["item_id"] == event["item_id"]);
            let joined: String = pieces.map(|piece| piece["delta"].as_str().unwrap()).collect();
            assert_eq!((&event["arguments"], json!(joined)), (&item["arguments"], item["arguments"].clone()));
            assert_eq!((&event["item_id"], &event["name"]), (&item["id"], &item["name"]));
        }
        let numbers: Vec<u64> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
    }
}

#[test]
fn a_call_that_comes_whole_and_only_once_is_told() {
    let given = [piece(0, "{\"b\":2}", true)];
    let chunks = events(&output(answer(false, true), &given));
    let call = &chunks[1]["choices"][0]["delta"]["tool_calls"][0];
    assert_eq!((&call["id"], &call["function"]["arguments"]), (&json!("call-0"), &json!("{\"b\":2}")));
    let events = events(&output(answer(true, true), &given));
    assert_eq!(events.last().unwrap()["response"]["output"][0]["arguments"], "{\"b\":2}");
    assert!(events.iter().any(|event| event["delta"] == "{\"b\":2}"));
}

#[test]
fn a_response_in_one_piece_has_its_calls() {
    let whole: Value = serde_json::from_str(&output(answer(true, false), &calls())).unwrap();
    let wanted: Vec<Value> = WHOLE
        .iter()
        .enumerate()
        .map(|(at, (id, name, arguments))| {
            json!({
                "id": format!("fc_{UID}{at}"), "type": "function_call", "status": "completed",
                "call_id": id, "name": name, "arguments": arguments,
            })
        })
        .collect();
    assert_eq!(whole["output"], json!(wanted));
}

#[test]
fn calls_results_and_tools_of_responses_become_those_of_completions() {
    let call = |id: &str| json!({ "type": "function_call", "id": "fc", "call_id": id, "name": "f", "arguments": "{}" });
    let input = json!({
        "model": "shop",
        "tools": [
            { "type": "function", "name": "f", "description": "d", "parameters": { "type": "object" }, "strict": true },
            { "type": "web_search" },
        ],
        "input": [
            { "role": "user", "content": "x" },
            { "type": "reasoning", "id": "rs_0", "summary": [{ "type": "summary_text", "text": "hm" }] },
            call("a"),
            call("b"),
            { "type": "function_call_output", "call_id": "a", "output": "1" },
            { "type": "function_call_output", "call_id": "b", "output": [{ "type": "input_text", "text": "2" }] },
            call("c"),
        ],
    });
    let read = theirs(&request::read(&input.to_string(), Api::Responses).unwrap().into());
    let called = |ids: &[&str]| {
        let calls: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "id": id, "type": "function", "function": { "name": "f", "arguments": "{}" } }))
            .collect();
        json!({ "role": "assistant", "content": null, "tool_calls": calls })
    };
    let thinking = |mut message: Value| {
        message["reasoning_content"] = json!("hm");
        message
    };
    assert_eq!(
        read["options"]["messages"],
        json!([
            { "role": "user", "content": "x" },
            thinking(called(&["a", "b"])),
            { "role": "tool", "tool_call_id": "a", "content": "1" },
            { "role": "tool", "tool_call_id": "b", "content": [{ "type": "text", "text": "2" }] },
            called(&["c"]),
        ])
    );
    assert_eq!(
        read["options"]["tools"],
        json!([{ "type": "function", "function": {
            "name": "f", "description": "d", "parameters": { "type": "object" }, "strict": true,
        } }])
    );
    assert_eq!(read["warnings"], json!(["a tool that is no function was left out (web_search)"]));
}

#[test]
fn what_steers_tools_and_thinking_is_passed_on_in_the_form_of_chat() {
    let function = json!({ "type": "function", "name": "f", "parameters": {} });
    let read = |more: Value| {
        let mut body = json!({ "model": "m", "input": "x", "tools": [&function], "parallel_tool_calls": false });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let read = theirs(&request::read(&body.to_string(), Api::Responses).unwrap().into());
        let mut options = read["options"].clone();
        options.as_object_mut().unwrap().remove("messages");
        [options, read["warnings"].clone()]
    };
    let tools = json!([{ "type": "function", "function": { "name": "f", "parameters": {} } }]);

    let thinking = json!({ "tool_choice": "required", "reasoning": { "effort": "low", "summary": "auto" } });
    let native = json!({ "responses": { "reasoning": { "summary": "auto" } } });
    let options = json!({
        "tools": tools, "toolChoice": "required", "reasoningEffort": "low", "parallelToolCalls": false, "native": native,
    });
    assert_eq!(read(thinking), [options, json!([])]);

    let chosen = json!({ "tool_choice": { "type": "function", "name": "f" }, "reasoning": { "summary": "auto" } });
    let choice = json!({ "type": "function", "function": { "name": "f" } });
    let options = json!({ "tools": tools, "toolChoice": choice, "parallelToolCalls": false, "native": native });
    assert_eq!(read(chosen), [options, json!([])]);

    // What is the service's own is no tool here, and without tools nothing chooses among them.
    let warning = json!(["a tool that is no function was left out (web_search)"]);
    let hosted = json!({ "tool_choice": { "type": "web_search" } });
    let no_choice = json!(["tool_choice: a tool of type 'web_search' is not there: the choice was left out"]);
    assert_eq!(read(hosted), [json!({ "tools": tools, "parallelToolCalls": false }), no_choice]);
    let hosted = json!({ "tools": [{ "type": "web_search" }], "tool_choice": "auto" });
    assert_eq!(read(hosted), [json!({}), warning]);
}

#[test]
fn the_form_of_an_answer_stands_one_level_deeper_in_chat() {
    let read = |text: Value| {
        let body = json!({ "model": "m", "input": "x", "text": text });
        let mut read = theirs(&request::read(&body.to_string(), Api::Responses).unwrap().into());
        (read["options"]["responseFormat"].take(), read["options"]["compatible"].take(), read["warnings"].take())
    };
    let schema = json!({ "type": "object" });
    let format = json!({ "type": "json_schema", "name": "n", "schema": schema, "strict": true });
    let whole = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema, "strict": true } });
    let none = || (Value::Null, Value::Null, json!([]));
    assert_eq!(read(json!({ "format": format })), (whole, Value::Null, json!([])));
    assert_eq!(read(json!({ "format": { "type": "json_object" } })).0, json!({ "type": "json_object" }));
    assert_eq!(read(json!({ "format": { "type": "text" } })), none());
    assert_eq!(read(json!({ "verbosity": "low" })), (Value::Null, json!({ "verbosity": "low" }), json!([])));
}

#[test]
fn what_is_null_in_a_request_is_as_good_as_nothing() {
    let body =
        json!({ "model": "m", "input": "x", "text": { "format": null, "verbosity": null }, "tool_choice": "auto" });
    let read = theirs(&request::read(&body.to_string(), Api::Responses).unwrap().into());
    assert_eq!(read["options"], json!({ "messages": [{ "role": "user", "content": "x" }] }));
    assert_eq!(read["warnings"], json!([]));
}

/// Tools that a service runs itself are paid for by whoever owns the key.
#[test]
fn tools_of_the_service_are_left_out_of_both_apis() {
    let function = json!({ "type": "function", "function": { "name": "f" } });
    let read = |tools: Value| {
        let body = json!({
            "model": "m", "messages": [], "tools": tools, "tool_choice": "auto", "parallel_tool_calls": true,
        });
        let read = theirs(&request::read(&body.to_string(), Api::Chat).unwrap().into());
        (read["options"].clone(), read["warnings"].clone())
    };
    let warning = json!(["a tool that is no function was left out (browser_search, function)"]);
    let (options, warnings) = read(json!([{ "type": "browser_search" }, function, null, "x", 5]));
    assert_eq!((&options["tools"], &options["toolChoice"], &warnings), (&json!([function]), &json!("auto"), &warning));
    let (options, warnings) = read(json!([{ "type": "openrouter:web_search" }]));
    let warning = json!(["a tool that is no function was left out (openrouter:web_search)"]);
    assert_eq!((options, warnings), (json!({ "messages": [] }), warning));
    assert_eq!(read(json!([function])).1, json!([]));
    let error =
        request::read(r#"{"model":"m","messages":"x","tools":{"type":"browser_search"}}"#, Api::Chat).unwrap_err();
    assert_eq!(error.message, "tools must be an array");
}

/// Escapes of lone surrogates, as Python's `json.dumps` writes a text that was cut.
#[test]
fn halves_of_characters_do_not_become_others() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"a\ud83d b \ud83d\ude00"}]}"#;
    let read = theirs(&request::read(body, Api::Chat).unwrap().into());
    assert_eq!(read["options"]["messages"][0]["content"], "a\u{fffd} b \u{1f600}");
}

fn theirs(value: &rivulet::json::Value) -> Value {
    serde_json::from_str(&value.to_json()).unwrap()
}
