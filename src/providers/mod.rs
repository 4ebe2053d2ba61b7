//! The registry of all protocols. Each has one file (or folder) in `keyed/` or `wordpress/` and one line in
//! [`REGISTRY`]. Providers never import each other.

pub mod keyed;
pub mod wordpress;

use std::rc::Rc;

use keyed::embeddings::{self, Embeddings};

use crate::chat::{Result, Session};
use crate::exchange::{Exchange, Filter, Operation};
use crate::options::{ChatRequest, ProtocolInfo, Purpose, Settings};

/// A protocol: what it declares about itself, and its first requests.
pub struct Protocol {
    /// Name, abilities, options and settings.
    pub info: ProtocolInfo,
    /// Makes the first request of a reply, or with [`Purpose::Session`] of a session, after which the exchange ends. It
    /// fails where the options are not what the protocol can send.
    pub open: fn(Rc<ChatRequest>, &Session) -> Result<Operation>,
    /// Makes the request for the names of the models, which then come as pieces of text. Without it, the names are
    /// those in the settings.
    pub models: Option<fn(Rc<ChatRequest>) -> Result<Operation>>,
    /// How texts become vectors. Without it, the provider has no embeddings.
    pub embeddings: Option<Embeddings>,
}

/// All protocols. JavaScript has one class for each.
pub static REGISTRY: &[Protocol] = &[
    wordpress::ai_engine::PROTOCOL,
    wordpress::ai_power::PROTOCOL,
    wordpress::ai_puffer::PROTOCOL,
    keyed::anthropic::PROTOCOL,
    keyed::cohere::PROTOCOL,
    keyed::gemini::PROTOCOL,
    keyed::ollama::PROTOCOL,
    keyed::openai_chat::PROTOCOL,
    keyed::openai_responses::PROTOCOL,
    keyed::workers_ai::PROTOCOL,
];

/// The protocol whose class in JavaScript has this name.
pub fn protocol(name: &str) -> Option<&'static Protocol> {
    REGISTRY.iter().find(|protocol| protocol.info.name == name)
}

/// The key under which the session of a provider is stored.
pub fn session_key(protocol: &Protocol, settings: &Settings) -> String {
    wordpress::site_session_key(&protocol.info, settings)
}

/// The exchange for a request. `session`: what the store holds for this provider. `limit`: the bytes that one event,
/// line or JSON response may have.
pub fn exchange(protocol: &Protocol, chat: Rc<ChatRequest>, session: &Session, limit: usize) -> Exchange {
    let warnings = chat.warnings.clone();
    // Names of models and vectors are not filtered, since they are not a model's text.
    let filter = Filter::new(chat.think_tags, &chat.stop_words).filter(|_| chat.purpose == Purpose::Reply);
    let filter = filter.map(|filter| if chat.begins_in_thought { filter.beginning_in_thought() } else { filter });
    let includes_raw = chat.include_raw && chat.purpose == Purpose::Reply;
    let mut exchange = match (chat.purpose, protocol.models) {
        (Purpose::Models, Some(list)) => Exchange::new(list(chat.clone()), limit),
        (Purpose::Models, None) => {
            let mut exchange = Exchange::without_request();
            chat.settings.models.iter().for_each(|model| exchange.out().text(model, false));
            exchange
        }
        (Purpose::Embeddings, _) => Exchange::new(
            match protocol.embeddings {
                Some(Embeddings { open, .. }) => open(protocol, chat.clone()),
                None => Err(embeddings::none(&chat.settings)),
            },
            limit,
        ),
        _ => Exchange::new((protocol.open)(chat.clone(), session), limit),
    };
    exchange.is_for(protocol.info.peer(), &chat.settings.url);
    if protocol.info.is_site() {
        exchange.redact_errors(move |error| {
            // The secrets of the settings come first: a part of one may look like a nonce.
            error.redact(chat.settings.secrets());
            wordpress::nonce::redact_nonces(error);
        });
    }
    exchange.out().set_filter(filter);
    exchange.out().set_include_raw(includes_raw);
    warnings.into_iter().for_each(|warning| exchange.out().warn(warning));
    exchange
}
