//! What a site hands out for later calls.

use crate::json::{self, Map, Value};

/// What a site handed out for later calls: nonce, ids and addresses read from its pages. Opaque outside its provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session(pub Map);

impl Session {
    pub fn from_json(text: &str) -> Option<Session> {
        match json::parse(text.as_bytes()).ok()?.value {
            Value::Object(map) => Some(Session(map)),
            _ => None,
        }
    }

    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.text(key)
    }

    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert_str(key, value);
    }

    pub fn nonce(&self) -> Option<&str> {
        self.get("nonce")
    }
}
