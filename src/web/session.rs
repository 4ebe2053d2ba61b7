//! Sessions between calls: in memory, or in the caller's store. What a store holds is never trusted and never awaited for
//! long: a broken store costs a nonce request, not a reply.

use std::cell::RefCell;

use js_sys::{Date, Object, Promise, Reflect};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::sys::{self, SessionStore};
use crate::chat::Session;
use crate::http;
use crate::value::Value;

/// WordPress nonces live 12 to 24 hours.
const TTL_MS: f64 = 10.0 * 3600.0 * 1000.0;

/// Sites that are remembered at the same time.
const MAX_ENTRIES: usize = 256;

struct Entry {
    key: String,
    session: Session,
    until: f64,
}

thread_local! {
    // Values only, never promises: requests of a Worker share it.
    static MEMORY: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

pub async fn load(store: Option<&SessionStore>, key: &str, site: &str, signal: &AbortSignal) -> Option<Session> {
    let Some(store) = store else {
        return MEMORY.with_borrow(|memory| {
            let known = memory.iter().find(|entry| entry.key == key && entry.until > Date::now());
            known.map(|entry| entry.session.clone())
        });
    };
    let found = JsFuture::from(sys::race(&store.get(key).ok()?, signal)).await.ok()?;
    Session::from_json(&found.as_string()?).filter(|session| is_sound(session, site))
}

/// Others may write to a store: no nonce that is no token, and no root of another origin, to which messages would go.
fn is_sound(session: &Session, site: &str) -> bool {
    let is_token = |nonce: &str| nonce.bytes().all(|byte| byte.is_ascii_graphic());
    let is_own = |root: &str| http::on_site(site, root).as_deref() == Some(root);
    session.nonce().is_none_or(is_token) && session.get("root").is_none_or(is_own)
}

/// `None`: what is stored is no good.
pub fn save(store: Option<&SessionStore>, key: &str, session: Option<&Session>) {
    let Some(store) = store else {
        return MEMORY.with_borrow_mut(|memory| remember(memory, key, session));
    };
    let outcome = match session {
        Some(Session(map)) => {
            let options = Object::new();
            // A fresh plain object takes every property.
            let _ = Reflect::set(&options, &"ttlMs".into(), &TTL_MS.into());
            let json = Value::from(map.clone()).to_json();
            store.set(key, &json, &options)
        }
        None => store.delete(key),
    };
    if let Ok(pending) = outcome {
        // A store that rejects must not leave a rejection unhandled.
        wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(Promise::resolve(&pending)).await) });
    }
}

fn remember(memory: &mut Vec<Entry>, key: &str, session: Option<&Session>) {
    let now = Date::now();
    memory.retain(|entry| entry.key != key && entry.until > now);
    let Some(session) = session else { return };
    if memory.len() == MAX_ENTRIES {
        // The oldest: entries come in the order of their age.
        memory.remove(0);
    }
    memory.push(Entry { key: key.to_owned(), session: session.clone(), until: now + TTL_MS });
}
