//! A JSON text that is still being written, completed: what every beginning of it says, and nothing that it may not say in the end.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use rivulet::json::{complete, parse};
use serde_json::{Value, json};

use support::linear::assert_linear;
use support::{Random, theirs};

fn value(text: &str) -> Option<Value> {
    let completed = complete(text)?;
    Some(theirs(&parse(completed.as_bytes()).unwrap_or_else(|error| panic!("{text}: {completed}: {error:?}")).value))
}

#[test]
fn closes_what_is_open_and_leaves_out_what_is_not_whole() {
    for (text, wanted) in [
        ("", None),
        ("  \n", None),
        ("{", Some("{}")),
        ("[", Some("[]")),
        (r#"{"na"#, Some("{}")),
        (r#"{"a""#, Some("{}")),
        (r#"{"a":"#, Some("{}")),
        (r#"{"a":"Bo"#, Some(r#"{"a":"Bo"}"#)),
        (r#"{"a":""#, Some(r#"{"a":""}"#)),
        (r#"{"a":"x","b"#, Some(r#"{"a":"x"}"#)),
        (r#"{"a":"x",  "#, Some(r#"{"a":"x"}"#)),
        (r#"[{"x":1},{"y":"q"#, Some(r#"[{"x":1},{"y":"q"}]"#)),
        (r#"{"a":[[{"b":{"#, Some(r#"{"a":[[{"b":{}}]]}"#)),
        (r#""tex"#, Some(r#""tex""#)),
        (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
    ] {
        assert_eq!(complete(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn holds_an_escape_back_until_it_is_whole_and_half_a_pair_until_it_is_clear_what_follows() {
    for (text, wanted) in [
        (r#""x\"#, r#""x""#),
        (r#""x\u00"#, r#""x""#),
        (r#""x\n"#, r#""x\n""#),
        (r#""x\u0041"#, r#""x\u0041""#),
        (r#""x\ud83d"#, r#""x""#),
        (r#""x\ud83d\"#, r#""x""#),
        (r#""x\ud83d\u"#, r#""x""#),
        (r#""x\ud83d\ude0"#, r#""x""#),
        (r#""x\ud83d\ude00"#, r#""x\ud83d\ude00""#),
        (r#""x\ud83dy"#, r#""x\ud83dy""#),
        (r#""x\ud83d\n"#, r#""x\ud83d\n""#),
        (r#""x\ud83d\u0041"#, r#""x\ud83d\u0041""#),
        (r#""x\ud83d\ud83d"#, r#""x\ud83d""#),
        (r#""x\ude00"#, r#""x\ude00""#),
        (r#""\ud83d""#, r#""\ud83d""#),
    ] {
        assert_eq!(complete(text).as_deref(), Some(wanted), "{text}");
    }
}

#[test]
fn takes_a_word_from_its_first_letter_and_a_number_once_something_follows() {
    for (text, wanted) in [
        (r#"{"k":t"#, r#"{"k":true}"#),
        (r#"[fals"#, "[false]"),
        ("[nul", "[null]"),
        ("[true", "[true]"),
        ("[true,", "[true]"),
        ("t", "true"),
        (r#"{"n":1"#, "{}"),
        (r#"{"n":12."#, "{}"),
        (r#"{"n":1e"#, "{}"),
        (r#"{"n":-"#, "{}"),
        (r#"{"n":12 "#, r#"{"n":12}"#),
        ("[1,2", "[1]"),
        ("[1,2,", "[1,2]"),
        ("[1,-2.5e+3]", "[1,-2.5e+3]"),
    ] {
        assert_eq!(complete(text).as_deref(), Some(wanted), "{text}");
    }
    assert_eq!(complete("12"), None);
}

#[test]
fn reads_nothing_behind_what_is_no_json() {
    for (text, wanted) in [
        (r#"{"a":1} and more"#, r#"{"a":1}"#),
        (r#"{"a":1}}"#, r#"{"a":1}"#),
        (r#"{"a":NaN"#, "{}"),
        (r#"{"a":nun"#, "{}"),
        (r#"{"a":01"#, "{}"),
        (r#"{"a":1x"#, "{}"),
        ("{'a':1}", "{}"),
        (r#"{"a" 1}"#, "{}"),
        ("[1,]", "[1]"),
        (r#"{"a":1]"#, r#"{"a":1}"#),
        ("[,", "[]"),
        (r#"{"a":1,}"#, r#"{"a":1}"#),
        ("{\"a\":\"b\nc\"", r#"{"a":"b"}"#),
        (r#"["a\x"#, r#"["a"]"#),
        (r#"["a\u00zz"#, r#"["a"]"#),
        ("[true false", "[true]"),
    ] {
        assert_eq!(complete(text).as_deref(), Some(wanted), "{text}");
    }
    for text in ["Here it is", "nothing", "```json", "'a'", ":", "}", "]"] {
        assert_eq!(complete(text), None, "{text}");
    }
}

#[test]
fn nests_as_deep_as_json_is_read_and_no_deeper() {
    for open in ["[", r#"{"a":"#] {
        let completed = complete(&open.repeat(128)).unwrap();
        assert!(parse(completed.as_bytes()).is_ok());
        assert_eq!(complete(&open.repeat(129)), None);
        assert_eq!(complete(&open.repeat(1_000_000)), None);
    }
    assert_eq!(complete(&"[]".repeat(200)).as_deref(), Some("[]"));
    assert_eq!(complete(&format!("[{}", "[[]],".repeat(200))).unwrap().len(), 200 * 5 - 1 + 2);
}

#[test]
fn costs_linear_time() {
    for item in [r#"{"":0},"#, "0,", "[[]],", r#""\ud83d\ude00","#, r#"{"a":{"b":[]}},"#, "\"\\n\\n\\n\",", "       "] {
        assert_linear(20_000, |count| {
            let text = format!("[{}", item.repeat(count));
            assert!(complete(&text).unwrap().len() <= text.len() + 1);
        });
    }
    assert_linear(200_000, |count| {
        assert_eq!(complete(&format!("\"{}", "\\n".repeat(count))).unwrap().len(), 2 * count + 2);
    });
}

/// Whether `part` is what has come of `whole` so far.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::String(part), Value::String(whole)) => whole.starts_with(part.as_str()),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() <= whole.len() && part.iter().zip(whole).all(|(part, whole)| is_part(part, whole))
        }
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(part, whole)))
        }
        _ => part == whole,
    }
}

fn documents() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z\"\\\\/\n\u{1}]{0,6}", "[\u{e9}\u{416}\u{4e2d}\u{1f600}\u{10ffff}]{0,4}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        // Few digits, since serde_json reads many inexactly.
        any::<i16>().prop_map(|number| f64::from(number) / 8.0).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// JSON text of a value, with blanks and escapes in some places.
fn written(value: &Value, random: &mut Random) -> String {
    let blank = |random: &mut Random| [" ", "\n", "\t", "", "", ""][random.below(6)];
    let mut inner = |value: &Value| format!("{}{}{}", blank(random), written(value, random), blank(random));
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(&mut inner).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}:{}", inner(&json!(key)), inner(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::String(text) if random.below(2) == 0 => {
            format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>())
        }
        other => other.to_string(),
    }
}

proptest! {
    #![proptest_config(support::cases(500))]

    #[test]
    fn every_beginning_of_a_document_is_a_part_of_it_and_says_no_less_than_a_shorter_one(document in documents(), seed: u64) {
        let text = written(&document, &mut Random(seed));
        let mut before = None;
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let now = value(&text[..end]);
            if let Some(now) = &now {
                prop_assert!(is_part(now, &document), "{} of {text}: {now}", &text[..end]);
            }
            if let Some(before) = before {
                prop_assert!(now.as_ref().is_some_and(|now| is_part(&before, now)), "{} of {text}: {now:?} after {before}", &text[..end]);
            }
            before = now;
        }
        // A number at the root is whole only where something follows it.
        prop_assert_eq!(value(&format!("{text} ")), Some(document));
    }

    #[test]
    fn whatever_the_text_is_the_completed_one_is_json(text in "[\\[\\]{}\":,\\\\uds83trnl0-9.eE -]{0,40}") {
        _ = value(&text);
    }
}
