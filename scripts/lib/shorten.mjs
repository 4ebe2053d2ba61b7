// Short names between the module and its glue. wasm-bindgen's carry a hash each, which no compression takes away:
// together they would be 3 kB gzipped.

import { readFile, writeFile } from 'node:fs/promises';

import { Failure } from './run.mjs';

/** wasm-opt renames imports and exports with this flag, moves all imports to the module `a`, and prints what it did. */
export const SHORTEN = '--minify-imports-and-exports-and-modules';

/**
 * Takes the new names over into the glue.
 *
 * @param {string} file of the glue
 * @param {string} printed by wasm-opt: `{"imports": [[module, name, short]], "exports": [[name, short]]}`
 * @returns {Promise<[string, string][]>} the exports: name and short name
 */
export async function shortenGlue(file, printed) {
  const { imports, exports } = JSON.parse(printed.slice(printed.indexOf('{')));
  let text = await readFile(file, 'utf8');
  const replace = (pattern, replacement, what) => {
    if (!pattern.test(text)) throw new Failure(`the glue has no ${what}: has wasm-bindgen changed what it writes?`);
    text = text.replaceAll(new RegExp(pattern, 'gm'), replacement);
  };
  const literal = (name) => name.replaceAll('$', '\\$');
  const own = [];
  for (const [module, name, short] of imports) {
    if (module.startsWith('./snippets/')) own.push({ module, name, short });
    // `$` is a name here, and would be a sign in a replacement.
    else replace(new RegExp(`^( +)${literal(name)}: function`, 'm'), (_, indent) => `${indent}${short}: function`, name);
  }
  for (const [name, short] of exports) {
    if (new RegExp(`\\bwasm\\.${name}\\b`).test(text)) replace(new RegExp(`\\bwasm\\.${name}\\b`), () => `wasm.${short}`, name);
  }
  const taken = own.map(({ name, short }) => `${short}: own.${name}`).join(', ');
  replace(/^( *)return \{\n *__proto__: null,\n *"\.\/rivulet_bg\.js": import0,\n[^}]*\};/m, (_, indent) =>
    `${indent}return { __proto__: null, a: { ...import0, ${taken} } };`, 'list of imports');
  const modules = [...new Set(own.map(({ module }) => module))];
  if (modules.length > 1) throw new Failure(`functions of several modules are imported directly: ${modules}`);
  text = text.replaceAll(/^import \* as import\d+ from .*\n/gm, '');
  if (modules.length) text = `import * as own from '${modules[0]}';\n${text}`;
  await writeFile(file, lateText(text));
  return exports;
}

/**
 * The glue with what rivulet needs of it: a bundler leaves it out where nothing of it is used; the imports for parts of the module are
 * exported; importing it makes no decoder, and the pages that jsdom simulates for Jest, which have none, get that of Node.
 *
 * @param {string} text
 */
export function lateText(text) {
  const replace = (found, replacement) => {
    if (!text.includes(found)) throw new Failure(`the glue has no '${found}': has wasm-bindgen changed what it writes?`);
    text = text.replaceAll(found, replacement);
  };
  const made = "new TextDecoder('utf-8', { ignoreBOM: true })";
  const late = "new (coders().TextDecoder)('utf-8', { ignoreBOM: true })";
  replace(`let cachedTextDecoder = ${made};\ncachedTextDecoder.decode();\n`, 'let cachedTextDecoder;\n');
  replace(made, late);
  replace('return cachedTextDecoder.decode(bytes);', `return (cachedTextDecoder ??= ${late}).decode(bytes);`);
  replace('const cachedTextEncoder = new TextEncoder();', 'let cachedTextEncoder;\n'
    + "const coders = () => (typeof TextDecoder === 'function' ? globalThis : globalThis.process.getBuiltinModule('node:util'));");
  // Every engine that has what the module needs has `encodeInto`.
  text = text.replace(/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n(?:.*\n)*?^\}\n/m, '');
  replace('cachedTextEncoder.encodeInto(arg, view)', '(cachedTextEncoder ??= new (coders().TextEncoder)()).encodeInto(arg, view)');
  replace('cachedTextEncoder.encode(arg)', '(cachedTextEncoder ??= new (coders().TextEncoder)()).encode(arg)');
  // Bundlers keep what runs at once, and all that it names.
  text = text.replace(/^if \(Symbol\.dispose\) .*\n/gm, '');
  replace(': new FinalizationRegistry(', ': /* @__PURE__ */ new FinalizationRegistry(');
  return `${text}\nexport { __wbg_get_imports, __wbg_finalize_init };\n`;
}
