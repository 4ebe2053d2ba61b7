//! The texts of a run of frames.

use crate::swar::Word;

/// A run of text pieces as one string: crossing into JavaScript once costs half of crossing once a piece.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    /// UTF-8, and room behind it.
    bytes: Vec<u8>,
    length: usize,
    /// The same length in UTF-16 code units, which is how JavaScript counts.
    units: usize,
    ends: Vec<u32>,
}

impl Pieces {
    /// All pieces as one.
    pub fn text(&self) -> &str {
        self.since((0, 0))
    }

    /// What was put in from `start` on.
    pub fn since(&self, start: (usize, usize)) -> &str {
        // Only characters are put in.
        self.bytes().get(start.0..).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    pub fn into_text(mut self) -> String {
        self.bytes.truncate(self.length);
        self.bytes.shrink_to_fit();
        String::from_utf8(self.bytes).unwrap_or_default()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// End of each piece in UTF-16 code units.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Of a text that is ASCII and no longer than this: its bytes as four numbers, with whatever lies behind them.
    pub fn short(&self) -> Option<[u32; 4]> {
        let bytes =
            self.bytes.first_chunk::<16>().filter(|bytes| self.length <= bytes.len() && self.units == self.length)?;
        let mut numbers = [0; 4];
        for (number, four) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = u32::from_le_bytes(*four);
        }
        Some(numbers)
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn push(&mut self, piece: &str) {
        let start = self.start();
        self.put_str(piece);
        self.end_piece(start);
    }

    /// Where the next piece begins; see `end_piece` and `truncate`.
    pub fn start(&self) -> (usize, usize) {
        (self.length, self.units)
    }

    /// Makes a piece of what was put in from `start` on. An empty piece is none.
    #[inline(always)]
    pub fn end_piece(&mut self, start: (usize, usize)) {
        if self.length > start.0 {
            self.ends.push(self.units as u32);
        }
    }

    /// What was put in from `start` on was none.
    pub fn truncate(&mut self, start: (usize, usize)) {
        (self.length, self.units) = start;
    }

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

    pub fn put_char(&mut self, character: char) {
        if character.is_ascii() {
            return self.put_bytes(character.into(), 1);
        }
        let mut bytes = [0; 8];
        let length = character.encode_utf8(&mut bytes).len();
        self.put_bytes(u64::from_le_bytes(bytes), length);
        self.units -= length - character.len_utf16();
    }

    /// The first `count` bytes of eight, as if they were ASCII: all eight are written in one go.
    #[inline(always)]
    pub fn put_bytes(&mut self, word: u64, count: usize) {
        loop {
            if let Some(room) = self.bytes.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
                *room = word.to_le_bytes();
                self.length += count;
                self.units += count;
                return;
            }
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.bytes.resize(self.bytes.len().max(32) * 2, 0);
    }

    /// Keeps the room for the next run, but not that of a giant.
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
