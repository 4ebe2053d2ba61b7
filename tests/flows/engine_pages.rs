//! AI Engine: what its pages tell - the nonce of old versions, the REST root, the bot.

use rivulet::chat::Code;
use rivulet::http::Method;
use serde_json::json;

use crate::support::drive::Reply;
use crate::support::flow::{Flow, SITE, call, recorded};

fn hi() -> Flow {
    call("AiEngine", json!("Hi there"))
}

fn session() -> Reply {
    recorded("ai-engine/start-session")
}

fn stream() -> Reply {
    recorded("ai-engine/stream-ascii")
}

#[test]
fn before_2_4_4_the_nonce_comes_from_the_page() {
    let absent = recorded("ai-engine/v2.0.9-start-session");
    let page = recorded("ai-engine/v2.0.9-page-default");
    let played = hi().answers(&[absent, page, recorded("ai-engine/v2.0.9-stream-ascii")]);
    assert_eq!((played.requests[1].method, played.urls()[1]), (Method::Get, "https://shop.example/"));
    assert_eq!(played.header(2, "x-wp-nonce"), Some("627fa3908d"));
    assert_eq!(played.json(2)["botId"], "default");
    assert!(played.end.is_ok());
}

#[test]
fn before_2_4_4_a_stale_nonce_is_renewed_from_the_page() {
    let absent = recorded("ai-engine/v2.0.9-start-session");
    let page = recorded("ai-engine/v2.0.9-page-default");
    let flow = hi().session(&[("nonce", "0123456789")]);
    let played = flow.answers(&[recorded("ai-engine/v2.0.9-nonce-wrong"), absent, page, stream()]);
    assert_eq!(played.header(3, "x-wp-nonce"), Some("627fa3908d"));
}

#[test]
fn a_page_without_nonce_does_not_bring_the_stale_one_back() {
    let absent = recorded("ai-engine/v2.0.9-start-session");
    let flow = hi().session(&[("nonce", "0123456789")]);
    let played = flow.answers(&[recorded("ai-engine/v2.0.9-nonce-wrong"), absent, recorded("ai-engine/page-default")]);
    assert_eq!(played.error().code, Code::Nonce);
    assert!(played.error().message.starts_with("No nonce found"), "{}", played.error());
}

#[test]
fn a_page_without_nonce_after_start_session_was_absent_is_an_error() {
    let absent = recorded("ai-engine/v2.0.9-start-session");
    let played = hi().answers(&[absent, recorded("ai-engine/page-default")]);
    let error = played.error();
    assert_eq!(
        (error.code, error.message.as_str()),
        (
            Code::Nonce,
            "No nonce found: the site has no start_session (AI Engine is absent, or older than 2.4.4), and its page holds no \
             nonce: read from https://shop.example/ (give the page with the chat as page)"
        )
    );
}

#[test]
fn a_site_with_plain_permalinks_is_asked_by_the_root_that_its_page_names() {
    let page = r#"<head><link rel="https://api.w.org/" href="https://shop.example/?rest_route=/" /></head>"#;
    for absent in [Reply::new(404, "<html><title>Not Found</title></html>"), Reply::new(200, "<html>home</html>")] {
        let played = hi().answers(&[absent, Reply::new(200, page), session(), stream()]);
        let root = format!("{SITE}/?rest_route=/");
        assert_eq!(
            played.urls()[2..],
            [format!("{root}mwai/v1/start_session"), format!("{root}mwai-ui/v1/chats/submit")]
        );
        assert!(played.end.is_ok());
    }
}

#[test]
fn a_rest_root_of_the_settings_is_used_as_it_is() {
    for (root, url) in [
        ("/?rest_route=/", "https://shop.example/?rest_route=/mwai/v1/start_session"),
        ("/blog/api", "https://shop.example/blog/api/mwai/v1/start_session"),
        ("https://shop.example/api/", "https://shop.example/api/mwai/v1/start_session"),
    ] {
        let played = hi().settings(json!({ "restRoot": root })).answers(&[session(), stream()]);
        assert_eq!(played.urls()[0], url);
    }
}

#[test]
fn what_a_page_names_as_its_root_never_leads_to_another_site() {
    let page = r#"<link rel="https://api.w.org/" href="https://evil.example/wp/wp-json/" />"#;
    let absent = recorded("ai-engine/v2.0.9-start-session");
    let played = hi().answers(&[absent, Reply::new(200, page), session(), stream()]);
    assert!(played.urls().iter().all(|url| url.starts_with(SITE)), "{:?}", played.urls());
    assert_eq!(played.urls()[2], "https://shop.example/wp/wp-json/mwai/v1/start_session");
}

#[test]
fn a_page_of_the_settings_names_bot_context_and_limit() {
    let flow = hi().settings(json!({ "page": "/chat-custom/" }));
    let played = flow.answers(&[recorded("ai-engine/page-custom-id"), session(), stream()]);
    assert_eq!(played.urls()[0], "https://shop.example/chat-custom/");
    let body = played.json(2);
    assert_eq!((&body["customId"], &body["contextId"]), (&json!("3adff3d30a0bab2b42009aeb6e6e53da"), &json!(6)));
    assert!(body.get("botId").is_none(), "one of the two (A4)");
}

#[test]
fn a_page_is_read_once_and_its_bot_remembered() {
    let values = [("nonce", "f49d8b472e"), ("page", "read"), ("customId", "abc"), ("contextId", "6")];
    let played = hi().settings(json!({ "page": "/chat-custom/" })).session(&values).answers(&[stream()]);
    assert_eq!((&played.json(0)["customId"], &played.json(0)["contextId"]), (&json!("abc"), &json!(6)));
}

#[test]
fn a_page_names_the_bot_even_where_the_nonce_is_given() {
    let flow = hi().settings(json!({ "page": "/chat-custom/", "nonce": "f49d8b472e" }));
    let played = flow.answers(&[recorded("ai-engine/page-custom-id"), stream()]);
    assert_eq!(played.json(1)["customId"], "3adff3d30a0bab2b42009aeb6e6e53da");
    assert_eq!(played.header(1, "x-wp-nonce"), Some("f49d8b472e"));
}

#[test]
fn bot_and_custom_id_of_the_settings_win_over_the_page() {
    let page = || recorded("ai-engine/page-custom-id");
    let by_bot = hi().settings(json!({ "page": "/chat/", "botId": "support" })).answers(&[page(), session(), stream()]);
    assert_eq!((&by_bot.json(2)["botId"], by_bot.json(2).get("customId")), (&json!("support"), None));
    let by_custom =
        hi().settings(json!({ "page": "/chat/", "customId": "own" })).answers(&[page(), session(), stream()]);
    assert_eq!((&by_custom.json(2)["customId"], by_custom.json(2).get("botId")), (&json!("own"), None));
}

#[test]
fn getting_a_nonce_sends_no_message() {
    let played = hi().session_only().answers(&[session()]);
    assert_eq!(played.described(), ["session nonce=f49d8b472e session=6afff7f5454a0"]);
    assert!(played.end.is_ok());
}
