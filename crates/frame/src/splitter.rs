//! Bytes to frames, however the bytes are cut: server-sent events (WHATWG HTML, 9.2.6) and NDJSON. Nothing else splits
//! bytes, and nothing here grows beyond the limit.

use std::ops::ControlFlow::{self, Break, Continue};

use crate::swar::{Word, first_marked};
use crate::template::{FrameLayout, Template};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Sse,
    Ndjson,
}

/// Who takes the frames.
pub trait Sink {
    /// Takes the frames that begin `bytes` and are but for their text the one learned last. How many bytes they are.
    fn scan(&mut self, template: &Template, bytes: &[u8], limit: usize) -> usize;
    /// `event` is empty where the stream names none. A lesson where the frame was nothing but a text.
    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<FrameLayout>>;
}

/// Why no more frames come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Nothing after the last frame counts.
    Done,
    /// An event or line is larger than the limit.
    TooLarge,
    /// The sink knows why.
    Failed,
}

#[derive(Debug)]
pub struct Splitter {
    framing: Framing,
    limit: usize,
    template: Template,
    /// Bytes of a line, or of the lines of a frame, that is not whole yet.
    rest: Vec<u8>,
    /// How much of `rest` is known to hold no line end: long lines in small chunks cost linear time.
    scanned: usize,
    started: bool,
    /// The last line ended with CR; a LF that follows belongs to it.
    after_cr: bool,
    /// Inside a comment, whose bytes are not kept: keep-alives of any length cost nothing.
    in_comment: bool,
    data: Vec<u8>,
    event: Vec<u8>,
    /// A comment, a field that the standard knows, or a line of NDJSON came: this is a stream, and no stray text.
    recognised: bool,
    /// Field lines since the last blank line.
    fields: usize,
    has_data: bool,
}

impl Splitter {
    pub fn new(framing: Framing, limit: usize) -> Self {
        Splitter {
            framing,
            limit,
            template: Template::default(),
            rest: Vec::new(),
            scanned: 0,
            started: false,
            after_cr: false,
            in_comment: false,
            data: Vec::new(),
            event: Vec::new(),
            recognised: false,
            fields: 0,
            has_data: false,
        }
    }

    pub fn feed(&mut self, mut chunk: &[u8], sink: &mut dyn Sink) -> ControlFlow<Stop> {
        let mut waiting = std::mem::take(&mut self.rest);
        // Of a long chunk only as much is copied as ends the frame that waits; what follows is read where it lies.
        let mut copied = 0;
        while !waiting.is_empty() && copied < chunk.len() {
            let is_long = copied == 0 && chunk.len() > 1024;
            let end = if is_long { self.frame_end(chunk) } else { None };
            let more = end.unwrap_or(chunk.len());
            waiting.extend_from_slice(&chunk[copied..more]);
            copied = more;
            let used = self.split(&waiting, sink)?;
            let left = waiting.len() - used;
            if left <= copied {
                chunk = &chunk[copied - left..];
                waiting.clear();
            } else {
                waiting.drain(..used);
            }
        }
        if waiting.is_empty() {
            let used = self.split(chunk, sink)?;
            waiting.extend_from_slice(&chunk[used..]);
        }
        self.rest = waiting;
        // A byte more may wait: the end of a line that is exactly as long as it may be.
        if self.rest.len() > self.limit.saturating_add(1) { Break(Stop::TooLarge) } else { Continue(()) }
    }

    /// Where the first frame ends, if streams are written as they mostly are: what is cut elsewhere is understood, too.
    fn frame_end(&self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            at += line_end(&bytes[at..])? + 1;
            if self.framing == Framing::Ndjson {
                return Some(at);
            }
            if bytes.get(at) == Some(&b'\n') {
                return Some(at + 1);
            }
        }
    }

    /// The body is over. What has no end is given out too; whether it is whole is for the caller to see.
    pub fn finish(&mut self, sink: &mut dyn Sink) -> ControlFlow<Stop> {
        if self.in_comment {
            return Continue(());
        }
        self.feed(b"\n\n", sink)
    }

    pub fn is_recognised(&self) -> bool {
        self.recognised
    }

    /// Gives out all whole frames; returns how many bytes are done with.
    fn split(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> ControlFlow<Stop, usize> {
        let mut at = 0;
        if !self.started {
            const BOM: &[u8] = b"\xef\xbb\xbf";
            if bytes.len() < BOM.len() && BOM.starts_with(bytes) {
                return Continue(0);
            }
            self.started = true;
            at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        }
        let known = std::mem::take(&mut self.scanned);
        if known > 0 && line_end(&bytes[known..]).is_none() {
            self.scanned = bytes.len();
            return Continue(0);
        }
        let mut frame_start = None;
        loop {
            if self.after_cr && at < bytes.len() {
                at += usize::from(bytes[at] == b'\n');
                self.after_cr = false;
            }
            if self.fields == 0 && !self.in_comment {
                at += sink.scan(&self.template, &bytes[at..], self.limit);
                frame_start = Some(at);
            }
            let Some(length) = line_end(&bytes[at..]) else {
                if self.framing == Framing::Sse && (self.in_comment || bytes.get(at) == Some(&b':')) {
                    self.in_comment = true;
                    self.recognised = true;
                    return Continue(bytes.len());
                }
                self.scanned = bytes.len() - at;
                return Continue(at);
            };
            let line = &bytes[at..at + length];
            let end = at + length + 1;
            // The first line of a frame waits for the second: only a frame in one piece can match the template.
            let is_first = self.fields == 0 && length > 0 && !self.in_comment && bytes[at] != b':';
            if is_first && end == bytes.len() && self.framing == Framing::Sse {
                self.scanned = length;
                return Continue(at);
            }
            self.after_cr = bytes[at + length] == b'\r';
            if self.after_cr && bytes.get(end) == Some(&b'\n') {
                self.after_cr = false;
                at = end + 1;
            } else {
                at = end;
            }
            if std::mem::take(&mut self.in_comment) {
                continue;
            }
            let frame = frame_start.filter(|_| !self.after_cr).map(|start| &bytes[start..at]);
            self.line(line, frame, sink)?;
        }
    }

    fn line(&mut self, line: &[u8], frame: Option<&[u8]>, sink: &mut dyn Sink) -> ControlFlow<Stop> {
        let is_comment = self.framing == Framing::Sse && line.first() == Some(&b':');
        if line.len() > self.limit && !is_comment {
            return Break(Stop::TooLarge);
        }
        if self.framing == Framing::Ndjson {
            self.recognised = true;
            if line.trim_ascii().is_empty() {
                return Continue(());
            }
            let layout = sink.frame(b"", line)?;
            self.set_layout(layout, frame, line);
            return Continue(());
        }
        if line.is_empty() {
            return self.dispatch(frame, sink);
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        self.recognised |= is_comment || matches!(name, b"data" | b"event" | b"id" | b"retry");
        if is_comment {
            return Continue(());
        }
        self.fields += 1;
        match name {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                if self.data.len() + value.len() > self.limit {
                    return Break(Stop::TooLarge);
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.event = value.to_vec(),
            // `id` and `retry` are for reconnecting, which a reply never does.
            _ => {}
        }
        Continue(())
    }

    fn dispatch(&mut self, frame: Option<&[u8]>, sink: &mut dyn Sink) -> ControlFlow<Stop> {
        let fields = std::mem::take(&mut self.fields);
        let event = std::mem::take(&mut self.event);
        if !std::mem::take(&mut self.has_data) {
            self.data.clear();
            return Continue(());
        }
        // Its room is not kept: a reply may wait for its next frame for long, and there may be thousands of them.
        let data = std::mem::take(&mut self.data);
        let layout = sink.frame(&event, &data)?;
        // A line of data, and before it at most the event's name.
        let plain = |frame: &&[u8]| fields == 1 || fields == 2 && frame.starts_with(b"event:");
        self.set_layout(layout, frame.filter(plain), &data);
        Continue(())
    }

    fn set_layout(&mut self, layout: Option<FrameLayout>, frame: Option<&[u8]>, data: &[u8]) {
        let (Some(layout), Some(frame)) = (layout, frame) else { return };
        let mut before_ends = frame;
        while let [rest @ .., b'\n' | b'\r'] = before_ends {
            before_ends = rest;
        }
        // In one piece, as the last thing before the line ends.
        if let Some(before) = before_ends.strip_suffix(data) {
            self.template.set_layout(frame, before.len(), layout);
        }
    }
}

/// Position of the first CR or LF. `\r`, `\n` and both together end a line, and nothing else does (not U+2028).
fn line_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match Word::at(bytes, at).line_ends() {
            0 => at += 8,
            ends => return Some(at + first_marked(ends)),
        }
    }
    None
}
