// What a site and the way to it can do to a reply, over real sockets.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ChatError } from '../../dist/index.js';
import { ANSWER, assertWorks, chatError, PROMPT, until, useSite } from './helper.mjs';

const used = useSite();

const reply = (options) => used.engine.createAsyncGenerator({ messages: PROMPT, ...options });

async function fails(fault, code, { pieces = 0, options } = {}) {
  used.site.fault(fault);
  const told = await until(reply(options));
  assert.ok(told.error instanceof ChatError, `${told.error?.stack ?? 'no error'}`);
  assert.equal(told.error.code, code, told.error.message);
  assert.equal(told.pieces.length, pieces, 'the text that had come');
  await assertWorks(used);
  return told.error;
}

for (const name of ['dribble', 'gzip', 'type', 'bom', 'crlf', 'cr']) {
  test(`${name}: the same text`, async () => {
    used.site.clear();
    for (const provider of used.providers) {
      used.site.fault(name);
      assert.equal(await provider.createAsync({ messages: PROMPT }), ANSWER, provider.name);
    }
    assert.equal(used.site.requests.of('chat').length, 3, 'each at the first try');
  });
}

test('no Content-Type at all: the same text', async () => {
  used.site.fault({ name: 'type', type: '' });
  await assertWorks(used);
});

test('truncate: the text so far, then truncated', async () => {
  await fails({ name: 'truncate', after: 2 }, 'truncated', { pieces: 2 });
});

test('reset: the text so far, then network', async () => {
  const error = await fails({ name: 'reset', bytes: 120 }, 'network', { pieces: 2 });
  assert.equal(error.retryable, true);
});

test('reset before text: sent again', async () => {
  used.site.clear();
  used.site.fault({ name: 'reset', bytes: 5 });
  await assertWorks(used);
  assert.equal(used.site.requests.of('chat').length, 2);
});

test('stall: a timeout that names the limit, and the connection is closed', async () => {
  const error = await fails({ name: 'stall', after: 2 }, 'timeout', { pieces: 2, options: { timeout: { idle: 200 } } });
  assert.match(error.message, /timeout\.idle/);
  assert.equal(error.provider, 'AiEngine');
  assert.equal(await used.site.requests.of('chat').at(-2).closed, 'aborted');
});

test('mute: a timeout that names the limit, and the connection is closed', async () => {
  const error = await fails('mute', 'timeout', { options: { timeout: { connect: 200 } } });
  assert.match(error.message, /timeout\.connect/);
  assert.equal(await used.site.requests.of('chat').at(-2).closed, 'aborted');
});

test('comments without end: a timeout', async () => {
  await fails({ name: 'comments', every: 5 }, 'timeout', { options: { timeout: { firstChunk: 300 } } });
});

test('html with 200: blocked, in few words', async () => {
  const error = await fails('html', 'blocked');
  assert.ok(error.message.length < 200 && !error.message.includes('<h1>'), error.message);
  assert.match(error.body, /Just a moment/);
});

test('status 429: waited for, and told in the end', async () => {
  used.site.clear();
  used.site.fault({ name: 'status', status: 429, retryAfter: 0, times: 2 });
  await assertWorks(used);
  assert.equal(used.site.requests.of('chat').length, 3);

  const error = await fails({ name: 'status', status: 429, retryAfter: 3600 }, 'rate_limited');
  assert.deepEqual([error.status, error.retryable, error.retryAfterMs], [429, true, 3_600_000]);
});

test('status 503: at most one and two requests', async () => {
  used.site.clear();
  const error = await fails({ name: 'status', status: 503, retryAfter: 0, times: 3 }, 'service');
  assert.deepEqual([error.status, error.retryable, error.provider], [503, true, 'AiEngine']);
  assert.equal(used.site.requests.of('chat').length, 3 + 1);
});

const FINAL = { 400: 'service', 401: 'auth', 402: 'payment_required', 404: 'service', 413: 'too_large' };
for (const [status, code] of Object.entries(FINAL)) {
  test(`status ${status}: told at once`, async () => {
    used.site.clear();
    const error = await fails({ name: 'status', status: Number(status) }, code);
    assert.equal(error.status, Number(status));
    assert.equal(used.site.requests.of('chat').length, 1 + 1);
  });
}

test('redirect to another site: nothing is sent there', async () => {
  for (const status of [301, 302, 307, 308]) {
    const error = await fails({ name: 'redirect', status, to: 'http://127.0.0.1:9/elsewhere?x=1' }, 'service');
    assert.match(error.message, /127\.0\.0\.1:9\/elsewhere/);
    assert.ok(!error.message.includes('x=1'));
  }
});

test('redirect within the site: followed where the message is kept', async () => {
  used.site.clear();
  used.site.fault({ name: 'redirect', status: 307 });
  await assertWorks(used);
  const [first, second] = used.site.requests.of('chat');
  assert.equal(first.body, second.body);
});

test('redirects without end: an error', async () => {
  used.site.clear();
  await fails({ name: 'redirect', status: 307, times: 8 }, 'service');
});

test('204 and an empty body: an error, no hang', async () => {
  await fails('204', 'service');
  await fails('empty', 'service');
});

test('a site that is not there: network, with the cause', async () => {
  const nowhere = used.engine.with({ url: 'http://127.0.0.1:9', retries: 0 });
  const error = await chatError(nowhere.createAsync({ messages: PROMPT }), 'network', /^no answer/);
  assert.ok(error.cause instanceof TypeError);
});

test('a fault of the nonce request: tried again, then told', async () => {
  const options = { session: { get() {}, set() {}, delete() {} } };
  used.site.clear();
  used.site.fault({ name: 'status', status: 503, retryAfter: 0, on: 'session' });
  assert.equal(await reply(options).text(), ANSWER);
  used.site.fault({ name: 'html', on: 'session' });
  used.site.set({ homeChat: false });
  try {
    await chatError(reply(options).text(), 'nonce', /No nonce found/);
  } finally {
    used.site.set({ homeChat: true });
  }
});

test('a hundred replies at once, a third of them failing, are not mixed', async () => {
  used.site.clear();
  const calls = Array.from({ length: 100 }, (_, i) => {
    const failing = i % 3 === 0;
    const messages = `Number ${i}, please.${failing ? ' FAULT truncate after=3' : ''}`;
    return { i, failing, told: until(used.engine.createAsyncGenerator({ messages })) };
  });
  for (const { i, failing, told } of calls) {
    const { pieces, error } = await told;
    assert.equal(error?.code, failing ? 'truncated' : undefined, `number ${i}: ${error?.message}`);
    if (!failing) assert.match(pieces.join(''), new RegExp(`Number ${i},`));
  }
});

test('an abort reason that looks like a trap disturbs no other reply', async () => {
  const other = reply();
  await other.next();
  for (const reason of [new RangeError('mine'), new WebAssembly.RuntimeError('mine')]) {
    const controller = new AbortController();
    used.site.clear();
    used.site.fault('mute');
    const text = reply({ signal: controller.signal }).text();
    text.catch(() => {});
    await used.site.requests.when('chat');
    controller.abort(reason);
    await assert.rejects(text, (error) => error === reason);
  }
  assert.equal((await until(other)).error, undefined);
});
