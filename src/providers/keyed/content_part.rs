//! Parts of a message's content: what callers write in the forms of OpenAI's two APIs, of Anthropic, of Gemini and of the AI SDK is
//! read into one form, which each protocol writes in its own.

use std::borrow::Cow;

use super::message_decoder::str_or_empty;
use crate::chat::{Error, Result};
use crate::http::base64;
use crate::http::url::data_url;
use crate::json::{Map, Value};
use crate::text::{behind_last, cut, filled};

/// A part of a message.
pub enum ContentPart<'a> {
    /// Text.
    Text(&'a str),
    /// An image, a file, or a recording.
    Media(Media<'a>),
    /// Reasoning of the assistant, in the form of the service that gave it.
    Reasoning(&'a Value),
    /// A part that only one service has, in its own form.
    Other(&'a Value),
    /// The mark of a cache (`cache_control`), which is about the part before it.
    CacheMark(&'a Value),
    /// A tool call of the assistant.
    ToolCall {
        /// The id by which its result names it.
        id: &'a str,
        /// Name of the tool.
        name: &'a str,
        /// JSON text, as the caller gave it.
        arguments: &'a str,
    },
    /// The result of a tool call.
    ToolResult {
        /// The id of that call.
        id: &'a str,
        /// Name of the tool, as far as it is known.
        name: &'a str,
        /// The texts of the result as one.
        text: String,
        /// The images and files of the result.
        media: Vec<ContentPart<'a>>,
        /// Whether the tool failed.
        has_failed: bool,
    },
}

/// What a [`Media`] is. The type of the content decides, where it is known: an image may come as a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// An image.
    Image,
    /// A recording.
    Audio,
    /// A video.
    Video,
    /// A document, such as a PDF or a text.
    File,
}

impl MediaKind {
    /// The kind in words, for errors and warnings.
    pub fn name(self) -> &'static str {
        match self {
            MediaKind::Image => "an image",
            MediaKind::Audio => "audio",
            MediaKind::Video => "a video",
            MediaKind::File => "a file",
        }
    }
}

/// An image, a file, or a recording.
pub struct Media<'a> {
    /// What it is.
    pub kind: MediaKind,
    /// The content, or where it is.
    pub source: Source<'a>,
    /// The media type, such as `image/png`. Empty: it is not known.
    pub media: &'a str,
    /// The name of the file. May be empty.
    pub name: &'a str,
    /// How closely the model should look at it: `low`, `high` or `auto`. Empty: the caller does not say.
    pub detail: &'a str,
    /// The part as the caller gave it.
    pub given: &'a Value,
}

/// The content of a [`Media`], or where it is.
pub enum Source<'a> {
    /// The content in Base64, which goes into the request without a copy ([`Value::end`]).
    Data(Value),
    /// The address.
    Url(&'a str),
    /// The id that a service gave it when it was uploaded.
    Id(&'a str),
    /// A text.
    Text(&'a str),
}

impl Media<'_> {
    /// The name of the file, or one that its type gives it.
    pub fn file_name(&self) -> &str {
        if self.name.is_empty() { default_name(self.media) } else { self.name }
    }

    /// The address, or the content as a `data:` URL.
    pub fn url(&self) -> Option<Value> {
        match &self.source {
            Source::Url(url) => Some((*url).into()),
            Source::Data(data) => {
                // The URL may stand in the part already. It is large, so it is not put together again.
                let url = ["/image_url/url", "/image_url", "/file/file_data", "/file_data", "/image", "/data"]
                    .iter()
                    .find_map(|place| self.given.pointer(place))
                    .filter(|url| url.as_str().is_some_and(|url| url.starts_with("data:")));
                let text = || filled("data:$;base64,$", &[self.media, data.as_str().unwrap_or_default()]);
                Some(url.map_or_else(|| text().as_str().into(), Value::clone))
            }
            Source::Id(_) | Source::Text(_) => None,
        }
    }
}

/// Where a media's content is expected in a part, by the type of the part. Pointers are tried in turn.
struct Form {
    /// The type of the part.
    name: &'static str,
    kind: MediaKind,
    content: &'static [&'static str],
}

/// The forms of OpenAI's two APIs, Anthropic, the AI SDK, MCP, Mistral, Perplexity and OpenRouter.
const FORMS: &[Form] = &[
    Form { name: "image_url", kind: MediaKind::Image, content: &["/image_url/url", "/image_url"] },
    Form { name: "input_image", kind: MediaKind::Image, content: &["/image_url/url", "/image_url"] },
    Form {
        name: "image",
        kind: MediaKind::Image,
        content: &["/source/data", "/source/url", "/image", "/data", "/url"],
    },
    Form { name: "image-data", kind: MediaKind::Image, content: &["/data"] },
    Form { name: "image-url", kind: MediaKind::Image, content: &["/url"] },
    Form { name: "media", kind: MediaKind::File, content: &["/data"] },
    Form { name: "file-data", kind: MediaKind::File, content: &["/data"] },
    Form { name: "file-url", kind: MediaKind::File, content: &["/url"] },
    Form { name: "audio", kind: MediaKind::Audio, content: &["/data"] },
    Form { name: "document", kind: MediaKind::File, content: &["/source/data", "/source/url"] },
    Form {
        name: "file",
        kind: MediaKind::File,
        content: &["/file/file_data", "/file/file_url", "/file_data", "/file_url", "/data", "/url"],
    },
    Form { name: "input_file", kind: MediaKind::File, content: &["/file_data", "/file_url"] },
    Form { name: "document_url", kind: MediaKind::File, content: &["/document_url/url", "/document_url"] },
    Form { name: "file_url", kind: MediaKind::File, content: &["/file_url/url", "/file_url"] },
    Form {
        name: "input_audio",
        kind: MediaKind::Audio,
        content: &["/input_audio/data", "/input_audio/url", "/input_audio"],
    },
    Form { name: "audio_url", kind: MediaKind::Audio, content: &["/audio_url/url", "/audio_url"] },
    Form { name: "video_url", kind: MediaKind::Video, content: &["/video_url/url", "/video_url"] },
    Form { name: "input_video", kind: MediaKind::Video, content: &["/input_video/data", "/input_video/url"] },
];

/// Whether a part of this type is an image, a file or a recording.
pub fn is_known(kind: &str) -> bool {
    FORMS.iter().any(|form| form.name == kind)
}

/// Reads one part. `place`: where it stands, for the error.
///
/// # Errors
/// [`crate::chat::Code::Input`]: it has neither a type nor a text, or it is an image or a file without content.
pub fn read<'a>(part: &'a Value, place: &dyn Fn() -> String) -> Result<ContentPart<'a>> {
    if let Some(text) = part.as_str() {
        return Ok(ContentPart::Text(text));
    }
    let kind = str_or_empty(part, "type");
    Ok(match kind {
        "text" | "input_text" | "output_text" => ContentPart::Text(str_or_empty(part, "text")),
        "refusal" => ContentPart::Text(str_or_empty(part, "refusal")),
        "reasoning" | "thinking" | "redacted_thinking" => ContentPart::Reasoning(part),
        "" => match (part.text("text"), part.get("inlineData").or(part.get("fileData"))) {
            (Some(text), None) => ContentPart::Text(text),
            (_, Some(given)) => ContentPart::Media(gemini(part, given)),
            (None, None) => return Err(Error::wrong("$ has neither a type nor a text", &[&place()])),
        },
        kind => match FORMS.iter().find(|form| form.name == kind) {
            Some(form) => match media(part, form) {
                Some(media) => ContentPart::Media(media),
                // A document that consists of blocks, which only Anthropic has.
                None if part.text_at("/source/type") == Some("content") => ContentPart::Other(part),
                None => {
                    let what =
                        filled("$ of type '$' has no content: give it in Base64, or its address", &[&place(), kind]);
                    return Err(Error::input(what));
                }
            },
            None => ContentPart::Other(part),
        },
    })
}

/// The mark of a cache at a part, message or call.
pub fn cache_mark(part: &Value) -> Option<&Value> {
    part.non_null("cache_control")
}

/// A part of Gemini's: `inlineData` or `fileData`.
fn gemini<'a>(part: &'a Value, given: &'a Value) -> Media<'a> {
    let media = str_or_empty(given, "mimeType");
    let source = match given.get("data") {
        Some(data) => Source::Data(data.end(data.as_str().unwrap_or_default().len())),
        None => Source::Url(str_or_empty(given, "fileUri")),
    };
    Media { kind: kind_of(media).unwrap_or(MediaKind::File), source, media, name: "", detail: "", given: part }
}

fn media<'a>(part: &'a Value, form: &Form) -> Option<Media<'a>> {
    let text = |places: &[&str]| places.iter().find_map(|place| part.text_at(place)).unwrap_or_default();
    let name = text(&["/file/filename", "/filename", "/name", "/title"]);
    let mut media = text(&["/source/media_type", "/mediaType", "/mimeType", "/media_type"]);
    let detail = text(&["/image_url/detail", "/detail"]);
    let content = form.content.iter().filter_map(|place| part.pointer(place)).find(|value| value.as_str().is_some());
    let source = match content {
        Some(given) => {
            let content = given.as_str().unwrap_or_default();
            match data_url(content) {
                Some((of_url, data)) => {
                    media = if of_url.is_empty() { media } else { cut_parameters(of_url) };
                    Source::Data(given.end(data.len()))
                }
                None if part.text_at("/source/type") == Some("text") => Source::Text(content),
                None if is_address(content) => {
                    media = if media.is_empty() { media_of_name(content) } else { media };
                    Source::Url(content)
                }
                None if content.is_empty() || has_scheme(content) => return None,
                None => Source::Data(given.end(content.len())),
            }
        }
        None => {
            let id = text(&["/file_id", "/file/file_id", "/source/file_id"]);
            if id.is_empty() {
                return None;
            }
            Source::Id(id)
        }
    };
    if media.is_empty() {
        media = match text(&["/input_audio/format"]) {
            "" => media_of_name(name),
            "mp3" => "audio/mpeg",
            "wav" => "audio/wav",
            "flac" => "audio/flac",
            "opus" | "ogg" => "audio/ogg",
            "aac" => "audio/aac",
            "m4a" => "audio/mp4",
            _ => "",
        };
    }
    if let (true, Source::Data(data)) = (media.is_empty(), &source) {
        media = media_of_bytes(data.as_str().unwrap_or_default(), form.kind);
    }
    let media = usual_name(media);
    Some(Media { kind: kind_of(media).unwrap_or(form.kind), source, media, name, detail, given: part })
}

/// A media type without its parameters (`text/plain;charset=utf-8`).
fn cut_parameters(media: &str) -> &str {
    cut(media, b";").0
}

/// Whether `text` begins as an address or a `data:` URL does, and not as Base64, which has no `:`.
pub fn has_scheme(text: &str) -> bool {
    let (scheme, rest) = cut(text.get(..MAX_SCHEME).unwrap_or(text), b":");
    !rest.is_empty() && !scheme.is_empty()
}

/// Bytes at the beginning of a text in which the end of a scheme is searched, since the text may be long.
const MAX_SCHEME: usize = 32;

/// Whether `text` is an address and no content.
fn is_address(text: &str) -> bool {
    has_scheme(text) && !text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// The usual name of a media type: names are the same in capitals, and `image/jpg` is a name that many write and services refuse.
fn usual_name(media: &str) -> &str {
    let known = ENDINGS.iter().map(|(_, known)| *known).find(|known| known.eq_ignore_ascii_case(media));
    known.unwrap_or(if media.eq_ignore_ascii_case("image/jpg") { "image/jpeg" } else { media })
}

fn kind_of(media: &str) -> Option<MediaKind> {
    const KINDS: [(&str, MediaKind); 3] =
        [("image", MediaKind::Image), ("audio", MediaKind::Audio), ("video", MediaKind::Video)];
    let kind = cut(media, b"/").0;
    let known =
        KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map_or(MediaKind::File, |(_, kind)| *kind);
    (!kind.is_empty()).then_some(known)
}

/// Endings of names, and the media types that they stand for.
const ENDINGS: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("html", "text/html"),
    ("json", "application/json"),
    ("mp3", "audio/mpeg"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
];

/// The media type that the ending of a name or of an address stands for. Empty: it is not known.
pub fn media_of_name(name: &str) -> &'static str {
    let path = cut(name, b"?#").0;
    let ending = behind_last(path, b'.').to_ascii_lowercase();
    ENDINGS.iter().find(|(known, _)| *known == ending).map_or("", |(_, media)| media)
}

/// The media type that the first bytes of a content in Base64 show; PNG for an image that they do not show.
fn media_of_bytes(base64: &str, kind: MediaKind) -> &'static str {
    const BEGINNINGS: &[(&str, &str)] = &[
        ("iVBOR", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lG", "image/gif"),
        ("UklGR", "image/webp"),
        ("JVBER", "application/pdf"),
        ("SUQz", "audio/mpeg"),
    ];
    match BEGINNINGS.iter().find(|(beginning, _)| base64.starts_with(beginning)) {
        // WAV begins as WebP does.
        Some(("UklGR", _)) if kind == MediaKind::Audio => "audio/wav",
        Some((_, media)) => media,
        None if kind == MediaKind::Image => "image/png",
        None => "",
    }
}

/// The part in the form of OpenAI's Chat Completions. `None`: that API has no form for it.
pub fn in_openai_form(media: &Media<'_>) -> Option<Value> {
    let mut part = Map::new();
    match (media.kind, &media.source) {
        (MediaKind::Image, Source::Url(_) | Source::Data(_)) => {
            part.insert_str("type", "image_url");
            part.insert_in("image_url", "url", media.url()?);
            if !media.detail.is_empty() {
                part.insert_in("image_url", "detail", media.detail.into());
            }
        }
        (MediaKind::Audio, Source::Data(data)) => {
            let format = match media.media {
                "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
                "audio/mpeg" | "audio/mp3" => "mp3",
                other => other.strip_prefix("audio/").unwrap_or(other),
            };
            part.insert_str("type", "input_audio");
            part.insert_in("input_audio", "data", data.clone());
            part.insert_in("input_audio", "format", format.into());
        }
        (MediaKind::Video, Source::Url(_) | Source::Data(_)) => {
            part.insert_str("type", "video_url");
            part.insert_in("video_url", "url", media.url()?);
        }
        (_, Source::Id(id)) => {
            part.insert_str("type", "file");
            part.insert_in("file", "file_id", (*id).into());
        }
        (MediaKind::File, Source::Data(_)) => {
            part.insert_str("type", "file");
            // The API wants a name with the content.
            part.insert_in("file", "filename", media.file_name().into());
            part.insert_in("file", "file_data", media.url()?);
        }
        (_, Source::Text(text)) => {
            part.insert_str("type", "text");
            part.insert_str("text", text);
        }
        (MediaKind::Audio | MediaKind::File, Source::Url(_)) => return None,
    }
    Some(part.into())
}

/// The name for a file to which the caller gave none.
fn default_name(media: &str) -> &'static str {
    match media {
        "application/pdf" => "file.pdf",
        "text/plain" => "file.txt",
        "text/markdown" => "file.md",
        "text/csv" => "file.csv",
        "text/html" => "file.html",
        "application/json" => "file.json",
        _ => "file",
    }
}

/// The texts of the reasoning in a part: Anthropic's `thinking`, the AI SDK's and Databricks' `text`.
pub fn reasoning_text(part: &Value) -> Cow<'_, str> {
    if let Some(text) = part.text("thinking").or(part.text("text")) {
        return Cow::Borrowed(text);
    }
    let texts: Vec<_> =
        part.list("summary").iter().chain(part.list("thinking")).filter_map(|item| item.text("text")).collect();
    Cow::Owned(texts.concat())
}

/// The text that Base64 stands for. `None`: it is not UTF-8.
pub fn utf8_of(base64: &Value) -> Option<String> {
    let mut bytes = Vec::new();
    base64::decode_into(base64.as_str().unwrap_or_default(), &mut bytes);
    String::from_utf8(bytes).ok()
}

/// The text of a text file with the name of the file before it, for services that take no files. `None`: it is not a text file.
pub fn text_of_file(media: &Media<'_>) -> Option<String> {
    let text = match &media.source {
        Source::Text(text) => (*text).to_owned(),
        Source::Data(data) if media.media.starts_with("text/") || media.media == "application/json" => utf8_of(data)?,
        _ => return None,
    };
    let name = if media.name.is_empty() { default_name("text/plain") } else { media.name };
    Some(filled("\n\n$:\n$\n\n", &[name, &text]))
}
