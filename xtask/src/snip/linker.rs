//! Reads what the linker says about a module with `--emit-relocs`: which stretch of data a symbol names, and which
//! numbers in code and data are addresses. The format:
//! <https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md>.

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::SectionId;
use wasmparser::{
    BinaryReader, CustomSectionReader, KnownCustom, Linking, RelocSectionReader, RelocationEntry, RelocationType,
    SymbolFlags, SymbolInfo,
};

use super::module::{Item, Module, Stretch};

/// The symbols and relocations of a module.
#[derive(Default)]
pub struct Linker<'a> {
    symbols: Vec<SymbolInfo<'a>>,
    relocations: Vec<RelocSectionReader<'a>>,
}

/// What a relocation may refer to.
enum Symbol {
    Function(u32),
    Object(usize),
    Other,
}

impl<'a> Linker<'a> {
    /// Reads a custom section. Returns whether it is one of the linker's.
    ///
    /// # Errors
    /// The section is one of the linker's and cannot be read.
    pub fn read(&mut self, section: &CustomSectionReader<'a>) -> Result<bool> {
        match section.as_known() {
            KnownCustom::Linking(parts) => {
                for part in parts {
                    let Linking::SymbolTable(symbols) = part? else { continue };
                    self.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                }
            }
            KnownCustom::Reloc(relocations) => self.relocations.push(relocations),
            _ => {
                let name = section.name();
                ensure!(name != "linking" && !name.starts_with("reloc."), "the section {name} cannot be read");
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Adds to `module` the names of functions, the objects, and which item refers to which.
    ///
    /// # Errors
    /// There are no relocations, or one of them is of an unknown kind or disagrees with the module.
    pub fn add_references(self, module: &mut Module) -> Result<()> {
        ensure!(!self.relocations.is_empty(), "no relocations: it must be linked with --emit-relocs");
        let symbols = self.symbols.iter().map(|symbol| add_symbol(module, symbol)).collect::<Result<Vec<_>>>()?;
        for section in &self.relocations {
            let target = module.sections.get(section.section_index() as usize).context("relocations for no section")?;
            let (id, content) = (target.id, target.content.clone());
            for entry in section.entries() {
                let entry = entry?;
                let symbol = symbols.get(entry.index as usize).unwrap_or(&Symbol::Other);
                let position = content.start + entry.offset as usize;
                let Some(to) = referent(module, entry, symbol, position)? else { continue };
                for from in holders(module, id, position)? {
                    module.add_reference(from, to);
                }
            }
        }
        Ok(())
    }
}

/// Adds one symbol to `module`.
fn add_symbol(module: &mut Module, symbol: &SymbolInfo) -> Result<Symbol> {
    Ok(match *symbol {
        SymbolInfo::Func { index, name, .. } => {
            module.names.extend(name.map(|name| (index, format!("{:#}", rustc_demangle::demangle(name)))));
            Symbol::Function(index)
        }
        SymbolInfo::Data { flags, name, symbol } => {
            let place = symbol.with_context(|| format!("{name} is defined nowhere"))?;
            // Such a symbol is the linker's name for the beginning of a section. Code that reads the whole section
            // names nothing in it.
            ensure!(!name.starts_with("__start_"), "{name}: a section that is read as a whole");
            module.objects.push(if flags.contains(SymbolFlags::ABSOLUTE) {
                Stretch { bytes: 0..0, address: place.offset }
            } else {
                let segment =
                    module.segments.get(place.index as usize).with_context(|| format!("{name}: no segment"))?;
                let start = segment.bytes.start + place.offset as usize;
                let bytes = start..start + place.size as usize;
                ensure!(bytes.end <= segment.bytes.end, "{name} is larger than its segment");
                Stretch { bytes, address: segment.address + place.offset }
            });
            Symbol::Object(module.objects.len() - 1)
        }
        _ => Symbol::Other,
    })
}

/// The item whose address is the number at `position`. The number must equal what the relocation says, or nothing here
/// can be trusted.
fn referent(module: &Module, entry: RelocationEntry, symbol: &Symbol, position: usize) -> Result<Option<Item>> {
    use RelocationType::*;
    let (item, number) = match (entry.ty, symbol) {
        // Types and globals are never removed.
        (TypeIndexLeb | GlobalIndexLeb | TableNumberLeb, _) => return Ok(None),
        // Calls are read from the code itself.
        (FunctionIndexLeb, Symbol::Function(function)) => (None, *function),
        (TableIndexSleb | TableIndexI32, Symbol::Function(function)) => {
            let slot = module.table.iter().position(|other| other == function);
            let slot = slot.with_context(|| format!("function {function} is not in the table"))?;
            (Some(Item::Slot(*function)), module.table_start + slot as u32)
        }
        (MemoryAddrLeb | MemoryAddrSleb | MemoryAddrI32, Symbol::Object(object)) => {
            (Some(Item::Object(*object)), module.objects[*object].address.wrapping_add(entry.addend as u32))
        }
        _ => bail!("a relocation that is not known here: {entry:?}"),
    };
    let mut stored = BinaryReader::new(module.bytes.get(position..).unwrap_or_default(), position);
    let stored = match entry.ty {
        TableIndexI32 | MemoryAddrI32 => stored.read_u32()?,
        TableIndexSleb | MemoryAddrSleb => stored.read_var_i32()? as u32,
        _ => stored.read_var_u32()?,
    };
    ensure!(stored == number, "at {position} stands {stored}, where the relocation says {number}: {entry:?}");
    Ok(item)
}

/// The items that contain the number at `position`.
fn holders(module: &Module, section: u8, position: usize) -> Result<Vec<Item>> {
    if section == SectionId::Code as u8 {
        let function = module.bodies.partition_point(|body| body.end <= position);
        ensure!(
            module.bodies.get(function).is_some_and(|body| body.contains(&position)),
            "{position} is in no function"
        );
        let call = module.calls.partition_point(|call| call.bytes.end <= position);
        return Ok(vec![if module.calls.get(call).is_some_and(|call| call.bytes.contains(&position)) {
            Item::Call(call)
        } else {
            Item::Function(module.imported + function as u32)
        }]);
    }
    ensure!(section == SectionId::Data as u8, "relocations for section {section}, which is neither code nor data");
    let holds = |object: &usize| module.objects[*object].bytes.contains(&position);
    let objects: Vec<_> = (0..module.objects.len()).filter(holds).map(Item::Object).collect();
    Ok(if objects.is_empty() { vec![Item::Outside] } else { objects })
}
