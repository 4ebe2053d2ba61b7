//! The words of services' errors, which are made for pages: found wherever they stand, and made plain.

use crate::chat::Code;
use crate::json::Value;
use crate::text::{cut, find, parse_number, without_leading};

/// The words of a service's error, wherever services put them: `error.message`, `error`, `message`, `msg`, `data.message`,
/// `detail`, `errors[0].message`, also in an array of one.
pub fn of(value: &Value) -> Option<String> {
    let value = value.item(0).unwrap_or(value);
    let places = ["/error/message", "/error", "/message", "/msg", "/data/message", "/detail", "/errors/0/message"];
    let words = places.iter().find_map(|place| value.text_at(place))?;
    Some(html_to_text(words.trim())).filter(|words| !words.is_empty())
}

/// Whether `words` hold a sign, in whatever case; `^` stands for their beginning.
pub fn holds(words: &str, sign: &str) -> bool {
    let words = words.to_ascii_lowercase();
    match sign.strip_prefix('^') {
        Some(start) => words.starts_with(start),
        None => find(words.as_bytes(), sign.as_bytes()).is_some(),
    }
}

/// What the first sign that they hold stands for.
pub fn code_of(words: &str, signs: &[(&str, Code)]) -> Option<Code> {
    signs.iter().find(|(sign, _)| holds(words, sign)).map(|(_, code)| *code)
}

/// Tags off and the entities that WordPress writes decoded: error texts are made for pages. A tag parts two words unless
/// it is one of those that stand within a sentence.
pub fn html_to_text(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "code", "em", "i", "span", "strong", "u"];
    if cut(html, b"<&").1.is_empty() {
        return html.to_owned();
    }
    let mut text = String::with_capacity(html.len());
    let (before, mut rest) = cut(html, b"<");
    text.push_str(before);
    let mut is_closed = true;
    // Each round begins at a `<`.
    while let Some(inside) = rest.strip_prefix('<') {
        let is_tag = matches!(inside.as_bytes().first(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!'));
        // Where no `>` follows it is not looked for again: a text full of `<` must not be searched from each of them.
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

/// The entities that WordPress writes: five by name, any by number.
pub fn unescape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (before, mut rest) = cut(text, b"&");
    out.push_str(before);
    // Each round begins at a `&`.
    while !rest.is_empty() {
        // The longest entity known here is `&#x10ffff;`: a page full of `&` must not be searched from each of them.
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

fn character(entity: &str) -> Option<char> {
    if let Some(digits) = entity.strip_prefix('#') {
        let hex = digits.strip_prefix('x').or(digits.strip_prefix('X'));
        let code = parse_number(hex.unwrap_or(digits), if hex.is_some() { 16 } else { 10 })?;
        return char::from_u32(u32::try_from(code).ok()?).filter(|&character| character != '\0');
    }
    let named = [("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' '), ("amp", '&')];
    named.iter().find(|(name, _)| *name == entity).map(|(_, character)| *character)
}
