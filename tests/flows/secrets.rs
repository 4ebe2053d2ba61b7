//! No nonce and no key in an error: not in its message, not in the excerpt of the body.

use rivulet::chat::{Code, EXCERPT, Error};
use serde_json::json;

use crate::support::drive::{Played, Reply};
use crate::support::expected;
use crate::support::flow::{call, recorded};
use crate::support::play::Play;
use crate::support::tape::Tape;

const NONCES: [&str; 7] =
    ["f49d8b472e", "627fa3908d", "dc3705de36", "29a96788e8", "1a53908d5a", "e0c7ddddf9", "16b3edb97a"];

#[track_caller]
fn is_clean(played: &Played, what: &str) {
    let shown = format!("{:?}", played.error());
    assert!(!NONCES.iter().any(|nonce| shown.contains(nonce)), "{what}: {shown}");
}

#[test]
fn no_recorded_failure_shows_a_nonce() {
    for (case, expected) in expected::all() {
        if expected.error.is_some() {
            is_clean(&Play::of(&Tape::read(&case)).unwrap().run(&[]), &case);
        }
    }
}

#[test]
fn a_page_and_an_answer_that_hold_a_nonce_give_excerpts_without_it() {
    is_clean(&call("AiPower", json!("Hi")).answers(&[recorded("ai-power/page-home-without-chat")]), "page");
    let answer = json!({ "success": false, "message": "Busy.", "new_token": "f49d8b472e" }).to_string();
    for status in [200, 500] {
        let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "16b3edb97a")]);
        is_clean(&flow.answers(&[Reply::new(status, answer.clone())]), "new_token");
    }
    let page = recorded("ai-engine/v2.0.9-page-default");
    let html = Reply { body: page.body[page.body.len() - 900..].to_vec(), ..Reply::new(200, "") };
    let html = Reply { body: [b"<p>".to_vec(), html.body].concat(), ..html };
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "16b3edb97a")]);
    is_clean(&flow.answers(&[html.clone(), html]), "escaped JSON");
}

#[test]
fn redirects_without_end_show_no_query() {
    let target = "/wp-admin/admin-ajax.php?action=aipkit_frontend_chat_stream&_ajax_nonce=e0c7ddddf9";
    let turn = || Reply::new(302, "").header("location", target);
    let key = recorded("ai-power/aipkit-cache-ok");
    let mut answers = vec![key];
    answers.extend((0..7).map(|_| turn()));
    let flow = call("AiPuffer", json!("Hi")).settings(json!({ "botId": 5 })).session(&[("nonce", "e0c7ddddf9")]);
    let played = flow.answers(&answers);
    is_clean(&played, "redirects");
    assert_eq!(played.error().code, Code::Service);
}

#[test]
fn configured_secrets_are_redacted_where_a_service_echoes_them() {
    let flow = call("AiPuffer", json!("Hi")).settings(json!({ "botId": 5, "apiKey": "sk-canary-1234" }));
    let echo =
        r#"{"code":"rest_aipkit_invalid_api_key","message":"Key sk-canary-1234 is wrong.","data":{"status":401}}"#;
    let mut error = flow.answers(&[Reply::new(401, echo)]).error().clone();
    error.redact(flow.read().unwrap().settings.secrets());
    assert_eq!(error.message, "Key [redacted] is wrong.");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[test]
fn a_key_goes_whole_where_a_part_of_it_looks_like_a_nonce() {
    let key = "sk-canary-0123456789-zebra";
    let flow = call("AiPuffer", json!("Hi")).settings(json!({ "botId": 5, "apiKey": key }));
    let echo = json!({ "code": "rest_aipkit_invalid_api_key", "message": format!("Key {key} is wrong.") }).to_string();
    let mut error = flow.answers(&[Reply::new(401, echo)]).error().clone();
    error.redact(flow.read().unwrap().settings.secrets());
    let shown = format!("{error:?}");
    assert!(!shown.contains("canary") && !shown.contains("zebra"), "{shown}");
}

#[test]
fn messages_and_excerpts_are_bounded_in_characters() {
    let long = "я".repeat(50_000);
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "16b3edb97a")]);
    let answer = json!({ "success": false, "message": long }).to_string();
    for reply in [Reply::new(500, answer.clone()), Reply::new(200, answer), Reply::new(502, long.clone())] {
        let error = flow.answers(&[reply]).error().clone();
        assert!(error.message.chars().count() <= EXCERPT, "{}", error.message.chars().count());
        assert!(error.body.as_ref().is_some_and(|body| body.chars().count() <= EXCERPT));
    }
    assert_eq!(Error::new(Code::Service, long).message.chars().count(), EXCERPT);
}
