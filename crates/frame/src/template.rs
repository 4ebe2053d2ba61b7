//! Finds text by scanning instead of parsing.
//!
//! Nearly all frames of a reply differ only in one JSON string, and perhaps in a number or a time that does not matter
//! for the text. A [`Template`] remembers the bytes around these, framing included. Where the next bytes equal them,
//! the frame must mean the same, and only the string has to be unescaped. Everything else - another kind of frame, an
//! unknown key, an unusual escape, broken UTF-8 - is left to the protocol's decoder. Both ways give the same text,
//! which a property test holds (`tests/scan/`).

use std::ops::Range;

use crate::Pieces;
use crate::escape::escape;
use crate::swar::{Word, first_marked};

/// The bytes of a frame with holes where frames of its kind may differ. The default has no holes and matches nothing.
#[derive(Debug, Default)]
pub struct Template {
    /// The bytes that are the same in each frame, without those of the holes.
    same: Vec<u8>,
    /// The offset in `same` at which each hole lies, in ascending order, and what the hole may hold.
    holes: Vec<(usize, Hole)>,
    /// See [`FrameLayout::tag`].
    pub tag: usize,
}

/// What may stand in a hole of a template.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hole {
    /// The inside of the JSON string that is the text.
    Text,
    /// The inside of another JSON string, ASCII without escapes. It is skipped.
    String,
    /// A whole number without a sign. It is skipped.
    Number,
}

/// Where the text lies in the data of a frame, and which values differ from frame to frame without a meaning. Ranges
/// are in bytes from the start of the data.
#[derive(Debug, PartialEq)]
pub struct FrameLayout {
    /// The inside of the JSON string that is the text, without its quotes.
    pub text: Range<usize>,
    /// The insides of strings, or whole numbers, that may differ in other frames.
    pub varying: Vec<Range<usize>>,
    /// A number of the sink's own, by which [`Sink::scan`](crate::Sink::scan) knows what kind of text this is.
    pub tag: usize,
}

impl Template {
    /// Makes this the template of frames like `frame`, which is a whole frame with its line ends, whose data begins at
    /// byte `data_at`. If the ranges overlap or lie outside the frame, the template matches nothing.
    pub fn set_layout(&mut self, frame: &[u8], data_at: usize, FrameLayout { text, varying, tag }: FrameLayout) {
        self.tag = tag;
        self.same = Vec::with_capacity(frame.len());
        self.holes = Vec::with_capacity(1 + varying.len());
        let mut ranges = varying;
        ranges.push(text.clone());
        let mut from = 0;
        // Holes are added in ascending order. There are only a few of them.
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

    /// Appends the texts of the frames at the start of `bytes` that match, one piece each. No frame may be longer than
    /// `limit` bytes, and the texts together may not be longer than `most_text` bytes. Returns the number of bytes that
    /// were taken.
    pub fn scan(&self, bytes: &[u8], limit: usize, most_text: usize, pieces: &mut Pieces) -> usize {
        let mut at = 0;
        if self.holes.is_empty() {
            return at;
        }
        let (length, _) = pieces.start();
        let most = length.saturating_add(most_text);
        loop {
            let start = pieces.start();
            match self.frame(&bytes[at..], pieces) {
                Some(length) if length <= limit && pieces.start().0 <= most => at += length,
                _ => {
                    pieces.truncate(start);
                    return at;
                }
            }
            pieces.end_piece(start);
        }
    }

    /// Appends the text of the frame at the start of `bytes`, and returns the length of the frame in bytes. `None`: it
    /// does not match, and a part of the text may have been appended.
    #[inline(always)]
    fn frame(&self, bytes: &[u8], pieces: &mut Pieces) -> Option<usize> {
        let (mut at, mut from) = (0, 0);
        for &(to, hole) in &self.holes {
            at = after_literal(bytes, at, self.same.get(from..to)?)?;
            at = match hole {
                Hole::Text => scan_text(bytes, at, pieces)?,
                Hole::String => plain_end(bytes, at)?,
                Hole::Number => number_end(bytes, at)?,
            };
            from = to;
        }
        after_literal(bytes, at, self.same.get(from..)?)
    }
}

/// Removes the range that begins first. Used instead of `sort`, which would weigh more than the whole scanner.
fn take_first(ranges: &mut Vec<Range<usize>>) -> Option<Range<usize>> {
    let mut first = 0;
    for at in 1..ranges.len() {
        if ranges[at].start < ranges[first].start {
            first = at;
        }
    }
    (first < ranges.len()).then(|| ranges.swap_remove(first))
}

/// Where `wanted` ends, if it stands at `at`. Compares sixteen bytes at a time, the last ones perhaps twice: on wasm32
/// the standard library compares single bytes, which was more than half of what an event cost here.
#[inline(always)]
fn after_literal(bytes: &[u8], at: usize, wanted: &[u8]) -> Option<usize> {
    let end = at + wanted.len();
    let found = bytes.get(at..end)?;
    let same = match wanted.last_chunk::<16>() {
        Some(last) => {
            found.last_chunk::<16>() == Some(last) && {
                let mut pairs = found.as_chunks::<16>().0.iter().zip(wanted.as_chunks::<16>().0);
                pairs.all(|(one, other)| u128::from_ne_bytes(*one) == u128::from_ne_bytes(*other))
            }
        }
        None => found.iter().eq(wanted),
    };
    same.then_some(end)
}

/// The position of the quote that ends the JSON string whose inside begins at `at`. `None`: the string holds an escape
/// or anything but printable ASCII, or does not end here.
pub fn plain_end(bytes: &[u8], at: usize) -> Option<usize> {
    let at = at + plain_length(bytes, at);
    (bytes.get(at) == Some(&b'"')).then_some(at)
}

/// How many bytes from `at` on stand for themselves in a JSON string: ASCII without quotes, backslashes and control characters.
pub fn plain_length(bytes: &[u8], at: usize) -> usize {
    let mut length = 0;
    loop {
        match Word::at(bytes, at + length).special_bytes() {
            0 => length += 8,
            special => return length + first_marked(special),
        }
    }
}

/// Where the whole number at `at` ends. `None`: there is none, it has a leading zero, or it may go on in the next
/// chunk.
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    (length == 1 || length > 1 && rest[0] != b'0').then_some(at + length)
}

/// Appends the unescaped inside of the JSON string that begins at `at`, and returns the position of the quote that ends
/// it. `None`: the string does not end here, or holds something that the protocol's decoder has to judge (a lone
/// surrogate, a control character, broken UTF-8); a part of the text may have been appended then.
#[inline(never)]
pub fn text_end(bytes: &[u8], at: usize, pieces: &mut Pieces) -> Option<usize> {
    scan_text(bytes, at, pieces)
}

/// [`text_end`], inlined into the scanner. Reads eight bytes at a time.
#[inline(always)]
fn scan_text(bytes: &[u8], mut at: usize, pieces: &mut Pieces) -> Option<usize> {
    loop {
        let word = Word::at(bytes, at);
        let special = word.special_bytes();
        // The special byte and those after it are written behind the text, too, and overwritten by the next word.
        let plain = if special == 0 { 8 } else { first_marked(special) };
        pieces.put_bytes(word.0, plain);
        at += plain;
        if special == 0 {
            continue;
        }
        match *bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => {
                let (character, width) = escape(&bytes[at..])?;
                pieces.put_char(character);
                at += width;
            }
            0x80.. => {
                let rest = &bytes[at..];
                let run = &rest[..rest.iter().position(u8::is_ascii)?];
                pieces.put_str(std::str::from_utf8(run).ok()?);
                at += run.len();
            }
            _ => return None,
        }
    }
}
