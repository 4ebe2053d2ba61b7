//! AI Engine (Meow Apps), plugin versions 2.0.9 to 3.6.2: `start_session`, then `chats/submit`.
//!
//! Sections A1 to A10 of `tests/wire/README.md` are the protocol; what is not said there is not sent.

mod refusal;
mod reply;

use std::rc::Rc;

use super::Protocol;
use crate::about::About;
use crate::call::Call;
use crate::chat::Session;
use crate::error::{Code, Error, Result};
use crate::exchange::{Next, Step};
use crate::frame::Framing;
use crate::http::{self, Answer, Request};
use crate::json::{self, Parsed};
use crate::out::Out;
use crate::page;
use crate::value::{Map, Value, object};
use crate::words;
use refusal::{TooLong, in_words};
use reply::Reply;

pub const PROTOCOL: Protocol = Protocol {
    open,
    about: About {
        name: "AiEngine",
        needs_auth: false,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: true,
        options: &[],
    },
};

fn open(call: Rc<Call>, session: &Session) -> Result<Step> {
    if !call.session_only {
        call.turns()?;
    }
    let settings = &call.settings;
    let mut session = session.clone();
    if let Some(root) = &settings.rest_root {
        session.set("root", root);
    }
    if let (None, Some(nonce)) = (session.nonce(), &settings.nonce) {
        session.set("nonce", nonce);
    }
    match (session.nonce(), &settings.page) {
        // It names the bot, so it is read even where there is a nonce already.
        (_, Some(page)) if session.get("page").is_none() => Ok(read_page(page.clone(), call, session, true)),
        (Some(_), _) if !call.session_only => Ok(submit(call, session, true)),
        _ => Ok(start_session(call, session, true)),
    }
}

/// A2. Never with the old nonce: WordPress would refuse the call before the plugin sees it. `may_look`: where the route
/// is absent - before 2.4.4, or another REST root - the page may tell more.
fn start_session(call: Rc<Call>, session: Session, may_look: bool) -> Step {
    let request = Request::post(route(&call, &session, "mwai/v1/start_session")).shared();
    let (again, kept) = (call.clone(), session.clone());
    Step::ask(request, move |answer, out| {
        let value = match answer.json() {
            Ok(parsed) => parsed.value,
            // Without pretty permalinks `/wp-json/` may be answered by the home page, with 200.
            Err(_) if may_look && answer.is_html() => {
                let page = page_of(&call);
                return Ok(Next::Step(read_page(page, call, session, false)));
            }
            Err(error) => return Err(error),
        };
        let nonce = ["new_token", "restNonce"].iter().find_map(|key| value.get(key)?.as_str());
        let Some(nonce) = nonce else {
            let words = words::error_words(&value).map(|words| format!(": {words}")).unwrap_or_default();
            return Err(answer.explain(Error::new(Code::Nonce, format!("No nonce found{words}"))));
        };
        let mut session = session;
        session.set("nonce", nonce);
        if let Some(id) = value.get("sessionId").and_then(Value::as_str) {
            session.set("session", id);
        }
        ready(call, session, out)
    })
    .if_refused(move |answer, _| {
        if let Some(error) = nonce_refused(answer) {
            return Err(error);
        }
        Ok((answer.head.status == 404 && may_look).then(|| read_page(page_of(&again), again, kept, false)))
    })
}

fn page_of(call: &Call) -> String {
    call.settings.page.clone().unwrap_or_else(|| format!("{}/", call.settings.url))
}

/// A8. The page names the REST root, the bot, and before 2.4.4 the nonce. `may_ask`: `start_session` was not tried yet.
fn read_page(page: String, call: Rc<Call>, session: Session, may_ask: bool) -> Step {
    Step::ask(Request::get(page).shared(), move |answer, out| {
        let body = &answer.body;
        let mut session = session;
        let site = &call.settings.url;
        let tried = route(&call, &session, "");
        let root = page::REST_ROOT.find(body).and_then(|root| http::on_site(site, &root));
        let system = page::ENGINE_SYSTEM.find_object(body).unwrap_or_default();
        let text = |key: &str| match system.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        if call.settings.rest_root.is_none() {
            let told = root.or_else(|| text("restUrl").and_then(|url| http::on_site(site, &format!("{url}/"))));
            if let Some(root) = told {
                session.set("root", root);
            }
        }
        session.set("page", "read");
        for key in ["botId", "customId", "contextId"] {
            if let Some(id) = text(key) {
                session.set(key, id);
            }
        }
        let limit = page::ENGINE_PARAMS.find_object(body).and_then(|params| params.get("textInputMaxLength")?.as_u64());
        if let Some(limit) = limit {
            session.set("limit", limit.to_string());
        }
        if let Some(nonce) = text("restNonce") {
            session.set("nonce", nonce);
            return ready(call, session, out);
        }
        if session.nonce().is_some() && !call.session_only {
            out.session(session.clone());
            return Ok(Next::Step(submit(call, session, true)));
        }
        let another_root = route(&call, &session, "") != tried;
        if may_ask || another_root {
            return Ok(Next::Step(start_session(call, session, false)));
        }
        let message = "No nonce found: the site has no start_session, and its page holds no nonce";
        Err(answer.explain(Error::new(Code::Nonce, message)))
    })
}

fn ready(call: Rc<Call>, session: Session, out: &mut Out) -> Result<Next> {
    out.session(session.clone());
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
    let conversation = conversation(&call);
    let mut body = Map::new();
    let from_page = |key: &str| session.get(key).map(str::to_owned);
    match (call.settings.custom_id.clone(), call.settings.bot_id.clone()) {
        (Some(id), _) => body.insert("customId", id.into()),
        (None, Some(id)) => body.insert("botId", id.into()),
        (None, None) => match (from_page("customId"), from_page("botId")) {
            (Some(id), _) => body.insert("customId", id.into()),
            (None, id) => body.insert("botId", id.unwrap_or_else(|| "default".into()).into()),
        },
    };
    if let Some(context) = session.get("contextId").and_then(|id| id.parse::<u64>().ok()) {
        body.insert("contextId", context.into());
    }
    if let Some(id) = session.get("session") {
        body.insert("session", id.into());
    }
    if !earlier.is_empty() {
        let turns = earlier
            .iter()
            .map(|turn| object([("role", role(&turn.role).into()), ("content", turn.text.as_str().into())]));
        body.insert("messages", Value::Array(turns.collect()));
    }
    for key in ["chatId", "previousResponseId"] {
        if let Some(id) = conversation.get(key) {
            body.insert(key, id.clone());
        }
    }
    let length = message.chars().count();
    body.insert("newMessage", message.into());
    body.insert("stream", stream.into());

    let nonce = session.nonce().unwrap_or_default().to_owned();
    let mut request = Request::post(route(&call, &session, "mwai-ui/v1/chats/submit")).json(&Value::Object(body));
    request = request.header("x-wp-nonce", nonce);
    if stream {
        request = request.header("accept", "text/event-stream");
    }
    let again = (call.clone(), session.clone());
    let too_long = TooLong { length, limit: session.get("limit").and_then(|limit| limit.parse().ok()) };
    let reply = Reply { call, session, conversation, too_long, empty_error: false };
    Step::stream(request, Framing::Sse, reply).if_refused(move |answer, out| {
        let (call, session) = again;
        refused(answer, too_long).or_else(|error| match (error.code, may_renew) {
            (Code::Nonce, true) => {
                out.forget_session();
                let mut fresh = session;
                fresh.0.remove("nonce");
                // Sites before 2.4.4 hold the nonce in the page, which may name another bot by now.
                Ok(Some(start_session(call, fresh, true)))
            }
            (Code::Nonce, false) => {
                out.forget_session();
                Err(error)
            }
            _ => Err(error),
        })
    })
}

/// A7: WordPress itself answers `{code, message}`, the plugin `{success: false, message}`.
fn refused(answer: &Answer, too_long: TooLong) -> Result<Option<Step>> {
    if let Some(error) = nonce_refused(answer) {
        return Err(error);
    }
    let Ok(Parsed { value, .. }) = json::parse(&answer.body) else { return Ok(None) };
    let words = words::error_words(&value).unwrap_or_default();
    match value.get("code").and_then(Value::as_str) {
        Some("rest_no_route") => {
            Err(Error::new(Code::Service, "no AI Engine chatbot here: the plugin is absent or its chatbots are off"))
        }
        Some(_) => Ok(None),
        None if words.is_empty() => Ok(None),
        None => {
            // The plugin says 500 to what it will refuse again; what stands before it means its status.
            let mut error = in_words(&words, too_long);
            error.retryable = matches!(answer.head.status, 408 | 409 | 429 | 502..=504);
            Err(error)
        }
    }
}

/// WordPress's own refusal (A3). Its words are in the site's language, its code is not.
fn nonce_refused(answer: &Answer) -> Option<Error> {
    let value = json::parse(&answer.body).ok()?.value;
    matches!(value.get("code")?.as_str()?, "rest_cookie_invalid_nonce" | "rest_forbidden").then(|| {
        let words = words::error_words(&value).unwrap_or_default();
        Error::new(Code::Nonce, format!("the site refused the nonce: {words}"))
    })
}

fn conversation(call: &Call) -> Map {
    let chat = call.remembered("chatId").map_or_else(|| call.random_id(11, 1), str::to_owned);
    let mut conversation = Map::new();
    conversation.insert("chatId", chat.into());
    if let Some(id) = call.remembered("previousResponseId").filter(|id| id.starts_with("resp_")) {
        conversation.insert("previousResponseId", id.into());
    }
    conversation
}

fn role(role: &str) -> &str {
    match role {
        "developer" => "system",
        role => role,
    }
}

fn route(call: &Call, session: &Session, path: &str) -> String {
    let root = session.get("root").map_or_else(|| format!("{}/wp-json/", call.settings.url), str::to_owned);
    let separator = if root.ends_with('/') { "" } else { "/" };
    format!("{root}{separator}{path}")
}
