// Keys, nonces, cookies, headers and prompts are in nothing that people print.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as rivulet from '../../dist/index.js';
import { PROVIDERS, SITES } from './exported.mjs';
import { printed, until, useSite } from './helper.mjs';
import { begins } from './services.mjs';

const KEY = 'sk-canary-key-0123456789';
const COOKIE = 'canary-cookie-0123456789';
const TOKEN = 'canary-token-0123456789';
const NONCE = 'deadbeef42';
const WORDS = 'canary words of the prompt';
const SECRETS = { KEY, COOKIE, TOKEN, NONCE, WORDS };

const { AiEngine, AiPuffer, ChatError, Client, Fallback, OpenAiChat } = rivulet;

const used = useSite();

const provider = (settings = {}) => new AiEngine({
  url: used.site.url,
  nonce: NONCE,
  cookies: { wordpress_logged_in: COOKIE },
  headers: { Authorization: `Bearer ${TOKEN}` },
  ...settings,
});

function assertClean(value, what) {
  const text = printed(value);
  for (const [name, secret] of Object.entries(SECRETS)) {
    const at = text.indexOf(secret);
    assert.equal(at, -1, `${name} in ${what}: ${text.slice(Math.max(0, at - 60), at + 60)}`);
  }
}

async function failed(reply) {
  const { error } = await until(reply);
  assert.ok(error instanceof ChatError, String(error));
  return error;
}

test('providers and replies print none', async () => {
  const given = provider();
  const reply = given.createAsyncGenerator({ messages: WORDS });
  const values = { given, 'a copy': given.with({ nonce: NONCE }), reply, events: reply.events };
  for (const [what, value] of Object.entries(values)) {
    assertClean(value, what);
  }
  await reply.return();
  const keyed = new AiPuffer({ url: used.site.url, apiKey: KEY });
  assertClean(keyed, 'a provider with a key');
  assertClean(new Fallback([keyed]), 'a fallback');
  for (const given of [keyed, { keyed }, { apiKey: KEY }]) assertClean(new Client(given), 'a client');
});

test('what fallbacks and clients give prints none', async () => {
  const echo = (status) => async (url, { headers }) => Response.json({ error: { message: `no: ${new Headers(headers).get('authorization')}` } }, { status });
  const llm = (fetch) => new OpenAiChat({ apiKey: KEY, baseUrl: 'https://llm.example', defaultModel: 'm', headers: { 'x-own': TOKEN }, retries: 0, fetch });
  const dead = new Fallback([llm(echo(401)), llm(echo(500))]);
  const reply = dead.createAsyncGenerator({ messages: WORDS });
  const error = await failed(reply);
  assert.equal(error.errors.length, 2);
  for (const [i, each] of error.errors.entries()) assertClean(each, `error ${i}`);
  const params = { model: 'm', messages: [{ role: 'user', content: WORDS }] };
  const theirs = await new Client(dead).chat.completions.create(params).catch((reason) => reason);
  const client = new Client({ apiKey: KEY, defaultHeaders: { 'x-own': TOKEN }, maxRetries: 0, fetch: echo(401) });
  const own = await client.chat.completions.create(params).catch((reason) => reason);
  const begun = llm((_, init) => begins('Once')(init, () => {}));
  const answered = new Fallback([llm(echo(401)), begun]).createAsyncGenerator({ messages: WORDS });
  await answered.next();
  const stream = await new Client(begun).chat.completions.create({ ...params, stream: true });
  const values = { dead, reply, 'the attempts': reply.attempts, error, theirs, client, own, answered, 'its attempts': answered.attempts, stream };
  for (const [what, value] of Object.entries(values)) assertClean(value, what);
  await answered.return();
  stream.controller.abort();
});

test('errors of a site that echoes what it was sent hold none', async () => {
  const echo = async (url, init) => {
    const words = `${JSON.stringify([...new Headers(init.headers)])} ${init.body ?? ''}`.replace(WORDS, 'prompt');
    const bodies = [JSON.stringify({ success: false, message: words }), `<p>${words}</p>`, words];
    return new Response(bodies[Math.floor(echo.at++ / 4) % 3], { status: echo.status });
  };
  for (const status of [200, 400, 401, 403, 429, 500]) {
    for (let at = 0; at < 12; at += 4) {
      Object.assign(echo, { at, status });
      const error = await failed(provider({ fetch: echo, retries: 0 }).createAsyncGenerator({ messages: WORDS }));
      assertClean(error, `an error ${status}: ${error.message}`);
    }
  }
});

for (const name of PROVIDERS) {
  test(`${name}: neither it nor the error of a request that failed prints what it was made with`, async () => {
    const address = SITES.includes(name) ? { url: 'https://shop.example' } : { baseUrl: 'https://llm.example', defaultModel: 'm' };
    const fetch = async (url, init) => new Response(`no: ${[...new Headers(init.headers)]} ${url}`, { status: 401 });
    const own = SITES.includes(name) ? { botId: 5, nonce: NONCE } : name === 'WorkersAi' && { accountId: 'account' };
    const given = new rivulet[name]({
      ...address, ...own, apiKey: KEY, headers: { 'x-own': TOKEN }, cookies: { a: COOKIE }, fetch, retries: 0,
    });
    assertClean(given, 'the provider');
    assertClean(await failed(given.createAsyncGenerator({ messages: WORDS })), 'the error');
  });
}

test('an echoed API key is masked', async () => {
  const keyOf = (init) => new Headers(init.headers).get('authorization');
  const fetch = async (url, init) => new Response(`bad key ${keyOf(init)}`, { status: 401 });
  const puffer = new AiPuffer({ url: used.site.url, botId: '5', apiKey: KEY, fetch });
  const error = await failed(puffer.createAsyncGenerator({ messages: WORDS }));
  assert.equal(error.code, 'auth');
  assertClean(error, 'the error');
});

test('errors of the network hold none', async () => {
  const fetch = async (url, init) => {
    throw new TypeError(`cannot send to ${url}`, { cause: new Error('ECONNREFUSED') });
  };
  assertClean(await failed(provider({ fetch, retries: 0 }).createAsyncGenerator({ messages: WORDS })), 'the error');
});

test('malformed events hold none of the payload in the error', async () => {
  const body = `data: {"type":"live","data":"${WORDS}"}\n\ndata: {"type":"live","data":"${WORDS}" ${TOKEN}\n\n`;
  const fetch = async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const error = await failed(provider({ fetch }).createAsyncGenerator({ messages: 'Hi' }));
  assert.equal(error.code, 'protocol');
  assertClean(error, 'the error');
});

test('refused header values are not in the error', async () => {
  for (const bad of [`${TOKEN}\r\nX: y`, `${TOKEN}\n`, `\0${TOKEN}`, `${TOKEN}я`]) {
    for (const settings of [{ headers: { 'X-Key': bad } }, { cookies: { a: bad } }, { nonce: bad }]) {
      assertClean(await failed(provider(settings).createAsyncGenerator({ messages: WORDS })), 'the error');
    }
  }
});

test('nothing is written to the console', async () => {
  const written = [];
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'];
  const own = Object.fromEntries(methods.map((method) => [method, console[method]]));
  try {
    for (const method of methods) console[method] = (...args) => written.push(args);
    await used.engine.createAsync({ messages: WORDS });
    used.site.fault({ name: 'truncate' });
    await failed(used.engine.createAsyncGenerator({ messages: WORDS }));
  } finally {
    Object.assign(console, own);
  }
  assert.deepEqual(written, []);
});
