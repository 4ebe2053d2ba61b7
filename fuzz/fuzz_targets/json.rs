//! No JSON and no HTML makes a reader panic, and what serde takes is read as serde reads it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rivulet::json;
use rivulet::chat::error_text;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let parsed = json::parse(input);
    if let Ok(value) = serde_json::from_slice::<Value>(input) {
        let parsed = parsed.as_ref().expect("serde takes it");
        assert!(!parsed.has_lone_surrogates);
        assert_eq!(serde_json::from_str::<Value>(&parsed.value.to_string()).expect("our own JSON"), value);
        let wanted = value.pointer("/a/0").and_then(Value::as_str);
        let found = json::locate(input, &["a", "0"], &[]).filter(|found| input[..found.text.start].ends_with(b"\""));
        if let Some(found) = found {
            let text = [&b"\""[..], &input[found.text], b"\""].concat();
            assert_eq!(serde_json::from_slice::<String>(&text).ok().as_deref(), wanted);
        }
    }
    if let Ok(parsed) = parsed {
        error_text::of(&parsed.value);
        parsed.value.as_str().map(|text| json::join_surrogates(text, parsed.has_lone_surrogates));
    }
    if let Some(completed) = json::complete(&String::from_utf8_lossy(input)) {
        assert!(json::parse(completed.as_bytes()).is_ok(), "{completed}");
    }
    error_text::html_to_text(&String::from_utf8_lossy(input));
});
