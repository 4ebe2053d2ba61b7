// Workers AI by its binding, as a Worker has it: `env.AI`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { Fallback, WorkersAi } from '../../dist/index.js';
import { chatError, until, within } from './helper.mjs';

const MODEL = '@cf/test/llama';
const frame = (value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const WORDS = [frame({ response: 'Привет, ', p: 'abc' }), frame({ response: 'мир 👋', p: 'ab' })];
const END = [frame({ response: '', usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }), frame('[DONE]')];

/** A stream of these parts, which stays open if it shall; `seen.cancelled` counts. */
function stream(parts, seen = {}, open = false) {
  const encoder = new TextEncoder();
  seen.cancelled = 0;
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      if (!open) controller.close();
    },
    cancel: () => void seen.cancelled++,
  });
}

/** A provider on a binding whose `run` does `answer`, and how it was called. */
function bound(answer, settings = {}) {
  const calls = [];
  const binding = {
    calls,
    async run(...given) {
      // As with the real one, `this` must be the binding.
      this.calls.push(given);
      return answer(...given);
    },
  };
  return { calls, provider: new WorkersAi({ binding, defaultModel: MODEL, retries: 0, ...settings }) };
}

test('a stream becomes a reply, and one call is all', async () => {
  const { provider, calls } = bound(() => stream([...WORDS, ...END]));
  const reply = provider.createAsyncGenerator({ messages: 'Hi', maxTokens: 5 });
  const { pieces, error } = await until(reply);
  assert.equal(error, undefined);
  assert.deepEqual(pieces, ['Привет, ', 'мир 👋']);
  assert.deepEqual([reply.finishReason, reply.usage.totalTokens, reply.provider], ['stop', 7, 'WorkersAi']);
  assert.equal(calls.length, 1);
  const [model, input, options] = calls[0];
  assert.equal(model, MODEL);
  assert.deepEqual(input, { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5, stream: true });
  assert.deepEqual(Object.keys(options), ['signal']);
});

test('so do a whole answer, an answer after a schema, and a raw response', async () => {
  const text = (answer, options) => bound(answer).provider.createAsync({ messages: 'Hi', ...options });
  assert.equal(await text(() => ({ response: 'Hello' })), 'Hello');
  assert.equal(await text(() => ({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] })), 'Hello');
  assert.equal(await text(() => new Response(stream([...WORDS, ...END]))), 'Привет, мир 👋');
  const schema = { type: 'object', properties: { n: { type: 'integer' } } };
  const { provider, calls } = bound(() => ({ response: { n: 1 } }));
  const responseFormat = { type: 'json_schema', json_schema: { name: 'n', schema } };
  assert.equal(await provider.createAsync({ messages: 'Hi', responseFormat }), '{"n":1}');
  assert.deepEqual(calls[0][1].response_format, { type: 'json_schema', json_schema: schema });
  assert.equal('stream' in calls[0][1], false);
});

test('no other fetch takes the place of the binding', async () => {
  const fetch = async (url) => assert.fail(url);
  const { provider, calls } = bound(() => ({ response: 'Hi' }));
  for (const options of [{ fetch }, { fetch: undefined }, { fetch: null }]) assert.equal(await provider.createAsync({ messages: 'Hi', ...options }), 'Hi');
  assert.equal(await provider.with({ fetch, temperature: 1 }).createAsync({ messages: 'Hi' }), 'Hi');
  assert.equal(await new Fallback([provider]).createAsync({ messages: 'Hi', fetch }), 'Hi');
  const handler = createHandler({ providers: { ai: provider }, authorize: 'public', fetch });
  const body = JSON.stringify({ model: 'ai', messages: [{ role: 'user', content: 'Hi' }] });
  const request = new Request('https://edge.example/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal((await (await handler(request)).json()).choices[0].message.content, 'Hi');
  assert.equal(calls.length, 6);
});

test('a model is what its name says, and nothing that leads elsewhere', async () => {
  for (const model of ['@cf/meta/llama-3.1-8b-instruct', '@hf/nousresearch/hermes-2-pro-mistral-7b', 'openai/gpt-5']) {
    const { provider, calls } = bound(() => ({ response: 'Hi' }));
    await provider.createAsync({ messages: 'Hi', model });
    assert.equal(calls[0][0], model);
  }
  for (const model of ['../x', '@cf/../x', 'a?b', 'a#b', 'a b', 'a%2e', '/a', '@cf//a']) {
    const { provider, calls } = bound(() => ({ response: 'Hi' }));
    await chatError(provider.createAsync({ messages: 'Hi', model }), 'input', /^model: /);
    assert.equal(calls.length, 0);
  }
});

test('what the binding throws has the status of its number', async () => {
  for (const [number, code, status, retryable] of [
    [3003, 'service', 400, false], [3039, 'service', 400, false], [5004, 'service', 400, false], [5007, 'model_not_found', 400, false],
    [3023, 'auth', 403, false], [3041, 'auth', 403, false], [5016, 'auth', 403, false], [5018, 'auth', 403, false],
    [3042, 'model_not_found', 404, false], [5005, 'service', 405, false], [5019, 'service', 405, false],
    [3007, 'timeout', 408, true], [3008, 'timeout', 408, true], [3006, 'too_large', 413, false],
    [3036, 'payment_required', 429, false], [3040, 'rate_limited', 429, true],
    [9999, 'service', 500, true],
  ]) {
    for (const thrown of [
      new Error(`${number}: words`),
      new Error(`InferenceUpstreamError: ${number}: words`),
      new Error(`AiError: 1234: ${number}: words of 5007 tokens`),
      Object.assign(new Error('words'), { code: number }),
      `${number}: words`,
    ]) {
      const { provider } = bound(() => Promise.reject(thrown));
      const error = await chatError(provider.createAsync({ messages: 'Hi' }), code, /words/);
      assert.deepEqual([error.status, error.retryable], [status, retryable], String(thrown));
    }
  }
});

test('what else it throws, or gives, is told', async () => {
  for (const thrown of [undefined, null, 5, {}, new Error('')]) {
    const { provider } = bound(() => Promise.reject(thrown));
    await chatError(provider.createAsync({ messages: 'Hi' }), 'service');
  }
  for (const given of [undefined, null, 5, {}, [], { response: undefined }, { errors: [{ message: 'no' }] }]) {
    const { provider } = bound(() => given);
    const { error } = await until(provider.createAsyncGenerator({ messages: 'Hi' }));
    assert.equal(error?.name, 'ChatError', JSON.stringify(given));
  }
  const { provider } = bound(() => stream(WORDS));
  const { pieces, error } = await until(provider.createAsyncGenerator({ messages: 'Hi' }));
  assert.deepEqual([pieces.length, error.code], [2, 'truncated']);
});

test('3040 is tried again', async () => {
  let count = 0;
  const { provider, calls } = bound(() => (count++ === 0 ? Promise.reject(new Error('3040: no')) : { response: 'Hi' }));
  assert.equal(await provider.createAsync({ messages: 'Hi', retries: 1 }), 'Hi');
  assert.equal(calls.length, 2);
});

const never = () => new Promise(() => {});

test('an abort ends a reply whose binding never answers, and the binding is told', async () => {
  const { provider, calls } = bound(never);
  const stop = new AbortController();
  const pending = provider.createAsyncGenerator({ messages: 'Hi', signal: stop.signal }).next();
  while (calls.length === 0) await null;
  const reason = { mine: true };
  stop.abort(reason);
  await assert.rejects(within(5_000, pending, 'abort'), (error) => error === reason);
  assert.equal(calls[0][2].signal.aborted, true);
});

test('a timeout ends a reply whose binding never answers', async () => {
  const { provider, calls } = bound(never);
  const pending = provider.createAsync({ messages: 'Hi', timeout: { connect: 20 } });
  await chatError(within(5_000, pending, 'timeout'), 'timeout');
  assert.equal(calls[0][2].signal.aborted, true);
});

test('an abort, a timeout and a break end a stream that stalls, and cancel it', async () => {
  const stalled = (seen) => bound(() => stream(WORDS, seen, true)).provider;
  const aborted = {};
  const stop = new AbortController();
  const reply = stalled(aborted).createAsyncGenerator({ messages: 'Hi', signal: stop.signal });
  assert.deepEqual([(await reply.next()).value, (await reply.next()).value], ['Привет, ', 'мир 👋']);
  const pending = reply.next();
  stop.abort('enough');
  await assert.rejects(within(5_000, pending, 'abort'), (error) => error === 'enough');
  assert.equal(aborted.cancelled, 1);

  const late = {};
  const { pieces, error } = await within(5_000, until(stalled(late).createAsyncGenerator({ messages: 'Hi', timeout: { idle: 20 } })), 'timeout');
  assert.deepEqual([pieces.length, error.code, late.cancelled], [2, 'timeout', 1]);

  const left = {};
  for await (const _ of stalled(left).createAsyncGenerator({ messages: 'Hi' })) break;
  assert.equal(left.cancelled, 1);
});

test('a stream that comes when nobody waits any more is cancelled', async () => {
  let answer;
  const { provider, calls } = bound(() => new Promise((resolve) => (answer = resolve)));
  const stop = new AbortController();
  const pending = provider.createAsyncGenerator({ messages: 'Hi', signal: stop.signal }).next();
  while (calls.length === 0) await null;
  stop.abort('gone');
  await assert.rejects(pending, (error) => error === 'gone');
  const cancelled = new Promise((resolve) => answer(new ReadableStream({ cancel: resolve })));
  await within(5_000, cancelled, 'cancel');
});

test('settings are told to be wrong where they are given', async () => {
  for (const binding of [null, 5, {}, { run: 'x' }]) {
    assert.throws(() => new WorkersAi({ binding }), { name: 'ChatError', code: 'input', message: /^binding must be env\.AI/ });
  }
  assert.throws(() => new WorkersAi(), { code: 'input' });
  const rest = new WorkersAi({ apiKey: 'k', defaultModel: MODEL });
  await chatError(rest.createAsync({ messages: 'Hi' }), 'input', /accountId/);
  await chatError(rest.with({ accountId: '../x' }).createAsync({ messages: 'Hi' }), 'input', /address/);
});

test('a copy keeps the binding', async () => {
  const { provider, calls } = bound(() => ({ response: 'Hi' }));
  assert.equal(await provider.with({ temperature: 0.5 }).createAsync({ messages: 'Hi' }), 'Hi');
  assert.equal(calls[0][1].temperature, 0.5);
});

test('the models are those of the binding', async () => {
  const asked = [];
  const binding = {
    run: () => assert.fail('no model is to be run'),
    async models(given) {
      asked.push(given);
      return [{ id: '429b9e8b-0000', name: MODEL, task: { name: 'Text Generation' } }, { id: '429b9e8b-0001', name: '@cf/test/other' }];
    },
  };
  assert.deepEqual(await new WorkersAi({ binding }).listModels(), [MODEL, '@cf/test/other']);
  assert.deepEqual(asked, [{ task: 'Text Generation', per_page: 1000 }]);
});

test('a binding without a list is told so', async () => {
  const { provider } = bound(() => assert.fail('no model is to be run'));
  await chatError(provider.listModels(), 'service', /models is not a function/);
});
