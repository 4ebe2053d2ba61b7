//! A module for `snip.test.mjs`: what is called and read, beside what only panics call and read.

use std::fmt::{self, Debug, Formatter};
use std::hint::black_box;

static NUMBERS: [u32; 3] = [7, 8, 9];
static SAID_TWICE: &str = "said by a panic and by others";

trait Shape {
    fn area(&self, side: u32) -> u32;
}
struct Square;
struct Cube;
impl Shape for Square {
    fn area(&self, side: u32) -> u32 {
        side * side
    }
}
impl Shape for Cube {
    fn area(&self, side: u32) -> u32 {
        6 * side * side
    }
}
static SHAPES: [&(dyn Shape + Sync); 2] = [&Square, &Cube];

struct Secret;
impl Debug for Secret {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("only told by a panic, through a table of functions")
    }
}

/// Through a table in the data, which holds numbers of the table of functions.
#[unsafe(no_mangle)]
pub extern "C" fn area(shape: usize, side: u32) -> u32 {
    SHAPES[shape].area(side)
}

#[unsafe(no_mangle)]
pub extern "C" fn number(at: usize) -> u32 {
    NUMBERS[at]
}

#[unsafe(no_mangle)]
pub extern "C" fn said_twice(number: u32) -> *const u8 {
    assert!(number > 0, "{SAID_TWICE}: only told by an assertion");
    SAID_TWICE.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn secret(number: u32) -> u32 {
    let result = if number > 0 { Ok(number) } else { Err(Secret) };
    black_box(result).expect("only told by expect")
}

/// Cuts, copies and allocates, and so has the panics of all three.
#[unsafe(no_mangle)]
pub extern "C" fn letters(from: usize) -> usize {
    let text: String = black_box("äöü").to_string();
    let bytes = text.as_bytes()[from..].to_vec();
    bytes.len() + text[from..].chars().count()
}
