//! AI Puffer: nonce, store, stream; renewal, conversation, the REST route.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::json;

use crate::support::drive::Reply;
use crate::support::flow::{Flow, SITE, call, recorded};

const STORED: [(&str, &str); 2] = [("nonce", "e0c7ddddf9"), ("postId", "6")];

fn hi() -> Flow {
    call("AiPuffer", json!("Hi there")).settings(json!({ "botId": 5 }))
}

fn nonce() -> Reply {
    recorded("ai-power/aipkit-nonce")
}

fn key() -> Reply {
    recorded("ai-power/aipkit-cache-ok")
}

fn stream() -> Reply {
    recorded("ai-power/aipkit-stream-ascii")
}

#[test]
fn fetches_a_nonce_stores_the_message_and_streams_by_its_key() {
    let played = hi().answers(&[nonce(), key(), stream()]);
    let ajax = format!("{SITE}/wp-admin/admin-ajax.php");
    assert_eq!(played.urls()[..2], [ajax.clone(), ajax.clone()]);
    assert_eq!(played.field(0, "action").as_deref(), Some("aipkit_get_frontend_chat_nonce"));
    assert_eq!(played.field(0, "bot_id").as_deref(), Some("5"));
    assert_eq!(played.field(1, "action").as_deref(), Some("aipkit_cache_sse_message"));
    assert_eq!(played.field(1, "message").as_deref(), Some("Hi there"));
    assert_eq!(played.field(1, "_ajax_nonce").as_deref(), Some("e0c7ddddf9"));
    assert_eq!((played.requests[2].method, &played.requests[2].body), (Method::Get, &None));
    assert!(played.urls()[2].starts_with(&format!("{ajax}?action=aipkit_frontend_chat_stream&")));
    assert_eq!(played.field(2, "cache_key").as_deref(), Some("aipkit_sse_0sI5yYVbKL5cw6KmQWrxxF0On3DNVviw"));
    for name in ["session_id", "conversation_uuid"] {
        let id = played.field(2, name).unwrap();
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((parts.as_slice(), id.as_bytes()[14]), (&[8, 4, 4, 4, 12][..], b'4'), "a version 4 UUID: {id}");
    }
    assert_ne!(played.field(2, "session_id"), played.field(2, "conversation_uuid"));
    assert!(played.requests[0].shared && !played.requests[1].shared && !played.requests[2].shared);
    assert!(played.end.is_ok());
}

#[test]
fn without_a_bot_id_the_page_names_bot_post_and_nonce() {
    let flow = call("AiPuffer", json!("Hi there")).settings(json!({ "page": "/chat/" }));
    let played = flow.answers(&[recorded("ai-power/aipkit-page"), key(), stream()]);
    assert_eq!(played.urls()[0], "https://shop.example/chat/");
    assert_eq!(played.field(1, "bot_id").as_deref(), Some("5"));
    assert_eq!(played.field(2, "post_id").as_deref(), Some("6"));
}

#[test]
fn before_2_3_41_the_nonce_comes_from_the_page() {
    let unknown = Reply::new(400, "0");
    let played = hi().answers(&[unknown, recorded("ai-power/aipkit-page"), key(), stream()]);
    assert_eq!(played.requests[1].method, Method::Get);
    assert!(played.end.is_ok());
}

#[test]
fn a_page_without_a_chat_says_so() {
    let played = call("AiPuffer", json!("Hi")).answers(&[Reply::new(200, "<html><title>Home</title></html>")]);
    assert_eq!(played.error().code, Code::Nonce);
    assert_eq!(
        played.error().message,
        "No nonce found: the page holds no AI Puffer chat: read from https://shop.example/ (give the page with the chat as page)"
    );
}

#[test]
fn renews_a_refused_nonce_once() {
    let refused = || recorded("ai-power/aipkit-cache-nonce-wrong");
    let flow = hi().session(&[("nonce", "0123456789")]);
    let played = flow.answers(&[refused(), nonce(), key(), stream()]);
    assert!(!format!("{:?}", played.requests[1]).contains("0123456789"), "not sent along");
    assert_eq!(played.field(2, "_ajax_nonce").as_deref(), Some("e0c7ddddf9"));
    assert!(played.end.is_ok());
    assert_eq!(flow.answers(&[refused(), nonce(), refused()]).error().code, Code::Nonce);
}

#[test]
fn a_nonce_that_runs_out_between_the_steps_may_be_tried_again() {
    let played = hi().session(&STORED).answers(&[key(), recorded("ai-power/aipkit-stream-nonce-wrong")]);
    assert_eq!((played.error().code, played.error().retryable), (Code::Nonce, true));
    assert_eq!(played.described(), ["session -"], "and the next call fetches another");
}

#[test]
fn a_conversation_goes_on_with_its_ids_and_sends_the_new_text_alone() {
    let first = hi().session(&STORED).answers(&[key(), stream()]);
    let messages = json!([
        { "role": "user", "content": "My name is Ada." },
        { "role": "assistant", "content": "Hello Ada." },
        { "role": "user", "content": "Please recall." },
    ]);
    let next = call("AiPuffer", messages.clone()).settings(json!({ "botId": 5 })).session(&STORED);
    let next = next.options(json!({ "conversation": first.conversation() })).answers(&[key(), stream()]);
    assert_eq!(next.field(0, "message").as_deref(), Some("Please recall."), "the server keeps the history (C3)");
    for name in ["session_id", "conversation_uuid"] {
        assert_eq!(next.field(1, name), first.field(1, name));
    }
    assert_eq!(next.field(1, "previous_openai_response_id").as_deref(), Some("resp_stub0000000000000001"));
    let alone = call("AiPuffer", messages).settings(json!({ "botId": 5 })).session(&STORED).answers(&[key(), stream()]);
    let flat = "User: My name is Ada.\nAssistant: Hello Ada.\nUser: Please recall.\nAssistant:";
    assert_eq!(alone.field(0, "message").as_deref(), Some(flat), "a server that knows nothing is told everything");
}

#[test]
fn the_rest_route_takes_the_sites_key() {
    let flow = hi().settings(json!({ "apiKey": "SITE-API-KEY" }));
    let played = flow.answers(&[recorded("ai-power/aipkit-rest-ok")]);
    assert_eq!(played.urls(), ["https://shop.example/wp-json/aipkit/v1/chat/5/message"]);
    assert_eq!(played.header(0, "authorization"), Some("Bearer SITE-API-KEY"));
    assert_eq!(played.json(0)["messages"], json!([{ "role": "user", "content": "Hi there" }]));
    assert_eq!(played.pieces().len(), 1);
    let call = call("AiPuffer", json!("Hi")).settings(json!({ "apiKey": "k" }));
    let exchange = rivulet::providers::exchange(
        crate::support::play::protocol("AiPuffer"),
        std::rc::Rc::new(call.read().unwrap()),
        &Default::default(),
        1 << 20,
    );
    let played = crate::support::drive::play(exchange, |_, _| panic!("nothing is to be sent"));
    assert!(played.error().message.starts_with("botId is missing"), "{}", played.error());
}

#[test]
fn error_and_done_are_both_the_end() {
    for (case, text) in [("aipkit-banned-word", ""), ("aipkit-upstream-cut-midstream", "Hello from the ")] {
        let played = hi().session(&STORED).answers(&[key(), recorded(&format!("ai-power/{case}"))]);
        assert_eq!((played.text().as_str(), played.end.is_err()), (text, true));
    }
}

#[test]
fn a_stream_that_ends_after_its_padding_was_cut_off() {
    let padding = format!(":{}\n\n", " ".repeat(4096));
    let played = hi().session(&STORED).answers(&[key(), Reply::new(200, padding)]);
    assert_eq!(played.error().code, Code::Truncated);
}

#[test]
fn citations_warnings_and_forms_become_events() {
    let body = "event: citations\ndata: [{\"url\":\"https://a.example\"},{\"url\":\"https://b.example\"}]\n\n\
                event: warning\ndata: {\"error\":\"Slow &amp; steady\"}\n\n\
                event: display_form_event\ndata: {\"form\":1}\n\ndata: {\"delta\":\"A\"}\n\n\
                event: done\ndata: {\"finished\":true,\"grounding_metadata\":{\"q\":1}}\n\n";
    let played = hi().session(&STORED).answers(&[key(), Reply::new(200, body)]);
    assert_eq!(
        played.described()[..5],
        [
            r#"source {"url":"https://a.example"}"#,
            r#"source {"url":"https://b.example"}"#,
            "warning Slow & steady",
            r#"action form {"form":1}"#,
            r#"source {"q":1}"#,
        ]
    );
}

#[test]
fn sources_that_done_repeats_come_once() {
    let sources = |body: &str| {
        let stream = Reply { body: body.into(), ..stream() };
        let played = hi().answers(&[nonce(), key(), stream]);
        played.described().into_iter().filter(|event| event.starts_with("source")).collect::<Vec<_>>()
    };
    let text = "data: {\"delta\":\"Hi\"}\n\n";
    let own = "event: citations\ndata: [{\"url\":\"https://a.example\"}]\n\n";
    let done = "event: done\ndata: {\"finished\":true,\"citations\":[{\"url\":\"https://a.example\"}]}\n\n";
    let source = [r#"source {"url":"https://a.example"}"#];
    assert_eq!(sources(&format!("{text}{done}")), source);
    assert_eq!(sources(&format!("{text}{own}{done}")), source);
}
