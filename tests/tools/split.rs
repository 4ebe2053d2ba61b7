//! A module to be cut by `xtask split`: a core, and parts that add themselves to it. Compiled by split.test.mjs.

use std::cell::Cell;
use std::hint::black_box;

type Ask = fn(u32) -> u32;

thread_local! {
    static ADDED: [Cell<Option<Ask>>; 3] = const { [Cell::new(None), Cell::new(None), Cell::new(None)] };
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

fn add(index: usize, ask: Ask) {
    ADDED.with(|all| all[index].set(Some(black_box(ask))));
}

/// What a part says, or 0.
#[unsafe(no_mangle)]
pub extern "C" fn ask(index: usize, number: u32) -> u32 {
    CALLS.set(CALLS.get() + 1);
    ADDED.with(|all| all[index].get()).map_or(0, |ask| ask(number))
}

#[unsafe(no_mangle)]
pub extern "C" fn calls() -> u32 {
    CALLS.get()
}

/// The address of a text of the core.
#[unsafe(no_mangle)]
pub extern "C" fn core_text() -> *const u8 {
    black_box("a text of the core alone").as_ptr()
}

#[inline(never)]
fn sum(text: &str, number: u32) -> u32 {
    text.bytes().fold(number, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

/// Only the parts of the family `keyed` need it.
#[inline(never)]
fn of_the_family(number: u32) -> u32 {
    sum(black_box("a text that two parts of a family have in common"), number)
}

fn gemini(number: u32) -> u32 {
    of_the_family(number) ^ sum(black_box("a text of the first part alone"), number)
}

fn ollama(number: u32) -> u32 {
    of_the_family(number).wrapping_add(sum(black_box("a text of the second part alone"), number))
}

fn engine(number: u32) -> u32 {
    sum(black_box("a text of a part of another family"), number)
}

#[unsafe(no_mangle)]
pub extern "C" fn part_keyed_gemini() {
    add(0, gemini);
}

#[unsafe(no_mangle)]
pub extern "C" fn part_keyed_ollama() {
    add(1, ollama);
}

#[unsafe(no_mangle)]
pub extern "C" fn part_wordpress_engine() {
    add(2, engine);
}

/// Panics in the ways that `snip` looks for.
#[unsafe(no_mangle)]
pub extern "C" fn panics(number: usize) -> u32 {
    let numbers = black_box(vec![1_u32, 2, 3]);
    assert_eq!(number % 10, number, "an assertion");
    let rest = &numbers[number..];
    rest[0] + black_box("text")[number..].len() as u32
}
