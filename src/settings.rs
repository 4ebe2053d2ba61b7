//! The settings of a provider, checked.

use crate::about::About;
use crate::error::{Code, Error, Result};
use crate::http;
use crate::presets::preset;
use crate::text::join;
use crate::value::{Map, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// For errors and `reply.provider`.
    pub name: String,
    /// Checked, without a trailing slash.
    pub url: String,
    pub widget: Option<bool>,
    pub models: Vec<String>,
    pub default_model: String,
    pub model_aliases: Map,
    pub working: bool,
    /// Those of [`TEXTS`] that are given, addresses resolved.
    texts: Map,
}

/// What a site's session and requests are made of. Ids come as numbers, too.
const TEXTS: [&str; 7] = ["nonce", "apiKey", "botId", "customId", "postId", "page", "restRoot"];

impl Settings {
    /// `given` may name a preset, whose values stand behind its own. Everything is checked before anything is kept.
    pub fn read(about: &About, given: &Value) -> Result<Settings> {
        check(given)?;
        let preset = given.text("preset").and_then(preset);
        let text = |key: &str| given.id(key).filter(|text| !text.is_empty());
        let url = match (text("url"), preset) {
            (Some(url), _) => http::parse_site(url, "url")?,
            (None, Some(preset)) => preset.url.to_owned(),
            (None, None) => return Err(Error::input("url is missing: the address of the site")),
        };
        let mut texts = Map::new();
        for key in TEXTS {
            match (key, text(key)) {
                (_, None) => {}
                ("page", Some(page)) => texts.put(key, &page_on(&url, page)?),
                ("restRoot", Some(root)) => match http::on_site(&url, root) {
                    Some(root) => texts.put(key, &root),
                    None => return Err(Error::input("restRoot: not a URL or path on the site")),
                },
                (_, Some(text)) => texts.put(key, text),
            }
        }
        let mut settings = Settings {
            name: text("name").unwrap_or(preset.map_or(about.name, |preset| preset.name)).to_owned(),
            // The truth as far as it is known: the preset's own site is gone, another site is the caller's word.
            working: preset.is_none_or(|preset| preset.url != url),
            widget: given.get("widget").and_then(Value::as_bool),
            url,
            texts,
            ..Settings::default()
        };
        if let Some(Value::Object(aliases)) = given.get("modelAliases") {
            settings.model_aliases = aliases.clone();
        }
        let models = given.get("models").and_then(Value::as_array);
        settings.models.extend(models.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        if let Some(preset) = preset {
            settings.default_model = preset.default_model.to_owned();
            if models.is_none() {
                settings.models.extend(preset.models.iter().map(|model| (*model).to_owned()));
            }
            if settings.model_aliases.is_empty() {
                preset.aliases.iter().for_each(|(from, to)| settings.model_aliases.put(from, to));
            }
        } else if let Some(first) = settings.models.first() {
            settings.default_model = first.clone();
        }
        if let Some(model) = text("defaultModel") {
            settings.default_model = model.to_owned();
        }
        Ok(settings)
    }

    /// One of [`TEXTS`].
    pub fn get(&self, key: &str) -> Option<&str> {
        self.texts.text(key)
    }

    /// The page with the chat.
    pub fn page(&self) -> String {
        self.get("page").map_or_else(|| join(&[&self.url, "/"]), str::to_owned)
    }

    /// Where WordPress takes the forms of its plugins.
    pub fn ajax(&self) -> String {
        join(&[&self.url, "/wp-admin/admin-ajax.php"])
    }

    /// Default, then alias, then the list if one is declared (g4f, 2024: the age of the two source providers).
    pub fn get_model(&self, name: &str) -> Result<String> {
        let name = if name.is_empty() { &self.default_model } else { name };
        let name = self.model_aliases.get(name).and_then(Value::as_str).unwrap_or(name);
        if self.models.is_empty() || self.models.iter().any(|model| model == name) {
            return Ok(name.to_owned());
        }
        let mut message = join(&["model '", name, "' is not one of ", &self.name, "; valid: "]);
        let mut separator = "";
        for valid in self.models.iter().map(String::as_str).chain(self.model_aliases.keys()) {
            message.push_str(separator);
            message.push_str(valid);
            separator = ", ";
        }
        Err(Error::new(Code::ModelNotFound, message))
    }

    /// Text that must stand in no error.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.get("nonce").into_iter().chain(self.get("apiKey"))
    }

    /// What the session of this provider is stored under: nonces of one bot and page are not another's.
    pub fn session_key(&self, about: &About) -> String {
        let mut key = join(&["rivulet:", about.name, ":", &self.url]);
        for part in ["page", "botId", "customId"] {
            key.push('|');
            key.push_str(self.get(part).unwrap_or_default());
        }
        key
    }
}

fn page_on(site: &str, page: &str) -> Result<String> {
    let page = http::resolve(&join(&[site, "/"]), page).filter(|page| http::origin(page) == http::origin(site));
    match page {
        None => Err(Error::input("page must be a path or URL on the site")),
        Some(page) if page.chars().any(http::is_blank) => Err(Error::input("page: not a URL")),
        Some(page) => Ok(page),
    }
}

/// Types of the settings, and what no header may hold. `null` is as good as nothing.
fn check(given: &Value) -> Result<()> {
    for key in TEXTS.into_iter().chain(["url", "name", "defaultModel"]) {
        match given.get(key) {
            None | Some(Value::Null | Value::String(_) | Value::Number(_)) => {}
            Some(_) => return Err(Error::input(join(&[key, " must be a string"]))),
        }
    }
    for key in ["nonce", "apiKey"] {
        header_value(given.text(key).unwrap_or_default(), key)?;
    }
    let is_name = |value: &Value| value.as_str().is_some();
    match given.get("models") {
        None | Some(Value::Null) => {}
        Some(Value::Array(models)) if models.iter().all(is_name) => {}
        Some(_) => return Err(Error::input("models must be an array of names")),
    }
    match given.get("modelAliases") {
        None | Some(Value::Null) => {}
        Some(Value::Object(aliases)) if aliases.iter().all(|(_, model)| is_name(model)) => {}
        Some(_) => return Err(Error::input("modelAliases must be an object of names")),
    }
    match given.get("widget") {
        None | Some(Value::Null | Value::Bool(_)) => Ok(()),
        Some(_) => Err(Error::input("widget must be true or false")),
    }
}

/// What goes into a header must not end it. The value stays out of the error: `fetch` itself would print it.
pub fn header_value(value: &str, what: &str) -> Result<()> {
    const NO: &str = " holds a line break, another control character or one beyond Latin-1, which no header may";
    match http::is_header_value(value) {
        true => Ok(()),
        false => Err(Error::input(join(&[what, NO]))),
    }
}
