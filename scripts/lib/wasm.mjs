// Rust to `target/glue/`: the optimised module and wasm-bindgen's JavaScript for it; and to `target/glue-dev/`, for a dev
// build, what wasm-bindgen writes as it is.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { CARGO_TARGET, GLUE, ROOT, SOURCES, WASM_TARGET, nodeBin } from './paths.mjs';
import { CARGO_COLOURS, Failure, read, run, step } from './run.mjs';
import { SHORTEN, lateText, shortenGlue } from './shorten.mjs';
import { xtask } from './xtask.mjs';

/** In Cargo.toml. */
const DEV_PROFILE = 'dev-wasm';

/** Its version decides what wasm-opt writes. */
const BINARYEN = join(ROOT, 'node_modules', 'binaryen', 'package.json');

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

/** For the last crate, whose link-time optimisation compiles all others again. */
const CORE_FLAGS = [
  // For `xtask snip`.
  '-Clink-arg=--emit-relocs',
  // An eighth less than rustc's default, so that the data behind the stack lies below 2^20: an address takes three bytes, not four.
  '-Clink-arg=-zstack-size=917504',
];

const compiledIn = (target, profile = 'release') => join(target, WASM_TARGET, profile, 'rivulet.wasm');
const COMPILED = compiledIn(CARGO_TARGET);

/** The core compiled for a build: its title, the seconds of a first run on two cores, and the work. */
export const compileCore = (dev) => (dev
  ? { title: `Rust to ${WASM_TARGET}, dev build`, first: 45, work: compileForDev }
  : { title: `Rust to ${WASM_TARGET}, release`, first: 80, work: () => compile() });

/** The glue written for a build, and the module as the glue wants it. */
export const writeModule = (dev) => (dev
  ? { title: 'wasm-bindgen (a dev build: without snip and wasm-opt)', first: 1, work: bindOnly }
  : { title: 'snip, wasm-bindgen and wasm-opt', first: 20, work: bindAndOptimise });

async function compile(more = [], target = CARGO_TARGET) {
  // The crate is an `rlib` in Cargo.toml and a `cdylib` here only: cargo passes no `-C lto` to a crate that is both.
  const args = ['rustc', '--release', '--lib', '--crate-type', 'cdylib', '--target', WASM_TARGET];
  // Not among the flags below, which all crates are compiled with.
  await cargo([...args, '--', ...CORE_FLAGS], [...(await rustFlags()), ...more], target);
}

/** Paths of this machine stay in: a dev build is not published. */
async function compileForDev() {
  const args = ['rustc', '--profile', DEV_PROFILE, '--lib', '--crate-type', 'cdylib', '--target', WASM_TARGET];
  await cargo(args, TARGET_FEATURES.map(feature), CARGO_TARGET);
}

async function cargo(args, flags, target) {
  await run('cargo', args, {
    env: { ...CARGO_COLOURS, CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f'), RUSTFLAGS: undefined, CARGO_TARGET_DIR: target },
    downloader: 'cargo',
  });
}

const feature = (name) => `-Ctarget-feature=+${name}`;

/**
 * Panics name source files; the paths of the machine that builds are nobody's business. They decide where the data
 * lies, too, though `xtask snip` takes them out.
 */
async function rustFlags() {
  const sysroot = await read('rustc', ['--print', 'sysroot']);
  const cargoHome = process.env.CARGO_HOME || join(homedir(), '.cargo');
  const crates = join(cargoHome, 'registry', 'src');
  // The very first build must have the flags of the second, or that one would compile everything again.
  if (!existsSync(crates)) await run('cargo', ['fetch', '--target', WASM_TARGET], { downloader: 'cargo' });
  const registries = existsSync(crates) ? await readdir(crates) : [];
  // Where several fit, rustc takes the last.
  return [
    `--remap-path-prefix=${homedir()}=/home`,
    `--remap-path-prefix=${cargoHome}=/cargo`,
    ...registries.map((name) => `--remap-path-prefix=${join(crates, name)}=/crates`),
    `--remap-path-prefix=${sysroot}=/rust`,
    `--remap-path-prefix=${ROOT}=/rivulet`,
    ...TARGET_FEATURES.map(feature),
  ];
}

async function bindAndOptimise() {
  const tool = await xtask();
  const inputs = await hashOf(COMPILED, tool, OPT_FLAGS, shortenGlue.toString(), await readFile(BINARYEN, 'utf8'));
  return renewed(GLUE.release, inputs, async (folder) => {
    await refuseLocalPaths(await writeGlue(tool, COMPILED, folder));
  });
}

async function bindOnly() {
  const tool = await xtask();
  const compiled = compiledIn(CARGO_TARGET, DEV_PROFILE);
  return renewed(GLUE.dev, await hashOf(compiled, tool, listOnce.toString(), writeParts.toString()), async (folder) => {
    await run(tool, ['bind', compiled, folder]);
    const glue = join(folder, 'rivulet.js');
    await listOnce(glue);
    const exports = [...(await readFile(glue, 'utf8')).matchAll(/\bwasm\.part_(\w+)/g)].map(([, name]) => name);
    await writeParts(folder, [['core'], ...[...new Set(exports)].map((name) => [name])], (name) => `${PART}${name}`, true);
  });
}

/** wasm-bindgen lists our module once for each function of it that is imported; every bundler would warn. shorten.mjs does this, too. */
async function listOnce(file) {
  const text = await readFile(file, 'utf8');
  await writeFile(file, lateText(text).replaceAll(/^( *"\.\/snippets\/[^"]+": )import\d+,\n(?=\1)/gm, ''));
}

/** `write` is called, with a folder that becomes `folder`, only if what it depends on has changed. */
async function renewed(folder, inputs, write) {
  const stamp = join(folder, '.inputs');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === inputs) return 'unchanged';

  const fresh = `${folder}.${process.pid}`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await write(fresh);
    await writeFile(join(fresh, '.inputs'), inputs);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** @returns {Promise<string>} the module, beside its glue in `folder` */
async function writeGlue(tool, compiled, folder, more = [], snips = true) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // Comes first, while the addresses are still those in the linker's relocations.
  const [snipped, owners] = ['snipped.wasm', 'owners.txt'].map((name) => join(folder, name));
  if (snips) await run(tool, ['snip', compiled, snipped, owners]);
  await run(tool, ['bind', snips ? snipped : compiled, folder]);
  await rm(snipped, { force: true });
  const module = join(folder, 'rivulet_bg.wasm');
  const names = await read(nodeBin('wasm-opt'), [...OPT_FLAGS, ...more, module, '-o', module]);
  const exports = await shortenGlue(join(folder, 'rivulet.js'), names);
  if (snips) {
    const parts = exports.filter(([name]) => name.startsWith(PART)).map(([name, short]) => `${short}=${name.slice(PART.length)}`);
    await mkdir(join(folder, 'split'));
    const printed = await read(tool, ['split', module, owners, join(folder, 'split'), ...parts]);
    const short = (name) => exports.find(([long]) => long === `${PART}${name}`)?.[1];
    await writeParts(folder, printed.trim().split('\n').map((line) => line.split(' ')), short);
  }
  return module;
}

/**
 * What the parts are called, what each needs beside the core, and its function in the whole module. `isWhole`: there is no other.
 *
 * @param {string} folder
 * @param {string[][]} names of a part, and of those that it needs
 * @param {(name: string) => string | undefined} exported
 */
async function writeParts(folder, names, exported, isWhole = false) {
  const list = names.map(([name, ...needs]) => ({ name, needs, export: name === 'core' ? undefined : exported(name) }));
  await writeFile(join(folder, 'parts.json'), JSON.stringify({ isWhole, list }));
}

/** How the names of the functions begin that add the parts (src/web/parts.rs). */
const PART = 'part_';

/**
 * Makes the module of the last build once more, with the names of its functions, to be measured in its place.
 *
 * @returns {Promise<string>} its path, beside its glue
 */
export async function moduleWithNames() {
  return writeGlue(await xtask(), COMPILED, join(CARGO_TARGET, 'with-names'), ['--debuginfo']);
}

/**
 * Makes the module of the last build once more, with its panics in it, to be measured: what `xtask snip` takes out.
 *
 * @returns {Promise<string>} its path, beside its glue
 */
export async function moduleWithPanics() {
  return writeGlue(await xtask(), COMPILED, join(CARGO_TARGET, 'with-panics'), [], false);
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

/** A hash of the compiled module, of `more` and of our JavaScript, which wasm-bindgen copies into the glue's folder. */
async function hashOf(compiled, ...more) {
  const hash = createHash('sha256').update(JSON.stringify(more)).update(await readFile(compiled));
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
