// The endpoint on real workerd, asked by real clients.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { pythonWithOpenai } from '../../scripts/lib/python.mjs';
import { launch } from '../browser/browser.mjs';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';
import { startWorkerd } from '../../scripts/lib/workerd.mjs';
import { bundleInstalled } from '../workerd/harness.mjs';
import { CLIENTS, output } from './clients.mjs';

const KEY = 'sk-test-of-the-edge';
const PROMPT = 'Which words come back? Привет, 你好, "quotes" and 👋';
const ANSWER = replyTo([{ role: 'user', content: PROMPT }], 0);

let bundle;
let site;
let page;
let service;
let origin;
let workerd;
let at;

before(async () => {
  bundle = await bundleInstalled(new URL('./worker.js', import.meta.url));
  site = await startSite({ delay: 0 });
  page = createServer((_, outgoing) => outgoing.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>')).listen(0, '127.0.0.1');
  await once(page, 'listening');
  // Another origin than 127.0.0.1, for a browser.
  origin = `http://localhost:${page.address().port}`;
  service = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    const data = JSON.parse(body).input.map((text, index) => ({ index, embedding: [text.length, 0.5] }));
    outgoing.end(JSON.stringify({ data, model: 'm', usage: { prompt_tokens: data.length, total_tokens: data.length } }));
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const VECTORS = `http://127.0.0.1:${service.address().port}`;
  workerd = await startWorkerd(bundle, { env: { SITE: site.url, KEY, PAGES: `https://app.example ${origin}`, VECTORS } });
  at = { baseURL: `${workerd.url}/v1`, apiKey: KEY, prompt: PROMPT };
});
after(async () => {
  for (const server of [page, service]) {
    server?.closeAllConnections();
    server?.close();
  }
  await workerd?.stop();
  await site?.close();
  await bundle?.remove();
  printMatrix();
});
beforeEach(() => site.clear());

const client = (options = {}) => new OpenAI({ baseURL: at.baseURL, apiKey: KEY, maxRetries: 0, ...options });
const post = (path, body, init = {}) => fetch(`${workerd.url}${path}`, {
  method: 'POST', body: JSON.stringify(body), ...init,
  headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...init.headers },
});

/** @type {Record<string, Record<string, string>>} */
const matrix = {};

function printMatrix() {
  console.log(`\n  ${'client'.padEnd(28)}stream  whole`);
  for (const [name, row] of Object.entries(matrix)) {
    console.log(`  ${name.padEnd(28)}${(row.stream ?? '-').padEnd(8)}${row.whole ?? '-'}`);
  }
}

for (const [name, ways] of Object.entries(CLIENTS)) {
  for (const [way, ask] of Object.entries(ways)) {
    test(`${name}: ${way}`, async () => {
      (matrix[name] ??= {})[way] = 'FAILED';
      assert.equal(await ask(at), ANSWER);
      matrix[name][way] = 'ok';
    });
  }
}

test("Python's openai", async () => {
  matrix["Python's openai"] = { stream: 'FAILED', whole: 'FAILED' };
  const script = new URL('./python_client.py', import.meta.url).pathname;
  const told = JSON.parse(await output(await pythonWithOpenai(), [script, at.baseURL, KEY, PROMPT]));
  for (const way of ['stream', 'whole', 'responses', 'output_text']) assert.equal(told[way], ANSWER, way);
  assert.equal(told.finish, 'stop');
  assert.ok(told.usage > 0);
  assert.equal(told.last, 'response.completed');
  assert.deepEqual(told.models, ['down', 'power', 'puffer', 'shop', 'shop:gpt-4', 'shop:gpt-4o', 'vectors']);
  assert.deepEqual(told.vectors, [[1, 0.5], [2, 0.5]]);
  assert.deepEqual(told.errors, { unknown: 'NotFoundError', key: 'AuthenticationError', bad: 'BadRequestError' });
  matrix["Python's openai"] = { stream: 'ok', whole: 'ok' };
});

test('vectors, which openai asks for as Base64', async () => {
  const input = Array.from({ length: 150 }, (_, i) => 'x'.repeat(i + 1));
  const { data, usage } = await client().embeddings.create({ model: 'vectors', input });
  assert.deepEqual(data.map(({ embedding }) => embedding), input.map((text) => [text.length, 0.5]));
  assert.equal(usage.total_tokens, 150);
});

test('a page of another origin in real Chromium: preflight, then the stream by fetch', async () => {
  matrix['fetch in Chromium'] = { stream: 'FAILED' };
  const browser = await launch();
  try {
    const opened = await browser.newPage();
    await opened.goto(`${origin}/`);
    const { pieces, requestId } = await opened.evaluate(async ({ baseURL, apiKey, prompt }) => {
      const response = await fetch(`${baseURL}/chat/completions`, {
        method: 'POST',
        // A header of a client's own, which the preflight asks for.
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'x-stainless-lang': 'js' },
        body: JSON.stringify({ model: 'shop', stream: true, messages: [{ role: 'user', content: prompt }] }),
      });
      const pieces = [];
      let rest = '';
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        rest += decoder.decode(read.value, { stream: true });
        const frames = rest.split('\n\n');
        rest = frames.pop();
        for (const data of frames.map((frame) => frame.slice(6)).filter((data) => data !== '[DONE]')) {
          pieces.push(JSON.parse(data).choices[0]?.delta.content ?? '');
        }
      }
      return { pieces, requestId: response.headers.get('x-request-id') };
    }, at);
    assert.equal(pieces.join(''), ANSWER);
    assert.match(requestId, /^[0-9a-f-]{36}$/, 'what is exposed can be read');
    const wrong = await opened.evaluate(({ baseURL }) => fetch(`${baseURL}/models`).then(({ status }) => status), at);
    assert.equal(wrong, 401, 'an error can be read, too');
    await opened.goto(`http://127.0.0.1:${page.address().port}/`);
    const foreign = await opened.evaluate(({ baseURL }) => fetch(`${baseURL}/health`).then(() => 'read', () => 'refused'), at);
    assert.equal(foreign, 'refused', 'a page that is not listed');
  } finally {
    await browser.close();
  }
  matrix['fetch in Chromium'] = { stream: 'ok' };
});

for (const model of ['power', 'puffer', 'shop:gpt-4']) {
  test(`${model} answers too`, async () => {
    const { choices } = await client().chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }] });
    assert.match(choices[0].message.content, /You said: "Hi"/);
  });
}

test('the first chunk arrives while the site is still writing', async () => {
  site.set({ delay: 50 });
  const stream = await client().chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: PROMPT }], stream: true });
  for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
  const request = await site.requests.when('chat');
  assert.equal(await request.closed, 'aborted', 'break stops the site');
  site.set({ delay: 0 });
});

// workerd notices a client's leaving when it writes to it: the comments that keep the connection alive are the writes.
test('a client that leaves while the site is silent stops the site with the next comment', async () => {
  site.fault({ name: 'stall', after: 2 });
  const controller = new AbortController();
  const response = await post('/v1/chat/completions', {
    model: 'shop', messages: [{ role: 'user', content: PROMPT }], stream: true,
  }, { signal: controller.signal });
  await response.body.getReader().read();
  const request = await site.requests.when('chat');
  const left = performance.now();
  controller.abort();
  assert.equal(await request.closed, 'aborted');
  assert.ok(performance.now() - left < 2_000, `${performance.now() - left} ms`);
});

test('an upstream that breaks in mid-stream is an error event, never [DONE]', async () => {
  for (const path of ['/v1/chat/completions', '/v1/responses']) {
    site.fault({ name: 'truncate', after: 3 });
    const body = { model: 'shop', messages: [{ role: 'user', content: PROMPT }], input: PROMPT, stream: true };
    const text = await (await post(path, body)).text();
    assert.doesNotMatch(text, /\[DONE\]|response\.completed/);
    const last = text.trimEnd().split('\n').at(-1);
    const told = JSON.parse(last.slice('data: '.length));
    if (path.endsWith('completions')) {
      assert.deepEqual(Object.keys(told.error), ['message', 'type', 'param', 'code']);
    } else {
      assert.equal(told.type, 'response.failed');
      assert.equal(told.response.status, 'failed');
      assert.equal(told.response.error.code, 'server_error');
      assert.ok(told.response.output[0].content[0].text.length > 0, 'what came is not lost');
      const error = JSON.parse(/event: error\ndata: (.*)/.exec(text)[1]);
      assert.deepEqual(Object.keys(error), ['type', 'error', 'sequence_number']);
      assert.deepEqual(Object.keys(error.error), ['message', 'type', 'param', 'code']);
      const numbers = [...text.matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));
      assert.deepEqual(numbers, numbers.map((_, index) => index));
    }
  }
  site.fault({ name: 'truncate', after: 3 });
  const stream = await client().chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: PROMPT }], stream: true });
  await assert.rejects(async () => { for await (const chunk of stream) assert.ok(chunk); }, OpenAI.APIError);
});

test('errors before the first event have the classes that clients know', async () => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const create = (model, options) => client(options).chat.completions.create({ model, messages, stream: true });
  await assert.rejects(create('nope'), OpenAI.NotFoundError);
  await assert.rejects(create('shop:nope'), OpenAI.NotFoundError);
  await assert.rejects(create('shop', { apiKey: 'wrong' }), OpenAI.AuthenticationError);
  await assert.rejects(client().chat.completions.create({ model: 'shop', messages: [] }), OpenAI.BadRequestError);
  await assert.rejects(create('down'), (error) => error instanceof OpenAI.InternalServerError && !/127\.0\.0\.1/.test(error.message));
  site.set({ limit: true });
  await assert.rejects(create('shop'), OpenAI.RateLimitError);
  site.set({ limit: false });
});

test('what cannot heal is not tried again, what can is', async () => {
  const told = [];
  const counting = (url, init) => fetch(url, init).then((response) => (told.push(response.headers.get('x-should-retry')), response));
  await assert.rejects(client({ maxRetries: 2, fetch: counting }).chat.completions.create({ model: 'nope', messages: [] }));
  assert.deepEqual(told, ['false']);
});

test('a missing message, a long one: the words of the site reach the client', async () => {
  const long = 'x'.repeat(600);
  const call = client().chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: long }] });
  await assert.rejects(call, (error) => error instanceof OpenAI.BadRequestError && /512/.test(error.message));
});

test('200 requests at once', async () => {
  const ask = async (index) => {
    const { choices } = await client().chat.completions.create({ model: 'shop', messages: [{ role: 'user', content: `No. ${index}` }] });
    return choices[0].message.content.includes(`"No. ${index}"`);
  };
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index)));
  assert.equal(answers.filter(Boolean).length, 200);
});

test('the relay, in the same Worker', async () => {
  const response = await fetch(`${workerd.url}/relay/${site.url}/wp-json/mwai/v1/start_session`, {
    method: 'POST', headers: { origin: 'https://app.example' },
  });
  assert.equal(response.status, 200);
  assert.equal((await response.json()).success, true);
  assert.equal((await fetch(`${workerd.url}/relay/${site.url}/wp-login.php`)).status, 401, 'no page, and no key');
  assert.equal((await fetch(`${workerd.url}/relay/${site.url}/wp-login.php`, { headers: { origin: 'https://app.example' } })).status, 403);
});

test('nothing was complained about', () => {
  assert.doesNotMatch(workerd.errors(), /uncaught|unhandled|hung|different request/i);
});
