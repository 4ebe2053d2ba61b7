//! Small functions on text, each written once. The functions of the standard library do more (patterns of every kind,
//! padding, 128-bit numbers) and weigh more.

use std::borrow::Cow;

/// The position in bytes at which `word` first begins in `text`. `word` must not be empty.
pub fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let (first, rest) = word.split_first()?;
    let mut at = 0;
    loop {
        at += text.get(at..)?.iter().position(|byte| byte == first)? + 1;
        if text.get(at..)?.starts_with(rest) {
            return Some(at - 1);
        }
    }
}

/// Whether `word`, which must not be empty, stands in `text`. Lighter than `contains`.
pub fn contains(text: &str, word: &str) -> bool {
    find(text.as_bytes(), word.as_bytes()).is_some()
}

/// What stands behind the last `byte`, which must be ASCII; all of `text` where there is none.
pub fn behind_last(text: &str, byte: u8) -> &str {
    let at = text.bytes().rposition(|each| each == byte).map_or(0, |at| at + 1);
    text.get(at..).unwrap_or_default()
}

/// Splits `text` before the first byte that is one of `ends`, which must be ASCII. The second part begins with that
/// byte, or is empty where there is none.
pub fn cut<'a>(text: &'a str, ends: &[u8]) -> (&'a str, &'a str) {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    text.split_at(end.unwrap_or(text.len()))
}

/// All parts as one string, without the code that `format!` would bring in.
pub fn join(parts: &[&str]) -> String {
    let mut joined = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    parts.iter().for_each(|part| joined.push_str(part));
    joined
}

/// The texts as one, with `separator` between them.
pub fn listed<S: AsRef<str>>(texts: &[S], separator: &str) -> String {
    let mut list = String::new();
    for (index, text) in texts.iter().enumerate() {
        list.push_str(if index > 0 { separator } else { "" });
        list.push_str(text.as_ref());
    }
    list
}

/// Sorts texts, each with a number that counts where two are the same. A heap sort, since those of the standard library weigh more and come
/// once for each type.
pub fn sort(pairs: &mut [(&str, usize)]) {
    let mut end = pairs.len();
    let mut start = end / 2;
    while end > 1 {
        if start > 0 {
            start -= 1;
        } else {
            end -= 1;
            pairs.swap(0, end);
        }
        let mut at = start;
        loop {
            let mut child = 2 * at + 1;
            if child + 1 < end && pairs[child] < pairs[child + 1] {
                child += 1;
            }
            if child >= end || pairs[at] >= pairs[child] {
                break;
            }
            pairs.swap(at, child);
            at = child;
        }
    }
}

/// Texts, sorted.
pub fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut pairs = Vec::new();
    for text in texts {
        pairs.push((text, pairs.len()));
    }
    sort(&mut pairs);
    pairs
}

/// The number of `text` in what [`sorted`] gave.
pub fn number_of(pairs: &[(&str, usize)], text: &str) -> Option<usize> {
    let at = pairs.partition_point(|(known, _)| *known < text);
    pairs.get(at).filter(|(known, _)| *known == text).map(|(_, number)| *number)
}

/// `template` with the next of `holes` in the place of each `$`. A caller of [`join`] would store the address and length of each word
/// between two of them, which took 3 % of the module.
pub fn filled(template: &'static str, holes: &[&str]) -> String {
    let mut text = String::new();
    let (before, mut rest) = cut(template, b"$");
    text.push_str(before);
    for hole in holes {
        text.push_str(hole);
        let (before, next) = cut(rest.get(1..).unwrap_or_default(), b"$");
        text.push_str(before);
        rest = next;
    }
    text
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
