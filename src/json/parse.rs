//! Reads JSON of servers the way JavaScript's `JSON.parse` reads it.
//!
//! `serde_json` is the oracle of the tests, but it is not in the module: it refuses what JavaScript takes and real
//! services send (halves of a surrogate pair in escapes, numbers beyond the range of a double), and with its maps and
//! its tables for floats it weighs 60 kB gzipped, as much as everything else together. Numbers stay text here, since
//! nothing calculates with them.

use std::borrow::Cow;
use std::ops::Range;

use super::locate::PLAIN_DEPTH;
use super::surrogates::LONE_SURROGATE_OFFSET;
use super::{Map, Value};
use crate::frame::escape::{escape, hex4};
use crate::frame::{Pieces, plain_end, text_end};
use crate::text::{lossy, parse_number};

/// Levels of nesting that are read. No real answer is nested deeper, and the stack of a wasm module is small.
pub(super) const MAX_DEPTH: u8 = 128;

/// What [`parse`] read.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The value. Its strings hold private-use characters in place of lone surrogates where `has_lone_surrogates` is
    /// set.
    pub value: Value,
    /// Whether a string holds half of a surrogate pair. [`super::SurrogateJoiner`] puts such halves together again.
    pub has_lone_surrogates: bool,
}

/// The error of a text that is not JSON, or is nested deeper than 128 levels. It contains neither the text nor the
/// position of the mistake: the text may be private, and the position helps nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// Reads a JSON text in UTF-8. A byte order mark before it is skipped, and bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// [`Invalid`]: `text` is not JSON, or is nested deeper than 128 levels.
pub fn parse(text: &[u8]) -> Result<Parsed, Invalid> {
    // `response.json()` skips a byte order mark, too. WordPress themes saved with one put it before every answer of
    // their site.
    let text = lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let mut reader = Reader::new(&text, MAX_DEPTH, None);
    let value = reader.document(None).ok_or(Invalid)?;
    Ok(Parsed { value, has_lone_surrogates: reader.has_lone_surrogates })
}

/// Reads one JSON text, either into a [`Value`] or only to find a place in it.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) at: usize,
    /// Levels of nesting that are still allowed.
    depth: u8,
    has_lone_surrogates: bool,
    /// `None`: values are built. Otherwise no values are built, and `found` and `varying` are filled: see
    /// [`super::locate()`].
    members: Option<&'a [&'a str]>,
    /// Items and members of the arrays and objects that are not whole. Each that is takes its own from the end, in one piece of
    /// exactly their size.
    items: Vec<Value>,
    fields: Vec<(String, Value)>,
    /// Where the inside of the string or number at the path lies.
    pub(super) found: Option<Range<usize>>,
    /// Where the values of `members` lie.
    pub(super) varying: Vec<Range<usize>>,
}

/// What `all` has from `start` on, which is then no longer there.
fn take_from<T>(all: &mut Vec<T>, start: usize) -> Vec<T> {
    if start == 0 { std::mem::take(all) } else { all.split_off(start) }
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, depth: u8, members: Option<&'a [&'a str]>) -> Self {
        let (items, fields) = (Vec::new(), Vec::new());
        Reader {
            text,
            at: 0,
            depth,
            has_lone_surrogates: false,
            members,
            items,
            fields,
            found: None,
            varying: Vec::new(),
        }
    }

    /// What is read.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Reads the whole text, which must be one value with nothing but blanks around it. `path`: see [`Reader::value`].
    pub(super) fn document(&mut self, path: Option<&[&str]>) -> Option<Value> {
        let value = self.value(path)?;
        self.skip_blanks();
        (self.at == self.text.len()).then_some(value)
    }

    /// Reads one value. `path` leads from this value to the wanted one; `None` where the wanted value is not in here.
    /// Returns `None` where the text is not JSON, or a key on the path is repeated.
    fn value(&mut self, path: Option<&[&str]>) -> Option<Value> {
        self.skip_blanks();
        match self.peek()? {
            b'"' => {
                let start = self.at + 1;
                let text = self.string()?;
                if path.is_some_and(<[_]>::is_empty) {
                    self.found = Some(start..self.at - 1);
                }
                Some(if self.builds_values() { Value::String(text.into_owned()) } else { Value::Null })
            }
            b'{' => self.nested(b'}', path),
            b'[' => self.nested(b']', path),
            b't' => self.literal("true").map(|()| Value::Bool(true)),
            b'f' => self.literal("false").map(|()| Value::Bool(false)),
            b'n' => self.literal("null").map(|()| Value::Null),
            _ => {
                let start = self.at;
                let number = self.number()?;
                if path.is_some_and(<[_]>::is_empty) {
                    self.found = Some(start..start + number.len());
                }
                Some(if self.builds_values() { Value::Number(number.into()) } else { Value::Null })
            }
        }
    }

    /// Reads an object or an array, up to and including `close`.
    fn nested(&mut self, close: u8, path: Option<&[&str]>) -> Option<Value> {
        self.depth = self.depth.checked_sub(1)?;
        let is_object = close == b'}';
        let (items, fields) = (self.items.len(), self.fields.len());
        let mut index = 0;
        let (step, deeper) = path.and_then(<[_]>::split_first).unzip();
        let mut seen = false;
        self.at += 1;
        self.skip_blanks();
        if !self.take(close) {
            loop {
                let mut key = Cow::Borrowed("");
                if is_object {
                    self.skip_blanks();
                    key = self.string()?;
                    self.skip_blanks();
                    self.take(b':').then_some(())?;
                }
                let on_path = step.is_some_and(|step| match is_object {
                    true => key == *step,
                    false => parse_number(step, 10) == Some(index),
                });
                if on_path && std::mem::replace(&mut seen, true) {
                    return None;
                }
                let is_outermost = self.depth + 1 == PLAIN_DEPTH;
                let value = if is_outermost && self.members.is_some_and(|members| members.contains(&&*key)) {
                    let text = self.found.take();
                    let value = self.value(Some(&[]))?;
                    self.varying.extend(std::mem::replace(&mut self.found, text));
                    value
                } else {
                    self.value(if on_path { deeper } else { None })?
                };
                index += 1;
                match is_object {
                    _ if !self.builds_values() => {}
                    true => self.fields.push((key.into_owned(), value)),
                    false => self.items.push(value),
                }
                self.skip_blanks();
                if self.take(close) {
                    break;
                }
                self.take(b',').then_some(())?;
            }
        }
        self.depth += 1;
        Some(match is_object {
            true => Map::from_members(take_from(&mut self.fields, fields)).into(),
            false => take_from(&mut self.items, items).into(),
        })
    }

    /// Whether values are wanted, and not only places.
    fn builds_values(&self) -> bool {
        self.members.is_none()
    }

    /// Reads a string. Two fast ways come first: a string without escapes is not copied, and one whose escapes are all
    /// ordinary is unescaped by the scanner's code.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"').then_some(())?;
        if let Some(end) = plain_end(self.text.as_bytes(), self.at) {
            let text = self.text.get(self.at..end)?;
            self.at = end + 1;
            return Some(text.into());
        }
        let mut pieces = Pieces::default();
        if let Some(end) = text_end(self.text.as_bytes(), self.at, &mut pieces) {
            self.at = end + 1;
            return Some(pieces.into_text().into());
        }
        let mut out = String::new();
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let plain = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            out.push_str(self.text.get(self.at..self.at + plain)?);
            self.at += plain + 1;
            match rest.get(plain)? {
                b'"' => return Some(out.into()),
                b'\\' => out.push(self.escape()?),
                _ => return None,
            }
        }
    }

    /// The character of the escape whose backslash was just read. Half of a surrogate pair becomes a private-use
    /// character.
    fn escape(&mut self) -> Option<char> {
        let bytes = self.text.as_bytes();
        if let Some((character, width)) = escape(bytes.get(self.at - 1..)?) {
            self.at += width - 1;
            return Some(character);
        }
        let half = hex4(bytes, self.at + 1).filter(|code| self.peek() == Some(b'u') && (0xd800..0xe000).contains(code));
        self.at += 5;
        self.has_lone_surrogates = true;
        char::from_u32(LONE_SURROGATE_OFFSET + half?)
    }

    /// A number as it is written (RFC 8259, section 6).
    pub(super) fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'-') || self.take(b'+');
            self.digits()?;
        }
        self.text.get(start..self.at)
    }

    /// Skips one or more digits.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// Skips `word`, which is `true`, `false` or `null`.
    fn literal(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    /// Skips `byte` if it comes next, and says whether it did.
    #[inline(always)]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Skips white space. Services send hardly any, so the usual case is one comparison.
    #[inline(always)]
    pub(super) fn skip_blanks(&mut self) {
        if self.peek() <= Some(b' ') {
            self.skip_many_blanks();
        }
    }

    fn skip_many_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// The next byte, which is not skipped.
    #[inline(always)]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
