//! A message of a conversation, reduced to what every protocol can carry.

use crate::json::{Value, fill_template};

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Who wrote it: `user`, `assistant`, `system`, or any other role that the caller gave.
    pub role: String,
    /// The text of the content. The text parts are joined without a separator; other parts are left out.
    pub text: String,
}

/// A message as `{"role": ..., "content": ...}`, the form that nearly all protocols have.
pub fn message_json(role: &str, text: &str) -> Value {
    fill_template(r#"{"role":$,"content":$}"#, &[role, text])
}
