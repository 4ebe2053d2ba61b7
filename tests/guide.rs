//! `docs/adding-a-provider.md` says what the shipped code does: its blocks of Rust stand in the example's file, and the files
//! it names exist.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use regex::Regex;

const EXAMPLE: &str = "src/providers/keyed/cohere.rs";

fn source(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn each_block_of_rust_stands_in_the_example() {
    let (guide, example) = (source("docs/adding-a-provider.md"), source(EXAMPLE));
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 5, "only {} blocks", blocks.len());
    for block in blocks {
        assert!(example.contains(block.trim_end()), "not in {EXAMPLE}:\n{block}");
    }
}

#[test]
fn each_file_that_is_named_exists() {
    let guide = source("docs/adding-a-provider.md");
    let paths = Regex::new(r"`((?:src|docs|tests|www|scripts)/[\w./-]+)`").unwrap();
    let named: Vec<&str> = paths.captures_iter(&guide).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(named.len() > 15, "{named:?}");
    for path in named {
        let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists();
        assert!(exists || path.contains("NAME"), "{path} does not exist");
    }
}

#[test]
fn the_lines_that_are_named_are_there() {
    let guide = source("docs/adding-a-provider.md");
    let rows = Regex::new(r"(?m)^\| `(src/[\w./]+)` \| `([^`]+)`").unwrap();
    let lines: Vec<_> = rows.captures_iter(&guide).collect();
    assert_eq!(lines.len(), 3, "lines of code in the table");
    for line in lines {
        assert!(source(&line[1]).contains(&line[2]), "{} has no {}", &line[1], &line[2]);
    }
}

/// The kinds of events that `describe` writes are those that the guide explains.
#[test]
fn the_grammar_of_events_is_the_one_that_is_checked() {
    let guide = source("docs/adding-a-provider.md");
    let describe = source("tests/support/play.rs");
    let describe = describe.split("pub fn describe").nth(1).unwrap();
    let kinds = Regex::new(r#"format!\("([a-z]+) \{"#).unwrap();
    let written: Vec<&str> = kinds.captures_iter(describe).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(written.len() >= 10, "{written:?}");
    for kind in written {
        assert!(guide.contains(&format!("`{kind} ")), "the guide does not explain {kind}");
    }
}

/// CONTRIBUTING.md follows one reply through the files: each name stands in a file of its step.
#[test]
fn the_path_of_a_reply_is_the_one_that_it_takes() {
    let text = source("CONTRIBUTING.md");
    let path = text.split("The path of one reply").nth(1).expect("no path of a reply").split("\n## ").next().unwrap();
    let step = Regex::new(r"(?m)^\d+\. .*(?:\n {3}.*)*").unwrap();
    let quoted = Regex::new(r"`([^`]+)`").unwrap();
    let steps: Vec<&str> = step.find_iter(path).map(|found| found.as_str()).collect();
    assert!(steps.len() >= 8, "{steps:?}");
    for step in steps {
        let words: Vec<&str> = quoted.captures_iter(step).map(|found| found.get(1).unwrap().as_str()).collect();
        let (files, names): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|word| word.contains('/'));
        let sources: Vec<String> = files.into_iter().map(source).collect();
        assert!(!sources.is_empty(), "no file: {step}");
        for name in names {
            let last = name.rsplit("::").next().unwrap();
            assert!(sources.iter().any(|file| file.contains(last)), "`{name}` is in no file of its step: {step}");
        }
    }
}
