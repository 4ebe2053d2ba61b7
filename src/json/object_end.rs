//! Whether a JSON object that comes in pieces is whole.

/// Finds where a JSON object ends, without reading what is in it: a call may come in a million pieces, and to parse its arguments
/// with each of them would cost the square of their length.
#[derive(Debug, Default)]
pub struct ObjectEnd {
    /// Bytes that were read.
    at: usize,
    /// Objects and arrays that are open.
    depth: usize,
    in_string: bool,
    after_backslash: bool,
}

impl ObjectEnd {
    /// Whether `text`, of which a beginning may have been read before, ends where its object does.
    pub fn is_whole(&mut self, text: &str) -> bool {
        for &byte in text.as_bytes().get(self.at..).unwrap_or_default() {
            match byte {
                _ if std::mem::take(&mut self.after_backslash) => {}
                b'\\' => self.after_backslash = self.in_string,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.at = text.len();
        self.depth == 0 && text.starts_with('{') && text.ends_with('}')
    }
}
