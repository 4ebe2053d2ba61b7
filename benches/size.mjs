// What the smallest program weighs: each contestant's own code in one minified file, as it is sent.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { everythingOnce, measure, weigh } from '../scripts/lib/sizes.mjs';
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
  const files = await measure(join(folder, 'node_modules', 'rivulet', 'dist'));
  return { programs, everything: everythingOnce(files) };
}

export function sizeTable({ programs, everything }) {
  const rows = Object.entries(programs).map(([name, { raw, gzip, brotli }]) => [name, raw, gzip, brotli]);
  rows.push(['all of rivulet, once', everything.raw, everything.gzip, everything.brotli]);
  return table(['bytes', 'raw', 'gzip', 'brotli'], rows);
}
