// What the smallest program weighs: each contestant's own code in one minified file, as it is sent.

import { readFile } from 'node:fs/promises';

import { programs as entries, weigh } from '../scripts/lib/sizes.mjs';
import { progress } from './report/progress.mjs';
import { table } from './report/table.mjs';
import { bundle } from './runtimes/bundle.mjs';

export async function size(folder, { names }) {
  const programs = {};
  for (const name of names) {
    progress(`size: ${name}`);
    programs[name] = weigh(await readFile(await bundle(folder, 'harness/smallest.js', name)));
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
