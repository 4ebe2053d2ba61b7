//! What is found in pages, with the `regex` crate as the oracle: on every recorded page, on mutations of them, and on
//! pages of near-matches.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use proptest::prelude::*;
use rivulet::providers::wordpress::page::{self, PATTERNS, Pattern};

use support::linear::assert_linear;
use support::oracle::{COMPILED, Oracle};
use support::tape::{self, Tape};
use support::{Random, theirs};

#[test]
fn every_pattern_has_its_compiled_form() {
    assert_eq!(PATTERNS.map(|(name, _)| name), COMPILED.map(|(name, _)| name));
}

#[test]
fn finds_what_the_oracle_finds_in_every_recorded_body() {
    let oracle = Oracle::new();
    let found: usize = tape::names().iter().map(|case| oracle.agrees(&Tape::read(case).reply.body)).sum();
    // Three on each of four pages of AI Engine and of AI Power, the home page's nonce, and AI Puffer's object; then those
    // of the live sites: three and the root on two pages of AI Engine, three and the root on four of AI Power, AI Puffer's
    // object and the root, and the root of the home page with plain permalinks, which stands in three answers.
    assert_eq!(found, 52);
}

#[test]
fn the_recorded_pages_hold_what_the_wire_reference_says() {
    let body = |case: &str| Tape::read(case).reply.body;
    let found = |pattern: Pattern, case: &str| pattern.find(&body(case)).unwrap_or_default();
    assert_eq!(found(page::REST_ROOT, "ai-engine/page-default"), "http://127.0.0.1:8081/wp-json/");
    let system = |case| theirs(&page::ENGINE_SYSTEM.find_object(&body(case)).unwrap());
    assert_eq!(system("ai-engine/v2.0.9-page-default")["restNonce"], "627fa3908d");
    assert_eq!(system("ai-engine/page-default")["restNonce"], serde_json::Value::Null);
    assert_eq!(system("ai-engine/page-custom-id")["customId"], "3adff3d30a0bab2b42009aeb6e6e53da");
    let params = theirs(&page::ENGINE_PARAMS.find_object(&body("ai-engine/page-default")).unwrap());
    assert_eq!(
        (&params["textInputMaxLength"], &params["startSentence"]),
        (&512.into(), &"Hi! How can I help you?".into())
    );
    assert_eq!(found(page::POWER_POST_ID, "ai-power/page-widget"), "10", "the stray < is not part of it");
    assert_eq!(found(page::POWER_NONCE, "ai-power/page-home-without-chat"), "29a96788e8");
    assert_eq!(found(page::POWER_BOT_ID, "ai-power/page-custom-bot"), "6");
    let config = theirs(&page::PUFFER_CONFIG.find_object(&body("ai-power/aipkit-page")).unwrap());
    assert_eq!(config["nonce"], "e0c7ddddf9");
}

#[test]
fn quotes_and_escapes_of_other_themes_are_understood() {
    let table = [
        (page::POWER_POST_ID, "<i data-post-id='12'>", Some("12")),
        (page::POWER_POST_ID, "<i data-post-id = \"&lt;12\">", Some("12")),
        (page::POWER_POST_ID, "<i data-post-id=''><i data-post-id='7'>", Some("7")),
        (page::POWER_POST_ID, "<i data-post-id='12", None),
        (page::POWER_NONCE, "<i data-nonce=\"a'b\">", Some("a'b")),
        (page::POWER_NONCE, "{'search_nonce' : 'abc'}", Some("abc")),
        (page::POWER_BOT_ID, "<i data-bot-id='3'><i class='wpaicg-chat-shortcode' data-bot-id='4'>", Some("4")),
        (
            page::REST_ROOT,
            "<link rel='https://api.w.org/' href='https://a.example/?rest_route=/' />",
            Some("https://a.example/?rest_route=/"),
        ),
        (page::REST_ROOT, "<link rel=\"https://api.w.org/\" href=\"/a?b=1&amp;c=2\">", Some("/a?b=1&c=2")),
        (page::POWER_NONCE, "", None),
    ];
    for (pattern, html, wanted) in table {
        assert_eq!(pattern.find(html.as_bytes()).as_deref(), wanted, "{html}");
    }
}

#[test]
fn an_attribute_that_holds_no_object_gives_none() {
    for value in ["[1]", "5", "{", "", "{&quot;a&quot;:}"] {
        let html = format!("<div class='aipkit_chat_container' data-config='{value}'>");
        assert_eq!(page::PUFFER_CONFIG.find_object(html.as_bytes()), None, "{value}");
    }
}

#[test]
fn pages_of_near_matches_cost_linear_time() {
    let near = [
        "mwai-chatbot-container' ",
        "mwai-chatbot-container' data-system='' ",
        "<link rel='https://api.w.org/' ",
        "data-nonce = ",
        "data-nonce=\"\" ",
        "data-post-id=\"<",
        "wpaicg-chat data-bot-id ",
        "aipkit_chat_container data-config",
        "&quot;",
        "<",
    ];
    for word in near {
        assert_linear(64 << 10, |bytes| {
            let page = word.repeat(bytes / word.len());
            for (_, pattern) in &COMPILED {
                pattern.find(page.as_bytes());
            }
        });
    }
}

/// A recorded page, torn and sewn together again.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let pages: Vec<Vec<u8>> = tape::names()
        .iter()
        .map(|case| Tape::read(case).reply.body)
        .filter(|body| body.starts_with(b"<") && body.len() > 200)
        .collect();
    let words = [
        "'",
        "\"",
        "<",
        ">",
        " ",
        "=",
        "&lt;",
        "&quot;",
        "data-nonce=\"",
        "data-post-id=\"<",
        "data-system='{",
        "mwai-chatbot-container'",
        "wpaicg-chat",
        "data-bot-id=",
        "aipkit_chat_container",
        "data-config='{",
        "\n",
        "é",
        "search_nonce",
    ];
    (prop::sample::select(pages), any::<u64>()).prop_map(move |(mut page, seed)| {
        let mut random = Random(seed);
        for _ in 0..random.below(12) {
            let (from, to) = (random.below(page.len()), random.below(page.len() + 1));
            let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 300));
            let word = words[random.below(words.len())].as_bytes();
            match random.below(4) {
                0 => drop(page.drain(from..to)),
                1 => drop(page.splice(from..from, word.iter().copied())),
                2 => drop(page.splice(from..(from + 1).min(page.len()), word.iter().copied())),
                _ => {
                    let copy = page[from..to].to_vec();
                    page.splice(from..from, copy);
                }
            }
            if page.is_empty() {
                break;
            }
        }
        page
    })
}

proptest! {
    #![proptest_config(support::cases(1500))]

    #[test]
    fn finds_what_the_oracle_finds_in_hostile_pages(page in mutated()) {
        thread_local!(static ORACLE: Oracle = Oracle::new());
        ORACLE.with(|oracle| oracle.agrees(&page));
    }
}
