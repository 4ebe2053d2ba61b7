//! Turns a [`Value`] into plain JavaScript data, by serde-wasm-bindgen.
//!
//! It works in this direction only: what comes in is JSON text (`src/js/json-copy.js`). Deserialising through serde
//! links the printing of floats, for the text of its errors, which is 27 kB of tables; measured, that doubles what the
//! crate costs.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use wasm_bindgen::JsValue;

use super::sys;
use crate::json::Value;

/// `value` as plain JavaScript data: objects, arrays, strings, numbers, booleans and `null`.
pub fn to_js(value: &Value) -> JsValue {
    // Without this option objects would become JavaScript `Map`s.
    let plain = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    // The serializer does not fail for anything that a `Value` can be.
    Plain(value).serialize(&plain).unwrap_or_default()
}

/// A [`Value`] for serde. Only this module knows serde.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null | Value::Json(_) => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => serde_wasm_bindgen::preserve::serialize(&sys::number(number), serializer),
            Value::Shared(value) => Plain(value).serialize(serializer),
            Value::End(..) => serializer.serialize_str(self.0.as_str().unwrap_or_default()),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => {
                let mut seq = serializer.serialize_seq(None)?;
                items.iter().try_for_each(|item| seq.serialize_element(&Plain(item)))?;
                seq.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, &Plain(value)))?;
                map.end()
            }
        }
    }
}
