//! Each option, given to each provider, is sent, told by a warning, done by rivulet itself, or refused. There is no fourth
//! way: an option that is lost without a word fails here.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "options/messages.rs"]
mod messages;
mod support;

use std::rc::Rc;

use rivulet::chat::Code;
use rivulet::options::{ChatRequest, OPTIONS};
use rivulet::providers::{self, Protocol, REGISTRY};
use serde_json::{Value, json};

use support::drive::{self, Played, Reply};
use support::ours;
use support::play::{LIMIT, RANDOM, session};

/// What becomes of an option.
#[derive(Debug, PartialEq)]
enum Outcome {
    Sent,
    Warned,
    /// By rivulet, on the text of the reply.
    Done,
    Refused,
    Lost,
}

/// A value of each option, with a mark in it that can stand nowhere else in a request.
fn sample(option: &str) -> Value {
    match option {
        "temperature" => json!(0.5625),
        "topP" => json!(0.4375),
        "maxTokens" => json!(4321),
        "seed" => json!(87_654),
        "stop" => json!(["canary-stop"]),
        "tools" => {
            json!([{ "type": "function", "function": { "name": "canary_tool", "parameters": { "type": "object" } } }])
        }
        "toolChoice" => json!({ "type": "function", "function": { "name": "canary_tool" } }),
        "parallelToolCalls" => json!(false),
        "reasoningEffort" => json!("high"),
        "responseFormat" => {
            json!({ "type": "json_schema", "json_schema": { "name": "canary_schema", "schema": { "type": "object", "title": "canary-schema" } } })
        }
        "compatible" => json!({ "verbosity": "canary-verbosity" }),
        "native" => {
            json!({ "messages": { "service_tier": "canary-native" }, "responses": { "truncation": "canary-native" } })
        }
        "extra" => json!({ "canary_member": "canary-extra" }),
        "shortcutId" => json!("canary-shortcut"),
        "model" => json!("canary-model"),
        other => panic!("no sample of the option {other}: add one here"),
    }
}

fn settings(protocol: &Protocol) -> Value {
    match protocol.info.is_site() {
        true => json!({ "url": "https://shop.example", "botId": 5 }),
        false if protocol.info.name == "WorkersAi" => {
            json!({ "apiKey": "sk-test-0123", "accountId": "account", "defaultModel": "m" })
        }
        false => json!({ "apiKey": "sk-test-0123", "defaultModel": "m" }),
    }
}

fn played(protocol: &Protocol, options: &Value) -> Result<Played, rivulet::chat::Error> {
    let chat = ChatRequest::read(&protocol.info, &ours(&settings(protocol)), &ours(options), RANDOM)?;
    let session = session(&[("nonce", "0123456789"), ("postId", "5")]);
    let exchange = providers::exchange(protocol, Rc::new(chat), &session, LIMIT);
    Ok(drive::play(exchange, |_, _| Reply::new(200, "").header("content-type", "text/event-stream")))
}

fn outcome(protocol: &Protocol, option: &str) -> Outcome {
    // What is about the choice of a tool means nothing without the tool.
    let with = |more: Value| {
        let mut options = json!({ "messages": "Hi" });
        if ["toolChoice", "parallelToolCalls"].contains(&option) {
            options["tools"] = sample("tools");
        }
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        options
    };
    let without = played(protocol, &with(json!({}))).expect("a call without the option");
    let given = match played(protocol, &with(json!({ option: sample(option) }))) {
        Err(error) => {
            assert_eq!(error.code, Code::Input, "{error}");
            return Outcome::Refused;
        }
        Ok(given) => given,
    };
    if let Err(error) = &given.end
        && error.code == Code::Input
    {
        return Outcome::Refused;
    }
    let named = if option == "compatible" { "verbosity" } else { option };
    if given.warnings().iter().any(|warning| warning.contains(&format!("'{named}'"))) {
        return Outcome::Warned;
    }
    if given.requests != without.requests {
        return Outcome::Sent;
    }
    // The words of `stop` are looked for in the text where the service cannot do it.
    let is_done = option == "stop" && !protocol.info.options.iter().any(|(name, _)| *name == option);
    if is_done { Outcome::Done } else { Outcome::Lost }
}

#[test]
fn each_option_is_sent_warned_of_done_or_refused_by_each_provider() {
    let mut lost = Vec::new();
    for protocol in REGISTRY {
        for option in OPTIONS.iter().copied().chain(["stop", "model"]) {
            if outcome(protocol, option) == Outcome::Lost {
                lost.push(format!("{}: {option}", protocol.info.name));
            }
        }
    }
    assert_eq!(lost, Vec::<String>::new(), "neither sent nor told");
}

#[test]
fn options_that_a_protocol_maps_are_sent_but_for_what_its_version_has_not() {
    for protocol in REGISTRY {
        for (option, place) in protocol.info.options.iter().filter(|(option, _)| *option != "messages") {
            let outcome = outcome(protocol, option);
            // Anthropic's newest version has neither; its older one has both (`tests/flows/anthropic.rs`).
            let is_gone = protocol.info.name == "Anthropic" && ["temperature", "topP"].contains(option);
            let wanted = if is_gone { Outcome::Warned } else { Outcome::Sent };
            assert_eq!(outcome, wanted, "{}: {option} at {place}", protocol.info.name);
        }
    }
}

#[test]
fn options_of_a_group_stand_at_their_path() {
    for protocol in REGISTRY {
        for (option, place) in protocol.info.options.iter().filter(|(_, place)| place.contains('/')) {
            let played = played(protocol, &json!({ "messages": "Hi", *option: sample(option) })).unwrap();
            let body: Value = serde_json::from_str(played.requests[0].body.as_deref().unwrap()).unwrap();
            let found = body.pointer(&format!("/{place}"));
            assert_eq!(found, Some(&sample(option)), "{}: {option} at {place}", protocol.info.name);
        }
    }
}
