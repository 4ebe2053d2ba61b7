//! Anthropic's Messages: named events from `message_start` to `message_stop`, and the message in one piece. (Anthropic's reference; what
//! its own clients refuse of it is in `tests/edge/messages.test.mjs`.)
//!
//! A stream has one block at a time: each ends before the next begins, and their numbers have no gaps. Pieces of what comes in between
//! wait for their turn.

use super::Encoder;
use super::details;
use super::item::{ItemKind, Progress};
use super::template::template;
use crate::chat::Finish;

/// The token counts. Those of the cache stand beside the rest.
macro_rules! counts {
    () => {
        concat!(
            r#"{"input_tokens":$uncached_tokens,"cache_creation_input_tokens":$written_tokens,"#,
            r#""cache_read_input_tokens":$cached_tokens,"output_tokens":$output_tokens$thinking_details}"#
        )
    };
}

/// The beginning, with the counts that the service told by then: most tell them at the end.
pub const START: &str = template!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":$id,\"type\":\"message\",",
    r#""role":"assistant","model":$model,"content":[],"stop_reason":null,"stop_sequence":null,"#,
    r#""usage":{"input_tokens":$uncached_tokens,"cache_creation_input_tokens":$written_tokens,"#,
    r#""cache_read_input_tokens":$cached_tokens,"output_tokens":0}}}"#,
    "\n\n"
);

/// An event about the block that is under way.
macro_rules! event {
    ($kind:literal, $($members:literal)+) => {
        template!(
            "event: ", $kind, "\ndata: {\"type\":\"", $kind, "\",\"index\":$block_place", $($members),+, "}\n\n"
        )
    };
}

/// The beginnings of the kinds of blocks.
const TEXT_START: &str = event!("content_block_start", r#","content_block":{"type":"text","text":""}"#);
const THINKING_START: &str =
    event!("content_block_start", r#","content_block":{"type":"thinking","thinking":"","signature":""}"#);
const REDACTED_START: &str = event!("content_block_start", r#","content_block":$item"#);
const TOOL_START: &str =
    event!("content_block_start", r#","content_block":{"type":"tool_use","id":$call_id,"name":$call_name,"input":{}}"#);

/// The bytes before and after the text in a piece of text.
pub const TEXT: [&str; 2] = [
    template!(
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":$block_place,",
        r#""delta":{"type":"text_delta","text":"#
    ),
    "}}\n\n",
];
const TEXT_DELTA: &str = event!("content_block_delta", r#","delta":{"type":"text_delta","text":$piece}"#);
const THINKING_DELTA: &str = event!("content_block_delta", r#","delta":{"type":"thinking_delta","thinking":$piece}"#);
const SIGNATURE_DELTA: &str =
    event!("content_block_delta", r#","delta":{"type":"signature_delta","signature":$signature}"#);
const INPUT_DELTA: &str =
    event!("content_block_delta", r#","delta":{"type":"input_json_delta","partial_json":$piece}"#);
const CITATION_DELTA: &str =
    event!("content_block_delta", r#","delta":{"type":"citations_delta","citation":$raw_piece}"#);
const STOP: &str = event!("content_block_stop", "");

/// The end of a stream.
const END: &str = template!(
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":",
    r#"{"stop_reason":"$stop_reason","stop_sequence":$stop_sequence},"usage":"#,
    counts!(),
    "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
);

/// The message in one piece.
pub const MESSAGE: &str = template!(
    r#"{"id":$id,"type":"message","role":"assistant","model":$model,"content":[$output_items],"#,
    r#""stop_reason":"$stop_reason","stop_sequence":$stop_sequence,"usage":"#,
    counts!(),
    "}"
);

/// A block of text.
pub const TEXT_BLOCK: &str = template!(r#"{"type":"text","text":$item_text}"#);
/// A block of text that cites something.
pub const CITING_BLOCK: &str = template!(r#"{"type":"text","text":$item_text,"citations":$annotations}"#);
/// A block of thinking.
pub const THINKING_BLOCK: &str = template!(r#"{"type":"thinking","thinking":$item_text,"signature":$signature}"#);
/// A block of reasoning that only the service can read.
pub const REDACTED_BLOCK: &str = template!(r#"{"type":"redacted_thinking","data":$redacted}"#);
/// A tool call.
pub const TOOL_BLOCK: &str = template!(r#"{"type":"tool_use","id":$call_id,"name":$call_name,"input":$call_input}"#);

impl Encoder {
    /// Writes what has come of the blocks whose turn it is.
    pub(super) fn messages_advance(&mut self) {
        while self.front < self.items.len() {
            self.current = self.front;
            self.messages_block();
            let is_last = self.front + 1 == self.items.len();
            let is_over = self.finish.is_some();
            let item = &mut self.items[self.front];
            let is_whole = match item.kind {
                // More of a call may come after the next one began, unless its arguments are whole.
                ItemKind::Call => item.is_done || is_over || !is_last && item.end.is_whole(&item.text),
                _ => !is_last || is_over,
            };
            if !is_whole {
                return;
            }
            if item.progress == Progress::Begun {
                if item.kind == ItemKind::Reasoning && !item.details.is_empty() && details::redacted(item).is_none() {
                    self.fill(SIGNATURE_DELTA);
                } else if item.kind == ItemKind::Text {
                    for citation in self.take_citations(is_over) {
                        self.piece = citation.to_json();
                        self.fill(CITATION_DELTA);
                    }
                }
                self.fill(STOP);
                self.blocks += 1;
            }
            self.items[self.front].progress = Progress::Done;
            self.front += 1;
            self.around_text = None;
        }
    }

    /// Writes the beginning of the block whose turn it is, and what of it has come since.
    fn messages_block(&mut self) {
        let item = &mut self.items[self.front];
        if item.progress == Progress::Waiting {
            let start = match item.kind {
                ItemKind::Text => TEXT_START,
                ItemKind::Call => TOOL_START,
                ItemKind::Image => return,
                // Nothing came of it yet, or nothing at all.
                ItemKind::Reasoning if item.text.is_empty() && item.details.is_empty() => return,
                ItemKind::Reasoning if details::redacted(item).is_some() => REDACTED_START,
                ItemKind::Reasoning => THINKING_START,
            };
            item.progress = Progress::Begun;
            self.fill(start);
        }
        let item = &mut self.items[self.front];
        let delta = match item.kind {
            ItemKind::Text | ItemKind::Image => TEXT_DELTA,
            ItemKind::Reasoning => THINKING_DELTA,
            ItemKind::Call => INPUT_DELTA,
        };
        if item.written < item.text.len() {
            self.piece = item.text.get(item.written..).unwrap_or_default().to_owned();
            item.written = item.text.len();
            self.fill(delta);
        }
    }

    /// Ends a stream.
    pub(super) fn messages_end(&mut self) {
        self.messages_advance();
        self.fill(END);
    }

    /// The `stop_reason`. Clients go on asking where it is none that they know.
    pub(super) fn stop_reason(&self) -> &'static str {
        const OWN: [&str; 3] = ["stop_sequence", "pause_turn", "model_context_window_exceeded"];
        match self.finish {
            _ if OWN.contains(&self.finish_word.as_str()) => {
                OWN.iter().find(|word| **word == self.finish_word).copied().unwrap_or_default()
            }
            Some(Finish::Length) => "max_tokens",
            Some(Finish::ContentFilter) => "refusal",
            _ if !self.calls.is_empty() => "tool_use",
            _ => "end_turn",
        }
    }
}
