//! The other ways to read a reply: events, stream, response; and what is known after the end.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

#[wasm_bindgen_test]
async fn events_are_typed_and_in_order() {
    let site = Site::new();
    let reply = site.reply();
    let events = reply.events();
    let mut next = events.next();
    let body = site.chat().await;
    body.push(include_str!("../wire/ai-engine/stream-event-logs.sse"));
    let (mut kinds, mut text) = (Vec::new(), String::new());
    loop {
        let result = done(next).await;
        if get(&result, "done").is_truthy() {
            break;
        }
        let event = get(&result, "value");
        if kinds.last() != Some(&word(&event, "type")) {
            kinds.push(word(&event, "type"));
        }
        if word(&event, "type") == "text" {
            text.push_str(&word(&event, "text"));
        }
        next = events.next();
    }
    assert!(text.starts_with("Hello from the stub model."), "{text}");
    assert_eq!(kinds, ["status", "text", "usage", "conversation", "finish"]);
}

#[wasm_bindgen_test]
async fn text_leaves_the_other_events_out() {
    let site = Site::new();
    let text = site.reply().text();
    site.chat().await.push(include_str!("../wire/ai-engine/stream-thinking.sse"));
    let text = done(text).await.as_string().unwrap();
    assert!(text.starts_with("Hello") && !text.contains("{"), "{text}");
}

#[wasm_bindgen_test]
async fn usage_reason_and_conversation_are_known_after_the_end() {
    let site = Site::new();
    let reply = site.reply();
    let text = reply.text();
    assert!(reply.usage().is_undefined() && reply.finish_reason().is_undefined());
    site.chat().await.push(RECORDED);
    done(text).await;
    assert_eq!(get(&reply.usage(), "totalTokens"), 25.0);
    assert_eq!(reply.finish_reason(), "unknown", "the site does not tell");
    let conversation = reply.conversation();
    assert!(!word(&conversation, "chatId").is_empty());

    let next = site.reply_to(&[("conversation", conversation.clone())]).text();
    site.chat().await.push(RECORDED);
    done(next).await;
    assert!(word(&site.call("chat", 1), "body").contains(&word(&conversation, "chatId")), "the chat goes on");
}

#[wasm_bindgen_test]
async fn a_stream_reads_no_more_than_its_reader() {
    let site = Site::new();
    let stream = site.reply().to_readable_stream().unwrap();
    assert_eq!(site.count("session"), 0, "nothing before the first read");
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let first = reader.read();
    let body = site.chat().await;
    body.read(1).await;
    body.live("Привет");
    let chunk = get(&done(first).await, "value");
    assert_eq!(chunk.unchecked_into::<js_sys::Uint8Array>().to_vec(), "Привет".as_bytes());
    settles(&js_sys::Promise::new(&mut |_, _| {})).await;
    assert_eq!(body.pulls(), 1, "nobody wants a second chunk");
    done(reader.cancel()).await;
    assert!(body.is_cancelled());
}

#[wasm_bindgen_test]
async fn a_slow_reader_holds_the_site_back() {
    let site = Site::new();
    let reply = site.reply();
    let first = reply.next();
    let body = site.chat().await;
    body.read(1).await;
    body.push(&["a", "b", "c"].map(live).concat());
    assert_eq!(piece(first).await, "a");
    assert_eq!(piece(reply.next()).await, "b");
    settles(&js_sys::Promise::new(&mut |_, _| {})).await;
    assert_eq!(body.pulls(), 1);
    done(reply.finish()).await;
}

#[wasm_bindgen_test]
async fn a_response_is_plain_text_and_keeps_what_it_is_given() {
    let site = Site::new();
    let headers = object(&[("x-mine", "yes".into())]);
    let response = site.reply().to_response(&object(&[("status", 201.into()), ("headers", headers.into())])).unwrap();
    let response: web_sys::Response = response.unchecked_into();
    let text = response.text().unwrap();
    site.chat().await.push(RECORDED);
    assert!(done(text).await.as_string().unwrap().starts_with("Hello from"));
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers().get("x-mine").unwrap().as_deref(), Some("yes"));
    assert_eq!(response.headers().get("content-type").unwrap().as_deref(), Some("text/plain; charset=utf-8"));
}

#[wasm_bindgen_test]
async fn an_error_ends_the_stream_with_it() {
    let site = Site::new();
    site.order("chat", &json(401, "{}", &JsValue::NULL));
    let stream = site.reply().to_readable_stream().unwrap();
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    chat_error(reader.read(), "auth").await;
}
