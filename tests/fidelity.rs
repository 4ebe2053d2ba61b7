//! The fidelity matrix: what becomes of each kind of content at each provider, into a call and out of a reply. It is carried, or a
//! warning tells what was left out or changed, or the call is refused before anything is sent. There is no fourth way. The table is
//! `tests/fidelity/table.rs`; `docs/providers.md` is printed from it and from what is seen here:
//! `RIVULET_WRITE_DOCS=1 cargo test --test fidelity`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "fidelity/into.rs"]
mod into;
#[path = "fidelity/out.rs"]
mod out;
#[path = "fidelity/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::fmt::Write;

use rivulet::providers::REGISTRY;

use table::{INTO, OUT, PROVIDERS};

/// What becomes of a kind of content.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is in the request, or in the events, the message or the error of the reply.
    Carried,
    /// Rivulet does it itself, on the text of the reply.
    Done,
    /// A warning tells what was left out, or what was sent instead.
    Warned(String),
    /// The call is refused before anything is sent.
    Refused(String),
    /// The service has no such thing in its answers.
    Never,
    /// Neither sent nor told: a defect.
    Lost,
}

impl Outcome {
    fn letter(&self) -> char {
        match self {
            Outcome::Carried => 'c',
            Outcome::Done => 'd',
            Outcome::Warned(_) => 'w',
            Outcome::Refused(_) => 'r',
            Outcome::Never => '-',
            Outcome::Lost => 'L',
        }
    }
}

/// A row of the table: see [`table::INTO`].
pub type Row = (&'static str, &'static str, &'static str);

/// The letters of a row of the table.
fn letters(cells: &str) -> Vec<char> {
    cells.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Compares one direction of the table with what is seen. Returns what is seen, by kind and provider.
fn check(rows: &[Row], seen: impl Fn(&str, &'static str) -> Outcome) -> Vec<(Row, Vec<Outcome>)> {
    let (mut all, mut wrong) = (Vec::new(), String::new());
    for &row in rows {
        let (kind, _, cells) = row;
        let outcomes: Vec<_> = PROVIDERS.iter().map(|(provider, _)| seen(kind, provider)).collect();
        let wanted = letters(cells);
        assert_eq!(wanted.len(), PROVIDERS.len(), "{kind}: a letter for each provider");
        let found: Vec<_> = outcomes.iter().map(Outcome::letter).collect();
        if found != wanted {
            writeln!(wrong, "{kind:?}\n  table {}\n  seen  {}", spaced(&wanted), spaced(&found)).unwrap();
            for ((provider, _), outcome) in PROVIDERS
                .iter()
                .zip(&outcomes)
                .zip(&wanted)
                .filter(|((_, outcome), wanted)| outcome.letter() != **wanted)
                .map(|(both, _)| both)
            {
                writeln!(wrong, "    {provider}: {outcome:?}").unwrap();
            }
        }
        all.push((row, outcomes));
    }
    assert!(wrong.is_empty(), "the table says otherwise:\n{wrong}");
    all
}

fn spaced(letters: &[char]) -> String {
    letters.iter().map(|letter| format!("{letter} ")).collect()
}

#[test]
fn each_provider_has_its_column() {
    let registered: Vec<_> = REGISTRY.iter().map(|protocol| protocol.info.name).collect();
    let columns: Vec<_> = PROVIDERS.iter().map(|(provider, _)| *provider).collect();
    assert_eq!(columns, registered);
}

#[test]
fn nothing_of_a_call_and_of_a_reply_is_lost_and_the_page_of_it_is_current() {
    let into = check(INTO, into::seen);
    let out = check(OUT, out::seen);
    let page = page(&into, &out);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/providers.md");
    if std::env::var_os("RIVULET_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == page,
        "docs/providers.md is not current: RIVULET_WRITE_DOCS=1 cargo test --test fidelity writes it"
    );
}

/// The page of both directions.
fn page(into: &[(Row, Vec<Outcome>)], out: &[(Row, Vec<Outcome>)]) -> String {
    let mut page = table::HEAD.to_owned();
    section(&mut page, "Into a call", table::ABOUT_INTO, into);
    section(&mut page, "Out of a reply", table::ABOUT_OUT, out);
    page
}

fn section(page: &mut String, title: &str, about: &str, rows: &[(Row, Vec<Outcome>)]) {
    write!(page, "\n## {title}\n\n{about}\n\n| |").unwrap();
    PROVIDERS.iter().for_each(|(_, name)| write!(page, " {name} |").unwrap());
    page.push_str("\n|---|");
    PROVIDERS.iter().for_each(|_| page.push_str(":-:|"));
    page.push('\n');
    // What was told, and where.
    let mut notes: Vec<(String, Vec<String>)> = Vec::new();
    for ((kind, _, _), outcomes) in rows {
        write!(page, "| {kind} |").unwrap();
        for ((_, name), outcome) in PROVIDERS.iter().zip(outcomes) {
            let told = match outcome {
                Outcome::Warned(words) | Outcome::Refused(words) => Some(words),
                _ => None,
            };
            let sign = match outcome {
                Outcome::Carried => "✓".to_owned(),
                Outcome::Done => "✓ here".to_owned(),
                Outcome::Never | Outcome::Lost => "·".to_owned(),
                Outcome::Warned(_) => "warned".to_owned(),
                Outcome::Refused(_) => "refused".to_owned(),
            };
            write!(page, " {sign} |").unwrap();
            if let Some(words) = told {
                let line = format!("{kind}: “{words}”");
                match notes.iter_mut().find(|(known, _)| *known == line) {
                    Some((_, names)) => names.push((*name).to_owned()),
                    None => notes.push((line, vec![(*name).to_owned()])),
                }
            }
        }
        page.push('\n');
    }
    let mut by_kind: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (line, names) in &notes {
        let at = rows.iter().position(|((kind, _, _), _)| line.starts_with(&format!("{kind}: "))).unwrap();
        by_kind.entry(at).or_default().push(format!("- {line} ({})", names.join(", ")));
    }
    if !by_kind.is_empty() {
        page.push_str("\nWhat is told, and why that is right:\n\n");
        for (at, lines) in by_kind {
            lines.iter().for_each(|line| writeln!(page, "{line}").unwrap());
            writeln!(page, "  {}", rows[at].0.1).unwrap();
        }
    }
}
