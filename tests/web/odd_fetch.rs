//! `fetch` functions that are not quite fetch, and bodies that are not quite bodies: text or an error, never a hang.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

/// The error of a chat request that `script` answers.
async fn answered_by(script: &str) -> JsValue {
    let site = Site::new();
    site.order("chat", &whatever(script));
    let error = rejection(site.reply_to(&[("retries", 0.into())]).text()).await;
    assert!(is_chat_error(&error), "{script}: {error:?}");
    let text = site.reply().text();
    site.chat().await.push(RECORDED);
    done(text).await;
    error
}

/// The message, with the site's address, which differs from test to test, as `SITE`.
fn message_of(error: &JsValue) -> String {
    let message = word(error, "message");
    let Some((before, rest)) = message.split_once("https://site-") else { return message };
    let rest = rest.split_once(".example").map_or("", |(_, rest)| rest);
    format!("{before}SITE{rest}")
}

#[wasm_bindgen_test]
async fn thrown_and_rejected_values_of_every_kind_are_network_errors() {
    let words = [
        ("throw new Error('my fetch broke')", "no answer from SITE: my fetch broke"),
        ("throw 'just a string'", "no answer from SITE: just a string"),
        ("return Promise.reject('just a string')", "no answer from SITE: just a string"),
        ("return Promise.reject()", "no answer from SITE"),
        ("return Promise.reject(null)", "no answer from SITE"),
        ("return Promise.reject(42)", "no answer from SITE"),
        ("return Promise.reject({ get message() { throw 1 } })", "no answer from SITE"),
        ("return Promise.reject(Object.assign(new Error('x'), { message: 7 }))", "no answer from SITE"),
    ];
    for (script, message) in words {
        let error = answered_by(script).await;
        assert_eq!((word(&error, "code").as_str(), message_of(&error).as_str()), ("network", message), "{script}");
        assert_eq!(get(&error, "retryable"), JsValue::TRUE);
        assert_eq!(word(&error, "provider"), "AiEngine");
    }
}

#[wasm_bindgen_test]
async fn the_cause_is_what_was_thrown() {
    let error = answered_by("throw globalThis.thrownByTest = new RangeError('mine')").await;
    assert!(js_sys::Object::is(&get(&error, "cause"), &get(&js_sys::global(), "thrownByTest")));
}

#[wasm_bindgen_test]
async fn what_is_no_response_is_told() {
    let values =
        ["undefined", "null", "'text'", "42", "{}", "{ status: '200' }", "Symbol('s')", "{ then(ok) { ok(null) } }"];
    for value in values {
        let error = answered_by(&format!("return {value}")).await;
        assert_eq!(message_of(&error), "no answer from SITE: fetch gave no Response", "{value}");
    }
}

#[wasm_bindgen_test]
async fn a_response_without_a_body_is_an_error() {
    for body in ["null", "''", "new Blob([])"] {
        let error = answered_by(&format!("return Promise.resolve(new Response({body}))")).await;
        assert_eq!(word(&error, "code"), "service", "{body}");
        assert_eq!(word(&error, "message"), "the service answered with an empty body");
    }
}

#[wasm_bindgen_test]
async fn a_body_that_is_in_use_is_told() {
    let scripts = [
        "const response = new Response('text'); response.body.getReader(); return Promise.resolve(response)",
        "return Promise.resolve({ status: 200, body: { getReader() { throw new TypeError('taken') } } })",
        "return Promise.resolve({ status: 200, body: {} })",
    ];
    for script in scripts {
        let error = answered_by(script).await;
        assert_eq!(word(&error, "code"), "network");
        let message = word(&error, "message");
        assert!(message.starts_with("the response has no body that can be read"), "{message}");
    }
    let used = "const response = new Response('text'); return response.text().then(() => response)";
    answered_by(used).await;
}

#[wasm_bindgen_test]
async fn a_minimal_object_is_enough_of_a_response() {
    let site = Site::new();
    let script = format!(
        "let left = ['data: ', {RECORDED:?}.slice(6)];
         const read = async () => ({{ value: left[0], done: left.shift() === undefined }});
         const getReader = () => ({{ read, cancel() {{}}, releaseLock() {{}} }});
         return Promise.resolve({{ status: 200, body: {{ getReader }} }})"
    );
    site.order("chat", &whatever(&script));
    assert!(done(site.reply().text()).await.as_string().unwrap().starts_with("Hello"));
}

#[wasm_bindgen_test]
async fn chunks_may_be_text_or_any_view_of_bytes() {
    let kinds = [
        "text",
        "new TextEncoder().encode(text).buffer",
        "new DataView(new TextEncoder().encode(text).buffer)",
        "new Int8Array(new TextEncoder().encode(text))",
    ];
    for kind in kinds {
        let site = Site::new();
        let script = format!(
            "const text = {RECORDED:?};
             const body = new ReadableStream({{ start(c) {{ c.enqueue({kind}); c.close(); }} }});
             return Promise.resolve({{ status: 200, headers: new Headers(), body }})"
        );
        site.order("chat", &whatever(&script));
        let text = done(site.reply_to(&[("retries", 0.into())]).text()).await;
        assert!(text.as_string().unwrap().starts_with("Hello"), "{kind}");
    }
}

#[wasm_bindgen_test]
async fn chunks_of_another_kind_are_an_error_at_once() {
    for chunk in ["1", "null", "{}", "[100, 97]", "true"] {
        for status in [200, 500] {
            let script = format!(
                "const body = new ReadableStream({{ start(c) {{ c.enqueue({chunk}); }} }});
                 return Promise.resolve({{ status: {status}, body }})"
            );
            let error = answered_by(&script).await;
            assert_eq!(word(&error, "code"), "protocol", "{chunk} with {status}");
            assert_eq!(word(&error, "message"), "the body of the response is neither bytes nor text");
        }
    }
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_with_anything_is_a_network_error() {
    for (thrown, message) in [
        ("new Error('reset')", "the connection broke: reset"),
        ("'a string'", "the connection broke: a string"),
        ("undefined", "the connection broke"),
    ] {
        for status in [200, 500] {
            let script = format!(
                "const body = new ReadableStream({{ pull() {{ throw {thrown}; }} }});
                 return Promise.resolve(new Response(body, {{ status: {status} }}))"
            );
            let error = answered_by(&script).await;
            assert_eq!(
                (word(&error, "code").as_str(), word(&error, "message").as_str()),
                ("network", message),
                "{status}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn a_cancel_that_throws_or_hangs_disturbs_nobody() {
    for cancel in ["throw new Error('not now')", "return Promise.reject('no')", "return new Promise(() => {})"] {
        let site = Site::new();
        let script = format!(
            "const body = new ReadableStream({{
               start(c) {{ c.enqueue(new TextEncoder().encode({:?})); }},
               cancel() {{ {cancel} }},
             }}, {{ highWaterMark: 0 }});
             return Promise.resolve(new Response(body))",
            live("text")
        );
        site.order("chat", &whatever(&script));
        let reply = site.reply();
        assert_eq!(piece(reply.next()).await, "text");
        let pending = reply.next();
        assert_over(reply.finish()).await;
        assert_over(pending).await;
    }
}

#[wasm_bindgen_test]
async fn the_global_fetch_is_the_one_of_the_moment_of_the_call() {
    let site = Site::new();
    let reply = site.reply_to(&[("fetch", JsValue::NULL)]);
    let restore = replace_fetch(&site.fetch());
    let text = reply.text();
    site.chat().await.push(RECORDED);
    let text = done(text).await;
    restore.call0(&JsValue::UNDEFINED).unwrap();
    assert!(text.as_string().unwrap().starts_with("Hello"));
    if is_page() {
        assert!(
            word(&site.call("chat", 0), "body").contains(r#""stream":false"#),
            "another origin's stream is not readable"
        );
    }
}
