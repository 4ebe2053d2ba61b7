//! Base64, as `data:` URLs have it.

/// How many bytes `text` stands for in Base64 (RFC 4648, section 4), with or without padding. `None`: it is not Base64, or
/// empty.
pub fn decoded_size(text: &str) -> Option<usize> {
    let digits = digits(text);
    let is_base64 = !digits.is_empty() && digits.len() % 4 != 1 && digits.iter().all(|&digit| value(digit).is_some());
    is_base64.then(|| digits.len() / 4 * 3 + digits.len() % 4 * 3 / 4)
}

/// Adds the bytes that `text` stands for in Base64 to `bytes`. They end where it is no Base64: see [`decoded_size`].
pub fn decode_into(text: &str, bytes: &mut Vec<u8>) {
    let (mut bits, mut count) = (0u32, 0);
    for value in digits(text).iter().map_while(|&digit| value(digit)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
}

/// Without blanks around it and without padding.
fn digits(text: &str) -> &[u8] {
    let text = text.trim();
    text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text).as_bytes()
}

fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}
