// What a build needs beside rustup and Node: what is missing is found here, and installed where that can be done.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT, WASM_TARGET } from './paths.mjs';
import { Failure, read, run } from './run.mjs';
import { ensureXtask } from './xtask.mjs';

/**
 * npm's packages by what they are for: package.json has what a build needs, its workspace tests/packages what tests, linters and
 * some benchmarks need beside that.
 *
 * @typedef {'build' | 'all'} Packages
 */

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * @param {{ packages?: Packages, testRunner?: boolean }} wanted
 * @returns {Promise<import('./plan.mjs').Plan>} what has to be installed: a row before anything is compiled, and one that can go
 *   on meanwhile. Both are empty where nothing is missing.
 */
export async function missing({ packages = 'all', testRunner = false } = {}) {
  checkNode();
  const found = await Promise.all([missingTarget(), missingPackages(packages), ensureXtask({ testRunner })]);
  const [target, npm, tools] = found.map((job) => (job ? [job] : []));
  return [target, [...npm, ...tools]];
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(`Node ${process.versions.node} is too old: 20.19 or later is needed`);
}

async function missingTarget() {
  let sysroot;
  try {
    sysroot = await read('rustc', ['--print', 'sysroot'], { downloader: 'rustup' });
  } catch (error) {
    if (/^no network/.test(error.message)) throw error;
    throw new Failure('no Rust compiler found: install rustup (https://rustup.rs), then run this again');
  }
  if (existsSync(join(sysroot, 'lib', 'rustlib', WASM_TARGET))) return undefined;
  return { title: `Rust's standard library for ${WASM_TARGET}, by rustup`, first: 10, work: installTarget };
}

async function installTarget() {
  try {
    await run('rustup', ['target', 'add', WASM_TARGET], { downloader: 'rustup' });
  } catch (error) {
    if (/^no network/.test(error.message)) throw error;
    throw new Failure(`rustc knows no ${WASM_TARGET}: install it with \`rustup target add ${WASM_TARGET}\``, { cause: error });
  }
}

/** `npm ci` only if something is missing or of another version: it removes everything first. */
async function missingPackages(packages) {
  // npm's own record of what it has put into node_modules.
  const [wanted, installed] = await Promise.all(['package-lock.json', 'node_modules/.package-lock.json'].map(entries));
  const own = Object.keys(wanted['']?.devDependencies ?? {}).map((name) => `node_modules/${name}`);
  // Folders of ours, and links to them, have no version to compare.
  const every = Object.keys(wanted).filter((path) => path.startsWith('node_modules/') && !wanted[path].link && !wanted[path].optional);
  const complete = (packages === 'build' ? own : every).every((path) => installed[path]?.version === wanted[path].version);
  if (complete) return undefined;
  return packages === 'build'
    ? { title: 'npm packages for the build (118 MB)', first: 5, work: () => npmCi('--workspaces=false') }
    : { title: 'npm packages for the build and the tests (470 MB)', first: 30, work: () => npmCi() };
}

const npmCi = (...more) => run(NPM, ['ci', '--no-audit', '--no-fund', ...more], { capture: true, downloader: 'npm' });

async function entries(file) {
  const path = join(ROOT, file);
  return existsSync(path) ? JSON.parse(await readFile(path, 'utf8')).packages : {};
}
