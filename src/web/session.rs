//! Sessions between calls: in memory, or in the caller's store (`src/js/host.js`). What a store holds is never trusted and
//! never awaited for long: a broken store costs a nonce request, not a reply.

use crate::chat::Session;
use crate::http::url;

pub fn read(stored: &str, site: &str) -> Option<Session> {
    Session::from_json(stored).filter(|session| is_sound(session, site))
}

/// Others may write to a store: no nonce that is no token, and no root of another origin, to which messages would go.
fn is_sound(session: &Session, site: &str) -> bool {
    let is_token = |nonce: &str| nonce.bytes().all(|byte| byte.is_ascii_graphic());
    let is_own = |root: &str| url::on_site(site, root).as_deref() == Some(root);
    session.nonce().is_none_or(is_token) && session.get("root").is_none_or(is_own)
}
