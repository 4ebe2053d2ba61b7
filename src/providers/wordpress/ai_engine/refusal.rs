//! What the text of a refusal means (A7).

use super::super::CUT;
use crate::chat::error_text::{code_of, holds};
use crate::chat::{Code, Error};
use crate::text::{decimal, filled};

/// Parts of the texts of refusals, and what they mean. The plugin's own texts are in English and about this message.
/// The texts of the provider behind it begin with that provider's name.
const TEXTS: [(&str, Code); 5] = [
    (CUT, Code::Truncated),
    ("has been rejected", Code::Refused),
    ("^invalid or expired shortcut", Code::Refused),
    ("rate limit", Code::RateLimited),
    ("^you have reached the limit", Code::RateLimited),
];

/// The error of a refusal with this text. `length` is that of the message that was refused.
pub fn refusal_error(text: &str, length: MessageLength) -> Error {
    match code_of(text, &TEXTS).unwrap_or(Code::Service) {
        Code::Refused => {
            let hint = length.hint().unwrap_or_default();
            Error::new(Code::Refused, filled("the site refused the message: $$", &[text, &hint]))
        }
        code => {
            let mut error = Error::new(code, text);
            // The provider answered with something else than its protocol, as in an outage.
            error.retryable = holds(text, "no content received");
            error
        }
    }
}

/// The length of a message. The plugin does not say when it refuses a message for its length, so the error says it.
#[derive(Clone, Copy)]
pub struct MessageLength {
    /// The length of the message in characters.
    pub characters: u64,
    /// The bot's `textInputMaxLength`, if its page was read.
    pub limit: Option<u64>,
}

impl MessageLength {
    /// A sentence with the length and the limit, if the message is longer than that.
    fn hint(self) -> Option<String> {
        let limit = self.limit.unwrap_or(512);
        let whose = if self.limit.is_some() { "the bot's limit" } else { "AI Engine's default limit" };
        let (length, most) = (decimal(self.characters), decimal(limit));
        (self.characters > limit)
            .then(|| filled(" (it has $ characters; $ is $, textInputMaxLength)", &[&length, whose, &most]))
    }
}
