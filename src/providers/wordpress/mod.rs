//! The chatbot plugins of WordPress, and what their sites share: addresses, pages, nonces and sessions.

pub(super) mod ai_engine;
pub(super) mod ai_power;
pub(super) mod ai_puffer;
pub mod nonce;
pub mod page;

use std::rc::Rc;

use crate::chat::{Code, Error, Message, Result, Session};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::http::{Request, Response, url};
use crate::json::Value;
use crate::options::{ChatRequest, ProtocolInfo, Purpose, Settings};
use crate::text::{cut, find, join};

/// The address of the page with the chat: `page` of the settings, or the home page.
fn page_url(settings: &Settings) -> String {
    settings.get("page").map_or_else(|| join(&[&settings.url, "/"]), str::to_owned)
}

/// The path at which WordPress takes the forms of its plugins.
const AJAX: &str = "/wp-admin/admin-ajax.php";

/// The address at which WordPress takes the forms of its plugins.
fn ajax_url(settings: &Settings) -> String {
    join(&[&settings.url, AJAX])
}

/// The address below which WordPress serves its REST routes on a site without pretty permalinks. A preflight is answered
/// there on any site, while web servers refuse one of `/?rest_route=`.
fn plain_rest_root(settings: &Settings) -> String {
    join(&[&settings.url, "/index.php?rest_route=/"])
}

/// A request with the site's key for the REST route `path`, whose answer `read` gets. If it is answered by a page, or is
/// absent, the site may have another REST root: its home page names it. `root`: the root, where it is known.
fn keyed_request(
    chat: Rc<ChatRequest>,
    root: Option<String>,
    path: String,
    body: Value,
    read: impl FnOnce(&Response, &mut EventQueue) -> Result<Transition> + 'static,
) -> Operation {
    let settings = &chat.settings;
    let url = match &root {
        Some(root) => join(&[root, if root.ends_with('/') { "" } else { "/" }, &path]),
        None => join(&[&settings.url, "/wp-json/", &path]),
    };
    let key = settings.get("apiKey").unwrap_or_default();
    let request = Request::post(&url).header("authorization", join(&["Bearer ", key])).json(&body);
    Operation::buffered_any_status(request, move |response, out| {
        let is_page = if response.head.is_success() { response.is_html() } else { response.head.status == 404 };
        if root.is_some() || !is_page || response.json_or_null().is_object() {
            return read(response, out);
        }
        let error = if response.head.is_success() { response.html_error() } else { absent_error(response, &url) };
        let request = Request::get(page_url(&chat.settings)).shared();
        Ok(Transition::Send(Operation::buffered_any_status(request, move |page, _| {
            let announced = page::REST_ROOT.find(&page.body).and_then(|root| url::on_site(&chat.settings.url, &root));
            match announced.filter(|root| join(&[root, &path]) != url) {
                Some(root) => Ok(Transition::Send(keyed_request(chat, Some(root), path, body, read))),
                None => Err(error),
            }
        })))
    })
}

/// In the text of an error: the provider behind the site cut the connection (cURL's words).
const CUT: &str = "transfer closed with";

/// An error that names the page that was read, since a wrong `page`, or none, is its usual reason.
fn page_error(settings: &Settings, response: &Response, code: Code, what: &str, address: &str) -> Error {
    let advice = match settings.get("page") {
        Some(_) => " (see page)",
        None => " (give the page with the chat as page)",
    };
    response.error(code, &join(&[what, ": read from ", without_own_query(address), advice]))
}

/// The error of a page that the site did not give.
fn page_status_error(settings: &Settings, response: &Response, address: &str) -> Error {
    let address = without_own_query(address);
    let has_page = settings.get("page").is_some();
    if response.head.status == 404 {
        return match has_page {
            true => page_error(settings, response, Code::Service, "there is no such page (status 404)", address),
            false => absent_error(response, address),
        };
    }
    let mut error = response.status_error();
    error.message.push_str(&join(&[": read from ", address, if has_page { " (see page)" } else { "" }]));
    error
}

/// `address` without the parameter that passes caches, which is none of the caller's.
fn without_own_query(address: &str) -> &str {
    let (start, query) = cut(address, b"?");
    if find(query.as_bytes(), nonce::UNCACHED.as_bytes()).is_some() { start } else { address }
}

/// The error of a status outside 2xx, which says what to do where nothing of WordPress is at `address`. Its own refusals
/// are JSON.
fn absent_error(response: &Response, address: &str) -> Error {
    if response.head.status != 404 || response.json_or_null().is_object() {
        return response.status_error();
    }
    const ADVICE: &str = " (status 404): give the site's address with its folder as url";
    response.error(Code::Service, &join(&["nothing of WordPress is at ", address, ADVICE]))
}

/// The key under which a session is stored. Bot and page are part of it, since a nonce of one is not valid for another.
pub fn site_session_key(info: &ProtocolInfo, settings: &Settings) -> String {
    let mut key = join(&["rivulet:", info.name, ":", &settings.url]);
    for part in ["page", "botId", "customId"] {
        key.push('|');
        key.push_str(settings.get(part).unwrap_or_default());
    }
    key
}

/// What follows when a session was made: it is stored, and `submit` sends the message, unless only the session was
/// wanted.
///
/// # Errors
/// None. It returns a `Result` to fit the handlers of [`Operation`].
fn with_session(
    chat: Rc<ChatRequest>,
    session: Session,
    out: &mut EventQueue,
    submit: impl FnOnce(Rc<ChatRequest>, Session) -> Operation,
) -> Result<Transition> {
    out.session(&session);
    match chat.purpose {
        Purpose::Session => Ok(Transition::Over),
        _ => Ok(Transition::Send(submit(chat, session))),
    }
}

/// The types of images that the plugins take, GIF last, which AI Puffer does not.
const IMAGE_TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/// Checks that there is text beside the images, for plugins that lose an image without text.
fn check_text_of_images(chat: &ChatRequest) -> Result<()> {
    let has_text = chat.messages.last().is_some_and(|last| !last.text.trim().is_empty());
    match has_text || chat.attachments.is_empty() {
        true => Ok(()),
        false => Err(Error::input("the last message has no text, without which its image is lost")),
    }
}

/// Checks the messages before anything is sent, so that a later step can rely on them.
fn check_messages(chat: &ChatRequest) -> Result<()> {
    match chat.purpose {
        Purpose::Reply => chat.newest_and_earlier().map(|_| ()),
        _ => Ok(()),
    }
}

/// The text of the newest message, and the messages before it. [`check_messages`] has checked them.
fn checked_messages(chat: &ChatRequest) -> (String, &[Message]) {
    chat.newest_and_earlier().unwrap_or_default()
}
