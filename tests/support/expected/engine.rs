//! AI Engine: parts A5 to A7 of the wire reference.

use rivulet::chat::Code;

use super::{Cases, EMOJI, Expected, MARKDOWN, hello, privet};

const CHAT: &str = "chatcmpl-stub0001";
const RESPONSES: &str = "resp_stub0000000000000001";
const EMPTY_REPLY: &str = "the message is empty, which our client refuses before sending";
const BAD_REQUEST: &str = "the request is malformed on purpose";
const FILES: &str = "files and shortcuts are features of the plugin's page";

/// A turn that ends well. `usage`: prompt, completion and total, as the recording says.
fn reply(text: impl Into<String>, usage: [u32; 3], id: &str) -> Expected {
    let [prompt, completion, total] = usage;
    let mut events = vec![format!("usage {prompt} {completion} {total}")];
    events.push(match id {
        "" => "conversation chatId=sent".to_owned(),
        CHAT => format!("conversation chatId=sent responseId={id}"),
        // Only the Responses API has a history to go on from.
        id => format!("conversation chatId=sent previousResponseId={id} responseId={id}"),
    });
    // Of all providers behind AI Engine only the Responses API tells how a stream ended (A6).
    events.push(if id == RESPONSES { "finish stop" } else { "finish unknown" }.to_owned());
    Expected { text: text.into(), events, error: None, answer_only: None }
}

fn before(event: &str, mut expected: Expected) -> Expected {
    expected.events.insert(0, event.to_owned());
    expected
}

fn recall(roles: &str, first: &str) -> String {
    let count = roles.split(", ").count();
    format!("I was sent {count} messages. Roles: {roles}. First user message: \"{first}\".")
}

pub fn sessions() -> Cases {
    let session = |id, nonce| Expected::session(&format!("nonce={nonce} session={id}"));
    let from_page = |context, custom: &str| {
        let ids = format!("contextId={context}{custom} limit=512 nonce=f49d8b472e page=read root=*");
        Expected::session(&format!("{ids} session=6afff7f5454a0"))
    };
    vec![
        ("start-session", session("6afff7f5454a0", "f49d8b472e")),
        ("start-session-with-cookies", session("6afff7f5593cd", "f49d8b472e")),
        ("start-session-plain-permalinks", Expected::session("nonce=f49d8b472e root=* session=6afff7f5a9605")),
        ("start-session-logged-in-cookie", session("6afff801e74d3", "b46a67d1cc")),
        (
            "start-session-bad-nonce-header",
            Expected::fails(Code::Nonce, "Cookie check failed").answer_only("a stale nonce is never sent along"),
        ),
        ("cors-start-session", session("6afff80e933bf", "f49d8b472e")),
        ("v2.5.3-start-session", session("N/A", "dc3705de36")),
        // The page is looked at then.
        (
            "v2.0.9-start-session",
            Expected::session("botId=default contextId=4 limit=512 nonce=627fa3908d old=1 page=read root=*"),
        ),
        ("page-default", from_page("5", " botId=default")),
        ("page-custom-id", from_page("6", " botId=default customId=3adff3d30a0bab2b42009aeb6e6e53da")),
        ("v2.5.3-page-default", from_page("5", " botId=default")),
        (
            "v2.0.9-page-default",
            Expected::session("botId=default contextId=4 limit=512 nonce=627fa3908d old=1 page=read root=*"),
        ),
    ]
}

pub fn replies() -> Cases {
    let hi = || reply(hello("Hi there"), [2, 23, 25], CHAT);
    let hi_whole = || reply(hello("Hi there"), [25, 23, 48], CHAT);
    let ada = |usage, id| reply(hello("My name is Ada."), usage, id);
    let no_history = |usage, id| reply(recall("system, user", "Please recall."), usage, id);
    let forty = format!("system{}, user", ", user, assistant".repeat(8));
    // The pieces hold two spaces before each newline (A6), and so does the final text but for its end.
    let streamed_markdown = format!("{}  \n", MARKDOWN.replace('\n', "  \n"));
    let image = |name: &str| {
        let url = format!("http://127.0.0.1:8081/wp-content/uploads/2026/11/{name}.png");
        before(&format!("image {url}"), reply(format!("![Image]({url})\n"), [5, 10, 15], ""))
    };
    let human = Expected { text: "A human answers here.".into(), ..reply("", [0; 3], "") };
    let human = human.events(&["conversation chatId=sent", "finish unknown"]);
    let empty = |id| {
        let mut expected = reply("", [if id == CHAT { 4 } else { 2 }, 0, if id == CHAT { 4 } else { 2 }], id);
        expected.events.insert(1, "warning the reply is empty".to_owned());
        expected
    };
    vec![
        ("stream-ascii", hi()),
        ("stream-accept-header", hi()),
        ("stream-site-option-off", hi()),
        ("cors-submit-stream", hi()),
        ("cors-submit-crosssite-field", hi()),
        ("bot-unknown-stream", hi()),
        ("custom-id", hi()),
        ("custom-id-expired", hi()),
        // The answer's header brings the fresh nonce before the text, `new_token` the same one after it.
        ("nonce-old-stream", before("session nonce=f49d8b472e", hi())),
        ("nonce-old-nonstream", before("session nonce=f49d8b472e", hi_whole())),
        ("stream-cyrillic", reply(privet("Привет! Как дела?"), [4, 21, 25], CHAT)),
        ("stream-emoji", reply(EMOJI, [4, 18, 22], CHAT)),
        ("stream-markdown", reply(streamed_markdown, [6, 212, 218], CHAT)),
        ("stream-newlines", reply("first line  \nsecond line  \n  \nthird paragraph", [3, 11, 14], CHAT)),
        ("stream-zero", reply("0", [2, 0, 2], CHAT)),
        ("stream-empty-reply", empty(CHAT)),
        ("upstream-html-502-stream", Expected::fails(Code::Service, "the provider behind the site failed")),
        ("stream-thinking", reply(hello("reason about it"), [3, 25, 28], CHAT)),
        ("stream-event-logs", before("status status: Starting stream...", hi())),
        (
            "responses-event-logs",
            before("status status: Generating response...", reply(hello("Hi there"), [25, 23, 48], RESPONSES)),
        ),
        ("message-max-length", reply(privet(&"я".repeat(60)), [128, 32, 160], CHAT)),
        ("nonstream-ascii", hi_whole()),
        ("nonstream-cyrillic", reply(privet("Привет! Как дела?"), [27, 21, 48], CHAT)),
        ("nonstream-emoji", reply(EMOJI, [27, 18, 45], CHAT)),
        ("nonstream-markdown", reply(MARKDOWN, [29, 196, 225], CHAT)),
        ("nonstream-stream-field-missing", hi_whole()),
        ("bot-unknown-nonstream", hi_whole()),
        ("takeover-stream", human.clone()),
        ("takeover-nonstream", human),
        ("images-mode-stream", image("140fcfd0496b7820bbb529052cfe3abc")),
        ("images-mode-nonstream", image("fae953dd3079066af999549650fbdccc")),
        ("end-with-extras", extras()),
        ("shortcut-submit", reply(hello("Please tell me more about it."), [7, 29, 36], CHAT).answer_only(FILES)),
        ("file-submit-no-text", reply(hello(""), [0, 21, 21], CHAT).answer_only(FILES)),
        ("conversation-turn1", ada([9, 25, 34], CHAT)),
        (
            "conversation-turn2",
            reply(recall("system, assistant, user, assistant, user", "My name is Ada."), [38, 27, 65], CHAT),
        ),
        (
            "conversation-turn2-minimal-messages",
            reply(recall("system, user, assistant, user", "My name is Ada."), [32, 24, 56], CHAT),
        ),
        ("conversation-turn2-no-messages", no_history([3, 20, 23], CHAT)),
        ("conversation-tampered", reply(recall("system, assistant, user", "Please recall."), [7, 23, 30], CHAT)),
        (
            "conversation-messages-no-role",
            reply(recall("system, None, user", "Please recall."), [3, 21, 24], CHAT).answer_only(BAD_REQUEST),
        ),
        (
            "conversation-system-message",
            reply(recall("system, system, user, assistant, user", "My name is Ada."), [14, 26, 40], CHAT),
        ),
        ("conversation-40-messages", reply(recall(&forty, "question 0"), [43, 53, 96], CHAT)),
        ("responses-turn1", ada([26, 25, 51], RESPONSES)),
        ("responses-turn2-previous-id", no_history([26, 20, 46], RESPONSES)),
        ("discussions-turn1", ada([3, 25, 28], CHAT)),
        ("discussions-turn2-no-messages", no_history([3, 20, 23], CHAT)),
        ("discussions-responses-turn1", ada([26, 25, 51], RESPONSES)),
        ("discussions-responses-turn2", no_history([26, 20, 46], RESPONSES)),
        // The provider failed in the middle, and the site says that all is well (A6).
        ("upstream-error-midstream", reply("Hello from the ", [7, 3, 10], CHAT)),
        (
            "responses-error-midstream",
            Expected::fails(Code::Truncated, "the reply is not complete").after("Hello from the "),
        ),
    ]
}

fn extras() -> Expected {
    const SHORTCUT: &str =
        "gIAryFQWf0ZeIibEmPmBLbHCFDYT4lEK3xQopcYK5Xdmxh95yi8i8rYHJMLdHSNbWEE1LqxUoRyj0R7vGfAlDY5CaGhokhUCsjce6HBPejo=";
    let shortcut = format!(
        r#"action shortcut {{"data":{{"className":null,"icon":null,"label":"Tell me more","shortcutId":"{SHORTCUT}","variant":"info"}},"type":"message"}}"#
    );
    let block = r#"action block {"data":{"html":"<p>A block</p>"},"type":"content"}"#;
    let function = r#"action function {"data":{"args":{"text":"hi"},"name":"showAlert"},"type":"function"}"#;
    let expected = reply(hello("EXTRAS please"), [3, 25, 28], CHAT);
    // Function, shortcut, block: the order of A5.
    before(function, before(&shortcut, before(block, expected)))
}

pub fn refusals() -> Cases {
    let service = |words| Expected::fails(Code::Service, words);
    let refused = || Expected::fails(Code::Refused, "Sorry, your query has been rejected.");
    let banned = || Expected::fails(Code::Refused, "Your query has been rejected.");
    let too_long = |words| Expected::fails(Code::Refused, words);
    let limited =
        || Expected::fails(Code::RateLimited, "You have reached the limit (check the Insights Tab > Limits > Guests).");
    let rate = || Expected::fails(Code::RateLimited, "Rate limit reached for stub-chat on requests per min (RPM)");
    let critical = || service("There has been a critical error on this website.").answer_only(BAD_REQUEST);
    // Renewed once, refused again: both times the stored session is dropped.
    let nonce = |words| {
        let renewed = ["session -", "session nonce=f49d8b472e session=6afff7f5454a0", "session -"];
        Expected::fails(Code::Nonce, words).events(&renewed)
    };
    let cookies = "a login cookie is never sent";
    let cut = || Expected::fails(Code::Truncated, "cURL error 18: transfer closed").after("Hello from the ");
    vec![
        ("nonce-wrong-stream", nonce("Cookie check failed")),
        ("nonce-wrong-nonstream", nonce("Cookie check failed")),
        ("nonce-expired", nonce("Cookie check failed")),
        ("nonce-guest-with-login-cookie", nonce("Cookie check failed").answer_only(cookies)),
        ("nonce-from-session-with-login-cookie", nonce("Cookie check failed").answer_only(cookies)),
        ("nonce-missing-stream", nonce("not allowed to do that").answer_only("a nonce is always sent")),
        ("nonce-missing-nonstream", nonce("not allowed to do that").answer_only("a nonce is always sent")),
        ("nonce-in-query", nonce("not allowed to do that").answer_only("the nonce goes into a header")),
        ("message-empty-stream", refused().answer_only(EMPTY_REPLY)),
        ("message-empty-nonstream", refused().answer_only(EMPTY_REPLY)),
        ("message-blank", refused().answer_only(EMPTY_REPLY)),
        ("message-missing", refused().answer_only(EMPTY_REPLY)),
        ("cors-submit-error", refused().answer_only(EMPTY_REPLY)),
        ("bot-missing", refused().answer_only(BAD_REQUEST)),
        ("body-form-encoded", refused().answer_only(BAD_REQUEST)),
        ("nonstream-no-content-type", refused().answer_only(BAD_REQUEST)),
        ("body-invalid-json", service("Invalid JSON body passed.").answer_only(BAD_REQUEST)),
        ("message-not-a-string", critical()),
        ("messages-not-an-array", critical()),
        ("extra-key-model", service("The model 'other-model' is not available.").answer_only(BAD_REQUEST)),
        ("shortcut-bad", Expected::fails(Code::Refused, "Invalid or expired shortcut.").answer_only(FILES)),
        ("message-too-long-stream", too_long("it has 513 characters; AI Engine's default limit is 512")),
        ("message-too-long-nonstream", too_long("it has 513 characters; AI Engine's default limit is 512")),
        ("banned-word-stream", banned()),
        ("banned-word-nonstream", banned()),
        ("banned-ip-stream", banned()),
        ("banned-ip-nonstream", banned()),
        ("limit-reached-stream", limited()),
        ("limit-reached-nonstream", limited()),
        ("chatbots-module-off", service("the plugin is absent or its chatbots are off")),
        ("upstream-400-stream", service("Stub: Error: This model's maximum context length is 8192 tokens.")),
        ("upstream-400-nonstream", service("This model's maximum context length is 8192 tokens.")),
        ("upstream-401-stream", service("Stub: Error: Incorrect API key provided")),
        ("upstream-401-nonstream", service("Stub: Incorrect API key provided.")),
        (
            "upstream-404-quotes-stream",
            service("The model \"stub-x\" does not exist\nor you do not have access to it."),
        ),
        ("upstream-404-nonstream", service("This usually means the model is not valid for this provider.")),
        ("upstream-429-stream", rate()),
        ("upstream-429-nonstream", rate()),
        ("upstream-500-stream", service("The server had an error while processing your request.")),
        ("upstream-500-nonstream", service("The server had an error while processing your request.")),
        ("upstream-html-502-nonstream", service("Stub: No content received (res is null).")),
        ("upstream-down-stream", service("Stub: cURL error 7: Failed to connect")),
        ("upstream-down-nonstream", service("Stub: cURL error 7: Failed to connect")),
        ("upstream-cut-midstream", cut()),
        ("responses-cut-midstream", cut()),
        ("responses-401", service("OpenAI (Responses API): Error: Incorrect API key provided")),
    ]
}

pub fn old_versions() -> Cases {
    let service = |words| Expected::fails(Code::Service, words);
    let refused = || Expected::fails(Code::Refused, "Sorry, your query has been rejected.");
    let nonce = |words| {
        let renewed = ["session -", "session nonce=f49d8b472e session=6afff7f5454a0", "session -"];
        Expected::fails(Code::Nonce, words).events(&renewed)
    };
    let cut = || Expected::fails(Code::Truncated, "From OpenAI: cURL error 18").after("Hello from the ");
    vec![
        ("v2.5.3-stream-ascii", reply(hello("Hi there"), [25, 23, 48], "")),
        ("v2.5.3-stream-cyrillic", reply(privet("Привет! Как дела?"), [27, 21, 48], "")),
        ("v2.5.3-nonstream-ascii", reply(hello("Hi there"), [25, 23, 48], "")),
        ("v2.5.3-nonce-wrong", nonce("Cookie check failed")),
        ("v2.5.3-nonce-missing", nonce("not allowed to do that").answer_only("a nonce is always sent")),
        ("v2.5.3-message-empty", refused().answer_only(EMPTY_REPLY)),
        ("v2.5.3-bot-unknown-stream", refused()),
        ("v2.5.3-bot-unknown-nonstream", refused()),
        (
            "v2.5.3-message-too-long-stream",
            Expected::fails(Code::Refused, "it has 600 characters; AI Engine's default limit is 512"),
        ),
        ("v2.5.3-upstream-401-stream", service("From OpenAI: Error: Incorrect API key provided")),
        ("v2.5.3-upstream-401-nonstream", service("From OpenAI: Incorrect API key provided.")),
        ("v2.5.3-upstream-error-midstream", reply("Hello from the ", [8, 4, 12], "")),
        ("v2.5.3-upstream-cut-midstream", cut()),
        ("v2.0.9-stream-ascii", reply(hello("Hi there"), [0, 33, 33], "")),
        ("v2.0.9-stream-cyrillic", reply(privet("Привет! Как дела?"), [0, 27, 27], "")),
        ("v2.0.9-nonstream-ascii", reply(hello("Hi there"), [25, 23, 48], "")),
        ("v2.0.9-nonce-wrong", nonce("Cookie check failed")),
        ("v2.0.9-nonce-missing", nonce("not allowed to do that").answer_only("a nonce is always sent")),
        ("v2.0.9-message-empty", refused().answer_only(EMPTY_REPLY)),
        ("v2.0.9-bot-unknown-stream", refused()),
        ("v2.0.9-bot-unknown-nonstream", refused()),
        // Before 2.4.9 nobody counted.
        ("v2.0.9-message-too-long-stream", reply(hello(&"a".repeat(120)), [0, 31, 31], "")),
        ("v2.0.9-upstream-401-stream", service("From OpenAI: Error invalid_api_key: Incorrect API key provided")),
        ("v2.0.9-upstream-401-nonstream", service("From OpenAI: Incorrect API key provided.")),
        ("v2.0.9-upstream-error-midstream", reply("Hello from the ", [0, 6, 6], "")),
        ("v2.0.9-upstream-cut-midstream", cut()),
    ]
}
