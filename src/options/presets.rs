//! Presets: ready settings under a name.

/// The settings that `preset` stands for. What the caller gives counts before them.
#[derive(Debug)]
pub struct Preset {
    /// The value of the setting `preset`, and the default of `name`.
    pub name: &'static str,
    /// The default of `url`.
    pub url: &'static str,
    /// The default of `defaultModel`.
    pub default_model: &'static str,
    /// The default of `models`.
    pub models: &'static [&'static str],
    /// The default of `modelAliases`: other names, and the models that they stand for.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether the source declared that replies come in pieces. The protocol itself may do more.
    pub supports_stream: bool,
}

/// The two providers of the source documents, with the values they have there. Both sites are gone.
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
    /// The value of the setting `key`, if the preset has one.
    pub fn text(&self, key: &str) -> Option<&'static str> {
        match key {
            "name" => Some(self.name),
            "url" => Some(self.url),
            "defaultModel" => Some(self.default_model),
            _ => None,
        }
    }
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}
