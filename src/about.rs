//! What a protocol says of itself.

#[derive(Debug)]
pub struct About {
    /// Name of the class in JavaScript.
    pub name: &'static str,
    pub needs_auth: bool,
    pub supports_stream: bool,
    pub supports_message_history: bool,
    pub supports_system_message: bool,
    /// Which of the options `temperature`, `topP`, ... it can pass on.
    pub options: &'static [&'static str],
}
