//! The server side: requests of OpenAI's API become requests of a provider, and the events of a reply become what that
//! API answers.
//!
//! The shapes are those that real clients take (`openai`, AI SDK, xsai), field for field: Chat Completions and
//! Responses as of the API's reference of 2026. They are templates in `chat.rs` and `responses.rs`, whose holes
//! (`template.rs`) are filled from what is known at that moment. Nothing in a reply's text can end a frame, since text
//! is always inside a JSON string, in which line ends are escaped.

mod chat;
pub mod request;
mod responses;
mod template;

use crate::chat::{Event, Finish, ToolCall, Usage};
use crate::json::{Map, Value, quote};
use crate::text::{cut, decimal};
use template::{hole, template};

/// What kind of answer is wanted, and the values that stand in each part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompletionSpec {
    /// An answer of the Responses API; otherwise one of Chat Completions.
    pub responses: bool,
    /// A stream of server-sent events; otherwise one JSON text.
    pub stream: bool,
    /// Whether a stream of Chat Completions ends with the token counts.
    pub include_usage: bool,
    /// The id of the completion or response.
    pub id: String,
    /// The name that the client asked for.
    pub model: String,
    /// Seconds since 1970.
    pub created: u64,
}

impl CompletionSpec {
    /// Reads `{ responses, stream, includeUsage, id, model, created }`; what is missing is false, empty or 0.
    pub fn read(given: &Value) -> CompletionSpec {
        let text = |key| given.text(key).unwrap_or_default().to_owned();
        CompletionSpec {
            responses: given.is_true("responses"),
            stream: given.is_true("stream"),
            include_usage: given.is_true("includeUsage"),
            id: text("id"),
            model: text("model"),
            created: given.number("created").unwrap_or_default(),
        }
    }
}

/// Events in, bytes of an HTTP body out: server-sent events, or one JSON text at the end.
pub struct Encoder {
    spec: CompletionSpec,
    out: String,
    began: bool,
    /// The bytes before and after the text in a frame of text, made for the first such frame.
    around_text: Option<(String, String)>,
    /// All text so far, for the frames that repeat it.
    text: String,
    /// How likely the tokens were: in a stream those of the text that comes next, else all so far.
    logprobs: Map,
    reasoning: String,
    /// The piece of reasoning that came last.
    reasoning_piece: String,
    calls: Vec<EncodedCall>,
    /// The index in `calls` of the current tool call.
    call: usize,
    /// The last piece of its arguments.
    call_piece: String,
    /// The number of tool calls that had begun when the text did: the position of the message among them.
    message_at: Option<usize>,
    usage: Usage,
    finish: Option<Finish>,
    /// The number of the next event of Responses.
    sequence: u64,
    /// See [`Encoder::kept_bytes`].
    kept_bytes: usize,
}

/// A tool call, as far as the service has sent it.
#[derive(Default)]
struct EncodedCall {
    index: usize,
    id: String,
    name: String,
    arguments: String,
    /// Whether a piece of the arguments came.
    has_pieces: bool,
}

impl Encoder {
    /// An encoder that has seen nothing yet.
    pub fn new(spec: CompletionSpec) -> Encoder {
        Encoder {
            spec,
            out: String::new(),
            began: false,
            around_text: None,
            text: String::new(),
            logprobs: Map::new(),
            reasoning: String::new(),
            reasoning_piece: String::new(),
            calls: Vec::new(),
            call: 0,
            call_piece: String::new(),
            message_at: None,
            usage: Usage::default(),
            finish: None,
            sequence: 0,
            kept_bytes: 0,
        }
    }

    /// Bytes of the reply that are kept for the frames that repeat them.
    pub fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    /// Whether the answer says everything once more at its end, or for the first time. A stream of Chat Completions does not.
    fn repeats(&self) -> bool {
        self.spec.responses || !self.spec.stream
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
        let responses = self.spec.responses;
        self.message_at.get_or_insert(self.calls.len());
        if self.repeats() {
            self.kept_bytes += text.len();
            self.text.push_str(text);
        }
        if !self.spec.stream {
            return;
        }
        self.begin();
        let (before, behind) = self.around_text();
        self.out.push_str(&before);
        quote(text, &mut self.out);
        match self.logprobs.is_empty() {
            true => self.out.push_str(&behind),
            false => self.fill(chat::WITH_LOGPROBS),
        }
        if responses {
            self.end_event();
        }
        self.around_text = Some((before, behind));
    }

    /// A run of reasoning.
    pub fn reasoning(&mut self, text: &str) {
        // An item of Responses is not opened again, so reasoning after the first text or call is left out there.
        if text.is_empty() || self.spec.responses && self.has_items() && self.spec.stream {
            return;
        }
        if self.spec.stream {
            text.clone_into(&mut self.reasoning_piece);
            self.begin();
            match self.spec.responses {
                true => self.responses_reasoning(),
                false => self.fill(chat::REASONING),
            }
        }
        // Where nothing repeats it, one piece says that there was reasoning.
        if self.repeats() || self.reasoning.is_empty() {
            self.kept_bytes += text.len();
            self.reasoning.push_str(text);
        }
    }

    /// A run of a tool call's arguments. `done`: these are all of its arguments once more.
    pub fn tool_call(&mut self, call: &ToolCall, arguments: &str, done: bool) {
        let &ToolCall { index, ref id, ref name } = call;
        // Calls begin in the order of their indices, and there may be a million of them.
        let found = self.calls.binary_search_by_key(&index, |call| call.index);
        let is_new = found.is_err();
        self.call = found.unwrap_or_else(|at| at);
        if is_new {
            self.kept_bytes += size_of::<EncodedCall>() + id.len() + name.len();
            let call = EncodedCall { index, id: id.clone(), name: name.clone(), ..EncodedCall::default() };
            self.calls.insert(self.call, call);
        }
        // The whole call repeats its pieces, if there were any.
        arguments.clone_into(&mut self.call_piece);
        let call = &mut self.calls[self.call];
        if done && call.has_pieces {
            self.call_piece.clear();
        }
        call.has_pieces |= !arguments.is_empty();
        if self.repeats() {
            self.kept_bytes += self.call_piece.len();
            self.calls[self.call].arguments.push_str(&self.call_piece);
        }
        if self.spec.stream {
            self.begin();
            match self.spec.responses {
                true => self.responses_call(is_new, done),
                false if is_new => self.fill(chat::CALL),
                false if self.call_piece.is_empty() => {}
                false => self.fill(chat::ARGUMENTS),
            }
        }
    }

    /// Any other event.
    pub fn event(&mut self, event: &Event) {
        match event {
            // A stream cannot take back what it has sent; an answer in one piece has sent nothing yet.
            Event::Replace(text) if !self.spec.stream => {
                self.kept_bytes += text.len();
                self.text.clone_from(text);
            }
            Event::Usage(usage) => self.usage = usage.clone(),
            Event::Logprobs(logprobs) if !self.spec.responses => self.add_logprobs(logprobs),
            Event::Finish { reason: finish, .. } => {
                self.flush_logprobs();
                if self.spec.stream {
                    self.begin();
                }
                self.finish = Some(*finish);
                self.end();
            }
            _ => {}
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
        self.around_text.is_some() || !self.text.is_empty() || !self.reasoning.is_empty() || !self.calls.is_empty()
    }

    fn has_items(&self) -> bool {
        self.message_at.is_some() || !self.calls.is_empty()
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.began, true) {
            match self.spec.responses {
                true => self.responses_begin(),
                false => self.fill(chat::BEGIN),
            }
        }
    }

    fn around_text(&mut self) -> (String, String) {
        if let Some(around) = self.around_text.take() {
            return around;
        }
        if self.spec.responses {
            self.responses_begin_message();
        }
        let [before, behind] = if self.spec.responses { responses::TEXT } else { chat::TEXT };
        (self.filled(before), self.filled(behind))
    }

    fn end(&mut self) {
        if !self.has_items() {
            self.message_at = Some(0);
        }
        match (self.spec.responses, self.spec.stream) {
            (true, true) => self.responses_end(),
            (true, false) => self.fill(responses::RESPONSE),
            (false, true) => self.chat_end(),
            (false, false) => self.fill(chat::COMPLETION),
        }
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
        let Encoder { spec, out, usage, calls, call, message_at, .. } = self;
        let at_hand = calls.get(*call);
        let reasoning_items = u64::from(!self.reasoning.is_empty());
        let [input, output] = [usage.input, usage.output].map(Option::unwrap_or_default);
        let number = match hole {
            hole::ID => return quote(&spec.id, out),
            hole::MODEL => return quote(&spec.model, out),
            hole::TEXT => return quote(&self.text, out),
            hole::REASONING => return quote(&self.reasoning, out),
            hole::REASONING_PIECE => return quote(&self.reasoning_piece, out),
            hole::CALL_ID => return quote(at_hand.map_or("", |call| &call.id), out),
            hole::CALL_NAME => return quote(at_hand.map_or("", |call| &call.name), out),
            hole::CALL_ARGUMENTS => return quote(at_hand.map_or("", |call| &call.arguments), out),
            hole::CALL_PIECE => return quote(&self.call_piece, out),
            hole::LOGPROBS if !self.logprobs.is_empty() => {
                out.push_str(&std::mem::take(&mut self.logprobs).to_json());
                return;
            }
            hole::CALL_INDEX => *call as u64,
            hole::MESSAGE_PLACE => reasoning_items + message_at.unwrap_or_default() as u64,
            hole::CALL_PLACE => reasoning_items + *call as u64 + u64::from(message_at.is_some_and(|at| at <= *call)),
            // Only the counts of the service are sent. A count that it does not report is 0, never an estimate.
            hole::INPUT_TOKENS => input,
            hole::OUTPUT_TOKENS => output,
            hole::TOTAL_TOKENS => usage.total.unwrap_or(input + output),
            hole::CACHED_TOKENS => usage.cached_input.unwrap_or_default(),
            hole::REASONING_TOKENS => usage.reasoning.unwrap_or_default(),
            hole::CREATED => spec.created,
            hole::SEQUENCE_NUMBER => self.sequence,
            _ => return self.fill_with_template(hole),
        };
        out.push_str(&decimal(number));
    }

    /// Fills a hole with another template, a word, or nothing.
    fn fill_with_template(&mut self, hole: u8) {
        let is_over = self.finish.is_some();
        let template = match hole {
            hole::NO_USAGE_YET if self.spec.include_usage => r#","usage":null"#,
            hole::REASONING_CONTENT if !self.reasoning.is_empty() => template!(r#","reasoning_content":$reasoning"#),
            hole::INPUT_DETAILS if self.usage.cached_input.is_some() => {
                template!(r#","prompt_tokens_details":{"cached_tokens":$cached_tokens}"#)
            }
            hole::OUTPUT_DETAILS if self.usage.reasoning.is_some() => {
                template!(r#","completion_tokens_details":{"reasoning_tokens":$reasoning_tokens}"#)
            }
            hole::USAGE_UNKNOWN if self.usage == Usage::default() => r#","x_usage_unknown":true"#,
            hole::FINISH_REASON => chat::finish_reason(self.finish),
            hole::STATUS => responses::status(self.finish),
            hole::INCOMPLETE_DETAILS => responses::incomplete_details(self.finish),
            hole::OUTPUT_ITEMS if is_over => return self.fill_items(),
            hole::LOGPROBS if self.logprobs.is_empty() => "null",
            hole::CONTENT if self.text.is_empty() && !self.calls.is_empty() => "null",
            hole::CONTENT => template!("$text"),
            hole::TOOL_CALLS if !self.calls.is_empty() => template!(r#","tool_calls":[$output_items]"#),
            hole::CALL_ITEM if self.spec.responses => responses::CALL_ITEM,
            hole::CALL_ITEM => chat::CALL_ITEM,
            hole::USAGE if !self.spec.responses => chat::COUNTS,
            hole::USAGE if is_over => responses::USAGE,
            hole::USAGE => "null",
            hole::RESPONSE => responses::RESPONSE,
            hole::MESSAGE_ITEM => responses::MESSAGE_ITEM,
            hole::REASONING_ITEM => responses::REASONING_ITEM,
            hole::TEXT_PART => responses::TEXT_PART,
            hole::SUMMARY_PART => responses::SUMMARY_PART,
            _ => "",
        };
        self.fill(template);
    }

    /// Fills in the output items of a response, or the tool calls of a completion.
    fn fill_items(&mut self) {
        let mut separator = "";
        let mut item = |this: &mut Encoder, template| {
            this.out.push_str(std::mem::replace(&mut separator, ","));
            this.fill(template);
        };
        let responses = self.spec.responses;
        if responses && !self.reasoning.is_empty() {
            item(self, responses::REASONING_ITEM);
        }
        for call in 0..=self.calls.len() {
            self.call = call;
            if responses && self.message_at == Some(call) {
                item(self, responses::MESSAGE_ITEM);
            }
            if call < self.calls.len() {
                item(self, template!("$call_item"));
            }
        }
    }
}
