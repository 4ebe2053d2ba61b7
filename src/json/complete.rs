//! Completes a JSON text that is still being written.

use super::parse::{MAX_DEPTH, Reader};
use crate::frame::escape::{escape, hex4};

/// The beginning of a JSON text, completed: strings, arrays and objects are closed where the text ends in them, a word (`true`) is complete
/// from its first letter on. What may still become something else is left out: a key without a value, an escape that is not whole, half
/// of a surrogate pair, and a number until something follows it. From the first byte on that is no JSON, nothing is read.
///
/// Takes linear time. `None`: no value has begun, or the text is nested deeper than 128 levels.
pub fn complete(text: &str) -> Option<String> {
    let mut completion =
        Completion { reader: Reader::new(text, 0, None), kept: 0, end: "", open: Vec::new(), is_too_deep: false };
    _ = completion.read();
    if completion.is_too_deep || completion.kept == 0 && completion.end.is_empty() {
        return None;
    }
    let mut completed = String::with_capacity(completion.kept + completion.end.len() + completion.open.len());
    completed.push_str(text.get(..completion.kept)?);
    completed.push_str(completion.end);
    completed.extend(completion.open.iter().rev().map(|&close| char::from(close)));
    Some(completed)
}

struct Completion<'a> {
    reader: Reader<'a>,
    /// How much of the text is in the completed one. What is closed there is what `open` has at the end, since both ends of a value are kept.
    kept: usize,
    /// What the value behind it lacks: a quotation mark, or a word.
    end: &'static str,
    /// How the arrays and objects that the text is in are closed.
    open: Vec<u8>,
    is_too_deep: bool,
}

impl Completion<'_> {
    /// Reads until the text ends, or is no JSON: `None`; or until the value is whole.
    fn read(&mut self) -> Option<()> {
        loop {
            self.reader.skip_blanks();
            match self.reader.peek()? {
                bracket @ (b'{' | b'[') => {
                    if self.open.len() == usize::from(MAX_DEPTH) {
                        self.is_too_deep = true;
                        return None;
                    }
                    // In ASCII the closing one follows by two.
                    let close = bracket + 2;
                    self.open.push(close);
                    self.reader.at += 1;
                    self.kept = self.reader.at;
                    self.reader.skip_blanks();
                    if self.reader.peek()? != close {
                        self.key(close)?;
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word("true")?,
                b'f' => self.word("false")?,
                b'n' => self.word("null")?,
                _ => {
                    self.reader.number()?;
                    // A number that the text ends with may go on.
                    self.reader
                        .peek()
                        .filter(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b']' | b'}'))?;
                    self.kept = self.reader.at;
                }
            }
            self.follow()?;
        }
    }

    /// Reads what follows a value, up to where the next one begins.
    fn follow(&mut self) -> Option<()> {
        loop {
            let close = *self.open.last()?;
            self.reader.skip_blanks();
            if self.reader.take(b',') {
                return self.key(close);
            }
            if !self.reader.take(close) {
                return None;
            }
            self.open.pop();
            self.kept = self.reader.at;
        }
    }

    /// Reads the key of a value of an object.
    fn key(&mut self, close: u8) -> Option<()> {
        if close == b'}' {
            self.reader.skip_blanks();
            let kept = self.kept;
            let is_whole = self.string();
            // A key alone says nothing.
            (self.kept, self.end) = (kept, "");
            is_whole?;
            self.reader.skip_blanks();
            self.reader.take(b':').then_some(())?;
        }
        Some(())
    }

    /// Reads a string.
    fn string(&mut self) -> Option<()> {
        self.reader.take(b'"').then_some(())?;
        let bytes = self.reader.text().as_bytes();
        let at = &mut self.reader.at;
        self.end = "\"";
        loop {
            self.kept = *at;
            let rest = bytes.get(*at..)?;
            let plain = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
            *at += plain;
            self.kept = *at;
            let rest = rest.get(plain..)?;
            match rest.first()? {
                b'"' => break,
                b'\\' => *at += width(rest)?,
                _ => return None,
            }
        }
        *at += 1;
        (self.kept, self.end) = (*at, "");
        Some(())
    }

    /// Reads `true`, `false` or `null`.
    fn word(&mut self, word: &'static str) -> Option<()> {
        let rest = self.reader.text().get(self.reader.at..)?;
        if !rest.starts_with(word) {
            if word.starts_with(rest) {
                (self.kept, self.end) = (self.reader.at, word);
            }
            return None;
        }
        self.reader.at += word.len();
        self.kept = self.reader.at;
        Some(())
    }
}

/// How many bytes the escape has that `bytes` begin with. `None`: it is none, or may go on.
fn width(bytes: &[u8]) -> Option<usize> {
    if let Some((_, width)) = escape(bytes) {
        return Some(width);
    }
    let half = hex4(bytes, 2).filter(|_| bytes.get(1) == Some(&b'u'))?;
    // A low half without a high one; or a high one, which stands alone where what follows is no low half.
    let is_alone = half >= 0xdc00
        || match bytes.get(6..8) {
            Some(b"\\u") => bytes.len() >= 12,
            _ => bytes.get(6).is_some_and(|&next| next != b'\\') || bytes.len() >= 8,
        };
    is_alone.then_some(6)
}
