//! JSON of servers, read as JavaScript's `JSON.parse` would read it.
//!
//! `serde_json` refuses two things that JavaScript takes and real services send: halves of a surrogate pair in escapes
//! (a reply cut between the halves of an emoji), and numbers beyond the range of a double. Only when it refuses is the
//! text mended and read again, so the usual answer costs nothing more. Nesting beyond 128 levels stays an error.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::{Code, Error, Result};

/// A lone surrogate has no place in Rust's strings. It travels as a private-use character of plane 16, at this offset
/// from its code, and only in texts that were mended; [`Halves`] turns it back.
const HALF: u32 = 0x10_0000;

/// A value and whether lone surrogates in it travel as private-use characters.
#[derive(Debug, Default)]
pub struct Parsed {
    pub value: Value,
    pub mended: bool,
}

pub fn parse(text: &[u8]) -> Result<Parsed> {
    // As `response.json()` does it: themes saved with a byte order mark put one before every answer of their site.
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    match serde_json::from_str(&text) {
        Ok(value) => Ok(Parsed { value, mended: false }),
        Err(_) => match mend(&text) {
            Cow::Owned(mended) => serde_json::from_str(&mended).map(|value| Parsed { value, mended: true }).ok(),
            Cow::Borrowed(_) => None,
        }
        // The words of serde_json would quote the payload; a position says nothing that helps.
        .ok_or_else(|| Error::new(Code::Protocol, "the service sent JSON that cannot be read")),
    }
}

/// Joins halves of surrogate pairs over the pieces of one text.
#[derive(Debug, Default)]
pub struct Halves {
    high: Option<u32>,
}

impl Halves {
    pub fn is_waiting(&self) -> bool {
        self.high.is_some()
    }

    /// Appends `piece` to `out`, with its lone halves joined or, where the other half never comes, as U+FFFD.
    pub fn push(&mut self, piece: &str, mended: bool, out: &mut String) {
        for character in piece.chars() {
            match (self.high.take(), half(character, mended)) {
                (None, None) => out.push(character),
                (None, Some(high)) if high < 0xdc00 => self.high = Some(high),
                (None, Some(_)) => out.push(char::REPLACEMENT_CHARACTER),
                (Some(high), Some(low)) if low >= 0xdc00 => out.push(join(high, low)),
                (Some(_), Some(high)) => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    self.high = Some(high);
                }
                (Some(_), None) => out.extend([char::REPLACEMENT_CHARACTER, character]),
            }
        }
    }

    /// The text is over: a high half that waits is alone for good.
    pub fn finish(&mut self, out: &mut String) {
        if self.high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The same for a text that comes whole.
pub fn whole_text(text: &str, mended: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut halves = Halves::default();
    halves.push(text, mended, &mut out);
    halves.finish(&mut out);
    out
}

pub fn join(high: u32, low: u32) -> char {
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn half(character: char, mended: bool) -> Option<u32> {
    let code = (character as u32).checked_sub(HALF)?;
    (mended && (0xd800..0xe000).contains(&code)).then_some(code)
}

/// Lone surrogate escapes as private-use characters, numbers out of range as the largest double. `Borrowed`: nothing to mend.
fn mend(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut in_string = false;
    while let Some(&byte) = bytes.get(at) {
        let (width, replacement) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => match (surrogate_at(bytes, at), surrogate_at(bytes, at + 6)) {
                (Some(high), Some(low)) if high < 0xdc00 && low >= 0xdc00 => (12, None),
                (Some(lone), _) => (6, char::from_u32(HALF + lone).map(String::from)),
                (None, _) => (2, None),
            },
            b'-' | b'0'..=b'9' if !in_string => {
                let number = number_at(text, at);
                let out_of_range = number.parse::<f64>().is_ok_and(f64::is_infinite);
                let limit = if byte == b'-' { "-1.7976931348623157e308" } else { "1.7976931348623157e308" };
                (number.len(), out_of_range.then(|| limit.to_owned()))
            }
            _ => (1, None),
        };
        if let Some(replacement) = replacement {
            out.push_str(&text[copied..at]);
            out.push_str(&replacement);
            copied = at + width;
        }
        at += width;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn surrogate_at(bytes: &[u8], at: usize) -> Option<u32> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..at + 6)? else { return None };
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (0xd800..0xe000).contains(&code).then_some(code)
}

fn number_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    let end = rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len());
    &rest[..end.max(1)]
}

/// The words of a service's error, wherever services put them: `error.message`, `error`, `message`, `msg`, `data.message`,
/// also in an array of one.
pub fn error_words(value: &Value) -> Option<String> {
    let value = value.get(0).unwrap_or(value);
    let places = ["/error/message", "/error", "/message", "/msg", "/data/message", "/detail"];
    places
        .iter()
        .find_map(|place| value.pointer(place).and_then(Value::as_str))
        .map(|words| html_to_text(words.trim()))
        .filter(|words| !words.is_empty())
}

/// Tags off and the entities that WordPress writes decoded: error texts are made for pages. A tag parts two words unless
/// it is one of those that stand within a sentence.
pub fn html_to_text(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "code", "em", "i", "span", "strong", "u"];
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let is_tag = rest[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match rest[open..].find('>').filter(|_| is_tag) {
            Some(close) => {
                text.push_str(&rest[..open]);
                let tag = &rest[open + 1..open + close];
                let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
                let inline = name.is_some_and(|name| INLINE.contains(&name));
                rest = &rest[open + close + 1..];
                if !inline && !text.is_empty() && !text.ends_with(char::is_whitespace) {
                    text.push(' ');
                }
            }
            None => {
                text.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    text.push_str(rest);
    unescape_html(&text).trim().to_owned()
}

/// The entities that WordPress writes: five by name, any by number.
pub fn unescape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity known here is `&#x10ffff;`: a page full of `&` must not be searched from each of them.
        let entity = rest.bytes().take(10).position(|byte| byte == b';').map_or("", |end| &rest[1..end]);
        match character(entity) {
            Some(character) => {
                out.push(character);
                rest = &rest[entity.len() + 2..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
        return code.ok().and_then(char::from_u32).filter(|&character| character != '\0');
    }
    [("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' '), ("amp", '&')]
        .iter()
        .find_map(|&(name, character)| (name == entity).then_some(character))
}
