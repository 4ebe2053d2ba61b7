//! A linked module as a graph: its functions, its data, and which of them refer to which.

use std::collections::HashMap;
use std::ops::Range;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// The users of the module. They may call and read everything that it exports, except for the parts.
    Outside,
    /// The users of a part, by its index in [`Module::parts`].
    Part(usize),
    /// A function, by its number.
    Function(u32),
    /// A direct call, by its index in [`Module::calls`].
    Call(usize),
    /// The entry of this function in the table. Code that has its index may call the function.
    Slot(u32),
    /// A static or a constant, by its index in [`Module::objects`].
    Object(usize),
}

/// A section of the file.
pub struct Section {
    pub id: u8,
    pub content: Range<usize>,
    /// Whether it is one of the linker's, which are not written again.
    pub is_linker_section: bool,
}

/// A stretch of data: a segment, or the static or constant that a symbol names.
#[derive(Clone)]
pub struct Stretch {
    /// Its place in the file. Empty for a mere address, such as `__heap_base`.
    pub bytes: Range<usize>,
    /// Its address in memory.
    pub address: u32,
}

/// A direct call, with everything that is computed for it: all code back to the last jump, label or call.
pub struct Call {
    pub bytes: Range<usize>,
    pub caller: u32,
    pub callee: u32,
    /// Whether the caller begins with it.
    pub starts_caller: bool,
}

/// A linked module.
#[derive(Default)]
pub struct Module<'a> {
    pub bytes: &'a [u8],
    pub sections: Vec<Section>,
    /// The number of imported functions, which have the first numbers.
    pub imported: u32,
    /// The code of each function that is not imported.
    pub bodies: Vec<Range<usize>>,
    /// All direct calls, in the order of the code.
    pub calls: Vec<Call>,
    /// The names of the parts (`src/web/parts.rs`): what exported functions are called after `part_`.
    pub parts: Vec<String>,
    /// Names of functions, without their hashes, which change with the compiler. A function may have several.
    pub names: Vec<(u32, String)>,
    /// The functions in the table.
    pub table: Vec<u32>,
    /// The index of the first of them.
    pub table_start: u32,
    /// The segments of the data.
    pub segments: Vec<Stretch>,
    /// The statics and constants that symbols name.
    pub objects: Vec<Stretch>,
    /// Which items each item refers to.
    pub references: HashMap<Item, Vec<Item>>,
}

impl<'a> Module<'a> {
    /// The items that `from` refers to.
    pub fn references(&self, from: Item) -> &[Item] {
        self.references.get(&from).map_or(&[], Vec::as_slice)
    }

    /// Records that `from` refers to `to`.
    pub fn add_reference(&mut self, from: Item, to: Item) {
        self.references.entry(from).or_default().push(to);
    }

    /// The bytes of an object.
    pub fn content(&self, object: usize) -> &'a [u8] {
        &self.bytes[self.objects[object].bytes.clone()]
    }
}
