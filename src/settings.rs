//! The settings of a provider, checked.

use crate::about::About;
use crate::error::{Code, Error, Result};
use crate::http;
use crate::presets::preset;
use crate::value::{Map, Value};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// For errors and `reply.provider`.
    pub name: String,
    /// Checked, without a trailing slash.
    pub url: String,
    pub page: Option<String>,
    pub rest_root: Option<String>,
    pub nonce: Option<String>,
    pub bot_id: Option<String>,
    pub custom_id: Option<String>,
    pub post_id: Option<String>,
    pub widget: Option<bool>,
    pub api_key: Option<String>,
    pub models: Vec<String>,
    pub default_model: String,
    pub model_aliases: Map,
    pub working: bool,
}

impl Settings {
    /// `given` may name a preset, whose values stand behind its own. Everything is checked before anything is kept.
    pub fn read(about: &About, given: &Value) -> Result<Settings> {
        check(given)?;
        let preset = given.get("preset").and_then(Value::as_str).and_then(preset);
        let text = |key: &str| given.get(key).and_then(Value::to_text).filter(|text| !text.is_empty());
        let url = match (text("url"), preset) {
            (Some(url), _) => http::parse_site(&url, "url")?,
            (None, Some(preset)) => preset.url.to_owned(),
            (None, None) => return Err(Error::input("url is missing: the address of the site")),
        };
        let page = text("page").map(|page| page_on(&url, &page)).transpose()?;
        let not_on_site = || Error::input("restRoot: not a URL or path on the site");
        let rest_root = text("restRoot").map(|root| http::on_site(&url, &root).ok_or_else(not_on_site)).transpose()?;
        let (declared, usual) = (given.get("models").and_then(Value::as_array), preset.map(|preset| preset.models));
        let models: Vec<String> = match declared {
            Some(models) => models.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => usual.into_iter().flatten().map(|model| (*model).to_owned()).collect(),
        };
        let mut model_aliases = given.get("modelAliases").and_then(Value::as_object).cloned().unwrap_or_default();
        if let (true, Some(preset)) = (model_aliases.is_empty(), preset) {
            preset.aliases.iter().for_each(|(from, to)| model_aliases.insert(from, (*to).into()));
        }
        let usual = preset.map(|preset| preset.default_model.to_owned());
        Ok(Settings {
            name: text("name").unwrap_or_else(|| preset.map_or(about.name, |preset| preset.name).to_owned()),
            // The truth as far as it is known: the preset's own site is gone, another site is the caller's word.
            working: preset.is_none_or(|preset| preset.url != url),
            page,
            rest_root,
            nonce: text("nonce"),
            bot_id: text("botId"),
            custom_id: text("customId"),
            post_id: text("postId"),
            widget: given.get("widget").and_then(Value::as_bool),
            api_key: text("apiKey"),
            default_model: text("defaultModel").or(usual).or_else(|| models.first().cloned()).unwrap_or_default(),
            models,
            model_aliases,
            url,
        })
    }

    /// Default, then alias, then the list if one is declared (g4f, 2024: the age of the two source providers).
    pub fn get_model(&self, name: &str) -> Result<String> {
        let name = if name.is_empty() { &self.default_model } else { name };
        let name = self.model_aliases.get(name).and_then(Value::as_str).unwrap_or(name);
        if self.models.is_empty() || self.models.iter().any(|model| model == name) {
            return Ok(name.to_owned());
        }
        let aliases = self.model_aliases.keys();
        let valid: Vec<&str> = self.models.iter().map(String::as_str).chain(aliases).collect();
        let message = format!("model '{name}' is not one of {}; valid: {}", self.name, valid.join(", "));
        Err(Error::new(Code::ModelNotFound, message))
    }

    /// Text that must stand in no error.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.nonce.iter().chain(&self.api_key).map(String::as_str)
    }

    /// What the session of this provider is stored under: nonces of one bot and page are not another's.
    pub fn session_key(&self, about: &About) -> String {
        let or_empty = |option: &Option<String>| option.clone().unwrap_or_default();
        let parts = [&self.url, &or_empty(&self.page), &or_empty(&self.bot_id), &or_empty(&self.custom_id)];
        format!("rivulet:{}:{}", about.name, parts.map(String::as_str).join("|"))
    }
}

fn page_on(site: &str, page: &str) -> Result<String> {
    let resolved = http::resolve(&format!("{site}/"), page).filter(|page| http::origin(page) == http::origin(site));
    let resolved = resolved.ok_or_else(|| Error::input("page must be a path or URL on the site"))?;
    if resolved.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Error::input("page: not a URL"));
    }
    Ok(resolved)
}

/// Types of the settings, and what no header may hold. `null` is as good as nothing.
fn check(given: &Value) -> Result<()> {
    let texts = ["url", "page", "restRoot", "nonce", "botId", "customId", "postId", "apiKey", "name", "defaultModel"];
    for key in texts {
        match given.get(key) {
            // Ids come as numbers, too.
            None | Some(Value::Null | Value::String(_) | Value::Number(_)) => {}
            Some(_) => return Err(Error::input(format!("{key} must be a string"))),
        }
    }
    for key in ["nonce", "apiKey"] {
        header_value(given.get(key).and_then(Value::as_str).unwrap_or_default(), key)?;
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
    match http::is_header_value(value) {
        true => Ok(()),
        false => Err(Error::input(format!(
            "{what} holds a line break, another control character or one beyond Latin-1, which no header may"
        ))),
    }
}
