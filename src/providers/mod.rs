//! The registry: one file a protocol, one line each here. Providers never import each other.

mod ai_engine;
mod ai_power;
mod ai_puffer;
mod openai_chat;

use std::rc::Rc;

use crate::about::About;
use crate::call::Call;
use crate::chat::Session;
use crate::error::Result;
use crate::exchange::Exchange;
use crate::step::Step;

pub struct Protocol {
    pub about: About,
    /// The first request of a reply. With `call.session_only` the exchange ends when the session is there.
    pub open: fn(Rc<Call>, &Session) -> Result<Step>,
}

pub static REGISTRY: &[Protocol] =
    &[ai_engine::PROTOCOL, ai_power::PROTOCOL, ai_puffer::PROTOCOL, openai_chat::PROTOCOL];

pub fn protocol(name: &str) -> Option<&'static Protocol> {
    REGISTRY.iter().find(|protocol| protocol.about.name == name)
}

/// A reply as a state machine. `limit`: bytes of one event, line or JSON answer.
pub fn exchange(protocol: &Protocol, call: Rc<Call>, session: &Session, limit: usize) -> Exchange {
    let warnings = call.warnings.clone();
    let mut exchange = Exchange::new((protocol.open)(call, session), limit);
    warnings.into_iter().for_each(|warning| exchange.out().warn(warning));
    exchange
}
