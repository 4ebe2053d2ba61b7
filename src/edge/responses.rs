//! Responses: numbered events from `response.created` to `response.completed`, and the response in one piece.

use super::Encoder;
use crate::chat::Finish;
use crate::text::join;

pub const RESPONSE: &str = concat!(
    r#"{"id":$d,"object":"response","created_at":$c,"status":"$S","error":null,"incomplete_details":$I,"#,
    r#""instructions":null,"metadata":{},"model":$m,"output":[$O],"parallel_tool_calls":true,"temperature":null,"#,
    r#""tool_choice":"auto","tools":[],"top_p":null,"usage":$G}"#
);

pub const USAGE: &str = concat!(
    r#"{"input_tokens":$1,"input_tokens_details":{"cached_tokens":0},"#,
    r#""output_tokens":$2,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":$3}"#
);

// One message and at most one summary: the ids of items need not differ from answer to answer.
pub const MESSAGE: &str = r#"{"id":"msg_0","type":"message","status":"completed","role":"assistant","content":[$T]}"#;
pub const REASONING: &str = r#"{"id":"rs_0","type":"reasoning","summary":[$P]}"#;
pub const CALL: &str =
    r#"{"id":"fc_$i","type":"function_call","status":"completed","call_id":$x,"name":$n,"arguments":$a}"#;
pub const TEXT_PART: &str = r#"{"type":"output_text","text":$t,"annotations":[],"logprobs":[]}"#;
pub const SUMMARY_PART: &str = r#"{"type":"summary_text","text":$r}"#;

macro_rules! of_message {
    ($more:literal) => {
        concat!(r#""item_id":"msg_0","output_index":$N,"content_index":0,"#, $more)
    };
}

macro_rules! of_call {
    ($more:literal) => {
        concat!(r#""item_id":"fc_$i","output_index":$J,"#, $more)
    };
}

macro_rules! of_reasoning {
    ($more:literal) => {
        concat!(r#""item_id":"rs_0","output_index":0,"summary_index":0,"#, $more)
    };
}

/// Before and after the text. The number follows.
pub const TEXT: [&str; 2] = [
    concat!(
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",",
        of_message!(r#""delta":"#)
    ),
    r#","logprobs":[]"#,
];

impl Encoder {
    pub(super) fn responses_begin(&mut self) {
        self.responses_event("created", r#""response":$R"#);
        self.responses_event("in_progress", r#""response":$R"#);
    }

    pub(super) fn responses_thought(&mut self) {
        if self.reasoning.is_empty() {
            let item = r#""output_index":0,"item":{"id":"rs_0","type":"reasoning","summary":[]}"#;
            self.responses_event("output_item.added", item);
            self.responses_event("reasoning_summary_part.added", of_reasoning!(r#""part":$P"#));
        }
        self.responses_event("reasoning_summary_text.delta", of_reasoning!(r#""delta":$h"#));
    }

    /// What was thought is over when anything else begins.
    fn responses_end_thought(&mut self) {
        if !std::mem::take(&mut self.thought).is_empty() {
            self.responses_event("reasoning_summary_text.done", of_reasoning!(r#""text":$r"#));
            self.responses_event("reasoning_summary_part.done", of_reasoning!(r#""part":$P"#));
            self.responses_event("output_item.done", r#""output_index":0,"item":$Q"#);
        }
    }

    pub(super) fn responses_call(&mut self, is_new: bool, done: bool) {
        if is_new {
            self.responses_end_thought();
            let item = concat!(
                r#""output_index":$J,"item":{"id":"fc_$i","type":"function_call","#,
                r#""status":"in_progress","call_id":$x,"name":$n,"arguments":""}"#
            );
            self.responses_event("output_item.added", item);
        }
        if !self.piece.is_empty() {
            self.responses_event("function_call_arguments.delta", of_call!(r#""delta":$p"#));
        }
        if done {
            self.responses_event("function_call_arguments.done", of_call!(r#""name":$n,"arguments":$a"#));
            self.responses_event("output_item.done", r#""output_index":$J,"item":$E"#);
        }
    }

    /// The message begins with the first text.
    pub(super) fn responses_begin_message(&mut self) {
        self.responses_end_thought();
        let item = concat!(
            r#""output_index":$N,"item":{"id":"msg_0","type":"message","#,
            r#""status":"in_progress","role":"assistant","content":[]}"#
        );
        self.responses_event("output_item.added", item);
        let part = of_message!(r#""part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#);
        self.responses_event("content_part.added", part);
    }

    pub(super) fn responses_end(&mut self) {
        self.responses_end_thought();
        if self.message_at.is_some() {
            if self.around_text.is_none() {
                self.responses_begin_message();
            }
            self.responses_event("output_text.done", of_message!(r#""text":$t,"logprobs":[]"#));
            self.responses_event("content_part.done", of_message!(r#""part":$T"#));
            self.responses_event("output_item.done", r#""output_index":$N,"item":$M"#);
        }
        self.responses_event(status(self.finish), r#""response":$R"#);
    }

    fn responses_event(&mut self, kind: &str, members: &'static str) {
        self.out.push_str(&join(&["event: response.", kind, "\ndata: {\"type\":\"response.", kind, "\","]));
        self.fill(members);
        self.end_event();
    }

    /// Numbers it and ends it.
    pub(super) fn end_event(&mut self) {
        self.fill(",\"sequence_number\":$q}\n\n");
        self.sequence += 1;
    }
}

pub fn status(finish: Option<Finish>) -> &'static str {
    match finish {
        None => "in_progress",
        Some(Finish::Length | Finish::ContentFilter) => "incomplete",
        Some(_) => "completed",
    }
}

pub fn incomplete(finish: Option<Finish>) -> &'static str {
    match finish {
        Some(Finish::Length) => r#"{"reason":"max_output_tokens"}"#,
        Some(Finish::ContentFilter) => r#"{"reason":"content_filter"}"#,
        _ => "null",
    }
}
