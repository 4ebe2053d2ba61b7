//! Ready instances, as data.

#[derive(Debug)]
pub struct Preset {
    pub name: &'static str,
    pub url: &'static str,
    pub default_model: &'static str,
    pub models: &'static [&'static str],
    pub aliases: &'static [(&'static str, &'static str)],
    /// As the source declared it; the protocol itself may do more.
    pub supports_stream: bool,
}

/// The two providers of the source documents, with its values. Both sites are gone.
pub static PRESETS: &[Preset] = &[
    Preset {
        name: "Chatgpt4Online",
        url: "https://chatgpt4online.org",
        default_model: "gpt-4",
        models: &["gpt-4"],
        aliases: &[],
        supports_stream: true,
    },
    Preset {
        name: "Chatgpt4o",
        url: "https://chatgpt4o.one",
        default_model: "gpt-4o-mini-2024-07-18",
        models: &["gpt-4o-mini-2024-07-18"],
        aliases: &[("gpt-4o-mini", "gpt-4o-mini-2024-07-18")],
        supports_stream: false,
    },
];

impl Preset {
    /// What stands behind the setting of this name.
    pub fn text(&self, key: &str) -> Option<&'static str> {
        match key {
            "name" => Some(self.name),
            "url" => Some(self.url),
            "defaultModel" => Some(self.default_model),
            _ => None,
        }
    }
}

pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
