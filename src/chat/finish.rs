//! Why a reply is over.

use crate::text::{find, join};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    Stop,
    Length,
    ContentFilter,
    ToolCalls,
    Unknown,
}

impl Finish {
    /// All reasons. `index.d.ts` lists the same (`tests/lists.rs`).
    pub const ALL: &[Finish] =
        &[Finish::Stop, Finish::Length, Finish::ContentFilter, Finish::ToolCalls, Finish::Unknown];

    pub const fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ContentFilter => "content_filter",
            Finish::ToolCalls => "tool_calls",
            Finish::Unknown => "unknown",
        }
    }

    /// The words of OpenAI, Anthropic, Gemini and Ollama, in whatever case.
    pub fn from_word(word: &str) -> Finish {
        const WORDS: [(Finish, &str); 4] = [
            (Finish::Stop, " stop end_turn stop_sequence completed complete "),
            (Finish::Length, " length max_tokens max_output_tokens model_context_window_exceeded model_length "),
            (
                Finish::ContentFilter,
                " content_filter refusal safety recitation language blocklist prohibited_content spii image_safety \
                 image_prohibited_content image_recitation other ",
            ),
            (Finish::ToolCalls, " tool_calls function_call tool_use tool_call "),
        ];
        let word = join(&[" ", &word.to_ascii_lowercase(), " "]);
        let known = WORDS.iter().find(|(_, words)| find(words.as_bytes(), word.as_bytes()).is_some());
        known.map_or(Finish::Unknown, |(finish, _)| *finish)
    }
}
