//! Records which paths of a decoder the scanner really used, for tests. A typo in a path costs only speed, so no other
//! test would see it. Compiled with debug assertions only.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::{Decode, RunKind};

/// The kind of the path (`text`, `reasoning` or `arguments`), and the members that lead to the string, outermost first.
pub type Path = (&'static str, &'static [&'static str]);

/// The paths that decoders declare, and those of them by which the scanner took a frame.
#[derive(Clone, Debug, Default)]
pub struct ScanLog {
    /// Paths of all decoders that read a stream.
    pub declared: BTreeSet<Path>,
    /// Paths by which at least one frame was scanned.
    pub scanned: BTreeSet<Path>,
    /// The path at which a string was located last.
    located: Option<Path>,
    /// The path whose layout the scanner got last.
    layout: Option<Path>,
}

thread_local! {
    static LOG: RefCell<ScanLog> = RefCell::default();
}

/// Returns the log of this thread so far, and empties it.
pub fn take() -> ScanLog {
    LOG.take()
}

/// Records the paths of a decoder that reads a stream.
pub(super) fn declared(decode: &dyn Decode) {
    let reasoning = decode.reasoning_paths().iter().map(|path| ("reasoning", *path));
    let others = [("text", decode.text_path()), ("arguments", decode.arguments_path())];
    let paths = others.into_iter().chain(reasoning).filter(|(_, path)| !path.is_empty());
    LOG.with_borrow_mut(|log| log.declared.extend(paths));
}

/// Records that a string was located at `path` in a frame of the run `kind`.
pub(super) fn located(kind: &RunKind, path: &'static [&'static str]) {
    let kind = match kind {
        RunKind::Text => "text",
        RunKind::Reasoning => "reasoning",
        RunKind::ToolCall(_) => "arguments",
    };
    LOG.with_borrow_mut(|log| log.located = Some((kind, path)));
}

/// Records whether the layout of that frame was handed to the scanner.
pub(super) fn accepted(is_accepted: bool) {
    LOG.with_borrow_mut(|log| {
        if is_accepted {
            log.layout = log.located;
        }
    });
}

/// Records that the scanner took a frame of the layout that it got last.
pub(super) fn scanned() {
    LOG.with_borrow_mut(|log| {
        let layout = log.layout;
        log.scanned.extend(layout);
    });
}
