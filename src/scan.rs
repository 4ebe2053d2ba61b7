//! Text found by scanning instead of parsing.
//!
//! Of a reply's frames nearly all differ in one JSON string only, and perhaps in a count or a time that means nothing for
//! the text. A [`Template`] remembers the bytes around these, framing included; where the next bytes are the same ones,
//! the frame must mean the same, and only the string is unescaped. Anything else - another kind of frame, an unknown key,
//! an escape that is not plain, broken UTF-8 - is not for the scanner: [`json::parse`] decides. Both ways give the same
//! text, and a property test (`tests/scan.rs`) says so. Measured on the prototype: 89 ns an event instead of 533 (design,
//! section 5).

use std::ops::Range;

use crate::json::{self, Halves, join};

#[derive(Debug, Default)]
pub struct Template {
    /// The bytes that are the same in each frame; holes lie between them.
    same: Vec<u8>,
    /// Where in `same` each hole lies, in their order.
    holes: Vec<(usize, Hole)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Hole {
    /// The inside of the string that is the text.
    Text,
    /// The inside of a string that is not.
    String,
    Number,
}

/// Where in a frame's data the text lies, and values of no meaning that differ from frame to frame.
#[derive(Debug, PartialEq)]
pub struct Lesson {
    pub text: Range<usize>,
    pub varying: Vec<Range<usize>>,
}

impl Template {
    /// `frame` is a whole frame with its line ends, whose data begins at `data_at`.
    pub fn learn(&mut self, frame: &[u8], data_at: usize, Lesson { text, varying }: Lesson) {
        self.same.clear();
        self.holes.clear();
        let mut ranges = varying;
        ranges.push(text.clone());
        let mut from = 0;
        // The nearest first; they are few.
        while let Some(range) = take_first(&mut ranges) {
            let (start, end) = (data_at + range.start, data_at + range.end);
            let Some(before) = frame.get(from..start) else { return self.holes.clear() };
            self.same.extend_from_slice(before);
            let hole = match before.last() {
                _ if range == text => Hole::Text,
                Some(b'"') => Hole::String,
                _ => Hole::Number,
            };
            self.holes.push((self.same.len(), hole));
            from = end;
        }
        self.same.extend_from_slice(frame.get(from..).unwrap_or_default());
    }

    /// If a frame of this shape begins `bytes`: the inside of its string and the frame's length.
    #[inline]
    pub fn matches<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let (mut at, mut from) = (0, 0);
        let mut text = None;
        for &(to, hole) in &self.holes {
            let rest = strip(bytes.get(at..)?, &self.same[from..to])?;
            let length = match hole {
                Hole::Text => string_end(rest)?,
                Hole::String => plain_end(rest)?,
                Hole::Number => number_end(rest)?,
            };
            if hole == Hole::Text {
                text = Some(&rest[..length]);
            }
            at += to - from + length;
            from = to;
        }
        let (text, tail) = (text?, &self.same[from..]);
        strip(&bytes[at..], tail).map(|_| (text, at + tail.len()))
    }
}

/// `sort` of the standard library weighs more than the scanner.
fn take_first(ranges: &mut Vec<Range<usize>>) -> Option<Range<usize>> {
    let mut first = 0;
    for at in 1..ranges.len() {
        if ranges[at].start < ranges[first].start {
            first = at;
        }
    }
    (first < ranges.len()).then(|| ranges.swap_remove(first))
}

/// As `strip_prefix`, eight bytes at a time: on wasm32 the standard library compares single bytes, which was more than half
/// of what an event cost here.
#[inline]
fn strip<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(prefix.len())?;
    let ((words, tail), (others, other_tail)) = (start.as_chunks::<8>(), prefix.as_chunks::<8>());
    let same = |(one, other): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*one) == u64::from_ne_bytes(*other);
    (words.iter().zip(others).all(same) && tail.iter().eq(other_tail)).then_some(rest)
}

/// As [`string_end`], for a string without escapes, of ASCII.
fn plain_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().position(|&byte| !matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~'))?;
    (bytes[end] == b'"').then_some(end)
}

/// Where a whole number without sign ends.
fn number_end(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
    (end == 1 || end > 1 && bytes[0] != b'0').then_some(end)
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
