//! The scanner and `serde_json::Value` agree: on every frame of every protocol, and on where a text lies in any JSON. Here
//! stand single facts.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "scan/property.rs"]
mod property;
#[path = "scan/protocols.rs"]
mod protocols;
#[path = "scan/recordings.rs"]
mod recordings;
mod support;

use std::ops::Range;
use std::rc::Rc;

use rivulet::exchange::Exchange;
use rivulet::frame::{FrameLayout, Pieces, Template};

use support::drive::{self, Reply};
use support::play::LIMIT;
use support::toy::{Toy, stream};

fn locate(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    rivulet::json::locate(json, path, &[]).map(|lesson| lesson.text)
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
    let length = template.scan(bytes, 1000, usize::MAX, &mut pieces);
    (drive::split(&pieces).collect(), length)
}

fn template() -> Template {
    let mut template = Template::default();
    template.set_layout(b"data: {\"a\":\"x\"}\n\n", 6, FrameLayout { text: 6..7, varying: Vec::new(), tag: 0 });
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
    template.set_layout(
        frame.as_bytes(),
        0,
        FrameLayout { text: head.len()..head.len() + 1, varying: Vec::new(), tag: 0 },
    );
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
    template.set_layout(frame, 15, FrameLayout { text: 12..13, varying: vec![5..6, 20..21], tag: 0 });
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
