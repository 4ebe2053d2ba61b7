//! No line grows without bound, and no cutting of a long one costs more than its length.

use std::ops::ControlFlow::Break;

use rivulet::frame::{Framing, Splitter, Stop};

use crate::support::linear::assert_linear;
use crate::{FrameDecoder, run};

#[test]
fn a_line_without_end_is_too_large() {
    for framing in [Framing::Sse, Framing::Ndjson] {
        for size in [1, 7, 4096] {
            let (mut splitter, mut frames) = (Splitter::new(framing, 1000), FrameDecoder::default());
            let chunk = vec![b'x'; size];
            let fed = (0..).find(|_| splitter.feed(&chunk, &mut frames).is_break()).unwrap() * size;
            assert!(fed <= 1002 + size, "{fed} bytes were kept");
            assert_eq!(splitter.feed(&chunk, &mut frames), Break(Stop::TooLarge));
        }
    }
}

#[test]
fn a_long_line_in_small_chunks_takes_linear_time() {
    assert_linear(256 << 10, |length| {
        let (mut splitter, mut frames) = (Splitter::new(Framing::Sse, 64 << 20), FrameDecoder::default());
        assert!(splitter.feed(b"data: ", &mut frames).is_continue());
        for _ in 0..length / 64 {
            assert!(splitter.feed(&[b'x'; 64], &mut frames).is_continue());
        }
        assert!(splitter.feed(b"\n\n", &mut frames).is_continue());
        assert_eq!(frames.0[0].1.len(), length);
    });
}

#[test]
fn a_long_line_that_waits_for_its_second_takes_linear_time() {
    assert_linear(2 << 20, |length| {
        let (mut splitter, mut frames) = (Splitter::new(Framing::Sse, 64 << 20), FrameDecoder::default());
        let line = [b"data: ".as_slice(), &vec![b'x'; length], b"\n"].concat();
        assert!(splitter.feed(&line, &mut frames).is_continue());
        for _ in 0..length / 64 {
            assert!(splitter.feed(b"", &mut frames).is_continue());
            assert!(splitter.feed(b"data: y\n", &mut frames).is_continue());
        }
        assert!(splitter.feed(b"\n", &mut frames).is_continue());
        assert_eq!(frames.0[0].1.len(), length + length / 32);
    });
}

#[test]
fn a_hundred_thousand_events_in_one_chunk_are_all_given_out() {
    let stream = "data:x\n\n".repeat(100_000);
    assert_eq!(run(Framing::Sse, [stream.as_bytes()], false).len(), 100_000);
}
