//! The bugs of the two source providers, as g4f-parity lists them: each holds here as what it should have been.

use rivulet::chat::Code;
use serde_json::json;

use crate::support::drive::Reply;
use crate::support::flow::{Flow, call, recorded};

fn online() -> Flow {
    let preset = json!({ "preset": "Chatgpt4Online", "url": "https://chatgpt4online.example" });
    call("AiEngine", json!([{ "role": "user", "content": "Hi" }])).settings(preset).session(&[("nonce", "f49d8b472e")])
}

fn chatgpt4o() -> Flow {
    let preset = json!({ "preset": "Chatgpt4o", "url": "https://chatgpt4o.example" });
    call("AiPower", json!([{ "role": "user", "content": "Hi" }]))
        .settings(preset)
        .session(&[("nonce", "29a96788e8"), ("postId", "5")])
}

#[test]
fn a_pieces_come_as_they_arrive_and_not_once_at_the_end() {
    assert_eq!(online().answers(&[recorded("ai-engine/stream-ascii")]).pieces().len(), 17);
}

/// `answers` cuts at every byte; the source decoded each chunk alone and lost the rest of it.
#[test]
fn b_characters_and_json_cut_between_chunks_lose_no_text() {
    let played = online().answers(&[recorded("ai-engine/stream-cyrillic")]);
    assert!(played.text().ends_with("Вы написали: «Привет! Как дела?»."));
    let raw = "data: {\"type\":\"live\",\"data\":\"Привет 👍🏽\"}\n\ndata: {\"type\":\"end\",\"data\":\"{\\\"success\\\":true}\"}\n\n";
    assert_eq!(online().answers(&[Reply::new(200, raw)]).text(), "Привет 👍🏽");
}

#[test]
fn c_the_end_event_ends_the_reply() {
    let mut reply = recorded("ai-engine/stream-ascii");
    reply.body.extend_from_slice(b"data: {\"type\":\"live\",\"data\":\"more\"}\n\n");
    let played = online().answers(&[reply]);
    assert!(played.end.is_ok() && !played.text().contains("more"));
}

#[test]
fn d_error_events_are_errors_and_unknown_types_are_not() {
    assert_eq!(online().answers(&[recorded("ai-engine/upstream-401-stream")]).error().code, Code::Service);
    let mut reply = recorded("ai-engine/stream-ascii");
    reply.body.splice(0..0, *b"data: {\"type\":\"heartbeat\"}\n\ndata: {\"kind\":\"new\"}\n\n");
    assert!(online().answers(&[reply]).end.is_ok());
}

#[test]
fn e_a_refused_session_is_an_error_with_its_status() {
    let flow = online().session(&[]);
    let error = flow.answers(&[Reply::new(403, "<html><title>Just a moment...</title></html>")]).error().clone();
    assert_eq!((error.code, error.status), (Code::Blocked, Some(403)));
}

#[test]
fn f_no_header_is_set_that_a_browser_forbids() {
    let played =
        online().session(&[]).answers(&[recorded("ai-engine/start-session"), recorded("ai-engine/stream-ascii")]);
    let names: Vec<&str> = played.requests.iter().flat_map(|request| &request.headers).map(|(name, _)| *name).collect();
    assert_eq!(names, ["content-type", "x-wp-nonce", "accept"]);
}

#[test]
fn chatgpt4o_asks_get_model_before_it_sends() {
    let error = chatgpt4o().options(json!({ "model": "gpt-5" })).read().unwrap_err();
    assert_eq!(error.code, Code::ModelNotFound);
    assert!(chatgpt4o().options(json!({ "model": "gpt-4o-mini" })).read().is_ok());
}

#[test]
fn chatgpt4o_tells_the_sites_own_error() {
    let error = chatgpt4o().answers(&[recorded("ai-power/upstream-401-json")]).error().clone();
    assert!(error.message.starts_with("Incorrect API key provided"), "{error}");
    let limit = chatgpt4o().answers(&[recorded("ai-power/token-limit-json")]).error().clone();
    assert_eq!((limit.code, limit.message.as_str()), (Code::RateLimited, "You have reached your token limit."));
}

#[test]
fn chatgpt4o_outlives_a_stale_nonce() {
    let answers =
        [recorded("ai-power/nonce-expired"), recorded("ai-power/page-shortcode"), recorded("ai-power/json-ascii")];
    assert!(chatgpt4o().answers(&answers).end.is_ok());
}

#[test]
fn chatgpt4o_sends_the_sources_fields() {
    let played = chatgpt4o().answers(&[recorded("ai-power/json-ascii")]);
    let wanted = [
        ("_wpnonce", "29a96788e8"),
        ("post_id", "5"),
        ("url", "https://chatgpt4o.example"),
        ("action", "wpaicg_chat_shortcode_message"),
        ("message", "Hi"),
        ("bot_id", "0"),
    ];
    for (name, value) in wanted {
        assert_eq!(played.field(0, name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn chatgpt4online_sends_the_sources_fields_and_all_turns_in_one_message() {
    let played = online()
        .options(json!({ "messages": [{ "role": "system", "content": "S" }, { "role": "user", "content": "Hi" }] }))
        .answers(&[recorded("ai-engine/stream-ascii")]);
    assert_eq!(played.urls(), ["https://chatgpt4online.example/wp-json/mwai-ui/v1/chats/submit"]);
    let body = played.json(0);
    assert_eq!((&body["botId"], &body["stream"]), (&json!("default"), &json!(true)));
    assert_eq!(body["newMessage"], "System: S\nUser: Hi\nAssistant:");
    assert_eq!(played.header(0, "accept"), Some("text/event-stream"));
}
