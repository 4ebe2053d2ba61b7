//! Frames to a protocol's decoder, and the lesson for the scanner: where the text of such a frame lies.

use crate::chat::Finish;
use crate::error::Result;
use crate::frame::{Flow, Sink};
use crate::json::{self, Halves};
use crate::out::Out;
use crate::scan::{self, Lesson};
use crate::step::{Decode, Progress};

/// Frames in a row whose form was learned and came never again. Where each frame differs, learning would cost more than
/// reading them.
const MAX_LESSONS: u8 = 16;

/// A decoder as the splitter's sink.
pub struct Frames<'a> {
    pub decode: &'a mut dyn Decode,
    pub out: &'a mut Out,
    pub lessons: &'a mut u8,
}

impl Sink for Frames<'_> {
    fn text(&mut self, raw: &[u8]) -> bool {
        *self.lessons = 0;
        self.out.raw_text(raw)
    }

    fn frame(&mut self, event: &str, data: &[u8]) -> Result<Flow> {
        let (queued, pieces) = self.out.mark();
        let start = self.out.pieces.text.len();
        let progress = self.decode.frame(event, data, self.out)?;
        if self.out.is_stopped() && progress != Progress::Done {
            let conversation = self.decode.conversation();
            self.out.finish(conversation, Finish::Stop);
            return Ok(Flow::Done);
        }
        match progress {
            Progress::Done => return Ok(Flow::Done),
            Progress::Noted => return Ok(Flow::More),
            Progress::More => {}
        }
        let is_text = self.out.mark() == (queued, pieces + 1);
        if !is_text || self.decode.text_path().is_empty() || *self.lessons == MAX_LESSONS {
            return Ok(Flow::More);
        }
        *self.lessons += 1;
        // The scanner may take over only where it would have given the very same piece.
        let same = json::locate(data, self.decode.text_path()).filter(|text| {
            let mut again = String::new();
            data[..text.start].ends_with(b"\"")
                && scan::unescape(&data[text.clone()], &mut Halves::default(), &mut again)
                && again == self.out.pieces.text[start..]
        });
        let Some(text) = same else { return Ok(Flow::More) };
        let mut varying = Vec::new();
        for key in self.decode.varying() {
            varying.extend(json::locate(data, &[key]));
        }
        Ok(Flow::Text(Lesson { text, varying }))
    }
}
