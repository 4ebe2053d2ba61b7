//! AI Engine: session, renewal, what is sent, and what goes on from reply to reply.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::json;

use crate::support::drive::Reply;
use crate::support::flow::{Flow, SITE, call, json_answer, recorded};

const NONCE: &str = "f49d8b472e";

fn hi() -> Flow {
    call("AiEngine", json!("Hi there"))
}

fn session() -> Reply {
    recorded("ai-engine/start-session")
}

fn stream() -> Reply {
    recorded("ai-engine/stream-ascii")
}

fn refused() -> Reply {
    recorded("ai-engine/nonce-expired")
}

#[test]
fn fetches_a_nonce_and_submits_with_it() {
    let played = hi().answers(&[session(), stream()]);
    let root = format!("{SITE}/wp-json");
    assert_eq!(played.urls(), [format!("{root}/mwai/v1/start_session"), format!("{root}/mwai-ui/v1/chats/submit")]);
    assert!(played.requests.iter().all(|request| request.method == Method::Post));
    assert_eq!(
        (&played.requests[0].headers, &played.requests[0].body),
        (&Vec::new(), &None),
        "A2: no body, no headers"
    );
    assert!(played.requests[0].shared && !played.requests[1].shared);
    assert_eq!(played.header(1, "x-wp-nonce"), Some(NONCE));
    assert_eq!(played.json(1)["session"], "6afff7f5454a0");
    assert!(played.end.is_ok());
}

#[test]
fn a_stored_nonce_costs_no_request() {
    let played = hi().session(&[("nonce", NONCE)]).answers(&[stream()]);
    assert_eq!(played.header(0, "x-wp-nonce"), Some(NONCE));
}

#[test]
fn a_nonce_of_the_settings_is_used_and_renewed_like_a_stored_one() {
    let flow = hi().settings(json!({ "nonce": "16b3edb97a" }));
    let played = flow.answers(&[refused(), session(), stream()]);
    assert_eq!(played.header(0, "x-wp-nonce"), Some("16b3edb97a"));
    assert_eq!(played.header(2, "x-wp-nonce"), Some(NONCE));
}

#[test]
fn renews_a_stale_nonce_once_and_without_the_stale_one() {
    let played = hi().session(&[("nonce", "16b3edb97a")]).answers(&[refused(), session(), stream()]);
    assert_eq!(played.header(0, "x-wp-nonce"), Some("16b3edb97a"));
    assert_eq!(played.header(1, "x-wp-nonce"), None, "WordPress would refuse the call before the plugin sees it (A2)");
    assert!(!format!("{:?}", played.requests[1]).contains("16b3edb97a"));
    assert_eq!(played.header(2, "x-wp-nonce"), Some(NONCE));
    assert_eq!(played.json(0)["newMessage"], played.json(2)["newMessage"]);
    assert_eq!(played.json(0)["chatId"], played.json(2)["chatId"], "the repeated call is the same call");
    assert_eq!(played.described()[..2], ["session -", "session nonce=f49d8b472e session=6afff7f5454a0"]);
    assert!(played.end.is_ok() && !played.text().is_empty());
}

#[test]
fn a_missing_nonce_is_renewed_like_a_stale_one() {
    let missing = recorded("ai-engine/nonce-missing-stream");
    let played = hi().session(&[("nonce", "16b3edb97a")]).answers(&[missing, session(), stream()]);
    assert!(played.end.is_ok());
}

#[test]
fn a_second_refusal_is_an_error() {
    let played = hi().session(&[("nonce", "16b3edb97a")]).answers(&[refused(), session(), refused()]);
    let error = played.error();
    assert_eq!((error.code, error.status), (Code::Nonce, Some(403)));
    assert_eq!(error.message, "the site refused the nonce: Cookie check failed");
    assert_eq!(played.described().last().unwrap(), "session -", "what is stored is no good");
}

#[test]
fn a_fresh_nonce_that_is_refused_is_renewed_once() {
    let played = hi().answers(&[session(), refused(), session(), refused()]);
    assert_eq!(played.error().code, Code::Nonce);
}

#[test]
fn another_refusal_with_403_renews_nothing() {
    let empty = recorded("ai-engine/message-empty-stream");
    let played = hi().session(&[("nonce", NONCE)]).answers(&[empty]);
    assert_eq!(played.error().code, Code::Refused);
    let firewall = Reply::new(403, "<html><title>Attention Required! | Cloudflare</title></html>");
    let played = hi().session(&[("nonce", NONCE)]).answers(&[firewall]);
    assert_eq!(played.error().code, Code::Blocked);
}

#[test]
fn a_fresher_nonce_is_adopted_from_the_header_and_from_the_answer() {
    let played = hi().session(&[("nonce", "ae03661fbf")]).answers(&[recorded("ai-engine/nonce-old-stream")]);
    assert_eq!(played.described()[0], "session nonce=f49d8b472e");
    let token = json!({ "success": true, "reply": "A", "new_token": NONCE });
    let played = hi().session(&[("nonce", "ae03661fbf")]).answers(&[json_answer(token)]);
    assert_eq!(played.described()[0], "session nonce=f49d8b472e");
}

#[test]
fn start_session_may_hand_out_a_token_instead_of_the_old_nonce() {
    let answer = json!({ "success": true, "sessionId": "1", "restNonce": "ae03661fbf", "new_token": NONCE });
    let played = hi().answers(&[json_answer(answer), stream()]);
    assert_eq!(played.header(1, "x-wp-nonce"), Some(NONCE));
}

#[test]
fn a_session_without_a_nonce_says_so() {
    let played = hi().answers(&[json_answer(json!({ "success": false, "message": "Disabled." }))]);
    assert_eq!((played.error().code, played.error().message.as_str()), (Code::Nonce, "No nonce found: Disabled."));
}

#[test]
fn only_the_new_text_is_the_new_message_and_earlier_turns_stand_in_messages() {
    let messages = json!([
        { "role": "developer", "content": "Rhyme." },
        { "role": "user", "content": "My name is Ada." },
        { "role": "assistant", "content": "Hello Ada." },
        { "role": "user", "content": [{ "type": "text", "text": "Please " }, { "type": "text", "text": "recall." }] },
    ]);
    let played = call("AiEngine", messages).session(&[("nonce", NONCE)]).answers(&[stream()]);
    let body = played.json(0);
    assert_eq!(body["newMessage"], "Please recall.");
    let earlier = json!([
        { "role": "system", "content": "Rhyme." },
        { "role": "user", "content": "My name is Ada." },
        { "role": "assistant", "content": "Hello Ada." },
    ]);
    assert_eq!(body["messages"], earlier);
}

#[test]
fn with_history_prompt_all_turns_are_one_message() {
    let messages = json!([
        { "role": "user", "content": "My name is Ada." },
        { "role": "assistant", "content": "Hello Ada." },
        { "role": "user", "content": "Please recall." },
    ]);
    let flow = call("AiEngine", messages).options(json!({ "history": "prompt" })).session(&[("nonce", NONCE)]);
    let body = flow.answers(&[stream()]).json(0);
    assert_eq!(body["newMessage"], "User: My name is Ada.\nAssistant: Hello Ada.\nUser: Please recall.\nAssistant:");
    assert!(body.get("messages").is_none());
}

#[test]
fn a_message_beyond_the_default_limit_is_refused_with_the_limit_in_words() {
    let flow = call("AiEngine", json!("я".repeat(513))).session(&[("nonce", NONCE)]);
    for case in ["ai-engine/message-too-long-stream", "ai-engine/message-too-long-nonstream"] {
        let error = flow.answers(&[recorded(case)]).error().clone();
        assert_eq!(error.code, Code::Refused);
        assert!(
            error.message.contains("513 characters; AI Engine's default limit is 512, textInputMaxLength"),
            "{error}"
        );
    }
}

#[test]
fn a_refused_message_within_the_limit_blames_no_length() {
    let flow = call("AiEngine", json!("a".repeat(512))).session(&[("nonce", NONCE)]);
    let error = flow.answers(&[recorded("ai-engine/message-too-long-stream")]).error().clone();
    assert_eq!(error.message, "the site refused the message: Sorry, your query has been rejected.");
}

#[test]
fn the_pages_own_limit_is_the_one_in_words() {
    let flow = call("AiEngine", json!("a".repeat(600))).session(&[("nonce", NONCE), ("limit", "599")]);
    let error = flow.answers(&[recorded("ai-engine/message-too-long-stream")]).error().clone();
    assert!(error.message.contains("600 characters; the bot's limit is 599, textInputMaxLength"), "{error}");
}

#[test]
fn a_conversation_goes_on_with_its_chat_id() {
    let first = hi().session(&[("nonce", NONCE)]).answers(&[stream()]);
    let chat = first.json(0)["chatId"].clone();
    assert!(chat.as_str().is_some_and(|id| id.len() == 11), "made by the client: {chat}");
    assert!(first.json(0).get("previousResponseId").is_none());
    let next = hi().session(&[("nonce", NONCE)]).options(json!({ "conversation": first.conversation() }));
    let next = next.answers(&[stream()]);
    assert_eq!(next.json(0)["chatId"], chat);
    assert!(next.json(0).get("previousResponseId").is_none(), "chatcmpl-... has no history behind it (A4)");
}

#[test]
fn only_an_id_of_the_responses_api_is_gone_on_from() {
    let first = hi().session(&[("nonce", NONCE)]).answers(&[recorded("ai-engine/responses-turn1")]);
    let id = json!("resp_stub0000000000000001");
    let next = hi().session(&[("nonce", NONCE)]).options(json!({ "conversation": first.conversation() }));
    let second = next.answers(&[stream()]);
    assert_eq!(second.json(0)["previousResponseId"], id);
    assert!(second.conversation().get("previousResponseId").is_none(), "the bot changed its provider");
    let cross_origin = json!({ "chatId": "k3v9x2m1qz", "previousResponseId": "chatcmpl-stub0001" });
    let played =
        hi().session(&[("nonce", NONCE)]).options(json!({ "conversation": cross_origin })).answers(&[stream()]);
    assert!(played.json(0).get("previousResponseId").is_none());
}

#[test]
fn a_page_of_another_origin_asks_for_one_piece_and_warns() {
    let played = hi().cross_origin().session(&[("nonce", NONCE)]).answers(&[recorded("ai-engine/nonstream-ascii")]);
    assert_eq!(played.json(0)["stream"], false);
    assert_eq!(played.header(0, "accept"), None, "another header would be another preflight");
    assert_eq!(played.pieces().len(), 1);
    assert!(played.warnings()[0].contains("another origin"), "{:?}", played.warnings());
}

#[test]
fn a_final_text_that_differs_becomes_an_event_and_no_text_twice() {
    let end = json!({ "success": true, "reply": "Hello, edited" }).to_string();
    let frames = [json!({ "type": "live", "data": "Hello " }), json!({ "type": "end", "data": end })];
    let body: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    let played = hi().session(&[("nonce", NONCE)]).answers(&[Reply::new(200, body)]);
    assert_eq!(played.text(), "Hello ");
    assert!(played.described().contains(&"replace Hello, edited".to_owned()));
}

#[test]
fn typed_live_events_are_no_text() {
    let live = |kind: &str| json!({ "type": "live", "data": kind, "subtype": kind, "visibility": "visible" });
    let kinds = ["content", "thinking", "warning", "code", "tool_call", "heartbeat", "debug"];
    let mut body: String = kinds.iter().map(|kind| format!("data: {}\n\n", live(kind))).collect();
    body.push_str(
        "data: {\"type\":\"news\",\"data\":\"x\"}\n\ndata: {\"type\":\"end\",\"data\":\"{\\\"success\\\":true}\"}\n\n",
    );
    let played = hi().session(&[("nonce", NONCE)]).answers(&[Reply::new(200, body)]);
    assert_eq!(played.text(), "content");
    let wanted = [
        "reasoning thinking",
        "warning warning",
        "status code: code",
        "status tool_call: tool_call",
        "status heartbeat: heartbeat",
        "status debug: debug",
        "conversation chatId=sent",
        "finish unknown",
    ];
    assert_eq!(played.described(), wanted);
}

#[test]
fn an_error_event_without_words_waits_for_the_one_that_has_them() {
    let wordless = "data: {\"type\":\"error\",\"data\":\"\",\"timestamp\":1.5}\n\n";
    let words = "data: {\"type\":\"error\",\"data\":\"Overloaded\"}\n\n";
    let played = hi().session(&[("nonce", NONCE)]).answers(&[Reply::new(200, format!("{wordless}{words}"))]);
    assert_eq!((played.error().code, played.error().message.as_str()), (Code::Service, "Overloaded"));
    let played = hi().session(&[("nonce", NONCE)]).answers(&[Reply::new(200, wordless)]);
    assert_eq!(played.error().message, "the site reported an error without words");
}

#[test]
fn an_end_event_that_holds_an_object_instead_of_text_is_understood() {
    let body = "data: {\"type\":\"end\",\"data\":{\"success\":true,\"reply\":\"A\"}}\n\n";
    let played = hi().session(&[("nonce", NONCE)]).answers(&[Reply::new(200, body)]);
    assert_eq!((played.text().as_str(), played.end.is_ok()), ("A", true));
}
