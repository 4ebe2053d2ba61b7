// `npm run bench -- --profile`: where the time goes. For an event: variants of the way of a chunk, each with one thing more than the
// one before. For the first text of a reply: V8's profiler, with the names of the module's functions kept.

import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { SOURCES } from '../scripts/lib/paths.mjs';
import { Failure } from '../scripts/lib/run.mjs';
import { moduleWithNames } from '../scripts/lib/wasm.mjs';
import { moduleOf } from '../scripts/lib/wasm-names.mjs';
import { median } from './report/stats.mjs';
import { digits, table } from './report/table.mjs';
import { measureStream } from './streams.mjs';
import { OTHERS, STREAMS } from './workloads.mjs';

const STEPS = [
  ['stripped/read', 'reading'],
  ['stripped/copy', 'copying in'],
  ['stripped/scan', 'a call and scanning'],
  ['stripped/text', 'text out: a string a chunk'],
  ['rivulet-coalesce', 'a promise a chunk, buffer, timers'],
  ['rivulet', 'an item an event: slices and promises'],
];

/** Puts the module with names into the installed package. */
export async function withNames(folder) {
  const module = await moduleWithNames();
  const bytes = await readFile(module);
  const file = (name) => join(folder, 'node_modules', 'rivulet', 'dist', name);
  // The file for Node takes no module of another length.
  const program = await readFile(file('node/index.js'), 'utf8');
  const { size } = await stat(file('rivulet.wasm'));
  const changed = program.replace(`.length===${size}`, `.length===${bytes.length}`);
  if (changed === program) throw new Failure('the profile cannot put the module with names into dist/node/index.js: has scripts/lib/bundle.mjs changed?');
  await writeFile(file('node/index.js'), changed);
  await writeFile(file('rivulet.wasm'), bytes);
  // For the variants, which ask the glue directly.
  process.env.RIVULET_GLUE = dirname(module);
  process.env.RIVULET_SOURCES = SOURCES;
}

export async function profileStream(runtime, name, counts) {
  const workload = { ...STREAMS[name], names: STEPS.map(([contestant]) => contestant) };
  const { costs, wrong } = await measureStream(runtime, { name: `${name}, stripped`, way: 'memory', workload, counts });
  const of = (contestant) => (costs[contestant] ? median(costs[contestant].cpu) : NaN);
  const rows = STEPS.map(([contestant, words], index) => {
    const more = of(contestant) - (index ? of(STEPS[index - 1][0]) : 0);
    return [words, digits(more), `${digits(100 * more / of('rivulet'))} %`, digits(of(contestant))];
  });
  const failed = Object.entries(wrong).map(([contestant, words]) => `\n${contestant}: ${words}`);
  return table(['', 'cpu ns an event', 'share', 'sum so far'], rows) + failed.join('');
}

export async function profileFirst(runtime, counts) {
  const { body, replies } = OTHERS.first;
  const tables = [];
  for (const name of ['floor-iter', 'rivulet']) {
    const runner = await runtime.start(name);
    // A reply of one piece: nothing but what it takes to get there.
    try {
      const { functions } = await runner.ask('profile', { body: { ...body, events: 1 }, replies: Math.round(replies * Math.max(counts.size, 0.5)) });
      tables.push(profileTable(name, functions));
    } finally {
      await runner.stop();
    }
  }
  return tables.join('\n\n');
}

function profileTable(name, functions) {
  const seen = functions.filter(([, url, us]) => us > 0 && url !== undefined).filter(([words]) => words !== 'dispatch' && words !== '(idle)');
  const total = seen.reduce((sum, [, , us]) => sum + us, 0);
  const groups = {};
  for (const [words, url, us] of seen) groups[groupOf(words, url)] = (groups[groupOf(words, url)] ?? 0) + us;
  const largest = (entries) => entries.sort((a, b) => b[1] - a[1]);
  const row = ([words, us]) => [words, digits(us), `${digits(100 * us / total)} %`];
  const single = seen.map(([words, url, us]) => [`${words || '(anonymous)'} ${url.split('/').slice(-2).join('/').replace(/^rivulet\.wasm.*/, 'wasm')}`.slice(0, 90), us]);
  return `${table([`${name}: a reply of one piece`, 'us', 'share'], [...largest(Object.entries(groups)).map(row), ['all', digits(total), '100 %']])}

${table([`${name}: single functions`, 'us', 'share'], largest(single).slice(0, 15).map(row))}`;
}

const GROUPS = [
  [/webstreams|body\/fetch\.js/, 'streams: reading'],
  [/internal\/encoding/, 'TextDecoder, TextEncoder'],
  [/undici/, 'Request, Response, Headers'],
  [/abort_controller|event_target/, 'AbortController, listeners'],
  [/internal\/timers|node:timers/, 'timers'],
  [/node:internal\/(crypto|webcrypto)/, 'random numbers'],
  [/\/rivulet\/dist\//, "rivulet's JavaScript"],
  [/benches\//, 'the loop itself'],
];

function groupOf(words, url) {
  if (url.startsWith('wasm:')) return `wasm: ${moduleOf(words)}`;
  if (words === '(garbage collector)') return 'garbage collector';
  return GROUPS.find(([pattern]) => pattern.test(url))?.[1] ?? 'the runtime, natively';
}
