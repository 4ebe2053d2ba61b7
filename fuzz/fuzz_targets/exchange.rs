//! Whatever a service sends to any provider, and however the network cuts it, gives the same events and the same end.
//! The first byte chooses the provider, the second the cuts and the answer's head, the third whether a session is there.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use rivulet::chat::Session;
use rivulet::options::ChatRequest;
use rivulet::providers::{self, Protocol, REGISTRY};
use serde_json::{Value, json};

#[path = "../../tests/support/drive.rs"]
#[allow(dead_code)]
mod drive;

/// The bytes that one event may have: small, so that the bound is met often.
const LIMIT: usize = 4096;

fn settings(protocol: &Protocol) -> Value {
    match protocol.info.is_site() {
        true => json!({ "url": "https://shop.example", "botId": 5, "page": "/chat/" }),
        false if protocol.info.name == "WorkersAi" => {
            json!({ "apiKey": "sk-test-0123", "accountId": "account", "defaultModel": "m" })
        }
        false => json!({ "apiKey": "sk-test-0123", "defaultModel": "m" }),
    }
}

fn ours(value: &Value) -> rivulet::json::Value {
    rivulet::json::parse(value.to_string().as_bytes()).expect("JSON").value
}

fn run(protocol: &Protocol, has_session: bool, kind: u8, body: &[u8], cuts: &[usize]) -> drive::Played {
    let options = json!({
        "messages": "Hi",
        "tools": [{ "type": "function", "function": { "name": "look", "parameters": { "type": "object" } } }],
        "stop": ["STOP"],
        "thinkTags": true,
    });
    let site = json!({ "messages": "Hi", "stop": ["STOP"] });
    let options = if protocol.info.is_site() { site } else { options };
    let chat = ChatRequest::read(&protocol.info, &ours(&settings(protocol)), &ours(&options), || [1, 2]);
    let chat = Rc::new(chat.expect("the options are in order"));
    let mut session = Session::default();
    if has_session {
        session.set("nonce", "f49d8b472e");
        session.set("postId", "5");
    }
    let (status, media_type) = match kind {
        0..=3 => (200, "text/event-stream"),
        4 | 5 => (200, "application/json"),
        6 => (200, "text/html"),
        _ => (500, "application/json"),
    };
    let reply = drive::Reply::new(status, body).header("content-type", media_type).cut(cuts.to_vec());
    drive::play(providers::exchange(protocol, chat, &session, LIMIT), |_, _| reply.clone())
}

fuzz_target!(|input: &[u8]| {
    let [which, how, session, body @ ..] = input else { return };
    let protocol = &REGISTRY[usize::from(*which) % REGISTRY.len()];
    let (kind, step) = (how & 7, 1 + usize::from(how >> 3));
    let has_session = session & 1 == 0;
    let whole = run(protocol, has_session, kind, body, &[]);
    for step in [1, step] {
        let cuts: Vec<usize> = (0..body.len()).step_by(step).collect();
        let cut = run(protocol, has_session, kind, body, &cuts);
        assert_eq!(whole.items, cut.items, "{} cut every {step} bytes", protocol.info.name);
        assert_eq!(whole.end, cut.end, "{} cut every {step} bytes", protocol.info.name);
    }
});
