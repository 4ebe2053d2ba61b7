// The parts of `npm test`, in their order: cheap and near first.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from '../build.mjs';
import { ensureChromium } from './chromium.mjs';
import { ROOT, WASM_TARGET } from './paths.mjs';
import { Failure, run } from './run.mjs';

/**
 * @typedef {(onLine: (line: string) => void) => Promise<unknown>} Work hands each line its tests print to `onLine`
 * @typedef {{ name: string, title: string, work: Work, needsBuild?: boolean, isBuild?: boolean }} Part
 */

/** Also bounds a whole file of tests. */
const NODE_TIMEOUT_MS = 300_000;

/** Seconds. The runner's own limits are 5 s for the driver's start and 20 s for all tests together. */
const IN_BROWSER = {
  WASM_BINDGEN_USE_BROWSER: '1',
  WASM_BINDGEN_TEST_DRIVER_TIMEOUT: '60',
  WASM_BINDGEN_TEST_TIMEOUT: '180',
};

const cargo = (args, env = {}) => async (onLine) => run('cargo', ['test', ...args], { env, onLine });

const wasm = ['--target', WASM_TARGET, '--test', 'web'];

/** `node --test` on every `*.test.mjs` of a folder; its tests may not be absent. */
const node = (folder, env = async () => ({})) => async (onLine) => {
  const path = join(ROOT, 'tests', folder);
  const names = existsSync(path) ? (await readdir(path)).filter((name) => name.endsWith('.test.mjs')).sort() : [];
  if (!names.length) throw new Failure(`tests/${folder} holds no tests`);
  const files = names.map((name) => join('tests', folder, name));
  const flags = ['--test', '--test-reporter=spec', `--test-timeout=${NODE_TIMEOUT_MS}`];
  await run(process.execPath, ['--unhandled-rejections=strict', ...flags, ...files], { env: await env(), onLine });
};

/** @type {readonly Part[]} */
export const PARTS = [
  { name: 'rust', title: 'Rust, native: units, properties, conformance', work: cargo([]) },
  { name: 'site', title: 'The local site against the recordings', work: node('site') },
  { name: 'build', title: 'Build', work: () => build(), isBuild: true },
  { name: 'tools', title: "The project's own commands", work: node('tools'), needsBuild: true },
  { name: 'wasm-node', title: 'wasm-bindgen-test in Node', work: cargo(wasm) },
  {
    name: 'wasm-browser',
    title: 'wasm-bindgen-test in Chromium',
    work: async (onLine) => {
      const env = { ...(await ensureChromium()), ...IN_BROWSER };
      await cargo(wasm, env)(onLine);
    },
  },
  { name: 'js', title: 'The JavaScript API in Node', work: node('js'), needsBuild: true },
  { name: 'package', title: 'The packed tarball in Node, and its types', work: node('package'), needsBuild: true },
  { name: 'workerd', title: 'The packed tarball in workerd', work: node('workerd'), needsBuild: true },
  { name: 'edge', title: 'The edge: attacks, real clients on workerd, examples in their runtimes', work: node('edge', ensureChromium), needsBuild: true },
  { name: 'browser', title: 'The demo in Chromium', work: node('browser', ensureChromium), needsBuild: true },
];
