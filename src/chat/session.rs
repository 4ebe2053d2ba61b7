//! What a site hands out for later calls.

use crate::json::{self, Map, Value};

/// What a site handed out for later calls: the nonce, and ids and addresses read from its pages. Only the provider that
/// filled it knows its keys, apart from `nonce`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session(pub Map);

impl Session {
    /// The session in a JSON text that [`Session::to_json`] wrote. `None`: the text is not a JSON object.
    pub fn from_json(text: &str) -> Option<Session> {
        match json::parse(text.as_bytes()).ok()?.value {
            Value::Object(map) => Some(Session(map)),
            _ => None,
        }
    }

    /// The session as JSON text, for a store.
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// The string at `key`, unless it is empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.text(key)
    }

    /// Puts `value` at `key`.
    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert_str(key, value);
    }

    /// The nonce, if the session has one.
    pub fn nonce(&self) -> Option<&str> {
        self.get("nonce")
    }
}
