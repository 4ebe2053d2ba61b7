//! Gives messages that other libraries and services wrote the structure of OpenAI's Chat Completions: who wrote a message, which calls
//! it has, and which results follow them. Images, files and texts in a content stay as they are.

use crate::chat::{Error, Result};
use crate::json::{Map, Value};
use crate::text::{self, decimal, filled};

/// The roles, with those of other libraries (LangChain, Gemini, Cohere), and the role that each stands for. Capital letters do not count.
const ROLES: &[(&str, &str)] = &[
    ("user", "user"),
    ("assistant", "assistant"),
    ("tool", "tool"),
    ("system", "system"),
    ("developer", "developer"),
    ("human", "user"),
    ("model", "assistant"),
    ("ai", "assistant"),
    ("bot", "assistant"),
    ("chatbot", "assistant"),
    ("sys", "system"),
    ("tool_result", "tool"),
];

/// Repairs `messages` in place. What has another form than an array of objects is left for the check that follows.
///
/// - roles: see [`ROLES`];
/// - a content that is one part and no list becomes a list;
/// - calls and results that stand in the content (Anthropic's `tool_use` and `tool_result`, the AI SDK's `tool-call` and
///   `tool-result`) become `tool_calls` and messages of the role `tool`;
/// - `function_call` and the role `function`, which came before `tool_calls`, become those;
/// - arguments that are JSON and no text become text, and ids that are numbers, too; calls without an id get one, and results without
///   one those of the calls before them, in their order;
/// - results go right behind the message with their call.
pub fn repair(messages: &mut Value) {
    let Value::Array(list) = messages else { return };
    if list.iter().any(needs_restructuring) {
        let mut repaired = Vec::with_capacity(list.len());
        for (at, message) in std::mem::take(list).into_iter().enumerate() {
            restructure(at, message, &mut repaired);
        }
        *list = repaired;
        name_results(list);
    }
    sort_results(list);
}

/// The error of a `toolChoice` that is none.
pub const NO_CHOICE: &str = "toolChoice must be 'auto', 'none', 'required' or the function of a tool";

/// The choice of a tool as OpenAI's Chat Completions has it, of one in the form of Anthropic (`{ type: 'any' }`), the AI SDK
/// (`{ type: 'tool', toolName }`) or Responses (`{ type: 'function', name }`). `None`: it has that form, or one that only some service
/// knows.
///
/// # Errors
/// [`crate::chat::Code::Input`]: it is no choice.
pub fn repaired_choice(given: &Value) -> Result<Option<Value>> {
    let named = given.text_at("/function/name");
    let kind = given.as_str().or(given.text("type"));
    let word = match kind {
        Some("any" | "required") => "required",
        Some(kind @ ("auto" | "none")) => kind,
        Some("tool" | "function") if named.is_none() => {
            let name = given.text("name").or(given.text("toolName")).ok_or_else(|| Error::input(NO_CHOICE))?;
            let mut choice = Map::new();
            choice.insert_str("type", "function");
            choice.insert_in("function", "name", name.into());
            return Ok(Some(choice.into()));
        }
        _ if given.is_object() && kind.or(named).is_some() => return Ok(None),
        _ => return Err(Error::input(NO_CHOICE)),
    };
    Ok((given.as_str() != Some(word)).then(|| word.into()))
}

/// The role that `given` stands for. `None`: it is no role.
pub fn role_of(given: &str) -> Option<&'static str> {
    ROLES.iter().find(|(role, _)| given.eq_ignore_ascii_case(role)).map(|(_, meant)| *meant)
}

/// The error of a message whose role is none.
pub fn unknown_role(message: &str, role: &str) -> Error {
    Error::wrong("$.role is '$', which is none of system, developer, user, assistant and tool", &[message, role])
}

/// The error of a `responseFormat` that is none.
pub const NO_FORMAT: &str = "responseFormat must be { type: 'text' }, { type: 'json_object' } or \
    { type: 'json_schema', json_schema: { name, schema } }";

/// `responseFormat` as OpenAI's Chat Completions has it, of one in the form of Responses (`{ type: 'json_schema', schema }`), the AI SDK
/// (`{ type: 'json', schema }`), or a word. `None`: it has that form, or a type that only some service knows.
///
/// # Errors
/// [`crate::chat::Code::Input`]: it is no format, for instance a bare JSON schema.
pub fn repaired_format(given: &Value) -> Result<Option<Value>> {
    let kind = given.as_str().or(given.text("type")).unwrap_or_default();
    let mut format = Map::new();
    let schema = given.get("schema").filter(|schema| schema.is_object());
    let is_nested = given.get("json_schema").is_some_and(Value::is_object);
    format.insert_str(
        "type",
        match (kind, schema) {
            ("json_schema", _) if is_nested => return Ok(None),
            ("json_schema" | "json", Some(_)) => "json_schema",
            ("json_object" | "text", _) if given.is_object() => return Ok(None),
            ("json" | "json_object", None) => "json_object",
            ("text", None) => kind,
            ("" | "json_schema" | "object" | "array" | "string" | "number" | "integer" | "boolean" | "null", _) => {
                return Err(Error::input(NO_FORMAT));
            }
            _ if given.is_object() => return Ok(None),
            _ => return Err(Error::input(NO_FORMAT)),
        },
    );
    if let Some(schema) = schema {
        let mut named = Map::new();
        named.insert_str("name", given.text("name").unwrap_or("answer"));
        for &key in &["description", "strict"] {
            given.non_null(key).into_iter().for_each(|value| named.insert(key, value.clone()));
        }
        named.insert("schema", schema.clone());
        format.insert("json_schema", named.into());
    }
    Ok(Some(format.into()))
}

/// Whether anything about this message but its place has to change.
fn needs_restructuring(message: &Value) -> bool {
    let given = message.text_or_empty("role");
    let role = given.trim();
    let is_moved = |part: &Value| moved(part).is_some();
    role_of(role).is_some_and(|meant| meant != given)
        || role == "function"
        || message.get("content").is_some_and(|part| part.text("type").is_some())
        || message.non_null("function_call").is_some()
        || message.list("content").iter().any(is_moved)
        || message.get("tool_calls").is_some_and(|calls| calls.as_array().is_none())
        || role == "tool" && is_nameless(message, "tool_call_id")
        || message.list("tool_calls").iter().any(|call| {
            call.text("type").is_none()
                || is_nameless(call, "id")
                || call.pointer("/function/arguments").is_none_or(|text| text.as_str().is_none())
        })
}

/// Whether there is no id, or one that is no text.
fn is_nameless(value: &Value, key: &str) -> bool {
    value.text(key).is_none_or(str::is_empty)
}

/// What a part of a content is that has its place beside the content.
enum Moved {
    Call,
    Result,
}

fn moved(part: &Value) -> Option<Moved> {
    match part.text("type")? {
        "tool_use" | "tool-call" => Some(Moved::Call),
        "tool_result" | "tool-result" => Some(Moved::Result),
        _ => None,
    }
}

fn restructure(at: usize, mut message: Value, list: &mut Vec<Value>) {
    let Some(members) = message.as_object_mut() else { return list.push(message) };
    let role = members.get("role").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    if let Some(meant) = role_of(&role) {
        members.insert_str("role", meant);
    }
    if let Some(part) = members.get_mut("content").filter(|part| part.text("type").is_some()) {
        let one = std::mem::take(part);
        *part = vec![one].into();
    }
    let mut calls = match members.take("tool_calls") {
        Some(Value::Array(calls)) => calls,
        // One call without a list.
        Some(call @ Value::Object(_)) => vec![call],
        other => {
            other.into_iter().filter(|other| !other.is_null()).for_each(|other| members.insert("tool_calls", other));
            Vec::new()
        }
    };
    calls.iter_mut().for_each(as_call);
    match members.take("function_call") {
        Some(function @ Value::Object(_)) => {
            let mut call = Map::new();
            call.insert_str("id", &filled("call_$", &[&decimal(at as u64)]));
            call.insert("function", function);
            let mut call = call.into();
            as_call(&mut call);
            calls.push(call);
        }
        // The check that follows refuses it there.
        Some(other) if !other.is_null() => members.insert("tool_calls", other),
        _ => {}
    }
    let mut results = Vec::new();
    if let Some(Value::Array(parts)) = members.get_mut("content")
        && parts.iter().any(|part| moved(part).is_some())
    {
        let mut rest = Vec::new();
        for part in std::mem::take(parts) {
            match moved(&part) {
                Some(Moved::Call) => calls.push(call_of(&part)),
                Some(Moved::Result) => results.push(result_of(part)),
                None => rest.push(part),
            }
        }
        let is_empty = rest.is_empty();
        *parts = rest;
        if is_empty && calls.is_empty() {
            return list.append(&mut results);
        }
        if is_empty {
            members.insert("content", Value::Null);
        }
    }
    for (index, call) in calls.iter_mut().filter_map(Value::as_object_mut).enumerate() {
        if !name_by_number(call, "id") {
            call.insert_str("id", &filled("call_$_$", &[&decimal(at as u64), &decimal(index as u64)]));
        }
    }
    if !calls.is_empty() {
        members.insert("tool_calls", calls.into());
    }
    _ = name_by_number(members, "tool_call_id");
    if role == "function" {
        let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
        // Its call is the last one of this name.
        let id = list.iter().rev().take(MAX_DISTANCE).find_map(|earlier| {
            let call = earlier.list("tool_calls").iter().rev().take(MAX_DISTANCE);
            call.clone().find(|call| call.text_at("/function/name") == Some(name))?.text("id").map(str::to_owned)
        });
        if let Some(id) = id {
            members.insert_str("role", "tool");
            members.insert_str("tool_call_id", &id);
        }
    }
    list.append(&mut results);
    list.push(message);
}

/// How far back the call of a result without an id is searched, in messages and in their calls: a client of the edge writes both.
const MAX_DISTANCE: usize = 64;

/// A call in OpenAI's form: `{ id, type, function: { name, arguments } }`, from one of which parts are missing or that is flat.
fn as_call(call: &mut Value) {
    let Some(call) = call.as_object_mut() else { return };
    if call.get("custom").is_some() {
        return;
    }
    if call.get("function").is_none_or(Value::is_null) && call.text("name").is_some() {
        let mut function = Map::new();
        for &key in &["name", "arguments", "input", "args"] {
            let value = call.take(key);
            value.into_iter().for_each(|value| function.insert(if key == "name" { key } else { "arguments" }, value));
        }
        call.insert("function", function.into());
    }
    if call.text("type").is_none() {
        call.insert_str("type", "function");
    }
    if let Some(Value::Object(function)) = call.get_mut("function") {
        let arguments = function.take("arguments").unwrap_or_default();
        function.insert_str("arguments", &as_text(&arguments));
    }
}

/// Makes an id that is a number a text. Returns whether there is an id.
fn name_by_number(members: &mut Map, key: &str) -> bool {
    if let Some(Value::Number(digits)) = members.get(key) {
        let text = digits.to_string();
        members.insert_str(key, &text);
    }
    members.text(key).is_some()
}

/// Gives results without an id those of the calls of the last message before them, in their order.
fn name_results(list: &mut [Value]) {
    // The calls that have no result so far.
    let mut open = Vec::new();
    for message in list {
        let role = message.text_or_empty("role");
        if role != "tool" {
            let ids = message.list("tool_calls").iter().rev().filter_map(|call| call.text("id"));
            open = ids.map(str::to_owned).collect();
        } else if is_nameless(message, "tool_call_id") {
            let id = open.pop();
            message
                .as_object_mut()
                .zip(id)
                .into_iter()
                .for_each(|(message, id)| message.insert_str("tool_call_id", &id));
        } else if open.last().map(String::as_str) == message.text("tool_call_id") {
            open.pop();
        }
    }
}

/// The arguments of a call as JSON text.
fn as_text(arguments: &Value) -> String {
    match arguments.as_str() {
        Some(text) => text.to_owned(),
        None if arguments.is_null() => "{}".to_owned(),
        None => arguments.to_json(),
    }
}

/// The call in `tool_use` (Anthropic) or `tool-call` (AI SDK).
fn call_of(part: &Value) -> Value {
    let text = |keys: &[&str]| keys.iter().find_map(|key| part.text(key)).unwrap_or_default();
    let (mut call, mut function) = (Map::new(), Map::new());
    let id = ["id", "toolCallId"].iter().find_map(|key| part.string_or_number(key)).unwrap_or_default();
    call.insert_str("id", id);
    call.insert_str("type", "function");
    function.insert_str("name", text(&["name", "toolName"]));
    let arguments = ["input", "args"].iter().find_map(|key| part.get(key)).unwrap_or(&Value::Null);
    function.insert_str("arguments", &as_text(arguments));
    call.insert("function", function.into());
    if let Some(mark) = part.get("cache_control") {
        call.insert("cache_control", mark.clone());
    }
    call.into()
}

/// The message of the role `tool` in `tool_result` (Anthropic) or `tool-result` (AI SDK).
fn result_of(mut part: Value) -> Value {
    let mut message = Map::new();
    message.insert_str("role", "tool");
    let id = ["tool_use_id", "toolCallId"].iter().find_map(|key| part.string_or_number(key)).unwrap_or_default();
    message.insert_str("tool_call_id", id);
    part.text("toolName").into_iter().for_each(|name| message.insert_str("name", name));
    let mut has_failed = part.is_true("is_error") || part.is_true("isError");
    let Some(members) = part.as_object_mut() else { return message.into() };
    let is_content = members.contains_key("content");
    let content = ["content", "output", "result"].iter().find_map(|key| members.take(key)).unwrap_or_default();
    let content = match (content.text("type"), content.get("value")) {
        // The AI SDK says in `type` what its value is.
        (Some(kind), Some(value)) => {
            has_failed |= kind.starts_with("error");
            value.clone()
        }
        // One part without a list.
        (Some(_), None) if is_content => vec![content].into(),
        _ => content,
    };
    let is_parts = content.as_array().is_some_and(|parts| parts.iter().all(|part| part.text("type").is_some()));
    message.insert(
        "content",
        match content {
            Value::String(_) | Value::End(..) => content,
            Value::Array(_) if is_parts => content,
            Value::Null => "".into(),
            other => other.to_json().as_str().into(),
        },
    );
    if has_failed {
        message.insert("is_error", true.into());
    }
    members.take("cache_control").into_iter().for_each(|mark| message.insert("cache_control", mark));
    message.into()
}

/// Puts each result right behind the message with its call, which services demand. A result whose call is not there stays.
fn sort_results(list: &mut Vec<Value>) {
    if list.iter().all(|message| !message.says("role", "tool")) {
        return;
    }
    let calls = list.iter().enumerate().flat_map(|(at, message)| {
        message.list("tool_calls").iter().filter_map(move |call| Some((call.text("id")?, at)))
    });
    let mut calls: Vec<(&str, usize)> = calls.collect();
    text::sort(&mut calls);
    // The results that belong behind each message, as lists: the first of each, and the next one of each result.
    let (mut first, mut next) = (vec![NONE; list.len()], vec![NONE; list.len()]);
    // The message whose calls the results so far belong to, in the order of the messages; and where each result belongs.
    let (mut open, mut place_of) = (NONE, vec![NONE; list.len()]);
    for (at, message) in list.iter().enumerate() {
        if !message.says("role", "tool") {
            open = at;
            continue;
        }
        let id = message.text_or_empty("tool_call_id");
        // The nearest call before it, or else the first one after it: ids may be used again.
        let after = calls.partition_point(|known| *known < (id, at));
        let before = after.checked_sub(1).and_then(|before| calls.get(before)).filter(|(known, _)| *known == id);
        let call = before.or(calls.get(after).filter(|(known, _)| *known == id)).map_or(NONE, |(_, at)| *at);
        if call != NONE && call != open {
            place_of[at] = call;
        }
    }
    if place_of.iter().all(|place| *place == NONE) {
        return;
    }
    for at in (0..list.len()).rev() {
        if let Some(first) = first.get_mut(place_of[at]) {
            next[at] = std::mem::replace(first, at);
        }
    }
    let mut sorted = Vec::with_capacity(list.len());
    for at in (0..list.len()).filter(|at| place_of[*at] == NONE) {
        sorted.push(std::mem::take(&mut list[at]));
        let mut result = first[at];
        while result != NONE {
            sorted.push(std::mem::take(&mut list[result]));
            result = next[result];
        }
    }
    *list = sorted;
}

/// Repaired messages in which calls with the id of an earlier call have another one, and so have their results, which stand right behind
/// them: some services count their calls anew with each answer, and Anthropic refuses two of one id. The calls of a message that its
/// provider knows by their ids (`provider_data`) stay. `None`: there are no such calls.
pub fn with_separate_ids(messages: &Value) -> Option<Value> {
    let list = messages.as_array()?;
    let all = list.iter().enumerate().flat_map(|(at, message)| {
        let calls = message.list("tool_calls").iter().enumerate();
        calls.filter_map(move |(index, call)| Some((call.text("id")?, (at, index))))
    });
    let (ids, places): (Vec<_>, Vec<_>) = all.unzip();
    let all = text::sorted(ids.into_iter());
    let mut renamed: Vec<(usize, usize, String)> = Vec::new();
    let mut same = 0;
    for pair in all.windows(2) {
        let [(before, _), (id, number)] = pair else { continue };
        let (at, index) = places[*number];
        same = if before == id { same + 1 } else { 0 };
        let has_own = list.get(at).is_some_and(|message| message.get("provider_data").is_some());
        if same > 0 && !has_own {
            renamed.push((at, index, filled("$_$", &[id, &decimal(same)])));
        }
    }
    if renamed.is_empty() {
        return None;
    }
    let mut list = list.clone();
    for (at, index, new) in renamed {
        let Some(Value::Array(calls)) =
            list.get_mut(at).and_then(Value::as_object_mut).and_then(|message| message.get_mut("tool_calls"))
        else {
            continue;
        };
        let Some(call) = calls.get_mut(index).and_then(Value::as_object_mut) else { continue };
        let old = call.text_or_empty("id").to_owned();
        call.insert_str("id", &new);
        // The first result is that of the call before, where that has the id, too.
        let mut skips = calls.iter().take(index.min(MAX_DISTANCE)).any(|call| call.says("id", &old));
        let results = list.iter_mut().skip(at + 1).take(MAX_DISTANCE);
        for result in results.take_while(|message| message.says("role", "tool")) {
            if result.says("tool_call_id", &old) && !std::mem::take(&mut skips) {
                result.as_object_mut().into_iter().for_each(|result| result.insert_str("tool_call_id", &new));
                break;
            }
        }
    }
    Some(list.into())
}

/// No message.
const NONE: usize = usize::MAX;
