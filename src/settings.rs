//! What the caller gives - the settings of a provider and the options of a call - checked and turned into a [`Call`].

use crate::value::{Map, Value};

use crate::chat::{Call, History, Message};
use crate::error::{Code, Error, Result};
use crate::http;
use crate::providers::{self, Protocol};

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
    pub fn read(protocol: &Protocol, given: &Value) -> Result<Settings> {
        check(given)?;
        let preset = given.get("preset").and_then(Value::as_str).and_then(providers::preset);
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
            name: text("name").unwrap_or_else(|| preset.map_or(protocol.name, |preset| preset.name).to_owned()),
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
    pub fn session_key(&self, protocol: &Protocol) -> String {
        let or_empty = |option: &Option<String>| option.clone().unwrap_or_default();
        let parts = [&self.url, &or_empty(&self.page), &or_empty(&self.bot_id), &or_empty(&self.custom_id)];
        format!("rivulet:{}:{}", protocol.name, parts.map(String::as_str).join("|"))
    }
}

impl Call {
    /// `settings` and `options` as the caller gave them; an option of the call wins over the same one in the settings.
    pub fn read(protocol: &Protocol, settings: &Value, options: &Value, random: [u64; 2]) -> Result<Call> {
        let checked = Settings::read(protocol, settings)?;
        let option = |key: &str| match options.get(key) {
            Some(Value::Null) | None => settings.get(key).filter(|value| !value.is_null()),
            given => given,
        };
        if let Some(model) = option("model") {
            let model = model.as_str().ok_or_else(|| Error::input("model must be a string"))?;
            checked.get_model(model)?;
        }
        let preset = settings.get("preset").and_then(Value::as_str).and_then(providers::preset);
        let history = match option("history").map(|value| value.as_str().unwrap_or_default()) {
            None if preset.is_some() => History::Prompt,
            None | Some("messages") => History::Messages,
            Some("prompt") => History::Prompt,
            Some(_) => return Err(Error::input("history must be 'messages' or 'prompt'")),
        };
        let mut warnings = Vec::new();
        if checked.models.is_empty() && options.get("model").is_some_and(|model| !model.is_null()) {
            warnings.push(format!("the bots of {} have their own model: 'model' was left out", checked.name));
        }
        let session_only = options.get("sessionOnly") == Some(&Value::Bool(true));
        let messages = match options.get("messages") {
            _ if session_only => Vec::new(),
            None | Some(Value::Null) => return Err(Error::input("messages is missing")),
            Some(messages) => read_messages(messages, &mut warnings)?,
        };
        let conversation = match options.get("conversation") {
            Some(Value::Object(conversation)) => conversation.clone(),
            Some(Value::Null) | None => Map::new(),
            Some(_) => return Err(Error::input("conversation must be the object that reply.conversation gave")),
        };
        for name in ["temperature", "topP", "maxTokens", "stop", "seed", "tools", "responseFormat", "extra"] {
            if option(name).is_some() && !protocol.options.contains(&name) {
                warnings.push(format!("{} has no way to pass on '{name}': it was left out", checked.name));
            }
        }
        Ok(Call { settings: checked, messages, history, conversation, random, foreign: false, session_only, warnings })
    }
}

/// A bare string is one user message. `content` is a string or OpenAI's content parts.
pub fn read_messages(messages: &Value, warnings: &mut Vec<String>) -> Result<Vec<Message>> {
    match messages {
        Value::String(text) => Ok(vec![Message { role: "user".to_owned(), text: text.clone() }]),
        Value::Array(list) if list.is_empty() => Err(Error::input("messages is empty: give at least one message")),
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, message)| read_message(message, index, warnings)).collect()
        }
        _ => Err(Error::input("messages must be an array of { role, content }, or a string")),
    }
}

fn read_message(message: &Value, index: usize, warnings: &mut Vec<String>) -> Result<Message> {
    let at = |what: &str| Error::input(format!("messages[{index}]{what}"));
    let message = message.as_object().ok_or_else(|| at(" must be an object { role, content }"))?;
    let role = match message.get("role") {
        Some(Value::String(role)) if !role.trim().is_empty() => role.trim().to_owned(),
        Some(Value::Null) | None => return Err(at(".role is missing")),
        Some(_) => return Err(at(".role must be a string such as 'user'")),
    };
    let text = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let mut text = String::new();
            for (number, part) in parts.iter().enumerate() {
                text.push_str(&read_part(part, &format!("messages[{index}].content[{number}]"), warnings)?);
            }
            text
        }
        // An assistant turn that only called tools has no content.
        Some(Value::Null) | None if role != "user" => String::new(),
        Some(Value::Null) | None => return Err(at(".content is missing")),
        Some(_) => return Err(at(".content must be a string or an array of content parts")),
    };
    Ok(Message { role, text })
}

fn read_part(part: &Value, path: &str, warnings: &mut Vec<String>) -> Result<String> {
    let wrong = || Error::input(format!("{path} must be a string or an object with a type"));
    match part {
        Value::String(text) => Ok(text.clone()),
        Value::Object(part) => match part.get("type").map_or(Some("text"), Value::as_str).ok_or_else(wrong)? {
            "text" => match part.get("text") {
                Some(Value::String(text)) => Ok(text.clone()),
                _ => Err(Error::input(format!("{path}.text must be a string"))),
            },
            other => {
                warnings.push(format!("{path} is of type '{other}', which this protocol cannot carry: left out"));
                Ok(String::new())
            }
        },
        _ => Err(wrong()),
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
