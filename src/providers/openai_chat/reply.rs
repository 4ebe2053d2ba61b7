//! The answer, in pieces or in one (F2 to F4).

use crate::chat::{Event, Finish, Usage};
use crate::error::{Code, Error, Result};
use crate::http::{Answer, Head};
use crate::json::{self, Halves, Parsed};
use crate::out::{EMPTY, Out};
use crate::step::{Decode, Next, Progress, Step, cut_off};
use crate::text::number;
use crate::value::{Map, Value};
use crate::words::{self, code_of};

#[derive(Default)]
pub struct Reply {
    thought: Halves,
    tools: Vec<Tool>,
    usage: Option<Usage>,
    finish: Option<Finish>,
    refused: bool,
}

#[derive(Default)]
struct Tool {
    index: u64,
    id: String,
    name: String,
    arguments: String,
    halves: Halves,
}

impl Decode for Reply {
    fn text_path(&self) -> &'static [&'static str] {
        &["choices", "0", "delta", "content"]
    }

    fn frame(&mut self, event: &str, data: &[u8], out: &mut Out) -> Result<Progress> {
        match data.trim_ascii() {
            b"[DONE]" => {
                self.finish(out);
                return Ok(Progress::Done);
            }
            // A keep-alive.
            b"" => return Ok(Progress::More),
            _ => {}
        }
        let Parsed { value, mended } = match json::parse(data) {
            Err(_) if !matches!(event, "" | "message" | "error") => return Ok(Progress::More),
            parsed => parsed?,
        };
        if event == "error" || is_error(&value) {
            return Err(told(&value, data));
        }
        Ok(if self.take(&value, "delta", mended, out) { Progress::Noted } else { Progress::More })
    }

    fn whole(&mut self, answer: &Answer, out: &mut Out) -> Result<Next> {
        let Parsed { value, mended } = answer.json()?;
        if value.list("choices").is_empty() || is_error(&value) {
            return Err(told(&value, &answer.body));
        }
        self.take(&value, "message", mended, out);
        self.finish(out);
        Ok(Next::Over)
    }

    fn refused(&mut self, answer: &Answer, _: &mut Out) -> Result<Step> {
        Err(explained(answer.refusal(), &answer.value()))
    }

    /// Some services leave `[DONE]` out.
    fn end(&mut self, out: &mut Out) -> Result<()> {
        if self.finish.is_none() {
            return Err(cut_off());
        }
        self.finish(out);
        Ok(())
    }
}

impl Reply {
    /// Whether there was more than can be seen in `out`.
    fn take(&mut self, value: &Value, key: &str, mended: bool, out: &mut Out) -> bool {
        let mut noted = false;
        for usage in [value.get("usage"), value.pointer("/x_groq/usage")] {
            if let Some(usage) = usage.and_then(Usage::from_json) {
                self.usage = Some(usage);
                noted = true;
            }
        }
        for choice in value.list("choices") {
            if choice.get("index").and_then(Value::as_u64).unwrap_or_default() != 0 {
                continue;
            }
            // It may stand on each chunk: the end is elsewhere.
            let reason = word(choice, "finish_reason");
            if !reason.is_empty() {
                self.finish = Some(Finish::from_word(reason));
                noted = true;
            }
            let Some(delta) = choice.get(key) else { continue };
            let thought = match word(delta, "reasoning_content") {
                "" => word(delta, "reasoning"),
                thought => thought,
            };
            self.think(thought, mended, out);
            match delta.get("content") {
                Some(Value::String(text)) => out.text(text, mended),
                Some(Value::Array(parts)) => {
                    for part in parts {
                        for thought in part.list("thinking") {
                            self.think(word(thought, "text"), mended, out);
                        }
                        out.text(word(part, "text"), mended);
                    }
                }
                _ => {}
            }
            let refusal = word(delta, "refusal");
            out.text(refusal, mended);
            self.refused |= !refusal.is_empty();
            for call in delta.list("tool_calls") {
                self.call(call, mended, out);
            }
        }
        noted
    }

    fn think(&mut self, piece: &str, mended: bool, out: &mut Out) {
        let mut text = String::new();
        self.thought.push(piece, mended, &mut text);
        if !text.is_empty() {
            out.event(Event::Reasoning(text));
        }
    }

    fn call(&mut self, call: &Value, mended: bool, out: &mut Out) {
        let none = Value::Null;
        let function = call.get("function").unwrap_or(&none);
        let id = word(call, "id");
        let index = call.get("index").and_then(Value::as_u64);
        let same = |tool: &Tool| match index {
            Some(index) => tool.index == index,
            None => id.is_empty() || tool.id == id,
        };
        // From the end: without index and id it is the last one.
        let at = self.tools.iter().rposition(same).unwrap_or_else(|| {
            let index = index.unwrap_or(self.tools.len() as u64);
            self.tools.push(Tool { index, ..Tool::default() });
            self.tools.len() - 1
        });
        let tool = &mut self.tools[at];
        for (known, told) in [(&mut tool.id, id), (&mut tool.name, word(function, "name"))] {
            if known.is_empty() {
                known.push_str(told);
            }
        }
        let mut piece = String::new();
        tool.halves.push(word(function, "arguments"), mended, &mut piece);
        tool.arguments.push_str(&piece);
        out.event(tool.event(piece, false));
    }

    fn finish(&mut self, out: &mut Out) {
        out.finish_text();
        if !out.any_text() && self.tools.is_empty() {
            out.warn(EMPTY);
        }
        for tool in &mut self.tools {
            let mut arguments = std::mem::take(&mut tool.arguments);
            tool.halves.finish(&mut arguments);
            out.event(tool.event(arguments, true));
        }
        if let Some(usage) = self.usage.take() {
            out.event(Event::Usage(usage));
        }
        let finish = match self.finish {
            _ if self.refused => Finish::ContentFilter,
            // Gemini says `stop`, too, where tools are to be called.
            None | Some(Finish::Stop) if !self.tools.is_empty() => Finish::ToolCalls,
            finish => finish.unwrap_or(Finish::Unknown),
        };
        out.finish(Map::new(), finish);
    }
}

impl Tool {
    fn event(&self, arguments: String, done: bool) -> Event {
        Event::ToolCall { index: self.index, id: self.id.clone(), name: self.name.clone(), arguments, done }
    }
}

#[inline(never)]
fn word<'a>(value: &'a Value, key: &str) -> &'a str {
    value.text(key).unwrap_or_default()
}

/// `"error": null` says that there is none.
fn is_error(value: &Value) -> bool {
    match value.get("error") {
        Some(Value::String(words)) => !words.is_empty(),
        Some(error) => error.is_object(),
        None => value.text("object") == Some("error"),
    }
}

/// An error inside a 200. Gateways put the status there that they would have answered with.
fn told(value: &Value, data: &[u8]) -> Error {
    let value = value.item(0).unwrap_or(value);
    let code = value.known("error").unwrap_or(value).id("code").unwrap_or_default();
    let error = match number(code, 10) {
        Some(status @ 400..600) => {
            let head = Head { status: status as u16, headers: Vec::new() };
            Answer { head, body: data.to_vec() }.refusal()
        }
        _ => {
            let words = words::error_words(value);
            Error::new(Code::Service, words.as_deref().unwrap_or("the service failed"))
        }
    };
    explained(error, value)
}

/// F4: what an error says of itself tells more than its status.
fn explained(mut error: Error, value: &Value) -> Error {
    const CODES: [(&str, Code); 10] = [
        ("insufficient_quota", Code::PaymentRequired),
        ("context", Code::Refused),
        ("content_filter", Code::Refused),
        ("content_policy", Code::Refused),
        ("model_not_found", Code::ModelNotFound),
        ("invalid_api_key", Code::Auth),
        ("authentication", Code::Auth),
        ("rate_limit", Code::RateLimited),
        ("overloaded", Code::Service),
        ("server_error", Code::Service),
    ];
    let value = value.item(0).unwrap_or(value);
    let body = value.known("error").unwrap_or(value);
    let known = ["code", "type"].iter().find_map(|key| code_of(body.text(key)?, &CODES));
    if let Some(code) = known {
        error.code = code;
        let may_heal = matches!(code, Code::RateLimited | Code::Service);
        error.retryable = may_heal && (error.retryable || error.status.is_none());
    }
    error
}
