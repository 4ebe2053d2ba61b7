//! OpenAI's Responses API. Part J of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::reasoning_detail::{self, OPENAI};
use crate::chat::{Event, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{self, Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::answer_parts::{
    Kind, Matching, Part, WholePart, decode_whole, known_part, piece, tell_difference,
};
use crate::providers::keyed::compatible::Service;
use crate::providers::keyed::content_part::{ContentPart, Media, MediaKind, Source};
use crate::providers::keyed::embeddings::Embeddings;
use crate::providers::keyed::errors::error_in_success_body;
use crate::providers::keyed::message_decoder::{Kept, MessageDecoder, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, KeptPart, PROVIDER_DATA, Role, ToolForm, Tools};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes, strict};
use crate::text::join;

/// The class `OpenAiResponses` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models")),
    embeddings: Embeddings::with(|settings| Ok(Service::of(settings, "")?.embeddings().map(|form| (&DIALECT, form)))),
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
            ("parallelToolCalls", "parallel_tool_calls"),
            ("reasoningEffort", "reasoning/effort"),
            ("responseFormat", ".response_format"),
            ("native", ".native.responses"),
            ("extra", ".extra"),
        ],
    ),
};

/// How the responses are read (J3, J4).
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers: keyed::bearer,
    events: &["response.", "error"],
    text_path: &["delta"],
    reasoning_paths: &[&["delta"]],
    arguments_path: &["delta"],
    frame,
    json_response: |message, value, out| {
        begin(message, out);
        decode_output(message, value.list("output"), out);
        decode_end(message, value)?;
        Ok(value.says("object", "response"))
    },
};

/// Makes the request for a reply (J1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body, warnings) = (&builder.chat, &mut builder.body, &mut builder.warnings);
    let messages = messages::given(chat)?;
    let mut parsed = messages::parse(&messages)?;
    // System messages at the beginning are the instructions; later ones keep their place.
    let leading = parsed.iter().take_while(|message| message.role == Role::System).count();
    let others = parsed.split_off(leading);
    let system = messages::text_of(&parsed);
    let parsed = others;
    messages::warn_of_reasoning(&parsed, NAME, &|detail| detail.says("format", OPENAI), warnings);
    let is_foreign = |message: &&ChatMessage| message.given.get(PROVIDER_DATA).is_some() && !is_of_host(chat, message);
    if let Some(message) = parsed.iter().find(is_foreign) {
        let left_out = " and perhaps others are of another host of this API: what only that one can read was left out";
        warnings.push(join(&[&messages::place(message.at), left_out]));
    }
    messages::warn_of_marks(chat, &parsed, NAME, warnings);
    messages::warn_of_flags(&parsed, NAME, warnings);
    messages::warn_of_names(&parsed, NAME, warnings);
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
    for message in new {
        write_items(chat, message, &mut input, warnings)?;
    }
    body.insert("input", input.into());
    let Tools { functions, own } = messages::tools(chat, &TOOLS)?;
    let functions = functions.into_iter().map(|tool| default_to_not_strict(tool, &chat.settings.name, warnings));
    let tools: Vec<_> = own.into_iter().map(flat).chain(functions).collect();
    if messages::has_tools(chat, !tools.is_empty(), warnings)? {
        add_tool_choice(chat, body)?;
    }
    if !tools.is_empty() {
        body.insert("tools", tools.into());
    }
    if !body.contains_key("tools") {
        body.remove("parallel_tool_calls");
    }
    if body.contains_key("reasoning") {
        body.insert_in("reasoning", "summary", "auto".into());
        // What the service does not store it has to give away to get it back. It refuses this of models without reasoning.
        if (!is_stored(chat) || wants_state(chat)) && !chat.mapped_options.says("reasoning/effort", "none") {
            body.insert_filled("include", r#"["reasoning.encrypted_content"]"#, &[]);
        }
    }
    _ = messages::schema(chat)?;
    if let Some(given) = chat.mapped_options.get(".response_format") {
        // The format has one level less than in Chat Completions.
        let mut format = match given.get("json_schema") {
            Some(Value::Object(format)) => format.clone(),
            _ => Map::new(),
        };
        format.insert_str("type", str_or_empty(given, "type"));
        strict::adapt(&mut format, "schema", strict::FORMAT, &chat.settings.name, warnings);
        body.insert_filled("text", r#"{"format":%}"#, &[&format.to_json()]);
    }
    if let Some(native) = native(chat) {
        keyed::merge_over(body, native)?;
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The name of the class.
const NAME: &str = PROTOCOL.info.name;

/// Whether what is kept of a message came from the host that is asked: another one cannot read its encrypted reasoning, and knows none
/// of its ids. (Any other provider's is not read at all.)
fn is_of_host(chat: &ChatRequest, message: &ChatMessage) -> bool {
    let data = message.given.get(PROVIDER_DATA).filter(|data| data.says("provider", NAME));
    data.is_none_or(|data| data.text("url").unwrap_or(PROTOCOL.info.base_url) == chat.settings.url)
}

/// The member of the conversation that counts the messages that the service had when it answered.
const MESSAGES_SEEN: &str = "heard";

/// What a client of the edge that speaks this API, too, wants of it.
fn native(chat: &ChatRequest) -> Option<&Value> {
    chat.mapped_options.get(".native.responses")?.get("responses")
}

/// Whether the caller sends the whole conversation each time, and so needs what the service wants back, stored or not (src/js/ai-sdk/request.js).
fn wants_state(chat: &ChatRequest) -> bool {
    chat.mapped_options.get(".native.responses").is_some_and(|native| native.is_true("state"))
}

/// Whether the service may store the answer, as it does unless the caller says otherwise.
fn is_stored(chat: &ChatRequest) -> bool {
    let asked = chat.extras().chain(native(chat)).find_map(|extra| extra.get("store"));
    asked != Some(&Value::Bool(false))
}

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] = [r#""auto""#, r#""none""#, r#""required""#, r#"{"type":"function","name":$}"#];

/// Adds the choice of a tool. One that is in the service's own form (`allowed_tools`, or the type of a tool that the service runs)
/// goes as it is.
fn add_tool_choice(chat: &ChatRequest, body: &mut Map) -> Result<()> {
    match chat.mapped_options.get(".tool_choice") {
        Some(choice) if choice.text("type").is_some_and(|kind| kind != "function") => {
            body.insert("tool_choice", flat_choice(choice));
            Ok(())
        }
        _ => messages::tool_choice(chat, body, "tool_choice", CHOICES),
    }
}

/// A choice in the service's own form. In that of Chat Completions it has one level more, and so have the tools in it.
fn flat_choice(choice: &Value) -> Value {
    let kind = str_or_empty(choice, "type");
    let Some(Value::Object(inner)) = choice.get(kind) else { return choice.clone() };
    let mut flat = inner.clone();
    flat.insert_str("type", kind);
    if let Some(Value::Array(tools)) = flat.get_mut("tools") {
        tools.iter_mut().for_each(|tool| *tool = flat_choice(tool));
    }
    flat.into()
}

/// How tools are written (J1).
const TOOLS: ToolForm = ToolForm {
    head: &[("type", "function")],
    schema: "parameters",
    more: &["strict"],
    // Tools that the service runs, and those that take text; not Anthropic's, whose types end with eight digits.
    is_own: |tool| {
        let kind = str_or_empty(tool, "type");
        !matches!(kind, "" | "function") && !messages::is_of_anthropic(tool) && tool.get("input_schema").is_none()
    },
};

/// A custom tool of Chat Completions has one level more.
fn flat(tool: Value) -> Value {
    let Some(Value::Object(custom)) = tool.get("custom") else { return tool };
    let mut flat = custom.clone();
    flat.insert_str("type", CUSTOM);
    // Its grammar has one level more there, too.
    if let Some(Value::Object(grammar)) = flat.get("format").and_then(|format| format.get("grammar")) {
        let mut format = grammar.clone();
        format.insert_str("type", "grammar");
        flat.insert("format", format.into());
    }
    flat.into()
}

/// The type of a tool that takes text and no JSON.
const CUSTOM: &str = "custom";

/// Marks a tool as not strict where the caller says nothing. Unlike Chat Completions, this API is strict by default and
/// makes every optional member of a schema required.
fn default_to_not_strict(mut tool: Value, service: &str, warnings: &mut Vec<String>) -> Value {
    if let Some(tool) = tool.as_object_mut() {
        if !tool.contains_key("strict") {
            tool.insert("strict", false.into());
        }
        strict::adapt_tool(tool, "parameters", service, warnings);
    }
    tool
}

/// Items of the input, of which those that have content parts are still open for more of them.
struct Items<'a> {
    input: &'a mut Vec<Value>,
    role: &'static str,
    content: Vec<Value>,
    /// What belongs to the message, such as `phase`.
    own: Option<&'a Value>,
}

impl<'a> Items<'a> {
    /// Ends the message that is open.
    fn end_message(&mut self) {
        if !self.content.is_empty() {
            let mut item = self.own.take().and_then(Value::as_object).cloned().unwrap_or_default();
            item.insert_str("role", self.role);
            item.insert("content", std::mem::take(&mut self.content).into());
            self.input.push(item.into());
        }
    }

    fn item(&mut self, item: Value) {
        self.end_message();
        self.input.push(item);
    }

    fn text(&mut self, text: &str) {
        let kind = if self.role == "assistant" { "output_text" } else { "input_text" };
        self.content.push(fill_template(r#"{"type":$,"text":$}"#, &[kind, text]));
    }
}

/// Appends a message as items of `input` (J2).
fn write_items(
    chat: &ChatRequest,
    message: &ChatMessage,
    input: &mut Vec<Value>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let role = match message.role {
        Role::System if message.given.says("role", "developer") => "developer",
        Role::System => "system",
        Role::Assistant => "assistant",
        Role::User | Role::Tool => "user",
    };
    let given = if is_of_host(chat, message) { message.parts_for(NAME) } else { message.given_parts() };
    let mut items = Items { input, role, content: Vec::new(), own: None };
    if message.given.get(PROVIDER_DATA).is_none() {
        for detail in reasoning_detail::of_format(message.given, OPENAI) {
            const REASONING: &str = r#"{"type":"reasoning","id":$,"summary":[],"encrypted_content":$}"#;
            items.item(fill_template(REASONING, &[str_or_empty(detail, "id"), str_or_empty(detail, "data")]));
        }
    }
    // Calls follow the message, whatever is between its texts.
    let mut calls = Vec::new();
    for part in &given {
        match part {
            KeptPart::Text(text, own) => {
                items.end_message();
                items.own = *own;
                items.text(text);
            }
            // The service knows nothing of reasoning that is neither stored nor encrypted.
            KeptPart::Own(own) if own.says("type", "reasoning") => {
                let is_encrypted = own.text("encrypted_content").is_some_and(|text| !text.is_empty());
                if is_encrypted || is_stored(chat) {
                    items.item((*own).clone());
                }
            }
            // Our decoder keeps no messages and references: such an item is a client's, and would be a message of any role.
            KeptPart::Own(own) if own.get("role").is_some() || own.says("type", "item_reference") => {}
            KeptPart::Own(own) => items.item((*own).clone()),
            KeptPart::Given(part @ ContentPart::ToolCall { .. }, _) if message.given.get(PROVIDER_DATA).is_none() => {
                calls.push(*part);
            }
            KeptPart::Given(part, _) => write_part(chat, message, part, &mut items, warnings)?,
        }
    }
    for call in calls {
        write_part(chat, message, call, &mut items, warnings)?;
    }
    items.end_message();
    Ok(())
}

/// Writes one part of a message (J2).
fn write_part(
    chat: &ChatRequest,
    message: &ChatMessage,
    part: &ContentPart,
    items: &mut Items<'_>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    const CALL: &str = r#"{"type":"function_call","call_id":$,"name":$,"arguments":$}"#;
    const CUSTOM_CALL: &str = r#"{"type":"custom_tool_call","call_id":$,"name":$,"input":$}"#;
    match part {
        ContentPart::Text(text) => items.text(text),
        ContentPart::Media(_) if message.role == Role::Assistant => {
            messages::warn_of_message(message.at, "", messages::IMAGE_OF_ASSISTANT, warnings);
        }
        ContentPart::Media(media) => {
            let part = media_part(media).ok_or_else(|| messages::no_form(message, NAME, part))?;
            items.content.push(part);
        }
        // Told by `warn_of_reasoning` and `warn_of_marks`.
        ContentPart::Reasoning(_) | ContentPart::CacheMark(_) => {}
        ContentPart::Other(_) => return Err(messages::no_form(message, NAME, part)),
        ContentPart::ToolCall { id, name, arguments } if is_custom_tool(chat, name) => {
            // Arguments of another form are of another service, or of a time when the tool took JSON.
            let read = json::parse(arguments.as_bytes()).map(|parsed| parsed.value).unwrap_or_default();
            items.item(fill_template(CUSTOM_CALL, &[id, name, read.text("input").unwrap_or(arguments)]));
        }
        ContentPart::ToolCall { id, name, arguments } => items.item(fill_template(CALL, &[id, name, arguments])),
        ContentPart::ToolResult { id, name, text, media, .. } => {
            let mut result = Map::new();
            let kind = if is_custom_tool(chat, name) { "custom_tool_call_output" } else { "function_call_output" };
            result.insert_str("type", kind);
            result.insert_str("call_id", id);
            if media.is_empty() {
                result.insert_str("output", text);
            } else {
                let mut output = Vec::new();
                if !text.is_empty() {
                    output.push(fill_template(r#"{"type":"input_text","text":$}"#, &[text]));
                }
                for part in media {
                    let written = if let ContentPart::Media(media) = part { media_part(media) } else { None };
                    output.push(written.ok_or_else(|| messages::no_form(message, NAME, part))?);
                }
                result.insert("output", output.into());
            }
            items.item(result.into());
        }
    }
    Ok(())
}

/// The part of an image or a file. `None`: the service takes no such content.
fn media_part(media: &Media) -> Option<Value> {
    let mut part = Map::new();
    let kind = match media.kind {
        MediaKind::Image => "input_image",
        MediaKind::File => "input_file",
        MediaKind::Audio | MediaKind::Video => return None,
    };
    part.insert_str("type", kind);
    match (&media.source, media.kind) {
        (Source::Id(id), _) => part.insert_str("file_id", id),
        (Source::Text(text), _) => {
            part.insert_str("type", "input_text");
            part.insert_str("text", text);
        }
        (_, MediaKind::Image) => part.insert("image_url", media.url()?),
        (Source::Url(url), _) => part.insert_str("file_url", url),
        (Source::Data(_), _) => {
            part.insert_str("filename", media.file_name());
            part.insert("file_data", media.url()?);
        }
    }
    if !media.detail.is_empty() {
        part.insert_str("detail", media.detail);
    }
    Some(part.into())
}

/// A part of the content of a message or of reasoning.
fn content_part<'a>(item: u64, id: &'a str, index: u64, value: &'a Value) -> WholePart<'a> {
    let (kind, key) = match str_or_empty(value, "type") {
        "reasoning_text" => (Kind::Reasoning, "text"),
        "summary_text" => (Kind::Summary, "text"),
        "refusal" => (Kind::Text, "refusal"),
        _ => (Kind::Text, "text"),
    };
    let part = Part { item, kind, index };
    WholePart { part, id, text: str_or_empty(value, key), is_refusal: key == "refusal", value }
}

/// All parts of the item at `index`.
fn parts_of(index: u64, item: &Value) -> Vec<WholePart<'_>> {
    let id = str_or_empty(item, "id");
    let summary = (0..).zip(item.list("summary")).map(|(at, value)| {
        let part = Part { item: index, kind: Kind::Summary, index: at };
        WholePart { part, id, text: str_or_empty(value, "text"), is_refusal: false, value }
    });
    let content = (0..).zip(item.list("content")).map(|(at, value)| content_part(index, id, at, value));
    let image = item.says("type", "image_generation_call").then(|| {
        let part = Part { item: index, kind: Kind::Image, index: 0 };
        WholePart { part, id, text: str_or_empty(item, "result"), is_refusal: false, value: item }
    });
    summary.chain(content).chain(image).collect()
}

/// Says how an answer of this API is read: pieces are compared with wholes, and what is kept of it belongs to its host.
fn begin(message: &mut MessageDecoder, out: &mut EventQueue) {
    out.tracks_received = true;
    message.usual_home = PROTOCOL.info.base_url;
}

/// Reads one frame of the stream (J3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    begin(message, out);
    let item = value.number("output_index").unwrap_or_default();
    let [delta, id] = ["delta", "item_id"].map(|key| str_or_empty(value, key));
    let none = Value::Null;
    let part = |kind| {
        let key = if kind == Kind::Summary { "summary_index" } else { "content_index" };
        Part { item, kind, index: value.number(key).unwrap_or_default() }
    };
    let whole = |kind, key| WholePart {
        part: part(kind),
        id,
        text: str_or_empty(value, key),
        is_refusal: key == "refusal",
        value,
    };
    match str_or_empty(value, "type") {
        "response.output_text.delta" => piece(message, (part(Kind::Text), id, false), delta, out),
        "response.refusal.delta" => piece(message, (part(Kind::Text), id, true), delta, out),
        "response.reasoning_summary_text.delta" => piece(message, (part(Kind::Summary), id, false), delta, out),
        "response.reasoning_text.delta" => piece(message, (part(Kind::Reasoning), id, false), delta, out),
        "response.output_text.done" => decode_whole(message, &whole(Kind::Text, "text"), out),
        "response.refusal.done" => decode_whole(message, &whole(Kind::Text, "refusal"), out),
        "response.reasoning_summary_text.done" => decode_whole(message, &whole(Kind::Summary, "text"), out),
        "response.reasoning_text.done" => decode_whole(message, &whole(Kind::Reasoning, "text"), out),
        "response.content_part.done" | "response.reasoning_part.done" => {
            let whole = content_part(item, id, part(Kind::Text).index, value.get("part").unwrap_or(&none));
            decode_whole(message, &whole, out);
        }
        "response.reasoning_summary_part.done" => {
            let value = value.get("part").unwrap_or(&none);
            let text = str_or_empty(value, "text");
            decode_whole(message, &WholePart { part: part(Kind::Summary), id, text, is_refusal: false, value }, out);
        }
        "response.output_item.added" => {
            if value.text_at("/item/type") == Some("reasoning") {
                let mut begun = Map::new();
                begun.insert_str("id", value.text_at("/item/id").unwrap_or_default());
                out.push(Event::ReasoningDetail(begun));
            }
            decode_call(message, None, item, value.get("item").unwrap_or(&none), false, out)
        }
        "response.output_item.done" => {
            let whole = value.get("item").unwrap_or(&none);
            parts_of(item, whole).iter().for_each(|part| decode_whole(message, part, out));
            decode_call(message, None, item, whole, true, out);
            keep_item(message, whole, out);
            if is_note(whole) {
                message.notes.tells_item(str_or_empty(whole, "id"));
                tell_item(message, whole, out);
            }
        }
        // A picture that is not complete is no part of the answer, and a megabyte or more.
        "response.image_generation_call.partial_image" if message.notes.is_news("partial_image", &Value::Null) => {
            out.warn("the service sends pictures that are not complete: they are left out; 'includeRaw' has them");
        }
        kind @ ("response.audio.delta" | "response.audio.transcript.delta") => {
            let mut audio = Map::new();
            audio.insert_str(if kind == "response.audio.delta" { "data" } else { "transcript" }, delta);
            message.content(Event::Audio(audio), out);
        }
        "response.function_call_arguments.delta" => message.tool_call(value.number("output_index"), "", "", delta, out),
        "response.function_call_arguments.done" => {
            let (name, arguments) = (str_or_empty(value, "name"), str_or_empty(value, "arguments"));
            if !message.whole_call(None, (value.number("output_index"), "", name, arguments), out) {
                tell_difference(message, out);
            }
        }
        "response.output_text.annotation.added" => {
            if let Some(source) = value.non_null("annotation") {
                let part = part(Kind::Text);
                known_part(message, part, id).sources += 1;
                notes::cite(source, message.parts.is_first_text(part), out);
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
            notes::status(kind, name, item, out);
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
    if !message.whole_call(at, (Some(index), id, name, arguments), out) {
        tell_difference(message, out);
    }
}

/// The type of an item that calls a tool whose input is text and not JSON.
const CUSTOM_CALL: &str = "custom_tool_call";

/// Whether an item calls a tool of the caller. Custom tools are in `tools` or in `extra`. xAI's
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
    let extra = chat.extras().flat_map(|extra| extra.list("tools"));
    let tools = chat.mapped_options.get(".tools").and_then(Value::as_array).into_iter().flatten();
    tools.chain(extra).any(|tool| {
        str_or_empty(tool, "type") == CUSTOM
            && tool.get("input_schema").is_none()
            && str_or_empty(tool.get("custom").unwrap_or(tool), "name") == name
    })
}

/// Calls of tools that the caller runs, but which are no functions: there is no result of a tool that answers them, so they are told as
/// actions. A caller who answers one does so with an item of `input` in `extra`.
const ACTIONS: [&str; 5] =
    ["computer_call", "shell_call", "local_shell_call", "apply_patch_call", "mcp_approval_request"];

/// Whether an item is told by itself, since it is neither text, reasoning, an image nor a call of the caller's tools.
fn is_note(item: &Value) -> bool {
    match str_or_empty(item, "type") {
        "" | "message" | "reasoning" | "function_call" | CUSTOM_CALL => false,
        // A picture that failed.
        "image_generation_call" => item.text("result").is_none_or(str::is_empty),
        _ => true,
    }
}

/// Tells an item, and the files and pictures that it made.
fn tell_item(message: &mut MessageDecoder, item: &Value, out: &mut EventQueue) {
    let kind = str_or_empty(item, "type");
    if ACTIONS.contains(&kind) {
        return out.push(Event::Action { kind: kind.to_owned(), action: item.clone() });
    }
    let places = ["/name", "/code", "/action/query", "/queries/0", "/error/message", "/error", "/status"];
    let words = places.iter().find_map(|place| item.text_at(place));
    notes::status(kind, words.unwrap_or_default(), item, out);
    for output in item.list("outputs") {
        match (str_or_empty(output, "type"), output.text("url")) {
            ("image", Some(url)) => message.image(url.to_owned(), out),
            _ => output.list("files").iter().for_each(|found| notes::file(found, out)),
        }
    }
}

/// Reads the items of a whole answer: nothing but it may have come, or all of it came before.
fn decode_output(message: &mut MessageDecoder, output: &[Value], out: &mut EventQueue) {
    let wholes: Vec<_> = (0..).zip(output).map(|(index, item)| parts_of(index, item)).collect();
    let mut matching = Matching::new(message, &wholes, out);
    let mut calls = 0;
    let is_kept = message.has_kept();
    for ((index, item), wholes) in (0..).zip(output).zip(&wholes) {
        wholes.iter().for_each(|whole| matching.decode(message, whole, out));
        decode_call(message, Some(calls), index, item, true, out);
        if !is_kept {
            keep_item(message, item, out);
        }
        if is_note(item) && !message.notes.told_item(str_or_empty(item, "id")) {
            tell_item(message, item, out);
        }
        calls += usize::from(is_call(message, item));
    }
}

/// Keeps an item, which the service wants back with the message: reasoning, which may be encrypted, and what the service ran itself.
fn keep_item(message: &mut MessageDecoder, item: &Value, out: &mut EventQueue) {
    match str_or_empty(item, "type") {
        "" => {}
        "message" => {
            let mut own = Map::new();
            item.non_null("phase").into_iter().for_each(|phase| own.insert("phase", phase.clone()));
            message.keep_text(if own.is_empty() { Value::Null } else { own.into() }, out);
        }
        _ if is_call(message, item) => {
            message.keep_part(Kept::Call(str_or_empty(item, "call_id").to_owned(), Value::Null), out);
        }
        // A call that no tool of the caller answers has no result, without which it may not go back.
        CUSTOM_CALL => {}
        kind => {
            if kind == "reasoning"
                && let Some(data) = item.text("encrypted_content").filter(|data| !data.is_empty())
            {
                message.reasoning_detail(reasoning_detail::encrypted(data, str_or_empty(item, "id"), OPENAI), out);
            }
            let mut own = item.clone();
            if let Some(own) = own.as_object_mut() {
                // The service refuses its own word for an item that is whole.
                own.remove("status");
                // An image is large, and the service that stores it knows it by its id.
                if is_stored(&message.chat) && own.says("type", "image_generation_call") {
                    own.remove("result");
                }
            }
            message.keep_part(Kept::Own(own), out);
        }
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
    match response.get("store").and_then(Value::as_bool).unwrap_or_else(|| is_stored(&message.chat)) {
        false => message.conversation = Map::new(),
        _ => message.conversation.insert_str("responseId", str_or_empty(response, "id")),
    }
    Ok(())
}
