//! Responses: numbered events from `response.created` to `response.completed`, and the response in one piece.

use super::Encoder;
use super::template::template;
use crate::chat::Finish;
use crate::text::join;

/// The response, as it is within events and as the answer in one piece.
pub const RESPONSE: &str = template!(
    r#"{"id":$id,"object":"response","created_at":$created,"status":"$status","error":null,"#,
    r#""incomplete_details":$incomplete_details,"instructions":null,"metadata":{},"model":$model,"#,
    r#""output":[$output_items],"parallel_tool_calls":true,"temperature":null,"tool_choice":"auto","tools":[],"#,
    r#""top_p":null,"usage":$usage}"#
);

/// The token counts of a response.
pub const USAGE: &str = template!(
    r#"{"input_tokens":$input_tokens,"input_tokens_details":{"cached_tokens":$cached_tokens},"output_tokens":$output_tokens,"#,
    r#""output_tokens_details":{"reasoning_tokens":$reasoning_tokens},"total_tokens":$total_tokens}"#
);

// An answer has one message and at most one summary, so the ids of items need not differ between answers.
/// The output item that holds the text.
pub const MESSAGE_ITEM: &str =
    template!(r#"{"id":"msg_0","type":"message","status":"completed","role":"assistant","content":[$text_part]}"#);
/// The output item that holds the reasoning.
pub const REASONING_ITEM: &str = template!(r#"{"id":"rs_0","type":"reasoning","summary":[$summary_part]}"#);
/// The output item of a tool call.
pub const CALL_ITEM: &str = template!(
    r#"{"id":"fc_$call_index","type":"function_call","status":"completed","call_id":$call_id,"name":$call_name,"#,
    r#""arguments":$call_arguments}"#
);
/// The content of the message.
pub const TEXT_PART: &str = template!(r#"{"type":"output_text","text":$text,"annotations":[],"logprobs":[]}"#);
/// The content of the reasoning.
pub const SUMMARY_PART: &str = template!(r#"{"type":"summary_text","text":$reasoning}"#);

/// Members of an event about the message.
macro_rules! of_message {
    ($more:literal) => {
        template!(r#""item_id":"msg_0","output_index":$message_place,"content_index":0,"#, $more)
    };
}

/// Members of an event about the current tool call.
macro_rules! of_call {
    ($more:literal) => {
        template!(r#""item_id":"fc_$call_index","output_index":$call_place,"#, $more)
    };
}

/// Members of an event about the summary of the reasoning.
macro_rules! of_reasoning {
    ($more:literal) => {
        template!(r#""item_id":"rs_0","output_index":0,"summary_index":0,"#, $more)
    };
}

const WITH_RESPONSE: &str = template!(r#""response":$response"#);

/// The bytes before and after the text in an event of text; the sequence number follows them.
pub const TEXT: [&str; 2] = [
    template!(
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",",
        r#""item_id":"msg_0","output_index":$message_place,"content_index":0,"delta":"#
    ),
    r#","logprobs":[]"#,
];

impl Encoder {
    pub(super) fn responses_begin(&mut self) {
        self.responses_event("created", WITH_RESPONSE);
        self.responses_event("in_progress", WITH_RESPONSE);
    }

    pub(super) fn responses_reasoning(&mut self) {
        if self.reasoning.is_empty() {
            let item = r#""output_index":0,"item":{"id":"rs_0","type":"reasoning","summary":[]}"#;
            self.responses_event("output_item.added", item);
            self.responses_event("reasoning_summary_part.added", of_reasoning!(r#""part":$summary_part"#));
        }
        self.responses_event("reasoning_summary_text.delta", of_reasoning!(r#""delta":$reasoning_piece"#));
    }

    /// Ends the reasoning, which is over as soon as anything else begins.
    fn responses_end_reasoning(&mut self) {
        if !std::mem::take(&mut self.reasoning_piece).is_empty() {
            self.responses_event("reasoning_summary_text.done", of_reasoning!(r#""text":$reasoning"#));
            self.responses_event("reasoning_summary_part.done", of_reasoning!(r#""part":$summary_part"#));
            self.responses_event("output_item.done", template!(r#""output_index":0,"item":$reasoning_item"#));
        }
    }

    pub(super) fn responses_call(&mut self, is_new: bool, done: bool) {
        if is_new {
            self.responses_end_reasoning();
            let item = template!(
                r#""output_index":$call_place,"item":{"id":"fc_$call_index","type":"function_call","#,
                r#""status":"in_progress","call_id":$call_id,"name":$call_name,"arguments":""}"#
            );
            self.responses_event("output_item.added", item);
        }
        if !self.call_piece.is_empty() {
            self.responses_event("function_call_arguments.delta", of_call!(r#""delta":$call_piece"#));
        }
        if done {
            self.responses_event(
                "function_call_arguments.done",
                of_call!(r#""name":$call_name,"arguments":$call_arguments"#),
            );
            self.responses_event("output_item.done", template!(r#""output_index":$call_place,"item":$call_item"#));
        }
    }

    /// The message begins with the first text.
    pub(super) fn responses_begin_message(&mut self) {
        self.responses_end_reasoning();
        let item = template!(
            r#""output_index":$message_place,"item":{"id":"msg_0","type":"message","#,
            r#""status":"in_progress","role":"assistant","content":[]}"#
        );
        self.responses_event("output_item.added", item);
        let part = of_message!(r#""part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#);
        self.responses_event("content_part.added", part);
    }

    pub(super) fn responses_end(&mut self) {
        self.responses_end_reasoning();
        if self.message_at.is_some() {
            if self.around_text.is_none() {
                self.responses_begin_message();
            }
            self.responses_event("output_text.done", of_message!(r#""text":$text,"logprobs":[]"#));
            self.responses_event("content_part.done", of_message!(r#""part":$text_part"#));
            self.responses_event(
                "output_item.done",
                template!(r#""output_index":$message_place,"item":$message_item"#),
            );
        }
        self.responses_event(status(self.finish), WITH_RESPONSE);
    }

    fn responses_event(&mut self, kind: &str, members: &'static str) {
        self.out.push_str(&join(&["event: response.", kind, "\ndata: {\"type\":\"response.", kind, "\","]));
        self.fill(members);
        self.end_event();
    }

    /// Adds the sequence number to the current event and ends it.
    pub(super) fn end_event(&mut self) {
        self.fill(template!(",\"sequence_number\":$sequence_number}\n\n"));
        self.sequence += 1;
    }
}

/// The `status` of a response.
pub fn status(finish: Option<Finish>) -> &'static str {
    match finish {
        None => "in_progress",
        Some(Finish::Length | Finish::ContentFilter) => "incomplete",
        Some(_) => "completed",
    }
}

/// The `incomplete_details` of a response.
pub fn incomplete_details(finish: Option<Finish>) -> &'static str {
    match finish {
        Some(Finish::Length) => r#"{"reason":"max_output_tokens"}"#,
        Some(Finish::ContentFilter) => r#"{"reason":"content_filter"}"#,
        _ => "null",
    }
}
