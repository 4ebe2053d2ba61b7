//! Bytes to frames: the rules of WHATWG HTML 9.2.6 one by one (in the order of web-platform-tests' `eventsource/format-*`),
//! NDJSON, limits, and a property against a splitter written without any care for speed.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "frame/limits.rs"]
mod limits;
#[path = "frame/property.rs"]
mod property;
mod support;

use std::ops::ControlFlow::{self, Continue};

use rivulet::frame::{FrameLayout, Framing, Sink, Splitter, Stop, Template};

#[derive(Default)]
struct FrameDecoder(Vec<(String, Vec<u8>)>);

impl Sink for FrameDecoder {
    /// Nothing is learned here.
    fn scan(&mut self, _template: &Template, _bytes: &[u8], _limit: usize) -> usize {
        0
    }

    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<FrameLayout>> {
        self.0.push((String::from_utf8_lossy(event).into_owned(), data.to_vec()));
        Continue(None)
    }
}

fn run<'a>(framing: Framing, chunks: impl IntoIterator<Item = &'a [u8]>, finish: bool) -> Vec<(String, Vec<u8>)> {
    let (mut splitter, mut frames) = (Splitter::new(framing, 1 << 20), FrameDecoder::default());
    for chunk in chunks {
        assert!(splitter.feed(chunk, &mut frames).is_continue());
    }
    if finish {
        assert!(splitter.finish(&mut frames).is_continue());
    }
    frames.0
}

/// The data of the frames, whole and byte by byte, which must be the same.
#[track_caller]
fn data(stream: impl AsRef<[u8]>) -> Vec<String> {
    named(stream).into_iter().map(|(_, data)| data).collect()
}

#[track_caller]
fn named(stream: impl AsRef<[u8]>) -> Vec<(String, String)> {
    let stream = stream.as_ref();
    let whole = run(Framing::Sse, [stream], false);
    assert_eq!(whole, run(Framing::Sse, stream.chunks(1), false), "byte by byte");
    for at in 0..=stream.len() {
        assert_eq!(whole, run(Framing::Sse, [&stream[..at], &stream[at..]], false), "cut at {at}");
    }
    let text = |data: Vec<u8>| String::from_utf8_lossy(&data).into_owned();
    whole.into_iter().map(|(event, data)| (event, text(data))).collect()
}

#[test]
fn one_byte_order_mark_at_the_start_is_dropped() {
    assert_eq!(data("\u{feff}data:1\n\n\u{feff}data:2\n\ndata:3\n\n"), ["1", "3"]);
}

#[test]
fn a_second_byte_order_mark_is_part_of_a_name_that_nobody_knows() {
    assert_eq!(data("\u{feff}\u{feff}data:1\n\ndata:2\n\ndata:3\n\n"), ["2", "3"]);
}

#[test]
fn a_byte_order_mark_inside_is_text() {
    assert_eq!(data("data:\u{feff}1\n\n"), ["\u{feff}1"]);
}

#[test]
fn half_a_byte_order_mark_is_no_byte_order_mark() {
    assert_eq!(data(b"\xef\xbb\n\ndata:1\n\n"), ["1"]);
    assert_eq!(data(b"\xef\xbbdata:1\n\n"), [""; 0]);
}

#[test]
fn cr_lf_and_both_together_end_a_line() {
    assert_eq!(data("data:1\n\ndata:2\r\rdata:3\r\n\r\ndata:4\n\rdata:5\r\n\n"), ["1", "2", "3", "4", "5"]);
}

#[test]
fn an_event_that_cr_cr_ends_is_given_out_at_once() {
    assert_eq!(run(Framing::Sse, [b"data:1\r\r".as_slice()], false).len(), 1);
    assert_eq!(run(Framing::Sse, [b"data:1\r\n\r".as_slice()], false).len(), 1);
}

#[test]
fn a_crlf_cut_in_two_is_one_line_end() {
    let chunks = [b"data:1\r".as_slice(), b"\ndata:2\r", b"\n\r", b"\ndata:3\r", b"", b"\n\r\n"];
    let frames = run(Framing::Sse, chunks, false);
    assert_eq!(frames, [(String::new(), b"1\n2".to_vec()), (String::new(), b"3".to_vec())]);
}

#[test]
fn comments_are_ignored_wherever_they_stand() {
    assert_eq!(data(":\n:data:x\ndata:1\n:\0\n:\r\ndata:2\n:xxx\n\n: keep-alive\n\n:\n\n"), ["1\n2"]);
    let padding = format!(":{}\n\ndata:1\n\n", " ".repeat(600));
    assert_eq!(data(padding), ["1"]);
}

#[test]
fn a_comment_without_end_costs_no_memory_and_hides_nothing() {
    let (mut splitter, mut frames) = (Splitter::new(Framing::Sse, 100), FrameDecoder::default());
    assert!(splitter.feed(b"data:1\n", &mut frames).is_continue());
    assert!(splitter.feed(b":", &mut frames).is_continue());
    let chunk = vec![b'x'; 64 * 1024];
    for _ in 0..1_000 {
        assert!(splitter.feed(&chunk, &mut frames).is_continue());
    }
    assert!(splitter.feed(b"\n\ndata:2\n\n", &mut frames).is_continue());
    assert_eq!(frames.0.iter().map(|(_, data)| data.as_slice()).collect::<Vec<_>>(), [b"1", b"2"]);
}

#[test]
fn a_field_without_colon_has_an_empty_value() {
    assert_eq!(data("data\n\ndata\ndata\n\ndata:test\n\n"), ["", "\n", "test"]);
    assert_eq!(named("event\ndata:1\n\n"), [("".into(), "1".into())]);
}

#[test]
fn one_leading_space_is_dropped_and_no_more() {
    assert_eq!(data("data: 1\ndata:  2\ndata:\t3\ndata : 4\n\n"), ["1\n 2\n\t3"]);
}

#[test]
fn everything_after_the_first_colon_is_the_value() {
    assert_eq!(data("data:a:b: c\n\ndata::\n\n"), ["a:b: c", ":"]);
}

#[test]
fn several_data_lines_are_joined_by_line_feeds() {
    assert_eq!(data("data:YHOO\ndata: +2\ndata\ndata:10\n\n"), ["YHOO\n+2\n\n10"]);
}

#[test]
fn unknown_fields_and_the_wrong_case_are_ignored() {
    assert_eq!(data("data:test\nfoobar:xxx\njustsometext\n :data\ndata:x\n\n"), ["test\nx"]);
    assert_eq!(data("Data:1\nDATA:2\n data:3\ndata:4\n\nEVENT:x\ndata:5\n\n"), ["4", "5"]);
}

#[test]
fn id_and_retry_never_disturb_the_data() {
    assert_eq!(data("id:1\0\ndata:1\nretry:soon\nid\nretry:-1\n\nretry:1000\n\ndata:2\n\n"), ["1", "2"]);
}

#[test]
fn the_name_of_an_event_may_come_after_its_data_and_holds_for_one_event() {
    let one = |name: &str, data: &str| (name.to_owned(), data.to_owned());
    assert_eq!(named("data:1\nevent:a\n\ndata:2\n\n"), [one("a", "1"), one("", "2")]);
    assert_eq!(named("event:a\nevent: b\ndata:1\n\nevent:c\n\ndata:2\n\n"), [one("b", "1"), one("", "2")]);
}

#[test]
fn an_event_without_data_is_none() {
    assert_eq!(data("event:x\n\nid:3\n\n\n\n\ndata:1\n\n"), ["1"]);
}

#[test]
fn empty_data_is_an_event() {
    assert_eq!(data("data:\n\ndata: \n\n"), ["", ""]);
}

#[test]
fn an_event_without_its_blank_line_waits() {
    assert_eq!(data("data:1\n\ndata:2\n"), ["1"]);
    assert_eq!(data("data:1\n\ndata:2"), ["1"]);
}

#[test]
fn the_end_gives_out_what_has_no_blank_line() {
    for stream in ["data:1\n\ndata:2\n", "data:1\n\ndata:2", "data:1\n\ndata:2\r"] {
        let frames = run(Framing::Sse, [stream.as_bytes()], true);
        assert_eq!(frames.iter().map(|(_, data)| data.as_slice()).collect::<Vec<_>>(), [b"1", b"2"], "{stream:?}");
    }
    assert_eq!(run(Framing::Sse, [b"data:1\n\n: half a comment".as_slice()], true).len(), 1);
}

#[test]
fn line_separators_of_unicode_end_nothing() {
    assert_eq!(data("data:a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f\n\n"), ["a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f"]);
}

#[test]
fn nul_and_controls_are_text() {
    assert_eq!(data("data:\0a\u{1}\n\n"), ["\0a\u{1}"]);
}

#[test]
fn utf8_may_be_cut_anywhere() {
    assert_eq!(data("data:Привет 👍🏽 €\n\n"), ["Привет 👍🏽 €"]);
}

#[test]
fn invalid_utf8_becomes_replacement_characters_by_maximal_subparts() {
    // Unicode 16, table 3-8; the encoding standard decodes in the same way.
    let table: [(&[u8], &str); 7] = [
        (b"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82A", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}A"),
        (b"\xed\xa0\x80\xed\xbf\xbf\xed\xafA", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}A"),
        (b"\xf4\x91\x92\x93\xffA\x80\xbfB", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}A\u{fffd}\u{fffd}B"),
        (b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}A"),
        (b"\xf0\x9f\x91", "\u{fffd}"),
        (b"\x80", "\u{fffd}"),
        (b"\xe2\x82 \xac", "\u{fffd} \u{fffd}"),
    ];
    for (bytes, text) in table {
        assert_eq!(data([b"data:", bytes, b"\n\n"].concat()), [text], "{bytes:x?}");
    }
}

#[test]
fn ndjson_has_no_fields_and_no_comments() {
    let stream = b"\xef\xbb\xbf{\"a\":1}\n\n  \r\n:x\rdata: y\r\nlast".as_slice();
    let wanted: Vec<&[u8]> = vec![b"{\"a\":1}", b":x", b"data: y", b"last"];
    for at in 0..=stream.len() {
        let frames = run(Framing::Ndjson, [&stream[..at], &stream[at..]], true);
        assert_eq!(frames.iter().map(|(_, data)| data.as_slice()).collect::<Vec<_>>(), wanted, "cut at {at}");
    }
}
