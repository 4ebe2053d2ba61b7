//! Forms, for bodies and queries.

use crate::json::Map;
use crate::text::digit;

/// Names and values in `application/x-www-form-urlencoded` (URL standard, section 5.2), encoded so far.
#[derive(Debug, Default)]
pub struct Form(pub String);

impl Form {
    /// Adds `name` with the string that `from` has at `key`, or with an empty value.
    pub fn take(&mut self, name: &str, key: &str, from: &Map) {
        self.add(name, from.text_or_empty(key));
    }

    /// Adds `name` with `value`, both encoded.
    pub fn add(&mut self, name: &str, value: &str) {
        self.add_parts(name, &[value]);
    }

    /// Adds `name` with the value that `parts` are together. They may be large, so space is made once.
    pub fn add_parts(&mut self, name: &str, parts: &[&str]) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        percent_encode(name, &mut self.0);
        self.0.push('=');
        let is_plain = |byte: &u8| encoded(*byte).is_some();
        let length = |part: &&str| 3 * part.len() - 2 * part.as_bytes().iter().filter(|byte| is_plain(byte)).count();
        self.0.reserve(parts.iter().map(length).sum());
        parts.iter().for_each(|part| percent_encode(part, &mut self.0));
    }
}

/// Appends `text` to `out`, encoded as the standard wants it in a form: a blank is `+`.
fn percent_encode(text: &str, out: &mut String) {
    for &byte in text.as_bytes() {
        match encoded(byte) {
            Some(plain) => out.push(plain),
            None => {
                out.push('%');
                out.push(digit(u64::from(byte >> 4)).to_ascii_uppercase());
                out.push(digit(u64::from(byte & 15)).to_ascii_uppercase());
            }
        }
    }
}

/// What stands for a byte in a form. `None`: `%` and two digits.
fn encoded(byte: u8) -> Option<char> {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => Some(char::from(byte)),
        b' ' => Some('+'),
        _ => None,
    }
}
