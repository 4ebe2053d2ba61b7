// `npm run fuzz -- TARGET SECONDS`: runs a fuzz target, which begins with the recordings of tests/wire.

import { readdirSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';

import { options, refuse } from './lib/args.mjs';
import { FUZZ, ROOT } from './lib/paths.mjs';
import { Failure, isMain, main, read, run, step } from './lib/run.mjs';
import { ensureCxx } from './lib/system-tools.mjs';

const WIRE = join(ROOT, 'tests', 'wire');

/** Each target is a file in fuzz/fuzz_targets. */
export const TARGETS = readdirSync(join(FUZZ, 'fuzz_targets')).map((file) => basename(file, '.rs')).sort();

const HELP = `Usage: npm run fuzz -- TARGET [SECONDS]

Runs a target of fuzz/fuzz_targets on one core for SECONDS (60 unless told), or with TARGET all each of them for so long.
It begins with the recordings of tests/wire, and with what earlier runs found (fuzz/corpus/TARGET). An input that breaks
the target is written to fuzz/artifacts/TARGET, with the command that runs it again; the status is then 1.
Needs a C++ compiler for libFuzzer, and no nightly toolchain.

Targets: ${TARGETS.join(', ')}, all
`;

/**
 * The coverage that libFuzzer steers by, and the checks that a release leaves out. There is no address sanitizer: it needs the
 * nightly toolchain, and the code is safe Rust but for the calls into WebAssembly, which do not run here.
 */
const RUSTFLAGS = [
  '--cfg=fuzzing', '-Cpasses=sancov-module', '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters', '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares', '-Cdebug-assertions', '-Coverflow-checks', '-Ccodegen-units=1',
].join(' ');

/** The providers whose recordings lie in a folder of tests/wire, by their place in the registry of src/providers/mod.rs. */
async function registry() {
  const source = await readFile(join(ROOT, 'src', 'providers', 'mod.rs'), 'utf8');
  return [...source.matchAll(/^ {4}\w+::(\w+)::PROTOCOL,/gm)].map(([, name]) => name.replaceAll('_', '-'));
}

/** The bodies of the recordings: `{ folder, name, bytes, sent }`, `sent` being the body of the request. */
async function recordings() {
  const found = [];
  for (const entry of await readdir(WIRE, { withFileTypes: true, recursive: true })) {
    const extension = extname(entry.name);
    if (!entry.isFile() || !['.sse', '.ndjson', '.json', '.html', '.jsonl', '.txt'].includes(extension)) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    // A seed that takes long to run slows everything that grows from it.
    if (bytes.length > 64 * 1024) continue;
    const folder = entry.parentPath.slice(WIRE.length + 1);
    const exchange = await readFile(join(entry.parentPath, `${basename(entry.name, extension)}.http`), 'utf8').catch(() => '');
    const sent = exchange.replaceAll('\r\n', '\n').split('--- response ---\n')[0].split('\n\n').slice(1).join('\n\n').trim();
    found.push({ folder, name: entry.name, extension, bytes, sent });
  }
  return found;
}

/** What each target begins with. @type {Record<string, (tape: any, order: string[]) => (Buffer | string)[]>} */
export const SEEDS = {
  exchange({ folder, extension, bytes }, order) {
    const [first] = folder.split('/');
    const places = [...order.keys()].filter((place) => order[place] === first || first === 'ai-power' && order[place] === 'ai-puffer');
    const kind = { '.json': 4, '.html': 6 }[extension] ?? 0;
    return places.map((place) => Buffer.concat([Buffer.from([place, kind | 7 << 3, 0]), bytes]));
  },
  splitter: ({ extension, bytes }) => [Buffer.concat([Buffer.from([extension === '.sse' ? 8 : 9]), bytes])],
  json: ({ extension, bytes }) => (extension === '.sse' ? frames(bytes) : [bytes]),
  page: ({ extension, bytes }) => (extension === '.html' ? [bytes] : []),
  edge: ({ sent }) => (sent.startsWith('{') ? [`\0${sent}`, `\x01${sent}`] : []),
  options({ sent }) {
    if (!sent.startsWith('{')) return [];
    return [`{"url":"https://shop.example","apiKey":"k","accountId":"a","defaultModel":"m"}\0${sent}`];
  },
};

/** The JSON of the first frames of a stream. */
const frames = (bytes) => bytes.toString('utf8').split('\n').filter((line) => line.startsWith('data: {')).slice(0, 4).map((line) => line.slice(6));

async function seed(target, tapes, order) {
  const folder = join(FUZZ, 'target', 'seeds', target);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const seeds = tapes.flatMap((tape) => SEEDS[target](tape, order));
  await Promise.all(seeds.map((bytes, index) => writeFile(join(folder, `${index}`), bytes)));
  if (!seeds.length) throw new Failure(`no recording gives the target ${target} a seed`);
  return { folder, count: seeds.length };
}

/** Builds all targets. @param {string} cxx the C++ compiler @returns {Promise<(target: string) => string>} where each lies */
async function build(cxx) {
  const host = (await read('rustc', ['-vV'])).match(/^host: (.*)$/m)?.[1] ?? '';
  await run('cargo', ['build', '--release', '--manifest-path', join(FUZZ, 'Cargo.toml'), '--target', host, '--bins'], {
    env: { RUSTFLAGS, CXX: process.env.CXX ?? cxx, CARGO_ENCODED_RUSTFLAGS: undefined, CARGO_TARGET_DIR: join(FUZZ, 'target') },
    downloader: 'cargo',
  });
  return (target) => join(FUZZ, 'target', host, 'release', target);
}

/** Runs targets, each for so many seconds. @param {string[]} targets @param {number} seconds */
export async function fuzz(targets, seconds) {
  let place = (target) => target;
  const cxx = await ensureCxx();
  await step('Build of the fuzz targets', async () => {
    place = await build(cxx);
  });
  const [tapes, order] = await Promise.all([recordings(), registry()]);
  const broken = [];
  for (const target of targets) {
    await step(`${target}, ${seconds} s`, async () => {
      const [corpus, artifacts] = ['corpus', 'artifacts'].map((name) => join(FUZZ, name, target));
      await Promise.all([corpus, artifacts].map((folder) => mkdir(folder, { recursive: true })));
      const { folder, count } = await seed(target, tapes, order);
      console.log(`  ${count} seeds from the recordings`);
      const limits = [`-max_total_time=${seconds}`, '-timeout=10', '-rss_limit_mb=1024', '-max_len=65536', '-print_final_stats=1'];
      const { status, output } = await run(place(target), [corpus, folder, ...limits, `-artifact_prefix=${artifacts}/`], {
        capture: true, allowFailure: true,
      });
      if (status !== 0) {
        console.error(output.split('\n').slice(-60).join('\n'));
        console.error(`again: ${place(target)} ${artifacts}/FILE`);
        broken.push(target);
        return 'BROKEN';
      }
      const [runs] = output.match(/(?<=number_of_executed_units: )\d+/) ?? ['0'];
      const coverage = output.match(/cov: (\d+)/g)?.at(-1) ?? 'cov: 0';
      if (Number(runs) === 0) throw new Failure(`${target} ran no input`);
      return `${Number(runs).toLocaleString('en')} inputs, ${coverage}`;
    });
  }
  if (broken.length) throw new Failure(`fuzz: ${broken.join(', ')} broke; the inputs lie in fuzz/artifacts`);
}

if (isMain(import.meta)) {
  const { positionals } = options(HELP, {}, { allowPositionals: true });
  const [target, seconds = '60', ...more] = positionals;
  if (target === undefined) refuse('which target?', HELP);
  if (target !== 'all' && !TARGETS.includes(target)) refuse(`no such target: ${target}`, HELP);
  if (!(Number(seconds) >= 1)) refuse(`SECONDS: ${seconds} is no such number`, HELP);
  if (more.length) refuse(`one target and its seconds are all there is, and not ${more[0]}`, HELP);
  await main(() => fuzz(target === 'all' ? TARGETS : [target], Math.ceil(Number(seconds))));
}
