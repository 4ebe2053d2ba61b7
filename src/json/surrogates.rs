//! Joins the halves of surrogate pairs. JavaScript's strings may hold single halves, and so do the texts of real
//! services, which cut their pieces anywhere; Rust's strings cannot.

use crate::frame::escape::join_pair;

/// The offset of the private-use character (plane 16) that stands in for a lone surrogate. It is used only in texts
/// that are marked with `has_lone_surrogates`, since others may contain these characters themselves.
pub(super) const LONE_SURROGATE_OFFSET: u32 = 0x10_0000;

/// Joins halves of surrogate pairs across the pieces of one text.
#[derive(Debug, Default)]
pub struct SurrogateJoiner {
    /// A high half that waits for the low half in the next piece.
    high: Option<u32>,
}

impl SurrogateJoiner {
    /// Whether the last piece ended with a high half.
    pub fn is_waiting(&self) -> bool {
        self.high.is_some()
    }

    /// Appends `piece` to `out`. Halves that belong together become one character, and a half without the other becomes
    /// U+FFFD. `has_lone_surrogates`: see [`super::Parsed`].
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

    /// Ends the text: a high half that still waits becomes U+FFFD.
    pub fn finish(&mut self, out: &mut String) {
        if self.high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Does for a complete text what [`SurrogateJoiner`] does for one in pieces.
pub fn join_surrogates(text: &str, has_lone_surrogates: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut halves = SurrogateJoiner::default();
    halves.push(text, has_lone_surrogates, &mut out);
    halves.finish(&mut out);
    out
}

/// The surrogate that `character` stands in for, if it does.
fn lone_surrogate(character: char, has_lone_surrogates: bool) -> Option<u32> {
    let code = (character as u32).checked_sub(LONE_SURROGATE_OFFSET)?;
    (has_lone_surrogates && (0xd800..0xe000).contains(&code)).then_some(code)
}
