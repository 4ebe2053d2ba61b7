//! The order of the layers: a module imports only from its own layer and from those above it in the diagram of `src/lib.rs`,
//! and no provider imports another one. The diagram is the only list of the layers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module or item as the names from the root of the crate to it, for example `["providers", "keyed", "models"]`.
type Names = Vec<String>;

/// A path in the code, from the root of the crate, and the line it is on.
#[derive(Debug, PartialEq)]
struct Import {
    line: usize,
    names: Names,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The layers of the diagram, outermost name first, from the top to the bottom. Lines that begin with a blank go on with the
/// line above them.
fn diagram(lib: &str) -> Vec<Names> {
    let (_, rest) = lib.split_once("//! ```text\n").expect("src/lib.rs has no diagram");
    let (diagram, _) = rest.split_once("//! ```").expect("the diagram of src/lib.rs has no end");
    let lines = diagram.lines().map(|line| line.strip_prefix("//! ").unwrap_or_default());
    let layers = lines.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next());
    layers.map(|layer| layer.split('/').map(str::to_owned).collect()).collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => rust_files(&path, files),
            false if path.extension().is_some_and(|end| end == "rs") => files.push(path),
            false => {}
        }
    }
    files.sort();
}

/// Every file of the crate, with its module and its text.
fn modules() -> Vec<(PathBuf, Names, String)> {
    let (root, mut files) = (root(), Vec::new());
    rust_files(&root, &mut files);
    let read = |path: PathBuf| {
        let short = path.strip_prefix(&root).unwrap().with_extension("");
        let mut module: Names = short.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        module.pop_if(|last| last == "mod" || last == "lib");
        let text = fs::read_to_string(&path).unwrap();
        (Path::new("src").join(path.strip_prefix(&root).unwrap()), module, text)
    };
    files.into_iter().map(read).collect()
}

/// All paths of `text` that begin with `crate`, `self` or `super`, resolved in `module`. A group in braces is one path for each
/// of its members. Comments are skipped.
fn imports(module: &[String], text: &str) -> Vec<Import> {
    let without_comments: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let text = without_comments.join("\n");
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for first in ["crate", "self", "super"] {
        for (at, _) in text.match_indices(&format!("{first}::")) {
            let before = &text[..at];
            // Not the end of a longer name, and not the second `super` of `super::super`.
            if before.ends_with(is_name) || before.ends_with("::") {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let mut paths = Vec::new();
            read_tree(&text[at..], &mut Vec::new(), &mut paths);
            found.extend(paths.into_iter().map(|path| Import { line, names: resolved(module, path) }));
        }
    }
    found.sort_by_key(|import| import.line);
    found
}

/// Reads the path at the beginning of `text`, with its groups in braces, and returns what follows it.
fn read_tree<'a>(text: &'a str, prefix: &mut Names, paths: &mut Vec<Names>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            if rest.is_empty() {
                return rest;
            }
            rest = read_tree(rest, prefix, paths);
            // `as name`, and the comma.
            rest = rest.trim_start_matches(|c: char| !matches!(c, ',' | '}')).trim_start_matches(',');
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    prefix.push(name.to_owned());
    let rest = match rest.strip_prefix("::") {
        Some(more) => read_tree(more, prefix, paths),
        None => {
            paths.push(prefix.clone());
            rest
        }
    };
    prefix.pop();
    rest
}

fn resolved(module: &[String], path: Names) -> Names {
    let mut names = if path[0] == "crate" { Vec::new() } else { module.to_vec() };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => _ = names.pop(),
            _ => names.push(name),
        }
    }
    names
}

/// The position in the diagram of what `names` leads to. The folder of several layers is as high as the highest of them.
fn layer(layers: &[Names], names: &[String]) -> Option<usize> {
    let exact = layers.iter().position(|layer| names.starts_with(layer));
    exact.or_else(|| layers.iter().position(|layer| layer.first() == names.first()))
}

/// Imports from a layer below, each with its place.
fn wrong_imports(layers: &[Names], modules: &[(PathBuf, Names, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, module, text) in modules {
        // Only `lib.rs` is in no layer: it declares them.
        let Some(own) = layer(layers, module) else { continue };
        for Import { line, names } in imports(module, text) {
            let Some(other) = layer(layers, &names) else { continue };
            if other > own && names.first() != module.first() {
                let (own, other) = (layers[own].join("/"), layers[other].join("/"));
                let place = path.display();
                wrong.push(format!("{place}:{line}: {own} imports {}, but {other} is below it", names.join("::")));
            }
        }
    }
    wrong
}

/// The providers: the modules that have a `PROTOCOL`.
fn providers(modules: &[(PathBuf, Names, String)]) -> BTreeSet<Names> {
    let has_protocol = |text: &str| text.contains("pub const PROTOCOL: Protocol");
    modules.iter().filter(|(_, _, text)| has_protocol(text)).map(|(_, module, _)| module.clone()).collect()
}

/// Imports of a provider from another one, and between the folders of the providers.
fn imports_between_providers(modules: &[(PathBuf, Names, String)]) -> Vec<String> {
    let providers = providers(modules);
    let mut wrong = Vec::new();
    for (path, module, text) in modules.iter().filter(|(_, module, _)| module.len() > 1 && module[0] == "providers") {
        for Import { line, names } in imports(module, text) {
            let place = format!("{}:{line}", path.display());
            let leads_to = providers.iter().find(|provider| names.starts_with(provider));
            if let Some(provider) = leads_to.filter(|provider| !module.starts_with(provider)) {
                wrong.push(format!("{place}: imports from the provider {}", provider.join("::")));
            } else if names.len() > 2 && names[0] == "providers" && names[1] != module[1] {
                wrong.push(format!("{place}: {} imports {}", module[1], names.join("::")));
            }
        }
    }
    wrong
}

fn layers() -> Vec<Names> {
    diagram(&fs::read_to_string(root().join("lib.rs")).unwrap())
}

#[test]
fn the_diagram_has_every_layer_once() {
    let mut drawn = BTreeMap::new();
    for layer in layers() {
        *drawn.entry(layer.join("/")).or_insert(0) += 1;
    }
    let mut there = BTreeMap::from([("frame".to_owned(), 1)]);
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.with_extension("").file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    for name in names(&root()).into_iter().filter(|name| name != "lib" && name != "providers") {
        there.insert(name, 1);
    }
    for name in names(&root().join("providers")).into_iter().filter(|name| name != "mod") {
        there.insert(format!("providers/{name}"), 1);
    }
    assert_eq!(drawn, there, "the layers in the diagram of src/lib.rs, and those that are there");
}

#[test]
fn no_module_imports_from_a_layer_below_it() {
    let wrong = wrong_imports(&layers(), &modules());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_provider_imports_another_one() {
    let modules = modules();
    assert!(providers(&modules).len() > 1, "the providers are not found by their PROTOCOL any more");
    let wrong = imports_between_providers(&modules);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A module of the given name, for the tests of the test.
fn module(name: &str, text: &str) -> (PathBuf, Names, String) {
    (PathBuf::from(format!("src/{name}.rs")), name.split('/').map(str::to_owned).collect(), text.to_owned())
}

#[test]
fn every_form_of_an_import_is_seen() {
    let layers: Vec<Names> = ["text", "json", "chat", "http", "web"].map(|name| vec![name.to_owned()]).to_vec();
    for text in [
        "use crate::http::Request;",
        "use crate::{\n    text::cut,\n    http::{self, Head},\n};",
        "fn f() -> crate::http::Head {}",
        "use super::super::http as transport;",
        "$crate::http::is_token()",
        "pub(crate) use crate::{json::{parse as read, Value}, http};",
    ] {
        let wrong = wrong_imports(&layers, &[module("json/parse", text)]);
        assert!(!wrong.is_empty(), "{text}");
    }
    for text in [
        "use crate::text::cut;",
        "use super::http;",
        "// use crate::http;",
        "use self::http::x;",
        "use other_crate::http;",
    ] {
        assert_eq!(wrong_imports(&layers, &[module("json/parse", text)]), Vec::<String>::new(), "{text}");
    }
    let folder = [vec!["providers".to_owned(), "keyed".to_owned()], vec!["edge".to_owned()]];
    assert!(!wrong_imports(&folder, &[module("providers", "use crate::edge::Encoder;")]).is_empty());
    assert!(wrong_imports(&folder, &[module("edge/chat", "use crate::providers::protocol;")]).is_empty());
    let place = wrong_imports(&layers, &[module("json/parse", "\nuse crate::text::cut;\nuse crate::web::sys;")]);
    assert_eq!(place, ["src/json/parse.rs:3: json imports web::sys, but web is below it"]);
}

#[test]
fn every_import_between_providers_is_seen() {
    let protocol = "pub const PROTOCOL: Protocol = todo;";
    let provider = |name: &str, more: &str| module(name, &format!("{protocol}\n{more}"));
    for more in [
        "use super::gemini::VERSION;",
        "use crate::providers::keyed::{gemini, models};",
        "use crate::providers::wordpress::nonce;",
        "use super::super::wordpress::page::find;",
    ] {
        let modules = [provider("providers/keyed/anthropic", more), provider("providers/keyed/gemini", "")];
        assert_eq!(imports_between_providers(&modules).len(), 1, "{more}");
    }
    let own =
        "use super::models; use super::super::super::json::Map; use crate::providers::Protocol; use self::frame::x;";
    assert_eq!(imports_between_providers(&[provider("providers/keyed/anthropic", own)]), Vec::<String>::new());
}
