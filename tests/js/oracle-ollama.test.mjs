// Ollama: what `ollama` understands of each recording, rivulet understands, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Ollama as Client } from 'ollama';

import { Ollama } from '../../dist/index.js';
import { compare, nothing } from './oracle.mjs';

async function theirs({ isWhole }, fetch) {
  const client = new Client({ host: 'http://ollama.example', fetch });
  const seen = nothing();
  try {
    const given = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
    const lines = isWhole ? [await client.chat(given)] : await client.chat({ ...given, stream: true });
    for await (const line of lines) take(seen, line);
  } catch {
    seen.failed = true;
  }
  if (seen.finish === 'stop' && seen.calls.length > 0) seen.finish = 'tool_calls';
  return seen;
}

function take(seen, { message, done, done_reason: reason, prompt_eval_count: prompt, eval_count: completion }) {
  seen.text += message.content;
  seen.reasoning += message.thinking ?? '';
  for (const call of message.tool_calls ?? []) seen.calls.push({ name: call.function.name, arguments: call.function.arguments });
  if (!done) return;
  Object.assign(seen, { prompt, completion, finish: reason === 'load' ? 'unknown' : (reason ?? 'stop') });
}

const DELIBERATE = {
  'doc-malformed': [['failed', 'prompt', 'completion', 'finish'], 'the client skips what it cannot read'],
};

test('rivulet understands what ollama does', async () => {
  // It warns of lines that are no JSON.
  const { warn } = console;
  console.warn = () => {};
  try {
    const count = await compare('ollama', Ollama, theirs, DELIBERATE);
    assert.ok(count > 25, `${count} recordings`);
  } finally {
    console.warn = warn;
  }
});

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const TOOL = { type: 'function', function: { name: 'look', description: 'Looks', parameters: SCHEMA } };

test('rivulet asks as ollama does', async () => {
  const asked = [];
  const fetch = async (url, { body }) => {
    asked.push({ url: String(url), body: JSON.parse(body) });
    return new Response('{"message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop"}\n');
  };
  const client = new Client({ host: 'http://ollama.example:11434', fetch });
  const lines = await client.chat({
    model: 'm', stream: true, think: 'low', format: SCHEMA, tools: [TOOL],
    options: { temperature: 0.5, top_p: 0.9, num_predict: 9, stop: ['END'], seed: 7 },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What?', images: ['AA=='] },
      { role: 'assistant', content: '', tool_calls: [{ id: 'c1', function: { name: 'look', arguments: { city: 'Köln' } } }] },
      { role: 'tool', content: 'rain', tool_name: 'look', tool_call_id: 'c1' },
    ],
  });
  for await (const _ of lines) continue;
  const ollama = new Ollama({ baseUrl: 'http://ollama.example:11434', defaultModel: 'm', fetch });
  await ollama.createAsync({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'What?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"city":"Köln"}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
    ],
    temperature: 0.5, topP: 0.9, maxTokens: 9, stop: 'END', seed: 7, reasoningEffort: 'low', tools: [TOOL],
    responseFormat: { type: 'json_schema', json_schema: { name: 'city', schema: SCHEMA } },
  });
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1], asked[0]);
});
