// Endless responses: memory stays bounded, the error is `too_large`, and the module still works afterwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { AiEngine, Anthropic, ChatError, Fallback, Gemini, OpenAiChat, formatPrompt } from '../../dist/index.js';
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
  await chatError(provider.createAsync({ messages }), 'too_large', /^the messages are too large/);
  await chatError(new OpenAiChat({ defaultModel: 'm', fetch, extra: { messages } }).createAsync({ messages: 'Hi' }), 'too_large', /^the settings/);
  assert.throws(() => formatPrompt(messages), (reason) => reason instanceof ChatError && reason.code === 'too_large');
  await assertWorks(used);
});

test('a request that no string can hold is told, and does not end the process', async () => {
  const { code, message, sent } = await child('longest.mjs', { timeout: 120_000 });
  assert.deepEqual([code, sent], ['too_large', 0], message);
  assert.match(message, /^the message is too large/);
});

test('a text without end is collected up to maxEventBytes, and can be read beyond that', async () => {
  const frame = new TextEncoder().encode(`data: {"choices":[{"delta":{"content":"${'a'.repeat(1000)}"}}]}\n\n`);
  let cancelled = 0;
  const fetch = async () => new Response(new ReadableStream({
    pull: (controller) => controller.enqueue(frame),
    cancel: () => void cancelled++,
  }), { headers: { 'content-type': 'text/event-stream' } });
  const provider = new OpenAiChat({ defaultModel: 'm', fetch, retries: 0 });
  const limited = { messages: 'Hi', maxEventBytes: 100_000 };
  const both = new Fallback([provider]);
  for (const call of [
    () => provider.createAsync(limited),
    () => provider.with({ maxEventBytes: 100_000 }).createAsync({ messages: 'Hi' }),
    () => provider.createAsyncGenerator(limited).text(),
    () => both.createAsync(limited),
    () => provider.createAsync({ messages: 'Hi' }),
  ]) {
    const error = await chatError(call(), 'too_large', /^the whole text is larger than maxEventBytes \(\d+ bytes\): read it piece by piece$/);
    assert.equal(error.provider, 'OpenAiChat');
  }
  assert.equal(cancelled, 5, 'the rest is not read');
  let length = 0;
  for await (const piece of provider.createAsyncGenerator(limited)) if ((length += piece.length) > 1_000_000) break;
  assert.ok(length > 1_000_000);
});

test('events in one chunk cost linear time', async () => {
  const cost = async (count) => {
    const frames = 'data: {"type":"live","data":"a"}\n\n'.repeat(count);
    const fetch = async () => new Response(frames + END, { headers: { 'content-type': 'text/event-stream' } });
    let least = Infinity;
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      assert.equal((await used.engine.createAsync({ messages: PROMPT, fetch })).length, count);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  };
  const [few, many] = [await cost(12_500), await cost(100_000)];
  assert.ok(many < 28 * few, `${many} ms after ${few} ms for an eighth`);
});

/** A stream of frames that never ends. `sent.events` counts them. */
function endless(event, sent) {
  const encoder = new TextEncoder();
  return async (url) => {
    if (String(url).endsWith('start_session')) return new Response(JSON.stringify({ success: true, restNonce: 'abcdef1234' }));
    return new Response(new ReadableStream({
      pull(controller) {
        const value = typeof event === 'function' ? event(sent.events++) : (sent.events++, event);
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
      },
    }, { highWaterMark: 0 }));
  };
}

const delta = (delta) => ({ choices: [{ index: 0, delta }] });
const block = (at, content_block) => ({ type: 'content_block_start', index: at, content_block });

/** Streams that say little with each event, and never end: one of each kind that is kept. */
const ENDLESS = {
  'arguments of a call': [OpenAiChat, delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '12345678' } }] })],
  'calls of tools': [OpenAiChat, (at) => delta({ tool_calls: [{ index: at, id: `c${at}`, function: { name: 'f', arguments: '' } }] })],
  'names of calls that come late': [OpenAiChat, (at) => delta({ tool_calls: [{ index: at, function: { arguments: '' } }, { index: at, id: `c${at}`, function: { name: 'f' } }] })],
  'counts of tokens': [OpenAiChat, (at) => ({ choices: [], usage: { [`count${at % 64}`]: 'x'.repeat(at) } })],
  thoughts: [Anthropic, { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm, hm, ' } }],
  'thoughts in the beginnings of blocks': [Anthropic, (at) => block(at, { type: 'thinking', thinking: 'hm, hm, ' })],
  'redacted thoughts': [Anthropic, (at) => block(at, { type: 'redacted_thinking', data: 'aGVsbG8=' })],
  signatures: [Anthropic, { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: '12345678' } }],
  'calls with thoughts before them': [Anthropic, (at) => block(at, at % 2 ? { type: 'tool_use', id: `c${at}`, name: 'f', input: {} } : { type: 'redacted_thinking', data: 'x' })],
  'parts of the conversation': [Gemini, (at) => ({ candidates: [{ content: { parts: [{ functionCall: { id: `c${at}`, name: 'f' }, thoughtSignature: 'x' }] } }] })],
  'text that is compared with the final one': [AiEngine, { type: 'live', data: '12345678' }],
};

for (const [name, [Provider, event]] of Object.entries(ENDLESS)) {
  test(`${name} without end are too large, since they are kept`, async () => {
    const sent = { events: 0 };
    const given = Provider === AiEngine ? { url: 'https://shop.example' } : { apiKey: 'sk', defaultModel: 'm' };
    const provider = new Provider({ ...given, retries: 0, fetch: endless(event, sent), maxEventBytes: 10_000 });
    const reply = provider.createAsyncGenerator({ messages: 'Hi' }).events;
    await chatError((async () => {
      for await (const _ of reply);
    })(), 'too_large', /maxEventBytes/);
    assert.ok(sent.events < 2_000, `${sent.events} events`);
  });
}

/** What the endpoint repeats at the end of an answer. */
const REPEATED = {
  text: delta({ content: '12345678' }),
  reasoning: delta({ reasoning_content: '12345678' }),
};

for (const [name, event] of Object.entries(REPEATED)) {
  for (const [route, stream] of [['chat/completions', false], ['responses', false], ['responses', true]]) {
    test(`${name} without end is too large for the endpoint's ${route}${stream ? ' as a stream' : ''}, which repeats it`, async () => {
      const sent = { events: 0 };
      const provider = new OpenAiChat({ apiKey: 'sk', defaultModel: 'm', retries: 0, fetch: endless(event, sent), maxEventBytes: 10_000 });
      const handler = createHandler({ providers: () => ({ m: provider }), authorize: () => true });
      const body = JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content: 'Hi' }], input: 'Hi' });
      const response = await handler(new Request(`https://edge.example/v1/${route}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }), {});
      assert.match(await response.text(), /maxEventBytes|too large/);
      assert.ok(sent.events < 3_000, `${sent.events} events`);
    });
  }
}

test('an event of so many values that they would fill the memory is too large', async () => {
  const event = `data: {"choices":[],"x":[${'{"":0},'.repeat(1_000_000)}0]}\n\n`;
  const provider = new OpenAiChat({ apiKey: 'sk', defaultModel: 'm', retries: 0, fetch: async () => new Response(event) });
  await chatError(provider.createAsync({ messages: 'Hi' }), 'too_large', /so many values.*maxEventBytes/);
});

test('by default one reply fits into an isolate of 128 MB, whatever the service sends', async () => {
  for (const kind of ['text', 'lines', 'numbers', 'strings', 'objects', 'members', 'calls', 'thoughts']) {
    const { most } = await child('event.mjs', { args: [kind] });
    // Beside it there is the string that JavaScript gets, and the next chunk.
    assert.ok(most < 96 * MB, `${kind}: ${Math.round(most / MB)} MiB`);
  }
});
