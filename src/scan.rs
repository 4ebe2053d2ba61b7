//! Text found by scanning instead of parsing.
//!
//! Of a reply's frames nearly all differ in one JSON string only. A [`Template`] remembers the bytes around that string,
//! framing included; where the next bytes are the same ones up to the string and after it, the frame must mean the same,
//! and only the string is unescaped. Anything else - another kind of frame, an unknown key, an escape that is not
//! plain, broken UTF-8 - is not for the scanner: [`json::parse`] decides. Both ways give the same text, and a property test
//! (`tests/scan.rs`) says so. Measured on the prototype: 89 ns an event instead of 533 (design, section 5).

use std::ops::Range;

use crate::json::{self, Halves, join};

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
