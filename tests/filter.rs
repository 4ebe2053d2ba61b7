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
use support::linear::{assert_linear, least_time};

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

/// The marks that a filter finds in a text, one position after the other: slow, and plain.
fn slowly(think_tags: bool, stops: &[&str], text: &str) -> Vec<(bool, String)> {
    let (mut parts, mut at, mut in_reasoning): (Vec<(bool, String)>, usize, bool) = (Vec::new(), 0, false);
    while at < text.len() {
        let rest = &text[at..];
        let word = stops.iter().filter(|word| !in_reasoning && rest.starts_with(**word)).map(|word| word.len()).min();
        let tag = if in_reasoning { "</think>" } else { "<think>" };
        if think_tags && rest.starts_with(tag) && word.is_none_or(|length| length >= tag.len()) {
            in_reasoning = !in_reasoning;
            at += tag.len();
            continue;
        }
        if word.is_some() {
            break;
        }
        let character = rest.chars().next().unwrap();
        match parts.last_mut() {
            Some((last, all)) if *last == in_reasoning => all.push(character),
            _ => parts.push((in_reasoning, character.to_string())),
        }
        at += character.len_utf8();
    }
    parts
}

/// A service can send as many tags as fit in a frame.
#[test]
fn many_tags_cost_linear_time() {
    assert_linear(20_000, |tags| {
        let mut filter = Filter::new(true, &["END".to_owned()]).unwrap();
        let mut parts = Vec::new();
        filter.push(&"<think></think>".repeat(tags), &mut parts);
        assert_eq!(parts, []);
    });
}

/// Words of any length that nearly come at each position of a text, which a client of the edge may have a model say.
#[test]
fn long_words_that_nearly_come_cost_no_more_than_short_ones() {
    let cost = |length: usize| {
        let words: Vec<String> = (0..64).map(|at| "a".repeat(length - at) + "b").collect();
        let text = "a".repeat(1_000_000);
        least_time(|| {
            let (mut filter, mut parts) = (Filter::new(false, &words).unwrap(), Vec::new());
            text.as_bytes().chunks(100).for_each(|piece| filter.push(str::from_utf8(piece).unwrap(), &mut parts));
            filter.finish(&mut parts);
            assert!(!filter.is_stopped());
        })
    };
    // Fifteen times as long; compared at each position, they would cost as many times more.
    let (short, long) = (cost(66), cost(1_000));
    assert!(long < short * 6, "{long:?} instead of {short:?}");
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
    /// Words that begin with, end with and hold each other.
    #[test]
    fn words_of_few_letters_are_found_where_a_slow_search_finds_them(
        text in "[ab]{0,60}",
        words in proptest::collection::vec("[ab]{1,7}", 1..6),
        size in 1usize..9,
    ) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let pieces: Vec<&str> = text.as_bytes().chunks(size).map(|piece| str::from_utf8(piece).unwrap()).collect();
        prop_assert_eq!(put_together(false, &words, &pieces), slowly(false, &words, &text));
    }

    #[test]
    fn cuts_change_nothing(
        text in r"(<think>|</think>|<|</|END|EN|E|ä|🦀| |\n){0,40}",
        cuts in proptest::collection::vec(0usize..200, 0..12),
        think_tags: bool,
        stops in any::<bool>(),
    ) {
        prop_assume!(think_tags || stops);
        let stops: &[&str] = if stops { &["END", "ä\n", "E<END", "<th"] } else { &[] };
        prop_assert_eq!(put_together(think_tags, stops, &[&text]), slowly(think_tags, stops, &text));
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
    assert!(events.last().unwrap().contains("Finish { reason: Stop"), "{events:?}");
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
        (json!({ "stop": vec!["a".repeat(2_000); 33] }), "stop: the words have more than 65,536 bytes together"),
        (json!({ "thinkTags": "yes" }), "thinkTags must be true, false or 'open'"),
    ] {
        let error = call("AiEngine", json!("Hi")).options(option).read().unwrap_err();
        assert_eq!((error.code.as_str(), error.message.as_str()), ("input", words));
    }
}
