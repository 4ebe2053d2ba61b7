//! The texts of consecutive frames of one kind, collected for a single call into JavaScript.

use crate::swar::Word;

/// A run of text pieces as one string with the end of each piece. Crossing into JavaScript once for a run costs half of
/// crossing once for each piece.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// The text as UTF-8 in the first `length` bytes. The bytes after that are spare capacity, already initialised.
    bytes: Vec<u8>,
    length: usize,
    /// The length of the text in UTF-16 code units, which is how JavaScript counts.
    units: usize,
    /// The end of each piece in UTF-16 code units.
    ends: Vec<u32>,
}

impl Pieces {
    /// All pieces as one string.
    pub fn text(&self) -> &str {
        self.since((0, 0))
    }

    /// The text that was appended after `start`, which is an earlier value of [`Pieces::start`].
    pub fn since(&self, start: (usize, usize)) -> &str {
        // The bytes are always valid UTF-8, since only whole characters are appended.
        self.bytes().get(start.0..).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// All pieces as one string, without copying it. The boundaries between the pieces are lost.
    pub fn into_text(mut self) -> String {
        self.bytes.truncate(self.length);
        self.bytes.shrink_to_fit();
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    /// All pieces as UTF-8.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The end of each piece in UTF-16 code units, in ascending order.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The bytes of a short text as four little-endian numbers, so that JavaScript can get them as arguments instead of
    /// a string. `None`: the text is longer than 16 bytes or not ASCII. Bytes after the end of the text may have any
    /// value.
    pub fn short(&self) -> Option<[u32; 4]> {
        let bytes =
            self.bytes.first_chunk::<16>().filter(|bytes| self.length <= bytes.len() && self.units == self.length)?;
        let mut numbers = [0; 4];
        for (number, four) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = u32::from_le_bytes(*four);
        }
        Some(numbers)
    }

    /// Whether there are no pieces.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends `piece` as a piece of its own. An empty piece is dropped.
    pub fn push(&mut self, piece: &str) {
        let start = self.start();
        self.put_str(piece);
        self.end_piece(start);
    }

    /// The current end of the text, in bytes and in UTF-16 code units: where the next piece begins.
    /// [`Pieces::end_piece`] and [`Pieces::truncate`] take it.
    pub fn start(&self) -> (usize, usize) {
        (self.length, self.units)
    }

    /// Makes one piece of everything that was appended after `start`. If that is nothing, no piece is added.
    #[inline(always)]
    pub fn end_piece(&mut self, start: (usize, usize)) {
        if self.length > start.0 {
            self.ends.push(self.units as u32);
        }
    }

    /// Removes everything that was appended after `start`, for a frame that turned out not to match. Must not be called
    /// after [`Pieces::end_piece`] with the same `start`.
    pub fn truncate(&mut self, start: (usize, usize)) {
        (self.length, self.units) = start;
    }

    /// Appends a part of a piece. [`Pieces::end_piece`] ends the piece.
    pub fn put_str(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let word = Word::at(bytes, at);
            self.put_bytes(word.0, (bytes.len() - at).min(8));
            self.units = self.units + word.four_byte_starts() - word.continuation_bytes();
            at += 8;
        }
    }

    /// Appends one character to the current piece.
    pub fn put_char(&mut self, character: char) {
        if character.is_ascii() {
            return self.put_bytes(character.into(), 1);
        }
        let mut bytes = [0; 8];
        let length = character.encode_utf8(&mut bytes).len();
        self.put_bytes(u64::from_le_bytes(bytes), length);
        self.units -= length - character.len_utf16();
    }

    /// Appends the first `count` bytes (at most 8) of the little-endian number `word`, and counts each of them as one
    /// UTF-16 code unit. All eight bytes are written in one store, which is faster than a copy of `count` bytes.
    #[inline(always)]
    pub fn put_bytes(&mut self, word: u64, count: usize) {
        loop {
            if let Some(spare) = self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
                *spare = word.to_le_bytes();
                self.length += count;
                self.units += count;
                return;
            }
            self.grow();
        }
    }

    /// Doubles the capacity, from 64 bytes at least. Rarely called, so it stays out of the hot path.
    #[cold]
    fn grow(&mut self) {
        self.bytes.resize(self.bytes.len().max(32) * 2, 0);
    }

    /// Removes all pieces. The capacity stays for the next run, unless it is more than 64 KiB.
    pub fn clear(&mut self) {
        if self.bytes.len() > 64 * 1024 {
            self.bytes = Vec::new();
        }
        self.truncate((0, 0));
        self.ends.clear();
    }
}

impl From<&str> for Pieces {
    fn from(piece: &str) -> Pieces {
        let mut pieces = Pieces::default();
        pieces.push(piece);
        pieces
    }
}

impl PartialEq for Pieces {
    fn eq(&self, other: &Pieces) -> bool {
        (self.bytes(), &self.ends) == (other.bytes(), &other.ends)
    }
}
