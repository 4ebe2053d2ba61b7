//! Takes the caller's messages apart, for protocols whose messages have another form than OpenAI's.

use std::borrow::Cow;
use std::rc::Rc;

use super::content_part::{self, ContentPart, Source, cache_mark};
use super::message_decoder::str_or_empty;
use crate::chat::reasoning_detail::{self, DETAILS};
use crate::chat::{Error, Result};
use crate::json::{self, Map, Value, fill_template};
use crate::options::history::unknown_role;
use crate::options::{ChatRequest, NO_CHOICE, NO_FORMAT};
use crate::text::{self, decimal, digit, filled, join};

/// A message.
pub struct ChatMessage<'a> {
    /// Who wrote it.
    pub role: Role,
    /// The content, then the tool calls.
    pub parts: Vec<ContentPart<'a>>,
    /// Its position among the messages, for errors and warnings.
    pub at: usize,
    /// The message as the caller gave it.
    pub given: &'a Value,
}

/// Who wrote a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The developer of the application.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool that the model called.
    Tool,
}

impl<'a> ChatMessage<'a> {
    /// The reasoning that led to this message of the assistant. May be empty.
    pub fn reasoning(&self) -> &'a str {
        let named = |key| self.given.text(key).filter(|text| !text.is_empty());
        named("reasoning_content").or_else(|| named("reasoning")).unwrap_or_default()
    }

    /// The parts as this provider wants them back: [`ChatMessage::kept_parts`], or else [`ChatMessage::given_parts`].
    pub fn parts_for(&'a self, provider: &str) -> Vec<KeptPart<'a>> {
        self.kept_parts(provider).unwrap_or_else(|| self.given_parts())
    }

    /// The parts as the caller gives them.
    pub fn given_parts(&'a self) -> Vec<KeptPart<'a>> {
        self.parts.iter().map(|part| KeptPart::Given(part, None)).collect()
    }

    /// What the answer of this provider consisted of, as its decoder kept it for `reply.message`
    /// ([`MessageDecoder::keep_part`](super::message_decoder::MessageDecoder::keep_part)), in the order of the answer. Where the
    /// caller has changed the text since, all of it stands where it began; where other calls are in the message, the service's own
    /// parts come first, then the message as it is now. `None`: the message is not from this provider, or nothing was kept.
    pub fn kept_parts(&'a self, provider: &str) -> Option<Vec<KeptPart<'a>>> {
        let data = self.given.get(PROVIDER_DATA).filter(|data| data.says("provider", provider))?;
        let entries = data.list("content");
        let is_text = |part: &&ContentPart| matches!(part, ContentPart::Text(_));
        let mut texts = self.parts.iter().filter(is_text);
        let mut rest = match (texts.next(), texts.next()) {
            (None, _) => Some(""),
            (Some(ContentPart::Text(text)), None) => Some(*text),
            _ => None,
        };
        let is_call = |part: &&ContentPart| matches!(part, ContentPart::ToolCall { .. });
        let mut calls = self.parts.iter().filter(is_call);
        // What is neither text nor a call. An image of the answer is among the service's own parts.
        let is_more = |part: &&ContentPart| !is_text(part) && !is_call(part) && !matches!(part, ContentPart::Media(_));
        let mut kept = Vec::with_capacity(entries.len());
        let (mut is_same, mut has_same_calls) = (true, true);
        // Where the text began.
        let mut text_at = None;
        for entry in entries {
            // The caller's messages may come from anywhere, so this may be anything.
            let own = entry.get("own").filter(|own| own.is_object());
            let part = match (entry.as_u64().or(entry.number("text")), entry.as_str().or(entry.text("call"))) {
                (Some(bytes), _) => {
                    text_at = text_at.or(Some(kept.len()));
                    rest.and_then(|text| text.split_at_checked(usize::try_from(bytes).ok()?)).map(|(piece, after)| {
                        rest = Some(after);
                        KeptPart::Text(piece, own)
                    })
                }
                (None, Some(wanted)) => match calls.next() {
                    Some(part @ ContentPart::ToolCall { id, .. }) if *id == wanted => Some(KeptPart::Given(part, own)),
                    _ => {
                        has_same_calls = false;
                        None
                    }
                },
                (None, None) => own.map(KeptPart::Own),
            };
            is_same &= part.is_some();
            kept.extend(part);
        }
        has_same_calls &= calls.next().is_none();
        if is_same && has_same_calls && rest == Some("") {
            kept.extend(self.parts.iter().filter(is_more).map(|part| KeptPart::Given(part, None)));
            return Some(kept);
        }
        if has_same_calls {
            let at = text_at.unwrap_or_else(|| {
                let first_call = kept.iter().position(|part| matches!(part, KeptPart::Given(..)));
                first_call.unwrap_or(kept.len())
            });
            let mut after = kept.split_off(at);
            after.retain(|part| !matches!(part, KeptPart::Text(..)));
            let given = |is_it: &dyn Fn(&&'a ContentPart<'a>) -> bool, kept: &mut Vec<_>| {
                kept.extend(self.parts.iter().filter(is_it).map(|part| KeptPart::Given(part, None)));
            };
            given(&is_text, &mut kept);
            kept.append(&mut after);
            given(&is_more, &mut kept);
            return Some(kept);
        }
        kept.retain(|part| matches!(part, KeptPart::Own(_)));
        let is_given = |part: &&ContentPart| !matches!(part, ContentPart::Media(_));
        kept.extend(self.parts.iter().filter(is_given).map(|part| KeptPart::Given(part, None)));
        Some(kept)
    }

    /// Whether the message has reasoning that neither this provider wrote nor `is_own` takes, so that this service does not get it.
    fn has_foreign_reasoning(&self, provider: &str, is_own: &dyn Fn(&Value) -> bool) -> bool {
        let is_foreign = |part: &ContentPart| matches!(part, ContentPart::Reasoning(given) if !is_own(given));
        let details = self.given.list(DETAILS);
        // The text of the reasoning stands beside what the service wants back.
        let has_own = details.iter().any(|detail| is_own(detail) && reasoning_detail::has_state(detail));
        self.given.text_at("/provider_data/provider") != Some(provider)
            && !has_own
            && (!self.reasoning().is_empty() || !details.is_empty() || self.parts.iter().any(is_foreign))
    }
}

/// The member of a message that only one provider reads, the one that gave it with `reply.message`: `{ provider, content }`.
pub const PROVIDER_DATA: &str = "provider_data";

/// A part of an answer as its provider wants it back.
pub enum KeptPart<'a> {
    /// A piece of the text of the message, and what the service gave with it.
    Text(&'a str, Option<&'a Value>),
    /// A part of the message as the caller gives it, and what the service gave with it.
    Given(&'a ContentPart<'a>, Option<&'a Value>),
    /// A part in the service's own form.
    Own(&'a Value),
}

/// The messages in OpenAI's form. With `history: 'prompt'`, one message that holds them all. [`ChatRequest::read`] has
/// checked their roles and contents.
///
/// # Errors
/// With `history: 'prompt'`, those of [`ChatRequest::newest_and_earlier`].
pub fn given(chat: &ChatRequest) -> Result<Rc<Value>> {
    if let Some(Value::Shared(given)) = chat.mapped_options.get(".messages") {
        return Ok(given.clone());
    }
    let mut message = Map::new();
    message.insert_str("role", "user");
    message.insert_str("content", &chat.newest_and_earlier()?.0);
    Ok(Rc::new(vec![message.into()].into()))
}

/// The items of what [`given`] returns.
pub fn items(given: &Value) -> &[Value] {
    given.as_array().map_or(&[], Vec::as_slice)
}

/// The messages, each with the parts of its content.
///
/// # Errors
/// [`crate::chat::Code::Input`]: the role of a message or a part of it cannot be read.
pub fn parse(messages: &Value) -> Result<Vec<ChatMessage<'_>>> {
    let mut read: Vec<ChatMessage> = Vec::new();
    for (at, given) in items(messages).iter().enumerate() {
        let (name, content) = (str_or_empty(given, "role").trim(), given.get("content").unwrap_or(&Value::Null));
        let mut parts = Vec::new();
        let role = match name {
            "system" | "developer" => Role::System,
            "user" => Role::User,
            "assistant" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            other => return Err(unknown_role(&place(at), other)),
        };
        contents(at, content, &mut parts)?;
        match role {
            Role::System
                if parts.iter().any(|part| !matches!(part, ContentPart::Text(_) | ContentPart::CacheMark(_))) =>
            {
                return Err(Error::wrong("$ has the role '$': it takes text only", &[&place(at), name]));
            }
            Role::System | Role::User => {}
            Role::Assistant => {
                for call in given.list("tool_calls") {
                    // A call of a custom tool has its input as text.
                    let function = call.non_null("function").or(call.get("custom")).unwrap_or(&Value::Null);
                    let arguments = function.text("arguments").unwrap_or(str_or_empty(function, "input"));
                    let (id, name) = (str_or_empty(call, "id"), str_or_empty(function, "name"));
                    parts.push(ContentPart::ToolCall { id, name, arguments });
                    parts.extend(cache_mark(call).map(ContentPart::CacheMark));
                }
                // What the model drew, as `reply.message` and OpenRouter have it.
                for image in given.list("images") {
                    parts.push(content_part::read(image, &|| place(at))?);
                }
            }
            Role::Tool => {
                let id = str_or_empty(given, "tool_call_id");
                // Only the call has the name of the tool.
                let name = name_of(&read, id).unwrap_or(str_or_empty(given, "name"));
                let (mut text, mut media, mut marks) = (String::new(), Vec::new(), Vec::new());
                for part in parts.drain(..) {
                    match part {
                        ContentPart::Text(piece) => text.push_str(piece),
                        ContentPart::CacheMark(mark) => marks.push(ContentPart::CacheMark(mark)),
                        other => media.push(other),
                    }
                }
                parts.push(ContentPart::ToolResult { id, name, text, media, has_failed: given.is_true("is_error") });
                parts.append(&mut marks);
            }
        }
        parts.extend(cache_mark(given).map(ContentPart::CacheMark));
        read.push(ChatMessage { role, parts, at, given });
    }
    Ok(read)
}

/// Where a message stands, for errors and warnings.
pub fn place(at: usize) -> String {
    filled("messages[$]", &[&decimal(at as u64)])
}

/// Takes the system messages out of `messages`, for services that have one place for them, which is before all others.
pub fn take_system<'a>(messages: &mut Vec<ChatMessage<'a>>, warnings: &mut Vec<String>) -> Vec<ChatMessage<'a>> {
    let all = std::mem::take(messages);
    let mut system = Vec::new();
    for message in all {
        if message.role != Role::System {
            messages.push(message);
            continue;
        }
        if !messages.is_empty() {
            let moved = " is a system message that follows others: it was moved before them, the only place that the service has for it";
            warn_of_message(message.at, "", moved, warnings);
        }
        system.push(message);
    }
    system
}

/// How many messages are named by warnings of one kind. A client of the edge may send a hundred thousand.
const MAX_WARNINGS: usize = 16;

/// Warns of something about a message, unless many others were named for the same: `what`, then `same`.
pub fn warn_of_message(at: usize, what: &str, same: &str, warnings: &mut Vec<String>) {
    if warnings.iter().filter(|known| known.ends_with(same)).take(MAX_WARNINGS).count() < MAX_WARNINGS {
        warnings.push(join(&[&place(at), what, same]));
    }
}

/// The texts of messages as one, with a blank line between two messages.
pub fn text_of(messages: &[ChatMessage<'_>]) -> String {
    let mut all = String::new();
    for message in messages {
        all.push_str(if all.is_empty() { "" } else { "\n\n" });
        all.push_str(&message_text(message));
    }
    all
}

/// The texts of a message as one.
pub fn message_text(message: &ChatMessage<'_>) -> String {
    let texts =
        message.parts.iter().filter_map(|part| if let ContentPart::Text(text) = part { Some(*text) } else { None });
    texts.collect()
}

/// All reasoning of a message of the assistant, for services that take the reasoning of any other service.
pub fn all_reasoning<'a>(message: &ChatMessage<'a>) -> Cow<'a, str> {
    let whole = message.reasoning();
    if !whole.is_empty() {
        return Cow::Borrowed(whole);
    }
    let texts = message.parts.iter().map(|part| match part {
        ContentPart::Reasoning(given) => content_part::reasoning_text(given),
        _ => Cow::Borrowed(""),
    });
    let all: String = texts.collect();
    Cow::Owned(if all.is_empty() { text_of_details(message.given.list(DETAILS)) } else { all })
}

/// The end of the warning about an image in a message of the model.
pub const IMAGE_OF_ASSISTANT: &str =
    " has an image of the assistant, which the service does not take back: it was left out";

/// Warns where the messages have reasoning of another service, for a service that takes only its own. `is_own`: whether a part of
/// reasoning in a content has the service's own form.
pub fn warn_of_reasoning(
    messages: &[ChatMessage<'_>],
    provider: &str,
    is_own: &dyn Fn(&Value) -> bool,
    warnings: &mut Vec<String>,
) {
    if let Some(message) = messages.iter().find(|message| message.has_foreign_reasoning(provider, is_own)) {
        let left_out = ", and perhaps other messages, have reasoning of another service, which ";
        warnings.push(filled("$$$ does not take: it was left out", &[&place(message.at), left_out, provider]));
    }
}

/// The end of the warning about marks of a cache.
pub const NO_MARKS: &str = " takes no cache marks: 'cache_control' was left out";
/// The end of the warning about results that are marked as failed.
pub const NO_FLAG: &str = " has no place for 'is_error' of a tool's result: only the text of the result was sent";

/// Warns where parts, messages or tools are marked for a cache (`cache_control`) and this service has no such marks.
pub fn warn_of_marks(chat: &ChatRequest, messages: &[ChatMessage<'_>], provider: &str, warnings: &mut Vec<String>) {
    let tools = chat.mapped_options.get(".tools").and_then(Value::as_array);
    if has_part(messages, |part| matches!(part, ContentPart::CacheMark(_)))
        || tools.is_some_and(|tools| tools.iter().any(|tool| cache_mark(tool).is_some()))
    {
        warnings.push(join(&[provider, NO_MARKS]));
    }
}

/// How the text of a result begins that says itself that the tool failed: then no flag is missed.
const ERROR: &str = "Error";

/// Whether a result, a message of the role `tool`, is marked as failed and its text does not say so.
pub fn is_silent_failure(message: &Value) -> bool {
    let text = message.text("content").or_else(|| message.list("content").first()?.text("text"));
    message.is_true("is_error") && text.is_none_or(|text| !text.starts_with(ERROR))
}

/// Warns where results are marked as failed (`is_error`), their text does not say so, and this service has no such flag.
pub fn warn_of_flags(messages: &[ChatMessage<'_>], provider: &str, warnings: &mut Vec<String>) {
    if messages.iter().any(|message| message.role == Role::Tool && is_silent_failure(message.given)) {
        warnings.push(join(&[provider, NO_FLAG]));
    }
}

/// Warns where messages have the name of their author (`name`), which this service has no place for.
pub fn warn_of_names(messages: &[ChatMessage<'_>], provider: &str, warnings: &mut Vec<String>) {
    let is_named = |message: &&ChatMessage| message.role != Role::Tool && message.given.text("name").is_some();
    if let Some(message) = messages.iter().find(is_named) {
        warnings.push(filled("$.name: $ has no place for names: left out", &[&place(message.at), provider]));
    }
}

/// The text in `reasoning_details`, OpenRouter's form of reasoning.
pub fn text_of_details(details: &[Value]) -> String {
    details.iter().filter_map(|detail| detail.text("text").or(detail.text("summary"))).collect()
}

fn has_part(messages: &[ChatMessage<'_>], is_it: fn(&ContentPart<'_>) -> bool) -> bool {
    messages.iter().flat_map(|message| &message.parts).any(is_it)
}

/// The error of a part that the service has no form for.
pub fn no_form(message: &ChatMessage<'_>, provider: &str, part: &ContentPart<'_>) -> Error {
    let what = match part {
        ContentPart::Media(media) => match &media.source {
            Source::Url(_) => filled("$ by address", &[media.kind.name()]),
            Source::Id(_) => filled("$ by an id", &[media.kind.name()]),
            _ => join(&[media.kind.name(), if media.media.is_empty() { "" } else { " of type " }, media.media]),
        },
        ContentPart::Other(given) => filled("a part of type '$'", &[str_or_empty(given, "type")]),
        _ => "such a part".to_owned(),
    };
    Error::wrong("$ has $, which $ has no way to take", &[&place(message.at), &what, provider])
}

/// How far back the call of a result is searched, in messages and in their parts. Usually it is right before its
/// result. But a client of the edge writes both, and an id without a call would be compared with all calls there are,
/// for each result.
const MAX_DISTANCE: usize = 1024;

/// The name of the tool that was called with the id `wanted`.
fn name_of<'a>(messages: &[ChatMessage<'a>], wanted: &str) -> Option<&'a str> {
    for part in messages.iter().rev().take(MAX_DISTANCE).flat_map(|message| &message.parts).take(MAX_DISTANCE) {
        if let ContentPart::ToolCall { id, name, .. } = part
            && *id == wanted
        {
            return Some(name);
        }
    }
    None
}

/// Appends the parts of `content` to `parts`.
fn contents<'a>(at: usize, content: &'a Value, parts: &mut Vec<ContentPart<'a>>) -> Result<()> {
    if let Some(text) = content.as_str().filter(|text| !text.is_empty()) {
        parts.push(ContentPart::Text(text));
    }
    for (index, part) in content.as_array().into_iter().flatten().enumerate() {
        let place = || filled("$.content[$]", &[&place(at), &decimal(index as u64)]);
        parts.push(content_part::read(part, &place)?);
        parts.extend(cache_mark(part).map(ContentPart::CacheMark));
    }
    Ok(())
}

/// The arguments of a tool call as JSON text of an object. Empty arguments become an empty object. A model may have written, or
/// begun to write, what is no JSON object: such a call goes back as `{ "arguments": text }`, since an error would end the
/// conversation for good.
pub fn arguments_object(text: &str) -> String {
    let text = if text.trim().is_empty() { "{}" } else { text };
    object(text).unwrap_or_else(|| fill_template(r#"{"arguments":$}"#, &[text]).to_json())
}

/// Warns where the arguments of a call are no JSON object: see [`arguments_object`].
pub fn warn_of_arguments(messages: &[ChatMessage<'_>], warnings: &mut Vec<String>) {
    for message in messages {
        let is_wrong = |part: &&ContentPart| matches!(part, ContentPart::ToolCall { arguments, .. } if !arguments.trim().is_empty() && object(arguments).is_none());
        if let Some(ContentPart::ToolCall { name, .. }) = message.parts.iter().find(is_wrong) {
            let sent = "' are not a JSON object: they were sent as { \"arguments\": text }";
            warn_of_message(message.at, &filled(": the arguments of the call of '$", &[name]), sent, warnings);
        }
    }
}

/// The JSON object in `text`, written so that every reader takes it. Our own reader takes more: a byte order mark
/// before it, and halves of surrogate pairs in it, which remain where a text was cut. `None`: it is not a JSON object.
pub fn object(text: &str) -> Option<String> {
    let parsed = json::parse(text.as_bytes()).ok()?;
    parsed.value.is_object().then(|| json::join_surrogates(&parsed.value.to_json(), parsed.has_lone_surrogates))
}

/// Letters and digits that stand for the id of a call in the place of the id, always the same ones, for services that take no other
/// characters. (FNV-1a, and splitmix64 for the digits; two ids of one talk do not meet.)
pub fn id_digits(id: &str, length: usize) -> String {
    let hash =
        |seed: u64| id.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut state = hash(0xcbf2_9ce4_8422_2325);
    let mut digits = String::with_capacity(length);
    for _ in 0..length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        digits.push(digit((mixed ^ (mixed >> 31)) % 36));
    }
    digits
}

/// What the service gave with the tool calls of earlier replies, by the ids of the calls: the caller's `conversation`, sorted, so
/// that a call is found at once, however many there are.
pub struct KnownCalls<'a> {
    values: Vec<&'a Value>,
    /// Each id, and where in `values` its value is.
    sorted: Vec<(&'a str, usize)>,
}

impl<'a> KnownCalls<'a> {
    /// The calls that `conversation` knows.
    pub fn of(conversation: &'a Map) -> KnownCalls<'a> {
        KnownCalls {
            values: conversation.iter().map(|(_, value)| value).collect(),
            sorted: text::sorted(conversation.keys()),
        }
    }

    /// What belongs to the call with this id.
    pub fn get(&self, id: &str) -> Option<&'a Value> {
        self.place(id).map(|place| self.values[place])
    }

    fn place(&self, id: &str) -> Option<usize> {
        text::number_of(&self.sorted, id)
    }

    /// What belongs to tool calls in the messages, for the next conversation. The service will not ask for the rest again.
    pub fn still_needed(&self, messages: &[ChatMessage<'_>]) -> Map {
        self.of_calls(messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
            ContentPart::ToolCall { id, .. } => Some(*id),
            _ => None,
        }))
    }

    /// As [`KnownCalls::still_needed`], of messages in OpenAI's form.
    pub fn still_needed_of(&self, given: &Value) -> Map {
        let calls = items(given).iter().flat_map(|message| message.list("tool_calls"));
        self.of_calls(calls.map(|call| str_or_empty(call, "id")))
    }

    fn of_calls<'b>(&self, ids: impl Iterator<Item = &'b str>) -> Map {
        let mut needed = Map::new();
        let mut is_taken = vec![false; self.values.len()];
        for id in ids {
            if let Some(place) = self.place(id)
                && !std::mem::replace(&mut is_taken[place], true)
            {
                needed.push(id, self.values[place].clone());
            }
        }
        needed
    }
}

/// The messages as `{ role, [key]: blocks }`, where the role of the model is `assistant` and all others are `user`.
/// `blocks` writes the blocks of one message. Successive messages of the same role become one, since results of tools
/// must be together.
///
/// # Errors
/// Those of `blocks`.
pub fn in_blocks(
    given: &[ChatMessage<'_>],
    assistant: &str,
    key: &str,
    blocks: &dyn Fn(&ChatMessage<'_>) -> Result<Vec<Value>>,
) -> Result<Value> {
    let mut messages: Vec<Value> = Vec::new();
    for message in given {
        let role = if message.role == Role::Assistant { assistant } else { "user" };
        let mut blocks = blocks(message)?;
        if let Some(Value::Object(last)) = messages.last_mut()
            && last.says("role", role)
            && let Some(Value::Array(known)) = last.get_mut(key)
        {
            known.append(&mut blocks);
        } else if !blocks.is_empty() {
            let mut message = Map::new();
            message.insert_str("role", role);
            message.insert(key, blocks.into());
            messages.push(message.into());
        }
    }
    Ok(messages.into())
}

/// The error of a tool that only another service has.
pub fn foreign_tool(at: usize, tool: &Value) -> Error {
    let place = filled("tools[$]", &[&decimal(at as u64)]);
    Error::input(match str_or_empty(tool, "type") {
        "" | "function" => filled("$ has neither the name of a function nor a type that this service knows", &[&place]),
        kind => {
            let cannot = "', which this service does not have: give it to the service that runs it";
            filled("$ is of the type '$$", &[&place, kind, cannot])
        }
    })
}

/// The schema of a function's arguments, by the names that it has at OpenAI, at Anthropic and in the AI SDK.
pub fn schema_of(function: &Value) -> Option<&Value> {
    ["parameters", "input_schema", "inputSchema"].iter().find_map(|key| function.non_null(key))
}

/// Whether a tool is one of those that Anthropic runs or its models were trained for: the date of their version is at the end of the
/// type (`web_search_20250305`).
pub fn is_of_anthropic(tool: &Value) -> bool {
    let version = text::behind_last(str_or_empty(tool, "type"), b'_');
    version.len() == 8 && version.bytes().all(|byte| byte.is_ascii_digit())
}

/// How a service takes tools.
pub struct ToolForm {
    /// Members that each function begins with.
    pub head: &'static [(&'static str, &'static str)],
    /// The member for the JSON schema of the arguments.
    pub schema: &'static str,
    /// Members of a function that the service knows, too.
    pub more: &'static [&'static str],
    /// Whether a tool is in the service's own form and passed on as it is: one that the service runs itself, for example.
    pub is_own: fn(&Value) -> bool,
}

/// The warning about a choice among no tools.
pub const NO_TOOLS: &str = "toolChoice without tools: it was left out";

/// Whether the caller gives tools in `extra`.
pub fn has_extra_tools(chat: &ChatRequest) -> bool {
    chat.extras().any(|extra| !extra.list("tools").is_empty())
}

/// Whether there are tools to choose from, in `tools` or in `extra`. Services refuse a choice without tools, so the caller is warned of
/// one.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `toolChoice` has no form that is known.
pub fn has_tools(chat: &ChatRequest, are_given: bool, warnings: &mut Vec<String>) -> Result<bool> {
    let has_tools = are_given || has_extra_tools(chat);
    if !has_tools && chat.mapped_options.contains_key(".tool_choice") {
        tool_choice(chat, &mut Map::new(), "", [""; 4])?;
        warnings.push(NO_TOOLS.to_owned());
    }
    Ok(has_tools)
}

/// The caller's tools.
#[derive(Default)]
pub struct Tools {
    /// Functions, in the form of the service.
    pub functions: Vec<Value>,
    /// Tools that are in the service's own form already.
    pub own: Vec<Value>,
}

/// Reads the caller's tools, which have OpenAI's form or Anthropic's, or the own form of the service.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `tools` is not an array, a tool has no name, or it is one that only another service runs.
pub fn tools(chat: &ChatRequest, form: &ToolForm) -> Result<Tools> {
    let mut read = Tools::default();
    let Some(tools) = chat.mapped_options.get(".tools") else { return Ok(read) };
    for (at, given) in tools.as_array().ok_or_else(|| Error::input("tools must be an array"))?.iter().enumerate() {
        let place = || filled("tools[$]", &[&decimal(at as u64)]);
        if !given.is_object() {
            return Err(Error::wrong("$ must be an object", &[&place()]));
        }
        if (form.is_own)(given) {
            read.own.push(given.clone());
            continue;
        }
        let function = given.get("function").unwrap_or(given);
        let schema = schema_of(function);
        match str_or_empty(given, "type") {
            "function" | "" => {}
            // Anthropic's name for a function. At OpenAI it is a tool that takes text and no JSON.
            "custom" if schema.is_some() => {}
            _ => return Err(foreign_tool(at, given)),
        }
        let mut tool = Map::new();
        for (key, text) in form.head.iter().copied().chain([("name", str_or_empty(function, "name"))]) {
            tool.insert_str(key, text);
        }
        if tool.text("name").is_none() {
            return Err(foreign_tool(at, given));
        }
        if let Some(description) = function.non_null("description") {
            tool.insert("description", description.clone());
        }
        match schema {
            Some(schema) => tool.insert(form.schema, schema.clone()),
            None => tool.insert_filled(form.schema, r#"{"type":"object","properties":{}}"#, &[]),
        }
        for key in form.more {
            if let Some(value) = function.non_null(key).or(given.non_null(key)) {
                tool.insert(key, value.clone());
            }
        }
        read.functions.push(tool.into());
    }
    Ok(read)
}

/// The JSON schema in `responseFormat` that the answer must follow. `null` where any JSON will do, `None` for text.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `responseFormat` is of an unknown type, or has no schema.
pub fn schema(chat: &ChatRequest) -> Result<Option<&Value>> {
    let Some(format) = chat.mapped_options.get(".response_format") else { return Ok(None) };
    match (str_or_empty(format, "type"), format.pointer("/json_schema/schema")) {
        ("json_schema", Some(schema)) => Ok(Some(schema)),
        ("json_object", _) => Ok(Some(&Value::Null)),
        ("text", _) => Ok(None),
        _ => Err(Error::input(NO_FORMAT)),
    }
}

/// Calls `change` with each schema in a JSON schema, the inner ones first. The values of `enum`, `const`, `default` and `examples` are
/// none, and neither are the members of `properties`: a property may have the name of any keyword.
pub fn each_schema(schema: &mut Value, change: &mut dyn FnMut(&mut Map)) {
    const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
    const DATA: [&str; 4] = ["enum", "const", "default", "examples"];
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| each_schema(item, change)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    _ if DATA.contains(&key) => {}
                    Value::Object(named) if NAMED.contains(&key) => {
                        named.values_mut().for_each(|value| each_schema(value, change));
                    }
                    value => each_schema(value, change),
                }
            }
            change(members);
        }
        _ => {}
    }
}

/// Makes `oneOf` of a schema `anyOf`, the choice that strict services know: of what the service writes, one fits anyway.
pub fn one_of_as_any_of(members: &mut Map) {
    if !members.contains_key("anyOf")
        && let Some(one_of) = members.take("oneOf")
    {
        members.insert("anyOf", one_of);
    }
}

/// Whether a schema names this type, alone or among others.
pub fn has_type(members: &Map, wanted: &str) -> bool {
    let is_it = |kind: &Value| kind.as_str() == Some(wanted);
    members.get("type").is_some_and(|kind| is_it(kind) || kind.as_array().is_some_and(|of| of.iter().any(is_it)))
}

/// Puts `toolChoice` at `key`. `templates` are those for `auto`, `none`, `required` and the name of a tool, in this
/// order.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `toolChoice` is none of these.
pub fn tool_choice(chat: &ChatRequest, body: &mut Map, key: &str, templates: [&'static str; 4]) -> Result<()> {
    let Some(given) = chat.mapped_options.get(".tool_choice") else { return Ok(()) };
    let named = given.text_at("/function/name").or(given.text("name"));
    let at = match (given.as_str(), named) {
        (Some("auto"), _) => 0,
        (Some("none"), _) => 1,
        (Some("required" | "any"), _) => 2,
        (None, Some(_)) => 3,
        _ => return Err(Error::input(NO_CHOICE)),
    };
    body.insert_filled(key, templates[at], &[named.unwrap_or_default()]);
    Ok(())
}

/// Replaces a single string at `key` by an array with that string.
pub fn wrap_in_list(options: &mut Map, key: &str) {
    if let Some(Value::String(_)) = options.get(key) {
        let one = options.take(key).unwrap_or_default();
        options.insert(key, vec![one].into());
    }
}
