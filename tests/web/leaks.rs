//! What is left of replies: nothing.

use js_sys::{ArrayBuffer, WebAssembly};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

const REPLIES: usize = 2_000;
const PAGE: u32 = 65_536;

#[wasm_bindgen_test]
async fn wasm_memory_stays_flat_over_two_thousand_replies() {
    let site = Site::new();
    for ending in 0..50 {
        live_and_die(&site, ending).await;
    }
    let before = memory();
    for ending in 0..REPLIES {
        live_and_die(&site, ending).await;
    }
    let grown = memory() - before;
    assert!(grown <= 2 * PAGE, "{} pages", grown / PAGE);
}

/// Every ending in turn. 200 bytes kept of each reply would be four pages more than allowed.
async fn live_and_die(site: &Site, ending: usize) {
    let signal = Signal::new();
    let reply = site.reply_to(&[("signal", signal.signal()), ("retries", 0.into())]);
    if ending % 6 == 5 {
        return;
    }
    let next = reply.next();
    let body = site.chat().await;
    body.live("piece");
    piece(next).await;
    match ending % 6 {
        0 => {
            body.end();
            assert_over(reply.next()).await;
        }
        1 => assert_over(reply.finish()).await,
        2 => {
            signal.abort(&JsValue::NULL);
            rejection(reply.next()).await;
        }
        3 => {
            body.fail(&JsValue::from("reset"));
            chat_error(reply.next(), "network").await;
        }
        _ => {
            body.close();
            chat_error(reply.next(), "truncated").await;
        }
    }
}

fn memory() -> u32 {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<ArrayBuffer>().byte_length()
}
