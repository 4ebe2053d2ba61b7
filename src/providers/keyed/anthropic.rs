//! Anthropic's Messages API, versions 2023-06-01 and 2026-10-21 (setting `version`). Part H of `tests/wire/README.md`
//! is the protocol.

use std::borrow::Cow;
use std::rc::Rc;

use crate::chat::reasoning_detail::{self, ANTHROPIC};
use crate::chat::{Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::http::Request;
use crate::json::{Map, Value, fill_template};
use crate::options::history::with_separate_ids;
use crate::options::json_words::JSON_ONLY;
use crate::options::{ChatRequest, NATIVE_MESSAGES as NATIVE, PDF, ProtocolInfo, SettingKind};
use crate::providers::Protocol;
use crate::providers::keyed::content_part::{self, ContentPart, Media, MediaKind, Source};
use crate::providers::keyed::message_decoder::{Kept, MessageDecoder, NOTE, str_or_empty};
use crate::providers::keyed::messages::{self, ChatMessage, KeptPart, KnownCalls, Role, ToolForm, Tools, id_digits};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes};
use crate::text::{self, filled};

/// The class `Anthropic` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models?limit=1000")),
    embeddings: None,
    info: ProtocolInfo {
        settings: &[("version", SettingKind::HeaderValue)],
        ..ProtocolInfo::service(
            "Anthropic",
            "https://api.anthropic.com/v1",
            "/messages",
            &[
                ("model", "model"),
                ("messages", ".messages"),
                ("temperature", "temperature"),
                ("topP", "top_p"),
                ("maxTokens", "max_tokens"),
                ("stop", "stop_sequences"),
                ("tools", ".tools"),
                ("toolChoice", ".tool_choice"),
                ("parallelToolCalls", ".parallel_tool_calls"),
                ("reasoningEffort", "output_config/effort"),
                ("responseFormat", ".response_format"),
                ("native", NATIVE),
                ("extra", ".extra"),
            ],
        )
    },
};

/// How the responses are read (H3).
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers,
    events: &["message", "content_block", "error"],
    text_path: &["delta", "text"],
    reasoning_paths: &[],
    arguments_path: &["delta", "partial_json"],
    frame,
    json_response: |message, value, out| {
        for (index, block) in (0..).zip(value.list("content")) {
            begin_block(message, index, block, out);
            end_block(message, index, out);
        }
        message.usage(value.get("usage"));
        read_stop_reason(message, value, out);
        Ok(value.says("type", "message"))
    },
};

/// The version of the API that is used by default.
const VERSION: &str = "2026-10-21";

/// Adds the version and the key. A page of another origin needs one more header.
fn headers(chat: &ChatRequest, request: Request) -> Request {
    let request = request.header("anthropic-version", version(chat));
    // The service refuses pages of other origins without this header.
    let request = match chat.cross_origin {
        true => request.header("anthropic-dangerous-direct-browser-access", "true"),
        false => request,
    };
    keyed::with_key(chat, request, "x-api-key", "")
}

/// The version of the API: a date, so versions can be compared as texts.
fn version(chat: &ChatRequest) -> &str {
    chat.settings.get("version").unwrap_or(VERSION)
}

/// Makes the request for a reply (H1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body, warnings) = (&builder.chat, &mut builder.body, &mut builder.warnings);
    let messages = messages::given(chat)?;
    let messages = with_separate_ids(&messages).map_or(messages, Rc::new);
    let mut parsed = messages::parse(&messages)?;
    let system = messages::take_system(&mut parsed, warnings);
    let known = KnownCalls::of(&chat.conversation);
    builder.conversation = known.still_needed(&parsed);
    messages::warn_of_reasoning(&parsed, NAME, &is_own_reasoning, warnings);
    messages::warn_of_arguments(&parsed, warnings);
    messages::warn_of_names(&parsed, NAME, warnings);
    add_system(&system, body);
    let warnings = std::cell::RefCell::new(warnings);
    let blocks = |message: &ChatMessage| blocks(message, &known, &mut warnings.borrow_mut());
    body.insert("messages", messages::in_blocks(&parsed, "assistant", "content", &blocks)?);
    let warnings = warnings.into_inner();
    if !body.contains_key("max_tokens") {
        body.insert("max_tokens", MAX_TOKENS.into());
    }
    let Tools { mut functions, own } = messages::tools(chat, &TOOLS)?;
    for tool in functions.iter_mut().filter(|tool| tool.is_true("strict")).filter_map(Value::as_object_mut) {
        tool.get_mut(TOOLS.schema).into_iter().for_each(|schema| _ = close_objects(schema));
    }
    let tools: Vec<_> = own.into_iter().chain(functions).collect();
    let model = body.text_or_empty("model").to_owned();
    let is_adaptive = ["sonnet-5-5", "opus-5-5"].iter().any(|name| text::contains(&model, name));
    if messages::has_tools(chat, !tools.is_empty(), warnings)? {
        match chat.mapped_options.get(".tool_choice") {
            // The service's own form, which may say more than the choice.
            Some(choice) if matches!(choice.text("type"), Some("auto" | "any" | "tool" | "none")) => {
                body.insert("tool_choice", choice.clone());
            }
            _ => messages::tool_choice(chat, body, "tool_choice", CHOICES)?,
        }
        let is_forced = body.get("tool_choice").is_some_and(|choice| {
            let kind = choice.text("type").map(str::to_owned).unwrap_or_else(|| choice.to_json());
            !["auto", "none", CHOICES[0], CHOICES[1]].contains(&kind.as_str())
        });
        if is_adaptive && is_forced {
            warnings.push(filled("$ cannot be forced to call a tool: toolChoice became 'auto'", &[&model]));
            body.insert_filled("tool_choice", CHOICES[0], &[]);
        }
    }
    if !tools.is_empty() {
        body.insert("tools", tools.into());
    }
    if body.contains_key("tools")
        && let Some(Value::Bool(false)) = chat.mapped_options.get(".parallel_tool_calls")
    {
        // The switch is a member of the choice. `none` does not have it, and calls no tool at all.
        let choice = body.take("tool_choice").map_or_else(|| CHOICES[0].to_owned(), |choice| choice.to_json());
        let (start, more) = match choice == CHOICES[1] {
            true => (choice.as_str(), ""),
            false => (choice.trim_end_matches('}'), r#","disable_parallel_tool_use":true}"#),
        };
        body.insert_filled("tool_choice", "%%", &[start, more]);
    }
    messages::wrap_in_list(body, "stop_sequences");
    match body.get("output_config").and_then(|config| config.text("effort")) {
        Some("none") if is_adaptive => {
            warnings.push(filled("$ cannot do without reasoning: reasoningEffort became 'low'", &[&model]));
            body.insert_in("output_config", "effort", "low".into());
        }
        Some("none") => {
            body.remove("output_config");
            body.insert_filled("thinking", r#"{"type":"disabled"}"#, &[]);
        }
        Some("minimal") => body.insert_in("output_config", "effort", "low".into()),
        _ => {}
    }
    match messages::schema(chat)? {
        Some(schema @ Value::Object(_)) => {
            let mut schema = schema.clone();
            if close_objects(&mut schema) {
                warnings.push(NO_LIMITS.to_owned());
            }
            let format = fill_template(r#"{"type":"json_schema","schema":%}"#, &[&schema.to_json()]);
            body.insert_in("output_config", "format", format);
        }
        Some(_) => {
            warnings.push(
                "Anthropic has no JSON mode without a schema, so the 'responseFormat' is asked for in words".to_owned(),
            );
            ask_for_json(body);
        }
        None => {}
    }
    if let Some(native) = chat.mapped_options.get(NATIVE).and_then(|native| native.get("messages")) {
        keyed::merge_over(body, native)?;
    }
    if lacks_thinking(chat, body) {
        warnings.push(match is_adaptive {
            // It refuses to be switched off, and is not told to think either.
            true => {
                body.remove("thinking");
                filled("$ got a turn without its thinking, which the client did not send back", &[&model])
            }
            false => {
                body.insert_filled("thinking", r#"{"type":"disabled"}"#, &[]);
                NO_THINKING.to_owned()
            }
        });
    }
    if version(chat) >= VERSION {
        for &(key, warning) in &[("temperature", NO_TEMPERATURE), ("top_p", NO_TOP_P), ("top_k", NO_TOP_K)] {
            if body.take(key).is_some() {
                warnings.push(warning.to_owned());
            }
        }
    }
    body.insert("stream", true.into());
    builder.post(&DIALECT, PROTOCOL.info.api_endpoint)
}

/// The name of the class.
const NAME: &str = PROTOCOL.info.name;

/// The limit of tokens where the caller gives none, since the service demands one. All its current models accept this
/// one.
const MAX_TOKENS: u64 = 8192;

/// Warnings about options that the newer version of the API has no more.
const NO_TEMPERATURE: &str = "Anthropic's API of 2026-10-21 has no 'temperature': it was left out";
const NO_TOP_P: &str = "Anthropic's API of 2026-10-21 has no 'topP': it was left out";
const NO_TOP_K: &str = "Anthropic's API of 2026-10-21 has no 'top_k': it was left out";
const NO_THINKING: &str = "the thinking that led to the last tool calls did not come back, without which Anthropic refuses to think: \
    thinking is off for this request";
const NO_LIMITS: &str = "Anthropic takes no limits of numbers, lengths and patterns in the schema of 'responseFormat': they went into \
    the descriptions";

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] =
    [r#"{"type":"auto"}"#, r#"{"type":"none"}"#, r#"{"type":"any"}"#, r#"{"type":"tool","name":$}"#];

/// How tools are written (H2).
const TOOLS: ToolForm = ToolForm {
    head: &[("type", "custom")],
    schema: "input_schema",
    more: &["strict", "cache_control"],
    // Tools that the service runs, or that its models were trained for, have the date of their version at the end of their type.
    is_own: |tool| {
        tool.get("input_schema").is_some() || tool.says("type", "mcp_toolset") || messages::is_of_anthropic(tool)
    },
};

/// Puts the system messages into the body: one text, or blocks where one of them has the mark of a cache.
fn add_system(system: &[ChatMessage<'_>], body: &mut Map) {
    let parts = || system.iter().flat_map(|message| &message.parts);
    if !parts().any(|part| matches!(part, ContentPart::CacheMark(_))) {
        let text = messages::text_of(system);
        if !text.is_empty() {
            body.insert_str("system", &text);
        }
        return;
    }
    let mut blocks: Vec<Value> = Vec::new();
    for part in parts() {
        match part {
            ContentPart::Text(text) if !text.trim().is_empty() => blocks.push(text_block(text)),
            ContentPart::CacheMark(mark) => mark_last(&mut blocks, mark),
            _ => {}
        }
    }
    body.insert("system", blocks.into());
}

/// Makes a schema one that the service accepts: each object is closed, and what it refuses goes into the description, as
/// Anthropic's own packages do it. Returns whether anything did.
fn close_objects(schema: &mut Value) -> bool {
    const REFUSED: [&str; 11] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
    ];
    let mut is_changed = false;
    messages::each_schema(schema, &mut |members| {
        messages::one_of_as_any_of(members);
        let mut refused = String::new();
        for &key in &REFUSED {
            // Lists may be asked to have none or one item at least.
            let is_taken = |limit: &Value| key == "minItems" && limit.as_u64().is_some_and(|least| least < 2);
            if let Some(limit) = members.get(key).filter(|limit| !is_taken(limit)) {
                refused
                    .push_str(&filled("$$: $", &[if refused.is_empty() { "" } else { ", " }, key, &limit.to_json()]));
                members.remove(key);
            }
        }
        if !refused.is_empty() {
            is_changed = true;
            let known = members.text("description").map(|text| filled("$ ", &[text])).unwrap_or_default();
            members.insert_str("description", &filled("$($)", &[&known, &refused]));
        }
        if messages::has_type(members, "object") && members.get("properties").is_some_and(Value::is_object) {
            members.insert("additionalProperties", false.into());
        }
    });
    is_changed
}

/// Asks for JSON in the place of a mode.
fn ask_for_json(body: &mut Map) {
    match body.get_mut("system") {
        Some(Value::Array(blocks)) => blocks.push(text_block(JSON_ONLY)),
        Some(Value::String(system)) => system.push_str(&filled("\n\n$", &[JSON_ONLY])),
        _ => body.insert_str("system", JSON_ONLY),
    }
}

/// Whether thinking is on, by the caller's `extra` or a client's request, and the turn that is going on has calls without the thinking that
/// led to them: the service refuses that ("Expected `thinking`, but found `tool_use`").
fn lacks_thinking(chat: &ChatRequest, body: &Map) -> bool {
    let thinking = chat.extras().find_map(|extra| extra.get("thinking")).or(body.get("thinking"));
    let thinks = match thinking {
        Some(thinking) => matches!(thinking.text("type"), Some("enabled" | "adaptive")),
        // The newest models think unless they are told not to.
        None => body.contains_key("output_config"),
    };
    if !thinks {
        return false;
    }
    let messages = body.get("messages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(last) = messages.iter().rposition(|message| message.says("role", "assistant")) else {
        return false;
    };
    // A turn is over with the next message that is no result of a tool.
    let is_result = |block: &Value| block.says("type", "tool_result");
    let goes_on = messages[last + 1..].iter().all(|message| message.list("content").iter().any(is_result));
    let blocks = messages[last].list("content");
    let is_thinking = |block: &Value| matches!(block.text("type"), Some("thinking" | "redacted_thinking"));
    goes_on && blocks.iter().any(|block| block.says("type", "tool_use")) && !blocks.first().is_some_and(is_thinking)
}

/// Whether a part of reasoning in a content is one of the service's own, which it takes back as it is.
fn is_own_reasoning(part: &Value) -> bool {
    match part.text("format") {
        Some(format) => format == ANTHROPIC,
        None => {
            part.text("signature").is_some_and(|signature| !signature.is_empty())
                || part.says("type", "redacted_thinking")
        }
    }
}

/// The blocks of reasoning that stand in `reasoning_details`: what a client of another API carried here.
fn blocks_of_details(message: &ChatMessage) -> Vec<Value> {
    // Not by templates, since `lacks_thinking` looks into the blocks.
    let blocks = reasoning_detail::of_format(message.given, ANTHROPIC).map(|detail| {
        let mut block = Map::new();
        match detail.text("data") {
            Some(data) => {
                block.insert_str("type", "redacted_thinking");
                block.insert_str("data", data);
            }
            None => {
                block.insert_str("type", "thinking");
                block.insert_str("thinking", str_or_empty(detail, "text"));
                block.insert_str("signature", str_or_empty(detail, "signature"));
            }
        }
        block.into()
    });
    blocks.collect()
}

/// Writes the content blocks of one message (H2).
fn blocks(message: &ChatMessage, known: &KnownCalls, warnings: &mut Vec<String>) -> Result<Vec<Value>> {
    let mut blocks = Vec::new();
    if let Some(kept) = message.kept_parts(NAME) {
        for part in kept {
            match part {
                KeptPart::Text(text, _) => add_text(text, &mut blocks),
                KeptPart::Own(block) => blocks.push(block.clone()),
                KeptPart::Given(part, _) => add_block(message, part, &mut blocks, warnings)?,
            }
        }
        return Ok(blocks);
    }
    let has_own = |part: &ContentPart| matches!(part, ContentPart::Reasoning(given) if is_own_reasoning(given));
    if !message.parts.iter().any(has_own) {
        blocks = blocks_of_details(message);
    }
    let has_details = !blocks.is_empty();
    let mut called = false;
    for part in &message.parts {
        // A message with tool calls must begin with the reasoning, although its text comes before the calls.
        let at = if called { blocks.len() } else { 0 };
        if !has_details {
            blocks.splice(at..at, reasoning_before(part, known).iter().cloned());
        }
        called |= matches!(part, ContentPart::ToolCall { .. });
        add_block(message, part, &mut blocks, warnings)?;
    }
    Ok(blocks)
}

/// The blocks of reasoning that led to a tool call. The service wants them back in front of the call.
fn reasoning_before<'a>(part: &ContentPart, known: &KnownCalls<'a>) -> &'a [Value] {
    match part {
        ContentPart::ToolCall { id, .. } => known.get(id).and_then(Value::as_array).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

/// Adds a text, unless it is blank, which the service refuses.
fn add_text(text: &str, blocks: &mut Vec<Value>) {
    if !text.trim().is_empty() {
        blocks.push(text_block(text));
    }
}

fn text_block(text: &str) -> Value {
    let mut block = Map::new();
    block.insert_str("type", "text");
    block.insert_str("text", text);
    block.into()
}

/// Marks the last block for the cache. A mark on reasoning is refused, so it goes to the block before, of the last so many.
fn mark_last(blocks: &mut [Value], mark: &Value) {
    let is_marked = |block: &&mut Value| !matches!(block.text("type"), Some("thinking" | "redacted_thinking"));
    if let Some(Value::Object(last)) = blocks.iter_mut().rev().take(MAX_OPEN_BLOCKS).find(is_marked) {
        last.insert("cache_control", mark.clone());
    }
}

/// Adds the content block of one part (H2).
fn add_block(
    message: &ChatMessage,
    part: &ContentPart,
    blocks: &mut Vec<Value>,
    warnings: &mut Vec<String>,
) -> Result<()> {
    match part {
        ContentPart::Text(text) => add_text(text, blocks),
        ContentPart::CacheMark(mark) => mark_last(blocks, mark),
        ContentPart::Reasoning(given) if is_own_reasoning(given) => blocks.push((*given).clone()),
        // Told by `warn_of_reasoning`.
        ContentPart::Reasoning(_) => {}
        ContentPart::Media(_) if message.role == Role::Assistant => {
            messages::warn_of_message(message.at, "", messages::IMAGE_OF_ASSISTANT, warnings);
        }
        ContentPart::Media(media) => {
            blocks.push(media_block(media).ok_or_else(|| messages::no_form(message, NAME, part))?)
        }
        // Blocks of the service's own, such as `search_result`.
        ContentPart::Other(given) => blocks.push((*given).clone()),
        ContentPart::ToolCall { id, name, arguments } => {
            let mut call = Map::new();
            call.insert_str("type", "tool_use");
            call.insert_str("id", &own_id(id));
            call.insert_str("name", name);
            call.insert_filled("input", "%", &[&messages::arguments_object(arguments)]);
            blocks.push(call.into());
        }
        ContentPart::ToolResult { id, text, media, has_failed, .. } => {
            let mut result = Map::new();
            result.insert_str("type", "tool_result");
            result.insert_str("tool_use_id", &own_id(id));
            if media.is_empty() {
                result.insert_str("content", text);
            } else {
                let mut inner = Vec::new();
                add_text(text, &mut inner);
                for part in media {
                    add_block(message, part, &mut inner, warnings)?;
                }
                result.insert("content", inner.into());
            }
            if *has_failed {
                result.insert("is_error", true.into());
            }
            blocks.push(result.into());
        }
    }
    Ok(())
}

/// The block of an image or a file. `None`: the service takes no such content.
fn media_block(media: &Media) -> Option<Value> {
    let (mut block, mut source) = (Map::new(), Map::new());
    let (kind, is_taken) = match media.kind {
        MediaKind::Image => {
            ("image", matches!(media.media, "" | "image/jpeg" | "image/png" | "image/gif" | "image/webp"))
        }
        MediaKind::File => {
            ("document", media.media.is_empty() || media.media == PDF || media.media.starts_with("text/"))
        }
        MediaKind::Audio | MediaKind::Video => return None,
    };
    // The caller may have written the service's own form.
    if matches!(media.given.text("type"), Some("image" | "document")) && media.given.get("source").is_some() {
        return Some(media.given.clone());
    }
    block.insert_str("type", kind);
    match &media.source {
        Source::Url(url) => {
            source.insert_str("type", "url");
            source.insert_str("url", url);
        }
        Source::Id(id) => {
            source.insert_str("type", "file");
            source.insert_str("file_id", id);
        }
        Source::Text(text) => {
            source.insert_str("type", "text");
            source.insert_str("media_type", "text/plain");
            source.insert_str("data", text);
        }
        Source::Data(_) if !is_taken || media.kind == MediaKind::File && media.media.is_empty() => return None,
        Source::Data(data) if media.media.starts_with("text/") => {
            let text = content_part::utf8_of(data)?;
            source.insert_str("type", "text");
            source.insert_str("media_type", "text/plain");
            source.insert_str("data", &text);
        }
        Source::Data(data) => {
            source.insert_str("type", "base64");
            source.insert_str("media_type", media.media);
            source.insert("data", data.clone());
        }
    }
    block.insert("source", source.into());
    if kind == "document" && !media.name.is_empty() {
        block.insert_str("title", media.name);
    }
    Some(block.into())
}

/// The id of a call as the service takes it, which may be of another service (`functions.look:0`): letters, digits, `_` and `-`.
/// Call and result get the same one.
fn own_id(id: &str) -> Cow<'_, str> {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match id.bytes().all(is_taken) && !id.is_empty() {
        true => Cow::Borrowed(id),
        false => Cow::Owned(filled("call_$", &[&id_digits(id, 24)])),
    }
}

/// Reads one frame of the stream (H3).
fn frame(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<()> {
    let none = Value::Null;
    let index = value.number("index").unwrap_or_default();
    let delta = value.get("delta").unwrap_or(&none);
    match str_or_empty(value, "type") {
        "message_start" => message.usage(value.pointer("/message/usage")),
        "content_block_start" => begin_block(message, index, value.get("content_block").unwrap_or(&none), out),
        "content_block_delta" => match str_or_empty(delta, "type") {
            "text_delta" => message.text(str_or_empty(delta, "text"), out),
            "thinking_delta" => {
                let reasoning = message.reasoning_of(index, str_or_empty(delta, "thinking"), out);
                message.keeps(reasoning.len());
                if let Some(Value::String(known)) =
                    kept_block(message, index).and_then(|block| block.get_mut("thinking"))
                {
                    known.push_str(reasoning);
                }
            }
            // The signature comes in one piece.
            "signature_delta" => {
                let signature = str_or_empty(delta, "signature");
                message.keeps(signature.len());
                if let Some(block) = kept_block(message, index) {
                    block.insert_str("signature", signature);
                }
            }
            // The first piece is always empty. Tools that the service runs itself have such pieces, too.
            "input_json_delta" if message.arguments(index).is_some() => {
                let piece = str_or_empty(delta, "partial_json");
                if !piece.is_empty() {
                    message.tool_call(Some(index), "", "", piece, out);
                }
            }
            "citations_delta" => {
                delta.non_null("citation").into_iter().for_each(|source| notes::cite(source, true, out));
            }
            kind if !message.notes.add(index, delta)
                && !matches!(kind, "" | "input_json_delta")
                && message.notes.is_news("delta", &kind.into()) =>
            {
                notes::status(kind, "", delta, out);
                out.warn(filled("Anthropic sent pieces of an unknown kind, '$': only the first is told", &[kind]));
            }
            _ => {}
        },
        "content_block_stop" => end_block(message, index, out),
        "message_delta" => {
            message.usage(value.get("usage"));
            notes::status_of_change(message, "context_management", value.get("context_management"), out);
            read_stop_reason(message, delta, out);
        }
        "message_stop" => {
            notes::end_blocks(message, out);
            message.is_over = true;
        }
        _ => {}
    }
    Ok(())
}

/// Reads a content block of the answer, or the beginning of one.
fn begin_block(message: &mut MessageDecoder, index: u64, block: &Value, out: &mut EventQueue) {
    match str_or_empty(block, "type") {
        "text" => {
            message.text(str_or_empty(block, "text"), out);
            block.list("citations").iter().for_each(|source| notes::cite(source, true, out));
        }
        "thinking" => {
            _ = message.reasoning_of(index, str_or_empty(block, "thinking"), out);
            let mut whole = Map::new();
            for &key in &["type", "thinking", "signature"] {
                whole.insert_str(key, str_or_empty(block, key));
            }
            keep_block(message, index, whole.into(), out);
        }
        "redacted_thinking" => {
            message.reasoning_detail(reasoning_detail::encrypted(str_or_empty(block, "data"), "", ANTHROPIC), out);
            keep_block(message, index, block.clone(), out);
        }
        "tool_use" => {
            let id = str_or_empty(block, "id");
            let is_reasoning =
                |block: &&mut Value| matches!(block.text("type"), Some("thinking" | "redacted_thinking"));
            let mut before: Vec<_> =
                message.kept_since_call().filter(is_reasoning).map(|block| block.clone()).collect();
            if !before.is_empty() {
                before.reverse();
                before.iter_mut().filter_map(Value::as_object_mut).for_each(|block| block.remove(INDEX));
                message.remember(id, before.into());
            }
            message.keep_part(Kept::Call(id.to_owned(), Value::Null), out);
            let input = block.get("input").and_then(Value::as_object).filter(|input| !input.is_empty());
            let arguments = input.map(Map::to_json).unwrap_or_default();
            message.tool_call(Some(index), id, str_or_empty(block, "name"), &arguments, out);
        }
        "" => {}
        // What the service runs itself, its results, files, and blocks of a kind that is not known.
        _ => message.notes.begin(index, block),
    }
}

/// Ends a content block. Nothing comes for a tool call without arguments, which are an empty object all the same.
fn end_block(message: &mut MessageDecoder, index: u64, out: &mut EventQueue) {
    if message.arguments(index) == Some("") {
        message.tool_call(Some(index), "", "", "{}", out);
    }
    let signed = kept_block(message, index).and_then(|block| {
        let signature = block.text("signature").filter(|signature| !signature.is_empty())?;
        Some(reasoning_detail::signed(block.text_or_empty("thinking"), signature, ANTHROPIC))
    });
    signed.into_iter().for_each(|detail| message.reasoning_detail(detail, out));
    notes::end_block(message, index, out);
}

/// The member of a kept block that holds its number in the stream.
const INDEX: &str = NOTE;

/// Keeps a block with its number, since no event says that one block ends before the next begins.
fn keep_block(message: &mut MessageDecoder, index: u64, mut block: Value, out: &EventQueue) {
    block.as_object_mut().into_iter().for_each(|block| block.insert(INDEX, index.into()));
    message.keep_part(Kept::Own(block), out);
}

/// How many blocks may be under way at once: a piece belongs to one of the last so many, and is compared with each of them.
const MAX_OPEN_BLOCKS: usize = 16;

/// The kept block with this number.
fn kept_block(message: &mut MessageDecoder, index: u64) -> Option<&mut Map> {
    message.last_kept(MAX_OPEN_BLOCKS).find(|block| block.number(INDEX) == Some(index))?.as_object_mut()
}

/// Reads why the answer ended, and the service's explanation, which becomes a warning.
fn read_stop_reason(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) {
    message.finish(str_or_empty(value, "stop_reason"));
    // The container in which code ran holds its files, and a later request names it.
    for &name in &["container", "stop_details"] {
        notes::status_of_change(message, name, value.get(name), out);
    }
    if let Some(explanation) = value.text_at("/stop_details/explanation") {
        out.warn(explanation);
    }
}
