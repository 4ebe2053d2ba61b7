//! Writes down who needs which entry of the table and which byte of the data. Later, when the module is split, there are no relocations any
//! more: but entries and addresses stay what they are, since they are numbers all over the code.

use std::collections::HashSet;
use std::fmt::Write;

use anyhow::Result;

use super::module::{Item, Module};
use crate::placement::{CORE, Needed};

/// `slot INDEX PARTS` for each entry of the table, with all parts that need it, and `data START END MODULE` for each stretch of the data, a line each. What no line
/// names belongs to the core.
///
/// # Errors
/// None that is known; writing to a string can fail in theory.
pub fn of(module: &Module, core: &HashSet<Item>, parts: &[HashSet<Item>]) -> Result<String> {
    let needed = |item: &Item| {
        let mut needed = Needed { by_core: core.contains(item), ..Needed::default() };
        (0..parts.len()).filter(|part| parts[*part].contains(item)).for_each(|part| needed.add(&module.parts[part]));
        needed
    };
    let mut lines = String::new();
    for (index, function) in (module.table_start..).zip(&module.table) {
        let needed = needed(&Item::Slot(*function));
        if !needed.by_core && !needed.by_parts.is_empty() {
            writeln!(lines, "slot {index} {}", needed.list())?;
        }
    }
    for segment in &module.segments {
        // Objects may share bytes, so each byte has its own list.
        let mut bytes: Vec<Option<Needed>> = vec![None; segment.bytes.len()];
        for object in 0..module.objects.len() {
            let stretch = &module.objects[object];
            if stretch.bytes.is_empty() || !segment.bytes.contains(&stretch.bytes.start) {
                continue;
            }
            let needed = needed(&Item::Object(object));
            let start = stretch.bytes.start - segment.bytes.start;
            for byte in &mut bytes[start..start + stretch.bytes.len()] {
                let all = byte.get_or_insert_default();
                all.by_core |= needed.by_core;
                all.by_parts.extend(needed.by_parts.iter().cloned());
            }
        }
        let places: Vec<_> =
            bytes.iter().map(|needed| needed.as_ref().and_then(Needed::place).unwrap_or(CORE)).collect();
        let mut start = 0;
        for run in places.chunk_by(|one, next| one == next) {
            if run[0] != CORE {
                let address = segment.address as usize + start;
                writeln!(lines, "data {address} {} {}", address + run.len(), run[0])?;
            }
            start += run.len();
        }
    }
    Ok(lines)
}
