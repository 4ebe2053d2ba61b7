//! Any text in any JSON, against `serde_json`.

use proptest::prelude::*;
use rivulet::frame::{Pieces, text_end};
use serde_json::Value;

use crate::{locate, support};

/// The inside of a JSON string, as a server might write it; now and then as none should.
pub fn raw() -> impl Strategy<Value = Vec<u8>> {
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

proptest! {
    #![proptest_config(support::cases(1500))]

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
        pieces.end_piece((before.len(), start as usize));
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

    /// As four numbers, which `src/js/buffer.js` makes a string of.
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
