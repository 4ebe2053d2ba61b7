//! Forms with files.

use super::base64;
use crate::text::{cut, filled, join};

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
        Multipart { boundary: filled("rivulet-$", &[boundary]), bytes: Vec::new() }
    }

    /// Adds a field.
    pub fn add(&mut self, name: &str, value: &str) {
        self.part(name, "", |bytes| bytes.extend_from_slice(value.as_bytes()));
    }

    /// Adds a file of the type `media`, given in Base64 and of so many bytes: it is decoded to its place. Its name has the
    /// ending of that type, since WordPress goes by the ending.
    pub fn file(&mut self, name: &str, media: &str, base64: &str, size: usize) {
        let head = filled("; filename=\"$\"\r\nContent-Type: $", &[&file_name(media), media]);
        self.bytes.reserve_exact(size + 1024);
        self.part(name, &head, |bytes| base64::decode_into(base64, bytes));
    }

    fn part(&mut self, name: &str, head: &str, write: impl FnOnce(&mut Vec<u8>)) {
        let head = ["--", &self.boundary, "\r\nContent-Disposition: form-data; name=\"", name, "\"", head, "\r\n\r\n"];
        self.bytes.extend_from_slice(join(&head).as_bytes());
        write(&mut self.bytes);
        self.bytes.extend_from_slice(b"\r\n");
    }

    /// The `content-type`, and the body.
    pub fn finish(mut self) -> (String, Vec<u8>) {
        self.bytes.extend_from_slice(filled("--$--\r\n", &[&self.boundary]).as_bytes());
        (filled("multipart/form-data; boundary=$", &[&self.boundary]), self.bytes)
    }
}

/// A name for a file of this type: `image.png` for `image/png`, `file.pdf` for `application/pdf`.
pub fn file_name(media: &str) -> String {
    let (kind, ending) = cut(media, b"/");
    let stem = if kind == "image" { "image." } else { "file." };
    join(&[stem, ending.strip_prefix('/').unwrap_or("bin")])
}
