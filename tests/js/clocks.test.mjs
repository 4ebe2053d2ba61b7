// The clocks of a call, and the pauses between its tries. Where a test would wait for minutes, its timers are Node's fake ones.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, test } from 'node:test';

import { Client, Fallback } from '../../dist/index.js';
import { chatError, until, within } from './helper.mjs';
import { begins, delta, end, fails, mute, says, service, streams, text } from './services.mjs';

const SOON = 5_000;
const MESSAGES = 'Hi';

// Fake timers hold no process.
const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

/** Everything that can happen without time going by has happened. Real, also where `setTimeout` is a fake. */
const turn = async () => {
  for (let i = 0; i < 10; i++) await new Promise(setImmediate);
};

const fake = ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  return async (ms) => {
    await turn();
    mock.timers.tick(ms);
    await turn();
  };
};

/** A promise that a test looks at without awaiting it. */
function watched(promise) {
  const seen = { promise, isSettled: false };
  const settle = () => {
    seen.isSettled = true;
  };
  promise.then(settle, settle);
  return seen;
}

/** A provider that tries again, and gives one answer after the other. */
function tries(...answers) {
  let at = 0;
  const asked = service('A', (...given) => answers[Math.min(at++, answers.length - 1)](...given));
  return { ...asked, provider: asked.provider.with({ retries: 2 }) };
}
const busy = (seconds) => fails(429, 'rate_limit_exceeded', { 'retry-after': String(seconds) });

test('before the first content firstChunk holds, ten minutes by default, and idle does not', async (t) => {
  const tick = fake(t);
  for (const timeout of [undefined, { idle: 1_000 }]) {
    const { provider } = service('A', begins());
    const whole = watched(provider.createAsync({ messages: MESSAGES, timeout }));
    await tick(599_000);
    assert.equal(whole.isSettled, false, 'nine minutes and more');
    await tick(1_000);
    await chatError(whole.promise, 'timeout', /no content within 600000 ms \(timeout\.firstChunk\)/);
  }
});

test('after the first content idle holds, and firstChunk does not', async (t) => {
  const tick = fake(t);
  const { provider } = service('A', begins('Once'));
  const reply = provider.createAsyncGenerator({ messages: MESSAGES, timeout: { firstChunk: 1_000, idle: 80_000 } });
  assert.equal((await reply.next()).value, 'Once');
  const next = watched(reply.next());
  for (let i = 0; i < 7; i++) await tick(10_000);
  assert.equal(next.isSettled, false, '70 s');
  for (let i = 0; i < 2; i++) await tick(10_000);
  await chatError(next.promise, 'timeout', /timeout\.idle/);
});

test('Infinity is no limit before the first content', async (t) => {
  const tick = fake(t);
  const { provider } = service('A', begins());
  const reply = provider.createAsyncGenerator({ messages: MESSAGES, timeout: { firstChunk: Infinity } });
  const next = watched(reply.next());
  await tick(3_600_000);
  assert.equal(next.isSettled, false);
  await reply.return();
});

test('a pause before a retry counts against none of the limits but total', async (t) => {
  const tick = fake(t);
  const { provider, calls } = tries(busy(30), says('yes'));
  const whole = provider.createAsync({ messages: MESSAGES, timeout: { connect: 20_000, firstChunk: 20_000, idle: 20_000, total: 40_000 } });
  await tick(29_999);
  assert.equal(calls.length, 1);
  await tick(1);
  assert.equal(await within(SOON, whole, 'the second try'), 'yes');
});

test('after the pause firstChunk has what it had before', async (t) => {
  const tick = fake(t);
  let answer;
  const { provider, calls } = tries((...given) => new Promise((resolve) => {
    answer = () => resolve(busy(30)(...given));
  }), mute());
  const whole = watched(provider.createAsync({ messages: MESSAGES, timeout: { firstChunk: 20_000 } }));
  await tick(15_000);
  answer();
  await tick(30_000);
  assert.equal(calls.length, 2);
  await tick(4_999);
  assert.equal(whole.isSettled, false);
  await tick(1);
  await chatError(whole.promise, 'timeout', /firstChunk/);
});

test('total counts while a retry is waited for', async (t) => {
  const tick = fake(t);
  const { provider } = tries(busy(8), mute());
  const whole = watched(provider.createAsync({ messages: MESSAGES, timeout: 10_000 }));
  await tick(8_000);
  await tick(1_999);
  assert.equal(whole.isSettled, false);
  await tick(1);
  await chatError(whole.promise, 'timeout', /total/);
});

test('a wait that cannot fit is not begun: the error comes at once', async () => {
  const waits = [[10, 10_000, 'rate_limited'], [30, 10_000, 'rate_limited'], [61, undefined, 'rate_limited']];
  for (const [seconds, total, code] of waits) {
    const { provider, calls } = tries(busy(seconds), says('no'));
    const error = await within(SOON, chatError(provider.createAsync({ messages: MESSAGES, timeout: total }), code), `${seconds} s`);
    assert.deepEqual([error.retryAfterMs, error.retryable, error.status, calls.length], [seconds * 1000, true, 429, 1]);
  }
  // Without a wish of the service the pause is at least 375 ms.
  const { provider, calls } = tries(fails(503, 'x'), says('no'));
  const error = await chatError(provider.createAsync({ messages: MESSAGES, timeout: 370 }), 'service');
  assert.deepEqual([error.status, error.retryAfterMs, calls.length], [503, undefined, 1]);
});

test('a wait that cannot fit into total of a Fallback is not begun: the next provider is asked', async () => {
  for (const make of [(a, b) => new Fallback([a, b]), (a, b) => new Fallback([new Fallback([a]), b])]) {
    const [a, b] = [tries(busy(30), says('no')), service('B', says('yes'))];
    const reply = make(a.provider, b.provider).createAsyncGenerator({ messages: MESSAGES, timeout: { total: 10_000 } });
    assert.equal(await within(SOON, reply.text(), 'the reply'), 'yes');
    assert.equal(a.calls.length, 1);
  }
});

test('an event tells of each retry, before the pause, and so does onRetry', async (t) => {
  const tick = fake(t);
  const { provider, calls } = tries(busy(3), fails(503, 'x'), says('yes'));
  const heard = [];
  const { events } = provider.createAsyncGenerator({ messages: MESSAGES, onRetry: (retry) => heard.push(retry) });
  const { value: first } = await within(SOON, events.next(), 'the event');
  assert.equal(calls.length, 1, 'the pause has only begun');
  const { error, ...rest } = first;
  assert.deepEqual(rest, { type: 'retry', attempt: 1, waitMs: 3_000 });
  assert.deepEqual([error.name, error.code, error.status, error.retryAfterMs, error.provider], ['ChatError', 'rate_limited', 429, 3_000, 'A']);
  assert.deepEqual(heard, [first]);

  const second = events.next();
  await tick(3_000);
  const { value } = await within(SOON, second, 'the second event');
  assert.deepEqual([value.type, value.attempt, value.error.code], ['retry', 2, 'service']);
  // 1 s, less up to a quarter.
  assert.ok(value.waitMs > 700 && value.waitMs <= 1_000, `${value.waitMs} ms`);
  const third = events.next();
  await tick(1_000);
  assert.deepEqual((await within(SOON, third, 'the text')).value, { type: 'text', text: 'yes' });
  assert.equal(heard.length, 2);
  await events.return();
});

test('a retry whose event nobody takes happens as well', async () => {
  const { provider } = tries(busy(0), streams([], { breaks: new TypeError('reset') }), says('yes'));
  const heard = [];
  assert.equal(await provider.createAsync({ messages: MESSAGES, onRetry: ({ attempt }) => heard.push(attempt) }), 'yes');
  assert.deepEqual(heard, [1, 2]);
});

test('whatever onRetry throws is ignored, and it may be a setting', async () => {
  for (const onRetry of [() => { throw new Error('mine'); }, async () => { throw new Error('mine'); }, () => Promise.reject(), () => 1]) {
    const { provider } = tries(busy(0), says('yes'));
    assert.equal(await provider.with({ onRetry }).createAsync({ messages: MESSAGES }), 'yes');
  }
  const { provider } = tries(busy(0), says('yes'));
  await chatError(provider.createAsync({ messages: MESSAGES, onRetry: 1 }), 'input', /onRetry must be a function/);
});

test('onRetry may end the reply', async () => {
  const { provider, calls } = tries(busy(0), says('no'));
  const stop = new AbortController();
  const whole = provider.createAsync({ messages: MESSAGES, signal: stop.signal, onRetry: () => stop.abort('enough') });
  await within(SOON, assert.rejects(whole, (reason) => reason === 'enough'), 'the end');
  assert.equal(calls.length, 1);
});

test('an abort, a return or a timeout ends the pause', async () => {
  const ended = async (act, timeout) => {
    const { provider, calls } = tries(busy(50), says('no'));
    const stop = new AbortController();
    const reply = provider.createAsyncGenerator({ messages: MESSAGES, signal: stop.signal, timeout });
    const { events } = reply;
    assert.equal((await events.next()).value.type, 'retry');
    const pending = watched(events.next());
    await turn();
    await act(stop, reply);
    const outcome = await within(SOON, pending.promise.then(({ done }) => done, (error) => error), 'the end');
    assert.equal(calls.length, 1);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    return outcome;
  };
  assert.equal(await ended((stop) => stop.abort('enough')), 'enough');
  assert.equal(await ended((_, reply) => reply.return()), true);
});

test('a Fallback tells of the retries of each provider by onRetry', async () => {
  const [a, b] = [tries(busy(0), fails(401, 'x')), tries(busy(0), says('yes'))];
  const heard = [];
  const onRetry = ({ attempt, error }) => heard.push([attempt, error.status]);
  assert.equal(await new Fallback([a.provider, b.provider]).createAsync({ messages: MESSAGES, onRetry }), 'yes');
  assert.deepEqual(heard, [[1, 429], [1, 429]]);
});

/** An answer that has come whole before its first piece is read. */
const short = () => streams([[text('a'), text('b'), text('c'), ...end()].join('')]);

test('an abort counts until the last piece was handed out', async () => {
  for (const read of [1, 2]) {
    const stop = new AbortController();
    const pieces = [];
    const reply = service('A', short()).provider.createAsyncGenerator({ messages: MESSAGES, signal: stop.signal });
    const loop = (async () => {
      for await (const piece of reply) if (pieces.push(piece) === read) stop.abort('enough');
    })();
    await assert.rejects(loop, (reason) => reason === 'enough');
    assert.equal(pieces.length, read);
    assert.deepEqual(await reply.next(), { value: undefined, done: true });
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  }
});

test('an abort takes the place of an error behind text that was not handed out', async () => {
  const stop = new AbortController();
  const broken = streams([text('a') + text('b') + 'data: {"error":{"message":"no"}}\n\n']);
  const reply = service('A', broken).provider.createAsyncGenerator({ messages: MESSAGES, signal: stop.signal });
  await reply.next();
  stop.abort('enough');
  await assert.rejects(reply.next(), (reason) => reason === 'enough');
});

test('after the last piece, a return or an error nobody listens to the signal', async () => {
  const ends = {
    'the last piece': async (reply) => { for (let i = 0; i < 3; i++) await reply.next(); },
    text: (reply) => reply.text(),
    return: async (reply) => (await reply.next(), reply.return()),
    throw: async (reply) => (await reply.next(), reply.throw('mine').catch(() => {})),
  };
  for (const [name, act] of Object.entries(ends)) {
    const stop = new AbortController();
    const reply = service('A', short()).provider.createAsyncGenerator({ messages: MESSAGES, signal: stop.signal });
    await act(reply);
    assert.equal(getEventListeners(stop.signal, 'abort').length, 0, name);
    stop.abort('afterwards');
    assert.equal((await reply.next()).done, true, name);
  }
});

test('an abort counts until the last piece of a Fallback, a stream and a Client', async () => {
  const { provider } = service('A', short());
  const stopped = new AbortController();
  const { pieces, error } = await until((async function* pass() {
    for await (const piece of new Fallback([provider]).createAsyncGenerator({ messages: MESSAGES, signal: stopped.signal })) {
      yield piece;
      stopped.abort('enough');
    }
  })());
  assert.deepEqual([pieces, error], [['a'], 'enough']);

  const cut = new AbortController();
  const reader = provider.createAsyncGenerator({ messages: MESSAGES, signal: cut.signal }).toReadableStream().getReader();
  await reader.read();
  cut.abort('enough');
  await assert.rejects(reader.read(), (reason) => reason === 'enough');

  for (const by of ['signal', 'controller']) {
    const stop = new AbortController();
    // Text and thoughts, since neighbours of one kind are one chunk here.
    const mixed = streams([[text('a'), delta({ reasoning_content: 'hm' }), text('b'), ...end()].join('')]);
    const stream = await new Client(service('A', mixed).provider)
      .chat.completions.create({ model: 'm', messages: [{ role: 'user', content: MESSAGES }], stream: true }, { signal: stop.signal });
    const heard = [];
    for await (const { choices } of stream) {
      if (!choices[0]?.delta.content) continue;
      heard.push(choices[0].delta.content);
      (by === 'signal' ? stop : stream.controller).abort();
    }
    assert.deepEqual(heard, ['a'], by);
  }
});
