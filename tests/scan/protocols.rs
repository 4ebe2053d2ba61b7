//! Frames of each protocol, however cut: scanned and parsed they give the same events.

use std::rc::Rc;

use proptest::prelude::*;
use rivulet::chat::Code;
use serde_json::json;

use crate::property::raw;
use crate::support::drive::{self, Played, Reply};
use crate::support::flow::{SITE, json_answer};
use crate::support::play::{LIMIT, RANDOM, protocol, session};
use crate::support::{self, Random, ours};

/// A body of frames of the given shapes: `%` is where the text goes, `#` where some number, `~` where some other string.
fn body(shapes: &'static [&'static str]) -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    body_of(shapes, raw())
}

fn body_of(
    shapes: &'static [&'static str],
    texts: impl Strategy<Value = Vec<u8>>,
) -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let number = prop::sample::select(&["0", "7", "8", "10", "123456", "01", "-1", "1.5", "1e3", "null", ""][..]);
    let string =
        prop::sample::select(&["", "abc", "a-B_9=", "2026-11-24T10:00:00.5Z", "é", r"\u0041", r#"\""#, "\t"][..]);
    let ordinary = prop::collection::vec((0..2 * shapes.len(), texts, number, string), 1..30);
    ordinary.prop_map(move |frames| {
        let frames = frames.into_iter().map(|(shape, raw, number, string)| {
            // Half of the frames are of the first shape: runs of equal ones are what the scanner is for.
            let shape = shapes[shape.saturating_sub(shapes.len())].replace('#', number).replace('~', string);
            let (head, tail) = shape.split_once('%').unwrap();
            (head.as_bytes().to_vec(), [&raw, tail.as_bytes()].concat())
        });
        frames.collect()
    })
}

fn joined(frames: &[(Vec<u8>, Vec<u8>)], before: &str, ending: &str, end: &str) -> Vec<u8> {
    let frame = |(head, rest): &(Vec<u8>, Vec<u8>)| {
        [before.as_bytes(), b"data: ", head, rest, ending.as_bytes(), ending.as_bytes()].concat()
    };
    [frames.iter().flat_map(frame).collect(), end.as_bytes().to_vec()].concat()
}

fn played(provider: &str, body: Vec<u8>, cuts: Vec<usize>) -> Played {
    played_within(LIMIT, provider, body, cuts)
}

fn played_within(limit: usize, provider: &str, body: Vec<u8>, cuts: Vec<usize>) -> Played {
    let settings = match provider {
        "OpenAiChat" | "OpenAiResponses" | "Anthropic" | "Ollama" => json!({ "baseUrl": SITE, "model": "m" }),
        _ => json!({ "url": SITE, "botId": 5 }),
    };
    let call = rivulet::options::ChatRequest::read(
        &protocol(provider).info,
        &ours(&settings),
        &ours(&json!({ "messages": "Hi" })),
        RANDOM,
    )
    .unwrap();
    let stored = session(&[("nonce", "f49d8b472e"), ("postId", "5")]);
    let exchange = rivulet::providers::exchange(protocol(provider), Rc::new(call), &stored, limit);
    let key = json_answer(json!({ "success": true, "data": { "cache_key": "k" } }));
    drive::play(exchange, |_, number| match (provider, number) {
        ("AiPuffer", 0) => key.clone(),
        _ => Reply::new(200, body.clone()).cut(cuts.clone()),
    })
}

/// The same frames with an `id` each, which means nothing and keeps the scanner out: it takes frames of data, and perhaps
/// the name of an event before it, only.
fn agree(
    provider: &str,
    frames: &[(Vec<u8>, Vec<u8>)],
    ending: &str,
    end: &str,
    seed: u64,
) -> Result<(), TestCaseError> {
    agree_named(provider, "", frames, ending, end, seed)
}

fn agree_named(
    provider: &str,
    event: &str,
    frames: &[(Vec<u8>, Vec<u8>)],
    ending: &str,
    end: &str,
    seed: u64,
) -> Result<(), TestCaseError> {
    let event = if event.is_empty() { String::new() } else { format!("event: {event}{ending}") };
    let parsed = played(provider, joined(frames, &format!("id: 1\n{event}"), ending, end), Vec::new());
    let body = joined(frames, &event, ending, end);
    let mut random = Random(seed);
    for cuts in [Vec::new(), random.cuts(body.len()), (0..body.len()).collect()] {
        let scanned = played(provider, body.clone(), cuts);
        prop_assert_eq!(&scanned.items, &parsed.items);
        prop_assert_eq!(&scanned.end, &parsed.end);
    }
    Ok(())
}

/// Ollama's frames, as lines of JSON. A member that is new in each line keeps the scanner out.
fn agree_in_lines(frames: &[(Vec<u8>, Vec<u8>)], seed: u64) -> Result<(), TestCaseError> {
    let lines = |different: bool| {
        let mut body = Vec::new();
        for (number, (head, rest)) in frames.iter().enumerate() {
            let rest = rest.strip_suffix(b"}").unwrap();
            let more = if different { format!(",\"n\":{number}}}\n") } else { "}\n".to_owned() };
            body.extend([head, rest, more.as_bytes()].concat());
        }
        [body, b"{\"done\":true}\n".to_vec()].concat()
    };
    let parsed = played("Ollama", lines(true), Vec::new());
    let body = lines(false);
    for cuts in [Vec::new(), Random(seed).cuts(body.len())] {
        let scanned = played("Ollama", body.clone(), cuts);
        prop_assert_eq!(&scanned.items, &parsed.items);
        prop_assert_eq!(&scanned.end, &parsed.end);
    }
    Ok(())
}

const ENGINE: &[&str] = &[
    r#"{"type":"live","data":"%"}"#,
    r#"{"data":"%","type":"live"}"#,
    r#"{ "type" : "live" , "data" : "%" , "n" : [1, {"data":"x"}] }"#,
    r#"{"type":"live","data":"%","subtype":"thinking"}"#,
    r#"{"type":"live","subtype":"content","data":"%","data":"last"}"#,
    r#"{"type":"live","d\u0061ta":"%"}"#,
    r#"{"type":"live","data":"first","data":"%"}"#,
];

const ENGINE_END: &str = "data: {\"type\":\"end\",\"data\":\"{\\\"success\\\":true}\"}\n\n";

const POWER: &[&str] = &[
    r#"{"id":"1","object":"o","choices":[{"index":0,"delta":{"content":"%"},"finish_reason":null}]}"#,
    r#"{"id":"1","choices":[{"delta":{"content":"%"}},{"delta":{"content":"no"}}]}"#,
    r#"{"choices":[{"delta":{"content":"%"}}]}"#,
    r#"{"id":"1","choices":[{"text":"%"}],"usage":null}"#,
    r#"{"id":"1","choices":[{"delta":{"content":"%"}}],"usage":{"total_tokens":3}}"#,
];

const PUFFER: &[&str] =
    &[r#"{"delta":"%"}"#, r#"{"delta":"%","n":1e400}"#, r#"{"delta":"a","delta":"%"}"#, r#"{"delta":{"delta":"%"}}"#];

const OPENAI: &[&str] = &[
    r#"{"id":"1","object":"o","choices":[{"index":0,"delta":{"content":"%"},"logprobs":null,"finish_reason":null}]}"#,
    r#"{"choices":[{"delta":{"content":"%","role":"assistant"},"index":0}],"provider":"x","usage":null}"#,
    r#"{"choices":[{"index":1,"delta":{"content":"%"}}]}"#,
    r#"{"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"%"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"},"finish_reason":"stop"}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"},"finish_reason":"length"}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}],"usage":{"total_tokens":3}}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}],"usage":{"total_tokens":4}}"#,
    r#"{"choices":[],"usage":{"total_tokens":5},"x":"%"}"#,
    r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"x":"%"}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning_content":"%","content":null}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"a","reasoning":"%"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"%"}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"refusal":"%"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%","refusal":"no"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}],"error":null}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"x"}}],"error":"%"}"#,
];

const OBFUSCATED: &[&str] = &[
    r#"{"id":"1","choices":[{"index":0,"delta":{"content":"%"},"finish_reason":null}],"obfuscation":"~"}"#,
    r#"{"obfuscation":"~","choices":[{"index":0,"delta":{"content":"%"}}],"created_at":#}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}],"obfuscation":"~","obfuscation":"x"}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}],"obfuscation":#}"#,
];

const RESPONSES: &[&str] = &[
    r#"{"type":"response.output_text.delta","sequence_number":#,"item_id":"m","delta":"%","logprobs":[],"obfuscation":"~"}"#,
    r#"{"type":"response.output_text.delta","delta":"%","sequence_number":#}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.refusal.delta"}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.reasoning_summary_text.delta"}"#,
    r#"{"sequence_number":#,"delta":"%","output_index":1,"type":"response.function_call_arguments.delta"}"#,
    r#"{"sequence_number":#,"type":"response.unknown","delta":"%"}"#,
];

const RESPONSES_END: &str =
    "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}\n\n";

const ANTHROPIC: &[&str] = &[
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%"}}"#,
    r#"{"type":"content_block_delta","index":#,"delta":{"type":"text_delta","text":"%"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"%","text":"x"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"unknown_delta","text":"%"}}"#,
    r#"{"type":"ping","delta":{"type":"text_delta","text":"%"}}"#,
    r#"{"delta":{"type":"text_delta","text":"%"},"index":0,"type":"content_block_delta"}"#,
    r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","text":"%"},"usage":{"output_tokens":#}}"#,
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"%"}}"#,
];

const OLLAMA: &[&str] = &[
    r#"{"model":"m","created_at":"~","message":{"role":"assistant","content":"%"},"done":false}"#,
    r#"{"message":{"content":"%"},"created_at":#}"#,
    r#"{"created_at":"~","message":{"role":"assistant","thinking":"%","content":"x"}}"#,
    r#"{"message":{"content":"a","content":"%"}}"#,
];

const OPENAI_THOUGHTS: &[&str] = &[
    r#"{"id":"1","choices":[{"index":0,"delta":{"reasoning_content":"%","content":null},"finish_reason":null}]}"#,
    r#"{"id":"1","choices":[{"index":0,"delta":{"reasoning_content":null,"content":"%"},"finish_reason":null}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%","content":""}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%","reasoning_content":""}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%","reasoning_content":"a"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%","content":"a"}}]}"#,
    r#"{"choices":[{"index":1,"delta":{"reasoning":"%"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"text":"%"}]}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%"}}],"usage":{"total_tokens":3}}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"%"}}]}}]}"#,
];

/// Where one is empty the other one counts.
const OPENAI_TWICE: &[&str] = &[r#"{"choices":[{"index":0,"delta":{"reasoning":"a","reasoning_content":"%"}}]}"#];

const RESPONSES_THOUGHTS: &[&str] = &[
    r#"{"sequence_number":#,"delta":"%","type":"response.reasoning_summary_text.delta","obfuscation":"~"}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.output_text.delta"}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.reasoning_text.delta"}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.unknown"}"#,
];

const ENGINE_THOUGHTS: &[&str] = &[
    r#"{"type":"live","subtype":"thinking","data":"%"}"#,
    r#"{"type":"live","subtype":"content","data":"%"}"#,
    r#"{"type":"live","subtype":"status","data":"%"}"#,
    r#"{"type":"live","data":"%"}"#,
];

const OLLAMA_THOUGHTS: &[&str] = &[
    r#"{"created_at":"~","message":{"role":"assistant","thinking":"%","content":""}}"#,
    r#"{"created_at":"~","message":{"role":"assistant","thinking":"","content":"%"}}"#,
    r#"{"created_at":"~","message":{"role":"assistant","content":"%"}}"#,
    r#"{"message":{"thinking":"%"}}"#,
];

const OPENAI_CALLS: &[&str] = &[
    r#"{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%"}}]},"finish_reason":null}]}"#,
    r#"{"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"%"}}]},"finish_reason":null}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":null,"tool_calls":[{"function":{"arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"c","function":{"arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"d","function":{"name":"g","arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"late","arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%"}},{"index":0,"function":{"arguments":"x"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%"}},{"index":1}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"a","tool_calls":[{"index":0,"function":{"arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"reasoning":"%"}}]}"#,
    r#"{"choices":[{"index":1,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}}],"obfuscation":"%"}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%"}}]}}],"usage":{"total_tokens":#}}"#,
];

/// FrameDecoder without a number are about the last call, whichever that is.
const CALLS_IN_TURNS: &[&str] = &[OPENAI_CALLS[2], OPENAI_CALLS[3], OPENAI_CALLS[4], OPENAI_CALLS[5]];

const CALLS_WITH_IDS: &[&str] = &[OPENAI_CALLS[4], OPENAI_CALLS[5], OPENAI_CALLS[0], OPENAI_CALLS[3]];

/// Pieces that are soon whole together.
fn arguments() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(&["{", "}", "{}", r#"\"a\":1"#, ""][..]).prop_map(|piece| piece.as_bytes().to_vec())
}

const RESPONSES_CALLS: &[&str] = &[
    r#"{"type":"response.function_call_arguments.delta","sequence_number":#,"item_id":"m","output_index":1,"delta":"%","obfuscation":"~"}"#,
    r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"%"}"#,
    r#"{"sequence_number":#,"delta":"%","type":"response.output_text.delta"}"#,
    r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"%","name":"f","arguments":""}}"#,
    r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"%"}}"#,
];

const ANTHROPIC_CALLS: &[&str] = &[
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"%"}}"#,
    r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"%"}}"#,
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"%","name":"f","input":{}}}"#,
    r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"%","name":"g","input":{}}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"%"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","partial_json":"%"}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"%","text":"x"}}"#,
];

/// What is kept of calls is bounded, to the byte, whichever way it came.
#[test]
fn the_limit_of_calls_is_the_same() {
    let frame = |arguments: &str| {
        format!(
            r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{arguments}"}}}}]}}}}]}}"#
        )
    };
    let frames = |before: &str| -> Vec<u8> {
        (0..40).flat_map(|_| format!("{before}data: {}\n\n", frame("éabcdef")).into_bytes()).collect()
    };
    let mut ends = Vec::new();
    for limit in 200..280 {
        let parsed = played_within(limit, "OpenAiChat", frames("id: 1\n"), Vec::new());
        let scanned = played_within(limit, "OpenAiChat", frames(""), Vec::new());
        assert_eq!(scanned.items, parsed.items, "{limit}");
        assert_eq!(scanned.end, parsed.end, "{limit}");
        assert_eq!(parsed.error().code, Code::TooLarge);
        ends.push(parsed.items.len());
    }
    ends.dedup();
    assert!(ends.len() > 8, "{ends:?}");
}

/// Of two answers in one frame the first one is asked for, wherever it stands.
const OPENAI_ANSWERS: &[&str] = &[
    r#"{"choices":[{"index":1,"delta":{"content":"%"}},{"index":0,"delta":{"content":"{}"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"%"}},{"index":1,"delta":{"content":"{}"}}]}"#,
];

const NOTES: &[&str] = &[
    r#"{"choices":[{"index":0,"delta":{"content":"%"},"finish_reason":"stop"}],"usage":{"total_tokens":3}}"#,
    r#"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"x":"%"}"#,
    r#"{"choices":[],"usage":{"total_tokens":5},"x":"%"}"#,
];

proptest! {
    #![proptest_config(support::cases(1500))]

    /// Frames that say more than their text, and what they say may change in between.
    #[test]
    fn openai_chat_notes_what_is_not_text(frames in body(NOTES), seed: u64) {
        agree("OpenAiChat", &frames, "\n", "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn openai_chat_gives_the_same_scanned_and_parsed(frames in body(OPENAI), ending in "\n|\r\n|\r", seed: u64) {
        agree("OpenAiChat", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn obfuscated_chunks_give_the_same(frames in body(OBFUSCATED), ending in "\n|\r\n|\r", seed: u64) {
        agree("OpenAiChat", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn openai_responses_gives_the_same_scanned_and_parsed(frames in body(RESPONSES), ending in "\n|\r\n|\r", named: bool, seed: u64) {
        agree_named("OpenAiResponses", if named { "response.x" } else { "" }, &frames, &ending, RESPONSES_END, seed)?;
    }

    #[test]
    fn anthropic_gives_the_same_scanned_and_parsed(frames in body(ANTHROPIC), ending in "\n|\r\n|\r", named: bool, seed: u64) {
        let event = if named { "content_block_delta" } else { "" };
        agree_named("Anthropic", event, &frames, &ending, "data: {\"type\":\"message_stop\"}\n\n", seed)?;
    }

    #[test]
    fn ollama_gives_the_same_scanned_and_parsed(frames in body(OLLAMA), seed: u64) {
        agree_in_lines(&frames, seed)?;
    }

    #[test]
    fn thoughts_of_openai_chat_are_the_same(frames in body(OPENAI_THOUGHTS), ending in "\n|\r\n|\r", seed: u64) {
        agree("OpenAiChat", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn thoughts_that_are_told_twice_are_the_same(frames in body(OPENAI_TWICE), seed: u64) {
        agree("OpenAiChat", &frames, "\n", "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn thoughts_of_openai_responses_are_the_same(frames in body(RESPONSES_THOUGHTS), named: bool, seed: u64) {
        agree_named("OpenAiResponses", if named { "response.x" } else { "" }, &frames, "\n", RESPONSES_END, seed)?;
    }

    #[test]
    fn thoughts_of_ai_engine_are_the_same(frames in body(ENGINE_THOUGHTS), seed: u64) {
        agree("AiEngine", &frames, "\n", ENGINE_END, seed)?;
    }

    #[test]
    fn thoughts_of_ollama_are_the_same(frames in body(OLLAMA_THOUGHTS), seed: u64) {
        agree_in_lines(&frames, seed)?;
    }

    #[test]
    fn calls_of_openai_chat_are_the_same(frames in body(OPENAI_CALLS), ending in "\n|\r\n|\r", seed: u64) {
        agree("OpenAiChat", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn calls_in_turns_are_the_same(frames in body(CALLS_IN_TURNS), seed: u64) {
        agree("OpenAiChat", &frames, "\n", "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn two_answers_are_the_same(frames in body_of(OPENAI_ANSWERS, arguments()), seed: u64) {
        agree("OpenAiChat", &frames, "\n", "data: [DONE]\n\n", seed)?;
    }

    /// Where a call is whole, a frame with another id begins another one: only the arguments tell.
    #[test]
    fn calls_that_are_whole_are_the_same(frames in body_of(CALLS_WITH_IDS, arguments()), seed: u64) {
        agree("OpenAiChat", &frames, "\n", "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn calls_of_openai_responses_are_the_same(frames in body(RESPONSES_CALLS), named: bool, seed: u64) {
        agree_named("OpenAiResponses", if named { "response.x" } else { "" }, &frames, "\n", RESPONSES_END, seed)?;
    }

    #[test]
    fn calls_of_anthropic_are_the_same(frames in body(ANTHROPIC_CALLS), named: bool, seed: u64) {
        let event = if named { "content_block_delta" } else { "" };
        agree_named("Anthropic", event, &frames, "\n", "data: {\"type\":\"message_stop\"}\n\n", seed)?;
    }

    #[test]
    fn ai_engine_gives_the_same_scanned_and_parsed(frames in body(ENGINE), ending in "\n|\r\n|\r", seed: u64) {
        agree("AiEngine", &frames, &ending, ENGINE_END, seed)?;
    }

    #[test]
    fn ai_power_gives_the_same_scanned_and_parsed(frames in body(POWER), ending in "\n|\r\n|\r", seed: u64) {
        agree("AiPower", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn ai_puffer_gives_the_same_scanned_and_parsed(frames in body(PUFFER), ending in "\n|\r\n|\r", seed: u64) {
        agree("AiPuffer", &frames, &ending, "event: done\ndata: {}\n\n", seed)?;
    }
}
