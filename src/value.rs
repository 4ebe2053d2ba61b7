//! A JSON value: what servers send and what they are sent.

use std::fmt::{self, Display, Formatter, Write};

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// As it was written.
    Number(String),
    String(String),
    Array(Vec<Value>),
    Object(Map),
}

/// Members in the order in which they came. Where a key is repeated the last one counts, as for `JSON.parse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(String, Value)>);

impl Value {
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    pub fn item(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// JSON Pointer (RFC 6901) without escapes.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        pointer.split('/').skip(1).try_fold(self, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            value => value.get(step),
        })
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(flag) = self { Some(*flag) } else { None }
    }

    pub fn as_u64(&self) -> Option<u64> {
        if let Value::Number(number) = self { number.parse().ok() } else { None }
    }

    pub fn as_array(&self) -> Option<&Vec<Value>> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    pub fn as_object(&self) -> Option<&Map> {
        if let Value::Object(map) = self { Some(map) } else { None }
    }

    pub fn is_object(&self) -> bool {
        self.as_object().is_some()
    }

    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }

    /// Text of a string or a number: ids come as both.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Value::String(text) | Value::Number(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    pub(crate) fn from_members(members: Vec<(String, Value)>) -> Map {
        Map(members)
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub fn insert(&mut self, key: &str, value: Value) {
        self.remove(key);
        self.0.push((key.to_owned(), value));
    }

    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }
}

/// `object([("role", "user".into()), ...])`
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(Map(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(number.to_string())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::Array(items)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Value {
        Value::Object(map)
    }
}

/// As JSON text.
impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => out.write_str("null"),
            Value::Bool(flag) => out.write_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => out.write_str(number),
            Value::String(text) => quote(text, out),
            Value::Array(items) => {
                let items = items.iter().map(|item| (None, item));
                nested('[', items, ']', out)
            }
            Value::Object(map) => {
                let members = map.0.iter().map(|(key, value)| (Some(key), value));
                nested('{', members, '}', out)
            }
        }
    }
}

fn nested<'a>(
    open: char,
    members: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    close: char,
    out: &mut Formatter<'_>,
) -> fmt::Result {
    let mut separator = open;
    for (key, value) in members {
        out.write_char(separator)?;
        separator = ',';
        if let Some(key) = key {
            quote(key, out)?;
            out.write_char(':')?;
        }
        value.fmt(out)?;
    }
    if separator == open {
        out.write_char(open)?;
    }
    out.write_char(close)
}

fn quote(text: &str, out: &mut Formatter<'_>) -> fmt::Result {
    out.write_char('"')?;
    let special = |c: char| matches!(c, '"' | '\\' | '\0'..='\x1f');
    for part in text.split_inclusive(special) {
        let plain = part.trim_end_matches(special);
        out.write_str(plain)?;
        match part.as_bytes().get(plain.len()) {
            None => {}
            Some(b'\n') => out.write_str("\\n")?,
            Some(&byte @ (b'"' | b'\\')) => {
                out.write_char('\\')?;
                out.write_char(char::from(byte))?;
            }
            Some(byte) => write!(out, "\\u{byte:04x}")?,
        }
    }
    out.write_char('"')
}
