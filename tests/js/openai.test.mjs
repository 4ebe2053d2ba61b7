// A service with a key, as a user of the built package meets it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OpenAiChat } from '../../dist/index.js';
import { chatError, printed, until } from './helper.mjs';

const KEY = 'sk-canary-0123456789';
const frame = (value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const chunk = (delta, finish = null) => frame({ choices: [{ index: 0, delta, finish_reason: finish }] });
const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

/** A provider, and what its `fetch` was called with. The body stays open without `parts`. */
function service(parts, init = {}, settings = {}) {
  const calls = [];
  const seen = { calls, cancelled: 0 };
  const fetch = async (url, options) => {
    calls.push({ url, ...options });
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(encoder.encode(part));
        if (!init.open) controller.close();
      },
      cancel: () => void seen.cancelled++,
    });
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' }, ...init });
  };
  seen.provider = new OpenAiChat({ apiKey: KEY, defaultModel: 'gpt-4o', retries: 0, fetch, ...settings });
  return seen;
}

const WORDS = [chunk({ role: 'assistant', content: '' }), chunk({ content: 'Привет, ' }), chunk({ content: 'мир 👋' }), chunk({}, 'stop')];

test('it says what it is', () => {
  const { name, url, needsAuth, defaultModel, models, supportsSystemMessage, working } = service([]).provider;
  assert.deepEqual(
    { name, url, needsAuth, defaultModel, models, supportsSystemMessage, working },
    {
      name: 'OpenAiChat', url: 'https://api.openai.com/v1', needsAuth: true, defaultModel: 'gpt-4o', models: [],
      supportsSystemMessage: true, working: true,
    },
  );
  assert.equal(OpenAiChat.name, 'OpenAiChat');
  assert.equal(new OpenAiChat({ baseUrl: 'http://LocalHost:11434/v1/' }).url, 'http://localhost:11434/v1');
  assert.throws(() => new OpenAiChat({ baseUrl: 'localhost' }).url, { code: 'input', message: /^baseUrl: / });
  assert.throws(() => new OpenAiChat({ url: 'http://localhost' }).url, { code: 'input', message: /baseUrl/ });
});

test('text comes as the service sends it, and one request is all', async () => {
  const { provider, calls } = service([...WORDS, frame({ choices: [], usage: USAGE }), frame('[DONE]')]);
  const reply = provider.createAsyncGenerator({ messages: 'Hi', maxTokens: 5 });
  const { pieces, error } = await until(reply);
  assert.equal(error, undefined);
  assert.deepEqual(pieces, ['Привет, ', 'мир 👋']);
  assert.deepEqual([reply.finishReason, reply.usage.totalTokens, reply.provider], ['stop', 7, 'OpenAiChat']);
  assert.equal(calls.length, 1);
  const [{ url, method, headers, body, redirect }] = calls;
  assert.deepEqual([url, method, redirect], ['https://api.openai.com/v1/chat/completions', 'POST', 'manual']);
  assert.equal(new Headers(headers).get('authorization'), `Bearer ${KEY}`);
  assert.deepEqual(JSON.parse(body), {
    model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 5, stream: true,
    stream_options: { include_usage: true },
  });
});

test('no session store is asked', async () => {
  const asked = [];
  const note = (name) => (key) => void asked.push([name, key]);
  const { provider } = service(WORDS);
  await provider.createAsync({ messages: 'Hi', session: { get: note('get'), set: note('set'), delete: note('delete') } });
  assert.deepEqual(asked, []);
});

test('its events are those of every provider', async () => {
  const call = (more, given) => chunk({ tool_calls: [{ index: 0, ...more, function: { arguments: given, ...(more.id && { name: 'f' }) } }] });
  const { provider } = service([
    chunk({ reasoning_content: 'Hm.' }), chunk({ content: 'Wait.' }), call({ id: 'c1' }, ''), call({}, '{"a"'), call({}, ':1}'),
    chunk({}, 'tool_calls'), frame({ choices: [], usage: USAGE }), frame('[DONE]'),
  ]);
  const events = [];
  const reply = provider.createAsyncGenerator({ messages: 'Hi', tools: [{ type: 'function', function: { name: 'f' } }] });
  for await (const event of reply.events) events.push(event);
  const piece = (given, done = false) => ({ type: 'tool-call', index: 0, id: 'c1', name: 'f', arguments: given, done });
  assert.deepEqual(events, [
    { type: 'reasoning', text: 'Hm.', part: 0 },
    { type: 'text', text: 'Wait.' },
    piece(''), piece('{"a"'), piece(':1}'), piece('{"a":1}', true),
    { type: 'usage', usage: { promptTokens: 3, completionTokens: 4, inputTokens: 3, outputTokens: 4, totalTokens: 7, raw: USAGE } },
    { type: 'finish', reason: 'tool_calls', raw: 'tool_calls' },
  ]);
  assert.deepEqual([reply.finish, reply.finishReason], [{ reason: 'tool_calls', raw: 'tool_calls' }, 'tool_calls']);
  assert.deepEqual(reply.toolCalls, [{ id: 'c1', name: 'f', arguments: '{"a":1}' }]);
});

test('reasoning says which part it is, and frames come before their events where that is asked for', async () => {
  const think = (index, text) => chunk({ reasoning_details: [{ type: 'reasoning.text', index, text }] });
  const frames = [think(0, 'one'), think(0, '!'), think(1, 'two'), chunk({ content: 'Hi' }), chunk({ content: ' you' }), chunk({ reasoning: 'three' }), chunk({}, 'stop')];
  const { provider } = service([frames.join('') + frame('[DONE]')]);
  const eventsOf = async (options) => {
    const events = [];
    for await (const event of provider.createAsyncGenerator({ messages: 'Hi', ...options }).events) events.push(event);
    return events;
  };
  const said = [
    { type: 'reasoning', text: 'one', part: 0 }, { type: 'reasoning', text: '!', part: 0 },
    { type: 'reasoning', text: '\n\n', part: 0 }, { type: 'reasoning', text: 'two', part: 1 },
    { type: 'text', text: 'Hi' }, { type: 'text', text: ' you' }, { type: 'reasoning', text: 'three', part: 2 },
    { type: 'finish', reason: 'stop', raw: 'stop' },
  ];
  assert.deepEqual(await eventsOf({}), said);
  const all = await eventsOf({ includeRaw: true });
  assert.deepEqual(all.filter(({ type }) => type !== 'raw'), said);
  const raws = all.filter(({ type }) => type === 'raw').map(({ raw }) => raw);
  assert.deepEqual(raws, [...frames.map((text) => JSON.parse(text.slice(6))), '[DONE]']);
  assert.deepEqual(all.slice(0, 2).map(({ type }) => type), ['raw', 'reasoning']);
  assert.deepEqual((await Array.fromAsync?.(provider.with({ includeRaw: true }).createAsyncGenerator({ messages: 'Hi' }))) ?? ['Hi', ' you'], ['Hi', ' you']);
});

test('an abort and a break stop the request', async () => {
  const aborted = service(WORDS.slice(0, 2), { open: true });
  const stop = new AbortController();
  const reason = { mine: true };
  const reply = aborted.provider.createAsyncGenerator({ messages: 'Hi', signal: stop.signal });
  assert.equal((await reply.next()).value, 'Привет, ');
  const pending = reply.next();
  stop.abort(reason);
  await assert.rejects(pending, (error) => error === reason);
  assert.equal(aborted.cancelled, 1);

  const left = service(WORDS.slice(0, 2), { open: true });
  for await (const text of left.provider.createAsyncGenerator({ messages: 'Hi' })) {
    assert.equal(text, 'Привет, ');
    break;
  }
  assert.equal(left.cancelled, 1);
});

test('429 is tried again, what cannot heal is not', async () => {
  const of = async (status, code) => {
    const { provider, calls } = service([JSON.stringify({ error: { message: 'no', code } })], { status, headers: { 'retry-after': '0' } });
    const error = await chatError(provider.createAsync({ messages: 'Hi', retries: 1 }), { rate_limit_exceeded: 'rate_limited', insufficient_quota: 'payment_required' }[code]);
    assert.equal(error.status, status);
    return calls.length;
  };
  assert.equal(await of(429, 'rate_limit_exceeded'), 2);
  assert.equal(await of(429, 'insufficient_quota'), 1);
});

test('milliseconds to wait are read before seconds, and rubbish is not', async () => {
  const told = async (headers) => {
    const { provider } = service(['{"error":{"message":"no"}}'], { status: 429, headers });
    return (await chatError(provider.createAsync({ messages: 'Hi', retries: 0 }), 'rate_limited')).retryAfterMs;
  };
  assert.equal(await told({ 'retry-after': '2', 'retry-after-ms': '1001' }), 1001);
  assert.equal(await told({ 'retry-after-ms': '250' }), 250);
  assert.equal(await told({ 'retry-after': '2', 'retry-after-ms': 'soon' }), 2000);
  assert.equal(await told({ 'retry-after-ms': 'soon' }), undefined);
});

test('the key is in nothing that people print', async () => {
  const echo = `Incorrect API key provided: ${KEY}. Bearer ${KEY}`;
  const bodies = [JSON.stringify({ error: { message: echo, code: 'invalid_api_key' } }), echo, `<p>${echo}</p>`];
  for (const body of bodies) {
    for (const status of [200, 401, 500]) {
      const { provider } = service([body], { status });
      const reply = provider.createAsyncGenerator({ messages: 'Hi' });
      const { error } = await until(reply);
      for (const value of [provider, provider.with({ name: 'x' }), reply, reply.events, error]) assert.ok(!printed(value).includes('canary'), printed(value));
    }
  }
  const midstream = service([WORDS[1], frame({ error: { message: echo } })]);
  assert.ok(!printed((await until(midstream.provider.createAsyncGenerator({ messages: 'Hi' }))).error).includes('canary'));
  const broken = service([], {}, { fetch: async () => { throw new TypeError('fetch failed'); } });
  assert.ok(!printed(await chatError(broken.provider.createAsync({ messages: 'Hi' }), 'network')).includes('canary'));
});

test('a key that could end its header never reaches fetch', async () => {
  for (const bad of [`${KEY}\r\nX-Evil: 1`, `${KEY}\n`, `${KEY}\r`, `${KEY}\0`, `${KEY}я`]) {
    const { provider, calls } = service(WORDS, {}, { apiKey: bad });
    const error = await chatError(provider.createAsync({ messages: 'Hi' }), 'input', /^apiKey holds a line break/);
    assert.ok(!printed(error).includes('canary'));
    assert.equal(calls.length, 0);
  }
});

test('wrong calls are told before anything is sent', async () => {
  for (const [options, message, settings] of [
    [{ messages: 'Hi' }, /^model is missing/, { defaultModel: '' }],
    [{ messages: 'Hi', model: 5 }, /^model must be a string/],
    [{ messages: 'Hi', extra: 'x' }, /^extra must be an object/],
    [{ messages: [] }, /^messages is empty/],
    [{}, /^messages is missing/],
  ]) {
    const { provider, calls } = service(WORDS, {}, settings);
    await chatError(provider.createAsync(options), 'input', message);
    assert.equal(calls.length, 0);
  }
  await chatError(service(WORDS).provider.getNonce(), 'input', /no nonce/);
});
