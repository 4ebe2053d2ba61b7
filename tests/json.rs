//! JSON of servers, read as `JSON.parse` reads it; and the words of their errors.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use rivulet::chat::error_text::{self, html_to_text, unescape_html};
use rivulet::chat::{Code, Error};
use rivulet::json::{Invalid, SurrogateJoiner, join_surrogates, parse};
use serde_json::{Value, json};

use support::linear::assert_linear;
use support::{Random, ours, theirs};

fn value(text: &str) -> Value {
    theirs(&parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error:?}")).value)
}

/// The string at `a`, as JavaScript shows it once it is well-formed.
fn text(json: &str) -> String {
    let parsed = parse(json.as_bytes()).unwrap();
    join_surrogates(parsed.value.get("a").unwrap().as_str().unwrap(), parsed.has_lone_surrogates)
}

#[test]
fn of_repeated_keys_the_last_wins_and_unknown_ones_stay() {
    assert_eq!(value(r#"{"a":1,"b":[],"a":{"c":2},"a":3}"#), json!({ "a": 3, "b": [] }));
}

/// Values that are small and many.
#[test]
fn many_small_values_cost_linear_time() {
    for item in [r#"{"":0},"#, "0,", "[[]],", r#""a","#, r#"{"a":{"b":[]}},"#] {
        assert_linear(20_000, |count| {
            let text = format!("[{}0]", item.repeat(count));
            assert_eq!(parse(text.as_bytes()).unwrap().value.as_array().unwrap().len(), count + 1);
        });
    }
}

#[test]
fn escaped_keys_are_keys() {
    assert_eq!(value(r#"{"\u0061":1,"\ud83d\ude00":2,"\n":3}"#), json!({ "a": 1, "😀": 2, "\n": 3 }));
}

#[test]
fn numbers_out_of_range_are_no_errors() {
    // As they were written: who reads them, JavaScript in the end, knows what they mean to it.
    for number in ["1e400", "-1e400", "1e-400", "18446744073709551616", "-0", "0.10", &"9".repeat(400)] {
        assert_eq!(parse(number.as_bytes()).unwrap().value.to_string(), number);
    }
    assert_eq!(text(r#"{"n":1e999,"a":"1e999 -1e999 \" 1e999"}"#), "1e999 -1e999 \" 1e999", "in a text it is text");
}

#[test]
fn what_is_no_json_stays_an_error_that_does_not_quote_it() {
    for bad in [
        "",
        "{",
        "canary",
        "{\"a\":canary}",
        "[1e400",
        "1e",
        "-",
        "01",
        "+1",
        "\"\\ud83d",
        "\"\\ud83",
        "{'a':1}",
        "[1,]",
        "\"\u{1}\"",
        "nul",
        "{\"a\":\"\\ud83d\"",
        "\"\\x\"",
        "NaN",
        "Infinity",
        "{\"a\" 1}",
        "1 2",
        "\u{feff}",
    ] {
        let error = parse(bad.as_bytes()).expect_err(bad);
        let error = Error::from(error);
        assert_eq!((error.code, error.message.as_str()), (Code::Protocol, "the service sent JSON that cannot be read"));
    }
}

#[test]
fn a_byte_order_mark_before_it_is_dropped() {
    assert_eq!(value("\u{feff}{\"a\":1}"), json!({ "a": 1 }));
}

#[test]
fn lone_surrogates_are_replacement_characters() {
    assert_eq!(text(r#"{"a":"x\ud83dy"}"#), "x\u{fffd}y");
    assert_eq!(text(r#"{"a":"\ude00"}"#), "\u{fffd}");
    assert_eq!(text(r#"{"a":"\ude00\ud83d"}"#), "\u{fffd}\u{fffd}");
    assert_eq!(text(r#"{"a":"\uD83D\uD83D\uDE00"}"#), "\u{fffd}😀");
    assert_eq!(text(r#"{"a":"\\ud83d"}"#), "\\ud83d", "a backslash and four digits are no surrogate");
    assert_eq!(text(r#"{"a":"\\\ud83d"}"#), "\\\u{fffd}");
    assert_eq!(value(r#"{"\ud83d":1}"#).as_object().unwrap().len(), 1);
}

#[test]
fn halves_in_two_pieces_join() {
    let mut halves = SurrogateJoiner::default();
    let mut out = String::new();
    for piece in [r#""a\ud83d""#, r#""""#, r#""\ude00b""#, r#""\ud83d""#, r#""plain""#] {
        let parsed = parse(piece.as_bytes()).unwrap();
        halves.push(parsed.value.as_str().unwrap(), parsed.has_lone_surrogates, &mut out);
    }
    halves.finish(&mut out);
    assert_eq!(out, "a😀b\u{fffd}plain");
}

#[test]
fn a_hundred_levels_are_read_and_a_hundred_thousand_are_an_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |levels: usize, core: &str| format!("{}{core}{}", open.repeat(levels), close.repeat(levels));
        for core in ["1", "1e400", r#""\ud83d""#] {
            assert!(parse(deep(100, core).as_bytes()).is_ok());
            for levels in [200, 100_000, 1_000_000] {
                assert_eq!(parse(deep(levels, core).as_bytes()).unwrap_err(), Invalid);
            }
        }
        assert!(parse(open.repeat(1_000_000).as_bytes()).is_err());
    }
}

#[test]
fn broken_utf8_is_read_with_replacement_characters() {
    assert_eq!(theirs(&parse(b"{\"a\":\"\xf0\x9f\x91\xff\"}").unwrap().value), json!({ "a": "\u{fffd}\u{fffd}" }));
}

#[test]
fn controls_separators_and_noncharacters_are_unchanged() {
    let odd = "\u{7f}\u{80}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}\u{e000}";
    assert_eq!(value(&format!("\"{odd}\\u0000\\u001f\"")), json!(format!("{odd}\0\u{1f}")));
}

#[test]
fn error_texts_are_made_for_pages_and_read_without_their_tags() {
    let table = [
        ("plain", "plain"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("a<br>b<br/>c", "a b c"),
        ("It is <b>not</b> <a href='x'>here</a>.", "It is not here."),
        ("Couldn&#039;t &amp; &lt;b&gt; &quot;x&quot;", "Couldn't & <b> \"x\""),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("a < b", "a < b"),
        ("open <", "open <"),
        ("<script", "<script"),
        ("&amp;lt;", "&lt;"),
        ("Chat &#8211; Test&#x2026; &hellip; &#0; &#xd800; &#; & &x", "Chat – Test… &hellip; &#0; &#xd800; &#; & &x"),
    ];
    for (html, wanted) in table {
        assert_eq!(html_to_text(html), wanted, "{html}");
    }
    assert_eq!(unescape_html("&amp;quot;"), "&quot;", "nothing is decoded twice");
}

#[test]
fn the_words_of_an_error_are_found_or_there_are_none() {
    assert_eq!(error_text::of(&ours(&json!({ "error": { "message": " a " }, "message": "b" }))).as_deref(), Some("a"));
    for none in
        [json!(null), json!([]), json!({ "message": 5 }), json!({ "error": {} }), json!({ "message": " " }), json!("x")]
    {
        assert_eq!(error_text::of(&ours(&none)), None, "{none}");
    }
}

/// UTF-16 code units, half of them surrogates.
fn units() -> impl Strategy<Value = Vec<u16>> {
    let unit = prop_oneof![0x20..0x7fu16, 0xd83c..0xd840u16, 0xdc00..0xdc40u16, Just(0x416), Just(0xffff), Just(0)];
    prop::collection::vec(unit, 0..12)
}

fn escaped(units: &[u16]) -> String {
    format!("\"{}\"", units.iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>())
}

proptest! {
    #![proptest_config(support::cases(2000))]

    #[test]
    fn any_code_units_in_any_pieces_are_the_text_that_javascript_shows(units in units(), seed: u64) {
        let wanted = String::from_utf16_lossy(&units);
        let parsed = parse(escaped(&units).as_bytes()).unwrap();
        prop_assert_eq!(&join_surrogates(parsed.value.as_str().unwrap(), parsed.has_lone_surrogates), &wanted);
        let cuts = Random(seed).cuts(units.len());
        let edges: Vec<usize> = [0].into_iter().chain(cuts).chain([units.len()]).collect();
        let (mut halves, mut out) = (SurrogateJoiner::default(), String::new());
        for edge in edges.windows(2) {
            let parsed = parse(escaped(&units[edge[0]..edge[1]]).as_bytes()).unwrap();
            halves.push(parsed.value.as_str().unwrap(), parsed.has_lone_surrogates, &mut out);
        }
        halves.finish(&mut out);
        prop_assert_eq!(out, wanted);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "[\\[\\]{}\":,\\\\u0-9d+eE. \u{e9}-]{0,30}") {
        let _ = parse(&bytes);
        if let Ok(parsed) = parse(text.as_bytes()) {
            let again = parse(parsed.value.to_string().as_bytes()).unwrap();
            prop_assert_eq!(again.value, parsed.value);
        }
        html_to_text(&text);
    }
}
