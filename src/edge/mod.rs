//! The server side: requests of OpenAI's and Anthropic's APIs become requests of a provider, and the events of a reply become what
//! those APIs answer.
//!
//! The shapes are those that real clients take (`openai`, `@anthropic-ai/sdk`, the AI SDK, Codex, Claude Code), field for field: Chat
//! Completions, Responses and legacy Completions as of OpenAI's reference of 2026, Messages as of Anthropic's. They are templates in a
//! module for each API, whose holes (`template.rs`) are filled from what is known at that moment. Nothing in a reply's text can end a
//! frame, since text is always inside a JSON string, in which line ends are escaped.

mod chat;
mod completions;
mod details;
mod extras;
mod item;
mod messages;
pub mod request;
mod responses;
mod spec;
mod template;
mod tools;

use crate::chat::{Event, Finish, ToolCall, Usage};
use crate::json::{self, Map, Value, quote};
use crate::text::{cut, decimal, join};
use item::{Item, ItemKind, Progress};
pub use spec::{Api, CompletionSpec};
use template::{hole, template};
use tools::ToolKind;

/// What stands between two parts of the reasoning in its text (`src/exchange/event_queue.rs`). APIs with an item for each part do
/// without it.
const PART_BREAK: &str = "\n\n";

/// How many calls of an answer a new one is compared with, so that no two have the same id.
const MAX_COMPARED: usize = 64;

/// Events in, bytes of an HTTP body out: server-sent events, or one JSON text at the end.
pub struct Encoder {
    spec: CompletionSpec,
    out: String,
    began: bool,
    /// The bytes before and after the text in a frame of text, made for the first such frame of an item.
    around_text: Option<(String, String)>,
    /// What the answer consists of, in the order in which it began.
    items: Vec<Item>,
    /// The item that a template is about.
    current: usize,
    /// The first item that is not written whole, in a stream of Messages: only one of them may be under way at a time.
    front: usize,
    /// The number of blocks that were written whole.
    blocks: u64,
    /// The positions of the calls among the items, in the order of the calls.
    calls: Vec<(usize, usize)>,
    /// The last piece of reasoning, or of a call's arguments.
    piece: String,
    /// Whether the reasoning so far ends with a break that may turn out to be one between two parts.
    has_break: bool,
    /// Whether such a break may follow: the next part has begun, and none came before.
    awaits_break: bool,
    /// The id of the item of reasoning that follows, where it is the service's own.
    reasoning_id: String,
    /// What is cited, as far as it was not written, and the sources, which are told where nothing is cited.
    citations: Vec<Map>,
    sources: Vec<Map>,
    has_citations: bool,
    /// Images and sound of a chat completion in one piece.
    members: Map,
    /// Whether sound came.
    has_sound: bool,
    /// See [`Encoder::has_content`].
    has_said: bool,
    /// How likely the tokens were: in a stream those of the text that comes next, else all so far.
    logprobs: Map,
    /// The number of details of the reasoning that came.
    details: u64,
    /// The signature of Google's for the call with this id, which follows.
    signature: Option<(String, String)>,
    usage: Usage,
    finish: Option<Finish>,
    /// The service's own word for the end.
    finish_word: String,
    /// The number of the next event of Responses.
    sequence: u64,
    /// See [`Encoder::kept_bytes`].
    kept_bytes: usize,
}

impl Encoder {
    /// An encoder that has seen nothing yet.
    pub fn new(spec: CompletionSpec) -> Encoder {
        Encoder {
            spec,
            out: String::new(),
            began: false,
            around_text: None,
            items: Vec::new(),
            current: 0,
            front: 0,
            blocks: 0,
            calls: Vec::new(),
            piece: String::new(),
            has_break: false,
            awaits_break: false,
            reasoning_id: String::new(),
            citations: Vec::new(),
            sources: Vec::new(),
            has_citations: false,
            members: Map::new(),
            has_sound: false,
            has_said: false,
            logprobs: Map::new(),
            details: 0,
            signature: None,
            usage: Usage::default(),
            finish: None,
            finish_word: String::new(),
            sequence: 0,
            kept_bytes: 0,
        }
    }

    /// Bytes of the reply that are kept for the frames that repeat them.
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// Whether the answer says everything once more at its end, or for the first time. Of the streams, only that of Responses does.
    fn repeats(&self) -> bool {
        self.spec.api == Api::Responses || !self.spec.stream
    }

    /// Whether the answer consists of items or blocks that have an order, and is no text with calls beside it.
    fn has_order(&self) -> bool {
        matches!(self.spec.api, Api::Responses | Api::Messages)
    }

    /// Whether the first event would tell the counts that are known by now.
    pub fn wants_usage(&self) -> bool {
        self.spec.api == Api::Messages && self.spec.stream && !self.began
    }

    /// Hands the bytes that are ready to `to`, if there are any, with the number of the next event.
    pub fn take(&mut self, to: impl FnOnce(&[u8], u64)) {
        if !self.out.is_empty() {
            to(self.out.as_bytes(), self.sequence);
            self.out.clear();
        }
    }

    /// A run of text. Pieces that came in one network chunk become one frame, since nobody could have seen them
    /// separately.
    pub fn text(&mut self, text: &str) {
        self.has_said |= !text.is_empty();
        if self.items.last().is_none_or(|item| item.kind != ItemKind::Text) {
            self.flush_break();
            self.open(Item::new(ItemKind::Text));
        }
        let at = self.items.len() - 1;
        let waits = self.spec.api == Api::Messages && self.spec.stream && self.front < at;
        if self.repeats() || waits {
            self.kept_bytes += text.len();
            self.items[at].text.push_str(text);
        }
        if !self.spec.stream || waits {
            return;
        }
        self.begin();
        self.current = at;
        let (before, behind) = self.around_text();
        self.out.push_str(&before);
        quote(text, &mut self.out);
        match self.logprobs.is_empty() {
            true => self.out.push_str(&behind),
            false => self.fill(self.with_logprobs()),
        }
        if self.spec.api == Api::Responses {
            self.end_event();
        }
        self.around_text = Some((before, behind));
    }

    fn with_logprobs(&self) -> &'static str {
        if self.spec.api == Api::Completions { completions::WITH_LOGPROBS } else { chat::WITH_LOGPROBS }
    }

    /// A run of reasoning.
    pub fn reasoning(&mut self, text: &str) {
        // Legacy completions have no place for it.
        if text.is_empty() || self.spec.api == Api::Completions {
            return;
        }
        if !self.has_order() {
            return self.reasoning_piece(text);
        }
        let is_break = std::mem::take(&mut self.awaits_break);
        let text = if is_break { text.strip_prefix(PART_BREAK).unwrap_or(text) } else { text };
        if text.is_empty() {
            return;
        }
        self.flush_break();
        let body = text.strip_suffix(PART_BREAK);
        self.has_break = body.is_some();
        let body = body.unwrap_or(text);
        if !body.is_empty() {
            self.reasoning_piece(body);
        }
    }

    fn reasoning_piece(&mut self, text: &str) {
        self.has_said = true;
        let is_open = |item: &Item| item.kind == ItemKind::Reasoning && item.details.is_empty();
        if !self.items.last().is_some_and(is_open) {
            let id = std::mem::take(&mut self.reasoning_id);
            self.open(Item { id, ..Item::new(ItemKind::Reasoning) });
        }
        let at = self.items.len() - 1;
        let waits = self.spec.api == Api::Messages;
        // Where nothing repeats it, one piece says that there was reasoning.
        if self.repeats() || waits || self.items[at].text.is_empty() {
            self.kept_bytes += text.len();
            self.items[at].text.push_str(text);
        }
        if !self.spec.stream {
            return;
        }
        self.begin();
        self.current = at;
        match self.spec.api {
            Api::Chat => {
                text.clone_into(&mut self.piece);
                self.fill(chat::REASONING);
            }
            Api::Responses => {
                text.clone_into(&mut self.piece);
                self.responses_reasoning();
            }
            Api::Messages => self.messages_advance(),
            Api::Completions => {}
        }
    }

    /// Writes a break that was none between two parts. Behind reasoning that the service has signed it was one.
    fn flush_break(&mut self) {
        let is_open = |item: &Item| item.kind == ItemKind::Reasoning && item.details.is_empty();
        if std::mem::take(&mut self.has_break) && self.items.last().is_some_and(is_open) {
            self.reasoning_piece(PART_BREAK);
        }
    }

    /// The reasoning from here on is another part.
    fn reasoning_part(&mut self) {
        self.awaits_break = !std::mem::take(&mut self.has_break);
        match (self.spec.api, self.items.last_mut()) {
            (Api::Responses, Some(item)) if item.kind == ItemKind::Reasoning && item.details.is_empty() => {
                self.current = self.items.len() - 1;
                self.responses_part();
            }
            (Api::Messages, Some(item)) if item.kind == ItemKind::Reasoning => {
                self.open(Item::new(ItemKind::Reasoning))
            }
            _ => {}
        }
    }

    /// What the service wants back of the reasoning so far, or with the call that follows.
    fn reasoning_detail(&mut self, detail: &Map) {
        let mut detail = detail.clone();
        let id = detail.text("id").unwrap_or_default().to_owned();
        // The item begins; what the service wants back of it comes later.
        if detail.text("type").is_none() {
            self.reasoning_id = id;
            return;
        }
        if self.spec.api == Api::Completions {
            return;
        }
        self.kept_bytes += detail.iter().map(|(_, value)| value.size()).sum::<usize>();
        if !self.has_order() {
            self.signature = details::signature_of_call(&detail);
            detail.insert("index", self.details.into());
            self.details += 1;
            let details = vec![detail.into()];
            match self.spec.stream {
                false => self.open(Item { details, ..Item::new(ItemKind::Reasoning) }),
                true => {
                    self.begin();
                    self.piece = Value::from(details).to_json();
                    self.fill(chat::DETAILS);
                }
            }
            return;
        }
        self.flush_break();
        let details = vec![detail.into()];
        match self.items.last_mut() {
            // One detail an item: the next one is of another part of the reasoning.
            Some(item) if item.kind == ItemKind::Reasoning && item.details.is_empty() => {
                // Nobody has seen an answer in one piece so far.
                if !self.spec.stream {
                    item.id = id;
                }
                item.details = details;
            }
            _ => self.open(Item { details, id, ..Item::new(ItemKind::Reasoning) }),
        }
    }

    /// Ends what is under way, as far as the API wants that, and begins an item.
    fn open(&mut self, item: Item) {
        self.around_text = None;
        self.kept_bytes += size_of::<Item>();
        if self.spec.stream && self.spec.api == Api::Responses {
            self.begin();
            self.responses_end_item();
        }
        self.items.push(item);
        self.current = self.items.len() - 1;
        if self.spec.stream {
            match self.spec.api {
                Api::Responses => self.responses_begin_item(),
                Api::Messages => {
                    self.begin();
                    self.messages_advance();
                }
                Api::Chat | Api::Completions => {}
            }
        }
    }

    /// A run of a tool call's arguments. `done`: these are all of its arguments once more.
    pub fn tool_call(&mut self, call: &ToolCall, arguments: &str, done: bool) {
        if self.spec.api == Api::Completions {
            return;
        }
        self.has_said = true;
        self.flush_break();
        let &ToolCall { index, ref id, ref name } = call;
        // Calls begin in the order of their indices, and there may be a million of them.
        let found = self.calls.binary_search_by_key(&index, |(index, _)| *index);
        let is_new = found.is_err();
        let at = match found {
            Ok(number) => self.calls[number].1,
            Err(number) => {
                let mut item = Item::new(ItemKind::Call);
                item.number = number;
                item.id = self.new_id(id);
                self.kept_bytes += size_of::<Item>() + id.len() + name.len();
                item.tool = self.spec.tools.find(name);
                if item.tool.is_none() {
                    item.name.clone_from(name);
                }
                if let Some((_, data)) = self.signature.take_if(|(of, _)| of == id) {
                    item.signature = data;
                }
                self.calls.insert(number, (index, self.items.len()));
                self.open(item);
                self.items.len() - 1
            }
        };
        // The whole call repeats its pieces, if there were any.
        arguments.clone_into(&mut self.piece);
        let keeps = self.repeats() || self.spec.api == Api::Messages;
        let item = &mut self.items[at];
        if done && item.has_pieces {
            self.piece.clear();
        }
        item.has_pieces |= !arguments.is_empty();
        let is_whole = item.tool_kind() != ToolKind::Function;
        if keeps || is_whole {
            self.kept_bytes += self.piece.len();
            item.text.push_str(&self.piece);
        }
        if !self.spec.stream {
            return;
        }
        self.begin();
        self.current = at;
        match self.spec.api {
            Api::Chat => self.chat_call(is_new, done),
            Api::Responses => self.responses_call(done),
            Api::Messages => {
                self.items[at].is_done |= done;
                self.messages_advance();
            }
            Api::Completions => {}
        }
    }

    /// The id of a new call. One that the conversation or the answer has already gets an end of its own: clients that find results by
    /// their ids would ask without end.
    fn new_id(&self, id: &str) -> String {
        let same = |(_, at): &(usize, usize)| self.items[*at].id == id;
        let is_known = self.calls.iter().rev().take(MAX_COMPARED).any(same) || self.spec.knows_id(id);
        match is_known {
            false => id.to_owned(),
            true => join(&[id, "_", self.spec.short_id(), &decimal(self.calls.len() as u64)]),
        }
    }

    /// Any other event.
    pub fn event(&mut self, event: &Event) {
        match event {
            // A stream cannot take back what it has sent; an answer in one piece has sent nothing yet.
            Event::Replace(text) if !self.spec.stream => self.replace(text),
            Event::ReasoningPart => self.reasoning_part(),
            Event::ReasoningDetail(detail) => self.reasoning_detail(detail),
            Event::Image(url) => {
                self.has_said = true;
                self.image(url);
            }
            Event::Audio(members) => {
                self.has_said = true;
                self.audio(members);
            }
            Event::File(members) => self.file(members),
            Event::Citation { raw, .. } => self.cite(raw, true),
            Event::Source(raw) => self.cite(raw, false),
            Event::Usage(usage) => self.usage = usage.clone(),
            Event::Logprobs(logprobs) if !self.has_order() => self.add_logprobs(logprobs),
            Event::Finish { reason: finish, raw } => {
                self.flush_logprobs();
                if self.spec.stream {
                    self.begin();
                }
                self.flush_break();
                self.finish = Some(*finish);
                self.finish_word.clone_from(raw);
                self.end();
            }
            _ => {}
        }
    }

    /// Takes the service's final text in the place of all text so far.
    fn replace(&mut self, text: &str) {
        self.kept_bytes += text.len();
        let mut text = text;
        for item in self.items.iter_mut().filter(|item| item.kind == ItemKind::Text) {
            std::mem::take(&mut text).clone_into(&mut item.text);
        }
        if !text.is_empty() {
            self.text(text);
        }
    }

    /// Takes how likely tokens were: as they are, or behind those that came before.
    fn add_logprobs(&mut self, logprobs: &Map) {
        self.flush_logprobs();
        self.kept_bytes += if self.spec.stream { 0 } else { logprobs.iter().map(|(_, list)| list.size()).sum() };
        for (key, value) in logprobs.iter() {
            match (self.logprobs.get_mut(key), value) {
                (Some(Value::Array(known)), Value::Array(more)) => known.extend_from_slice(more),
                (Some(_), Value::Null) => {}
                _ => self.logprobs.insert(key, value.clone()),
            }
        }
    }

    /// Writes a chunk without text for those in a stream for which no text came.
    fn flush_logprobs(&mut self) {
        if self.spec.stream && !self.logprobs.is_empty() {
            self.text("");
        }
    }

    /// Whether text, reasoning or a call came: more than the frames that every answer has.
    pub fn has_content(&self) -> bool {
        self.has_said
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.began, true) {
            match self.spec.api {
                Api::Chat => self.fill(chat::BEGIN),
                Api::Responses => self.responses_begin(),
                Api::Messages => self.fill(messages::START),
                Api::Completions => {}
            }
        }
    }

    fn around_text(&mut self) -> (String, String) {
        if let Some(around) = self.around_text.take() {
            return around;
        }
        let [before, behind] = match self.spec.api {
            Api::Chat => chat::TEXT,
            Api::Responses => responses::TEXT,
            Api::Messages => messages::TEXT,
            Api::Completions => completions::TEXT,
        };
        (self.filled(before), self.filled(behind))
    }

    fn end(&mut self) {
        if !self.spec.stream && self.spec.api != Api::Chat {
            self.place_citations();
            for item in self.items.iter_mut().filter(|item| item.kind == ItemKind::Call) {
                item.progress = if item.is_cut() { Progress::Broken } else { Progress::Done };
            }
        }
        match (self.spec.api, self.spec.stream) {
            (Api::Responses, true) => self.responses_end(),
            (Api::Responses, false) => {
                self.ensure_message();
                self.fill(responses::RESPONSE);
            }
            (Api::Chat, true) => self.chat_end(),
            (Api::Chat, false) => self.fill(chat::COMPLETION),
            (Api::Messages, true) => self.messages_end(),
            (Api::Messages, false) => self.fill(messages::MESSAGE),
            (Api::Completions, true) => self.completions_end(),
            (Api::Completions, false) => self.fill(completions::COMPLETION),
        }
    }

    /// Gives a response without text and calls an empty message: clients look for one.
    fn ensure_message(&mut self) {
        if self.items.iter().all(|item| item.kind == ItemKind::Reasoning) {
            self.open(Item::new(ItemKind::Text));
        }
    }

    /// What a client that saw this stream break off has of the answer, as JSON text of the answer in one piece: for the last event of
    /// Responses. `None`: the API has no such event.
    pub fn broken(&mut self) -> Option<String> {
        if self.spec.api != Api::Responses {
            return None;
        }
        self.out.clear();
        for item in self.items.iter_mut().filter(|item| item.progress != Progress::Done) {
            item.progress = Progress::Broken;
        }
        self.finish = Some(Finish::Unknown);
        Some(self.filled(responses::RESPONSE))
    }

    /// Appends a template with its holes filled.
    fn fill(&mut self, template: &'static str) {
        let (before, mut rest) = cut(template, b"$");
        self.out.push_str(before);
        while let Some(&hole) = rest.as_bytes().get(1) {
            self.fill_hole(hole);
            let (before, next) = cut(&rest[2..], b"$");
            self.out.push_str(before);
            rest = next;
        }
    }

    fn filled(&mut self, template: &'static str) -> String {
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
            true => join(&["rs_", self.spec.short_id(), &decimal(self.current as u64)]),
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

/// The string at `key` of the JSON object in `text`, if there is one.
fn member(text: &str, key: &str) -> Option<String> {
    json::parse(text.as_bytes()).ok()?.value.text(key).map(str::to_owned)
}
