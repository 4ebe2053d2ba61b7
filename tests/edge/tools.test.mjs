// A keyed service behind the endpoint: its text, its calls of tools and its usage go on, its key does not.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { OpenAiChat } from '../../dist/index.js';
import { CHAT, KEY, MESSAGES, refused, request } from './helper.mjs';
import { CALLED, calls, chunk, fails, says, startUpstream, text, TOOLS, USAGE } from './upstream.mjs';

const SECRET = 'sk-upstream-0123456789';

let upstream;
let elsewhere;
let strayed = 0;

before(async () => {
  upstream = await startUpstream();
  elsewhere = createServer((incoming, outgoing) => {
    strayed++;
    outgoing.end('{}');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
});

after(() => {
  upstream.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

beforeEach(() => {
  upstream.clear();
  strayed = 0;
});

function handler() {
  const llm = new OpenAiChat({ baseUrl: upstream.url, apiKey: SECRET, models: ['gpt-4o', 'gpt-4o-mini'], retries: 0 });
  return createHandler({ providers: { llm }, authorize: [KEY] });
}

const ask = (body, path = CHAT) => handler()(request(path, { body: { model: 'llm', ...body } }));

/** Nothing of the answer holds the service's key. */
async function clean(response) {
  const told = `${JSON.stringify([...response.headers])}\n${await response.clone().text()}`;
  assert.ok(!told.includes(SECRET) && !told.includes('upstream-01'), told);
  return response;
}

const client = (handle = handler()) => new OpenAI({
  baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 0, fetch: (url, init) => handle(new Request(url, init)),
});

test('text and usage go on, and the key goes to the service alone', async () => {
  upstream.answers = [text(['Hel', 'lo'])];
  const response = await clean(await ask({ messages: MESSAGES, stream: true, stream_options: { include_usage: true }, temperature: 0.5 }));
  const events = (await response.text()).trim().split('\n\n').map((frame) => frame.slice(6));
  assert.equal(events.pop(), '[DONE]');
  const chunks = events.map((event) => JSON.parse(event));
  assert.equal(chunks.map((one) => one.choices[0]?.delta.content ?? '').join(''), 'Hello');
  assert.deepEqual(chunks.at(-1).usage, USAGE);
  const [{ url, headers, body }] = upstream.asked;
  assert.equal(url, '/v1/chat/completions');
  assert.equal(headers.authorization, `Bearer ${SECRET}`);
  assert.deepEqual(body, { model: 'gpt-4o', messages: MESSAGES, temperature: 0.5, stream: true, stream_options: { include_usage: true } });
  assert.equal(response.headers.get('x-rivulet-warnings'), null, 'nothing is left out');
  assert.ok(!JSON.stringify(headers).includes(KEY), "the client's key stays here");
});

test('the client chooses among the models that are listed', async () => {
  upstream.answers = [text(['Hi'])];
  await ask({ model: 'llm:gpt-4o-mini', messages: MESSAGES });
  assert.equal(upstream.asked[0].body.model, 'gpt-4o-mini');
  assert.equal((await refused(await ask({ model: 'llm:gpt-5', messages: MESSAGES }))).status, 404);
  assert.equal(upstream.asked.length, 1);
});

test('openai: pieces of calls become whole calls in .stream(), raw and in one piece', async () => {
  const body = { model: 'llm', messages: MESSAGES, tools: TOOLS };
  const of = (message) => message.tool_calls.map(({ id, function: { name, arguments: given } }) => [id, name, given]);

  upstream.answers = [calls()];
  const { choices: [streamed] } = await client().chat.completions.stream(body).finalChatCompletion();
  assert.deepEqual(of(streamed.message), CALLED);
  assert.equal(streamed.finish_reason, 'tool_calls');
  assert.deepEqual(upstream.asked[0].body.tools, TOOLS);

  upstream.answers = [calls(chunk({ content: 'Let me see.' }))];
  const { choices: [whole] } = await client().chat.completions.create(body);
  assert.deepEqual(of(whole.message), CALLED);
  assert.deepEqual([whole.message.content, whole.finish_reason], ['Let me see.', 'tool_calls']);

  upstream.answers = [calls()];
  const { choices: [alone] } = await client().chat.completions.create(body);
  assert.equal(alone.message.content, null);
});

test('openai: responses have items of type function_call', async () => {
  const tools = [{ type: 'function', name: 'get_weather', parameters: TOOLS[0].function.parameters, strict: false }];
  const of = ({ output }) => output.filter(({ type }) => type === 'function_call').map((item) => [item.call_id, item.name, item.arguments]);
  const body = { model: 'llm', input: 'Weather?', tools };

  upstream.answers = [calls(chunk({ content: 'Let me see.' }))];
  const streamed = await client().responses.stream(body).finalResponse();
  assert.deepEqual(of(streamed), CALLED);
  assert.equal(streamed.output_text, 'Let me see.');
  const { strict, ...rest } = TOOLS[0].function;
  assert.deepEqual(upstream.asked[0].body.tools, [{ type: 'function', function: { ...rest, strict: false } }]);

  upstream.answers = [calls(chunk({ reasoning_content: 'Two cities.' }))];
  const whole = await client().responses.create(body);
  assert.deepEqual(of(whole), CALLED);
  assert.deepEqual(whole.output.map(({ type }) => type), ['reasoning', 'function_call', 'function_call']);

  upstream.answers = [text(['Sunny.'])];
  const results = CALLED.map(([id]) => ({ type: 'function_call_output', call_id: id, output: 'sunny' }));
  const next = await client().responses.create({ ...body, input: [{ role: 'user', content: 'Weather?' }, ...whole.output, ...results] });
  assert.equal(next.output_text, 'Sunny.');
  const { messages } = upstream.asked.at(-1).body;
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'tool', 'tool']);
  assert.deepEqual(messages[1].tool_calls.map(({ id, function: { arguments: given } }) => [id, given]), CALLED.map(([id, , given]) => [id, given]));
  assert.deepEqual(messages[2], { role: 'tool', content: 'sunny', tool_call_id: 'call_a' });
});

// A refusal is sent as text, since only some clients show `refusal`; the finish reason says what it was.
test('a refusal of the model is text that ends with content_filter', async () => {
  const words = ["I can't ", 'help with that.'];
  const streamed = says(chunk({ role: 'assistant', content: '' }), ...words.map((refusal) => chunk({ refusal })), chunk({}, 'stop'));
  const message = { role: 'assistant', content: null, refusal: words.join('') };
  const whole = fails(200, { choices: [{ index: 0, message, finish_reason: 'stop' }], usage: USAGE });
  for (const answer of [streamed, whole]) {
    upstream.answers = [answer, answer, answer, answer];
    const { chat, responses } = client();

    const ofChat = { model: 'llm', messages: MESSAGES };
    for (const { choices: [choice] } of [await chat.completions.create(ofChat), await chat.completions.stream(ofChat).finalChatCompletion()]) {
      assert.deepEqual([choice.message.content, choice.message.refusal ?? null, choice.finish_reason], [words.join(''), null, 'content_filter']);
    }

    const ofResponses = { model: 'llm', input: 'Hi' };
    for (const response of [await responses.create(ofResponses), await responses.stream(ofResponses).finalResponse()]) {
      assert.equal(response.output_text, words.join(''));
      assert.deepEqual([response.status, response.incomplete_details], ['incomplete', { reason: 'content_filter' }]);
    }
  }
  assert.equal(upstream.asked.length, 8);
});

test("a refusal of the service's key is 502 for the client, and echoes no key", async () => {
  for (const stream of [true, false]) {
    upstream.answers = [fails(401, { error: { message: `Incorrect API key provided: ${SECRET}`, type: 'invalid_request_error', code: 'invalid_api_key' } })];
    const told = await refused(await clean(await ask({ messages: MESSAGES, stream })));
    assert.deepEqual([told.status, told.type, told.code], [502, 'server_error', 'auth']);
  }
});

test('what the service says of quota, rate and model has its own status', async () => {
  for (const [status, code, wantedStatus] of [
    [429, 'rate_limit_exceeded', 429], [429, 'insufficient_quota', 429], [404, 'model_not_found', 404], [400, 'context_length_exceeded', 400],
    [500, 'server_error', 503],
  ]) {
    upstream.answers = [fails(status, { error: { message: 'words', type: code, code } }, { 'retry-after': '3' })];
    assert.equal((await refused(await clean(await ask({ messages: MESSAGES, stream: true })))).status, wantedStatus, code);
  }
});

test('an error in the middle is an error event, and no [DONE]', async () => {
  upstream.answers = [says(chunk({ content: 'Once' }), { error: { message: `broken for ${SECRET}`, type: 'server_error' } })];
  const told = await (await clean(await ask({ messages: MESSAGES, stream: true }))).text();
  assert.match(told, /"content":"Once"/);
  assert.match(told, /data: \{"error":\{"message":"broken for \[redacted\]"/);
  assert.doesNotMatch(told, /\[DONE\]/);
});

test('a redirect to another origin gets neither key nor message', async () => {
  for (const status of [301, 302, 307, 308]) {
    upstream.answers = [(outgoing) => outgoing.writeHead(status, { location: `http://127.0.0.1:${elsewhere.address().port}/v1/chat/completions` }).end()];
    const told = await refused(await clean(await ask({ messages: MESSAGES })));
    assert.equal(told.status, 502);
  }
  assert.equal(strayed, 0);
});
