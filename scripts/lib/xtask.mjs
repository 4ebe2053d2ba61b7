// The xtask binary (wasm-bindgen's command line and test runner), built once per version and kept in the cache.

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { CACHE, ROOT } from './paths.mjs';
import { Failure, run } from './run.mjs';

const EXE = process.platform === 'win32' ? '.exe' : '';

/** @returns {Promise<string>} path of the binary; built if the cache has none */
export async function xtask() {
  const { version, hash } = await wanted();
  const folder = join(CACHE, `xtask-${version}`);
  const binary = join(folder, `xtask-${process.platform}-${process.arch}-${hash}${EXE}`);
  if (existsSync(binary)) return binary;

  // On standard error: cargo starts us as a test runner, too.
  console.error(`  building wasm-bindgen ${version}'s command line and test runner, once (about a minute)`);
  // A target directory of its own: cargo may be waiting for us with the usual one locked.
  const target = join(ROOT, 'target', 'xtask');
  await run('cargo', ['build', '--package', 'xtask', '--target-dir', target], {
    env: { RUSTFLAGS: undefined, CARGO_ENCODED_RUSTFLAGS: undefined, CARGO_BUILD_TARGET: undefined },
  });
  await mkdir(folder, { recursive: true });
  // Two clones may get here at once; a rename is all or nothing.
  const part = `${binary}.${process.pid}`;
  await copyFile(join(target, 'debug', `xtask${EXE}`), part);
  await rename(part, binary);
  return binary;
}

async function wanted() {
  const manifest = await readFile(join(ROOT, 'xtask', 'Cargo.toml'), 'utf8');
  const folder = join(ROOT, 'xtask', 'src');
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.rs')).sort();
  const sources = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const version = /^wasm-bindgen-cli\s*=.*"=([\d.]+)"/m.exec(manifest)?.[1];
  if (!version) throw new Failure('xtask/Cargo.toml names no exact version ("=x.y.z") of wasm-bindgen-cli');

  const lock = existsSync(join(ROOT, 'Cargo.lock')) ? await readFile(join(ROOT, 'Cargo.lock'), 'utf8') : '';
  const locked = /^name = "wasm-bindgen"\r?\nversion = "([^"]+)"/m.exec(lock)?.[1];
  if (locked && locked !== version) {
    throw new Failure(
      `Cargo.lock has wasm-bindgen ${locked}, xtask/Cargo.toml has wasm-bindgen-cli ${version}: they must be equal`,
    );
  }
  return { version, hash: createHash('sha256').update(manifest).update(sources.join('')).digest('hex').slice(0, 12) };
}
