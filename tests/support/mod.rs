//! What the native tests share: the recordings, a driver without a network, and what must come of each recording.
#![allow(dead_code)]

pub mod drive;
pub mod expected;
pub mod flow;
pub mod linear;
pub mod oracle;
pub mod play;
pub mod service;
pub mod tape;
pub mod toy;
pub mod unplayed;

/// The JSON of the tests, which is serde_json's: the core's own kind of it.
pub fn ours(value: &serde_json::Value) -> rivulet::json::Value {
    rivulet::json::parse(value.to_string().as_bytes()).unwrap().value
}

/// And back, for comparing: order and writing of numbers mean nothing.
pub fn theirs(value: &rivulet::json::Value) -> serde_json::Value {
    serde_json::from_str(&value.to_string()).unwrap()
}

/// For property tests. A failure is printed with its smallest input; that belongs into a test of its own, not into a file.
pub fn cases(count: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { cases: count, failure_persistence: None, ..Default::default() }
}

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
