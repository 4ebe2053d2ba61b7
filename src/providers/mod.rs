//! The registry: one file a protocol, one line each here. Providers never import each other.

pub mod keyed;
pub mod wordpress;

use std::rc::Rc;

use crate::chat::{Result, Session};
use crate::exchange::{Exchange, Filter, Step};
use crate::options::{About, Call};

pub struct Protocol {
    pub about: About,
    /// The first request of a reply. With `call.session_only` the exchange ends when the session is there.
    pub open: fn(Rc<Call>, &Session) -> Result<Step>,
    /// Asks for the names of the models, which come as pieces of text. Without it they are those of the settings.
    pub models: Option<fn(Rc<Call>) -> Result<Step>>,
}

pub static REGISTRY: &[Protocol] = &[
    wordpress::ai_engine::PROTOCOL,
    wordpress::ai_power::PROTOCOL,
    wordpress::ai_puffer::PROTOCOL,
    keyed::anthropic::PROTOCOL,
    keyed::gemini::PROTOCOL,
    keyed::ollama::PROTOCOL,
    keyed::openai_chat::PROTOCOL,
    keyed::openai_responses::PROTOCOL,
    keyed::workers_ai::PROTOCOL,
];

pub fn protocol(name: &str) -> Option<&'static Protocol> {
    REGISTRY.iter().find(|protocol| protocol.about.name == name)
}

/// A reply as a state machine. `limit`: bytes of one event, line or JSON answer.
pub fn exchange(protocol: &Protocol, call: Rc<Call>, session: &Session, limit: usize) -> Exchange {
    let warnings = call.warnings.clone();
    // Names of models are no text of a model.
    let filter = Filter::new(call.think_tags, &call.stops).filter(|_| !call.models_only);
    let mut exchange = match (call.models_only, protocol.models) {
        (false, _) => Exchange::new((protocol.open)(call, session), limit),
        (true, Some(list)) => Exchange::new(list(call), limit),
        (true, None) => {
            let mut exchange = Exchange::over();
            call.settings.models.iter().for_each(|model| exchange.out().text(model, false));
            exchange
        }
    };
    exchange.out().filter(filter);
    warnings.into_iter().for_each(|warning| exchange.out().warn(warning));
    exchange
}
