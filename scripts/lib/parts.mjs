// The parts of `npm test`, in their order: cheap and near first.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { build } from '../build.mjs';
import { ensureChromium } from './chromium.mjs';
import { PACK_DEV } from './dev-build.mjs';
import { ROOT, WASM_TARGET } from './paths.mjs';
import { Failure, run } from './run.mjs';

/**
 * @typedef {(onLine: (line: string) => void, dev: boolean) => Promise<unknown>} Work hands each line its tests print to `onLine`; `dev`:
 *   whether they run on a dev build
 * @typedef {object} Part
 * @property {string} name
 * @property {string} title
 * @property {number} first seconds of a first run on two cores, about
 * @property {Work} work
 * @property {boolean} [isBuild]
 * @property {'any' | 'release'} [build] which build it needs, if any: `release`, where the test is of what the optimisers do
 * @property {boolean} [onlyNamed] it is run only where `--only` names it
 * @property {boolean} [testRunner] whether it needs wasm-bindgen's test runner
 */

/** Also bounds a whole file of tests. */
const NODE_TIMEOUT_MS = 300_000;
/** Some 80 command lines of some seconds each, and their installation. */
const CLIENTS_TIMEOUT_MS = 1_200_000;
/** A first run also installs everything. */
const ENVIRONMENTS_TIMEOUT_MS = 1_800_000;

/** Seconds. The runner's own limits are 5 s for the driver's start and 20 s for all tests together. */
const IN_BROWSER = {
  WASM_BINDGEN_USE_BROWSER: '1',
  WASM_BINDGEN_TEST_DRIVER_TIMEOUT: '60',
  WASM_BINDGEN_TEST_TIMEOUT: '180',
};

const cargo = (args, env = {}) => async (onLine) => run('cargo', ['test', ...args], { env, onLine, downloader: 'cargo' });

const wasm = ['--target', WASM_TARGET, '--test', 'web'];

/**
 * `node --test` on every `*.test.mjs` of a folder; its tests may not be absent. `together`: how many files run at the same time; left out, one
 * fewer than there are cores.
 */
const node = (folder, env = async () => ({}), timeout = NODE_TIMEOUT_MS, together = undefined) => async (onLine, dev) => {
  const path = join(ROOT, 'tests', folder);
  const names = existsSync(path) ? (await readdir(path)).filter((name) => name.endsWith('.test.mjs')).sort() : [];
  if (!names.length) throw new Failure(`tests/${folder} holds no tests`);
  const files = names.map((name) => join('tests', folder, name));
  const flags = ['--test', '--test-reporter=spec', `--test-timeout=${timeout}`, ...(together ? [`--test-concurrency=${together}`] : [])];
  await run(process.execPath, ['--unhandled-rejections=strict', ...flags, ...files], { env: { ...(await env()), ...(dev && { [PACK_DEV]: '1' }) }, onLine });
};

/** @type {readonly Part[]} */
export const PARTS = [
  { name: 'rust', title: 'Rust, native: units, properties, conformance', first: 90, work: cargo([]) },
  { name: 'site', title: 'The local site against the recordings', first: 10, work: node('site') },
  { name: 'build', title: 'Build', first: 90, work: (_, dev) => build({ dev, sizes: !dev, packages: 'all' }), isBuild: true },
  { name: 'tools', title: "The project's own commands", first: 20, work: node('tools'), build: 'release' },
  { name: 'wasm-node', title: 'wasm-bindgen-test in Node', first: 60, work: cargo(wasm), testRunner: true },
  {
    name: 'wasm-browser',
    title: 'wasm-bindgen-test in Chromium',
    first: 60,
    work: async (onLine) => {
      const env = { ...(await ensureChromium()), ...IN_BROWSER };
      await cargo(wasm, env)(onLine);
    },
    testRunner: true,
  },
  { name: 'js', title: 'The JavaScript API in Node', first: 30, work: node('js'), build: 'any' },
  { name: 'package', title: 'The packed tarball in Node, and its types', first: 20, work: node('package'), build: 'release' },
  { name: 'workerd', title: 'The packed tarball in workerd', first: 20, work: node('workerd'), build: 'any' },
  {
    name: 'edge',
    title: 'The edge: attacks, real clients on workerd, examples in their runtimes',
    first: 120,
    work: node('edge', ensureChromium),
    build: 'any',
  },
  { name: 'sdks', title: 'Real clients in JavaScript at the endpoint, strict services behind it', first: 90, work: node('clients/sdks'), build: 'any' },
  { name: 'ai-sdk', title: 'The AI SDK in three versions, and useChat in Chromium', first: 60, work: node('ai-sdk', ensureChromium), build: 'any' },
  { name: 'recipes', title: 'The recipes of docs/recipes, in Node and in Chromium, as they are printed', first: 60, work: node('recipes', ensureChromium), build: 'any' },
  { name: 'matrix', title: 'Every fault x provider x runtime, over sockets', first: 90, work: node('matrix', ensureChromium), build: 'any' },
  {
    name: 'environments-quick',
    title: 'The packed tarball in runtimes, bundlers, test runners, TypeScripts and pages',
    first: 180,
    work: node('environments/quick', ensureChromium, ENVIRONMENTS_TIMEOUT_MS),
    build: 'any',
  },
  {
    name: 'every-browser',
    title: 'A page, its workers and the demo in Firefox, WebKit, Chromium and an old Chromium',
    first: 60,
    work: node('environments/browsers', ensureChromium),
    build: 'any',
  },
  // Each visit mostly waits, for frames, pauses and the network, so that two files at once take little more time than one.
  { name: 'browser', title: 'The demo in Chromium', first: 240, work: node('browser', ensureChromium, NODE_TIMEOUT_MS, 2), build: 'any' },
  { name: 'clients', title: 'Command lines of coding agents, and clients in Python, at the endpoint', first: 300, work: node('clients', undefined, CLIENTS_TIMEOUT_MS), build: 'any', onlyNamed: true },
  {
    name: 'environments',
    title: 'The packed tarball in frameworks',
    first: 900,
    work: node('environments/long', ensureChromium, ENVIRONMENTS_TIMEOUT_MS),
    build: 'any',
    onlyNamed: true,
  },
];
