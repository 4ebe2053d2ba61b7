//! Makes one text of several messages, as the source providers did (`format_prompt` of g4f, from June 2025 on).

use crate::chat::{Error, Message, Result};
use crate::text::{cut, without_leading};

/// How the text is made. The defaults are those of the source.
#[derive(Clone, Copy, Debug)]
pub struct PromptStyle {
    /// Write the role even before a single message. Default: `false`.
    pub add_special_tokens: bool,
    /// Leave out the closing `Assistant:`, so that the model continues the last message. Default: `false`.
    pub do_continue: bool,
    /// Keep `system` and `developer` messages. Default: `true`.
    pub include_system: bool,
}

impl Default for PromptStyle {
    fn default() -> Self {
        PromptStyle { add_special_tokens: false, do_continue: false, include_system: true }
    }
}

/// Makes lines `Role: text` and a closing `Assistant:`. A single message becomes its text alone.
///
/// Two different conversations of several messages never become the same text: a line within a message that begins with
/// the label of a usual role, or of a role of this conversation, is indented by one space. The source did not do that,
/// and a user could write in the name of the assistant.
///
/// # Errors
/// [`crate::chat::Code::Input`]: there are no messages, or none of them has text.
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

/// Roles that messages of other conversations may have, whatever roles this one has.
const USUAL_ROLES: [&str; 6] = ["system", "developer", "user", "assistant", "tool", "function"];

/// The label of a role: Python's `str.capitalize` (the first letter in upper case, the rest in lower case) and a colon.
/// Only ASCII letters change: roles are English words, and the tables for all other letters would weigh 11 kB gzipped.
fn label(role: &str) -> String {
    let mut label = role.to_ascii_lowercase();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    label + ":"
}

/// Appends `text` to `prompt`. Each line after the first that is one of `labels` after any number of spaces gets one
/// more space, so a line that was indented here never equals a line that already had the space.
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
