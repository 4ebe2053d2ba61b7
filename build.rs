//! Compiles the patterns of `src/providers/wordpress/patterns.rs` into tables, so that the module contains neither a
//! compiler nor an engine for regular expressions: `src/providers/wordpress/page.rs` walks the tables in ten lines.
//!
//! A table consists of the class of each byte (256 bytes), the number of classes (1 byte), then one row for each state
//! with one byte for each class: the next state. State 0 is dead, state 1 is the start. The high bit of a next state
//! says that a match ends before the byte that led there.

use std::collections::HashMap;
use std::path::PathBuf;
use std::{env, fs};

use regex_automata::Input;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

include!("src/providers/wordpress/patterns.rs");

/// Any error of this script.
type BoxedError = Box<dyn std::error::Error>;

fn main() {
    println!("cargo::rerun-if-changed=src/providers/wordpress/patterns.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for (name, pattern) in PATTERNS {
        let table = compile(pattern).and_then(|table| Ok(fs::write(out.join(format!("{name}.dfa")), table)?));
        if let Err(error) = table {
            println!("cargo::error=pattern {name}: {error}");
        }
    }
}

/// The table of one pattern.
fn compile(pattern: &str) -> Result<Vec<u8>, BoxedError> {
    let dfa = dense::Builder::new()
        .configure(dense::Config::new().minimize(true).accelerate(false))
        // Pages are searched as bytes: no Unicode tables, and no assumption that they are valid UTF-8.
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(pattern)?;
    let start = dfa.start_state_forward(&Input::new(b""))?;
    let states = reachable(&dfa, start);
    if states.len() > 0x7f {
        return Err(format!("{} states, and a table has room for 127", states.len()).into());
    }
    // Bytes that lead to the same next states from every state form one class.
    let mut columns: Vec<Vec<u8>> = Vec::new();
    let mut table = Vec::new();
    for byte in 0..=255 {
        let next = |state: &StateID| {
            let next = dfa.next_state(*state, byte);
            states[&next] | if dfa.is_match_state(next) { 0x80 } else { 0 }
        };
        let mut order: Vec<_> = states.iter().collect();
        order.sort_by_key(|(_, index)| **index);
        let column: Vec<u8> = order.into_iter().map(|(state, _)| next(state)).collect();
        let class = columns.iter().position(|known| *known == column).unwrap_or_else(|| {
            columns.push(column);
            columns.len() - 1
        });
        table.push(u8::try_from(class)?);
    }
    table.push(u8::try_from(columns.len())?);
    for state in 0..states.len() {
        table.extend(columns.iter().map(|column| column[state]));
    }
    Ok(table)
}

/// The states that can be reached, numbered: the dead state is 0, the start is 1.
fn reachable(dfa: &dense::DFA<Vec<u32>>, start: StateID) -> HashMap<StateID, u8> {
    let dead = StateID::ZERO;
    let mut states = HashMap::from([(dead, 0), (start, 1)]);
    let mut queue = vec![start];
    while let Some(state) = queue.pop() {
        for byte in 0..=255 {
            let next = dfa.next_state(state, byte);
            if !states.contains_key(&next) {
                // `compile` refuses a pattern with more than 127 states.
                states.insert(next, states.len().min(0xff) as u8);
                queue.push(next);
            }
        }
    }
    states
}
