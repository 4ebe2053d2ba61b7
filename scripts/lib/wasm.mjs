// Rust to `target/glue/`: the optimised module and wasm-bindgen's JavaScript for it.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { CARGO_TARGET, GLUE, ROOT, SOURCES, WASM_TARGET, nodeBin } from './paths.mjs';
import { Failure, read, run, step } from './run.mjs';
import { SHORTEN, shortenGlue } from './shorten.mjs';
import { xtask } from './xtask.mjs';

/** Beyond rustc's defaults for wasm32-unknown-unknown, e.g. 'simd128'. */
const TARGET_FEATURES = [];

// `--all-features` writes modules that no engine reads; these are rustc's defaults, named because the section that
// lists them is removed from the module.
const FEATURES = [
  'bulk-memory', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue',
  ...(TARGET_FEATURES.includes('simd128') ? ['simd'] : []),
].map((name) => `--enable-${name}`);

const OPT_FLAGS = [
  // Set by measurement: see the table that `npm run build` prints and `benches/`. Blocks that are taken apart and put
  // together again, twice, are smaller by half a percent.
  '--flatten', '--rereloop', '-Oz', '--flatten', '--rereloop', '-Oz', '-Oz',
  // How addresses are aligned is a hint that engines on today's machines do not need: always the same, it compresses.
  '--dealign',
  // No access below address 1024 is meant: rustc puts the stack first, which gets there only where it overflows. So an
  // offset may be added by the load itself.
  '--low-memory-unused',
  // No engine reads the list.
  '--strip-target-features',
  SHORTEN,
  ...FEATURES,
];

const BINDGEN_FLAGS = [
  '--target', 'web',
  '--out-name', 'rivulet',
  // Else the glue holds a `new URL('…wasm', import.meta.url)`, which bundlers resolve and Workers refuse.
  '--omit-default-module-path',
  '--no-typescript',
  '--remove-producers-section',
  // Exports `__wbg_reset_state()`, which puts a fresh instance in the place of one that has trapped.
  '--experimental-reset-state-function',
];

const compiledIn = (target) => join(target, WASM_TARGET, 'release', 'rivulet.wasm');
const COMPILED = compiledIn(CARGO_TARGET);

export async function buildWasm() {
  await step(`Rust to ${WASM_TARGET}, release`, () => compile());
  await step('snip, wasm-bindgen and wasm-opt', bindAndOptimise);
}

async function compile(more = [], target = CARGO_TARGET) {
  // The crate is an `rlib` in Cargo.toml and a `cdylib` here only: cargo passes no `-C lto` to a crate that is both.
  const args = ['rustc', '--release', '--lib', '--crate-type', 'cdylib', '--target', WASM_TARGET];
  // For `xtask snip`. Not among the flags below, which all crates are compiled with: this one concerns the last alone.
  await run('cargo', [...args, '--', '-Clink-arg=--emit-relocs'], {
    env: { CARGO_ENCODED_RUSTFLAGS: [...(await rustFlags()), ...more].join('\x1f'), RUSTFLAGS: undefined, CARGO_TARGET_DIR: target },
  });
}

/**
 * Panics name source files; the paths of the machine that builds are nobody's business. They decide where the data
 * lies, too, though `xtask snip` takes them out.
 */
async function rustFlags() {
  const sysroot = await read('rustc', ['--print', 'sysroot']);
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const crates = join(cargoHome, 'registry', 'src');
  // The very first build must have the flags of the second, or that one would compile everything again.
  if (!existsSync(crates)) await run('cargo', ['fetch', '--target', WASM_TARGET]);
  const registries = existsSync(crates) ? await readdir(crates) : [];
  // Where several fit, rustc takes the last.
  return [
    `--remap-path-prefix=${homedir()}=/home`,
    `--remap-path-prefix=${cargoHome}=/cargo`,
    ...registries.map((name) => `--remap-path-prefix=${join(crates, name)}=/crates`),
    `--remap-path-prefix=${sysroot}=/rust`,
    `--remap-path-prefix=${ROOT}=/rivulet`,
    ...TARGET_FEATURES.map((name) => `-Ctarget-feature=+${name}`),
  ];
}

async function bindAndOptimise() {
  const tool = await xtask();
  const stamp = join(GLUE, '.inputs');
  const inputs = await hashOf(tool);
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === inputs) return 'unchanged';

  const fresh = `${GLUE}.${process.pid}`;
  try {
    await refuseLocalPaths(await writeGlue(tool, COMPILED, fresh));
    await writeFile(join(fresh, '.inputs'), inputs);
    await rm(GLUE, { recursive: true, force: true });
    await rename(fresh, GLUE);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** @returns {Promise<string>} the module, beside its glue in `folder` */
async function writeGlue(tool, compiled, folder, more = []) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // Before all else, while the addresses are those that the linker tells of.
  const snipped = join(folder, 'snipped.wasm');
  await run(tool, ['snip', compiled, snipped]);
  await run(tool, ['wasm-bindgen', ...BINDGEN_FLAGS, '--out-dir', folder, snipped]);
  await rm(snipped);
  const module = join(folder, 'rivulet_bg.wasm');
  const names = await read(nodeBin('wasm-opt'), [...OPT_FLAGS, ...more, module, '-o', module]);
  await shortenGlue(join(folder, 'rivulet.js'), names);
  return module;
}

/**
 * The module of the last build with the names of its functions, in the place of which it may be used.
 *
 * @returns {Promise<string>} its path, beside its glue
 */
export async function moduleWithNames() {
  return writeGlue(await xtask(), COMPILED, join(CARGO_TARGET, 'with-names'), ['--debuginfo']);
}

/**
 * The module compiled once more, with the names of its functions, for measuring. They are mangled in the way that tells types, so
 * that a closure says whose it is. The order of functions, and so the short names of imports, are others.
 *
 * @returns {Promise<string>} its path
 */
export async function moduleWithTypes() {
  const target = join(CARGO_TARGET, 'with-types');
  await step('The module with names and types', () => compile(['-Csymbol-mangling-version=v0'], target));
  return writeGlue(await xtask(), compiledIn(target), join(target, 'glue'), ['--debuginfo']);
}

/** Of everything that decides what these tools write. The JavaScript is copied into the glue's folder. */
async function hashOf(tool) {
  const hash = createHash('sha256').update(JSON.stringify([tool, BINDGEN_FLAGS, OPT_FLAGS, shortenGlue.toString()]));
  hash.update(await readFile(join(ROOT, 'node_modules', 'binaryen', 'package.json')));
  hash.update(await readFile(COMPILED));
  for (const name of (await readdir(SOURCES)).filter((name) => name.endsWith('.js')).sort()) {
    hash.update(name).update(await readFile(join(SOURCES, name)));
  }
  return hash.digest('hex');
}

async function refuseLocalPaths(module) {
  const text = (await readFile(module)).toString('latin1');
  const found = [ROOT, homedir()].filter((path) => path.length > 1 && text.includes(`${path}/`));
  if (found.length) throw new Failure(`the module names ${found.join(' and ')}, a path of this machine`);
}
