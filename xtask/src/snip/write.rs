//! The module again, without what is dead.

use std::collections::HashSet;

use wasm_encoder::{CodeSection, ConstExpr, ElementSection, Elements, RawSection, SectionId};

use super::module::{Item, Module};

/// No locals; `unreachable`; `end`.
const TRAP: [u8; 3] = [0x00, 0x00, 0x0b];

/// Everything keeps its number and address, since numbers that are addresses stand everywhere: what is dead becomes a
/// trap or zeros, which wasm-opt takes away. The linker's sections go; they would be wrong from the next tool on.
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

fn without_dead_data(module: &Module, live: &HashSet<Item>) -> Vec<u8> {
    let mut bytes = module.bytes.to_vec();
    let (live, dead): (Vec<_>, Vec<_>) =
        (0..module.objects.len()).partition(|object| live.contains(&Item::Object(*object)));
    for object in dead {
        bytes[module.objects[object].bytes.clone()].fill(0);
    }
    // Two objects may share bytes: the linker puts a string into another that ends with it.
    for object in live {
        bytes[module.objects[object].bytes.clone()].copy_from_slice(module.content(object));
    }
    bytes
}

fn code(module: &Module, live: &HashSet<Item>) -> CodeSection {
    let mut code = CodeSection::new();
    for (function, body) in (module.imported..).zip(&module.bodies) {
        code.raw(if live.contains(&Item::Function(function)) { &module.bytes[body.clone()] } else { &TRAP });
    }
    code
}

/// Who is only called directly loses the slot: wasm-opt inlines and reshapes what does not stand in the table.
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
