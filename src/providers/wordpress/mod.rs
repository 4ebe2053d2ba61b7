//! The chatbot plugins of WordPress, and what their sites share.

pub mod page;

pub(super) mod ai_engine;
pub(super) mod ai_power;
pub(super) mod ai_puffer;
