//! What a conversation consists of, the same for every protocol: messages, events, token counts, reasons of the end,
//! errors, and the session of a site.

mod citation;
pub(crate) mod error;
pub mod error_text;
mod event;
mod finish;
mod message;
pub mod reasoning_detail;
mod session;
mod usage;

pub use citation::describe as describe_citation;
pub use error::{Code, Details, EXCERPT, Error, NAME, REDACTED, Result, too_large_error};
pub use event::{Event, ToolCall};
pub use finish::Finish;
pub use message::{Message, message_json};
pub use session::Session;
pub use usage::Usage;
