//! Requests, heads and responses as plain data; addresses and bodies.

mod request;
pub mod url;

pub use request::{Answer, Form, Head, Method, Request, WANTED_HEADERS, first_byte, is_header_value};
