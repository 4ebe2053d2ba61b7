//! AI Power: the page, then one form post; renewal, history, conversation.

use rivulet::chat::Code;
use serde_json::{Value, json};

use crate::support::drive::Reply;
use crate::support::flow::{Flow, SITE, call, json_answer, recorded};

const STORED: [(&str, &str); 2] = [("nonce", "29a96788e8"), ("postId", "5")];

fn hi() -> Flow {
    call("AiPower", json!("Hi there"))
}

fn page() -> Reply {
    recorded("ai-power/page-shortcode")
}

fn stream() -> Reply {
    recorded("ai-power/stream-ascii")
}

#[test]
fn reads_the_page_and_posts_what_it_holds() {
    let played = hi().answers(&[page(), stream()]);
    assert_eq!(played.urls(), [format!("{SITE}/"), format!("{SITE}/wp-admin/admin-ajax.php")]);
    let wanted = [
        ("_wpnonce", "29a96788e8"),
        ("post_id", "5"),
        ("url", SITE),
        ("action", "wpaicg_chat_shortcode_message"),
        ("message", "Hi there"),
        ("bot_id", "0"),
        ("chatbot_identity", "shortcode"),
        ("wpaicg_chat_history", "[]"),
    ];
    for (name, value) in wanted {
        assert_eq!(played.field(1, name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(played.field(1, "wpaicg_chat_client_id").map(|id| id.len()), Some(10));
    let content_type = played.header(1, "content-type").unwrap_or_default();
    assert!(content_type.starts_with("application/x-www-form-urlencoded"), "{content_type}");
}

#[test]
fn a_custom_bot_and_the_widget_are_called_by_their_names() {
    let custom = hi().answers(&[recorded("ai-power/page-custom-bot"), recorded("ai-power/json-ascii")]);
    let fields = |played: &crate::support::drive::Played| {
        ["action", "bot_id", "post_id", "chatbot_identity"].map(|name| played.field(1, name).unwrap_or_default())
    };
    assert_eq!(fields(&custom), ["wpaicg_chat_shortcode_message", "6", "8", "custom_bot_6"]);
    let widget = hi().answers(&[recorded("ai-power/page-widget"), stream()]);
    assert_eq!(fields(&widget), ["wpaicg_chatbox_message", "0", "10", "widget"]);
    let asked =
        hi().settings(json!({ "widget": false, "botId": 7 })).answers(&[recorded("ai-power/page-widget"), stream()]);
    assert_eq!(fields(&asked), ["wpaicg_chat_shortcode_message", "7", "10", "custom_bot_7"]);
}

#[test]
fn renews_a_nonce_refused_as_html_or_as_json_once() {
    for refused in ["ai-power/nonce-expired", "ai-power/v1.8.79-nonce-wrong"] {
        let flow = hi().session(&[("nonce", "cfa7685dab"), ("postId", "5")]);
        let played = flow.answers(&[recorded(refused), page(), stream()]);
        assert_eq!(played.header(1, "cache-control"), Some("no-cache"), "a cached page holds the stale nonce");
        assert!(!format!("{:?}", played.requests[1]).contains("cfa7685dab"));
        assert_eq!(played.field(2, "_wpnonce").as_deref(), Some("29a96788e8"));
        assert!(played.end.is_ok());
        // Each further page has the nonce that was refused.
        let refused = || recorded(refused);
        let played = flow.answers(&[refused(), page(), refused(), page(), page()]);
        assert_eq!(played.error().code, Code::Nonce);
    }
}

#[test]
fn a_firewall_page_with_403_renews_nothing() {
    for length in [0, 5000] {
        let wall = Reply::new(403, format!("<html><title>Forbidden</title>{}</html>", "x".repeat(length)));
        let played = hi().session(&STORED).answers(&[wall]);
        assert_eq!(played.error().code, Code::Blocked);
    }
}

#[test]
fn a_page_without_post_id_says_so() {
    let played = hi().answers(&[recorded("ai-power/page-home-without-chat")]);
    const NO_POST: &str = "No post ID found: the page holds no AI Power chat: read from https://shop.example/ (give the \
        page with the chat as page)";
    assert_eq!((played.error().code, played.error().message.as_str()), (Code::Nonce, NO_POST));
    let played = hi().answers(&[Reply::new(200, r#"<div data-post-id="abc" data-nonce="29a96788e8">"#)]);
    assert_eq!(played.error().message, NO_POST);
    let absent = hi().settings(json!({ "page": "/chat/" })).answers(&[Reply::new(404, "<html></html>")]);
    let message = "there is no such page (status 404): read from https://shop.example/chat/ (see page)";
    assert_eq!(absent.error().message, message);
}

#[test]
fn a_page_that_fails_for_now_may_be_tried_again() {
    let failed = || Reply::new(503, "<html></html>").header("retry-after", "7");
    for (flow, place) in [
        (hi(), "read from https://shop.example/"),
        (hi().settings(json!({ "page": "/chat/" })), "read from https://shop.example/chat/ (see page)"),
    ] {
        let played = flow.answers(&[failed()]);
        let error = played.error();
        assert_eq!((error.code, error.status, error.retryable), (Code::Service, Some(503), true));
        assert_eq!(error.retry_after.as_deref(), Some("7"));
        assert_eq!(error.message, format!("the service failed (status 503): {place}"));
    }
}

#[test]
fn a_page_without_nonce_says_so() {
    let played = hi().answers(&[Reply::new(200, r#"<div data-post-id="5" data-nonce="">"#)]);
    assert_eq!(
        (played.error().code, played.error().message.as_str()),
        (Code::Nonce, "No nonce found: read from https://shop.example/ (give the page with the chat as page)")
    );
}

#[test]
fn a_post_id_of_the_settings_and_the_search_nonce_are_enough() {
    let flow = hi().settings(json!({ "postId": 12 }));
    let played = flow.answers(&[recorded("ai-power/page-home-without-chat"), stream()]);
    assert_eq!(played.field(1, "post_id").as_deref(), Some("12"));
    assert_eq!(played.field(1, "_wpnonce").as_deref(), Some("29a96788e8"));
}

#[test]
fn nonce_and_post_id_of_the_settings_cost_no_page() {
    let flow = hi().settings(json!({ "postId": 5, "nonce": "29a96788e8" }));
    assert_eq!(flow.answers(&[stream()]).field(0, "_wpnonce").as_deref(), Some("29a96788e8"));
}

#[test]
fn an_answer_without_data_is_an_unexpected_structure() {
    for answer in [json!({}), json!({ "status": "success" }), json!({ "status": "success", "data": null }), json!([])] {
        let played = hi().session(&STORED).answers(&[json_answer(answer)]);
        let error = played.error();
        assert_eq!(
            (error.code, error.message.as_str()),
            (Code::Protocol, "Unexpected response structure: 'data' field missing",)
        );
    }
}

#[test]
fn an_answer_with_data_alone_is_a_reply_as_in_the_source() {
    let played = hi().session(&STORED).answers(&[json_answer(json!({ "data": "Hello" }))]);
    assert_eq!((played.text().as_str(), played.end.is_ok()), ("Hello", true));
}

/// What the server does: every backslash goes, then the JSON is decoded (B3).
fn as_the_server_reads(history: &str) -> Vec<String> {
    let items: Vec<Value> = serde_json::from_str(&history.replace('\\', "")).expect("the whole history is lost");
    items.iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_history_survives_the_server_that_strips_backslashes() {
    let messages = json!([
        { "role": "system", "content": "Be \"kind\"" },
        { "role": "user", "content": "He said \"hi\"\nand\tleft C:\\new\\u041f \u{2028}Привет 👍🏽 it's </div>" },
        { "role": "assistant", "content": "{\"a\": [1, \"\\\\\"]}" },
        { "role": "assistant", "content": "  " },
        { "role": "user", "content": "Please recall \"it\"." },
    ]);
    let played = call("AiPower", messages).session(&STORED).answers(&[stream()]);
    let history = played.field(0, "wpaicg_chat_history").unwrap();
    assert!(!history.contains('\\'));
    assert_eq!(
        as_the_server_reads(&history),
        [
            "Human: Be ”kind”",
            "Human: He said ”hi” and left C:∖new∖u041f \u{2028}Привет 👍🏽 it's </div>",
            "AI: {”a”: [1, ”∖∖”]}",
        ]
    );
    assert_eq!(
        played.field(0, "message").as_deref(),
        Some("Please recall \"it\"."),
        "the message itself needs no care"
    );
}

#[test]
fn a_conversation_goes_on_with_client_and_thread() {
    let first = hi().session(&STORED).answers(&[stream()]);
    let client = first.field(0, "wpaicg_chat_client_id");
    let next = hi().session(&STORED).options(json!({ "conversation": first.conversation() }));
    let answer = json!({ "status": "success", "data": "Hello", "thread_id": "thread_1" });
    let second = next.answers(&[json_answer(answer)]);
    assert_eq!(second.field(0, "wpaicg_chat_client_id"), client);
    assert_eq!(second.field(0, "thread_id"), None);
    let next = hi().session(&STORED).options(json!({ "conversation": second.conversation() }));
    assert_eq!(next.answers(&[stream()]).field(0, "thread_id").as_deref(), Some("thread_1"));
}

#[test]
fn assistant_bots_stream_named_events() {
    let delta = |text: &str| json!({ "delta": { "content": [{ "type": "text", "text": { "value": text } }] } });
    let body = format!(
        "event: thread_id\ndata: thread_9\n\nevent: thread.message.delta\ndata: {}\n\nevent: thread.message.delta\n\
         data: {}\n\nevent: thread.message.completed\ndata: {{}}\n\nevent: done\ndata: [DONE]\n\n",
        delta("Hello "),
        delta("Ada")
    );
    let played = hi().session(&STORED).answers(&[Reply::new(200, body)]);
    assert_eq!(played.pieces(), ["Hello ", "Ada"]);
    assert_eq!(played.described(), ["conversation clientId=sent threadId=thread_9", "finish stop"]);
    let failed = "event: assistant_error\ndata: {\"status\":\"error\",\"msg\":\"No assistant\"}\n\n";
    let played = hi().session(&STORED).answers(&[Reply::new(200, failed)]);
    assert_eq!((played.error().code, played.error().message.as_str()), (Code::Service, "No assistant"));
}

#[test]
fn an_end_mark_after_an_internal_error_gives_the_error() {
    let body =
        "event: message\ndata: {\"choices\":[{\"delta\":{\"content\":\"Out of memory\"}}]}\n\ndata: [LIMITED]\n\n";
    let played = hi().session(&STORED).answers(&[Reply::new(200, body)]);
    assert_eq!((played.error().code, played.error().message.as_str()), (Code::Service, "Out of memory"));
}

#[test]
fn the_old_completion_models_stream_text() {
    let body = "data: {\"id\":\"1\",\"choices\":[{\"text\":\"Hello\"}]}\n\ndata: [DONE]\n\n";
    assert_eq!(hi().session(&STORED).answers(&[Reply::new(200, body)]).text(), "Hello");
}
