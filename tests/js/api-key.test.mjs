// A key that a function gives: before each request, for every provider that takes a key.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as rivulet from '../../dist/index.js';
import { chatError, printed, within } from './helper.mjs';
import { fails, says } from './services.mjs';

const { AiEngine, AiPuffer, Anthropic, ChatError, Client, Cohere, Fallback, Gemini, Ollama, OpenAiChat, OpenAiResponses, SERVICES, WorkersAi } = rivulet;

const SOON = 5_000;
const KEY = 'sk-canary-key-0123456789';
const MESSAGES = [{ role: 'user', content: 'Hi' }];

/** A `fetch` that notes the headers, and answers with each of `answers` in turn, with the last one for ever. */
function scripted(...answers) {
  const keys = [];
  const fetch = async (url, init) => {
    const headers = new Headers(init.headers);
    keys.push(headers.get('authorization') ?? headers.get('x-api-key') ?? headers.get('x-goog-api-key'));
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return answer(init, () => {});
  };
  return { fetch, keys };
}

const ask = (provider, options) => within(SOON, provider.createAsync({ messages: MESSAGES, model: 'm', ...options }), 'the reply');

test('every provider with a key takes a function, also by with(), in presets, Client and Fallback', async () => {
  const refused = fails(401, 'invalid_api_key');
  const llm = { baseUrl: 'https://llm.example', retries: 0 };
  const site = { url: 'https://shop.example', retries: 0 };
  const made = {
    OpenAiChat: [OpenAiChat, llm], OpenAiResponses: [OpenAiResponses, llm], Anthropic: [Anthropic, llm], Gemini: [Gemini, llm],
    Ollama: [Ollama, llm], Cohere: [Cohere, llm], WorkersAi: [WorkersAi, { ...llm, accountId: 'a' }],
    groq: [OpenAiChat, { ...SERVICES.groq, retries: 0 }], AiEngine: [AiEngine, site], AiPuffer: [AiPuffer, { ...site, botId: '5' }],
  };
  for (const [name, [Class, settings]] of Object.entries(made)) {
    for (const apiKey of [() => KEY, async () => ` ${KEY}\n`]) {
      for (const make of [(own) => new Class({ ...settings, ...own }), (own) => new Class({ ...settings, apiKey: 'sk-other' }).with(own)]) {
        const { fetch, keys } = scripted(refused);
        await assert.rejects(ask(make({ apiKey, fetch })), ChatError);
        assert.deepEqual(keys.map((key) => key.replace('Bearer ', '')), [KEY], name);
      }
    }
  }
  const { fetch, keys } = scripted(says('Hi'));
  const given = new OpenAiChat({ ...llm, apiKey: () => KEY, fetch });
  assert.equal(await ask(given), 'Hi');
  assert.equal(await ask(given.with({ apiKey: 'sk-plain' })), 'Hi');
  assert.equal(await ask(given.with({ apiKey: null })), 'Hi');
  assert.equal(await ask(given.with({ retries: 1 })), 'Hi');
  assert.equal(await ask(new Fallback([given])), 'Hi');
  const client = new Client({ apiKey: async () => KEY, baseURL: 'https://llm.example', fetch });
  assert.equal((await client.chat.completions.create({ model: 'm', messages: MESSAGES })).choices[0].message.content, 'Hi');
  assert.deepEqual(keys, [`Bearer ${KEY}`, 'Bearer sk-plain', null, `Bearer ${KEY}`, `Bearer ${KEY}`, `Bearer ${KEY}`]);
});

test('it is called for each request and for each try, and never before a reply is read', async () => {
  let calls = 0;
  const { fetch, keys } = scripted(fails(503, null, { 'retry-after-ms': '1' }), says('Hi'));
  const provider = new OpenAiChat({ baseUrl: 'https://llm.example', apiKey: async () => `sk-number-${++calls}`, fetch });
  const reply = provider.createAsyncGenerator({ messages: MESSAGES, model: 'm' });
  assert.equal(provider.name, 'OpenAiChat');
  assert.equal(calls, 0);
  assert.equal(await within(SOON, reply.text(), 'the reply'), 'Hi');
  assert.deepEqual(keys, ['Bearer sk-number-1', 'Bearer sk-number-2']);
  assert.equal(await ask(provider), 'Hi');
  assert.deepEqual(keys.slice(2), ['Bearer sk-number-3']);
  const list = scripted(() => Response.json({ data: [{ id: 'm' }] }));
  assert.deepEqual(await provider.with({ fetch: list.fetch }).listModels(), ['m']);
  assert.deepEqual(list.keys, ['Bearer sk-number-4']);
});

test('a function that fails or gives no key is an error of the code auth, and nothing is sent', async () => {
  const { fetch, keys } = scripted(says('Hi'));
  const thrown = new Error('no token today');
  const give = (apiKey) => ask(new OpenAiChat({ baseUrl: 'https://llm.example', apiKey, fetch }));
  for (const apiKey of [() => { throw thrown; }, async () => { throw thrown; }, () => Promise.reject(thrown)]) {
    const error = await chatError(give(apiKey), 'auth', /^the function apiKey failed: no token today$/);
    assert.equal(error.cause, thrown);
    assert.equal(error.retryable, false);
    assert.equal(error.provider, 'OpenAiChat');
  }
  for (const nothing of [undefined, null, '', ' ', 7, {}, ['sk-1']]) await chatError(give(() => nothing), 'auth', /gave no key/);
  for (const wrong of ['sk-1\n2', 'ключ']) await chatError(give(async () => wrong), 'auth', /no header may hold/);
  assert.deepEqual(keys, []);
  const answered = scripted(says('Hi'));
  const next = new OpenAiChat({ baseUrl: 'https://llm.example', fetch: answered.fetch });
  const first = new OpenAiChat({ baseUrl: 'https://llm.example', apiKey: () => { throw thrown; }, fetch });
  assert.equal(await ask(new Fallback([first, next])), 'Hi');
});

test('aborts and time limits count while it is awaited', async () => {
  const { fetch, keys } = scripted(says('Hi'));
  const provider = new OpenAiChat({ baseUrl: 'https://llm.example', apiKey: () => new Promise(() => {}), fetch });
  for (const timeout of [30, { total: 30 }, { firstChunk: 30 }, { connect: 30 }]) await chatError(ask(provider, { timeout, retries: 0 }), 'timeout');
  const controller = new AbortController();
  const reply = ask(provider, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 20);
  await assert.rejects(reply, /enough/);
  let give;
  const late = new OpenAiChat({ baseUrl: 'https://llm.example', apiKey: () => new Promise((resolve) => { give = resolve; }), fetch });
  const left = late.createAsyncGenerator({ messages: MESSAGES, model: 'm' });
  const next = left.next();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await left.return();
  give(KEY);
  assert.deepEqual(await within(SOON, next, 'the read'), { value: undefined, done: true });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(keys, []);
});

test('its key is in no error and in nothing that is printed', async () => {
  const echo = async (_, { headers }) => {
    const key = new Headers(headers).get('authorization');
    const error = { message: `no: ${key}`, type: key, param: key, code: key };
    return Response.json({ error }, { status: 401, headers: { 'x-request-id': key } });
  };
  const provider = new OpenAiChat({ baseUrl: 'https://llm.example', apiKey: async () => KEY, retries: 0, fetch: echo });
  const error = await chatError(ask(provider), 'auth');
  for (const value of [error, provider, new Client(provider), new Fallback([provider])]) assert.ok(!printed(value).includes(KEY), printed(value));
  const { type, param, serviceCode, requestId, requestID } = error;
  assert.deepEqual({ type, param, serviceCode, requestId, requestID }, {
    type: 'Bearer [redacted]', param: 'Bearer [redacted]', serviceCode: 'Bearer [redacted]', requestId: 'Bearer [redacted]', requestID: 'Bearer [redacted]',
  });
  assert.ok(error instanceof ChatError);
});

test('as an option of a call it is refused by its right name', async () => {
  const provider = new OpenAiChat({ baseUrl: 'https://llm.example', fetch: () => assert.fail('sent') });
  await chatError(ask(provider, { apiKey: () => KEY }), 'input', /apiKey is a setting of the provider/);
  await chatError(ask(new OpenAiChat({ apikey: KEY })), 'input', /did you mean 'apiKey'/);
});
