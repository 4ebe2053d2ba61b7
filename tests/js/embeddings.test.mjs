// Vectors of texts: `embed` of every provider, of a `Fallback`, and by `POST /v1/embeddings` with real clients, over sockets.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { LLMock } from '@copilotkit/aimock';
import { GoogleGenAI } from '@google/genai';
import { embedMany } from 'ai';
import { Ollama as OllamaClient } from 'ollama';
import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import * as rivulet from '../../dist/index.js';
import { toNodeListener } from '../../dist/node.js';
import { PROVIDERS, SITES } from './exported.mjs';
import { chatError, within } from './helper.mjs';

const { ChatError, Fallback, OpenAiChat, Ollama, SERVICES, WorkersAi } = rivulet;
const KEY = 'sk-canary-0123456789';
const SOON = 5_000;
const MODEL = 'embedder';

/** A service in OpenAI's form. `answer(body, outgoing, number)` gives the JSON of an answer, or answers by itself. */
let service;
const stopping = [];

before(async () => {
  service = await serve();
});
after(() => stopping.forEach((stop) => stop()));

async function listen(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stopping.push(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}`;
}

async function serve() {
  const state = { asked: [], answer: vectors };
  state.url = await listen(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    state.asked.push({ url: incoming.url, headers: incoming.headers, body: JSON.parse(body), closed: once(outgoing, 'close') });
    const answer = await state.answer(state.asked.at(-1).body, outgoing, state.asked.length - 1);
    if (answer !== undefined) outgoing.setHeader('content-type', 'application/json').end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  return state;
}

/** A vector of a text that says which text it is: its length, and its last letter or token. */
const vector = (text) => [text.length + 0.5, typeof text === 'string' ? text.charCodeAt(text.length - 1) : text.at(-1)];
const base64 = (numbers) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

/** Vectors, from the last to the first. */
function vectors({ input, model, encoding_format: format }) {
  const data = input.map((text, index) => ({ object: 'embedding', index, embedding: format === 'base64' ? base64(vector(text)) : vector(text) }));
  return { object: 'list', data: data.reverse(), model, usage: { prompt_tokens: input.length, total_tokens: input.length } };
}

const fails = (status, code, headers = {}) => (_, outgoing) => {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ error: { message: `no: ${KEY}`, code } }));
};

/** A provider on the service, which answers like this. */
function at(answer = vectors, settings = {}) {
  Object.assign(service, { asked: [], answer });
  return new OpenAiChat({ baseUrl: `${service.url}/v1`, apiKey: KEY, embeddingModel: MODEL, retries: 0, ...settings });
}

test('one text and many, in their order, with the model and the counts', async () => {
  const provider = at();
  const { usage, ...one } = await provider.embed({ input: 'abc' });
  assert.deepEqual(one, { embeddings: [vector('abc')], model: MODEL, warnings: [] });
  assert.deepEqual([usage.inputTokens, usage.totalTokens, usage.raw.prompt_tokens], [1, 1, 1]);
  const texts = ['a', 'Привет 👋', '"\\\n', 'x'.repeat(100_000)];
  assert.deepEqual((await provider.embed({ input: texts })).embeddings, texts.map(vector));
  assert.deepEqual(service.asked.at(-1).body.input, texts);
  assert.equal(service.asked[0].url, '/v1/embeddings');
  assert.equal(service.asked[0].headers.authorization, `Bearer ${KEY}`);
  assert.equal(provider.embeddingModel, MODEL);
});

test('tokens go as they are, one array of them as one text', async () => {
  assert.deepEqual((await at().embed({ input: [5, 6] })).embeddings, [vector([5, 6])]);
  assert.deepEqual(service.asked[0].body.input, [[5, 6]]);
  assert.deepEqual((await at().embed({ input: [[5, 6], [7]] })).embeddings, [vector([5, 6]), vector([7])]);
  for (const provider of [new Ollama({ embeddingModel: MODEL }), new OpenAiChat({ ...SERVICES.mistral, apiKey: KEY, embeddingModel: MODEL })]) {
    await chatError(provider.embed({ input: [5, 6] }), 'input', /takes texts only, and no tokens/);
  }
});

test('a service that sends Base64 although it was not asked to is read, too', async () => {
  const { embeddings } = await at((body) => vectors({ ...body, encoding_format: 'base64' })).embed({ input: ['ab', 'c'] });
  assert.deepEqual(embeddings, [vector('ab'), vector('c')]);
  assert.equal(service.asked[0].body.encoding_format, 'float');
});

test('what is no input is refused before anything is sent', async () => {
  const provider = at();
  for (const input of [undefined, null, [], '', ['a', ''], [[]], 5, true, {}, [null], [{}], ['a', 5], [1.5], [-1], [1, 'a'], [[1, null]], [NaN], NaN, ['a', undefined], () => {}]) {
    await chatError(provider.embed({ input }), 'input', /^input/);
  }
  for (const options of [undefined, null, 'text', 5]) await chatError(provider.embed(options), 'input');
  for (const dimensions of [0, -1, 1.5, '3', NaN, Infinity, {}]) await chatError(provider.embed({ input: 'a', dimensions }), 'input', /^dimensions/);
  await chatError(provider.embed({ input: 'a', messages: 'Hi' }), 'input', /no option 'messages'/);
  await chatError(provider.embed({ input: 'a', model: 5 }), 'input', /^model/);
  await chatError(provider.embed({ input: 'a', extra: [] }), 'input', /^extra/);
  await chatError(provider.embed({ input: 'a', timeout: -1 }), 'input', /^timeout/);
  await chatError(provider.embed({ input: ['x', 'y'.repeat(9), ...Array(500).fill('z'), ''] }), 'input', /^input\[502\] is empty$/);
  await chatError(at(vectors, { embeddingModel: undefined, defaultModel: 'gpt-5' }).embed({ input: 'a' }), 'input', /embeddingModel/);
  assert.equal(service.asked.length, 0);
});

test('providers without embeddings say so', async () => {
  for (const name of PROVIDERS) {
    const settings = SITES.includes(name) ? { url: 'https://shop.example' } : { apiKey: KEY, fetch: () => assert.fail('sent') };
    const provider = new rivulet[name](settings);
    const { message } = await chatError(provider.embed({ input: 'a' }), 'input');
    assert.match(message, SITES.includes(name) || name === 'Anthropic' ? /has no embeddings .* such as OpenAiChat/ : /^model is missing/, name);
  }
});

test('answers that are none are errors of the protocol', async () => {
  const one = (embedding) => ({ data: [{ index: 0, embedding }] });
  const bad = {
    'another index': { data: [{ index: 1, embedding: [1] }] },
    'two for one': { data: [{ index: 0, embedding: [1] }, { index: 0, embedding: [2] }] },
    'none': { data: [] },
    'no list': { data: 5 },
    'no vector': one(null),
    'words': one(['a']),
    'an infinite number': '{"data":[{"index":0,"embedding":[1e999]}]}',
    'not a number in Base64': one(base64([NaN])),
    'half a float': one('AAAAAAA='),
    'no JSON': '{"data":[{"index":0,"embedding":[NaN]}]}',
    'nothing': '',
  };
  for (const [what, answer] of Object.entries(bad)) {
    const error = await chatError(at(() => answer).embed({ input: 'a' }), 'protocol');
    assert.equal(error.provider, 'OpenAiChat', what);
  }
  await chatError(at(() => ({ data: [{ index: 0, embedding: [1] }, { index: 1, embedding: [1, 2] }] })).embed({ input: ['a', 'b'] }), 'protocol', /dimensions/);
});

test('errors have the codes of replies, and no key in them', async () => {
  for (const [status, code, wanted, retryable] of [
    [401, 'invalid_api_key', 'auth', false], [429, 'rate_limit_exceeded', 'rate_limited', true], [429, 'insufficient_quota', 'payment_required', false],
    [404, 'model_not_found', 'model_not_found', false], [503, 'x', 'service', true], [400, 'x', 'service', false],
  ]) {
    const error = await chatError(at(fails(status, code)).embed({ input: 'a' }), wanted);
    assert.deepEqual([error.status, error.retryable, error.provider], [status, retryable, 'OpenAiChat']);
    assert.ok(!JSON.stringify([error.message, error.body]).includes(KEY));
  }
  const inside = await chatError(at(() => ({ error: { message: 'Busy', code: 503 } })).embed({ input: 'a' }), 'service', /Busy/);
  assert.equal(inside.retryable, true);
  await chatError(at(() => '<html><title>Login</title></html>').embed({ input: 'a' }), 'blocked');
});

test('a failure that heals is tried again, and onRetry hears of it', async () => {
  const heard = [];
  const provider = at((body, outgoing, number) => (number === 0 ? fails(503, 'x', { 'retry-after': '0' })(body, outgoing) : vectors(body)), { retries: 1 });
  const { embeddings } = await provider.embed({ input: 'a', onRetry: ({ attempt, error }) => heard.push([attempt, error.status]) });
  assert.deepEqual([embeddings, heard, service.asked.length], [[vector('a')], [[1, 503]], 2]);
  await chatError(provider.embed({ input: 'a', retries: 0, fetch: () => Promise.reject(new TypeError('no route')) }), 'network');
});

test('the key may come from a function, which is asked for each request', async () => {
  let keys = 0;
  await at(vectors, { apiKey: async () => `key-${++keys}`, embeddingModel: undefined }).embed({ input: Array(150).fill('a'), model: 'm' });
  assert.deepEqual(service.asked.map(({ headers }) => headers.authorization), ['Bearer key-1', 'Bearer key-2']);
});

test('an abort stops the request, and its reason is the rejection', async () => {
  const stop = new AbortController();
  const pending = at(() => undefined).embed({ input: 'a', signal: stop.signal });
  while (service.asked.length === 0) await new Promise(setImmediate);
  stop.abort('enough');
  await assert.rejects(pending, (reason) => reason === 'enough');
  await within(SOON, service.asked[0].closed, 'the request');
  await assert.rejects(at().embed({ input: 'a', signal: AbortSignal.abort('before') }), (reason) => reason === 'before');
  assert.equal(service.asked.length, 0);
});

test('an abort between two requests ends it', async () => {
  const stop = new AbortController();
  const provider = at((body) => (stop.abort('enough'), vectors(body)));
  await assert.rejects(provider.embed({ input: Array(250).fill('a'), signal: stop.signal }), (reason) => reason === 'enough');
  assert.equal(service.asked.length, 1);
});

test('timeouts hold, the total for all requests together', async () => {
  await chatError(at(() => undefined).embed({ input: 'a', timeout: { firstChunk: 20 } }), 'timeout', /firstChunk/);
  await within(SOON, service.asked[0].closed, 'the request');
  await chatError(at(() => undefined).embed({ input: 'a', timeout: 20 }), 'timeout', /total/);
  const slow = async (body) => (await new Promise((resolve) => setTimeout(resolve, 60)), vectors(body));
  for (const timeout of [100, { total: 100 }]) {
    await chatError(at(slow).embed({ input: Array(1000).fill('a'), timeout }), 'timeout', /total/);
    assert.ok(service.asked.length <= 3, `${service.asked.length} requests`);
  }
  await chatError(at(slow, { timeout: 100 }).embed({ input: Array(1000).fill('a') }), 'timeout', /total/);
  assert.equal((await at(slow, { timeout: 20 }).embed({ input: 'a', timeout: null })).embeddings.length, 1);
});

test('many texts become several requests, one after the other, and the counts are summed', async () => {
  let open = 0;
  const provider = at(async (body) => {
    assert.equal(++open, 1, 'one after the other');
    await new Promise(setImmediate);
    open--;
    return vectors(body);
  });
  const texts = Array.from({ length: 250 }, (_, i) => `text ${'x'.repeat(i)}`);
  const pending = provider.embed({ input: texts });
  const wanted = texts.map(vector);
  texts.length = 3;
  const { embeddings, usage } = await pending;
  assert.deepEqual(embeddings, wanted);
  assert.deepEqual(service.asked.map(({ body }) => body.input.length), [100, 100, 50]);
  assert.deepEqual([usage.inputTokens, usage.totalTokens, usage.raw.prompt_tokens], [250, 250, 50]);
});

test('long texts are divided by their letters', async () => {
  const { embeddings } = await at().embed({ input: ['a'.repeat(150_000), 'b'.repeat(50_000), 'c', 'd'.repeat(300_000), 'e'] });
  assert.equal(embeddings.length, 5);
  assert.deepEqual(service.asked.map(({ body }) => body.input.length), [2, 1, 1, 1]);
});

test('each service gets as many as it takes', async () => {
  const counts = async (provider) => {
    const sizes = [];
    const answer = (body) => {
      const texts = body.requests ?? body.texts ?? body.input ?? body.text;
      sizes.push(texts.length);
      const list = texts.map(() => [1]);
      if (body.requests) return { embeddings: list.map((values) => ({ values })) };
      if (body.texts) return { embeddings: { float: list } };
      return body.text ? { result: { data: list } } : { data: list.map((embedding, index) => ({ embedding, index })) };
    };
    const fetch = async (_, { body }) => Response.json(answer(JSON.parse(body)));
    await provider({ apiKey: KEY, embeddingModel: 'm', fetch }).embed({ input: Array(600).fill('a') });
    return sizes;
  };
  const of = (name, more) => counts((settings) => new rivulet[name]({ ...settings, ...more }));
  assert.deepEqual(await of('OpenAiChat'), [512, 88]);
  assert.deepEqual(await of('OpenAiResponses'), [512, 88]);
  assert.deepEqual(await of('Gemini'), Array(6).fill(100));
  assert.deepEqual(await of('Cohere'), [...Array(6).fill(96), 24]);
  assert.deepEqual(await of('WorkersAi', { accountId: 'acc' }), Array(6).fill(100));
  assert.deepEqual(await of('OpenAiChat', SERVICES.dashscope), Array(60).fill(10));
});

test('a failure in the midst of several requests is the rejection, and only that request is tried again', async () => {
  const provider = at((body, outgoing, number) => (number === 1 ? fails(503, 'x', { 'retry-after': '0' })(body, outgoing) : vectors(body)), { retries: 1 });
  assert.equal((await provider.embed({ input: Array(250).fill('a') })).embeddings.length, 250);
  assert.deepEqual(service.asked.map(({ body }) => body.input.length), [100, 100, 100, 50]);
  const failing = at((body, outgoing, number) => (number === 1 ? fails(401, 'x')(body, outgoing) : vectors(body)));
  await chatError(failing.embed({ input: Array(250).fill('a') }), 'auth');
});

test('dimensions that a service passes over are told', async () => {
  assert.deepEqual((await at().embed({ input: ['a', 'b'], dimensions: 2 })).warnings, []);
  assert.equal(service.asked[0].body.dimensions, 2);
  assert.match((await at().embed({ input: ['a', 'b'], dimensions: 3 })).warnings.join('|'), /^the vectors have 2 dimensions, and not 3: OpenAiChat/);
  const { warnings } = await at(vectors, { service: 'together' }).embed({ input: Array(150).fill('a'), dimensions: 3 });
  assert.deepEqual(warnings, ["OpenAiChat has no way to pass on 'dimensions': it was left out"]);
});

test('maxEventBytes bounds each answer', async () => {
  await chatError(at(vectors, { maxEventBytes: 100 }).embed({ input: 'a' }), 'too_large', /maxEventBytes/);
  await chatError(at().embed({ input: 'a', maxEventBytes: 100 }), 'too_large', /maxEventBytes/);
  // As many vectors as a request has, of as many numbers as models give, printed in as many digits: within the default.
  const numbers = Array.from({ length: 4096 }, (_, i) => Math.fround(Math.sin(i) / 64));
  const large = ({ input }) => JSON.stringify({ data: input.map((_, index) => ({ embedding: numbers, index })) }, null, 2);
  const { embeddings } = await at(large).embed({ input: Array(100).fill('a') });
  assert.deepEqual([embeddings.length, embeddings[99]], [100, numbers]);
});

test('coalesce, messages and other settings of replies change nothing', async () => {
  const provider = at(vectors, { coalesce: true, thinkTags: true, stop: '2', temperature: 1, extra: { max_tokens: 1 } });
  const { embeddings, warnings } = await provider.embed({ input: ['a', 'bc'] });
  assert.deepEqual([embeddings, warnings], [[vector('a'), vector('bc')], []]);
  assert.deepEqual(service.asked[0].body, { model: MODEL, input: ['a', 'bc'], encoding_format: 'float' });
});

test('the binding of Workers AI embeds as its REST API does', async () => {
  const calls = [];
  const binding = { run: async (...given) => (calls.push(given), { shape: [2, 2], data: [[1, 2], [3, 4]] }) };
  const { embeddings, model } = await new WorkersAi({ binding, embeddingModel: '@cf/baai/bge-m3' }).embed({ input: ['a', 'b'] });
  assert.deepEqual([embeddings, model], [[[1, 2], [3, 4]], '@cf/baai/bge-m3']);
  assert.deepEqual(calls[0].slice(0, 2), ['@cf/baai/bge-m3', { text: ['a', 'b'] }]);
  const failing = { run: async () => { throw Object.assign(new Error('3040: busy'), { name: 'AiError' }); } };
  await chatError(new WorkersAi({ binding: failing, embeddingModel: 'm', retries: 0 }).embed({ input: 'a' }), 'rate_limited');
});

test('a mock of OpenAI and Cohere that nobody here wrote takes the requests', async () => {
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  await mock.start();
  stopping.push(() => mock.stop());
  // Its Ollama answers as the older /api/embeddings does.
  const places = { OpenAiChat: '/v1', OpenAiResponses: '/v1', Cohere: '' };
  for (const [name, path] of Object.entries(places)) {
    const provider = new rivulet[name]({ baseUrl: `${mock.url}${path}`, apiKey: KEY, embeddingModel: 'text-embedding-3-small', retries: 0 });
    const { embeddings } = await provider.embed({ input: ['one', 'two'] });
    assert.equal(embeddings.length, 2, name);
    assert.ok(embeddings.every((numbers) => numbers.length > 100 && numbers.every(Number.isFinite)), name);
    assert.notDeepEqual(embeddings[0], embeddings[1], name);
  }
});

test("Google's own client sends the same, but for a role", async () => {
  const bodies = [];
  const fetch = async (url, { body }) => {
    bodies.push([new URL(url).pathname, JSON.parse(body)]);
    return Response.json({ embeddings: [{ values: [1] }, { values: [2] }] });
  };
  const config = { outputDimensionality: 1, taskType: 'RETRIEVAL_QUERY' };
  const own = globalThis.fetch;
  globalThis.fetch = fetch;
  try {
    await new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: 'https://gemini.example' } }).models.embedContent({ model: 'm', contents: ['a', 'b'], config });
  } finally {
    globalThis.fetch = own;
  }
  const provider = new rivulet.Gemini({ apiKey: KEY, baseUrl: 'https://gemini.example/v1beta', fetch });
  await provider.embed({ input: ['a', 'b'], model: 'm', dimensions: 1, extra: { taskType: 'RETRIEVAL_QUERY' } });
  for (const { content } of bodies[0][1].requests) delete content.role;
  assert.deepEqual(bodies[1], bodies[0]);
});

test("Ollama's own client sends the same", async () => {
  const bodies = [];
  const fetch = async (url, { body }) => {
    bodies.push([new URL(url).pathname, JSON.parse(body)]);
    return Response.json({ model: 'm', embeddings: [[1], [2]], prompt_eval_count: 2 });
  };
  await new OllamaClient({ host: 'http://localhost:11434', fetch }).embed({ model: 'm', input: ['a', 'b'], dimensions: 1, truncate: false });
  await new Ollama({ fetch }).embed({ model: 'm', input: ['a', 'b'], dimensions: 1 });
  assert.deepEqual(bodies[1], bodies[0]);
});

test('a Fallback asks the next provider, whole lists only', async () => {
  const answers = [];
  const heard = [];
  const named = (name, answer, settings) => new OpenAiChat({
    name, apiKey: KEY, baseUrl: 'https://llm.example', embeddingModel: MODEL, retries: 0, ...settings,
    fetch: async (_, { body }) => (answers.push([name, JSON.parse(body).model]), answer(JSON.parse(body))),
  });
  const works = (body) => Response.json(vectors(body));
  let calls = 0;
  const breaks = (body) => (calls++ % 2 === 0 ? works(body) : Response.json({ error: { message: 'no' } }, { status: 503 }));
  const onAttempt = ({ provider, state }) => heard.push(`${provider} ${state}`);
  const fallback = new Fallback([named('A', breaks), named('B', works)], { onAttempt, cooldown: { failures: 1 } });
  const texts = Array.from({ length: 150 }, (_, i) => `text ${i}`);
  const { embeddings, usage } = await fallback.embed({ input: texts });
  assert.deepEqual([embeddings, usage.inputTokens], [texts.map(vector), 150]);
  assert.deepEqual(answers.map(([name]) => name).join(''), 'AABB', 'nothing of the one that failed');
  assert.deepEqual(heard, ['A asked', 'A failed', 'B asked', 'B answered']);
  await fallback.embed({ input: 'a' });
  assert.deepEqual(heard.slice(4), ['A skipped', 'B asked', 'B answered']);
  assert.equal(fallback.embeddingModel, MODEL);
});

test('a Fallback never gives vectors of different models', async () => {
  const sent = [];
  const named = (name, settings, status = 503) => new OpenAiChat({
    name, apiKey: KEY, baseUrl: 'https://llm.example', retries: 0, ...settings,
    fetch: async (_, { body }) => (sent.push(JSON.parse(body).model), Response.json(status === 200 ? vectors(JSON.parse(body)) : { error: { message: 'no' } }, { status })),
  });
  const different = new Fallback([named('A', { embeddingModel: 'x' }), named('B', { embeddingModel: 'y' }, 200)]);
  await chatError(different.embed({ input: 'a' }), 'input', /\(x, y\)/);
  assert.deepEqual(sent, []);
  await different.embed({ input: 'a', model: 'z' });
  const aliased = new Fallback([named('A', { embeddingModel: 'x' }), named('B', { embeddingModel: 'x', modelAliases: { x: 'vendor/x' } }, 200)]);
  await aliased.embed({ input: 'a' });
  assert.deepEqual(sent, ['z', 'z', 'x', 'vendor/x']);
  const dead = new Fallback([named('A', { embeddingModel: 'x' }), new rivulet.Anthropic({ apiKey: KEY })]);
  const error = await chatError(dead.embed({ input: 'a' }), 'all_failed', /A: service, Anthropic: input/);
  assert.ok(error.errors.every((one) => one instanceof ChatError));
  await chatError(new Fallback([named('A', {}), named('B', {})]).embed({ input: 'a' }), 'input', /^model is missing/);
  await chatError(dead.embed({ input: [] }), 'input', /^input is empty/);
});

test('an abort ends a Fallback, and counts for no cooldown', async () => {
  const stop = new AbortController();
  const states = [];
  const fallback = new Fallback([at(() => undefined), at(() => undefined)], { cooldown: { failures: 1 }, onAttempt: ({ state }) => states.push(state) });
  const pending = fallback.embed({ input: 'a', signal: stop.signal });
  while (service.asked.length === 0) await new Promise(setImmediate);
  stop.abort('enough');
  await assert.rejects(pending, (reason) => reason === 'enough');
  assert.deepEqual([states, service.asked.length], [['asked', 'stopped'], 1]);
  service.answer = vectors;
  assert.equal((await fallback.embed({ input: 'a' })).embeddings.length, 1);
  assert.deepEqual(states.slice(2), ['asked', 'answered']);
});

/** The endpoint over a socket, with the service as `llm`. */
async function endpoint(providers, options = {}) {
  const events = [];
  const handler = createHandler({ providers, authorize: [KEY], onEvent: (event) => events.push(event), ...options });
  const url = await listen(toNodeListener(handler));
  const post = (body, headers = {}) => fetch(`${url}/v1/embeddings`, {
    method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { baseURL: `${url}/v1`, post, events };
}

test('openai gets its vectors from the endpoint, by Base64 as it asks for it and as numbers', async () => {
  const { baseURL, events } = await endpoint({ llm: at() });
  const client = new OpenAI({ baseURL, apiKey: KEY, maxRetries: 0 });
  const texts = ['a', 'bcd'];
  for (const more of [{}, { encoding_format: 'float' }, { encoding_format: 'base64' }]) {
    const { data, model, usage, object } = await client.embeddings.create({ model: 'llm', input: texts, ...more });
    const wanted = more.encoding_format === 'base64' ? texts.map((text) => base64(vector(text))) : texts.map(vector);
    assert.deepEqual(data, wanted.map((embedding, index) => ({ object: 'embedding', index, embedding })));
    assert.deepEqual([object, model, usage], ['list', 'llm', { prompt_tokens: 2, total_tokens: 2 }]);
  }
  const one = await client.embeddings.create({ model: 'llm:other', input: 'a', dimensions: 2 });
  assert.deepEqual([one.data[0].embedding, one.model], [vector('a'), 'llm:other']);
  assert.deepEqual([service.asked.at(-1).body.model, service.asked.at(-1).body.dimensions], ['other', 2]);
  assert.deepEqual((await client.embeddings.create({ model: 'llm', input: [1, 2] })).data[0].embedding, vector([1, 2]));
  const { requestId, ...begun } = events.at(-2);
  assert.deepEqual(begun, { type: 'request', api: 'embeddings', model: 'llm', provider: 'OpenAiChat', stream: false });
  assert.deepEqual([events.at(-1).type, events.at(-1).requestId, events.at(-1).usage.inputTokens], ['end', requestId, 1]);
});

test('embedMany of the AI SDK does', async () => {
  const { baseURL } = await endpoint({ llm: at() });
  const model = createOpenAICompatible({ name: 'rivulet', baseURL, apiKey: KEY }).textEmbeddingModel('llm');
  const values = Array.from({ length: 300 }, (_, i) => `value ${i}`);
  const { embeddings, usage } = await embedMany({ model, values, maxRetries: 0 });
  assert.deepEqual([embeddings, usage.tokens], [values.map(vector), 300]);
});

test('a client chooses no model that was not configured', async () => {
  const llm = at(vectors, { models: ['gpt-5'], modelAliases: { small: 'gpt-5' } });
  const both = new Fallback([llm, llm]);
  const { post } = await endpoint({ llm, both, none: at(vectors, { embeddingModel: undefined, models: ['gpt-5'] }) });
  const status = async (model) => (await post({ model, input: 'a' })).status;
  assert.deepEqual([await status('llm'), await status(`llm:${MODEL}`), await status('llm:gpt-5'), await status('llm:small')], [200, 200, 200, 200]);
  assert.deepEqual(service.asked.map(({ body }) => body.model), [MODEL, MODEL, 'gpt-5', 'gpt-5']);
  for (const model of ['llm:other', 'both:other', 'llm:../x', 'other', `${MODEL}`, 'toString', '__proto__', 'llm:__proto__']) assert.equal(await status(model), 404, model);
  for (const model of ['none', 'none:', '', 5, null, undefined, {}]) assert.equal(await status(model), model === '' ? 404 : 400, String(model));
  assert.equal(service.asked.length, 4);
});

test('bad requests are refused in the form of the API, and nothing is sent', async () => {
  const { post } = await endpoint({ llm: at() }, { maxBodyBytes: 100_000 });
  const told = async (response) => {
    const { error } = await response.json();
    assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
    return [response.status, error.type];
  };
  const wrong = [400, 'invalid_request_error'];
  for (const input of [undefined, null, [], '', ['a', ''], 5, [null], {}, [[]], [1.5], ['a', 5], Array(2049).fill('a')]) {
    assert.deepEqual(await told(await post({ model: 'llm', input })), wrong, JSON.stringify(input)?.slice(0, 50));
  }
  for (const more of [{ dimensions: 0 }, { dimensions: 'x' }, { encoding_format: 'int8' }, { encoding_format: 'toString' }, { encoding_format: 5 }]) {
    assert.deepEqual(await told(await post({ model: 'llm', input: 'a', ...more })), wrong, JSON.stringify(more));
  }
  for (const body of ['', '{', '[]', 'null', '5', '"x"', '['.repeat(50_000)]) assert.deepEqual(await told(await post(body)), wrong, body.slice(0, 9));
  assert.equal((await post({ model: 'llm', input: 'x'.repeat(200_000) })).status, 413);
  assert.equal((await post({ model: 'llm', input: 'a' }, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post({ model: 'llm', input: 'a' }, { authorization: 'Bearer no' })).status, 401);
  assert.equal(service.asked.length, 0);
});

test('fields that are not passed on, and warnings of the provider, stand in the header', async () => {
  const { post } = await endpoint({ llm: at(vectors, { service: 'together' }) });
  const header = async (more) => (await post({ model: 'llm', input: 'a', ...more })).headers.get('x-rivulet-warnings');
  assert.equal(await header({ user: null }), null);
  assert.equal(await header({ user: 'u', dimensions: 9 }), "OpenAiChat has no way to pass on 'dimensions': it was left out; 'user' was left out");
  assert.match(await header({ 'é\n': 1 }), /^'\?+' was left out$/);
  const { __proto__: own } = service.asked.at(-1).body;
  assert.equal(own, Object.prototype);
  assert.deepEqual(Object.keys(service.asked.at(-1).body), ['model', 'input', 'encoding_format']);
});

test('failures of the service are those of the endpoint, and no count is made up', async () => {
  const { post, events } = await endpoint({ llm: at(fails(429, 'rate_limit_exceeded', { 'retry-after': '7' })) });
  const limited = await post({ model: 'llm', input: 'a' });
  assert.deepEqual([limited.status, limited.headers.get('retry-after'), limited.headers.get('x-should-retry')], [429, '7', 'true']);
  assert.ok(!(await limited.text()).includes(KEY));
  assert.equal(events.at(-1).type, 'error');
  service.answer = fails(401, 'invalid_api_key');
  assert.equal((await post({ model: 'llm', input: 'a' })).status, 502);
  service.answer = () => ({ data: [{ embedding: [1] }] });
  assert.deepEqual((await (await post({ model: 'llm', input: 'a' })).json()).usage, { prompt_tokens: 0, total_tokens: 0, x_usage_unknown: true });
});

test('a client that leaves stops the request', async () => {
  const { baseURL } = await endpoint({ llm: at(() => undefined) });
  const stop = new AbortController();
  const pending = fetch(`${baseURL}/embeddings`, {
    method: 'POST', headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, body: JSON.stringify({ model: 'llm', input: 'a' }), signal: stop.signal,
  });
  while (service.asked.length === 0) await new Promise(setImmediate);
  stop.abort();
  await assert.rejects(pending);
  await within(SOON, service.asked[0].closed, 'the request');
});
