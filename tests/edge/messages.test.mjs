// Anthropic's Messages at the endpoint, over services of every kind: what its clients accept is in tests/clients; here is what the endpoint
// promises them, frame for frame.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { Anthropic, Fallback, OpenAiChat } from '../../dist/index.js';
import { KEY, MESSAGES, request } from './helper.mjs';
import { calls, chunk, fails, says, startUpstream, text, USAGE } from './upstream.mjs';

const PATH = '/v1/messages';
const TOOLS = [{ name: 'get_weather', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];

let upstream;

before(async () => {
  upstream = await startUpstream();
});
after(() => upstream.close());
beforeEach(() => upstream.clear());

const llm = (settings) => new OpenAiChat({ baseUrl: upstream.url, apiKey: 'sk-upstream-0123456789', models: ['m'], retries: 0, ...settings });
const claude = (settings) => (
  new Anthropic({ baseUrl: upstream.url, apiKey: 'sk-upstream-0123456789', models: ['claude-haiku-4-5'], retries: 0, ...settings }));

function handler(options) {
  return createHandler({ providers: { llm: llm(), claude: claude() }, authorize: [KEY], ...options });
}

const ask = (body, { path = PATH, headers, ...options } = {}) => handler(options)(request(path, {
  body: { model: 'llm', max_tokens: 100, messages: MESSAGES, ...body },
  headers: { authorization: '', 'x-api-key': KEY, 'anthropic-version': '2023-06-01', ...headers },
}));

/** The events of a stream, each with the name that its data says once more. */
function framesOf(stream) {
  return stream.trimEnd().split('\n\n').map((frame) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame);
    const event = JSON.parse(data);
    assert.equal(event.type, name);
    return event;
  });
}

/** A stream of Anthropic's, of these events. */
const ofClaude = (...events) => (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  outgoing.end();
};

test('a stream begins with message_start, ends with message_stop, and has every block in between', async () => {
  upstream.answers = [calls(chunk({ reasoning_content: 'Two cities.' }), chunk({ content: 'Let me see.' }))];
  const response = await ask({ stream: true, tools: TOOLS });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('request-id'), response.headers.get('x-request-id'));
  const frames = framesOf(await response.text());
  assert.equal(frames[0].type, 'message_start');
  assert.deepEqual(frames[0].message.usage.output_tokens, 0);
  const begun = frames.filter(({ type }) => type === 'content_block_start').map(({ index, content_block: block }) => [index, block.type]);
  assert.deepEqual(begun, [[0, 'thinking'], [1, 'text'], [2, 'tool_use'], [3, 'tool_use']]);
  const { delta, usage } = frames.at(-2);
  assert.deepEqual(delta, { stop_reason: 'tool_use', stop_sequence: null });
  assert.deepEqual([usage.input_tokens, usage.output_tokens], [USAGE.prompt_tokens, USAGE.completion_tokens]);
  assert.deepEqual(frames.at(-1), { type: 'message_stop' });
  const [{ body }] = upstream.asked;
  assert.deepEqual(body.tools[0].function.parameters, TOOLS[0].input_schema);
  assert.equal(body.max_tokens, 100);
});

test('a message in one piece', async () => {
  upstream.answers = [calls()];
  const response = await ask({ tools: TOOLS });
  const { id, ...message } = await response.json();
  assert.match(id, /^msg_[0-9a-f]{32}$/);
  assert.deepEqual(message.content.map(({ type, id: of, input }) => [type, of, input]), [
    ['tool_use', 'call_a', { city: 'Köln' }], ['tool_use', 'call_b', { city: 'Łódź' }],
  ]);
  assert.deepEqual([message.type, message.role, message.model, message.stop_reason], ['message', 'assistant', 'llm', 'tool_use']);
});

test("blocks go on to a service of another kind, and come to Anthropic's own as they are", async () => {
  const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' };
  const messages = [
    { role: 'user', content: [{ type: 'text', text: 'Look', cache_control: { type: 'ephemeral' } }, { type: 'image', source }] },
    { role: 'assistant', content: [{ type: 'text', text: 'I look.' }, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Oslo' } }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'a map' }, { type: 'image', source }], is_error: true }] },
  ];
  upstream.answers = [text(['ok'])];
  await (await ask({ messages, tools: TOOLS, system: 'Be brief.', stop_sequences: ['END'], tool_choice: { type: 'any', disable_parallel_tool_use: true } })).text();
  const [{ body }] = upstream.asked;
  assert.deepEqual(body.messages.map(({ role }) => role), ['system', 'user', 'assistant', 'tool', 'user']);
  assert.equal(body.messages[1].content[1].image_url.url, `data:image/png;base64,${source.data}`);
  assert.deepEqual(body.messages[2].tool_calls[0].function, { name: 'get_weather', arguments: '{"city":"Oslo"}' });
  assert.deepEqual([body.tool_choice, body.parallel_tool_calls, body.stop], ['required', false, ['END']]);

  upstream.clear();
  upstream.answers = [ofClaude({ type: 'message_start', message: { usage: { input_tokens: 7 } } }, { type: 'message_delta', delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' })];
  await (await ask({ model: 'claude', messages, tools: TOOLS, thinking: { type: 'disabled' }, top_k: 5 })).text();
  const asked = upstream.asked[0].body;
  assert.deepEqual(asked.messages[0].content[0].cache_control, { type: 'ephemeral' });
  assert.deepEqual(asked.messages[2].content[0], messages[2].content[0]);
  // The API of 2026-10-21 has no `top_k`, and refuses what it does not know.
  assert.deepEqual([asked.thinking, asked.top_k, asked.max_tokens], [{ type: 'disabled' }, undefined, 100]);
});

/** A conversation of two requests: thinking that led to a call comes back signed, whichever API the client speaks. */
const THOUGHT = [
  { type: 'message_start', message: { usage: { input_tokens: 25, cache_read_input_tokens: 5 } } },
  { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Which city?' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'SIG==' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city":"Oslo"}' } },
  { type: 'content_block_stop', index: 1 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
const DONE = ofClaude(
  { type: 'message_start', message: {} }, { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'Sunny.' } },
  { type: 'content_block_stop', index: 0 }, { type: 'message_delta', delta: { stop_reason: 'end_turn' } }, { type: 'message_stop' },
);
const SIGNED = { type: 'thinking', thinking: 'Which city?', signature: 'SIG==' };
const thinks = () => ({ claude: claude({ extra: { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 4096 } }) });

const flat = [{ type: 'function', name: 'get_weather', parameters: { type: 'object' } }];
const WAYS = {
  messages: async (send) => {
    const { content } = await (await send(PATH, { max_tokens: 100, messages: MESSAGES, tools: TOOLS })).json();
    assert.deepEqual(content[0], SIGNED);
    const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' }] };
    return send(PATH, { max_tokens: 100, messages: [...MESSAGES, { role: 'assistant', content }, result], tools: TOOLS });
  },
  chat: async (send) => {
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
    const { choices: [{ message }] } = await (await send('/v1/chat/completions', { messages: MESSAGES, tools })).json();
    assert.equal(message.reasoning_details[0].signature, 'SIG==');
    const result = { role: 'tool', tool_call_id: 'toolu_1', content: 'sunny' };
    return send('/v1/chat/completions', { messages: [...MESSAGES, message, result], tools });
  },
  responses: async (send) => {
    const { output } = await (await send('/v1/responses', { input: 'Hi', tools: flat })).json();
    assert.deepEqual(output.map(({ type }) => type), ['reasoning', 'function_call']);
    assert.ok(output[0].encrypted_content.includes('SIG=='));
    const result = { type: 'function_call_output', call_id: 'toolu_1', output: 'sunny' };
    return send('/v1/responses', { input: [{ role: 'user', content: 'Hi' }, ...output, result], tools: flat });
  },
};

for (const [api, converse] of Object.entries(WAYS)) {
  test(`thinking goes back to Anthropic with its signature through ${api}`, async () => {
    upstream.answers = [ofClaude(...THOUGHT), DONE];
    const handle = handler({ providers: thinks() });
    const response = await converse((path, body) => handle(request(path, { body: { model: 'claude', ...body } })));
    assert.match(JSON.stringify(await response.json()), /Sunny\./);
    assert.equal(response.headers.get('x-rivulet-warnings'), null);
    const { messages, thinking } = upstream.asked[1].body;
    assert.deepEqual(messages[1].content[0], SIGNED);
    assert.equal(messages[1].content[1].type, 'tool_use');
    assert.equal(thinking.type, 'enabled');
  });
}

test('thinking that did not come back is off for that request, and the client is told', async () => {
  upstream.answers = [DONE];
  const messages = [
    ...MESSAGES,
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' }] },
  ];
  const response = await ask({ model: 'claude', max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 1024 }, tools: TOOLS, messages });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('x-rivulet-warnings'), /thinking is off for this request/);
  assert.deepEqual(upstream.asked[0].body.thinking, { type: 'disabled' });
});

test('errors have the form and the status of Anthropic', async () => {
  const told = async (answer, body) => {
    upstream.clear();
    upstream.answers = [answer];
    const response = await ask(body);
    const { type, error, request_id: id } = await response.json();
    assert.deepEqual([type, id], ['error', response.headers.get('request-id')]);
    return [response.status, error.type, response.headers.get('x-should-retry'), error.message];
  };
  const openai = (status, code, message = 'words') => fails(status, { error: { message, type: code, code } });
  const cases = [
    [openai(429, 'rate_limit_exceeded'), 429, 'rate_limit_error', 'true'],
    [openai(429, 'insufficient_quota'), 402, 'billing_error', 'false'],
    [openai(404, 'model_not_found'), 404, 'not_found_error', 'false'],
    [openai(500, 'server_error'), 500, 'api_error', 'true'],
    [openai(503, 'overloaded'), 529, 'overloaded_error', 'true'],
    [fails(413, { type: 'error', error: { type: 'request_too_large', message: 'words' } }), 413, 'request_too_large', 'false'],
    [openai(401, 'invalid_api_key'), 500, 'api_error', 'false'],
    [openai(400, 'invalid_request_error'), 400, 'invalid_request_error', 'false'],
  ];
  for (const [answer, ...expected] of cases) assert.deepEqual((await told(answer)).slice(0, 3), expected);
  const tooLong = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.";
  const [status, type, , message] = await told(openai(400, 'context_length_exceeded', tooLong));
  assert.deepEqual([status, type, message], [400, 'invalid_request_error', 'prompt is too long: 9001 tokens > 8192 maximum']);
  const wrongKey = await ask({}, { headers: { 'x-api-key': 'wrong' } });
  assert.deepEqual([wrongKey.status, (await wrongKey.json()).error.type], [401, 'authentication_error']);
  const nowhere = await ask({}, { path: '/v1/messages/batches' });
  assert.deepEqual([nowhere.status, (await nowhere.json()).error.type], [404, 'not_found_error']);
  const wrongMethod = await handler()(request(PATH));
  assert.deepEqual([wrongMethod.status, (await wrongMethod.json()).type], [405, 'error']);
});

test('a stream that breaks ends with an error event, and never with message_stop', async () => {
  upstream.answers = [says(chunk({ content: 'Once' }), { error: { message: 'overloaded', type: 'server_error' } })];
  const frames = framesOf(await (await ask({ stream: true })).text());
  assert.equal(frames.at(-1).type, 'error');
  assert.deepEqual(Object.keys(frames.at(-1)), ['type', 'error', 'request_id']);
  assert.ok(frames.every(({ type }) => type !== 'message_stop'));
});

test("packages that continue a thread learn to send all messages", async () => {
  const response = await ask({ thread: { type: 'create' } });
  assert.equal(response.status, 400);
  assert.deepEqual((await response.json()).error.details, { error_code: 'thread_unsupported_request', unsupported: ['thread'] });
  assert.equal(upstream.asked.length, 0);
});

test('a service that takes fewer tokens than Anthropic is asked for as many as it takes', async () => {
  const message = 'max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.';
  upstream.answers = [fails(400, { error: { message, type: 'invalid_request_error', code: 'invalid_value' } }), text(['ok'])];
  const response = await ask({ max_tokens: 128_000 });
  assert.equal((await response.json()).content[0].text, 'ok');
  assert.deepEqual(upstream.asked.map(({ body }) => body.max_tokens), [128_000, 16_384]);
  assert.match(response.headers.get('x-rivulet-warnings'), /max_tokens became 16384/);
  upstream.answers = [fails(400, { error: { message, type: 'invalid_request_error' } })];
  for (const other of ['temperature must be at most 1 (status 400), and max_tokens is fine', 'max_tokens is wrong']) {
    upstream.clear();
    upstream.answers = [fails(400, { error: { message: other, type: 'invalid_request_error' } })];
    assert.equal((await ask({ max_tokens: 128_000 })).status, 400, other);
    assert.equal(upstream.asked.length, 1, other);
  }
  upstream.answers = [fails(400, { error: { message, type: 'invalid_request_error' } })];
  const { status } = await handler()(request('/v1/chat/completions', { body: { model: 'llm', max_tokens: 128_000, messages: MESSAGES } }));
  assert.equal(status, 400, 'who chose the number is told');
});

test('tokens are counted, about, and no service is asked', async () => {
  const count = async (messages, model = 'llm') => {
    const response = await ask({ model, messages, max_tokens: undefined }, { path: '/v1/messages/count_tokens' });
    return [response.status, (await response.json()).input_tokens, response.headers.get('x-rivulet-warnings')];
  };
  const [status, few, warning] = await count(MESSAGES);
  assert.deepEqual([status, warning], [200, 'the count is an estimate']);
  const [, many] = await count([{ role: 'user', content: 'word '.repeat(1000) }]);
  assert.ok(few > 0 && many > 1000 && many < 2500, `${few}, ${many}`);
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(1_000_000) } };
  const [, withImage] = await count([{ role: 'user', content: [image] }]);
  assert.ok(withImage < 3000, `${withImage}: an image is no text`);
  const source = { type: 'text', media_type: 'text/plain', data: 'plain words '.repeat(1000) };
  const [, withText] = await count([{ role: 'user', content: [{ type: 'document', source }] }]);
  assert.ok(withText > 2900, `${withText}: a document of text is`);
  const [, chinese] = await count([{ role: 'user', content: '你好'.repeat(500) }]);
  assert.ok(chinese > 900, `${chinese}`);
  assert.equal((await count(MESSAGES, 'nope'))[0], 404);
  assert.equal(upstream.asked.length, 0);
});

test('models in the form of Anthropic for its clients, and of OpenAI for all others', async () => {
  const list = async (path, headers) => (await handler()(request(path, { headers }))).json();
  const anthropic = { 'anthropic-version': '2026-10-21' };
  const { data, has_more: more, first_id: first, last_id: last } = await list('/v1/models', anthropic);
  assert.deepEqual([more, first, last], [false, 'llm', 'claude:claude-haiku-4-5']);
  assert.ok(data.every(({ type, id, display_name: name, created_at: at }) => type === 'model' && name === id && !Number.isNaN(Date.parse(at))));
  assert.equal((await list('/v1/models/llm%3Am', anthropic)).id, 'llm:m');
  assert.equal((await list('/v1/models')).object, 'list');
});

test('the counts of the cache stand beside the rest, and what the service told by then stands at the beginning', async () => {
  upstream.answers = [ofClaude(...THOUGHT)];
  const frames = framesOf(await (await ask({ model: 'claude', stream: true, tools: TOOLS })).text());
  assert.deepEqual(frames[0].message.usage, { input_tokens: 25, cache_creation_input_tokens: 0, cache_read_input_tokens: 5, output_tokens: 0 });
  assert.deepEqual(frames.at(-2).usage, { input_tokens: 25, cache_creation_input_tokens: 0, cache_read_input_tokens: 5, output_tokens: 9 });
});

test('a Fallback that fails over in mid-thought has one message', async () => {
  upstream.answers = [fails(500, { error: { message: 'no' } }), text(['Hello'])];
  const providers = { both: new Fallback([llm(), llm({ name: 'second' })]) };
  const frames = framesOf(await (await ask({ model: 'both', stream: true }, { providers })).text());
  assert.equal(frames.filter(({ type }) => type === 'message_start').length, 1);
  assert.equal(frames.filter(({ delta }) => delta?.type === 'text_delta').map(({ delta }) => delta.text).join(''), 'Hello');
});
