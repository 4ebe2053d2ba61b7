// What the smallest program weighs: each contestant's own code in one minified file, as it is sent.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { programs as entries, weigh } from '../scripts/lib/sizes.mjs';
import { progress } from './report/progress.mjs';
import { table } from './report/table.mjs';
import { bundle } from './runtimes/bundle.mjs';

/** What a page loads besides its script. */
const BESIDE = { 'liter-llm': ['@kreuzberg/liter-llm-wasm/liter_llm_wasm_bg.wasm'] };

export async function size(folder, { names }) {
  const programs = {};
  for (const name of names) {
    progress(`size: ${name}`);
    const files = [await bundle(folder, 'harness/smallest.js', name), ...(BESIDE[name] ?? []).map((path) => join(folder, 'node_modules', path))];
    const weights = (await Promise.all(files.map((file) => readFile(file)))).map(weigh);
    programs[name] = Object.fromEntries(['raw', 'gzip', 'brotli'].map((unit) => [unit, weights.reduce((sum, { [unit]: bytes }) => sum + bytes, 0)]));
  }
  progress('');
  const own = await entries(folder);
  return { programs, entries: Object.fromEntries(own.map(({ name, ...weights }) => [name, weights])) };
}

export function sizeTable({ programs, entries }) {
  const rows = Object.entries(programs).map(([name, { raw, gzip, brotli }]) => [name, raw, gzip, brotli]);
  for (const [name, { raw, gzip, brotli }] of Object.entries(entries)) rows.push([name, raw, gzip, brotli]);
  return table(['bytes', 'raw', 'gzip', 'brotli'], rows);
}
