//! What is said, the same for every protocol: messages, events, errors, and what a site hands out for later.

mod error;
pub mod error_text;
mod event;

pub use error::{Code, Details, EXCERPT, Error, Result, larger};
pub use event::{Event, Finish, Message, Session, ToolCall, Usage, turn};
