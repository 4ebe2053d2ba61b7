//! AI Power, classic: part B of the wire reference.

use rivulet::chat::Code;

use super::{Cases, EMOJI, Expected, MARKDOWN, hello, privet};

const EMPTY_REPLY: &str = "the message is empty, which our client refuses before sending";
const NO_FIELDS: &str = "a field is left out that our client always sends";
const IDENTITY: &str = "the bot is none, and the recording calls it by the default bot's name";

fn reply(text: impl Into<String>) -> Expected {
    ends("finish stop", text)
}

/// An answer in one piece, which does not tell how it ended (B4).
fn whole(text: impl Into<String>) -> Expected {
    ends("finish unknown", text)
}

fn ends(finish: &str, text: impl Into<String>) -> Expected {
    let events = ["conversation clientId=sent", finish].map(str::to_owned).to_vec();
    Expected { text: text.into(), events, error: None, answer_only: None }
}

fn empty(mut reply: Expected) -> Expected {
    reply.events.insert(0, "warning the reply is empty".to_owned());
    reply
}

fn recall(reply: fn(String) -> Expected, first: &str) -> Expected {
    reply(format!("I was sent 4 messages. Roles: user, user, assistant, user. First user message: \"{first}\"."))
}

pub fn pages() -> Cases {
    let page = |bot, post, nonce| Expected::session(&format!("botId={bot} postId={post} nonce={nonce}"));
    vec![
        ("page-shortcode", page(0, 5, "29a96788e8")),
        ("page-custom-bot", page(6, 8, "29a96788e8")),
        // The post id stands as `<10` in the widget.
        ("page-widget", Expected::session("botId=0 postId=10 nonce=29a96788e8 widget=1")),
        ("page-home-without-chat", Expected::fails(Code::Nonce, "No post ID found")),
        ("v1.8.79-page-shortcode", page(0, 4, "1a53908d5a")),
    ]
}

pub fn streams() -> Cases {
    let hi = || reply(hello("Hi there"));
    vec![
        ("stream-ascii", hi()),
        ("stream-full-fields", hi()),
        ("stream-multipart", hi().answer_only("the same fields in another form")),
        ("stream-cyrillic", reply(privet("Привет! Как дела?"))),
        ("stream-emoji", reply(EMOJI)),
        ("stream-markdown", reply(format!("{MARKDOWN}\n"))),
        ("stream-newlines", reply("first line\nsecond line\n\nthird paragraph")),
        ("stream-empty-reply", empty(reply(""))),
        ("bot-unknown", hi().answer_only(IDENTITY)),
        ("bot-custom-sse", hi()),
        ("post-id-missing", hi().answer_only(NO_FIELDS)),
        ("message-long", reply(privet(&"я".repeat(60)))),
        ("action-widget", hi()),
        (
            "history-turn2-stream",
            recall(reply, "Converse as if you were an AI assistant. Answer the question as truthfully as po"),
        ),
        ("cors-post", hi()),
        ("nonce-old", hi()),
        // After `[DONE]` this version sends the JSON answer too.
        ("v1.8.79-stream-ascii", hi()),
    ]
}

pub fn wholes() -> Cases {
    let hi = || whole(hello("Hi there"));
    let recall = || recall(whole, "Converse as if you were an AI assistant. Answer the question as truthfully as po");
    let forgot = "I was sent 2 messages. Roles: user, user. First user message: \"Converse as if you were an AI assistant. \
                  Answer the question as truthfully as po\".";
    vec![
        ("json-ascii", hi()),
        ("json-cyrillic", whole(privet("Привет! Как дела?"))),
        ("json-emoji", whole(EMOJI)),
        ("json-markdown", whole(format!("{MARKDOWN}\n"))),
        ("json-empty-reply", empty(whole(""))),
        ("upstream-html-502-json", empty(whole(""))),
        ("json-default-bot", hi()),
        ("json-log-id", hi()),
        ("bot-is-a-page", hi().answer_only(IDENTITY)),
        ("history-turn2-json", recall()),
        ("history-plain-strings", recall().answer_only("an older form of the history")),
        ("history-with-quotes", whole(forgot).answer_only("our client sends no quotes, which lose the history")),
        ("v1.8.79-json-ascii", hi()),
    ]
}

pub fn refusals() -> Cases {
    let service = |words| Expected::fails(Code::Service, words);
    let refused = |words| Expected::fails(Code::Refused, words);
    let nothing = || refused("It appears that nothing was inputted.").answer_only(EMPTY_REPLY);
    let key = || service("Incorrect API key provided");
    let rate = || Expected::fails(Code::RateLimited, "Rate limit reached for stub-chat on requests per min (RPM)");
    let limit = || Expected::fails(Code::RateLimited, "You have reached your token limit.");
    let failed = || service("The server had an error while processing your request. Sorry about that!");
    let words = "Your message contains prohibited words. Please modify your message and try again.";
    let address = "You are not allowed to access this feature.";
    let expired = |words| {
        let renewed = ["session -", "session botId=0 nonce=29a96788e8 postId=5", "session -"];
        Expected::fails(Code::Nonce, words).events(&renewed)
    };
    let (new, old) = ("The link you followed has expired.", "Nonce verification failed");
    vec![
        ("nonce-wrong", expired(new)),
        ("nonce-expired", expired(new)),
        ("nonce-missing", expired(new).answer_only(NO_FIELDS)),
        ("v1.8.79-nonce-wrong", expired(old)),
        ("v1.8.79-nonce-missing", expired(old).answer_only(NO_FIELDS)),
        ("message-empty", nothing()),
        ("message-missing", nothing()),
        ("v1.8.79-message-empty", nothing()),
        ("action-unknown", service("(use AiPuffer)").answer_only("no such action")),
        ("aipkit-old-action", service("(use AiPuffer)")),
        ("upstream-401-stream", key()),
        ("upstream-401-json", key()),
        ("v1.8.79-upstream-401-stream", key()),
        ("v1.8.79-upstream-401-json", key()),
        ("upstream-404-quotes-stream", service("The model \"stub-x\" does not exist you do not have access to it.")),
        ("upstream-404-quotes-json", service("The model \"stub-x\" does not exist\nor you do not have access to it.")),
        ("upstream-429-stream", rate()),
        ("upstream-429-json", rate()),
        ("upstream-500-stream", failed()),
        ("upstream-500-json", failed()),
        (
            "upstream-html-502-stream",
            Expected::fails(Code::Blocked, "a web page came instead of a reply: '502 Bad Gateway'"),
        ),
        ("upstream-error-midstream", failed().after("Hello from the ")),
        ("upstream-cut-midstream", Expected::fails(Code::Truncated, "cut off").after("Hello from the ")),
        ("upstream-down-stream", service("empty body")),
        (
            "upstream-down-json",
            service("cURL error 7: Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect"),
        ),
        ("banned-word-stream", refused(words)),
        ("banned-word-json", refused(words)),
        ("banned-ip-stream", refused(address)),
        ("banned-ip-json", refused(address)),
        ("token-limit-stream", limit()),
        ("token-limit-json", limit()),
    ]
}
