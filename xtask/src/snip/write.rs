//! Writes the module again, without its dead items.

use std::collections::HashSet;

use wasm_encoder::{CodeSection, ConstExpr, ElementSection, Elements, RawSection, SectionId};

use super::module::{Item, Module};

/// A function without locals that only traps: `unreachable`, `end`.
const TRAP: [u8; 3] = [0x00, 0x00, 0x0b];

/// The module without its dead items. Everything keeps its number and address, since such numbers are all over the
/// module: dead items become a trap or zeros, which wasm-opt removes. The linker's sections are left out, since they
/// would be wrong for the next tool.
pub fn without_dead(module: &Module, live: &HashSet<Item>) -> Vec<u8> {
    let mut output = wasm_encoder::Module::new();
    let data = without_dead_data(module, live);
    for section in module.sections.iter().filter(|section| !section.is_linker_section) {
        if section.id == SectionId::Code as u8 {
            output.section(&code(module, live));
        } else if section.id == SectionId::Element as u8 {
            output.section(&table(module, live));
        } else {
            output.section(&RawSection { id: section.id, data: &data[section.content.clone()] });
        }
    }
    output.finish()
}

/// The bytes of the module with zeros in the place of dead objects.
fn without_dead_data(module: &Module, live: &HashSet<Item>) -> Vec<u8> {
    let mut bytes = module.bytes.to_vec();
    let (live, dead): (Vec<_>, Vec<_>) =
        (0..module.objects.len()).partition(|object| live.contains(&Item::Object(*object)));
    for object in dead {
        bytes[module.objects[object].bytes.clone()].fill(0);
    }
    // Live objects are written back, since two objects may share bytes: the linker puts a string into another one that
    // ends with it.
    for object in live {
        bytes[module.objects[object].bytes.clone()].copy_from_slice(module.content(object));
    }
    bytes
}

/// The code, with a trap in the place of each dead function.
fn code(module: &Module, live: &HashSet<Item>) -> CodeSection {
    let mut code = CodeSection::new();
    for (function, body) in (module.imported..).zip(&module.bodies) {
        code.raw(if live.contains(&Item::Function(function)) { &module.bytes[body.clone()] } else { &TRAP });
    }
    code
}

/// The table. A function that is only called directly loses its entry: wasm-opt inlines and reshapes functions that are
/// not in the table.
fn table(module: &Module, live: &HashSet<Item>) -> ElementSection {
    let own = module.imported..module.imported + module.bodies.len() as u32;
    let trap = own.into_iter().find(|function| !live.contains(&Item::Function(*function)));
    let slot = |function: &u32| match trap {
        Some(trap) if !live.contains(&Item::Slot(*function)) => trap,
        _ => *function,
    };
    let functions: Vec<_> = module.table.iter().map(slot).collect();
    let mut table = ElementSection::new();
    table.active(None, &ConstExpr::i32_const(module.table_start as i32), Elements::Functions(functions.into()));
    table
}
