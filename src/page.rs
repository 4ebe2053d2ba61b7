//! What the pages of a site tell: nonces, ids and addresses, found by the patterns of `patterns.rs`.
//!
//! The patterns are compiled at build time into DFAs, so a search is linear in the size of the page whatever the page
//! holds, and the module carries no regular-expression compiler. The `regex` crate is the oracle of the tests.

use regex_automata::Input;
use regex_automata::dfa::{Automaton, sparse::DFA};
use serde_json::Value;

use crate::json;

include!("patterns.rs");

macro_rules! dfa {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".dfa"))
    };
}

/// The value after each match of a compiled pattern, up to the quote that ends its attribute.
pub struct Pattern(&'static [u8]);

pub const REST_ROOT: Pattern = Pattern(dfa!("rest_root"));
pub const ENGINE_SYSTEM: Pattern = Pattern(dfa!("engine_system"));
pub const ENGINE_PARAMS: Pattern = Pattern(dfa!("engine_params"));
pub const POWER_NONCE: Pattern = Pattern(dfa!("power_nonce"));
pub const POWER_POST_ID: Pattern = Pattern(dfa!("power_post_id"));
pub const POWER_BOT_ID: Pattern = Pattern(dfa!("power_bot_id"));
pub const PUFFER_CONFIG: Pattern = Pattern(dfa!("puffer_config"));

impl Pattern {
    /// First value that is not empty, with HTML's escapes decoded.
    pub fn find(&self, page: &[u8]) -> Option<String> {
        // Tables that this build wrote; validated once more because that costs microseconds and `unsafe` is denied.
        let (dfa, _) = DFA::from_bytes(self.0).ok()?;
        let mut start = 0;
        while start < page.len() {
            let found = dfa.try_search_fwd(&Input::new(page).range(start..)).ok()??;
            let quote = *page.get(found.offset().checked_sub(1)?)?;
            let value = value(page, found.offset(), quote)?;
            if !value.is_empty() {
                return Some(json::unescape_html(&String::from_utf8_lossy(value)));
            }
            start = found.offset();
        }
        None
    }

    /// The JSON object in the attribute.
    pub fn find_object(&self, page: &[u8]) -> Option<Value> {
        let parsed = json::parse(self.find(page)?.as_bytes()).ok()?;
        parsed.value.is_object().then_some(parsed.value)
    }
}

/// Up to the closing quote; where the pattern ends behind the opening one (the stray `<`), either quote closes. Without
/// any the page is broken off, and no later match could be whole.
fn value(page: &[u8], start: usize, quote: u8) -> Option<&[u8]> {
    let closes = |byte: u8| if matches!(quote, b'"' | b'\'') { byte == quote } else { matches!(byte, b'"' | b'\'') };
    let rest = &page[start..];
    rest.iter().position(|&byte| closes(byte)).map(|end| &rest[..end])
}
