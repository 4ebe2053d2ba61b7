//! What the native tests share: the recordings, a driver without a network, and what must come of each recording.
#![allow(dead_code)]

pub mod drive;
pub mod expected;
pub mod play;
pub mod site;
pub mod tape;
pub mod unplayed;

/// Seeded numbers, so that a failure comes again (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Sorted places at which to cut `length` bytes; some twice, which makes empty chunks.
    pub fn cuts(&mut self, length: usize) -> Vec<usize> {
        let count = 1 + self.below(1 + length.min(40));
        let mut cuts: Vec<usize> = (0..count).map(|_| self.below(length + 1)).collect();
        cuts.sort_unstable();
        cuts
    }
}
