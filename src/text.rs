//! Small functions on text, each written once. The functions of the standard library do more (patterns of every kind,
//! padding, 128-bit numbers) and weigh more.

use std::borrow::Cow;

/// The position in bytes at which `word` first begins in `text`. `word` must not be empty.
pub fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

/// Splits `text` before the first byte that is one of `ends`, which must be ASCII. The second part begins with that
/// byte, or is empty where there is none.
pub fn cut<'a>(text: &'a str, ends: &[u8]) -> (&'a str, &'a str) {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    text.split_at(end.unwrap_or(text.len()))
}

/// All parts as one string, without the code that `format!` would bring in.
pub fn join(parts: &[&str]) -> String {
    let mut joined = String::new();
    parts.iter().for_each(|part| joined.push_str(part));
    joined
}

/// `text` without any `character` at its beginning.
pub fn without_leading(mut text: &str, character: char) -> &str {
    while let Some(rest) = text.strip_prefix(character) {
        text = rest;
    }
    text
}

/// The number of characters (Unicode scalar values) in `text`. Lighter than `chars().count()`.
pub fn count_characters(text: &str) -> u64 {
    let mut count = 0;
    text.bytes().for_each(|byte| count += u64::from(begins_character(byte)));
    count
}

/// Whether a UTF-8 character begins with `byte`.
pub fn begins_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// `number` in decimal digits.
pub fn decimal(number: u64) -> String {
    let mut digits = if number < 10 { String::new() } else { decimal(number / 10) };
    digits.push(digit(number % 10));
    digits
}

/// The digit that stands for `value` in a base up to 36, in lower case. `value` must be less than 36.
pub fn digit(value: u64) -> char {
    char::from_digit(value as u32, 36).unwrap_or('0')
}

/// The number that `digits` are in the base `radix`, which is at most 36. `None`: there are no digits, another
/// character stands among them, or the number does not fit in 64 bits. Some numbers beyond 2^60 are refused, too.
pub fn parse_number(digits: &str, radix: u32) -> Option<u64> {
    let mut number = 0;
    for digit in digits.bytes() {
        let digit = char::from(digit).to_digit(radix)?;
        if number >> 60 != 0 {
            return None;
        }
        number = number * u64::from(radix) + u64::from(digit);
    }
    (!digits.is_empty()).then_some(number)
}

/// `bytes` as text, with U+FFFD for every sequence that is not UTF-8. Does what `String::from_utf8_lossy` does, at a
/// third of its weight.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let (mut repaired, mut rest) = (String::new(), bytes);
    loop {
        let error = match std::str::from_utf8(rest) {
            Ok(text) if repaired.is_empty() => return Cow::Borrowed(text),
            Ok(text) => return Cow::Owned(repaired + text),
            Err(error) => error,
        };
        let (text, broken) = rest.split_at(error.valid_up_to());
        repaired.push_str(std::str::from_utf8(text).unwrap_or_default());
        repaired.push(char::REPLACEMENT_CHARACTER);
        rest = &broken[error.error_len().unwrap_or(broken.len())..];
    }
}
