//! Services whose recordings stand beside what must come of them: `calls.json` of their folders.

use rivulet::chat::Code;
use serde_json::Value;

use super::Expected;
use crate::support::tape;

pub fn all() -> Vec<(String, Expected)> {
    let of_folder = |folder: String| {
        let calls = tape::calls(&folder).into_iter().filter(|(case, _)| case != "*");
        calls.map(move |(case, call)| (format!("{folder}/{case}"), expected(&case, &call)))
    };
    tape::folders().into_iter().flat_map(of_folder).collect()
}

fn expected(case: &str, call: &Value) -> Expected {
    const KNOWN: [&str; 7] = ["options", "settings", "text", "pieces", "events", "error", "answerOnly"];
    let unknown = call.as_object().unwrap().keys().find(|key| !KNOWN.contains(&key.as_str()));
    assert_eq!(unknown, None, "{case}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let events = call["events"].as_array().into_iter().flatten().map(text).collect();
    let error = call["error"].as_array().map(|error| (code(&text(&error[0])), &*text(&error[1]).leak()));
    let answer_only = call["answerOnly"].as_str().map(|why| &*why.to_owned().leak());
    Expected { text: text(&call["text"]), events, error, answer_only }
}

fn code(name: &str) -> Code {
    use Code::*;
    let codes = [
        Input,
        ModelNotFound,
        Auth,
        RateLimited,
        PaymentRequired,
        Refused,
        Blocked,
        Service,
        Timeout,
        Protocol,
        Truncated,
        TooLarge,
    ];
    codes.into_iter().find(|code| code.as_str() == name).unwrap_or_else(|| panic!("no code {name}"))
}
