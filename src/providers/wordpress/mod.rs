//! The chatbot plugins of WordPress, and what their sites share: addresses, pages, nonces and sessions.

pub(crate) mod ai_engine;
pub(crate) mod ai_power;
pub(crate) mod ai_puffer;
pub mod nonce;
pub mod page;

use std::rc::Rc;

use crate::chat::{Code, Error, Message, Result, Session};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::http::{Request, Response, url};
use crate::json::Value;
use crate::options::{ChatRequest, ProtocolInfo, Purpose, Settings};
use crate::text::{cut, filled, find, join};

/// The address of the page with the chat: `page` of the settings, or the home page.
fn page_url(settings: &Settings) -> String {
    settings.get("page").map_or_else(|| filled("$/", &[&settings.url]), str::to_owned)
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
    filled("$/index.php?rest_route=/", &[&settings.url])
}

/// The address of the REST route `path`, below `root` where that is known.
fn rest_url(settings: &Settings, root: Option<&str>, path: &str) -> String {
    match root {
        Some(root) => join(&[root, if root.ends_with('/') { "" } else { "/" }, path]),
        None => filled("$/wp-json/$", &[&settings.url, path]),
    }
}

/// The REST root that a page of the site at `site` names: WordPress does in a link, and a bot of AI Engine in its
/// settings.
fn rest_root_of(site: &str, page: &[u8]) -> Option<String> {
    let linked = page::REST_ROOT.find(page).and_then(|root| url::on_site(site, &root));
    linked.or_else(|| {
        let system = page::ENGINE_SYSTEM.find_object(page)?;
        url::on_site(site, &filled("$/", &[system.string_or_number("restUrl")?]))
    })
}

/// Whether a page came from the place of a REST route, or nothing is there: WordPress answers with JSON, also for a
/// route that it does not know. So the REST root may be another one.
fn is_no_rest(response: &Response) -> bool {
    let is_page = if response.head.is_success() { response.is_html() } else { response.head.status == 404 };
    is_page && !response.json_or_null().is_object()
}

/// What goes on with a REST root. In a box, as [`Reading`], so that the code around it is there once.
type WithRoot = Box<dyn FnOnce(String, &mut EventQueue) -> Operation>;

/// What reads the answer of a request with a key.
type Reading = Box<dyn FnOnce(&Response, &mut EventQueue) -> Result<Transition>>;

/// Reads the home page, which names the REST root, after the route `path` met this `error` at the usual one. `again`
/// gets the root, unless it is the one that was tried.
fn find_rest_root(chat: &ChatRequest, path: &str, error: Error, again: WithRoot) -> Operation {
    let (settings, path) = (chat.settings.clone(), path.to_owned());
    let request = Request::get(page_url(&settings)).shared();
    Operation::buffered_any_status(request, move |page, out| {
        let tried = rest_url(&settings, None, &path);
        let found = rest_root_of(&settings.url, &page.body).filter(|_| page.head.is_success());
        match found.filter(|root| rest_url(&settings, Some(root), &path) != tried) {
            Some(root) => Ok(Transition::Send(again(root, out))),
            None => Err(error),
        }
    })
}

/// A request with the site's key for the REST route `path`, whose answer `read` gets. If there is none, the root is
/// searched for. `root`: the root, where it is known.
fn keyed_request(chat: Rc<ChatRequest>, root: Option<String>, path: String, body: Value, read: Reading) -> Operation {
    let url = rest_url(&chat.settings, root.as_deref(), &path);
    let key = chat.settings.get("apiKey").unwrap_or_default();
    let request = Request::post(&url).header("authorization", filled("Bearer $", &[key])).json(&body);
    Operation::buffered_any_status(request, move |response, out| {
        if root.is_some() || !is_no_rest(response) {
            return read(response, out);
        }
        let error = if response.head.is_success() { response.html_error() } else { absent_error(response, &url) };
        let (site, route) = (chat.clone(), path.clone());
        let again = Box::new(move |root, _: &mut EventQueue| keyed_request(chat, Some(root), path, body, read));
        let search = find_rest_root(&site, &route, error, again);
        Ok(Transition::Send(search))
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
    response.error(code, &filled("$: read from $$", &[what, without_own_query(address), advice]))
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
    error.message.push_str(&filled(": read from $$", &[address, if has_page { " (see page)" } else { "" }]));
    error
}

/// `address` without the parameter that passes caches, which is none of the caller's.
fn without_own_query(address: &str) -> &str {
    let (start, query) = cut(address, b"?");
    if find(query.as_bytes(), nonce::UNCACHED.as_bytes()).is_some() { start } else { address }
}

/// The error of a status outside 2xx, which says what to do where nothing of WordPress is at `address`. Its own
/// refusals are JSON.
fn absent_error(response: &Response, address: &str) -> Error {
    if response.head.status != 404 || response.json_or_null().is_object() {
        return response.status_error();
    }
    const ADVICE: &str = " (status 404): give the site's address with its folder as url";
    response.error(Code::Service, &filled("nothing of WordPress is at $$", &[address, ADVICE]))
}

/// The key under which a session is stored. Bot and page are part of it, since a nonce of one is not valid for another.
pub fn site_session_key(info: &ProtocolInfo, settings: &Settings) -> String {
    let mut key = filled("rivulet:$:$", &[info.name, &settings.url]);
    for &part in &["page", "botId", "customId"] {
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
