//! Fills the holes of templates with what is known of the answer at that moment.

use super::item::{Item, ItemKind, Progress};
use super::template::{hole, template};
use super::tools::ToolKind;
use super::{Api, Encoder, chat, details, messages, responses};
use crate::chat::Usage;
use crate::json::{Value, quote};
use crate::text::{cut, decimal, filled};

impl Encoder {
    /// Appends a template with its holes filled.
    pub(super) fn fill(&mut self, template: &'static str) {
        let (before, mut rest) = cut(template, b"$");
        self.out.push_str(before);
        while let Some(&hole) = rest.as_bytes().get(1) {
            self.fill_hole(hole);
            let (before, next) = cut(&rest[2..], b"$");
            self.out.push_str(before);
            rest = next;
        }
    }

    pub(super) fn filled(&mut self, template: &'static str) -> String {
        let start = self.out.len();
        self.fill(template);
        self.out.split_off(start)
    }

    fn fill_hole(&mut self, hole: u8) {
        let Encoder { spec, out, usage, items, current, .. } = self;
        let item = items.get(*current);
        let [input, output] = [usage.input, usage.output].map(Option::unwrap_or_default);
        let [cached, written] = [usage.cached_input, usage.cache_write].map(Option::unwrap_or_default);
        let number = match hole {
            hole::ID => return quote(&spec.id, out),
            hole::MODEL => return quote(&spec.model, out),
            // Services say that a stop word came, but not which.
            hole::STOP_SEQUENCE if !spec.stop.is_empty() && self.finish_word == "stop_sequence" => {
                return quote(&spec.stop, out);
            }
            hole::UID => return out.push_str(spec.short_id()),
            hole::TEXT => return quote(&self.all(ItemKind::Text), &mut self.out),
            hole::REASONING => return quote(&self.all(ItemKind::Reasoning), &mut self.out),
            hole::PIECE => return quote(&self.piece, out),
            hole::RAW_PIECE => return out.push_str(&self.piece),
            hole::ITEM_TEXT => return quote(item.map_or("", |item| &item.text), out),
            hole::PART => return quote(item.map_or("", Item::part), out),
            hole::CALL_ID => return quote(item.map_or("", |item| &item.id), out),
            hole::REASONING_ID => return quote(&self.id_of_reasoning(), &mut self.out),
            hole::CALL_NAME => return quote(item.map_or("", Item::name), out),
            hole::CALL_SIGNATURE => return quote(item.map_or("", |item| &item.signature), out),
            hole::CALL_INPUT => return out.push_str(&item.map_or_else(String::new, Item::input)),
            hole::CUSTOM_INPUT => return quote(&item.map_or_else(String::new, Item::custom_input), out),
            hole::ANNOTATIONS => {
                let annotations = item.map_or(&[][..], |item| &item.annotations);
                return out.push_str(&Value::from(annotations.to_vec()).to_json());
            }
            hole::NAMESPACE => return quote(item.map_or("", Item::namespace), out),
            hole::SIGNATURE => return quote(&item.map_or_else(String::new, details::signature), out),
            hole::REDACTED => return quote(&item.and_then(details::redacted).unwrap_or_default(), out),
            hole::ENCRYPTED => return quote(&item.map_or_else(String::new, details::encrypted_content), out),
            hole::LOGPROBS if !self.logprobs.is_empty() => {
                out.push_str(&std::mem::take(&mut self.logprobs).to_json());
                return;
            }
            hole::CALL_INDEX => item.map_or(0, |item| item.number as u64),
            hole::ITEM_PLACE => *current as u64,
            hole::BLOCK_PLACE => self.blocks,
            hole::PART_INDEX => item.map_or(0, |item| item.part_ends.len() as u64),
            // Only the counts of the service are sent. A count that it does not report is 0, never an estimate.
            hole::INPUT_TOKENS => input,
            hole::OUTPUT_TOKENS => output,
            hole::TOTAL_TOKENS => usage.total.unwrap_or(input.saturating_add(output)),
            hole::CACHED_TOKENS => cached,
            hole::WRITTEN_TOKENS => written,
            // Anthropic counts what is in the cache beside the rest.
            hole::UNCACHED_TOKENS => input.saturating_sub(cached).saturating_sub(written),
            hole::REASONING_TOKENS => usage.reasoning.unwrap_or_default(),
            hole::CREATED => spec.created,
            hole::SEQUENCE_NUMBER => self.sequence,
            _ => return self.fill_with_template(hole),
        };
        self.out.push_str(&decimal(number));
    }

    /// The id of the current item of reasoning: the service's own, which belongs to its encrypted content, or one of this answer.
    fn id_of_reasoning(&self) -> String {
        let own = self.items.get(self.current).filter(|item| details::is_of_openai(item)).map_or("", |item| &item.id);
        match own.is_empty() {
            true => filled("rs_$$", &[self.spec.short_id(), &decimal(self.current as u64)]),
            false => own.to_owned(),
        }
    }

    /// All text, or all reasoning, of an answer that is kept.
    fn all(&self, kind: ItemKind) -> String {
        self.items.iter().filter(|item| item.kind == kind).map(|item| item.text.as_str()).collect()
    }

    fn has_text(&self, kind: ItemKind) -> bool {
        self.items.iter().any(|item| item.kind == kind && !item.text.is_empty())
    }

    /// Fills a hole with another template, a word, or nothing.
    fn fill_with_template(&mut self, hole: u8) {
        let is_over = self.finish.is_some();
        let item = self.items.get(self.current);
        let template = match hole {
            hole::NO_USAGE_YET if self.spec.include_usage => r#","usage":null"#,
            hole::REASONING_CONTENT if self.has_text(ItemKind::Reasoning) => {
                template!(r#","reasoning_content":$reasoning"#)
            }
            hole::MORE => {
                let mut members = std::mem::take(&mut self.members);
                let citations = self.take_citations(true);
                if !citations.is_empty() {
                    members.insert("annotations", citations.into());
                }
                let json = members.to_json();
                let inner = json.strip_prefix('{').and_then(|json| json.strip_suffix('}')).unwrap_or_default();
                self.out.push_str(if inner.is_empty() { "" } else { "," });
                return self.out.push_str(inner);
            }
            hole::REASONING_DETAILS if self.details > 0 => {
                let details = self.items.iter().flat_map(|item| &item.details).cloned().collect::<Vec<_>>();
                self.piece = Value::from(details).to_json();
                template!(r#","reasoning_details":$raw_piece"#)
            }
            hole::INPUT_DETAILS if self.usage.cache_write.is_some() => {
                template!(
                    r#","prompt_tokens_details":{"cached_tokens":$cached_tokens,"cache_write_tokens":$written_tokens}"#
                )
            }
            hole::INPUT_DETAILS if self.usage.cached_input.is_some() => {
                template!(r#","prompt_tokens_details":{"cached_tokens":$cached_tokens}"#)
            }
            hole::OUTPUT_DETAILS if self.usage.reasoning.is_some() => {
                template!(r#","completion_tokens_details":{"reasoning_tokens":$reasoning_tokens}"#)
            }
            hole::THINKING_DETAILS if self.usage.reasoning.is_some() => {
                template!(r#","output_tokens_details":{"thinking_tokens":$reasoning_tokens}"#)
            }
            hole::USAGE_UNKNOWN if self.usage == Usage::default() => r#","x_usage_unknown":true"#,
            hole::FINISH_REASON => self.finish_reason(),
            hole::STOP_SEQUENCE => "null",
            hole::STOP_REASON => self.stop_reason(),
            hole::STATUS => responses::status(self.finish),
            hole::ITEM_STATUS if item.is_some_and(|item| item.progress == Progress::Broken) => "incomplete",
            hole::ITEM_STATUS => "completed",
            hole::INCOMPLETE_DETAILS => responses::incomplete_details(self.finish),
            hole::OUTPUT_ITEMS if is_over => return self.fill_items(),
            hole::SUMMARY => return self.fill_summary(),
            hole::LOGPROBS if self.logprobs.is_empty() => "null",
            hole::CONTENT if !self.has_text(ItemKind::Text) && !self.calls.is_empty() => "null",
            hole::CONTENT => template!("$text"),
            hole::TOOL_CALLS if self.calls.is_empty() => "",
            hole::TOOL_CALLS if self.spec.is_legacy => template!(r#","function_call":$output_items"#),
            hole::TOOL_CALLS => template!(r#","tool_calls":[$output_items]"#),
            hole::CALL_EXTRA if item.is_some_and(|item| !item.signature.is_empty()) => {
                template!(r#","extra_content":{"google":{"thought_signature":$call_signature}}"#)
            }
            hole::CALL_NAMESPACE if item.is_some_and(|item| !item.namespace().is_empty()) => {
                template!(r#","namespace":$namespace"#)
            }
            hole::ENCRYPTED_CONTENT if item.is_some_and(|item| !item.details.is_empty()) => {
                template!(r#","encrypted_content":$encrypted"#)
            }
            hole::ITEM => self.item_template(),
            hole::USAGE if self.spec.api != Api::Responses => chat::COUNTS,
            hole::USAGE if is_over => responses::USAGE,
            hole::USAGE => "null",
            hole::RESPONSE => responses::RESPONSE,
            hole::TEXT_PART => responses::TEXT_PART,
            _ => "",
        };
        self.fill(template);
    }

    /// The current item, as an answer in one piece has it.
    fn item_template(&self) -> &'static str {
        let Some(item) = self.items.get(self.current) else { return "" };
        match (self.spec.api, item.kind) {
            (Api::Responses, ItemKind::Text) => responses::MESSAGE_ITEM,
            (Api::Responses, ItemKind::Reasoning) => responses::REASONING_ITEM,
            (Api::Responses, ItemKind::Call) => responses::call_item(item.tool_kind()),
            (Api::Responses, ItemKind::Image) => responses::IMAGE_ITEM,
            (Api::Messages, ItemKind::Image) => "",
            (Api::Messages, ItemKind::Text) if !item.annotations.is_empty() => messages::CITING_BLOCK,
            (Api::Messages, ItemKind::Text) => messages::TEXT_BLOCK,
            (Api::Messages, ItemKind::Reasoning) if details::redacted(item).is_some() => messages::REDACTED_BLOCK,
            (Api::Messages, ItemKind::Reasoning) => messages::THINKING_BLOCK,
            (Api::Messages, ItemKind::Call) => messages::TOOL_BLOCK,
            (Api::Chat, ItemKind::Call) if self.spec.is_legacy => chat::FUNCTION_CALL,
            (Api::Chat, ItemKind::Call) if item.tool_kind() == ToolKind::Custom => chat::CUSTOM_CALL_ITEM,
            (Api::Chat, ItemKind::Call) => chat::CALL_ITEM,
            (Api::Chat | Api::Completions, _) => "",
        }
    }

    /// Fills in the items of a response, the blocks of a message, or the tool calls of a completion.
    fn fill_items(&mut self) {
        let mut separator = "";
        let most = if self.spec.is_legacy { 1 } else { usize::MAX };
        let has_order = self.has_order();
        let wanted: Vec<_> = match has_order {
            true => (0..self.items.len()).collect(),
            false => self.calls.iter().take(most).map(|(_, at)| *at).collect(),
        };
        for at in wanted {
            self.current = at;
            // Anthropic refuses an empty block of text.
            if self.spec.api == Api::Messages && self.items[at].is_empty() {
                continue;
            }
            self.out.push_str(std::mem::replace(&mut separator, ","));
            self.fill(template!("$item"));
        }
    }
}
