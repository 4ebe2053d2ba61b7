//! Removes the panics from the module that rustc made: they become a plain trap, and what only they needed is removed.
//!
//! A panic in this module is a trap whatever its message (`panic = "abort"`, no console). But the messages, the source
//! locations that they name and the code that formats them would be in the module: 124,661 B gzip instead of 116,186, as
//! `npm run size -- --snip` measured it in November 2026. No optimiser removes them: a function in the table might be
//! called and a byte of data might be read, since an address is a number like any other. The relocations, which the
//! linker keeps on request, tell addresses from numbers; with them this is a garbage collection.

mod linker;
mod module;
mod owners;
mod read;
mod write;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use anyhow::{Result, ensure};

use module::{Item, Module};

/// How the names of the functions begin that only report a panic, whichever way they branch. Functions that go straight
/// to one of them, such as `unwrap_failed`, are found without their names.
const SNIPPED: [&str; 6] = [
    "core::panicking::panic_fmt",
    "core::panicking::assert_failed_inner",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
];

/// Reads the module at `input`, which must be linked with `--emit-relocs`, and writes it without its panics to
/// `output`; and to `owners`, for `split`, which part each entry of the table and each stretch of data belongs to.
///
/// # Errors
/// A file cannot be read or written, or the module is not what is expected. A reference that was missed would be a
/// miscompilation, so everything unexpected is an error.
pub fn snip(input: &Path, output: &Path, owners: &Path) -> Result<()> {
    let bytes = std::fs::read(input)?;
    let module = Module::parse(&bytes)?;
    let silent = find_silent(&module)?;
    let parts: Vec<_> = (0..module.parts.len()).map(|part| live_items(&module, &silent, Item::Part(part))).collect();
    let core = live_items(&module, &silent, Item::Outside);
    std::fs::write(owners, owners::of(&module, &core, &parts)?)?;
    let live = parts.into_iter().fold(core, |mut all, part| {
        all.extend(part);
        all
    });
    for (function, name) in &module.names {
        let prints = name.starts_with("<core::panic::location::Location as ");
        let dead = !live.contains(&Item::Function(*function));
        ensure!(!prints || dead, "{name} is called: the places in the source cannot be taken out");
    }
    std::fs::write(output, write::without_dead(&module, &live))?;
    Ok(())
}

/// The items that report nothing from now on: references from them keep nothing alive.
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
    // What is computed on the way into a trap, such as the message of a panic, is not needed any more.
    let calls = (0..module.calls.len()).filter(|call| traps(&silent, module.calls[*call].callee)).map(Item::Call);
    let locations = (0..module.objects.len()).filter(|object| is_location(module, *object)).map(Item::Object);
    let more: Vec<_> = calls.chain(locations).collect();
    silent.extend(more);
    Ok(silent)
}

/// The functions whose names are in [`SNIPPED`].
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

/// Whether this object is a `core::panic::Location`: the name of a source file, a line and a column. Functions pass it
/// on so that the last of them may panic with it.
fn is_location(module: &Module, object: usize) -> bool {
    let [Item::Object(file)] = module.references(Item::Object(object)) else { return false };
    let (words, []) = module.content(object).as_chunks::<4>() else { return false };
    let [pointer, length, line, column] = words else { return false };
    let word = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    // The name ends with a NUL for C, which its length does not count.
    let text = module.content(*file).split(|byte| *byte == 0).next().unwrap_or_default();
    word(pointer) == module.objects[*file].address
        && word(length) as usize == text.len()
        && text.ends_with(b".rs")
        && word(line) > 0
        && word(column) > 0
}

/// Everything that can be reached from `root` without passing through a silent item.
fn live_items(module: &Module, silent: &HashSet<Item>, root: Item) -> HashSet<Item> {
    let mut live = HashSet::new();
    let mut next = vec![root];
    while let Some(item) = next.pop() {
        if !silent.contains(&item) && live.insert(item) {
            next.extend(module.references(item));
        }
    }
    live
}
