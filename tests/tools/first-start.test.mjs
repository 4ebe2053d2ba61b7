import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { WASM_TARGET } from '../../scripts/lib/paths.mjs';
import { fakes, freshClone, temporary } from './fakes.mjs';

const DOWN = {
  npm: 'echo "npm error code ENOTFOUND" >&2; echo "npm error network request to a registry failed" >&2; exit 1',
  cargo: `echo "warning: spurious network error (3 tries remaining): [6] Could not resolve hostname" >&2; exit 101`,
  rustup: 'echo "error: could not download file: error sending request" >&2; exit 1',
};
const UP = { npm: 'exit 0', cargo: 'exit 0' };

let clone;
let sysroot;
beforeEach(async () => {
  clone = await temporary();
  await freshClone(clone.path);
  sysroot = join(clone.path, 'rust');
  await mkdir(join(sysroot, 'lib', 'rustlib', WASM_TARGET), { recursive: true });
});
afterEach(() => clone.remove());

/** `npm start`, with these programs in the place of the real ones, and with nothing in the cache. */
async function start(programs) {
  const PATH = await fakes(clone.path, { rustc: `echo ${sysroot}`, ...programs });
  const env = { ...process.env, PATH, XDG_CACHE_HOME: join(clone.path, 'cache') };
  return spawnSync(process.execPath, ['scripts/start.mjs', '--no-serve'], { cwd: clone.path, encoding: 'utf8', env });
}

test('the first words say what happens, in order, with times', async () => {
  const { stdout } = await start({ ...UP, cargo: 'exit 1' });
  const lines = stdout.split('\n');
  assert.equal(lines[0], 'What happens, in order, and how long it takes:');
  const plan = lines.slice(1, 8).map((line) => line.replace(/ {2,}/g, ' ').trim());
  assert.deepEqual(plan, [
    '1. npm packages for the build (118 MB) about 5 s the first time',
    '+ wasm-bindgen, from source, once per version about 45 s the first time',
    `+ Rust to ${WASM_TARGET}, dev build about 45 s the first time`,
    '2. wasm-bindgen (a dev build: without snip and wasm-opt) about 1 s the first time',
    '3. JavaScript, dev build about 1 s the first time',
    '4. The local site, and a reply of each preset',
    '(+ runs at the same time as what stands above it)',
  ]);
});

test('the next time the first words say how long a step took the last time', async () => {
  await mkdir(join(clone.path, 'target'), { recursive: true });
  await writeFile(join(clone.path, 'target', 'times.json'), '{ "JavaScript, dev build": "0.3 s" }');
  const { stdout } = await start({ ...UP, cargo: 'exit 1' });
  assert.match(stdout, /3\. JavaScript, dev build {2,}last time 0\.3 s\n/);
});

test('npm start asks npm for what the build needs, and not for what tests need', async () => {
  const { stderr } = await start({ npm: 'echo "asked: $*" >&2; exit 1', cargo: 'exit 1' });
  assert.match(stderr, /^asked: ci --no-audit --no-fund --workspaces=false$/m);
});

test('a missing network is told as that, for each tool that has found none', async () => {
  const { status, stderr } = await start(DOWN);
  assert.equal(status, 1);
  assert.match(stderr, /^error: no network: npm could not reach the npm registry \("npm error code ENOTFOUND"\)\. Check the connection/m);
  assert.match(stderr, /^error: no network: cargo could not reach the registry of crates \("warning: spurious network error/m);
});

test('so it is for rustup', async () => {
  sysroot = join(clone.path, 'rust-without-wasm');
  const { status, stdout, stderr } = await start(DOWN);
  assert.equal(status, 1);
  assert.match(stdout, /1\. Rust's standard library for wasm32-unknown-unknown, by rustup/);
  assert.match(stderr, /error: no network: rustup could not reach the server of Rust's releases/);
});

test('an error of the compiler is not taken for a missing network', async () => {
  const compiler = `echo 'error: expected one of' >&2; echo '  | "Could not resolve"' >&2; echo 'error: could not compile rivulet' >&2; exit 101`;
  const { status, stderr } = await start({ ...UP, cargo: compiler });
  assert.equal(status, 1);
  assert.doesNotMatch(stderr, /no network/);
  assert.match(stderr, /error: cargo rustc .*: exit status 101/);
});

test('--no-build says what is missing', async () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/start.mjs', '--no-build'], { cwd: clone.path, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stderr, 'error: there is no dist/: run `npm run build` first\n');
});
