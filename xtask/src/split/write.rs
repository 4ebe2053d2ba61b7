//! Writes the core and the parts.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, GlobalSection, ImportSection, MemorySection, StartSection, TableSection, TypeSection,
};
use wasmparser::Operator;

use super::Owners;
use super::parse::Module;
use crate::placement::{CORE, Needed};

/// The module that parts import from: what the core and other parts export, all together (`src/js/core.js`).
const LINKED: &str = "b";

/// What the function is exported as by which a part adds itself to the core.
const ADD: &str = "add";

/// Zeros between two stretches of data that are written, rather than beginning another segment.
const MOST_ZEROS: usize = 6;

/// What parts import of the core beside functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Memory,
    Table,
    Global,
}

impl From<Kind> for ExportKind {
    fn from(kind: Kind) -> ExportKind {
        match kind {
            Kind::Memory => ExportKind::Memory,
            Kind::Table => ExportKind::Table,
            Kind::Global => ExportKind::Global,
        }
    }
}

/// One of them, with its number.
type Shared = (Kind, u32);

/// The bytes of each module, with its name.
///
/// # Errors
/// The whole module has something that is not expected here.
pub fn modules(
    whole: &Module,
    owners: &Owners,
    parts: &BTreeMap<&str, &str>,
    places: &[Option<String>],
    names: &[&str],
) -> Result<Vec<(String, Vec<u8>)>> {
    // What is named across modules gets a name, the same for all. Numbers are names that the glue does not use.
    let mut functions: BTreeMap<u32, String> = BTreeMap::new();
    let mut shared: BTreeMap<Shared, String> = BTreeMap::new();
    for (caller, function) in whole.functions.iter().enumerate() {
        let Some(place) = &places[caller] else { continue };
        for callee in &function.calls {
            if places[*callee as usize].as_ref().is_some_and(|other| other != place) {
                functions.insert(*callee, String::new());
            }
        }
        if place != CORE {
            for used in used_by(function.body.as_ref().context("a function without code")?)? {
                shared.insert(used, String::new());
            }
        }
    }
    shared.insert((Kind::Memory, 0), String::new());
    shared.insert((Kind::Table, 0), String::new());
    for (number, name) in functions.values_mut().chain(shared.values_mut()).enumerate() {
        *name = number.to_string();
    }
    let write = |name: &&str| {
        Ok(((*name).to_owned(), Writer::new(whole, owners, parts, places, &functions, &shared, name).write()?))
    };
    names.iter().map(write).collect()
}

/// The tables and globals that a function uses, and the memory.
fn used_by(body: &wasmparser::FunctionBody) -> Result<BTreeSet<Shared>> {
    use Operator::*;
    let mut used = BTreeSet::new();
    for operator in body.get_operators_reader()? {
        match operator? {
            GlobalGet { global_index } | GlobalSet { global_index } => _ = used.insert((Kind::Global, global_index)),
            TableGet { table }
            | TableSet { table }
            | TableGrow { table }
            | TableSize { table }
            | TableFill { table } => {
                used.insert((Kind::Table, table));
            }
            CallIndirect { table_index, .. } => _ = used.insert((Kind::Table, table_index)),
            TableCopy { .. } => anyhow::bail!("table.copy"),
            _ => {}
        }
    }
    Ok(used)
}

/// Writes one module.
struct Writer<'a> {
    whole: &'a Module<'a>,
    owners: &'a Owners,
    parts: &'a BTreeMap<&'a str, &'a str>,
    places: &'a [Option<String>],
    functions: &'a BTreeMap<u32, String>,
    shared: &'a BTreeMap<Shared, String>,
    name: &'a str,
    /// The new numbers of types, functions and the rest.
    types: BTreeMap<u32, u32>,
    new_functions: BTreeMap<u32, u32>,
    new_shared: BTreeMap<Shared, u32>,
}

impl<'a> Writer<'a> {
    fn new(
        whole: &'a Module<'a>,
        owners: &'a Owners,
        parts: &'a BTreeMap<&'a str, &'a str>,
        places: &'a [Option<String>],
        functions: &'a BTreeMap<u32, String>,
        shared: &'a BTreeMap<Shared, String>,
        name: &'a str,
    ) -> Self {
        let (types, new_functions, new_shared) = Default::default();
        Writer { whole, owners, parts, places, functions, shared, name, types, new_functions, new_shared }
    }

    fn is_core(&self) -> bool {
        self.name == CORE
    }

    fn write(mut self) -> Result<Vec<u8>> {
        let whole = self.whole;
        let is_own = |place: &Option<String>| place.as_deref() == Some(self.name);
        let own: Vec<u32> =
            (0..).zip(self.places).filter(|(_, place)| is_own(place)).map(|(number, _)| number).collect();
        let slots = self.slots();
        let calls = own.iter().flat_map(|function| &whole.functions[*function as usize].calls).copied();
        let mut calls: BTreeSet<u32> = calls.chain(slots.iter().map(|(_, function)| *function)).collect();
        if self.is_core() {
            // wasm-bindgen exports an imported function again.
            let is_imported = |function: &u32| (*function as usize) < whole.imports.len();
            calls.extend(whole.function_exports.iter().map(|(_, function)| *function).filter(is_imported));
        }
        let imported: Vec<u32> =
            calls.into_iter().filter(|function| !is_own(&self.places[*function as usize])).collect();
        for function in imported.iter().chain(&own) {
            let number = self.new_functions.len() as u32;
            self.new_functions.insert(*function, number);
        }
        // The numbers of imports begin at 0, and those of the core stay.
        let mut used = BTreeSet::new();
        for function in &own {
            used.extend(used_by(whole.functions[*function as usize].body.as_ref().context("no code")?)?);
        }
        if !slots.is_empty() {
            used.insert((Kind::Table, 0));
        }
        let mut next: BTreeMap<Kind, u32> = BTreeMap::new();
        for (kind, number) in used {
            let next = next.entry(kind).or_default();
            self.new_shared.insert((kind, number), if self.name == CORE { number } else { *next });
            *next += 1;
        }
        self.number_types(&own, &imported)?;

        let mut output = wasm_encoder::Module::new();
        output.section(&self.type_section()?);
        output.section(&self.import_section(&imported)?);
        let mut section = FunctionSection::new();
        for function in &own {
            section.function(self.types[&whole.functions[*function as usize].type_index]);
        }
        output.section(&section);
        if self.is_core() {
            self.own_sections(&mut output)?;
        }
        output.section(&self.export_section(&own)?);
        if let Some(start) = whole.start.filter(|_| self.is_core()) {
            output.section(&StartSection { function_index: self.new_functions[&start] });
        }
        output.section(&self.element_section(&slots));
        let mut code = CodeSection::new();
        for function in &own {
            let body = whole.functions[*function as usize].body.clone().context("no code")?;
            self.parse_function_body(&mut code, body).map_err(|error| anyhow::anyhow!("{error:?}"))?;
        }
        output.section(&code);
        output.section(&self.data_section());
        let bytes = output.finish();
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::WASM2).validate_all(&bytes)?;
        Ok(bytes)
    }

    /// The types that functions, calls through the table and blocks of this module have, in the order of the whole module.
    fn number_types(&mut self, own: &[u32], imported: &[u32]) -> Result<()> {
        let functions = &self.whole.functions;
        let mut used: BTreeSet<u32> =
            own.iter().chain(imported).map(|number| functions[*number as usize].type_index).collect();
        for function in own {
            for operator in functions[*function as usize].body.as_ref().context("no code")?.get_operators_reader()? {
                match operator? {
                    Operator::CallIndirect { type_index, .. } => _ = used.insert(type_index),
                    Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                        if let wasmparser::BlockType::FuncType(type_index) = blockty {
                            used.insert(type_index);
                        }
                    }
                    _ => {}
                }
            }
        }
        self.types = used.into_iter().zip(0..).collect();
        Ok(())
    }

    fn type_section(&mut self) -> Result<TypeSection> {
        let mut section = TypeSection::new();
        for old in self.types.keys() {
            let of = reencode::RoundtripReencoder.func_type(self.whole.types[*old as usize].clone());
            section.ty().func_type(&of.map_err(|error| anyhow::anyhow!("{error:?}"))?);
        }
        Ok(section)
    }

    fn import_section(&mut self, imported: &[u32]) -> Result<ImportSection> {
        let mut section = ImportSection::new();
        for function in imported {
            let ty = EntityType::Function(self.types[&self.whole.functions[*function as usize].type_index]);
            match self.whole.imports.get(*function as usize) {
                Some((module, name)) => section.import(module, name, ty),
                None => section.import(LINKED, &self.functions[function], ty),
            };
        }
        if self.is_core() {
            return Ok(section);
        }
        let mut simple = reencode::RoundtripReencoder;
        let wrong = |error| anyhow::anyhow!("{error:?}");
        section.import(
            LINKED,
            &self.shared[&(Kind::Memory, 0)],
            simple.memory_type(self.whole.memories[0]).map_err(wrong)?,
        );
        for (kind, number) in self.new_shared.keys() {
            let name = &self.shared[&(*kind, *number)];
            match kind {
                Kind::Table => {
                    let mut ty = self.whole.tables[*number as usize].ty;
                    // The glue may let it grow.
                    ty.maximum = None;
                    section.import(LINKED, name, simple.table_type(ty).map_err(wrong)?)
                }
                Kind::Global => section.import(
                    LINKED,
                    name,
                    simple.global_type(self.whole.globals[*number as usize].0).map_err(wrong)?,
                ),
                Kind::Memory => continue,
            };
        }
        Ok(section)
    }

    /// What only the core has: tables, the memory, globals.
    fn own_sections(&mut self, output: &mut wasm_encoder::Module) -> Result<()> {
        let mut simple = reencode::RoundtripReencoder;
        let wrong = |error| anyhow::anyhow!("{error:?}");
        let mut tables = TableSection::new();
        for table in &self.whole.tables {
            let mut ty = simple.table_type(table.ty).map_err(wrong)?;
            ty.maximum = None;
            tables.table(ty);
        }
        output.section(&tables);
        let mut memories = MemorySection::new();
        memories.memory(simple.memory_type(self.whole.memories[0]).map_err(wrong)?);
        output.section(&memories);
        let mut globals = GlobalSection::new();
        for (ty, init) in &self.whole.globals {
            globals.global(simple.global_type(*ty).map_err(wrong)?, &simple.const_expr(init.clone()).map_err(wrong)?);
        }
        output.section(&globals);
        Ok(())
    }

    fn export_section(&mut self, own: &[u32]) -> Result<ExportSection> {
        let mut section = ExportSection::new();
        for (name, function) in &self.whole.function_exports {
            if self.places[*function as usize].as_deref().unwrap_or(CORE) == self.name
                && self.parts.get(name.as_str()).is_none_or(|part| *part == self.name)
            {
                let name = if self.parts.contains_key(name.as_str()) { ADD } else { name };
                section.export(name, ExportKind::Func, self.new_functions[function]);
            }
        }
        for function in own {
            if let Some(name) = self.functions.get(function) {
                section.export(name, ExportKind::Func, self.new_functions[function]);
            }
        }
        if self.is_core() {
            for export in &self.whole.other_exports {
                let kind = reencode::RoundtripReencoder.export_kind(export.kind);
                section.export(export.name, kind.map_err(|error| anyhow::anyhow!("{error:?}"))?, export.index);
            }
            for ((kind, number), name) in self.shared {
                section.export(name, (*kind).into(), *number);
            }
        }
        Ok(section)
    }

    /// The entries of the table that belong here: those of its functions, which others may need as well as who needs the entry; and of
    /// imported functions those that were written down for it.
    fn slots(&self) -> Vec<(u32, u32)> {
        let place = |(slot, function): &(u32, u32)| match &self.places[*function as usize] {
            Some(place) => place,
            None => self.owners.slots.get(slot).and_then(Needed::place).unwrap_or(CORE),
        };
        let mut slots: Vec<_> = self.whole.table.iter().filter(|entry| place(entry) == self.name).copied().collect();
        slots.sort_unstable();
        slots
    }

    fn element_section(&self, slots: &[(u32, u32)]) -> ElementSection {
        let mut section = ElementSection::new();
        for run in slots.chunk_by(|(one, _), (next, _)| one + 1 == *next) {
            let functions: Vec<u32> = run.iter().map(|(_, function)| self.new_functions[function]).collect();
            section.active(None, &ConstExpr::i32_const(run[0].0 as i32), Elements::Functions(functions.into()));
        }
        section
    }

    fn data_section(&self) -> DataSection {
        let mut section = DataSection::new();
        for (start, bytes) in &self.whole.data {
            // The bytes that are others' are zeros here, and are not written.
            let mut own = vec![self.is_core(); bytes.len()];
            for (from, to, name) in &self.owners.data {
                for address in (*from).max(*start)..(*to).min(start + bytes.len() as u32) {
                    own[(address - start) as usize] = name == self.name;
                }
            }
            let mut at = 0;
            while at < bytes.len() {
                if !own[at] || bytes[at] == 0 {
                    at += 1;
                    continue;
                }
                let mut end = at;
                let mut last = at;
                while end < bytes.len() && own[end] && end - last <= MOST_ZEROS {
                    if bytes[end] != 0 {
                        last = end;
                    }
                    end += 1;
                }
                section.active(0, &ConstExpr::i32_const((start + at as u32) as i32), bytes[at..=last].iter().copied());
                at = last + 1;
            }
        }
        section
    }
}

/// Numbers in the code become those of this module.
impl Reencode for Writer<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(self.new_functions[&function])
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(self.types[&ty])
    }

    fn global_index(&mut self, global: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(self.new_shared[&(Kind::Global, global)])
    }

    fn table_index(&mut self, table: u32) -> Result<u32, reencode::Error<Self::Error>> {
        Ok(self.new_shared[&(Kind::Table, table)])
    }
}
