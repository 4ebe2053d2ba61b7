//! Finds the place of a string in a JSON text, which is what the scanner in `crates/frame` needs to know of a frame.

use super::parse::Reader;
use crate::frame::FrameLayout;

/// Levels of nesting that a scanned text may have. Frames that are nested deeper are always parsed.
pub(super) const PLAIN_DEPTH: u8 = 31;

/// Where the inside of the string or number at `path` lies in the text `json`, in bytes. A number in `path` is an index
/// into an array. Also where the values of those `members` of the outermost object lie that exist, since they may
/// differ from frame to frame. The tag of the layout is 0.
///
/// `None`: `json` is not JSON or is nested deeper than 31 levels, there is no string or number at `path`, or a key on
/// the way there is repeated.
pub fn locate(json: &[u8], path: &[&str], members: &[&str]) -> Option<FrameLayout> {
    let mut reader = Reader::new(std::str::from_utf8(json).ok()?, PLAIN_DEPTH, Some(members));
    reader.document(Some(path))?;
    Some(FrameLayout { text: reader.found?, varying: reader.varying, tag: 0 })
}
