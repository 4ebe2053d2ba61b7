//! Templates of what the encoder writes. A hole is a `$` and a name, as in `{"id":$id}`. The names are checked when the
//! crate is compiled, which also turns each template into text with one byte for each name.

/// Makes a template of one literal, or of several that are put together.
macro_rules! template {
    ($($text:tt)+) => {{
        const TEXT: &str = concat!($($text)+);
        const LENGTH: usize = $crate::edge::template::compiled_length(TEXT);
        const BYTES: [u8; LENGTH] = $crate::edge::template::compile(TEXT);
        const COMPILED: &str = $crate::edge::template::as_text(&BYTES);
        COMPILED
    }};
}

pub(super) use template;

macro_rules! holes {
    ($($constant:ident $name:literal,)+) => {
        const NAMES: &[&str] = &[$($name),+];
        /// The byte that stands for each name.
        pub(super) mod hole {
            use super::code;
            $(pub const $constant: u8 = code($name.as_bytes(), 0, $name.len());)+
        }
    };
}

holes! {
    // The answer as a whole.
    ID "id",
    UID "uid",
    MODEL "model",
    CREATED "created",
    STATUS "status",
    INCOMPLETE_DETAILS "incomplete_details",
    FINISH_REASON "finish_reason",
    STOP_REASON "stop_reason",
    STOP_SEQUENCE "stop_sequence",
    SEQUENCE_NUMBER "sequence_number",
    // Text and reasoning: all of it so far, and the piece that came last.
    TEXT "text",
    CONTENT "content",
    LOGPROBS "logprobs",
    REASONING "reasoning",
    PIECE "piece",
    RAW_PIECE "raw_piece",
    REASONING_CONTENT "reasoning_content",
    REASONING_DETAILS "reasoning_details",
    MORE "more",
    ANNOTATIONS "annotations",
    // The current item.
    ITEM_PLACE "item_place",
    ITEM_TEXT "item_text",
    ITEM_STATUS "item_status",
    BLOCK_PLACE "block_place",
    PART "part",
    PART_INDEX "part_index",
    SUMMARY "summary",
    SIGNATURE "signature",
    REDACTED "redacted",
    ENCRYPTED "encrypted",
    ENCRYPTED_CONTENT "encrypted_content",
    CALL_INDEX "call_index",
    CALL_ID "call_id",
    REASONING_ID "reasoning_id",
    CALL_NAME "call_name",
    CALL_NAMESPACE "call_namespace",
    NAMESPACE "namespace",
    CALL_INPUT "call_input",
    CUSTOM_INPUT "custom_input",
    CALL_EXTRA "call_extra",
    CALL_SIGNATURE "call_signature",
    TOOL_CALLS "tool_calls",
    // Tokens.
    INPUT_TOKENS "input_tokens",
    OUTPUT_TOKENS "output_tokens",
    TOTAL_TOKENS "total_tokens",
    INPUT_DETAILS "input_details",
    OUTPUT_DETAILS "output_details",
    THINKING_DETAILS "thinking_details",
    CACHED_TOKENS "cached_tokens",
    WRITTEN_TOKENS "written_tokens",
    UNCACHED_TOKENS "uncached_tokens",
    REASONING_TOKENS "reasoning_tokens",
    USAGE "usage",
    USAGE_UNKNOWN "usage_unknown",
    NO_USAGE_YET "no_usage_yet",
    // Other templates.
    OUTPUT_ITEMS "output_items",
    ITEM "item",
    RESPONSE "response",
    TEXT_PART "text_part",
}

/// The byte for the name between `from` and `to`. The build fails where there is no such hole.
const fn code(text: &[u8], from: usize, to: usize) -> u8 {
    let mut index = 0;
    while index < NAMES.len() {
        let name = NAMES[index].as_bytes();
        let mut at = 0;
        while name.len() == to - from && at < name.len() && name[at] == text[from + at] {
            at += 1;
        }
        if name.len() == to - from && at == name.len() {
            // The byte is printable ASCII, so the template stays text.
            return b'0' + index as u8;
        }
        index += 1;
    }
    // This runs in the compiler only, which reports the failed assertion at the template.
    assert!(index < NAMES.len(), "a template has a hole that nobody fills");
    0
}

/// Where the name that begins at `from` ends.
const fn name_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() && matches!(text[at], b'a'..=b'z' | b'_') {
        at += 1;
    }
    at
}

/// The length of the compiled template in bytes.
pub(super) const fn compiled_length(text: &str) -> usize {
    let text = text.as_bytes();
    let (mut length, mut at) = (0, 0);
    while at < text.len() {
        if text[at] == b'$' {
            at = name_end(text, at + 1);
            length += 2;
        } else {
            at += 1;
            length += 1;
        }
    }
    length
}

/// The compiled template.
pub(super) const fn compile<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let text = text.as_bytes();
    let mut compiled = [0; LENGTH];
    let (mut length, mut at) = (0, 0);
    while at < text.len() {
        compiled[length] = text[at];
        length += 1;
        at += 1;
        if text[at - 1] == b'$' {
            let end = name_end(text, at);
            compiled[length] = code(text, at, end);
            length += 1;
            at = end;
        }
    }
    compiled
}

/// The compiled template as text.
pub(super) const fn as_text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}
