//! The words of a refusal (A7) and what they mean.

use crate::chat::error_text::code_of;
use crate::chat::{Code, Error};
use crate::text::{decimal, join};

/// The site's own texts are English and about this message; a provider's begin with its name.
const WORDS: [(&str, Code); 4] = [
    ("has been rejected", Code::Refused),
    ("^invalid or expired shortcut", Code::Refused),
    ("rate limit", Code::RateLimited),
    ("^you have reached the limit", Code::RateLimited),
];

pub fn in_words(words: &str, too_long: TooLong) -> Error {
    match code_of(words, &WORDS).unwrap_or(Code::Service) {
        Code::Refused => Error::new(
            Code::Refused,
            join(&["the site refused the message: ", words, &too_long.words().unwrap_or_default()]),
        ),
        code => Error::new(code, words),
    }
}

#[derive(Clone, Copy)]
pub struct TooLong {
    pub length: u64,
    /// `textInputMaxLength` of the bot, if its page was read.
    pub limit: Option<u64>,
}

impl TooLong {
    fn words(self) -> Option<String> {
        let limit = self.limit.unwrap_or(512);
        let whose = if self.limit.is_some() { "the bot's limit" } else { "AI Engine's default limit" };
        let (length, most) = (decimal(self.length), decimal(limit));
        (self.length > limit)
            .then(|| join(&[" (it has ", &length, " characters; ", whose, " is ", &most, ", textInputMaxLength)"]))
    }
}
