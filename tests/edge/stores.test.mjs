// Session stores of the platform: KV between two isolates of real workerd, and the Cache API as it is documented.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { cacheStore, kvStore } from '../../dist/edge.js';
import { AiEngine } from '../../dist/index.js';
import { startKv, startWorkerd } from '../../scripts/lib/workerd.mjs';
import { startSite } from '../site/server.mjs';
import { bundleInstalled } from '../workerd/harness.mjs';

const KEY = 'sk-of-the-stores';
const MESSAGES = [{ role: 'user', content: 'Hi' }];

let bundle;
let site;
let kv;
let isolates = [];

before(async () => {
  bundle = await bundleInstalled(new URL('../../examples/worker/src/index.js', import.meta.url));
});
after(() => bundle?.remove());
beforeEach(async () => {
  [site, kv] = await Promise.all([startSite({ delay: 0 }), startKv()]);
  const start = () => startWorkerd(bundle, { env: { SITE: site.url, KEY, PAGES: 'https://app.example' }, kv: { SESSIONS: kv.address } });
  isolates = await Promise.all([start(), start()]);
});
afterEach(async () => {
  await Promise.all(isolates.map((isolate) => isolate.stop()));
  kv.close();
  await site.close();
});

async function ask(isolate) {
  const response = await fetch(`${isolate.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'shop', messages: MESSAGES }),
  });
  const { choices, error } = await response.json();
  return choices?.[0].message.content ?? error;
}

const isAnswer = (text) => assert.match(String(text), /You said: "Hi"/);

test('a nonce travels between isolates, and lives as long as KV wants it', async () => {
  isAnswer(await ask(isolates[0]));
  await until(() => kv.entries.size === 1);
  isAnswer(await ask(isolates[1]));
  assert.equal(site.requests.of('session').length, 1);
  const ttl = /expiration_ttl=(\d+)/.exec(kv.asked.find((line) => line.startsWith('PUT')))[1];
  assert.ok(Number(ttl) >= 60 && Number(ttl) <= 43_200, ttl);
});

test('a broken or poisoned entry is ignored and replaced', async () => {
  for (const poison of ['', 'not JSON', '{"nonce":5}', '{"nonce":"a\\r\\nX-Evil: 1"}', '{"nonce":"b","root":"https://elsewhere.example/"}', '['.repeat(10_000)]) {
    isAnswer(await ask(isolates[0]));
    await until(() => kv.entries.size === 1);
    for (const key of kv.entries.keys()) kv.entries.set(key, poison);
    isAnswer(await ask(isolates[1]));
    await until(() => [...kv.entries.values()].every((value) => value !== poison));
  }
});

test('two isolates with one stale nonce both recover', async () => {
  isAnswer(await ask(isolates[0]));
  await until(() => kv.entries.size === 1);
  site.nonce.expire();
  for (const text of await Promise.all(isolates.map(ask))) isAnswer(text);
  for (const text of await Promise.all(isolates.map(ask))) isAnswer(text);
});

test('a namespace that fails costs a nonce request, not a reply', async () => {
  kv.close();
  isAnswer(await ask(isolates[0]));
});

test('times below what KV takes are raised to it', async () => {
  const told = [];
  const store = kvStore({ put: async (...args) => void told.push(args), get: async () => null, delete: async () => {} });
  await store.set('rivulet:x', 'value', { ttlMs: 1_000 });
  assert.deepEqual(told, [['rivulet:x', 'value', { expirationTtl: 60 }]]);
});

test('the Cache API holds sessions under addresses of its own', async () => {
  const entries = new Map();
  const cache = {
    match: async (address) => entries.get(address)?.clone(),
    put: async (address, response) => void entries.set(new URL(address).href, response),
    delete: async (address) => entries.delete(address),
  };
  const engine = new AiEngine({ url: site.url, session: cacheStore(cache) });
  for (const turn of [1, 2]) isAnswer(await engine.createAsync({ messages: MESSAGES }), turn);
  assert.equal(site.requests.of('session').length, 1);
  const [[address, response]] = entries;
  assert.match(address, /^https:\/\/rivulet\.invalid\/session\//);
  assert.match(response.headers.get('cache-control'), /^max-age=\d+$/);
  site.nonce.expire();
  isAnswer(await engine.createAsync({ messages: MESSAGES }));
});

/** Saving is waited for by nobody, so a test looks until it is done. */
async function until(condition) {
  for (let look = 0; look < 200 && !condition(); look++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(condition());
}
