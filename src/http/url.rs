//! URLs: checked where the caller gives one, resolved where a site does.

use crate::chat::{Error, Result};
use crate::text::{cut, filled, join, parse_number};

/// Checks the address of a site or service that the caller gave as `option`. Returns it without query, fragment and
/// trailing slashes, with scheme and host in lower case.
///
/// # Errors
/// [`crate::chat::Code::Input`]: `url` is not an `http:` or `https:` URL, has credentials, or holds a character that no
/// URL may.
pub fn parse_site(url: &str, option: &str) -> Result<String> {
    check_site(url.trim()).map_err(|why| Error::wrong("$: $", &[option, why]))
}

/// The query of `url` with its `?`, without a fragment; empty where there is none.
pub fn query(url: &str) -> &str {
    let url = cut(url.trim(), b"#").0;
    let query = cut(url, b"?").1;
    if query.len() > 1 { query } else { "" }
}

/// Does the work of [`parse_site`]. The error is the reason alone.
fn check_site(url: &str) -> Result<String, &'static str> {
    const NO_URL: &str = "not a URL; it begins with https:// (or http://)";
    let (scheme, rest) = cut(url, b":");
    // `shop.example`, and `localhost:8080`, whose host looks like a scheme.
    let is_port = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if rest.is_empty() || is_port {
        return Err(NO_URL);
    }
    if !is_http(scheme) {
        return Err("only http: and https: URLs can be asked");
    }
    let parts = Url::read(url).ok_or(NO_URL)?;
    let authority = parts.authority;
    if authority.bytes().any(|byte| byte == b'@') {
        return Err(
            "credentials do not belong into a URL: give headers: { authorization: 'Basic ' + btoa('user:password') }",
        );
    }
    // Only the last colon of `[::1]:8080` separates the port; `[::1]` has none.
    let colon = authority.bytes().rposition(|byte| byte == b':').filter(|_| !authority.ends_with(']'));
    let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
    let port = port.strip_prefix(':').filter(|port| !port.is_empty()).unwrap_or("0");
    let is_port =
        port.bytes().all(|byte| byte.is_ascii_digit()) && parse_number(port, 10).is_some_and(|port| port < 0x10000);
    if host.is_empty() || !is_port || url.chars().any(is_forbidden) {
        return Err("not a URL");
    }
    let mut path = cut(parts.path, b"?#").0;
    while let Some(shorter) = path.strip_suffix('/') {
        path = shorter;
    }
    Ok(parts.root() + path)
}

/// Whether `c` must not stand unescaped in a URL.
fn is_forbidden(c: char) -> bool {
    is_blank(c) || matches!(c, '\\' | '"' | '<' | '>' | '^' | '`' | '{' | '}' | '|')
}

/// Whether `c` is white space or a control character.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// The origin of `url`: scheme, host and port, without the port that is the scheme's default. `None`: it is not an
/// `http(s)` URL.
pub fn origin(url: &str) -> Option<String> {
    Url::read(url).map(|url| url.origin())
}

/// The address that `reference` has as a link in the document at `base` (RFC 3986, section 5.2). `..` is not resolved,
/// since no server sends it in `Location`. `None`: one of them is not an `http(s)` URL.
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
    let (scheme, rest) = cut(reference, b":/?#");
    if !scheme.is_empty() && rest.starts_with(':') {
        return Url::read(reference).map(|_| reference.to_owned());
    }
    let base = Url::read(base)?;
    if reference.starts_with("//") {
        return Some(filled("$:$", &[base.scheme, reference]));
    }
    let path = cut(base.path, b"?#").0;
    let base_path = match reference.as_bytes().first() {
        Some(b'/') => "",
        Some(b'?') if !path.is_empty() => path,
        Some(b'?') => "/",
        _ => path.bytes().rposition(|byte| byte == b'/').map_or("/", |at| &path[..=at]),
    };
    Some(join(&[&base.origin(), base_path, reference]))
}

/// `url` moved to the origin of `site`: its host is replaced, its path and query stay. A page may name its server in
/// another way, but must not send a nonce elsewhere. `None`: one of them is not an `http(s)` URL.
pub fn on_site(site: &str, url: &str) -> Option<String> {
    let url = resolve(&filled("$/", &[site]), url)?;
    let path = Url::read(&url)?.path;
    Some(origin(site)? + if path.is_empty() { "/" } else { path })
}

/// Media type and Base64 of a `data:` URL (RFC 2397); `None` for any other URL.
pub fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = cut(url.strip_prefix("data:")?, b",");
    Some((head.strip_suffix(";base64")?, data.strip_prefix(',')?))
}

/// The parts of an `http(s)` URL.
struct Url<'a> {
    scheme: &'a str,
    authority: &'a str,
    /// The path with query and fragment.
    path: &'a str,
}

impl Url<'_> {
    /// Splits `url`. `None`: it is not an `http(s)` URL.
    fn read(url: &str) -> Option<Url<'_>> {
        let (scheme, rest) = cut(url, b":");
        let (authority, path) = cut(rest.strip_prefix("://")?, b"/?#");
        is_http(scheme).then_some(Url { scheme, authority, path })
    }

    /// Scheme and authority in lower case.
    fn root(&self) -> String {
        filled("$://$", &[self.scheme, self.authority]).to_ascii_lowercase()
    }

    /// See [`origin`].
    fn origin(&self) -> String {
        let mut origin = self.root();
        let default = if self.scheme.len() > 4 { ":443" } else { ":80" };
        if origin.ends_with(default) {
            origin.truncate(origin.len() - default.len());
        }
        origin
    }
}

/// Whether `scheme` is `http` or `https`, in upper or lower case.
pub fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}
