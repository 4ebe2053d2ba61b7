import { readFile } from 'node:fs/promises';

const bytes = await readFile(new URL(import.meta.resolve('rivulet/rivulet.wasm')));
console.log(JSON.stringify({ valid: WebAssembly.validate(bytes) }));
