//! JSON: values and their text, a reader that takes what `JSON.parse` takes, and a search for the place of a string in
//! a JSON text, for the scanner; and what completes a text that is still being written.

mod complete;
mod locate;
mod object_end;
mod parse;
mod surrogates;
mod value;
mod weight;

pub use complete::complete;
pub use locate::locate;
pub use object_end::ObjectEnd;
pub use parse::{Invalid, Parsed, parse};
pub use surrogates::{SurrogateJoiner, join_surrogates};
pub(crate) use value::quote;
pub use value::{Digits, Map, Value, fill_template};
pub use weight::weight;
