//! AI Engine (Meow Apps), plugin versions 2.0.9 to 3.6.2: `start_session`, then `chats/submit`.
//!
//! Sections A1 to A10 of `tests/wire/README.md` are the protocol; what is not said there is not sent.

mod refusal;
mod reply;

use std::rc::Rc;

use crate::chat::{self, Code, Error, Message, Result, Session, error_text};
use crate::exchange::{Next, Out, Step};
use crate::frame::Framing;
use crate::http::{Answer, Request, url};
use crate::json::{Map, Value};
use crate::options::{About, Call};
use crate::providers::Protocol;
use crate::providers::wordpress::page;
use crate::text::{characters, decimal, join, number};
use refusal::{TooLong, in_words};
use reply::Reply;

pub const PROTOCOL: Protocol = Protocol {
    open,
    models: None,
    about: About {
        name: "AiEngine",
        needs_auth: false,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: true,
        options: &[],
        base_url: "",
    },
};

fn open(call: Rc<Call>, session: &Session) -> Result<Step> {
    if !call.session_only {
        call.turns()?;
    }
    let settings = &call.settings;
    let mut session = session.clone();
    if let Some(root) = settings.get("restRoot") {
        session.set("root", root);
    }
    if let (None, Some(nonce)) = (session.nonce(), settings.get("nonce")) {
        session.set("nonce", nonce);
    }
    // The page names the bot, so it is read even where there is a nonce already.
    if settings.get("page").is_some() && session.get("page").is_none() {
        return Ok(read_page(call, session, true));
    }
    Ok(match session.nonce() {
        Some(_) if !call.session_only => submit(call, session, true),
        _ => start_session(call, session, true),
    })
}

/// A2. Never with the old nonce: WordPress would refuse the call before the plugin sees it. `may_look`: where the route
/// is absent - before 2.4.4, or another REST root - the page may tell more.
fn start_session(call: Rc<Call>, mut session: Session, may_look: bool) -> Step {
    let request = Request::post(route(&call, &session, "mwai/v1/start_session")).shared();
    Step::ask_anyway(request, move |answer, out| {
        let refused = !answer.head.is_success();
        if let Some(error) = nonce_refused(answer).filter(|_| refused) {
            return Err(error);
        }
        // Without pretty permalinks `/wp-json/` may be answered by the home page, with 200.
        let is_absent = if refused { answer.head.status == 404 } else { answer.is_html() };
        if is_absent && may_look {
            return Ok(Next::Step(read_page(call, session, false)));
        }
        if refused {
            return Err(answer.refusal());
        }
        let value = answer.json()?.value;
        let Some(nonce) = value.text("new_token").or(value.text("restNonce")) else {
            return Err(answer.no_nonce(&value));
        };
        session.set("nonce", nonce);
        if let Some(id) = value.text("sessionId") {
            session.set("session", id);
        }
        ready(call, session, out)
    })
}

/// A8. The page names the REST root, the bot, and before 2.4.4 the nonce. `may_ask`: `start_session` was not tried yet.
fn read_page(call: Rc<Call>, mut session: Session, may_ask: bool) -> Step {
    Step::ask(Request::get(call.settings.page()).shared(), move |answer, out| {
        let body = &answer.body;
        let site = &call.settings.url;
        let tried = route(&call, &session, "");
        let system = page::ENGINE_SYSTEM.find_object(body).unwrap_or_default();
        if call.settings.get("restRoot").is_none() {
            let told = page::REST_ROOT.find(body).and_then(|root| url::on_site(site, &root));
            let root = told.or_else(|| url::on_site(site, &join(&[system.id("restUrl")?, "/"])));
            if let Some(root) = root {
                session.set("root", &root);
            }
        }
        session.set("page", "read");
        for key in ["botId", "customId", "contextId"] {
            if let Some(id) = system.id(key) {
                session.set(key, id);
            }
        }
        let params = page::ENGINE_PARAMS.find_object(body).unwrap_or_default();
        if let Some(limit) = params.get("textInputMaxLength").and_then(Value::as_u64) {
            session.set("limit", &decimal(limit));
        }
        if let Some(nonce) = system.id("restNonce") {
            session.set("nonce", nonce);
            return ready(call, session, out);
        }
        if session.nonce().is_some() && !call.session_only {
            out.session(&session);
            return Ok(Next::Step(submit(call, session, true)));
        }
        let another_root = route(&call, &session, "") != tried;
        if may_ask || another_root {
            return Ok(Next::Step(start_session(call, session, false)));
        }
        Err(Error::new(Code::Nonce, "No nonce found: the site has no start_session, and its page holds no nonce"))
    })
}

fn ready(call: Rc<Call>, session: Session, out: &mut Out) -> Result<Next> {
    out.session(&session);
    match call.session_only {
        true => Ok(Next::Over),
        false => Ok(Next::Step(submit(call, session, false))),
    }
}

/// A4. `may_renew`: the nonce is from an earlier call, so its refusal (A3) is answered by fetching a new one, once.
fn submit(call: Rc<Call>, session: Session, may_renew: bool) -> Step {
    // A page of another origin can read the JSON answer but not the stream (A9); the answer then comes as one piece.
    let stream = !call.foreign;
    // `open` has checked the turns.
    let (message, earlier) = call.turns().unwrap_or_default();
    let mut body = Map::new();
    let settings = &call.settings;
    let bots = [
        ("customId", settings.get("customId")),
        ("botId", settings.get("botId")),
        ("customId", session.get("customId")),
        ("botId", session.get("botId")),
        ("botId", Some("default")),
    ];
    if let Some((key, Some(id))) = bots.iter().find(|(_, id)| id.is_some()) {
        body.put(key, id);
    }
    if let Some(context) = session.get("contextId").and_then(|id| number(id, 10)) {
        body.insert("contextId", context.into());
    }
    body.copy("session", &session.0);
    if !earlier.is_empty() {
        body.insert("messages", turns(earlier));
    }
    let mut conversation = Map::new();
    call.carry("chatId", &call.random_id(11, 1), &mut conversation);
    if let Some(id) = call.remembered("previousResponseId").filter(|id| id.starts_with("resp_")) {
        conversation.put("previousResponseId", id);
    }
    for key in ["chatId", "previousResponseId"] {
        body.copy(key, &conversation);
    }
    let too_long =
        TooLong { length: characters(&message), limit: session.get("limit").and_then(|limit| number(limit, 10)) };
    body.put("newMessage", &message);
    body.insert("stream", stream.into());

    let mut request = Request::post(route(&call, &session, "mwai-ui/v1/chats/submit")).json(&Value::Object(body));
    request = request.header("x-wp-nonce", session.nonce().unwrap_or_default());
    if stream {
        request = request.header("accept", "text/event-stream");
    }
    Step::stream(request, Framing::Sse, Reply { call, session, may_renew, conversation, too_long, empty_error: false })
}

fn turns(turns: &[Message]) -> Value {
    let mut list = Vec::new();
    for turn in turns {
        let role = if turn.role == "developer" { "system" } else { &turn.role };
        list.push(chat::turn(role, &turn.text));
    }
    list.into()
}

/// A7: WordPress itself answers `{code, message}`, the plugin `{success: false, message}`.
fn refused(reply: &Reply, answer: &Answer, out: &mut Out) -> Result<Step> {
    if let Some(error) = nonce_refused(answer) {
        out.forget_session();
        if !reply.may_renew {
            return Err(error);
        }
        let mut fresh = reply.session.clone();
        fresh.0.remove("nonce");
        // Sites before 2.4.4 hold the nonce in the page, which may name another bot by now.
        return Ok(start_session(reply.call.clone(), fresh, true));
    }
    let value = answer.value();
    if value.text("code") == Some("rest_no_route") {
        let message = "no AI Engine chatbot here: the plugin is absent or its chatbots are off";
        return Err(Error::new(Code::Service, message));
    }
    match error_text::error_words(&value) {
        Some(words) if value.text("code").is_none() => {
            // The plugin says 500 to what it will refuse again; what stands before it means its status.
            let mut error = in_words(&words, reply.too_long);
            error.retryable = matches!(answer.head.status, 408 | 409 | 429 | 502..=504);
            Err(error)
        }
        _ => Err(answer.refusal()),
    }
}

/// WordPress's own refusal (A3). Its words are in the site's language, its code is not.
fn nonce_refused(answer: &Answer) -> Option<Error> {
    let value = answer.value();
    matches!(value.text("code")?, "rest_cookie_invalid_nonce" | "rest_forbidden").then(|| {
        let words = error_text::error_words(&value).unwrap_or_default();
        Error::new(Code::Nonce, join(&["the site refused the nonce: ", &words]))
    })
}

fn route(call: &Call, session: &Session, path: &str) -> String {
    match session.get("root") {
        Some(root) if root.ends_with('/') => join(&[root, path]),
        Some(root) => join(&[root, "/", path]),
        None => join(&[&call.settings.url, "/wp-json/", path]),
    }
}
