//! Takes the words out of panics: the functions that format and report a panic become a plain trap.
//!
//! A panic of this module is a trap whatever it says (`panic = "abort"`, no console), but its words and all that formats
//! them would be a tenth of the module.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use walrus::{FunctionKind, LocalFunction, ModuleConfig};

/// Parts of demangled names; the crate's hash, which changes with the compiler, is taken out before they are compared.
const SNIPPED: [&str; 13] = [
    "core::panicking::panic_fmt",
    "core::panicking::panic_bounds_check",
    "core::panicking::assert_failed_inner",
    "core::result::unwrap_failed",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::str::slice_error_fail",
    "core::slice::index::slice_index_fail",
    "core::panicking::panic_const::",
    "std::panicking::begin_panic",
    "std::panicking::panic_with_hook",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already_",
];

pub fn snip(input: &Path, output: &Path) -> Result<()> {
    let mut config = ModuleConfig::new();
    config.generate_producers_section(false).preserve_code_transform(false);
    let mut module = config.parse_file(input)?;
    let named = |(id, _): (_, _)| Some((id, module.funcs.get(id).name.clone()?));
    let functions: Vec<_> = module.funcs.iter_local().filter_map(named).collect();
    let mut done = BTreeSet::new();
    for (id, name) in functions {
        let name = without_hashes(&name);
        let Some(which) = SNIPPED.iter().find(|part| name.contains(**part)) else { continue };
        done.insert(*which);
        let ty = module.types.get(module.funcs.get(id).ty());
        let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
        let args = params.iter().map(|ty| module.locals.add(*ty)).collect();
        let mut body = walrus::FunctionBuilder::new(&mut module.types, &params, &results);
        body.func_body().unreachable();
        let trap: LocalFunction = body.local_func(args);
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap);
    }
    ensure!(done.len() > SNIPPED.len() / 2, "found only {done:?}: has the module lost its names, or std its own?");
    module.emit_wasm_file(output)
}

/// `core[c5930c85a12de822]::fmt` is `core::fmt`.
fn without_hashes(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        match after.split_once(']') {
            Some((inside, after)) if inside.len() == 16 && inside.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                rest = after
            }
            _ => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}
