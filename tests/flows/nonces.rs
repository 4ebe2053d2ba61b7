//! Nonces that a site refuses, whatever they came from, and roots that are not `/wp-json/`, as recorded on live sites.

use rivulet::chat::Code;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, SITE, call, recorded};

fn live(case: &str) -> Reply {
    recorded(&format!("live/{case}"))
}

fn hi(provider: &'static str) -> Flow {
    call(provider, json!("Hi there"))
}

fn at_chat(provider: &'static str) -> Flow {
    hi(provider).settings(json!({ "page": "/chat/" }))
}

/// The request is for this address with a query that no cache has seen.
fn is_uncached(played: &Played, request: usize, address: &str) -> bool {
    let unseen = played.urls()[request].strip_prefix(address).and_then(|rest| rest.split_once("rivulet="));
    unseen.is_some_and(|(mark, value)| matches!(mark, "?" | "&") && value.len() == 10)
}

#[test]
fn ai_puffer_renews_the_dead_nonce_of_a_cached_page_as_its_own_page_does() {
    let answers = ["cached-page", "cached-page-step1-403", "cached-page-nonce", "cached-page-step1-again"];
    let mut answers: Vec<Reply> = answers.iter().map(|case| live(&format!("ai-puffer-{case}"))).collect();
    answers.push(live("ai-puffer-cached-page-stream"));
    let played = at_chat("AiPuffer").answers(&answers);
    assert!(played.end.is_ok(), "{:?}", played.end);
    assert_eq!(played.field(1, "_ajax_nonce").as_deref(), Some("0123456789"));
    assert_eq!(played.field(2, "action").as_deref(), Some("aipkit_get_frontend_chat_nonce"));
    assert_eq!(played.field(3, "_ajax_nonce").as_deref(), Some("ec608a3e89"));
    for name in ["message", "user_client_message_id"] {
        assert_eq!(played.field(3, name), played.field(1, name), "{name}");
    }
}

#[test]
fn ai_puffer_renews_a_nonce_that_this_call_fetched_but_once() {
    let [nonce, refused] = ["nonce", "cache-nonce-wrong"].map(|case| recorded(&format!("ai-power/aipkit-{case}")));
    let [key, stream] = ["cache-ok", "stream-ascii"].map(|case| recorded(&format!("ai-power/aipkit-{case}")));
    let flow = hi("AiPuffer").settings(json!({ "botId": 5 }));
    let played = flow.answers(&[nonce.clone(), refused.clone(), nonce.clone(), key, stream]);
    assert!(played.end.is_ok());
    let played = flow.answers(&[nonce.clone(), refused.clone(), nonce, refused]);
    assert_eq!(played.error().code, Code::Nonce);
}

#[test]
fn ai_puffer_before_2_3_41_reads_the_page_again_past_the_cache() {
    let page = || live("ai-puffer-cached-page");
    let [refused, key, stream] =
        ["step1-403", "step1-again", "stream"].map(|case| live(&format!("ai-puffer-cached-page-{case}")));
    let played = at_chat("AiPuffer").answers(&[page(), refused, Reply::new(400, "0"), page(), key, stream]);
    assert!(is_uncached(&played, 3, "https://shop.example/chat/"), "{:?}", played.urls());
    assert!(played.end.is_ok());
}

#[test]
fn ai_power_renews_the_dead_nonce_of_a_cached_page_by_the_page_with_a_query() {
    let [page, query, stream] =
        ["cached-page", "cached-page-query", "cached-page-query-post"].map(|case| live(&format!("ai-power-{case}")));
    let refusals = [live("ai-power-cached-page-post-403"), recorded("ai-power/v1.8.79-nonce-wrong")];
    for refused in refusals {
        let played = at_chat("AiPower").answers(&[page.clone(), refused, query.clone(), stream.clone()]);
        assert!(is_uncached(&played, 2, "https://shop.example/chat/"), "{:?}", played.urls());
        assert_eq!(played.field(1, "_wpnonce").as_deref(), Some("0123456789"));
        assert_eq!(played.field(3, "_wpnonce").as_deref(), Some("02bdf84137"));
        for name in ["message", "post_id", "bot_id", "chatbot_identity", "wpaicg_chat_client_id"] {
            assert_eq!(played.field(3, name), played.field(1, name), "{name}");
        }
        assert!(played.end.is_ok());
    }
}

#[test]
fn ai_power_takes_the_search_nonce_where_the_cache_does_not_mind_the_query() {
    let [page, refused, search, stream] = ["cached-page", "cached-page-post-403", "search-page", "search-page-post"]
        .map(|case| live(&format!("ai-power-{case}")));
    let flow = at_chat("AiPower");
    let played = flow.answers(&[page.clone(), refused.clone(), page.clone(), refused.clone(), search, stream.clone()]);
    assert_eq!(played.urls()[4], format!("{SITE}/?s=rivulet"));
    assert_eq!(played.field(5, "_wpnonce").as_deref(), Some("02bdf84137"));
    assert_eq!(played.field(5, "post_id"), played.field(1, "post_id"), "the chat's post, not the search page's");
    assert!(played.end.is_ok());
    // A cache that minds no query gives the home page for the search, and never keeps a page that does not exist.
    let absent = live("ai-power-404-page");
    let twice = [page.clone(), refused.clone(), page.clone(), refused.clone()];
    let played = flow.answers(&[&twice[..], &[page.clone(), absent, stream]].concat());
    assert_eq!(played.urls()[5], format!("{SITE}/no-such-page-for-rivulet/"));
    assert_eq!(played.field(6, "_wpnonce").as_deref(), Some("02bdf84137"));
    assert!(played.end.is_ok());
    let pages = [&twice[..], &[page.clone(), page.clone()]].concat();
    assert_eq!(flow.answers(&pages).error().code, Code::Nonce, "each is tried once");
}

#[test]
fn ai_power_gives_up_with_the_sites_refusal() {
    let [page, refused] = ["cached-page", "cached-page-post-403"].map(|case| live(&format!("ai-power-{case}")));
    let nothing = || Reply::new(200, "<html><title>Home</title></html>");
    let played = at_chat("AiPower").answers(&[page, refused, nothing(), nothing(), nothing()]);
    let error = played.error();
    assert_eq!((error.code, error.status), (Code::Nonce, Some(403)));
    assert_eq!(
        error.message,
        "the site refused the nonce: The link you followed has expired.; the site's pages may come from a cache that keeps \
         them longer than nonces live: give one that it does not keep (see page)"
    );
}

#[test]
fn ai_engine_renews_the_dead_nonce_of_a_cached_page_by_the_page_with_a_query() {
    let v209 = |case: &str| live(&format!("v2.0.9-ai-engine-{case}"));
    let [page, refused, fresh, stream] =
        ["cached-page", "cached-page-submit-403", "cached-page-query", "cached-page-query-submit"].map(v209);
    let flow = at_chat("AiEngine");
    let played = flow.answers(&[page.clone(), refused.clone(), fresh.clone(), stream.clone()]);
    assert!(is_uncached(&played, 2, "https://shop.example/chat/"), "{:?}", played.urls());
    assert_eq!(played.header(1, "x-wp-nonce"), Some("0123456789"));
    assert_eq!(played.header(3, "x-wp-nonce"), Some("91bea39d93"));
    assert_eq!(played.json(3), played.json(1), "the same message");
    assert!(played.end.is_ok());
    // From the store.
    let stored = flow.clone().session(&[("nonce", "0123456789"), ("page", "read")]);
    let absent = v209("start-session-404");
    let played = stored.answers(&[refused.clone(), absent.clone(), fresh.clone(), stream]);
    assert!(is_uncached(&played, 2, "https://shop.example/chat/"), "{:?}", played.urls());
    assert!(played.end.is_ok());
    let played = flow.answers(&[page.clone(), refused.clone(), page.clone(), refused.clone()]);
    assert_eq!(played.error().code, Code::Nonce, "once only");
    assert!(played.error().message.ends_with("give one that it does not keep (see page)"), "{}", played.error());
}

#[test]
fn ai_engine_renews_a_nonce_that_start_session_gave_in_this_call() {
    let [session, refused, stream] =
        ["start-session", "nonce-expired", "stream-ascii"].map(|case| recorded(&format!("ai-engine/{case}")));
    let played = hi("AiEngine").answers(&[session.clone(), refused.clone(), session, stream]);
    assert!(played.urls()[2].ends_with("/start_session"));
    assert!(played.end.is_ok());
}

#[test]
fn a_nonce_of_the_settings_meets_plain_permalinks_and_the_root_is_found() {
    let [home, stream] = ["plain-permalinks-home", "plain-permalinks-index-php-submit"].map(live);
    let nowhere = [live("plain-permalinks-wp-json-submit-home"), Reply::new(404, "<html><title>404</title></html>")];
    let blog = format!("{SITE}/blog");
    let flow = hi("AiEngine").settings(json!({ "url": blog, "nonce": "9fe30d7330" }));
    for answer in nowhere {
        let played = flow.answers(&[answer, home.clone(), stream.clone()]);
        assert_eq!(
            played.urls()[1..],
            [format!("{blog}/"), format!("{blog}/index.php?rest_route=/mwai-ui/v1/chats/submit"),]
        );
        assert_eq!(played.header(2, "x-wp-nonce"), Some("9fe30d7330"));
        assert_eq!(played.json(2), played.json(0), "the same message");
        assert!(played.end.is_ok());
    }
}

#[test]
fn a_page_that_names_no_other_root_leaves_the_first_answer_as_the_reason() {
    let flow = hi("AiEngine").settings(json!({ "nonce": "9fe30d7330" }));
    let wall = || Reply::new(200, "<html><title>Attention Required!</title></html>");
    let played = flow.answers(&[wall(), wall()]);
    assert_eq!(played.error().code, Code::Blocked);
    assert!(played.error().message.contains("Attention Required!"), "{}", played.error());
    let absent = recorded("ai-engine/chatbots-module-off");
    assert_eq!(flow.answers(&[absent]).error().code, Code::Service, "WordPress answered, so the root is right");
}

#[test]
fn a_login_gets_its_nonce_from_rest_nonce() {
    let flow = hi("AiEngine").logged_in();
    let played = flow.answers(&[live("rest-nonce-with-login"), live("rest-nonce-submit")]);
    assert_eq!(played.urls()[0], format!("{SITE}/wp-admin/admin-ajax.php?action=rest-nonce"));
    assert_eq!((played.requests[0].method.as_str(), played.header(1, "x-wp-nonce")), ("GET", Some("59fd639c3e")));
    assert!(played.end.is_ok());
    // The login has run out: a guest like any other.
    let session = recorded("ai-engine/start-session");
    let stream = recorded("ai-engine/stream-ascii");
    let played = flow.answers(&[live("rest-nonce-guest"), session, stream]);
    assert!(played.end.is_ok());
    let stale = flow.clone().session(&[("nonce", "0123456789")]);
    let refused = live("login-start-session-nonce-with-cookies");
    let played = stale.answers(&[refused, live("rest-nonce-with-login"), live("rest-nonce-submit")]);
    assert!(played.end.is_ok());
}

#[test]
fn a_page_of_another_origin_asks_index_php_where_wp_json_cannot_be_read() {
    let session = || live("plain-permalinks-index-php-start-session");
    let answer = recorded("ai-engine/nonstream-ascii");
    let blog = format!("{SITE}/blog");
    let flow = hi("AiEngine").settings(json!({ "url": blog })).cross_origin();
    let played = flow.answers(&[Reply::unreadable(), session(), answer.clone()]);
    let root = format!("{blog}/index.php?rest_route=/");
    assert_eq!(
        played.urls(),
        [
            format!("{blog}/wp-json/mwai/v1/start_session"),
            format!("{root}mwai/v1/start_session"),
            format!("{root}mwai-ui/v1/chats/submit"),
        ]
    );
    assert!(played.end.is_ok());
    let root: Value = json!({ "url": blog, "restRoot": "/blog/api/" });
    let played = hi("AiEngine").settings(root).cross_origin().answers(&[session(), answer]);
    assert!(played.end.is_ok());
}
