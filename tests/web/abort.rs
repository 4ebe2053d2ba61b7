//! `signal`: the rejection is `signal.reason` itself, whatever it is, and nothing comes after it.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

fn reading(site: &Site, signal: &Signal) -> (Reply, Promise) {
    let reply = site.reply_to(&[("signal", signal.signal())]);
    let next = reply.next();
    (reply, next)
}

async fn assert_aborted(signal: &Signal, reply: &Reply, pending: Promise, reason: &JsValue) {
    assert!(js_sys::Object::is(&rejection(pending).await, reason), "another reason");
    assert_over(reply.next()).await;
    assert_eq!(signal.listeners(), 0, "a listener is left");
}

#[wasm_bindgen_test]
async fn a_signal_that_was_aborted_before_sends_nothing() {
    let (site, signal) = (Site::new(), Signal::new());
    signal.abort(&"too late".into());
    let (reply, next) = reading(&site, &signal);
    assert_aborted(&signal, &reply, next, &"too late".into()).await;
    assert_eq!(site.count("session") + site.count("chat"), 0);
}

#[wasm_bindgen_test]
async fn every_reason_is_handed_back_as_it_is() {
    let reasons = [object(&[]).into(), JsValue::from(0), JsValue::NULL, "words".into(), js_sys::Error::new("e").into()];
    for reason in reasons {
        let (site, signal) = (Site::new(), Signal::new());
        let (reply, next) = reading(&site, &signal);
        let body = site.chat().await;
        body.read(1).await;
        signal.abort(&reason);
        assert_aborted(&signal, &reply, next, &reason).await;
        assert!(body.is_cancelled());
    }
}

#[wasm_bindgen_test]
async fn without_a_reason_it_is_the_platforms_abort_error() {
    let (site, signal) = (Site::new(), Signal::new());
    let (_, next) = reading(&site, &signal);
    site.chat().await;
    signal.abort(&JsValue::UNDEFINED);
    let error = rejection(next).await;
    assert_eq!(word(&error, "name"), "AbortError");
    assert!(js_sys::Object::is(&error, &get(&signal.signal(), "reason")));
}

#[wasm_bindgen_test]
async fn before_the_head() {
    for kind in ["session", "chat"] {
        for unanswered in [silence(), deafness()] {
            let (site, signal) = (Site::new(), Signal::new());
            site.order(kind, &unanswered);
            let (reply, next) = reading(&site, &signal);
            site.called(kind).await;
            signal.abort(&"enough".into());
            assert_aborted(&signal, &reply, next, &"enough".into()).await;
            assert_eq!(get(&get(&site.call(kind, 0), "signal"), "aborted"), JsValue::TRUE, "{kind} goes on");
        }
    }
}

#[wasm_bindgen_test]
async fn while_the_nonce_arrives() {
    let (site, signal) = (Site::new(), Signal::new());
    site.order("session", &site.stream(&JsValue::UNDEFINED));
    let (reply, next) = reading(&site, &signal);
    let body = site.chat().await;
    body.read(1).await;
    signal.abort(&"enough".into());
    assert_aborted(&signal, &reply, next, &"enough".into()).await;
    assert_eq!(site.count("chat"), 0);
}

#[wasm_bindgen_test]
async fn while_an_error_body_arrives() {
    let (site, signal) = (Site::new(), Signal::new());
    site.order("chat", &whatever("return Promise.resolve(new Response(new ReadableStream(), { status: 500 }))"));
    let (reply, next) = reading(&site, &signal);
    site.called("chat").await;
    assert!(!settles(&next).await);
    signal.abort(&"enough".into());
    assert_aborted(&signal, &reply, next, &"enough".into()).await;
}

#[wasm_bindgen_test]
async fn in_the_middle_of_the_text() {
    let (site, signal) = (Site::new(), Signal::new());
    let (reply, next) = reading(&site, &signal);
    let body = site.chat().await;
    body.push(&["read", "arrived, but not read"].map(live).concat());
    assert_eq!(piece(next).await, "read");
    signal.abort(&"enough".into());
    assert_aborted(&signal, &reply, reply.next(), &"enough".into()).await;
    assert!(body.is_cancelled() && !body.is_locked());
}

#[wasm_bindgen_test]
async fn between_two_reads() {
    let (site, signal) = (Site::new(), Signal::new());
    let (reply, next) = reading(&site, &signal);
    let body = site.chat().await;
    body.live("read");
    assert_eq!(piece(next).await, "read");
    signal.abort(&JsValue::FALSE);
    assert!(body.is_cancelled(), "at once, not at the next read");
    assert_aborted(&signal, &reply, reply.next(), &JsValue::FALSE).await;
}

#[wasm_bindgen_test]
async fn in_back_off() {
    let (site, signal) = (Site::new(), Signal::new());
    site.order("chat", &json(429, "{}", &object(&[("retry-after", "50".into())])));
    let (reply, next) = reading(&site, &signal);
    site.called("chat").await;
    assert!(!settles(&next).await, "it waits");
    signal.abort(&"enough".into());
    assert_aborted(&signal, &reply, next, &"enough".into()).await;
    assert_eq!(site.count("chat"), 1);
}

#[wasm_bindgen_test]
async fn one_of_two_that_wait_for_a_nonce_may_leave() {
    let (site, signal) = (Site::new(), Signal::new());
    site.order("session", &site.stream(&JsValue::UNDEFINED));
    let (leaving, pending) = reading(&site, &signal);
    let staying = site.reply().text();
    let nonce = site.chat().await;
    nonce.read(1).await;
    signal.abort(&"enough".into());
    assert_aborted(&signal, &leaving, pending, &"enough".into()).await;
    nonce.push(START_SESSION);
    nonce.close();
    site.chat().await.push(RECORDED);
    assert!(done(staying).await.as_string().unwrap().starts_with("Hello"));
    assert_eq!(site.count("session"), 1);
}

#[wasm_bindgen_test]
async fn after_every_ending_nobody_listens_to_the_signal() {
    let (site, signal) = (Site::new(), Signal::new());
    for end in ["whole", "return", "error", "throw"] {
        let (reply, next) = reading(&site, &signal);
        let body = site.chat().await;
        assert_eq!(signal.listeners(), 1);
        body.live("text");
        piece(next).await;
        match end {
            "whole" => {
                body.end();
                assert_over(reply.next()).await;
            }
            "return" => assert_over(reply.finish()).await,
            "throw" => drop(rejection(reply.throw(&"mine".into())).await),
            _ => {
                body.fail(&js_sys::Error::new("reset"));
                chat_error(reply.next(), "network").await;
            }
        }
        assert_eq!(signal.listeners(), 0, "{end}");
        assert!(!body.is_locked(), "{end}");
    }
    signal.abort(&"afterwards".into());
}
