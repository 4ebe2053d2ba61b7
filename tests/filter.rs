//! Thoughts in the text, and words that end it: the same whatever the cuts.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use rivulet::chat::Event;
use rivulet::exchange::{Filter, Segment};
use serde_json::json;

use support::drive::{Item, Played, Reply};
use support::flow::call;

/// What is said and what is thought, put together, in their order.
fn put_together(think_tags: bool, stops: &[&str], pieces: &[&str]) -> Vec<(bool, String)> {
    let stops: Vec<String> = stops.iter().map(|&stop| stop.to_owned()).collect();
    let mut filter = Filter::new(think_tags, &stops).unwrap();
    let mut parts = Vec::new();
    pieces.iter().for_each(|piece| filter.push(piece, &mut parts));
    filter.finish(&mut parts);
    let mut joined: Vec<(bool, String)> = Vec::new();
    for part in parts {
        let (thought, text) = match part {
            Segment::Text(text) => (false, text),
            Segment::Reasoning(text) => (true, text),
        };
        assert!(!text.is_empty());
        match joined.last_mut() {
            Some((last, all)) if *last == thought => all.push_str(&text),
            _ => joined.push((thought, text)),
        }
    }
    joined
}

fn said(text: &str) -> (bool, String) {
    (false, text.to_owned())
}

fn thought(text: &str) -> (bool, String) {
    (true, text.to_owned())
}

#[test]
fn thoughts_are_taken_out() {
    let all = ["<think>Hm, <b>?</think>Well.", "a<think></think>b", "<think>x</think>y<think>z"];
    let wanted =
        [vec![thought("Hm, <b>?"), said("Well.")], vec![said("ab")], vec![thought("x"), said("y"), thought("z")]];
    for (text, wanted) in all.iter().zip(wanted) {
        assert_eq!(put_together(true, &[], &[text]), wanted, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_tag_is_text() {
    for text in ["1 < 2", "<thin", "<thinker>", "</think>", "<think"] {
        let single: Vec<String> = text.chars().map(String::from).collect();
        let single: Vec<&str> = single.iter().map(String::as_str).collect();
        assert_eq!(put_together(true, &[], &single), [said(text)], "{text}");
    }
}

#[test]
fn the_first_word_that_comes_ends_the_text() {
    assert_eq!(put_together(false, &["END", "EN"], &["one EN", "D two END"]), [said("one ")]);
    assert_eq!(put_together(false, &["###", "\n\n"], &["a\n", "b\n\nc###"]), [said("a\nb")]);
    assert_eq!(put_together(false, &["aab"], &["aa", "aab!"]), [said("aa")]);
    assert_eq!(put_together(true, &["stop"], &["<think>stop</think>go stop on"]), [thought("stop"), said("go ")]);
}

/// Of words within words the one that begins first counts, even if the other was whole before it.
#[test]
fn words_within_words_end_the_text_at_the_same_place_however_it_is_cut() {
    for pieces in [&["xabcd"][..], &["xabc", "d"], &["x", "a", "b", "c", "d"]] {
        assert_eq!(put_together(false, &["abcd", "bc"], pieces), [said("x")], "{pieces:?}");
    }
    assert_eq!(put_together(false, &["abcd", "bc"], &["xabc"]), [said("xa")], "the other never came");
    for pieces in [&["a<think>b"][..], &["a<", "think>b"]] {
        assert_eq!(put_together(true, &["<"], pieces), [said("a")], "{pieces:?}");
    }
}

/// A service can send as many tags as fit in a frame.
#[test]
fn many_tags_cost_linear_time() {
    let mut filter = Filter::new(true, &["END".to_owned()]).unwrap();
    let mut parts = Vec::new();
    let start = std::time::Instant::now();
    filter.push(&"<think></think>".repeat(200_000), &mut parts);
    assert_eq!(parts, []);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn nothing_is_held_back_for_longer_than_needed() {
    let mut filter = Filter::new(true, &["END".to_owned()]).unwrap();
    let mut push = |text: &str| {
        let mut parts = Vec::new();
        filter.push(text, &mut parts);
        parts
    };
    assert_eq!(push("ab <"), [Segment::Text("ab ".to_owned())]);
    assert_eq!(push("b> E"), [Segment::Text("<b> ".to_owned())]);
    assert_eq!(push("N"), []);
    assert_eq!(push("N"), [Segment::Text("ENN".to_owned())]);
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        text in r"(<think>|</think>|<|</|END|EN|E|ä|🦀| |\n){0,40}",
        cuts in proptest::collection::vec(0usize..200, 0..12),
        think_tags: bool,
        stops in any::<bool>(),
    ) {
        prop_assume!(think_tags || stops);
        let stops: &[&str] = if stops { &["END", "ä\n", "E<END", "<th"] } else { &[] };
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|&at| text.is_char_boundary(at.min(text.len()))).collect();
        cuts.sort_unstable();
        let (mut pieces, mut start) = (Vec::new(), 0);
        for at in cuts.into_iter().map(|at| at.min(text.len())).chain([text.len()]) {
            pieces.push(&text[start..at]);
            start = at;
        }
        prop_assert_eq!(put_together(think_tags, stops, &pieces), put_together(think_tags, stops, &[&text]));
    }
}

fn live(text: &str) -> String {
    format!("data: {}\n\n", json!({ "type": "live", "data": text }))
}

/// What the site would go on to say is not read: the reply is over.
#[test]
fn a_site_without_such_an_option_is_stopped_at_the_word() {
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "0123456789")]).options(json!({ "stop": ["END"] }));
    let body = [live("one "), live("two E"), live("ND three"), live("four")].concat();
    let played = flow.answers(&[Reply::new(200, body)]);
    assert_eq!(played.text(), "one two ");
    assert!(played.end.is_ok(), "{:?}", played.end);
    let events: Vec<String> = played.events().iter().map(|event| format!("{event:?}")).collect();
    assert!(events.last().unwrap().contains("Finish(Stop)"), "{events:?}");
    assert!(events.iter().any(|event| event.starts_with("Conversation") && event.contains("chatId")), "{events:?}");
}

#[test]
fn a_word_that_does_not_come_changes_nothing() {
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "0123456789")]).options(json!({ "stop": "END" }));
    let end = json!({ "type": "end", "data": json!({ "success": true, "reply": "one E" }).to_string() });
    let played = flow.answers(&[Reply::new(200, [live("one E"), format!("data: {end}\n\n")].concat())]);
    assert_eq!((played.text(), played.end.is_ok()), ("one E".to_owned(), true));
}

#[test]
fn the_final_text_of_a_site_is_filtered_too() {
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "0123456789")]).options(json!({ "thinkTags": true }));
    let end = json!({ "type": "end", "data": json!({ "success": true, "reply": "<think>a</think>B" }).to_string() });
    let played =
        flow.answers(&[Reply::new(200, [live("<think>a</th"), live("ink>b"), format!("data: {end}\n\n")].concat())]);
    let events = played.events();
    assert_eq!(played.text(), "b");
    for event in [Event::Reasoning("a".into()), Event::Replace("B".to_owned())] {
        assert!(events.contains(&&event), "{events:?}");
    }
}

/// Pieces, and events by their names, in their order.
fn told(played: &Played) -> Vec<String> {
    let told = played.items.iter().map(|item| match item {
        Item::Piece(text) => text.clone(),
        Item::Event(event) => format!("{event:?}").split(['(', ' ']).next().unwrap().to_owned(),
    });
    told.filter(|told| !matches!(told.as_str(), "Conversation" | "Session")).collect()
}

#[test]
fn the_final_text_of_a_site_comes_behind_what_was_held_back() {
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "0123456789")]).options(json!({ "stop": "END" }));
    let answer = json!({ "success": true, "reply": "other", "images": ["https://shop.example/a.png"], "usage": {} });
    let end = json!({ "type": "end", "data": answer.to_string() });
    let played = flow.answers(&[Reply::new(200, [live("one E"), format!("data: {end}\n\n")].concat())]);
    assert_eq!(told(&played), ["one ", "E", "Replace", "Image", "Usage", "Finish"]);
}

#[test]
fn a_thought_or_a_call_does_not_overtake_what_was_held_back() {
    let chunk =
        |delta: serde_json::Value| format!("data: {}\n\n", json!({ "choices": [{ "index": 0, "delta": delta }] }));
    let tool = json!({ "index": 0, "id": "c", "function": { "name": "f", "arguments": "{}" } });
    let body = [
        chunk(json!({ "content": "1 <" })),
        chunk(json!({ "reasoning_content": "Hm" })),
        chunk(json!({ "content": "think> 2 <th" })),
        chunk(json!({ "tool_calls": [tool] })),
        chunk(json!({ "content": "ink>" })),
        "data: [DONE]\n\n".to_owned(),
    ];
    let settings = json!({ "url": null, "baseUrl": "https://api.example/v1", "model": "m" });
    let flow = call("OpenAiChat", json!("Hi")).settings(settings).options(json!({ "thinkTags": true }));
    let played = flow.answers(&[Reply::new(200, body.concat())]);
    let pieces = ["1 ", "<", "Reasoning", "think> 2 ", "<th", "ToolCall", "ink>", "ToolCall", "Finish"];
    assert_eq!(told(&played), pieces);
}

/// Services put sources, and sites their notes, between any two pieces.
#[test]
fn a_note_within_a_word_does_not_break_it() {
    let note = |subtype: &str| format!("data: {}\n\n", json!({ "type": "live", "subtype": subtype, "data": "words" }));
    let flow = call("AiEngine", json!("Hi")).session(&[("nonce", "0123456789")]).options(json!({ "stop": "END" }));
    let body = [live("one E"), note("status"), live("N"), note("warning"), live("D two")].concat();
    assert_eq!(told(&flow.answers(&[Reply::new(200, body)])), ["one ", "Status", "Warning", "Finish"]);
}

#[test]
fn bad_words_are_told() {
    for (option, words) in [
        (json!({ "stop": [""] }), "stop must be a string or an array of strings, none of them empty"),
        (json!({ "stop": 3 }), "stop must be a string or an array of strings, none of them empty"),
        (json!({ "stop": vec!["a"; 65] }), "stop: more than 64 words"),
        (json!({ "thinkTags": "yes" }), "thinkTags must be true or false"),
    ] {
        let error = call("AiEngine", json!("Hi")).options(option).read().unwrap_err();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("input", words));
    }
}
