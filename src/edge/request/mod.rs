//! Reads requests of the APIs that the edge serves, and makes options of a provider from them.

mod chat;
mod messages;
mod responses;
mod tools;

use super::spec::Api;
use super::tools::{ToolNames, known_name};
use crate::chat::{Error, Result};
use crate::json::{self, Map, Value};
use crate::text::{self, filled};
use tools::GivenTool;

/// Fields that all APIs of OpenAI have, and the options that they become.
const COMMON: &[(&str, &str)] =
    &[("temperature", "temperature"), ("top_p", "topP"), ("parallel_tool_calls", "parallelToolCalls")];

/// Fields that go unchanged to services that are compatible with OpenAI's API. The list is fixed: it has what changes
/// an answer, but nothing that changes its form, its price or who is informed of it. No other field of a client reaches
/// a service. `max_completion_tokens` becomes the option `maxTokens`, too: here it says which of the two names the client has for it.
const PASSED: &[&str] =
    &["frequency_penalty", "logit_bias", "max_completion_tokens", "prediction", "presence_penalty", "verbosity"];

/// Fields by which a client asks how likely the tokens were. Chat Completions have a place for the answer.
const LOGPROBS: &[&str] = &["logprobs", "top_logprobs"];

/// What a request becomes, while it is being read.
#[derive(Default)]
struct Reader {
    options: Map,
    /// The option `compatible`: fields that only services with OpenAI's API take.
    compatible: Map,
    /// The option `native`: fields that only the API of the request has.
    native: Map,
    warnings: Vec<Value>,
    tools: Vec<GivenTool>,
    /// The types of tools that are left out.
    left_out: Vec<String>,
    /// The ids of the calls in the conversation.
    ids: Vec<String>,
    is_legacy: bool,
    /// Whether the request has a list of tools, or is one of an API whose clients choose among none.
    had_tools: bool,
}

/// Reads the body of a request of this API. Returns `{ model, stream, options, warnings, spec }`: `options` are those of a provider,
/// `warnings` name fields that change what a model does and that no provider here passes on, and `spec` has what the answer depends on
/// (`includeUsage`, `isLegacy`, `stop`, `tools`, `knownIds`: see [`super::CompletionSpec::read`]).
///
/// # Errors
/// [`crate::chat::Code::Input`]: the body is not a JSON object, or a field is missing, of the wrong type, or asks for
/// something that the endpoint does not do. The message and `param` name the field.
pub fn read(body: &str, api: Api) -> Result<Map> {
    let mut body = parse(body).map_err(|_| Error::input("the body is not JSON that can be read"))?;
    let Value::Object(members) = &mut body else { return Err(Error::input("the body must be a JSON object")) };
    // What is null counts as not given.
    members.retain(|_, value| !value.is_null());
    let Some(model) = body.text("model").filter(|model| !model.is_empty()).map(str::to_owned) else {
        return Err(wrong("model", "you must provide a model parameter, a string that is not empty"));
    };
    let mut reader = Reader::default();
    let stream = flag(&body, "stream")?;
    let include_usage = match body.get("stream_options") {
        Some(options) => flag(options, "include_usage")?,
        None => false.into(),
    };
    reader.had_tools = api != Api::Chat || body.get("tools").is_some();
    match api {
        Api::Chat => reader.chat(&mut body)?,
        Api::Responses => reader.responses(&mut body)?,
        Api::Messages => reader.messages(&mut body)?,
        Api::Completions => reader.completions(&body)?,
    }
    let mut spec = Map::new();
    if let Some(Value::Array(words)) = reader.options.get("stop").filter(|_| api == Api::Messages)
        && let [Value::String(word)] = words.as_slice()
    {
        spec.insert_str("stop", word);
    }
    spec.insert("includeUsage", include_usage);
    if reader.is_legacy {
        spec.insert("isLegacy", true.into());
    }
    let names = reader.give_tools();
    if !names.is_empty() {
        spec.insert("tools", names.to_json());
    }
    if !reader.ids.is_empty() {
        let ids = text::sorted(reader.ids.iter().map(String::as_str));
        spec.insert("knownIds", ids.into_iter().map(|(id, _)| id.into()).collect::<Vec<_>>().into());
    }
    // A service with Responses gives away what it wants back of its reasoning only if it is asked to, and not of models that do not
    // reason.
    let effort = reader.options.get("reasoningEffort").or(reader.native.get("effort"));
    if api != Api::Responses && effort.is_some_and(|effort| effort.as_str() != Some("none")) {
        let include = json::fill_template(r#"{"include":["reasoning.encrypted_content"]}"#, &[]);
        reader.native.insert("responses", include);
    }
    for (key, members) in [("compatible", reader.compatible), ("native", reader.native)] {
        if !members.is_empty() {
            reader.options.insert(key, members.into());
        }
    }
    let mut wanted = Map::new();
    wanted.insert_str("model", &model);
    wanted.insert("stream", stream);
    wanted.insert("options", reader.options.into());
    wanted.insert("warnings", reader.warnings.into());
    wanted.insert("spec", spec.into());
    Ok(wanted)
}

impl Reader {
    fn warn(&mut self, template: &'static str, holes: &[&str]) {
        self.warnings.push(filled(template, holes).as_str().into());
    }

    /// Takes fields as options.
    fn take_options(&mut self, body: &Value, fields: &[(&str, &str)]) {
        for (theirs, ours) in fields {
            if let Some(value) = body.get(theirs) {
                self.options.insert(ours, value.clone());
            }
        }
    }

    /// Takes fields for services with OpenAI's API.
    fn take_compatible(&mut self, body: &Value, fields: &[&str]) {
        for key in fields {
            if let Some(value) = body.get(key) {
                self.compatible.insert(key, value.clone());
            }
        }
    }

    /// Warns of fields that change what a model does and that nothing stands for.
    fn leave_out(&mut self, body: &Value, fields: &[&str]) {
        for key in fields {
            if body.get(key).is_some() {
                self.warn("'$' was left out", &[key]);
            }
        }
    }

    /// Hands over the tools. Returns the client's names of those that are no plain functions.
    fn give_tools(&mut self) -> ToolNames {
        let (functions, names) = tools::distinct(std::mem::take(&mut self.tools), &mut self.warnings);
        if !self.left_out.is_empty() {
            let kinds = text::listed(&self.left_out, ", ");
            self.warn("a tool that is no function was left out ($)", &[&kinds]);
        }
        match functions.is_empty() {
            false => self.options.insert("tools", functions.into()),
            // Services refuse these without a tool. Where no tool was given at all, the provider tells.
            true if self.had_tools => {
                ["toolChoice", "parallelToolCalls"].iter().for_each(|key| self.options.remove(key));
            }
            true => {}
        }
        names
    }

    /// Notes the id of a call in the conversation.
    fn note_id(&mut self, id: &str) {
        self.ids.push(id.to_owned());
    }

    /// Reads a request of legacy Completions: the prompt is what the user says.
    fn completions(&mut self, body: &Value) -> Result<()> {
        let prompt = match body.get("prompt") {
            Some(Value::String(text)) => text.as_str(),
            Some(Value::Array(prompts)) => match prompts.as_slice() {
                [Value::String(text)] => text.as_str(),
                _ => return Err(wrong("prompt", "prompt must be a string: several prompts, or tokens, are not taken")),
            },
            _ => return Err(wrong("prompt", "prompt is missing: it must be a string")),
        };
        for &key in &["suffix", "echo", "best_of"] {
            let is_usual = |value: &Value| {
                value.as_bool() == Some(false) || value.as_str() == Some("") || value.as_u64() == Some(1)
            };
            if body.get(key).is_some_and(|value| !is_usual(value)) {
                return Err(wrong(key, &filled("$ is not possible: a chat model answers the prompt", &[key])));
            }
        }
        refuse_choices(body)?;
        self.options.insert("messages", vec![Value::from(message("user", prompt.into()))].into());
        self.take_options(body, &[("temperature", "temperature"), ("top_p", "topP"), ("max_tokens", "maxTokens")]);
        self.take_options(body, &[("stop", "stop"), ("seed", "seed")]);
        self.take_compatible(body, &["frequency_penalty", "logit_bias", "presence_penalty"]);
        // Their form of 2022 is another one than that of chats.
        self.leave_out(body, &["logprobs"]);
        Ok(())
    }
}

/// Refuses more than one choice.
fn refuse_choices(body: &Value) -> Result<()> {
    match body.get("n").is_some_and(|n| n.as_u64() != Some(1)) {
        true => Err(wrong("n", "n must be 1: one choice is all there is")),
        false => Ok(()),
    }
}

/// The error of a field.
fn wrong(field: &str, message: &str) -> Error {
    let mut error = Error::input(message);
    error.param = Some(field.to_owned());
    error
}

/// Reads JSON and puts U+FFFD in the place of half surrogate pairs, which clients send where they cut a text.
fn parse(body: &str) -> Result<Value> {
    let parsed = json::parse(body.as_bytes())?;
    if !parsed.has_lone_surrogates {
        return Ok(parsed.value);
    }
    let repaired = json::join_surrogates(&parsed.value.to_json(), true);
    Ok(json::parse(repaired.as_bytes())?.value)
}

fn flag(object: &Value, key: &str) -> Result<Value> {
    match object.non_null(key) {
        None => Ok(false.into()),
        Some(flag @ Value::Bool(_)) => Ok(flag.clone()),
        Some(_) => Err(wrong(key, &filled("$ must be true or false", &[key]))),
    }
}

/// Takes everything but its text and the mark of a cache from a part of text. Clients send parts back as answers have them, with
/// `annotations` and more, which strict services refuse.
fn keep_text(part: &mut Map) {
    part.retain(|key, _| ["type", "text", "cache_control"].contains(&key));
}

/// The effort that a budget of tokens for reasoning means, about.
fn effort_of(budget: u64) -> &'static str {
    match budget {
        0..4096 => "low",
        4096..16_384 => "medium",
        _ => "high",
    }
}

/// Gives a call of the conversation the name that the model has for its tool.
fn rename(function: &mut Map) {
    if let Some(name) = function.text("name").filter(|name| !name.is_empty()) {
        let known = known_name("", name);
        function.insert_str("name", &known);
    }
}

/// A message with this role and content.
fn message(role: &str, content: Value) -> Map {
    let mut message = Map::new();
    message.insert_str("role", role);
    message.insert("content", content);
    message
}

/// A call as Chat Completions has it.
fn call(id: &str, name: &str, arguments: &str) -> Value {
    let (mut call, mut function) = (Map::new(), Map::new());
    function.insert_str("name", name);
    function.insert_str("arguments", arguments);
    call.insert_str("id", id);
    call.insert_str("type", "function");
    call.insert("function", function.into());
    call.into()
}

/// The arguments of a function that stands for a tool which takes text.
fn text_as_arguments(text: &str) -> String {
    json::fill_template(r#"{"input":$}"#, &[text]).to_json()
}
