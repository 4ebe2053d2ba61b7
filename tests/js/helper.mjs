// What the tests of the built package share.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { after, before } from 'node:test';
import { inspect, promisify } from 'node:util';

import { AiEngine, AiPower, AiPuffer, ChatError } from '../../dist/index.js';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';

export const PROMPT = 'Привет! Как дела? 👋';
export const ANSWER = replyTo([{ role: 'user', content: PROMPT }], 0);

/** A site for the tests of a file, and providers on it. */
export function useSite(options = {}) {
  const used = { site: undefined, engine: undefined, providers: [] };
  before(async () => {
    used.site = await startSite({ delay: 0, ...options });
    const { url } = used.site;
    used.engine = new AiEngine({ url });
    used.providers = [used.engine, new AiPower({ url }), new AiPuffer({ url, page: '/chat-puffer/' })];
  });
  after(() => used.site?.close());
  return used;
}

/** The `ChatError` that a promise is rejected with, of this code. */
export async function chatError(promise, code, message) {
  const error = await promise.then(
    (value) => assert.fail(`fulfilled: ${String(value).slice(0, 100)}`),
    (reason) => reason,
  );
  assert.ok(error instanceof ChatError, `no ChatError: ${error?.stack ?? String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.equal(error.name, 'ChatError');
  assert.ok(error.message.length > 0 && error.message.length < 2_100, 'a message for people');
  if (message) assert.match(error.message, message);
  return error;
}

/** The pieces that came before a reply failed, and its error. */
export async function until(reply) {
  const pieces = [];
  try {
    for await (const text of reply) pieces.push(text);
  } catch (error) {
    return { pieces, error };
  }
  return { pieces, error: undefined };
}

/** The next call after whatever went wrong. */
export async function assertWorks({ engine }) {
  assert.equal(await engine.createAsync({ messages: PROMPT }), ANSWER);
}

/** Rejects with `what` if `promise` is not settled in time; nothing is left of the clock. */
export async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `children/<name>` in a process of its own, which must end by itself and print JSON. */
export async function child(name, { flags = [], args = [], timeout = 60_000, env = {} } = {}) {
  const script = fileURLToPath(new URL(`./children/${name}`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--unhandled-rejections=strict', '--trace-warnings', ...flags, script, ...args],
    { timeout, maxBuffer: 1 << 26, env: { ...process.env, ...env } },
  );
  assert.equal(stderr, '', 'no warning');
  return JSON.parse(stdout);
}

/** Everything that a logger makes of a value. */
export function printed(value) {
  const ways = [
    String, (it) => JSON.stringify(it), (it) => inspect(it, { depth: 20, showHidden: true, getters: true }),
    (it) => inspect(it, { depth: 20, customInspect: false }), (it) => it.stack, (it) => it.message, (it) => it.body,
    (it) => JSON.stringify(Object.getOwnPropertyDescriptors(it)), (it) => Object.keys(it).join(),
  ];
  return ways.map((way) => String(way(value))).join('\n') + (value.cause === undefined ? '' : printed(value.cause));
}
