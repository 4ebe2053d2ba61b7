//! A message of a conversation, as far as every protocol has it.

use crate::json::{Value, fill_template};

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub role: String,
    /// The text of the content; parts are joined without a separator.
    pub text: String,
}

/// A message as JSON, as nearly all protocols write it.
pub fn message_json(role: &str, text: &str) -> Value {
    fill_template(r#"{"role":$,"content":$}"#, &[role, text])
}
