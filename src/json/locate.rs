//! Where a string lies in a JSON text: what the scanner of `crates/frame` is taught.

use super::parse::Reader;
use crate::frame::FrameLayout;

/// Deeper JSON has no template.
pub(super) const PLAIN_DEPTH: u8 = 31;

/// Where the inside of the string at `path` lies in a JSON text, or the number, if that is plain to see: every key on the
/// way once. A number in the path is an index, written in digits. And where the same of members of the outermost object
/// lies, as often as it has them.
pub fn locate(json: &[u8], path: &[&str], members: &[&str]) -> Option<FrameLayout> {
    let mut reader = Reader::new(std::str::from_utf8(json).ok()?, PLAIN_DEPTH, Some(members));
    reader.document(Some(path))?;
    Some(FrameLayout { text: reader.found?, varying: reader.varying, tag: 0 })
}
