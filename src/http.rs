//! Requests, heads and answers as plain data; addresses and bodies.

use std::fmt::Write;

use crate::error::{Code, Error, Result};
use crate::json;
use crate::value::Value;
use crate::words;

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
        Request { body: Some(body.to_string()), ..self.header("content-type", "application/json") }
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form(fields);
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
pub const WANTED_HEADERS: &str = "x-wp-nonce location retry-after";

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

    pub fn is_html(&self) -> bool {
        first_byte(&self.body) == Some(b'<')
    }

    /// What a status outside 2xx means where the protocol has nothing to say about it.
    pub fn refusal(&self) -> Error {
        let status = self.head.status;
        let words = json::parse(&self.body).ok().and_then(|parsed| words::error_words(&parsed.value));
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
        let mut error = Error::new(code, format!("{} (status {status})", words.as_deref().unwrap_or(plain)));
        error.retryable = matches!(status, 408 | 409 | 429 | 500 | 502..=504 | 520..=529);
        self.explain(error)
    }

    /// A page where a reply should be: a firewall, a log-in page, a plugin that is switched off.
    pub fn page_instead(&self) -> Error {
        let page = String::from_utf8_lossy(&self.body);
        let title = page.find("<title>").and_then(|at| page[at + 7..].split('<').next()).unwrap_or_default();
        let title = words::html_to_text(title.trim());
        let title = if title.is_empty() { String::new() } else { format!(": '{title}'") };
        self.explain(Error::new(Code::Blocked, format!("a web page came instead of a reply{title}")))
    }

    /// Adds status, `Retry-After` and an excerpt of the body.
    pub fn explain(&self, error: Error) -> Error {
        let mut error = error.with_body(&self.body);
        error.status = Some(self.head.status);
        error.retry_after = self.head.header("retry-after").map(str::to_owned);
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
pub fn form(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        percent_encode(name, &mut out);
        out.push('=');
        percent_encode(value, &mut out);
    }
    out
}

fn percent_encode(text: &str, out: &mut String) {
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            // Writing to a String cannot fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
}

/// Address of a site or service as the caller gives it, checked: `http(s)`, no credentials, no query, no trailing slash.
pub fn parse_site(url: &str, option: &str) -> Result<String> {
    let url = url.trim();
    let wrong = |why: &str| Err(Error::input(format!("{option}: {why}")));
    let Some(scheme) = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()) else {
        return wrong("not a URL; it begins with https://");
    };
    if scheme != "http" && scheme != "https" {
        return wrong("only http: and https: URLs can be asked");
    }
    let Some((authority, path)) = split_url(url) else { return wrong("not a URL; it begins with https://") };
    if authority.contains('@') {
        return wrong("credentials do not belong into a URL");
    }
    if authority.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control() || "\\\"<>^`{}|".contains(c))
    {
        return wrong("not a URL");
    }
    // In `[::1]:8080` the last colon is the port's.
    let (host, port) = authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).unwrap_or((authority, ""));
    let is_port = port.is_empty() || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
    if host.is_empty() || !is_port {
        return wrong("not a URL");
    }
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    Ok(format!("{scheme}://{}{path}", authority.to_ascii_lowercase()))
}

/// Scheme, host and port, with default ports left out.
pub fn origin(url: &str) -> Option<String> {
    let scheme = url.split_once(':')?.0.to_ascii_lowercase();
    let authority = split_url(url)?.0.to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    Some(format!("{scheme}://{}", authority.strip_suffix(default).unwrap_or(&authority)))
}

/// `reference` as a link in the document at `base` (RFC 3986, 5.2, without `..`, which no server sends in `Location`).
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
    let scheme_ends = reference.find([':', '/', '?', '#']);
    if scheme_ends.is_some_and(|at| at > 0 && reference.as_bytes()[at] == b':') {
        return split_url(reference).is_some().then(|| reference.to_owned());
    }
    if let Some(rest) = reference.strip_prefix("//") {
        return Some(format!("{}://{rest}", base.split_once(':')?.0));
    }
    let origin = origin(base)?;
    if reference.starts_with('/') {
        return Some(origin + reference);
    }
    let path = split_url(base)?.1;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
    match reference.as_bytes().first() {
        Some(b'?') => Some(format!("{origin}{}{reference}", if path.is_empty() { "/" } else { path })),
        _ => Some(format!("{origin}{folder}{reference}")),
    }
}

/// Path and query of a URL on whatever host, moved to the origin of `site`: what a page tells about its own server must
/// not send a nonce elsewhere.
pub fn on_site(site: &str, url: &str) -> Option<String> {
    let url = resolve(&format!("{site}/"), url)?;
    let path = split_url(&url)?.1;
    Some(origin(site)? + if path.is_empty() { "/" } else { path })
}

/// Authority and the rest, of an `http(s)` URL.
fn split_url(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    Some(rest.split_at(end))
}
