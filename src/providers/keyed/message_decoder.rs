//! One turn of a model, put together from what the frames of a service tell of it.

use std::rc::Rc;

use super::Dialect;
use super::errors::{explained, is_error, told};
use crate::chat::{Event, Finish, Result, ToolCall, Usage, larger};
use crate::exchange::{Decode, EMPTY, Next, Out, Progress, Step, cut_off};
use crate::http::{Answer, Head};
use crate::json::{self, Halves, Map, Value};
use crate::options::Call;
use crate::text::join;

pub struct Turn {
    dialect: &'static Dialect,
    pub call: Rc<Call>,
    /// What of the call could not be had.
    warnings: Vec<&'static str>,
    /// Of the frame at hand; see [`crate::json`].
    mended: bool,
    /// The frame at hand said more than can be seen in [`Out`].
    noted: bool,
    tools: Vec<Tool>,
    /// Bytes of calls and thoughts that are kept until the end.
    pub kept: usize,
    usage: Map,
    finish: Option<Finish>,
    /// What an end means that no frame gave a reason for.
    pub usual_finish: Option<Finish>,
    refused: bool,
    drew: bool,
    /// No frame after this one counts.
    pub over: bool,
    /// What the service wants to see again with the next turn.
    pub conversation: Map,
    /// Blocks that the protocol puts together.
    pub blocks: Vec<Value>,
}

/// Services have a dozen. More is no use to anybody, and each is compared with those before it.
const MAX_COUNTS: usize = 64;

#[derive(Default)]
struct Tool {
    /// The service's number for it.
    number: u64,
    call: Rc<ToolCall>,
    arguments: String,
    halves: Halves,
}

impl Turn {
    pub fn new(dialect: &'static Dialect, call: Rc<Call>, conversation: Map, warnings: Vec<&'static str>) -> Turn {
        Turn {
            dialect,
            conversation,
            call,
            warnings,
            mended: false,
            noted: false,
            tools: Vec::new(),
            kept: 0,
            usage: Map::new(),
            finish: None,
            usual_finish: None,
            refused: false,
            drew: false,
            over: false,
            blocks: Vec::new(),
        }
    }

    pub fn text(&mut self, piece: &str, out: &mut Out) {
        out.text(piece, self.mended);
    }

    /// Returns what came of it.
    pub fn think<'a>(&mut self, piece: &str, out: &'a mut Out) -> &'a str {
        out.think(piece, self.mended)
    }

    /// The model says no, in words: they are the answer.
    pub fn refuse(&mut self, words: &str, out: &mut Out) {
        self.refused |= !words.is_empty();
        self.text(words, out);
    }

    pub fn draw(&mut self, url: String, out: &mut Out) {
        self.drew = true;
        out.event(Event::Image(url));
    }

    /// A piece of a call of a tool. Without number and id it belongs to the last one.
    pub fn call(&mut self, number: Option<u64>, id: &str, name: &str, arguments: &str, out: &mut Out) {
        let same = |tool: &Tool| match number {
            Some(number) => tool.number == number,
            None => id.is_empty() || tool.call.id == id,
        };
        let known = self.tools.iter().rposition(same).filter(|&at| !self.tools[at].is_before(id, name));
        let at = known.unwrap_or_else(|| {
            let number = number.unwrap_or(self.tools.len() as u64);
            let call = Rc::new(ToolCall { index: self.tools.len(), ..ToolCall::default() });
            self.tools.push(Tool { number, call, ..Tool::default() });
            self.kept += size_of::<Tool>() + id.len() + name.len();
            self.tools.len() - 1
        });
        let tool = &mut self.tools[at];
        let tells = tool.learn(id, name) || known.is_none();
        // The same bytes may begin another call next time.
        self.noted |= tool.is_other(id, name);
        let mut piece = String::new();
        tool.halves.push(arguments, self.mended, &mut piece);
        tool.arguments.push_str(&piece);
        self.kept += piece.len();
        if tells || !piece.is_empty() {
            out.call(&tool.call, &piece);
        }
    }

    /// A call in one piece, of a service that may give it no id. Returns the id.
    pub fn whole_call(&mut self, id: &str, name: &str, arguments: &str, out: &mut Out) -> String {
        let number = self.tools.len() as u64;
        let id = match id {
            "" => join(&["call_", &self.call.random_id(24, number)]),
            id => id.to_owned(),
        };
        self.call(Some(number), &id, name, arguments, out);
        id
    }

    /// So far, of the call with this number, if it began.
    pub fn arguments(&self, number: u64) -> Option<&str> {
        self.tools.iter().find(|tool| tool.number == number).map(|tool| tool.arguments.as_str())
    }

    /// Counts that come in parts add up; of those that come again the last ones are true.
    pub fn usage(&mut self, raw: Option<&Value>) {
        if let Some(Value::Object(raw)) = raw {
            self.noted = true;
            for (key, value) in raw.iter().take(MAX_COUNTS).filter(|(_, value)| !value.is_null()) {
                if self.usage.contains_key(key) || self.usage.keys().count() < MAX_COUNTS {
                    self.usage.insert(key, value.clone());
                }
            }
        }
    }

    /// The service's word for the end. It may stand on each frame, and empty.
    pub fn finish(&mut self, word: &str) {
        if !word.is_empty() {
            self.finish = Some(Finish::from_word(word));
            self.noted = true;
        }
    }

    /// The frame holds another answer, too: where the text of this one lies is not plain to see.
    pub fn pass_over(&mut self) {
        self.noted = true;
    }

    fn close(&mut self, out: &mut Out) {
        out.finish_text();
        if !out.any_text() && self.tools.is_empty() && !self.drew {
            out.warn(EMPTY);
        }
        for tool in &mut self.tools {
            let mut arguments = std::mem::take(&mut tool.arguments);
            tool.halves.finish(&mut arguments);
            out.event(Event::ToolCall { call: tool.call.clone(), arguments: arguments.as_str().into(), done: true });
        }
        if !self.usage.is_empty() {
            let usage = Usage::from_json(&std::mem::take(&mut self.usage).into());
            usage.into_iter().for_each(|usage| out.event(Event::Usage(usage)));
        }
        let finish = match self.finish.or(self.usual_finish) {
            _ if self.refused => Finish::ContentFilter,
            // Gemini says `stop`, too, where tools are to be called.
            None | Some(Finish::Stop) if !self.tools.is_empty() => Finish::ToolCalls,
            finish => finish.unwrap_or(Finish::Unknown),
        };
        out.finish(std::mem::take(&mut self.conversation), finish);
    }
}

impl Tool {
    /// Whether that was news.
    fn learn(&mut self, id: &str, name: &str) -> bool {
        let (learns_id, learns_name) =
            (self.call.id.is_empty() && !id.is_empty(), self.call.name.is_empty() && !name.is_empty());
        if learns_id {
            Rc::make_mut(&mut self.call).id = id.to_owned();
        }
        if learns_name {
            Rc::make_mut(&mut self.call).name = name.to_owned();
        }
        learns_id || learns_name
    }

    /// Whether this call is over and the piece with this id and name begins another one. Some relays give all calls the same
    /// number, and some services make an id of its own for each piece: only the arguments tell.
    fn is_before(&self, id: &str, name: &str) -> bool {
        self.is_other(id, name) && self.arguments.ends_with('}') && json::parse(self.arguments.as_bytes()).is_ok()
    }

    fn is_other(&self, id: &str, name: &str) -> bool {
        !id.is_empty() && !name.is_empty() && id != self.call.id
    }
}

impl Decode for Turn {
    fn head(&mut self, _: &Head, out: &mut Out) {
        self.warnings.drain(..).for_each(|words| out.warn(words));
    }

    fn text_path(&self) -> &'static [&'static str] {
        self.dialect.text_path
    }

    fn thought_paths(&self) -> &'static [&'static [&'static str]] {
        self.dialect.thought_paths
    }

    fn arguments_path(&self) -> &'static [&'static str] {
        self.dialect.arguments_path
    }

    /// The last one: the same bytes might mean another one as soon as there is another one.
    fn calling(&self, limit: usize) -> Option<(Rc<ToolCall>, usize)> {
        let tool = self.tools.last().filter(|tool| !tool.halves.is_waiting())?;
        Some((tool.call.clone(), limit.saturating_sub(self.kept)))
    }

    fn called(&mut self, arguments: &str) {
        self.kept += arguments.len();
        self.tools.last_mut().into_iter().for_each(|tool| tool.arguments.push_str(arguments));
    }

    fn varying(&self) -> &'static [&'static str] {
        &["sequence_number", "obfuscation", "created_at"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        match data.trim_ascii() {
            b"[DONE]" => {
                self.close(out);
                return Ok(Progress::Done);
            }
            // A keep-alive.
            b"" => return Ok(Progress::More),
            _ => {}
        }
        let is_known = event.is_empty() || self.dialect.events.iter().any(|known| event.starts_with(known));
        let parsed = match json::parse(data) {
            Err(_) if !is_known => return Ok(Progress::More),
            parsed => parsed?,
        };
        if event == "error" || is_error(&parsed.value) {
            return Err(told(&parsed.value, data));
        }
        (self.mended, self.noted) = (parsed.mended, false);
        (self.dialect.frame)(self, &parsed.value, out)?;
        if self.kept > out.limit {
            return Err(larger("what the reply says in calls of tools and thoughts", out.limit));
        }
        if self.over {
            self.close(out);
            return Ok(Progress::Done);
        }
        Ok(if self.noted { Progress::Noted } else { Progress::More })
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        let parsed = answer.json()?;
        self.mended = parsed.mended;
        if is_error(&parsed.value) || !(self.dialect.whole)(self, &parsed.value, out)? {
            return Err(told(&parsed.value, &answer.body));
        }
        self.close(out);
        Ok(Next::Over)
    }

    fn refused(&mut self, answer: &Answer, _: &mut Out) -> Result<Step> {
        Err(explained(answer.refusal(), &answer.value()))
    }

    /// Some services end by closing.
    fn end(&mut self, out: &mut Out) -> Result<()> {
        if self.finish.is_none() {
            return Err(cut_off());
        }
        self.close(out);
        Ok(())
    }
}

/// The string at `key`, or nothing.
#[inline(never)]
pub fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.text(key).unwrap_or_default()
}

/// The arguments of a call that come as an object.
pub fn object_as_json(arguments: Option<&Value>) -> String {
    arguments.filter(|given| given.is_object()).map_or("{}".to_owned(), Value::to_json)
}
