//! Compiles the patterns of `src/patterns.rs` into sparse DFAs, so that the module carries tables of a few kilobytes
//! instead of a regular-expression compiler.

use std::path::PathBuf;
use std::{env, fs};

use regex_automata::dfa::{dense, sparse};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;

include!("src/patterns.rs");

fn main() {
    println!("cargo::rerun-if-changed=src/patterns.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for (name, pattern) in PATTERNS {
        let dfa = compile(pattern).unwrap_or_else(|error| {
            println!("cargo::error=pattern {name}: {error}");
            std::process::exit(1);
        });
        if let Err(error) = fs::write(out.join(format!("{name}.dfa")), dfa.to_bytes_little_endian()) {
            println!("cargo::error=pattern {name}: {error}");
        }
    }
}

fn compile(pattern: &str) -> Result<sparse::DFA<Vec<u8>>, Box<dyn std::error::Error>> {
    let dense = dense::Builder::new()
        .configure(dense::Config::new().minimize(true).accelerate(false))
        // Pages are bytes: no Unicode tables, no assumption of valid UTF-8.
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(pattern)?;
    Ok(dense.to_sparse()?)
}
