//! Anthropic's Messages API, versions 2023-06-01 and 2026-10-21 (setting `version`): part H of `tests/wire/README.md`.

use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::{Out, Step};
use crate::frame::Framing;
use crate::http::Request;
use crate::json::{Map, Value, form};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::keyed::message_decoder::{Turn, word};
use crate::providers::keyed::messages::{self, Part};
use crate::providers::keyed::{self, Ask, Dialect, models};

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: Some(|call| models::ask(&DIALECT, call, "/models?limit=1000")),
    about: About::service(
        "Anthropic",
        "https://api.anthropic.com/v1",
        &[
            ("model", "model"),
            ("messages", ".messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", "max_tokens"),
            ("stop", "stop_sequences"),
            ("tools", ".tools"),
            ("toolChoice", ".tool_choice"),
            ("reasoningEffort", ".effort"),
            ("responseFormat", ".response_format"),
            ("extra", ".extra"),
        ],
    ),
};

static DIALECT: Dialect = Dialect {
    framing: Framing::Sse,
    head,
    events: &["message", "content_block", "error"],
    text_path: &["delta", "text"],
    thought_paths: &[],
    arguments_path: &["delta", "partial_json"],
    frame,
    whole: |turn, value, out| {
        for (index, block) in (0..).zip(value.list("content")) {
            begin(turn, index, block, out);
            end(turn, index, out);
        }
        turn.usage(value.get("usage"));
        stop(turn, value, out);
        Ok(word(value, "type") == "message")
    },
};

const VERSION: &str = "2026-10-21";

fn head(call: &Call, request: Request) -> Request {
    let request = request.header("anthropic-version", version(call));
    // Without it the service refuses whatever a page of another origin asks.
    let request = match call.foreign {
        true => request.header("anthropic-dangerous-direct-browser-access", "true"),
        false => request,
    };
    keyed::with_key(call, request, "x-api-key", "")
}

/// A date, so that versions compare as texts.
fn version(call: &Call) -> &str {
    call.settings.get("version").unwrap_or(VERSION)
}

/// H1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    let mut ask = Ask::new(call)?;
    let (call, body) = (&ask.call, &mut ask.body);
    let messages = messages::messages(call)?;
    let (system, said) = messages::read(&messages)?;
    ask.conversation = messages::kept(&said, &call.conversation);
    if !system.is_empty() {
        body.put("system", &system);
    }
    body.insert(
        "messages",
        messages::in_blocks(&said, "assistant", "content", &|parts| blocks(parts, &call.conversation))?,
    );
    if !body.contains_key("max_tokens") {
        body.insert("max_tokens", MAX_TOKENS.into());
    }
    if let Some(tools) = messages::tools(call, &[("type", "custom")], "input_schema")? {
        body.insert("tools", tools);
    }
    messages::choice(call, body, "tool_choice", CHOICES)?;
    messages::listed(body, "stop_sequences");
    let mut output = messages::options(call, &[".effort"]);
    match messages::schema(call)? {
        Some(schema @ Value::Object(_)) => {
            output.form("format", r#"{"type":"json_schema","schema":%}"#, &[&schema.to_json()]);
        }
        Some(_) => ask.warnings.push("Anthropic has no JSON mode without a schema: 'responseFormat' was left out"),
        None => {}
    }
    if !output.is_empty() {
        body.insert("output_config", output.into());
    }
    if version(call) >= VERSION {
        for (key, warning) in [("temperature", NO_TEMPERATURE), ("top_p", NO_TOP_P)] {
            if body.take(key).is_some() {
                ask.warnings.push(warning);
            }
        }
    }
    body.insert("stream", true.into());
    ask.to(&DIALECT, "/messages")
}

/// The service wants a limit. Its models of today all take this one.
const MAX_TOKENS: u64 = 8192;

const NO_TEMPERATURE: &str = "Anthropic's API of 2026-10-21 has no 'temperature': it was left out";
const NO_TOP_P: &str = "Anthropic's API of 2026-10-21 has no 'topP': it was left out";

const CHOICES: [&str; 4] =
    [r#"{"type":"auto"}"#, r#"{"type":"none"}"#, r#"{"type":"any"}"#, r#"{"type":"tool","name":$}"#];

/// H2. The blocks of one turn.
fn blocks(parts: &[Part], conversation: &Map) -> Result<Vec<Value>> {
    let (mut blocks, mut called) = (Vec::new(), false);
    for part in parts {
        // A turn with calls must begin with what was thought, though its text comes before them.
        let at = if called { blocks.len() } else { 0 };
        blocks.splice(at..at, thoughts_before(part, conversation).iter().cloned());
        called |= matches!(part, Part::Call { .. });
        // The service refuses texts that are blank.
        if !matches!(part, Part::Text(text) if text.trim().is_empty()) {
            blocks.push(block(part)?);
        }
    }
    Ok(blocks)
}

/// What was thought before a call must stand before it again.
fn thoughts_before<'a>(part: &Part, conversation: &'a Map) -> &'a [Value] {
    match part {
        Part::Call { id, .. } => conversation.get(id).and_then(Value::as_array).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

fn block(part: &Part) -> Result<Value> {
    const IMAGE: &str = r#"{"type":"image","source":{"type":"base64","media_type":$,"data":$}}"#;
    Ok(match part {
        Part::Text(text) => form(r#"{"type":"text","text":$}"#, &[text]),
        Part::Image { url, .. } => match messages::data_url(url) {
            Some((media, data)) => form(IMAGE, &[media, data]),
            None => form(r#"{"type":"image","source":{"type":"url","url":$}}"#, &[url]),
        },
        Part::Call { id, name, arguments } => {
            form(r#"{"type":"tool_use","id":$,"name":$,"input":%}"#, &[id, name, &messages::arguments(arguments)?])
        }
        Part::Result { id, text, .. } => form(r#"{"type":"tool_result","tool_use_id":$,"content":$}"#, &[id, text]),
    })
}

/// H3.
fn frame(turn: &mut Turn, value: &Value, out: &mut Out) -> Result<()> {
    let none = Value::Null;
    let index = value.number("index").unwrap_or_default();
    let delta = value.get("delta").unwrap_or(&none);
    match word(value, "type") {
        "message_start" => turn.usage(value.pointer("/message/usage")),
        "content_block_start" => begin(turn, index, value.get("content_block").unwrap_or(&none), out),
        "content_block_delta" => match word(delta, "type") {
            "text_delta" => turn.text(word(delta, "text"), out),
            "thinking_delta" => {
                let thought = turn.think(word(delta, "thinking"), out);
                turn.kept += thought.len();
                if let Some(Value::String(known)) = kept(turn, index).and_then(|block| block.get_mut("thinking")) {
                    known.push_str(thought);
                }
            }
            // It comes whole.
            "signature_delta" => {
                if let Some(block) = kept(turn, index) {
                    block.put("signature", word(delta, "signature"));
                }
            }
            // Tools that the service runs itself have such pieces, too. The first piece is always empty.
            "input_json_delta" => {
                let piece = word(delta, "partial_json");
                if turn.arguments(index).is_some() && !piece.is_empty() {
                    turn.call(Some(index), "", "", piece, out);
                }
            }
            "citations_delta" => {
                delta.known("citation").into_iter().for_each(|source| out.source(source));
            }
            _ => {}
        },
        "content_block_stop" => end(turn, index, out),
        "message_delta" => {
            turn.usage(value.get("usage"));
            stop(turn, delta, out);
        }
        "message_stop" => turn.over = true,
        _ => {}
    }
    Ok(())
}

/// A block of the answer, or its beginning.
fn begin(turn: &mut Turn, index: u64, block: &Value, out: &mut Out) {
    match word(block, "type") {
        "text" => {
            turn.text(word(block, "text"), out);
            block.list("citations").iter().for_each(|source| out.source(source));
        }
        "thinking" => {
            _ = turn.think(word(block, "thinking"), out);
            let mut whole = Map::new();
            for key in ["type", "thinking", "signature"] {
                whole.put(key, word(block, key));
            }
            keep(turn, index, whole.into());
        }
        "redacted_thinking" => keep(turn, index, block.clone()),
        "tool_use" => {
            let id = word(block, "id");
            if !turn.blocks.is_empty() {
                let mut thoughts = std::mem::take(&mut turn.blocks);
                thoughts.iter_mut().filter_map(Value::as_object_mut).for_each(|thought| thought.remove(INDEX));
                turn.conversation.insert(id, thoughts.into());
            }
            let input = block.get("input").and_then(Value::as_object).filter(|input| !input.is_empty());
            let arguments = input.map(Map::to_json).unwrap_or_default();
            turn.call(Some(index), id, word(block, "name"), &arguments, out);
        }
        _ => {}
    }
}

/// Of a call without arguments nothing comes; they are an object all the same.
fn end(turn: &mut Turn, index: u64, out: &mut Out) {
    if turn.arguments(index) == Some("") {
        turn.call(Some(index), "", "", "{}", out);
    }
}

/// A member of a kept block, until it is handed out.
const INDEX: &str = "index";

/// Nothing says that one block ends before the next begins.
fn keep(turn: &mut Turn, index: u64, mut block: Value) {
    block.as_object_mut().into_iter().for_each(|block| block.insert(INDEX, index.into()));
    turn.blocks.push(block);
}

fn kept(turn: &mut Turn, index: u64) -> Option<&mut Map> {
    turn.blocks.iter_mut().find(|block| block.number(INDEX) == Some(index))?.as_object_mut()
}

/// Why the answer is over, and what the service says about it.
fn stop(turn: &mut Turn, told: &Value, out: &mut Out) {
    turn.finish(word(told, "stop_reason"));
    if let Some(words) = told.text_at("/stop_details/explanation") {
        out.warn(words);
    }
}
