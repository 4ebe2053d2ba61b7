//! No body makes the readers of the endpoints panic; a body that they take is read by every provider; and whatever a
//! reply then says is encoded as JSON that says the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rivulet::chat::{Code, Event, Finish};
use rivulet::edge::{Api, CompletionSpec, Encoder, request};
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
    let (_, api) = Api::ALL[usize::from(*first >> 4) % Api::ALL.len()];
    let body = String::from_utf8_lossy(body);
    match request::read(&body, api) {
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
        api,
        stream,
        include_usage: first & 2 == 2,
        id: "id".to_owned(),
        model: body.chars().take(20).collect(),
        created: 1,
        ..CompletionSpec::default()
    };
    let (reasoning, text) = body.split_once('|').unwrap_or(("", &body));
    let whole: Value = serde_json::from_str(&answer(spec(false), reasoning, text)).expect("one JSON text");
    let parts = |list: &Value, key: &str| {
        list.as_array().into_iter().flatten().filter_map(|part| part[key].as_str()).collect::<String>()
    };
    let said = match api {
        Api::Chat => whole["choices"][0]["message"]["content"].as_str().unwrap_or_default().to_owned(),
        Api::Completions => whole["choices"][0]["text"].as_str().unwrap_or_default().to_owned(),
        Api::Messages => parts(&whole["content"], "text"),
        Api::Responses => {
            whole["output"].as_array().into_iter().flatten().map(|item| parts(&item["content"], "text")).collect()
        }
    };
    if !text.is_empty() {
        assert_eq!(said, text);
    }
    let streamed = answer(spec(true), reasoning, text);
    let mut pieces = String::new();
    for frame in streamed.split("\n\n").filter(|frame| !frame.is_empty()) {
        let data = frame.lines().last().and_then(|line| line.strip_prefix("data: ")).expect("data comes last");
        if data == "[DONE]" {
            continue;
        }
        let event: Value = serde_json::from_str(data).expect("an event is JSON");
        let piece = match api {
            Api::Responses if event["type"] == "response.output_text.delta" => &event["delta"],
            Api::Responses => &Value::Null,
            Api::Messages => &event["delta"]["text"],
            Api::Completions => &event["choices"][0]["text"],
            Api::Chat => &event["choices"][0]["delta"]["content"],
        };
        pieces.push_str(piece.as_str().unwrap_or_default());
    }
    assert_eq!(pieces, text);
});
