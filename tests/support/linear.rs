//! Whether a cost is in proportion to what causes it. Times are compared within one process, since seconds say as much about the
//! machine as about the code.

use std::time::{Duration, Instant};

/// The least time of three, which the machine's other work disturbed least.
pub fn least_time(mut work: impl FnMut()) -> Duration {
    let times = [(); 3].map(|()| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    times.into_iter().min().unwrap_or_default()
}

/// Asserts that eight times as much costs less than 28 times the time. In proportion it would be 8 times, and 64 where the cost is
/// the square. A busy machine makes single runs slow at random, so that the least times of up to twenty rounds are compared.
#[track_caller]
pub fn assert_linear(little: usize, mut work: impl FnMut(usize)) {
    let (mut few, mut many) = (Duration::MAX, Duration::MAX);
    for _ in 0..20 {
        few = few.min(least_time(|| work(little)));
        many = many.min(least_time(|| work(8 * little)));
        if many < few * 28 {
            return;
        }
    }
    panic!("{many:?} for {} after {few:?} for {little}", 8 * little);
}
