//! What stands beside the text of an answer: citations, files, and what the service ran or found itself. Whatever has no event of
//! its own is told as `status` with the service's own object, one event for a block and not for each piece of it.

use super::message_decoder::{Kept, MessageDecoder, str_or_empty};
use crate::chat::Event;
use crate::exchange::EventQueue;
use crate::json::{self, Map, Value};
use crate::text::filled;

/// What is known of such notes until the end of the answer.
#[derive(Default)]
pub struct Notes {
    /// Blocks that are not complete, with their number and the JSON text of their input so far.
    open: Vec<(u64, Value, String)>,
    /// The number of the part to which the last reasoning belongs.
    part: Option<u64>,
    /// How much was told of lists that grow with the frames.
    counts: Vec<(&'static str, usize)>,
    /// What was told last under a name.
    last: Vec<(&'static str, Value)>,
    /// Members that no event tells.
    untold: Vec<String>,
    /// The ids of the items that were told, in this order. May be empty.
    items: Vec<String>,
    /// How many of them came again in the whole answer.
    items_again: usize,
    /// Bytes of all of this.
    pub bytes: usize,
}

/// How many blocks may be under way at once: a piece belongs to one of the last so many, and is compared with each of them.
const MAX_OPEN_BLOCKS: usize = 16;

impl Notes {
    /// Notes that the next reasoning belongs to this part. Returns the highest part so far. An earlier part that goes on changes nothing,
    /// since the scanner may take its frames.
    pub fn part_before(&mut self, part: u64) -> Option<u64> {
        let before = self.part;
        self.part = before.max(Some(part));
        before
    }

    /// Keeps a block until it is complete.
    pub fn begin(&mut self, index: u64, block: &Value) {
        self.bytes += block.size() + size_of::<(u64, Value, String)>();
        self.open.push((index, block.clone(), String::new()));
    }

    fn find(&mut self, index: u64) -> Option<usize> {
        let first = self.open.len().saturating_sub(MAX_OPEN_BLOCKS);
        self.open[first..].iter().rposition(|(at, ..)| *at == index).map(|at| first + at)
    }

    /// Adds a piece to a block that is kept: JSON of its input, or more of its texts. Returns whether there is such a block.
    pub fn add(&mut self, index: u64, delta: &Value) -> bool {
        let Some(at) = self.find(index) else { return false };
        self.bytes += delta.size();
        let (_, block, input) = &mut self.open[at];
        let Some(block) = block.as_object_mut() else { return true };
        for (key, value) in delta.as_object().into_iter().flat_map(Map::iter) {
            match (key, block.get_mut(key), value) {
                ("type", ..) => {}
                ("partial_json", _, Value::String(more)) => input.push_str(more),
                (_, Some(Value::String(known)), Value::String(more)) => known.push_str(more),
                _ => block.insert(key, value.clone()),
            }
        }
        true
    }

    /// What a list that grows with the frames has beyond what was told of it.
    pub fn beyond<'a>(&mut self, name: &'static str, list: &'a [Value]) -> &'a [Value] {
        if list.is_empty() {
            return list;
        }
        let at = self.counts.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            self.counts.push((name, 0));
            self.counts.len() - 1
        });
        let told = std::mem::replace(&mut self.counts[at].1, list.len());
        list.get(told..).unwrap_or_default()
    }

    /// Whether `value` differs from what was told last under this name.
    pub fn is_news(&mut self, name: &'static str, value: &Value) -> bool {
        let size = value.size();
        match self.last.iter_mut().find(|(known, _)| *known == name) {
            Some((_, last)) if last == value => return false,
            Some((_, last)) => {
                self.bytes = self.bytes.saturating_sub(last.size()) + size;
                *last = value.clone();
            }
            None => {
                self.bytes += size;
                self.last.push((name, value.clone()));
            }
        }
        true
    }

    /// Whether to warn that no event tells the member `key`: once for each of the first so many.
    pub fn warns_of(&mut self, key: &str) -> bool {
        let is_new = self.untold.len() < MAX_OPEN_BLOCKS && !self.untold.iter().any(|known| known == key);
        if is_new {
            self.bytes += key.len();
            self.untold.push(key.to_owned());
        }
        is_new
    }

    /// Notes that the item with this id is told.
    pub fn tells_item(&mut self, id: &str) {
        self.bytes += id.len() + size_of::<String>();
        self.items.push(id.to_owned());
    }

    /// Whether an item of the whole answer was told before. The whole answer has the items in the same order, but gateways leave some out.
    pub fn told_item(&mut self, id: &str) -> bool {
        let ahead = self.items.get(self.items_again..).unwrap_or_default();
        let found = ahead.iter().take(MAX_OPEN_BLOCKS).position(|known| known == id);
        self.items_again += found.map_or(0, |at| at + 1);
        found.is_some()
    }
}

/// A note in the service's own words: `raw` is what it says.
pub fn status(kind: &str, text: &str, raw: &Value, out: &mut EventQueue) {
    out.push(Event::Status { kind: kind.to_owned(), text: text.to_owned(), raw: raw.clone() });
}

/// As [`status`], for a value that may be absent and that comes again in later frames: it is told when it changes.
pub fn status_of_change(message: &mut MessageDecoder, name: &'static str, value: Option<&Value>, out: &mut EventQueue) {
    if let Some(value) = value.filter(|value| is_filled(value))
        && message.notes.is_news(name, value)
    {
        status(name, "", value, out);
    }
}

/// Whether a text, an object or a list has anything in it.
pub fn is_filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
        || value.as_object().is_some_and(|members| !members.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty())
}

/// What the service cites for a place of the answer: the source, and the citation of it. `in_text`: its offsets are offsets in the
/// text of the reply. A citation of all the text so far says nothing beyond its source.
pub fn cite(raw: &Value, in_text: bool, out: &mut EventQueue) {
    out.source(raw);
    let inner = raw.non_null("url_citation").unwrap_or(raw);
    let is_of_all = inner.number("start_index") == Some(0)
        && inner.number("end_index").is_some_and(|end| end >= out.text_bytes as u64);
    if !is_of_all {
        out.push(Event::Citation { raw: raw.clone(), in_text });
    }
    // A file that a tool of the service wrote.
    if matches!(str_or_empty(raw, "type"), "container_file_citation" | "file_path") {
        file(raw, out);
    }
}

/// A file that the service keeps under an id.
pub fn file(raw: &Value, out: &mut EventQueue) {
    out.push(Event::File(file_members(raw)));
}

/// The members of the event of a file.
pub fn file_members(raw: &Value) -> Map {
    let mut members = Map::new();
    for (key, names) in [
        ("mediaType", ["media_type", "mime_type"]),
        ("url", ["url", "file_data"]),
        ("id", ["file_id", "id"]),
        ("name", ["filename", "name"]),
    ] {
        if let Some(found) = names.iter().find_map(|name| raw.text(name)) {
            members.insert_str(key, found);
        }
    }
    members.insert("raw", raw.clone());
    members
}

/// A file as Base64, or a piece of sound, by its media type.
pub fn data(message: &mut MessageDecoder, media: &str, data: &str, out: &mut EventQueue) {
    let url = || filled("data:$;base64,$", &[media, data]);
    if media.starts_with("image/") {
        return message.image(url(), out);
    }
    let mut members = Map::new();
    if !media.is_empty() {
        members.insert_str("mediaType", media);
    }
    match media.starts_with("audio/") {
        true => {
            members.insert_str("data", data);
            message.content(Event::Audio(members), out);
        }
        false => {
            members.insert_str("url", &url());
            message.content(Event::File(members), out);
        }
    }
}

/// Tells the block with this number, which is complete, if there is one.
pub fn end_block(message: &mut MessageDecoder, index: u64, out: &mut EventQueue) {
    if let Some(at) = message.notes.find(index) {
        let (_, block, input) = message.notes.open.remove(at);
        message.notes.bytes = message.notes.bytes.saturating_sub(block.size() + input.len());
        tell_block(message, block, input, out);
    }
}

/// Tells all blocks whose end did not come.
pub fn end_blocks(message: &mut MessageDecoder, out: &mut EventQueue) {
    std::mem::take(&mut message.notes.open)
        .into_iter()
        .for_each(|(_, block, input)| tell_block(message, block, input, out));
}

/// Tells what a block is, and the files in it.
fn tell_block(message: &mut MessageDecoder, mut block: Value, input: String, out: &mut EventQueue) {
    if let Some(members) = block.as_object_mut().filter(|_| !input.is_empty()) {
        let parsed = json::parse(input.as_bytes()).ok().map(|parsed| parsed.value);
        members.insert("input", parsed.unwrap_or(Value::String(input)));
    }
    let content = block.get("content").unwrap_or(&Value::Null);
    let words = [
        block.text("name"),
        content.as_str(),
        content.text("error_code"),
        content.text("stdout").filter(|text| !text.is_empty()),
        content.text("stderr"),
    ];
    status(str_or_empty(&block, "type"), words.into_iter().flatten().next().unwrap_or_default(), &block, out);
    let files = content.list("content").iter().chain([&block]).filter(|file| file.text("file_id").is_some());
    files.for_each(|found| file(found, out));
    // It goes back with the message.
    message.keep_part(Kept::Own(block), out);
}
