//! Lists that Rust and JavaScript both have: each is written once, and here the other side is compared with it. A list of
//! the public types is read from `src/js/index.d.ts`, a number from the source that declares it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;
use rivulet::chat::{Code, Finish};
use rivulet::options::{
    BASE_URL, CALL_OPTIONS, COMMON_SETTINGS, EMBED_OPTIONS, LIVE_OPTIONS, OF_SERVICES, OPTIONS, SettingKind,
};
use rivulet::providers::wordpress::nonce::{SEARCH, UNCACHED};
use rivulet::providers::{REGISTRY, protocol};

type Names = BTreeSet<String>;

fn source(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Names {
    names.into_iter().map(str::to_owned).collect()
}

/// The first group of each match.
fn matches(pattern: &str, text: &str) -> Names {
    let regex = Regex::new(pattern).unwrap();
    regex.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// The text between two marks, which both must be there.
fn between(text: &str, start: &str, end: &str) -> String {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start:?}")) + start.len();
    let rest = &text[from..];
    rest[..rest.find(end).unwrap_or_else(|| panic!("no {end:?} after {start:?}"))].to_owned()
}

/// The members that an interface of `index.d.ts` itself declares.
fn members(interface: &str) -> Names {
    members_in("src/js/index.d.ts", interface)
}

fn members_in(types: &str, interface: &str) -> Names {
    let types = source(types);
    let head = Regex::new(&format!(r"interface {interface}(?:<[^{{]*>)?(?: extends [^{{]*)? \{{")).unwrap();
    let found = head.find(&types).unwrap_or_else(|| panic!("no interface {interface}"));
    let body = between(&types[found.start()..], "{", "\n}");
    matches(r"(?m)^  (?:readonly )?(\w+)\??:", &body)
}

#[test]
fn error_codes_of_the_types_are_the_cores() {
    let declared = between(&source("src/js/index.d.ts"), "export type ChatErrorCode =", ";");
    assert_eq!(matches("'([a-z_]+)'", &declared), names(Code::ALL.iter().map(|code| code.as_str())));
}

#[test]
fn error_codes_that_javascript_gives_exist() {
    let known = names(Code::ALL.iter().map(|code| code.as_str()));
    let mut given = Names::new();
    for file in javascript() {
        given.extend(matches(r"new ChatError\(\s*'([a-z_]+)'", &source(&file)));
    }
    assert!(given.len() > 5, "found only {given:?}");
    assert_eq!(given.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn finish_reasons_of_the_types_are_the_cores() {
    let declared = between(&source("src/js/index.d.ts"), "export type FinishReason =", ";");
    assert_eq!(matches("'([a-z_]+)'", &declared), names(Finish::ALL.iter().map(|finish| finish.as_str())));
}

#[test]
fn event_kinds_of_the_types_are_those_that_are_handed_out() {
    let declared = between(&source("src/js/index.d.ts"), "export type ReplyEvent =", "export interface Reply ");
    let core = between(&source("src/chat/event.rs"), "fn kind(", "\n    }\n");
    let buffer = between(&source("src/js/event-buffer.js"), "  #eventOf(kind", "\n  }\n");
    let retry = between(&source("src/js/event-buffer.js"), "  retry(", "\n  }\n");
    let mut handed_out = matches(r#"=> "([a-z-]+)""#, &core);
    handed_out.extend(matches("type: '([a-z-]+)'", &source("src/js/tools/run.js")));
    handed_out.extend(matches("type: '([a-z-]+)'", &(buffer + &retry)));
    let mut types = matches("type: '([a-z-]+)'", &declared);
    // Declared on their own, since `onRetry` and `onWarning` get them, too.
    for own in ["Retry", "Warning"] {
        assert!(declared.contains(&format!("| {own}\n")), "an event is a {own}");
        let interface = between(&source("src/js/index.d.ts"), &format!("export interface {own} {{"), "\n}");
        types.extend(matches("type: '([a-z-]+)'", &interface));
    }
    assert_eq!(types, handed_out);
}

/// Numbers of an enum in Rust, by variant.
fn rust_numbers(path: &str, name: &str) -> BTreeMap<String, u32> {
    let body = between(&source(path), &format!("enum {name} {{"), "\n}");
    let regex = Regex::new(r"(?m)^    (\w+) = (\d+),").unwrap();
    let numbers = regex.captures_iter(&body).map(|found| (found[1].to_owned(), found[2].parse().unwrap()));
    numbers.collect()
}

/// Constants of a JavaScript file, by name in lower case without underscores.
fn javascript_numbers(path: &str) -> BTreeMap<String, u32> {
    let regex = Regex::new(r"(?m)^(?:export )?const ([A-Z_]+) = (\d+);").unwrap();
    let text = source(path);
    let numbers =
        regex.captures_iter(&text).map(|found| (found[1].replace('_', "").to_lowercase(), found[2].parse().unwrap()));
    numbers.collect()
}

#[test]
fn numbers_that_cross_the_border_mean_the_same_on_both_sides() {
    for (rust, name, javascript, least) in [
        ("src/web/driver.rs", "Progress", "src/js/reply.js", 3),
        ("src/web/sys.rs", "Kind", "src/js/event-buffer.js", 3),
    ] {
        let ours = rust_numbers(rust, name);
        let theirs = javascript_numbers(javascript);
        let shared: Vec<_> = ours
            .iter()
            .filter_map(|(variant, number)| Some((variant, number, theirs.get(&variant.to_lowercase())?)))
            .collect();
        assert!(shared.len() >= least, "{javascript} has only {shared:?} of {ours:?}");
        for (variant, number, other) in shared {
            assert_eq!(number, other, "{name}::{variant}");
        }
    }
}

#[test]
fn services_of_javascript_are_those_of_the_core() {
    let javascript = source("src/js/service-table.js");
    let rows = Regex::new(r"(?m)^  (\w+): \{ service: '(\w+)', name: ").unwrap();
    let listed: Vec<_> = rows.captures_iter(&javascript).map(|row| (row[1].to_owned(), row[2].to_owned())).collect();
    assert!(listed.iter().all(|(key, service)| key == service), "{listed:?}");
    let services: Vec<&str> = listed.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(services, rivulet::providers::keyed::compatible::names().collect::<Vec<_>>());
    let typed = between(&source("src/js/index.d.ts"), "export const SERVICES: Readonly<", "Readonly<{");
    assert_eq!(matches(r"'(\w+)'", &typed), names(services.iter().copied()));
}

#[test]
fn the_default_of_max_event_bytes_is_the_same_on_both_sides() {
    let rust = between(&source("src/web/options.rs"), "MAX_EVENT_BYTES: usize = ", ";");
    let product: usize = rust.split(" * ").map(|factor| factor.parse::<usize>().unwrap()).product();
    let javascript = between(&source("src/js/reply.js"), "const MAX_EVENT_BYTES = ", ";");
    assert_eq!(javascript.replace('_', "").parse(), Ok(product));
    let types =
        between(&source("src/js/index.d.ts"), "may take four times as much memory, or 1 MiB. Default", "(16 MiB)");
    let digits: String = types.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.parse(), Ok(product));
}

#[test]
fn the_text_in_the_place_of_a_functions_key_is_the_same_on_both_sides() {
    let javascript = between(&source("src/js/options.js"), "const KEY_OF_FUNCTION = '", "'");
    assert_eq!(javascript, rivulet::options::KEY_OF_FUNCTION);
}

fn javascript() -> Vec<String> {
    let folders = ["src/js", "src/js/edge"];
    let files = folders.iter().flat_map(|folder| {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        entries.map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
    });
    files.filter(|file| file.ends_with(".js")).collect()
}

#[test]
fn each_protocol_has_a_class_and_each_class_a_protocol() {
    let mut classes = Names::new();
    for file in javascript() {
        classes.extend(matches(r"static protocol = '(\w+)'", &source(&file)));
    }
    assert_eq!(classes, names(REGISTRY.iter().map(|protocol| protocol.info.name)));
    let typed = matches(r"export class (\w+) extends (?:Base|WordPressProvider)<", &source("src/js/index.d.ts"));
    assert_eq!(typed, classes, "the classes of index.d.ts");
}

#[test]
fn each_protocol_is_a_part_of_the_module_and_its_class_names_that() {
    let paths = |file: &str| matches(r"((?:keyed|wordpress)::\w+)::PROTOCOL", &source(file));
    assert_eq!(paths("src/web/parts.rs"), paths("src/providers/mod.rs"));
    let parts = matches(r"part_(\w+): \w+::\w+::PROTOCOL", &source("src/web/parts.rs"));
    let mut named = Names::new();
    for file in javascript() {
        named.extend(matches(r"static part = \(\) => (\w+);", &source(&file)));
    }
    assert_eq!(named, parts, "the parts that classes of JavaScript name");
}

/// Options that the edge alone gives.
const OF_THE_EDGE: [&str; 2] = ["compatible", "native"];

#[test]
fn options_of_the_types_are_those_of_the_core_and_those_that_javascript_keeps() {
    let live = matches(r"'(\w+)'", &between(&source("src/js/options.js"), "const LIVE = [", "]"));
    let mut known = names(OPTIONS.iter().copied().filter(|name| !OF_THE_EDGE.contains(name)));
    known.extend(names(
        CALL_OPTIONS.iter().copied().filter(|name| *name != "allowBrowser" && !OF_THE_EDGE.contains(name)),
    ));
    let live_count = live.len();
    known.extend(live);
    // Another name of `fetch`, of the first edition; not in the types.
    known.remove("transport");
    assert!(LIVE_OPTIONS.iter().all(|name| known.contains(*name)), "{LIVE_OPTIONS:?}");
    assert_eq!(LIVE_OPTIONS.len(), live_count - 1, "`transport` is never what a wrong name meant");
    assert_eq!(members("CallOptions"), known);
    let readme = between(&source("README.md"), "Options of a call:", "\n\n");
    for name in known {
        assert!(readme.contains(&format!("`{name}`")), "README.md names no option {name}");
    }
}

#[test]
fn options_that_protocols_map_exist() {
    for protocol in REGISTRY {
        for (name, place) in protocol.info.options {
            assert!(OPTIONS.contains(name) || CALL_OPTIONS.contains(name), "{}: no option {name}", protocol.info.name);
            assert!(!place.is_empty() && !place.ends_with('/'), "{}: {name} at {place:?}", protocol.info.name);
        }
    }
}

#[test]
fn options_of_the_edge_and_of_client_exist() {
    let known = |name: &str| OPTIONS.contains(&name) || CALL_OPTIONS.contains(&name);
    let table = |file: &str, name: &str| {
        let body = between(&source(&format!("src/edge/request/{file}.rs")), &format!("const {name}: "), "];");
        matches(r#"\("\w+", "(\w+)"\)"#, &body)
    };
    let tables = [table("mod", "COMMON"), table("chat", "FIELDS"), table("messages", "FIELDS")];
    assert!(tables.iter().all(|ours| ours.len() > 2 && ours.iter().all(|name| known(name))), "{tables:?}");
    let client = matches(r"'(\w+)'", &between(&source("src/js/client.js"), "const OPTIONS = [", "]"));
    let mut expected = names(["tools", "toolChoice"]);
    expected.extend(tables[..2].iter().flatten().cloned());
    assert_eq!(client, expected, "Client takes what the edge takes");
}

#[test]
fn options_of_the_types_are_those_that_javascript_takes() {
    for (file, list, types, interface) in [
        ("src/js/fallback.js", "const SETTINGS = [", "src/js/index.d.ts", "FallbackSettings"),
        ("src/js/client.js", "const SETTINGS = [", "src/js/index.d.ts", "ClientOptions"),
        ("src/js/edge/handler.js", "const OPTIONS = [", "src/js/edge.d.ts", "HandlerOptions"),
        ("src/js/edge/relay.js", "const OPTIONS = [", "src/js/edge.d.ts", "RelayOptions"),
    ] {
        let taken = matches(r"'(\w+)'", &between(&source(file), list, "]"));
        assert_eq!(taken, members_in(types, interface), "{file}");
    }
}

#[test]
fn options_of_embed_are_those_of_the_types() {
    let mut taken = names(EMBED_OPTIONS.iter().copied());
    taken.extend(names(["signal", "fetch", "timeout", "onRetry"]));
    assert_eq!(taken, members_in("src/js/index.d.ts", "EmbedOptions"));
}

#[test]
fn settings_of_the_types_are_those_that_protocols_declare() {
    let types = source("src/js/index.d.ts");
    let mut common = names(["url", "baseUrl", BASE_URL, "allowBrowser"]);
    common.extend(names(COMMON_SETTINGS.iter().copied()));
    let classes = Regex::new(r"export class (\w+) extends (?:Base|WordPressProvider)<(\w+)>").unwrap();
    for found in classes.captures_iter(&types) {
        let (class, mut interface) = (found[1].to_owned(), found[2].to_owned());
        let mut typed = Names::new();
        loop {
            typed.extend(members(&interface));
            let parent = Regex::new(&format!(r"interface {interface} extends (\w+)")).unwrap();
            match parent.captures(&types).map(|parent| parent[1].to_owned()) {
                Some(parent) if parent != "CallDefaults" => interface = parent,
                _ => break,
            }
        }
        // Not data: `WorkersAi` takes it in JavaScript.
        typed.remove("binding");
        let info = &protocol(&class).expect("no such protocol").info;
        let mut own = names(info.settings.iter().map(|(name, _)| *name));
        if !info.is_site() {
            own.extend(names(OF_SERVICES.iter().copied().filter(|name| *name != BASE_URL)));
        }
        let typed: Names = typed.difference(&common).cloned().collect();
        assert_eq!(typed, own, "{class}");
    }
}

#[test]
fn the_relay_lets_the_queries_pass_by_which_pages_are_asked_for() {
    let routes = source("src/js/edge/routes.js");
    assert!(routes.contains(&format!("const UNCACHED = /^{UNCACHED}=[a-z0-9]{{10}}$/;")));
    assert!(routes.contains(&format!("const SEARCH = '{SEARCH}';")));
}

#[test]
fn no_setting_has_two_kinds() {
    let mut kinds: BTreeMap<&str, SettingKind> = BTreeMap::new();
    for (name, kind) in REGISTRY.iter().flat_map(|protocol| protocol.info.settings) {
        assert_eq!(kinds.insert(name, *kind).unwrap_or(*kind), *kind, "{name}");
    }
}

#[test]
fn apis_of_the_edge_are_the_same_in_both_languages() {
    let written = matches(r"(?m)^  (\w+): \{ prefix", &source("src/js/edge/apis.js"));
    assert_eq!(written, names(rivulet::edge::Api::ALL.iter().map(|(name, _)| *name)));
}
