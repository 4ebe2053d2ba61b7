//! The scanner and `serde_json::Value` agree: on every frame of every protocol, and on where a text lies in any JSON.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::rc::Rc;

use proptest::prelude::*;
use rivulet::exchange::Exchange;
use rivulet::frame::{Lesson, Pieces, Template, text_end};
use rivulet::json::locate;
use serde_json::{Value, json};

use support::drive::{self, Played, Reply};
use support::flow::{SITE, json_answer};
use support::play::{LIMIT, RANDOM, protocol, session};
use support::toy::{Toy, stream};
use support::{Random, ours};

/// The inside of a JSON string, as a server might write it; now and then as none should.
fn raw() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<(u32, &[u8])> = vec![
        (20, b"word "),
        (8, "Привет".as_bytes()),
        (4, "👍🏽".as_bytes()),
        (4, br"\n"),
        (4, br#"\""#),
        (4, br"\\"),
        (3, br"\/"),
        (2, br"\b\f\r\t"),
        (6, br"\u041f"),
        (4, br"\ud83d\ude00"),
        (2, br"\uD83D\uDE00"),
        (3, br"\ud83d"),
        (3, br"\ude00"),
        (1, br"\u0000"),
        (1, br"\u12g4"),
        (1, br"\x"),
        (1, b"\""),
        (1, b"\x01"),
        (1, b"\xff"),
        (1, b"\xe2\x82"),
        (1, b"\xf0\x9f\x91"),
        (2, "\u{2028}\u{feff}\u{7f}".as_bytes()),
        (1, br"\"),
        (1, b"\n"),
        (1, b"{}[],:"),
        (1, b"data: "),
        (2, b""),
    ];
    let word = prop::sample::select(
        words.into_iter().flat_map(|(weight, word)| vec![word; weight as usize]).collect::<Vec<_>>(),
    );
    prop::collection::vec(word, 0..5).prop_map(|words| words.concat())
}

/// A body of frames of the given shapes: `%` is where the text goes, `#` where some number, `~` where some other string.
fn body(shapes: &'static [&'static str]) -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
    let number = prop::sample::select(&["0", "7", "8", "10", "123456", "01", "-1", "1.5", "1e3", "null", ""][..]);
    let string =
        prop::sample::select(&["", "abc", "a-B_9=", "2026-11-24T10:00:00.5Z", "é", r"\u0041", r#"\""#, "\t"][..]);
    let ordinary = prop::collection::vec((0..2 * shapes.len(), raw(), number, string), 1..30);
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
    let settings = match provider {
        "OpenAiChat" | "OpenAiResponses" | "Anthropic" | "Ollama" => json!({ "baseUrl": SITE, "model": "m" }),
        _ => json!({ "url": SITE, "botId": 5 }),
    };
    let call = rivulet::call::Call::read(
        &protocol(provider).about,
        &ours(&settings),
        &ours(&json!({ "messages": "Hi" })),
        RANDOM,
    )
    .unwrap();
    let stored = session(&[("nonce", "f49d8b472e"), ("postId", "5")]);
    let exchange = rivulet::providers::exchange(protocol(provider), Rc::new(call), &stored, LIMIT);
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

const ENGINE: &[&str] = &[
    r#"{"type":"live","data":"%"}"#,
    r#"{"data":"%","type":"live"}"#,
    r#"{ "type" : "live" , "data" : "%" , "n" : [1, {"data":"x"}] }"#,
    r#"{"type":"live","data":"%","subtype":"thinking"}"#,
    r#"{"type":"live","subtype":"content","data":"%","data":"last"}"#,
    r#"{"type":"live","d\u0061ta":"%"}"#,
    r#"{"type":"live","data":"first","data":"%"}"#,
];

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

    /// A member that is new in each line keeps the scanner out.
    #[test]
    fn ollama_gives_the_same_scanned_and_parsed(frames in body(OLLAMA), seed: u64) {
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
    }

    #[test]
    fn ai_engine_gives_the_same_scanned_and_parsed(frames in body(ENGINE), ending in "\n|\r\n|\r", seed: u64) {
        let end = "data: {\"type\":\"end\",\"data\":\"{\\\"success\\\":true}\"}\n\n";
        agree("AiEngine", &frames, &ending, end, seed)?;
    }

    #[test]
    fn ai_power_gives_the_same_scanned_and_parsed(frames in body(POWER), ending in "\n|\r\n|\r", seed: u64) {
        agree("AiPower", &frames, &ending, "data: [DONE]\n\n", seed)?;
    }

    #[test]
    fn ai_puffer_gives_the_same_scanned_and_parsed(frames in body(PUFFER), ending in "\n|\r\n|\r", seed: u64) {
        agree("AiPuffer", &frames, &ending, "event: done\ndata: {}\n\n", seed)?;
    }

    /// Whatever is before it: words are read and written eight bytes at a time.
    #[test]
    fn what_the_scanner_takes_is_what_serde_reads(raw in raw(), before in "[a-zé👍]{0,20}", rest in "[a-z\"]{0,20}") {
        let mut pieces = Pieces::default();
        pieces.push(&before);
        let line = [&raw, b"\"".as_slice(), rest.as_bytes()].concat();
        let Some(end) = text_end(&line, 0, &mut pieces) else { return Ok(()) };
        prop_assert_eq!(line[end], b'"');
        let text: String = serde_json::from_slice(&[b"\"", &line[..end], b"\""].concat()).unwrap();
        let start = pieces.ends().last().copied().unwrap_or_default();
        prop_assert_eq!(pieces.text(), format!("{before}{text}"));
        pieces.close((before.len(), start as usize));
        prop_assert_eq!(pieces.ends().last().copied().unwrap_or_default() as usize, pieces.text().encode_utf16().count());
        prop_assert_eq!(pieces.clone().into_text(), pieces.text());
    }

    /// A text of whatever length, behind whatever: each byte that is not plain is seen at each place of a word.
    #[test]
    fn what_is_not_plain_is_seen_everywhere(before in "[ -!#-\\[\\]-~]{0,20}", byte: u8, behind in "[ -!#-\\[\\]-~]{0,20}") {
        let line = [before.as_bytes(), &[byte], behind.as_bytes(), b"\""].concat();
        let mut pieces = Pieces::default();
        let end = text_end(&line, 0, &mut pieces);
        match byte {
            b'"' => prop_assert_eq!((end, pieces.text()), (Some(before.len()), before.as_str())),
            b'\\' => {}
            0x20..0x80 => prop_assert_eq!(pieces.bytes(), &line[..line.len() - 1]),
            _ => prop_assert_eq!(end, None, "a control character, or broken UTF-8"),
        }
    }

    /// As four numbers, which `src/js/inbox.js` makes a string of.
    #[test]
    fn short_pieces_are_their_bytes(text in "[ -~é]{0,18}") {
        let mut pieces = Pieces::default();
        pieces.push(&text);
        let bytes: Option<Vec<u8>> = pieces.short().map(|numbers| numbers.map(u32::to_le_bytes).concat()[..text.len()].to_vec());
        let is_short = (1..=16).contains(&text.len()) && text.is_ascii();
        prop_assert_eq!(bytes.filter(|_| !text.is_empty()), is_short.then(|| text.into_bytes()));
    }

    #[test]
    fn locate_finds_what_serde_finds(value in value(), path in prop::collection::vec(prop::sample::select(&["a", "b", "0", "1"][..]), 0..4), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let wanted = path.iter().try_fold(&value, |value, step| match value {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        });
        // As it is written: numbers stay text.
        let found = locate(text.as_bytes(), &path).map(|range| match text[..range.start].ends_with('"') {
            true => format!("\"{}\"", &text[range]),
            false => text[range].to_owned(),
        });
        let wanted = wanted.filter(|value| value.is_string() || value.is_number());
        prop_assert_eq!(found, wanted.map(Value::to_string));
    }

    #[test]
    fn locate_takes_any_bytes(bytes: Vec<u8>, json in "[\\[\\]{}\":,a0\\\\ ]{0,40}") {
        for bytes in [bytes.as_slice(), json.as_bytes()] {
            if let Some(range) = locate(bytes, &["a"]) {
                prop_assert!(bytes.get(range).is_some());
            }
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("a|b|0|[a-z]{2}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

#[test]
fn a_repeated_or_escaped_key_is_not_for_the_scanner() {
    for json in
        [r#"{"a":"x","a":"y"}"#, r#"{"\u0061":"x","a":"y"}"#, r#"{"a":"x"} x"#, r#"{"a":"x""#, "", "[", r#"{"a" "x"}"#]
    {
        assert_eq!(locate(json.as_bytes(), &["a"]), None, "{json}");
    }
    assert_eq!(
        locate(br#"{"b":{"a":"no","a":1},"a":"x"}"#, &["a"]),
        Some(27..28),
        "repeated off the path is no matter"
    );
}

#[test]
fn deep_json_is_not_for_the_scanner() {
    let deep = |levels: usize| format!("{{\"a\":\"x\",\"b\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(locate(deep(20).as_bytes(), &["a"]).is_some());
    for levels in [32, 1000, 1_000_000] {
        assert_eq!(locate(deep(levels).as_bytes(), &["a"]), None);
    }
}

/// The texts that are scanned at the beginning of `bytes`, and how many bytes their frames are.
fn scanned(template: &Template, bytes: &[u8]) -> (Vec<String>, usize) {
    let mut pieces = Pieces::default();
    let length = template.scan(bytes, 1000, &mut pieces);
    (drive::split(&pieces).collect(), length)
}

fn template() -> Template {
    let mut template = Template::default();
    template.learn(b"data: {\"a\":\"x\"}\n\n", 6, Lesson { text: 6..7, varying: Vec::new() });
    template
}

#[test]
fn a_template_matches_its_own_shape_only() {
    let none = (Vec::new(), 0);
    assert_eq!(scanned(&Template::default(), b"data: {\"a\":\"x\"}\n\n"), none, "nothing is learned yet");
    let template = template();
    let frames = b"data: {\"a\":\"longer \\\" text\"}\n\ndata: {\"a\":\"\"}\n\ndata: {\"a\":\"y\"}\n\nrest";
    assert_eq!(scanned(&template, frames), (vec!["longer \" text".to_owned(), "y".to_owned()], frames.len() - 4));
    for other in [
        b"data: {\"a\":\"x\"}\n".as_slice(),
        b"data: {\"a\":\"x\"}\r\n\r\n",
        b"data: {\"a\":\"x\" }\n\n",
        b"data: {\"b\":\"x\"}\n\n",
        b"data: {\"a\":\"x",
        b"data: {\"a\":\"x\\",
        b"data: {\"a\":\"x\n\"}\n\n",
        b"data: {\"a\":\"x\"}\ndata: y\n\n",
        b"data: {\"a\":",
        b"data: {\"a\":\"\\ud83d\"}\n\n",
        b"data: {\"a\":\"\xff\"}\n\n",
    ] {
        assert_eq!(scanned(&template, other), none, "{:?}", String::from_utf8_lossy(other));
    }
}

/// Each byte of a frame counts, at each place of the sixteen that are compared at once.
#[test]
fn a_frame_with_another_byte_is_another_frame() {
    let head = format!("data: {{\"{}\":\"", "k".repeat(50));
    let frame = format!("{head}x\",\"{}\":1}}\n\n", "t".repeat(37));
    let mut template = Template::default();
    template.learn(frame.as_bytes(), 0, Lesson { text: head.len()..head.len() + 1, varying: Vec::new() });
    assert_eq!(scanned(&template, frame.as_bytes()), (vec!["x".to_owned()], frame.len()));
    for at in (0..frame.len()).filter(|at| *at != head.len()) {
        let mut other = frame.clone().into_bytes();
        other[at] ^= 1;
        assert_eq!(scanned(&template, &other), (Vec::new(), 0), "byte {at}");
        assert_eq!(scanned(&template, &frame.as_bytes()[..at]), (Vec::new(), 0), "cut at {at}");
    }
}

#[test]
fn a_frame_beyond_the_limit_is_not_for_the_scanner() {
    let frame = |length: usize| format!("data: {{\"a\":\"{}\"}}\n\n", "x".repeat(length - 16)).into_bytes();
    assert_eq!(scanned(&template(), &frame(1000)).1, 1000);
    assert_eq!(scanned(&template(), &frame(1001)), (Vec::new(), 0));
}

#[test]
fn what_varies_may_vary_and_nothing_else() {
    let mut template = Template::default();
    let frame = b"event: x\ndata: {\"n\":1,\"t\":\"a\",\"o\":\"p\"}\n\n";
    template.learn(frame, 15, Lesson { text: 12..13, varying: vec![5..6, 20..21] });
    let with = |number: &str, other: &str| {
        let frame = format!("event: x\ndata: {{\"n\":{number},\"t\":\"word\",\"o\":\"{other}\"}}\n\n");
        let (texts, length) = scanned(&template, frame.as_bytes());
        (texts, length == frame.len())
    };
    for (number, other) in [("1", "p"), ("0", ""), ("98765", "a B~")] {
        assert_eq!(with(number, other), (vec!["word".to_owned()], true), "{number} {other}");
    }
    for (number, other) in [("01", "p"), ("1.5", "p"), ("-1", "p"), ("", "p"), ("\"1\"", "p"), ("1", "\\n"), ("1", "é")]
    {
        assert_eq!(with(number, other), (Vec::new(), false), "{number} {other}");
    }
}

/// Without this the suite would be green with no scanner at all.
#[test]
fn ordinary_frames_are_parsed_once_and_then_scanned() {
    let diary = Rc::default();
    let toy = Toy { scanned: true, diary: Rc::clone(&diary), ..Toy::default() };
    let body: String = (0..1000).map(|number| format!("data: {{\"say\":\"word {number} \\n\"}}\n\n")).collect();
    let played = drive::play(Exchange::new(Ok(stream(toy)), LIMIT), |_, _| {
        Reply::new(200, format!("{body}data: {{\"over\":1}}\n\n")).cut(vec![20_000])
    });
    assert_eq!((played.pieces().len(), played.end.is_ok()), (1000, true));
    // The first, the one that the cut goes through, and the last.
    assert!(diary.borrow().len() <= 4, "{} frames were parsed", diary.borrow().len());
}

/// The engine compares before it lets the scanner take over.
#[test]
fn a_decoder_that_changes_its_text_is_never_scanned() {
    let body: String = ["one", "two", "three"].map(|word| format!("data: {{\"say\":\"{word}\"}}\n\n")).concat();
    let toy = Toy { scanned: true, loud: true, ..Toy::default() };
    let played = drive::play(Exchange::new(Ok(stream(toy)), LIMIT), |_, _| Reply::new(200, body.clone()));
    assert_eq!(played.pieces(), ["ONE", "TWO", "THREE"]);
}
