// A second turn of the AI SDK over the Responses API, where it refers to what the service has kept. Nothing is kept here.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';

import { endpoint, KEY, useSites } from './helper.mjs';

const used = useSites();

async function secondTurn(providerOptions) {
  const handler = endpoint(used);
  const model = createOpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, fetch: (url, init) => handler(new Request(url, init)) })('shop');
  const first = [{ role: 'user', content: 'one' }];
  const { response } = await generateText({ model, messages: first, maxRetries: 0, providerOptions });
  return generateText({
    model, messages: [...first, ...response.messages, { role: 'user', content: 'two' }], maxRetries: 0, providerOptions,
  });
}

test('with store: false the turns go along', async () => {
  const { text } = await secondTurn({ openai: { store: false } });
  assert.match(text, /You said: "two"/);
  const { messages } = JSON.parse((await used.site.requests.when('chat')).body);
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant']);
});

test('a reference to what was kept is refused in words', async () => {
  await assert.rejects(secondTurn({}), /item_reference.*send messages/);
});
