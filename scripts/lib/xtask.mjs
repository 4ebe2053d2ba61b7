// The xtask binary (wasm-bindgen and snip; with a feature also wasm-bindgen's test runner), built once per version and kept in the
// cache.

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CACHE, ROOT } from './paths.mjs';
import { Failure, run } from './run.mjs';

const EXE = process.platform === 'win32' ? '.exe' : '';

/**
 * @param {{ testRunner?: boolean }} [wanted] whether it has to have the command `test-runner`
 * @returns {Promise<string>} path of the binary; built if the cache has none
 */
export async function xtask({ testRunner = false } = {}) {
  const binary = await place(testRunner);
  if (existsSync(binary)) return binary;
  // On standard error: cargo starts us as a test runner, too.
  console.error(`  ${title(testRunner)}`);
  await compile(binary, testRunner);
  return binary;
}

/** @returns {Promise<import('./plan.mjs').Plan[number][number] | undefined>} the work, if something is missing */
export async function ensureXtask({ testRunner = false } = {}) {
  const kinds = testRunner ? [false, true] : [false];
  const binaries = await Promise.all(kinds.map(place));
  const absent = kinds.filter((_, index) => !existsSync(binaries[index]));
  if (!absent.length) return undefined;
  return {
    title: title(absent.includes(true)),
    first: absent.includes(true) ? 80 : 45,
    work: async () => {
      for (const kind of absent) await compile(await place(kind), kind);
    },
  };
}

const title = (testRunner) => `wasm-bindgen${testRunner ? ' and its test runner' : ''}, from source, once per version`;

async function compile(binary, testRunner) {
  // A target directory of its own: cargo may be waiting for us with the usual one locked.
  const target = join(ROOT, 'target', 'xtask');
  const args = ['build', '--package', 'xtask', '--target-dir', target, ...(testRunner ? ['--features', 'test-runner'] : [])];
  await run('cargo', args, {
    env: { RUSTFLAGS: undefined, CARGO_ENCODED_RUSTFLAGS: undefined, CARGO_BUILD_TARGET: undefined },
    capture: true,
    downloader: 'cargo',
  });
  await mkdir(join(binary, '..'), { recursive: true });
  // Two clones may get here at once; a rename is all or nothing.
  const part = `${binary}.${process.pid}`;
  await copyFile(join(target, 'debug', `xtask${EXE}`), part);
  await rename(part, binary);
}

/** Where the cache has it, or would have it. */
async function place(testRunner) {
  const { version, hash } = await wanted();
  const name = ['xtask', ...(testRunner ? ['test-runner'] : []), process.platform, process.arch, hash].join('-');
  return join(CACHE, `xtask-${version}`, `${name}${EXE}`);
}

async function wanted() {
  const manifest = await readFile(join(ROOT, 'xtask', 'Cargo.toml'), 'utf8');
  const folder = join(ROOT, 'xtask', 'src');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.rs')).sort();
  const sources = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const versions = [...manifest.matchAll(/^wasm-bindgen-cli(?:-support)?\s*=.*"=([\d.]+)"/gm)].map(([, version]) => version);
  if (versions.length !== 2 || versions[0] !== versions[1]) {
    throw new Failure('xtask/Cargo.toml: wasm-bindgen-cli and wasm-bindgen-cli-support need the same exact version ("=x.y.z")');
  }
  const [version] = versions;

  const lock = existsSync(join(ROOT, 'Cargo.lock')) ? await readFile(join(ROOT, 'Cargo.lock'), 'utf8') : '';
  const locked = /^name = "wasm-bindgen"\r?\nversion = "([^"]+)"/m.exec(lock)?.[1];
  if (locked && locked !== version) {
    throw new Failure(`Cargo.lock has wasm-bindgen ${locked}, xtask/Cargo.toml has ${version}: they must be equal`);
  }
  return { version, hash: createHash('sha256').update(manifest).update(sources.join('')).digest('hex').slice(0, 12) };
}
