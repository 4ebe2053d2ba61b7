//! What a protocol says of itself.

/// What a protocol is called, what it can do, and what it takes.
#[derive(Debug)]
pub struct ProtocolInfo {
    /// Name of the class in JavaScript.
    pub name: &'static str,
    /// Whether the service wants a key. Such services have no session.
    pub needs_auth: bool,
    /// Whether the reply comes in pieces.
    pub supports_stream: bool,
    /// Whether earlier messages are sent, and not only the newest one.
    pub supports_message_history: bool,
    /// Whether messages of the system have a place.
    pub supports_system_message: bool,
    /// The options that the protocol passes on, and the place of each in the body of its request: a member (`top_p`), or one
    /// of an object (`options/num_predict`). What it passes on in another form has a place that begins with a dot
    /// (`.tools`), which the protocol reads itself.
    pub options: &'static [(&'static str, &'static str)],
    /// Settings beside those that every provider has.
    pub settings: &'static [(&'static str, SettingKind)],
    /// The usual address of a service, whose setting is `baseUrl`; empty for sites, whose setting is `url`.
    pub base_url: &'static str,
}

/// What a setting may be. `null` is as good as nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// A string, or a number, which is an id as well.
    Id,
    /// A string that goes into a header.
    HeaderValue,
    /// `true` or `false`.
    Flag,
    /// A path or URL on the site itself.
    SiteUrl,
    /// A path or URL whose host does not matter: what counts is its path on the site.
    SitePath,
}

impl ProtocolInfo {
    /// A service you have an API key for, at `base_url`.
    pub const fn service(
        name: &'static str,
        base_url: &'static str,
        options: &'static [(&'static str, &'static str)],
    ) -> ProtocolInfo {
        ProtocolInfo {
            name,
            needs_auth: true,
            supports_stream: true,
            supports_message_history: true,
            supports_system_message: true,
            options,
            settings: &[],
            base_url,
        }
    }

    /// A WordPress site with a chatbot plugin, which needs no key.
    pub const fn site(name: &'static str, settings: &'static [(&'static str, SettingKind)]) -> ProtocolInfo {
        ProtocolInfo {
            name,
            needs_auth: false,
            supports_stream: true,
            supports_message_history: true,
            supports_system_message: false,
            options: &[],
            settings,
            base_url: "",
        }
    }

    /// Whether the protocol is a site's and not a service's.
    pub const fn is_site(&self) -> bool {
        self.base_url.is_empty()
    }
}
