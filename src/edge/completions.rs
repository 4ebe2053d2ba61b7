//! Legacy Completions: a text that goes on, without roles, reasoning and tools.

use super::Encoder;
use super::template::template;

/// What each chunk begins with, up to its text.
macro_rules! chunk {
    ($($rest:literal)+) => {
        template!(
            r#"data: {"id":$id,"object":"text_completion","created":$created,"model":$model,"choices":["#,
            $($rest),+
        )
    };
}

/// The bytes before and after the text in a chunk of text.
pub const TEXT: [&str; 2] =
    [chunk!(r#"{"index":0,"text":"#), template!(",\"logprobs\":null,\"finish_reason\":null}]$no_usage_yet}\n\n")];

/// What stands in the place of the second part of [`TEXT`] where the service told how likely its tokens were.
pub const WITH_LOGPROBS: &str = template!(",\"logprobs\":$logprobs,\"finish_reason\":null}]$no_usage_yet}\n\n");

/// The chunk with the reason of the end.
const FINISH: &str =
    chunk!(r#"{"index":0,"text":"","logprobs":null,"finish_reason":"$finish_reason"}"# "]$no_usage_yet}\n\n");

/// The chunk with the token counts.
const USAGE: &str = chunk!(r#"],"usage":$usage"# "}\n\n");

/// The completion in one piece.
pub const COMPLETION: &str = template!(
    r#"{"id":$id,"object":"text_completion","created":$created,"model":$model,"choices":[{"index":0,"text":$text,"#,
    r#""logprobs":$logprobs,"finish_reason":"$finish_reason"}],"usage":$usage}"#
);

impl Encoder {
    /// Ends a stream of chunks.
    pub(super) fn completions_end(&mut self) {
        self.fill(FINISH);
        if self.spec.include_usage {
            self.fill(USAGE);
        }
        self.out.push_str(super::chat::DONE);
    }
}
