//! Eight bytes at a time, in one number: what a `Word` says of its bytes is a high bit in each that is meant, true up to the
//! lowest of them.

const EACH: u64 = 0x0101_0101_0101_0101;

#[derive(Clone, Copy)]
pub struct Word(pub u64);

impl Word {
    /// The eight bytes at `at`, with zeros for what is not there.
    #[inline(always)]
    pub fn at(bytes: &[u8], at: usize) -> Word {
        let rest = bytes.get(at..).unwrap_or_default();
        Word(match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        })
    }

    /// What does not stand for itself in a JSON string: quote, backslash, control characters, whatever is not ASCII.
    #[inline(always)]
    pub fn special_bytes(self) -> u64 {
        (self.equal_to(b'"') | self.equal_to(b'\\') | self.less_than(0x20) | self.0) & (EACH * 0x80)
    }

    #[inline(always)]
    pub fn line_ends(self) -> u64 {
        (self.equal_to(b'\n') | self.equal_to(b'\r')) & (EACH * 0x80)
    }

    /// How many bytes of UTF-8 are not the first of their character.
    #[inline(always)]
    pub fn continuation_bytes(self) -> usize {
        (self.0 & !(self.0 << 1) & (EACH * 0x80)).count_ones() as usize
    }

    /// How many characters beyond the first plane begin, which are two code units of UTF-16.
    #[inline(always)]
    pub fn four_byte_starts(self) -> usize {
        (self.0 & (self.0 << 1) & (self.0 << 2) & (self.0 << 3) & (EACH * 0x80)).count_ones() as usize
    }

    #[inline(always)]
    fn equal_to(self, byte: u8) -> u64 {
        Word(self.0 ^ (EACH * u64::from(byte))).less_than(1)
    }

    #[inline(always)]
    fn less_than(self, than: u64) -> u64 {
        self.0.wrapping_sub(EACH * than) & !self.0
    }
}

/// Place of the byte with the lowest bit.
#[inline(always)]
pub fn first_marked(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
}
