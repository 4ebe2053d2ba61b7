// Runs environments: each in a folder of its own with the packed package in it, each with an end by time, and prints a table.
//
//   RIVULET_TARBALL=PATH        this tarball instead of the one that `npm pack` makes of dist/
//   RIVULET_ENVIRONMENTS=a,b    these environments only
//   RIVULET_KEEP=1              leaves the folders of the projects, to be looked into

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { cached } from '../../scripts/lib/cached.mjs';
import { pack } from '../../scripts/lib/pack.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { Failure, run as runToEnd } from '../../scripts/lib/run.mjs';
import { readBody, startStub, wrongWith } from './stub.mjs';
import { GROUPS, NODES, TOOLS_NODE } from './versions.mjs';

/**
 * @typedef {object} Environment
 * @property {string} name as in `RIVULET_ENVIRONMENTS`
 * @property {string} title with versions
 * @property {string} [group] in versions.mjs: packages that are found from the project's folder
 * @property {string[]} [also] groups whose commands it uses
 * @property {string} [fixture] a folder beside this file, copied into the project
 * @property {number} [timeout] seconds
 * @property {() => Promise<string | undefined>} [skip] why it cannot be had on this machine
 * @property {(at: Project) => Promise<string | void>} run throws where the environment does not read the reply as it comes; returns a
 *   word for the table
 */

/** @typedef {Awaited<ReturnType<typeof open>>} Project */

/** Environments at the same time: more would only wait for each other, on two cores. */
const AT_ONCE = 2;
const LOGS = join(ROOT, 'target', 'environments');
/** Folders of runs that were killed are removed after this many milliseconds. */
const STALE = 6 * 3600 * 1000;

/** Whole process groups, so that nothing is left of a tool that starts others. */
const groups = new Set();
const killGroup = (pid) => {
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
};
process.once('exit', () => groups.forEach(killGroup));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1));

/** Two environments may want the same packages at the same time. */
const installing = new Map();
function once(kind, versions) {
  const key = `${kind} ${JSON.stringify(versions)}`;
  if (!installing.has(key)) installing.set(key, cached(kind, versions));
  return installing.get(key);
}

/** @returns {Promise<string>} the folder with the command `node` of that major version */
export async function nodeBin(major = TOOLS_NODE) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return join(await once('node', { [name]: NODES[major] }), name, 'bin');
}

let chromium;
/** One Chromium for all, each environment in a context of its own. */
const browser = () => (chromium ??= import('../browser/browser.mjs').then(({ launch }) => launch()));

const escapes = /\x1b\[[0-9;?]*[a-zA-Z]/g;
const plain = (text) => text.replace(escapes, '').replace(/\s+/g, ' ').trim();
/** Lines that say what is wrong, the best first. */
const TELLING = [/\[cause\]: |caused by: /i, /Error(?: \[\w+\])?: |error TS\d+/, /(?:error|exception|cannot|failed|unexpected|not found|could not)\b/i];

/** The line of a tool's output that most likely says what is wrong. */
function telling(output) {
  const lines = output.split('\n').map(plain).filter((line) => line !== '' && !/^at |^\^+$|npm warn|wrangler:(info|warn)|ExperimentalWarning|[Bb]uild failed|suite failed to run|^FAIL /.test(line));
  const found = TELLING.map((pattern) => lines.find((line) => pattern.test(line))).find(Boolean);
  return found ?? lines.at(-1) ?? 'no output';
}

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.map': 'application/json' };

/**
 * @param {Environment} environment
 * @param {{ tarball: string, stub: Awaited<ReturnType<typeof startStub>> }} given
 */
async function open({ name, group, also = [], fixture, timeout = 60 }, { tarball, stub }) {
  const packages = group && await once(`environments-${group}`, GROUPS[group]);
  const bins = await Promise.all(also.map(async (each) => join(await once(`environments-${each}`, GROUPS[each]), '.bin')));
  const parent = packages ? dirname(packages) : tmpdir();
  await removeStale(parent);
  const folder = await mkdtemp(join(parent, 'run-rivulet-'));
  const home = join(folder, 'node_modules', 'rivulet');
  await mkdir(home, { recursive: true });
  await runToEnd('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'], { capture: true });
  if (fixture) await cp(new URL(`./${fixture}/`, import.meta.url), folder, { recursive: true });
  await mkdir(LOGS, { recursive: true });
  const log = createWriteStream(join(LOGS, `${name}.log`));
  log.write(`${folder}\n`);
  const tools = await nodeBin();
  /** @type {Array<() => unknown>} */
  const closers = [];
  const started = performance.now();
  const left = () => timeout * 1000 - (performance.now() - started);

  const start = (command, args, { cwd = folder, env = {}, node = tools } = {}) => {
    log.write(`\n$ ${[command, ...args].join(' ')}\n`);
    const paths = [node, ...(packages ? [join(packages, '.bin')] : []), ...bins, process.env.PATH];
    const child = spawn(command, args, {
      cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutNodeTest(), PWD: cwd, NO_COLOR: '1', CI: '1', DO_NOT_TRACK: '1', ...env, PATH: paths.join(delimiter) },
    });
    if (child.pid) groups.add(child.pid);
    closers.push(() => child.pid && killGroup(child.pid));
    const told = { all: '', out: '' };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        told.all = (told.all + text).slice(-500_000);
        if (stream === child.stdout) told.out += text;
        log.write(text);
      });
    }
    const ended = new Promise((done, fail) => {
      child.once('error', fail);
      child.once('close', (code, signal) => done(code ?? signal));
    });
    ended.catch(() => {});
    return { child, told, ended };
  };

  let served = { all: '' };

  const project = {
    folder,
    home,
    base: stub.base,
    /** Of package.json, the packed one. */
    manifest: JSON.parse(await readFile(join(home, 'package.json'), 'utf8')),
    packages,
    /** A folder of the group, or of the project. */
    at: (...parts) => join(folder, ...parts),
    log: (text) => void log.write(`${text}\n`),
    left,
    closers,

    /** Runs a command to its end. @returns {Promise<string>} its standard output */
    async run(command, args, options = {}) {
      const { told, ended, child } = start(command, args, options);
      const timer = setTimeout(() => killGroup(child.pid), Math.max(1, left()));
      const code = await ended.finally(() => clearTimeout(timer));
      if (left() <= 0) throw new Failure(`not done after ${timeout} s: ${telling(told.all)}`);
      if (code !== 0) throw new Failure(telling(told.all));
      return told.out;
    },

    /** Runs a program that prints what it has read as a line of JSON, the last one. */
    async tell(command, args, options) {
      const line = plain((await project.run(command, args, options)).trimEnd().split('\n').at(-1));
      try {
        return JSON.parse(line);
      } catch {
        throw new Failure(`it printed ${line.slice(0, 200)}`);
      }
    },

    /** Starts a server, and waits until its address answers. */
    async serve(command, args, { port, path = '/', ...options }) {
      const { told, ended } = start(command, args, options);
      served = told;
      let over;
      ended.then((code) => { over = code; }, (error) => { over = error.message; });
      for (;;) {
        if (over !== undefined) throw new Failure(`it ended with ${over}: ${telling(told.all)}`);
        if (left() <= 0) throw new Failure(`it did not answer within ${timeout} s: ${telling(told.all)}`);
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(15_000) }).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer) return { url: `http://127.0.0.1:${port}`, told };
        await sleep(200);
      }
    },

    /** Serves a folder to pages. */
    async files(root = folder, headers = {}) {
      const server = createServer(async (incoming, outgoing) => {
        const path = decodeURIComponent(new URL(incoming.url, 'http://x').pathname);
        if (path === '/favicon.ico') return void outgoing.writeHead(204).end();
        try {
          const bytes = await readFile(join(root, path.endsWith('/') ? `${path}index.html` : path));
          outgoing.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'text/html', ...headers }).end(bytes);
        } catch {
          outgoing.writeHead(404).end();
        }
      });
      await new Promise((done) => { server.listen(0, '127.0.0.1', () => done(undefined)); });
      closers.push(() => { server.closeAllConnections(); server.close(); });
      return `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
    },

    /** Opens a page in Chromium, which sets `globalThis.told` when it has read the reply. */
    async page(url, { act = async (_) => {}, ...options } = {}) {
      const context = await (await browser()).newContext(options);
      closers.push(() => context.close().catch(() => {}));
      return project.toldBy(await context.newPage(), url, act);
    },

    async toldBy(page, url, act = async (_) => {}) {
      const complaints = [];
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        log.write(`console ${message.type()}: ${message.text()}\n`);
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('requestfailed', (request) => log.write(`failed: ${request.url()} ${request.failure()?.errorText}\n`));
      await page.goto(url, { timeout: Math.max(1, left()) });
      await act(page);
      // A page that has complained may still read; one that is slow has not complained.
      const begun = performance.now();
      for (;;) {
        const told = await page.evaluate(() => /** @type {any} */ (globalThis).told);
        if (told?.error) throw new Failure(plain(told.error));
        if (told) return told;
        const patience = Math.min(complaints.length ? 4000 : 15_000, left());
        if (performance.now() - begun > patience) throw new Failure(plain(complaints[0] ?? 'the page read nothing'));
        await sleep(50);
      }
    },

    /** Asks an address and reads the body as it comes. */
    async read(url, init) {
      const before = served.all.length;
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(Math.max(1, Math.min(left(), 30_000))), ...init });
        if (!response.ok) throw new Failure(`${response.status} ${plain(await response.text()).slice(0, 60)}`);
        return await readBody(response);
      } catch (error) {
        await sleep(200);
        // The server knows better what happened than its client.
        throw new Failure(`${error.message}; the server says: ${telling(served.all.slice(before))}`);
      }
    },

    /** That a reply was read as it came. */
    streamed(read, what = '') {
      const wrong = wrongWith(read);
      if (wrong) throw new Failure(what ? `${what}: ${wrong}` : wrong);
    },

    async close() {
      for (const closer of closers.reverse()) await closer();
      await new Promise((done) => { log.end(done); });
      if (!process.env.RIVULET_KEEP) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  return project;
}

/** What `node --test` sets for its children would make a test runner among them silent. */
function withoutNodeTest() {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  return env;
}

async function removeStale(parent) {
  for (const name of (await readdir(parent)).filter((each) => each.startsWith('run-rivulet-'))) {
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > STALE) await rm(path, { recursive: true, force: true });
  }
}

let nextPort = 20_000 + (process.pid % 500) * 50;
/** A port that this process has not yet given away and that is free. */
export async function freePort() {
  for (;;) {
    const port = nextPort++;
    const server = createServer();
    const free = await new Promise((done) => {
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
    if (free) return port;
  }
}

/** The names of all files of a folder that describe environments, as lists. */
async function listed(folder) {
  const path = fileURLToPath(folder);
  const names = (await readdir(path)).filter((name) => name.endsWith('.mjs') && !name.endsWith('.test.mjs')).sort();
  const all = await Promise.all(names.map((name) => import(join(path, name))));
  return all.flatMap((module) => module.default).sort((a, b) => (b.cost ?? 0) - (a.cost ?? 0));
}

/**
 * A test for each environment of a folder, and a table of all at the end.
 *
 * @param {URL} folder
 * @param {{ atOnce?: number }} [options]
 */
export async function testAll(folder, { atOnce = AT_ONCE } = {}) {
  const chosen = process.env.RIVULET_ENVIRONMENTS?.split(',').filter(Boolean);
  const every = await listed(folder);
  const environments = every.filter(({ name }) => !chosen?.length || chosen.includes(name));
  if (environments.length === 0) throw new Failure(`RIVULET_ENVIRONMENTS: there are ${every.map(({ name }) => name).join(', ')}`);
  /** @type {Map<string, Promise<string | void>>} */
  const runs = new Map();
  const rows = [];
  let stub;
  let place;

  async function perform(environment, given) {
    let project;
    const row = { title: environment.title, result: 'ok', seconds: 0, note: '' };
    rows[environments.indexOf(environment)] = row;
    const start = performance.now();
    try {
      const reason = await environment.skip?.();
      if (reason) {
        Object.assign(row, { result: 'skipped', note: reason });
        return;
      }
      project = await open(environment, given);
      // The clock of an environment begins where its packages are there.
      const late = sleep(((environment.timeout ?? 60) + 15) * 1000, 'late', { ref: false });
      const note = await Promise.race([environment.run(project), late]);
      if (note === 'late') throw new Failure(`no end within ${environment.timeout ?? 60} s`);
      row.note = note ?? '';
    } catch (error) {
      row.result = 'FAILED';
      row.note = error instanceof Failure ? error.message : plain(String(error?.message ?? error));
      project?.log(error?.stack ?? error);
      throw error;
    } finally {
      row.seconds = (performance.now() - start) / 1000;
      await project?.close();
    }
  }

  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'rivulet-tarball-'));
    const tarball = process.env.RIVULET_TARBALL ?? (await pack(place)).tarball;
    await access(tarball);
    stub = await startStub();
    const waiting = environments.map((environment) => {
      let begin;
      const running = new Promise((done) => { begin = done; }).then(() => perform(environment, { tarball, stub }));
      running.catch(() => {});
      runs.set(environment.name, running);
      return { begin, running };
    });
    let next = 0;
    for (let lane = 0; lane < atOnce; lane++) {
      void (async () => {
        while (next < waiting.length) {
          const { begin, running } = waiting[next++];
          begin();
          await running.catch(() => {});
        }
      })();
    }
  }, { timeout: 120_000 });

  after(async () => {
    await Promise.allSettled(runs.values());
    await (await chromium)?.close();
    stub?.close();
    if (place) await rm(place, { recursive: true, force: true });
    console.log(`\n${table(rows)}\n\nThe output of each is in target/environments/.\n`);
  });

  for (const [at, { name, title }] of environments.entries()) {
    test(`${title} streams a reply`, async (context) => {
      try {
        await runs.get(name);
        const { result, note } = rows[at];
        if (result === 'skipped') context.skip(note);
      } catch (error) {
        throw failureOf(error, name);
      }
    });
  }
}

function failureOf(error, name) {
  const failure = new Error(`${error instanceof Failure ? error.message : plain(error?.stack ?? String(error))} (target/environments/${name}.log)`);
  // Where this file threw it says nothing.
  failure.stack = failure.message;
  return failure;
}

function table(rows) {
  const lines = [['environment', 'result', 'seconds', ''], ...rows.map(({ title, result, seconds, note }) => [title, result, seconds.toFixed(1), note.slice(0, 240)])];
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => [...line[at]].length)));
  return lines.map((line) => line.map((text, at) => text + ' '.repeat(widths[at] - [...text].length)).join('  ').trimEnd()).join('\n');
}
