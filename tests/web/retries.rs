//! What is sent again, and what never is.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

/// Asked for at once, so that no test waits for a back-off.
fn refused(status: u16) -> Function {
    json(status, "busy", &object(&[("retry-after", "0".into()), ("content-type", "text/plain".into())]))
}

fn unreachable() -> Function {
    whatever("return Promise.reject(new TypeError('fetch failed'))")
}

#[wasm_bindgen_test]
async fn a_connection_error_is_tried_again() {
    for kind in ["session", "chat"] {
        let site = Site::new();
        site.order(kind, &unreachable());
        let text = site.reply().text();
        site.chat().await.push(RECORDED);
        assert!(done(text).await.as_string().unwrap().starts_with("Hello"));
        assert_eq!(site.count(kind), 2);
    }
}

#[wasm_bindgen_test]
async fn what_can_heal_is_tried_again_with_the_same_body() {
    for status in [408, 409, 429, 500, 502, 503, 504] {
        let site = Site::new();
        site.order("chat", &refused(status));
        let text = site.reply().text();
        site.chat().await.push(RECORDED);
        assert!(done(text).await.as_string().unwrap().starts_with("Hello"), "{status}");
        assert_eq!(site.count("chat"), 2, "{status}");
        let [first, second] = [0, 1].map(|at| word(&site.call("chat", at), "body"));
        assert_eq!(first, second);
    }
}

#[wasm_bindgen_test]
async fn what_cannot_heal_is_sent_once() {
    for (status, code) in
        [(400, "service"), (401, "auth"), (402, "payment_required"), (404, "service"), (413, "too_large")]
    {
        let site = Site::new();
        site.order("chat", &json(status, "no", &object(&[("content-type", "text/plain".into())])));
        let error = rejection(site.reply().text()).await;
        assert_eq!((word(&error, "code").as_str(), get(&error, "status")), (code, status.into()));
        assert_eq!(site.count("chat"), 1, "{status}");
    }
}

#[wasm_bindgen_test]
async fn retries_is_how_often() {
    for (retries, requests) in [(JsValue::UNDEFINED, 3), (0.into(), 1), (1.into(), 2)] {
        let site = Site::new();
        (0..5).for_each(|_| site.order("chat", &refused(429)));
        let error = rejection(site.reply_to(&[("retries", retries)]).text()).await;
        assert_eq!(word(&error, "code"), "rate_limited");
        assert_eq!(get(&error, "retryAfterMs"), 0.0);
        assert_eq!(site.count("chat"), requests);
    }
}

#[wasm_bindgen_test]
async fn retry_after_is_obeyed() {
    let site = Site::new();
    site.order("chat", &json(429, "{}", &object(&[("retry-after", "1".into())])));
    let start = js_sys::Date::now();
    let text = site.reply().text();
    site.chat().await.push(RECORDED);
    done(text).await;
    let waited = js_sys::Date::now() - start;
    assert!((990.0..5000.0).contains(&waited), "{waited} ms");
}

#[wasm_bindgen_test]
async fn more_than_a_minute_is_not_waited_for() {
    let site = Site::new();
    site.order("chat", &json(503, "{}", &object(&[("retry-after", "3600".into())])));
    let error = rejection(site.reply().text()).await;
    assert_eq!(get(&error, "retryAfterMs"), 3_600_000.0);
    assert_eq!(get(&error, "retryable"), JsValue::TRUE);
    assert_eq!(site.count("chat"), 1);
}

#[wasm_bindgen_test]
async fn a_retry_after_that_says_nothing_is_the_usual_back_off() {
    let values = ["", "soon", "NaN"].map(|value| (value, JsValue::UNDEFINED));
    for (value, expected) in
        values.into_iter().chain([("-5", 0.0.into()), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0.into())])
    {
        let site = Site::new();
        site.order("chat", &json(429, "{}", &object(&[("retry-after", value.into())])));
        let error = rejection(site.reply_to(&[("retries", 0.into())]).text()).await;
        assert_eq!(get(&error, "retryAfterMs"), expected, "{value:?}");
    }
}

#[wasm_bindgen_test]
async fn nothing_is_sent_again_after_text() {
    let site = Site::new();
    let reply = site.reply();
    let first = reply.next();
    let body = site.chat().await;
    body.live("half");
    piece(first).await;
    body.fail(&js_sys::TypeError::new("terminated"));
    let error = rejection(reply.next()).await;
    assert_eq!(word(&error, "code"), "network");
    assert_eq!(word(&error, "message"), "the connection broke: terminated");
    assert_eq!(word(&get(&error, "cause"), "message"), "terminated");
    assert_eq!(site.count("chat"), 1);
}

#[wasm_bindgen_test]
async fn a_stream_that_breaks_before_text_is_sent_again() {
    let site = Site::new();
    let text = site.reply().text();
    let body = site.chat().await;
    body.push(": comment\n\n");
    body.fail(&js_sys::TypeError::new("terminated"));
    site.chat().await.push(RECORDED);
    assert!(done(text).await.as_string().unwrap().starts_with("Hello"));
    assert_eq!((site.count("chat"), site.count("session")), (2, 1), "the nonce is known");
}

#[wasm_bindgen_test]
async fn a_number_of_retries_that_is_none_is_told() {
    let site = Site::new();
    for wrong in [JsValue::from(-1), 1.5.into(), "2".into()] {
        let message = chat_error(site.reply_to(&[("retries", wrong)]).text(), "input").await;
        assert_eq!(message, "retries must be a whole number of at least 0");
    }
    assert_eq!(site.count("session"), 0);
}
