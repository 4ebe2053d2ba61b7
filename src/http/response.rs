//! The head of a response, the response that was read whole, and what it means where it is no success.

use crate::chat::{Code, Error, Result, error_text};
use crate::json::{self, Value};
use crate::text::{cut, decimal, find, join, lossy, parse_number};

/// Head of a response, with the few headers that protocols and the engine read ([`WANTED_HEADERS`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

/// Parted by blanks.
pub const WANTED_HEADERS: &str = "x-wp-nonce location retry-after retry-after-ms";

impl Head {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A response that was read whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(&self) -> Result<json::Parsed> {
        json::parse(&self.body).map_err(|error| match self.is_html() {
            true => self.html_error(),
            false => Error::from(error).with_body(&self.body),
        })
    }

    /// The JSON, or nothing.
    pub fn json_or_null(&self) -> Value {
        json::parse(&self.body).unwrap_or_default().value
    }

    pub fn is_html(&self) -> bool {
        first_byte(&self.body) == Some(b'<')
    }

    /// What a status outside 2xx means where the protocol has nothing to say about it.
    pub fn status_error(&self) -> Error {
        let status = self.head.status;
        let text = error_text::of(&self.json_or_null());
        let (code, plain) = match status {
            400 | 404 | 405 | 409 | 410 | 415 | 422 => (Code::Service, "the service does not take this request"),
            401 => (Code::Auth, "the service wants a key or a login"),
            402 => (Code::PaymentRequired, "the service wants to be paid"),
            403 if text.is_none() => (Code::Blocked, "the site refuses access"),
            403 => (Code::Auth, "the service refuses access"),
            408 => (Code::Timeout, "the service waited too long"),
            413 => (Code::TooLarge, "the message is too large for the service"),
            429 => (Code::RateLimited, "too many requests"),
            300..400 => (Code::Service, "the service redirects without saying where"),
            _ => (Code::Service, "the service failed"),
        };
        let text = text.as_deref().unwrap_or(plain);
        let mut error = Error::new(code, join(&[text, " (status ", &decimal(status.into()), ")"]));
        error.retryable = matches!(status, 408 | 409 | 429 | 500 | 502..=504 | 520..=529);
        self.add_details(error)
    }

    /// A page where a reply should be: a firewall, a log-in page, a plugin that is switched off.
    pub fn html_error(&self) -> Error {
        const START: &[u8] = b"<title>";
        let at = find(&self.body, START).map_or(self.body.len(), |at| at + START.len());
        let rest = lossy(&self.body[at..]);
        let title = error_text::html_to_text(cut(&rest, b"<").0.trim());
        let title = if title.is_empty() { title } else { join(&[": '", &title, "'"]) };
        self.add_details(Error::new(Code::Blocked, join(&["a web page came instead of a reply", &title])))
    }

    /// An error that this answer is the reason of.
    pub fn error(&self, code: Code, text: &str) -> Error {
        self.add_details(Error::new(code, text))
    }

    /// Adds status, `Retry-After` and an excerpt of the body.
    pub fn add_details(&self, error: Error) -> Error {
        let mut error = error.with_body(&self.body);
        error.status = Some(self.head.status);
        // OpenAI's way to say it exactly. As seconds, since the other header has nothing finer.
        let retry_after = match self.head.header("retry-after-ms").filter(|ms| parse_number(ms, 10).is_some()) {
            Some(exact) => Some(join(&[exact, "e-3"])),
            None => self.head.header("retry-after").map(str::to_owned),
        };
        // The words of the body may have told it, too.
        if retry_after.is_some() {
            error.retry_after = retry_after;
        }
        error
    }
}

/// First byte that is neither blank nor part of a byte order mark: it tells JSON (`{`), a page (`<`) and a stream apart.
pub fn first_byte(body: &[u8]) -> Option<u8> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
