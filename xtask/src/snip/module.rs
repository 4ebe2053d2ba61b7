//! A linked module as a graph: its functions, its data, and who refers to whom.

use std::collections::HashMap;
use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// Whoever has the module: may call and read all that it exports.
    Outside,
    Function(u32),
    /// By its index in [`Module::calls`].
    Call(usize),
    /// The place of a function in the table; who has its number may call the function.
    Slot(u32),
    /// A static or a constant, by its index in [`Module::objects`].
    Object(usize),
}

pub struct Section {
    pub id: u8,
    pub content: Range<usize>,
    pub is_linker_section: bool,
}

/// A stretch of data: a segment, or the static or constant that a symbol names.
#[derive(Clone)]
pub struct Stretch {
    /// Where the file has it; empty for what is only an address, such as `__heap_base`.
    pub bytes: Range<usize>,
    pub address: u32,
}

/// A direct call, with all that is computed before it, back to the last jump, label or call.
pub struct Call {
    pub bytes: Range<usize>,
    pub caller: u32,
    pub callee: u32,
    /// Whether the caller begins with it.
    pub starts_caller: bool,
}

#[derive(Default)]
pub struct Module<'a> {
    pub bytes: &'a [u8],
    pub sections: Vec<Section>,
    /// Imported functions have the first numbers.
    pub imported: u32,
    pub bodies: Vec<Range<usize>>,
    pub calls: Vec<Call>,
    /// Of functions, without the hashes, which change with the compiler. Some have several.
    pub names: Vec<(u32, String)>,
    pub table: Vec<u32>,
    pub table_start: u32,
    pub segments: Vec<Stretch>,
    pub objects: Vec<Stretch>,
    pub references: HashMap<Item, Vec<Item>>,
}

impl<'a> Module<'a> {
    pub fn references(&self, from: Item) -> &[Item] {
        self.references.get(&from).map_or(&[], Vec::as_slice)
    }

    pub fn add_reference(&mut self, from: Item, to: Item) {
        self.references.entry(from).or_default().push(to);
    }

    pub fn content(&self, object: usize) -> &'a [u8] {
        &self.bytes[self.objects[object].bytes.clone()]
    }
}
