// Fields of a request that the endpoint has no name for and a keyed service has: a fixed list goes on, under the operator's say.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { AiEngine, OpenAiChat } from '../../dist/index.js';
import { startSite } from '../site/server.mjs';
import { KEY, MESSAGES } from './helper.mjs';
import { startUpstream, text, TOOLS } from './upstream.mjs';

const SECRET = 'sk-of-the-service';

let upstream;
let site;

before(async () => {
  [upstream, site] = await Promise.all([startUpstream(), startSite({ delay: 0 })]);
});
after(() => {
  upstream.close();
  return site.close();
});
beforeEach(() => upstream.clear());

/** What a client that sends `body` gets, with the headers. `settings`: of the operator. */
function ask(body, settings = {}, api = 'chat') {
  const llm = new OpenAiChat({ baseUrl: upstream.url, apiKey: SECRET, models: ['gpt-4o'], retries: 0, ...settings });
  const handler = createHandler({ providers: { llm, shop: new AiEngine({ url: site.url }) }, authorize: [KEY] });
  const client = new OpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 0, fetch: (url, init) => handler(new Request(url, init)) });
  upstream.answers = [text(['Hi'])];
  const asked = { model: 'llm', ...body };
  const answer = api === 'chat'
    ? client.chat.completions.create({ messages: MESSAGES, ...asked })
    : client.responses.create({ input: 'Hi', ...asked });
  return answer.withResponse();
}

/** The service's own. */
const ALWAYS = { model: 'gpt-4o', messages: MESSAGES, stream: true, stream_options: { include_usage: true } };

const STEERING = {
  tools: TOOLS, tool_choice: 'required', parallel_tool_calls: false, reasoning_effort: 'low', verbosity: 'low',
  frequency_penalty: 0.5, presence_penalty: 0.5, logit_bias: { 50256: -100 },
};

test('what steers the model reaches the service as it is', async () => {
  const { response } = await ask(STEERING);
  assert.deepEqual(upstream.asked[0].body, { ...ALWAYS, ...STEERING });
  assert.equal(response.headers.get('x-rivulet-warnings'), null);
});

test('a Responses request says it in its own form', async () => {
  const [{ function: given }] = TOOLS;
  await ask({ tools: [{ type: 'function', ...given }], tool_choice: { type: 'function', name: given.name }, reasoning: { effort: 'low' } }, {}, 'responses');
  const { tools, tool_choice, reasoning_effort } = upstream.asked[0].body;
  assert.deepEqual([tools, tool_choice, reasoning_effort], [TOOLS, { type: 'function', function: { name: given.name } }, 'low']);
});

test('nothing else does: no address, no key, no header, nothing that costs or is kept', async () => {
  await ask({
    extra: { model: 'dear', messages: [] }, service_tier: 'priority', store: true, metadata: { a: '1' }, user: 'me', web_search_options: {},
    baseUrl: 'https://elsewhere.example', url: 'https://elsewhere.example', apiKey: 'sk-mine', headers: { 'x-mine': '1' }, proxy: 'https://elsewhere.example/',
    ['__proto__']: { model: 'dear' }, constructor: {},
  });
  const [{ headers, body }] = upstream.asked;
  assert.deepEqual(body, ALWAYS);
  assert.equal(headers.authorization, `Bearer ${SECRET}`);
  assert.equal(headers['x-mine'], undefined);
});

test("the operator's own extra stands above the client's, and null takes a field away", async () => {
  await ask({ reasoning_effort: 'high', verbosity: 'high', presence_penalty: 1 }, {
    extra: { reasoning_effort: 'low', verbosity: null, service_tier: 'flex', stream_options: null },
  });
  const { stream_options: _, ...always } = ALWAYS;
  assert.deepEqual(upstream.asked[0].body, { ...always, reasoning_effort: 'low', presence_penalty: 1, service_tier: 'flex' });
});

test('a site that has no place for it is asked without, and the client is told each name', async () => {
  const { data, response } = await ask({ ...STEERING, model: 'shop' });
  assert.match(data.choices[0].message.content, /You said/);
  const warnings = response.headers.get('x-rivulet-warnings');
  // By the names that rivulet has for them.
  const ours = { tool_choice: 'toolChoice', parallel_tool_calls: 'parallelToolCalls', reasoning_effort: 'reasoningEffort' };
  for (const name of Object.keys(STEERING).map((name) => ours[name] ?? name)) assert.ok(warnings.includes(`'${name}'`), `${name}: ${warnings}`);
});
