// Gemini: what `@google/genai` understands of each recording, rivulet understands, too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GoogleGenAI } from '@google/genai';

import { Gemini } from '../../dist/index.js';
import { compare, nothing } from './oracle.mjs';

const FINISH = { STOP: 'stop', FUNCTION_CALL: 'tool_calls', MAX_TOKENS: 'length', SAFETY: 'content_filter' };

async function theirs({ isWhole }, fetch) {
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: 'https://gemini.example' } });
  const own = globalThis.fetch;
  globalThis.fetch = fetch;
  const seen = nothing();
  try {
    const given = { model: 'm', contents: 'Hi' };
    const chunks = isWhole ? [await client.models.generateContent(given)] : await client.models.generateContentStream(given);
    for await (const chunk of chunks) take(seen, chunk);
  } catch {
    seen.failed = true;
  } finally {
    globalThis.fetch = own;
  }
  if (seen.finish === 'stop' && seen.calls.length > 0) seen.finish = 'tool_calls';
  return seen;
}

function take(seen, { candidates: [candidate] = [], usageMetadata: usage }) {
  for (const { text = '', thought, functionCall } of candidate?.content?.parts ?? []) {
    seen[thought ? 'reasoning' : 'text'] += text;
    if (functionCall) seen.calls.push({ name: functionCall.name, arguments: functionCall.args });
  }
  if (candidate?.finishReason) seen.finish = FINISH[candidate.finishReason] ?? 'unknown';
  if (!usage) return;
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount } = usage;
  seen.prompt = promptTokenCount;
  // Thoughts are paid for, and not among the candidates' tokens.
  if (candidatesTokenCount !== undefined) seen.completion = candidatesTokenCount + (thoughtsTokenCount ?? 0);
}

const ARRAY = 'the client reads no array, since it asks for none';
const DELIBERATE = {
  'cut-midstream': [['failed'], 'the client takes a cut for an end'],
  'doc-array': [['text', 'prompt', 'completion', 'finish'], ARRAY],
  'doc-array-error-late': [['failed', 'text'], ARRAY],
  'doc-finish-message': [['failed', 'finish'], 'the client leaves it to its caller that the call is no answer'],
  'doc-blocked-prompt': [['failed', 'prompt'], 'the client leaves a refusal to its caller'],
};

test('rivulet understands what @google/genai does', async () => {
  const count = await compare('gemini', Gemini, theirs, DELIBERATE);
  assert.ok(count > 30, `${count} recordings`);
});

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } } };
const CALL = { functionCall: { id: 'c1', name: 'look', args: { city: 'Köln' } }, thoughtSignature: 'c2ln' };

test('rivulet asks as @google/genai does', async () => {
  const asked = [];
  const fetch = async (url, { headers, body }) => {
    asked.push({ url: String(url), key: new Headers(headers).get('x-goog-api-key'), body: JSON.parse(body) });
    return new Response('data: {"candidates":[{"finishReason":"STOP"}]}\n\n', { headers: { 'content-type': 'text/event-stream' } });
  };
  const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: 'https://gemini.example' } });
  const own = globalThis.fetch;
  globalThis.fetch = fetch;
  try {
    const config = {
      systemInstruction: { parts: [{ text: 'Be brief.' }] }, temperature: 0.5, topP: 0.9, maxOutputTokens: 9, stopSequences: ['END'], seed: 7,
      thinkingConfig: { thinkingLevel: 'low', includeThoughts: true }, responseMimeType: 'application/json', responseJsonSchema: SCHEMA,
      tools: [{ functionDeclarations: [{ name: 'look', description: 'Looks', parametersJsonSchema: SCHEMA }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
    };
    const contents = [
      { role: 'user', parts: [{ text: 'What?' }, { inlineData: { mimeType: 'image/png', data: 'AA==' } }, { fileData: { fileUri: 'https://a.example/b.png', mimeType: 'image/png' } }] },
      { role: 'model', parts: [CALL] },
      { role: 'user', parts: [{ functionResponse: { id: 'c1', name: 'look', response: { output: 'rain' } } }, { text: 'So?' }] },
    ];
    for await (const _ of await client.models.generateContentStream({ model: 'm', contents, config })) continue;
  } finally {
    globalThis.fetch = own;
  }
  const gemini = new Gemini({ baseUrl: 'https://gemini.example/v1beta', apiKey: 'k', defaultModel: 'm', fetch });
  const image = (url) => ({ type: 'image_url', image_url: { url } });
  await gemini.createAsync({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'What?' }, image('data:image/png;base64,AA=='), image('https://a.example/b.png')] },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"city":"Köln"}' } }] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'user', content: 'So?' },
    ],
    conversation: { c1: CALL }, temperature: 0.5, topP: 0.9, maxTokens: 9, stop: 'END', seed: 7, reasoningEffort: 'low',
    responseFormat: { type: 'json_schema', json_schema: { name: 'city', schema: SCHEMA } },
    tools: [{ type: 'function', function: { name: 'look', description: 'Looks', parameters: SCHEMA } }],
    toolChoice: { type: 'function', function: { name: 'look' } },
  });
  assert.equal(asked.length, 2);
  assert.deepEqual(asked[1], asked[0]);
});
