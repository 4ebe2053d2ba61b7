//! Chat Completions: its chunks, and the completion in one piece.

use super::Encoder;
use super::template::template;
use super::tools::ToolKind;
use crate::chat::Finish;
use crate::json::Map;

/// A chunk whose only choice holds `delta` and `finish_reason`.
macro_rules! chunk {
    ($delta:literal, $finish_reason:literal) => {
        template!(
            r#"data: {"id":$id,"object":"chat.completion.chunk","created":$created,"model":$model,"choices":[{"index":0,"#,
            $delta,
            r#","logprobs":null,"finish_reason":"#,
            $finish_reason,
            "}]$no_usage_yet}\n\n"
        )
    };
}

/// The role comes in a chunk of its own: `openai`'s stream helper fails without it.
pub const BEGIN: &str = chunk!(r#""delta":{"role":"assistant","content":""}"#, "null");

/// A chunk with a piece of reasoning, in a field that clients know although OpenAI's API does not have it.
pub const REASONING: &str = chunk!(r#""delta":{"reasoning_content":$piece}"#, "null");

/// A chunk with what the service wants back of the reasoning, in OpenRouter's form.
pub const DETAILS: &str = chunk!(r#""delta":{"reasoning_details":$raw_piece}"#, "null");

/// A chunk with the first piece of a tool call.
const CALL: &str = chunk!(
    r#""delta":{"tool_calls":[{"index":$call_index,"id":$call_id,"type":"function","function":{"name":$call_name,"arguments":$piece}$call_extra}]}"#,
    "null"
);

/// A chunk with a further piece of a tool call's arguments.
const ARGUMENTS: &str =
    chunk!(r#""delta":{"tool_calls":[{"index":$call_index,"function":{"arguments":$piece}}]}"#, "null");

/// A chunk with a call of a tool that takes text.
const CUSTOM_CALL: &str = chunk!(
    r#""delta":{"tool_calls":[{"index":$call_index,"id":$call_id,"type":"custom","custom":{"name":$call_name,"input":$custom_input}$call_extra}]}"#,
    "null"
);

/// Chunks with the first and with a further piece of a call, for clients that know one call and no `tool_calls`.
const FUNCTION: &str = chunk!(r#""delta":{"function_call":{"name":$call_name,"arguments":$piece}}"#, "null");
const FUNCTION_ARGUMENTS: &str = chunk!(r#""delta":{"function_call":{"arguments":$piece}}"#, "null");

/// The bytes before and after the text in a chunk of text.
pub const TEXT: [&str; 2] = [
    template!(
        r#"data: {"id":$id,"object":"chat.completion.chunk","created":$created,"model":$model,"choices":[{"index":0,"#,
        r#""delta":{"content":"#
    ),
    template!("},\"logprobs\":null,\"finish_reason\":null}]$no_usage_yet}\n\n"),
];

/// What stands in the place of the second part of [`TEXT`] where the service told how likely its tokens were.
pub const WITH_LOGPROBS: &str = template!("},\"logprobs\":$logprobs,\"finish_reason\":null}]$no_usage_yet}\n\n");

/// The chunk with the reason of the end.
const FINISH: &str = chunk!(r#""delta":{}"#, r#""$finish_reason""#);

/// The token counts.
pub const COUNTS: &str = template!(
    r#"{"prompt_tokens":$input_tokens,"completion_tokens":$output_tokens,"total_tokens":$total_tokens"#,
    "$input_details$output_details$usage_unknown}"
);

/// The chunk with the token counts. Clients that asked for it wait for it, so it comes even where nothing is known, and
/// says so.
const USAGE: &str = template!(
    r#"data: {"id":$id,"object":"chat.completion.chunk","created":$created,"model":$model,"choices":[],"#,
    r#""usage":$usage"#,
    "}\n\n"
);

/// The completion in one piece.
pub const COMPLETION: &str = template!(
    r#"{"id":$id,"object":"chat.completion","created":$created,"model":$model,"choices":[{"index":0,"#,
    r#""message":{"role":"assistant","content":$content,"refusal":null$reasoning_content$reasoning_details$more$tool_calls},"#,
    r#""logprobs":$logprobs,"finish_reason":"$finish_reason"}],"#,
    r#""usage":$usage}"#
);

/// A tool call in a completion of one piece.
pub const CALL_ITEM: &str =
    template!(r#"{"id":$call_id,"type":"function","function":{"name":$call_name,"arguments":$item_text}$call_extra}"#);
/// A call of a tool that takes text.
pub const CUSTOM_CALL_ITEM: &str =
    template!(r#"{"id":$call_id,"type":"custom","custom":{"name":$call_name,"input":$custom_input}$call_extra}"#);
/// The call, for clients that know one call and no `tool_calls`.
pub const FUNCTION_CALL: &str = template!(r#"{"name":$call_name,"arguments":$item_text}"#);

impl Encoder {
    /// Writes what came of the current call. `is_new`: it begins. `done`: it is complete.
    pub(super) fn chat_call(&mut self, is_new: bool, done: bool) {
        let Some(item) = self.items.get(self.current) else { return };
        let has_piece = !self.piece.is_empty();
        if item.tool_kind() == ToolKind::Custom {
            // A client takes the input of such a tool as it comes, so it comes whole.
            if done {
                self.fill(CUSTOM_CALL);
            }
            return;
        }
        match (self.spec.is_legacy, is_new) {
            (true, _) if item.number > 0 => {}
            (true, true) => self.fill(FUNCTION),
            (true, false) if has_piece => self.fill(FUNCTION_ARGUMENTS),
            (false, true) => self.fill(CALL),
            (false, false) if has_piece => self.fill(ARGUMENTS),
            _ => {}
        }
    }

    /// Ends a stream of chunks.
    pub(super) fn chat_end(&mut self) {
        let citations = self.take_citations(true);
        if !citations.is_empty() {
            let mut delta = Map::new();
            delta.insert("annotations", citations.into());
            self.chat_delta(delta);
        }
        self.fill(FINISH);
        if self.spec.include_usage {
            self.fill(USAGE);
        }
        self.out.push_str(DONE);
    }

    /// The `finish_reason` of the API. It has no word for an unknown reason, which becomes `stop`.
    pub(super) fn finish_reason(&self) -> &'static str {
        match self.finish {
            Some(Finish::Unknown) | None => "stop",
            Some(Finish::ToolCalls) if self.spec.is_legacy => "function_call",
            Some(known) => known.as_str(),
        }
    }
}

/// The end of a stream.
pub const DONE: &str = "data: [DONE]\n\n";
