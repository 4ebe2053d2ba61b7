//! No body makes the readers of the endpoints panic; a body that they take is read by every provider; and whatever a
//! reply then says is encoded as JSON that says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rivulet::chat::{Code, Event, Finish};
use rivulet::edge::{CompletionSpec, Encoder, request};
use rivulet::json;
use rivulet::options::ChatRequest;
use rivulet::providers::REGISTRY;
use serde_json::Value;

fn answer(spec: CompletionSpec, reasoning: &str, text: &str) -> String {
    let mut encoder = Encoder::new(spec);
    let mut out = String::new();
    encoder.reasoning(reasoning);
    text.split_inclusive(' ').for_each(|piece| encoder.text(piece));
    encoder.event(&Event::from(Finish::Stop));
    encoder.take(|bytes, _| out.push_str(std::str::from_utf8(bytes).expect("an answer is UTF-8")));
    out
}

fuzz_target!(|input: &[u8]| {
    let [first, body @ ..] = input else { return };
    let responses = first & 1 == 1;
    let body = String::from_utf8_lossy(body);
    match request::read(&body, responses) {
        Err(error) => assert_eq!(error.code, Code::Input, "{error}"),
        Ok(read) => {
            let read = json::Value::from(read);
            let settings = json::parse(br#"{"url":"https://shop.example","apiKey":"k","accountId":"a"}"#).expect("JSON").value;
            let options = read.get("options").expect("options").clone();
            for protocol in REGISTRY {
                if let Err(error) = ChatRequest::read(&protocol.info, &settings, &options, || [1, 2]) {
                    assert_eq!(error.code, Code::Input, "{error}");
                }
            }
        }
    }
    let spec = |stream| CompletionSpec {
        responses,
        stream,
        include_usage: first & 2 == 2,
        id: "id".to_owned(),
        model: body.chars().take(20).collect(),
        created: 1,
    };
    let (reasoning, text) = body.split_once('|').unwrap_or(("", &body));
    let whole: Value = serde_json::from_str(&answer(spec(false), reasoning, text)).expect("one JSON text");
    let said = match responses {
        true => whole["output"].as_array().and_then(|items| items.last()).map(|item| item["content"][0]["text"].clone()),
        false => Some(whole["choices"][0]["message"]["content"].clone()),
    };
    if !text.is_empty() {
        assert_eq!(said.as_ref().and_then(Value::as_str), Some(text));
    }
    let streamed = answer(spec(true), reasoning, text);
    let mut pieces = String::new();
    for frame in streamed.split("\n\n").filter(|frame| !frame.is_empty()) {
        let data = frame.lines().last().and_then(|line| line.strip_prefix("data: ")).expect("data comes last");
        if data == "[DONE]" {
            continue;
        }
        let event: Value = serde_json::from_str(data).expect("an event is JSON");
        let piece = match responses {
            true if event["type"] == "response.output_text.delta" => &event["delta"],
            true => &Value::Null,
            false => &event["choices"][0]["delta"]["content"],
        };
        pieces.push_str(piece.as_str().unwrap_or_default());
    }
    assert_eq!(pieces, text);
});
