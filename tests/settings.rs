//! Bad input and its errors; presets; models. Nothing of this sends a request.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "settings/input.rs"]
mod input;
#[path = "settings/source_bugs.rs"]
mod source_bugs;
mod support;

use rivulet::chat::{Code, Result};
use rivulet::http::{self, url};
use rivulet::options::{ChatRequest, History, PRESETS, Settings, preset};
use rivulet::providers::{REGISTRY, session_key};
use serde_json::{Value, json};

use support::play::{RANDOM, protocol};
use support::{ours, theirs};

/// The settings of an `AiEngine` that was given these.
pub fn settings(given: Value) -> Result<Settings> {
    Settings::read(&protocol("AiEngine").info, &ours(&given))
}

/// The request of an `AiEngine` with these settings and options.
pub fn call(given: Value, options: Value) -> Result<ChatRequest> {
    ChatRequest::read(&protocol("AiEngine").info, &ours(&given), &ours(&options), RANDOM)
}

/// The words of the error of code `input`.
#[track_caller]
pub fn refused<T>(result: Result<T>) -> String {
    let Err(error) = result else { panic!("taken") };
    assert_eq!(error.code, Code::Input, "{error}");
    error.message.clone()
}

#[test]
fn the_presets_have_the_sources_values() {
    let online = Settings::read(&protocol("AiEngine").info, &ours(&json!({ "preset": "Chatgpt4Online" }))).unwrap();
    assert_eq!((online.name.as_str(), online.url.as_str()), ("Chatgpt4Online", "https://chatgpt4online.org"));
    assert_eq!((online.default_model.as_str(), online.models.as_slice()), ("gpt-4", &["gpt-4".to_owned()][..]));
    assert!(!online.working && online.model_aliases.is_empty());
    let power = Settings::read(&protocol("AiPower").info, &ours(&json!({ "preset": "Chatgpt4o" }))).unwrap();
    assert_eq!((power.name.as_str(), power.url.as_str()), ("Chatgpt4o", "https://chatgpt4o.one"));
    assert_eq!(power.default_model, "gpt-4o-mini-2024-07-18");
    assert_eq!(power.models, ["gpt-4o-mini-2024-07-18"]);
    assert_eq!(theirs(&power.model_aliases.clone().into()), json!({ "gpt-4o-mini": "gpt-4o-mini-2024-07-18" }));
    assert!(!power.working);
    assert_eq!(PRESETS.iter().map(|preset| preset.supports_stream).collect::<Vec<_>>(), [true, false]);
    assert!(preset("nobody").is_none());
}

#[test]
fn the_presets_flatten_by_default_and_other_providers_do_not() {
    let history = |given: Value, options: Value| {
        let mut all = json!({ "messages": "Hi" });
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        call(given, all).map(|call| call.history)
    };
    let preset = json!({ "preset": "Chatgpt4Online" });
    let own = json!({ "url": "https://shop.example" });
    assert_eq!(history(preset.clone(), json!({})), Ok(History::Prompt));
    assert_eq!(history(preset, json!({ "history": "messages" })), Ok(History::Messages));
    assert_eq!(history(own.clone(), json!({})), Ok(History::Messages));
    assert_eq!(history(own.clone(), json!({ "history": "prompt" })), Ok(History::Prompt));
    let by_default = json!({ "url": "https://shop.example", "history": "prompt" });
    assert_eq!(history(by_default.clone(), json!({})), Ok(History::Prompt));
    assert_eq!(history(by_default, json!({ "history": "messages" })), Ok(History::Messages), "the call wins");
    assert!(refused(history(own, json!({ "history": "none" }))).contains("'messages' or 'prompt'"));
}

#[test]
fn a_preset_pointed_at_another_site_is_taken_at_the_callers_word() {
    let moved = settings(json!({ "preset": "Chatgpt4Online", "url": "http://localhost:8080/wp/" })).unwrap();
    assert_eq!(
        (moved.url.as_str(), moved.working, moved.name.as_str()),
        ("http://localhost:8080/wp", true, "Chatgpt4Online")
    );
}

#[test]
fn get_model_takes_default_alias_and_name() {
    let power = Settings::read(&protocol("AiPower").info, &ours(&json!({ "preset": "Chatgpt4o" }))).unwrap();
    for name in ["", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"] {
        assert_eq!(power.get_model(name).as_deref(), Ok("gpt-4o-mini-2024-07-18"), "{name}");
    }
    let open = settings(json!({ "url": "https://shop.example" })).unwrap();
    assert_eq!(open.get_model("anything").as_deref(), Ok("anything"), "no list is declared");
    let own =
        settings(json!({ "url": "https://shop.example", "models": ["a", "b"], "modelAliases": { "x": "b" } })).unwrap();
    assert_eq!(
        (own.get_model("").as_deref(), own.get_model("x").as_deref()),
        (Ok("a"), Ok("b")),
        "the first is the default"
    );
}

#[test]
fn an_unknown_model_is_an_error_that_lists_the_valid_names() {
    let power = Settings::read(&protocol("AiPower").info, &ours(&json!({ "preset": "Chatgpt4o" }))).unwrap();
    for name in ["gpt-5", "__proto__", "constructor", "GPT-4O-MINI"] {
        let error = power.get_model(name).unwrap_err();
        assert_eq!(error.code, Code::ModelNotFound);
        let wanted = format!("model '{name}' is not one of Chatgpt4o; valid: gpt-4o-mini-2024-07-18, gpt-4o-mini");
        assert_eq!(error.message, wanted);
    }
    let error = call(json!({ "preset": "Chatgpt4Online" }), json!({ "messages": "Hi", "model": "gpt-5" })).unwrap_err();
    assert_eq!(error.code, Code::ModelNotFound, "before anything is sent");
}

#[test]
fn what_a_protocol_cannot_pass_on_is_a_warning_and_no_silent_loss() {
    let options = json!({
        "messages": [{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": "x" } }, { "type": "text", "text": "Hi" }] }],
        "temperature": 0.5, "topP": null, "maxTokens": 3, "tools": [],
    });
    let warnings = call(json!({ "url": "https://shop.example", "seed": 1 }), options).unwrap().warnings;
    assert_eq!(warnings.len(), 5, "{warnings:?}");
    for word in ["'image_url'", "'temperature'", "'maxTokens'", "'seed'", "'tools'"] {
        assert!(warnings.iter().any(|warning| warning.contains(word)), "{word}: {warnings:?}");
    }
}

#[test]
fn a_model_that_no_bot_takes_is_a_warning_but_not_where_the_models_are_declared() {
    let warned = |given: Value| call(given, json!({ "messages": "Hi", "model": "gpt-4" })).unwrap().warnings.len();
    assert_eq!(warned(json!({ "url": "https://shop.example" })), 1);
    assert_eq!(warned(json!({ "url": "https://shop.example", "models": ["gpt-4"] })), 0);
    assert_eq!(warned(json!({ "preset": "Chatgpt4Online" })), 0);
}

#[test]
fn sessions_of_different_bots_pages_and_protocols_are_apart() {
    let key = |name: &str, more: Value| {
        let mut given = json!({ "url": "https://shop.example" });
        given.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        session_key(protocol(name), &Settings::read(&protocol(name).info, &ours(&given)).unwrap())
    };
    let keys = [
        key("AiEngine", json!({})),
        key("AiPower", json!({})),
        key("AiEngine", json!({ "botId": "a" })),
        key("AiEngine", json!({ "customId": "a" })),
        key("AiEngine", json!({ "page": "/a" })),
        key("AiEngine", json!({ "url": "https://b.example" })),
    ];
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    assert_eq!(key("AiEngine", json!({ "url": "HTTPS://Shop.example/" })), keys[0]);
    assert!(!key("AiEngine", json!({ "nonce": "f49d8b472e" })).contains("f49d8b472e"));
}

#[test]
fn the_registry_says_what_each_protocol_can_do() {
    assert!(REGISTRY.iter().all(|protocol| protocol.info.supports_stream && protocol.info.supports_message_history));
    let names = |keyed: bool| {
        let some = REGISTRY.iter().filter(move |protocol| protocol.info.needs_auth == keyed);
        some.map(|protocol| protocol.info.name).collect::<Vec<_>>()
    };
    assert_eq!(names(false), ["AiEngine", "AiPower", "AiPuffer", "Ollama"]);
    assert_eq!(names(true), ["Anthropic", "Cohere", "Gemini", "OpenAiChat", "OpenAiResponses", "WorkersAi"]);
}

#[test]
fn ids_are_random_bits_and_differ_by_purpose() {
    let made = |random: fn() -> [u64; 2]| {
        let (given, options) = (json!({ "url": "https://a.example" }), json!({ "messages": "Hi" }));
        ChatRequest::read(&protocol("AiEngine").info, &ours(&given), &ours(&options), random).unwrap()
    };
    let (one, other) = (made(|| [1, 2]), made(|| [3, 4]));
    let id = one.random_id(11, 1);
    assert!(id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()), "{id}");
    assert_eq!(id, one.random_id(11, 1));
    let all = [id, one.random_id(11, 2), other.random_id(11, 1), one.uuid(1), one.uuid(2), other.uuid(1)];
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 6, "{all:?}");
    for salt in 0..100 {
        let id = one.uuid(salt);
        assert!(id.as_bytes()[14] == b'4' && matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
    }
}

#[test]
fn addresses_are_resolved_as_in_a_page() {
    let table = [
        ("https://a.example/b/c?x#y", "d", Some("https://a.example/b/d")),
        ("https://a.example", "d", Some("https://a.example/d")),
        ("https://a.example/b", "/d?e", Some("https://a.example/d?e")),
        ("https://a.example/b", "?e", Some("https://a.example/b?e")),
        ("https://a.example", "?e", Some("https://a.example/?e")),
        ("https://a.example/b", "//c.example/d", Some("https://c.example/d")),
        ("https://a.example/b", "http://c.example", Some("http://c.example")),
        ("https://a.example/b", "javascript:alert(1)", None),
        ("https://a.example/b", "mailto:x@y", None),
        ("https://a.example/b/", "./a:b", Some("https://a.example/b/./a:b")),
    ];
    for (base, reference, wanted) in table {
        assert_eq!(url::resolve(base, reference).as_deref(), wanted, "{reference}");
    }
    assert_eq!(url::origin("HTTPS://A.example:443/x").as_deref(), Some("https://a.example"));
    assert_eq!(url::origin("http://a.example:443").as_deref(), Some("http://a.example:443"));
    assert_eq!(url::origin("ftp://a.example"), None);
    let mut form = http::Form::default();
    form.add("a b", "é&=+");
    form.add("c", "*-._~");
    assert_eq!(form.0, "a+b=%C3%A9%26%3D%2B&c=*-._%7E");
}
