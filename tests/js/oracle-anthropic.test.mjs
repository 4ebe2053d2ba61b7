// Anthropic's own SDK on the recorded answers: it and rivulet must find the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import SDK from '@anthropic-ai/sdk';

import { Anthropic } from '../../dist/index.js';
import { KEY, answering, compare, nothing, recordings } from './oracle.mjs';

// Part L3 of the wire reference.
const FINISH = {
  end_turn: 'stop', stop_sequence: 'stop', max_tokens: 'length', model_context_window_exceeded: 'length', tool_use: 'tool_calls',
  refusal: 'content_filter', pause_turn: 'unknown',
};

const GOOD_END = ['failed', 'prompt', 'completion', 'finish'];
const DELIBERATE = {
  'doc-no-stop': [GOOD_END, 'with the stop reason all of the answer has come'],
  'doc-not-json-event': [['failed', 'text', ...GOOD_END.slice(1)], 'what nobody knows may be anything'],
  'doc-tool-not-json': [['calls'], 'the SDK gives an object without what was cut, rivulet the text as it is'],
};

async function theirs({ isWhole }, fetch) {
  const client = new SDK({ apiKey: KEY, baseURL: 'http://anthropic.example', maxRetries: 0, logLevel: 'off', fetch });
  const asked = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'Hi' }] };
  const seen = { ...nothing(), failed: true };
  let message;
  try {
    if (isWhole) {
      message = await client.messages.create(asked);
    } else {
      const stream = client.messages.stream(asked);
      stream.on('text', (delta) => (seen.text += delta));
      stream.on('thinking', (delta) => (seen.reasoning += delta));
      message = await stream.finalMessage();
    }
  } catch {
    return seen;
  }
  if (!Array.isArray(message.content)) return seen;
  const joined = (type, key) => message.content.filter((block) => block.type === type).map((block) => block[key]).join('');
  const calls = message.content.filter(({ type }) => type === 'tool_use').map(({ id, name, input }) => ({ id, name, arguments: input }));
  const { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: written, output_tokens: completion } = message.usage;
  // The service counts the tokens of its cache beside the others; rivulet's count is of the whole request, as with other services.
  const prompt = input + (read ?? 0) + (written ?? 0);
  return { failed: false, text: joined('text', 'text'), reasoning: joined('thinking', 'thinking'), calls, prompt, completion, finish: FINISH[message.stop_reason] };
}

test('rivulet and the SDK of Anthropic find the same in each recorded answer', async () => {
  const count = await compare('anthropic', Anthropic, theirs, DELIBERATE, { hasIds: true });
  assert.ok(count > 40, `${count} answers`);
});

test('what the SDK keeps of a turn with thoughts is what goes back', async () => {
  const answer = recordings('anthropic').find(({ name }) => name === 'tools-after-thinking');
  const stream = new SDK({ apiKey: KEY, fetch: answering(answer) }).messages.stream({ model: 'm', max_tokens: 1, messages: [] });
  const { content } = await stream.finalMessage();

  const sent = [];
  const fetch = async (url, { body }) => {
    sent.push(JSON.parse(body));
    return answering(answer)();
  };
  const provider = new Anthropic({ apiKey: KEY, defaultModel: 'm', fetch });
  const messages = [{ role: 'user', content: 'Weather?' }];
  const first = provider.createAsyncGenerator({ messages });
  const calls = [];
  for await (const event of first.events) if (event.type === 'tool-call' && event.done) calls.push(event);
  const asked = calls.map(({ id, name, arguments: given }) => ({ id, type: 'function', function: { name, arguments: given } }));
  messages.push({ role: 'assistant', content: null, tool_calls: asked }, { role: 'tool', tool_call_id: calls[0].id, content: 'rain' });
  // As an application keeps it between two requests.
  const conversation = JSON.parse(JSON.stringify(first.conversation));
  await provider.createAsync({ messages, conversation });
  assert.deepEqual(sent[1].messages[1], { role: 'assistant', content });
});
