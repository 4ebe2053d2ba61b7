//! Reads a module. Everything unexpected is an error, since a reference that was missed would be a miscompilation.

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Export, ExternalKind, FunctionBody, Operator,
    Parser, Payload, TypeRef, Validator, WasmFeatures,
};

use super::linker::Linker;
use super::module::{self, Item, Module, Section, Stretch};

impl<'a> Module<'a> {
    /// Reads the module in `bytes`, with all references in it.
    ///
    /// # Errors
    /// The module is not valid WebAssembly 2.0, or has something that is not expected here.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        // Newer features have jumps and references that this reader does not look for.
        Validator::new_with_features(WasmFeatures::WASM2).validate_all(bytes)?;
        let mut module = Module { bytes, ..Self::default() };
        let mut linker = Linker::default();
        let (mut globals, mut exports) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            if let Some((id, content)) = payload.as_section() {
                module.sections.push(Section { id, content, is_linker_section: false });
            }
            match payload {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(_) => module.imported += 1,
                            other => bail!("an import of {other:?}"),
                        }
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        globals.push(number(&global?.init_expr)?);
                    }
                }
                Payload::ExportSection(section) => exports = section.into_iter().collect::<Result<_, _>>()?,
                Payload::StartSection { func, .. } => module.add_reference(Item::Outside, Item::Function(func)),
                Payload::ElementSection(section) => {
                    ensure!(section.count() == 1, "{} element segments", section.count());
                    for element in section {
                        module.read_table(element?)?;
                    }
                }
                Payload::CodeSectionEntry(body) => module.read_body(&body)?,
                Payload::DataSection(section) => {
                    for data in section {
                        module.read_segment(&data?)?;
                    }
                }
                Payload::CustomSection(section) => {
                    let is_linker_section = linker.read(&section)?;
                    module.sections.last_mut().context("no section")?.is_linker_section = is_linker_section;
                }
                _ => {}
            }
        }
        linker.add_references(&mut module)?;
        module.read_exports(&exports, &globals)?;
        Ok(module)
    }

    /// Reads the functions in the table.
    fn read_table(&mut self, element: Element) -> Result<()> {
        let ElementKind::Active { table_index: None, offset_expr } = element.kind else {
            bail!("an element segment that is not simply the table's content");
        };
        let ElementItems::Functions(functions) = element.items else { bail!("a table of expressions") };
        self.table_start = number(&offset_expr)?;
        self.table = functions.into_iter().collect::<Result<_, _>>()?;
        for function in self.table.clone() {
            self.add_reference(Item::Slot(function), Item::Function(function));
        }
        Ok(())
    }

    /// Reads the direct calls in a function. They are read from the code, since not all have a relocation: the linker
    /// writes functions of its own.
    fn read_body(&mut self, body: &FunctionBody) -> Result<()> {
        use Operator::*;
        let caller = self.imported + self.bodies.len() as u32;
        self.bodies.push(body.range());
        let mut operators = body.get_operators_reader()?;
        let begin = operators.original_position();
        let mut start = begin;
        while !operators.eof() {
            match operators.read()? {
                Call { function_index: callee } => {
                    let call = Item::Call(self.calls.len());
                    let bytes = start..operators.original_position();
                    self.calls.push(module::Call { bytes, caller, callee, starts_caller: start == begin });
                    self.add_reference(Item::Function(caller), call);
                    self.add_reference(call, Item::Function(callee));
                }
                RefFunc { .. } => bail!("a reference to a function that is no number"),
                // These operators are jumps and labels: the code before them may not lead to the code after them.
                Unreachable
                | Block { .. }
                | Loop { .. }
                | If { .. }
                | Else
                | End
                | Br { .. }
                | BrIf { .. }
                | BrTable { .. }
                | Return
                | CallIndirect { .. } => {}
                _ => continue,
            }
            start = operators.original_position();
        }
        Ok(())
    }

    /// Reads a segment of the data.
    fn read_segment(&mut self, Data { kind, data, range }: &Data) -> Result<()> {
        let DataKind::Active { memory_index: 0, offset_expr } = kind else { bail!("a passive data segment") };
        self.segments.push(Stretch { bytes: range.end - data.len()..range.end, address: number(offset_expr)? });
        Ok(())
    }

    /// Records the items that are exported.
    fn read_exports(&mut self, exports: &[Export], globals: &[u32]) -> Result<()> {
        for Export { name, kind, index } in exports {
            match kind {
                ExternalKind::Func => {
                    let user = match name.strip_prefix("part_") {
                        Some(part) => {
                            // wasm-bindgen's macro appends a hash.
                            let is_hash =
                                |end: &str| end.len() == 16 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
                            let (start, end) = part.rsplit_once('_').unwrap_or((part, ""));
                            self.parts.push(if is_hash(end) { start } else { part }.to_owned());
                            Item::Part(self.parts.len() - 1)
                        }
                        None => Item::Outside,
                    };
                    self.add_reference(user, Item::Function(*index));
                }
                // An exported global is the address of a static.
                ExternalKind::Global => {
                    let address = globals.get(*index as usize).with_context(|| format!("{name} is no global"))?;
                    for object in 0..self.objects.len() {
                        let Stretch { bytes, address: start } = &self.objects[object];
                        if (*start..*start + bytes.len() as u32).contains(address) {
                            self.add_reference(Item::Outside, Item::Object(object));
                        }
                    }
                }
                // Using these takes an index or address, which only the module itself hands out.
                ExternalKind::Memory | ExternalKind::Table => {}
                other => bail!("the export {name} is a {other:?}"),
            }
        }
        Ok(())
    }
}

/// The value of a constant expression, which must be one plain number.
fn number(expression: &ConstExpr) -> Result<u32> {
    let mut operators = expression.get_operators_reader();
    let Operator::I32Const { value } = operators.read()? else { bail!("a constant that is no plain number") };
    ensure!(matches!(operators.read()?, Operator::End), "a constant that is computed");
    Ok(value as u32)
}
