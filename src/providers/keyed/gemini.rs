//! Google's Gemini API, v1beta, `streamGenerateContent`. Part K of `tests/wire/README.md` is the protocol.

use std::rc::Rc;

use crate::chat::{Code, Error, Event, Result, Session};
use crate::exchange::{EventQueue, Operation};
use crate::frame::Framing;
use crate::http::url::data_url;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, ProtocolInfo};
use crate::providers::Protocol;
use crate::providers::keyed::errors::{error_in_success_body, is_error};
use crate::providers::keyed::message_decoder::{MessageDecoder, str_or_empty, whole_arguments};
use crate::providers::keyed::messages::{self, ContentPart, KnownCalls};
use crate::providers::keyed::{self, Dialect, RequestBuilder, models, notes};
use crate::text::join;

/// The class `Gemini` of JavaScript.
pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|chat| models::list_models(&DIALECT, chat, "/models?pageSize=1000")),
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
    let (chat, body) = (&builder.chat, &mut builder.body);
    let model = &keyed::take_model(body)?;
    let path = join(&[if model.contains('/') { "/" } else { "/models/" }, model, ":streamGenerateContent?alt=sse"]);
    let messages = messages::given(chat)?;
    let (system, parsed) = messages::parse(&messages)?;
    let known = KnownCalls::of(&chat.conversation);
    builder.conversation = known.still_needed(&parsed);
    if !system.is_empty() {
        body.insert_filled("systemInstruction", r#"{"parts":[{"text":$}]}"#, &[&system]);
    }
    let with_signatures = requires_signatures(model);
    let parts = |given: &[ContentPart]| given.iter().map(|given| write_part(given, &known, with_signatures)).collect();
    body.insert("contents", messages::in_blocks(&parsed, "model", "parts", &parts)?);
    if let Some(tools) = messages::tools(chat, &[], "parametersJsonSchema")? {
        body.insert_filled("tools", r#"[{"functionDeclarations":%}]"#, &[&tools.to_json()]);
    }
    messages::tool_choice(chat, body, "toolConfig", CHOICES)?;
    const CONFIG: &str = "generationConfig";
    if let Some(Value::Object(config)) = body.get_mut(CONFIG) {
        messages::wrap_in_list(config, "stopSequences");
    }
    if let Some(level) = chat.mapped_options.get(".thinkingLevel") {
        let template = match level.as_str() {
            Some("none") => r#"{"thinkingBudget":0}"#,
            _ => r#"{"thinkingLevel":%,"includeThoughts":true}"#,
        };
        body.insert_in(CONFIG, "thinkingConfig", fill_template(template, &[&level.to_json()]));
    }
    if let Some(schema) = messages::schema(chat)? {
        body.insert_in(CONFIG, "responseMimeType", "application/json".into());
        if !schema.is_null() {
            body.insert_in(CONFIG, "responseJsonSchema", schema.clone());
        }
    }
    builder.post(&DIALECT, &path)
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
    let name = model.rsplit('/').next().unwrap_or_default();
    name.strip_prefix("gemini-")
        .is_some_and(|version| matches!(version.as_bytes(), [b'3'..=b'9', ..]) || version.ends_with("-latest"))
}

/// Writes one part of a message (K2). `with_signatures`: see [`requires_signatures`].
fn write_part(part: &ContentPart, known: &KnownCalls, with_signatures: bool) -> Result<Value> {
    Ok(match part {
        ContentPart::Text(text) => fill_template(r#"{"text":$}"#, &[text]),
        ContentPart::Image { url, given, .. } => match data_url(url) {
            Some((media, data)) => {
                let mut image = Map::new();
                image.insert_in("inlineData", "mimeType", media.into());
                image.insert_in("inlineData", "data", given.end(data.len()));
                image.into()
            }
            None => fill_template(r#"{"fileData":{"fileUri":$}}"#, &[url]),
        },
        ContentPart::ToolCall { id, name, arguments } => {
            let known = known.get(id).filter(|part| part.get("functionCall").is_some());
            // The part goes back as it came, since it holds the signature of the reasoning that led to the call.
            if let Some(part) = known {
                return Ok(part.clone());
            }
            let template = match with_signatures {
                // This signature is the value that the service provides for calls whose own signature is not known:
                // calls of another model, or calls from a client of the edge, whose API has no place for signatures.
                true => r#"{"functionCall":{"name":$,"args":%},"thoughtSignature":"skip_thought_signature_validator"}"#,
                false => r#"{"functionCall":{"name":$,"args":%}}"#,
            };
            fill_template(template, &[name, &messages::arguments_object(arguments)?])
        }
        ContentPart::ToolResult { id, name, text } => {
            let mut result = Map::new();
            if let Some(id) = known.get(id).and_then(|part| part.text_at("/functionCall/id")) {
                result.insert_str("id", id);
            }
            result.insert_str("name", name);
            // The result must be an object.
            match messages::object(text) {
                Some(object) => result.insert_filled("response", "%", &[&object]),
                None => result.insert_filled("response", r#"{"result":$}"#, &[text]),
            }
            fill_template(r#"{"functionResponse":%}"#, &[&result.to_json()])
        }
    })
}

/// Reads one chunk of the answer (K3). Returns whether it is a chunk of an answer at all.
fn decode_chunk(message: &mut MessageDecoder, value: &Value, out: &mut EventQueue) -> Result<bool> {
    message.usage(value.get("usageMetadata"));
    if let Some(reason) = value.text_at("/promptFeedback/blockReason") {
        let text = value.text_at("/promptFeedback/blockReasonMessage").unwrap_or("the service refuses this message");
        return Err(Error::new(Code::Refused, join(&[text, " (", reason, ")"])));
    }
    if value.list("candidates").len() > 1 && message.notes.is_news("candidates", &Value::Null) {
        out.warn("the service sent several answers: only the first is told");
    }
    for candidate in value.list("candidates").iter().take(1) {
        let mut had_thought = false;
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            let is_thought = part.is_true("thought");
            if is_thought {
                let text = str_or_empty(part, "text");
                // Thoughts of one chunk are parts of their own. Those of several chunks may be pieces of one.
                if !text.is_empty() && std::mem::replace(&mut had_thought, true) {
                    out.end_reasoning_part();
                }
                _ = message.reasoning(text, out);
            } else {
                message.text(str_or_empty(part, "text"), out);
            }
            if let Some(call) = part.non_null("functionCall") {
                let arguments = whole_arguments(call.get("args"));
                let id =
                    message.complete_tool_call(str_or_empty(call, "id"), str_or_empty(call, "name"), &arguments, out);
                message.remember(&id, part.clone());
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
                for (name, from) in [("mediaType", "mimeType"), ("url", "fileUri"), ("name", "displayName")] {
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
        notes::status("groundingMetadata", &queries.join(", "), grounding, out);
    }
    notes::status_of_change(message, "urlContextMetadata", candidate.get("urlContextMetadata"), out);
}
