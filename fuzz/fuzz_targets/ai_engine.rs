//! Whatever a site sends, however cut, gives the same events. `cargo +nightly fuzz run ai_engine -- -max_total_time=60`
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use rivulet::providers;
use rivulet::chat::Session;
use rivulet::options::ChatRequest;
use serde_json::json;

#[path = "../../tests/support/drive.rs"]
#[allow(dead_code)]
mod drive;

fn run(body: &[u8], cuts: Vec<usize>) -> drive::Played {
    let protocol = providers::protocol("AiEngine").expect("not in the registry");
    let settings = json!({ "url": "https://shop.example" });
    let ours = |value: &serde_json::Value| rivulet::json::parse(value.to_string().as_bytes()).expect("JSON").value;
    let call =
        ChatRequest::read(&protocol.info, &ours(&settings), &ours(&json!({ "messages": "Hi" })), || [1, 2]).expect("no call");
    let mut session = Session::default();
    session.set("nonce", "f49d8b472e");
    let exchange = providers::exchange(protocol, Rc::new(call), &session, 4096);
    drive::play(exchange, |_, _| drive::Reply::new(200, body).cut(cuts.clone()))
}

fuzz_target!(|input: &[u8]| {
    let [first, body @ ..] = input else { return };
    let whole = run(body, Vec::new());
    let step = 1 + usize::from(*first);
    for cuts in [(0..body.len()).collect::<Vec<_>>(), (0..body.len()).step_by(step).collect()] {
        let cut = run(body, cuts);
        assert_eq!(whole.items, cut.items);
        assert_eq!(whole.end, cut.end);
    }
});
