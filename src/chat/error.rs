//! What can go wrong, as a closed list of codes that applications may match on.

use crate::{json, text};

/// The `code` of JavaScript's `ChatError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The caller's options are wrong; nothing was sent.
    Input,
    ModelNotFound,
    /// The service wants (another) key.
    Auth,
    /// No session token to be had, or the site refuses a fresh one.
    Nonce,
    RateLimited,
    PaymentRequired,
    /// The service said no to this message: too long, banned, moderated.
    Refused,
    /// A firewall or a login page answered instead of the service.
    Blocked,
    /// The service failed, in its own words.
    Service,
    Network,
    Timeout,
    /// The answer is not what the protocol says.
    Protocol,
    /// The stream ended before the reply did.
    Truncated,
    TooLarge,
    AllFailed,
    WasmBlocked,
}

impl Code {
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Input => "input",
            Code::ModelNotFound => "model_not_found",
            Code::Auth => "auth",
            Code::Nonce => "nonce",
            Code::RateLimited => "rate_limited",
            Code::PaymentRequired => "payment_required",
            Code::Refused => "refused",
            Code::Blocked => "blocked",
            Code::Service => "service",
            Code::Network => "network",
            Code::Timeout => "timeout",
            Code::Protocol => "protocol",
            Code::Truncated => "truncated",
            Code::TooLarge => "too_large",
            Code::AllFailed => "all_failed",
            Code::WasmBlocked => "wasm_blocked",
        }
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One pointer wide, since it is part of nearly every result: moving the details through every `?` would be a tenth of
/// the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    pub code: Code,
    pub message: String,
    /// HTTP status, if a response was the reason.
    pub status: Option<u16>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// `Retry-After` as it came, seconds or a date; seconds where the service tells milliseconds, too. The core has no clock to read a date with.
    pub retry_after: Option<String>,
    /// Excerpt of the response body, at most [`EXCERPT`] characters.
    pub body: Option<String>,
}

/// Characters of a body or a message that an error may carry.
pub const EXCERPT: usize = 2_000;

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let mut message = message.into();
        truncate(&mut message, EXCERPT);
        Error(Box::new(Details { code, message, status: None, retryable: false, retry_after: None, body: None }))
    }

    pub fn input(message: impl Into<String>) -> Self {
        Error::new(Code::Input, message)
    }

    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    pub fn with_body(mut self, body: &[u8]) -> Self {
        // Four bytes a character at most, and one more for a character that the cut leaves partial.
        let head = body.get(..EXCERPT * 4 + 4).unwrap_or(body);
        let mut text = text::lossy(head).trim().to_owned();
        truncate(&mut text, EXCERPT);
        self.body = (!text.is_empty()).then_some(text);
        self
    }

    /// Replaces every secret in message and excerpt: services like to echo keys.
    pub fn redact<'a>(&mut self, secrets: impl Iterator<Item = &'a str>) {
        secrets.for_each(|secret| self.redact_one(secret));
    }

    fn redact_one(&mut self, secret: &str) {
        if secret.len() >= MIN_SECRET_BYTES {
            self.message = redacted(&self.message, secret);
            self.body = self.body.take().map(|body| redacted(&body, secret));
        }
    }
}

/// What is larger than the caller's limit.
pub fn too_large_error(what: &str, limit: usize) -> Error {
    let limit = text::decimal(limit as u64);
    Error::new(Code::TooLarge, text::join(&[what, " is larger than maxEventBytes (", &limit, " bytes)"]))
}

impl std::ops::Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl std::ops::DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Error {}

impl From<json::Invalid> for Error {
    fn from(_: json::Invalid) -> Error {
        Error::new(Code::Protocol, "the service sent JSON that cannot be read")
    }
}

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Bytes that make a secret. What is shorter would be found everywhere.
const MIN_SECRET_BYTES: usize = 4;

/// Also without a beginning of the secret at the end, where the excerpt was cut.
fn redacted(text: &str, secret: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = text::find(rest.as_bytes(), secret.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str(REDACTED);
        rest = &rest[at + secret.len()..];
    }
    let partial = (MIN_SECRET_BYTES..secret.len()).rev().find_map(|end| rest.strip_suffix(secret.get(..end)?));
    out.push_str(partial.unwrap_or(rest));
    out.push_str(if partial.is_some() { REDACTED } else { "" });
    out
}

fn truncate(text: &mut String, characters: usize) {
    let mut firsts = text.bytes().enumerate().filter(|(_, byte)| text::begins_character(*byte));
    if let Some((at, _)) = firsts.nth(characters) {
        text.truncate(at);
    }
}
