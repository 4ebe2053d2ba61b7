// `npm run size`: what the package weighs, and what weighs in its module.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from './build.mjs';
import { options } from './lib/args.mjs';
import { DIST } from './lib/paths.mjs';
import { main } from './lib/run.mjs';
import { printSizes } from './lib/sizes.mjs';
import { isProvider, partsOf, readModule, withoutCustomSections } from './lib/wasm-names.mjs';
import { moduleWithPanics, moduleWithTypes } from './lib/wasm.mjs';

const HELP = `Usage: npm run size [-- --functions N]

Builds the package and prints what its files weigh: raw, gzip, brotli. Then what each provider, each other part of src/
and each dependency has in the module, in bytes of code, by the names of its functions; that module is compiled
separately, which takes a minute the first time. What a library makes for a type of ours counts as ours. What the
optimiser has inlined counts where it went.

Options:
  --functions N  Also the N largest functions
  --snip         Also the module as it is without \`xtask snip\`, which takes the panics out
  --help         This text`;

async function size({ functions: wanted = '0', snip = false }) {
  await build();
  if (snip) await printSnip();
  const { functions, sections } = readModule(await readFile(await moduleWithTypes()));

  console.log('\nThe package');
  await printSizes({ files: true });

  console.log(`\nThe module: code ${sections.code} B, data ${sections.data} B, the rest ${sections['the rest']} B`);
  const parts = partsOf(functions);
  const row = (words, bytes) => `  ${String(bytes).padStart(8)}${(100 * bytes / sections.code).toFixed(1).padStart(7)} %  ${words}`;
  const largest = (entries) => entries.sort((a, b) => b[1] - a[1]);
  for (const [title, belongs] of Object.entries(TITLES)) {
    const own = largest(Object.entries(parts).filter(([name]) => belongs(name)));
    console.log(`\n${title}\n${row('together', own.reduce((sum, [, bytes]) => sum + bytes, 0))}`);
    for (const [name, bytes] of own) console.log(row(name, bytes));
  }

  const single = largest(functions.map(({ name, bytes }) => [name.replaceAll(/\[[0-9a-f]{8,}\]/g, ''), bytes]));
  if (Number(wanted)) console.log(`\nFunctions\n${single.slice(0, Number(wanted)).map(([name, bytes]) => row(name.slice(0, 160), bytes)).join('\n')}`);
}

async function printSnip() {
  const weight = async (file) => gzipSync(withoutCustomSections(await readFile(file)), { level: 9 }).length;
  const [without, now] = [await weight(await moduleWithPanics()), await weight(join(DIST, 'rivulet.wasm'))];
  console.log(`\nxtask snip: ${now} B gzip, ${without} without it, ${(100 * (1 - now / without)).toFixed(1)} % less`);
}

const isOwn = (name) => name.startsWith('src/');
const TITLES = {
  Providers: isProvider,
  'The rest of src/': (name) => isOwn(name) && !isProvider(name),
  'Dependencies, and the standard library': (name) => !isOwn(name),
};

const given = options(HELP, { functions: { type: 'string' }, snip: { type: 'boolean' } });
await main(() => size(given));
