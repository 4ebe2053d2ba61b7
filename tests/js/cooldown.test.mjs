// The cooldown of a `Fallback`: who is left out, for how long, and how a provider comes back. The clock is the test's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Fallback } from '../../dist/index.js';
import { chatError, until, within } from './helper.mjs';
import { begins, fails, mute, says, service, streams, text } from './services.mjs';

const SOON = 5_000;
const MESSAGES = 'Hi';
const MINUTE = 60_000;

const states = ({ attempts }) => attempts.map(({ provider, state }) => `${provider} ${state}`);

/** A service whose answer can be changed. */
function changeable(name, answer) {
  const now = { answer };
  return Object.assign(service(name, (...given) => now.answer(...given)), { now });
}

/** A fallback over A and B (and more), and a function that asks it, whose result is what became of the attempts. */
function pair(t, { a = fails(503, 'x'), b = says('b'), more = [], cooldown = { failures: 2, ms: MINUTE }, ...settings } = {}) {
  t.mock.timers.enable({ apis: ['Date'] });
  const all = [changeable('A', a), changeable('B', b), ...more];
  const fallback = new Fallback(all.map(({ provider }) => provider), { cooldown, ...settings });
  const ask = async () => {
    const reply = fallback.createAsyncGenerator({ messages: MESSAGES });
    const { error } = await until(reply);
    return error ? [...states(reply), error.code ?? error] : states(reply);
  };
  return { a: all[0], b: all[1], fallback, ask, tick: (ms) => t.mock.timers.tick(ms) };
}

test('after so many failures in a row a provider is left out, and comes back with one trial', async (t) => {
  const { a, ask, tick } = pair(t);
  const both = ['A failed', 'B answered'];
  assert.deepEqual([await ask(), await ask()], [both, both]);
  assert.deepEqual([await ask(), a.calls.length], [['A skipped', 'B answered'], 2]);
  tick(MINUTE - 1);
  assert.deepEqual(await ask(), ['A skipped', 'B answered']);
  tick(1);
  assert.deepEqual([await ask(), a.calls.length], [both, 3], 'the trial');
  assert.deepEqual(await ask(), ['A skipped', 'B answered'], 'which failed');
  tick(MINUTE);
  a.now.answer = says('a');
  assert.deepEqual([await ask(), await ask()], [['A answered'], ['A answered']]);
  a.now.answer = fails(503, 'x');
  assert.deepEqual([await ask(), await ask(), (await ask())[0]], [both, both, 'A skipped'], 'it counts from the beginning again');
});

test('an answer between failures, and errors that do not heal, count for nothing', async (t) => {
  const { a, ask } = pair(t);
  for (const answer of [fails(503, 'x'), says('a'), fails(503, 'x'), fails(401, 'invalid_api_key'), fails(400, 'x'), fails(402, 'x'), says('a')]) {
    a.now.answer = answer;
    assert.notEqual((await ask())[0], 'A skipped');
  }
  assert.equal(a.calls.length, 7);
});

test('every error that heals counts, also that of a reply which broke off', async (t) => {
  for (const answer of [fails(429, 'rate_limit_exceeded'), fails(500, 'x'), () => { throw new TypeError('no route'); }, streams([]),
    streams([text('Once')]), streams([text('Once')], { breaks: new TypeError('reset') })]) {
    const { ask } = pair(t, { a: answer });
    assert.equal((await ask())[0], 'A failed');
    assert.equal((await ask())[0], 'A failed');
    assert.equal((await ask())[0], 'A skipped', String(answer));
    t.mock.timers.reset();
  }
});

test('the defaults are three failures and a minute', async (t) => {
  const { ask, tick } = pair(t, { cooldown: {} });
  for (let i = 0; i < 3; i++) assert.equal((await ask())[0], 'A failed');
  assert.equal((await ask())[0], 'A skipped');
  tick(59_999);
  assert.equal((await ask())[0], 'A skipped');
  tick(1);
  assert.equal((await ask())[0], 'A failed');
});

test('the wait that a service asks for counts where it is longer, up to ten minutes', async (t) => {
  for (const [seconds, ms] of [[1, MINUTE], [120, 2 * MINUTE], [86_400, 10 * MINUTE]]) {
    const { ask, tick } = pair(t, { a: fails(429, 'rate_limit_exceeded', { 'retry-after': String(seconds) }) });
    await ask();
    await ask();
    tick(ms - 1);
    assert.equal((await ask())[0], 'A skipped', `${seconds} s`);
    tick(1);
    assert.equal((await ask())[0], 'A failed', `${seconds} s`);
    t.mock.timers.reset();
  }
});

test('while the trial runs others leave the provider out, and from its first content on nobody does', async (t) => {
  const { a, ask, fallback, tick } = pair(t);
  await ask();
  await ask();
  tick(MINUTE);
  let speak;
  const spoken = new Promise((resolve) => {
    speak = resolve;
  });
  a.now.answer = async (...given) => (await spoken, begins('Once')(...given));
  const trial = fallback.createAsyncGenerator({ messages: MESSAGES });
  const first = trial.next();
  await within(SOON, new Promise((resolve) => { const look = () => (a.calls.length === 3 ? resolve() : setImmediate(look)); look(); }), 'the trial');
  assert.deepEqual(await ask(), ['A skipped', 'B answered']);
  speak();
  assert.equal((await first).value, 'Once');
  a.now.answer = says('a');
  assert.deepEqual(await ask(), ['A answered']);
  await trial.return();
});

test('a trial that the caller gave up counts neither way', async (t) => {
  const { a, ask, fallback, tick } = pair(t);
  await ask();
  await ask();
  tick(MINUTE);
  a.now.answer = mute();
  const stop = new AbortController();
  const pending = fallback.createAsync({ messages: MESSAGES, signal: stop.signal });
  await new Promise((resolve) => { const look = () => (a.calls.length === 3 ? resolve() : setImmediate(look)); look(); });
  stop.abort('enough');
  await assert.rejects(pending, (reason) => reason === 'enough');
  a.now.answer = says('a');
  assert.deepEqual(await ask(), ['A answered'], 'the next call is the trial');
});

test('calls that were given up never leave a provider out', async (t) => {
  const { a, ask, fallback } = pair(t, { a: mute(), cooldown: { failures: 1, ms: MINUTE } });
  for (let i = 1; i <= 3; i++) {
    const stop = new AbortController();
    const pending = fallback.createAsync({ messages: MESSAGES, signal: stop.signal });
    await new Promise((resolve) => { const look = () => (a.calls.length === i ? resolve() : setImmediate(look)); look(); });
    stop.abort('enough');
    await assert.rejects(pending);
  }
  a.now.answer = says('a');
  assert.deepEqual(await ask(), ['A answered']);
});

test('where all are left out, the one whose time ends first is asked', async (t) => {
  const { a, b, ask, tick } = pair(t, { a: fails(503, 'x'), b: fails(503, 'x'), cooldown: { failures: 1, ms: MINUTE } });
  assert.deepEqual(await ask(), ['A failed', 'B failed', 'all_failed']);
  tick(1);
  a.now.answer = fails(429, 'rate_limit_exceeded', { 'retry-after': '120' });
  assert.deepEqual(await ask(), ['A skipped', 'B skipped', 'A failed', 'all_failed'], 'only that one');
  b.now.answer = says('b');
  assert.deepEqual(await ask(), ['A skipped', 'B skipped', 'B answered']);
  assert.deepEqual(await ask(), ['A skipped', 'B answered']);
});

test('a provider that is left out is asked where all others fail, too', async (t) => {
  const { a, b, ask, fallback } = pair(t);
  await ask();
  await ask();
  a.now.answer = says('a');
  b.now.answer = fails(401, 'invalid_api_key');
  assert.deepEqual(await ask(), ['A skipped', 'B failed', 'A answered']);
  a.now.answer = b.now.answer = fails(401, 'invalid_api_key');
  const error = await chatError(fallback.createAsync({ messages: MESSAGES }), 'all_failed', /\(A: auth, B: auth\)/);
  assert.equal(error.errors.length, 2);
});

test('hedgeAfter passes over who is left out', async (t) => {
  const { a, ask } = pair(t, { b: mute(), more: [service('C', says('c'))], hedgeAfter: 5 });
  assert.deepEqual(await ask(), ['A failed', 'B stopped', 'C answered']);
  await ask();
  assert.deepEqual([await ask(), a.calls.length], [['A skipped', 'B stopped', 'C answered'], 2]);
});

test('hedgeAfter asks nobody who is left out while somebody still works', async (t) => {
  let speak;
  const spoken = new Promise((resolve) => {
    speak = resolve;
  });
  const { b, ask, fallback } = pair(t, { a: fails(503, 'x'), hedgeAfter: 1, cooldown: { failures: 1, ms: MINUTE } });
  await ask();
  b.now.answer = async (...given) => (await spoken, says('late')(...given));
  const reply = fallback.createAsyncGenerator({ messages: MESSAGES });
  const whole = reply.text();
  // Longer than `hedgeAfter`, whose timer is real.
  await new Promise((resolve) => setTimeout(resolve, 20));
  speak();
  assert.deepEqual([await whole, states(reply)], ['late', ['A skipped', 'B answered']]);
});

test('onAttempt hears of who is left out, and may stop it all', async (t) => {
  const heard = [];
  const { ask, fallback } = pair(t, { onAttempt: ({ provider, state, ms }) => void heard.push([provider, state, ms]) });
  await ask();
  await ask();
  heard.length = 0;
  await ask();
  assert.deepEqual(heard.map(([provider, state]) => `${provider} ${state}`), ['A skipped', 'B asked', 'B answered']);
  assert.equal(heard[0][2], 0);
  const stop = new AbortController();
  const [a, b] = [service('A', fails(503, 'x')), service('B', says('b'))];
  const stopping = new Fallback([a.provider, b.provider], {
    cooldown: { failures: 1 }, onAttempt: ({ state }) => state === 'skipped' && stop.abort('enough'),
  });
  assert.equal(await stopping.createAsync({ messages: MESSAGES }), 'b');
  await assert.rejects(stopping.createAsync({ messages: MESSAGES, signal: stop.signal }), (reason) => reason === 'enough');
  assert.equal(b.calls.length, 1);
  assert.equal(typeof fallback.name, 'string');
});

test('each fallback has its own memory, and without the setting none', async (t) => {
  const { a, b, ask } = pair(t, { cooldown: { failures: 1 } });
  await ask();
  assert.equal((await ask())[0], 'A skipped');
  for (const settings of [{ cooldown: { failures: 1 } }, {}, { cooldown: undefined }]) {
    const other = new Fallback([a.provider, b.provider], settings);
    const reply = other.createAsyncGenerator({ messages: MESSAGES });
    await reply.text();
    assert.deepEqual(states(reply), ['A failed', 'B answered']);
  }
});

test('two of the same name are told apart', async (t) => {
  const { ask, b } = pair(t, { more: [service('A', says('c'))], cooldown: { failures: 1 } });
  await ask();
  b.now.answer = fails(401, 'x');
  assert.deepEqual(await ask(), ['A skipped', 'B failed', 'A answered']);
});

test('wrong settings are told', () => {
  const { provider } = service('A', says('a'));
  for (const cooldown of [true, null, 1, 'soon', { failures: 0 }, { failures: 1.5 }, { failures: '3' }, { ms: 0 }, { ms: NaN }, { ms: 'x' }, { after: 3 }]) {
    assert.throws(() => new Fallback([provider], { cooldown }), { name: 'ChatError', code: 'input', message: /^cooldown/ }, JSON.stringify(cooldown));
  }
});
