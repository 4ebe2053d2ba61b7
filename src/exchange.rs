//! The one state machine. It does no I/O: the owner sends what [`Exchange::poll`] asks for and feeds what comes back.
//!
//! ```text
//!             poll                    feed
//!   Sending  --Send(request)-->  Waiting  --Head-->  Collecting | Streaming  --Chunk*, End-->  next step | Over
//! ```
//!
//! # Rules, for every protocol
//!
//! Each has a test of this name in `tests/engine.rs`.
//!
//! 1. `events_come_before_errors`
//! 2. `nothing_counts_after_done`
//! 3. `the_end_without_done_is_truncation`, except where a protocol ends by closing
//! 4. `unknown_frames_are_skipped`; malformed frames of a known kind are errors, unless the protocol is known to emit them
//! 5. `what_is_not_2xx_is_read_whole_bounded_and_refused`
//! 6. `the_body_decides_between_json_and_stream`, not `Content-Type` and not what was asked for
//! 7. `at_most_eight_requests_an_exchange`
//! 8. `a_redirect_stays_on_its_origin`: nothing of a request is sent elsewhere, and no message is lost to a changed method
//!
//! Two more are the owner's, `web/talk.rs`: nothing is retried once text has been handed out, and a reply is never
//! reconnected.

use crate::chat::{Event, Pieces};
use crate::error::{Code, Error, Result, larger};
use crate::frame::{Flow, Framing, Sink, Splitter};
use crate::http::{self, Answer, Head, Method, Request};
use crate::json::{self, Halves};
use crate::out::Out;
use crate::scan;
use crate::text::{cut, decimal, join};

/// A request and what its answer means.
pub struct Step {
    pub request: Request,
    then: Then,
}

enum Then {
    Ask(Answered, Refusals),
    Stream(Framing, Box<dyn Decode>),
}

#[derive(PartialEq)]
enum Refusals {
    /// Are errors.
    Usual,
    /// Are for the protocol to read.
    Own,
}

type Answered = Box<dyn FnOnce(&Answer, &mut Out) -> Result<Next>>;

pub enum Next {
    Step(Step),
    Over,
}

impl Step {
    /// The answer is read whole (bounded), then comes the next step.
    pub fn ask(request: Request, then: impl FnOnce(&Answer, &mut Out) -> Result<Next> + 'static) -> Step {
        Step { request, then: Then::Ask(Box::new(then), Refusals::Usual) }
    }

    /// The same where a protocol has a word to say about answers that are not 2xx: `then` gets those, too, and
    /// [`Answer::refusal`] is the usual error.
    pub fn ask_anyway(request: Request, then: impl FnOnce(&Answer, &mut Out) -> Result<Next> + 'static) -> Step {
        Step { request, then: Then::Ask(Box::new(then), Refusals::Own) }
    }

    /// The answer's frames become events.
    pub fn stream(request: Request, framing: Framing, decode: impl Decode + 'static) -> Step {
        Step { request, then: Then::Stream(framing, Box::new(decode)) }
    }
}

/// A protocol's side of a streamed answer.
pub trait Decode {
    fn head(&mut self, _head: &Head, _out: &mut Out) {}

    /// Where the text lies in the JSON of an ordinary text frame: lets the scanner find it without parsing.
    fn text_path(&self) -> &'static [&'static str] {
        &[]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress>;

    /// JSON came where a stream was asked for.
    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next>;

    /// What to do where the status is not 2xx: another step, or an error in the protocol's words.
    fn refused(&mut self, answer: &Answer, _out: &mut Out) -> Result<Step> {
        Err(answer.refusal())
    }

    /// The body ended and no frame said so.
    fn end(&mut self, _out: &mut Out) -> Result<()> {
        Err(Error::new(Code::Truncated, "the reply was cut off: the connection closed before its end"))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    More,
    Done,
}

pub enum Poll {
    /// Send this, then feed its head.
    Send(Request),
    /// Feed the next chunk of the body, or its end.
    Read,
    Event(Event),
    Over(Result<()>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    Request,
    /// Head or body of the answer.
    Answer,
    Nothing,
}

pub enum Feed<'a> {
    Head(Head),
    Chunk(&'a [u8]),
    End,
}

pub struct Exchange {
    state: State,
    out: Out,
    requests: u8,
    limit: usize,
}

/// One pointer wide: it is taken out of its place and put back for every chunk.
enum State {
    Sending(Box<Step>),
    Waiting(Box<Step>),
    /// An answer that is read whole.
    Collecting(Box<Body>),
    /// First bytes of a stream, until one of them tells what it is.
    Sniffing(Box<Stream>),
    Streaming(Box<Stream>),
    Over(Option<Error>),
}

struct Body {
    answer: Answer,
    then: Then,
    /// Bytes that it may have.
    limit: usize,
}

struct Stream {
    /// Of the body only what was read while sniffing.
    answer: Answer,
    framing: Framing,
    splitter: Splitter,
    decode: Box<dyn Decode>,
    /// See [`MAX_LESSONS`].
    lessons: u8,
}

/// Frames in a row whose form was learned and came never again. Where each frame differs, learning would cost more than
/// reading them.
const MAX_LESSONS: u8 = 16;

/// Requests an exchange may send, redirects and renewals included.
const MAX_REQUESTS: u8 = 8;

/// Bytes of a refusal that are read. What explains an error is at its beginning.
const MAX_REFUSAL: usize = 256 * 1024;

/// Bytes that a page or a nonce's answer may have at least: they are no part of the reply, which a caller may bound
/// tightly.
pub const MAX_SHARED: usize = 16 * 1024 * 1024;

impl Exchange {
    /// `limit`: bytes of one event, line or JSON answer.
    pub fn new(first: Result<Step>, limit: usize) -> Self {
        let state = match first {
            Ok(step) => State::Sending(Box::new(step)),
            Err(error) => State::Over(Some(error)),
        };
        Exchange { state, out: Out::default(), requests: 0, limit }
    }

    pub fn out(&mut self) -> &mut Out {
        &mut self.out
    }

    pub fn poll(&mut self) -> Poll {
        if let Some(event) = self.out.pop() {
            return Poll::Event(event);
        }
        if !matches!(self.state, State::Sending(_) | State::Over(_)) {
            return Poll::Read;
        }
        match std::mem::replace(&mut self.state, State::Over(None)) {
            State::Sending(step) if self.requests == MAX_REQUESTS => {
                // Without the query: there may be a nonce in it.
                let target = cut(&step.request.url, b"?#").0;
                let most = decimal(MAX_REQUESTS.into());
                let message = join(&["gave up after ", &most, " requests; the next would go to ", target]);
                Poll::Over(Err(Error::new(Code::Service, message)))
            }
            State::Sending(step) => {
                self.requests += 1;
                let request = step.request.clone();
                self.state = State::Waiting(step);
                Poll::Send(request)
            }
            State::Over(Some(error)) => Poll::Over(Err(error)),
            _ => Poll::Over(Ok(())),
        }
    }

    /// What comes for the last request. Anything fed after the end is dropped.
    pub fn feed(&mut self, feed: Feed<'_>) {
        let state = std::mem::replace(&mut self.state, State::Over(None));
        self.state = self.step(state, feed).unwrap_or_else(|error| {
            self.out.finish_text();
            State::Over(Some(error))
        });
    }

    /// The next event. Who wants them all before he polls never sees [`Poll::Event`].
    pub fn event(&mut self) -> Option<Event> {
        self.out.pop()
    }

    /// What `poll` would ask for, without taking it.
    pub fn demand(&self) -> Demand {
        match self.state {
            State::Sending(_) => Demand::Request,
            State::Over(_) => Demand::Nothing,
            _ => Demand::Answer,
        }
    }

    /// Gives the room of a run of pieces back, so that the next one needs no allocation.
    pub fn recycle(&mut self, mut pieces: Pieces) {
        if pieces.text.capacity() <= 64 * 1024 {
            pieces.text.clear();
            pieces.ends.clear();
            self.out.spare = pieces;
        }
    }

    fn step(&mut self, state: State, feed: Feed<'_>) -> Result<State> {
        match (state, feed) {
            (State::Waiting(step), Feed::Head(head)) => self.head(step, head),
            (State::Streaming(mut stream), Feed::Chunk(chunk)) => {
                let Stream { splitter, decode, lessons, .. } = stream.as_mut();
                let mut sink = Frames { decode: decode.as_mut(), out: &mut self.out, lessons };
                match splitter.feed(chunk, &mut sink)? {
                    Flow::Done => Ok(State::Over(None)),
                    _ => Ok(State::Streaming(stream)),
                }
            }
            (State::Streaming(mut stream), Feed::End) => self.end(&mut stream),
            (State::Sniffing(mut stream), Feed::Chunk(chunk)) => {
                stream.answer.body.extend_from_slice(chunk);
                self.sniff(stream)
            }
            (State::Sniffing(stream), Feed::End) => {
                Err(stream.answer.error(Code::Service, "the service answered with an empty body"))
            }
            (State::Collecting(mut body), Feed::Chunk(chunk)) => {
                let room = body.limit.saturating_sub(body.answer.body.len());
                body.answer.body.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
                match body.answer.head.is_success() {
                    _ if chunk.len() <= room => Ok(State::Collecting(body)),
                    true => Err(too_large(body.limit)),
                    // What explains an error is at its beginning.
                    false => self.answered(*body),
                }
            }
            (State::Collecting(body), Feed::End) => self.answered(*body),
            (state, _) => Ok(state),
        }
    }

    fn head(&mut self, step: Box<Step>, head: Head) -> Result<State> {
        let location = head.header("location").filter(|_| matches!(head.status, 301..=303 | 307 | 308));
        if let Some(location) = location {
            return redirect(step, head.status, location);
        }
        let limit = match head.is_success() {
            false => MAX_REFUSAL,
            true if step.request.shared => self.limit.max(MAX_SHARED),
            true => self.limit,
        };
        let answer = Answer { head, body: Vec::new() };
        match step.then {
            Then::Stream(framing, mut decode) if answer.head.is_success() => {
                decode.head(&answer.head, &mut self.out);
                let splitter = Splitter::new(framing, limit);
                Ok(State::Sniffing(Box::new(Stream { answer, framing, splitter, decode, lessons: 0 })))
            }
            then => Ok(State::Collecting(Box::new(Body { answer, then, limit }))),
        }
    }

    fn sniff(&mut self, mut stream: Box<Stream>) -> Result<State> {
        let (bytes, limit) = (&stream.answer.body, self.limit);
        match http::first_byte(bytes) {
            None if bytes.len() > limit => Err(Error::new(Code::Protocol, "the answer is blank")),
            None => Ok(State::Sniffing(stream)),
            Some(byte) if byte == b'<' || stream.framing == Framing::Sse && matches!(byte, b'{' | b'[') => {
                if bytes.len() > limit {
                    return Err(too_large(limit));
                }
                let Stream { answer, framing, decode, .. } = *stream;
                Ok(State::Collecting(Box::new(Body { answer, then: Then::Stream(framing, decode), limit })))
            }
            // Half of a byte order mark; what follows it is to be seen.
            Some(0xef) if bytes.len() < 3 => Ok(State::Sniffing(stream)),
            Some(_) => {
                let first = std::mem::take(&mut stream.answer.body);
                self.step(State::Streaming(stream), Feed::Chunk(&first))
            }
        }
    }

    fn answered(&mut self, Body { answer, then, .. }: Body) -> Result<State> {
        let out = &mut self.out;
        let next = match (then, answer.head.is_success()) {
            (Then::Ask(_, Refusals::Usual), false) => Err(answer.refusal()),
            (Then::Ask(then, _), _) => then(&answer, out),
            (Then::Stream(_, mut decode), false) => decode.refused(&answer, out).map(Next::Step),
            (Then::Stream(..), true) if answer.is_html() => Err(answer.page_instead()),
            (Then::Stream(_, mut decode), true) => decode.whole(&answer, out),
        };
        match next {
            Ok(Next::Step(step)) => Ok(State::Sending(Box::new(step))),
            Ok(Next::Over) => Ok(State::Over(None)),
            Err(error) => Err(answer.explain(error)),
        }
    }

    fn end(&mut self, stream: &mut Stream) -> Result<State> {
        let Stream { splitter, decode, lessons, .. } = stream;
        // A last frame without its blank line counts if it is whole; half a frame is no frame (rule 3 speaks next).
        let mut sink = Frames { decode: decode.as_mut(), out: &mut self.out, lessons };
        match splitter.finish(&mut sink) {
            Ok(Flow::Done) => return Ok(State::Over(None)),
            Err(error) if error.code != Code::Protocol => return Err(error),
            _ => {}
        }
        if !splitter.is_recognised() {
            return Err(Error::new(Code::Protocol, "the answer is neither an event stream nor JSON"));
        }
        decode.end(&mut self.out)?;
        Ok(State::Over(None))
    }
}

/// Also the owner's word for it, where he reads an answer himself.
pub fn too_large(limit: usize) -> Error {
    larger("the answer", limit)
}

/// Rule 8. A page of another origin could be anybody's, so not even a nonce request follows there.
fn redirect(mut step: Box<Step>, status: u16, location: &str) -> Result<State> {
    let from = &step.request.url;
    let target = http::resolve(from, location).unwrap_or_default();
    let elsewhere = http::origin(&target) != http::origin(from);
    let keeps_message = step.request.method == Method::Get || matches!(status, 307 | 308);
    if elsewhere || !keeps_message {
        let target = cut(&target, b"?#").0;
        const ADVICE: &str = ": nothing was sent there; give that address as url";
        let mut error = Error::new(Code::Service, join(&["the site redirects to ", target, ADVICE]));
        error.status = Some(status);
        return Err(error);
    }
    step.request.url = target;
    Ok(State::Sending(step))
}

/// A decoder as the splitter's sink.
struct Frames<'a> {
    decode: &'a mut dyn Decode,
    out: &'a mut Out,
    lessons: &'a mut u8,
}

impl Sink for Frames<'_> {
    fn text(&mut self, raw: &[u8]) -> bool {
        *self.lessons = 0;
        self.out.raw_text(raw)
    }

    fn frame(&mut self, event: &str, data: &[u8]) -> Result<Flow> {
        let (queued, pieces) = self.out.mark();
        let start = self.out.pieces.text.len();
        if self.decode.frame(event, data, self.out)? == Progress::Done {
            return Ok(Flow::Done);
        }
        let is_text = self.out.mark() == (queued, pieces + 1);
        if !is_text || self.decode.text_path().is_empty() || *self.lessons == MAX_LESSONS {
            return Ok(Flow::More);
        }
        *self.lessons += 1;
        // The scanner may take over only where it would have given the very same piece.
        let same = json::locate(data, self.decode.text_path()).filter(|text| {
            let mut again = String::new();
            scan::unescape(&data[text.clone()], &mut Halves::default(), &mut again)
                && again == self.out.pieces.text[start..]
        });
        Ok(same.map_or(Flow::More, Flow::Text))
    }
}
