//! Small things with text, each once. std's own do more (patterns of every kind, padding, 128 bits) and weigh more.

/// Where `word` begins.
pub fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

/// What stands before the first of `ends`, which are ASCII, and the rest, which begins with it or is empty.
pub fn cut<'a>(text: &'a str, ends: &[u8]) -> (&'a str, &'a str) {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    text.split_at(end.unwrap_or(text.len()))
}

/// All parts as one. `format!` and `concat` weigh more, at each call and in all.
pub fn join(parts: &[&str]) -> String {
    let mut joined = String::new();
    parts.iter().for_each(|part| joined.push_str(part));
    joined
}

pub fn characters(text: &str) -> u64 {
    let mut count = 0;
    text.bytes().for_each(|byte| count += u64::from(is_first(byte)));
    count
}

/// Whether a character begins with this byte.
pub fn is_first(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// Decimal digits.
pub fn decimal(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.insert(0, digit(number % 10));
        number /= 10;
        if number == 0 {
            return digits.into_iter().collect();
        }
    }
}

/// The digit of a base up to 36.
pub fn digit(value: u64) -> char {
    char::from_digit(value as u32, 36).unwrap_or('0')
}

/// The number that these digits are.
pub fn number(digits: &str, radix: u32) -> Option<u64> {
    u64::from_str_radix(digits, radix).ok()
}
