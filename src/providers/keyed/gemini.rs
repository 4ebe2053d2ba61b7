//! Google's Gemini API, v1beta, `streamGenerateContent`: part K of `tests/wire/README.md`.

use std::rc::Rc;

use crate::chat::{Code, Error, Result, Session};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::json::{Map, Value, form};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::keyed::errors::{is_error, told};
use crate::providers::keyed::message_decoder::{Turn, object_as_json, word};
use crate::providers::keyed::messages::{self, Part};
use crate::providers::keyed::{self, Ask, Dialect, models};
use crate::text::join;

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|call| models::ask(&DIALECT, call, "/models?pageSize=1000")),
    about: About::service(
        "Gemini",
        "https://generativelanguage.googleapis.com/v1beta",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", ".temperature"),
            ("topP", ".topP"),
            ("maxTokens", ".maxOutputTokens"),
            ("stop", ".stopSequences"),
            ("seed", ".seed"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", ".thinkingLevel"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    head: |call, request| keyed::with_key(call, request, "x-goog-api-key", ""),
    events: &["message", "error"],
    text_path: &[],
    thought_paths: &[],
    arguments_path: &[],
    frame: |turn, value, out| take(turn, value, out).map(|_| ()),
    // Without `alt=sse` the chunks come as one array.
    whole: |turn, value, out| {
        let one = std::slice::from_ref(value);
        let mut any = false;
        for chunk in value.as_array().map_or(one, Vec::as_slice) {
            // The first one was looked at.
            if is_error(chunk) {
                return Err(told(chunk, chunk.to_json().as_bytes()));
            }
            any |= take(turn, chunk, out)?;
        }
        Ok(any)
    },
};

/// K1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    const CONFIG: [&str; 5] = [".temperature", ".topP", ".maxOutputTokens", ".stopSequences", ".seed"];
    let mut ask = Ask::new(call)?;
    let (call, body) = (&ask.call, &mut ask.body);
    let model = &keyed::take_model(body)?;
    let path = join(&[if model.contains('/') { "/" } else { "/models/" }, model, ":streamGenerateContent?alt=sse"]);
    let messages = messages::messages(call)?;
    let (system, said) = messages::read(&messages)?;
    ask.conversation = messages::kept(&said, &call.conversation);
    if !system.is_empty() {
        body.form("systemInstruction", r#"{"parts":[{"text":$}]}"#, &[&system]);
    }
    let signed = signs_thoughts(model);
    let parts = |given: &[Part]| given.iter().map(|given| part(given, &call.conversation, signed)).collect();
    body.insert("contents", messages::in_blocks(&said, "model", "parts", &parts)?);
    if let Some(tools) = messages::tools(call, &[], "parametersJsonSchema")? {
        body.form("tools", r#"[{"functionDeclarations":%}]"#, &[&tools.to_json()]);
    }
    messages::choice(call, body, "toolConfig", CHOICES)?;
    let mut config = messages::options(call, &CONFIG);
    messages::listed(&mut config, "stopSequences");
    if let Some(level) = call.passed.get(".thinkingLevel") {
        let template = match level.as_str() {
            Some("none") => r#"{"thinkingBudget":0}"#,
            _ => r#"{"thinkingLevel":%,"includeThoughts":true}"#,
        };
        config.form("thinkingConfig", template, &[&level.to_json()]);
    }
    if let Some(schema) = messages::schema(call)? {
        config.put("responseMimeType", "application/json");
        if !schema.is_null() {
            config.insert("responseJsonSchema", schema.clone());
        }
    }
    if !config.is_empty() {
        body.insert("generationConfig", config.into());
    }
    ask.to(&DIALECT, &path)
}

const CHOICES: [&str; 4] = [
    r#"{"functionCallingConfig":{"mode":"AUTO"}}"#,
    r#"{"functionCallingConfig":{"mode":"NONE"}}"#,
    r#"{"functionCallingConfig":{"mode":"ANY"}}"#,
    r#"{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":[$]}}"#,
];

/// Models since Gemini 3 refuse a call without the signature of the thought that led to it.
fn signs_thoughts(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or_default();
    name.strip_prefix("gemini-")
        .is_some_and(|version| matches!(version.as_bytes(), [b'3'..=b'9', ..]) || version.ends_with("-latest"))
}

/// K2. `signed`: see [`signs_thoughts`].
fn part(part: &Part, conversation: &Map, signed: bool) -> Result<Value> {
    Ok(match part {
        Part::Text(text) => form(r#"{"text":$}"#, &[text]),
        Part::Image { url, .. } => match messages::data_url(url) {
            Some((media, data)) => form(r#"{"inlineData":{"mimeType":$,"data":$}}"#, &[media, data]),
            None => form(r#"{"fileData":{"fileUri":$}}"#, &[url]),
        },
        Part::Call { id, name, arguments } => {
            let known = conversation.get(id).filter(|part| part.get("functionCall").is_some());
            // As it came: the signature of the thought that led to it stands there.
            if let Some(part) = known {
                return Ok(part.clone());
            }
            let template = match signed {
                // The service's own word for a call whose signature is not known: of another model, or of a client of the
                // edge, which has no place for it.
                true => r#"{"functionCall":{"name":$,"args":%},"thoughtSignature":"skip_thought_signature_validator"}"#,
                false => r#"{"functionCall":{"name":$,"args":%}}"#,
            };
            form(template, &[name, &messages::arguments(arguments)?])
        }
        Part::Result { id, name, text } => {
            let mut result = Map::new();
            if let Some(id) = conversation.get(id).and_then(|part| part.text_at("/functionCall/id")) {
                result.put("id", id);
            }
            result.put("name", name);
            // An object it must be.
            match messages::object(text) {
                Some(object) => result.form("response", "%", &[&object]),
                None => result.form("response", r#"{"result":$}"#, &[text]),
            }
            form(r#"{"functionResponse":%}"#, &[&result.to_json()])
        }
    })
}

/// K3. Whether it is a chunk of an answer at all.
fn take(turn: &mut Turn, value: &Value, out: &mut Out) -> Result<bool> {
    turn.usage(value.get("usageMetadata"));
    if let Some(reason) = value.text_at("/promptFeedback/blockReason") {
        let words = value.text_at("/promptFeedback/blockReasonMessage").unwrap_or("the service refuses this message");
        return Err(Error::new(Code::Refused, join(&[words, " (", reason, ")"])));
    }
    for candidate in value.list("candidates").iter().take(1) {
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            if part.is_true("thought") {
                _ = turn.think(word(part, "text"), out);
            } else {
                turn.text(word(part, "text"), out);
            }
            if let Some(call) = part.known("functionCall") {
                let arguments = object_as_json(call.get("args"));
                let id = turn.whole_call(word(call, "id"), word(call, "name"), &arguments, out);
                turn.conversation.insert(&id, part.clone());
            }
            // What it drew on the way is a part of its thoughts, and a voice is no image.
            if let Some(image) = part.known("inlineData").filter(|_| !part.is_true("thought"))
                && word(image, "mimeType").starts_with("image/")
            {
                let url = join(&["data:", word(image, "mimeType"), ";base64,", word(image, "data")]);
                turn.draw(url, out);
            }
        }
        for source in
            candidate.pointer("/groundingMetadata/groundingChunks").and_then(Value::as_array).into_iter().flatten()
        {
            out.source(source.known("web").unwrap_or(source));
        }
        turn.finish(word(candidate, "finishReason"));
        if let Some(words) = candidate.text("finishMessage") {
            out.warn(words);
        }
    }
    Ok(value.get("candidates").is_some() || value.get("usageMetadata").is_some())
}
