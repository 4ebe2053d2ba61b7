//! The settings of a provider, checked.

use crate::chat::{Code, Error, Result};
use crate::http::{self, url};
use crate::json::{Map, Value};
use crate::options::{About, preset};
use crate::text::join;

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
    /// See [`Settings::get`].
    texts: Map,
    /// As the caller gave them: what of a call's options they have stands behind the call's own.
    pub given: Value,
}

/// What a site's session and requests are made of. Ids come as numbers, too.
const TEXTS: [&str; 7] = ["nonce", "apiKey", "botId", "customId", "postId", "version", "accountId"];

impl Settings {
    /// `given` may name a preset, whose values stand behind its own. Everything is checked before anything is kept.
    pub fn read(about: &About, given: &Value) -> Result<Settings> {
        check(given)?;
        let preset = given.text("preset").and_then(preset);
        let text = |key: &str| {
            let text = given.id(key).filter(|text| !text.is_empty());
            text.or_else(|| preset?.text(key))
        };
        let is_service = !about.base_url.is_empty();
        if is_service && given.known("url").is_some() {
            // Or the key would go to another service than the one that was meant.
            return Err(Error::input("url is not a setting of this provider: its address is baseUrl"));
        }
        let (setting, usual) = if is_service { ("baseUrl", Some(about.base_url)) } else { ("url", None) };
        let Some(url) = text(setting).or(usual) else {
            return Err(Error::input("url is missing: the address of the site"));
        };
        let url = url::parse_site(url, setting)?;
        let mut settings = Settings {
            name: text("name").unwrap_or(about.name).to_owned(),
            // The truth as far as it is known: the preset's own site is gone, another site is the caller's word.
            working: preset.is_none_or(|preset| preset.url != url),
            widget: given.get("widget").and_then(Value::as_bool),
            texts: addresses(given, &url)?,
            url,
            given: given.clone(),
            ..Settings::default()
        };
        for key in TEXTS {
            if let Some(text) = text(key) {
                settings.texts.put(key, text);
            }
        }
        for model in given.list("models").iter().filter_map(Value::as_str) {
            settings.models.push(model.to_owned());
        }
        if let Some(Value::Object(aliases)) = given.get("modelAliases") {
            settings.model_aliases = aliases.clone();
        }
        if let Some(preset) = preset {
            if given.known("models").is_none() {
                preset.models.iter().for_each(|model| settings.models.push((*model).to_owned()));
            }
            if settings.model_aliases.is_empty() {
                preset.aliases.iter().for_each(|(from, to)| settings.model_aliases.put(from, to));
            }
        }
        let first = settings.models.first().map(String::as_str);
        settings.default_model = text("defaultModel").or(first).unwrap_or_default().to_owned();
        Ok(settings)
    }

    /// One of `TEXTS`, or `page` or `restRoot`, resolved.
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

/// Of page and REST root, on the site.
fn addresses(given: &Value, site: &str) -> Result<Map> {
    let mut found = Map::new();
    if let Some(page) = given.id("page").filter(|page| !page.is_empty()) {
        let page = url::resolve(&join(&[site, "/"]), page).filter(|page| url::origin(page) == url::origin(site));
        match page {
            None => return Err(Error::input("page must be a path or URL on the site")),
            Some(page) if page.chars().any(url::is_blank) => return Err(Error::input("page: not a URL")),
            Some(page) => found.put("page", &page),
        }
    }
    if let Some(root) = given.id("restRoot").filter(|root| !root.is_empty()) {
        match url::on_site(site, root) {
            None => return Err(Error::input("restRoot: not a URL or path on the site")),
            Some(root) => found.put("restRoot", &root),
        }
    }
    Ok(found)
}

/// Types of the settings, and what no header may hold. `null` is as good as nothing.
fn check(given: &Value) -> Result<()> {
    for (keys, is_right, what) in TYPES {
        for key in *keys {
            if given.known(key).is_some_and(|value| !is_right(value)) {
                return Err(Error::input(join(&[key, what])));
            }
        }
    }
    for key in ["nonce", "apiKey", "version"] {
        header_value(given.text(key).unwrap_or_default(), key)?;
    }
    Ok(())
}

type Type = (&'static [&'static str], fn(&Value) -> bool, &'static str);

const TYPES: &[Type] = &[
    (&TEXTS, is_id, " must be a string"),
    (&["page", "restRoot", "url", "baseUrl", "name", "defaultModel"], is_id, " must be a string"),
    (
        &["models"],
        |value| value.as_array().is_some_and(|names| names.iter().all(is_name)),
        " must be an array of names",
    ),
    (
        &["modelAliases"],
        |value| value.as_object().is_some_and(|names| names.iter().all(|(_, name)| is_name(name))),
        " must be an object of names",
    ),
    (&["widget"], |value| value.as_bool().is_some(), " must be true or false"),
];

fn is_id(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some()
}

/// What goes into a header must not end it. The value stays out of the error: `fetch` itself would print it.
pub fn header_value(value: &str, what: &str) -> Result<()> {
    const NO: &str = " holds a line break, another control character or one beyond Latin-1, which no header may";
    match http::is_header_value(value) {
        true => Ok(()),
        false => Err(Error::input(join(&[what, NO]))),
    }
}
