//! Connects the splitter with a protocol's decoder: hands over the frames, and tells the scanner where the text of such
//! a frame lies.

use std::ops::ControlFlow::{self, Break, Continue};

use super::{Decode, EventQueue, FrameOutcome, RunKind};
use crate::chat::{Error, Finish, Result, too_large_error};
use crate::frame::{FrameLayout, Pieces, Sink, Stop, Template, text_end};
use crate::json;
use crate::text::lossy;

/// Layouts in a row that were handed to the scanner and matched no later frame. Where every frame differs, locating its text
/// for the scanner costs more than parsing it, so after this many it is no longer tried.
const MAX_UNUSED_LAYOUTS: u8 = 16;

/// A protocol's decoder as the sink of the splitter, for one chunk.
pub struct FrameDecoder<'a> {
    pub decode: &'a mut dyn Decode,
    pub out: &'a mut EventQueue,
    /// Bytes that one event may have, and that `decode` may keep altogether.
    pub limit: usize,
    /// See [`MAX_UNUSED_LAYOUTS`].
    pub unused_layouts: &'a mut u8,
    /// Why the splitter was stopped, where that was an error.
    pub error: Option<Error>,
}

impl FrameDecoder<'_> {
    /// What it means for the reply that the splitter stopped.
    ///
    /// # Errors
    /// An event or line was too large, or the decoder failed.
    pub fn stopped(self, stop: Stop) -> Result<()> {
        match stop {
            Stop::Done => Ok(()),
            Stop::TooLarge => Err(too_large_error("an event or line", self.limit)),
            Stop::Failed => self.error.map_or(Ok(()), Err),
        }
    }
}

impl Sink for FrameDecoder<'_> {
    fn scan(&mut self, template: &Template, bytes: &[u8], limit: usize) -> usize {
        let Some((kind, most_text)) = self.run_for(template.tag) else { return 0 };
        let Some(pieces) = self.out.pieces_for(&kind) else { return 0 };
        let start = pieces.start();
        let scanned = template.scan(bytes, limit, most_text, pieces);
        if scanned > 0 {
            #[cfg(debug_assertions)]
            super::scan_log::scanned();
            *self.unused_layouts = 0;
            if let RunKind::ToolCall(_) = kind {
                self.decode.arguments_scanned(pieces.since(start));
            }
            self.out.scanned(start);
        }
        scanned
    }

    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<FrameLayout>> {
        let (queued, pieces) = self.out.position();
        let (start, _) = self.out.pieces.start();
        let mut is_told = false;
        let mut decoded = match self.out.check_json(data) {
            Ok(()) => {
                let event = lossy(event);
                is_told = self.out.raw(&event, data);
                self.decode.frame(&event, data, self.out)
            }
            Err(error) => Err(error),
        };
        let goes_on = matches!(decoded, Ok(FrameOutcome::More | FrameOutcome::NotScannable));
        if goes_on && self.kept_bytes() > self.limit {
            decoded = Err(too_large_error("what has to be kept of the reply until its end", self.limit));
        }
        let outcome = match decoded {
            Ok(outcome) => outcome,
            Err(error) => {
                self.error = Some(error);
                return Break(Stop::Failed);
            }
        };
        if self.out.is_stopped() && outcome != FrameOutcome::Done {
            let conversation = self.decode.conversation();
            self.out.finish(conversation, Finish::Stop);
            return Break(Stop::Done);
        }
        match outcome {
            FrameOutcome::Done => return Break(Stop::Done),
            FrameOutcome::NotScannable => return Continue(None),
            FrameOutcome::More if is_told => return Continue(None),
            FrameOutcome::More => {}
        }
        if self.out.position() != (queued, pieces + 1) || *self.unused_layouts == MAX_UNUSED_LAYOUTS {
            return Continue(None);
        }
        *self.unused_layouts += 1;
        Continue(self.layout(data, start))
    }
}

impl FrameDecoder<'_> {
    /// The run that frames of the layout with this tag belong to, and how many bytes more it may get.
    fn run_for(&self, wanted: usize) -> Option<(RunKind, usize)> {
        let room = self.limit.saturating_sub(self.kept_bytes());
        match wanted {
            TEXT => Some((RunKind::Text, if self.out.keeps_text() { room } else { usize::MAX })),
            REASONING => Some((RunKind::Reasoning, usize::MAX)),
            _ => {
                let kind = RunKind::ToolCall(self.decode.open_call()?);
                (tag(&kind) == wanted).then_some((kind, room))
            }
        }
    }

    /// Bytes that decoder and queue keep of the reply until its end.
    fn kept_bytes(&self) -> usize {
        self.decode.kept_bytes() + self.out.kept_bytes()
    }

    /// Where in `data` the only piece of this frame lies, which begins at byte `start` of the pieces.
    fn layout(&self, data: &[u8], start: usize) -> Option<FrameLayout> {
        let (text, arguments) = ([self.decode.text_path()], [self.decode.arguments_path()]);
        let paths = match self.out.run {
            RunKind::Text => &text[..],
            RunKind::Reasoning => self.decode.reasoning_paths(),
            RunKind::ToolCall(_) => &arguments,
        };
        let mut found = None;
        for path in paths.iter().filter(|path| !path.is_empty()) {
            if let Some(layout) = json::locate(data, path, self.decode.varying_members()) {
                #[cfg(debug_assertions)]
                super::scan_log::located(&self.out.run, path);
                // With two of them, which one counts may depend on what is in them.
                if found.replace(layout).is_some() {
                    return None;
                }
            }
        }
        let layout = found?;
        // The scanner may take over only where it would have given exactly this piece.
        let text = &layout.text;
        let mut again = Pieces::default();
        let is_same = data[..text.start].ends_with(b"\"")
            && text_end(data, text.start, &mut again) == Some(text.end)
            && again.bytes() == &self.out.pieces.bytes()[start..];
        #[cfg(debug_assertions)]
        super::scan_log::accepted(is_same);
        is_same.then_some(FrameLayout { tag: tag(&self.out.run), ..layout })
    }
}

// Tags of layouts: what the string in such a frame is a piece of. Tool calls follow, by their index.
const TEXT: usize = 0;
const REASONING: usize = 1;

fn tag(kind: &RunKind) -> usize {
    match kind {
        RunKind::Text => TEXT,
        RunKind::Reasoning => REASONING,
        RunKind::ToolCall(call) => REASONING + 1 + call.index,
    }
}
