//! Cuts the optimised module into a core and its parts (`src/web/parts.rs`), each a WebAssembly module of its own. A part imports the memory
//! and the table of the core, and the functions that it calls there or in another part; it brings its own functions, its entries of the table
//! and its data, which come to where they were in the whole module. So nothing is there twice, whatever parts a program has, and a call
//! from one module into another costs what a call of an imported function costs.
//!
//! Cutting comes last, so that the whole module was optimised as one. What calls what is read from the code once more, since the optimiser
//! inlines functions and merges equal ones. Entries of the table and addresses are numbers like any other by now: who needs them was written
//! down by `snip`.

mod parse;
mod write;

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::placement::{CORE, Needed, groups_of};
use parse::{Function, Module};

/// What belongs to which module, as `snip` wrote it.
#[derive(Default)]
struct Owners {
    /// Who needs an entry of the table. All others belong to the core.
    slots: BTreeMap<u32, Needed>,
    /// Stretches of the data, in order: start, end, module.
    data: Vec<(u32, u32, String)>,
}

/// Reads the module at `input` and writes the core and the parts into `folder`, as `<name>.wasm`. `exports`: the functions of the parts, as
/// `EXPORT=PART`. Prints a line for each module, after those that it needs: its name, and theirs without the core. Of a module that has the names of its functions, `functions.txt` says
/// where each went.
///
/// # Errors
/// A file cannot be read or written, or the module is not what is expected. A reference that was missed would be a
/// miscompilation, so everything unexpected is an error.
pub fn split(input: &Path, owners: &Path, folder: &Path, exports: &[&str]) -> Result<()> {
    let bytes = std::fs::read(input)?;
    let module = Module::parse(&bytes)?;
    let owners = read_owners(&std::fs::read_to_string(owners)?)?;
    let pairs = exports.iter().map(|pair| pair.split_once('=').context("an argument that is not EXPORT=PART"));
    let exports: BTreeMap<&str, &str> = pairs.collect::<Result<_>>()?;

    let mut names: Vec<&str> = vec![CORE];
    for part in exports.values() {
        for name in groups_of(part).into_iter().chain([*part]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    for name in
        owners.slots.values().flat_map(|needed| &needed.by_parts).chain(owners.data.iter().map(|(.., name)| name))
    {
        ensure!(names.contains(&name.as_str()), "no part '{name}'");
    }
    let needed = needed_functions(&module, &owners, &exports)?;
    // `None`: it is imported, or nobody needs it.
    let place = |(needed, function): (&Needed, &Function)| {
        needed.place().filter(|_| function.body.is_some()).map(str::to_owned)
    };
    let places: Vec<_> = needed.iter().zip(&module.functions).map(place).collect();
    for (name, bytes) in write::modules(&module, &owners, &exports, &places, &names)? {
        std::fs::write(folder.join(format!("{name}.wasm")), bytes)?;
    }
    if !module.names.is_empty() {
        std::fs::write(folder.join("functions.txt"), describe(&module, &places, &needed))?;
    }
    for name in names {
        println!("{}", [name].into_iter().chain(groups_of(name)).collect::<Vec<_>>().join(" "));
    }
    Ok(())
}

/// `MODULE BYTES PARTS NAME` for each function, a line each. `PARTS`: those that need it, or `core`.
fn describe(module: &Module, places: &[Option<String>], needed: &[Needed]) -> String {
    let mut lines = String::new();
    for (index, name) in &module.names {
        let body = module.functions[*index as usize].body.as_ref();
        let (Some(place), Some(body)) = (&places[*index as usize], body) else { continue };
        let needed = &needed[*index as usize];
        let (bytes, users) = (body.range().len(), needed.list());
        lines.push_str(&format!("{place} {bytes} {users} {:#}\n", rustc_demangle::demangle(name)));
    }
    lines
}

fn read_owners(text: &str) -> Result<Owners> {
    let mut owners = Owners::default();
    for line in text.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["slot", index, name] => _ = owners.slots.insert(index.parse()?, Needed::read(name)),
            ["data", start, end, name] => owners.data.push((start.parse()?, end.parse()?, name.to_owned())),
            _ => bail!("the line '{line}' is not understood"),
        }
    }
    Ok(owners)
}

/// Who needs each function, by its number.
fn needed_functions(module: &Module, owners: &Owners, exports: &BTreeMap<&str, &str>) -> Result<Vec<Needed>> {
    let mut roots: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (name, function) in &module.function_exports {
        roots.entry(exports.get(name.as_str()).copied().unwrap_or(CORE)).or_default().push(*function);
    }
    let all: HashSet<_> = module.function_exports.iter().map(|(name, _)| name.as_str()).collect();
    let missing = exports.keys().find(|name| !all.contains(**name));
    ensure!(missing.is_none(), "nothing is exported as {missing:?}");
    for (slot, function) in &module.table {
        match owners.slots.get(slot) {
            Some(needed) => needed.by_parts.iter().for_each(|part| roots.entry(part).or_default().push(*function)),
            None => roots.entry(CORE).or_default().push(*function),
        }
    }
    roots.entry(CORE).or_default().extend(&module.core_roots);

    let mut needed = vec![Needed::default(); module.functions.len()];
    for (user, roots) in roots {
        let mut next = roots;
        let mut seen = HashSet::new();
        while let Some(function) = next.pop() {
            if seen.insert(function) {
                needed[function as usize].add(user);
                next.extend(&module.functions[function as usize].calls);
            }
        }
    }
    Ok(needed)
}
