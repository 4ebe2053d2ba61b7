//! Escapes in JSON strings (RFC 8259, section 7).

/// The character of the escape that `bytes` begin with, and how long that is. `None`: it is none, or half of a pair.
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

/// The escapes of one letter.
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

/// The four hexadecimal digits at `at`.
pub fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4)?;
    digits.iter().try_fold(0, |code, &digit| Some(code << 4 | char::from(digit).to_digit(16)?))
}

/// The character that two halves of a surrogate pair are.
pub fn join_pair(high: u32, low: u32) -> char {
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER)
}
