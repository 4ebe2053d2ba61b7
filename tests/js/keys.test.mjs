// Keys of all services: in the one header where they belong, and in nothing that people print.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Anthropic, Cohere, Gemini, Ollama, OpenAiChat, OpenAiResponses, WorkersAi } from '../../dist/index.js';
import { KEYED, assertHasAll } from './exported.mjs';
import { chatError, printed, until } from './helper.mjs';

const KEY = 'sk-canary-0123456789';
const frame = (value) => `data: ${JSON.stringify(value)}\n\n`;

/** Class, settings beside the key, the header of the key, and a body that begins well and then fails with the message `words`. */
const SERVICES = [
  [OpenAiChat, {}, 'authorization', (words) => frame({ choices: [{ index: 0, delta: { content: 'a' } }] }) + frame({ error: { message: words } })],
  [OpenAiResponses, {}, 'authorization', (words) => frame({ type: 'response.output_text.delta', delta: 'a' }) + frame({ type: 'error', message: words })],
  [Anthropic, {}, 'x-api-key', (words) =>
    frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'a' } }) + frame({ type: 'error', error: { message: words } })],
  [Cohere, {}, 'authorization', (words) =>
    frame({ type: 'content-delta', delta: { message: { content: { text: 'a' } } } }) + frame({ type: 'message-end', delta: { finish_reason: 'ERROR', error: words } })],
  [Gemini, {}, 'x-goog-api-key', (words) => frame({ candidates: [{ content: { parts: [{ text: 'a' }] } }] }) + frame({ error: { message: words } })],
  [Ollama, {}, 'authorization', (words) => `${JSON.stringify({ message: { content: 'a' } })}\n${JSON.stringify({ error: words })}\n`],
  [WorkersAi, { accountId: 'account' }, 'authorization', (words) => frame({ response: 'a' }) + frame({ error: words })],
];

assertHasAll(SERVICES.map(([{ name }]) => name), KEYED);

const assertClean = (value, what) => assert.ok(!printed(value).includes('canary'), `${what}: ${printed(value)}`);

/** A provider whose requests `answer` answers, and what was asked. */
function service([Service, settings], answer) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url, headers: new Headers(init.headers), init });
    return answer();
  };
  return { asked, provider: new Service({ ...settings, apiKey: KEY, defaultModel: 'm', retries: 0, fetch }) };
}

for (const kind of SERVICES) {
  const [{ name }, , header, failing] = kind;
  const ask = (provider) => provider.createAsyncGenerator({ messages: 'Hi' });

  test(`${name}: the key is in one header, and in neither address nor body`, async () => {
    const { provider, asked } = service(kind, () => new Response('{}', { status: 500 }));
    await until(ask(provider));
    await provider.listModels().catch(() => {});
    for (const { url, headers, init } of asked) {
      assert.deepEqual([...headers].filter(([, value]) => value.includes(KEY)).map(([key]) => key), [header]);
      assert.ok(!url.includes(KEY) && !String(init.body).includes(KEY), url);
    }
  });

  test(`${name}: no value that is printed holds it, also where the service says it back`, async () => {
    const words = `Incorrect API key provided: ${KEY}. Bearer ${KEY}`;
    const type = { 'content-type': 'text/event-stream' };
    const answers = [
      ...[400, 401, 403, 404, 429, 500].map((status) => () => Response.json({ error: { message: words } }, { status })),
      () => new Response(`<title>${words}</title>`, { status: 502 }),
      () => new Response(words, { headers: type }),
      () => new Response(failing(words), { headers: type }),
      () => Response.error(),
    ];
    for (const answer of answers) {
      const { provider } = service(kind, answer);
      const reply = ask(provider);
      const { error } = await until(reply);
      assert.ok(error instanceof Error);
      for (const value of [provider, provider.with({ name: 'x' }), reply, reply.events, error]) assertClean(value, name);
    }
  });

  test(`${name}: text that came before an error is kept`, async () => {
    const { provider } = service(kind, () => new Response(failing('out of luck'), { headers: { 'content-type': 'text/event-stream' } }));
    const { pieces, error } = await until(ask(provider));
    assert.deepEqual([pieces, error.code], [['a'], 'service']);
    assert.match(error.message, /out of luck/);
  });

  test(`${name}: no redirect takes it elsewhere`, async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { provider, asked } = service(kind, () => new Response(null, { status, headers: { location: 'https://elsewhere.example/' } }));
      assertClean(await chatError(provider.createAsync({ messages: 'Hi' }), 'service', /elsewhere\.example/), 'the error');
      assert.equal(asked.length, 1);
      assert.equal(asked[0].init.redirect, 'manual');
    }
  });

  test(`${name}: a key that would end its header is refused before fetch could print it`, async () => {
    for (const bad of [`${KEY}\r\nX-Evil: 1`, `${KEY}\n`, `${KEY}\r`, `${KEY}\0`, `${KEY}я`]) {
      const { provider, asked } = service(kind, () => new Response('{}'));
      assertClean(await chatError(provider.with({ apiKey: bad }).createAsync({ messages: 'Hi' }), 'input', /apiKey/), 'the error');
      assert.equal(asked.length, 0);
    }
  });
}
