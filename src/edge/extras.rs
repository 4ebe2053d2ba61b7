//! What a model gives beside text, reasoning and calls: images, sound, files, and what it cites. Each API has places for some of it; for
//! the rest a line of text says that it is there.

use super::Encoder;
use super::item::{Item, ItemKind};
use super::spec::Api;
use super::template::template;
use crate::chat::describe_citation;
use crate::http::url::data_url;
use crate::json::{Map, Value, fill_template};
use crate::text::{decimal, filled, join};

impl Encoder {
    /// An image: its address, or a `data:` URL.
    pub(super) fn image(&mut self, url: &str) {
        match (self.spec.api, data_url(url)) {
            (Api::Chat, _) => {
                self.kept_bytes += if self.spec.stream { 0 } else { url.len() };
                let image = fill_template(r#"{"type":"image_url","image_url":{"url":$}}"#, &[url]);
                self.chat_member("images", image);
            }
            (Api::Responses, Some((_, data))) => {
                self.kept_bytes += data.len();
                self.open(Item { text: data.to_owned(), ..Item::new(ItemKind::Image) });
                self.end_image();
            }
            (_, None) => self.note(&filled("![image]($)", &[url])),
            (_, Some((media, data))) => {
                let size = decimal((data.len() / 4 * 3) as u64);
                let where_else = " bytes: this API has no place for it, Chat Completions and Responses have]";
                self.note(&filled("[An image, $, $$", &[media, &size, where_else]));
            }
        }
    }

    /// A piece of the answer as sound.
    pub(super) fn audio(&mut self, members: &Map) {
        if self.spec.api == Api::Chat {
            let mut audio = Map::new();
            for (theirs, ours) in
                [("id", "id"), ("data", "data"), ("transcript", "transcript"), ("expires_at", "expiresAt")]
            {
                members.get(ours).into_iter().for_each(|value| audio.insert(theirs, value.clone()));
            }
            return self.chat_audio(audio);
        }
        match members.text("transcript") {
            Some(transcript) => self.text(transcript),
            None if self.has_sound => {}
            None => self.note("[Sound: this API has no place for it, Chat Completions have]"),
        }
        self.has_sound = true;
    }

    /// A file.
    pub(super) fn file(&mut self, members: &Map) {
        let text = |key| members.text_or_empty(key);
        let name =
            ["name", "id", "mediaType"].iter().map(|key| text(key)).find(|text| !text.is_empty()).unwrap_or("file");
        match data_url(text("url")) {
            None if !text("url").is_empty() => self.note(&filled("[$]($)", &[name, text("url")])),
            _ => self.note(&filled("[A file, $]", &[name])),
        }
    }

    /// A line of text of its own.
    fn note(&mut self, line: &str) {
        let before = if self.items.iter().any(|item| item.kind == ItemKind::Text) { "\n\n" } else { "" };
        self.text(&join(&[before, line]));
    }

    /// What the model cites. `is_citation`: for a place of the answer; a source alone is told only where there is no citation.
    pub(super) fn cite(&mut self, raw: &Value, is_citation: bool) {
        let mut described = describe_citation(raw);
        if self.spec.api == Api::Messages && raw.text("type").is_some_and(|kind| kind.ends_with("_location")) {
            described.insert("own", raw.clone());
        }
        if self.spec.api == Api::Completions || described.is_empty() {
            return;
        }
        self.kept_bytes += described.iter().map(|(key, value)| key.len() + value.size()).sum::<usize>();
        match is_citation {
            true => self.citations.push(described),
            false => self.sources.push(described),
        }
    }

    /// The citations that came since this was asked last, in the form of the API. `is_last`: no further ones come.
    pub(super) fn take_citations(&mut self, is_last: bool) -> Vec<Value> {
        self.has_citations |= !self.citations.is_empty();
        let mut taken = std::mem::take(&mut self.citations);
        if is_last && !self.has_citations {
            taken = std::mem::take(&mut self.sources);
        }
        taken.iter().filter_map(|cited| citation(cited, self.spec.api)).collect()
    }

    /// Gives the citations to the text that they are about, the last one.
    pub(super) fn place_citations(&mut self) {
        let mut citations = self.take_citations(true);
        if let Some(item) = self.items.iter_mut().rev().find(|item| item.kind == ItemKind::Text) {
            item.annotations.append(&mut citations);
        }
    }

    /// A member of the message of Chat Completions that is a list.
    fn chat_member(&mut self, key: &'static str, value: Value) {
        if !self.spec.stream {
            let mut list = match self.members.take(key) {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            };
            list.push(value);
            return self.members.insert(key, list.into());
        }
        let mut delta = Map::new();
        delta.insert(key, vec![value].into());
        self.chat_delta(delta);
    }

    fn chat_audio(&mut self, audio: Map) {
        self.kept_bytes += audio.iter().map(|(_, value)| value.size()).sum::<usize>();
        if self.spec.stream {
            let mut delta = Map::new();
            delta.insert("audio", audio.into());
            return self.chat_delta(delta);
        }
        let mut known = match self.members.take("audio") {
            Some(Value::Object(known)) => known,
            _ => Map::new(),
        };
        for (key, value) in audio.iter() {
            match (known.get_mut(key), value) {
                (Some(Value::String(known)), Value::String(more)) if matches!(key, "data" | "transcript") => {
                    known.push_str(more);
                }
                _ => known.insert(key, value.clone()),
            }
        }
        self.members.insert("audio", known.into());
    }

    /// A chunk of Chat Completions with this piece of the message.
    pub(super) fn chat_delta(&mut self, delta: Map) {
        self.begin();
        self.piece = delta.to_json();
        self.fill(template!(
            r#"data: {"id":$id,"object":"chat.completion.chunk","created":$created,"model":$model,"choices":[{"index":0,"#,
            "\"delta\":$raw_piece,\"logprobs\":null,\"finish_reason\":null}]$no_usage_yet}\n\n"
        ));
    }
}

/// A citation in the form of the API. `None`: the API has none for it.
fn citation(cited: &Map, api: Api) -> Option<Value> {
    let text = |key| cited.text_or_empty(key);
    let number = |key| decimal(cited.get(key).and_then(Value::as_u64).unwrap_or_default());
    let (url, title, start, end) = (text("url"), text("title"), number("start"), number("end"));
    Some(match api {
        Api::Messages => match cited.get("own") {
            Some(own) => own.clone(),
            None if url.is_empty() => return None,
            None => {
                let template =
                    r#"{"type":"web_search_result_location","url":$,"title":$,"cited_text":$,"encrypted_index":""}"#;
                fill_template(template, &[url, title, text("text")])
            }
        },
        Api::Responses if url.is_empty() => {
            fill_template(r#"{"type":"file_citation","file_id":"","filename":$,"index":%}"#, &[title, &start])
        }
        Api::Responses => {
            let template = r#"{"type":"url_citation","url":$,"title":$,"start_index":%,"end_index":%}"#;
            fill_template(template, &[url, title, &start, &end])
        }
        _ if url.is_empty() => {
            let template = r#"{"type":"file_citation","file_citation":{"filename":$,"quote":$}}"#;
            fill_template(template, &[title, text("text")])
        }
        _ => {
            let template =
                r#"{"type":"url_citation","url_citation":{"url":$,"title":$,"start_index":%,"end_index":%}}"#;
            fill_template(template, &[url, title, &start, &end])
        }
    })
}
