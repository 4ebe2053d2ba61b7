//! Any stream, however cut, against a splitter written without any care for speed.

use proptest::prelude::*;
use rivulet::frame::Framing;

use crate::run;
use crate::support::{self, Random};

/// The rules as the standard words them, on the whole text at once.
fn reference(stream: &[u8]) -> Vec<(String, Vec<u8>)> {
    let stream = stream.strip_prefix(b"\xef\xbb\xbf").unwrap_or(stream);
    let mut lines = vec![Vec::new()];
    let mut bytes = stream.iter().peekable();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' && bytes.peek() == Some(&&b'\n') {
                    bytes.next();
                }
                lines.push(Vec::new());
            }
            _ => lines.last_mut().unwrap().push(byte),
        }
    }
    lines.pop();
    let (mut frames, mut event, mut data) = (Vec::new(), String::new(), Vec::new());
    for line in lines {
        if line.is_empty() {
            if !data.is_empty() {
                data.pop();
                frames.push((std::mem::take(&mut event), std::mem::take(&mut data)));
            }
            event.clear();
            continue;
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, mut value) = (&line[..colon.unwrap_or(line.len())], &line[colon.map_or(line.len(), |at| at + 1)..]);
        if value.first() == Some(&b' ') {
            value = &value[1..];
        }
        match name {
            b"data" => {
                data.extend_from_slice(value);
                data.push(b'\n');
            }
            b"event" => event = String::from_utf8_lossy(value).into_owned(),
            _ => {}
        }
    }
    frames
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let words: &[&[u8]] = &[
        b"data",
        b"data:",
        b"data: ",
        b"event:",
        b"event: ",
        b"id:",
        b"retry:",
        b":",
        b": ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\r\r",
        b"\n",
        b" ",
        b"x",
        b"{\"t\":\"x\"}",
        "é👍\u{2028}".as_bytes(),
        b"\xef\xbb\xbf",
        b"\xef",
        b"\xff",
        b"\0",
        b"Data:",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(support::cases(3000))]

    #[test]
    fn any_stream_however_cut_gives_the_frames_of_the_standard(stream in stream(), seed: u64) {
        let wanted = reference(&stream);
        prop_assert_eq!(&run(Framing::Sse, [stream.as_slice()], false), &wanted);
        prop_assert_eq!(&run(Framing::Sse, stream.chunks(1), false), &wanted);
        let ended = run(Framing::Sse, [stream.as_slice()], true);
        let mut random = Random(seed);
        for _ in 0..8 {
            let cuts = random.cuts(stream.len());
            let edges: Vec<usize> = [0].into_iter().chain(cuts).chain([stream.len()]).collect();
            let chunks = || edges.windows(2).map(|edge| &stream[edge[0]..edge[1]]);
            prop_assert_eq!(&run(Framing::Sse, chunks(), false), &wanted);
            prop_assert_eq!(&run(Framing::Sse, chunks(), true), &ended);
        }
    }
}
