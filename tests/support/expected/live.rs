//! Live sites: part P of the wire reference.

use rivulet::chat::Code;

use super::{Cases, Expected, MARKDOWN, hello};

const CHAT: &str = "chatcmpl-stub0001";
const RESPONSES: &str = "resp_stub0000000000000001";
const EMPTY: &str = "warning the reply is empty";
const STATUS: [&str; 2] = ["status response.created: in_progress", "status response.in_progress: in_progress"];

/// A reply of AI Engine. `usage`: prompt, completion and total; none is known without it.
fn engine(text: impl Into<String>, usage: &str, id: &str, finish: &str) -> Expected {
    let conversation = match id {
        "" => "conversation chatId=sent".to_owned(),
        CHAT => format!("conversation chatId=sent responseId={id}"),
        id => format!("conversation chatId=sent previousResponseId={id} responseId={id}"),
    };
    let usage = format!("usage {usage}");
    let events = [&usage, &conversation, finish].map(|event| event.to_owned().to_owned());
    Expected { text: text.into(), events: events.into_iter().collect(), error: None, answer_only: None }
}

fn empty(usage: &str, id: &str, finish: &str) -> Expected {
    let mut expected = engine("", usage, id, finish);
    expected.events.insert(1, EMPTY.to_owned());
    expected
}

fn power(text: impl Into<String>, finish: &str) -> Expected {
    let events = ["conversation clientId=sent", finish].map(str::to_owned).to_vec();
    Expected { text: text.into(), events, error: None, answer_only: None }
}

fn puffer(finish: &str) -> Vec<String> {
    let conversation = format!("conversation conversation=sent openaiResponseId={RESPONSES} session=sent");
    STATUS.into_iter().chain([&*conversation, finish]).map(str::to_owned).collect()
}

pub fn all() -> Cases {
    [nonces(), roots(), ends(), keys()].concat()
}

fn nonces() -> Cases {
    let hi = || hello("Hi there");
    let expired = |words| {
        let renewed = ["session -", "session botId=0 nonce=29a96788e8 postId=5", "session -"];
        Expected::fails(Code::Nonce, words).events(&renewed)
    };
    let renewed = ["session -", "session nonce=f49d8b472e session=6afff7f5454a0", "session -"];
    let refused = || Expected::fails(Code::Nonce, "Cookie check failed").events(&renewed);
    let stored = puffer("finish stop");
    let stored: Vec<&str> = stored.iter().map(String::as_str).collect();
    let dead = ["session -", "session botId=5 nonce=e0c7ddddf9", "session -"];
    let stream = |text: String| Expected::fails(Code::Service, "").after(&text);
    let stream = |text: String| Expected { error: None, ..stream(text).events(&stored) };
    vec![
        ("ai-puffer-cached-page", Expected::session("botId=5 nonce=0123456789 postId=10")),
        ("ai-puffer-cached-page-step1-403", Expected::fails(Code::Nonce, "Your session has expired").events(&dead)),
        ("ai-puffer-cached-page-nonce", Expected::session("botId=5 nonce=ec608a3e89")),
        ("ai-puffer-cached-page-step1-again", stream(hi())),
        ("ai-puffer-cached-page-stream", stream(hi())),
        ("ai-power-cached-page", Expected::session("botId=0 nonce=0123456789 postId=7")),
        ("ai-power-cached-page-post-403", expired("The link you followed has expired.")),
        ("ai-power-cached-page-query", Expected::session("botId=0 nonce=02bdf84137 postId=7")),
        ("ai-power-cached-page-query-post", power(hi(), "finish stop")),
        ("ai-power-search-page-post", power(hi(), "finish stop")),
        ("ai-power-404-page-post", power(hi(), "finish stop")),
        (
            "v2.0.9-ai-engine-cached-page",
            Expected::session("botId=default contextId=5 limit=512 nonce=0123456789 old=1 page=read root=*"),
        ),
        ("v2.0.9-ai-engine-cached-page-submit-403", refused()),
        (
            "v2.0.9-ai-engine-start-session-404",
            Expected::session("botId=default contextId=4 limit=512 nonce=627fa3908d old=1 page=read root=*"),
        ),
        (
            "v2.0.9-ai-engine-cached-page-query",
            Expected::session("botId=default contextId=5 limit=512 nonce=91bea39d93 old=1 page=read root=*"),
        ),
        ("v2.0.9-ai-engine-cached-page-query-submit", engine(hi(), "0 33 33", "", "finish unknown")),
        ("rest-nonce-with-login", Expected::session("nonce=59fd639c3e")),
        ("rest-nonce-guest", Expected::session("nonce=f49d8b472e session=6afff7f5454a0")),
        ("rest-nonce-submit", engine(hi(), "2 23 25", CHAT, "finish unknown")),
        ("login-start-session", Expected::session("nonce=32e95f1e9b session=6b0a403ed1f0d")),
        ("login-start-session-nonce-with-cookies", refused()),
    ]
}

fn roots() -> Cases {
    let hi = || engine(hello("Hi there"), "2 23 25", CHAT, "finish unknown");
    let mut found = hi();
    // The root that the page names, then the nonce in the header of the answer.
    for (at, nonce) in ["0123456789", "34e640fddc"].into_iter().enumerate() {
        found.events.insert(at, format!("session nonce={nonce} root=*"));
    }
    vec![
        (
            "plain-permalinks-wp-json-post-home",
            Expected::session("nonce=34e640fddc page=read root=* session=6b0a3f87e5465"),
        ),
        ("plain-permalinks-wp-json-submit-home", found),
        ("plain-permalinks-home", Expected::session("nonce=f49d8b472e page=read root=* session=6afff7f5454a0")),
        (
            "plain-permalinks-index-php-start-session",
            Expected::session("nonce=34e640fddc root=* session=6b0a3f87e5465"),
        ),
        ("plain-permalinks-index-php-submit", hi()),
        (
            "canonical-redirect-start-session",
            Expected::fails(Code::Service, "the site redirects to http://127.0.0.1:8081: nothing was sent there"),
        ),
    ]
}

fn ends() -> Cases {
    let outage = || Expected::fails(Code::Service, "the provider behind the site failed");
    let nothing = |name| Expected::fails(Code::Service, name);
    let cut = |code| Expected::fails(code, "transfer closed with");
    let hi = || hello("Hi there");
    let unfinished = || Expected::fails(Code::Truncated, "the reply is not complete");
    let limited = || hello("FINLEN please");
    let markdown = format!("{}  \n", MARKDOWN.replace('\n', "  \n"));
    let puffer_length = puffer("finish length");
    let puffer_length: Vec<&str> = puffer_length.iter().map(String::as_str).collect();
    vec![
        ("ai-engine-outage-html-502", outage()),
        ("ai-engine-outage-html-502-nonstream", nothing("Stub: No content received (res is null).")),
        ("v2.5.3-ai-engine-outage-html-502", outage()),
        ("v2.5.3-ai-engine-outage-html-502-nonstream", nothing("No content received")),
        ("v2.0.9-ai-engine-outage-html-502", empty("0 0 0", "", "finish unknown")),
        ("v2.0.9-ai-engine-outage-html-502-nonstream", nothing("No content received")),
        ("ai-engine-empty-reply", empty("2 0 2", CHAT, "finish unknown")),
        ("ai-engine-empty-reply-nonstream", empty("25 1 26", CHAT, "finish unknown")),
        ("v2.5.3-ai-engine-empty-reply", empty("25 1 26", "", "finish unknown")),
        ("v2.5.3-ai-engine-empty-reply-nonstream", empty("25 1 26", "", "finish unknown")),
        ("v2.0.9-ai-engine-empty-reply", empty("0 0 0", "", "finish unknown")),
        ("v2.0.9-ai-engine-empty-reply-nonstream", empty("25 1 26", "", "finish unknown")),
        ("ai-engine-responses-html-502", outage()),
        ("ai-engine-responses-html-502-nonstream", nothing("No content received")),
        ("ai-engine-responses-empty-reply", empty("25 1 26", RESPONSES, "finish stop")),
        ("ai-engine-responses-normal", engine(hi(), "25 23 48", RESPONSES, "finish stop")),
        ("ai-engine-responses-normal-nonstream", engine(hi(), "25 23 48", RESPONSES, "finish unknown")),
        ("ai-engine-responses-error-midstream", unfinished().after("Hello from the ")),
        ("ai-engine-responses-finish-incomplete", unfinished().after(&limited())),
        ("ai-engine-responses-finish-incomplete-nonstream", engine(limited(), "26 25 51", RESPONSES, "finish unknown")),
        ("ai-engine-cut-midstream", cut(Code::Truncated).after("Hello from the ")),
        ("ai-engine-cut-nonstream", cut(Code::Truncated)),
        ("ai-engine-markdown-stream", engine(markdown, "4 212 216", CHAT, "finish unknown")),
        ("ai-engine-markdown-nonstream", engine(MARKDOWN, "27 196 223", CHAT, "finish unknown")),
        ("ai-power-finish-length-stream", power(limited(), "finish length")),
        ("ai-power-finish-length-json", power(limited(), "finish unknown")),
        ("ai-power-cut-json", cut(Code::Truncated)),
        ("ai-power-cut-midstream-stream", Expected::fails(Code::Truncated, "cut off").after("Hello from the ")),
        ("ai-puffer-cut-midstream", cut(Code::Truncated).events(&STATUS).after("Hello from the ")),
        (
            "ai-puffer-finish-length",
            Expected { error: None, ..cut(Code::Truncated) }.events(&puffer_length).after(&limited()),
        ),
        ("ai-engine-shortcut-follow-minimal", engine(hello("Tell me more"), "3 24 27", CHAT, "finish unknown")),
        ("ai-engine-shortcut-other-bot", Expected::fails(Code::Refused, "Invalid or expired shortcut.")),
    ]
}

fn keys() -> Cases {
    let api = |text: String| {
        let events = ["conversation chatId=sent", "finish unknown"];
        Expected { error: None, ..Expected::fails(Code::Service, "") }.events(&events).after(&text)
    };
    let fails = Expected::fails;
    let generated = |text: &str, usage: &str, finish: &str| {
        let usage = format!("usage {usage}");
        Expected { error: None, ..fails(Code::Service, "") }.events(&[&usage, finish]).after(text)
    };
    let rest = ["usage 32 25 57", "conversation conversation=sent", "finish length"];
    let limited = Expected { error: None, ..fails(Code::Service, "") }.events(&rest).after(&hello("FINLEN please"));
    vec![
        ("ai-engine-api-chatbot-query", api(hello("Hi there"))),
        ("ai-engine-api-chatbot-query-turn1", api(hello("My name is Zoe"))),
        ("ai-engine-api-chatbot-query-upstream-429", fails(Code::RateLimited, "Rate limit reached for stub-chat")),
        ("ai-engine-api-chatbot-query-upstream-html", fails(Code::Service, "No content received")),
        (
            "ai-engine-api-chatbot-query-no-token",
            fails(Code::Auth, "Sorry, you are not allowed to do that.").answer_only("a key is always sent"),
        ),
        ("ai-engine-api-chatbot-query-cut", fails(Code::Truncated, "transfer closed with 366 bytes")),
        ("ai-engine-api-chatbot-query-too-long", fails(Code::Refused, "it has 600 characters")),
        ("ai-puffer-rest-generate", generated(&hello("Hi there"), "17 23 40", "finish stop")),
        (
            "ai-puffer-rest-generate-system",
            generated(
                "I was sent 2 messages. Roles: system, user. First user message: \"recall please\".",
                "18 20 38",
                "finish stop",
            ),
        ),
        ("ai-puffer-rest-generate-finish-incomplete", generated(&hello("FINLEN please"), "18 25 43", "finish length")),
        ("ai-puffer-rest-cut", fails(Code::Truncated, "transfer closed with 710 bytes")),
        ("ai-puffer-rest-finish-incomplete", limited),
        ("ai-puffer-rest-bot-unknown", fails(Code::Service, "There has been a critical error on this website.")),
        ("ai-puffer-rest-upstream-429", fails(Code::RateLimited, "Rate limit reached for stub-chat")),
        ("ai-puffer-rest-upstream-500", fails(Code::Service, "The server had an error while processing")),
        ("ai-puffer-rest-upstream-html-502", fails(Code::Service, "(HTTP 502)")),
    ]
}
