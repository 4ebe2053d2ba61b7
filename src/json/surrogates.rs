//! SurrogateJoiner of surrogate pairs, which JavaScript and real services have in their texts and Rust has not.

use crate::frame::escape::join_pair;

/// A lone surrogate has no place in Rust's strings. It travels as a private-use character of plane 16, at this offset
/// from its code, and only in texts that say so; [`SurrogateJoiner`] turns it back.
pub(super) const LONE_SURROGATE_OFFSET: u32 = 0x10_0000;

/// Joins halves of surrogate pairs over the pieces of one text.
#[derive(Debug, Default)]
pub struct SurrogateJoiner {
    high: Option<u32>,
}

impl SurrogateJoiner {
    pub fn is_waiting(&self) -> bool {
        self.high.is_some()
    }

    /// Appends `piece` to `out`, with its lone halves joined or, where the other half never comes, as U+FFFD.
    pub fn push(&mut self, piece: &str, has_lone_surrogates: bool, out: &mut String) {
        if !has_lone_surrogates && !self.is_waiting() {
            return out.push_str(piece);
        }
        for character in piece.chars() {
            match (self.high.take(), lone_surrogate(character, has_lone_surrogates)) {
                (None, None) => out.push(character),
                (None, Some(high)) if high < 0xdc00 => self.high = Some(high),
                (None, Some(_)) => out.push(char::REPLACEMENT_CHARACTER),
                (Some(high), Some(low)) if low >= 0xdc00 => out.push(join_pair(high, low)),
                (Some(_), Some(high)) => {
                    out.push(char::REPLACEMENT_CHARACTER);
                    self.high = Some(high);
                }
                (Some(_), None) => out.extend([char::REPLACEMENT_CHARACTER, character]),
            }
        }
    }

    /// The text is over: a high half that waits is alone for good.
    pub fn finish(&mut self, out: &mut String) {
        if self.high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// The same for a text that comes whole.
pub fn join_surrogates(text: &str, has_lone_surrogates: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut halves = SurrogateJoiner::default();
    halves.push(text, has_lone_surrogates, &mut out);
    halves.finish(&mut out);
    out
}

fn lone_surrogate(character: char, has_lone_surrogates: bool) -> Option<u32> {
    let code = (character as u32).checked_sub(LONE_SURROGATE_OFFSET)?;
    (has_lone_surrogates && (0xd800..0xe000).contains(&code)).then_some(code)
}
