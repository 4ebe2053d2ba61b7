// A Worker on real workerd: bundled as wrangler does it, one process (so one fresh isolate) for each start.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';

import { nodeBin } from './paths.mjs';
import { read } from './run.mjs';

/** Not later than the newest date that workerd's version in package.json knows. */
const COMPATIBILITY_DATE = '2026-10-20';

/**
 * Bundles a Worker as wrangler does: the same conditions, a `.wasm` file as a module of its own.
 *
 * @param {string} file of the Worker
 * @param {string} folder where it goes; made if it is not there
 * @param {string} [resolveFrom] a folder with `node_modules` in it or above it, where the Worker's own has none
 * @param {Record<string, string>} [alias] files in the place of imported names
 * @returns {Promise<{ folder: string, entry: string, modules: string[] }>}
 */
export async function bundleWorker(file, folder, resolveFrom, alias = {}) {
  const { build } = await import('esbuild');
  await mkdir(folder, { recursive: true });
  await build({
    absWorkingDir: resolveFrom,
    entryPoints: [file],
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    alias,
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    nodePaths: resolveFrom ? [join(resolveFrom, 'node_modules')] : [],
  });
  return { folder, entry: basename(file), modules: (await readdir(folder)).filter((name) => /\.(js|wasm)$/.test(name)).sort() };
}

/**
 * @param {Awaited<ReturnType<typeof bundleWorker>>} bundle
 * @param {{ env?: Record<string, string>, kv?: Record<string, string>, port?: number, v8Flags?: string[] }} [options] `env`: texts; `kv`:
 *   names of KV namespaces and the addresses (`host:port`) of the stores behind them
 * @returns {Promise<{ url: string, pid: number, errors: () => string, memory: () => Promise<number>, stop: () => Promise<void> }>}
 */
export async function startWorkerd(bundle, { env = {}, kv = {}, port = 0, v8Flags = [] } = {}) {
  const config = join(bundle.folder, `config-${Math.random().toString(36).slice(2)}.capnp`);
  await writeFile(config, configText(bundle, env, kv, v8Flags));
  // workerd chooses a free port and reports it on descriptor 3.
  const child = spawn(nodeBin('workerd'), ['serve', config, `--socket-addr=http=127.0.0.1:${port}`, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const listening = await Promise.race([
    portOf(child.stdio[3]),
    closed.then(([code]) => { throw new Error(`workerd ended with status ${code}:\n${errors}`); }),
  ]);
  return {
    url: `http://127.0.0.1:${listening}`,
    pid: /** @type {number} */ (child.pid),
    /** What workerd and the Worker complained about. */
    errors: () => errors,
    /** Resident bytes of the process. */
    memory: async () => Number(await read('ps', ['-o', 'rss=', '-p', `${child.pid}`])) * 1024,
    stop: async () => {
      // On SIGTERM it would wait for the replies that hang on purpose.
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function portOf(control) {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  // The pipe's end is the process's end, which has the better message.
  return new Promise(() => {});
}

function configText({ entry, modules }, env, kv, v8Flags) {
  const text = JSON.stringify;
  // The first module is the entry.
  const embedded = modules
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => `, (name = ${text(`./${name}`)}, wasm = embed ${text(name)})`);
  const services = Object.entries(kv).map(([name, address]) => `(name = "kv-${name}", external = (address = ${text(address)}, http = ())),`);
  const bindings = [
    ...Object.entries(env).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    ...Object.keys(kv).map((name) => `(name = ${text(name)}, kvNamespace = "kv-${name}")`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
    ${services.join('\n    ')}
  ],
  sockets = [(name = "http", http = (), service = "main")],
  v8Flags = [${v8Flags.map((flag) => text(flag)).join(', ')}],
);
const worker :Workerd.Worker = (
  modules = [(name = "${entry}", esModule = embed "${entry}")${embedded.join('')}],
  bindings = [${bindings.join(', ')}],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["enable_request_signal"],
);
`;
}

/**
 * What workerd asks of a store behind a KV namespace: GET, PUT and DELETE by key.
 *
 * @returns {Promise<{ address: string, entries: Map<string, string>, asked: string[], close: () => void }>}
 */
export async function startKv() {
  const entries = new Map();
  const asked = [];
  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url, 'http://kv.invalid');
    const key = decodeURIComponent(url.pathname.slice(1));
    asked.push(`${incoming.method} ${url.search}`);
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    if (incoming.method === 'PUT') entries.set(key, body);
    if (incoming.method === 'DELETE') entries.delete(key);
    const found = incoming.method !== 'GET' || entries.has(key);
    outgoing.writeHead(found ? 200 : 404).end(incoming.method === 'GET' ? entries.get(key) : undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { address: `127.0.0.1:${server.address().port}`, entries, asked, close };
}
