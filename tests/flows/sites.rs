//! What live sites showed beside their recorded protocols: outages that look like answers, how replies end, shortcuts,
//! keys, redirects.

use rivulet::chat::Code;
use serde_json::json;

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, SITE, call, json_answer, recorded};

fn live(case: &str) -> Reply {
    recorded(&format!("live/{case}"))
}

fn engine() -> Flow {
    call("AiEngine", json!("Hi there")).session(&[("nonce", "9fe30d7330")])
}

fn engine_reply(case: &str) -> Played {
    engine().answers(&[live(case)])
}

fn finish(played: &Played) -> String {
    assert!(played.end.is_ok(), "{:?}", played.end);
    played.described().last().expect("no finish event").clone()
}

#[test]
fn an_outage_that_looks_like_an_empty_answer_of_ai_engine_is_an_error() {
    let outages = ["ai-engine-outage-html-502", "ai-engine-responses-html-502", "v2.5.3-ai-engine-outage-html-502"];
    for case in outages {
        let played = engine_reply(case);
        assert!(played.end.is_err(), "{case}");
        let error = played.error();
        assert_eq!((error.code, error.retryable), (Code::Service, true), "{case}: {error}");
    }
    // The model gave no text, or nothing tells an outage from that.
    let empty = [
        "ai-engine-empty-reply",
        "ai-engine-responses-empty-reply",
        "v2.5.3-ai-engine-empty-reply",
        "v2.0.9-ai-engine-empty-reply",
        "v2.0.9-ai-engine-outage-html-502",
    ];
    for case in empty {
        let played = engine_reply(case);
        assert!(played.end.is_ok(), "{case}: {:?}", played.end);
        assert_eq!(played.warnings(), ["the reply is empty"], "{case}");
    }
}

#[test]
fn an_outage_without_a_stream_may_be_tried_again() {
    let versions = ["", "v2.5.3-", "v2.0.9-"];
    for version in versions {
        let case = format!("{version}ai-engine-outage-html-502-nonstream");
        let played = engine().whole().answers(&[live(&case)]);
        let error = played.error();
        assert_eq!((error.code, error.retryable), (Code::Service, true), "{case}: {error}");
    }
    let refused = engine().whole().answers(&[recorded("ai-engine/upstream-401-nonstream")]);
    assert!(!refused.error().retryable);
}

#[test]
fn a_page_that_fails_for_a_while_may_be_asked_for_again() {
    let of = |provider, status| {
        let flow = call(provider, json!("Hi there")).settings(json!({ "page": "/chat/" }));
        let error = flow.answers(&[Reply::new(status, "")]).error().clone();
        assert_eq!((error.code, error.status), (Code::Service, Some(status)), "{provider}: {error}");
        assert!(error.message.ends_with("read from https://shop.example/chat/ (see page)"), "{provider}: {error}");
        error.retryable
    };
    for provider in ["AiEngine", "AiPower", "AiPuffer"] {
        assert!(of(provider, 503), "{provider}");
        assert!(!of(provider, 404), "{provider}");
    }
}

#[test]
fn an_answer_without_text_that_holds_something_else_is_no_outage() {
    let usage = json!({ "prompt_tokens": 2, "completion_tokens": 0, "total_tokens": 2, "accuracy": "estimated" });
    let blocks = json!([{ "type": "content", "data": { "html": "<b>A block</b>" } }]);
    let end = json!({ "success": true, "reply": "", "actions": [], "blocks": blocks, "usage": usage }).to_string();
    let body = format!("data: {}\n\n", json!({ "type": "end", "data": end }));
    let played = engine().answers(&[Reply::new(200, body)]);
    assert!(played.end.is_ok(), "{:?}", played.end);
}

#[test]
fn a_reply_of_the_responses_api_that_was_not_completed_is_truncated() {
    for case in ["ai-engine-responses-error-midstream", "ai-engine-responses-finish-incomplete"] {
        let played = engine_reply(case);
        assert_eq!(played.error().code, Code::Truncated, "{case}: {}", played.error());
        assert!(played.text().starts_with("Hello from the"), "what came stays");
    }
    assert_eq!(finish(&engine_reply("ai-engine-responses-normal")), "finish stop");
    // Without a stream nothing tells a reply that reached its limit from one that did not.
    for case in ["ai-engine-responses-normal-nonstream", "ai-engine-responses-finish-incomplete-nonstream"] {
        assert_eq!(finish(&engine().whole().answers(&[live(case)])), "finish unknown");
    }
}

#[test]
fn the_end_of_a_reply_is_unknown_where_ai_engine_does_not_tell() {
    assert_eq!(finish(&engine_reply("ai-engine-image-submit")), "finish unknown");
    assert_eq!(finish(&engine().whole().answers(&[recorded("ai-engine/nonstream-ascii")])), "finish unknown");
}

#[test]
fn whole_text_is_asked_for_without_a_stream_and_is_the_models() {
    let played = engine().whole().answers(&[live("ai-engine-markdown-nonstream")]);
    assert_eq!((&played.json(0)["stream"], played.header(0, "accept")), (&json!(false), None));
    assert!(played.warnings().is_empty(), "{:?}", played.warnings());
    let streamed = engine().answers(&[live("ai-engine-markdown-stream")]);
    assert_eq!(streamed.json(0)["stream"], true);
    assert_eq!(streamed.text().trim_end().replace("  \n", "\n"), played.text(), "a stream changes line breaks (A6)");
    assert_ne!(streamed.text().trim_end(), played.text());
}

#[test]
fn a_provider_that_cuts_the_connection_truncates_the_reply() {
    let engine = || engine_reply("ai-engine-cut-midstream");
    let whole = || self::engine().whole().answers(&[live("ai-engine-cut-nonstream")]);
    let power = || {
        let stored = [("nonce", "02bdf84137"), ("postId", "7")];
        call("AiPower", json!("Hi there")).session(&stored).answers(&[live("ai-power-cut-json")])
    };
    let puffer = || {
        let stored = [("nonce", "ec608a3e89"), ("botId", "5")];
        let answers = [recorded("ai-power/aipkit-cache-ok"), live("ai-puffer-cut-midstream")];
        call("AiPuffer", json!("Hi there")).session(&stored).answers(&answers)
    };
    let rest = || puffer_rest("ai-puffer-rest-cut");
    let replies: [&dyn Fn() -> Played; 5] = [&engine, &whole, &power, &puffer, &rest];
    for reply in replies {
        assert_eq!(reply().error().code, Code::Truncated, "{}", reply().error());
    }
}

fn with_key() -> Flow {
    call("AiPuffer", json!("Hi there")).settings(json!({ "botId": 5, "apiKey": "placeholder-api-key-0123456789" }))
}

fn puffer_rest(case: &str) -> Played {
    with_key().answers(&[live(case)])
}

#[test]
fn ai_puffer_tells_of_a_length_limit() {
    let stored = [("nonce", "ec608a3e89"), ("botId", "5")];
    let answers = [recorded("ai-power/aipkit-cache-ok"), live("ai-puffer-finish-length")];
    let played = call("AiPuffer", json!("Hi there")).session(&stored).answers(&answers);
    assert_eq!(finish(&played), "finish length");
    assert!(played.warnings().is_empty(), "the reason of the end says it: {:?}", played.warnings());
    let played = puffer_rest("ai-puffer-rest-finish-incomplete");
    assert_eq!(finish(&played), "finish length");
    assert!(played.text().ends_with("are kept."), "{}", played.text());
    let filtered = json!({ "reply": "Hello (Incomplete: content_filter)" });
    assert_eq!(finish(&with_key().answers(&[json_answer(filtered)])), "finish content_filter");
    let said = json!({ "reply": "It says (Incomplete: see below" });
    let played = with_key().answers(&[json_answer(said)]);
    assert_eq!((finish(&played), played.text()), ("finish stop".into(), "It says (Incomplete: see below".into()));
}

#[test]
fn an_error_of_ai_puffers_rest_route_may_heal_by_what_its_body_says() {
    for (case, retryable) in [
        ("ai-puffer-rest-upstream-500", true),
        ("ai-puffer-rest-upstream-html-502", true),
        ("ai-puffer-rest-bot-unknown", false),
    ] {
        let played = puffer_rest(case);
        let error = played.error();
        assert_eq!((error.code, error.retryable), (Code::Service, retryable), "{case}: {error}");
    }
    let unknown = with_key().answers(&[recorded("ai-power/aipkit-rest-bot-unknown")]);
    assert!(!unknown.error().retryable, "{}", unknown.error());
    let limited = puffer_rest("ai-puffer-rest-upstream-429");
    assert_eq!((limited.error().code, limited.error().retryable), (Code::RateLimited, true));
}

#[test]
fn ai_puffers_rest_route_takes_no_system_message_as_such() {
    let messages = json!([{ "role": "system", "content": "Rhyme." }, { "role": "user", "content": "Hi there" }]);
    let flow = call("AiPuffer", messages).settings(json!({ "botId": 5, "apiKey": "k-0123456789" }));
    let played = flow.answers(&[recorded("ai-power/aipkit-rest-ok")]);
    assert_eq!(played.json(0)["messages"][0], json!({ "role": "user", "content": "Rhyme." }));
    let warning = "the REST route of AI Puffer takes no system messages: they were sent as the user's";
    assert_eq!(played.warnings(), [warning]);
}

#[test]
fn a_shortcut_is_followed_by_its_id_without_a_message() {
    let id = "VBWctfg1DlybpvHUphq+RhlPipp/1/c5kEEvCHvEN9rNV8+eqjlW2ZTAbmAUX1qWzGx4SYoQQKNagXv267BpNQ==";
    let history = json!([
        { "role": "user", "content": "EXTRAS please" },
        { "role": "assistant", "content": "Hello from the stub model." },
    ]);
    let flow =
        |messages| call("AiEngine", messages).options(json!({ "shortcutId": id })).session(&[("nonce", "9fe30d7330")]);
    let played = flow(history.clone()).answers(&[live("ai-engine-shortcut-follow-minimal")]);
    let body = played.json(0);
    assert_eq!((&body["newMessage"], &body["shortcutId"]), (&json!(""), &json!(id)));
    assert_eq!(body["messages"], history);
    assert!(played.text().contains("Tell me more"), "{}", played.text());
    for nothing in [json!([]), json!(null)] {
        let body = flow(nothing).answers(&[live("ai-engine-shortcut-follow-minimal")]).json(0);
        assert!(body.get("messages").is_none());
    }
    let played = flow(history).answers(&[live("ai-engine-shortcut-other-bot")]);
    assert_eq!(played.error().code, Code::Refused);
    let wrong = call("AiEngine", json!("Hi")).options(json!({ "shortcutId": 5 })).input_error();
    assert_eq!(wrong, "shortcutId must be the string that the shortcut's action has");
    let other = call("AiPower", json!("Hi")).options(json!({ "shortcutId": id }));
    let played = other.session(&[("nonce", "29a96788e8"), ("postId", "5")]).answers(&[recorded("ai-power/json-ascii")]);
    assert_eq!(played.warnings(), ["AiPower has no way to pass on 'shortcutId': it was left out"]);
}

fn engine_with_key() -> Flow {
    call("AiEngine", json!("Hi there")).settings(json!({ "apiKey": "placeholder-api-token-0001" }))
}

#[test]
fn ai_engines_public_api_takes_the_sites_key() {
    let played = engine_with_key().answers(&[live("ai-engine-api-chatbot-query")]);
    assert_eq!(played.urls(), [format!("{SITE}/wp-json/mwai/v1/simpleChatbotQuery")]);
    assert_eq!(played.header(0, "authorization"), Some("Bearer placeholder-api-token-0001"));
    let body = played.json(0);
    assert_eq!((&body["botId"], &body["message"]), (&json!("default"), &json!("Hi there")));
    assert!(played.text().starts_with("Hello from the stub model."), "{}", played.text());
    assert_eq!(finish(&played), "finish unknown");
    let next = engine_with_key().options(json!({ "conversation": played.conversation() }));
    assert_eq!(next.answers(&[live("ai-engine-api-chatbot-query-turn1")]).json(0)["chatId"], body["chatId"]);
}

#[test]
fn the_api_has_no_history_so_all_turns_are_one_message() {
    let messages = json!([
        { "role": "user", "content": "My name is Ada." },
        { "role": "assistant", "content": "Hello Ada." },
        { "role": "user", "content": "Please recall." },
    ]);
    let flow = call("AiEngine", messages).settings(json!({ "apiKey": "placeholder-api-token-0001" }));
    let body = flow.answers(&[live("ai-engine-api-chatbot-query")]).json(0);
    assert_eq!(body["message"], "User: My name is Ada.\nAssistant: Hello Ada.\nUser: Please recall.\nAssistant:");
}

#[test]
fn errors_of_the_api_say_what_they_mean() {
    for (case, code, retryable) in [
        ("ai-engine-api-chatbot-query-no-token", Code::Auth, false),
        ("ai-engine-api-chatbot-query-upstream-429", Code::RateLimited, false),
        ("ai-engine-api-chatbot-query-upstream-html", Code::Service, true),
        ("ai-engine-api-chatbot-query-cut", Code::Truncated, false),
        ("ai-engine-api-chatbot-query-too-long", Code::Refused, false),
    ] {
        let played = engine_with_key().answers(&[live(case)]);
        let error = played.error();
        assert_eq!((error.code, error.retryable), (code, retryable), "{case}: {error}");
    }
}

#[test]
fn with_a_key_and_plain_permalinks_the_root_is_found() {
    let blog = format!("{SITE}/blog");
    let home = || [live("plain-permalinks-wp-json-post-home"), live("plain-permalinks-home")];
    let settings = json!({ "url": blog, "apiKey": "placeholder-api-token-0001" });
    let [page, root] = home();
    let played =
        engine_with_key().settings(settings.clone()).answers(&[page, root, live("ai-engine-api-chatbot-query")]);
    assert_eq!(played.urls()[2], format!("{blog}/index.php?rest_route=/mwai/v1/simpleChatbotQuery"));
    let [page, root] = home();
    let played = with_key().settings(settings).answers(&[page, root, recorded("ai-power/aipkit-rest-ok")]);
    assert_eq!(played.urls()[2], format!("{blog}/index.php?rest_route=/aipkit/v1/chat/5/message"));
}

#[test]
fn a_site_that_moved_is_named_by_its_own_address() {
    let moved = live("canonical-redirect-start-session");
    let error = call("AiEngine", json!("Hi"))
        .settings(json!({ "url": "http://localhost:8096" }))
        .answers(&[moved])
        .error()
        .clone();
    assert_eq!(
        error.message,
        "the site redirects to http://127.0.0.1:8081: nothing was sent there; give that address as url"
    );
    let moved = Reply::new(301, "").header("location", "https://www.shop.example/blog/wp-json/mwai/v1/start_session");
    let error = call("AiEngine", json!("Hi"))
        .settings(json!({ "url": "https://shop.example/blog" }))
        .answers(&[moved])
        .error()
        .clone();
    assert!(error.message.starts_with("the site redirects to https://www.shop.example/blog: "), "{error}");
    let elsewhere = Reply::new(301, "").header("location", "https://login.example/?to=shop");
    let error = call("AiEngine", json!("Hi")).answers(&[elsewhere]).error().clone();
    assert_eq!(
        error.message,
        "the site redirects to https://login.example/: nothing was sent there; if it wants a login, give its headers, and \
         if it has moved, its address as url"
    );
}

#[test]
fn credentials_in_the_address_go_into_a_header() {
    let error =
        call("AiEngine", json!("Hi")).settings(json!({ "url": "https://user:pass@shop.example" })).input_error();
    assert_eq!(
        error,
        "url: credentials do not belong into a URL: give headers: { authorization: 'Basic ' + btoa('user:password') }"
    );
}

fn without_bot() -> Flow {
    let settings =
        json!({ "apiKey": "placeholder-api-key-0123456789", "provider": "openai", "defaultModel": "gpt-4.1-mini" });
    call("AiPuffer", json!("Hi there")).settings(settings)
}

#[test]
fn ai_puffers_generate_route_asks_a_model_without_a_bot() {
    let played = without_bot().answers(&[live("ai-puffer-rest-generate")]);
    assert_eq!(played.urls(), [format!("{SITE}/wp-json/aipkit/v1/generate")]);
    let messages = json!([{ "role": "user", "content": "Hi there" }]);
    assert_eq!(played.json(0), json!({ "provider": "openai", "model": "gpt-4.1-mini", "messages": messages }));
    assert!(played.text().starts_with("Hello from the stub model."), "{}", played.text());
    assert_eq!(finish(&played), "finish stop");
    let messages = json!([
        { "role": "system", "content": "You are a pirate." },
        { "role": "user", "content": "recall please" },
    ]);
    let flow = without_bot().options(json!({ "messages": messages, "model": "gpt-4.1" }));
    let played = flow.answers(&[live("ai-puffer-rest-generate-system")]);
    assert_eq!((&played.json(0)["messages"], &played.json(0)["model"]), (&messages, &json!("gpt-4.1")));
    assert!(played.warnings().is_empty(), "{:?}", played.warnings());
    let played = without_bot().answers(&[live("ai-puffer-rest-generate-finish-incomplete")]);
    assert_eq!(finish(&played), "finish length");
    let neither = call("AiPuffer", json!("Hi")).settings(json!({ "apiKey": "k" })).input_error();
    assert!(neither.starts_with("botId is missing: "), "{neither}");
    let unnamed = without_bot().settings(json!({ "defaultModel": null })).input_error();
    assert_eq!(unnamed, "model is missing: with provider and without botId, AI Puffer is told which model to ask");
}
