//! A request as plain data.

use super::{Form, Multipart};
use crate::json::Value;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks without a body.
    Get,
    /// Sends a body.
    Post,
}

impl Method {
    /// The method as `fetch` takes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// A request that the owner of the exchange is to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The full address, query included.
    pub url: String,
    /// Names in lower case, with their values.
    pub headers: Vec<(&'static str, String)>,
    /// The body as text; its type is among the headers.
    pub body: Option<String>,
    /// The body as bytes, in the place of `body`, where it holds a file.
    pub bytes: Option<Vec<u8>>,
    /// Whether the response is the same for every caller and holds no secret (a nonce, a page). Concurrent replies may
    /// then share one response, and a browser may follow redirects by itself.
    pub shared: bool,
}

impl Request {
    /// A `GET` request for `url`, without headers.
    pub fn get(url: impl Into<String>) -> Self {
        Request { method: Method::Get, url: url.into(), headers: Vec::new(), body: None, bytes: None, shared: false }
    }

    /// A `POST` request to `url`, without headers and body.
    pub fn post(url: impl Into<String>) -> Self {
        Request { method: Method::Post, ..Request::get(url) }
    }

    /// This request, marked as [`Request::shared`].
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// This request with one more header. `name` must be in lower case.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// This request with `body` as JSON, and the matching `content-type`.
    pub fn json(self, body: &Value) -> Self {
        Request { body: Some(body.to_json()), ..self.header("content-type", "application/json") }
    }

    /// This request with a form that holds a file as its body, and the matching `content-type`.
    pub fn multipart(self, form: Multipart) -> Self {
        let (kind, bytes) = form.finish();
        Request { bytes: Some(bytes), ..self.header("content-type", kind) }
    }

    /// This request with a form as its body, and the matching `content-type`.
    pub fn form(self, Form(body): Form) -> Self {
        Request { body: Some(body), ..self.header("content-type", "application/x-www-form-urlencoded;charset=UTF-8") }
    }
}

/// Whether `Headers.set` of the Fetch standard takes `value`: Latin-1 without control characters other than the tab.
pub fn is_header_value(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '\t' | ' '..='\u{7e}' | '\u{80}'..='\u{ff}'))
}
