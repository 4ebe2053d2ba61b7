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

mod event_queue;
mod frame_decoder;
mod operation;
mod text_filter;

use std::ops::ControlFlow::{Break, Continue};
use std::rc::Rc;

use crate::chat::{Code, Error, Event, Result, larger};
use crate::frame::{Framing, Pieces, Splitter};
use crate::http::{self, Answer, Head, Request};
use crate::text::{cut, decimal, join};
use frame_decoder::Frames;

pub use event_queue::{EMPTY, Out, Run};
pub use operation::{Decode, Next, Progress, Step, cut_off};
pub(crate) use operation::{Refusals, Then};
pub use text_filter::{Filter, Part};

pub enum Poll {
    /// Send this, then feed its head.
    Send(Rc<Request>),
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
    /// See [`crate::sink`].
    lessons: u8,
}

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
        Exchange { state, out: Out::new(limit), requests: 0 }
    }

    /// One that asks for nothing.
    pub fn over() -> Self {
        Exchange { state: State::Over(None), out: Out::default(), requests: 0 }
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

    /// Shows the next event where it is a run of pieces, as nearly all are: the way without a queue.
    pub fn show_run(&mut self, to: impl FnOnce(&Run, &Pieces)) {
        self.out.show_run(to);
    }

    pub fn has_events(&self) -> bool {
        self.out.has_events()
    }

    /// What `poll` would ask for, without taking it.
    pub fn demand(&self) -> Demand {
        match self.state {
            State::Sending(_) => Demand::Request,
            State::Over(_) => Demand::Nothing,
            _ => Demand::Answer,
        }
    }

    fn step(&mut self, state: State, feed: Feed<'_>) -> Result<State> {
        match (state, feed) {
            (State::Waiting(step), Feed::Head(head)) => self.head(step, head),
            (State::Streaming(mut stream), Feed::Chunk(chunk)) => {
                let Stream { splitter, decode, lessons, .. } = stream.as_mut();
                let mut sink = Frames::new(decode.as_mut(), &mut self.out, lessons);
                match splitter.feed(chunk, &mut sink) {
                    Continue(()) => Ok(State::Streaming(stream)),
                    Break(stop) => sink.stopped(stop).map(|()| State::Over(None)),
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
            return step.redirected(head.status, location).map(State::Sending);
        }
        let limit = match head.is_success() {
            false => MAX_REFUSAL,
            true if step.request.shared => self.out.limit.max(MAX_SHARED),
            true => self.out.limit,
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
        let (bytes, limit) = (&stream.answer.body, self.out.limit);
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
        let mut sink = Frames::new(decode.as_mut(), &mut self.out, lessons);
        if let Break(stop) = splitter.finish(&mut sink) {
            match sink.stopped(stop) {
                Err(error) if error.code == Code::Protocol => {}
                over => return over.map(|()| State::Over(None)),
            }
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
