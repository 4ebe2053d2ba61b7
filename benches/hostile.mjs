// What a hostile service or caller can make rivulet do: cost and memory a byte, from one mebibyte to 64. Each figure is the least of
// some processes, since nothing here is compared with another contestant.

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from '../scripts/lib/paths.mjs';
import { progress } from './report/progress.mjs';
import { svg } from './report/svg.mjs';
import { digits, table } from './report/table.mjs';

const MIB = 1024 * 1024;
const SIZES = [1, 4, 16, 64];
const SMALL_SIZES = [1, 4];

/** @param {string} folder with a copy of `benches/` and the package */
export async function hostile(folder, { size, long: tries }, about) {
  const script = join(folder, 'benches', 'harness', 'hostile.mjs');
  const run = async (...given) => JSON.parse((await promisify(execFile)(process.execPath, [script, ...given], { cwd: folder, maxBuffer: MIB })).stdout);
  const sizes = size < 1 ? SMALL_SIZES : SIZES;
  const results = {};
  for (const name of await run()) {
    results[name] = [];
    for (const mebibytes of sizes) {
      progress(`hostile: ${name}, ${mebibytes} MiB`);
      const all = [];
      for (let turn = 0; turn < tries; turn++) all.push(await run(name, String(mebibytes * MIB)));
      results[name].push(all.reduce((least, one) => (one.cpu < least.cpu ? one : least)));
    }
  }
  progress('');
  await plot(results, sizes, about);
  return results;
}

const cost = ({ cpu, bytes }) => (cpu * 1000) / bytes;

export function hostileTable(results) {
  const rows = Object.entries(results).map(([name, own]) => {
    const costs = own.map(cost);
    const last = own.at(-1);
    const parse = last.parse === undefined ? '' : digits(last.cpu / last.parse);
    return [name, ...costs.map(digits), digits(Math.max(...costs) / costs[0]), parse, digits(last.wasm / last.bytes)];
  });
  const [own] = Object.values(results);
  return table(['ns a byte', ...own.map(({ bytes }) => `${Math.round(bytes / MIB)} MiB`), 'most / first', 'x JSON.parse', 'wasm bytes a byte'], rows);
}

async function plot(results, sizes, about) {
  const folder = join(ROOT, 'benches', 'plots');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'hostile.svg'), svg({
    title: 'Cost of what a hostile service or caller can send',
    note: about,
    x: 'MiB',
    y: 'CPU ns a byte',
    ticks: sizes,
    lines: Object.entries(results).map(([name, own], colour) => ({ name, colour, points: own.map((one, at) => [sizes[at], cost(one)]) })),
  }));
}
