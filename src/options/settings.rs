//! The settings of a provider, checked.

use crate::chat::{Code, Error, Result};
use crate::http::{self, url};
use crate::json::{Map, Value};
use crate::options::names::{BASE_URL, check_settings};
use crate::options::{Preset, ProtocolInfo, SettingKind, preset};
use crate::text::{filled, join};

/// What a provider was made with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The provider's name, for errors and `reply.provider`.
    pub name: String,
    /// Address of the site or service, checked, without a trailing slash.
    pub url: String,
    /// The query of `baseUrl` with its `?`, such as `?api-version=2024-10-21`, which each request of a service has. Empty:
    /// there is none, as for sites.
    query: String,
    /// The models that may be asked for. Empty: any model.
    pub models: Vec<String>,
    /// The model of a request that names none. Empty: the service's own default.
    pub default_model: String,
    /// Other names of models, each with the model that it stands for.
    pub model_aliases: Map,
    /// Whether the site is thought to be in service: `false` only for the sites of the presets.
    pub working: bool,
    /// The texts that [`Settings::get`] returns.
    texts: Map,
    /// The settings as the caller gave them. Those that are also options count for every request.
    pub given: Value,
}

impl Settings {
    /// Reads what the caller gave. It may name a preset, whose values count where nothing else is given.
    ///
    /// # Errors
    /// [`Code::Input`]: a setting is of the wrong type, or the address is missing or not a URL.
    pub fn read(info: &ProtocolInfo, given: &Value) -> Result<Settings> {
        check(info, given)?;
        let preset = given.text("preset").and_then(preset);
        let text = |key: &str| {
            let text = given.string_or_number(key).filter(|text| !text.is_empty());
            text.or_else(|| preset?.text(key))
        };
        if !info.is_site() && given.non_null("url").is_some() {
            // Without this check the key would go to another service than the caller meant.
            return Err(Error::input("url is not a setting of this provider: its address is baseUrl"));
        }
        check_settings(info, given)?;
        let setting = info.peer().setting();
        let usual = (!info.is_site()).then_some(info.base_url);
        let other_name = (!info.is_site()).then(|| text(BASE_URL)).flatten();
        if let (Some(url), Some(other)) = (text(setting), other_name)
            && url != other
        {
            return Err(Error::input("baseUrl and baseURL are two names of one setting, and their values differ"));
        }
        let Some(url) = text(setting).or(other_name).or(usual) else {
            return Err(Error::input("url is missing: the address of the site"));
        };
        if let Some(place) = url.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            // The addresses of some services in SERVICES have such places.
            let parts = [setting, ": write it out with your own ", place.0, ", which stands in it as {", place.0, "}"];
            return Err(Error::input(join(&parts)));
        }
        let query = if info.is_site() { "" } else { url::query(url) };
        let query = query.to_owned();
        let url = url::parse_site(url, setting)?;
        let mut settings = Settings {
            name: text("name").unwrap_or(info.name).to_owned(),
            // Only the sites of the presets are known to be gone.
            working: preset.is_none_or(|preset| preset.url != url),
            texts: texts(info, given, &url, text)?,
            url,
            query,
            given: given.clone(),
            ..Settings::default()
        };
        settings.read_models(preset);
        let first = settings.models.first().map(String::as_str);
        settings.default_model = text("defaultModel").or(first).unwrap_or_default().to_owned();
        Ok(settings)
    }

    /// Fills the models and their aliases from what the caller gave, or else from the preset.
    fn read_models(&mut self, preset: Option<&'static Preset>) {
        for model in self.given.list("models").iter().filter_map(Value::as_str) {
            self.models.push(model.to_owned());
        }
        if let Some(Value::Object(aliases)) = self.given.get("modelAliases") {
            self.model_aliases = aliases.clone();
        }
        let Some(preset) = preset else { return };
        if self.given.non_null("models").is_none() {
            preset.models.iter().for_each(|model| self.models.push((*model).to_owned()));
        }
        if self.model_aliases.is_empty() {
            preset.aliases.iter().for_each(|(from, to)| self.model_aliases.insert_str(from, to));
        }
    }

    /// The text of one of the protocol's own settings ([`ProtocolInfo::settings`]), or of `apiKey`. Addresses are
    /// resolved.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.texts.text(key)
    }

    /// The address of `path` below the service's own, with the query of `baseUrl` behind it. `path` may have a query, too.
    pub fn address(&self, path: &str) -> String {
        match self.query.strip_prefix('?') {
            Some(more) if path.contains('?') => filled("$$&$", &[&self.url, path, more]),
            _ => join(&[&self.url, path, &self.query]),
        }
    }

    /// A setting that is `true` or `false`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.given.get(key).and_then(Value::as_bool)
    }

    /// The model that `name` stands for: the default where it is empty, then the aliases, then the list if there is
    /// one. g4f did the same in 2024, when the two source providers were written.
    ///
    /// # Errors
    /// [`Code::ModelNotFound`]: the list has no such model.
    pub fn get_model(&self, name: &str) -> Result<String> {
        let name = if name.is_empty() { &self.default_model } else { name };
        let name = self.resolved(name);
        if self.models.is_empty() || self.models.iter().any(|model| model == name) {
            return Ok(name.to_owned());
        }
        let mut message = filled("model '$' is not one of $; valid: ", &[name, &self.name]);
        let mut separator = "";
        for valid in self.models.iter().map(String::as_str).chain(self.model_aliases.keys()) {
            message.push_str(separator);
            message.push_str(valid);
            separator = ", ";
        }
        Err(Error::new(Code::ModelNotFound, message))
    }

    /// The model that makes vectors: `name`, or else the setting `embeddingModel`, which counts whatever the list of models has.
    ///
    /// # Errors
    /// [`Code::Input`]: there is none. [`Code::ModelNotFound`]: the list has no such model.
    pub fn embedding_model(&self, name: &str) -> Result<String> {
        let own = self.given.text_or_empty("embeddingModel");
        match if name.is_empty() { own } else { name } {
            "" => Err(Error::input(
                "model is missing: give embed the name of an embedding model, or the provider the setting embeddingModel",
            )),
            name if name == own => Ok(self.resolved(name).to_owned()),
            name => self.get_model(name),
        }
    }

    /// The model that an alias stands for, or else the name itself.
    fn resolved<'a>(&'a self, name: &'a str) -> &'a str {
        self.model_aliases.get(name).and_then(Value::as_str).unwrap_or(name)
    }

    /// The nonce and the key: texts that must not stand in an error.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.get("nonce").into_iter().chain(self.get("apiKey"))
    }
}

/// What stands in for a key that the caller's function gives for each request: JavaScript keeps the function
/// (`src/js/options.js`), and `src/web/driver.rs` puts its key in the place of this text at the end of a header.
pub const KEY_OF_FUNCTION: &str = "rivulet-key-of-a-function";

/// Settings that every provider has.
const COMMON: &[(&str, SettingKind)] = &[("apiKey", SettingKind::HeaderValue)];

/// The texts of the protocol's own settings, with addresses resolved against `site`.
fn texts<'a>(info: &ProtocolInfo, given: &Value, site: &str, text: impl Fn(&str) -> Option<&'a str>) -> Result<Map> {
    let mut found = Map::new();
    for &(key, kind) in COMMON.iter().chain(info.settings) {
        let is_address = matches!(kind, SettingKind::SiteUrl | SettingKind::SitePath);
        match given.string_or_number(key).filter(|text| is_address && !text.is_empty()) {
            Some(address) if kind == SettingKind::SiteUrl => found.insert_str(key, &on_this_site(site, address, key)?),
            Some(address) => match url::on_site(site, address) {
                None => return Err(Error::wrong("$: not a URL or path on the site", &[key])),
                Some(address) => found.insert_str(key, &address),
            },
            None => {
                if let Some(text) = text(key).filter(|_| kind != SettingKind::Flag) {
                    found.insert_str(key, text);
                }
            }
        }
    }
    Ok(found)
}

/// The address `given`, which must have the origin of `site`.
fn on_this_site(site: &str, given: &str, key: &str) -> Result<String> {
    let resolved = url::resolve(&filled("$/", &[site]), given);
    match resolved.filter(|address| url::origin(address) == url::origin(site)) {
        None => Err(Error::wrong("$ must be a path or URL on the site", &[key])),
        Some(address) if address.chars().any(url::is_blank) => Err(Error::wrong("$: not a URL", &[key])),
        Some(address) => Ok(address),
    }
}

/// Checks the types of the settings, and that those for headers hold only what a header may hold.
fn check(info: &ProtocolInfo, given: &Value) -> Result<()> {
    let wrong = |key: &str, what: &str| Err(Error::input(join(&[key, what])));
    for &(key, kind) in COMMON.iter().chain(info.settings) {
        let value = given.non_null(key);
        match kind {
            SettingKind::Flag if value.is_some_and(|value| value.as_bool().is_none()) => {
                return wrong(key, " must be true or false");
            }
            SettingKind::Flag => {}
            _ if !value.is_none_or(is_id) => return wrong(key, " must be a string"),
            SettingKind::HeaderValue => header_value(given.text_or_empty(key), key)?,
            _ => {}
        }
    }
    for &key in &["url", "baseUrl", BASE_URL, "name", "defaultModel", "embeddingModel"] {
        if !given.non_null(key).is_none_or(is_id) {
            return wrong(key, " must be a string");
        }
    }
    let is_names = |value: &Value| value.as_array().is_some_and(|names| names.iter().all(is_name));
    if !given.non_null("models").is_none_or(is_names) {
        return wrong("models", " must be an array of names");
    }
    let is_map = |value: &Value| value.as_object().is_some_and(|names| names.iter().all(|(_, name)| is_name(name)));
    if !given.non_null("modelAliases").is_none_or(is_map) {
        return wrong("modelAliases", " must be an object of names");
    }
    Ok(())
}

/// Whether `value` is a string or a number.
fn is_id(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some()
}

/// Checks that `value` may be in a header. The error names `what` and not the value, which `fetch` itself would print.
///
/// # Errors
/// [`Code::Input`]: it holds a line break, another control character, or a character beyond Latin-1.
pub fn header_value(value: &str, what: &str) -> Result<()> {
    const NO: &str = " holds a line break, another control character or one beyond Latin-1, which no header may";
    match http::is_header_value(value) {
        true => Ok(()),
        false => Err(Error::input(join(&[what, NO]))),
    }
}
