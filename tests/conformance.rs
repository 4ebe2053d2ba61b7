//! Every provider, on every recorded exchange, however the network cuts it: what is sent, and what comes of the answer.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "conformance/requests.rs"]
mod requests;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rivulet::chat::Event;
use rivulet::providers::REGISTRY;

use support::Random;
use support::drive::{Item, Played};
use support::expected::{self, Expected};
use support::play::{Play, describe};
use support::tape::{self, Tape};
use support::unplayed::UNPLAYED;

#[test]
fn every_recording_is_played_or_has_a_reason_not_to() {
    let expected: BTreeSet<String> = expected::all().into_iter().map(|(case, _)| case).collect();
    let unplayed: BTreeSet<String> = UNPLAYED.iter().map(|&(case, _)| case.to_owned()).collect();
    let recorded: BTreeSet<String> =
        tape::files().iter().filter_map(|file| file.rsplit_once('.')).map(|(case, _)| case.to_owned()).collect();
    assert_eq!(expected.len(), expected::all().len(), "a case has two expectations");
    assert_eq!(unplayed.len(), UNPLAYED.len(), "a case has two reasons");
    let both: Vec<_> = expected.intersection(&unplayed).collect();
    assert!(both.is_empty(), "played and not played: {both:?}");
    let known = expected.union(&unplayed).cloned().collect();
    assert_same(&known, &recorded, "tests/support/expected, calls.json and unplayed.rs", "tests/wire");
    assert_same(&index(), &recorded, "part E of tests/wire/README.md", "tests/wire");
    for case in tape::names() {
        assert_eq!(Play::of(&Tape::read(&case)).is_some(), expected.contains(&case), "{case}");
    }
}

/// Fails with the difference of two sets, and not with both of them.
#[track_caller]
fn assert_same(left: &BTreeSet<String>, right: &BTreeSet<String>, left_name: &str, right_name: &str) {
    let only_left: Vec<_> = left.difference(right).collect();
    let only_right: Vec<_> = right.difference(left).collect();
    assert!(only_left.is_empty(), "in {left_name} and not in {right_name}: {only_left:#?}");
    assert!(only_right.is_empty(), "in {right_name} and not in {left_name}: {only_right:#?}");
}

/// Part E of the wire reference: cases by folder.
fn index() -> BTreeSet<String> {
    let readme = std::fs::read_to_string(tape::wire().join("README.md")).unwrap();
    let part = readme.split("## Part E.").nth(1).expect("no part E");
    let mut folder = "";
    let mut cases = BTreeSet::new();
    for line in part.lines() {
        match line.split(' ').next() {
            Some("###") => folder = line[4..].split('/').next().unwrap(),
            Some("|") if line.starts_with("| `") => {
                cases.insert(format!("{folder}/{}", line.split('`').nth(1).unwrap()));
            }
            _ => {}
        }
    }
    cases
}

#[test]
fn every_provider_has_recordings_that_end_well() {
    let mut count: BTreeMap<&str, usize> = REGISTRY.iter().map(|protocol| (protocol.info.name, 0)).collect();
    for (case, expected) in expected::all() {
        if expected.error.is_none() && expected.events.iter().any(|event| event == "finish stop") {
            *count.get_mut(Play::of(&Tape::read(&case)).unwrap().protocol.info.name).unwrap() += 1;
        }
    }
    let few: Vec<_> = count.into_iter().filter(|&(_, count)| count < 5).collect();
    assert!(few.is_empty(), "recordings that end with `finish stop`, of at least 5: {few:?}");
}

#[test]
fn every_recording_gives_what_the_wire_reference_says() {
    let failures: Vec<String> = expected::all()
        .into_iter()
        .filter_map(|(case, expected)| {
            let tape = Tape::read(&case);
            let played = Play::of(&tape).unwrap().run(&[]);
            let found = difference(&tape, &expected, &played)?;
            Some(format!("{case}: {found}"))
        })
        .collect();
    assert!(failures.is_empty(), "{} recordings:\n{}", failures.len(), failures.join("\n"));
}

fn difference(tape: &Tape, expected: &Expected, played: &Played) -> Option<String> {
    let events: Vec<String> = played.events().into_iter().map(|event| describe(event, played)).collect();
    let mut wanted = expected.events.clone();
    if Play::of(tape)?.cross_origin && tape.reply.head.status == 200 {
        wanted.insert(0, FOREIGN.to_owned());
    }
    if played.text() != expected.text {
        return Some(format!("text {:?} instead of {:?}", played.text(), expected.text));
    }
    if events != wanted {
        return Some(format!("events\n    {events:?} instead of\n    {wanted:?}"));
    }
    let pieces = pieces(tape);
    if played.pieces().len() != pieces {
        return Some(format!("{} pieces instead of {pieces}", played.pieces().len()));
    }
    match (&played.end, expected.error) {
        (Ok(()), None) => None,
        (Err(error), Some((code, words))) if error.code == code && error.message.contains(words) => None,
        (end, wanted) => Some(format!("ended with {end:?} instead of {wanted:?}")),
    }
}

const FOREIGN: &str =
    "warning a page of another origin cannot read this site's stream: the reply comes as one piece (see proxy)";

/// How many pieces of text the recorded body holds, counted without any parsing.
fn pieces(tape: &Tape) -> usize {
    // The store's recording is of step 1; the reply that follows is another's.
    let tape = &match tape.name.as_str() {
        "ai-power/aipkit-cache-ok" | "live/ai-puffer-cached-page-step1-again" => {
            Tape::read("ai-power/aipkit-stream-ascii")
        }
        "live/plain-permalinks-wp-json-submit-home" => Tape::read("live/plain-permalinks-index-php-submit"),
        _ => tape.clone(),
    };
    let (folder, case) = tape.name.split_once('/').unwrap();
    if let Some(call) = tape::calls(folder).get(case) {
        return call["pieces"].as_u64().unwrap_or_default() as usize;
    }
    let body = String::from_utf8_lossy(&tape.reply.body);
    if tape.name.starts_with("openai-chat/") {
        let keys = [r#""content":""#, r#""refusal":""#, r#""type":"text","text":""#];
        let texts = keys.into_iter().flat_map(|key| body.split(key).skip(1)).filter(|text| !text.starts_with('"'));
        return texts.count() - body.matches(r#""thinking":[{"type":"text""#).count();
    }
    let body = body.split("data: [DONE]").next().unwrap();
    let refused = body.contains("ipBanned") || body.contains("messageFlagged");
    let streamed = body.lines().filter(|line| {
        let live = line.starts_with(r#"data: {"type":"live","data":""#) && !line.contains(r#""subtype""#);
        let delta = line.starts_with(r#"data: {"delta":""#);
        let chunk = line.starts_with(r#"data: {"id":"#) && line.contains(r#""delta":{"content":""#);
        (live || delta || chunk) && !refused
    });
    let count = streamed.count();
    let keys = if body.contains(r#""type":"#) { [r#"\"reply\":\""#; 2] } else { [r#""reply":""#, r#""data":""#] };
    let generated = body.starts_with(r#"{"content":""#);
    let whole = keys.iter().any(|key| {
        let rest = body.split(key).nth(1);
        rest.is_some_and(|rest| !rest.starts_with('"') && !rest.starts_with("\\\""))
    });
    if count == 0 { usize::from((whole || generated) && tape.reply.head.status == 200) } else { count }
}

#[test]
fn sends_what_the_plugins_accept_and_nothing_else() {
    let failures: Vec<String> = expected::all()
        .into_iter()
        .filter(|(_, expected)| expected.answer_only.is_none())
        .filter_map(|(case, _)| {
            let tape = Tape::read(&case);
            let play = Play::of(&tape).unwrap();
            let played = play.run(&[]);
            let wrong = requests::differences(&tape, play.sent(&played));
            (!wrong.is_empty()).then(|| format!("{case}: {}", wrong.join("; ")))
        })
        .collect();
    assert!(failures.is_empty(), "{} recordings:\n{}", failures.len(), failures.join("\n"));
}

fn folders(name: &str, check: impl Fn(&str, &Play, &Played)) {
    for (case, _) in expected::all().into_iter().filter(|(case, _)| case.starts_with(name)) {
        let play = Play::of(&Tape::read(&case)).unwrap();
        let whole = play.run(&[]);
        check(&case, &play, &whole);
    }
}

#[track_caller]
fn same(case: &str, cuts: &[usize], whole: &Played, cut: &Played) {
    assert_eq!(whole.requests, cut.requests, "{case} cut at {cuts:?}");
    if let Some((one, other)) = whole.items.iter().zip(&cut.items).find(|(one, other)| one != other) {
        panic!("{case} cut at {cuts:?}: {other:?} instead of {one:?}");
    }
    assert_eq!(whole.items.len(), cut.items.len(), "{case} cut at {cuts:?}: number of items");
    assert_eq!(whole.end, cut.end, "{case} cut at {cuts:?}");
}

fn every_cut_into_two(folder: &str) {
    let cases: Vec<String> = expected::all().into_iter().map(|(case, _)| case).collect();
    let cases: Vec<String> = cases.into_iter().filter(|case| case.starts_with(folder)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let play = Play::of(&Tape::read(case)).unwrap();
            let whole = play.run(&[]);
            cuts(&play.tape.body).for_each(|at| same(case, &[at], &whole, &play.run(&[at])));
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(1, usize::from)).for_each(|_| drop(scope.spawn(work)));
    });
}

/// Where a body is cut into two: everywhere if `RIVULET_CONFORMANCE=whole` is set, as `.ci/run` does, which is 2.3 GB of
/// parsing. Else a tenth of it: around the ends of lines, after backslashes, inside letters of several bytes, at both
/// ends, and at every sixteenth byte of the rest.
fn cuts(body: &[u8]) -> impl Iterator<Item = usize> {
    let is_whole = is_whole();
    (0..=body.len()).filter(move |&at| {
        let near = &body[at.saturating_sub(1)..(at + 1).min(body.len())];
        is_whole
            || at % 16 == body.len() % 16
            || near.len() < 2
            || near.iter().any(|byte| matches!(byte, b'\n' | b'\\' | 0x80..))
    })
}

fn is_whole() -> bool {
    static IS_WHOLE: LazyLock<bool> = LazyLock::new(|| {
        let is_whole = match std::env::var("RIVULET_CONFORMANCE").as_deref() {
            Ok("whole") => true,
            Ok(other) if !other.is_empty() => panic!("RIVULET_CONFORMANCE={other}: only `whole` has a meaning"),
            _ => false,
        };
        let words =
            if is_whole { "every byte" } else { "a sample of the bytes; RIVULET_CONFORMANCE=whole: every byte" };
        // Not `eprintln!`, which the test harness hides where a test passes.
        let _ = writeln!(std::io::stderr(), "conformance: recorded bodies are cut into two at {words}");
        is_whole
    });
    *IS_WHOLE
}

#[test]
fn every_cut_into_two_gives_the_same_ai_engine() {
    every_cut_into_two("ai-engine/");
}

#[test]
fn every_cut_into_two_gives_the_same_ai_power() {
    every_cut_into_two("ai-power/");
}

#[test]
fn every_cut_into_two_gives_the_same_live() {
    every_cut_into_two("live/");
}

#[test]
fn every_cut_into_two_gives_the_same_openai_chat() {
    every_cut_into_two("openai-chat/");
}

#[test]
fn every_cut_into_two_gives_the_same_services() {
    let others = tape::folders().into_iter().filter(|folder| !tape::calls(folder).is_empty());
    others.for_each(|folder| every_cut_into_two(&format!("{folder}/")));
}

#[test]
fn random_cuts_and_single_bytes_give_the_same() {
    let mut seed = Random(2);
    let mut random = || seed.next();
    for folder in tape::folders() {
        let folder = &format!("{folder}/");
        let salt = random();
        folders(folder, |case, play, whole| {
            let mut random = Random(salt ^ case.len() as u64);
            let single: Vec<usize> = (0..play.tape.body.len()).collect();
            same(case, &[], whole, &play.run(&single));
            for _ in 0..30 {
                let cuts = random.cuts(play.tape.body.len());
                same(case, &cuts, whole, &play.run(&cuts));
            }
        });
    }
}

/// The connection may break anywhere: what came before stays, nothing is made up, and the end is never taken for a good
/// one unless everything that matters has come.
#[test]
fn a_body_that_breaks_off_gives_a_part_and_an_error() {
    for folder in tape::folders() {
        let folder = &format!("{folder}/");
        folders(folder, |case, play, whole| {
            // A service that calls each piece the last one cannot be told from one that broke off.
            if case == "openai-chat/doc-finish-repeated" {
                return;
            }
            if play.tape.head.status != 200 || play.after.len() == 1 || whole.text().is_empty() {
                return;
            }
            let mut random = Random(play.tape.body.len() as u64);
            for _ in 0..60 {
                let length = random.below(play.tape.body.len());
                let mut broken = Play { tape: play.tape.clone(), ..Play::of(&Tape::read(case)).unwrap() };
                broken.tape.body.truncate(length);
                let mut played = broken.run(&[]);
                // Half a surrogate pair, whose other half was in a later piece.
                if played.end.is_err() && played.items.last() == Some(&Item::Piece("\u{fffd}".to_owned())) {
                    played.items.pop();
                }
                let text = whole.text();
                assert!(text.starts_with(&played.text()), "{case} broken off at {length}: {:?}", played.text());
                let finished = played.events().iter().any(|event| matches!(event, Event::Finish { .. }));
                assert_eq!(finished, played.end.is_ok(), "{case} broken off at {length}: {:?}", played.end);
                assert!(!finished || played.text() == text, "{case} broken off at {length} ends well");
                assert!(played.items.iter().all(|item| whole.items.contains(item) || !matches!(item, Item::Piece(_))));
            }
        });
    }
}
