//! The words of a refusal (A7) and what they mean.

use crate::error::{Code, Error};
use crate::words::code_of;

/// The site's own texts are English and about this message; a provider's begin with its name.
const WORDS: [(&str, Code); 4] = [
    ("has been rejected", Code::Refused),
    ("^invalid or expired shortcut", Code::Refused),
    ("rate limit", Code::RateLimited),
    ("^you have reached the limit", Code::RateLimited),
];

pub fn in_words(words: &str, too_long: TooLong) -> Error {
    match code_of(words, &WORDS).unwrap_or(Code::Service) {
        Code::Refused => Error::new(Code::Refused, format!("the site refused the message: {words}{too_long}")),
        code => Error::new(code, words),
    }
}

#[derive(Clone, Copy)]
pub struct TooLong {
    pub length: usize,
    /// `textInputMaxLength` of the bot, if its page was read.
    pub limit: Option<usize>,
}

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let limit = self.limit.unwrap_or(512);
        if self.length <= limit {
            return Ok(());
        }
        let whose = if self.limit.is_some() { "the bot's limit" } else { "AI Engine's default limit" };
        write!(f, " (it has {} characters; {whose} is {limit}, textInputMaxLength)", self.length)
    }
}
