//! OpenAI Chat Completions, and everything that is compatible with it: one request, one stream.
//!
//! Part F of `tests/wire/README.md` is the protocol. What is not said there is not sent, but for the caller's `extra`.

mod reply;

use std::rc::Rc;

use super::Protocol;
use crate::about::About;
use crate::call::{Call, History};
use crate::chat::Session;
use crate::error::{Error, Result};
use crate::frame::Framing;
use crate::http::Request;
use crate::json;
use crate::step::Step;
use crate::text::join;
use crate::value::{Map, Value};
use reply::Reply;

pub const PROTOCOL: Protocol = Protocol {
    open,
    about: About {
        name: "OpenAiChat",
        needs_auth: true,
        supports_stream: true,
        supports_message_history: true,
        supports_system_message: true,
        options: &[
            ("model", "model"),
            ("messages", "messages"),
            ("temperature", "temperature"),
            ("topP", "top_p"),
            ("maxTokens", MAX_TOKENS),
            ("stop", "stop"),
            ("seed", "seed"),
            ("tools", "tools"),
            ("responseFormat", "response_format"),
            ("extra", "extra"),
        ],
        base_url: "https://api.openai.com/v1",
    },
};

const MAX_TOKENS: &str = "max_tokens";
const ALWAYS: &[u8] = br#"{"stream":true,"stream_options":{"include_usage":true},"extra":null}"#;

/// F1.
fn open(call: Rc<Call>, _: &Session) -> Result<Step> {
    if call.session_only {
        return Err(Error::input("this provider has no nonce: it takes an apiKey"));
    }
    let settings = &call.settings;
    let model = settings.get_model(&call.model)?;
    if model.is_empty() {
        return Err(Error::input("model is missing"));
    }
    let mut body = call.passed.clone();
    body.put("model", &model);
    if call.history == History::Prompt || body.text("messages").is_some() {
        let mut turn = Map::new();
        turn.put("role", "user");
        turn.put("content", &call.turns()?.0);
        body.insert("messages", Value::Array(vec![turn.into()]));
    }
    // Its newer models refuse the old name, which is the only one that others know.
    if let (Some(most), true) = (call.passed.get(MAX_TOKENS), settings.url.starts_with("https://api.openai.com/")) {
        body.remove(MAX_TOKENS);
        body.insert("max_completion_tokens", most.clone());
    }
    lay_over(&mut body, &json::parse(ALWAYS)?.value)?;
    if let Some(extra) = call.passed.get("extra") {
        lay_over(&mut body, extra)?;
    }
    let url = join(&[&settings.url, "/chat/completions"]);
    let mut request = Request::post(url).header("accept", "text/event-stream").json(&body.into());
    if let Some(key) = settings.get("apiKey") {
        request = request.header("authorization", join(&["Bearer ", key]));
    }
    Ok(Step::stream(request, Framing::Sse, Reply::default()))
}

/// `null` takes a member away: some services refuse what they do not know, `stream_options` for one.
fn lay_over(body: &mut Map, extra: &Value) -> Result<()> {
    let Value::Object(extra) = extra else { return Err(Error::input("extra must be an object")) };
    for (key, value) in extra.iter() {
        body.remove(key);
        if !value.is_null() {
            body.insert(key, value.clone());
        }
    }
    Ok(())
}
