// Every service against a server of their protocols that comes from elsewhere, over loopback. Prints which service can do what.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LLMock } from '@copilotkit/aimock';

import { ChatError } from '../../dist/index.js';
import { mockServices } from './mock-services.mjs';

const KEY = 'sk-placeholder-0123456789';
const TEXT = 'Привет, мир 👋 “quoted”, a\\b\n\tand more.';
const WEATHER = { name: 'get_weather', arguments: '{"city":"Köln"}' };
const TOOLS = [{
  type: 'function',
  function: { name: 'get_weather', description: 'Weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}];
/** By the names of each of them. */
const USAGE = {
  prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, input_tokens: 3, output_tokens: 4,
  promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7, prompt_eval_count: 3, eval_count: 4,
};
const PIXEL = 'data:image/png;base64,iVBORw0KGgo=';
const SCHEMA = { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object', properties: { a: { type: 'number' } } } } };

const table = [];
let mock;
let services;
/** Body of the last request. */
let sent;

before(async () => {
  mock = new LLMock({ port: 0, logLevel: 'silent' });
  mock.onToolResult('call_weather', { content: 'It is sunny.' });
  mock.onMessage('text', { content: TEXT, usage: USAGE });
  mock.onMessage('think', { content: 'Four.', reasoning: 'Two and two.' });
  mock.onMessage('weather', { toolCalls: [{ ...WEATHER, id: 'call_weather' }] });
  mock.onMessage('length', { content: 'Cut he', finishReason: 'length' });
  mock.onMessage('picture', { content: 'A pixel.' });
  mock.onMessage('json', { content: '{"a":1}' });
  mock.onMessage('busy', { error: { message: 'Too many requests', type: 'rate_limit_error' }, status: 429, retryAfter: 7 });
  await mock.start();
  const watched = (url, init) => {
    sent = init.body;
    return fetch(url, init);
  };
  services = mockServices(mock, { apiKey: KEY, fetch: watched });
});

after(async () => {
  await mock.stop();
  console.log(`\nservice × capability, against aimock 1.43.0:\n${table.join('\n')}`);
});

/** One test for each service, and a row of the table. `not`: what the mock does otherwise than the service itself. */
function each(capability, run, not = {}) {
  test(capability, async (context) => {
    const able = [];
    for (const name of Object.keys(services)) {
      if (not[name]) {
        able.push(`${name}: not of this mock (${not[name]})`);
        continue;
      }
      await context.test(name, async () => {
        able.push(`${name}: ${(await run(services[name], name)) ?? 'yes'}`);
      });
    }
    table.push(`  ${capability.padEnd(24)}${able.join(', ')}`);
  });
}

async function all(reply) {
  const seen = { text: '', reasoning: '', calls: [], events: [] };
  for await (const event of reply.events) {
    if (event.type === 'text') seen.text += event.text;
    else if (event.type === 'reasoning') seen.reasoning += event.text;
    else if (event.type === 'tool-call' && event.done) seen.calls.push(event);
    seen.events.push(event);
  }
  return { ...seen, finishReason: reply.finishReason, usage: reply.usage, conversation: reply.conversation };
}

const ask = (service, options) => all(service.createAsyncGenerator(typeof options === 'string' ? { messages: options } : options));

each('text, in pieces', async (service) => {
  const pieces = [];
  const reply = service.createAsyncGenerator({ messages: 'text' });
  for await (const piece of reply) pieces.push(piece);
  assert.equal(pieces.join(''), TEXT);
  assert.ok(pieces.length > 1);
  assert.equal(reply.finishReason, 'stop');
  return `${pieces.length}`;
});

each('usage', async (service) => {
  const { usage } = await ask(service, 'text');
  assert.deepEqual([usage.promptTokens, usage.completionTokens], [3, 4], JSON.stringify(usage));
  assert.ok(usage.totalTokens === undefined || usage.totalTokens === 7);
}, { Ollama: 'its counts are always 0' });

each('reasoning', async (service) => {
  const { text, reasoning } = await ask(service, { messages: 'think', reasoningEffort: 'low' });
  assert.deepEqual([text, reasoning], ['Four.', 'Two and two.']);
}, { Ollama: 'it says reasoning_content where Ollama says thinking', Cohere: 'it sends reasoning as text' });

each('tool call and result', async (service) => {
  const messages = [{ role: 'user', content: 'weather' }];
  const first = await ask(service, { messages, tools: TOOLS });
  assert.equal(first.finishReason, 'tool_calls');
  assert.equal(first.calls.length, 1);
  const [{ id, name, arguments: given }] = first.calls;
  assert.deepEqual([name, JSON.parse(given)], [WEATHER.name, JSON.parse(WEATHER.arguments)]);
  assert.ok(id.length > 0);
  messages.push(
    { role: 'assistant', content: null, tool_calls: [{ id, type: 'function', function: { name, arguments: given } }] },
    { role: 'tool', tool_call_id: id, content: 'sunny' },
  );
  assert.ok(sent.includes('"get_weather"'), 'the tool was offered');
  const second = await ask(service, { messages, tools: TOOLS, conversation: first.conversation });
  assert.ok(sent.includes('sunny'), 'the result was sent');
  // By its id the mock knows what to say; Ollama has none.
  if (id === 'call_weather') assert.equal(second.text, 'It is sunny.');
  const pieces = first.events.filter((event) => event.type === 'tool-call' && !event.done).length;
  return pieces > 1 ? 'in pieces' : 'whole';
});

each('finish reason length', async (service) => {
  assert.equal((await ask(service, 'length')).finishReason, 'length');
}, { Ollama: 'its done_reason is always stop', OpenAiResponses: 'it says incomplete without a reason' });

each('image in', async (service) => {
  const content = [{ type: 'text', text: 'picture' }, { type: 'image_url', image_url: { url: PIXEL } }];
  assert.equal((await ask(service, { messages: [{ role: 'user', content }] })).text, 'A pixel.');
  assert.ok(sent.includes('iVBORw0KGgo='));
});

each('JSON schema', async (service) => {
  assert.equal((await ask(service, { messages: 'json', responseFormat: SCHEMA })).text, '{"a":1}');
});

each('system message', async (service) => {
  const messages = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'text' }];
  assert.equal((await ask(service, { messages })).text, TEXT);
  assert.ok(sent.includes('Be brief.'));
});

each('models', async (service) => {
  const models = await service.listModels();
  assert.ok(models.length > 0 && models.every((name) => typeof name === 'string' && name.length > 0 && !name.startsWith('models/')), `${models}`);
  return `${models.length}`;
}, { Gemini: 'it has no list' });

each('429 with Retry-After', async (service, name) => {
  const error = await service.createAsync({ messages: 'busy' }).catch((thrown) => thrown);
  assert.ok(error instanceof ChatError, String(error));
  assert.deepEqual([error.code, error.status, error.retryable, error.retryAfterMs, error.provider], ['rate_limited', 429, true, 7000, name]);
  assert.match(error.message, /Too many requests/);
});

each('a break stops it', async (service) => {
  for await (const _ of service.createAsyncGenerator({ messages: 'text' })) break;
});
