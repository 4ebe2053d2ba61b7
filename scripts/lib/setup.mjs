// What a build needs beside rustup and Node: asked for, and installed where that can be done.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
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

/** `npm ci` only if the lock file is not what was installed last: it removes everything first. */
async function ensurePackages() {
  const lock = await readFile(join(ROOT, 'package-lock.json'));
  const wanted = createHash('sha256').update(lock).digest('hex');
  const mark = join(ROOT, 'node_modules', '.rivulet-lock');
  const installed = existsSync(mark) ? await readFile(mark, 'utf8') : '';
  if (installed === wanted) return;
  await step('npm packages for development', async () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['ci', '--no-audit', '--no-fund']);
    await writeFile(mark, wanted);
  });
}
