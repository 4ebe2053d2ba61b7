//! The four clocks. Their limits are short here, and nothing but the limit itself is waited for.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

fn limits(limits: &[(&str, u32)]) -> JsValue {
    let limits: Vec<(&str, JsValue)> = limits.iter().map(|&(name, ms)| (name, ms.into())).collect();
    object(&limits).into()
}

#[wasm_bindgen_test]
async fn connect_is_the_time_to_the_response_head() {
    for kind in ["session", "chat"] {
        let site = Site::new();
        site.order(kind, &silence());
        let text = site.reply_to(&[("timeout", limits(&[("connect", 40)]))]).text();
        assert_eq!(
            chat_error(text, "timeout").await,
            "the service sent no response head within 40 ms (timeout.connect)"
        );
        assert_eq!(get(&get(&site.call(kind, 0), "signal"), "aborted"), JsValue::TRUE);
        assert_eq!(site.count(kind), 1, "a timeout is final");
    }
}

#[wasm_bindgen_test]
async fn connect_ends_with_the_head() {
    let site = Site::new();
    let reply = site.reply_to(&[("timeout", limits(&[("connect", 40)]))]);
    let next = reply.next();
    let body = site.chat().await;
    body.read(1).await;
    sleep(100).await;
    body.live("late");
    assert_eq!(piece(next).await, "late");
    done(reply.finish()).await;
}

#[wasm_bindgen_test]
async fn first_chunk_is_the_time_to_the_first_content() {
    let site = Site::new();
    let text = site.reply_to(&[("timeout", limits(&[("firstChunk", 40)]))]).text();
    let body = site.chat().await;
    body.push(": a comment is no content\n\n");
    assert_eq!(chat_error(text, "timeout").await, "the service sent no content within 40 ms (timeout.firstChunk)");
    assert!(body.is_cancelled());
}

#[wasm_bindgen_test]
async fn idle_is_the_time_between_two_pieces_and_comments_do_not_count() {
    let site = Site::new();
    let reply = site.reply_to(&[("timeout", limits(&[("idle", 80)]))]);
    let first = reply.next();
    let body = site.chat().await;
    body.live("only piece");
    piece(first).await;
    let next = expected(reply.next());
    for _ in (0..500).take_while(|_| !body.is_cancelled()) {
        body.push(": still here\n\n");
        sleep(10).await;
    }
    assert_eq!(chat_error(next, "timeout").await, "the service sent no more content within 80 ms (timeout.idle)");
    assert_over(reply.next()).await;
}

#[wasm_bindgen_test]
async fn slow_but_alive_is_no_stall() {
    let site = Site::new();
    let reply = site.reply_to(&[("timeout", limits(&[("idle", 200)]))]);
    let mut next = reply.next();
    let body = site.chat().await;
    for _ in 0..10 {
        sleep(40).await;
        body.live("piece");
        piece(next).await;
        next = reply.next();
    }
    body.end();
    assert_over(next).await;
}

#[wasm_bindgen_test]
async fn a_slow_consumer_is_no_stall() {
    let site = Site::new();
    let reply = site.reply_to(&[("timeout", limits(&[("idle", 60)]))]);
    let first = reply.next();
    let body = site.chat().await;
    body.live("one");
    piece(first).await;
    sleep(200).await;
    let second = reply.next();
    assert!(!settles(&second).await);
    body.live("two");
    assert_eq!(piece(second).await, "two");
    body.end();
    assert_over(reply.next()).await;
}

#[wasm_bindgen_test]
async fn total_is_the_whole_reply_however_lively() {
    for timeout in [limits(&[("total", 150)]), 150.into()] {
        let site = Site::new();
        let text = expected(site.reply_to(&[("timeout", timeout)]).text());
        let body = site.chat().await;
        for _ in (0..500).take_while(|_| !body.is_cancelled()) {
            body.live("more ");
            sleep(10).await;
        }
        assert_eq!(chat_error(text, "timeout").await, "the reply did not end within 150 ms (timeout.total)");
    }
}

#[wasm_bindgen_test]
async fn a_wait_that_total_has_no_room_for_is_not_begun() {
    let site = Site::new();
    site.order("chat", &json(429, "{}", &object(&[("retry-after", "50".into())])));
    let error = rejection(site.reply_to(&[("timeout", 40_000.into())]).text()).await;
    assert_eq!((word(&error, "code").as_str(), get(&error, "retryAfterMs")), ("rate_limited", 50_000.0.into()));
    assert_eq!(site.count("chat"), 1);
}

#[wasm_bindgen_test]
async fn limits_that_are_none_are_told_and_nothing_is_sent() {
    let site = Site::new();
    let wrong = [
        (JsValue::from(0), "timeout must be a number of milliseconds above 0"),
        (JsValue::from(-1), "timeout must be a number of milliseconds above 0"),
        (JsValue::from(f64::NAN), "timeout must be a number of milliseconds above 0"),
        (JsValue::from("30"), "timeout must be a number of milliseconds above 0"),
        (limits(&[("idle", 0)]), "timeout.idle must be a number of milliseconds above 0"),
        (limits(&[("read", 5)]), "timeout.read is none of connect, firstChunk, idle, total"),
    ];
    for (timeout, message) in wrong {
        assert_eq!(chat_error(site.reply_to(&[("timeout", timeout)]).text(), "input").await, message);
    }
    assert_eq!(site.count("session"), 0);
}
