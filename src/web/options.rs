//! Turns the caller's values into a request, and into how it is sent.

use std::cell::RefCell;
use std::rc::Rc;

use super::sys::{self, Host};
use crate::chat::error_text::holds;
use crate::chat::{Error, Result};
use crate::http::url;
use crate::json::{self, Value};
use crate::options::{ChatRequest, ProtocolInfo, Purpose, Settings, header_value};
use crate::providers::Protocol;
use crate::providers::keyed::embeddings;
use crate::text::{cut, decimal, filled};

/// How the requests of one reply are sent.
pub struct Env {
    /// Whether the caller gave a `fetch`, which may do what a page may not.
    pub owns_fetch: bool,
    /// The caller's headers, cookies included. They are checked.
    pub headers: Vec<(String, String)>,
    /// The URL of a relay, to which the site's URL is appended.
    pub proxy: Option<String>,
    /// The origin of the page that this runs in. Empty outside of browsers.
    pub page: String,
    /// The protocol, for the errors of requests that got no response.
    pub info: &'static ProtocolInfo,
}

/// Everything that JavaScript hands over for one reply, checked.
pub struct Options {
    /// The request.
    pub chat: ChatRequest,
    /// How its requests are sent.
    pub env: Env,
    /// How to answer over HTTP, where the edge wants the reply as a response: a [`crate::edge::CompletionSpec`].
    pub spec: Option<Value>,
    /// How often a failed request is tried again, at most 100. Default: 2.
    pub retries: u32,
    /// Bytes that one event, line or JSON response may have. Default: [`MAX_EVENT_BYTES`].
    pub max_event_bytes: usize,
}

/// The default of `maxEventBytes`: 16 MiB, enough for an image of 12 MB in Base64. An isolate of a Worker has 128 MB, and an event may
/// be there as bytes of the network, as values (four times as much at most) and as JavaScript's string.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// The value in the JSON text that `src/js/json-copy.js` wrote.
///
/// # Errors
/// [`crate::chat::Code::Input`]: it is not JSON.
pub fn read_value(given: &[u8]) -> Result<Value> {
    json::parse(given).map(|parsed| parsed.value).map_err(|_| Error::input("the options are not plain data"))
}

thread_local! {
    /// The settings of the last call, as text and read. Most calls have the same ones.
    static LAST_SETTINGS: RefCell<Option<(&'static str, String, Rc<Settings>)>> = const { RefCell::new(None) };
}

/// The settings in the JSON text `given`, from [`LAST_SETTINGS`] if they are the same.
fn read_settings(protocol: &'static Protocol, given: &str) -> Result<Rc<Settings>> {
    let info = &protocol.info;
    let known = LAST_SETTINGS.with_borrow(|last| {
        let (name, text, settings) = last.as_ref()?;
        (*name == info.name && text == given).then(|| settings.clone())
    });
    if let Some(settings) = known {
        return Ok(settings);
    }
    let settings = Rc::new(Settings::read(info, &read_value(given.as_bytes())?)?);
    LAST_SETTINGS.set(Some((info.name, given.to_owned(), settings.clone())));
    Ok(settings)
}

/// Reads what JavaScript hands over for one reply: the settings, and `given`, which is `{ options, purpose, whole, spec, hasTexts }`,
/// both as JSON text.
///
/// # Errors
/// [`crate::chat::Code::Input`]: a setting or option is wrong. `ModelNotFound`: the provider has no such model.
pub fn read(protocol: &'static Protocol, settings: &str, given: &[u8], host: &Host) -> Result<Options> {
    let owns_fetch = host.owns_fetch();
    let checked = read_settings(protocol, settings)?;
    let mut given = read_value(given)?;
    if given.is_true("hasTexts") {
        put_texts(&mut given, &mut |index| host.text(index));
    }
    let mut options = given.as_object_mut().and_then(|given| given.take("options")).unwrap_or_default();
    let purpose = match given.text("purpose") {
        Some("session") => Purpose::Session,
        Some("models") => Purpose::Models,
        Some("embeddings") => Purpose::Embeddings,
        _ => Purpose::Reply,
    };
    if purpose == Purpose::Embeddings {
        // A provider without any says so before it asks for a model.
        embeddings::form(protocol, &checked)?;
    }
    let mut chat = ChatRequest::with(&protocol.info, checked.clone(), &mut options, purpose, random_bits)?;
    let option = |key: &str| [&options, &checked.given].into_iter().find_map(|from| from.non_null(key));
    let page = sys::page_origin();
    let proxy = option("proxy").map(read_proxy).transpose()?;
    chat.cross_origin = !page.is_empty()
        && proxy.is_none()
        && !owns_fetch
        && url::origin(&chat.settings.url).as_deref() != Some(page.as_str());
    if chat.settings.get("apiKey").is_some() && !page.is_empty() && option("allowBrowser") != Some(&Value::Bool(true)) {
        return Err(Error::input(
            "apiKey in a page can be read by everybody there; set allowBrowser: true if that is meant",
        ));
    }
    let mut headers = option("headers").map(read_headers).transpose()?.unwrap_or_default();
    if let Some(cookies) = option("cookies").map(read_cookies).transpose()?.filter(|cookies| !cookies.is_empty()) {
        if !page.is_empty() {
            return Err(Error::input("cookies: a page cannot send them to a site; use a relay or an edge function"));
        }
        headers.push(("cookie".to_owned(), cookies));
    }
    // Everything WordPress calls its cookie of a login begins in this way; what follows differs from site to site.
    chat.logged_in = headers.iter().any(|(name, value)| name == "cookie" && holds(value, "wordpress_logged_in_"));
    chat.whole = given.get("whole") == Some(&Value::Bool(true));
    chat.fails_unless_ended = given.get("spec").is_some_and(Value::is_object);
    let env = Env { owns_fetch, headers, proxy, page, info: &protocol.info };
    Ok(Options {
        chat,
        env,
        spec: given.as_object_mut().and_then(|given| given.take("spec")),
        retries: read_count(option("retries"), "retries", 0)?.unwrap_or(2).min(100) as u32,
        max_event_bytes: read_count(option("maxEventBytes"), "maxEventBytes", 1)?
            .map_or(MAX_EVENT_BYTES, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
    })
}

/// The member of the object that stands in for a long text (`src/js/json-copy.js`).
const TEXT: &str = "\0text";

/// Puts long texts to their places. `text` gives the one of a number.
fn put_texts(value: &mut Value, text: &mut dyn FnMut(usize) -> String) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| put_texts(item, text)),
        Value::Object(members) => match members.get(TEXT).and_then(Value::as_u64) {
            // An image goes into the request as it is, so one copy of it does for both.
            Some(index) => match text(index as usize) {
                image if image.starts_with("data:") => *value = Value::End(Rc::new(image), 0),
                text => *value = Value::String(text),
            },
            None => members.values_mut().for_each(|member| put_texts(member, text)),
        },
        _ => {}
    }
}

/// 128 random bits.
fn random_bits() -> [u64; 2] {
    [0, 1].map(|_| u64::from(sys::random()) << 32 | u64::from(sys::random()))
}

/// A whole number of at least `least`.
fn read_count(given: Option<&Value>, name: &str, least: u64) -> Result<Option<u64>> {
    let wrong = || Error::wrong("$ must be a whole number of at least $", &[name, &decimal(least)]);
    given.map(|value| value.as_u64().filter(|count| *count >= least).ok_or_else(wrong)).transpose()
}

/// The URL of a relay. A forward proxy is not such a URL, and `fetch` cannot use one: that takes the runtime's own
/// agent.
fn read_proxy(given: &Value) -> Result<String> {
    const FORWARD: &str = "proxy is the URL of a relay, to which the site's URL is appended (https://edge.example/relay/). \
        fetch cannot go through a forward proxy: hand a fetch that can as the fetch option, for example undici's fetch \
        with a ProxyAgent";
    let url = given.as_str().ok_or_else(|| Error::input("proxy must be a URL"))?.trim();
    let (scheme, rest) = cut(url, b":");
    let Some(rest) = rest.strip_prefix("://").filter(|_| url::is_http(scheme)) else {
        return Err(Error::input(FORWARD));
    };
    let (authority, path) = cut(rest, b"/");
    let holds = |wanted: u8| authority.bytes().any(|byte| byte == wanted);
    if holds(b'@') || (path.is_empty() && holds(b':')) {
        return Err(Error::input(FORWARD));
    }
    url::parse_site(cut(url, b"?").0, "proxy")?;
    Ok(if url.ends_with('/') || url.ends_with('=') { url.to_owned() } else { filled("$/", &[url]) })
}

/// The option `headers`, with names in lower case.
fn read_headers(given: &Value) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for (name, value) in given.as_object().ok_or_else(|| Error::input("headers must be an object of strings"))?.iter() {
        if !is_token(name) {
            return Err(Error::input("headers: a name holds a character that no header name may"));
        }
        headers.push((name.to_ascii_lowercase(), header_text(value, "header", name)?.to_owned()));
    }
    Ok(headers)
}

/// The option `cookies`, as the `cookie` header has them.
fn read_cookies(given: &Value) -> Result<String> {
    let mut cookies = String::new();
    for (name, value) in given.as_object().ok_or_else(|| Error::input("cookies must be an object of strings"))?.iter() {
        let value = header_text(value, "cookie", name)?;
        if !is_token(name) || value.bytes().any(|byte| matches!(byte, b';' | b',' | b' ' | b'"' | b'\\')) {
            return Err(Error::input("cookies: a name or value holds a character that no cookie may"));
        }
        let separator = if cookies.is_empty() { "" } else { "; " };
        cookies.push_str(&filled("$$=$", &[separator, name, value]));
    }
    Ok(cookies)
}

/// Whether `name` may be the name of a header or cookie (RFC 9110, section 5.6.2).
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A string that a header may hold. It is checked here because `fetch` would print the whole value in its own error.
fn header_text<'a>(value: &'a Value, kind: &str, name: &str) -> Result<&'a str> {
    let what = filled("$ '$'", &[kind, name]);
    let text = value.as_str().ok_or_else(|| Error::wrong("$ must be a string", &[&what]))?;
    header_value(text, &what)?;
    Ok(text)
}
