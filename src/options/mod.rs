//! What a caller gives, checked: the settings of a provider and the options of one call.

mod chat_request;
mod presets;
pub mod prompt;
mod protocol_info;
mod settings;

pub use chat_request::{Call, History, Random, read_messages};
pub use presets::{PRESETS, Preset, preset};
pub use protocol_info::About;
pub use settings::{Settings, header_value};
