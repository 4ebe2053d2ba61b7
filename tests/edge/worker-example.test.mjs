// The example Worker on real workerd: its keyed service gets the key of the environment and no other.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { startKv, startWorkerd } from '../../scripts/lib/workerd.mjs';
import { bundleInstalled } from '../workerd/harness.mjs';
import { MESSAGES } from './helper.mjs';
import { startUpstream, text } from './upstream.mjs';

const KEY = 'sk-of-the-client-0123456789';
const OPENAI_KEY = 'sk-of-the-service-0123456789';

let bundle;
let kv;
let upstream;
let workerd;
let env;

before(async () => {
  [bundle, kv, upstream] = await Promise.all([bundleInstalled(new URL('../../examples/worker/src/index.js', import.meta.url)), startKv(), startUpstream()]);
  env = { SITE: 'https://shop.example', KEY, OPENAI_MODELS: 'gpt-4o-mini gpt-4o', OPENAI_BASE_URL: upstream.url };
  workerd = await start({ ...env, OPENAI_KEY });
});
after(async () => {
  await workerd?.stop();
  upstream?.close();
  kv?.close();
  await bundle?.remove();
});
beforeEach(() => upstream.clear());

const start = (env) => startWorkerd(bundle, { env, kv: { SESSIONS: kv.address } });
const client = ({ url }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });

test('variables that list nothing, and doubled blanks in them, are no mistake', async () => {
  for (const PAGES of ['', '  ', ' https://app.example   https://other.example ', undefined]) {
    const { OPENAI_MODELS, ...rest } = env;
    const worker = await start({ ...rest, OPENAI_KEY, ...(PAGES !== undefined && { PAGES }), OPENAI_MODELS: PAGES === '' ? '' : `  ${OPENAI_MODELS.replace(' ', '   ')} ` });
    try {
      const relayed = (origin) => fetch(`${worker.url}/relay/https://shop.example/wp-login.php`, { headers: { origin } });
      assert.deepEqual((await Promise.all(['https://app.example', 'https://evil.example'].map(relayed))).map(({ status }) => status), [403, 403]);
      assert.equal((await fetch(`${worker.url}/v1/models`, { headers: { authorization: `Bearer ${KEY}` } })).status, 200, JSON.stringify(PAGES));
    } finally {
      await worker.stop();
    }
  }
});

test('a chat streams from the service, asked with the key of the environment', async () => {
  let goOn;
  const isRead = new Promise((resolve) => { goOn = resolve; });
  upstream.answers = [async (outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write('data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n');
    await isRead;
    outgoing.end('data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  }];
  let said = '';
  for await (const { choices } of await client(workerd).chat.completions.create({ model: 'openai', messages: MESSAGES, stream: true })) {
    said += choices[0].delta.content ?? '';
    // The service ends only after the client got the first text, so this hangs unless the example streams.
    if (said === 'Hel') goOn();
  }
  assert.equal(said, 'Hello');
  const [{ method, url, headers, body }] = upstream.asked;
  assert.equal(`${method} ${url}`, 'POST /v1/chat/completions');
  assert.equal(headers.authorization, `Bearer ${OPENAI_KEY}`);
  assert.deepEqual([body.model, body.messages], ['gpt-4o-mini', MESSAGES]);
  assert.ok(!JSON.stringify(upstream.asked).includes(KEY), "the client's own key stays here");
});

test('the client chooses a model of the list', async () => {
  upstream.answers = [text(['Hi'])];
  const { choices } = await client(workerd).chat.completions.create({ model: 'openai:gpt-4o', messages: MESSAGES });
  assert.equal(choices[0].message.content, 'Hi');
  assert.equal(upstream.asked[0].body.model, 'gpt-4o');
  await assert.rejects(client(workerd).chat.completions.create({ model: 'openai:gpt-5', messages: MESSAGES }), OpenAI.NotFoundError);
  assert.equal(upstream.asked.length, 1);
});

test('the key of the service opens nothing here, and without it there is no such model', async () => {
  const stranger = new OpenAI({ baseURL: `${workerd.url}/v1`, apiKey: OPENAI_KEY, maxRetries: 0 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  const names = async (worker) => (await client(worker).models.list()).data.map(({ id }) => id);
  assert.deepEqual(await names(workerd), ['shop', 'openai', 'openai:gpt-4o-mini', 'openai:gpt-4o']);
  const without = await start(env);
  try {
    assert.deepEqual(await names(without), ['shop']);
  } finally {
    await without.stop();
  }
});
