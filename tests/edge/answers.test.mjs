// What the endpoint answers, in its stages: the first content, the middle, the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiPuffer, Fallback, OpenAiChat } from '../../dist/index.js';
import { assertWorks, CHAT, endpoint, MESSAGES, refused, request, useSites } from './helper.mjs';

const used = useSites();

test('429 stays 429, with the time to wait', async () => {
  const fetch = async () => Response.json({ message: 'slow down' }, { status: 429, headers: { 'retry-after': '120' } });
  const response = await endpoint(used, { fetch })(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  assert.equal(response.headers.get('retry-after'), '120');
  assert.equal(response.headers.get('x-should-retry'), 'true');
  const told = await refused(response);
  assert.deepEqual([told.status, told.type], [429, 'rate_limit_error']);
});

test('a retry for which firstChunk has no room is left to the client', { timeout: 20_000 }, async () => {
  let asked = 0;
  const fetch = async () => {
    asked++;
    return Response.json({ message: 'slow down' }, { status: 429, headers: { 'retry-after': '30' } });
  };
  const handler = endpoint(used, { fetch, timeout: { firstChunk: 20_000 } });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  assert.deepEqual([response.status, response.headers.get('retry-after')], [429, '30']);
  assert.ok(asked < 3, `${asked} requests: one for the nonce and one for the message`);
});

test('a silent service is given up with 504, and is stopped', { timeout: 20_000 }, async () => {
  used.site.fault('mute');
  const handler = endpoint(used, { timeout: { firstChunk: 80 } });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  assert.equal((await refused(response)).status, 504);
  assert.equal(await (await used.site.requests.when('chat')).closed, 'aborted');
});

/** Says a text and then these bits, one each 40 ms: longer in all than the clocks of the tests allow. */
function slow(what, asked = () => {}) {
  const encoder = new TextEncoder();
  const delta = (given) => encoder.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: given }] })}\n\n`);
  const bits = [delta({ content: 'text' }), ...Array.from({ length: 14 }, () => delta({ [what]: ' bit' })), encoder.encode('data: [DONE]\n\n')];
  const fetch = async () => {
    asked();
    const left = bits.values();
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 40));
        const { value, done } = left.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    }));
  };
  return new OpenAiChat({ baseUrl: 'https://llm.example', defaultModel: 'm', retries: 0, fetch });
}

// What Responses sends of a thought behind the text is nothing.
for (const [what, stream] of [['content', false], ['reasoning_content', false], ['reasoning_content', true]]) {
  const path = stream ? '/v1/responses' : CHAT;
  test(`${what} that comes bit by bit is no silence, though ${path} has nothing to send yet`, { timeout: 20_000 }, async () => {
    const handler = endpoint(used, { providers: { shop: slow(what) }, timeout: { firstChunk: 300, idle: 300 } });
    const asked = stream ? { model: 'shop', input: 'x', stream } : { model: 'shop', messages: MESSAGES };
    const response = await handler(request(path, { body: asked }));
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.ok(!text.includes('timeout') && text.includes('text'), text);
  });
}

test('of two that race the one wins that says something first, also where the answer is wanted whole', { timeout: 20_000 }, async () => {
  let second = 0;
  const race = new Fallback([slow('content'), slow('content', () => second++)], { hedgeAfter: 200 });
  const handler = endpoint(used, { providers: { shop: race } });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES } }));
  assert.equal((await response.json()).choices[0].message.content, `text${' bit'.repeat(14)}`);
  assert.equal(second, 0, 'the second one was asked for nothing');
});

test("the client's abort stops the service, before and after the head", { timeout: 20_000 }, async () => {
  const controller = new AbortController();
  used.site.fault('mute');
  const answer = endpoint(used)(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true }, signal: controller.signal }));
  const silent = await used.site.requests.next('chat');
  controller.abort();
  assert.equal(await silent.closed, 'aborted');
  await answer;

  used.site.fault({ name: 'stall', after: 2 });
  const response = await endpoint(used)(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  const talking = await used.site.requests.when('chat');
  await response.body.cancel();
  assert.equal(await talking.closed, 'aborted');
});

test('silence is kept alive by comments, which are no events', { timeout: 20_000 }, async () => {
  used.site.fault({ name: 'stall', after: 2 });
  const handler = endpoint(used, { keepAlive: 30 });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  const reader = response.body.getReader();
  let text = '';
  while (!text.includes(': ping\n\n: ping\n\n')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});

test('what cannot be honoured is listed in a header that can hold it', async () => {
  const body = { model: 'shop', messages: MESSAGES, temperature: 0.5, logit_bias: {}, tool_choice: 'auto', unknown_field: 1 };
  const response = await endpoint(used)(request(CHAT, { body }));
  const warnings = response.headers.get('x-rivulet-warnings');
  for (const word of ['temperature', 'logit_bias', 'toolChoice']) assert.ok(warnings.includes(word), word);
  assert.ok(!warnings.includes('unknown_field'));
});

test('usage comes only where it was asked for, in the last chunk before [DONE]', async () => {
  const chunks = async (more) => {
    const response = await endpoint(used)(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true, ...more } }));
    return (await response.text()).trimEnd().split('\n\n').slice(0, -1).map((line) => JSON.parse(line.slice(6)));
  };
  assert.ok((await chunks({})).every((chunk) => !('usage' in chunk)));
  const told = await chunks({ stream_options: { include_usage: true } });
  assert.ok(told.slice(0, -1).every((chunk) => chunk.usage === null));
  assert.deepEqual(told.at(-1).choices, []);
  assert.ok(told.at(-1).usage.total_tokens > 0);
});

test("who listens is told of requests, ends and errors, and cannot break them", async () => {
  const told = [];
  const handler = endpoint(used, { onEvent: (event) => { told.push(event.type); throw new Error('mine'); } });
  await assertWorks(handler);
  const streamed = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  await streamed.text();
  await handler(request(CHAT, { body: '{' }));
  assert.deepEqual(told, ['request', 'end', 'request', 'end', 'error']);
});

test('another protocol, another session store', async () => {
  const entries = new Map();
  const session = () => ({ get: (key) => entries.get(key), set: (key, value) => void entries.set(key, value), delete: (key) => void entries.delete(key) });
  const handler = endpoint(used, { providers: { puffer: new AiPuffer({ url: used.site.url, botId: 5 }) }, session });
  const response = await handler(request(CHAT, { body: { model: 'puffer', messages: MESSAGES } }));
  assert.equal(response.status, 200);
  assert.equal(entries.size, 1);
});
