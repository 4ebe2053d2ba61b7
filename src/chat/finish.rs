//! Why a reply ended.

use crate::text::{filled, find};

/// Why a reply ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// The model was done, or a stop word came.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// The service or the model refused to go on.
    ContentFilter,
    /// The model waits for the results of its tool calls.
    ToolCalls,
    /// The service gave no reason, or one that is not known here.
    Unknown,
}

impl Finish {
    /// All reasons. `index.d.ts` lists the same ones, which `tests/lists.rs` checks.
    pub const ALL: &[Finish] =
        &[Finish::Stop, Finish::Length, Finish::ContentFilter, Finish::ToolCalls, Finish::Unknown];

    /// The reason as JavaScript has it, for example `tool_calls`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ContentFilter => "content_filter",
            Finish::ToolCalls => "tool_calls",
            Finish::Unknown => "unknown",
        }
    }

    /// The reason that `word` stands for with OpenAI and the services that speak its language, Anthropic, Gemini, Ollama
    /// Cohere or Bedrock, in upper or lower case. No reason is given by Gemini's `OTHER`, by Ollama's `load` and `unload` (there
    /// was nothing to answer), by Anthropic's `pause_turn` and `compaction` (send the message back, and the turn goes on), and by
    /// `steered` of Responses (other input came).
    pub fn from_word(word: &str) -> Finish {
        const WORDS: [(Finish, &str); 4] = [
            (Finish::Stop, " stop end_turn stop_sequence completed complete eos eos_token "),
            (
                Finish::Length,
                " length max_tokens max_output_tokens model_context_window_exceeded model_length continuation max_messages ",
            ),
            (
                Finish::ContentFilter,
                " content_filter refusal safety recitation language blocklist prohibited_content spii image_safety \
                 image_prohibited_content image_recitation escalation pup_limited_disabled model_armor sensitive \
                 guardrail_intervened content_filtered ",
            ),
            (Finish::ToolCalls, " tool_calls function_call tool_use tool_call "),
        ];
        let word = filled(" $ ", &[&word.to_ascii_lowercase()]);
        let known = WORDS.iter().find(|(_, words)| find(words.as_bytes(), word.as_bytes()).is_some());
        known.map_or(Finish::Unknown, |(finish, _)| *finish)
    }
}
