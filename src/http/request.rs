//! A request as plain data.

use super::Form;
use crate::json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    /// Asks for something that is the same for every caller and holds no secret (a nonce, a page): concurrent replies may
    /// share one answer, and a page may follow its redirects.
    pub shared: bool,
}

impl Request {
    pub fn get(url: impl Into<String>) -> Self {
        Request { method: Method::Get, url: url.into(), headers: Vec::new(), body: None, shared: false }
    }

    pub fn post(url: impl Into<String>) -> Self {
        Request { method: Method::Post, ..Request::get(url) }
    }

    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        Request { body: Some(body.to_json()), ..self.header("content-type", "application/json") }
    }

    pub fn form(self, Form(body): Form) -> Self {
        Request { body: Some(body), ..self.header("content-type", "application/x-www-form-urlencoded;charset=UTF-8") }
    }
}

/// What `Headers.set` takes: Latin-1 without control characters other than the tab.
pub fn is_header_value(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '\t' | ' '..='\u{7e}' | '\u{80}'..='\u{ff}'))
}
