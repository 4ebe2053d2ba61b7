//! Reads chunks of OpenAI's Chat Completions, as a dozen services send them (sections F2 to F4 of
//! `tests/wire/README.md`).

use super::compatible::EXTRA;
use super::message_decoder::{MessageDecoder, arguments_text, str_or_empty};
use super::notes;
use crate::chat::Event;
use crate::chat::reasoning_detail::{self, GOOGLE};
use crate::exchange::EventQueue;
use crate::json::{Map, Value};
use crate::text::filled;

/// Puts a chunk, or a completion in one piece, into the message. `key`: the member of a choice that holds the message
/// or the piece of it, `message` or `delta`.
pub fn decode(message: &mut MessageDecoder, value: &Value, key: &str, out: &mut EventQueue) {
    message.usage(value.get("usage"));
    message.usage(value.pointer("/x_groq/usage"));
    // Perplexity says in each chunk again what it has found so far; the results say more than their addresses.
    let sources = [value.list("search_results"), value.list("citations")];
    message.sources_so_far(sources.iter().find(|list| !list.is_empty()).copied().unwrap_or_default(), out);
    // Pictures and videos that its search found are sources, too, and so is what Z.ai's search found.
    for &name in &["images", "videos", "web_search"] {
        message.notes.beyond(name, value.list(name)).iter().for_each(|source| out.source(source));
    }
    notes::status_of_change(message, "related_questions", value.get("related_questions"), out);
    // Azure's filters judge the prompt once and the answer in each chunk, mostly with the same words.
    notes::status_of_change(message, "prompt_filter_results", value.get("prompt_filter_results"), out);
    // Together warns in each chunk again.
    for warning in message.notes.beyond("warnings", value.list("warnings")) {
        out.warn(warning.as_str().unwrap_or(str_or_empty(warning, "message")));
    }
    for choice in value.list("choices") {
        if choice.number("index").unwrap_or_default() != 0 {
            message.not_scannable();
            if message.notes.is_news("choices", &Value::Null) {
                out.warn("the service sent several answers: only the first is told");
            }
            continue;
        }
        notes::status_of_change(message, "content_filter_results", choice.get("content_filter_results"), out);
        // Moonshot counts in the choice.
        message.usage(choice.get("usage"));
        message.finish(str_or_empty(choice, "finish_reason"));
        message.failure_word(str_or_empty(choice, "native_finish_reason"));
        if let Some(logprobs) = choice.get("logprobs").and_then(Value::as_object) {
            message.logprobs(logprobs, out);
        }
        if let Some(delta) = choice.get(key) {
            decode_delta(message, delta, out);
        }
    }
}

/// Puts a message, or a piece of one, into the message.
fn decode_delta(message: &mut MessageDecoder, delta: &Value, out: &mut EventQueue) {
    decode_reasoning(message, delta, out);
    message.text(str_or_empty(delta, "content"), out);
    decode_parts(message, delta.list("content"), out);
    message.refusal(str_or_empty(delta, "refusal"), out);
    for call in delta.list("tool_calls") {
        // A call of a custom tool has its input as text.
        let function = call.non_null("function").or(call.get("custom")).unwrap_or(&Value::Null);
        let arguments = function.non_null("arguments").or(function.get("input"));
        let [id, name] = [(call, "id"), (function, "name")].map(|(value, key)| str_or_empty(value, key));
        let signature = call.text_at("/extra_content/google/thought_signature").filter(|_| !id.is_empty());
        if let Some(signature) = signature {
            message.reasoning_detail(reasoning_detail::encrypted(signature, id, GOOGLE), out);
        }
        message.tool_call(call.number("index"), id, name, &arguments_text(arguments), out);
        if let Some(extra) = call.non_null(EXTRA) {
            message.call_extra(extra);
        }
    }
    // The calls of the time before `tool_calls`, of which a message has one.
    if let Some(call) = delta.non_null("function_call") {
        let arguments = arguments_text(call.get("arguments"));
        message.tool_call(Some(0), "", str_or_empty(call, "name"), &arguments, out);
    }
    for image in delta.list("images") {
        if let Some(url) = image.text_at("/image_url/url").or(image.text("image_url")) {
            message.image(url.to_owned(), out);
        }
    }
    for annotation in delta.list("annotations") {
        notes::cite(annotation, true, out);
    }
    if let Some(audio) = delta.non_null("audio").filter(|audio| audio.is_object()) {
        decode_audio(message, audio, out);
    }
    // Tools that Groq ran: code, searches, visits.
    for tool in delta.list("executed_tools") {
        notes::status("executed_tools", str_or_empty(tool, "type"), tool, out);
    }
    // How Perplexity found its answer.
    for step in delta.list("reasoning_steps") {
        notes::status("reasoning_steps", str_or_empty(step, "thought"), step, out);
    }
    for (key, value) in delta.as_object().into_iter().flat_map(Map::iter) {
        if !MEMBERS.contains(&key) && notes::is_filled(value) && message.notes.warns_of(key) {
            out.warn(filled("the service sent '$', which no event tells: 'includeRaw' has it", &[key]));
        }
    }
    // What Azure found in the caller's own data.
    if let Some(context) = delta.non_null("context").filter(|context| context.is_object()) {
        context.list("citations").iter().for_each(|source| out.source(source));
        notes::status("context", str_or_empty(context, "intent"), context, out);
    }
}

/// The members of a message that are read, or are no content.
const MEMBERS: [&str; 17] = [
    "role",
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "tool_call_id",
    "name",
    "id",
    "images",
    "annotations",
    "audio",
    "executed_tools",
    "reasoning_steps",
    "reasoning_details",
    "reasoning_content",
    "reasoning",
    "context",
];

/// Reads content that comes in parts, as Mistral and Databricks send it. Each part of the reasoning in one list is a part of its own.
fn decode_parts(message: &mut MessageDecoder, parts: &[Value], out: &mut EventQueue) {
    let mut thoughts = 0;
    for part in parts {
        let kind = str_or_empty(part, "type");
        let is_thought = matches!(kind, "reasoning" | "thinking");
        let mut think = |message: &mut MessageDecoder, value: &Value, is_next: bool, out: &mut EventQueue| {
            let text = str_or_empty(value, "text");
            if is_next && thoughts > 0 && !text.is_empty() {
                out.end_reasoning_part();
            }
            thoughts += usize::from(!text.is_empty());
            message.reasoning(text, out);
        };
        // Mistral has the reasoning in `thinking`, Databricks in `summary`.
        for (at, thought) in part.list("thinking").iter().enumerate() {
            think(message, thought, at == 0, out);
            if thought.text("text").is_none() {
                notes::status(str_or_empty(thought, "type"), "", thought, out);
            }
        }
        part.list("summary").iter().for_each(|thought| think(message, thought, true, out));
        match kind {
            _ if is_thought => think(message, part, true, out),
            "refusal" => message.refusal(str_or_empty(part, "refusal"), out),
            "image_url" if part.text_at("/image_url/url").or(part.text("image_url")).is_some() => {
                let url = part.text_at("/image_url/url").or(part.text("image_url")).unwrap_or_default();
                message.image(url.to_owned(), out);
            }
            "audio" | "output_audio" => decode_audio(message, part.non_null("audio").unwrap_or(part), out),
            "file" => message.content(Event::File(notes::file_members(part.non_null("file").unwrap_or(part))), out),
            _ => match part.text("text") {
                Some(text) => message.text(text, out),
                // Mistral's `reference`, and what is not known.
                None => notes::status(kind, "", part, out),
            },
        }
        for source in part.list("citations").iter().chain(part.list("annotations")) {
            notes::cite(source, true, out);
        }
    }
}

/// Reads a piece of the answer as sound.
fn decode_audio(message: &mut MessageDecoder, audio: &Value, out: &mut EventQueue) {
    let mut members = Map::new();
    for &(name, from) in &[("id", "id"), ("mediaType", "mime_type"), ("data", "data"), ("transcript", "transcript")] {
        if let Some(text) = audio.text(from) {
            members.insert_str(name, text);
        }
    }
    if let Some(until) = audio.non_null("expires_at") {
        members.insert("expiresAt", until.clone());
    }
    message.content(Event::Audio(members), out);
}

/// Reads the reasoning, which has as many names as there are services; where several are there, they say the same.
fn decode_reasoning(message: &mut MessageDecoder, delta: &Value, out: &mut EventQueue) {
    message.reasoning_details(delta.list("reasoning_details"));
    let named =
        ["reasoning_content", "reasoning"].iter().find_map(|key| delta.text(key).filter(|text| !text.is_empty()));
    if let Some(text) = named {
        // The details say which part it is, where there is one of them.
        let mut details = detail_texts(delta);
        match (details.next(), details.next()) {
            (Some((index, _)), None) => message.reasoning_of(index, text, out),
            _ => message.reasoning(text, out),
        };
        return;
    }
    for (index, detail) in detail_texts(delta) {
        message.reasoning_of(index, detail, out);
    }
}

/// The texts of the details of the reasoning, with the number of the part that each is of.
fn detail_texts(delta: &Value) -> impl Iterator<Item = (u64, &str)> {
    (0..).zip(delta.list("reasoning_details")).filter_map(|(at, detail)| {
        let text = detail.text("text").or(detail.text("summary")).filter(|text| !text.is_empty())?;
        Some((detail.number("index").unwrap_or(at), text))
    })
}
