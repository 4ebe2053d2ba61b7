//! What a JSON text takes in memory once it is read.

use crate::frame::plain_end;

/// About how many bytes of memory the values of `text` will take. It is told without reading them, since that is the point: a text
/// of small numbers takes twenty times its own length.
pub fn weight(text: &[u8]) -> usize {
    // A list that grows is there twice for a moment, with room for as many items more as it has.
    const ITEM: usize = 48;
    const MEMBER: usize = 28;
    const MEMORY_OF_ITS_OWN: usize = 24;
    let (mut weight, mut at) = (0, 0);
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let end = string_end(text, at);
                weight += MEMORY_OF_ITS_OWN + (end - at);
                at = end + 1;
            }
            b'{' | b'[' => weight += MEMORY_OF_ITS_OWN,
            b',' => weight += ITEM,
            b':' => weight += MEMBER,
            _ => {}
        }
    }
    weight
}

/// Where the string ends whose inside begins at `at`.
fn string_end(text: &[u8], mut at: usize) -> usize {
    if let Some(end) = plain_end(text, at) {
        return end;
    }
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at.min(text.len())
}
