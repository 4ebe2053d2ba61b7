// What a build needs beside rustup and Node: asked for, and installed where that can be done.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT, WASM_TARGET } from './paths.mjs';
import { Failure, read, run, step } from './run.mjs';

export async function setUp() {
  checkNode();
  await ensureRust();
  await ensurePackages();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(`Node ${process.versions.node} is too old: 20.19 or later is needed`);
}

async function ensureRust() {
  let sysroot;
  try {
    sysroot = await read('rustc', ['--print', 'sysroot']);
  } catch {
    throw new Failure('no Rust compiler found: install rustup (https://rustup.rs), then run this again');
  }
  if (existsSync(join(sysroot, 'lib', 'rustlib', WASM_TARGET))) return;
  await step(`Rust's standard library for ${WASM_TARGET}`, async () => {
    try {
      await run('rustup', ['target', 'add', WASM_TARGET]);
    } catch (error) {
      throw new Failure(`rustc knows no ${WASM_TARGET}: install it with \`rustup target add ${WASM_TARGET}\``, {
        cause: error,
      });
    }
  });
}

/** `npm ci` only if something is missing or of another version: it removes everything first. */
async function ensurePackages() {
  // npm's own record of what it has put into node_modules.
  const [wanted, installed] = await Promise.all(['package-lock.json', 'node_modules/.package-lock.json'].map(packages));
  const complete = Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
  if (complete) return;
  await step('npm packages for development', async () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['ci', '--no-audit', '--no-fund']);
  });
}

async function packages(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')).packages : {};
}
