//! JSON values: what servers send and what is sent to them.

use std::fmt::{self, Display, Formatter};
use std::rc::Rc;

use crate::frame::plain_length;
use crate::text::{cut, decimal, digit, parse_number};

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written, for example `1e3`.
    Number(Digits),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Map),
    /// Any JSON as text, which is written as it stands: see [`fill_template`]. To look into it, parse it.
    Json(String),
    /// A large value that has its place elsewhere, too, and is written only.
    Shared(Rc<Value>),
    /// The end, from a byte on, of a long string that has its place elsewhere, too: see [`Value::end`].
    End(Rc<String>, usize),
}

/// The text of a number. A short one needs no memory of its own, since a service may send millions in one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Digits {
    /// Up to ten bytes, and how many.
    Short([u8; MAX_SHORT], u8),
    /// A longer text.
    Long(Box<str>),
}

const MAX_SHORT: usize = 10;

impl From<&str> for Digits {
    fn from(text: &str) -> Digits {
        let mut short = [0; MAX_SHORT];
        match short.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Digits::Short(short, text.len() as u8)
            }
            None => Digits::Long(text.into()),
        }
    }
}

impl std::ops::Deref for Digits {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Digits::Short(short, length) => {
                short.get(..usize::from(*length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
            }
            Digits::Long(text) => text,
        }
    }
}

/// The members of a JSON object, in the order in which they came. Where a key is repeated the last one counts, as with
/// `JSON.parse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(Vec<(String, Value)>);

impl Value {
    /// The value at `key`. `None`: there is none, or this is not an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The item at `index`, counted from 0. `None`: there is none, or this is not an array.
    pub fn item(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// The value at a JSON Pointer (RFC 6901), for example `/choices/0/delta`. `~0` and `~1` are not understood.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        let (mut value, mut rest) = (self, pointer);
        while let Some(steps) = rest.strip_prefix('/') {
            let (step, deeper) = cut(steps, b"/");
            value = match value {
                Value::Array(items) => items.get(parse_number(step, 10)? as usize)?,
                value => value.get(step)?,
            };
            rest = deeper;
        }
        Some(value)
    }

    /// The string. `None`: this is another kind of value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            Value::End(text, from) => text.get(*from..),
            _ => None,
        }
    }

    /// The last `length` bytes of this string, without a copy where it is a long one.
    pub fn end(&self, length: usize) -> Value {
        match self {
            Value::End(text, _) => Value::End(text.clone(), text.len().saturating_sub(length)),
            other => {
                let text = other.as_str().unwrap_or_default();
                text.get(text.len().saturating_sub(length)..).unwrap_or_default().into()
            }
        }
    }

    /// The boolean. `None`: this is another kind of value.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The whole number. `None`: this is another kind of value, is negative, has a fraction or an exponent, or does not
    /// fit.
    pub fn as_u64(&self) -> Option<u64> {
        if let Value::Number(digits) = self { parse_number(digits, 10) } else { None }
    }

    /// The items. `None`: this is not an array.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        if let Value::Array(items) = self { Some(items) } else { None }
    }

    /// The members. `None`: this is not an object, or one that is still text ([`Value::Json`]).
    pub fn as_object(&self) -> Option<&Map> {
        if let Value::Object(map) = self { Some(map) } else { None }
    }

    /// The members, to change them. `None`: as for [`Value::as_object`].
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        if let Value::Object(map) = self { Some(map) } else { None }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        self.as_object().is_some()
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        *self == Value::Null
    }

    /// The value at `key`, unless it is `null`.
    #[inline(never)]
    pub fn non_null(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| !matches!(value, Value::Null))
    }

    /// The string at `key`. It may be empty.
    #[inline(never)]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    /// The string at `key`, or else an empty one.
    #[inline(never)]
    pub fn text_or_empty(&self, key: &str) -> &str {
        self.text(key).unwrap_or_default()
    }

    /// Whether the string at `key` is `word`. A truth is one number, where a text that the caller compares is two that go through memory.
    #[inline(never)]
    pub fn says(&self, key: &str, word: &str) -> bool {
        self.text(key) == Some(word)
    }

    /// The text of the string or number at `key`. Ids come as either.
    #[inline(never)]
    pub fn string_or_number(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::String(text) => Some(text),
            Value::Number(digits) => Some(digits),
            _ => None,
        }
    }

    /// The string at a JSON Pointer: see [`Value::pointer`].
    #[inline(never)]
    pub fn text_at(&self, pointer: &str) -> Option<&str> {
        self.pointer(pointer)?.as_str()
    }

    /// The whole number at `key`: see [`Value::as_u64`].
    #[inline(never)]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.as_u64()
    }

    /// The items of the array at `key`; none where there is no array.
    pub fn list(&self, key: &str) -> &[Value] {
        self.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// Whether `true` stands at `key`.
    pub fn is_true(&self, key: &str) -> bool {
        matches!(self.get(key), Some(Value::Bool(true)))
    }

    /// About how many bytes of memory this value takes.
    pub fn size(&self) -> usize {
        size_of::<Value>()
            + match self {
                Value::Null | Value::Bool(_) | Value::Number(Digits::Short(..)) => 0,
                Value::Number(digits) => digits.len(),
                Value::String(text) | Value::Json(text) => text.len(),
                Value::Shared(value) => value.size(),
                Value::End(text, _) => text.len(),
                Value::Array(items) => items.iter().map(Value::size).sum(),
                Value::Object(map) => {
                    map.iter().map(|(key, value)| size_of::<String>() + key.len() + value.size()).sum()
                }
            }
    }

    /// This value as JSON text, without blanks.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

impl Map {
    /// A map without members.
    pub fn new() -> Map {
        Map::default()
    }

    /// A map of these members. Keys may be repeated.
    pub(crate) fn from_members(members: Vec<(String, Value)>) -> Map {
        Map(members)
    }

    /// The string at `key`, unless it is empty.
    #[inline(never)]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// The string at `key`, or else an empty one.
    #[inline(never)]
    pub fn text_or_empty(&self, key: &str) -> &str {
        self.text(key).unwrap_or_default()
    }

    /// Whether the string at `key` is `word`, which must not be empty.
    #[inline(never)]
    pub fn says(&self, key: &str, word: &str) -> bool {
        self.text(key) == Some(word)
    }

    /// This object as JSON text, without blanks.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write_members(self, &mut out);
        out
    }

    /// Puts at `key` what [`fill_template`] makes of `template` and `holes`.
    #[inline(never)]
    pub fn insert_filled(&mut self, key: &str, template: &'static str, holes: &[&str]) {
        self.insert(key, fill_template(template, holes));
    }

    /// Puts the string `text` at `key`.
    pub fn insert_str(&mut self, key: &str, text: &str) {
        self.insert(key, text.into());
    }

    /// Puts at `key` the string that `from` has there, unless it is empty.
    #[inline(never)]
    pub fn copy(&mut self, key: &str, from: &Map) {
        if let Some(text) = from.text(key) {
            self.insert_str(key, text);
        }
    }

    /// The value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value at `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.iter_mut().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Puts `value` at `name` in the object at `group`, which is made if there is none.
    pub fn insert_in(&mut self, group: &str, name: &str, value: Value) {
        if let Some(Value::Object(members)) = self.get_mut(group) {
            return members.insert(name, value);
        }
        let mut members = Map::new();
        members.insert(name, value);
        self.insert(group, members.into());
    }

    /// Removes the value at `key` and returns it.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().rposition(|(name, _)| name == key)?;
        Some(self.0.remove(at).1)
    }

    /// Puts `value` at `key`, in the place of whatever was there, as the last member.
    pub fn insert(&mut self, key: &str, value: Value) {
        self.remove(key);
        self.0.push((key.to_owned(), value));
    }

    /// Adds a member whose key may be there already: the last one counts. Unlike [`Map::insert`] this costs the same however many
    /// members there are.
    pub fn push(&mut self, key: &str, value: Value) {
        self.0.push((key.to_owned(), value));
    }

    /// Keeps only the members for which `is_kept` is true. To remove many one by one would cost the square of their number.
    pub fn retain(&mut self, is_kept: impl Fn(&str, &Value) -> bool) {
        self.0.retain(|(key, value)| is_kept(key, value));
    }

    /// Removes the member `key`, if there is one.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    /// Whether there is a member `key`, be it `null`.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in their order; a repeated key comes as often as it was written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The members in their order, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// The values in their order, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The keys in their order; a repeated key comes as often as it was written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(key, _)| key)
    }
}

/// Makes JSON from a template: each `$` becomes the next of `holes` as a JSON string, each `%` becomes the next one as
/// it stands, which must be JSON. Takes less code than a tree of values, for JSON that is sent and never looked at.
#[inline(never)]
pub fn fill_template(template: &'static str, holes: &[&str]) -> Value {
    let mut json = String::new();
    let (before, mut rest) = cut(template, b"$%");
    json.push_str(before);
    for hole in holes {
        match rest.as_bytes().first() {
            Some(b'$') => quote(hole, &mut json),
            Some(_) => json.push_str(hole),
            None => break,
        }
        let (before, next) = cut(&rest[1..], b"$%");
        json.push_str(before);
        rest = next;
    }
    Value::Json(json)
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(decimal(number).as_str().into())
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

/// Writes the value as JSON text.
impl Display for Value {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_json())
    }
}

/// Appends `value` as JSON text to `out`.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(digits) => out.push_str(digits),
        Value::Json(text) => {
            reserve(text, out);
            out.push_str(text);
        }
        Value::String(text) => quote(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => write_members(map, out),
        Value::Shared(value) => write(value, out),
        Value::End(..) => quote(value.as_str().unwrap_or_default(), out),
    }
}

/// Appends an object with the members of `map` as JSON text to `out`.
fn write_members(map: &Map, out: &mut String) {
    out.push('{');
    for (index, (key, value)) in map.0.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        quote(key, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

/// Makes room for `text` and a little more, so that what follows a long text does not double the memory that it takes.
fn reserve(text: &str, out: &mut String) {
    out.reserve(text.len() + text.len() / 16 + 2);
}

/// Appends `text` as a JSON string, with its quotes, to `out`.
pub(crate) fn quote(text: &str, out: &mut String) {
    reserve(text, out);
    out.push('"');
    let mut rest = text;
    loop {
        let plain = plain_length(rest.as_bytes(), 0).min(rest.len());
        let more = rest.bytes().skip(plain).position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        let Some(at) = more.map(|more| plain + more) else { break };
        out.push_str(&rest[..at]);
        out.push('\\');
        match rest.as_bytes()[at] {
            b'\n' => out.push('n'),
            byte @ (b'"' | b'\\') => out.push(char::from(byte)),
            byte => {
                out.push_str("u00");
                out.push(digit(u64::from(byte >> 4)));
                out.push(digit(u64::from(byte & 15)));
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}
