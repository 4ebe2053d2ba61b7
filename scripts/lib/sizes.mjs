// What the package weighs: raw, and as servers send it.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { DIST } from './paths.mjs';

/**
 * Bytes, gzip: what the module, and `shared.js` and `index.js` with the glue and the hand-written part, weighed when somebody last
 * looked. The tests refuse 3 % more; whoever adds a feature that is worth more writes the new figure here.
 */
export const RECORDED = 209_000;

/** @returns {Promise<{ name: string, raw: number, gzip: number, brotli: number }[]>} */
export async function measure(folder = DIST) {
  const names = (await readdir(folder, { recursive: true }))
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(wasm|js)$/.test(name))
    .sort();
  return Promise.all(names.map(async (name) => ({ name, ...weigh(await readFile(join(folder, name))) })));
}

/** @param {Uint8Array} bytes */
export const weigh = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

/** Each thing once: the other files hold the same module again, as text, and the same JavaScript in one file with it. */
export function everythingOnce(files) {
  const own = files.filter(({ name }) => ['rivulet_bg.wasm', 'shared.js', 'index.js', 'edge.js'].includes(name));
  const sum = (field) => own.reduce((total, file) => total + file[field], 0);
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}

/** Gzipped bytes of what every user loads. */
export function wasmAndGlue(files) {
  return files
    .filter(({ name }) => ['rivulet_bg.wasm', 'shared.js', 'index.js'].includes(name))
    .reduce((sum, { gzip }) => sum + gzip, 0);
}

export async function printSizes() {
  const files = await measure();
  const row = (name, ...numbers) => `  ${name.padEnd(20)}${numbers.map((n) => String(n).padStart(10)).join('')}`;
  console.log(row('bytes', 'raw', 'gzip', 'brotli'));
  for (const { name, raw, gzip, brotli } of files) console.log(row(name, raw, gzip, brotli));
  const sum = wasmAndGlue(files);
  const growth = 100 * (sum / RECORDED - 1);
  const change = `${Math.abs(growth).toFixed(2)} % ${growth < 0 ? 'less' : 'more'}`;
  console.log(`  wasm + glue: ${sum} B gzip, ${change} than the ${RECORDED} recorded in scripts/lib/sizes.mjs`);
}
