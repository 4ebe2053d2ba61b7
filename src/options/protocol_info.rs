//! What a protocol declares about itself.

use crate::http::Peer;
use crate::options::Settings;

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
    /// Whether system messages are sent as such.
    pub supports_system_message: bool,
    /// The options that the protocol passes on, each with its place in the body of the request: a member (`top_p`), or
    /// a member of an object (`options/num_predict`). A place that begins with a dot (`.tools`) marks an option that
    /// the protocol reads itself and writes in another form.
    pub options: &'static [(&'static str, &'static str)],
    /// How many stop words go to the service, by its settings and the model. The others end the text here, so none is lost. Of no
    /// effect where `stop` is none of the options.
    pub stop_words: fn(&Settings, &str) -> usize,
    /// The images and files that go with the newest message, for protocols that get messages as texts.
    pub attachments: AttachmentSupport,
    /// Settings beside those that every provider has.
    pub settings: &'static [(&'static str, SettingKind)],
    /// What to do where the service cannot be reached, for the error of a request that got no answer.
    pub unreachable_hint: &'static str,
    /// The path at which replies are asked for, below the address of the site or service. Names in braces stand for what
    /// the request fills in.
    pub api_endpoint: &'static str,
    /// The usual address of a service, whose setting is `baseUrl`; empty for sites, whose setting is `url`.
    pub base_url: &'static str,
}

/// Which images and files a message may have.
#[derive(Clone, Copy, Debug)]
pub struct AttachmentSupport {
    /// How many. 0: they are left out.
    pub most: usize,
    /// Their media types.
    pub types: &'static [&'static str],
}

impl AttachmentSupport {
    /// None.
    pub const NONE: AttachmentSupport = AttachmentSupport { most: 0, types: &[] };

    /// Whether content of this media type may be attached.
    pub fn takes(&self, media: &str) -> bool {
        self.types.contains(&media)
    }
}

/// What a setting may be. `null` counts as absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// A string or a number: ids come as either.
    Id,
    /// A string that goes into a header.
    HeaderValue,
    /// `true` or `false`.
    Flag,
    /// A path or URL on the site itself.
    SiteUrl,
    /// A path or URL of which only the path counts; the host is replaced by the site's.
    SitePath,
}

impl ProtocolInfo {
    /// A service you have an API key for, at `base_url`, which is asked at the path `api_endpoint` below it.
    pub const fn service(
        name: &'static str,
        base_url: &'static str,
        api_endpoint: &'static str,
        options: &'static [(&'static str, &'static str)],
    ) -> ProtocolInfo {
        ProtocolInfo {
            name,
            needs_auth: true,
            supports_stream: true,
            supports_message_history: true,
            supports_system_message: true,
            options,
            stop_words: |_, _| usize::MAX,
            attachments: AttachmentSupport::NONE,
            settings: &[],
            unreachable_hint: "",
            api_endpoint,
            base_url,
        }
    }

    /// A WordPress site with a chatbot plugin, which needs no key.
    pub const fn site(
        name: &'static str,
        api_endpoint: &'static str,
        settings: &'static [(&'static str, SettingKind)],
    ) -> ProtocolInfo {
        ProtocolInfo {
            name,
            needs_auth: false,
            supports_stream: true,
            supports_message_history: true,
            supports_system_message: false,
            options: &[],
            stop_words: |_, _| usize::MAX,
            attachments: AttachmentSupport::NONE,
            settings,
            unreachable_hint: "",
            api_endpoint,
            base_url: "",
        }
    }

    /// Whether the protocol is a site's and not a service's.
    pub const fn is_site(&self) -> bool {
        self.base_url.is_empty()
    }

    /// What answers the protocol's requests.
    pub const fn peer(&self) -> Peer {
        if self.is_site() { Peer::Site } else { Peer::Service }
    }
}
