//! Reads requests of OpenAI's API and makes options of a provider from them.

use crate::chat::{Error, Result};
use crate::json::{self, Map, Value};
use crate::text::{decimal, join};

/// Fields of Chat Completions, and the options that they become.
const CHAT: &[(&str, &str)] = &[
    ("messages", "messages"),
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("max_tokens", "maxTokens"),
    ("max_completion_tokens", "maxTokens"),
    ("stop", "stop"),
    ("seed", "seed"),
    ("tool_choice", "toolChoice"),
    ("parallel_tool_calls", "parallelToolCalls"),
    ("reasoning_effort", "reasoningEffort"),
    ("response_format", "responseFormat"),
];

/// Fields of Responses, and the options that they become.
const RESPONSES: &[(&str, &str)] = &[
    ("temperature", "temperature"),
    ("top_p", "topP"),
    ("max_output_tokens", "maxTokens"),
    ("tool_choice", "toolChoice"),
    ("parallel_tool_calls", "parallelToolCalls"),
];

/// Fields that go unchanged to services that are compatible with OpenAI's API. The list is fixed: it has what changes
/// an answer, but nothing that changes its form, its price or who is informed of it. No other field of a client reaches
/// a service. `max_completion_tokens` becomes the option `maxTokens`, too: here it says which of the two names the client has for it.
const PASSED: &[&str] =
    &["frequency_penalty", "logit_bias", "max_completion_tokens", "prediction", "presence_penalty", "verbosity"];

/// Fields that change what a model does and that no option stands for. They are left out with a warning.
const LEFT_OUT: &[&str] = &["audio", "modalities"];

/// Fields by which a client asks how likely the tokens were. Chat Completions have a place for the answer.
const LOGPROBS: &[&str] = &["logprobs", "top_logprobs"];

/// Reads the body of a request. Returns `{ model, stream, includeUsage, options, warnings }`: `options` are those of a
/// provider, and `warnings` name fields that change what a model does and that no provider here passes on. `responses`:
/// the request is one of the Responses API.
///
/// # Errors
/// [`crate::chat::Code::Input`]: the body is not a JSON object, or a field is missing, of the wrong type, or asks for
/// something that the endpoint does not do. The message names the field.
pub fn read(body: &str, responses: bool) -> Result<Map> {
    let body = parse(body).map_err(|_| Error::input("the body is not JSON that can be read"))?;
    if !body.is_object() {
        return Err(Error::input("the body must be a JSON object"));
    }
    let Some(model) = body.text("model").filter(|model| !model.is_empty()) else {
        return Err(Error::input("you must provide a model parameter, a string that is not empty"));
    };
    if body.non_null("n").is_some_and(|n| n.as_u64() != Some(1)) {
        return Err(Error::input("n must be 1: one choice is all there is"));
    }
    if body.non_null("previous_response_id").is_some() {
        return Err(Error::input("previous_response_id: responses are not kept; send the conversation in input"));
    }
    let mut options = Map::new();
    for (theirs, ours) in if responses { RESPONSES } else { CHAT } {
        if let Some(value) = body.non_null(theirs) {
            options.insert(ours, value.clone());
        }
    }
    let mut compatible = Map::new();
    let of_chat = if responses { &[] } else { LOGPROBS };
    for key in PASSED.iter().chain(of_chat) {
        if let Some(value) = body.non_null(key) {
            compatible.insert(key, value.clone());
        }
    }
    let mut warnings = Vec::new();
    if responses {
        options.insert("messages", read_input(&body)?);
        if let Some(effort) = body.pointer("/reasoning/effort").filter(|effort| !effort.is_null()) {
            options.insert("reasoningEffort", effort.clone());
        }
        if let Some(format) = body.pointer("/text/format").filter(|format| !format.is_null()) {
            read_format(format, &mut options);
        }
        if let Some(verbosity) = body.pointer("/text/verbosity").filter(|verbosity| !verbosity.is_null()) {
            compatible.insert("verbosity", verbosity.clone());
        }
        // In Responses the choice of a tool is written like the tool itself.
        if let Some(choice @ Value::Object(_)) = body.get("tool_choice") {
            options.remove("toolChoice");
            if let Some(choice) = read_tools(std::slice::from_ref(choice), true, &mut warnings).pop() {
                options.insert("toolChoice", choice);
            }
        }
    }
    let tools = match body.non_null("tools") {
        Some(Value::Array(tools)) => read_tools(tools, responses, &mut warnings),
        Some(_) => return Err(Error::input("tools must be an array")),
        None => Vec::new(),
    };
    if !tools.is_empty() {
        options.insert("tools", tools.into());
    } else if responses || body.non_null("tools").is_some() {
        // Services of Chat Completions refuse these without a tool.
        options.remove("toolChoice");
        options.remove("parallelToolCalls");
    }
    let of_responses = if responses { LOGPROBS } else { &[] };
    for key in LEFT_OUT.iter().chain(of_responses) {
        if body.non_null(key).is_some() {
            warnings.push(join(&["'", key, "' was left out"]).into());
        }
    }
    if !compatible.is_empty() {
        options.insert("compatible", compatible.into());
    }
    let mut wanted = Map::new();
    wanted.insert_str("model", model);
    wanted.insert("stream", flag(&body, "stream")?);
    wanted.insert("includeUsage", flag(body.get("stream_options").unwrap_or(&Value::Null), "include_usage")?);
    wanted.insert("options", options.into());
    wanted.insert("warnings", warnings.into());
    Ok(wanted)
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
        Some(_) => Err(Error::input(join(&[key, " must be true or false"]))),
    }
}

/// `instructions` and `input` of a Responses request as messages.
fn read_input(body: &Value) -> Result<Value> {
    let mut messages = Vec::new();
    if let Some(instructions) = body.text("instructions") {
        messages.push(message("system", instructions.into()).into());
    }
    match body.non_null("input") {
        Some(text @ Value::String(_)) => messages.push(message("user", text.clone()).into()),
        Some(Value::Array(items)) => {
            let mut calls = Vec::new();
            for (index, item) in items.iter().enumerate() {
                read_item(item, index, &mut calls, &mut messages)?;
            }
            end_calls(&mut calls, &mut messages);
        }
        None => return Err(Error::input("input is missing")),
        Some(_) => return Err(Error::input("input must be a string or an array of items")),
    }
    Ok(Value::Array(messages))
}

/// Reads one item of `input`. Tool calls are collected in `calls` until an item of another kind follows.
fn read_item(item: &Value, index: usize, calls: &mut Vec<Value>, messages: &mut Vec<Value>) -> Result<()> {
    let kind = item.text("type").unwrap_or("message");
    let id = item.text("call_id").unwrap_or_default();
    // Reasoning is dropped: clients send back the whole output of an answer, and services refuse this part of it.
    if kind == "reasoning" {
        return Ok(());
    }
    if kind == "function_call" {
        let mut function = Map::new();
        for key in ["name", "arguments"] {
            function.insert_str(key, item.text(key).unwrap_or_default());
        }
        let mut call = of_function(function);
        call.insert_str("id", id);
        calls.push(call.into());
        return Ok(());
    }
    end_calls(calls, messages);
    let is_result = kind == "function_call_output";
    let role = if is_result { Some("tool") } else { item.text("role").filter(|_| kind == "message") };
    let Some(role) = role else {
        let at = decimal(index as u64);
        return Err(Error::input(join(&[
            "input[",
            &at,
            "] of type '",
            kind,
            "' is not kept and cannot be passed on: send messages",
        ])));
    };
    let mut content = item.get(if is_result { "output" } else { "content" }).cloned().unwrap_or_default();
    if let Value::Array(parts) = &mut content {
        parts.iter_mut().for_each(read_part);
    }
    let mut message = message(role, content);
    if is_result {
        message.insert_str("tool_call_id", id);
    }
    messages.push(message.into());
    Ok(())
}

/// Makes one message of the tool calls that were made together, since services want their results right after it.
fn end_calls(calls: &mut Vec<Value>, messages: &mut Vec<Value>) {
    if !calls.is_empty() {
        let mut message = message("assistant", Value::Null);
        message.insert("tool_calls", std::mem::take(calls).into());
        messages.push(message.into());
    }
}

/// Puts a function into the form of Chat Completions, where its members are inside `function`.
fn of_function(function: Map) -> Map {
    let mut whole = Map::new();
    whole.insert_str("type", "function");
    whole.insert("function", function.into());
    whole
}

/// The functions among `tools`. `flat`: the members stand beside `type`, as in Responses. Tools that are not functions
/// are left out with a warning: the service would run them itself, at its own price.
fn read_tools(tools: &[Value], flat: bool, warnings: &mut Vec<Value>) -> Vec<Value> {
    let mut read = Vec::new();
    for tool in tools {
        match tool {
            Value::Object(function) if tool.text("type") == Some("function") => {
                let mut function = function.clone();
                if flat {
                    function.remove("type");
                    function = of_function(function);
                }
                read.push(function.into());
            }
            // The warning comes once, however many tools are left out.
            _ if warnings.is_empty() => warnings.push("a tool that is no function was left out".into()),
            _ => {}
        }
    }
    read
}

/// Reads `text.format` of Responses. In Chat Completions its name and schema are one level deeper.
fn read_format(format: &Value, options: &mut Map) {
    let kind = format.text("type").unwrap_or_default();
    let mut whole = Map::new();
    whole.insert_str("type", kind);
    if let (Value::Object(format), "json_schema") = (format, kind) {
        let mut schema = format.clone();
        schema.remove("type");
        whole.insert("json_schema", schema.into());
    }
    if kind != "text" {
        options.insert("responseFormat", whole.into());
    }
}

/// Renames the type of a content part. Responses names parts by their direction (`input_text`, `output_text`), Chat
/// Completions does not.
fn read_part(part: &mut Value) {
    let is_image = part.text("type") == Some("input_image");
    let is_file = part.text("type") == Some("input_file");
    let Value::Object(part) = part else { return };
    if is_image {
        let mut image = Map::new();
        image.insert_str("url", part.text("image_url").unwrap_or_default());
        image.copy("detail", part);
        part.remove("detail");
        part.insert_str("type", "image_url");
        part.insert("image_url", image.into());
    } else if is_file {
        let mut file = Map::new();
        for key in ["file_data", "file_id", "filename"] {
            file.copy(key, part);
            part.remove(key);
        }
        part.insert_str("type", "file");
        part.insert("file", file.into());
    } else if part.text("type").is_some_and(|kind| kind.ends_with("_text")) {
        part.insert_str("type", "text");
    }
}

/// A message with this role and content.
fn message(role: &str, content: Value) -> Map {
    let mut message = Map::new();
    message.insert_str("role", role);
    message.insert("content", content);
    message
}
