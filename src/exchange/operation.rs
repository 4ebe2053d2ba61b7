//! A protocol's side of the exchange: the requests it sends, and what their answers mean.

use std::rc::Rc;

use crate::chat::{Code, Error, Result, ToolCall};
use crate::exchange::Out;
use crate::frame::Framing;
use crate::http::{Answer, Head, Method, Request, url};
use crate::json::Map;
use crate::text::{cut, join};

/// A request and what its answer means.
pub struct Step {
    pub request: Rc<Request>,
    pub(crate) then: Then,
}

pub(crate) enum Then {
    Ask(Answered, Refusals),
    Stream(Framing, Box<dyn Decode>),
}

#[derive(PartialEq)]
pub(crate) enum Refusals {
    /// Are errors.
    Usual,
    /// Are for the protocol to read.
    Own,
}

pub(crate) type Answered = Box<dyn FnOnce(&Answer, &mut Out) -> Result<Next>>;

pub enum Next {
    Step(Step),
    Over,
}

impl Step {
    /// The answer is read whole (bounded), then comes the next step.
    pub fn ask(request: Request, then: impl FnOnce(&Answer, &mut Out) -> Result<Next> + 'static) -> Step {
        Step { request: Rc::new(request), then: Then::Ask(Box::new(then), Refusals::Usual) }
    }

    /// The same where a protocol has a word to say about answers that are not 2xx: `then` gets those, too, and
    /// [`Answer::refusal`] is the usual error.
    pub fn ask_anyway(request: Request, then: impl FnOnce(&Answer, &mut Out) -> Result<Next> + 'static) -> Step {
        Step { request: Rc::new(request), then: Then::Ask(Box::new(then), Refusals::Own) }
    }

    /// The answer's frames become events.
    pub fn stream(request: Request, framing: Framing, decode: impl Decode + 'static) -> Step {
        Step { request: Rc::new(request), then: Then::Stream(framing, Box::new(decode)) }
    }

    /// Rule 8 of the exchange. A page of another origin could be anybody's, so not even a nonce request follows there.
    pub(crate) fn redirected(mut self: Box<Self>, status: u16, location: &str) -> Result<Box<Self>> {
        let from = &self.request.url;
        let target = url::resolve(from, location).unwrap_or_default();
        let elsewhere = url::origin(&target) != url::origin(from);
        let keeps_message = self.request.method == Method::Get || matches!(status, 307 | 308);
        if elsewhere || !keeps_message {
            let target = cut(&target, b"?#").0;
            const ADVICE: &str = ": nothing was sent there; give that address as url";
            let mut error = Error::new(Code::Service, join(&["the site redirects to ", target, ADVICE]));
            error.status = Some(status);
            return Err(error);
        }
        Rc::make_mut(&mut self.request).url = target;
        Ok(self)
    }
}

/// A protocol's side of a streamed answer.
pub trait Decode {
    fn head(&mut self, _head: &Head, _out: &mut Out) {}

    /// Where the text lies in the JSON of an ordinary text frame: lets the scanner find it without parsing.
    fn text_path(&self) -> &'static [&'static str] {
        &[]
    }

    /// The same of a frame that is a thought and nothing else. It may lie in more than one place; the scanner takes frames that
    /// have one of them.
    fn thought_paths(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    /// The same of a frame that is a piece of a call's arguments and nothing else.
    fn arguments_path(&self) -> &'static [&'static str] {
        &[]
    }

    /// The call that such frames are about, and how many bytes more they may say, of the `limit` of a reply.
    fn calling(&self, _limit: usize) -> Option<(Rc<ToolCall>, usize)> {
        None
    }

    /// What the scanner took of them.
    fn called(&mut self, _arguments: &str) {}

    /// Members of such frames, on their first level, that differ from frame to frame and mean nothing.
    fn varying(&self) -> &'static [&'static str] {
        &[]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress>;

    /// JSON came where a stream was asked for.
    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next>;

    /// What to do where the status is not 2xx: another step, or an error in the protocol's words.
    fn refused(&mut self, answer: &Answer, _out: &mut Out) -> Result<Step> {
        Err(answer.refusal())
    }

    /// What the next turn needs, where the text ends before the service does (a word of `stop`).
    fn conversation(&mut self) -> Map {
        Map::new()
    }

    /// The body ended and no frame said so.
    fn end(&mut self, _out: &mut Out) -> Result<()> {
        Err(cut_off())
    }
}

pub fn cut_off() -> Error {
    Error::new(Code::Truncated, "the reply was cut off: the connection closed before its end")
}

#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    More,
    /// More, and the frame said more than its text, though no event tells: not for the scanner.
    Noted,
    Done,
}
