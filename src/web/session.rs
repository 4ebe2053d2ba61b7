//! Sessions between calls: in memory, or in the caller's store. What a store holds is never trusted and never awaited for
//! long: a broken store costs a nonce request, not a reply.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Date, Object, Promise, Reflect};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::sys::{self, SessionStore};
use crate::chat::Session;

/// WordPress nonces live 12 to 24 hours.
const TTL_MS: f64 = 10.0 * 3600.0 * 1000.0;

/// Sites that are remembered at the same time.
const MAX_ENTRIES: usize = 256;

struct Entry {
    session: Session,
    until: f64,
}

thread_local! {
    // Values only, never promises: requests of a Worker share it.
    static MEMORY: RefCell<BTreeMap<String, Entry>> = const { RefCell::new(BTreeMap::new()) };
}

pub async fn load(store: Option<&SessionStore>, key: &str, signal: &AbortSignal) -> Option<Session> {
    let Some(store) = store else {
        return MEMORY.with_borrow(|memory| {
            memory.get(key).filter(|entry| entry.until > Date::now()).map(|entry| entry.session.clone())
        });
    };
    let found = JsFuture::from(sys::race(&store.get(key).ok()?, signal)).await.ok()?;
    Session::from_json(&found.as_string()?)
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
            let json = serde_json::to_string(map).unwrap_or_default();
            store.set(key, &json, &options)
        }
        None => store.delete(key),
    };
    if let Ok(pending) = outcome {
        // A store that rejects must not leave a rejection unhandled.
        wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(Promise::resolve(&pending)).await) });
    }
}

fn remember(memory: &mut BTreeMap<String, Entry>, key: &str, session: Option<&Session>) {
    let now = Date::now();
    match session {
        Some(session) => {
            if memory.len() >= MAX_ENTRIES && !memory.contains_key(key) {
                memory.retain(|_, entry| entry.until > now);
            }
            while memory.len() >= MAX_ENTRIES && !memory.contains_key(key) {
                let Some(oldest) = memory.iter().min_by(|a, b| a.1.until.total_cmp(&b.1.until)).map(|(key, _)| key.clone())
                else {
                    break;
                };
                memory.remove(&oldest);
            }
            memory.insert(key.to_owned(), Entry { session: session.clone(), until: now + TTL_MS });
        }
        None => drop(memory.remove(key)),
    }
}
