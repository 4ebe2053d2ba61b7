//! Puts the message of an answer together from the frames of a service.

use std::borrow::Cow;
use std::rc::Rc;

use super::Dialect;
use super::answer_parts::Parts;
use super::compatible::{EXTRA, State};
use super::errors::{classify, error_in_success_body, is_error};
use super::messages::PROVIDER_DATA;
use super::notes::Notes;
use crate::chat::{Code, Error, Event, Finish, Result, ToolCall, Usage};
use crate::exchange::{Decode, EMPTY_REPLY, EventQueue, FrameOutcome, Operation, Transition, truncated};
use crate::http::{Head, Response};
use crate::json::{self, Map, ObjectEnd, SurrogateJoiner, Value};
use crate::options::ChatRequest;
use crate::text::filled;

/// Receives what a protocol reads from its frames, and turns it into events.
pub struct MessageDecoder {
    dialect: &'static Dialect,
    /// What the caller asked for.
    pub chat: Rc<ChatRequest>,
    /// Warnings about what the caller asked for and cannot have. They come first.
    warnings: Vec<String>,
    /// Whether the current frame has lone surrogates; see [`json::Parsed`].
    pub has_lone_surrogates: bool,
    /// Whether the current frame said something that no event shows.
    not_scannable: bool,
    tools: Vec<Tool>,
    /// The index of the call of which a piece came last.
    last_tool: usize,
    /// Bytes of tool calls and of [`MessageDecoder::conversation`] and [`MessageDecoder::blocks`] that are kept until the end.
    kept_bytes: usize,
    usage: Map,
    /// Bytes of `usage`.
    usage_bytes: usize,
    finish: Option<Finish>,
    /// The service's own word for the end.
    finish_word: String,
    /// The service's words for the end, where they mean that the service failed.
    failure: Option<String>,
    /// Whether any frame came that is no mark of the end.
    had_frame: bool,
    /// Sources that were handed out of a list that grows with the frames.
    sources: usize,
    /// The reason of the end, if no frame gives one.
    pub default_finish: Option<Finish>,
    refused: bool,
    has_image: bool,
    /// Set by the protocol when no later frame counts.
    pub is_over: bool,
    /// What the service wants back with the next request.
    pub conversation: Map,
    /// What the answer consists of, where the service wants it back as it was.
    kept: Vec<Kept>,
    /// Bytes of the text that are in `kept`.
    kept_text: usize,
    /// The usual address of a service whose state no other host of the same API can read. `reply.message` names the address where it
    /// is another one. Empty: others can read it.
    pub usual_home: &'static str,
    /// Whether `reply.message` says from which provider it is, also where the service wants nothing back.
    pub names_provider: bool,
    /// What a service that is compatible with OpenAI's may want back.
    state: State,
    /// Whether the reasoning is to be kept for that.
    pub keeps_reasoning: bool,
    /// The parts of an answer of OpenAI's Responses API.
    pub parts: Parts,
    /// What stands beside the text.
    pub notes: Notes,
}

/// The number of different token counts that are kept. Services have a dozen; each one is compared with those before
/// it.
const MAX_COUNTS: usize = 64;

/// Words for the end that mean that the service failed: of OpenRouter, Mistral and Workers AI (`error`), of Cohere (also `timeout`),
/// of Responses as a status, of Gemini (F2, K3), and of Bedrock.
const FAILURES: [&str; 13] = [
    "error",
    "timeout",
    "failed",
    "cancelled",
    "malformed_function_call",
    "unexpected_tool_call",
    "too_many_tool_calls",
    "missing_thought_signature",
    "malformed_response",
    "no_image",
    "image_other",
    "malformed_model_output",
    "malformed_tool_use",
];

/// Words for an end that is none: of DeepSeek, Z.ai, vLLM and SGLang, Gemini, and of Responses as a status.
const NO_ENDS: [&str; 11] = [
    "insufficient_system_resource",
    "network_error",
    "server_error",
    "abort",
    "aborted",
    "user_cancel",
    "other",
    "incomplete",
    "in_progress",
    "queued",
    "max_tool_calls",
];

/// A part of the answer, for `provider_data` of `reply.message` ([`super::messages::ChatMessage::kept_parts`]).
pub enum Kept {
    /// So many bytes of the text, and what the service gave with it. `null`: nothing.
    Text(usize, Value),
    /// The call with this id, and what the service gave with it. `null`: nothing.
    Call(String, Value),
    /// A part in the service's own form.
    Own(Value),
}

/// The member in which a decoder may note something about a part that is not complete yet. It is not handed out.
pub const NOTE: &str = "\0note";

impl Kept {
    /// The entry in `provider_data`.
    fn into_json(self) -> Value {
        let mut entry = Map::new();
        let own = match self {
            Kept::Text(bytes, Value::Null) => return (bytes as u64).into(),
            Kept::Call(id, Value::Null) => return id.as_str().into(),
            Kept::Text(bytes, own) => {
                entry.insert("text", (bytes as u64).into());
                own
            }
            Kept::Call(id, own) => {
                entry.insert_str("call", &id);
                own
            }
            Kept::Own(mut own) => {
                own.as_object_mut().into_iter().for_each(|own| own.remove(NOTE));
                own
            }
        };
        entry.insert("own", own);
        entry.into()
    }
}

/// A tool call of the answer.
#[derive(Default)]
struct Tool {
    /// The number that the service gives the call.
    number: u64,
    call: Rc<ToolCall>,
    arguments: String,
    /// What the service wants back with the call. `null`: nothing.
    extra: Value,
    /// How far `arguments` were read, to know whether they are whole.
    read: ObjectEnd,
    surrogates: SurrogateJoiner,
}

/// How many calls may be under way at once: a piece belongs to one of the last so many. It is compared with each of them, and a
/// service may send a million calls.
const MAX_OPEN_CALLS: usize = 128;

impl MessageDecoder {
    /// A decoder for the answer to `chat`. `conversation` and `warnings`: see [`super::RequestBuilder`].
    pub fn new(
        dialect: &'static Dialect,
        chat: Rc<ChatRequest>,
        conversation: Map,
        warnings: Vec<String>,
    ) -> MessageDecoder {
        MessageDecoder {
            dialect,
            conversation,
            chat,
            warnings,
            has_lone_surrogates: false,
            not_scannable: false,
            tools: Vec::new(),
            last_tool: 0,
            kept_bytes: 0,
            usage: Map::new(),
            usage_bytes: 0,
            finish: None,
            finish_word: String::new(),
            failure: None,
            had_frame: false,
            sources: 0,
            default_finish: None,
            refused: false,
            has_image: false,
            is_over: false,
            kept: Vec::new(),
            kept_text: 0,
            names_provider: false,
            usual_home: "",
            state: State::default(),
            keeps_reasoning: false,
            parts: Parts::default(),
            notes: Notes::default(),
        }
    }

    /// A piece of the text.
    pub fn text(&mut self, piece: &str, out: &mut EventQueue) {
        out.text(piece, self.has_lone_surrogates);
    }

    /// A piece of the model's reasoning. Returns the piece as it is handed out.
    pub fn reasoning<'a>(&mut self, piece: &str, out: &'a mut EventQueue) -> &'a str {
        if self.keeps_reasoning {
            self.keeps(piece.len());
            self.state.add_reasoning(piece);
        }
        out.reasoning(piece, self.has_lone_surrogates)
    }

    /// A piece of the reasoning of the part with this number, which is separated from a part before it.
    pub fn reasoning_of<'a>(&mut self, part: u64, piece: &str, out: &'a mut EventQueue) -> &'a str {
        if !piece.is_empty() {
            match self.notes.part_before(part) {
                Some(before) if before < part => out.end_reasoning_part(),
                Some(before) if before == part => out.continue_reasoning_part(),
                _ => {}
            }
        }
        self.reasoning(piece, out)
    }

    /// A piece of the text in which the model says that it will not answer.
    pub fn refusal(&mut self, piece: &str, out: &mut EventQueue) {
        self.refused |= !piece.is_empty();
        self.text(piece, out);
    }

    /// An image that the model made, as a `data:` or other URL.
    pub fn image(&mut self, url: String, out: &mut EventQueue) {
        self.content(Event::Image(url), out);
    }

    /// An image, a file or sound. An answer that has one is not empty, even without text.
    pub fn content(&mut self, event: Event, out: &mut EventQueue) {
        (self.has_image, self.not_scannable) = (true, true);
        out.push(event);
    }

    /// A source that the service cites.
    pub fn source(&mut self, source: &Value, out: &mut EventQueue) {
        self.not_scannable = true;
        out.source(source);
    }

    /// How likely the tokens of the text that follows were.
    pub fn logprobs(&mut self, logprobs: &Map, out: &mut EventQueue) {
        self.not_scannable = true;
        out.push(Event::Logprobs(logprobs.clone()));
    }

    /// All sources so far, of which those at the beginning may have come before.
    pub fn sources_so_far(&mut self, sources: &[Value], out: &mut EventQueue) {
        for source in sources.get(self.sources..).unwrap_or_default() {
            self.source(source, out);
            out.push(Event::Citation { raw: source.clone(), in_text: false });
        }
        self.sources = self.sources.max(sources.len());
    }

    /// A piece of a tool call, or a call in one piece. Without a number and an id it belongs to the last call.
    pub fn tool_call(&mut self, number: Option<u64>, id: &str, name: &str, arguments: &str, out: &mut EventQueue) {
        let same = |tool: &Tool| match number {
            Some(number) => tool.number == number,
            None => id.is_empty() || tool.call.id == id,
        };
        let known = self.find(same).filter(|&at| !self.tools[at].ends_before(id, name));
        if known.is_none() {
            self.give_details(out);
        }
        let at = known.unwrap_or_else(|| {
            let number = number.unwrap_or(self.tools.len() as u64);
            let call = Rc::new(ToolCall { index: self.tools.len(), ..ToolCall::default() });
            self.tools.push(Tool { number, call, ..Tool::default() });
            self.kept_bytes += size_of::<Tool>() + size_of::<ToolCall>();
            self.tools.len() - 1
        });
        self.last_tool = at;
        let tool = &mut self.tools[at];
        let mut is_news = tool.add_identity(id, name) || known.is_none();
        // The result of the tool could not name a call without an id. Its name shows that it begins.
        if tool.call.id.is_empty() && !name.is_empty() {
            tool.make_id(&self.chat);
            is_news = true;
        }
        if is_news {
            self.kept_bytes += tool.call.id.len() + name.len();
        }
        // The same bytes in a later frame may begin another call, so such a frame is not scanned.
        self.not_scannable |= tool.is_other(id, name);
        let mut piece = String::new();
        tool.surrogates.push(arguments, self.has_lone_surrogates, &mut piece);
        tool.arguments.push_str(&piece);
        self.kept_bytes += piece.len();
        if is_news || !piece.is_empty() {
            out.tool_call(&tool.call, &piece);
        }
    }

    /// A tool call in one piece, of a service that may give it no id. Returns its id, which is made up where there is
    /// none.
    pub fn complete_tool_call(&mut self, id: &str, name: &str, arguments: &str, out: &mut EventQueue) -> String {
        let id = self.next_call_id(id);
        self.tool_call(Some(self.tools.len() as u64), &id, name, arguments, out);
        id
    }

    /// A tool call as the service tells it once more, with all of its arguments or none: what did not come before is handed out.
    /// `at`: its position among the calls, where that is likely. Without a number and an id it is the last one. Returns whether the arguments are those that came, or go on
    /// from there.
    pub fn whole_call(
        &mut self,
        at: Option<usize>,
        (number, id, name, arguments): (Option<u64>, &str, &str, &str),
        out: &mut EventQueue,
    ) -> bool {
        let likely = at.filter(|&at| self.tools.get(at).is_some_and(|tool| tool.is_like(id, name, arguments)));
        let known = likely.or_else(|| self.find(|tool| !id.is_empty() && tool.call.id == id)).or_else(|| {
            self.find(|tool| number.is_none_or(|number| tool.number == number)).filter(|&at| {
                let tool = &mut self.tools[at];
                tool.call.id.is_empty() || !tool.ends_before(id, name)
            })
        });
        let Some(at) = known else {
            self.tool_call(number, id, name, arguments, out);
            return true;
        };
        let tool = &mut self.tools[at];
        let is_news = tool.add_identity(id, name);
        let come = tool.arguments.as_str();
        // What a frame with half a character says cannot be compared with what came.
        let rest = arguments.strip_prefix(come).filter(|_| come.is_empty() || !self.has_lone_surrogates);
        // Some relays write the arguments anew, with other blanks.
        let is_same = rest.is_some() || arguments.is_empty() || json::parse(come.as_bytes()).is_ok();
        let mut piece = String::new();
        tool.surrogates.push(rest.unwrap_or_default(), self.has_lone_surrogates, &mut piece);
        tool.arguments.push_str(&piece);
        self.kept_bytes += piece.len() + if is_news { id.len() + name.len() } else { 0 };
        if is_news || !piece.is_empty() {
            out.tool_call(&tool.call, &piece);
        }
        is_same
    }

    /// The arguments so far of the call with this number, if it began.
    pub fn arguments(&self, number: u64) -> Option<&str> {
        self.find(|tool| tool.number == number).map(|at| self.tools[at].arguments.as_str())
    }

    /// The position of the last call like this, among those that may be under way.
    fn find(&self, is_wanted: impl Fn(&Tool) -> bool) -> Option<usize> {
        let first = self.tools.len().saturating_sub(MAX_OPEN_CALLS);
        self.tools[first..].iter().rposition(is_wanted).map(|at| first + at)
    }

    /// Keeps `value` at `key` of what the next request needs.
    pub fn remember(&mut self, key: &str, value: Value) {
        self.keeps(key.len() + value.size());
        self.conversation.push(key, value);
    }

    /// What the service wants back with the call of which a piece came last.
    pub fn call_extra(&mut self, extra: &Value) {
        self.not_scannable = true;
        self.keeps(extra.size());
        if let Some(tool) = self.tools.get_mut(self.last_tool) {
            tool.extra = extra.clone();
        }
    }

    /// Keeps a part of the answer for the next request, behind the text that came so far.
    pub fn keep_part(&mut self, part: Kept, out: &EventQueue) {
        self.not_scannable = true;
        self.keep_text(Value::Null, out);
        self.keeps(
            size_of::<Kept>()
                + match &part {
                    Kept::Text(_, own) | Kept::Own(own) => own.size(),
                    Kept::Call(id, own) => id.len() + own.size(),
                },
        );
        self.kept.push(part);
    }

    /// Keeps the place of the text that came since the last part, and what the service gave with it. `null`: nothing.
    pub fn keep_text(&mut self, own: Value, out: &EventQueue) {
        let bytes = out.text_bytes - self.kept_text;
        if bytes > 0 {
            self.kept_text = out.text_bytes;
            self.keeps(size_of::<Kept>() + own.size());
            self.kept.push(Kept::Text(bytes, own));
        }
    }

    /// Whether any part is kept.
    pub fn has_kept(&self) -> bool {
        !self.kept.is_empty()
    }

    /// The parts that are kept, the last ones first, back to the last call.
    pub fn kept_since_call(&mut self) -> impl Iterator<Item = &mut Value> {
        let since = self.kept.iter_mut().rev().take_while(|part| !matches!(part, Kept::Call(..)));
        since.filter_map(|part| if let Kept::Own(own) = part { Some(own) } else { None })
    }

    /// The last parts that are kept and of the service's own form.
    pub fn last_kept(&mut self, most: usize) -> impl Iterator<Item = &mut Value> {
        let last = self.kept.iter_mut().rev().take(most);
        last.filter_map(|part| if let Kept::Own(own) = part { Some(own) } else { None })
    }

    /// What the service wants back of the reasoning before, or with the call that follows.
    pub fn reasoning_detail(&mut self, detail: Map, out: &mut EventQueue) {
        self.not_scannable = true;
        out.push(Event::ReasoningDetail(detail));
    }

    /// Hands out the details that came, if there is anything among them that the service wants back.
    fn give_details(&mut self, out: &mut EventQueue) {
        for detail in self.state.untold_details() {
            out.push(Event::ReasoningDetail(detail));
        }
    }

    /// The id that the next call has: the one that the service gives it, or one that is made up.
    pub fn next_call_id(&self, id: &str) -> String {
        if id.is_empty() { made_id(&self.chat, self.tools.len() as u64) } else { id.to_owned() }
    }

    /// Pieces of `reasoning_details`: see [`State::add_details`].
    pub fn reasoning_details(&mut self, pieces: &[Value]) {
        if !pieces.is_empty() {
            self.not_scannable = true;
            let size = self.state.add_details(pieces);
            self.keeps(size);
        }
    }

    /// Counts bytes that are kept until the end.
    pub fn keeps(&mut self, bytes: usize) {
        self.kept_bytes += bytes;
    }

    /// Token counts. Counts of different names in different frames are put together; of the same name, the last one
    /// counts.
    pub fn usage(&mut self, raw: Option<&Value>) {
        if let Some(Value::Object(raw)) = raw {
            self.not_scannable = true;
            for (key, value) in raw.iter().take(MAX_COUNTS).filter(|(_, value)| !value.is_null()) {
                if self.usage.contains_key(key) || self.usage.keys().count() < MAX_COUNTS {
                    self.usage.insert(key, value.clone());
                }
            }
            self.usage_bytes = self.usage.iter().map(|(key, value)| key.len() + value.size()).sum();
        }
    }

    /// The service's reason of the end. It may stand in each frame, and may be empty.
    pub fn finish(&mut self, word: &str) {
        if !word.is_empty() {
            self.finish = Some(Finish::from_word(word));
            // Some services give it in every frame.
            if self.finish_word != word {
                word.clone_into(&mut self.finish_word);
            }
            let lower = word.to_ascii_lowercase();
            let is_failure = FAILURES.contains(&&*lower) || self.chat.fails_unless_ended && NO_ENDS.contains(&&*lower);
            self.failure = is_failure.then(|| word.to_owned());
            self.not_scannable = true;
        }
    }

    /// What a gateway or the service itself says of a failure of which [`MessageDecoder::finish`] was told.
    pub fn failure_word(&mut self, words: &str) {
        if let Some(failure) = self.failure.as_mut().filter(|failure| !words.is_empty() && *failure != words) {
            *failure = filled("$: $", &[failure, words]);
        }
    }

    /// Marks the current frame as one whose layout the scanner must not use, since it holds another answer, too.
    pub fn not_scannable(&mut self) {
        self.not_scannable = true;
    }

    /// Hands out what comes at the end: complete tool calls, token counts, the conversation and the reason of the end.
    ///
    /// # Errors
    /// [`Code::Service`] where the service gave a failure as the reason of the end.
    fn close(&mut self, out: &mut EventQueue) -> Result<()> {
        out.finish_text();
        if let Some(words) = self.failure.take() {
            self.give_usage(out);
            let message = filled("the service failed: the reply ends with the reason '$'", &[&words]);
            return Err(Error::new(Code::Service, message).retryable());
        }
        if !self.had_frame {
            return Err(Error::new(Code::Service, "the service ended the reply before it began").retryable());
        }
        if !out.has_text() && self.tools.is_empty() && !self.has_image {
            out.warn(EMPTY_REPLY);
        }
        self.give_details(out);
        for tool in &mut self.tools {
            let mut arguments = std::mem::take(&mut tool.arguments);
            tool.surrogates.finish(&mut arguments);
            // A tool without parameters gets none, and whoever reads JSON gets an object.
            if arguments.trim().is_empty() {
                arguments = "{}".to_owned();
            }
            if tool.call.id.is_empty() {
                tool.make_id(&self.chat);
            }
            out.push(Event::ToolCall { call: tool.call.clone(), arguments: arguments.as_str().into(), done: true });
        }
        self.give_message(out);
        for (at, tool) in self.tools.iter_mut().enumerate() {
            let members = self.state.of_call(at == 0, std::mem::take(&mut tool.extra));
            if !members.is_empty() {
                self.conversation.push(&tool.call.id, members.into());
            }
        }
        self.give_usage(out);
        let finish = match self.finish.or(self.default_finish) {
            _ if self.refused => Finish::ContentFilter,
            // Gemini also says `stop` where tools are to be called.
            None | Some(Finish::Stop) if !self.tools.is_empty() => Finish::ToolCalls,
            finish => finish.unwrap_or(Finish::Unknown),
        };
        out.finish_as(std::mem::take(&mut self.conversation), finish, std::mem::take(&mut self.finish_word));
        Ok(())
    }

    /// Hands out what `reply.message` has beside its text and its calls.
    fn give_message(&mut self, out: &mut EventQueue) {
        let mut members = self.state.of_message();
        let mut extra = Map::new();
        for tool in self.tools.iter().filter(|tool| !tool.extra.is_null()) {
            extra.push(&tool.call.id, tool.extra.clone());
        }
        if !extra.is_empty() {
            members.insert(EXTRA, extra.into());
        }
        let is_own = |part: &Kept| !matches!(part, Kept::Text(_, Value::Null) | Kept::Call(_, Value::Null));
        if self.names_provider || self.kept.iter().any(is_own) {
            self.keep_text(Value::Null, out);
            let content: Vec<_> = std::mem::take(&mut self.kept).into_iter().map(Kept::into_json).collect();
            members.insert_in(PROVIDER_DATA, "provider", self.dialect.provider.into());
            if !self.usual_home.is_empty() && self.chat.settings.url != self.usual_home {
                members.insert_in(PROVIDER_DATA, "url", self.chat.settings.url.as_str().into());
            }
            members.insert_in(PROVIDER_DATA, "content", content.into());
        }
        if !members.is_empty() {
            out.push(Event::Message(members));
        }
    }

    /// Hands out the token counts, once.
    fn give_usage(&mut self, out: &mut EventQueue) {
        if !self.usage.is_empty() {
            let usage = Usage::from_json(&std::mem::take(&mut self.usage).into());
            usage.into_iter().for_each(|usage| out.push(Event::Usage(usage)));
        }
    }
}

impl Tool {
    /// Gives the call an id, where the service gives none.
    fn make_id(&mut self, chat: &ChatRequest) {
        let id = made_id(chat, self.call.index as u64);
        Rc::make_mut(&mut self.call).id = id;
    }

    /// Sets the id and the name if they were not known yet. Returns whether one of them was set.
    fn add_identity(&mut self, id: &str, name: &str) -> bool {
        let new_id = self.call.id.is_empty() && !id.is_empty();
        let new_name = self.call.name.is_empty() && !name.is_empty();
        if new_id {
            Rc::make_mut(&mut self.call).id = id.to_owned();
        }
        if new_name {
            Rc::make_mut(&mut self.call).name = name.to_owned();
        }
        new_id || new_name
    }

    /// Whether this call is complete and a piece with this id and name begins another call. Some relays give all calls
    /// the same number, and some services make a new id for each piece, so only complete arguments show it.
    fn ends_before(&mut self, id: &str, name: &str) -> bool {
        self.is_other(id, name) && self.read.is_whole(&self.arguments)
    }

    /// Whether this call may be the one with this id, this name and these arguments.
    fn is_like(&self, id: &str, name: &str, arguments: &str) -> bool {
        id == self.call.id
            || id.is_empty()
            || self.call.id.is_empty()
            || name == self.call.name && arguments == self.arguments
    }

    /// Whether the id and name are another call's.
    fn is_other(&self, id: &str, name: &str) -> bool {
        !id.is_empty() && !name.is_empty() && id != self.call.id
    }
}

impl Decode for MessageDecoder {
    fn head(&mut self, _: &Head, out: &mut EventQueue) {
        self.warnings.drain(..).for_each(|warning| out.warn(warning));
    }

    fn text_path(&self) -> &'static [&'static str] {
        self.dialect.text_path
    }

    fn reasoning_paths(&self) -> &'static [&'static [&'static str]] {
        self.dialect.reasoning_paths
    }

    fn arguments_path(&self) -> &'static [&'static str] {
        self.dialect.arguments_path
    }

    /// The last tool call. The scanner may extend only this one: after another call has begun, the same bytes belong to
    /// that one.
    fn open_call(&self) -> Option<Rc<ToolCall>> {
        let tool = self.tools.last().filter(|tool| !tool.surrogates.is_waiting())?;
        Some(tool.call.clone())
    }

    fn arguments_scanned(&mut self, arguments: &str) {
        self.kept_bytes += arguments.len();
        self.tools.last_mut().into_iter().for_each(|tool| tool.arguments.push_str(arguments));
    }

    fn kept_bytes(&self) -> usize {
        self.kept_bytes + self.usage_bytes + self.notes.bytes
    }

    fn usage(&self) -> Option<Usage> {
        if self.usage.is_empty() { None } else { Usage::from_json(&self.usage.clone().into()) }
    }

    fn varying_members(&self) -> &'static [&'static str] {
        &["sequence_number", "obfuscation", "created_at"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome> {
        match data.trim_ascii() {
            b"[DONE]" => {
                self.close(out)?;
                return Ok(FrameOutcome::Done);
            }
            // Some services send blank frames to keep the connection open.
            b"" => return Ok(FrameOutcome::More),
            _ => {}
        }
        let is_known = event.is_empty() || self.dialect.events.iter().any(|known| event.starts_with(known));
        let parsed = match json::parse(data) {
            Err(_) if !is_known => return Ok(FrameOutcome::More),
            parsed => parsed?,
        };
        if event == "error" || is_error(&parsed.value) {
            return Err(error_in_success_body(&parsed.value, data));
        }
        (self.has_lone_surrogates, self.not_scannable) = (parsed.has_lone_surrogates, false);
        self.had_frame = true;
        (self.dialect.frame)(self, &parsed.value, out)?;
        if self.is_over {
            self.close(out)?;
            return Ok(FrameOutcome::Done);
        }
        Ok(if self.not_scannable { FrameOutcome::NotScannable } else { FrameOutcome::More })
    }

    fn json_response(&mut self, response: &Response, out: &mut EventQueue) -> Result<Transition> {
        let parsed = response.json()?;
        self.has_lone_surrogates = parsed.has_lone_surrogates;
        self.had_frame = true;
        if is_error(&parsed.value) || !(self.dialect.json_response)(self, &parsed.value, out)? {
            return Err(error_in_success_body(&parsed.value, &response.body));
        }
        self.close(out)?;
        Ok(Transition::Over)
    }

    fn error_response(&mut self, response: &Response, _: &mut EventQueue) -> Result<Operation> {
        Err(classify(response.status_error(), &response.json_or_null()))
    }

    /// Some services close the connection without a last frame, after one that gave the reason of the end.
    fn end(&mut self, out: &mut EventQueue) -> Result<()> {
        if self.finish.is_none() {
            return Err(truncated());
        }
        self.close(out)
    }
}

/// An id for the call with this number, which no other call has.
fn made_id(chat: &ChatRequest, number: u64) -> String {
    filled("call_$", &[&chat.random_id(24, number)])
}

/// The arguments of a call as JSON text, which some services give as JSON instead.
pub fn arguments_text(arguments: Option<&Value>) -> Cow<'_, str> {
    match arguments {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(json @ (Value::Object(_) | Value::Array(_))) => Cow::Owned(json.to_json()),
        _ => Cow::Borrowed(""),
    }
}

/// The string at `key`, or an empty one where there is none.
#[inline]
pub fn str_or_empty<'a>(value: &'a Value, key: &str) -> &'a str {
    value.text_or_empty(key)
}

/// The arguments of a call in one piece, as JSON text. `{}` where there are none.
pub fn whole_arguments(arguments: Option<&Value>) -> Cow<'_, str> {
    let text = arguments_text(arguments);
    if text.trim().is_empty() { Cow::Borrowed("{}") } else { text }
}
