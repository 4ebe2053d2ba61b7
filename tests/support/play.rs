//! A recording as a play: the call that sends what was recorded, and the answers before and after the recorded one.

use std::rc::Rc;

use rivulet::chat::{Event, Session};
use rivulet::exchange::Exchange;
use rivulet::http::Request;
use rivulet::options::{ChatRequest, Purpose, Settings};
use rivulet::providers::{self, Protocol};
use serde_json::{Map, Value, json};

use super::drive::{self, Played, Reply};
use super::tape::{self, Tape};
use super::unplayed::UNPLAYED;
use super::{ours, theirs};

pub const RANDOM: fn() -> [u64; 2] = || [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210];
pub const LIMIT: usize = 64 << 20;

pub struct Play {
    pub protocol: &'static Protocol,
    pub settings: Value,
    pub options: Value,
    pub session: Session,
    pub cross_origin: bool,
    pub logged_in: bool,
    pub purpose: Purpose,
    pub before: Vec<Reply>,
    pub tape: Reply,
    pub after: Vec<Reply>,
}

impl Play {
    /// `None`: no chat client has a part in it.
    pub fn of(tape: &Tape) -> Option<Play> {
        let (folder, case) = tape.name.split_once('/').unwrap();
        if UNPLAYED.iter().any(|(name, _)| *name == tape.name) {
            return None;
        }
        if let Some(call) = tape::calls(folder).get(case) {
            return Some(service(tape, call));
        }
        let path = tape.target.split('?').next().unwrap_or_default();
        let action = tape.field("action").unwrap_or_default();
        match (tape.method.as_str(), path) {
            ("POST", path) if [path, &tape.target].iter().any(|path| path.ends_with("/chats/submit")) => {
                Some(engine_submit(tape))
            }
            ("POST", path) if path.ends_with("/chat/completions") => Some(openai(tape)),
            ("POST", _) if tape.target.ends_with("mwai/v1/start_session") => Some(engine_session(tape)),
            ("POST", path) if path.ends_with("/simpleChatbotQuery") => Some(engine_api(tape)),
            ("GET", _) if action == "rest-nonce" => Some(rest_nonce(tape)),
            ("POST", path) if path.ends_with("/aipkit/v1/generate") => Some(puffer_generate(tape)),
            ("POST", path) if path.starts_with("/wp-json/aipkit/v1/chat/") => Some(puffer_rest(tape)),
            ("POST", _) if action.starts_with("wpaicg_") || tape.sent.starts_with("(multipart/form-data with") => {
                Some(power_submit(tape))
            }
            ("POST", _) if action == "aipkit_get_frontend_chat_nonce" => Some(puffer_session(tape)),
            ("POST", _) if action == "aipkit_cache_sse_message" => Some(puffer_store(tape)),
            ("GET", _) if action == "aipkit_frontend_chat_stream" => Some(puffer_stream(tape)),
            ("GET", path) if !path.starts_with("/wp-json") => Some(page(tape)),
            _ => None,
        }
    }

    pub fn exchange(&self, limit: usize) -> Exchange {
        let settings = Rc::new(Settings::read(&self.protocol.info, &ours(&self.settings)).expect("no settings"));
        let mut call = ChatRequest::with(&self.protocol.info, settings, &mut ours(&self.options), self.purpose, RANDOM)
            .expect("a play that is no call");
        call.cross_origin = self.cross_origin;
        call.logged_in = self.logged_in;
        providers::exchange(self.protocol, Rc::new(call), &self.session, limit)
    }

    pub fn run(&self, cuts: &[usize]) -> Played {
        let tape = self.tape.clone().cut(cuts.to_vec());
        let answers: Vec<&Reply> = self.before.iter().chain([&tape]).chain(&self.after).collect();
        drive::play(self.exchange(LIMIT), |request, number| match answers.get(number) {
            Some(&answer) => answer.clone(),
            None => panic!("a request that nobody expects: {request:?}"),
        })
    }

    /// The request that the tape answers.
    pub fn sent<'a>(&self, played: &'a Played) -> &'a Request {
        &played.requests[self.before.len()]
    }
}

pub fn protocol(name: &str) -> &'static Protocol {
    providers::protocol(name).expect("not in the registry")
}

/// A session with these values, left out where they are empty.
pub fn session(values: &[(&str, &str)]) -> Session {
    let mut session = Session::default();
    values.iter().filter(|(_, value)| !value.is_empty()).for_each(|&(key, value)| session.set(key, value));
    session
}

fn plain(name: &str, tape: &Tape, settings: Value) -> Play {
    let mut all = json!({ "url": site(tape) });
    settings.as_object().unwrap().iter().for_each(|(key, value)| all[key] = value.clone());
    Play {
        protocol: protocol(name),
        settings: all,
        options: json!({ "messages": "Hi there" }),
        session: Session::default(),
        cross_origin: false,
        logged_in: false,
        purpose: Purpose::Reply,
        before: Vec::new(),
        tape: tape.reply.clone(),
        after: Vec::new(),
    }
}

/// The site's host. What it is asked for stands in `target`.
pub fn host(tape: &Tape) -> String {
    format!("http://{}", tape.header("host").unwrap())
}

/// The site's address. One of them lives in a folder.
fn site(tape: &Tape) -> String {
    host(tape) + if tape.target.starts_with("/blog/") { "/blog" } else { "" }
}

fn rest_nonce(tape: &Tape) -> Play {
    let after = vec![Tape::read("ai-engine/start-session").reply];
    Play { logged_in: true, after, ..session_only(plain("AiEngine", tape, json!({}))) }
}

fn engine_api(tape: &Tape) -> Play {
    let body = tape.json().unwrap_or_default();
    let key = bearer(tape);
    let settings = json!({ "botId": body["botId"], "apiKey": key });
    let conversation = json!({ "chatId": body["chatId"].as_str().unwrap_or("rec-chat-0") });
    let options = json!({ "messages": body["message"], "conversation": conversation });
    Play { options, ..plain("AiEngine", tape, settings) }
}

fn session_only(play: Play) -> Play {
    Play { purpose: Purpose::Session, ..play }
}

fn engine_session(tape: &Tape) -> Play {
    let after: &[&str] = match tape.name.as_str() {
        "live/plain-permalinks-wp-json-post-home" => {
            &["live/plain-permalinks-home", "live/plain-permalinks-index-php-start-session"]
        }
        _ if tape.reply.head.status == 404 => &["ai-engine/v2.0.9-page-default"],
        _ => &["ai-engine/start-session"],
    };
    let after = after.iter().map(|name| Tape::read(name).reply).collect();
    Play { after, ..session_only(plain("AiEngine", tape, plain_root(tape))) }
}

/// The REST root of a site with plain permalinks, as a setting.
fn plain_root(tape: &Tape) -> Value {
    match tape.target.split_once("?rest_route=/") {
        Some((path, _)) => json!({ "restRoot": format!("{path}?rest_route=/") }),
        None => json!({}),
    }
}

fn engine_submit(tape: &Tape) -> Play {
    let body = tape.json().unwrap_or_default();
    let mut settings = plain_root(tape);
    settings["botId"] = body["botId"].clone();
    settings["customId"] = body["customId"].clone();
    let text = |key: &str| body[key].as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let turn = |turn: &Value| json!({ "role": turn.get("role").unwrap_or(&json!("user")), "content": turn["content"] });
    let mut messages: Vec<Value> = body["messages"].as_array().into_iter().flatten().map(turn).collect();
    let shortcut = if tape.name.starts_with("live/") { text("shortcutId") } else { None };
    if shortcut.is_none() {
        messages.push(json!({ "role": "user", "content": text("newMessage").unwrap_or_else(|| "Hi there".into()) }));
    }
    let mut conversation = Map::new();
    for key in ["chatId", "previousResponseId"] {
        conversation.extend(text(key).map(|id| (key.to_owned(), id.into())));
    }
    let context = body["contextId"].as_u64().map(|id| id.to_string()).unwrap_or_default();
    let nonce = tape.header("x-wp-nonce").or(tape.reply.head.header("x-wp-nonce")).unwrap_or("0123456789");
    let values = [("nonce", nonce), ("session", &text("session").unwrap_or_default()), ("contextId", &context)];
    let refused = matches!(tape.reply.head.status, 401 | 403);
    Play {
        options: json!({ "messages": messages, "conversation": conversation, "shortcutId": shortcut }),
        session: session(&values),
        // Who asks without a stream is a page of another origin.
        cross_origin: !body["stream"].as_bool().unwrap_or(false),
        after: match () {
            () if refused => vec![Tape::read("ai-engine/start-session").reply, tape.reply.clone()],
            () if tape.name == "live/plain-permalinks-wp-json-submit-home" => ["home", "index-php-submit"]
                .map(|case| Tape::read(&format!("live/plain-permalinks-{case}")).reply)
                .into(),
            () => Vec::new(),
        },
        ..plain("AiEngine", tape, settings)
    }
}

fn page(tape: &Tape) -> Play {
    let provider = match () {
        () if ["ai-engine", "plain-permalinks"].iter().any(|name| tape.name.contains(name)) => "AiEngine",
        () if ["aipkit", "ai-puffer"].iter().any(|name| tape.name.contains(name)) => "AiPuffer",
        () => "AiPower",
    };
    let after = if provider == "AiEngine" { vec![Tape::read("ai-engine/start-session").reply] } else { Vec::new() };
    Play { after, ..session_only(plain(provider, tape, json!({ "page": tape.target }))) }
}

fn power_submit(tape: &Tape) -> Play {
    let field = |name: &str| tape.field(name).unwrap_or_default();
    let settings = json!({ "page": field("url"), "botId": field("bot_id") });
    let mut messages = Vec::new();
    let history: Vec<Value> = serde_json::from_str(&field("wpaicg_chat_history")).unwrap_or_default();
    for turn in &history {
        let text = turn["text"].as_str().or(turn.as_str()).unwrap();
        let (who, text) = text.split_once(": ").unwrap();
        messages.push(json!({ "role": if who == "AI" { "assistant" } else { "user" }, "content": text }));
    }
    let message = Some(field("message")).filter(|text| !text.is_empty()).unwrap_or_else(|| "Hi there".into());
    messages.push(json!({ "role": "user", "content": message }));
    let client = field("wpaicg_chat_client_id");
    let page = || Tape::read("ai-power/page-shortcode").reply;
    let widget = if field("action") == "wpaicg_chatbox_message" { "1" } else { "" };
    let nonce = Some(field("_wpnonce")).filter(|nonce| !nonce.is_empty()).unwrap_or_else(|| "0123456789".into());
    Play {
        options: json!({ "messages": messages, "conversation": { "clientId": client } }),
        session: session(&[("nonce", &nonce), ("postId", &field("post_id")), ("widget", widget)]),
        // A nonce is searched for on one page after the other; the last two have the one that was refused.
        after: vec![page(), tape.reply.clone(), page(), page()],
        ..plain("AiPower", tape, settings)
    }
}

fn puffer_session(tape: &Tape) -> Play {
    let bot = tape.field("bot_id").unwrap_or_else(|| "5".into());
    session_only(plain("AiPuffer", tape, json!({ "botId": bot })))
}

fn puffer_store(tape: &Tape) -> Play {
    let field = |name: &str| tape.field(name).unwrap_or_default();
    let after: &[&str] = match tape.name.as_str() {
        "ai-power/aipkit-cache-nonce-wrong" | "live/ai-puffer-cached-page-step1-403" => {
            &["ai-power/aipkit-nonce", &tape.name]
        }
        "ai-power/aipkit-cache-bot-unknown" => &["ai-power/aipkit-stream-bot-unknown"],
        _ => &["ai-power/aipkit-stream-ascii"],
    };
    let message = Some(field("message")).filter(|text| !text.is_empty()).unwrap_or_else(|| "Hi there".into());
    Play {
        options: json!({ "messages": message }),
        session: session(&[("nonce", &field("_ajax_nonce"))]),
        after: after.iter().map(|name| Tape::read(name).reply).collect(),
        ..plain("AiPuffer", tape, json!({ "botId": field("bot_id") }))
    }
}

fn puffer_stream(tape: &Tape) -> Play {
    let field = |name: &str| tape.field(name).unwrap_or_default();
    let key = Some(field("cache_key")).filter(|key| !key.is_empty()).unwrap_or_else(|| "aipkit_sse_0".into());
    let nonce = Some(field("_ajax_nonce")).filter(|nonce| !nonce.is_empty()).unwrap_or_else(|| "0123456789".into());
    let stored = json!({ "success": true, "data": { "cache_key": key } });
    let conversation = json!({ "session": field("session_id"), "conversation": field("conversation_uuid") });
    Play {
        options: json!({ "messages": "Hi there", "conversation": conversation }),
        session: session(&[("nonce", &nonce), ("postId", &field("post_id"))]),
        before: vec![Reply::new(200, stored.to_string())],
        ..plain("AiPuffer", tape, json!({ "botId": field("bot_id") }))
    }
}

fn puffer_generate(tape: &Tape) -> Play {
    let body = tape.json().unwrap_or_default();
    let settings = json!({ "provider": body["provider"], "defaultModel": body["model"], "apiKey": bearer(tape) });
    Play { options: json!({ "messages": body["messages"] }), ..plain("AiPuffer", tape, settings) }
}

/// The key of a request, or one for a request without.
fn bearer(tape: &Tape) -> &str {
    tape.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("SITE-API-KEY")
}

fn puffer_rest(tape: &Tape) -> Play {
    let body = tape.json().unwrap_or_default();
    let bot = tape.target.split('/').nth(5).unwrap();
    let key = bearer(tape);
    let messages =
        Some(body["messages"].clone()).filter(|list| list != &json!([])).unwrap_or_else(|| json!("Hi there"));
    let play = plain("AiPuffer", tape, json!({ "botId": bot, "apiKey": key }));
    Play { options: json!({ "messages": messages }), ..play }
}

fn service(tape: &Tape, call: &Value) -> Play {
    let (folder, _) = tape.name.split_once('/').unwrap();
    let common = tape::calls(folder)["*"].clone();
    let mut settings = common["settings"].clone();
    settings["baseUrl"] = format!("{}{}", site(tape), settings["baseUrl"].as_str().unwrap()).into();
    for given in [&call["settings"], &json!({ "url": null })] {
        given.as_object().into_iter().flatten().for_each(|(key, value)| settings[key] = value.clone());
    }
    let mut options = common["options"].clone();
    call["options"].as_object().into_iter().flatten().for_each(|(key, value)| options[key] = value.clone());
    Play { options, ..plain(common["provider"].as_str().unwrap(), tape, settings) }
}

fn openai(tape: &Tape) -> Play {
    const OPTIONS: [(&str, &str); 9] = [
        ("model", "model"),
        ("messages", "messages"),
        ("temperature", "temperature"),
        ("top_p", "topP"),
        ("max_tokens", "maxTokens"),
        ("stop", "stop"),
        ("seed", "seed"),
        ("tools", "tools"),
        ("response_format", "responseFormat"),
    ];
    let body = tape.json().unwrap();
    let (mut options, mut extra) = (Map::new(), Map::new());
    for (key, value) in body.as_object().unwrap() {
        match OPTIONS.iter().find(|(theirs, _)| theirs == key) {
            Some((_, ours)) => options.insert((*ours).to_owned(), value.clone()),
            None => extra.insert(key.clone(), value.clone()),
        };
    }
    if !body.as_object().unwrap().contains_key("stream_options") {
        extra.insert("stream_options".to_owned(), Value::Null);
    }
    options.insert("extra".to_owned(), extra.into());
    let base = format!("{}{}", site(tape), tape.target.strip_suffix("/chat/completions").unwrap());
    let key = tape.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    Play {
        settings: json!({ "baseUrl": base, "apiKey": key }),
        options: options.into(),
        ..plain("OpenAiChat", tape, json!({}))
    }
}

/// An event in one line. `sent`: an id of ours that stood in the last request, and so goes on; `*`: an address; `call_*`: a
/// random id of ours for a call that came without one.
pub fn describe(event: &Event, played: &Played) -> String {
    let last = played.requests.last();
    let sent = |id: &str| {
        last.is_some_and(|last| last.url.contains(id) || last.body.as_ref().is_some_and(|body| body.contains(id)))
    };
    let pairs = |map: &rivulet::json::Map| {
        let map: Map<String, Value> = serde_json::from_value(theirs(&map.clone().into())).unwrap();
        let pair = |(key, value): (&String, &Value)| match (key.as_str(), value.as_str().unwrap_or_default()) {
            (id, _) if value.is_object() => Some(format!("{}={value}", id_of_call(id))),
            (_, "") => None,
            ("root", _) => Some("root=*".to_owned()),
            ("chatId" | "clientId" | "conversation", id) if sent(id) => Some(format!("{key}=sent")),
            // Only of a conversation: in a session it is the server's.
            ("session", id) if sent(id) && map.contains_key("conversation") => Some("session=sent".to_owned()),
            (_, value) => Some(format!("{key}={value}")),
        };
        map.iter().filter_map(pair).collect::<Vec<_>>().join(" ")
    };
    match event {
        Event::Text(_) => unreachable!("text comes as pieces"),
        Event::Reasoning(pieces) => format!("reasoning {}", pieces.text()),
        Event::ToolCall { call, arguments, done } => {
            let done = if *done { " done" } else { "" };
            format!("tool {} {} {} {}{done}", call.index, id_of_call(&call.id), call.name, arguments.text())
        }
        Event::Source(source) => format!("source {}", theirs(source)),
        Event::Logprobs(logprobs) => format!("logprobs {}", theirs(&logprobs.clone().into())),
        Event::Citation { raw, .. } => format!("citation {}", theirs(raw)),
        Event::ReasoningPart => "part".to_owned(),
        Event::ReasoningDetail(detail) => {
            format!("detail {}", without_our_ids(&theirs(&detail.clone().into()).to_string()))
        }
        Event::File(members) => format!("file {}", theirs(&members.clone().into())),
        Event::Audio(members) => format!("audio {}", theirs(&members.clone().into())),
        Event::Raw { event, raw } => format!("raw {event} {}", theirs(raw)),
        Event::Status { kind, text, .. } => format!("status {kind}: {text}"),
        Event::Image(url) => format!("image {url}"),
        Event::Action { kind, action } => format!("action {kind} {}", theirs(action)),
        Event::Warning(words) => format!("warning {words}"),
        Event::Usage(usage) => {
            let number = |tokens: Option<u64>| tokens.map_or("-".to_owned(), |tokens| tokens.to_string());
            format!("usage {} {} {}", number(usage.input), number(usage.output), number(usage.total))
        }
        Event::Replace(text) => format!("replace {text}"),
        Event::Conversation(map) => format!("conversation {}", pairs(map)),
        Event::Message(members) => {
            format!("message {}", without_our_ids(&theirs(&members.clone().into()).to_string()))
        }
        Event::Finish { reason, .. } => format!("finish {}", reason.as_str()),
        Event::Session(Some(session)) => format!("session {}", pairs(&session.0)),
        Event::Session(None) => "session -".to_owned(),
    }
}

/// The JSON without our random ids, each of which is in quotes.
fn without_our_ids(text: &str) -> String {
    let parts: Vec<_> = text.split('"').map(id_of_call).collect();
    parts.join("\"")
}

fn id_of_call(id: &str) -> &str {
    let is_ours =
        |random: &str| random.len() == 24 && random.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    if id.strip_prefix("call_").is_some_and(is_ours) { "call_*" } else { id }
}
