//! The head of a response, a response that was read completely, and what a response means that is not a success.

use crate::chat::{Code, Error, Result, error, error_text};
use crate::json::{self, Value};
use crate::text::{cut, decimal, filled, find, lossy, parse_number};

/// The head of a response, with the few headers that protocols and the engine read ([`WANTED_HEADERS`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case, with their values.
    pub headers: Vec<(String, String)>,
}

/// The names of the headers that are read of a response, separated by blanks. Of names with `|` between them the first that is there
/// is enough.
pub const WANTED_HEADERS: &str = "x-wp-nonce location retry-after retry-after-ms cf-mitigated \
    x-request-id|request-id|apim-request-id|x-amzn-requestid|cf-aig-log-id|cf-ray";

/// Those of [`WANTED_HEADERS`] that name a request, best first: `cf-ray` is only Cloudflare's, which stands before many services.
const REQUEST_IDS: [&str; 6] =
    ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "cf-aig-log-id", "cf-ray"];

impl Head {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The value of the header `name`, which must be in lower case and one of [`WANTED_HEADERS`].
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What the service calls this request, if a header says it.
    pub fn request_id(&self) -> Option<String> {
        REQUEST_IDS.iter().find_map(|id| error::name(self.header(id)?))
    }
}

/// A response that was read completely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// Status and headers.
    pub head: Head,
    /// The body. Of an error response only the beginning may have been read.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Code::Blocked`] where the body is a web page, [`Code::Protocol`] where it is not JSON for another reason.
    pub fn json(&self) -> Result<json::Parsed> {
        json::parse(&self.body).map_err(|error| match self.is_html() {
            true => self.html_error(),
            false => Error::from(error).with_body(&self.body),
        })
    }

    /// The body as JSON, or `null` where it is not JSON.
    pub fn json_or_null(&self) -> Value {
        json::parse(&self.body).unwrap_or_default().value
    }

    /// Whether the body is a web page: it begins with `<`.
    pub fn is_html(&self) -> bool {
        first_byte(&self.body) == Some(b'<')
    }

    /// The error of a response whose status is outside 2xx, where the protocol knows nothing better. The code is chosen
    /// by the status, and the message is the service's own if the body holds one.
    pub fn status_error(&self) -> Error {
        let status = self.head.status;
        if let Some(error) = self.challenge() {
            return error;
        }
        let body = self.json_or_null();
        let text = error_text::of(&body);
        let (code, plain) = match status {
            400 | 404 | 405 | 409 | 410 | 415 | 422 => (Code::Service, "the service does not take this request"),
            402 => (Code::PaymentRequired, "the service wants to be paid"),
            403 if text.is_none() => (Code::Blocked, "the site refuses access"),
            // It is the relay that says no, and not the service.
            401 | 403 if text.as_deref().is_some_and(|text| text.starts_with("relay: ")) => (Code::Blocked, ""),
            401 => (Code::Auth, "the service wants a key or a login"),
            403 => (Code::Auth, "the service refuses access"),
            408 => (Code::Timeout, "the service waited too long"),
            413 => (Code::TooLarge, "the message is too large for the service"),
            429 => (Code::RateLimited, "too many requests"),
            300..400 => (Code::Service, "the service redirects without saying where"),
            _ => (Code::Service, "the service failed"),
        };
        let text = text.as_deref().unwrap_or(plain);
        let mut error = Error::new(code, filled("$ (status $)", &[text, &decimal(status.into())]));
        error.retryable = matches!(status, 408 | 409 | 429 | 500 | 502..=504 | 520..=529);
        error.service_code = body.string_or_number("code").and_then(error::name);
        self.add_details(error)
    }

    /// The error of a web page that came in the place of a reply. It is from a firewall, from a login page, or from a
    /// site whose plugin is switched off; its title is in the message.
    pub fn html_error(&self) -> Error {
        if let Some(error) = self.challenge() {
            return error;
        }
        const START: &[u8] = b"<title>";
        let at = find(&self.body, START).map_or(self.body.len(), |at| at + START.len());
        let rest = lossy(&self.body[at..]);
        let title = error_text::html_to_text(cut(&rest, b"<").0.trim());
        let title = if title.is_empty() { title } else { filled(": '$'", &[&title]) };
        self.add_details(Error::new(Code::Blocked, filled("a web page came instead of a reply$", &[&title])))
    }

    /// The error of Cloudflare's challenge, which only a person in a browser can solve (`cf-mitigated: challenge`).
    fn challenge(&self) -> Option<Error> {
        const TEXT: &str = "Cloudflare answered with a challenge for browsers in the place of the site: its owner can let the chat's \
            address through";
        let is_challenge = self.head.header("cf-mitigated") == Some("challenge");
        is_challenge.then(|| self.add_details(Error::new(Code::Blocked, TEXT)))
    }

    /// An error because of this response, with `text` as its message.
    pub fn error(&self, code: Code, text: &str) -> Error {
        self.add_details(Error::new(code, text))
    }

    /// Adds to `error` the status, `Retry-After`, the id of the request and the beginning of the body.
    pub fn add_details(&self, error: Error) -> Error {
        let mut error = error.with_body(&self.body);
        error.status = Some(self.head.status);
        error.request_id = self.head.request_id().or(error.request_id.take());
        // OpenAI sends the exact time in `retry-after-ms`. It is written as seconds, which the other header has, too.
        let retry_after = match self.head.header("retry-after-ms").filter(|ms| parse_number(ms, 10).is_some()) {
            Some(exact) => Some(filled("$e-3", &[exact])),
            None => self.head.header("retry-after").map(str::to_owned),
        };
        // Where no header says it, the time that the body may have given stays.
        if retry_after.is_some() {
            error.retry_after = retry_after;
        }
        error
    }
}

/// The first byte of `body` that is neither a blank nor part of a byte order mark. It tells JSON (`{`), a page (`<`)
/// and a stream apart.
pub fn first_byte(body: &[u8]) -> Option<u8> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
