//! Google's Gemini API, v1beta, `streamGenerateContent`. Part K of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::reasoning_detail::{self, GOOGLE};
use crate::chat::{Code, Error, Event, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::content_part::{ContentPart, Media, MediaKind, Source};
use crate::providers::keyed::errors::{error_in_success_body, is_error};
use crate::providers::keyed::message_decoder::{Kept, MessageDecoder, str_or_empty, whole_arguments};
use crate::providers::keyed::messages::{self, ChatMessage, KeptPart, KnownCalls, ToolForm, Tools};
use crate::providers::keyed::{self, Dialect, RequestBuilder, embeddings, models, notes};
use crate::text::{self, filled};

/// The class `Gemini` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models?pageSize=1000")),
    embeddings: embeddings::Embeddings::with(|_| Ok(Some((&DIALECT, &embeddings::GEMINI)))),
    info: ProtocolInfo::service(
        "Gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        "/models/{model}:streamGenerateContent",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "generationConfig/temperature"),
            ("topP", "generationConfig/topP"),
            ("maxTokens", "generationConfig/maxOutputTokens"),
            ("stop", "generationConfig/stopSequences"),
            ("seed", "generationConfig/seed"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", ".thinkingLevel"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

/// How the responses are read (K3). No frames are scanned.
static DIALECT: Dialect = Dialect {
    provider: PROTOCOL.info.name,
    framing: Framing::Sse,
    headers: |chat, request| keyed::with_key(chat, request, "x-goog-api-key", ""),
    events: &["message", "error"],
    text_path: &[],
    reasoning_paths: &[],
    arguments_path: &[],
    frame: |message, value, out| decode_chunk(message, value, out).map(|_| ()),
    // Without `alt=sse` the service sends all chunks as one array.
    json_response: |message, value, out| {
        let one = std::slice::from_ref(value);
        let mut any = false;
        for chunk in value.as_array().map_or(one, Vec::as_slice) {
            // The first chunk was checked already, the others were not.
            if is_error(chunk) {
                return Err(error_in_success_body(chunk, chunk.to_json().as_bytes()));
            }
            any |= decode_chunk(message, chunk, out)?;
        }
        Ok(any)
    },
};

/// Makes the request for a reply (K1).
fn open(chat: Rc<ChatRequest>, _: &Session) -> Result<Operation> {
    let mut builder = RequestBuilder::new(chat)?;
    let (chat, body, warnings) = (&builder.chat, &mut builder.body, &mut builder.warnings);
    let model = &keyed::take_model(body)?;
    let path = filled("$$:streamGenerateContent?alt=sse", &[if model.contains('/') { "/" } else { "/models/" }, model]);
    let messages = messages::given(chat)?;
    let mut parsed = messages::parse(&messages)?;
    let system = messages::text_of(&messages::take_system(&mut parsed, warnings));
    let known = KnownCalls::of(&chat.conversation);
    builder.conversation = known.still_needed(&parsed);
    messages::warn_of_reasoning(&parsed, NAME, &|detail| detail.says("format", GOOGLE), warnings);
    messages::warn_of_arguments(&parsed, warnings);
    messages::warn_of_names(&parsed, NAME, warnings);
    messages::warn_of_marks(chat, &parsed, NAME, warnings);
    if !system.is_empty() {
        body.insert_filled("systemInstruction", r#"{"parts":[{"text":$}]}"#, &[&system]);
    }
    let is_since_3 = requires_signatures(model);
    let ids = call_ids(&parsed);
    let writer = Writer { known, ids: KnownCalls::of(&ids), is_since_3 };
    let parts = |message: &ChatMessage| writer.parts(message);
    body.insert("contents", messages::in_blocks(&parsed, "model", "parts", &parts)?);
    let Tools { functions, own } = messages::tools(chat, &TOOLS)?;
    let mut tools = Vec::new();
    if !functions.is_empty() {
        tools.push(fill_template(r#"{"functionDeclarations":%}"#, &[&Value::from(functions).to_json()]));
    }
    tools.extend(own);
    if messages::has_tools(chat, !tools.is_empty(), warnings)? {
        messages::tool_choice(chat, body, "toolConfig", CHOICES)?;
    }
    if !tools.is_empty() {
        body.insert("tools", tools.into());
    }
    const CONFIG: &str = "generationConfig";
    if let Some(Value::Object(config)) = body.get_mut(CONFIG) {
        messages::wrap_in_list(config, "stopSequences");
    }
    if let Some(level) = chat.mapped_options.get(".thinkingLevel") {
        let config = thinking(level, model, warnings);
        body.insert_in(CONFIG, "thinkingConfig", config);
    }
    if let Some(schema) = messages::schema(chat)? {
        body.insert_in(CONFIG, "responseMimeType", "application/json".into());
        if !schema.is_null() {
            body.insert_in(CONFIG, "responseJsonSchema", without_const(schema.clone()));
        }
    }
    builder.post(&DIALECT, &path)
}

/// The name of the class.
const NAME: &str = PROTOCOL.info.name;

/// How tools are written (K2). A tool that the service runs itself is an object with one member, such as `googleSearch`.
const TOOLS: ToolForm = ToolForm {
    head: &[],
    schema: "parametersJsonSchema",
    more: &[],
    is_own: |tool| {
        ["type", "function", "name"].iter().all(|key| tool.get(key).is_none())
            && tool.as_object().is_some_and(|members| !members.is_empty())
    },
};

/// The reasoning that an effort stands for. Models before Gemini 3 have a budget of tokens in the place of a level; the budgets are
/// those that Google documents for the efforts of its own endpoint for OpenAI's clients.
fn thinking(level: &Value, model: &str, warnings: &mut Vec<String>) -> Value {
    let word = level.as_str().unwrap_or_default();
    let has_budget = text::contains(model, "gemini-2") || text::contains(model, "gemini-1");
    const LEVEL: &str = r#"{"thinkingLevel":$,"includeThoughts":true}"#;
    const BUDGET: &str = r#"{"thinkingBudget":%,"includeThoughts":true}"#;
    let always = |nearest: &str| filled("$ cannot do without reasoning: reasoningEffort became $", &[model, nearest]);
    match (word, has_budget) {
        ("none", true) if text::contains(model, "2.5-pro") => {
            warnings.push(always("a budget of 128 tokens"));
            fill_template(BUDGET, &["128"])
        }
        ("none", true) => fill_template(r#"{"thinkingBudget":0}"#, &[]),
        ("none", false) if requires_signatures(model) => {
            warnings.push(always("'low'"));
            fill_template(LEVEL, &["low"])
        }
        ("none", false) => fill_template(r#"{"thinkingBudget":0}"#, &[]),
        ("minimal" | "low", true) => fill_template(BUDGET, &["1024"]),
        ("medium", true) => fill_template(BUDGET, &["8192"]),
        ("high", true) => fill_template(BUDGET, &["24576"]),
        // As much as the model likes.
        ("xhigh" | "max", true) => fill_template(BUDGET, &["-1"]),
        ("max", false) => fill_template(LEVEL, &["xhigh"]),
        _ => fill_template(r#"{"thinkingLevel":%,"includeThoughts":true}"#, &[&level.to_json()]),
    }
}

/// A schema without `const`, which the service does not know: a value that is the only one of a list means the same.
fn without_const(mut schema: Value) -> Value {
    messages::each_schema(&mut schema, &mut |members| {
        if let Some(only) = members.take("const") {
            members.insert("enum", vec![only].into());
        }
    });
    schema
}

/// The choice of a tool: see [`messages::tool_choice`].
const CHOICES: [&str; 4] = [
    r#"{"functionCallingConfig":{"mode":"AUTO"}}"#,
    r#"{"functionCallingConfig":{"mode":"NONE"}}"#,
    r#"{"functionCallingConfig":{"mode":"ANY"}}"#,
    r#"{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":[$]}}"#,
];

/// Whether the model refuses a tool call without the signature of the reasoning that led to it: all models since Gemini
/// 3 do.
fn requires_signatures(model: &str) -> bool {
    let name = text::behind_last(model, b'/');
    name.strip_prefix("gemini-")
        .is_some_and(|version| matches!(version.as_bytes(), [b'3'..=b'9', ..]) || version.ends_with("-latest"))
}

/// The ids that the service gave calls of messages that came from it (`reply.message`), by the ids that the calls have here: each
/// result names its call by that id.
fn call_ids(messages: &[ChatMessage]) -> Map {
    let mut ids = Map::new();
    let own = messages.iter().filter_map(|message| message.given.get(messages::PROVIDER_DATA));
    for entry in own.filter(|data| data.says("provider", NAME)).flat_map(|data| data.list("content")) {
        if let (Some(call), Some(id)) = (entry.text("call"), entry.text_at("/own/functionCall/id")) {
            ids.push(call, id.into());
        }
    }
    ids
}

/// Writes messages (K2).
struct Writer<'a> {
    /// The calls of the conversation so far, as the service gave them.
    known: KnownCalls<'a>,
    /// See [`call_ids`].
    ids: KnownCalls<'a>,
    /// See [`requires_signatures`].
    is_since_3: bool,
}

impl Writer<'_> {
    /// Writes the parts of one message.
    fn parts(&self, message: &ChatMessage) -> Result<Vec<Value>> {
        let mut parts = Vec::new();
        let signatures = reasoning_detail::by_call(message.given, GOOGLE);
        let signatures = KnownCalls::of(&signatures);
        for part in &message.parts_for(NAME) {
            match part {
                KeptPart::Text(text, own) => {
                    let mut part = own.and_then(Value::as_object).cloned().unwrap_or_default();
                    part.insert_str("text", text);
                    parts.push(part.into());
                }
                KeptPart::Own(own) => parts.push((*own).clone()),
                KeptPart::Given(part, own) => self.part((message, &signatures), part, *own, &mut parts)?,
            }
        }
        // The signature of an answer without calls, as the service sends it itself: behind the text.
        let of_text = reasoning_detail::of_format(message.given, GOOGLE).find(|detail| detail.get("id").is_none());
        if let Some(signature) = of_text.and_then(|detail| detail.text("data"))
            && message.given.get(messages::PROVIDER_DATA).is_none()
        {
            parts.push(fill_template(r#"{"text":"","thoughtSignature":$}"#, &[signature]));
        }
        Ok(parts)
    }

    /// Writes one part of a message. `own`: what the service gave with a call; `signatures`: those in `reasoning_details`, by call.
    fn part(
        &self,
        (message, signatures): (&ChatMessage, &KnownCalls),
        part: &ContentPart,
        own: Option<&Value>,
        parts: &mut Vec<Value>,
    ) -> Result<()> {
        parts.push(match part {
            ContentPart::Text(text) => fill_template(r#"{"text":$}"#, &[text]),
            ContentPart::Media(media) => media_part(media).ok_or_else(|| messages::no_form(message, NAME, part))?,
            // Told by `warn_of_reasoning` and `warn_of_marks`.
            ContentPart::Reasoning(_) | ContentPart::CacheMark(_) => return Ok(()),
            ContentPart::Other(_) => return Err(messages::no_form(message, NAME, part)),
            ContentPart::ToolCall { id, name, arguments } => {
                let own = own.or(self.known.get(id));
                if own.is_none()
                    && let Some(signature) = signatures.get(id).and_then(Value::as_str)
                {
                    const SIGNED: &str = r#"{"functionCall":{"name":$,"args":%},"thoughtSignature":$}"#;
                    parts.push(fill_template(SIGNED, &[name, &messages::arguments_object(arguments), signature]));
                    return Ok(());
                }
                if let Some(part) = own.and_then(|own| part_of_call(own, name, arguments)) {
                    parts.push(part);
                    return Ok(());
                }
                let template = match self.is_since_3 {
                    // This signature is the value that the service provides for calls whose own signature is not known:
                    // calls of another model, or calls from a client of the edge, whose API has no place for signatures.
                    true => {
                        r#"{"functionCall":{"name":$,"args":%},"thoughtSignature":"skip_thought_signature_validator"}"#
                    }
                    false => r#"{"functionCall":{"name":$,"args":%}}"#,
                };
                fill_template(template, &[name, &messages::arguments_object(arguments)])
            }
            ContentPart::ToolResult { id, name, text, media, has_failed } => {
                let mut result = Map::new();
                let of_conversation = self.known.get(id).and_then(|part| part.text_at("/functionCall/id"));
                if let Some(id) = of_conversation.or_else(|| self.ids.get(id)?.as_str()) {
                    result.insert_str("id", id);
                }
                result.insert_str("name", name);
                // The result must be an object.
                match (messages::object(text), has_failed) {
                    (Some(object), false) => result.insert_filled("response", "%", &[&object]),
                    (Some(object), true) => result.insert_filled("response", r#"{"error":%}"#, &[&object]),
                    (None, false) => result.insert_filled("response", r#"{"output":$}"#, &[text]),
                    (None, true) => result.insert_filled("response", r#"{"error":$}"#, &[text]),
                }
                let mut inner = Vec::new();
                for part in media {
                    self.part((message, signatures), part, None, &mut inner)?;
                }
                // Older models take pictures beside the result only.
                if self.is_since_3 && !inner.is_empty() {
                    result.insert("parts", std::mem::take(&mut inner).into());
                }
                let mut part = Map::new();
                part.insert("functionResponse", result.into());
                parts.push(part.into());
                parts.append(&mut inner);
                return Ok(());
            }
        });
        Ok(())
    }
}

/// The part of a call as it came, since it holds the signature of the reasoning that led to it; with the arguments as they are now.
fn part_of_call(own: &Value, name: &str, arguments: &str) -> Option<Value> {
    let call = own.get("functionCall").filter(|call| call.says("name", name))?;
    let mut part = own.clone();
    if whole_arguments(call.get("args")) != arguments
        && let Some(Value::Object(call)) = part.as_object_mut().and_then(|part| part.get_mut("functionCall"))
    {
        call.insert_filled("args", "%", &[&messages::arguments_object(arguments)]);
    }
    Some(part)
}

/// The part of an image, a file, or a recording. `None`: the service takes no such content, or its type is not known.
fn media_part(media: &Media) -> Option<Value> {
    let mut part = Map::new();
    match &media.source {
        Source::Data(_) if media.media.is_empty() => return None,
        Source::Data(data) => {
            part.insert_in("inlineData", "mimeType", media.media.into());
            part.insert_in("inlineData", "data", data.clone());
        }
        Source::Text(text) => part.insert_str("text", text),
        Source::Id(id) if !text::contains(id, "://") => return None,
        Source::Url(url) | Source::Id(url) => {
            let is_film = text::contains(url, "youtube.com/") || text::contains(url, "youtu.be/");
            let media_type = match (media.media, media.kind) {
                ("", _) if is_film => "video/mp4",
                ("", MediaKind::Image) => "image/jpeg",
                ("", _) => return None,
                (known, _) => known,
            };
            part.insert_in("fileData", "mimeType", media_type.into());
            part.insert_in("fileData", "fileUri", (*url).into());
        }
    }
    Some(part.into())
}

/// The member of a part that holds the signature of the reasoning that led to it.
const SIGNATURE: &str = "thoughtSignature";

/// Reads one chunk of the answer (K3). Returns whether it is a chunk of an answer at all.
fn decode_chunk(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<bool> {
    message.usage(value.get("usageMetadata"));
    if let Some(reason) = value.text_at("/promptFeedback/blockReason") {
        let text = value.text_at("/promptFeedback/blockReasonMessage").unwrap_or("the service refuses this message");
        return Err(Error::new(Code::Refused, filled("$ ($)", &[text, reason])));
    }
    if value.list("candidates").len() > 1 && message.notes.is_news("candidates", &Value::Null) {
        out.warn("the service sent several answers: only the first is told");
    }
    for candidate in value.list("candidates").iter().take(1) {
        let mut had_thought = false;
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            let is_thought = part.is_true("thought");
            let text = str_or_empty(part, "text");
            let signature = part.get(SIGNATURE).filter(|_| !text.is_empty());
            if is_thought {
                message.names_provider = true;
                // Thoughts of one chunk are parts of their own. Those of several chunks may be pieces of one.
                if !text.is_empty() && std::mem::replace(&mut had_thought, true) {
                    out.end_reasoning_part();
                }
                _ = message.reasoning(text, out);
            } else if let Some(signature) = signature {
                message.keep_text(Value::Null, out);
                message.text(text, out);
                let mut own = Map::new();
                own.insert(SIGNATURE, signature.clone());
                message.keep_text(own.into(), out);
            } else {
                message.text(text, out);
            }
            // Whatever is more than a text goes back as it came.
            let is_more =
                part.as_object().is_some_and(|part| part.keys().any(|key| !matches!(key, "text" | "thought")));
            if is_more && signature.is_none() && part.get("functionCall").is_none() {
                message.keep_part(Kept::Own(part.clone()), out);
            }
            let call = part.non_null("functionCall");
            let id = call.map(|call| message.next_call_id(str_or_empty(call, "id"))).unwrap_or_default();
            if let Some(signature) = part.text(SIGNATURE).filter(|signature| !signature.is_empty()) {
                message.reasoning_detail(reasoning_detail::encrypted(signature, &id, GOOGLE), out);
            }
            if let Some(call) = call {
                let arguments = whole_arguments(call.get("args"));
                _ = message.complete_tool_call(&id, str_or_empty(call, "name"), &arguments, out);
                message.remember(&id, part.clone());
                message.keep_part(Kept::Call(id, part.clone()), out);
            }
            decode_other(message, part, is_thought, out);
        }
        decode_sources(message, candidate, out);
        message.finish(str_or_empty(candidate, "finishReason"));
        if let Some(text) = candidate.text("finishMessage") {
            message.failure_word(text);
            out.warn(text);
        }
    }
    Ok(value.get("candidates").is_some() || value.get("usageMetadata").is_some())
}

/// Members of a part that are no content, or that are read elsewhere.
const READ: [&str; 7] =
    ["text", "thought", "thoughtSignature", "functionCall", "videoMetadata", "partMetadata", "mediaResolution"];

/// Reads what a part has beside text and calls: data, files, and what the service ran itself.
fn decode_other(message: &mut MessageDecoder, part: &Value, is_thought: bool, out: &mut EventQueue) {
    for (key, value) in part.as_object().into_iter().flat_map(Map::iter) {
        match key {
            _ if READ.contains(&key) || !value.is_object() => {}
            // What belongs to the reasoning is no part of the answer.
            _ if is_thought => notes::status("thought", key, part, out),
            "inlineData" => notes::data(message, str_or_empty(value, "mimeType"), str_or_empty(value, "data"), out),
            "fileData" => {
                let mut file = Map::new();
                for &(name, from) in &[("mediaType", "mimeType"), ("url", "fileUri"), ("name", "displayName")] {
                    if let Some(text) = value.text(from) {
                        file.insert_str(name, text);
                    }
                }
                file.insert("raw", value.clone());
                message.content(Event::File(file), out);
            }
            // `executableCode`, `codeExecutionResult`, `toolCall`, `toolResponse`, and what is not known.
            _ => {
                let words = ["code", "output", "toolType", "name"].iter().find_map(|name| value.text(name));
                notes::status(key, words.unwrap_or_default(), value, out);
            }
        }
    }
}

/// Reads what a candidate says about its sources, and which places of the text rest on them.
fn decode_sources(message: &mut MessageDecoder, candidate: &Value, out: &mut EventQueue) {
    // Some answers have the same object in each chunk.
    let news = candidate.get("groundingMetadata").filter(|found| message.notes.is_news("groundingMetadata", found));
    let grounding = news.unwrap_or(&Value::Null);
    let chunks = grounding.list("groundingChunks");
    chunks.iter().for_each(|chunk| out.source(chunk.non_null("web").unwrap_or(chunk)));
    for support in grounding.list("groundingSupports") {
        // Address and title of the first source; `groundingChunkIndices` has the numbers of all of them among those of this frame.
        let first = support.list("groundingChunkIndices").first().and_then(Value::as_u64);
        let mut raw = support.as_object().cloned().unwrap_or_default();
        let chunk = first.and_then(|at| chunks.get(at as usize)).and_then(Value::as_object);
        chunk.into_iter().flat_map(Map::iter).for_each(|(key, value)| raw.push(key, value.clone()));
        out.push(Event::Citation { raw: raw.into(), in_text: true });
    }
    for citation in candidate.pointer("/citationMetadata/citations").and_then(Value::as_array).into_iter().flatten() {
        out.push(Event::Citation { raw: citation.clone(), in_text: true });
    }
    let queries = grounding.list("webSearchQueries").iter().filter_map(Value::as_str).collect::<Vec<_>>();
    if grounding.is_object() && (!queries.is_empty() || grounding.get("searchEntryPoint").is_some()) {
        notes::status("groundingMetadata", &text::listed(&queries, ", "), grounding, out);
    }
    notes::status_of_change(message, "urlContextMetadata", candidate.get("urlContextMetadata"), out);
}
