//! The registry: one file a protocol, one line each here. Providers never import each other.

mod ai_engine;
mod ai_power;
mod ai_puffer;
mod presets;

use std::rc::Rc;

use crate::chat::{Call, Session};
use crate::error::Result;
use crate::exchange::{Exchange, Step};

pub use presets::{PRESETS, Preset, preset};

pub struct Protocol {
    /// Name of the class in JavaScript.
    pub name: &'static str,
    /// The first request of a reply. With `call.session_only` the exchange ends when the session is there.
    pub open: fn(Rc<Call>, &Session) -> Result<Step>,
    pub about: About,
    /// Which of the options `temperature`, `topP`, ... it can pass on.
    pub options: &'static [&'static str],
}

#[derive(Debug)]
pub struct About {
    pub needs_auth: bool,
    pub supports_stream: bool,
    pub supports_message_history: bool,
    pub supports_system_message: bool,
}

pub static REGISTRY: &[Protocol] = &[ai_engine::PROTOCOL, ai_power::PROTOCOL, ai_puffer::PROTOCOL];

pub fn protocol(name: &str) -> Option<&'static Protocol> {
    REGISTRY.iter().find(|protocol| protocol.name == name)
}

/// A reply as a state machine. `limit`: bytes of one event, line or JSON answer.
pub fn exchange(protocol: &Protocol, call: Rc<Call>, session: &Session, limit: usize) -> Exchange {
    let warnings = call.warnings.clone();
    let mut exchange = Exchange::new((protocol.open)(call, session), limit);
    warnings.into_iter().for_each(|warning| exchange.out().warn(warning));
    exchange
}
