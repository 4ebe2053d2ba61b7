//! Splits the bytes of a stream into frames, and takes the text straight out of the frames that come by the thousand.
//!
//! This is a crate of its own because everything that touches every byte is compiled for speed
//! (`[profile.release.package.rivulet-frame]`) and the rest of rivulet for size: at `opt-level = "z"` an event costs up
//! to 1.8 times as much in this code (`docs/performance.md`). Nothing here is generic for the same reason, since a
//! generic function is compiled in the crate that uses it.
//!
//! [`Splitter`] finds the frames, [`Sink`] is what receives them, [`Template`] scans frames that differ only in their
//! text, and [`Pieces`] collects those texts.

pub mod escape;
mod pieces;
mod splitter;
mod swar;
mod template;

pub use pieces::Pieces;
pub use splitter::{Framing, Sink, Splitter, Stop};
pub use template::{FrameLayout, Template, plain_end, plain_length, text_end};
