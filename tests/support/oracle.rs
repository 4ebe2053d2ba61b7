//! The patterns for pages as the `regex` crate understands them: the oracle of `tests/page.rs` and of the fuzz target `page`.

use regex::bytes::{Regex, RegexBuilder};
use rivulet::chat::error_text::unescape_html;
use rivulet::providers::wordpress::page::{self, PATTERNS, Pattern};

/// What the compiled forms of [`PATTERNS`] are called, in the same order.
pub const COMPILED: [(&str, Pattern); 7] = [
    ("rest_root", page::REST_ROOT),
    ("engine_system", page::ENGINE_SYSTEM),
    ("engine_params", page::ENGINE_PARAMS),
    ("power_nonce", page::POWER_NONCE),
    ("power_post_id", page::POWER_POST_ID),
    ("power_bot_id", page::POWER_BOT_ID),
    ("puffer_config", page::PUFFER_CONFIG),
];

/// [`PATTERNS`], compiled by the `regex` crate.
pub struct Oracle(Vec<Regex>);

impl Oracle {
    pub fn new() -> Oracle {
        let compile = |(_, pattern): &(_, &str)| RegexBuilder::new(pattern).unicode(false).build().unwrap();
        Oracle(PATTERNS.iter().map(compile).collect())
    }

    /// The first value that is not empty: from the end of a match to the quote that closes what the match opened.
    pub fn find(&self, pattern: usize, page: &[u8]) -> Option<String> {
        let mut start = 0;
        loop {
            let found = self.0[pattern].find_at(page, start)?;
            let closing: &[u8] = match found.as_bytes().last()? {
                b'"' => b"\"",
                b'\'' => b"'",
                _ => b"\"'",
            };
            let rest = &page[found.end()..];
            let value = &rest[..rest.iter().position(|byte| closing.contains(byte))?];
            if !value.is_empty() {
                return Some(unescape_html(&String::from_utf8_lossy(value)));
            }
            start = found.end();
        }
    }

    #[track_caller]
    /// Compares all patterns on a page, and counts those that found something.
    ///
    /// # Panics
    /// If the compiled form of one finds something else.
    pub fn agrees(&self, page: &[u8]) -> usize {
        let mut found = 0;
        for (index, (name, pattern)) in COMPILED.iter().enumerate() {
            let value = pattern.find(page);
            assert_eq!(value, self.find(index, page), "{name} in {:?}", String::from_utf8_lossy(page));
            found += usize::from(value.is_some());
        }
        found
    }
}
