//! Text found by scanning instead of parsing.
//!
//! Of a reply's frames nearly all differ in one JSON string only, and perhaps in a count or a time that means nothing for
//! the text. A [`Template`] remembers the bytes around these, framing included; where the next bytes are the same ones,
//! the frame must mean the same, and only the string is unescaped. Anything else - another kind of frame, an unknown key,
//! an escape that is not plain, broken UTF-8 - is not for the scanner: the protocol's decoder decides. Both ways give the
//! same text, and a property test (`tests/scan/`) says so.

use std::ops::Range;

use crate::Pieces;
use crate::escape::escape;
use crate::swar::{Word, first_marked};

#[derive(Debug, Default)]
pub struct Template {
    /// The bytes that are the same in each frame; holes lie between them.
    same: Vec<u8>,
    /// Where in `same` each hole lies, in their order.
    holes: Vec<(usize, Hole)>,
    /// See [`FrameLayout`].
    pub tag: usize,
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
pub struct FrameLayout {
    pub text: Range<usize>,
    pub varying: Vec<Range<usize>>,
    /// For the sink to tell kinds of frames apart.
    pub tag: usize,
}

impl Template {
    /// `frame` is a whole frame with its line ends, whose data begins at `data_at`.
    pub fn set_layout(&mut self, frame: &[u8], data_at: usize, FrameLayout { text, varying, tag }: FrameLayout) {
        self.tag = tag;
        self.same = Vec::with_capacity(frame.len());
        self.holes = Vec::with_capacity(1 + varying.len());
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

    /// Takes as many frames of this shape as begin `bytes`, none of them longer than `limit`, and their texts at most `room` bytes
    /// together. How many bytes they are.
    pub fn scan(&self, bytes: &[u8], limit: usize, room: usize, pieces: &mut Pieces) -> usize {
        let mut at = 0;
        if self.holes.is_empty() {
            return at;
        }
        let (length, _) = pieces.start();
        let most = length.saturating_add(room);
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

    /// Appends the text of a frame. How long the frame is.
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

/// Where `wanted` ends that begins at `at`. Sixteen bytes at a time, the last ones perhaps twice: on wasm32 the standard
/// library compares single bytes, which was more than half of what an event cost here.
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

/// Where a string ends that has no escapes and is ASCII.
pub fn plain_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match Word::at(bytes, at).special_bytes() {
            0 => at += 8,
            special => {
                at += first_marked(special);
                return (bytes.get(at) == Some(&b'"')).then_some(at);
            }
        }
    }
}

/// Where a whole number without sign ends.
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_digit())?;
    (length == 1 || length > 1 && rest[0] != b'0').then_some(at + length)
}

/// Appends what the inside of a JSON string means, up to the quote that ends it, whose place is returned. `None`: it has
/// no end here, or the protocol has to decide.
#[inline(never)]
pub fn text_end(bytes: &[u8], at: usize, pieces: &mut Pieces) -> Option<usize> {
    scan_text(bytes, at, pieces)
}

/// Eight bytes at a time.
#[inline(always)]
fn scan_text(bytes: &[u8], mut at: usize, pieces: &mut Pieces) -> Option<usize> {
    loop {
        let word = Word::at(bytes, at);
        let special = word.special_bytes();
        // What is special stands in the room behind the text, and the next word is written over it.
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
