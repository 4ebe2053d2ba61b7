//! The caller's values, become a call and its surroundings.

use js_sys::Function;
use web_sys::AbortSignal;

use super::sys::{self, Deadlines, Hooks};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::http;
use crate::json;
use crate::providers::{self, Protocol};
use crate::settings::header_value;
use crate::value::Value;

/// How the requests of a call are sent.
pub struct Env {
    pub fetch: Option<Function>,
    pub signal: AbortSignal,
    pub deadlines: Deadlines,
    /// The caller's headers, cookies among them; checked.
    pub headers: Vec<(String, String)>,
    /// A relay, to whose URL the site's is appended.
    pub proxy: Option<String>,
    /// Origin of the page we run in; empty outside browsers.
    pub page: String,
}

pub struct Options {
    pub call: Call,
    pub env: Env,
    pub retries: u32,
    pub max_event_bytes: usize,
}

pub const MAX_EVENT_BYTES: usize = 64 * 1024 * 1024;

pub fn protocol(name: &str) -> Result<&'static Protocol> {
    providers::protocol(name).ok_or_else(|| Error::input(format!("no protocol '{name}'")))
}

/// What `src/js/plain.js` wrote.
pub fn value(given: &str) -> Result<Value> {
    json::parse(given.as_bytes()).map(|parsed| parsed.value).map_err(|_| Error::input("the options are not plain data"))
}

/// `given`: `{ settings, options }`.
pub fn read(protocol: &Protocol, given: &str, hooks: &Hooks) -> Result<Options> {
    let given = value(given)?;
    let none = Value::Null;
    let (settings, options) = (given.get("settings").unwrap_or(&none), given.get("options").unwrap_or(&none));
    let option = |key: &str| [options, settings].iter().find_map(|from| from.get(key).filter(|value| !value.is_null()));
    let random: [u32; 4] = {
        let mut bits = [0; 4];
        sys::random_bits().copy_to(&mut bits);
        bits
    };
    let random = [join(random[0], random[1]), join(random[2], random[3])];
    let mut call = Call::read(&protocol.about, settings, options, random)?;
    let page = sys::page_origin();
    let proxy = option("proxy").map(read_proxy).transpose()?;
    let fetch = hooks.fetch();
    call.foreign = !page.is_empty()
        && proxy.is_none()
        && fetch.is_none()
        && http::origin(&call.settings.url).as_deref() != Some(page.as_str());
    if call.settings.get("apiKey").is_some() && !page.is_empty() && option("allowBrowser") != Some(&Value::Bool(true)) {
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
    let env = Env { fetch, signal: hooks.signal(), deadlines: hooks.deadlines(), headers, proxy, page };
    Ok(Options {
        call,
        env,
        retries: count(option("retries"), "retries", 0)?.unwrap_or(2).min(100) as u32,
        max_event_bytes: count(option("maxEventBytes"), "maxEventBytes", 1)?
            .map_or(MAX_EVENT_BYTES, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
    })
}

fn join(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn count(given: Option<&Value>, name: &str, least: u64) -> Result<Option<u64>> {
    let wrong = || Error::input(format!("{name} must be a whole number of at least {least}"));
    given.map(|value| value.as_u64().filter(|count| *count >= least).ok_or_else(wrong)).transpose()
}

/// A forward proxy is no URL that `fetch` could ask; it needs the runtime's own agent.
fn read_proxy(given: &Value) -> Result<String> {
    const FORWARD: &str = "proxy is the URL of a relay, to which the site's URL is appended (https://edge.example/relay/). \
        fetch cannot go through a forward proxy: hand a fetch that can as the fetch option, for example undici's fetch \
        with a ProxyAgent";
    let url = given.as_str().ok_or_else(|| Error::input("proxy must be a URL"))?.trim();
    let scheme = url.split("://").next().unwrap_or_default().to_ascii_lowercase();
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if !matches!(scheme.as_str(), "http" | "https")
        || authority.contains('@')
        || (path.is_empty() && authority.contains(':'))
    {
        return Err(Error::input(FORWARD));
    }
    http::parse_site(url.split('?').next().unwrap_or_default(), "proxy")?;
    Ok(if url.ends_with(['/', '=']) { url.to_owned() } else { format!("{url}/") })
}

fn read_headers(given: &Value) -> Result<Vec<(String, String)>> {
    let given = given.as_object().ok_or_else(|| Error::input("headers must be an object of strings"))?;
    given.iter().map(|(name, value)| Ok((header_name(name)?, text(value, &format!("header '{name}'"))?))).collect()
}

/// Names are tokens (RFC 9110, 5.6.2).
fn header_name(name: &str) -> Result<String> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match !name.is_empty() && name.bytes().all(token) {
        true => Ok(name.to_ascii_lowercase()),
        false => Err(Error::input("headers: a name holds a character that no header name may")),
    }
}

fn read_cookies(given: &Value) -> Result<String> {
    let given = given.as_object().ok_or_else(|| Error::input("cookies must be an object of strings"))?;
    let pairs: Result<Vec<String>> = given
        .iter()
        .map(|(name, value)| {
            let value = text(value, &format!("cookie '{name}'"))?;
            match header_name(name).is_ok() && !value.contains([';', ',', ' ', '"', '\\']) {
                true => Ok(format!("{name}={value}")),
                false => Err(Error::input("cookies: a name or value holds a character that no cookie may")),
            }
        })
        .collect();
    Ok(pairs?.join("; "))
}

/// What a header may hold: `fetch` would print the whole value in its own error.
fn text(value: &Value, what: &str) -> Result<String> {
    let text = value.as_str().ok_or_else(|| Error::input(format!("{what} must be a string")))?;
    header_value(text, what)?;
    Ok(text.to_owned())
}
