//! What a service cites, in the names that all services share.

use crate::json::{Map, Value};

/// The members under which services wrap a source: OpenAI's chat, Groq, Gemini.
const WRAPPERS: [&str; 6] = ["url_citation", "document_citation", "web", "maps", "image", "retrievedContext"];

/// Offsets of a citation in the answer: the first byte or character, the end behind the last one, and the unit. OpenAI's and
/// Cohere's services count characters (Unicode code points), Gemini counts bytes of UTF-8.
const OFFSETS: [(&str, &str, &str); 4] = [
    ("/start_index", "/end_index", "characters"),
    ("/start", "/end", "characters"),
    ("/segment/startIndex", "/segment/endIndex", "bytes"),
    ("/startIndex", "/endIndex", "bytes"),
];

/// Reads `url`, `title`, `text`, `start`, `end` and `unit` of a source or citation in a service's own shape, as far as they are
/// there. Offsets in the cited document, which Anthropic gives, are no offsets in the answer and stay in the service's shape.
pub fn describe(raw: &Value) -> Map {
    let inner = WRAPPERS.iter().find_map(|key| raw.get(key).filter(|inner| inner.is_object())).unwrap_or(raw);
    let text = |places: &[&str]| {
        let found = places.iter().find_map(|place| inner.text_at(place).or(raw.text_at(place)));
        found.filter(|text| !text.is_empty())
    };
    let mut members = Map::new();
    for (key, found) in [
        // Perplexity lists bare addresses. The place of a search result that a caller of Anthropic gave is `source`.
        (
            "url",
            inner.as_str().or(text(&["/url", "/uri", "/link", "/source", "/image_url", "/sources/0/document/url"])),
        ),
        ("title", text(&["/title", "/document_title", "/filename", "/sources/0/document/title"])),
        ("text", text(&["/cited_text", "/text", "/segment/text"])),
    ] {
        if let Some(found) = found {
            members.insert_str(key, found);
        }
    }
    let number = |place| inner.pointer(place).or(raw.pointer(place)).and_then(Value::as_u64);
    for &(start, end, unit) in &OFFSETS {
        if let Some(end) = number(end) {
            // Gemini leaves out a start of 0. It counts in the part of the answer that it names.
            if number("/segment/partIndex").unwrap_or_default() == 0 {
                members.insert("start", number(start).unwrap_or_default().into());
                members.insert("end", end.into());
                members.insert_str("unit", unit);
            }
            break;
        }
    }
    members
}
