//! Several turns as one text, as the source providers sent them (`format_prompt` of g4f, 2025-06 to the end).

use crate::chat::{Error, Message, Result};
use crate::text::{cut, without_leading};

#[derive(Clone, Copy, Debug)]
pub struct PromptStyle {
    /// Role labels even around a single message.
    pub add_special_tokens: bool,
    /// Leave the closing `Assistant:` out, so that the model goes on with the last message.
    pub do_continue: bool,
    /// Keep `system` and `developer` messages.
    pub include_system: bool,
}

impl Default for PromptStyle {
    fn default() -> Self {
        PromptStyle { add_special_tokens: false, do_continue: false, include_system: true }
    }
}

/// `Role: text` lines and a closing `Assistant:`. A single message is its text alone.
///
/// Two different chats of several turns never give the same prompt: a line inside a message that begins with the label of
/// a usual role, or of one of the chat's own, is indented by one space. The source did not do that, and a user could speak
/// as the assistant.
pub fn format_prompt(messages: &[Message], style: PromptStyle) -> Result<String> {
    if messages.is_empty() {
        return Err(Error::input("messages is empty: give at least one message"));
    }
    if let ([only], false) = (messages, style.add_special_tokens) {
        if only.text.trim().is_empty() {
            return Err(Error::input("the message has no text"));
        }
        return Ok(only.text.clone());
    }
    let labels: Vec<String> =
        messages.iter().map(|message| message.role.as_str()).chain(USUAL_ROLES).map(label).collect();
    let mut prompt = String::new();
    for (Message { role, text }, label) in messages.iter().zip(&labels) {
        let is_left_out = !style.include_system && matches!(role.as_str(), "system" | "developer");
        if is_left_out || text.trim().is_empty() {
            continue;
        }
        if !prompt.is_empty() {
            prompt.push('\n');
        }
        prompt.push_str(label);
        prompt.push(' ');
        push_indented(text, &labels, &mut prompt);
    }
    if prompt.is_empty() {
        return Err(Error::input("no message has text"));
    }
    if !style.do_continue {
        prompt.push_str("\nAssistant:");
    }
    Ok(prompt)
}

/// Of these another chat may have messages, whatever roles this one has.
const USUAL_ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

/// Python's `str.capitalize` (the first letter in upper case, the rest in lower case) and a colon. Of ASCII letters:
/// roles are English words, and the tables for all others would weigh 11 kB gzipped.
fn label(role: &str) -> String {
    let mut label = role.to_ascii_lowercase();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label + ":"
}

/// One more space in front of every further line that is a label after any number of spaces: so a guarded line and a
/// line that had the space already stay apart.
fn push_indented(text: &str, labels: &[String], prompt: &mut String) {
    let (first, mut rest) = cut(text, b"\n");
    prompt.push_str(first);
    while let Some(lines) = rest.strip_prefix('\n') {
        let (line, more) = cut(lines, b"\n");
        let bare = without_leading(line, ' ');
        let forged = labels.iter().any(|label| bare.starts_with(label.as_str()));
        prompt.push_str(if forged { "\n " } else { "\n" });
        prompt.push_str(line);
        rest = more;
    }
}
