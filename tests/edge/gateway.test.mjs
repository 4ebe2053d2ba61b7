// What holds for every API of the endpoint: silence before the first word, failures in every moment, paths, headers, what logs are told.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import OpenAI from 'openai';

import { createHandler } from '../../dist/edge.js';
import { ChatError, Fallback, OpenAiChat, OpenAiResponses } from '../../dist/index.js';
import { KEY, MESSAGES, request } from './helper.mjs';
import { calls, chunk, fails, says, startUpstream, text, USAGE } from './upstream.mjs';

let upstream;

before(async () => {
  upstream = await startUpstream();
});
after(() => upstream.close());
beforeEach(() => upstream.clear());

const llm = (settings) => new OpenAiChat({ baseUrl: upstream.url, apiKey: 'sk-upstream-0123456789', models: ['m'], retries: 0, ...settings });
const handler = (options) => createHandler({ providers: { llm: llm() }, authorize: [KEY], ...options });

/** Each API with the request of one message, and what its frames have of the text. */
const APIS = {
  chat: { path: '/v1/chat/completions', body: { messages: MESSAGES }, textOf: ({ choices }) => choices?.[0]?.delta?.content },
  responses: { path: '/v1/responses', body: { input: 'Hi' }, textOf: ({ type, delta }) => (type === 'response.output_text.delta' ? delta : undefined) },
  messages: { path: '/v1/messages', body: { messages: MESSAGES, max_tokens: 9 }, textOf: ({ delta }) => delta?.text },
  completions: { path: '/v1/completions', body: { prompt: 'Hi' }, textOf: ({ choices }) => choices?.[0]?.text },
};

const ask = (api, body, options) => handler(options)(request(APIS[api].path, { body: { model: 'llm', ...APIS[api].body, ...body } }));

/** The data of each event of a stream, and its comments as they are. */
const framesOf = (stream) => stream.trimEnd().split('\n\n').filter((frame) => !frame.startsWith(':')).map((frame) => {
  const data = frame.split('\n').at(-1).slice('data: '.length);
  return data === '[DONE]' ? data : JSON.parse(data);
});

/** An answer that says nothing until `go` is called. */
function silent(answer) {
  let go;
  const gone = new Promise((resolve) => {
    go = resolve;
  });
  return { go, answer: async (outgoing, asked) => { await gone; answer(outgoing, asked); } };
}

for (const [api, { textOf }] of Object.entries(APIS)) {
  test(`${api}: a silent thinker has a head and comments before its first word`, async () => {
    const { go, answer } = silent(text(['Hel', 'lo']));
    upstream.answers = [answer];
    const response = await ask(api, { stream: true }, { headAfter: 30, keepAlive: 30 });
    assert.equal(response.status, 200);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let stream = '';
    const ping = api === 'messages' ? 'event: ping' : ': ping';
    while (stream.split(ping).length < 4) stream += (await reader.read()).value;
    go();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      stream += value;
    }
    assert.equal(framesOf(stream).map(textOf).filter(Boolean).join(''), 'Hello');
  });

  test(`${api}: a failure after the head is an event of its own service, before it a status`, async () => {
    const { go, answer } = silent(fails(500, { error: { message: 'words', type: 'server_error' } }));
    upstream.answers = [answer];
    const response = await ask(api, { stream: true }, { headAfter: 20 });
    assert.equal(response.status, 200);
    go();
    const frames = framesOf(await response.text()).filter(({ type }) => type !== 'ping');
    if (api === 'responses') {
      assert.deepEqual(frames.map(({ type }) => type), ['response.created', 'error', 'response.failed']);
      assert.deepEqual(frames.map(({ sequence_number: number }) => number), [0, 1, 2]);
      assert.equal(frames[2].response.id, frames[0].response.id);
    } else if (api === 'messages') {
      assert.deepEqual(frames.map(({ type, error }) => [type, error.type]), [['error', 'api_error']]);
    } else {
      assert.deepEqual(frames.map(({ error }) => error.code), ['server_error']);
    }
    upstream.answers = [fails(500, { error: { message: 'words', type: 'server_error' } })];
    assert.ok((await ask(api, { stream: true })).status >= 500);
  });

  test(`${api}: a failure in the middle never looks like an end`, async () => {
    upstream.answers = [says(chunk({ content: 'Once' }), { error: { message: 'broken', type: 'server_error' } })];
    const stream = await (await ask(api, { stream: true })).text();
    assert.doesNotMatch(stream, /\[DONE\]|response\.completed|message_stop|"finish_reason":"/);
    assert.match(stream, /Once/);
    const last = framesOf(stream).at(-1);
    if (api === 'responses') {
      assert.deepEqual([last.type, last.response.status, last.response.error.code], ['response.failed', 'failed', 'server_error']);
      assert.equal(last.response.output[0].content[0].text, 'Once');
      assert.equal(last.response.output[0].status, 'incomplete');
    } else assert.ok(last.error.message.includes('broken'));
  });

  test(`${api}: the same with a Fallback, whose first provider has answered`, async () => {
    upstream.answers = [says(chunk({ content: 'Once' }), { error: { message: 'broken', type: 'server_error' } })];
    const response = await ask(api, { stream: true }, { providers: { llm: new Fallback([llm(), llm({ name: 'second' })]) } });
    const last = framesOf(await response.text()).at(-1);
    if (api === 'responses') assert.equal(last.response.output[0].content[0].text, 'Once');
    else assert.ok(last.error.message.includes('broken'));
    assert.equal(upstream.asked.length, 1);
  });

  test(`${api}: what a service wants to be paid for is not asked for again`, async () => {
    upstream.answers = [says(chunk({ content: 'Once' }), { error: { message: 'broken', type: 'server_error' } })];
    const { headers } = await ask(api, {});
    assert.equal(headers.get('x-should-retry'), 'false', 'it has begun to answer');
    upstream.answers = [fails(503, { error: { message: 'later' } })];
    assert.equal((await ask(api, {})).headers.get('x-should-retry'), 'true');
    const { answer } = silent(text(['late']));
    upstream.answers = [answer];
    const response = await ask(api, {}, { timeout: { firstChunk: 50 } });
    assert.deepEqual([response.status, response.headers.get('x-should-retry')], [504, 'false']);
  });
}

test('too long a conversation has the code by which clients know it, whatever the service says', async () => {
  const told = [
    [400, { error: { message: "This model's maximum context length is 8192 tokens.", code: 'context_length_exceeded', type: 'invalid_request_error' } }],
    [400, { error: { type: 'invalid_request_error', message: 'prompt is too long: 9001 tokens > 8192 maximum' } }],
    [400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'The input token count (9001) exceeds the maximum number of tokens allowed (8192).' } }],
    [400, { error: 'the input length exceeds the context length' }],
    [422, { error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000', error_type: 'validation' }],
    [400, { error: { message: 'the request exceeds the available context size', type: 'exceed_context_size_error' } }],
    [400, { object: 'error', message: "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", type: 'BadRequestError' }],
  ];
  const client = new OpenAI({
    baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 2, fetch: (url, init) => handler()(new Request(url, init)),
  });
  for (const [status, body] of told) {
    upstream.clear();
    upstream.answers = [fails(status, body)];
    const error = await client.chat.completions.create({ model: 'llm', messages: MESSAGES }).catch((reason) => reason);
    assert.deepEqual([error.status, error.code, error.type], [400, 'context_length_exceeded', 'invalid_request_error'], JSON.stringify(body));
    assert.match(error.message, /maximum context length is/);
    assert.equal(upstream.asked.length, 1, 'asked once');
  }
});

test('an end that is none is a failure, whatever the service calls it', async () => {
  for (const word of ['insufficient_system_resource', 'network_error', 'abort', 'error', 'OTHER']) {
    for (const api of Object.keys(APIS)) {
      upstream.clear();
      upstream.answers = [says(chunk({ content: 'Once' }), chunk({}, word))];
      const stream = await (await ask(api, { stream: true })).text();
      assert.doesNotMatch(stream, /\[DONE\]|response\.completed|message_stop/, `${api}, ${word}`);
    }
  }
});

test('no address that a service redirects to is told', async () => {
  upstream.answers = [(outgoing) => outgoing.writeHead(302, { location: 'https://login.internal.example/sso?token=SECRET' }).end()];
  const response = await ask('chat', {});
  assert.equal(response.status, 502);
  assert.doesNotMatch(await response.text(), /internal|SECRET/);
});

test('what is told after the head is told by a comment', async () => {
  const { go, answer } = silent(fails(500, { error: { message: 'no' } }));
  upstream.answers = [answer, text(['Hello'])];
  // Only the second provider has no way for `seed`.
  const second = new OpenAiResponses({ baseUrl: upstream.url, apiKey: 'k', models: ['m'], retries: 0, name: 'second' });
  upstream.answers = [answer, fails(200, { id: 'resp_1', object: 'response', status: 'completed', output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello' }] }] })];
  const response = await ask('chat', { stream: true, seed: 5 }, { headAfter: 20, providers: { llm: new Fallback([llm(), second]) } });
  assert.equal(response.headers.get('x-rivulet-warnings'), null);
  go();
  const stream = await response.text();
  assert.match(stream, /: warning: .*'seed'/);
  assert.equal(framesOf(stream).map(APIS.chat.textOf).filter(Boolean).join(''), 'Hello');
});

test('who leaves is told to logs, once', async () => {
  for (const leave of ['cancel', 'signal', 'read, signal']) {
    const events = [];
    const controller = new AbortController();
    upstream.answers = [(outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      outgoing.write(`data: ${JSON.stringify(chunk({ content: 'Once' }))}\n\n`);
    }];
    const response = await handler({ onEvent: (event) => events.push(event) })(request('/v1/chat/completions', {
      body: { model: 'llm', messages: MESSAGES, stream: true }, signal: controller.signal,
    }));
    const reader = response.body.getReader();
    await reader.read();
    const pending = leave === 'read, signal' ? reader.read() : undefined;
    if (leave === 'cancel') await reader.cancel();
    else controller.abort();
    if (pending) assert.equal((await pending).done, true);
    assert.deepEqual(events.map(({ type }) => type), ['request', 'abort'], leave);
    assert.equal(events[1].provider, 'OpenAiChat');
    // Who reads on hears of the end.
    assert.equal((await reader.read()).done, true, leave);
  }
});

test('what is wrong with a request is named in param', async () => {
  const paramOf = async (path, body) => (await (await handler()(request(path, { body }))).json()).error.param;
  assert.equal(await paramOf('/v1/chat/completions', { messages: MESSAGES }), 'model');
  assert.equal(await paramOf('/v1/chat/completions', { model: 'llm', messages: MESSAGES, n: 2 }), 'n');
  assert.equal(await paramOf('/v1/chat/completions', { model: 'llm', messages: MESSAGES, tools: {} }), 'tools');
  assert.equal(await paramOf('/v1/responses', { model: 'llm', input: 'x', conversation: 'conv_1' }), 'conversation');
  assert.equal(await paramOf('/v1/responses', { model: 'llm', input: [{ type: 'item_reference', id: 'x' }] }), 'input[0]');
  assert.equal(await paramOf('/v1/completions', { model: 'llm', prompt: ['a', 'b'] }), 'prompt');
});

test('the endpoint may stand below a path, and nowhere else', async () => {
  for (const basePath of ['/api/ai', '/api/ai/']) {
    const handle = handler({ basePath });
    for (const [path, status] of [
      ['/api/ai/v1/models', 200], ['/api/ai/models', 200], ['/api/ai/models/', 200], ['/v1/models', 404], ['/models', 404], ['/api/ai', 404],
      ['/api/aix/models', 404], ['/api/ai/v1/v1/models', 404], ['/api/ai/../ai/models', 200], ['/API/AI/models', 404], ['/api%2Fai/models', 404],
    ]) assert.equal((await handle(request(path))).status, status, path);
  }
  for (const wrong of ['api', 'https://x.example/api', '/api?x', '/api#x', 5, '//x']) {
    assert.throws(() => handler({ basePath: wrong }), (error) => error instanceof ChatError && error.code === 'input', String(wrong));
  }
});

test('no response is sniffed', async () => {
  const responses = [
    await handler()(request('/health')), await handler()(request('/nope')), await handler()(request('/v1/models')),
    await handler()(request('/v1/models', { method: 'OPTIONS' })),
  ];
  for (const { headers } of responses) assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('a photo fits into a body, and the limit is that of the option', async () => {
  const photo = (size) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/jpeg;base64,${'A'.repeat(size)}` } }] }];
  upstream.answers = [text(['ok'])];
  assert.equal((await ask('chat', { messages: photo(9_000_000) })).status, 200);
  assert.equal(upstream.asked[0].body.messages[0].content[0].image_url.url.length, 9_000_023);
  assert.equal((await ask('chat', { messages: photo(11_000_000) })).status, 413);
  assert.equal((await ask('chat', { messages: photo(2000) }, { maxBodyBytes: 1000 })).status, 413);
});

test('logs are told what spans want to know, and no text', async () => {
  const events = [];
  upstream.answers = [text(['secret words'])];
  await (await ask('messages', { stream: true }, { onEvent: (event) => events.push(event) })).text();
  const [begun, end] = events;
  assert.deepEqual(Object.keys(begun), ['type', 'requestId', 'api', 'model', 'provider', 'stream']);
  assert.deepEqual([end.type, end.api, end.model, end.provider, end.usage.outputTokens, end.finishReason], ['end', 'messages', 'llm', 'OpenAiChat', USAGE.completion_tokens, 'stop']);
  assert.ok(end.firstContentMs <= end.durationMs && Number.isInteger(end.durationMs));
  upstream.answers = [fails(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } })];
  await ask('chat', {}, { onEvent: (event) => events.push(event) });
  const failed = events.at(-1);
  assert.deepEqual([failed.type, failed.error.code, failed.provider, failed.firstContentMs], ['error', 'rate_limited', 'OpenAiChat', undefined]);
  assert.doesNotMatch(JSON.stringify(events), /secret words/);
});

test('clients of 2023 get function_call, and of 2022 text', async () => {
  const client = new OpenAI({ baseURL: 'https://edge.example/v1', apiKey: KEY, maxRetries: 0, fetch: (url, init) => handler()(new Request(url, init)) });
  upstream.answers = [calls(), calls()];
  const functions = [{ name: 'get_weather', parameters: { type: 'object' } }];
  const { choices: [choice] } = await client.chat.completions.create({ model: 'llm', messages: MESSAGES, functions });
  assert.deepEqual([choice.finish_reason, choice.message.function_call], ['function_call', { name: 'get_weather', arguments: '{"city":"Köln"}' }]);
  let streamed = '';
  for await (const one of await client.chat.completions.create({ model: 'llm', messages: MESSAGES, functions, stream: true })) {
    streamed += one.choices[0]?.delta.function_call?.arguments ?? '';
  }
  assert.equal(streamed, '{"city":"Köln"}');
  upstream.answers = [text(['upon', ' a time']), text(['upon', ' a time'])];
  const whole = await client.completions.create({ model: 'llm', prompt: 'Once' });
  assert.deepEqual([whole.object, whole.choices[0].text, whole.choices[0].finish_reason, whole.usage.total_tokens], ['text_completion', 'upon a time', 'stop', USAGE.total_tokens]);
  let story = '';
  for await (const { choices: [one] } of await client.completions.create({ model: 'llm', prompt: 'Once', stream: true })) story += one?.text ?? '';
  assert.equal(story, 'upon a time');
});

test('encrypted reasoning of a service with Responses comes back as it was', async () => {
  const own = new OpenAiResponses({ baseUrl: upstream.url, apiKey: 'sk-upstream-0123456789', models: ['m'], retries: 0 });
  const item = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'ENC' };
  const call = { id: 'fc_1', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}', status: 'completed' };
  const response = (output) => ({ id: 'resp_1', object: 'response', status: 'completed', output, usage: { input_tokens: 1, output_tokens: 2 } });
  upstream.answers = [
    fails(200, response([item, call])),
    fails(200, response([{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok' }] }])),
  ];
  const providers = { llm: own };
  const more = { store: false, include: ['reasoning.encrypted_content'], tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }], reasoning: { effort: 'low' } };
  const { output } = await (await ask('responses', more, { providers })).json();
  assert.equal(output[0].encrypted_content, 'ENC');
  const input = [{ role: 'user', content: 'Hi' }, ...output, { type: 'function_call_output', call_id: 'call_1', output: '1' }];
  await (await ask('responses', { ...more, input }, { providers })).json();
  const [first, second] = upstream.asked.map(({ body }) => body);
  assert.deepEqual([first.store, first.include], [false, ['reasoning.encrypted_content']]);
  const reasoning = second.input.find(({ type }) => type === 'reasoning');
  assert.equal(reasoning.encrypted_content, 'ENC');
  assert.equal(second.input.indexOf(reasoning) + 1, second.input.findIndex(({ type }) => type === 'function_call'), 'right before what it led to');
});
