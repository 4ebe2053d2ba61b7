//! Bytes to frames, however the bytes are cut: server-sent events (WHATWG HTML, 9.2.6) and NDJSON. Nothing else splits
//! bytes, and nothing here grows beyond the limit.

use crate::error::{Error, Result, larger};
use crate::scan::{Lesson, Template};
use crate::text::lossy;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Sse,
    Ndjson,
}

/// Who takes the frames.
pub trait Sink {
    /// The inside of a JSON string, in a frame that is otherwise the one learned last. `false`: not plain, take the frame.
    fn text(&mut self, raw: &[u8]) -> bool;
    /// `event` is empty where the stream names none.
    fn frame(&mut self, event: &str, data: &[u8]) -> Result<Flow>;
}

#[derive(Debug, PartialEq)]
pub enum Flow {
    More,
    /// More, and the frame was nothing but a text.
    Text(Lesson),
    /// Nothing after this frame counts.
    Done,
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
    event: String,
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
            event: String::new(),
            recognised: false,
            fields: 0,
            has_data: false,
        }
    }

    pub fn feed(&mut self, chunk: &[u8], sink: &mut impl Sink) -> Result<Flow> {
        let mut bytes = std::mem::take(&mut self.rest);
        let flow = if bytes.is_empty() {
            let (used, flow) = self.split(chunk, sink)?;
            bytes.extend_from_slice(&chunk[used..]);
            flow
        } else {
            bytes.extend_from_slice(chunk);
            let (used, flow) = self.split(&bytes, sink)?;
            bytes.drain(..used);
            flow
        };
        // Nothing after `Done` counts, not for the limit either.
        if flow != Flow::Done {
            self.rest = bytes;
            // A byte more may wait: the end of a line that is exactly as long as it may be.
            if self.rest.len() > self.limit.saturating_add(1) {
                return Err(self.too_large());
            }
        }
        Ok(flow)
    }

    /// The body is over. What has no end is given out too; whether it is whole is for the caller to see.
    pub fn finish(&mut self, sink: &mut impl Sink) -> Result<Flow> {
        if self.in_comment {
            return Ok(Flow::More);
        }
        self.feed(b"\n\n", sink)
    }

    pub fn is_recognised(&self) -> bool {
        self.recognised
    }

    fn too_large(&self) -> Error {
        larger("an event or line", self.limit)
    }

    /// Gives out all whole frames; returns how many bytes are done with.
    fn split(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Result<(usize, Flow)> {
        let mut at = 0;
        if !self.started {
            const BOM: &[u8] = b"\xef\xbb\xbf";
            if bytes.len() < BOM.len() && BOM.starts_with(bytes) {
                return Ok((0, Flow::More));
            }
            self.started = true;
            at = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        }
        let known = std::mem::take(&mut self.scanned);
        if known > 0 && line_end(&bytes[known..]).is_none() {
            self.scanned = bytes.len();
            return Ok((0, Flow::More));
        }
        let mut frame_start = None;
        loop {
            if self.after_cr && at < bytes.len() {
                at += usize::from(bytes[at] == b'\n');
                self.after_cr = false;
            }
            if self.fields == 0 && !self.in_comment {
                while let Some((raw, length)) = self.template.matches(&bytes[at..]) {
                    if length > self.limit || !sink.text(raw) {
                        break;
                    }
                    at += length;
                }
                frame_start = Some(at);
            }
            let Some(length) = line_end(&bytes[at..]) else {
                if self.framing == Framing::Sse && (self.in_comment || bytes.get(at) == Some(&b':')) {
                    self.in_comment = true;
                    self.recognised = true;
                    return Ok((bytes.len(), Flow::More));
                }
                self.scanned = bytes.len() - at;
                return Ok((at, Flow::More));
            };
            let line = &bytes[at..at + length];
            let end = at + length + 1;
            // The first line of a frame waits for the second: only a frame in one piece can match the template.
            let is_first = self.fields == 0 && length > 0 && !self.in_comment && bytes[at] != b':';
            if is_first && end == bytes.len() && self.framing == Framing::Sse {
                self.scanned = length;
                return Ok((at, Flow::More));
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
            if self.line(line, frame, sink)? == Flow::Done {
                return Ok((at, Flow::Done));
            }
        }
    }

    fn line(&mut self, line: &[u8], frame: Option<&[u8]>, sink: &mut impl Sink) -> Result<Flow> {
        let is_comment = self.framing == Framing::Sse && line.first() == Some(&b':');
        if line.len() > self.limit && !is_comment {
            return Err(self.too_large());
        }
        if self.framing == Framing::Ndjson {
            self.recognised = true;
            if line.trim_ascii().is_empty() {
                return Ok(Flow::More);
            }
            let flow = sink.frame("", line)?;
            return Ok(self.learn(flow, frame, line));
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
            return Ok(Flow::More);
        }
        self.fields += 1;
        match name {
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                if self.data.len() + value.len() > self.limit {
                    return Err(self.too_large());
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.event = lossy(value).into_owned(),
            // `id` and `retry` are for reconnecting, which a reply never does.
            _ => {}
        }
        Ok(Flow::More)
    }

    fn dispatch(&mut self, frame: Option<&[u8]>, sink: &mut impl Sink) -> Result<Flow> {
        let fields = std::mem::take(&mut self.fields);
        let event = std::mem::take(&mut self.event);
        if !std::mem::take(&mut self.has_data) {
            self.data.clear();
            return Ok(Flow::More);
        }
        let mut data = std::mem::take(&mut self.data);
        let flow = sink.frame(&event, &data)?;
        // A line of data, and before it at most the event's name.
        let plain = |frame: &&[u8]| fields == 1 || fields == 2 && frame.starts_with(b"event:");
        let flow = self.learn(flow, frame.filter(plain), &data);
        data.clear();
        // Keeps the room for the next frame, but not that of one giant.
        if data.capacity() <= 64 * 1024 {
            self.data = data;
        }
        Ok(flow)
    }

    fn learn(&mut self, flow: Flow, frame: Option<&[u8]>, data: &[u8]) -> Flow {
        let Flow::Text(lesson) = flow else { return flow };
        if let Some(frame) = frame {
            let mut before_ends = frame;
            while let [rest @ .., b'\n' | b'\r'] = before_ends {
                before_ends = rest;
            }
            // In one piece, as the last thing before the line ends.
            if let Some(before) = before_ends.strip_suffix(data) {
                self.template.learn(frame, before.len(), lesson);
            }
        }
        Flow::More
    }
}

/// Position of the first CR or LF. `\r`, `\n` and both together end a line, and nothing else does (not U+2028).
#[inline]
fn line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| byte == b'\n' || byte == b'\r')
}
