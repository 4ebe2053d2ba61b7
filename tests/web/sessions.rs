//! Nonces between calls: remembered, shared, renewed.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

async fn answered(site: &Site, reply: Reply) {
    let text = reply.text();
    site.chat().await.push(RECORDED);
    assert!(done(text).await.as_string().unwrap().starts_with("Hello"));
}

fn stale() -> Function {
    json(403, STALE, &JsValue::UNDEFINED)
}

#[wasm_bindgen_test]
async fn a_nonce_is_remembered_for_the_next_call() {
    let site = Site::new();
    answered(&site, site.reply()).await;
    answered(&site, site.reply()).await;
    assert_eq!((site.count("session"), site.count("chat")), (1, 2));
}

#[wasm_bindgen_test]
async fn who_has_headers_of_his_own_has_a_session_of_his_own() {
    let site = Site::new();
    answered(&site, site.reply()).await;
    for user in ["a", "b"] {
        answered(&site, site.reply_to(&[("headers", object(&[("authorization", user.into())]).into())])).await;
    }
    assert_eq!(site.count("session"), 3);
}

#[wasm_bindgen_test]
async fn replies_that_wait_together_share_one_nonce_request() {
    let site = Site::new();
    let texts: Vec<Promise> = (0..10).map(|_| expected(site.reply().text())).collect();
    for _ in 0..10 {
        site.chat().await.push(RECORDED);
    }
    for text in texts {
        assert!(done(text).await.as_string().unwrap().starts_with("Hello"));
    }
    assert_eq!((site.count("session"), site.count("chat")), (1, 10));
}

#[wasm_bindgen_test]
async fn a_nonce_request_that_fails_fails_for_all_and_the_next_call_asks_again() {
    let site = Site::new();
    site.order("session", &json(401, "{}", &JsValue::UNDEFINED));
    let texts: Vec<Promise> = (0..10).map(|_| expected(site.reply().text())).collect();
    for text in texts {
        chat_error(text, "auth").await;
    }
    assert_eq!((site.count("session"), site.count("chat")), (1, 0));
    answered(&site, site.reply()).await;
    assert_eq!(site.count("session"), 2);
}

#[wasm_bindgen_test]
async fn a_stale_nonce_is_renewed_once_for_twenty_replies() {
    let site = Site::new();
    answered(&site, site.reply()).await;
    (0..20).for_each(|_| site.order("chat", &stale()));
    let texts: Vec<Promise> = (0..20).map(|_| expected(site.reply().text())).collect();
    for _ in 0..20 {
        site.chat().await.push(RECORDED);
    }
    for text in texts {
        assert!(done(text).await.as_string().unwrap().starts_with("Hello"));
    }
    assert_eq!((site.count("session"), site.count("chat")), (2, 41));
    assert!(!text_of(&get(&site.call("session", 1), "headers")).contains(NONCE), "the stale nonce was sent along");
}

#[wasm_bindgen_test]
async fn a_fresh_nonce_that_is_refused_is_an_error() {
    let site = Site::new();
    (0..5).for_each(|_| site.order("chat", &stale()));
    chat_error(site.reply().text(), "nonce").await;
    assert_eq!((site.count("session"), site.count("chat")), (2, 2));
}

#[wasm_bindgen_test]
async fn a_fresher_nonce_is_adopted() {
    let site = Site::new();
    site.order("chat", &site.stream(&object(&[("x-wp-nonce", "fresh12345".into())])));
    answered(&site, site.reply()).await;
    answered(&site, site.reply()).await;
    assert_eq!(word(&get(&site.call("chat", 1), "headers"), "x-wp-nonce"), "fresh12345");
    assert_eq!(site.count("session"), 1);
}

#[wasm_bindgen_test]
async fn a_store_keeps_the_nonce_between_calls() {
    let (site, store) = (Site::new(), Store::new());
    answered(&site, site.reply_to(&[("session", store.clone().into())])).await;
    assert!(store.values().contains(NONCE));
    assert!(store.ttl_ms() > 3_600_000.0);
    answered(&site, site.reply_to(&[("session", store.clone().into())])).await;
    assert_eq!(site.count("session"), 1);
    answered(&site, site.reply()).await;
    assert_eq!(site.count("session"), 2, "the memory is another store");
}

#[wasm_bindgen_test]
async fn what_a_store_holds_is_never_trusted() {
    let poisons = [
        "",
        "null",
        "[]",
        "42",
        "not JSON",
        "\u{0}",
        r#"{"nonce":5}"#,
        r#"{"nonce":"a\r\nX-Evil: 1"}"#,
        r#"{"nonce":"\u20ac"}"#,
        r#"{"nonce":null,"root":"https://elsewhere.example/"}"#,
        r#"{"nonce":"b","root":"https://elsewhere.example/"}"#,
        r#"{"nonce":"b","root":"javascript:alert(1)"}"#,
        &"[".repeat(10_000),
    ];
    for poison in poisons {
        let (site, store) = (Site::new(), Store::new());
        answered(&site, site.reply_to(&[("session", store.clone().into())])).await;
        store.poison(poison);
        answered(&site, site.reply_to(&[("session", store.clone().into())])).await;
        assert!(!site.sent().contains("elsewhere.example"), "{poison}");
        assert!(!site.sent().contains("X-Evil"), "{poison}");
    }
}

#[wasm_bindgen_test]
async fn a_broken_store_costs_a_nonce_request_and_no_reply() {
    let broken = [
        "throw new Error('disk full')",
        "return Promise.reject('disk full')",
        "return 42",
        "return { then() { throw 1 } }",
    ];
    for script in broken {
        let site = Site::new();
        let method = whatever(script);
        let store = object(&["get", "set", "delete"].map(|name| (name, method.clone().into())));
        answered(&site, site.reply_to(&[("session", store.clone().into())])).await;
        site.order("chat", &stale());
        let text = site.reply_to(&[("session", store.into())]).text();
        rejection(text).await;
        assert_eq!(site.count("session"), 3, "{script}");
    }
}

#[wasm_bindgen_test]
async fn a_store_that_hangs_does_not_hang_an_abort_or_a_timeout() {
    let hanging = object(&["get", "set", "delete"].map(|name| (name, deafness().into())));
    let (site, signal) = (Site::new(), Signal::new());
    let never = whatever("return new Promise(() => {})");
    for name in ["get", "set", "delete"] {
        js_sys::Reflect::set(&hanging, &name.into(), &never).unwrap();
    }
    let text = site.reply_to(&[("session", hanging.clone().into()), ("signal", signal.signal())]).text();
    assert!(!settles(&text).await);
    signal.abort(&"enough".into());
    assert_eq!(rejection(text).await, "enough");
    chat_error(site.reply_to(&[("session", hanging.into()), ("timeout", 40.into())]).text(), "timeout").await;
    assert_eq!(site.count("session"), 0);
}

#[wasm_bindgen_test]
async fn a_store_that_is_slow_to_save_delays_nobody() {
    let site = Site::new();
    let never = whatever("return new Promise(() => {})");
    let store =
        object(&[("get", whatever("return null").into()), ("set", never.clone().into()), ("delete", never.into())]);
    answered(&site, site.reply_to(&[("session", store.into())])).await;
}

#[wasm_bindgen_test]
async fn get_nonce_asks_the_store_first() {
    let (site, store) = (Site::new(), Store::new());
    for _ in 0..2 {
        let reply = site.reply_to(&[("session", store.clone().into()), ("purpose", "session".into())]);
        assert_eq!(done(reply.text()).await, NONCE);
    }
    assert_eq!((site.count("session"), site.count("chat")), (1, 0));
}
