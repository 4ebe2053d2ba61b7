//! Forms, for bodies and queries.

use crate::json::Map;
use crate::text::digit;

/// Names and values in `application/x-www-form-urlencoded` (URL standard, section 5.2), encoded so far.
#[derive(Debug, Default)]
pub struct Form(pub String);

impl Form {
    /// Adds `name` with the string that `from` has at `key`, or with an empty value.
    pub fn take(&mut self, name: &str, key: &str, from: &Map) {
        self.add(name, from.text(key).unwrap_or_default());
    }

    /// Adds `name` with `value`, both encoded.
    pub fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        percent_encode(name, &mut self.0);
        self.0.push('=');
        percent_encode(value, &mut self.0);
    }
}

/// Appends `text` to `out`, encoded as the standard wants it in a form: a blank is `+`.
fn percent_encode(text: &str, out: &mut String) {
    for &byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(digit(u64::from(byte >> 4)).to_ascii_uppercase());
                out.push(digit(u64::from(byte & 15)).to_ascii_uppercase());
            }
        }
    }
}
