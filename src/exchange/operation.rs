//! A protocol's side of the exchange: the requests it sends, and what their responses mean.

use std::rc::Rc;

use super::EventQueue;
use crate::chat::{Code, Error, Result, ToolCall, Usage};
use crate::frame::Framing;
use crate::http::{Head, Method, Peer, Request, Response, url};
use crate::json::Map;
use crate::text::{cut, filled};

/// One request, and what happens with its response.
pub struct Operation {
    /// What is sent. Shared, since a retry and an error message may need it again.
    pub request: Rc<Request>,
    pub(crate) on_response: OnResponse,
    /// See [`Operation::or_else`].
    pub(crate) otherwise: Option<Box<Operation>>,
}

/// How a response is read.
pub(crate) enum OnResponse {
    /// Read completely, up to the limit. Then the handler decides what comes next.
    Buffered(ResponseHandler, ErrorStatus),
    /// Frame by frame, as the bytes come.
    Stream(Framing, Box<dyn Decode>),
}

/// What happens with a status outside 2xx.
#[derive(PartialEq)]
pub(crate) enum ErrorStatus {
    /// The exchange makes an error of it.
    Fail,
    /// The handler gets the response and decides.
    PassThrough,
}

pub(crate) type ResponseHandler = Box<dyn FnOnce(&Response, &mut EventQueue) -> Result<Transition>>;

/// What follows a response that was read whole.
pub enum Transition {
    /// Another request.
    Send(Operation),
    /// Nothing: the reply is complete.
    Over,
}

impl Operation {
    /// A request whose response is read completely and then handed to `handler`. A status outside 2xx is an error, and
    /// the handler is not called.
    pub fn buffered(
        request: Request,
        handler: impl FnOnce(&Response, &mut EventQueue) -> Result<Transition> + 'static,
    ) -> Operation {
        Operation::new(request, OnResponse::Buffered(Box::new(handler), ErrorStatus::Fail))
    }

    /// A request whose response is read completely and handed to `handler` whatever its status, for protocols that know
    /// more about an error than its status. [`Response::status_error`] is the usual error.
    pub fn buffered_any_status(
        request: Request,
        handler: impl FnOnce(&Response, &mut EventQueue) -> Result<Transition> + 'static,
    ) -> Operation {
        Operation::new(request, OnResponse::Buffered(Box::new(handler), ErrorStatus::PassThrough))
    }

    /// A request whose response is a stream of frames, which `decode` turns into events.
    pub fn stream(request: Request, framing: Framing, decode: impl Decode + 'static) -> Operation {
        Operation::new(request, OnResponse::Stream(framing, Box::new(decode)))
    }

    fn new(request: Request, on_response: OnResponse) -> Operation {
        Operation { request: Rc::new(request), on_response, otherwise: None }
    }

    /// This operation, in whose place `other` is tried where no response comes that the caller may read. A page of
    /// another origin cannot tell a site that is down from one that answers without leave to read (CORS).
    pub fn or_else(mut self, other: Operation) -> Operation {
        self.otherwise = Some(Box::new(other));
        self
    }

    /// The operation after a redirect to `location` (rule 8 of the exchange).
    ///
    /// # Errors
    /// [`Code::Service`] where the redirect leads to another origin, which could be anybody's, so not even a request
    /// for a nonce follows there; or where it would drop the message. If the same path is asked for elsewhere, the site
    /// at `address` has moved, and the error names its new address.
    pub(crate) fn redirected(
        mut self: Box<Self>,
        status: u16,
        location: &str,
        peer: Peer,
        address: &str,
    ) -> Result<Box<Self>> {
        let from = &self.request.url;
        let target = url::resolve(from, location).unwrap_or_default();
        let leaves_origin = url::origin(&target) != url::origin(from);
        let keeps_message = self.request.method == Method::Get || matches!(status, 307 | 308);
        if leaves_origin || !keeps_message {
            let path = from.strip_prefix(address).filter(|path| !address.is_empty() && path.len() > 1);
            let moved = path.and_then(|path| target.strip_suffix(path));
            let (name, setting) = (peer.name(), peer.setting());
            let message = match moved {
                Some(address) => filled(
                    "the $ redirects to $: nothing was sent there; give that address as $",
                    &[name, address, setting],
                ),
                // Where it leads to need not be an address of the same kind: most of these pages ask for a login.
                None => filled(
                    "the $ redirects to $: nothing was sent there; if it wants a login, give its headers, and if it has moved, its address \
                     as $",
                    &[name, cut(&target, b"?#").0, setting],
                ),
            };
            let mut error = Error::new(Code::Service, message);
            error.status = Some(status);
            return Err(error);
        }
        Rc::make_mut(&mut self.request).url = target;
        Ok(self)
    }
}

/// How a protocol reads the response to a streamed request. One value lives as long as that response.
pub trait Decode {
    /// The head came, with a status of 2xx.
    fn head(&mut self, _head: &Head, _out: &mut EventQueue) {}

    /// Path to the text in the JSON of an ordinary text frame, outermost key first; a number is an index. The scanner finds
    /// the text there without parsing. Empty: frames of text are always parsed.
    fn text_path(&self) -> &'static [&'static str] {
        &[]
    }

    /// Paths to the reasoning in frames that hold a piece of it and nothing else. Where services of one protocol differ,
    /// there are several; the scanner takes a frame in which exactly one of them exists.
    fn reasoning_paths(&self) -> &'static [&'static [&'static str]] {
        &[]
    }

    /// Path to the arguments in frames that hold a piece of a tool call's arguments and nothing else.
    fn arguments_path(&self) -> &'static [&'static str] {
        &[]
    }

    /// The tool call that frames of arguments belong to. `None`: such frames are always parsed.
    fn open_call(&self) -> Option<Rc<ToolCall>> {
        None
    }

    /// The scanner took `arguments` for [`Decode::open_call`] without a call of [`Decode::frame`].
    fn arguments_scanned(&mut self, _arguments: &str) {}

    /// Members on the first level of a frame that differ from frame to frame and mean nothing, such as a sequence number.
    fn varying_members(&self) -> &'static [&'static str] {
        &[]
    }

    /// Bytes that the decoder keeps of the reply until its end. The exchange fails the reply where they exceed its limit.
    fn kept_bytes(&self) -> usize {
        0
    }

    /// One frame. `event` is the name of a server-sent event, empty where the stream gives none.
    ///
    /// # Errors
    /// The frame reports an error, or is of a known kind and cannot be read.
    fn frame(&mut self, event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome>;

    /// JSON came in one piece where a stream was asked for.
    ///
    /// # Errors
    /// The JSON reports an error, or holds no answer.
    fn json_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Transition>;

    /// The status is not 2xx: returns another operation, or an error in the protocol's own terms.
    ///
    /// # Errors
    /// [`Response::status_error`], unless the protocol knows better.
    fn error_response(&mut self, response: &Response, _out: &mut EventQueue) -> Result<Operation> {
        Err(response.status_error())
    }

    /// A web page came with status 200 where an answer was asked for: returns another operation, or an error in the
    /// protocol's own terms.
    ///
    /// # Errors
    /// [`Response::html_error`], unless the protocol knows better.
    fn page_response(&mut self, response: &Response, _out: &mut EventQueue) -> Result<Operation> {
        Err(response.html_error())
    }

    /// The token counts so far, for a reply that ends before the service gives the last ones.
    fn usage(&self) -> Option<Usage> {
        None
    }

    /// The state for the next call. It is wanted early where a stop word ends the text before the service does.
    fn conversation(&mut self) -> Map {
        Map::new()
    }

    /// The body ended without a frame that completes the reply.
    ///
    /// # Errors
    /// [`truncated`], unless the protocol ends by closing the connection.
    fn end(&mut self, _out: &mut EventQueue) -> Result<()> {
        Err(truncated())
    }
}

/// The error of a stream that ends before the reply does.
pub fn truncated() -> Error {
    Error::new(Code::Truncated, "the reply was cut off: the connection closed before its end")
}

/// What a frame means for the frames after it.
#[derive(Debug, PartialEq, Eq)]
pub enum FrameOutcome {
    /// More frames follow.
    More,
    /// More frames follow, and this one said something beside its text that no event shows. The scanner must not take
    /// over frames of this layout.
    NotScannable,
    /// The reply is complete. The frames after this one are not read.
    Done,
}
