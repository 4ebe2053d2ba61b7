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
mod fill;
mod item;
mod messages;
pub mod request;
mod responses;
mod spec;
mod template;
mod tools;

use crate::chat::{Event, Finish, ToolCall, Usage};
use crate::json::{self, Map, Value, quote};
use crate::text::{decimal, filled};
use item::{Item, ItemKind, Progress};
pub use spec::{Api, CompletionSpec};
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
        if !self.items.last().is_some_and(Item::takes_reasoning) {
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
        if std::mem::take(&mut self.has_break) && self.items.last().is_some_and(Item::takes_reasoning) {
            self.reasoning_piece(PART_BREAK);
        }
    }

    /// The reasoning from here on is another part.
    fn reasoning_part(&mut self) {
        self.awaits_break = !std::mem::take(&mut self.has_break);
        match (self.spec.api, self.items.last_mut()) {
            (Api::Responses, Some(item)) if item.takes_reasoning() => {
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
        let id = detail.text_or_empty("id").to_owned();
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
            Some(item) if item.takes_reasoning() => {
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
            true => filled("$_$$", &[id, self.spec.short_id(), &decimal(self.calls.len() as u64)]),
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
}

/// The string at `key` of the JSON object in `text`, if there is one.
fn member(text: &str, key: &str) -> Option<String> {
    json::parse(text.as_bytes()).ok()?.value.text(key).map(str::to_owned)
}
