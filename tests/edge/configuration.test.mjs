// What the owner of an endpoint gives it: functions that fail, lists that match nothing, listeners that reject. None of it may
// leave a promise unhandled, hang, or tell a client anything.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';

import { createHandler, createRelay } from '../../dist/edge.js';
import { AiEngine, ChatError, Fallback } from '../../dist/index.js';
import { end, fails, says, service, streams, text } from '../js/services.mjs';
import { within } from '../js/helper.mjs';

const ask = (handler, body = {}, init = {}) => handler(new Request('https://edge.example/v1/chat/completions', {
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body }), ...init,
}), { KEY: 'of the owner' });

const refusedWith = (make, message) => assert.throws(make, (error) => error instanceof ChatError && error.code === 'input' && message.test(error.message), String(message));

test('a listener that rejects changes nothing and leaves nothing unhandled', async () => {
  const unhandled = [];
  const onUnhandled = (error) => unhandled.push(error);
  process.on('unhandledRejection', onUnhandled);
  const rejects = () => Promise.reject(new Error('a log that fails'));
  const providers = { m: service('m', says('Hi')).provider };
  assert.equal((await ask(createHandler({ providers, authorize: 'public', onEvent: rejects }))).status, 200);
  const two = new Fallback([service('a', fails(500, 'x')).provider, service('b', says('yes')).provider], { onAttempt: rejects });
  assert.equal(await two.createAsync({ messages: 'Hi' }), 'yes');
  await sleep(20);
  process.off('unhandledRejection', onUnhandled);
  assert.deepEqual(unhandled, []);
});

test('functions of env that fail or give nonsense are 500 without words, and told to onEvent', async () => {
  const good = { m: service('m', says('Hi')).provider };
  const broken = [
    { providers: () => { throw new Error('secret of the owner'); } },
    { providers: () => Promise.reject(new Error('secret of the owner')) },
    { providers: () => undefined }, { providers: () => ({}) }, { providers: () => ({ m: {} }) }, { providers: () => 'secret of the owner' },
    { providers: good, session: () => { throw new Error('secret of the owner'); } },
    { providers: good, session: () => ({ get: 'secret of the owner' }) }, { providers: good, session: () => null }, { providers: good, session: () => 5 },
  ];
  for (const [i, options] of broken.entries()) {
    const events = [];
    const handler = createHandler({ ...options, authorize: 'public', onEvent: (event) => events.push(event) });
    const response = await ask(handler);
    const answer = await response.text();
    assert.equal(response.status, 500, `${i}: ${answer}`);
    assert.equal(JSON.parse(answer).error.message, 'the server failed', `${i}`);
    assert.equal(events.at(-1).type, 'error');
    assert.ok(events.at(-1).error instanceof Error && events.at(-1).error.message.length > 5, `${i}`);
  }
});

test('keys that no client can send are refused at once, and the message says what was meant', () => {
  const make = (authorize) => () => createHandler({ providers: { m: service('m', says('Hi')).provider }, authorize });
  refusedWith(make([' key']), /authorize\[0\] has white space/);
  refusedWith(make(['a', 'b c']), /authorize\[1\] has white space/);
  refusedWith(make(['key\n']), /white space/);
  refusedWith(make(['ключ']), /letter that no header can carry/);
  refusedWith(make(['*']), /'public'/);
  refusedWith(make(['']), /string that is not empty/);
  refusedWith(make([undefined]), /string that is not empty/);
  refusedWith(make('*'), /'public'/);
  refusedWith(make({}), /list of keys/);
});

test('addresses that match nothing are refused at once', () => {
  const make = (options) => () => createRelay({ allow: ['https://shop.example'], ...options });
  for (const wrong of [' https://shop.example', 'https://shop.example ', 'https://*.example', 'https://*', '*', 'shop.example', '//shop.example', 'ftp://shop.example', 'https://a:b@shop.example', 'https://shop.example/#x', 5, null, undefined]) {
    refusedWith(make({ allow: [wrong] }), /allow/);
    refusedWith(make({ pages: [wrong] }), /pages/);
  }
  for (const wrong of [' https://app.example', 'https://app.example ', 'https://*.example', '*', 'app.example', 'https://app.example/x', 'null']) {
    refusedWith(make({ allowedOrigins: [wrong] }), /allowedOrigins/);
  }
  refusedWith(make({ forwardAuthorization: 'yes' }), /forwardAuthorization/);
});

test('methods that are names of every object are 405', async () => {
  const handler = createHandler({ providers: { m: service('m', says('Hi')).provider }, authorize: 'public' });
  for (const method of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'isOpen', 'valueOf']) {
    for (const path of ['/health', '/v1/models', '/v1/models/m', '/v1/chat/completions', '/v1/responses']) {
      const response = await handler(new Request(`https://edge.example${path}`, { method }));
      assert.equal(response.status, 405, `${method} ${path}`);
    }
  }
});

test('a streamed answer that nobody reads leaves no timer once its request is aborted', async () => {
  const { provider, stopped } = service('m', streams([text('Hi'), ...end()], { open: true }));
  const leaving = new AbortController();
  const set = new Set();
  const [setInterval_, clearInterval_] = [globalThis.setInterval, globalThis.clearInterval];
  globalThis.setInterval = (...args) => {
    const timer = setInterval_(...args);
    set.add(timer);
    return timer;
  };
  globalThis.clearInterval = (timer) => {
    set.delete(timer);
    clearInterval_(timer);
  };
  try {
    const handler = createHandler({ providers: { m: provider }, authorize: 'public' });
    const response = await ask(handler, { stream: true }, { signal: leaving.signal });
    assert.equal(response.status, 200);
    assert.equal(set.size, 1, 'the keep-alive runs');
    leaving.abort();
    await within(5_000, stopped, 'the service is stopped');
    assert.equal(set.size, 0, 'no timer is left');
  } finally {
    Object.assign(globalThis, { setInterval: setInterval_, clearInterval: clearInterval_ });
  }
});

test('a session store that never answers costs seconds, and not the reply', async () => {
  const never = new Promise(() => {});
  const session = { get: () => never, set() {}, delete() {} };
  const site = new AiEngine({
    url: 'https://shop.example', session,
    fetch: async (url) => (url.endsWith('start_session')
      ? Response.json({ success: true, restNonce: '0123456789' })
      : new Response('data: {"type":"live","data":"Hi"}\n\ndata: {"type":"end","data":"{\\"success\\":true,\\"reply\\":\\"Hi\\"}"}\n\n', { headers: { 'content-type': 'text/event-stream' } })),
  });
  assert.equal(await within(15_000, site.createAsync({ messages: 'Hi' }), 'a reply'), 'Hi');
});
