// Services of other protocols behind the endpoint: whatever the service speaks, OpenAI's client gets OpenAI's protocol.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { KEYED } from '../js/exported.mjs';
import { mockServices } from '../js/mock-services.mjs';
import { KEY } from './helper.mjs';

const TEXT = 'Привет, мир 👋';
const WEATHER = { name: 'get_weather', arguments: '{"city":"Köln"}' };
const TOOLS = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
const SECRET = 'sk-of-the-service-0123456789';

let mock;
let client;
/** What the services were asked. */
const asked = [];

before(async () => {
  mock = new LLMock({ port: 0, logLevel: 'silent' });
  mock.onMessage('text', { content: TEXT, reasoning: 'Hm.' });
  mock.onMessage('weather', { toolCalls: [{ ...WEATHER, id: 'call_weather' }] });
  mock.onMessage('busy', { error: { message: 'Slow down' }, status: 429, retryAfter: 3 });
  await mock.start();
  const watched = (url, init) => {
    asked.push({ url, body: init.body, headers: new Headers(init.headers) });
    return fetch(url, init);
  };
  const providers = mockServices(mock, { apiKey: SECRET, fetch: watched });
  const handler = createHandler({ authorize: [KEY], providers });
  client = new OpenAI({ apiKey: KEY, baseURL: 'https://edge.example/v1', maxRetries: 0, fetch: (url, init) => handler(new Request(url, init)) });
});

after(() => mock.stop());

for (const model of KEYED) {
  const messages = (content) => [{ role: 'system', content: 'Be brief.' }, { role: 'user', content }];

  test(`${model}: text, streamed and whole, by Chat Completions and by Responses`, async () => {
    let streamed = '';
    for await (const { choices } of await client.chat.completions.create({ model, messages: messages('text'), stream: true })) {
      streamed += choices[0]?.delta.content ?? '';
    }
    const whole = await client.chat.completions.create({ model, messages: messages('text') });
    const response = await client.responses.create({ model, instructions: 'Be brief.', input: 'text' });
    // aimock sends Cohere's reasoning as text.
    const text = model === 'Cohere' ? `Hm.${TEXT}` : TEXT;
    assert.deepEqual([streamed, whole.choices[0].message.content, response.output_text], [text, text, text]);
    assert.ok(asked.at(-1).body.includes('Be brief.'));
  });

  test(`${model}: a tool is called and told what came of it`, async () => {
    const turns = messages('weather');
    const { choices: [{ message, finish_reason: reason }] } =
      await client.chat.completions.create({ model, messages: turns, tools: TOOLS, tool_choice: 'auto', reasoning_effort: 'low' });
    assert.equal(reason, 'tool_calls');
    const [call] = message.tool_calls;
    assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], [WEATHER.name, JSON.parse(WEATHER.arguments)]);
    turns.push(message, { role: 'tool', tool_call_id: call.id, content: 'sunny' });
    await client.chat.completions.create({ model, messages: turns, tools: TOOLS });
    const sent = asked.at(-1).body;
    assert.ok(sent.includes('sunny') && sent.includes('Köln'), sent);
  });

  test(`${model}: its errors are OpenAI's`, async () => {
    await assert.rejects(client.chat.completions.create({ model, messages: messages('busy') }), (error) => {
      assert.ok(error instanceof OpenAI.RateLimitError, String(error));
      assert.equal(error.headers.get('retry-after'), '3');
      return true;
    });
  });

  test(`${model}: the client's key stays outside, and the service's inside`, async () => {
    const response = await client.chat.completions.create({ model, messages: messages('text') }).withResponse();
    const { headers, url, body } = asked.at(-1);
    assert.ok([...headers].some(([, value]) => value.includes(SECRET)));
    assert.ok(![url, body, ...[...headers].flat()].join().includes(KEY));
    assert.ok(![JSON.stringify(response.data), ...[...response.response.headers].flat()].join().includes(SECRET));
  });
}
