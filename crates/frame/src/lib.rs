//! Bytes to frames, and of most frames at once to text.
//!
//! A crate of its own because what touches every byte is compiled for speed (`[profile.release.package.rivulet-frame]`),
//! and all else for size: at `opt-level = "z"` an event costs up to 1.8 times as much here (`docs/performance.md`). For the same
//! reason nothing in it is generic, since a generic function is compiled where it is used.

pub mod escape;
mod pieces;
mod splitter;
mod swar;
mod template;

pub use pieces::Pieces;
pub use splitter::{Framing, Sink, Splitter, Stop};
pub use template::{FrameLayout, Template, plain_end, text_end};
