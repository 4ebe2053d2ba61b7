//! JSON: a value and its text, the reader, and where a string lies in a text that nobody has to read.

mod locate;
mod parse;
mod surrogates;
mod value;

pub use locate::locate;
pub use parse::{Invalid, Parsed, parse};
pub use surrogates::{SurrogateJoiner, join_surrogates};
pub(crate) use value::quote;
pub use value::{Map, Value, fill_template};
