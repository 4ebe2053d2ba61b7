// The endpoint as a gateway, beside other gateways and beside a proxy that only passes bytes on. Service and client are processes of
// their own (the client is this one), so only the gateway's own time counts.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { cached } from '../scripts/lib/cached.mjs';
import { pythonWith } from '../scripts/lib/python.mjs';
import { Failure } from '../scripts/lib/run.mjs';
import { weigh } from '../scripts/lib/sizes.mjs';
import { makeBody } from './body/body.js';
import { progress } from './report/progress.mjs';
import { median, ratio, spread } from './report/stats.mjs';
import { digits, table, withSpread } from './report/table.mjs';
import { MALLOC } from './runtimes/process.mjs';
import { measureStream } from './streams.mjs';

/** As published Portkey's gateway does not run on Node with the newest of the other two. */
export const GATEWAYS = { '@hono/node-server': '1.13.8', '@portkey-ai/gateway': '1.15.2', hono: '4.9.7' };
export const LITELLM = 'litellm[proxy]==1.108.7';

/** Who is measured, and whose floor it has: `floor` where both are behind Hono's server, `floor-own` behind `toNodeListener`. */
const FLOORS = { floor: 'floor', rivulet: 'floor', portkey: 'floor', litellm: 'floor', 'floor-own': 'floor-own', 'rivulet-own': 'floor-own' };
const NAMES = Object.keys(FLOORS);
const MODULES = { floor: 'floor-hono', rivulet: 'rivulet-hono' };

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const KiB16 = 16 * 1024;
const ROWS = [
  { name: 'OpenAI to OpenAI', dialect: 'openai', path: CHAT },
  { name: 'Anthropic to OpenAI', dialect: 'anthropic', path: CHAT },
  { name: 'Anthropic to Anthropic', dialect: 'anthropic', path: MESSAGES },
].flatMap((row) => [
  { ...row, name: `${row.name}, an event a chunk`, cut: 'paced', events: 400 },
  { ...row, name: `${row.name}, 16 KiB a chunk`, cut: KiB16, events: 20_000 },
]);

const SHORT = { dialect: 'openai', path: CHAT, cut: KiB16, events: 20 };
const FIRST_BYTES = 100;
const OPEN = 200;
const STALL_AT = 11;
/** Streams at the same time where an event is sent every few milliseconds, so that the gateway has something to do. */
const AT_ONCE = 10;
/** Events in a reply for LiteLLM. */
const FEW = 500;

/**
 * Installs what is measured, as far as that can be done, and starts the service.
 *
 * @param {string} folder a project as `project()` makes it
 */
async function gatewaySite(folder) {
  const missing = {};
  const failed = (error) => error.message.split('\n')[0];
  const packages = await cached('bench-gateways', GATEWAYS).catch((error) => {
    for (const name of ['floor', 'rivulet', 'portkey']) missing[name] = failed(error);
  });
  // What another package of Portkey's asks for is a newer one, with which Portkey itself fails.
  if (packages) await rm(join(packages, '@portkey-ai', 'gateway', 'node_modules', '@hono', 'node-server'), { recursive: true, force: true });
  for (const name of packages ? Object.keys(GATEWAYS) : []) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(packages, name), link, 'dir');
  }
  const python = await pythonWith('bench-litellm', [LITELLM]).catch((error) => {
    missing.litellm = failed(error);
  });
  const upstream = started(process.execPath, [join(folder, 'benches', 'gateway', 'upstream.mjs')], 'upstream');
  const [port] = await once(upstream.lines, 'line');
  return { site: { folder, python, packages, origin: `http://127.0.0.1:${port}` }, missing, stop: upstream.stop };
}

/** @param {string} folder a project as `project()` makes it */
export async function gateway(folder, counts) {
  const { site, missing, stop } = await gatewaySite(folder);
  const names = NAMES.filter((name) => !missing[name]);
  try {
    const rows = {};
    for (const row of ROWS) {
      const own = { ...row, events: Math.max(100, Math.round(row.events * counts.size)) };
      const runtime = { start: (name) => startGateway(name, site, own) };
      rows[row.name] = await measureStream(runtime, { name: row.name, way: 'gateway', workload: { ...row, names }, counts });
    }
    const right = names.filter((name) => Object.values(rows).some(({ costs }) => costs[name]));
    const first = await firstBytes(right, site, counts);
    const memory = await openStreams(right, site, counts);
    return { missing, rows, first, memory, size: await sizes(folder, site.packages) };
  } finally {
    await stop();
  }
}

/** @returns {{ lines: import('node:events').EventEmitter, write: (line: string) => void, failed: Promise<never>, stop: () => Promise<void> }} */
function started(command, args, name) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...MALLOC, NODE_ENV: 'production' } });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors = (errors + text).slice(-4000); });
  child.stdin.on('error', () => {});
  const failed = new Promise((_, reject) => {
    child.on('error', reject);
    child.on('close', (code) => reject(new Failure(`${name}: its process ended (${code})\n${errors}`)));
  });
  failed.catch(() => {});
  return {
    lines: createInterface({ input: child.stdout }),
    write: (line) => child.stdin.write(`${line}\n`),
    failed,
    stop: () => new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.once('close', resolve);
      child.kill('SIGKILL');
    }),
  };
}

const MARK = '\u0001';

/** A gateway, with the methods that `interleaved` wants. */
async function startGateway(name, { folder, python, origin }, { dialect, cut, path, stall = 'whole', events: wanted }) {
  // A reply of the others' length would take it a quarter of a minute.
  const events = name === 'litellm' ? Math.min(wanted, FEW) : wanted;
  const upstream = `${origin}/${dialect}/${cut}/${events}/${stall}`;
  const here = join(folder, 'benches', 'gateway');
  const child = name === 'litellm'
    ? started(python, [join(here, 'proxy.py'), upstream, dialect], name)
    : started(process.execPath, ['--expose-gc', join(here, 'child.mjs'), MODULES[name] ?? name, upstream, dialect], name);
  const waiting = [];
  child.lines.on('line', (line) => {
    // A gateway may print, too.
    const at = line.indexOf(MARK);
    if (at >= 0) waiting.shift()?.(JSON.parse(line.slice(at + 1)));
  });
  const answer = () => Promise.race([new Promise((resolve) => waiting.push(resolve)), child.failed]);
  const { port } = await answer();
  const ask = (wish) => {
    child.write(wish);
    return answer();
  };
  const agent = new Agent({ keepAlive: true });
  const say = () => said({ agent, port, path, upstream, dialect });
  const isFloor = name.startsWith('floor');
  const read = async (take = () => {}) => {
    const incoming = await say();
    let last;
    for await (const chunk of incoming) take(last = chunk);
    if (!/\[DONE\]|message_stop/.test(last)) throw new Failure(`${name}: a reply without its end`);
  };
  return {
    say,
    read,
    memory: () => ask('memory'),
    async prepare() {
      const chunks = [];
      await read((chunk) => chunks.push(chunk));
      const textOf = TEXTS[isFloor ? dialect : path];
      return { wrong: difference(Buffer.concat(chunks).toString(), textOf, makeBody({ dialect, cut: 'event', events }).texts.join('')) };
    },
    async round(replies) {
      const { cpu } = await ask('cpu');
      const start = performance.now();
      const streams = cut === 'paced' ? AT_ONCE : 1;
      for (let reply = 0; reply < replies; reply++) await Promise.all(Array.from({ length: streams }, () => read()));
      const wall = (performance.now() - start) * 1e6;
      const used = (await ask('cpu')).cpu - cpu;
      // For the events that whoever asks counts.
      return { cpu: (used * wanted) / (events * streams), wall: (wall * wanted) / events };
    },
    stop: async () => {
      agent.destroy();
      await child.stop();
    },
  };
}

/** A request of a client, with what Portkey wants to know of the service. The others have it of their configuration. */
async function said({ agent, port, path, upstream, dialect }) {
  const body = JSON.stringify({ model: 'service', stream: true, max_tokens: 1000, messages: [{ role: 'user', content: 'Hi' }] });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: 'Bearer sk-bench',
    ...(path === MESSAGES && { 'anthropic-version': '2023-06-01' }),
    'x-portkey-provider': dialect,
    'x-portkey-custom-host': `${upstream}/v1`,
  };
  const outgoing = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }).end(body);
  const [incoming] = await once(outgoing, 'response');
  if (incoming.statusCode === 200) return incoming;
  let text = '';
  for await (const chunk of incoming) text += chunk;
  throw new Failure(`status ${incoming.statusCode}: ${text.slice(0, 300)}`);
}

const ofChat = ({ choices }) => choices?.[0]?.delta?.content;
const ofMessages = ({ delta }) => (delta?.type === 'text_delta' ? delta.text : undefined);
const TEXTS = { openai: ofChat, anthropic: ofMessages, [CHAT]: ofChat, [MESSAGES]: ofMessages };

/** What is wrong with the text in a stream, if anything. */
function difference(stream, textOf, wanted) {
  const lines = stream.split('\n').filter((line) => line.startsWith('data: {'));
  const text = lines.map((line) => textOf(JSON.parse(line.slice(6))) ?? '').join('');
  const [got, right] = [text, wanted].map((one) => createHash('sha256').update(one).digest('hex').slice(0, 8));
  return got === right ? undefined : `its text is another one (sha256 ${got}, not ${right})`;
}

/** Milliseconds to the first byte of the body, one request after the other; beside those that a client needs without a gateway. */
async function firstBytes(names, site, { rounds, size }) {
  const count = Math.max(20, Math.round(FIRST_BYTES * size));
  const gateways = new Map();
  const ms = {};
  try {
    for (const name of names) gateways.set(name, await startGateway(name, site, SHORT));
    const agent = new Agent({ keepAlive: true });
    const upstream = `${site.origin}/${SHORT.dialect}/${SHORT.cut}/${SHORT.events}/whole`;
    const direct = () => said({ agent, port: new URL(upstream).port, path: new URL(upstream).pathname + SHORT.path, upstream, dialect: SHORT.dialect });
    gateways.set('direct', { say: direct, stop: () => agent.destroy() });
    for (let round = -1; round < rounds; round++) {
      progress(`gateway: first bytes, round ${round + 1} of ${rounds}`);
      for (const [name, { say }] of gateways) {
        const all = [];
        for (let reply = 0; reply < count; reply++) {
          const start = performance.now();
          const incoming = await say();
          const end = once(incoming, 'end');
          await once(incoming, 'data');
          all.push(performance.now() - start);
          await end;
        }
        // The round before the first one warms everybody up.
        if (round >= 0) (ms[name] ??= []).push(median(all));
      }
    }
  } finally {
    for (const { stop } of gateways.values()) await stop();
    progress('');
  }
  const { direct, ...more } = ms;
  return Object.fromEntries(Object.entries(more).map(([name, own]) => [name, own.map((one, round) => one - direct[round])]));
}

/** Bytes that an open stream keeps. */
async function openStreams(names, site, { heap: rounds }) {
  const results = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      progress(`gateway: memory of ${name}, round ${round + 1} of ${rounds}`);
      const own = await startGateway(name, site, { ...SHORT, cut: 'paced', stall: STALL_AT });
      const open = [];
      try {
        const openSome = async (count) => {
          const some = await Promise.all(Array.from({ length: count }, own.say));
          await Promise.all(some.map((incoming) => once(incoming, 'data')));
          open.push(...some);
        };
        // What the first streams of a process need stays with it.
        await openSome(20);
        await sleep(300);
        const before = await own.memory();
        await openSome(OPEN);
        await sleep(300);
        const after = await own.memory();
        const each = (field) => (after[field] - before[field]) / OPEN;
        (results[name] ??= []).push({ rss: each('rss'), heap: each('heap') });
      } finally {
        for (const incoming of open) incoming.on('error', () => {}).destroy();
        await own.stop();
      }
    }
  }
  progress('');
  return results;
}

/** What is deployed, as it is sent: all files of a Worker with one provider, and Portkey's server. */
async function sizes(folder, packages) {
  const { build } = await import('esbuild');
  const bundled = async (name, entry, more) => {
    const outdir = join(folder, 'bundles', name);
    await build({ entryPoints: { index: entry }, outdir, bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'error', ...more });
    const all = await Promise.all((await readdir(outdir)).map(async (file) => weigh(await readFile(join(outdir, file)))));
    return Object.fromEntries(['raw', 'gzip'].map((field) => [field, all.reduce((sum, one) => sum + one[field], 0)]));
  };
  const result = {
    "rivulet's Worker": await bundled('worker', join(folder, 'benches', 'gateway', 'worker.js'), { conditions: ['workerd'], loader: { '.wasm': 'copy' } }),
  };
  if (packages) {
    const server = join(packages, '@portkey-ai', 'gateway', 'build', 'start-server.js');
    result["Portkey's server, without what it imports"] = weigh(await readFile(server));
    const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
    result["Portkey's server, with what it imports"] = await bundled('portkey', server, { platform: 'node', banner });
  }
  return result;
}

const known = (missing, row) => NAMES.map((name) => (missing[name] ? [name, `not installed: ${missing[name]}`] : row(name)));

export function gatewayTables({ missing, rows, first, memory, size }) {
  const parts = Object.entries(rows).map(([title, { costs, wrong }]) => {
    const found = known(missing, (name) => {
      const { [name]: own, [FLOORS[name]]: base } = costs;
      if (!own || !base) return [name, '-', '-', '-', `WRONG: ${wrong[name] ?? 'there is no floor'}`];
      return [name, digits(median(own.cpu)), withSpread(ratio(own.cpu, base.cpu)), digits(ratio(own.wall, base.wall).middle), 'right'];
    }).map((cells) => [...cells, '', '', ''].slice(0, 5));
    return `### ${title}\n\n${table(['', 'cpu ns an event', 'x floor (quartiles)', 'wall x floor', 'output'], found)}`;
  });
  const bytes = (own, field) => (own[0][field] === undefined || Number.isNaN(own[0][field]) ? '-' : Math.round(median(own.map((one) => one[field]))));
  const each = known(missing, (name) => [
    name,
    first[name] ? withSpread(spread(first[name])) : '-',
    first[name] && first.portkey ? digits(ratio(first[name], first.portkey).middle) : '-',
    memory[name] ? bytes(memory[name], 'rss') : '-',
    memory[name] ? bytes(memory[name], 'heap') : '-',
  ]).map((cells) => [...cells, '', '', ''].slice(0, 5));
  parts.push(`### First byte, and ${OPEN} open streams\n\n${table(['', 'ms added to the first byte (quartiles)', 'x portkey', 'RSS, bytes a stream', 'heap and external, bytes a stream'], each)}`);
  parts.push(`### Deployed\n\n${table(['bytes', 'raw', 'gzip'], Object.entries(size).map(([name, { raw, gzip }]) => [name, raw, gzip]))}`);
  return parts.join('\n\n');
}

/** For the goals: the cost of a row as a multiple of its floor, and the first byte as a multiple of Portkey's. */
export const GATEWAY_GOALS = [
  ...ROWS.map(({ name }) => ({
    name: `gateway, ${name}, x floor`,
    most: 1.5,
    of: ({ gateway }) => {
      const { rivulet, floor } = gateway?.rows[name].costs ?? {};
      return rivulet && floor && ratio(rivulet.cpu, floor.cpu);
    },
  })),
  {
    name: 'gateway, added first byte, x portkey',
    most: 0.5,
    of: ({ gateway }) => {
      const { rivulet, portkey } = gateway?.first ?? {};
      return rivulet && portkey && ratio(rivulet, portkey);
    },
  },
];
