// The functions of a wasm module: their names and how many bytes of code each has. Sections as in the core specification, 5.5;
// the custom section "name" as in its appendix.

const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
const DATA = 11;
const FUNCTION_NAMES = 1;

/**
 * @param {Uint8Array} bytes
 * @returns {{ functions: { name: string, bytes: number }[], sections: Record<string, number> }}
 */
export function readModule(bytes) {
  const cursor = reader(bytes, 8);
  const sections = {};
  const sizes = [];
  let imported = 0;
  let names = new Map();
  while (cursor.at < bytes.length) {
    const id = cursor.byte();
    const length = cursor.number();
    const end = cursor.at + length;
    if (id === IMPORT) imported = importedFunctions(reader(bytes, cursor.at));
    if (id === CODE) {
      for (let left = cursor.number(); left > 0; left--) {
        const start = cursor.at;
        const size = cursor.number();
        cursor.at += size;
        sizes.push(cursor.at - start);
      }
    }
    const title = id === CUSTOM ? cursor.text() : { [CODE]: 'code', [DATA]: 'data' }[id] ?? 'the rest';
    if (title === 'name') names = functionNames(cursor, end);
    else sections[title] = (sections[title] ?? 0) + length;
    cursor.at = end;
  }
  return { functions: sizes.map((size, index) => ({ name: names.get(imported + index) ?? '', bytes: size })), sections };
}

/** The module without what is no part of the program: names, and the linker's relocations. */
export function withoutCustomSections(bytes) {
  const cursor = reader(bytes, 8);
  const kept = [bytes.subarray(0, 8)];
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const id = cursor.byte();
    const length = cursor.number();
    cursor.at += length;
    if (id !== CUSTOM) kept.push(bytes.subarray(start, cursor.at));
  }
  return Buffer.concat(kept);
}

function importedFunctions(cursor) {
  let functions = 0;
  for (let left = cursor.number(); left > 0; left--) {
    cursor.text();
    cursor.text();
    const kind = cursor.byte();
    if (kind === 0) functions++;
    // Function and tag: a type; table: a type and limits; memory: limits; global: a type and whether it changes.
    if (kind === 0) cursor.number();
    else if (kind === 1) cursor.byte(), cursor.limits();
    else if (kind === 2) cursor.limits();
    else cursor.byte(), cursor.byte();
  }
  return functions;
}

function functionNames(cursor, end) {
  const names = new Map();
  while (cursor.at < end) {
    const kind = cursor.byte();
    const length = cursor.number();
    const next = cursor.at + length;
    if (kind === FUNCTION_NAMES) {
      for (let left = cursor.number(); left > 0; left--) names.set(cursor.number(), cursor.text());
    }
    cursor.at = next;
  }
  return names;
}

function reader(bytes, at) {
  return {
    at,
    byte() {
      return bytes[this.at++];
    },
    /** LEB128. */
    number() {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = this.byte();
        value += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) return value;
      }
    },
    text() {
      const length = this.number();
      this.at += length;
      return new TextDecoder().decode(bytes.subarray(this.at - length, this.at));
    },
    limits() {
      const hasMaximum = this.byte() & 1;
      this.number();
      if (hasMaximum) this.number();
    },
  };
}

/** @returns {Record<string, number>} bytes of code by `moduleOf` */
export function partsOf(functions) {
  const parts = {};
  for (const { name, bytes } of functions) parts[moduleOf(name)] = (parts[moduleOf(name)] ?? 0) + bytes;
  return parts;
}

export const isProvider = (part) => part.startsWith('src/providers/');

const STD = ['core', 'alloc', 'std', 'compiler_builtins', 'hashbrown'];
const INTRINSICS = /^(mem(cmp|cpy|move|set)|<(str|char|\[).*)$/;
const BINDGEN = /^(__wbindgen|__wbg|__externref|Closure\(|Ref\()/;

/**
 * Where a function belongs: a file or folder of ours, a dependency, the standard library. What a library makes for a type of ours
 * (a future, a closure, a destructor) is ours: without us it would not be there.
 *
 * @param {string} name as rustc's v0 mangling says it
 */
export function moduleOf(name) {
  const path = name.replaceAll(/\[[0-9a-f]{8,}\]/g, '');
  const own = /\brivulet::((?:[a-z_][a-z0-9_]*::(?!\{))*)/.exec(path);
  if (own) {
    const modules = own[1].split('::').filter(Boolean);
    return `src/${modules.slice(0, modules[0] === 'providers' ? 3 : 1).join('/') || 'lib'}`;
  }
  if (INTRINSICS.test(path)) return 'std';
  if (BINDGEN.test(path)) return 'crate wasm_bindgen';
  const crate = /(?<![:\w])([a-z_][a-z0-9_]*)::/.exec(path)?.[1];
  if (crate) return STD.includes(crate) || crate.startsWith('__rust') ? 'std' : `crate ${crate}`;
  // Our exports have their names in JavaScript.
  return path === '' ? '(without a name)' : 'src/web';
}
