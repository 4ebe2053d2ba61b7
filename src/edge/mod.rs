//! The other side of the tongue: requests of OpenAI's API become calls, events of a reply become what that API answers.
//!
//! Shapes are those that real clients take (`openai`, AI SDK, xsai), field for field: Chat Completions and Responses as of
//! the API's reference of 2026. They stand as templates in `chat.rs` and `responses.rs`, whose holes (`Encoder::hole`)
//! are filled from what is known by then. Nothing of a reply's text can end a frame: it is always inside a JSON string, in
//! which line ends are escaped.

mod chat;
pub mod request;
mod responses;

use crate::chat::{Event, Finish, ToolCall, Usage};
use crate::json::{Value, quote};
use crate::text::{cut, decimal};

/// What an answer is and what stands in each part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub responses: bool,
    pub stream: bool,
    pub include_usage: bool,
    pub id: String,
    /// The name that the client asked for.
    pub model: String,
    /// Seconds since 1970.
    pub created: u64,
}

impl Answer {
    pub fn read(given: &Value) -> Answer {
        let text = |key| given.text(key).unwrap_or_default().to_owned();
        Answer {
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
    answer: Answer,
    out: String,
    began: bool,
    /// What stands before and after the text of a text frame; made when the first one comes.
    around_text: Option<(String, String)>,
    /// All text so far, for the frames that repeat it.
    text: String,
    reasoning: String,
    /// What was thought last.
    thought: String,
    calls: Vec<Call>,
    /// Which of them the holes are about.
    call: usize,
    /// What came last of its arguments.
    piece: String,
    /// How many calls had begun when the text did: the place of its item among theirs.
    message_at: Option<usize>,
    usage: Usage,
    finish: Option<Finish>,
    /// Frames of Responses are numbered.
    sequence: u64,
}

/// Of a tool.
#[derive(Default)]
struct Call {
    index: usize,
    id: String,
    name: String,
    arguments: String,
}

impl Encoder {
    pub fn new(answer: Answer) -> Encoder {
        Encoder {
            answer,
            out: String::new(),
            began: false,
            around_text: None,
            text: String::new(),
            reasoning: String::new(),
            thought: String::new(),
            calls: Vec::new(),
            call: 0,
            piece: String::new(),
            message_at: None,
            usage: Usage::default(),
            finish: None,
            sequence: 0,
        }
    }

    /// Hands on what is ready to be sent, with the number of the next event.
    pub fn take(&mut self, to: impl FnOnce(&[u8], u64)) {
        if !self.out.is_empty() {
            to(self.out.as_bytes(), self.sequence);
            self.out.clear();
        }
    }

    /// What came in one network chunk goes on as one frame: nobody could have seen its pieces apart.
    pub fn text(&mut self, text: &str) {
        let responses = self.answer.responses;
        self.message_at.get_or_insert(self.calls.len());
        if responses || !self.answer.stream {
            self.text.push_str(text);
        }
        if !self.answer.stream {
            return;
        }
        self.begin();
        let (before, after) = self.text_frame();
        self.out.push_str(&before);
        quote(text, &mut self.out);
        self.out.push_str(&after);
        if responses {
            self.end_event();
        }
        self.around_text = Some((before, after));
    }

    /// The same of what the model thinks.
    pub fn thought(&mut self, text: &str) {
        // An item of Responses is not opened again: what is thought behind the first text or call is left out there.
        if text.is_empty() || self.answer.responses && self.has_items() && self.answer.stream {
            return;
        }
        if self.answer.stream {
            text.clone_into(&mut self.thought);
            self.begin();
            match self.answer.responses {
                true => self.responses_thought(),
                false => self.fill(chat::THOUGHT),
            }
        }
        self.reasoning.push_str(text);
    }

    /// And of a call's arguments. `done`: they are the whole of them, again.
    pub fn call(&mut self, call: &ToolCall, arguments: &str, done: bool) {
        let &ToolCall { index, ref id, ref name } = call;
        let known = self.calls.iter().position(|call| call.index == index);
        self.call = known.unwrap_or(self.calls.len());
        if known.is_none() {
            self.calls.push(Call { index, id: id.clone(), name: name.clone(), ..Call::default() });
        }
        // The whole call repeats its pieces, if there were any.
        arguments.clone_into(&mut self.piece);
        if known.is_some() && done {
            self.piece.clear();
        }
        self.calls[self.call].arguments.push_str(&self.piece);
        if self.answer.stream {
            self.begin();
            match self.answer.responses {
                true => self.responses_call(known.is_none(), done),
                false if known.is_none() => self.fill(chat::CALL),
                false if self.piece.is_empty() => {}
                false => self.fill(chat::ARGUMENTS),
            }
        }
    }

    pub fn event(&mut self, event: &Event) {
        match event {
            // A stream cannot take back what it has sent; an answer in one piece has sent nothing yet.
            Event::Replace(text) if !self.answer.stream => self.text.clone_from(text),
            Event::Usage(usage) => self.usage = usage.clone(),
            Event::Finish(finish) => {
                if self.answer.stream {
                    self.begin();
                }
                self.finish = Some(*finish);
                self.end();
            }
            _ => {}
        }
    }

    /// Text, thought or call came: more than the frames that every answer has.
    pub fn has_content(&self) -> bool {
        self.around_text.is_some() || !self.text.is_empty() || !self.reasoning.is_empty() || !self.calls.is_empty()
    }

    fn has_items(&self) -> bool {
        self.message_at.is_some() || !self.calls.is_empty()
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.began, true) {
            match self.answer.responses {
                true => self.responses_begin(),
                false => self.fill(chat::BEGIN),
            }
        }
    }

    fn text_frame(&mut self) -> (String, String) {
        if let Some(around) = self.around_text.take() {
            return around;
        }
        if self.answer.responses {
            self.responses_begin_message();
        }
        let [before, after] = if self.answer.responses { responses::TEXT } else { chat::TEXT };
        (self.filled(before), self.filled(after))
    }

    fn end(&mut self) {
        if !self.has_items() {
            self.message_at = Some(0);
        }
        match (self.answer.responses, self.answer.stream) {
            (true, true) => self.responses_end(),
            (true, false) => self.fill(responses::RESPONSE),
            (false, true) => self.chat_end(),
            (false, false) => self.fill(chat::WHOLE),
        }
    }

    /// Appends a template. A `$` and a letter are a hole.
    fn fill(&mut self, template: &'static str) {
        let (before, mut rest) = cut(template, b"$");
        self.out.push_str(before);
        while let Some(&hole) = rest.as_bytes().get(1) {
            self.hole(hole);
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

    fn hole(&mut self, hole: u8) {
        let Encoder { answer, out, usage, calls, call, message_at, .. } = self;
        let called = calls.get(*call);
        let thoughts = u64::from(!self.reasoning.is_empty());
        let [prompt, completion] = [usage.prompt, usage.completion].map(Option::unwrap_or_default);
        let number = match hole {
            b'd' => return quote(&answer.id, out),
            b'm' => return quote(&answer.model, out),
            b't' => return quote(&self.text, out),
            b'r' => return quote(&self.reasoning, out),
            b'h' => return quote(&self.thought, out),
            b'x' => return quote(called.map_or("", |call| &call.id), out),
            b'n' => return quote(called.map_or("", |call| &call.name), out),
            b'a' => return quote(called.map_or("", |call| &call.arguments), out),
            b'p' => return quote(&self.piece, out),
            b'i' => *call as u64,
            // Places among the items of Responses, of the message and of the call.
            b'N' => thoughts + message_at.unwrap_or_default() as u64,
            b'J' => thoughts + *call as u64 + u64::from(message_at.is_some_and(|at| at <= *call)),
            // The service's own count; what it does not tell is 0, never guessed.
            b'1' => prompt,
            b'2' => completion,
            b'3' => usage.total.unwrap_or(prompt + completion),
            b'c' => answer.created,
            b'q' => self.sequence,
            _ => return self.piece_of(hole),
        };
        out.push_str(&decimal(number));
    }

    /// Holes that are other templates, or words.
    fn piece_of(&mut self, hole: u8) {
        let is_over = self.finish.is_some();
        let has_reasoning = !self.reasoning.is_empty();
        let template = match hole {
            b'U' if self.answer.include_usage => r#","usage":null"#,
            b'V' if has_reasoning => r#","reasoning_content":$r"#,
            b'K' if self.usage == Usage::default() => r#","x_usage_unknown":true"#,
            b'F' => chat::reason(self.finish),
            b'S' => responses::status(self.finish),
            b'I' => responses::incomplete(self.finish),
            b'O' if is_over => return self.items(),
            b'C' if self.text.is_empty() && !self.calls.is_empty() => "null",
            b'C' => "$t",
            b'L' if !self.calls.is_empty() => r#","tool_calls":[$O]"#,
            b'E' if self.answer.responses => responses::CALL,
            b'E' => chat::WHOLE_CALL,
            b'G' if is_over => responses::USAGE,
            b'G' => "null",
            b'R' => responses::RESPONSE,
            b'M' => responses::MESSAGE,
            b'Q' => responses::REASONING,
            b'T' => responses::TEXT_PART,
            b'P' => responses::SUMMARY_PART,
            _ => "",
        };
        self.fill(template);
    }

    /// Of an answer of Responses; of a completion only the calls are such.
    fn items(&mut self) {
        let mut separator = "";
        let mut item = |this: &mut Encoder, template| {
            this.out.push_str(std::mem::replace(&mut separator, ","));
            this.fill(template);
        };
        let responses = self.answer.responses;
        if responses && !self.reasoning.is_empty() {
            item(self, "$Q");
        }
        for call in 0..=self.calls.len() {
            self.call = call;
            if responses && self.message_at == Some(call) {
                item(self, "$M");
            }
            if call < self.calls.len() {
                item(self, "$E");
            }
        }
    }
}
