//! What the text of a refusal (A7) means.

use crate::chat::error_text::code_of;
use crate::chat::{Code, Error};
use crate::text::{decimal, join};

/// Parts of texts and their codes. The plugin's own texts are English and about this message; those of the provider behind it
/// begin with the provider's name.
const TEXTS: [(&str, Code); 4] = [
    ("has been rejected", Code::Refused),
    ("^invalid or expired shortcut", Code::Refused),
    ("rate limit", Code::RateLimited),
    ("^you have reached the limit", Code::RateLimited),
];

/// The error of a refusal with this text, of a message of this length.
pub fn refusal_error(text: &str, length: MessageLength) -> Error {
    match code_of(text, &TEXTS).unwrap_or(Code::Service) {
        Code::Refused => {
            let hint = length.hint().unwrap_or_default();
            Error::new(Code::Refused, join(&["the site refused the message: ", text, &hint]))
        }
        code => Error::new(code, text),
    }
}

/// How long the message is, since the plugin does not say that it refuses one for its length.
#[derive(Clone, Copy)]
pub struct MessageLength {
    pub characters: u64,
    /// `textInputMaxLength` of the bot, if its page was read.
    pub limit: Option<u64>,
}

impl MessageLength {
    /// Where the message is longer than the limit: how long it is, and how long it may be.
    fn hint(self) -> Option<String> {
        let limit = self.limit.unwrap_or(512);
        let whose = if self.limit.is_some() { "the bot's limit" } else { "AI Engine's default limit" };
        let (length, most) = (decimal(self.characters), decimal(limit));
        (self.characters > limit)
            .then(|| join(&[" (it has ", &length, " characters; ", whose, " is ", &most, ", textInputMaxLength)"]))
    }
}
