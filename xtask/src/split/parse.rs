//! Reads the optimised module. Everything unexpected is an error, since a reference that was missed would be a miscompilation.

use anyhow::{Result, bail, ensure};
use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, Export, FunctionBody, GlobalType, MemoryType, Operator, Parser,
    Payload, Table, TypeRef, Validator, WasmFeatures,
};

/// A function of the module.
pub struct Function<'a> {
    /// The number of its type.
    pub type_index: u32,
    /// Its code, unless it is imported.
    pub body: Option<FunctionBody<'a>>,
    /// The functions that it names.
    pub calls: Vec<u32>,
}

/// The optimised module.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<wasmparser::FuncType>,
    /// Module and name of each imported function; these have the first numbers.
    pub imports: Vec<(&'a str, &'a str)>,
    pub functions: Vec<Function<'a>>,
    pub tables: Vec<Table<'a>>,
    pub memories: Vec<MemoryType>,
    pub globals: Vec<(GlobalType, ConstExpr<'a>)>,
    /// Exported functions.
    pub function_exports: Vec<(String, u32)>,
    /// Exported tables, memories and globals.
    pub other_exports: Vec<Export<'a>>,
    /// Entries of the first table, with their functions.
    pub table: Vec<(u32, u32)>,
    /// Segments of the data: address and bytes.
    pub data: Vec<(u32, &'a [u8])>,
    /// Functions that the core needs for a reason that is not in its code.
    pub core_roots: Vec<u32>,
    pub start: Option<u32>,
    /// Names of functions, where the module has them.
    pub names: Vec<(u32, &'a str)>,
}

impl<'a> Module<'a> {
    /// Reads the module in `bytes`.
    ///
    /// # Errors
    /// The module is not valid WebAssembly 2.0, or has something that is not expected here.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        Validator::new_with_features(WasmFeatures::WASM2).validate_all(bytes)?;
        let mut module = Module::default();
        let mut bodies = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::TypeSection(section) => {
                    module.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        let TypeRef::Func(type_index) = import.ty else { bail!("an import of {:?}", import.ty) };
                        module.imports.push((import.module, import.name));
                        module.functions.push(Function { type_index, body: None, calls: Vec::new() });
                    }
                }
                Payload::FunctionSection(section) => {
                    for type_index in section {
                        module.functions.push(Function { type_index: type_index?, body: None, calls: Vec::new() });
                    }
                }
                Payload::TableSection(section) => module.tables = section.into_iter().collect::<Result<_, _>>()?,
                Payload::MemorySection(section) => module.memories = section.into_iter().collect::<Result<_, _>>()?,
                Payload::GlobalSection(section) => {
                    for global in section {
                        let global = global?;
                        module.globals.push((global.ty, global.init_expr));
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        match export.kind {
                            wasmparser::ExternalKind::Func => {
                                module.function_exports.push((export.name.to_owned(), export.index));
                            }
                            _ => module.other_exports.push(export),
                        }
                    }
                }
                Payload::StartSection { func, .. } => {
                    module.start = Some(func);
                    module.core_roots.push(func);
                }
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = element?;
                        let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else {
                            bail!("an element segment that is not simply the content of the first table");
                        };
                        let ElementItems::Functions(functions) = element.items else { bail!("a table of expressions") };
                        let start = number(&offset_expr)?;
                        for (slot, function) in (start..).zip(functions) {
                            module.table.push((slot, function?));
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let imported = module.imports.len();
                    let function = &mut module.functions[imported + bodies];
                    bodies += 1;
                    for operator in body.get_operators_reader()? {
                        match operator? {
                            Operator::Call { function_index } => function.calls.push(function_index),
                            Operator::RefFunc { function_index } => function.calls.push(function_index),
                            Operator::MemoryInit { .. }
                            | Operator::DataDrop { .. }
                            | Operator::TableInit { .. }
                            | Operator::ElemDrop { .. } => bail!("code that uses a segment"),
                            _ => {}
                        }
                    }
                    function.body = Some(body);
                }
                Payload::DataSection(section) => {
                    for data in section {
                        let data = data?;
                        let DataKind::Active { memory_index: 0, offset_expr } = data.kind else {
                            bail!("a passive data segment");
                        };
                        module.data.push((number(&offset_expr)?, data.data));
                    }
                }
                Payload::CustomSection(section) => {
                    let wasmparser::KnownCustom::Name(names) = section.as_known() else { continue };
                    for name in names {
                        let wasmparser::Name::Function(functions) = name? else { continue };
                        for naming in functions {
                            let naming = naming?;
                            module.names.push((naming.index, naming.name));
                        }
                    }
                }
                Payload::TagSection(_) => bail!("tags"),
                _ => {}
            }
        }
        ensure!(module.memories.len() == 1, "{} memories", module.memories.len());
        Ok(module)
    }
}

/// The value of a constant expression, which must be one plain number.
fn number(expression: &ConstExpr) -> Result<u32> {
    let mut operators = expression.get_operators_reader();
    let Operator::I32Const { value } = operators.read()? else { bail!("a constant that is no plain number") };
    ensure!(matches!(operators.read()?, Operator::End), "a constant that is computed");
    Ok(value as u32)
}
