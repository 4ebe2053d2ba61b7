//! The words of services' errors, which are made for pages: found wherever they stand, and made plain.

use crate::value::Value;

/// The words of a service's error, wherever services put them: `error.message`, `error`, `message`, `msg`, `data.message`,
/// also in an array of one.
pub fn error_words(value: &Value) -> Option<String> {
    let value = value.item(0).unwrap_or(value);
    let places = ["/error/message", "/error", "/message", "/msg", "/data/message", "/detail"];
    places
        .iter()
        .find_map(|place| value.pointer(place).and_then(Value::as_str))
        .map(|words| html_to_text(words.trim()))
        .filter(|words| !words.is_empty())
}

/// Tags off and the entities that WordPress writes decoded: error texts are made for pages. A tag parts two words unless
/// it is one of those that stand within a sentence.
pub fn html_to_text(html: &str) -> String {
    const INLINE: [&str; 8] = ["a", "b", "code", "em", "i", "span", "strong", "u"];
    if !html.contains(['<', '&']) {
        return html.to_owned();
    }
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let is_tag = rest[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match rest[open..].find('>').filter(|_| is_tag) {
            Some(close) => {
                text.push_str(&rest[..open]);
                let tag = &rest[open + 1..open + close];
                let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next();
                let inline = name.is_some_and(|name| INLINE.contains(&name));
                rest = &rest[open + close + 1..];
                if !inline && !text.is_empty() && !text.ends_with(char::is_whitespace) {
                    text.push(' ');
                }
            }
            None => {
                text.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    text.push_str(rest);
    unescape_html(&text).trim().to_owned()
}

/// The entities that WordPress writes: five by name, any by number.
pub fn unescape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest entity known here is `&#x10ffff;`: a page full of `&` must not be searched from each of them.
        let entity = rest.bytes().take(10).position(|byte| byte == b';').map_or("", |end| &rest[1..end]);
        match character(entity) {
            Some(character) => {
                out.push(character);
                rest = &rest[entity.len() + 2..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse(), |digits| u32::from_str_radix(digits, 16));
        return code.ok().and_then(char::from_u32).filter(|&character| character != '\0');
    }
    [("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' '), ("amp", '&')]
        .iter()
        .find_map(|&(name, character)| (name == entity).then_some(character))
}
