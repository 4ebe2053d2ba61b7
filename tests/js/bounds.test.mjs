// Endless responses: memory stays bounded, the error is `too_large`, and the module still works afterwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Anthropic, ChatError, OpenAiChat, formatPrompt } from '../../dist/index.js';
import { assertWorks, chatError, child, PROMPT, useSite } from './helper.mjs';

const used = useSite();
const MB = 1024 * 1024;
const END = 'data: {"type":"end","data":"{\\"success\\":true,\\"reply\\":\\"\\"}"}\n\n';

for (const name of ['line', 'json', 'bomb']) {
  test(`${name}: too_large at the limit that was given`, async () => {
    used.site.clear();
    used.site.fault(name);
    const call = used.engine.createAsync({ messages: PROMPT, maxEventBytes: 100_000 });
    await chatError(call, 'too_large', /maxEventBytes/);
    const request = await used.site.requests.when('chat');
    // The whole bomb is a megabyte on the wire, which is sent before it can be refused.
    if (name !== 'bomb') assert.equal(await request.closed, 'aborted', 'the rest is not read');
    await assertWorks(used);
  });
}

for (const fault of [{ name: 'line' }, { name: 'json', bytes: 1e8 }, { name: 'bomb' }]) {
  test(`${fault.name}: too_large by default, with memory to spare`, async () => {
    const { code, grown, works } = await child('huge.mjs', { args: [JSON.stringify(fault)] });
    assert.equal(code, 'too_large');
    assert.ok(grown < 768 * MB, `${Math.round(grown / MB)} MB`);
    assert.equal(works, true);
  });
}

test('an event of 8 MiB is delivered whole', async () => {
  const text = 'a'.repeat(8 * MB + 1);
  const frame = `data: {"type":"live","data":"${text}"}\n\n`;
  const fetch = async () => new Response(frame + END, { headers: { 'content-type': 'text/event-stream' } });
  assert.equal(await used.engine.createAsync({ messages: PROMPT, fetch }), text);
});

test('a consumer that stops reading holds the site back', async () => {
  const { pulled } = await stalled();
  assert.ok(pulled <= 64, `${pulled} chunks`);
});

/** Reads one of very many pieces and then nothing, while the body could give more at any time. */
async function stalled() {
  let pulled = 0;
  const frame = new TextEncoder().encode('data: {"type":"live","data":"piece"}\n\n');
  const fetch = async () => new Response(new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(frame);
    },
  }, { highWaterMark: 0 }));
  const reply = used.engine.createAsyncGenerator({ messages: PROMPT, fetch });
  await reply.next();
  await new Promise(setImmediate);
  await reply.return();
  return { pulled };
}

test('messages that no string can hold are told, and nothing is sent', async () => {
  // Longer texts do not go through JSON; the request of those is in the next test.
  const part = { type: 'text', text: 'x'.repeat(60_000) };
  const messages = [{ role: 'user', content: Array.from({ length: 9_000 }, () => part) }];
  const fetch = () => assert.fail('a request');
  const provider = new OpenAiChat({ defaultModel: 'm', fetch });
  const error = await chatError(provider.createAsync({ messages }), 'too_large', /^the messages are too large/);
  assert.ok(error.cause instanceof RangeError);
  await chatError(new OpenAiChat({ defaultModel: 'm', fetch, extra: { messages } }).createAsync({ messages: 'Hi' }), 'too_large', /^the settings/);
  assert.throws(() => formatPrompt(messages), (reason) => reason instanceof ChatError && reason.code === 'too_large');
  await assertWorks(used);
});

test('a request that no string can hold is told, and does not end the process', async () => {
  const { code, message, sent } = await child('longest.mjs', { timeout: 120_000 });
  assert.deepEqual([code, sent], ['too_large', 0], message);
  assert.match(message, /^the message is too large/);
});

test('100,000 events in one chunk take linear time', async () => {
  const frames = 'data: {"type":"live","data":"a"}\n\n'.repeat(100_000);
  const fetch = async () => new Response(frames + END, { headers: { 'content-type': 'text/event-stream' } });
  const start = performance.now();
  const text = await used.engine.createAsync({ messages: PROMPT, fetch });
  assert.equal(text.length, 100_000);
  assert.ok(performance.now() - start < 10_000);
});

/** Streams that say little with each event, and never end. */
const ENDLESS = {
  'arguments of a call': [OpenAiChat, { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '12345678' } }] } }] }],
  'calls of tools': [OpenAiChat, (at) => ({ choices: [{ index: 0, delta: { tool_calls: [{ index: at, id: `c${at}`, function: { name: 'f', arguments: '' } }] } }] })],
  thoughts: [Anthropic, { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm, hm, ' } }],
};

for (const [name, [Provider, event]] of Object.entries(ENDLESS)) {
  test(`${name} without end are too large, since they are kept`, async () => {
    let sent = 0;
    const encoder = new TextEncoder();
    const fetch = async () => new Response(new ReadableStream({
      pull(controller) {
        const value = typeof event === 'function' ? event(sent++) : (sent++, event);
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
      },
    }));
    const provider = new Provider({ apiKey: 'sk', defaultModel: 'm', retries: 0, fetch, maxEventBytes: 10_000 });
    await chatError(provider.createAsync({ messages: 'Hi' }), 'too_large', /maxEventBytes/);
    assert.ok(sent < 2_000, `${sent} events`);
  });
}
