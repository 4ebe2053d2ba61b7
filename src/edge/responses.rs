//! Responses: numbered events from `response.created` to `response.completed`, and the response in one piece.

use super::Encoder;
use super::item::{ItemKind, Progress};
use super::template::template;
use super::tools::ToolKind;
use crate::chat::Finish;
use crate::json::quote;
use crate::text::filled;

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

/// The output item that holds a text.
pub const MESSAGE_ITEM: &str = template!(
    r#"{"id":"msg_$uid$item_place","type":"message","status":"$item_status","role":"assistant","content":[$text_part]}"#
);
/// The output item that holds reasoning.
pub const REASONING_ITEM: &str =
    template!(r#"{"id":$reasoning_id,"type":"reasoning","summary":[$summary]$encrypted_content}"#);
/// The output item of a tool call.
const CALL_ITEM: &str = template!(
    r#"{"id":"fc_$uid$item_place","type":"function_call","status":"$item_status","call_id":$call_id,"name":$call_name"#,
    r#"$call_namespace,"arguments":$item_text}"#
);
/// The output item of a call of a tool that takes text.
const CUSTOM_CALL_ITEM: &str = template!(
    r#"{"id":"ctc_$uid$item_place","type":"custom_tool_call","status":"$item_status","call_id":$call_id,"#,
    r#""name":$call_name$call_namespace,"input":$custom_input}"#
);
/// The output item of a search for tools. Its arguments are an object.
const SEARCH_CALL_ITEM: &str = template!(
    r#"{"id":"ts_$uid$item_place","type":"tool_search_call","status":"$item_status","call_id":$call_id,"#,
    r#""execution":"client","arguments":$call_input}"#
);
/// The content of a message.
pub const TEXT_PART: &str =
    template!(r#"{"type":"output_text","text":$item_text,"annotations":$annotations,"logprobs":[]}"#);
/// The output item of an image.
pub const IMAGE_ITEM: &str = template!(
    r#"{"id":"ig_$uid$item_place","type":"image_generation_call","status":"$item_status","result":$item_text}"#
);

/// The item of a call of such a tool.
pub fn call_item(kind: ToolKind) -> &'static str {
    match kind {
        ToolKind::Function => CALL_ITEM,
        ToolKind::Custom => CUSTOM_CALL_ITEM,
        ToolKind::Search => SEARCH_CALL_ITEM,
    }
}

/// Members of an event about the current message.
macro_rules! of_message {
    ($more:literal) => {
        template!(r#""item_id":"msg_$uid$item_place","output_index":$item_place,"content_index":0,"#, $more)
    };
}

/// Members of an event about the current tool call.
macro_rules! of_call {
    ($prefix:literal, $more:literal) => {
        template!(r#""item_id":""#, $prefix, r#"$uid$item_place","output_index":$item_place,"#, $more)
    };
}

/// Members of an event about the current part of the summary of the reasoning.
macro_rules! of_reasoning {
    ($more:literal) => {
        template!(r#""item_id":$reasoning_id,"output_index":$item_place,"summary_index":$part_index,"#, $more)
    };
}

const WITH_RESPONSE: &str = template!(r#""response":$response"#);
const WITH_ITEM: &str = template!(r#""output_index":$item_place,"item":$item"#);

/// The bytes before and after the text in an event of text; the sequence number follows them.
pub const TEXT: [&str; 2] = [
    template!(
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",",
        r#""item_id":"msg_$uid$item_place","output_index":$item_place,"content_index":0,"delta":"#
    ),
    r#","logprobs":[]"#,
];

impl Encoder {
    pub(super) fn responses_begin(&mut self) {
        self.responses_event("created", WITH_RESPONSE);
        self.responses_event("in_progress", WITH_RESPONSE);
    }

    /// Writes the beginning of the current item, which is the last one.
    pub(super) fn responses_begin_item(&mut self) {
        let Some(item) = self.items.get_mut(self.current) else { return };
        item.progress = Progress::Begun;
        let has_text = item.details.is_empty();
        match item.kind {
            ItemKind::Text => {
                let item = template!(
                    r#""output_index":$item_place,"item":{"id":"msg_$uid$item_place","type":"message","#,
                    r#""status":"in_progress","role":"assistant","content":[]}"#
                );
                self.responses_event("output_item.added", item);
                let part = of_message!(r#""part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#);
                self.responses_event("content_part.added", part);
            }
            ItemKind::Reasoning => {
                let item = template!(
                    r#""output_index":$item_place,"item":{"id":$reasoning_id,"type":"reasoning","summary":[]}"#
                );
                self.responses_event("output_item.added", item);
                if has_text {
                    self.responses_begin_part();
                }
            }
            ItemKind::Image => {
                let item = template!(
                    r#""output_index":$item_place,"item":{"id":"ig_$uid$item_place","type":"image_generation_call","#,
                    r#""status":"in_progress","result":null}"#
                );
                self.responses_event("output_item.added", item);
            }
            ItemKind::Call => {
                let item = match item.tool_kind() {
                    ToolKind::Function => template!(
                        r#""output_index":$item_place,"item":{"id":"fc_$uid$item_place","type":"function_call","#,
                        r#""status":"in_progress","call_id":$call_id,"name":$call_name$call_namespace,"arguments":""}"#
                    ),
                    ToolKind::Custom => template!(
                        r#""output_index":$item_place,"item":{"id":"ctc_$uid$item_place","type":"custom_tool_call","#,
                        r#""status":"in_progress","call_id":$call_id,"name":$call_name$call_namespace,"input":""}"#
                    ),
                    ToolKind::Search => template!(
                        r#""output_index":$item_place,"item":{"id":"ts_$uid$item_place","type":"tool_search_call","#,
                        r#""status":"in_progress","call_id":$call_id,"execution":"client","arguments":{}}"#
                    ),
                };
                self.responses_event("output_item.added", item);
            }
        }
    }

    fn responses_begin_part(&mut self) {
        self.responses_event(
            "reasoning_summary_part.added",
            of_reasoning!(r#""part":{"type":"summary_text","text":""}"#),
        );
    }

    fn responses_end_part(&mut self) {
        self.responses_event("reasoning_summary_text.done", of_reasoning!(r#""text":$part"#));
        self.responses_event(
            "reasoning_summary_part.done",
            of_reasoning!(r#""part":{"type":"summary_text","text":$part}"#),
        );
    }

    /// Writes a piece of the reasoning.
    pub(super) fn responses_reasoning(&mut self) {
        self.responses_event("reasoning_summary_text.delta", of_reasoning!(r#""delta":$piece"#));
    }

    /// The reasoning goes on in another part of its summary.
    pub(super) fn responses_part(&mut self) {
        if self.spec.stream {
            self.responses_end_part();
        }
        if let Some(item) = self.items.get_mut(self.current) {
            item.part_ends.push(item.text.len());
        }
        if self.spec.stream {
            self.responses_begin_part();
        }
    }

    /// Fills in the parts of the summary of the current item.
    pub(super) fn fill_summary(&mut self) {
        let Some(item) = self.items.get(self.current) else { return };
        let mut from = 0;
        for end in item.part_ends.iter().copied().chain([item.text.len()]) {
            let part = item.text.get(from..end).unwrap_or_default();
            if !part.is_empty() {
                self.out.push_str(if from == 0 { "" } else { "," });
                self.out.push_str(r#"{"type":"summary_text","text":"#);
                quote(part, &mut self.out);
                self.out.push('}');
            }
            from = end;
        }
    }

    /// Ends the text or the reasoning that is under way, which is over as soon as anything else begins. Calls end by themselves, since
    /// several of them may be under way.
    pub(super) fn responses_end_item(&mut self) {
        self.current = self.items.len().saturating_sub(1);
        let Some(item) = self.items.get_mut(self.current).filter(|item| item.progress == Progress::Begun) else {
            return;
        };
        match item.kind {
            ItemKind::Call | ItemKind::Image => return,
            ItemKind::Text => {
                item.progress = Progress::Done;
                self.responses_annotations(false);
                self.responses_event("output_text.done", of_message!(r#""text":$item_text,"logprobs":[]"#));
                self.responses_event("content_part.done", of_message!(r#""part":$text_part"#));
            }
            ItemKind::Reasoning => {
                item.progress = Progress::Done;
                if !item.text.is_empty() {
                    self.responses_end_part();
                }
            }
        }
        self.responses_event("output_item.done", WITH_ITEM);
    }

    /// Writes the last piece of the current call. `done`: the call is complete.
    pub(super) fn responses_call(&mut self, done: bool) {
        let Some(item) = self.items.get_mut(self.current) else { return };
        let kind = item.tool_kind();
        if kind == ToolKind::Function && !self.piece.is_empty() {
            self.responses_event("function_call_arguments.delta", of_call!("fc_", r#""delta":$piece"#));
        }
        if !done {
            return;
        }
        if let Some(item) = self.items.get_mut(self.current) {
            item.progress = if item.is_cut() { Progress::Broken } else { Progress::Done };
        }
        match kind {
            ToolKind::Function => self.responses_event(
                "function_call_arguments.done",
                of_call!("fc_", r#""name":$call_name,"arguments":$item_text"#),
            ),
            // A client takes the input of such a tool as it comes, so it comes whole.
            ToolKind::Custom => {
                self.responses_event("custom_tool_call_input.delta", of_call!("ctc_", r#""delta":$custom_input"#));
                self.responses_event("custom_tool_call_input.done", of_call!("ctc_", r#""input":$custom_input"#));
            }
            ToolKind::Search => {}
        }
        self.responses_event("output_item.done", WITH_ITEM);
    }

    /// Ends an image, which comes whole.
    pub(super) fn end_image(&mut self) {
        self.current = self.items.len().saturating_sub(1);
        if let Some(item) = self.items.last_mut() {
            item.progress = Progress::Done;
        }
        if self.spec.stream {
            self.responses_event("output_item.done", WITH_ITEM);
        }
    }

    /// Writes what the current text cites. `is_last`: no further citations come.
    fn responses_annotations(&mut self, is_last: bool) {
        for annotation in self.take_citations(is_last) {
            self.piece = annotation.to_json();
            let Some(item) = self.items.get_mut(self.current) else { return };
            item.annotations.push(annotation);
            item.number = item.annotations.len() - 1;
            let added = of_message!(r#""annotation_index":$call_index,"annotation":$raw_piece"#);
            self.responses_event("output_text.annotation.added", added);
        }
    }

    pub(super) fn responses_end(&mut self) {
        self.current = self.items.len().saturating_sub(1);
        if self.items.last().is_some_and(|item| item.kind == ItemKind::Text && item.progress == Progress::Begun) {
            self.responses_annotations(true);
        }
        self.responses_end_item();
        self.place_citations();
        self.ensure_message();
        self.responses_end_item();
        self.responses_event(status(self.finish), WITH_RESPONSE);
    }

    fn responses_event(&mut self, kind: &str, members: &'static str) {
        self.out.push_str(&filled("event: response.$\ndata: {\"type\":\"response.$\",", &[kind, kind]));
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
