//! Forms with files.

use crate::text::{cut, join};

/// A body of the type `multipart/form-data` (RFC 7578), written so far. Names and values must hold no line break followed by
/// the boundary, which is random.
#[derive(Debug)]
pub struct Multipart {
    boundary: String,
    bytes: Vec<u8>,
}

impl Multipart {
    /// An empty form. `boundary`: random letters and digits.
    pub fn new(boundary: &str) -> Multipart {
        Multipart { boundary: join(&["rivulet-", boundary]), bytes: Vec::new() }
    }

    /// Adds a field.
    pub fn add(&mut self, name: &str, value: &str) {
        self.part(name, "", value.as_bytes());
    }

    /// Adds a file of the type `media`. Its name has the ending of that type, since WordPress goes by the
    /// ending.
    pub fn file(&mut self, name: &str, media: &str, bytes: &[u8]) {
        let head = join(&["; filename=\"", &file_name(media), "\"\r\nContent-Type: ", media]);
        self.part(name, &head, bytes);
    }

    fn part(&mut self, name: &str, head: &str, content: &[u8]) {
        let head = ["--", &self.boundary, "\r\nContent-Disposition: form-data; name=\"", name, "\"", head, "\r\n\r\n"];
        self.bytes.extend_from_slice(join(&head).as_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The `content-type`, and the body.
    pub fn finish(mut self) -> (String, Vec<u8>) {
        self.bytes.extend_from_slice(join(&["--", &self.boundary, "--\r\n"]).as_bytes());
        (join(&["multipart/form-data; boundary=", &self.boundary]), self.bytes)
    }
}

/// A name for a file of this type: `image.png` for `image/png`, `file.pdf` for `application/pdf`.
pub fn file_name(media: &str) -> String {
    let (kind, ending) = cut(media, b"/");
    let stem = if kind == "image" { "image." } else { "file." };
    join(&[stem, ending.strip_prefix('/').unwrap_or("bin")])
}
