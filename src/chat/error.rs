//! Errors, with a closed list of codes that applications may match on.

use crate::{json, text};

/// Makes the enum, the list of all codes and their names from one table.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What went wrong. JavaScript has it as the `code` of a `ChatError`, in the text that [`Code::as_str`] gives.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// All codes, in the order of their declaration. `index.d.ts` lists the same ones, which `tests/lists.rs` checks.
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            /// The code as JavaScript has it, for example `rate_limited`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// The caller's options are wrong. Nothing was sent.
    Input = "input",
    /// The service, or the provider's list of models, does not have the model.
    ModelNotFound = "model_not_found",
    /// The service wants a key, or another one.
    Auth = "auth",
    /// The site gives no session token, or refuses one that it has just given.
    Nonce = "nonce",
    /// Too many requests, or tokens, in too short a time. Later requests may succeed.
    RateLimited = "rate_limited",
    /// The account has no credit or quota left.
    PaymentRequired = "payment_required",
    /// The service does not accept this message: it is too long, or moderated, or the user is banned.
    Refused = "refused",
    /// A firewall or a login page answered in the place of the service.
    Blocked = "blocked",
    /// The service failed. The message is the service's own.
    Service = "service",
    /// No response came, or the connection broke.
    Network = "network",
    /// A time limit of the caller or of the service was exceeded.
    Timeout = "timeout",
    /// The answer is not what the protocol says.
    Protocol = "protocol",
    /// The stream ended before the reply did.
    Truncated = "truncated",
    /// The message is too large for the service, or the answer is larger than the caller's limit.
    TooLarge = "too_large",
    /// Every provider of a `Fallback` failed. Only JavaScript makes this error.
    AllFailed = "all_failed",
    /// The answer is not what the caller's schema says. Only JavaScript makes this error.
    Output = "output",
    /// The page or runtime does not allow WebAssembly. Only JavaScript makes this error.
    WasmBlocked = "wasm_blocked",
}

/// The result of anything that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error. It is one pointer wide, since it is a part of nearly every result: moving the details through every `?`
/// would cost a tenth of the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Details>);

/// What is known of an error; an [`Error`] dereferences to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// What went wrong.
    pub code: Code,
    /// What went wrong, in English or in the service's own text, at most [`EXCERPT`] characters.
    pub message: String,
    /// The HTTP status, if a response was the reason.
    pub status: Option<u16>,
    /// Whether the same call may succeed later.
    pub retryable: bool,
    /// How long the service asks to wait, as it says it in `Retry-After`: a date, or seconds (also where the service
    /// gives milliseconds). Text, since the core has no clock to read a date with.
    pub retry_after: Option<String>,
    /// The service's own type of the error, for example `invalid_request_error`, at most [`NAME`] characters.
    pub kind: Option<String>,
    /// What of the request the service names as wrong, for example `messages[0].content`, at most [`NAME`] characters.
    pub param: Option<String>,
    /// The service's own code of the error, a word or a number as text, at most [`NAME`] characters.
    pub service_code: Option<String>,
    /// What the service calls this request, for its support, at most [`NAME`] characters.
    pub request_id: Option<String>,
    /// The beginning of the response body, at most [`EXCERPT`] characters. `None` where it is blank or there was no
    /// response.
    pub body: Option<String>,
}

/// How many characters of a body or message an error carries.
pub const EXCERPT: usize = 2_000;

/// How many characters of each name that a service gives an error carries.
pub const NAME: usize = 200;

impl Error {
    /// An error that is not retryable. `message` is cut after [`EXCERPT`] characters.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let mut message = message.into();
        truncate(&mut message, EXCERPT);
        Error(Box::new(Details {
            code,
            message,
            status: None,
            retryable: false,
            retry_after: None,
            kind: None,
            param: None,
            service_code: None,
            request_id: None,
            body: None,
        }))
    }

    /// An error of code [`Code::Input`].
    pub fn input(message: impl Into<String>) -> Self {
        Error::new(Code::Input, message)
    }

    /// An error of code [`Code::Input`] whose message is [`text::filled`].
    #[inline(never)]
    pub fn wrong(template: &'static str, holes: &[&str]) -> Self {
        Error::input(text::filled(template, holes))
    }

    /// This error, marked as one after which the same call may succeed.
    pub fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    /// This error, with the beginning of `body` as its excerpt.
    pub fn with_body(mut self, body: &[u8]) -> Self {
        // A character has at most four bytes. Four more are for a character that the cut divides.
        let head = body.get(..EXCERPT * 4 + 4).unwrap_or(body);
        let mut text = text::lossy(head).trim().to_owned();
        truncate(&mut text, EXCERPT);
        self.body = (!text.is_empty()).then_some(text);
        self
    }

    /// Replaces each of `secrets` in the message, the excerpt and the service's names by [`REDACTED`], since services like to echo keys.
    /// Secrets of fewer than four bytes stay.
    pub fn redact<'a>(&mut self, secrets: impl Iterator<Item = &'a str>) {
        secrets.for_each(|secret| self.redact_one(secret));
    }

    /// Replaces one secret.
    fn redact_one(&mut self, secret: &str) {
        if secret.len() >= MIN_SECRET_BYTES {
            self.message = redacted(&self.message, secret);
            let Details { kind, param, service_code, request_id, body, .. } = &mut *self.0;
            for text in [kind, param, service_code, request_id, body].into_iter().flatten() {
                *text = redacted(text, secret);
            }
        }
    }
}

/// A name that a service gives, cut after [`NAME`] characters. `None`: it is blank.
pub fn name(given: &str) -> Option<String> {
    let mut text = given.trim().to_owned();
    truncate(&mut text, NAME);
    (!text.is_empty()).then_some(text)
}

/// The error of something that is larger than the caller's limit of `limit` bytes; `what` names it.
pub fn too_large_error(what: &str, limit: usize) -> Error {
    let limit = text::decimal(limit as u64);
    Error::new(Code::TooLarge, text::filled("$ is larger than maxEventBytes ($ bytes)", &[what, &limit]))
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

/// The text that takes the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Bytes that a secret must have to be redacted. A shorter one would be found everywhere.
const MIN_SECRET_BYTES: usize = 4;

/// `text` with [`REDACTED`] in the place of `secret`, also in the place of its beginning at the end of `text`, where
/// the excerpt may have cut it.
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

/// Cuts `text` after so many characters.
fn truncate(text: &mut String, characters: usize) {
    let mut firsts = text.bytes().enumerate().filter(|(_, byte)| text::begins_character(*byte));
    if let Some((at, _)) = firsts.nth(characters) {
        text.truncate(at);
    }
}
