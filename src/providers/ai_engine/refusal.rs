//! The words of a refusal (A7) and what they mean.

use crate::error::{Code, Error};

/// The site's own texts are English and about this message; a provider's begin with its name.
pub fn in_words(words: &str, too_long: TooLong) -> Error {
    let lower = words.to_ascii_lowercase();
    if lower.contains("has been rejected") || lower.starts_with("invalid or expired shortcut") {
        return Error::new(Code::Refused, format!("the site refused the message: {words}{too_long}"));
    }
    if lower.contains("rate limit") || lower.starts_with("you have reached the limit") {
        return Error::new(Code::RateLimited, words);
    }
    Error::new(Code::Service, words)
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
