//! Sessions between calls, in memory or in the caller's store (`src/js/host.js`). What a store holds is never trusted,
//! and a store is never waited for long: a broken store costs one more request for a nonce, not the reply.

use crate::chat::Session;
use crate::http::url;

/// The session that was stored. `None`: there is none, or it is not valid for `site`.
pub fn read(stored: &str, site: &str) -> Option<Session> {
    Session::from_json(stored).filter(|session| is_sound(session, site))
}

/// Whether a session may be used. Others may write to a store, so the nonce must be a token, and the REST root must be
/// on the same origin as the site, since messages will go there.
fn is_sound(session: &Session, site: &str) -> bool {
    let is_token = |nonce: &str| nonce.bytes().all(|byte| byte.is_ascii_graphic());
    let is_own = |root: &str| url::on_site(site, root).as_deref() == Some(root);
    session.nonce().is_none_or(is_token) && session.get("root").is_none_or(is_own)
}
