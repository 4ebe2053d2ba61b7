//! Frames to a protocol's decoder, and the lesson for the scanner: where the text of such a frame lies.

use std::ops::ControlFlow::{self, Break, Continue};

use crate::chat::{Error, Finish, Result, larger};
use crate::exchange::{Decode, Out, Progress, Run};
use crate::frame::{Lesson, Pieces, Sink, Stop, Template, text_end};
use crate::json;
use crate::text::lossy;

/// Frames in a row whose form was learned and came never again. Where each frame differs, learning would cost more than
/// reading them.
const MAX_LESSONS: u8 = 16;

/// A decoder as the splitter's sink.
pub struct Frames<'a> {
    pub decode: &'a mut dyn Decode,
    pub out: &'a mut Out,
    pub lessons: &'a mut u8,
    pub error: Option<Error>,
}

impl<'a> Frames<'a> {
    pub fn new(decode: &'a mut dyn Decode, out: &'a mut Out, lessons: &'a mut u8) -> Frames<'a> {
        Frames { decode, out, lessons, error: None }
    }

    /// What `stop` means for the reply.
    pub fn stopped(self, stop: Stop) -> Result<()> {
        match stop {
            Stop::Done => Ok(()),
            Stop::TooLarge => Err(larger("an event or line", self.out.limit)),
            Stop::Failed => self.error.map_or(Ok(()), Err),
        }
    }
}

impl Sink for Frames<'_> {
    fn scan(&mut self, template: &Template, bytes: &[u8], limit: usize) -> usize {
        let Some((run, room)) = self.run(template.tag) else { return 0 };
        let Some(pieces) = self.out.plain(&run) else { return 0 };
        let start = pieces.start();
        let scanned = template.scan(bytes, limit, room, pieces);
        if scanned > 0 {
            *self.lessons = 0;
            if let Run::Call(_) = run {
                self.decode.called(pieces.since(start));
            }
        }
        scanned
    }

    fn frame(&mut self, event: &[u8], data: &[u8]) -> ControlFlow<Stop, Option<Lesson>> {
        let (queued, pieces) = self.out.mark();
        let (start, _) = self.out.pieces.start();
        let progress = match self.decode.frame(&lossy(event), data, self.out) {
            Ok(progress) => progress,
            Err(error) => {
                self.error = Some(error);
                return Break(Stop::Failed);
            }
        };
        if self.out.is_stopped() && progress != Progress::Done {
            let conversation = self.decode.conversation();
            self.out.finish(conversation, Finish::Stop);
            return Break(Stop::Done);
        }
        match progress {
            Progress::Done => return Break(Stop::Done),
            Progress::Noted => return Continue(None),
            Progress::More => {}
        }
        if self.out.mark() != (queued, pieces + 1) || *self.lessons == MAX_LESSONS {
            return Continue(None);
        }
        *self.lessons += 1;
        Continue(self.lesson(data, start))
    }
}

impl Frames<'_> {
    /// What frames with this tag are pieces of, and how many bytes of it there may be.
    fn run(&self, wanted: usize) -> Option<(Run, usize)> {
        match wanted {
            TEXT => Some((Run::Text, usize::MAX)),
            THOUGHT => Some((Run::Thought, usize::MAX)),
            _ => {
                let (call, room) = self.decode.calling(self.out.limit)?;
                let run = Run::Call(call);
                (tag(&run) == wanted).then_some((run, room))
            }
        }
    }

    /// Where the one piece of this frame lies, which begins at `start` of the pieces.
    fn lesson(&self, data: &[u8], start: usize) -> Option<Lesson> {
        let (text, arguments) = ([self.decode.text_path()], [self.decode.arguments_path()]);
        let paths = match self.out.run {
            Run::Text => &text[..],
            Run::Thought => self.decode.thought_paths(),
            Run::Call(_) => &arguments,
        };
        let mut found = None;
        for path in paths.iter().filter(|path| !path.is_empty()) {
            if let Some(lesson) = json::locate(data, path, self.decode.varying()) {
                // Two of them: which one counts may change with what is in them.
                if found.replace(lesson).is_some() {
                    return None;
                }
            }
        }
        let lesson = found?;
        // The scanner may take over only where it would have given the very same piece.
        let text = &lesson.text;
        let mut again = Pieces::default();
        let is_same = data[..text.start].ends_with(b"\"")
            && text_end(data, text.start, &mut again) == Some(text.end)
            && again.bytes() == &self.out.pieces.bytes()[start..];
        is_same.then_some(Lesson { tag: tag(&self.out.run), ..lesson })
    }
}

// Tags of templates.
const TEXT: usize = 0;
const THOUGHT: usize = 1;

fn tag(run: &Run) -> usize {
    match run {
        Run::Text => TEXT,
        Run::Thought => THOUGHT,
        Run::Call(call) => THOUGHT + 1 + call.index,
    }
}
