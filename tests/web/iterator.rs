//! A reply as an iterator: when its pieces come, and how it is left.

use js_sys::{Function, Promise, Symbol};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

const RECORDED_TEXT: &str =
    "Hello from the stub model. You said: \"Hi there\". Slashes / and <b>tags</b> & \"quotes\" are kept.";

#[wasm_bindgen_test]
async fn plays_a_recorded_exchange() {
    let site = Site::new();
    let text = site.reply().text();
    site.chat().await.push(RECORDED);
    assert_eq!(done(text).await, RECORDED_TEXT);
    let call = site.call("chat", 0);
    assert_eq!(word(&get(&call, "headers"), "x-wp-nonce"), NONCE);
    assert!(word(&call, "body").contains(r#""newMessage":"Hi there""#));
}

#[wasm_bindgen_test]
async fn the_cuts_of_the_network_change_nothing() {
    let site = Site::new();
    let text = site.reply().text();
    let body = site.chat().await;
    for (at, byte) in RECORDED.bytes().enumerate() {
        body.read(at as u32 + 1).await;
        body.push_raw(&js_sys::Uint8Array::from([byte].as_slice()));
    }
    assert_eq!(done(text).await, RECORDED_TEXT);
}

#[wasm_bindgen_test]
async fn a_piece_is_delivered_before_the_next_chunk_exists() {
    let site = Site::new();
    let reply = site.reply();
    let first = reply.next();
    let body = site.chat().await;
    body.live("one ");
    assert_eq!(piece(first).await, "one ");
    let second = reply.next();
    assert!(!settles(&second).await, "there is no second piece yet");
    body.live("two");
    assert_eq!(piece(second).await, "two");
    body.end();
    assert_over(reply.next()).await;
}

#[wasm_bindgen_test]
async fn pieces_of_one_chunk_come_one_by_one_or_joined() {
    let chunk = ["a", "b 👍🏽", "c"].map(live).concat();
    for (coalesce, expected) in [(false, ["a", "b 👍🏽", "c"].as_slice()), (true, &["ab 👍🏽c"])] {
        let site = Site::new();
        let reply = site.reply_to(&[("coalesce", coalesce.into())]);
        let mut next = reply.next();
        let body = site.chat().await;
        body.push(&chunk);
        for text in expected {
            assert_eq!(piece(next).await, *text);
            next = reply.next();
        }
        body.end();
        assert_over(next).await;
    }
}

#[wasm_bindgen_test]
async fn nothing_is_sent_before_the_first_read() {
    let site = Site::new();
    let signal = Signal::new();
    let reply = site.reply_to(&[("signal", signal.signal())]);
    let _ = (async_iterator(&reply), reply.events());
    assert!(!settles(&Promise::new(&mut |_, _| {})).await);
    assert_eq!(site.count("session") + site.count("chat"), 0);
    assert_eq!(signal.listeners(), 0, "a reply that nobody reads leaves nothing");
}

#[wasm_bindgen_test]
async fn a_reply_is_read_once() {
    let site = Site::new();
    let reply = site.reply();
    async_iterator(&reply).unwrap();
    let again = async_iterator(&reply).unwrap_err();
    assert!(again.is_instance_of::<js_sys::TypeError>());
    assert!(rejection(reply.text()).await.is_instance_of::<js_sys::TypeError>());
    assert!(reply.to_readable_stream().unwrap_err().is_instance_of::<js_sys::TypeError>());
    assert!(rejection(reply.events().next()).await.is_instance_of::<js_sys::TypeError>());
    assert_eq!(site.count("chat"), 0);
}

#[wasm_bindgen_test]
async fn overlapping_next_is_answered_in_order() {
    let site = Site::new();
    let reply = site.reply();
    let waiting: Vec<Promise> = (0..5).map(|_| reply.next()).collect();
    let body = site.chat().await;
    body.live("1");
    body.push(&["2", "3"].map(live).concat());
    body.end();
    let mut texts = Vec::new();
    let mut waiting = waiting.into_iter();
    for next in waiting.by_ref().take(3) {
        texts.push(piece(next).await);
    }
    assert_eq!(texts, ["1", "2", "3"]);
    for next in waiting {
        assert_over(next).await;
    }
    assert_eq!(site.count("chat"), 1);
}

#[wasm_bindgen_test]
async fn break_cancels_the_body() {
    let site = Site::new();
    let reply = site.reply();
    let left = whatever("return (async () => { for await (const text of init) return text; })()");
    let text: Promise = left.call1(&JsValue::UNDEFINED, &reply).unwrap().unchecked_into();
    let body = site.chat().await;
    body.push(&["first", "second"].map(live).concat());
    assert_eq!(done(text).await, "first");
    assert!(body.is_cancelled() && !body.is_locked());
    assert_over(reply.next()).await;
}

#[wasm_bindgen_test]
async fn return_ends_a_pending_read_at_once() {
    let site = Site::new();
    let reply = site.reply();
    let (pending, queued) = (reply.next(), reply.next());
    let body = site.chat().await;
    body.read(1).await;
    assert_over(reply.finish()).await;
    assert_over(pending).await;
    assert_over(queued).await;
    assert!(body.is_cancelled() && !body.is_locked());
}

#[wasm_bindgen_test]
async fn return_before_the_head_aborts_the_request() {
    for unanswered in [silence(), deafness()] {
        let site = Site::new();
        site.order("chat", &unanswered);
        let reply = site.reply();
        let pending = reply.next();
        site.called("chat").await;
        assert_over(reply.finish()).await;
        assert_over(pending).await;
        assert_eq!(get(&get(&site.call("chat", 0), "signal"), "aborted"), JsValue::TRUE);
    }
}

#[wasm_bindgen_test]
async fn throw_rejects_with_its_error_and_cancels_the_body() {
    let site = Site::new();
    let reply = site.reply();
    let pending = reply.next();
    let body = site.chat().await;
    body.read(1).await;
    assert_eq!(rejection(reply.throw(&"a string".into())).await, "a string");
    assert_over(pending).await;
    assert!(body.is_cancelled());
}

#[wasm_bindgen_test]
async fn after_the_end_everything_is_done() {
    let site = Site::new();
    let reply = site.reply();
    let text = reply.text();
    let body = site.chat().await;
    body.push(RECORDED);
    done(text).await;
    assert_over(reply.next()).await;
    assert_over(reply.finish()).await;
    assert_over(reply.next()).await;
    let error = js_sys::Error::new("mine");
    assert_eq!(rejection(reply.throw(&error)).await, JsValue::from(error));
    assert!(!body.is_locked());
}

#[wasm_bindgen_test]
async fn an_error_comes_once_after_the_text() {
    let site = Site::new();
    let reply = site.reply();
    let first = reply.next();
    let body = site.chat().await;
    body.live("half a ");
    assert_eq!(piece(first).await, "half a ");
    body.close();
    chat_error(reply.next(), "truncated").await;
    assert_over(reply.next()).await;
    assert!(!body.is_locked());
}

#[wasm_bindgen_test]
async fn what_comes_after_the_done_frame_is_not_waited_for_long() {
    let site = Site::new();
    let text = site.reply().text();
    let body = site.chat().await;
    body.push(RECORDED);
    body.push("data: {\"type\":\"live\",\"data\":\"too late\"}\n\n");
    assert_eq!(done(text).await, RECORDED_TEXT);
    assert!(body.is_cancelled(), "the connection that stays open is closed by us");
}

#[wasm_bindgen_test]
async fn overlapping_failure_is_told_once() {
    let site = Site::new();
    let reply = site.reply_to(&[("messages", strings(&[]))]);
    let (first, second) = (reply.next(), reply.next());
    chat_error(first, "input").await;
    assert_over(second).await;
    assert_eq!(site.count("session"), 0);
}

fn async_iterator(reply: &Reply) -> Result<JsValue, JsValue> {
    js_sys::Reflect::get(reply, &Symbol::async_iterator()).unwrap().unchecked_into::<Function>().call0(reply)
}
