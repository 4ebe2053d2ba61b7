//! The other side of the tongue: requests of OpenAI's API become calls, events of a reply become what that API answers.
//!
//! Shapes are those that real clients take (`openai`, AI SDK, xsai), field for field: Chat Completions and Responses as of
//! the API's reference of 2026. They stand as templates in `chat.rs` and `responses.rs`, whose holes (`Encoder::hole`)
//! are filled from what is known by then. Nothing of a reply's text can end a frame: it is always inside a JSON string, in
//! which line ends are escaped.

mod chat;
pub mod request;
mod responses;

use crate::chat::{Event, Finish, Usage};
use crate::text::{cut, decimal};
use crate::value::{Value, quote};

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
            created: given.get("created").and_then(Value::as_u64).unwrap_or_default(),
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
    usage: Usage,
    finish: Option<Finish>,
    /// Frames of Responses are numbered.
    sequence: u64,
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

    pub fn event(&mut self, event: &Event) {
        match event {
            // An item of Responses is not opened again: what is thought behind the first text is left out there.
            Event::Reasoning(_) if self.answer.responses && self.around_text.is_some() => {}
            Event::Reasoning(text) => {
                self.thought.clone_from(text);
                if self.answer.stream {
                    self.begin();
                    self.think();
                }
                self.reasoning.push_str(text);
            }
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

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.began, true) {
            match self.answer.responses {
                true => self.responses_begin(),
                false => self.fill(chat::BEGIN),
            }
        }
    }

    fn think(&mut self) {
        match self.answer.responses {
            true => self.responses_thought(),
            false => self.fill(chat::THOUGHT),
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
        let Encoder { answer, out, usage, .. } = self;
        let [prompt, completion] = [usage.prompt, usage.completion].map(Option::unwrap_or_default);
        let number = match hole {
            b'd' => return quote(&answer.id, out),
            b'm' => return quote(&answer.model, out),
            b't' => return quote(&self.text, out),
            b'r' => return quote(&self.reasoning, out),
            b'h' => return quote(&self.thought, out),
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
            b'N' if has_reasoning => "1",
            b'N' => "0",
            b'O' if is_over && has_reasoning => "$Q,$M",
            b'O' if is_over => "$M",
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
}
