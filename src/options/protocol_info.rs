//! What a protocol says of itself.

#[derive(Debug)]
pub struct About {
    /// Name of the class in JavaScript.
    pub name: &'static str,
    pub needs_auth: bool,
    pub supports_stream: bool,
    pub supports_message_history: bool,
    pub supports_system_message: bool,
    /// Which of the options `model`, `messages` (as they are given), `temperature`, ... it can pass on, and their names
    /// there. What a service with a key takes in another form begins with a dot: see [`crate::providers::keyed::Ask`].
    pub options: &'static [(&'static str, &'static str)],
    /// Of a service with an address of its own: the setting is called `baseUrl` then, and not `url`.
    pub base_url: &'static str,
}

impl About {
    /// Of a service with a key, at `base_url`.
    pub const fn service(
        name: &'static str,
        base_url: &'static str,
        options: &'static [(&'static str, &'static str)],
    ) -> About {
        About {
            name,
            needs_auth: true,
            supports_stream: true,
            supports_message_history: true,
            supports_system_message: true,
            options,
            base_url,
        }
    }
}
