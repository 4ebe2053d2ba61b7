//! Whether a cost is in proportion to what causes it. Times are compared within one process, since seconds say as much about the
//! machine as about the code.

use std::fs;
use std::time::{Duration, Instant};

/// The least time of three, which the machine's other work disturbed least.
pub fn least_time(mut work: impl FnMut()) -> Duration {
    let times = [(); 3].map(|()| {
        let start = Clock::start();
        work();
        start.elapsed()
    });
    times.into_iter().min().unwrap_or_default()
}

/// Counts what this thread computes, where the system tells: a busy machine takes none of that. Elsewhere the time that passes.
struct Clock {
    computed: Option<Duration>,
    passed: Instant,
}

impl Clock {
    fn start() -> Clock {
        Clock { computed: computed(), passed: Instant::now() }
    }

    fn elapsed(&self) -> Duration {
        let passed = self.passed.elapsed();
        // The system counts every few milliseconds.
        let counts = |_: &(Duration, Duration)| passed > Duration::from_millis(50);
        self.computed.zip(computed()).filter(counts).map_or(passed, |(before, now)| now - before)
    }
}

/// What this thread has computed so far: on Linux the first number of `schedstat`, in nanoseconds.
fn computed() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// Asserts that eight times as much costs less than 28 times the time. In proportion it would be 8 times, and 64 where the cost is
/// the square. A busy machine makes single runs slow at random, so that the least times of up to twenty rounds are compared,
/// or of as many as begin within half a minute.
#[track_caller]
pub fn assert_linear(little: usize, work: impl FnMut(usize)) {
    assert_linear_of(little, |count| count, work);
}

/// As [`assert_linear`], of `work` with what `prepare` makes for a count; what that costs is not compared.
#[track_caller]
pub fn assert_linear_of<T: Clone>(little: usize, prepare: impl Fn(usize) -> T, mut work: impl FnMut(T)) {
    let (a_few, very_many) = (prepare(little), prepare(8 * little));
    let (mut few, mut many) = (Duration::MAX, Duration::MAX);
    let begun = Instant::now();
    for round in 0..20 {
        if round > 0 && begun.elapsed() > Duration::from_secs(30) {
            break;
        }
        few = few.min(least_time(|| work(a_few.clone())));
        many = many.min(least_time(|| work(very_many.clone())));
        if many < few * 28 {
            return;
        }
    }
    panic!("{many:?} for {} after {few:?} for {little}", 8 * little);
}
