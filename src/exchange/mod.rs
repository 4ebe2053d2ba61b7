//! The one state machine. It does no I/O ("sans-I/O"): its owner sends what [`Exchange::poll`] asks for and feeds what comes
//! back.
//!
//! ```text
//!             poll                    feed
//!   Sending  --Send(request)-->  Waiting  --Head-->  Collecting | Streaming  --Chunk*, End-->  next operation | Over
//! ```
//!
//! # Rules, for every protocol
//!
//! Each has a test of this name in `tests/engine.rs`.
//!
//! 1. `events_come_before_errors`
//! 2. `nothing_counts_after_done`
//! 3. `the_end_without_done_is_truncation`, except where a protocol ends by closing the connection
//! 4. `unknown_frames_are_skipped`; malformed frames of a known kind are errors, unless the protocol is known to emit them
//! 5. `what_is_not_2xx_is_read_whole_bounded_and_refused`
//! 6. `the_body_decides_between_json_and_stream`, not `Content-Type` and not what was asked for
//! 7. `at_most_eight_requests_an_exchange`
//! 8. `a_redirect_stays_on_its_origin`: nothing of a request is sent elsewhere, and no message is lost to a changed method
//!
//! Two more rules belong to the owner, `web/driver.rs`: nothing is retried once text has been handed out, and a reply is
//! never reconnected.

mod event_queue;
mod frame_decoder;
mod operation;
#[cfg(debug_assertions)]
pub mod scan_log;
mod text_filter;

use std::ops::ControlFlow::{Break, Continue};
use std::rc::Rc;

use crate::chat::{Code, Error, Event, Result, Usage, too_large_error};
use crate::frame::{Framing, Pieces, Splitter};
use crate::http::{self, Head, Peer, Request, Response};
use crate::text::{cut, decimal, filled};
use frame_decoder::FrameDecoder;

pub use event_queue::{EMPTY_REPLY, EventQueue, Received, RunKind};
pub use operation::{Decode, FrameOutcome, Operation, Transition, truncated};
pub(crate) use operation::{ErrorStatus, OnResponse};
pub use text_filter::{Filter, Segment};

/// What the owner of an exchange has to do next.
pub enum Poll {
    /// Send this request, then feed the head of its response.
    Send(Rc<Request>),
    /// Feed the next chunk of the body, or its end.
    Read,
    /// Hand out this event, then poll again.
    Event(Event),
    /// The reply is complete, or failed.
    Over(Result<()>),
}

/// What an exchange waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A request has to be sent.
    Request,
    /// Head or body of the response.
    Response,
    /// The reply is over.
    Nothing,
}

/// What came for the request that was sent last.
pub enum Feed<'a> {
    /// The head of its response.
    Head(Head),
    /// A part of the body, cut wherever the network cut it.
    Chunk(&'a [u8]),
    /// The end of the body.
    End,
}

/// One reply as a state machine: all its requests, and the events that come of their responses.
pub struct Exchange {
    state: State,
    out: EventQueue,
    /// Bytes that one event, line or JSON response may have, and that may be kept of the reply until its end.
    limit: usize,
    requests: u8,
    /// See [`Exchange::redact_errors`].
    redact: Option<Redact>,
    /// What answers, for the error of a redirect.
    peer: Peer,
    /// The caller's address of the site or service, for the error of a redirect.
    address: String,
    /// The token counts of a stream that failed.
    usage: Option<Box<Usage>>,
    /// What the service calls the request whose response came last.
    request_id: Option<String>,
}

type Redact = Box<dyn Fn(&mut Error)>;

/// One pointer wide, since it is taken out of its place and put back for every chunk.
enum State {
    Sending(Box<Operation>),
    Waiting(Box<Operation>),
    /// A response that is read whole.
    Collecting(Box<Buffered>),
    /// The first bytes of a stream, until one of them shows what the body is.
    Sniffing(Box<Stream>),
    Streaming(Box<Stream>),
    Over(Option<Error>),
}

struct Buffered {
    response: Response,
    on_response: OnResponse,
    /// Bytes that its body may have.
    limit: usize,
    /// Whether it is a page or a nonce, which is no part of the reply.
    is_shared: bool,
}

struct Stream {
    /// Its body holds only what was read while sniffing.
    response: Response,
    framing: Framing,
    splitter: Splitter,
    decode: Box<dyn Decode>,
    /// See [`frame_decoder`].
    unused_layouts: u8,
}

/// Requests an exchange may send, redirects and renewals included.
const MAX_REQUESTS: u8 = 8;

/// Bytes of the body of an error response that are read. The explanation of an error is at its beginning.
const MAX_ERROR_BODY: usize = 256 * 1024;

/// Bytes that a page or the response to a request for a nonce may have, whatever the caller's limit. They are not part
/// of the reply, which a caller may want to limit tightly.
pub const MAX_SHARED_RESPONSE: usize = 16 * 1024 * 1024;

impl Exchange {
    /// An exchange that begins with `first`. `limit`: bytes that one event, line or JSON response may have.
    pub fn new(first: Result<Operation>, limit: usize) -> Self {
        let state = match first {
            Ok(operation) => State::Sending(Box::new(operation)),
            Err(error) => State::Over(Some(error)),
        };
        let mut out = EventQueue::default();
        out.set_limit(limit);
        Exchange {
            state,
            out,
            limit,
            requests: 0,
            redact: None,
            peer: Peer::Site,
            address: String::new(),
            usage: None,
            request_id: None,
        }
    }

    /// An exchange that sends nothing: only what is put into its queue comes out.
    pub fn without_request() -> Self {
        Exchange { state: State::Over(None), ..Exchange::new(Err(Error::input("")), 0) }
    }

    /// Takes secrets out of every error before it is handed out.
    pub fn redact_errors(&mut self, redact: impl Fn(&mut Error) + 'static) {
        self.redact = Some(Box::new(redact));
    }

    /// Notes what is asked, and the caller's address of it, so that a redirect to another one can be named.
    pub fn is_for(&mut self, peer: Peer, address: &str) {
        self.peer = peer;
        address.clone_into(&mut self.address);
    }

    /// The queue, for events that come before the first response.
    pub fn out(&mut self) -> &mut EventQueue {
        &mut self.out
    }

    /// What to do next. Waiting events come first.
    pub fn poll(&mut self) -> Poll {
        if let Some(event) = self.out.pop() {
            return Poll::Event(event);
        }
        if !matches!(self.state, State::Sending(_) | State::Over(_)) {
            return Poll::Read;
        }
        match std::mem::replace(&mut self.state, State::Over(None)) {
            State::Sending(operation) if self.requests == MAX_REQUESTS => {
                // The query is left out, since it may hold a nonce.
                let target = cut(&operation.request.url, b"?#").0;
                let most = decimal(MAX_REQUESTS.into());
                let message = filled("gave up after $ requests; the next would go to $", &[&most, target]);
                Poll::Over(Err(Error::new(Code::Service, message)))
            }
            State::Sending(operation) => {
                self.requests += 1;
                self.request_id = None;
                let request = operation.request.clone();
                self.state = State::Waiting(operation);
                Poll::Send(request)
            }
            State::Over(Some(error)) => Poll::Over(Err(error)),
            _ => Poll::Over(Ok(())),
        }
    }

    /// What came for the request that was sent last. Anything fed after the end is dropped.
    pub fn feed(&mut self, feed: Feed<'_>) {
        let state = std::mem::replace(&mut self.state, State::Over(None));
        self.state = self.next_state(state, feed).unwrap_or_else(|mut error| {
            self.out.finish_text();
            if error.request_id.is_none() {
                error.request_id = self.request_id.take();
            }
            if let Some(redact) = &self.redact {
                redact(&mut error);
            }
            State::Over(Some(error))
        });
    }

    /// Ends the reply with an error of its owner.
    pub fn fail(&mut self, error: Error) {
        self.state = State::Over(Some(error));
    }

    /// What the service calls the request whose response came last, for an error of the exchange's owner.
    pub fn request_id(&self) -> Option<String> {
        self.request_id.clone()
    }

    /// No response came that may be read. Returns whether another request is to be sent in the place of that one.
    pub fn no_response(&mut self) -> bool {
        match &mut self.state {
            State::Waiting(operation) => match operation.otherwise.take() {
                Some(other) => {
                    self.state = State::Sending(other);
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// The next event. An owner that takes all of them before it polls never sees [`Poll::Event`].
    pub fn next_event(&mut self) -> Option<Event> {
        self.out.pop()
    }

    /// Shows the next event where it is a run of pieces, as nearly all are. The run is shown in place, without a queue.
    pub fn show_run(&mut self, to: impl FnOnce(&RunKind, &Pieces)) {
        self.out.show_run(to);
    }

    /// Whether an event is waiting.
    pub fn has_events(&self) -> bool {
        self.out.has_events()
    }

    /// Whether a stop word ended the text, while the service may go on.
    pub fn is_cut(&self) -> bool {
        self.out.is_stopped()
    }

    /// What [`Exchange::poll`] would ask for when no event is waiting.
    pub fn demand(&self) -> Demand {
        match self.state {
            State::Sending(_) => Demand::Request,
            State::Over(_) => Demand::Nothing,
            _ => Demand::Response,
        }
    }

    fn next_state(&mut self, state: State, feed: Feed<'_>) -> Result<State> {
        match (state, feed) {
            (State::Waiting(operation), Feed::Head(head)) => self.head(operation, head),
            (State::Streaming(mut stream), Feed::Chunk(chunk)) => {
                let (splitter, mut sink) = self.sink(&mut stream);
                match splitter.feed(chunk, &mut sink) {
                    Continue(()) => Ok(State::Streaming(stream)),
                    Break(stop) => {
                        let stopped = sink.stopped(stop);
                        self.stream_over(&stream, stopped)
                    }
                }
            }
            (State::Streaming(mut stream), Feed::End) => {
                let ended = self.stream_ended(&mut stream);
                self.stream_over(&stream, ended)
            }
            (State::Sniffing(mut stream), Feed::Chunk(chunk)) => {
                stream.response.body.extend_from_slice(chunk);
                self.sniff(stream)
            }
            (State::Sniffing(stream), Feed::End) => {
                Err(stream.response.error(Code::Service, "the service answered with an empty body"))
            }
            (State::Collecting(mut buffered), Feed::Chunk(chunk)) => {
                let room = buffered.limit.saturating_sub(buffered.response.body.len());
                buffered.response.body.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
                match buffered.response.head.is_success() {
                    _ if chunk.len() <= room => Ok(State::Collecting(buffered)),
                    true => Err(response_too_large(buffered.limit)),
                    // The explanation of an error is at its beginning.
                    false => self.complete(*buffered),
                }
            }
            (State::Collecting(buffered), Feed::End) => self.complete(*buffered),
            (state, _) => Ok(state),
        }
    }

    /// The splitter of a stream, and where its frames go.
    fn sink<'a>(&'a mut self, stream: &'a mut Stream) -> (&'a mut Splitter, FrameDecoder<'a>) {
        let Stream { splitter, decode, unused_layouts, .. } = stream;
        let (out, limit) = (&mut self.out, self.limit);
        (splitter, FrameDecoder { decode: decode.as_mut(), out, limit, unused_layouts, error: None })
    }

    fn head(&mut self, operation: Box<Operation>, head: Head) -> Result<State> {
        self.request_id = head.request_id();
        let location = head.header("location").filter(|_| matches!(head.status, 301..=303 | 307 | 308));
        if let Some(location) = location {
            return operation.redirected(head.status, location, self.peer, &self.address).map(State::Sending);
        }
        let limit = match head.is_success() {
            false => MAX_ERROR_BODY,
            true if operation.request.shared => self.limit.max(MAX_SHARED_RESPONSE),
            true => self.limit,
        };
        let response = Response { head, body: Vec::new() };
        let is_shared = operation.request.shared;
        match operation.on_response {
            OnResponse::Stream(framing, mut decode) if response.head.is_success() => {
                #[cfg(debug_assertions)]
                scan_log::declared(decode.as_ref());
                decode.head(&response.head, &mut self.out);
                let splitter = Splitter::new(framing, limit);
                Ok(State::Sniffing(Box::new(Stream { response, framing, splitter, decode, unused_layouts: 0 })))
            }
            on_response => Ok(State::Collecting(Box::new(Buffered { response, on_response, limit, is_shared }))),
        }
    }

    fn sniff(&mut self, mut stream: Box<Stream>) -> Result<State> {
        let (bytes, limit) = (&stream.response.body, self.limit);
        match http::first_byte(bytes) {
            None if bytes.len() > limit => Err(Error::new(Code::Protocol, "the answer is blank")),
            None => Ok(State::Sniffing(stream)),
            Some(byte) if byte == b'<' || stream.framing == Framing::Sse && matches!(byte, b'{' | b'[') => {
                if bytes.len() > limit {
                    return Err(response_too_large(limit));
                }
                let Stream { response, framing, decode, .. } = *stream;
                let on_response = OnResponse::Stream(framing, decode);
                Ok(State::Collecting(Box::new(Buffered { response, on_response, limit, is_shared: false })))
            }
            // The first bytes may be an incomplete byte order mark.
            Some(0xef) if bytes.len() < 3 => Ok(State::Sniffing(stream)),
            Some(_) => {
                let first = std::mem::take(&mut stream.response.body);
                self.next_state(State::Streaming(stream), Feed::Chunk(&first))
            }
        }
    }

    fn complete(&mut self, Buffered { response, on_response, is_shared, .. }: Buffered) -> Result<State> {
        let out = &mut self.out;
        if !response.is_html() {
            out.check_json(&response.body)?;
            if response.head.is_success() && !is_shared {
                out.raw("", &response.body);
            }
        }
        let next = match (on_response, response.head.is_success()) {
            (OnResponse::Buffered(_, ErrorStatus::Fail), false) => Err(response.status_error()),
            (OnResponse::Buffered(handler, _), _) => handler(&response, out),
            (OnResponse::Stream(_, mut decode), false) => decode.error_response(&response, out).map(Transition::Send),
            (OnResponse::Stream(_, mut decode), true) if response.is_html() => {
                decode.page_response(&response, out).map(Transition::Send)
            }
            (OnResponse::Stream(_, mut decode), true) => decode.json_response(&response, out),
        };
        match next {
            Ok(Transition::Send(operation)) => Ok(State::Sending(Box::new(operation))),
            Ok(Transition::Over) => Ok(State::Over(None)),
            // An error with a status is of an earlier response, which this one did not mend.
            Err(error) if error.status.is_some() => Err(error),
            Err(error) => Err(response.add_details(error)),
        }
    }

    /// What follows the end of a stream. Where it failed, the token counts so far are kept.
    fn stream_over(&mut self, stream: &Stream, result: Result<()>) -> Result<State> {
        if result.is_err() {
            self.usage = stream.decode.usage().map(Box::new);
        }
        result.map(|()| State::Over(None))
    }

    /// The token counts so far, of a reply that goes on, was given up or failed, or whose last events wait to be taken.
    pub fn usage(&self) -> Option<Usage> {
        match &self.state {
            State::Streaming(stream) => stream.decode.usage(),
            _ => self.usage.as_deref().or(self.out.waiting_usage()).cloned(),
        }
    }

    fn stream_ended(&mut self, stream: &mut Stream) -> Result<()> {
        // A last frame without its blank line counts if it is complete. An incomplete frame is dropped, and rule 3
        // applies.
        let (splitter, mut sink) = self.sink(stream);
        if let Break(stop) = splitter.finish(&mut sink) {
            match sink.stopped(stop) {
                Err(error) if error.code == Code::Protocol => {}
                over => return over,
            }
        }
        if !stream.splitter.is_recognised() {
            return Err(Error::new(Code::Protocol, "the answer is neither an event stream nor JSON"));
        }
        stream.decode.end(&mut self.out)
    }
}

/// The error of a response that is larger than `limit` bytes, also for an owner that reads a response itself.
pub fn response_too_large(limit: usize) -> Error {
    too_large_error("the answer", limit)
}
