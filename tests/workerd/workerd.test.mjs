import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';
import { bundleInstalled } from './harness.mjs';
import { startWorkerd } from '../../scripts/lib/workerd.mjs';

const PROMPT = '你好吗？ 👋';
const EXPECTED = replyTo([{ role: 'user', content: PROMPT }], 0);
// One line: AI Engine's server puts two blanks before a line end.
const QUESTION = 'Which words of this question come back to me, and in how many pieces do they come back?';
const ANSWER = replyTo([{ role: 'user', content: QUESTION }], 0);

/** @type {Awaited<ReturnType<typeof bundleInstalled>>} */
let bundle;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {Awaited<ReturnType<typeof startWorkerd>>} */
let workerd;

before(async () => {
  bundle = await bundleInstalled(new URL('./worker.js', import.meta.url));
});
after(() => bundle?.remove());

beforeEach(async () => {
  site = await startSite({ delay: 5 });
  workerd = await startWorkerd(bundle, { env: { SITE: site.url } });
});
afterEach(async () => {
  await workerd?.stop();
  await site?.close();
  assert.doesNotMatch(workerd.errors(), /uncaught|unhandled|hung|different request/i);
});

/** @param {string} path @param {Record<string, string>} [query] @param {RequestInit} [init] */
const ask = (path, query = {}, init) => fetch(`${workerd.url}${path}?${new URLSearchParams(query)}`, init);

test('the runtime is workerd, and the package brings it a compiled module', async () => {
  assert.equal(await (await ask('/userAgent')).text(), 'Cloudflare-Workers');
  const modules = bundle.modules.filter((name) => name.endsWith('.wasm'));
  assert.ok(modules.includes('core.wasm') && modules.includes('edge.wasm'), `${modules}`);
});

for (const provider of ['AiEngine', 'AiPower', 'AiPuffer']) {
  test(`${provider}: the text arrives in pieces and is right`, async () => {
    const response = await ask('/reply', { provider, messages: QUESTION });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; ?charset=utf-8$/i);
    const decoder = new TextDecoder();
    const pieces = [];
    for await (const chunk of /** @type {any} */ (response.body)) pieces.push(decoder.decode(chunk, { stream: true }));
    assert.equal(pieces.join(''), ANSWER);
    // Sockets may join some pieces; a reply that was held back would come in one or two.
    assert.ok(pieces.length > 10, `${pieces.length} pieces`);
  });
}

test('rivulet/openai-client works in a Worker', async () => {
  const told = await (await ask('/openai', { messages: QUESTION })).json();
  assert.deepEqual(told, { content: ANSWER, copy: ANSWER, events: ['content', 'end'], isBadRequest: true });
});

test('rivulet/tools works in a Worker, with its own part of the module', async () => {
  assert.deepEqual(await (await ask('/tools')).json(), { partials: [{ city: 'Rom' }, { city: 'Rom', degrees: 12 }], result: '12 degrees in Rom' });
  assert.ok(bundle.modules.includes('tools.wasm'), `${bundle.modules}`);
});

test('the first piece is there while the site is still writing', async () => {
  site.set({ delay: 50 });
  const response = await ask('/reply', { messages: QUESTION });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const { value } = await reader.read();
  const { end } = await site.requests.when('chat');
  assert.ok(value && value.length < ANSWER.length);
  assert.equal(end, 'open');
  await reader.cancel();
});

test('a client that leaves stops the request upstream', async () => {
  const controller = new AbortController();
  const response = await ask('/reply', { messages: `slow ${QUESTION}` }, { signal: controller.signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  await reader.read();
  const request = await site.requests.when('chat');
  controller.abort();
  await assert.rejects(reader.read(), { name: 'AbortError' });
  assert.equal(await request.closed, 'aborted');
});

test("the Worker's own abort rejects with signal.reason itself and stops the request upstream", async () => {
  const { first, same } = await (await ask('/abort', { messages: `slow ${QUESTION}` })).json();
  assert.equal(first, ANSWER.slice(0, first.length));
  assert.ok(first.length > 0);
  assert.equal(same, true);
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
});

test('two replies at once in one request', async () => {
  const replies = await (await ask('/two', { messages: PROMPT })).json();
  assert.deepEqual(replies.map((pieces) => pieces.join('')), [EXPECTED, EXPECTED]);
});

for (const [provider, kind] of [['AiEngine', 'session'], ['AiPower', 'page'], ['AiPuffer', 'nonce']]) {
  test(`${provider}: concurrent requests of a fresh isolate all work`, async () => {
    const responses = await Promise.all([1, 2, 3].map(() => ask('/reply', { provider, messages: PROMPT })));
    const texts = await Promise.all(responses.map((response) => response.text()));
    assert.deepEqual(texts, [EXPECTED, EXPECTED, EXPECTED]);
  });

  // A promise dies with the request that made it, and another request would wait for it for ever.
  test(`${provider}: waits for no nonce that another request is fetching`, { timeout: 15_000 }, async () => {
    site.fault({ name: 'mute', on: kind });
    const hanging = new AbortController();
    const first = ask('/reply', { provider, messages: PROMPT }, { signal: hanging.signal }).then((it) => it.text());
    await site.requests.when(kind);
    assert.equal(await (await ask('/reply', { provider, messages: PROMPT })).text(), EXPECTED);
    assert.equal(site.requests.of(kind).length, 2);
    hanging.abort();
    await assert.rejects(first, { name: 'AbortError' });
  });
}

test('a second request takes over the nonce of the first as a value', async () => {
  for (const turn of [1, 2]) {
    assert.equal(await (await ask('/reply', { messages: PROMPT })).text(), EXPECTED, `turn ${turn}`);
  }
  assert.equal(site.requests.of('session').length, 1);
});

test('a stale nonce is renewed in the isolate that holds it', async () => {
  assert.equal(await (await ask('/reply', { messages: PROMPT })).text(), EXPECTED);
  site.nonce.expire();
  assert.equal(await (await ask('/reply', { messages: PROMPT })).text(), EXPECTED);
});

test('an error is a ChatError that can be told as JSON', async () => {
  const unknown = await ask('/two', { model: 'no-such-model' });
  assert.equal(unknown.status, 502);
  const { message, ...told } = await unknown.json();
  assert.deepEqual(told, { chatError: true, name: 'ChatError', code: 'model_not_found', retryable: false });
  assert.match(message, /gpt-4/);

  site.set({ limit: true });
  const limited = await (await ask('/two', { messages: 'Hello' })).json();
  assert.equal(limited.chatError, true);
  assert.equal(limited.code, 'rate_limited');

  site.set({ limit: false });
  assert.equal(await (await ask('/reply', { messages: PROMPT })).text(), EXPECTED);
});
