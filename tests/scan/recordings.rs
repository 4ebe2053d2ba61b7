//! Every path that a decoder declares is one by which the scanner takes frames of a real recording. A path with a typo would
//! lose nothing but speed: ten times the time of an event.

use std::collections::{BTreeMap, BTreeSet};

use rivulet::exchange::scan_log;
use rivulet::providers::REGISTRY;

use crate::support::play::Play;
use crate::support::tape::{self, Tape};

type Paths = BTreeSet<scan_log::Path>;

/// The declared paths of each provider, and those by which frames of its recordings were scanned.
fn logs() -> BTreeMap<&'static str, (Paths, Paths)> {
    let mut logs: BTreeMap<&str, (Paths, Paths)> = BTreeMap::new();
    for case in tape::names() {
        let Some(play) = Play::of(&Tape::read(&case)) else { continue };
        scan_log::take();
        play.run(&[]);
        let log = scan_log::take();
        let (declared, scanned) = logs.entry(play.protocol.info.name).or_default();
        declared.extend(log.declared);
        scanned.extend(log.scanned);
    }
    logs
}

#[test]
fn each_declared_path_is_scanned_on_a_recording() {
    let logs = logs();
    let mut unused = Vec::new();
    for protocol in REGISTRY {
        let name = protocol.info.name;
        let Some((declared, scanned)) = logs.get(name) else { panic!("{name} has no recording in tests/wire") };
        unused.extend(declared.difference(scanned).map(|path| (name, path)));
    }
    assert!(unused.is_empty(), "no recording has two such frames in a row: {unused:#?}");
    let with_paths = logs.values().filter(|(declared, _)| !declared.is_empty()).count();
    assert!(with_paths >= 8, "only {with_paths} providers declare a path");
}
