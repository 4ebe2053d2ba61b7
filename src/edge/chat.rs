//! Chat Completions: chunks, and the completion in one piece.

use super::Encoder;
use crate::chat::Finish;

macro_rules! chunk {
    ($choices:literal, $end:literal) => {
        concat!(
            r#"data: {"id":$d,"object":"chat.completion.chunk","created":$c,"model":$m,"choices":["#,
            $choices,
            $end
        )
    };
}

/// The role comes in a chunk of its own: `openai`'s stream helper fails without it.
pub const BEGIN: &str =
    chunk!(r#"{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]"#, "$U}\n\n");

pub const THOUGHT: &str =
    chunk!(r#"{"index":0,"delta":{"reasoning_content":$h},"logprobs":null,"finish_reason":null}]"#, "$U}\n\n");

/// The first piece of a call of a tool, and the others.
pub const CALL: &str = chunk!(
    r#"{"index":0,"delta":{"tool_calls":[{"index":$i,"id":$x,"type":"function","function":{"name":$n,"arguments":$p}}]},"logprobs":null,"finish_reason":null}]"#,
    "$U}\n\n"
);
pub const ARGUMENTS: &str = chunk!(
    r#"{"index":0,"delta":{"tool_calls":[{"index":$i,"function":{"arguments":$p}}]},"logprobs":null,"finish_reason":null}]"#,
    "$U}\n\n"
);

/// Before and after the text.
pub const TEXT: [&str; 2] =
    [chunk!(r#"{"index":0,"delta":{"content":"#, ""), "},\"logprobs\":null,\"finish_reason\":null}]$U}\n\n"];

const FINISH: &str = chunk!(r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":"$F"}]"#, "$U}\n\n");

/// Clients wait for it where they asked; what is not known is marked.
const USAGE: &str = chunk!(r#"],"usage":{"prompt_tokens":$1,"completion_tokens":$2,"total_tokens":$3$K}"#, "}\n\n");

pub const WHOLE: &str = concat!(
    r#"{"id":$d,"object":"chat.completion","created":$c,"model":$m,"choices":[{"index":0,"#,
    r#""message":{"role":"assistant","content":$C,"refusal":null$V$L},"logprobs":null,"finish_reason":"$F"}],"#,
    r#""usage":{"prompt_tokens":$1,"completion_tokens":$2,"total_tokens":$3$K}}"#
);

pub const WHOLE_CALL: &str = r#"{"id":$x,"type":"function","function":{"name":$n,"arguments":$a}}"#;

impl Encoder {
    pub(super) fn chat_end(&mut self) {
        self.fill(FINISH);
        if self.answer.include_usage {
            self.fill(USAGE);
        }
        self.out.push_str("data: [DONE]\n\n");
    }
}

/// Clients know four reasons.
pub fn reason(finish: Option<Finish>) -> &'static str {
    match finish {
        Some(Finish::Unknown) | None => "stop",
        Some(known) => known.as_str(),
    }
}
