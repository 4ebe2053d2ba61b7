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
/// the square.
pub fn assert_linear(little: usize, mut work: impl FnMut(usize)) {
    let (few, many) = (least_time(|| work(little)), least_time(|| work(8 * little)));
    assert!(many < few * 28, "{many:?} for {} after {few:?} for {little}", 8 * little);
}
