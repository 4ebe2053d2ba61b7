//! A small protocol for tests of the engine: `text:` frames, a JSON form of them, and a decoder that keeps a diary.

use std::cell::RefCell;
use std::rc::Rc;

use rivulet::chat::{Code, Error, Finish, Result};
use rivulet::exchange::{Decode, EventQueue, Exchange, FrameOutcome, Operation, Transition};
use rivulet::frame::Framing;
use rivulet::http::{Request, Response};
use rivulet::json::{self, Map, Value};

use super::drive::{self, Played, Reply};

pub const URL: &str = "https://chat.example/say";

/// Frames are `{"say": text}`, `{"note": text}`, `{"fail": words}` and `{"over": true}`; what has none of these keys is an
/// unknown frame.
#[derive(Default)]
pub struct Toy {
    pub scanned: bool,
    /// Gives out another text than the one that lies in the frame.
    pub loud: bool,
    /// Ends by closing, as some protocols do.
    pub closes: bool,
    /// Has something to say about refusals.
    pub sulks: bool,
    pub diary: Rc<RefCell<Vec<String>>>,
}

impl Decode for Toy {
    fn text_path(&self) -> &'static [&'static str] {
        if self.scanned { &["say"] } else { &[] }
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut EventQueue) -> Result<FrameOutcome> {
        self.diary.borrow_mut().push(event.to_owned());
        if event == "ping" {
            return Ok(FrameOutcome::More);
        }
        let parsed = json::parse(data)?;
        let text = |key: &str| parsed.value.get(key).and_then(Value::as_str);
        if let Some(say) = text("say") {
            let shouted = say.to_uppercase();
            out.text(if self.loud { &shouted } else { say }, parsed.has_lone_surrogates);
        }
        if let Some(note) = text("note") {
            out.reasoning(note, parsed.has_lone_surrogates);
        }
        if let Some(words) = text("fail") {
            return Err(Error::new(Code::Service, words));
        }
        if parsed.value.get("over").is_some() {
            out.finish(Map::new(), Finish::Stop);
            return Ok(FrameOutcome::Done);
        }
        Ok(FrameOutcome::More)
    }

    fn json_response(&mut self, answer: &Response, out: &mut EventQueue) -> Result<Transition> {
        let parsed = answer.json()?;
        out.text(parsed.value.get("say").and_then(Value::as_str).unwrap_or_default(), parsed.has_lone_surrogates);
        out.finish(Map::new(), Finish::Stop);
        Ok(Transition::Over)
    }

    fn error_response(&mut self, answer: &Response, out: &mut EventQueue) -> Result<Operation> {
        if self.sulks {
            out.warn(format!("status {}", answer.head.status));
        }
        match answer.head.status {
            419 if self.sulks => Ok(stream(Toy::default())),
            420 if self.sulks => Err(Error::new(Code::Nonce, "calm down")),
            _ => Err(answer.status_error()),
        }
    }

    fn end(&mut self, out: &mut EventQueue) -> Result<()> {
        if self.closes {
            out.finish(Map::new(), Finish::Unknown);
            return Ok(());
        }
        Err(Error::new(Code::Truncated, "cut off"))
    }
}

pub fn stream(toy: Toy) -> Operation {
    Operation::stream(Request::post(URL), Framing::Sse, toy)
}

/// One stream against one answer.
pub fn answered(reply: Reply) -> Played {
    within(reply, 1 << 20)
}

pub fn within(reply: Reply, limit: usize) -> Played {
    drive::play(Exchange::new(Ok(stream(Toy::default())), limit), |_, _| reply.clone())
}

/// FrameDecoder as a body.
pub fn frames(data: &[&str]) -> String {
    data.iter().map(|data| format!("data: {data}\n\n")).collect()
}
