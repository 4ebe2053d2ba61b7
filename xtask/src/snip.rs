//! Takes the panics out of the module that rustc made: they become a plain trap, and what only they needed goes.
//!
//! A panic of this module is a trap whatever it says (`panic = "abort"`, no console), but its words, the places in the
//! source that it names and all that formats them would be a tenth of the module. No optimiser takes them away: a
//! function in the table may be called, a byte of data may be read, since an address is a number like any other. The
//! relocations that the linker leaves on request tell the addresses from the numbers; with them this is a garbage
//! collection.

mod linker;
mod module;
mod read;
mod write;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::{Result, ensure};

use module::{Item, Module};

/// How the names of functions begin that do nothing but report, whichever way they branch. Those that go straight to one
/// of them, such as `unwrap_failed`, are found without their names.
const SNIPPED: [&str; 6] = [
    "core::panicking::panic_fmt",
    "core::panicking::assert_failed_inner",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
];

pub fn snip(input: &Path, output: &Path) -> Result<()> {
    let bytes = std::fs::read(input)?;
    let module = Module::parse(&bytes)?;
    let live = live_items(&module, &find_silent(&module)?);
    for (function, name) in &module.names {
        let prints = name.starts_with("<core::panic::location::Location as ");
        let dead = !live.contains(&Item::Function(*function));
        ensure!(!prints || dead, "{name} is called: the places in the source cannot be taken out");
    }
    std::fs::write(output, write::without_dead(&module, &live))?;
    Ok(())
}

/// What says nothing from now on. To refer to something is no reason any more for it to stay.
fn find_silent(module: &Module) -> Result<HashSet<Item>> {
    let mut silent = reporting_functions(module)?;
    let traps = |silent: &HashSet<_>, function| silent.contains(&Item::Function(function));
    while let Some(call) = module
        .calls
        .iter()
        .find(|call| call.starts_caller && traps(&silent, call.callee) && !traps(&silent, call.caller))
    {
        silent.insert(Item::Function(call.caller));
    }
    // Nobody gets to see what is computed on the way into a trap, where a panic takes up its words.
    let calls = (0..module.calls.len()).filter(|call| traps(&silent, module.calls[*call].callee)).map(Item::Call);
    let locations = (0..module.objects.len()).filter(|object| is_location(module, *object)).map(Item::Object);
    let more: Vec<_> = calls.chain(locations).collect();
    silent.extend(more);
    Ok(silent)
}

fn reporting_functions(module: &Module) -> Result<HashSet<Item>> {
    let mut functions = HashSet::new();
    let mut found = BTreeSet::new();
    for (function, name) in &module.names {
        let Some(which) = SNIPPED.iter().find(|start| name.starts_with(**start)) else { continue };
        found.insert(*which);
        functions.insert(Item::Function(*function));
    }
    ensure!(found.len() > SNIPPED.len() / 2, "found only {found:?}: has the module lost its names, or std its own?");
    Ok(functions)
}

/// Whether this is a `core::panic::Location`: a source file's name, a line, a column. Functions hand it on, so that the
/// last of them may panic with it.
fn is_location(module: &Module, object: usize) -> bool {
    let [Item::Object(file)] = module.references(Item::Object(object)) else { return false };
    let (words, []) = module.content(object).as_chunks::<4>() else { return false };
    let [pointer, length, line, column] = words else { return false };
    let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    // A NUL ends it, for C; the length does not count it.
    let text = module.content(*file).split(|byte| *byte == 0).next().unwrap_or_default();
    word(pointer) == module.objects[*file].address
        && word(length) as usize == text.len()
        && text.ends_with(b".rs")
        && word(line) > 0
        && word(column) > 0
}

/// All that can be reached from outside without passing through what is silent.
fn live_items(module: &Module, silent: &HashSet<Item>) -> HashSet<Item> {
    let mut live = HashSet::new();
    let mut next = vec![Item::Outside];
    while let Some(item) = next.pop() {
        if !silent.contains(&item) && live.insert(item) {
            next.extend(module.references(item));
        }
    }
    live
}
