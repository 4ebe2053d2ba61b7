//! Frames do not depend on the cuts nor on the scanner. `cargo +nightly fuzz run splitter -- -max_total_time=60`
#![no_main]

use libfuzzer_sys::fuzz_target;
use rivulet::error::{Code, Result};
use rivulet::frame::{Flow, Framing, Sink, Splitter};
use rivulet::json::{self, Halves};
use rivulet::scan;

/// Writes down the text of frames that have one, and the other frames as they are.
#[derive(Default)]
struct Diary {
    learns: bool,
    lines: Vec<String>,
}

impl Sink for Diary {
    fn text(&mut self, raw: &[u8]) -> bool {
        let mut text = String::new();
        let plain = scan::unescape(raw, &mut Halves::default(), &mut text);
        if plain {
            self.lines.push(format!("text {text}"));
        }
        plain
    }

    fn frame(&mut self, event: &str, data: &[u8]) -> Result<Flow> {
        let parsed = json::parse(data).ok().filter(|parsed| event.is_empty() && !parsed.mended);
        let Some(text) = parsed.as_ref().and_then(|parsed| parsed.value.get("t")?.as_str()) else {
            self.lines.push(format!("{event} {}", String::from_utf8_lossy(data)));
            return Ok(Flow::More);
        };
        self.lines.push(format!("text {text}"));
        let found = json::locate(data, &["t"]).filter(|_| self.learns);
        Ok(found.map_or(Flow::More, Flow::Text))
    }
}

fn run(framing: Framing, stream: &[u8], cut: usize, learns: bool) -> (Vec<String>, Option<Code>) {
    let mut splitter = Splitter::new(framing, 200);
    let mut diary = Diary { learns, ..Diary::default() };
    let fed = stream.chunks(cut).try_for_each(|chunk| splitter.feed(chunk, &mut diary).map(drop));
    let end = fed.and_then(|()| splitter.finish(&mut diary).map(drop));
    (diary.lines, end.err().map(|error| error.code))
}

fuzz_target!(|input: &[u8]| {
    let [first, stream @ ..] = input else { return };
    let framing = if first & 1 == 0 { Framing::Sse } else { Framing::Ndjson };
    let whole = run(framing, stream, stream.len().max(1), false);
    for (cut, learns) in [(stream.len().max(1), true), (1, true), (1 + usize::from(first >> 1), true), (1, false)] {
        assert_eq!(run(framing, stream, cut, learns), whole, "cut {cut}, learns {learns}");
    }
});
