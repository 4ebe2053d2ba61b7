//! Requests and responses as plain data, and what belongs to them: URLs, forms, headers. Nothing here sends anything.

pub mod base64;
mod form;
mod multipart;
mod peer;
mod request;
mod response;
pub mod url;

pub use form::Form;
pub use multipart::{Multipart, file_name};
pub use peer::Peer;
pub use request::{Method, Request, is_header_value};
pub use response::{Head, Response, WANTED_HEADERS, first_byte};
