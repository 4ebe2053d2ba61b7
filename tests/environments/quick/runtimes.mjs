// Deno and Bun, and a program that Bun has bundled.

import { stat } from 'node:fs/promises';

import { Failure } from '../../../scripts/lib/run.mjs';
import { runtimes, VERSIONS } from '../../../scripts/lib/runtimes.mjs';
import { GROUPS } from '../versions.mjs';

const command = async (name) => (await runtimes())(name);
const fixture = 'quick/fixtures/node';

/** What is inlined once may not come more than once when names are made short. */
async function bundled(at) {
  const sizes = {};
  for (const [name, flags] of Object.entries({ 'plain.js': [], 'minified.js': ['--minify'] })) {
    await at.run(await command('bun'), ['build', ...flags, '--target=bun', `--outfile=${name}`, 'cli.mjs']);
    at.streamed(await at.tell(await command('bun'), ['run', name, at.base]), name);
    sizes[name] = (await stat(at.at(name))).size;
  }
  if (sizes['minified.js'] > sizes['plain.js']) throw new Failure(`minified it is larger: ${sizes['minified.js']} B, not ${sizes['plain.js']} B`);
  return `${Math.round(sizes['minified.js'] / 1000)} kB minified`;
}

const DENO = ['run', '--quiet', '--allow-net', '--no-lock', '--node-modules-dir=manual'];

async function onBun(at, bun) {
  at.streamed(await at.tell(bun, ['run', 'cli.mjs', at.base]), 'import');
  at.streamed(await at.tell(bun, ['run', 'cli.cjs', at.base]), 'require');
}

const { bun, deno } = GROUPS['oldest-runtimes'];

export default [
  {
    name: 'deno',
    title: `Deno ${VERSIONS.deno}`,
    fixture,
    run: async (at) => at.streamed(await at.tell(await command('deno'), [...DENO, 'cli.mjs', at.base])),
  },
  { name: 'bun', title: `Bun ${VERSIONS.bun}`, fixture, run: async (at) => onBun(at, await command('bun')) },
  { name: 'bun-build', title: `Bun ${VERSIONS.bun}, bun build, with and without --minify`, fixture, run: bundled },
  {
    name: 'deno-oldest',
    title: `Deno ${deno}`,
    group: 'oldest-runtimes',
    fixture,
    run: async (at) => at.streamed(await at.tell('deno', [...DENO, 'cli.mjs', at.base])),
  },
  { name: 'bun-oldest', title: `Bun ${bun}`, group: 'oldest-runtimes', fixture, run: (at) => onBun(at, 'bun') },
];
