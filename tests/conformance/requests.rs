//! Compares a request that we send with the recorded one that the plugin accepted.

use rivulet::http::{Method, Request};
use serde_json::Value;

use crate::support::play::host;
use crate::support::tape::{Tape, form_fields};

pub fn differences(tape: &Tape, sent: &Request) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut same = |what: &str, sent: &str, recorded: &str| {
        if sent != recorded {
            wrong.push(format!("{what} {sent:?} instead of {recorded:?}"));
        }
    };
    same("method", sent.method.as_str(), &tape.method);
    let url = format!("{}{}", host(tape), tape.target);
    let path = |url: &str| url.split('?').next().unwrap_or_default().to_owned();
    let whole = sent.method == Method::Post || !url.contains("admin-ajax");
    let (ours, theirs) = if whole { (sent.url.clone(), url) } else { (path(&sent.url), path(&url)) };
    same("url", &ours, &theirs);
    let header = |name: &str| sent.headers.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str());
    for name in ["x-wp-nonce", "authorization", "x-api-key", "anthropic-version", "x-goog-api-key"] {
        same(name, header(name), tape.header(name).unwrap_or_default());
    }
    if let Some(recorded) = tape.header("content-type") {
        same("content-type", header("content-type").split(';').next().unwrap_or_default(), recorded);
    }
    match (tape.json(), &sent.body) {
        // Not a key more or less: what the caller adds, he adds by `extra`.
        (Some(recorded), Some(body)) if is_service(tape) => {
            let sent: Value = serde_json::from_str(body).unwrap();
            wrong.extend((sent != recorded).then(|| format!("{sent} instead of {recorded}")));
        }
        (Some(recorded), Some(body)) => wrong.extend(json_differences(&recorded, &serde_json::from_str(body).unwrap())),
        // The address of a page is compared whole.
        _ if sent.method == Method::Get && whole => {}
        _ => wrong.extend(field_differences(tape, sent)),
    }
    wrong
}

fn is_service(tape: &Tape) -> bool {
    !["ai-", "live/"].iter().any(|sites| tape.name.starts_with(sites))
}

/// A4 and C4: any other key breaks the call.
const JSON_KEYS: [&str; 10] = [
    "botId",
    "customId",
    "newMessage",
    "stream",
    "messages",
    "chatId",
    "session",
    "contextId",
    "previousResponseId",
    "shortcutId",
];

/// A11.
const API_KEYS: [&str; 3] = ["botId", "message", "chatId"];

fn json_differences(recorded: &Value, sent: &Value) -> Vec<String> {
    let (recorded, sent) = (recorded.as_object().unwrap(), sent.as_object().unwrap());
    let rest = recorded.get("botId").is_none() && !recorded.contains_key("customId");
    let allowed: &[&str] = match () {
        () if recorded.contains_key("provider") => &["provider", "model", "messages"],
        () if rest => &["messages", "conversation_uuid"],
        () if recorded.contains_key("message") => &API_KEYS,
        () => &JSON_KEYS,
    };
    let mut wrong: Vec<String> = sent.keys().filter(|key| !allowed.contains(&key.as_str())).cloned().collect();
    for (key, value) in recorded {
        // Null says as much as nothing; the rest are features of the plugin's page.
        let left_out = value.is_null() || ["crossSite", "newFileId", "newFileIds"].contains(&key.as_str());
        let same = match key.as_str() {
            "messages" => sent.get(key).map(turns) == Some(turns(value)),
            _ => sent.get(key) == Some(value),
        };
        if !same && !left_out {
            wrong.push(format!("{key}: {:?} instead of {value}", sent.get(key)));
        }
    }
    if !recorded.contains_key("stream") && sent.get("stream").is_some_and(|stream| stream != false) {
        wrong.push("stream".to_owned());
    }
    wrong
}

/// `id`, `who` and `timestamp` of the plugin's page are ignored by the server.
fn turns(list: &Value) -> Vec<(Value, Value)> {
    list.as_array().unwrap().iter().map(|turn| (turn["role"].clone(), turn["content"].clone())).collect()
}

/// B3, C1 to C3.
const FIELDS: [&str; 18] = [
    "_wpnonce",
    "post_id",
    "url",
    "action",
    "message",
    "bot_id",
    "chatbot_identity",
    "wpaicg_chat_client_id",
    "wpaicg_chat_history",
    "thread_id",
    "_ajax_nonce",
    "user_client_message_id",
    "cache_key",
    "session_id",
    "conversation_uuid",
    "_ts",
    "previous_openai_response_id",
    "previous_google_interaction_id",
];

fn field_differences(tape: &Tape, sent: &Request) -> Vec<String> {
    let query = sent.url.split_once('?').map_or("", |(_, query)| query);
    let ours = form_fields(sent.body.as_deref().unwrap_or(if sent.method == Method::Get { query } else { "" }));
    let mut wrong: Vec<String> =
        ours.iter().map(|(name, _)| name).filter(|name| !FIELDS.contains(&name.as_str())).cloned().collect();
    for (name, recorded) in tape.fields() {
        let value = ours.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        let same = match name.as_str() {
            // Made by the client, or of the log that only the plugin's page keeps.
            "_ts" => value.is_some(),
            "chat_id" => true,
            "user_client_message_id" => value.as_deref().is_some_and(|id| id.starts_with("aipkit-client-msg-")),
            "wpaicg_chat_history" => value.as_deref().map(history) == Some(history(&recorded)),
            _ => value.as_deref() == Some(recorded.as_str()),
        };
        if !same {
            wrong.push(format!("{name}: {value:?} instead of {recorded:?}"));
        }
    }
    wrong
}

/// The ids are those of the server's log.
fn history(json: &str) -> Vec<Value> {
    let items: Vec<Value> = serde_json::from_str(json).unwrap();
    items.into_iter().map(|item| item["text"].clone()).collect()
}
