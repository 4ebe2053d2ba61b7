//! Escape sequences in JSON strings (RFC 8259, section 7).

/// The character that the escape sequence at the start of `bytes` stands for, and the length of the sequence in bytes:
/// 2, 6 (`\uXXXX`) or 12 (a surrogate pair). `None`: there is no valid escape sequence, or only one half of a surrogate
/// pair.
pub fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let escape = *bytes.get(1)?;
    if let Some(character) = simple_escape(escape) {
        return Some((character, 2));
    }
    let first = hex4(bytes, 2).filter(|_| escape == b'u')?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    let low = hex4(bytes, 8).filter(|_| bytes[6..8] == *b"\\u")?;
    (0xdc00..0xe000).contains(&low).then(|| (join_pair(first, low), 12))
}

/// The escape sequences of two characters, such as `\n`. `escape` is the byte after the backslash.
fn simple_escape(escape: u8) -> Option<char> {
    Some(match escape {
        b'"' | b'\\' | b'/' => char::from(escape),
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        _ => return None,
    })
}

/// The number that the four hexadecimal digits at `at` spell. `None`: there are fewer, or other characters.
pub fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |code, &digit| Some(code << 4 | char::from(digit).to_digit(16)?))
}

/// The character that the two halves of a surrogate pair stand for. `high` must be in `0xd800..0xdc00` and `low` in
/// `0xdc00..0xe000`.
pub fn join_pair(high: u32, low: u32) -> char {
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER)
}
