//! The recorded exchanges of `tests/wire`: request and head from `CASE.http`, body byte for byte from the file beside it.

use std::fs;
use std::path::{Path, PathBuf};

use rivulet::http::{Head, WANTED_HEADERS};
use serde_json::Value;

use super::drive::Reply;

#[derive(Clone, Debug)]
pub struct Tape {
    /// Folder and case, as in `ai-engine/stream-ascii`.
    pub name: String,
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub sent: String,
    pub reply: Reply,
}

impl Tape {
    pub fn read(name: &str) -> Tape {
        let path = wire().join(format!("{name}.http"));
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let (request, response) = text.split_once("--- response ---\n").expect("no response in the recording");
        let (head, sent) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines().skip_while(|line| line.starts_with("---"));
        let mut first = lines.next().unwrap_or_default().split(' ');
        let mut word = || first.next().unwrap_or_default().to_owned();
        let (method, target) = (word(), word());
        let headers = lines.filter_map(header).collect();
        let sent = sent.strip_suffix('\n').unwrap_or(sent).to_owned();
        let head = response.split("\n\n").next().unwrap_or_default();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("no status");
        let mut reply = Reply::new(status, body(name));
        reply.head = Head { status, headers: head.lines().filter_map(header).filter(is_wanted).collect() };
        Tape { name: name.to_owned(), method, target, headers, sent, reply }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.sent).ok()
    }

    /// The form fields sent, or the query of a GET, decoded.
    pub fn fields(&self) -> Vec<(String, String)> {
        match self.target.split_once('?') {
            Some((_, query)) if self.method == "GET" => form_fields(query),
            _ => form_fields(&self.sent),
        }
    }

    pub fn field(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

pub fn wire() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire")
}

/// All cases that have a recording, sorted.
pub fn names() -> Vec<String> {
    files().into_iter().filter_map(|name| name.strip_suffix(".http").map(str::to_owned)).collect()
}

/// All files of all folders, sorted.
pub fn files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in folders() {
        for entry in fs::read_dir(wire().join(&folder)).expect("no recordings") {
            files.push(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    files.retain(|file| !file.ends_with("/calls.json"));
    files.sort();
    files
}

pub fn folders() -> Vec<String> {
    let entries = fs::read_dir(wire()).expect("no recordings").map(Result::unwrap);
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Of services whose recordings say themselves how they are asked and what comes of it (`calls.json`, part G of the wire
/// reference).
pub fn calls(folder: &str) -> serde_json::Map<String, Value> {
    let Ok(text) = fs::read_to_string(wire().join(folder).join("calls.json")) else { return Default::default() };
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{folder}/calls.json: {error}"))
}

/// `application/x-www-form-urlencoded`, by the URL standard and not by our own code.
pub fn form_fields(body: &str) -> Vec<(String, String)> {
    let pairs = body.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        (rest, _) = match (first, hex) {
            (b'%', Some(byte)) => (&tail[2..], bytes.push(byte)),
            (b'+', _) => (tail, bytes.push(b' ')),
            (&byte, _) => (tail, bytes.push(byte)),
        };
    }
    String::from_utf8(bytes).expect("a form field is not UTF-8")
}

fn body(name: &str) -> Vec<u8> {
    let endings = ["sse", "ndjson", "json", "html", "txt"];
    endings.iter().find_map(|ending| fs::read(wire().join(format!("{name}.{ending}"))).ok()).unwrap_or_default()
}

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(": ")?;
    Some((name.to_ascii_lowercase(), value.to_owned()))
}

fn is_wanted((name, _): &(String, String)) -> bool {
    WANTED_HEADERS.split(' ').any(|wanted| wanted == name)
}
