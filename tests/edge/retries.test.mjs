// What clients try again: `openai`'s own retries against the endpoint, whose provider has none.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { OpenAiChat } from '../../dist/index.js';
import { KEY, MESSAGES } from './helper.mjs';
import { fails, startUpstream, text } from './upstream.mjs';

let upstream;
/** Answers that the client got: `[status, x-should-retry]`. */
let got = [];

before(async () => {
  upstream = await startUpstream();
});
after(() => upstream.close());
beforeEach(() => {
  upstream.clear();
  got = [];
});

/** A client's way to the endpoint. */
function reach() {
  const llm = new OpenAiChat({ baseUrl: upstream.url, apiKey: 'sk-of-the-service', models: ['gpt-4o'], retries: 0 });
  const handler = createHandler({ providers: { llm }, authorize: [KEY] });
  return async (url, init) => {
    const response = await handler(new Request(url, init));
    got.push([response.status, response.headers.get('x-should-retry')]);
    return response;
  };
}

const client = (options = {}) => new OpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 2, fetch: reach(), ...options });

/** Each way to ask, down to the text. */
const WAYS = {
  async 'chat, streamed'(openai) {
    let said = '';
    for await (const { choices } of await openai.chat.completions.create({ model: 'llm', messages: MESSAGES, stream: true })) {
      said += choices[0].delta.content ?? '';
    }
    return said;
  },
  'chat, whole': async (openai) => (await openai.chat.completions.create({ model: 'llm', messages: MESSAGES })).choices[0].message.content,
  'responses, whole': async (openai) => (await openai.responses.create({ model: 'llm', input: 'Hi' })).output_text,
};

// Now, so that no test waits for a client's patience.
const down = fails(503, { error: { message: 'overloaded', type: 'server_error' } }, { 'retry-after': '0' });

for (const [name, ask] of Object.entries(WAYS)) {
  test(`${name}: a service that is down for a moment is asked again, and the client gets the answer`, async () => {
    upstream.answers = [down, text(['Hello'])];
    assert.equal(await ask(client()), 'Hello');
    assert.deepEqual(got, [[503, 'true'], [200, null]]);
    assert.equal(upstream.asked.length, 2);
  });
}

test('a connection that breaks before the answer is tried again, too', async () => {
  upstream.answers = [(outgoing) => outgoing.destroy(), text(['Hello'])];
  assert.equal(await WAYS['chat, whole'](client()), 'Hello');
  assert.deepEqual(got, [[503, 'true'], [200, null]]);
});

test('one that stays down is asked as often as the client wants', async () => {
  upstream.answers = [down, down, down];
  await assert.rejects(WAYS['chat, whole'](client({ maxRetries: 1 })), OpenAI.InternalServerError);
  assert.equal(upstream.asked.length, 2);
});

test('retry-after crosses: the client waits as long as the service says', async () => {
  upstream.answers = [fails(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '1' }), text(['Hello'])];
  const start = performance.now();
  assert.equal(await WAYS['chat, streamed'](client()), 'Hello');
  // Of its own accord it waits for half a second at most.
  assert.ok(performance.now() - start > 900, `${performance.now() - start} ms`);
  assert.deepEqual(got, [[429, 'true'], [200, null]]);
});

test('what cannot heal is asked once', async () => {
  const told = (code) => ({ error: { message: 'words', code, type: code } });
  const cases = [
    [fails(400, told('invalid_request_error')), OpenAI.BadRequestError],
    [fails(400, told('context_length_exceeded')), OpenAI.BadRequestError],
    [fails(422, { detail: 'words' }), OpenAI.BadRequestError],
    [fails(404, told('model_not_found')), OpenAI.NotFoundError],
    [fails(401, told('invalid_api_key')), OpenAI.InternalServerError],
    [fails(429, told('insufficient_quota')), OpenAI.APIError],
  ];
  for (const [answer, type] of cases) {
    for (const ask of Object.values(WAYS)) {
      upstream.clear();
      got = [];
      upstream.answers = [answer];
      await assert.rejects(ask(client()), type);
      assert.equal(upstream.asked.length, 1);
      assert.deepEqual(got.map(([, retry]) => retry), ['false']);
    }
  }
});

test('what this side refuses reaches no service and is asked once: key, model, body', async () => {
  const asks = [
    [client({ apiKey: 'wrong' }), { messages: MESSAGES }, OpenAI.AuthenticationError],
    [client(), { model: 'llm:nope', messages: MESSAGES }, OpenAI.NotFoundError],
    [client(), { messages: [] }, OpenAI.BadRequestError],
  ];
  for (const [openai, body, type] of asks) {
    got = [];
    await assert.rejects(openai.chat.completions.create({ model: 'llm', ...body }), type);
    assert.deepEqual(got.map(([, retry]) => retry), ['false']);
  }
  assert.equal(upstream.asked.length, 0);
});

test('AI SDK: by the status alone, and it heals as well', async () => {
  upstream.answers = [down, text(['Hello'])];
  const model = createOpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, fetch: reach() }).chat('llm');
  assert.equal((await generateText({ model, messages: MESSAGES, maxRetries: 2 })).text, 'Hello');
  assert.equal(upstream.asked.length, 2);
});
