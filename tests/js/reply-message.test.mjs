// What `reply.message` and `reply.usage` are before, during and after a reply, as index.d.ts says it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Fallback } from '../../dist/index.js';
import { delta, end, fails, frame, service, streams, text } from './services.mjs';

const thought = (words) => delta({ reasoning_content: words });
const counted = frame({ choices: [{ index: 0, delta: { content: 'Hel' } }], usage: { prompt_tokens: 3, completion_tokens: 1 } });
const call = (id, given, more = {}) => delta({ tool_calls: [{ index: 0, id, function: { name: 'f', arguments: given }, ...more }] });
const HALF = [thought('Hm.'), counted, call('c', '{"a"')];
const WHOLE = { role: 'assistant', content: 'Hel', reasoning_content: 'Hm.' };

const begin = (answer, options = {}) => service('A', answer).provider.createAsyncGenerator({ messages: 'Hi', retries: 0, ...options });
const counts = ({ usage }) => [usage.inputTokens, usage.outputTokens];

test('a message grows with what came, and is a new object each time', async () => {
  const reply = begin(streams([...HALF, call(undefined, ':1}'), ...end('tool_calls')]));
  assert.deepEqual([reply.message, reply.usage], [{ role: 'assistant', content: '' }, undefined]);
  const seen = [];
  for await (const event of reply.events) seen.push([event.type, event.done, reply.message]);
  assert.deepEqual(seen.slice(0, 3), [
    ['reasoning', undefined, { role: 'assistant', content: '', reasoning_content: 'Hm.' }], ['text', undefined, WHOLE], ['tool-call', false, WHOLE],
  ]);
  const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
  assert.deepEqual(reply.message, { ...WHOLE, tool_calls });
  assert.notEqual(reply.message, reply.message);
});

test('a message that only calls tools has null as content', async () => {
  const reply = begin(streams([call('c', '{}', { extra_content: { google: { thought_signature: 's' } } }), ...end('tool_calls')]));
  await reply.text();
  const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 's' } } }];
  assert.deepEqual(reply.message, { role: 'assistant', content: null, tool_calls });
});

test('after an abort, an error and a loop that was left, message and counts are what came, without the call that is not complete', async () => {
  const stop = new AbortController();
  const aborted = begin(streams(HALF, { open: true }), { signal: stop.signal });
  await assert.rejects(async () => {
    for await (const { type } of aborted.events) if (type === 'tool-call') stop.abort();
  }, { name: 'AbortError' });
  const broken = begin(streams(HALF, { breaks: new TypeError('reset') }));
  await assert.rejects(async () => {
    for await (const _ of broken.events);
  }, { code: 'network' });
  const left = begin(streams(HALF));
  for await (const { type } of left.events) if (type === 'tool-call') break;
  for (const reply of [aborted, broken, left]) {
    assert.deepEqual([reply.message, counts(reply), reply.toolCalls, reply.finish], [WHOLE, [3, 1], [], undefined]);
  }
});

test('images and details of the reasoning are in the message, and it is plain JSON', async () => {
  const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }];
  const reasoning_details = [{ type: 'reasoning.text', text: 'Hm.', signature: 's' }];
  const reply = begin(streams([delta({ content: 'Look.', images, reasoning_details }), ...end()]));
  await reply.text();
  assert.deepEqual(reply.message, { role: 'assistant', content: 'Look.', reasoning_content: 'Hm.', images, reasoning_details });
  assert.deepEqual(JSON.parse(JSON.stringify(reply.message)), reply.message);
});

test('a text that is longer than maxEventBytes is no message, and comes all the same', async () => {
  const reply = begin(streams([...Array(30).fill(text('x'.repeat(100))), ...end()]), { maxEventBytes: 2_000 });
  let length = 0;
  for await (const piece of reply) length += piece.length;
  assert.deepEqual([length, reply.message, reply.finish.reason], [3_000, undefined, 'stop']);
});

test('of a Fallback it is the message of the provider that answers', async () => {
  const providers = [service('A', fails(500, 'no')).provider, service('B', streams([thought('Hm.'), text('Hel'), ...end()])).provider];
  const reply = new Fallback(providers, { retriesEach: 0 }).createAsyncGenerator({ messages: 'Hi' });
  assert.deepEqual(reply.message, { role: 'assistant', content: '' });
  await reply.text();
  assert.deepEqual(reply.message, WHOLE);
});
