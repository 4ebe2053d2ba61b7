//! Tests of eight bytes at a time, in one number ("SIMD within a register").
//!
//! A test sets the high bit of each byte that it is true for. The result is exact up to and including the lowest set
//! bit; bits above that one may be wrong.

/// A one in each byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Eight bytes as a little-endian number.
#[derive(Clone, Copy)]
pub struct Word(pub u64);

impl Word {
    /// The eight bytes at `at`. Bytes beyond the end are zero.
    #[inline(always)]
    pub fn at(bytes: &[u8], at: usize) -> Word {
        let rest = bytes.get(at..).unwrap_or_default();
        Word(match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        })
    }

    /// Marks the bytes that do not stand for themselves in a JSON string: quotes, backslashes, control characters, and
    /// everything that is not ASCII.
    #[inline(always)]
    pub fn special_bytes(self) -> u64 {
        (self.equal_to(b'"') | self.equal_to(b'\\') | self.less_than(0x20) | self.0) & (EACH * 0x80)
    }

    /// Marks CR and LF.
    #[inline(always)]
    pub fn line_ends(self) -> u64 {
        (self.equal_to(b'\n') | self.equal_to(b'\r')) & (EACH * 0x80)
    }

    /// The number of bytes that are not the first byte of a UTF-8 character.
    #[inline(always)]
    pub fn continuation_bytes(self) -> usize {
        (self.0 & !(self.0 << 1) & (EACH * 0x80)).count_ones() as usize
    }

    /// The number of bytes that begin a character beyond U+FFFF. Such a character is two UTF-16 code units.
    #[inline(always)]
    pub fn four_byte_starts(self) -> usize {
        (self.0 & (self.0 << 1) & (self.0 << 2) & (self.0 << 3) & (EACH * 0x80)).count_ones() as usize
    }

    /// Marks the bytes that equal `byte`.
    #[inline(always)]
    fn equal_to(self, byte: u8) -> u64 {
        Word(self.0 ^ (EACH * u64::from(byte))).less_than(1)
    }

    /// Marks the bytes below `than`, which must be at most 0x80.
    #[inline(always)]
    fn less_than(self, than: u64) -> u64 {
        self.0.wrapping_sub(EACH * than) & !self.0
    }
}

/// The index of the lowest marked byte. `bits` must not be 0.
#[inline(always)]
pub fn first_marked(bits: u64) -> usize {
    bits.trailing_zeros() as usize / 8
}
