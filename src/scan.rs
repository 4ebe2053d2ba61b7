//! Text found by scanning instead of parsing.
//!
//! Of a reply's frames nearly all differ in one JSON string only. A [`Template`] remembers the bytes around that string,
//! framing included; where the next bytes are the same ones up to the string and after it, the frame must mean the same,
//! and only the string is unescaped. Anything else - another kind of frame, an unknown key, an escape that is not
//! plain, broken UTF-8 - is not for the scanner: [`json::parse`] decides. Both ways give the same text, and a property test
//! (`tests/scan.rs`) says so. Measured on the prototype: 89 ns an event instead of 533 (design, section 5).

use std::ops::Range;

use crate::json::{self, Halves, join};
use crate::text::number;

#[derive(Debug, Default)]
pub struct Template {
    /// From the first byte of the frame up to the string's opening quote, that included.
    head: Vec<u8>,
    /// From the closing quote to the last byte of the frame.
    tail: Vec<u8>,
}

impl Template {
    /// `frame` is a whole frame with its line ends; `text` is where the string's inside lies in it.
    pub fn learn(&mut self, frame: &[u8], text: Range<usize>) {
        let (Some(head), Some(tail)) = (frame.get(..text.start), frame.get(text.end..)) else { return };
        self.head.clear();
        self.head.extend_from_slice(head);
        self.tail.clear();
        self.tail.extend_from_slice(tail);
    }

    /// If a frame of this shape begins `bytes`: the inside of its string and the frame's length.
    #[inline]
    pub fn matches<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], usize)> {
        if self.tail.is_empty() {
            return None;
        }
        let rest = bytes.strip_prefix(self.head.as_slice())?;
        let end = string_end(rest)?;
        rest[end..].starts_with(&self.tail).then(|| (&rest[..end], self.head.len() + end + self.tail.len()))
    }
}

/// Position of the quote that closes the string; `None` where it is not there or a control character comes first.
#[inline]
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return Some(at),
            b'\\' => at += 2,
            0..0x20 => return None,
            _ => at += 1,
        }
    }
    None
}

/// Appends what the inside of a JSON string means. `false`, and nothing appended: [`json::parse`] has to decide.
#[inline]
pub fn unescape(raw: &[u8], halves: &mut Halves, out: &mut String) -> bool {
    let Ok(raw) = std::str::from_utf8(raw) else { return false };
    if !halves.is_waiting() && !raw.as_bytes().contains(&b'\\') {
        out.push_str(raw);
        return true;
    }
    if halves.is_waiting() {
        return false;
    }
    let start = out.len();
    let done = unescape_into(raw, out).is_some();
    if !done {
        out.truncate(start);
    }
    done
}

fn unescape_into(raw: &str, out: &mut String) -> Option<()> {
    let mut rest = raw;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\') {
        out.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        let mut width = 2;
        out.push(match json::simple_escape(escape) {
            Some(character) => character,
            None if escape != b'u' => return None,
            None => {
                let first = json::hex4(rest, at + 2)?;
                width = 6;
                match first {
                    0xd800..0xdc00 => {
                        rest.get(at + 6..at + 8).filter(|next| *next == "\\u")?;
                        let low = json::hex4(rest, at + 8).filter(|low| (0xdc00..0xe000).contains(low))?;
                        width = 12;
                        join(first, low)
                    }
                    _ => char::from_u32(first)?,
                }
            }
        });
        rest = &rest[at + width..];
    }
    out.push_str(rest);
    Some(())
}

/// Where the inside of the string at `path` lies in a JSON text, if that is plain to see: every key on the way once and
/// without escapes. A number in the path is an index, written in digits.
pub fn locate(json: &[u8], path: &[&str]) -> Option<Range<usize>> {
    let mut walker = Walker { json, at: 0, depth: 0 };
    let found = walker.value(Some(path))?;
    walker.blanks();
    if walker.at == json.len() { found } else { None }
}

struct Walker<'a> {
    json: &'a [u8],
    at: usize,
    depth: u8,
}

impl Walker<'_> {
    /// Walks over one value. Outer `None`: not plain JSON. Inner: the string at the end of the path, if it is in here.
    fn value(&mut self, path: Option<&[&str]>) -> Option<Option<Range<usize>>> {
        self.blanks();
        match self.json.get(self.at)? {
            b'"' => {
                let inside = self.string()?;
                Some(path.is_some_and(<[_]>::is_empty).then_some(inside))
            }
            b'{' => self.members(path, b'}'),
            b'[' => self.members(path, b']'),
            _ => {
                let scalar = |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'+' | b'.');
                let length = self.json[self.at..].iter().take_while(|byte| scalar(byte)).count();
                self.at += length;
                (length > 0).then_some(None)
            }
        }
    }

    fn members(&mut self, path: Option<&[&str]>, close: u8) -> Option<Option<Range<usize>>> {
        // Deeper JSON has no template, and this recursion no room on a small stack.
        self.depth = self.depth.checked_add(1).filter(|depth| *depth < 32)?;
        let (step, deeper) = path.and_then(<[_]>::split_first).unzip();
        let (mut found, mut seen, mut index) = (None, false, 0);
        self.at += 1;
        self.blanks();
        if self.json.get(self.at) == Some(&close) {
            self.at += 1;
            self.depth -= 1;
            return Some(None);
        }
        loop {
            self.blanks();
            let on_path = if close == b'}' {
                let key = self.string()?;
                let key = &self.json[key];
                if key.contains(&b'\\') {
                    return None;
                }
                self.blanks();
                self.take(b':')?;
                step.is_some_and(|step| step.as_bytes() == key)
            } else {
                step.is_some_and(|step| number(step, 10) == Some(index))
            };
            if on_path && std::mem::replace(&mut seen, true) {
                return None;
            }
            let inner = self.value(if on_path { deeper } else { None })?;
            found = inner.or(found);
            index += 1;
            self.blanks();
            if self.take(close).is_some() {
                self.depth -= 1;
                return Some(found);
            }
            self.take(b',')?;
        }
    }

    fn string(&mut self) -> Option<Range<usize>> {
        self.take(b'"')?;
        let start = self.at;
        let end = start + string_end(&self.json[start..])?;
        self.at = end + 1;
        Some(start..end)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.json.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.json.get(self.at) {
            self.at += 1;
        }
    }
}
