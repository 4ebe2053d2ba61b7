//! Texts of services' errors. They are made for web pages: they are found wherever services put them, and freed of
//! HTML.

use crate::chat::Code;
use crate::json::{self, Value};
use crate::text::{cut, filled, find, listed, parse_number, without_leading};

/// The text of a service's error, from wherever services put it: `error`, `message`, `msg`, `detail`, `errors`, `data` and
/// MiniMax's `base_resp`, and NVIDIA's `title` where there is no other, within each other, and as the first few of a list. HTML is taken out. A gateway's text is followed by
/// the one that it passes on (OpenRouter's `metadata.raw`). `None`: there is no such text, or it is blank.
pub fn of(value: &Value) -> Option<String> {
    let value = Some(value.item(0).unwrap_or(value)).filter(|value| value.is_object())?;
    let own = words(value, MAX_LEVELS)?;
    let text = match value.text_at("/error/metadata/raw").map(|raw| (raw, json::parse(raw.as_bytes()))) {
        Some((_, Ok(inner))) if inner.value.is_object() => match words(&inner.value, MAX_LEVELS) {
            Some(passed_on) => filled("$: $", &[&own, &passed_on]),
            None => own,
        },
        Some((raw, _)) if !raw.trim().is_empty() => filled("$: $", &[&own, raw]),
        _ => own,
    };
    Some(html_to_text(text.trim())).filter(|text| !text.is_empty())
}

/// Levels of objects and lists within an error.
pub const MAX_LEVELS: usize = 6;

/// Items of a list whose texts are taken: FastAPI says in one each what is wrong.
const MAX_ITEMS: usize = 3;

/// Where services put the text of an error: AWS also with a capital letter.
const KEYS: [&str; 9] = ["error", "message", "msg", "Message", "status_msg", "base_resp", "x_groq", "detail", "errors"];

fn words(value: &Value, levels: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) if levels > 0 => {
            let texts: Vec<_> = items.iter().take(MAX_ITEMS).filter_map(|item| words(item, levels - 1)).collect();
            (!texts.is_empty()).then(|| listed(&texts, "; "))
        }
        Value::Object(members) if levels > 0 => {
            let at = |key: &str| members.get(key).and_then(|inner| words(inner, levels - 1));
            // `data` may be anything, but an object of it describes the error.
            let in_data =
                || members.get("data").filter(|data| data.is_object()).and_then(|data| words(data, levels - 1));
            let text = KEYS.iter().find_map(|key| at(key));
            let text = text.or_else(in_data).or_else(|| at("title"))?;
            Some(match location(value) {
                Some(place) => filled("$: $", &[&place, &text]),
                None => text,
            })
        }
        _ => None,
    }
}

/// What of the request is wrong, as FastAPI says it: of `["body", "messages", 0]` it is `body.messages.0`.
pub fn location(value: &Value) -> Option<String> {
    let loc = value.list("loc").iter().filter_map(|part| match part {
        Value::String(text) => Some(text.as_str()),
        Value::Number(digits) => Some(digits),
        _ => None,
    });
    let parts: Vec<_> = loc.collect();
    (!parts.is_empty()).then(|| listed(&parts, "."))
}

/// Whether `text` contains `sign`, which is in lower case, whatever the case of `text`. A `sign` that begins with `^`
/// must stand at the beginning of `text`.
pub fn holds(text: &str, sign: &str) -> bool {
    let text = text.to_ascii_lowercase();
    match sign.strip_prefix('^') {
        Some(start) => text.starts_with(start),
        None => find(text.as_bytes(), sign.as_bytes()).is_some(),
    }
}

/// The code of the first of `signs` that `text` contains: see [`holds`].
pub fn code_of(text: &str, signs: &[(&str, Code)]) -> Option<Code> {
    signs.iter().find(|(sign, _)| holds(text, sign)).map(|(_, code)| *code)
}

/// `html` without its tags, and with the entities decoded that WordPress writes. A tag becomes a blank between two
/// words, unless it is one that stands within a sentence, such as `<b>`.
pub fn html_to_text(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "code", "em", "i", "span", "strong", "u"];
    if cut(html, b"<&").1.is_empty() {
        return html.to_owned();
    }
    let mut text = String::with_capacity(html.len());
    let (before, mut rest) = cut(html, b"<");
    text.push_str(before);
    let mut is_closed = true;
    // Each round of this loop begins at a `<`.
    while let Some(inside) = rest.strip_prefix('<') {
        let is_tag = matches!(inside.as_bytes().first(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!'));
        // Where no `>` follows, it is not searched for again: a text full of `<` would be searched from each of them.
        let (tag, closed) = if is_tag && is_closed { cut(inside, b">") } else { ("", "") };
        is_closed &= !is_tag || !closed.is_empty();
        let after = match closed.strip_prefix('>') {
            Some(after) => {
                let name = without_leading(tag, '/');
                let end = name.bytes().position(|byte| !byte.is_ascii_alphanumeric());
                let inline = INLINE.contains(&&name[..end.unwrap_or(name.len())]);
                if !inline && text.chars().next_back().is_some_and(|last| !last.is_whitespace()) {
                    text.push(' ');
                }
                after
            }
            _ => {
                text.push('<');
                inside
            }
        };
        let (before, next) = cut(after, b"<");
        text.push_str(before);
        rest = next;
    }
    unescape_html(&text).trim().to_owned()
}

/// `text` with the entities decoded that WordPress writes: six by name, any by number. Others stay as they are.
pub fn unescape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (before, mut rest) = cut(text, b"&");
    out.push_str(before);
    // Each round of this loop begins at a `&`.
    while !rest.is_empty() {
        // The longest entity is `&#x10ffff;`, so no more is searched: a page full of `&` would be searched from each of
        // them.
        let entity = rest.bytes().take(10).position(|byte| byte == b';').map_or("", |end| &rest[1..end]);
        let known = character(entity);
        out.push(known.unwrap_or('&'));
        let used = known.map_or(1, |_| entity.len() + 2);
        let (before, next) = cut(&rest[used..], b"&");
        out.push_str(before);
        rest = next;
    }
    out
}

/// The character that `entity` stands for, written without `&` and `;`. `None`: it is not known.
fn character(entity: &str) -> Option<char> {
    if let Some(digits) = entity.strip_prefix('#') {
        let hex = digits.strip_prefix('x').or(digits.strip_prefix('X'));
        let code = parse_number(hex.unwrap_or(digits), if hex.is_some() { 16 } else { 10 })?;
        return char::from_u32(u32::try_from(code).ok()?).filter(|&character| character != '\0');
    }
    let named = [("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' '), ("amp", '&')];
    named.iter().find(|(name, _)| *name == entity).map(|(_, character)| *character)
}
