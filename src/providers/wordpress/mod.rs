//! The chatbot plugins of WordPress, and what their sites share: addresses, pages, nonces and sessions.

pub(super) mod ai_engine;
pub(super) mod ai_power;
pub(super) mod ai_puffer;
pub mod nonce;
pub mod page;

use std::rc::Rc;

use crate::chat::{Message, Result, Session};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::options::{ChatRequest, ProtocolInfo, Purpose, Settings};
use crate::text::join;

/// The address of the page with the chat: `page` of the settings, or the home page.
fn page_url(settings: &Settings) -> String {
    settings.get("page").map_or_else(|| join(&[&settings.url, "/"]), str::to_owned)
}

/// The address at which WordPress takes the forms of its plugins.
fn ajax_url(settings: &Settings) -> String {
    join(&[&settings.url, "/wp-admin/admin-ajax.php"])
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
