//! OpenAI's Responses API. Part J of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Event, Result, Session};
use crate::exchange::{EventQueue, Operation, Progress};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, ContentPart, Role};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models};
use crate::text::join;

/// The class `OpenAiResponses` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models")),
    info: ProtocolInfo::service(
        "OpenAiResponses",
        "https://api.openai.com/v1",
        "/responses",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_output_tokens"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", "reasoning/effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

/// How the responses are read (J3, J4).
static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["response.", "error"],
    text_path: &["delta"],
    reasoning_paths: &[&["delta"]],
    arguments_path: &["delta"],
    frame,
    json_response: |message, value, out| {
        decode_output(message, value.list("output"), out);
        decode_end(message, value)?;
        Ok(str_or_empty(value, "object") == "response")
    },
};

/// Makes the request for a reply (J1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body) = (&builder.chat, &mut builder.body);
    let messages = messages::given(chat)?;
    let (system, parsed) = messages::parse(&messages)?;
    if !system.is_empty() {
        body.insert_str("instructions", &system);
    }
    let mut new = parsed.as_slice();
    // The service remembers all messages up to its own last answer, which need not be the last answer in the
    // conversation.
    if let Some(id) = chat.remembered("responseId") {
        let last = parsed.iter().rposition(|message| message.role == Role::Assistant);
        let answered = last.map_or(0, |at| at + 1);
        let seen = chat.conversation.get(MESSAGES_SEEN).and_then(Value::as_u64);
        let is_own = last.is_none_or(|at| seen.is_none_or(|seen| seen == at as u64));
        if is_own && answered < parsed.len() {
            new = &parsed[answered..];
            body.insert_str("previous_response_id", id);
        }
    }
    builder.conversation.insert(MESSAGES_SEEN, (parsed.len() as u64).into());
    let mut input = Vec::new();
    new.iter().for_each(|message| write_items(message, &mut input));
    body.insert("input", input.into());
    if let Some(mut tools) = messages::tools(chat, &[("type", "function")], "parameters")? {
        default_to_not_strict(&mut tools);
        body.insert("tools", tools);
    }
    messages::tool_choice(chat, body, "tool_choice", CHOICES)?;
    if body.contains_key("reasoning") {
        body.insert_in("reasoning", "summary", "auto".into());
    }
    _ = messages::schema(chat)?;
    if let Some(given) = chat.mapped_options.get(".response_format") {
        // The format has one level less than in Chat Completions.
        let mut format = match given.get("json_schema") {
            Some(Value::Object(format)) => format.clone(),
            _ => Map::new(),
        };
        format.insert_str("type", str_or_empty(given, "type"));
        body.insert_filled("text", r#"{"format":%}"#, &[&format.to_json()]);
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The member of the conversation that counts the messages that the service had when it answered.
const MESSAGES_SEEN: &str = "heard";

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] = [r#""auto""#, r#""none""#, r#""required""#, r#"{"type":"function","name":$}"#];

/// Marks tools as not strict where the caller says nothing. Unlike Chat Completions, this API is strict by default and
/// makes every optional member of a schema required.
fn default_to_not_strict(tools: &mut Value) {
    let Value::Array(tools) = tools else { return };
    for tool in tools.iter_mut().filter_map(Value::as_object_mut) {
        if !tool.contains_key("strict") {
            tool.insert("strict", false.into());
        }
    }
}

/// Appends a message as items of `input` (J2).
fn write_items(message: &ChatMessage, input: &mut Vec<Value>) {
    const CALL: &str = r#"{"type":"function_call","call_id":$,"name":$,"arguments":$}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":$,"output":$}"#;
    let is_assistant = message.role == Role::Assistant;
    let mut content = Vec::new();
    let mut others = Vec::new();
    for part in &message.parts {
        match part {
            ContentPart::Text(text) => {
                let kind = if is_assistant { "output_text" } else { "input_text" };
                content.push(fill_template(r#"{"type":$,"text":$}"#, &[kind, text]));
            }
            ContentPart::Image { detail, given, .. } => {
                let mut image = Map::new();
                image.insert_str("type", "input_image");
                image.insert("image_url", (*given).clone());
                if !detail.is_empty() {
                    image.insert_str("detail", detail);
                }
                content.push(image.into());
            }
            ContentPart::ToolCall { id, name, arguments } => others.push(fill_template(CALL, &[id, name, arguments])),
            ContentPart::ToolResult { id, text, .. } => others.push(fill_template(RESULT, &[id, text])),
        }
    }
    if !content.is_empty() {
        let role = if is_assistant { "assistant" } else { "user" };
        let mut item = Map::new();
        item.insert_str("role", role);
        item.insert("content", content.into());
        input.push(item.into());
    }
    input.append(&mut others);
}

/// What a part of the answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Text, or the text of a refusal.
    #[default]
    Text,
    /// A summary of the reasoning.
    Summary,
    /// The reasoning itself.
    Reasoning,
    /// An image.
    Image,
}

impl Kind {
    /// Kinds of the same stream are handed out one behind the other.
    const STREAMS: usize = 3;

    fn stream(self) -> usize {
        match self {
            Kind::Text => 0,
            Kind::Summary | Kind::Reasoning => 1,
            Kind::Image => 2,
        }
    }
}

/// Which part of the answer it is: the position of its item, its kind and its position among the parts of this kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    item: u64,
    kind: Kind,
    index: u64,
}

/// A part of the answer of which something came.
#[derive(Default)]
struct KnownPart {
    part: Part,
    progress: Progress,
    /// The number of sources that came.
    sources: usize,
}

/// What came of the answer. The service tells most things three times or more: in pieces, whole, in the whole item and in the
/// whole answer. Gateways leave out any of these, so each of them is read, and only what it adds is handed out.
#[derive(Default)]
pub struct Parts {
    /// In order.
    known: Vec<KnownPart>,
    /// The parts whose progress stands in the queue: of text and of reasoning.
    current: [Option<Part>; Kind::STREAMS],
    /// Whether the caller knows that pieces and wholes differ.
    told_difference: bool,
}

/// The warning where the whole text of a part is another one than that of its pieces.
const DIFFERENCE: &str = "the service's final text or arguments differ from the pieces that came: the pieces stand";

/// What stands between two parts of the reasoning. Each of them is a paragraph or more.
const BREAK: &str = "\n\n";

impl Parts {
    /// Notes how far the current parts came.
    fn settle(&mut self, out: &EventQueue) {
        for (part, progress) in self.current.into_iter().zip([out.text_progress, out.reasoning_progress]) {
            let at = part.and_then(|part| self.find(part).ok());
            at.into_iter().for_each(|at| self.known[at].progress = progress);
        }
    }

    /// The position of a part, or where it belongs.
    fn find(&self, part: Part) -> std::result::Result<usize, usize> {
        self.known.binary_search_by(|known| known.part.cmp(&part))
    }

    /// What came of a part, as far as it is settled.
    fn progress(&self, part: Part) -> Progress {
        self.find(part).map(|at| self.known[at].progress).unwrap_or_default()
    }

    /// All parts of a stream of which something came, in order.
    fn stream(&self, stream: usize) -> impl Iterator<Item = &KnownPart> {
        self.known.iter().filter(move |known| known.part.kind.stream() == stream && known.progress.bytes > 0)
    }
}

/// The record of a part, which may begin with it.
fn known_part(message: &mut MessageDecoder, part: Part) -> &mut KnownPart {
    let at = message.parts.find(part).unwrap_or_else(|at| {
        message.keeps(size_of::<KnownPart>());
        message.parts.known.insert(at, KnownPart { part, ..KnownPart::default() });
        at
    });
    &mut message.parts.known[at]
}

/// Makes `part` the one that the next piece belongs to.
fn begin(message: &mut MessageDecoder, part: Part, out: &mut EventQueue) {
    let stream = part.kind.stream();
    let before = message.parts.current[stream];
    if before == Some(part) {
        return;
    }
    message.parts.settle(out);
    if stream == Kind::Summary.stream() && before.is_some() && message.parts.find(part).is_err() {
        message.reasoning(BREAK, out);
    }
    let progress = known_part(message, part).progress;
    message.parts.current[stream] = Some(part);
    match part.kind {
        Kind::Text => out.text_progress = progress,
        Kind::Summary | Kind::Reasoning => out.reasoning_progress = progress,
        Kind::Image => {}
    }
}

/// A piece of a part.
fn piece(message: &mut MessageDecoder, part: Part, is_refusal: bool, piece: &str, out: &mut EventQueue) {
    if piece.is_empty() {
        return;
    }
    begin(message, part, out);
    match part.kind {
        Kind::Text if is_refusal => message.refusal(piece, out),
        Kind::Text => message.text(piece, out),
        Kind::Summary | Kind::Reasoning => _ = message.reasoning(piece, out),
        Kind::Image => {}
    }
}

/// A part as a whole.
struct WholePart<'a> {
    part: Part,
    text: &'a str,
    is_refusal: bool,
    /// Where its sources stand.
    value: &'a Value,
}

/// Hands out what a whole part has beyond the pieces that came.
fn decode_whole(message: &mut MessageDecoder, whole: &WholePart<'_>, out: &mut EventQueue) {
    message.parts.settle(out);
    let progress = message.parts.progress(whole.part);
    match progress.rest_of(whole.text) {
        // What a frame with half a character says cannot be compared with what came.
        _ if message.has_lone_surrogates && progress.bytes > 0 => {}
        _ if whole.part.kind == Kind::Image => {
            if progress.bytes == 0 && !whole.text.is_empty() {
                known_part(message, whole.part).progress.bytes = whole.text.len();
                message.image(image_url(whole.text, str_or_empty(whole.value, "output_format")), out);
            }
        }
        Some(rest) => piece(message, whole.part, whole.is_refusal, rest, out),
        None => tell_difference(message, out),
    }
    let sources = whole.value.list("annotations");
    if !sources.is_empty() {
        let known = known_part(message, whole.part);
        sources.iter().skip(known.sources).for_each(|source| out.source(source));
        known.sources = known.sources.max(sources.len());
    }
}

/// Warns, once, that the service told something twice and differently.
fn tell_difference(message: &mut MessageDecoder, out: &mut EventQueue) {
    if !std::mem::replace(&mut message.parts.told_difference, true) {
        out.warn(DIFFERENCE);
    }
}

/// The address of an image in base64, of this format: PNG, JPEG or WebP. Where the service names none, the first bytes do.
fn image_url(data: &str, format: &str) -> String {
    if data.starts_with("data:") || data.starts_with("http") {
        return data.to_owned();
    }
    let media = match format {
        "png" | "jpeg" | "webp" => format,
        "jpg" => "jpeg",
        _ if data.starts_with("/9j/") => "jpeg",
        _ if data.starts_with("UklGR") => "webp",
        _ => "png",
    };
    join(&["data:image/", media, ";base64,", data])
}

/// A part of the content of a message or of reasoning.
fn content_part(item: u64, index: u64, value: &Value) -> WholePart<'_> {
    let (kind, key) = match str_or_empty(value, "type") {
        "reasoning_text" => (Kind::Reasoning, "text"),
        "summary_text" => (Kind::Summary, "text"),
        "refusal" => (Kind::Text, "refusal"),
        _ => (Kind::Text, "text"),
    };
    let part = Part { item, kind, index };
    WholePart { part, text: str_or_empty(value, key), is_refusal: key == "refusal", value }
}

/// All parts of the item at `index`.
fn parts_of(index: u64, item: &Value) -> Vec<WholePart<'_>> {
    let summary = (0..).zip(item.list("summary")).map(|(at, value)| {
        let part = Part { item: index, kind: Kind::Summary, index: at };
        WholePart { part, text: str_or_empty(value, "text"), is_refusal: false, value }
    });
    let content = (0..).zip(item.list("content")).map(|(at, value)| content_part(index, at, value));
    let image = (str_or_empty(item, "type") == "image_generation_call").then(|| {
        let part = Part { item: index, kind: Kind::Image, index: 0 };
        WholePart { part, text: str_or_empty(item, "result"), is_refusal: false, value: item }
    });
    summary.chain(content).chain(image).collect()
}

/// Reads one frame of the stream (J3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let item = value.number("output_index").unwrap_or_default();
    let delta = str_or_empty(value, "delta");
    let none = Value::Null;
    let part = |kind| {
        let key = if kind == Kind::Summary { "summary_index" } else { "content_index" };
        Part { item, kind, index: value.number(key).unwrap_or_default() }
    };
    let whole =
        |kind, key| WholePart { part: part(kind), text: str_or_empty(value, key), is_refusal: key == "refusal", value };
    match str_or_empty(value, "type") {
        "response.output_text.delta" => piece(message, part(Kind::Text), false, delta, out),
        "response.refusal.delta" => piece(message, part(Kind::Text), true, delta, out),
        "response.reasoning_summary_text.delta" => piece(message, part(Kind::Summary), false, delta, out),
        "response.reasoning_text.delta" => piece(message, part(Kind::Reasoning), false, delta, out),
        "response.output_text.done" => decode_whole(message, &whole(Kind::Text, "text"), out),
        "response.refusal.done" => decode_whole(message, &whole(Kind::Text, "refusal"), out),
        "response.reasoning_summary_text.done" => decode_whole(message, &whole(Kind::Summary, "text"), out),
        "response.reasoning_text.done" => decode_whole(message, &whole(Kind::Reasoning, "text"), out),
        "response.content_part.done" | "response.reasoning_part.done" => {
            let whole = content_part(item, part(Kind::Text).index, value.get("part").unwrap_or(&none));
            decode_whole(message, &whole, out);
        }
        "response.reasoning_summary_part.done" => {
            let value = value.get("part").unwrap_or(&none);
            let text = str_or_empty(value, "text");
            decode_whole(message, &WholePart { part: part(Kind::Summary), text, is_refusal: false, value }, out);
        }
        "response.output_item.added" => {
            decode_call(message, None, item, value.get("item").unwrap_or(&none), false, out)
        }
        "response.output_item.done" => {
            let whole = value.get("item").unwrap_or(&none);
            parts_of(item, whole).iter().for_each(|part| decode_whole(message, part, out));
            decode_call(message, None, item, whole, true, out);
        }
        "response.function_call_arguments.delta" => message.tool_call(Some(item), "", "", delta, out),
        "response.function_call_arguments.done" => {
            let (name, arguments) = (str_or_empty(value, "name"), str_or_empty(value, "arguments"));
            if !message.whole_call(None, (item, "", name, arguments), out) {
                tell_difference(message, out);
            }
        }
        "response.output_text.annotation.added" => {
            if let Some(source) = value.non_null("annotation") {
                known_part(message, part(Kind::Text)).sources += 1;
                out.source(source);
            }
        }
        "response.completed" | "response.incomplete" | "response.failed" => {
            let response = value.get("response").unwrap_or(&none);
            decode_end(message, response)?;
            decode_output(message, response.list("output"), out);
            message.is_over = true;
        }
        "error" => return Err(error_in_success_body(value, b"")),
        _ => {}
    }
    Ok(())
}

/// Reads a tool call: its id and name when it begins, and of its arguments what did not come before. `at`: its position among
/// the calls of the answer, where that is known.
fn decode_call(
    message: &mut MessageDecoder,
    at: Option<usize>,
    index: u64,
    item: &Value,
    is_whole: bool,
    out: &mut EventQueue,
) {
    let [id, name, kind] = ["call_id", "name", "type"].map(|key| str_or_empty(item, key));
    if !is_call(message, item) {
        // A call of the service's own, or of a tool that this request does not know.
        if kind == CUSTOM_CALL && at.is_none() && is_whole {
            out.push(Event::Status { kind: kind.to_owned(), text: name.to_owned(), raw: item.clone() });
        }
        return;
    }
    let input;
    let arguments = match kind {
        CUSTOM_CALL if is_whole => {
            input = fill_template(r#"{"input":$}"#, &[str_or_empty(item, "input")]).to_json();
            &input
        }
        // Pieces of its text are no pieces of JSON, so they are not handed out.
        CUSTOM_CALL => "",
        _ => str_or_empty(item, "arguments"),
    };
    if !message.whole_call(at, (index, id, name, arguments), out) {
        tell_difference(message, out);
    }
}

/// The type of an item that calls a tool whose input is text and not JSON.
const CUSTOM_CALL: &str = "custom_tool_call";

/// Whether an item calls a tool of the caller. Custom tools have no place in `tools`, so the caller gives them in `extra`. xAI's
/// service sends calls of its own tools in the same form: they are no calls to be answered.
fn is_call(message: &MessageDecoder, item: &Value) -> bool {
    match str_or_empty(item, "type") {
        "function_call" => true,
        CUSTOM_CALL => is_custom_tool(&message.chat, str_or_empty(item, "name")),
        _ => false,
    }
}

/// Whether the caller gave a custom tool of this name.
fn is_custom_tool(chat: &ChatRequest, name: &str) -> bool {
    let given = [".extra", ".under"].iter().filter_map(|key| chat.mapped_options.get(key));
    let mut tools = given.flat_map(|extra| extra.list("tools"));
    tools.any(|tool| str_or_empty(tool, "type") == "custom" && str_or_empty(tool, "name") == name)
}

/// How the parts of a whole answer are found among those that came in pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    /// By the position of the item.
    Position,
    /// By their order. Some gateways leave items out of the whole answer, so that the others change their positions.
    Order,
    /// All of it came before.
    Nothing,
}

/// Reads the items of a whole answer: nothing but it may have come, or all of it came before.
fn decode_output(message: &mut MessageDecoder, output: &[Value], out: &mut EventQueue) {
    message.parts.settle(out);
    let wholes: Vec<_> = (0..).zip(output).map(|(index, item)| parts_of(index, item)).collect();
    let all = || wholes.iter().flatten().filter(|whole| !whole.text.is_empty());
    let mut is_other = false;
    let matches: [Match; Kind::STREAMS] = std::array::from_fn(|stream| {
        let parts = &message.parts;
        let came: usize = parts.stream(stream).map(|known| known.progress.bytes).sum();
        let wanted = || all().filter(|whole| whole.part.kind.stream() == stream);
        let Some(missing) = wanted().map(|whole| whole.text.len()).sum::<usize>().checked_sub(came) else {
            return Match::Nothing;
        };
        let rest = |progress: Progress, whole: &WholePart<'_>| progress.rest_of(whole.text).map(str::len);
        let by_position = wanted().map(|whole| rest(parts.progress(whole.part), whole)).sum::<Option<usize>>();
        if by_position == Some(missing) {
            return Match::Position;
        }
        let known = parts.stream(stream).map(|known| known.progress).chain(std::iter::repeat(Progress::default()));
        let by_order = wanted().zip(known).map(|(whole, progress)| rest(progress, whole)).sum::<Option<usize>>();
        if by_order == Some(missing) {
            return Match::Order;
        }
        is_other |= missing > 0;
        Match::Nothing
    });
    if is_other {
        tell_difference(message, out);
    }
    let known = |stream| message.parts.stream(stream).map(|known| known.part).collect::<Vec<_>>().into_iter();
    let mut known: [_; Kind::STREAMS] = std::array::from_fn(known);
    let mut calls = 0;
    for ((index, item), wholes) in (0..).zip(output).zip(&wholes) {
        for whole in wholes.iter().filter(|whole| !whole.text.is_empty()) {
            let stream = whole.part.kind.stream();
            let part = match matches[stream] {
                Match::Position => whole.part,
                Match::Order => known[stream].next().unwrap_or(whole.part),
                Match::Nothing => continue,
            };
            decode_whole(message, &WholePart { part, ..*whole }, out);
        }
        decode_call(message, Some(calls), index, item, true, out);
        calls += usize::from(is_call(message, item));
    }
}

/// Reads how the answer ended (J4).
fn decode_end(message: &mut MessageDecoder, response: &Value) -> Result<()> {
    if matches!(str_or_empty(response, "status"), "failed" | "cancelled") {
        return Err(error_in_success_body(response, b""));
    }
    message.usage(response.get("usage"));
    message.finish(response.text_at("/incomplete_details/reason").unwrap_or(str_or_empty(response, "status")));
    // The service can only remember what it stores. Not every response says whether it was stored; then the request
    // decides.
    let asked = [".extra", ".under"].iter().find_map(|key| message.chat.mapped_options.get(key)?.get("store"));
    match response.get("store").or(asked) {
        Some(Value::Bool(false)) => message.conversation = Map::new(),
        _ => message.conversation.insert_str("responseId", str_or_empty(response, "id")),
    }
    Ok(())
}
