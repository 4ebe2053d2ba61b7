//! AI Puffer: part C of the wire reference.

use rivulet::chat::Code;

use super::{Cases, EMOJI, Expected, MARKDOWN, hello, privet};

const STATUS: [&str; 2] = ["status response.created: in_progress", "status response.in_progress: in_progress"];
const CONVERSATION: &str = "conversation conversation=sent openaiResponseId=resp_stub0000000000000001 session=sent";
const NO_FIELDS: &str = "a parameter is left out that our client always sends";

fn reply(text: impl Into<String>) -> Expected {
    let events = STATUS.into_iter().chain([CONVERSATION, "finish stop"]).map(str::to_owned).collect();
    Expected { text: text.into(), events, error: None, answer_only: None }
}

fn recall(count: usize, roles: &str, first: &str) -> Expected {
    reply(format!("I was sent {count} messages. Roles: {roles}. First user message: \"{first}\"."))
}

pub fn all() -> Cases {
    [sessions(), replies(), refusals(), rest()].concat()
}

fn sessions() -> Cases {
    let nonce = || Expected::session("botId=5 nonce=e0c7ddddf9");
    let stale = "Your session has expired or the request is invalid.";
    let renewed = ["session -", "session botId=5 nonce=e0c7ddddf9", "session -"];
    vec![
        ("aipkit-page", Expected::session("botId=5 nonce=e0c7ddddf9 postId=6")),
        ("aipkit-nonce", nonce()),
        ("aipkit-cors-nonce-no-bot", nonce().answer_only(NO_FIELDS)),
        ("aipkit-cors-nonce", Expected::fails(Code::Blocked, "This domain is not permitted to access the chatbot.")),
        ("aipkit-cache-ok", reply(hello("Hi there"))),
        ("aipkit-cache-nonce-wrong", Expected::fails(Code::Nonce, stale).events(&renewed)),
        (
            "aipkit-cache-message-empty",
            Expected::fails(Code::Refused, "Data to cache (message or image) cannot be empty.")
                .answer_only("the message is empty, which our client refuses before sending"),
        ),
        // Step 1 does not look at the bot; step 2 does.
        ("aipkit-cache-bot-unknown", Expected::fails(Code::Service, "Invalid chatbot specified.")),
        ("aipkit-cors-cache", Expected::fails(Code::Blocked, "Embed feature is not available with your current plan.")),
    ]
}

fn replies() -> Cases {
    let empty = ["warning the reply is empty", CONVERSATION, "finish stop"];
    vec![
        ("aipkit-stream-ascii", reply(hello("Hi there"))),
        ("aipkit-stream-cyrillic", reply(privet("Привет! Как дела?"))),
        ("aipkit-stream-emoji", reply(EMOJI)),
        ("aipkit-stream-markdown", reply(format!("{MARKDOWN}\n"))),
        ("aipkit-upstream-empty", reply("").events(&[&STATUS[..], &empty].concat())),
        ("aipkit-conversation-turn1", reply(hello("My name is Ada."))),
        ("aipkit-conversation-turn2", recall(4, "system, user, assistant, user", "My name is Ada.")),
        ("aipkit-conversation-other-session", recall(2, "system, user", "Please recall.")),
    ]
}

fn refusals() -> Cases {
    let service = |words| Expected::fails(Code::Service, words);
    let nonce = || Expected::fails(Code::Nonce, "Security check failed.").events(&["session -"]);
    let late = |words| service(words).events(&STATUS).after("Hello from the ");
    vec![
        ("aipkit-stream-key-reused", service("Message not found in cache.")),
        ("aipkit-stream-key-expired", service("Cached message has expired.")),
        ("aipkit-stream-key-missing", service("Message cache key is missing.").answer_only(NO_FIELDS)),
        ("aipkit-stream-nonce-wrong", nonce()),
        ("aipkit-stream-nonce-missing", nonce().answer_only(NO_FIELDS)),
        ("aipkit-stream-bot-unknown", service("Invalid chatbot specified.")),
        ("aipkit-stream-no-conversation", service("Conversation ID is missing.").answer_only(NO_FIELDS)),
        ("aipkit-stream-no-session", service("Session ID is missing for guest.").answer_only(NO_FIELDS)),
        ("aipkit-upstream-401", service("API Error: Incorrect API key provided: stub-key.")),
        ("aipkit-upstream-429", Expected::fails(Code::RateLimited, "API Error: Rate limit reached for stub-chat")),
        ("aipkit-upstream-500", service("The server had an error while processing your request. Sorry about that!")),
        ("aipkit-upstream-html-502", service("API Error: 502 Bad Gateway bad gateway")),
        (
            "aipkit-upstream-error-midstream",
            late("The server had an error while processing your request. Sorry about that!"),
        ),
        (
            "aipkit-upstream-cut-midstream",
            Expected::fails(Code::Truncated, "Connection Error: transfer closed with outstanding read data remaining")
                .events(&STATUS)
                .after("Hello from the "),
        ),
        (
            "aipkit-banned-word",
            Expected::fails(Code::Refused, "Sorry, your message could not be sent as it contains prohibited words."),
        ),
        ("aipkit-banned-ip", Expected::fails(Code::Refused, "Access from your IP address has been blocked.")),
        ("aipkit-token-limit", Expected::fails(Code::RateLimited, "You have reached your quota for this period.")),
        ("aipkit-cors-stream", Expected::fails(Code::Blocked, "This domain is not permitted to access the chatbot.")),
    ]
}

fn rest() -> Cases {
    let ok = ["usage 33 21 54", "conversation conversation=sent", "finish stop"];
    vec![
        ("aipkit-rest-ok", reply(privet("Привет! Как дела?")).events(&ok)),
        (
            "aipkit-rest-no-key",
            Expected::fails(Code::Auth, "Invalid or missing API Key.").answer_only("a key is always sent"),
        ),
        ("aipkit-rest-disabled", Expected::fails(Code::Auth, "REST API access is disabled.")),
        (
            "aipkit-rest-bad-messages",
            Expected::fails(Code::Service, "The \"messages\" parameter must be a non-empty array.")
                .answer_only("our client refuses before sending"),
        ),
        (
            "aipkit-rest-bot-unknown",
            Expected::fails(Code::Service, "There has been a critical error on this website. Learn"),
        ),
        (
            "aipkit-rest-upstream-401",
            Expected::fails(Code::Service, "OpenAI API Error (HTTP 401): Incorrect API key provided"),
        ),
    ]
}
