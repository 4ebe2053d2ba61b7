//! JSON: a value and its text, the reader, and where a string lies in a text that nobody has to read.

mod parse;
mod value;

pub use parse::{Halves, Parsed, locate, parse, whole_text};
pub(crate) use value::quote;
pub use value::{Map, Value, form};
