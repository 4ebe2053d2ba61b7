//! What a caller gives, checked: the settings of a provider and the options of one request.

mod chat_request;
pub mod history;
pub mod json_words;
mod names;
mod presets;
pub mod prompt;
mod protocol_info;
mod settings;

pub use chat_request::{Attachment, ChatRequest, History, NATIVE_MESSAGES, PDF, Purpose, Random, read_messages};
pub use history::{NO_CHOICE, NO_FORMAT};
pub use names::{BASE_URL, CALL_OPTIONS, COMMON_SETTINGS, EMBED_OPTIONS, LIVE_OPTIONS, OF_SERVICES, OPTIONS};
pub use presets::{PRESETS, Preset, preset};
pub use protocol_info::{AttachmentSupport, ProtocolInfo, SettingKind};
pub use settings::{KEY_OF_FUNCTION, Settings, header_value};
