//! Requests, heads and answers as plain data; addresses and bodies.

use crate::chat::{Code, Error, Result, error_text};
use crate::json::{self, Map, Value};
use crate::text::{cut, decimal, digit, find, join, lossy, number};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    /// Asks for something that is the same for every caller and holds no secret (a nonce, a page): concurrent replies may
    /// share one answer, and a page may follow its redirects.
    pub shared: bool,
}

impl Request {
    pub fn get(url: impl Into<String>) -> Self {
        Request { method: Method::Get, url: url.into(), headers: Vec::new(), body: None, shared: false }
    }

    pub fn post(url: impl Into<String>) -> Self {
        Request { method: Method::Post, ..Request::get(url) }
    }

    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        Request { body: Some(body.to_json()), ..self.header("content-type", "application/json") }
    }

    pub fn form(self, Form(body): Form) -> Self {
        Request { body: Some(body), ..self.header("content-type", "application/x-www-form-urlencoded;charset=UTF-8") }
    }
}

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
pub struct Answer {
    pub head: Head,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Result<json::Parsed> {
        json::parse(&self.body).map_err(|error| match self.is_html() {
            true => self.page_instead(),
            false => error.with_body(&self.body),
        })
    }

    /// The JSON, or nothing.
    pub fn value(&self) -> Value {
        json::parse(&self.body).unwrap_or_default().value
    }

    pub fn is_html(&self) -> bool {
        first_byte(&self.body) == Some(b'<')
    }

    /// What a status outside 2xx means where the protocol has nothing to say about it.
    pub fn refusal(&self) -> Error {
        let status = self.head.status;
        let words = error_text::error_words(&self.value());
        let (code, plain) = match status {
            400 | 404 | 405 | 409 | 410 | 415 | 422 => (Code::Service, "the service does not take this request"),
            401 => (Code::Auth, "the service wants a key or a login"),
            402 => (Code::PaymentRequired, "the service wants to be paid"),
            403 if words.is_none() => (Code::Blocked, "the site refuses access"),
            403 => (Code::Auth, "the service refuses access"),
            408 => (Code::Timeout, "the service waited too long"),
            413 => (Code::TooLarge, "the message is too large for the service"),
            429 => (Code::RateLimited, "too many requests"),
            300..400 => (Code::Service, "the service redirects without saying where"),
            _ => (Code::Service, "the service failed"),
        };
        let words = words.as_deref().unwrap_or(plain);
        let mut error = Error::new(code, join(&[words, " (status ", &decimal(status.into()), ")"]));
        error.retryable = matches!(status, 408 | 409 | 429 | 500 | 502..=504 | 520..=529);
        self.explain(error)
    }

    /// A page where a reply should be: a firewall, a log-in page, a plugin that is switched off.
    pub fn page_instead(&self) -> Error {
        const START: &[u8] = b"<title>";
        let at = find(&self.body, START).map_or(self.body.len(), |at| at + START.len());
        let rest = lossy(&self.body[at..]);
        let title = error_text::html_to_text(cut(&rest, b"<").0.trim());
        let title = if title.is_empty() { title } else { join(&[": '", &title, "'"]) };
        self.explain(Error::new(Code::Blocked, join(&["a web page came instead of a reply", &title])))
    }

    /// An error that this answer is the reason of.
    pub fn error(&self, code: Code, words: &str) -> Error {
        self.explain(Error::new(code, words))
    }

    /// Where a nonce was asked for.
    pub fn no_nonce(&self, value: &Value) -> Error {
        let words = error_text::error_words(value).map(|words| join(&[": ", &words]));
        self.error(Code::Nonce, &join(&["No nonce found", words.as_deref().unwrap_or_default()]))
    }

    /// Adds status, `Retry-After` and an excerpt of the body.
    pub fn explain(&self, error: Error) -> Error {
        let mut error = error.with_body(&self.body);
        error.status = Some(self.head.status);
        // OpenAI's way to say it exactly. As seconds, since the other header has nothing finer.
        let told = match self.head.header("retry-after-ms").filter(|ms| number(ms, 10).is_some()) {
            Some(exact) => Some(join(&[exact, "e-3"])),
            None => self.head.header("retry-after").map(str::to_owned),
        };
        // The words of the body may have told it, too.
        if told.is_some() {
            error.retry_after = told;
        }
        error
    }
}

/// First byte that is neither blank nor part of a byte order mark: it tells JSON (`{`), a page (`<`) and a stream apart.
pub fn first_byte(body: &[u8]) -> Option<u8> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// What `Headers.set` takes: Latin-1 without control characters other than the tab.
pub fn is_header_value(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '\t' | ' '..='\u{7e}' | '\u{80}'..='\u{ff}'))
}

/// `application/x-www-form-urlencoded` (URL standard, section 5.2).
#[derive(Debug, Default)]
pub struct Form(pub String);

impl Form {
    /// The text that `from` has at `key`.
    pub fn take(&mut self, name: &str, key: &str, from: &Map) {
        self.add(name, from.text(key).unwrap_or_default());
    }

    pub fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        percent_encode(name, &mut self.0);
        self.0.push('=');
        percent_encode(value, &mut self.0);
    }
}

fn percent_encode(text: &str, out: &mut String) {
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(digit(u64::from(byte >> 4)).to_ascii_uppercase());
                out.push(digit(u64::from(byte & 15)).to_ascii_uppercase());
            }
        }
    }
}
