//! The frames of a stream depend neither on the cuts of the network nor on the scanner.
#![no_main]

use std::ops::ControlFlow::{self, Continue};

use libfuzzer_sys::fuzz_target;
use rivulet::json;
use rivulet::frame::{Framing, FrameLayout, Pieces, Sink, Splitter, Stop, Template};

/// Writes down the text of frames that have one, and the other frames as they are.
#[derive(Default)]
struct Diary {
    learns: bool,
    lines: Vec<String>,
}

impl Sink for Diary {
    fn scan(&mut self, template: &Template, bytes: &[u8], limit: usize) -> usize {
        let mut pieces = Pieces::default();
        let length = template.scan(bytes, limit, usize::MAX, &mut pieces);
        let units: Vec<u16> = pieces.text().encode_utf16().collect();
        let mut start = 0;
        for &end in pieces.ends() {
            let piece = &units[start..end as usize];
            self.lines.push(format!("text {}", String::from_utf16(piece).expect("a piece is whole characters")));
            start = end as usize;
        }
        length
    }

    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<FrameLayout>> {
        let parsed = json::parse(data).ok().filter(|parsed| event.is_empty() && !parsed.has_lone_surrogates);
        match parsed.as_ref().and_then(|parsed| parsed.value.get("t")?.as_str()) {
            None => {
                let (event, data) = (String::from_utf8_lossy(event), String::from_utf8_lossy(data));
                self.lines.push(format!("{event} {data}"));
                Continue(None)
            }
            // An empty piece is none.
            Some("") => Continue(None),
            Some(text) => {
                self.lines.push(format!("text {text}"));
                Continue(json::locate(data, &["t"], &[]).filter(|_| self.learns))
            }
        }
    }
}

fn run(framing: Framing, stream: &[u8], cut: usize, learns: bool) -> (Vec<String>, ControlFlow<Stop>) {
    let mut splitter = Splitter::new(framing, 200);
    let mut diary = Diary { learns, ..Diary::default() };
    let fed = stream.chunks(cut).try_for_each(|chunk| splitter.feed(chunk, &mut diary));
    let end = match fed {
        Continue(()) => splitter.finish(&mut diary),
        stop => stop,
    };
    (diary.lines, end)
}

fuzz_target!(|input: &[u8]| {
    let [first, stream @ ..] = input else { return };
    let framing = if first & 1 == 0 { Framing::Sse } else { Framing::Ndjson };
    let whole = run(framing, stream, stream.len().max(1), false);
    for (cut, learns) in [(stream.len().max(1), true), (1, true), (1 + usize::from(first >> 1), true), (1, false)] {
        assert_eq!(run(framing, stream, cut, learns), whole, "cut {cut}, learns {learns}");
    }
});
