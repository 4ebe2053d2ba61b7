/// What answers the requests, for the errors that name it and the setting that holds its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// A WordPress site.
    Site,
    /// A service.
    Service,
}

impl Peer {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Peer::Site => "site",
            Peer::Service => "service",
        }
    }

    /// The setting that holds its address.
    pub const fn setting(self) -> &'static str {
        match self {
            Peer::Site => "url",
            Peer::Service => "baseUrl",
        }
    }
}
