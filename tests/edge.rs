//! Requests of OpenAI's API as calls, and events as its answers. Shapes that clients take are tried with the clients
//! themselves (`tests/edge/`); here is what the encoder promises whatever it is fed.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rivulet::chat::{Event, Finish, Usage};
use rivulet::edge::{Answer, Encoder, request};
use serde_json::{Value, json};

fn answer(responses: bool, stream: bool) -> Answer {
    Answer {
        responses,
        stream,
        include_usage: true,
        id: "id-1".to_owned(),
        model: "sh$op:\"x\"".to_owned(),
        created: 1_700_000_000,
    }
}

/// All bytes of an answer; what is taken in between is as whole frames.
fn encoded(answer: Answer, texts: &[String], thoughts: &[String], finish: Finish) -> String {
    let mut encoder = Encoder::new(answer);
    let mut out = String::new();
    let mut take = |encoder: &mut Encoder| {
        encoder.take(|bytes, _| {
            let text = std::str::from_utf8(bytes).unwrap();
            assert!(!text.starts_with("event: ") && !text.starts_with("data: ") || text.ends_with("\n\n"));
            out.push_str(text);
        });
    };
    for thought in thoughts {
        encoder.event(&Event::Reasoning(thought.clone()));
        take(&mut encoder);
    }
    for text in texts {
        encoder.text(text);
        take(&mut encoder);
    }
    encoder.event(&Event::Usage(Usage { prompt: Some(3), completion: Some(4), ..Usage::default() }));
    encoder.event(&Event::Finish(finish));
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
        let _ = request::read(&body, responses);
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
    encoder.event(&Event::Finish(Finish::Stop));
    encoder.take(|bytes, _| {
        let whole: Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(whole["choices"][0]["message"]["content"], "final");
    });
}

#[test]
fn names_of_that_api_become_names_of_this() {
    let read = |body: Value, responses| -> Value {
        serde_json::from_str(&request::read(&body.to_string(), responses).unwrap().to_json()).unwrap()
    };
    let chat = read(
        json!({
            "model": "shop", "messages": [{"role": "user", "content": "x"}], "top_p": 0.5, "max_completion_tokens": 9,
            "response_format": {"type": "json_object"}, "stream": true, "stream_options": {"include_usage": true},
            "logit_bias": {}, "seed": null, "user": "me", "url": "https://elsewhere.example",
        }),
        false,
    );
    assert_eq!(
        chat,
        json!({
            "model": "shop", "stream": true, "includeUsage": true,
            "options": {
                "messages": [{"role": "user", "content": "x"}], "topP": 0.5, "maxTokens": 9,
                "responseFormat": {"type": "json_object"},
            },
            "warnings": ["'logit_bias' was left out"],
        })
    );
    let responses = read(
        json!({
            "model": "shop", "instructions": "Be brief.", "max_output_tokens": 9,
            "input": [
                {"role": "user", "content": [
                    {"type": "input_text", "text": "what is it?"},
                    {"type": "input_image", "image_url": "https://x.example/a.png"},
                ]},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a cat"}]},
                {"role": "user", "content": "sure?"},
            ],
        }),
        true,
    );
    assert_eq!(
        responses["options"]["messages"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "what is it?"},
                {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}},
            ]},
            {"role": "assistant", "content": [{"type": "text", "text": "a cat"}]},
            {"role": "user", "content": "sure?"},
        ])
    );
}

#[test]
fn what_is_thought_behind_the_first_text_opens_no_item_again() {
    let mut encoder = Encoder::new(answer(true, true));
    encoder.text("a");
    encoder.event(&Event::Reasoning("late".to_owned()));
    encoder.text("b");
    encoder.event(&Event::Finish(Finish::Stop));
    encoder.take(|bytes, _| {
        let events = events(std::str::from_utf8(bytes).unwrap());
        assert!(events.iter().all(|event| event["output_index"].as_u64().unwrap_or_default() == 0));
        assert_eq!(events.last().unwrap()["response"]["output"].as_array().unwrap().len(), 1);
    });
}
