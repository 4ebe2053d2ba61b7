//! Splits bytes into frames, however the network cut them: server-sent events (WHATWG HTML, section 9.2.6) and NDJSON.
//!
//! No other code splits bytes, and nothing here keeps more than the limit that [`Splitter::new`] gets.

use std::ops::ControlFlow::{self, Break, Continue};

use crate::swar::{Word, first_marked};
use crate::template::{FrameLayout, Template};

/// The format of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events (WHATWG HTML, section 9.2.6): a frame is an event with its `data` lines.
    Sse,
    /// One JSON text a line: a frame is a line that is not blank.
    Ndjson,
}

/// The receiver of the frames.
pub trait Sink {
    /// Takes the frames at the start of `bytes` that equal, apart from their text, the frame whose layout was returned
    /// last. `limit` is the largest size of one frame in bytes. Returns the number of bytes that were taken, which may
    /// be 0.
    fn scan(&mut self, template: &Template, bytes: &[u8], limit: usize) -> usize;
    /// Takes one frame. `event` is the event's name, empty where the stream gives none; `data` is its data without line
    /// ends. Returns the layout of the frame where its text is everything that can differ in the frames that follow, so
    /// that [`Sink::scan`] may take those; `Break` to stop.
    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<FrameLayout>>;
}

/// Why the splitter reads no more frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The reply is complete: whatever follows the last frame does not count.
    Done,
    /// An event or a line is larger than the limit.
    TooLarge,
    /// The sink failed and has kept the error.
    Failed,
}

/// Splits the body of one response, chunk by chunk.
#[derive(Debug)]
pub struct Splitter {
    framing: Framing,
    /// The largest size of an event's data, or of a line, in bytes.
    limit: usize,
    template: Template,
    /// Bytes of an incomplete line, or of the lines of an incomplete frame, that wait for the next chunk.
    rest: Vec<u8>,
    /// How many bytes of `rest` are known to hold no line end, so that a long line in small chunks costs linear time.
    scanned: usize,
    /// Whether the beginning was read, where a byte order mark may stand.
    started: bool,
    /// Whether the last line ended with CR. A LF right after it belongs to the same line end.
    after_cr: bool,
    /// Whether the bytes belong to a comment. They are not kept, so a keep-alive comment of any length costs no memory.
    in_comment: bool,
    /// The data of the event so far.
    data: Vec<u8>,
    /// The name of the event, if it has one.
    event: Vec<u8>,
    /// Whether a comment, a field of the standard or a line of NDJSON was read: the body is a stream, and not some
    /// other text.
    recognised: bool,
    /// Field lines since the last blank line.
    fields: usize,
    /// Whether the event has a `data` line. It may be empty.
    has_data: bool,
}

impl Splitter {
    /// A splitter for one body. `limit`: the largest size of an event's data, or of a line, in bytes.
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

    /// Hands all frames that are complete with `chunk` to `sink`. The bytes after them wait for the next chunk.
    ///
    /// # Errors
    /// `Break` with the reason where an event or line is too large, or the sink wants no more frames. The splitter must
    /// not be used after that.
    pub fn feed(&mut self, mut chunk: &[u8], sink: &mut dyn Sink) -> ControlFlow<Stop> {
        let mut waiting = std::mem::take(&mut self.rest);
        // Only as much of a long chunk is copied as completes the waiting frame. The rest is read in place.
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
        // One byte more than the limit may wait: the first byte of the line end of a line that is exactly as long as
        // allowed.
        if self.rest.len() > self.limit.saturating_add(1) { Break(Stop::TooLarge) } else { Continue(()) }
    }

    /// Where the first frame in `bytes` ends, for a stream that is written in the usual way. It is only a hint about
    /// how much to copy, so an unusual stream costs time, not correctness.
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

    /// Hands out what is left at the end of the body, as if a blank line followed. The caller decides whether an
    /// incomplete frame counts.
    ///
    /// # Errors
    /// Those of [`Splitter::feed`].
    pub fn finish(&mut self, sink: &mut dyn Sink) -> ControlFlow<Stop> {
        if self.in_comment {
            return Continue(());
        }
        self.feed(b"\n\n", sink)
    }

    /// Whether the body is a stream of this format at all: a comment, a field of the standard or a line of NDJSON was
    /// read.
    pub fn is_recognised(&self) -> bool {
        self.recognised
    }

    /// Hands out all complete frames in `bytes`. Returns how many bytes need not be kept.
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
            // The first line of a frame waits for the second one, since only a frame in one piece can become a
            // template.
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

    /// Takes one line, without its end. `frame`: the bytes of the frame so far, if they are in one piece.
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
            // llama.cpp reports errors in a field of its own, which the standard does not have.
            b"error" if !value.is_empty() => {
                self.recognised = true;
                self.event = b"error".to_vec();
                self.has_data = true;
                if value.len() > self.limit {
                    return Break(Stop::TooLarge);
                }
                self.data = value.to_vec();
            }
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
            // `id` and `retry` only matter for reconnecting, and a reply is never reconnected.
            _ => {}
        }
        Continue(())
    }

    /// Hands out the event that the blank line completes. An event without data is dropped, as the standard demands.
    fn dispatch(&mut self, frame: Option<&[u8]>, sink: &mut dyn Sink) -> ControlFlow<Stop> {
        let fields = std::mem::take(&mut self.fields);
        let event = std::mem::take(&mut self.event);
        if !std::mem::take(&mut self.has_data) {
            self.data.clear();
            return Continue(());
        }
        // The capacity is given back: a reply may wait long for its next frame, and there may be thousands of replies.
        let data = std::mem::take(&mut self.data);
        let layout = sink.frame(&event, &data)?;
        // Only frames of one `data` line, with at most an `event` line before it, become a template.
        let plain = |frame: &&[u8]| fields == 1 || fields == 2 && frame.starts_with(b"event:");
        self.set_layout(layout, frame.filter(plain), &data);
        Continue(())
    }

    /// Makes the template for frames like `frame`, whose data is `data`.
    fn set_layout(&mut self, layout: Option<FrameLayout>, frame: Option<&[u8]>, data: &[u8]) {
        let (Some(layout), Some(frame)) = (layout, frame) else { return };
        let mut before_ends = frame;
        while let [rest @ .., b'\n' | b'\r'] = before_ends {
            before_ends = rest;
        }
        // The data must stand in one piece at the end of the frame, right before the line ends.
        if let Some(before) = before_ends.strip_suffix(data) {
            self.template.set_layout(frame, before.len(), layout);
        }
    }
}

/// Position of the first CR or LF. Only CR, LF and CRLF end a line; other separators such as U+2028 do not.
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
