//! Finds nonces, ids and addresses in the pages of a site, by the patterns of `patterns.rs`.
//!
//! The patterns are compiled at build time into tables (`build.rs`), so a search takes time linear in the size of the
//! page, whatever the page holds, and the module carries no regular-expression engine. The `regex` crate is the oracle
//! of the tests.

use crate::chat::error_text;
use crate::json::{self, Value};
use crate::text::lossy;

include!("patterns.rs");

/// The table of a pattern, which `build.rs` wrote.
macro_rules! dfa {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".dfa"))
    };
}

/// A compiled pattern. It finds the value that follows a match, up to the quote that ends its attribute.
pub struct Pattern(&'static [u8]);

/// Any WordPress site: the address of its REST API.
pub const REST_ROOT: Pattern = Pattern(dfa!("rest_root"));
/// AI Engine: the JSON object with bot, nonce and REST address.
pub const ENGINE_SYSTEM: Pattern = Pattern(dfa!("engine_system"));
/// AI Engine: the JSON object with what the bot's owner has set.
pub const ENGINE_PARAMS: Pattern = Pattern(dfa!("engine_params"));
/// AI Power: the nonce.
pub const POWER_NONCE: Pattern = Pattern(dfa!("power_nonce"));
/// AI Power: the id of the post that holds the chat.
pub const POWER_POST_ID: Pattern = Pattern(dfa!("power_post_id"));
/// AI Power: the id of the bot.
pub const POWER_BOT_ID: Pattern = Pattern(dfa!("power_bot_id"));
/// AI Puffer: the JSON object with bot, post and nonce.
pub const PUFFER_CONFIG: Pattern = Pattern(dfa!("puffer_config"));

impl Pattern {
    /// The first value that is not empty, with HTML's escapes decoded.
    pub fn find(&self, page: &[u8]) -> Option<String> {
        let mut start = 0;
        loop {
            let found = self.search(page, start)?;
            let quote = *page.get(found.checked_sub(1)?)?;
            let value = attribute_value(page, found, quote)?;
            if !value.is_empty() {
                return Some(error_text::unescape_html(&lossy(value)));
            }
            start = found;
        }
    }

    /// Where the first match from `start` on ends. The leftmost match counts, as in Perl. A match at the very end of
    /// the page is not one, since no value could follow it.
    fn search(&self, page: &[u8], start: usize) -> Option<usize> {
        let (class_of, rows) = self.0.split_at_checked(256)?;
        let (&classes, rows) = rows.split_first()?;
        let (mut state, mut found) = (1, None);
        for (at, &byte) in page.iter().enumerate().skip(start) {
            let next = *rows.get(state * usize::from(classes) + usize::from(class_of[usize::from(byte)]))?;
            if next >= 0x80 {
                found = Some(at);
            }
            state = usize::from(next & 0x7f);
            if state == 0 {
                break;
            }
        }
        found
    }

    /// The first value that is not empty, as a JSON object. `None`: there is no such value, or it is not a JSON object.
    pub fn find_object(&self, page: &[u8]) -> Option<Value> {
        let parsed = json::parse(self.find(page)?.as_bytes()).ok()?;
        parsed.value.is_object().then_some(parsed.value)
    }
}

/// The bytes from `start` to the closing quote. If the pattern ended behind the opening quote (at the stray `<`),
/// either quote closes. `None`: there is no closing quote, so the page is incomplete and no later match could be
/// complete.
fn attribute_value(page: &[u8], start: usize, quote: u8) -> Option<&[u8]> {
    let closes = |byte: u8| if matches!(quote, b'"' | b'\'') { byte == quote } else { matches!(byte, b'"' | b'\'') };
    let rest = &page[start..];
    rest.iter().position(|&byte| closes(byte)).map(|end| &rest[..end])
}
