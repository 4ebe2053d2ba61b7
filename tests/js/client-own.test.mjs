// What Client and rivulet/openai-client do that openai does not, or in another way; and their errors, whoever the provider is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { partialParse as theirPartialParse } from 'openai/_vendor/partial-json-parser/parser';

import { AiEngine, Anthropic, ChatError, Client as Base, Fallback } from '../../dist/index.js';
import OpenAI, { ChatCompletionStream, ChatCompletionStreamingRunner, LengthFinishReasonError, ResponseStream } from '../../dist/openai-client.js';
import { partialParse } from '../../src/js/openai/partial-json.js';
import { chatError, child, within } from './helper.mjs';
import { begins, call, delta, end, fails, frame, says, service, streams, text } from './services.mjs';

const SOON = 5_000;
const messages = [{ role: 'user', content: 'Hi' }];
const ask = (Client, given, params, options) => new Client(given).chat.completions.create({ model: 'gpt-9', messages, ...params }, options);

const CLASSES = [
  'APIConnectionError', 'APIConnectionTimeoutError', 'APIUserAbortError', 'BadRequestError', 'AuthenticationError', 'PermissionDeniedError', 'NotFoundError',
  'ConflictError', 'UnprocessableEntityError', 'RateLimitError', 'InternalServerError',
];
const classesOf = (error, Client = Base) => CLASSES.filter((name) => error instanceof Client[name]);
const failing = (promise) => promise.then(() => assert.fail('fulfilled'), (error) => error);

test('each status has its class, in both entries, and the error stays a ChatError', async () => {
  const wanted = {
    400: 'BadRequestError', 401: 'AuthenticationError', 403: 'PermissionDeniedError', 404: 'NotFoundError', 409: 'ConflictError',
    422: 'UnprocessableEntityError', 429: 'RateLimitError', 500: 'InternalServerError', 503: 'InternalServerError',
  };
  for (const Client of [Base, OpenAI]) {
    for (const [status, name] of Object.entries(wanted)) {
      const { provider } = service('A', fails(Number(status), 'x'));
      for (const stream of [false, true]) {
        const error = await failing(ask(Client, provider, { stream }));
        assert.deepEqual(classesOf(error, Client), [name]);
        assert.ok(error instanceof ChatError && error instanceof Client.APIError && error instanceof Client.OpenAIError);
        assert.equal(error.status, Number(status));
      }
    }
    const { provider } = service('A', fails(418, 'x'));
    assert.deepEqual(classesOf(await failing(ask(Client, provider))), []);
  }
});

test('no response is APIConnectionError, and none in time APIConnectionTimeoutError as well', async () => {
  const { provider } = service('A', () => { throw new TypeError('reset'); });
  assert.deepEqual(classesOf(await failing(ask(Base, provider))), ['APIConnectionError']);
  const slow = service('A', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
  const error = await failing(ask(Base, slow.provider, {}, { timeout: 20 }));
  assert.deepEqual(classesOf(error), ['APIConnectionError', 'APIConnectionTimeoutError']);
  assert.deepEqual([error.headers, error.error, error.status], [undefined, undefined, undefined]);
});

test('a Fallback whose providers are all limited is limited, and one of several kinds is of none', async () => {
  const [a, b, c] = [service('A', fails(429, 'x')), service('B', fails(429, 'x')), service('C', fails(401, 'x'))];
  assert.deepEqual(classesOf(await failing(ask(Base, new Fallback([a.provider, b.provider])))), ['RateLimitError']);
  assert.deepEqual(classesOf(await failing(ask(Base, new Fallback([a.provider, c.provider])))), []);
});

test('errors of a provider itself, and of other services, are of these classes as well', async () => {
  const limited = service('A', fails(429, 'x'));
  assert.deepEqual(classesOf(await failing(limited.provider.createAsync({ messages }))), ['RateLimitError']);
  const claude = service('Claude', () => Response.json({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }, { status: 529 }), Anthropic);
  const error = await failing(ask(Base, claude.provider));
  assert.deepEqual([classesOf(error), error.type, error.error], [['InternalServerError'], 'overloaded_error', { type: 'overloaded_error', message: 'busy' }]);
  const site = new AiEngine({ url: 'https://shop.example', retries: 0, fetch: async () => new Response('', { status: 403 }) });
  assert.ok((await failing(ask(Base, site))) instanceof Base.APIError);
  for (const other of [undefined, null, 'x', {}, new Error('x'), new TypeError('x')]) assert.ok(!(other instanceof Base.APIError) && !(other instanceof Base.OpenAIError));
});

test('an error has the headers of its response without cookies, and the object of its body', async () => {
  const body = { message: 'slow down', type: 'tokens', param: 'messages', code: 'rate_limit_exceeded' };
  const { provider } = service('A', () => Response.json({ error: body }, { status: 429, headers: { 'retry-after': '7', 'x-request-id': 'req-1', 'set-cookie': 'a=b' } }));
  const error = await chatError(ask(Base, provider), 'rate_limited');
  assert.deepEqual([...error.headers.keys()].sort(), ['content-type', 'retry-after', 'x-request-id']);
  assert.deepEqual([error.error, error.type, error.param, error.requestID, error.serviceCode], [body, 'tokens', 'messages', 'req-1', 'rate_limit_exceeded']);
  const unread = service('B', () => new Response('<html>', { status: 500 }));
  assert.deepEqual((await failing(ask(Base, unread.provider))).error.code, 'service');
});

test('the headers are those of the last response, and none where the last request got none', async () => {
  let turn = 0;
  const { provider } = service('A', () => {
    if (turn++ === 0) return new Response('', { status: 503, headers: { 'x-request-id': 'req-1', 'retry-after-ms': '1' } });
    throw new TypeError('reset');
  });
  const error = await failing(ask(Base, provider, {}, { maxRetries: 1 }));
  assert.deepEqual([turn, error.code, error.headers], [2, 'network', undefined]);
});

test('withResponse and asResponse of a Fallback are those of the provider that answered', async () => {
  const withId = (id, answer) => (...given) => {
    const response = answer(...given);
    response.headers.set('x-request-id', id);
    return response;
  };
  const [a, b] = [service('A', withId('req-a', fails(500, 'x'))), service('B', withId('req-b', says('yes')))];
  const { data, response, request_id: id } = await ask(Base, new Fallback([a.provider, b.provider])).withResponse();
  assert.deepEqual([data.choices[0].message.content, id, response.headers.get('x-request-id'), data._request_id], ['yes', 'req-b', 'req-b', 'req-b']);
  const raw = await ask(Base, new Fallback([a.provider, b.provider]), { stream: true }).asResponse();
  assert.deepEqual([raw.status, raw.headers.get('content-type'), (await raw.text()).split('\n\n').length > 3], [200, 'text/event-stream', true]);
});

test('cancelling the body of asResponse stops the request', async () => {
  const { provider, stopped } = service('A', begins('Once'));
  const response = await ask(Base, provider, { stream: true }).asResponse();
  const reader = response.body.getReader();
  await reader.read();
  await reader.cancel();
  await within(SOON, stopped, 'the request');
});

test('a caller that stops a request learns so by the class; the reason is the cause', async () => {
  const reason = new Error('enough');
  const stopped = { signal: AbortSignal.abort(reason) };
  const { provider } = service('A', says('yes'));
  const client = new OpenAI(Object.assign(provider, { embed: ({ signal }) => Promise.reject(signal.reason) }));
  for (const promise of [
    client.chat.completions.create({ messages }, stopped), client.responses.create({ input: 'Hi' }, stopped),
    client.completions.create({ prompt: 'Hi' }, stopped), client.embeddings.create({ input: 'Hi' }, stopped),
    client.chat.completions.parse({ messages }, stopped),
  ]) {
    const error = await failing(promise);
    assert.deepEqual([classesOf(error, OpenAI), error.cause, error.name, error instanceof ChatError], [['APIUserAbortError'], reason, 'AbortError', false]);
  }
  assert.equal(await failing(ask(Base, provider, {}, stopped)), reason);
  assert.deepEqual(classesOf(await failing(ask(Base, provider, {}, { signal: AbortSignal.abort() }))), ['APIUserAbortError']);
});

test('a failure that nobody could notice is an unhandled rejection, and one that asResponse tells is not', async () => {
  assert.deepEqual(await child('openai-client.mjs', { flags: ['--unhandled-rejections=throw'] }), { unheard: ['rate_limited'], response: 'rate_limited', loop: 'rate_limited' });
});

test('withOptions of a client of providers changes what is of a request', async () => {
  const { provider, calls } = service('A', fails(500, 'x'));
  for (const Client of [Base, OpenAI]) {
    calls.length = 0;
    const client = new Client(provider);
    const other = client.withOptions({ maxRetries: 1, defaultHeaders: { 'x-own': 'yes' }, timeout: 9_000 }).withOptions({ timeout: 8_000 });
    assert.ok(other instanceof Client && other.baseURL === client.baseURL);
    await failing(other.chat.completions.create({ messages }));
    assert.deepEqual(calls.map(({ headers }) => headers.get('x-own')), ['yes', 'yes']);
    assert.throws(() => client.withOptions({ apiKey: 'sk-1' }), { code: 'input', message: /made of providers/ });
    assert.throws(() => new Client({ provider }).withOptions({ baseURL: 'x' }), { code: 'input' });
  }
  const asked = [];
  const fetch = async (url, { headers }) => {
    asked.push(url, new Headers(headers).get('authorization'));
    return says('yes')();
  };
  const client = new Base({ apiKey: 'sk-1', baseURL: 'https://a.example/v1', fetch });
  await client.withOptions({ apiKey: 'sk-2', baseURL: 'https://b.example/v1' }).chat.completions.create({ model: 'm', messages });
  assert.deepEqual([asked, client.baseURL], [['https://b.example/v1/chat/completions', 'Bearer sk-2'], 'https://a.example/v1']);
});

test('organization and project go out as headers, those of the environment as well', async () => {
  const asked = [];
  const fetch = async (_, { headers }) => {
    asked.push(['openai-organization', 'openai-project', 'x-own'].map((name) => new Headers(headers).get(name)));
    return says('yes')();
  };
  const before = { ...process.env };
  process.env.OPENAI_PROJECT_ID = 'p-env';
  try {
    await ask(OpenAI, { apiKey: 'k', fetch, organization: 'o', defaultHeaders: { 'x-own': 'yes' } });
    await new OpenAI({ apiKey: 'k', fetch, organization: 'o' }).withOptions({ project: 'p', organization: 'o2' }).chat.completions.create({ model: 'm', messages });
  } finally {
    process.env.OPENAI_PROJECT_ID = before.OPENAI_PROJECT_ID;
    if (before.OPENAI_PROJECT_ID === undefined) delete process.env.OPENAI_PROJECT_ID;
  }
  assert.deepEqual(asked, [['o', 'p-env', 'yes'], ['o2', 'p', null]]);
});

test('models.retrieve: what the service lists, and nothing else', async () => {
  const { provider } = service('A', () => Response.json({ data: [{ id: 'x' }] }));
  assert.deepEqual(await new Base(provider).models.retrieve('x'), { id: 'x', object: 'model', created: 0, owned_by: 'A' });
  assert.deepEqual(classesOf(await failing(new Base(provider).models.retrieve('y'))), ['NotFoundError']);
  assert.equal((await new Base({ a: provider }).models.retrieve('a:any')).owned_by, 'a');
});

// --- streams and tools ----------------------------------------------------------------------------------------------------

const tool = (run, more) => [{ type: 'function', function: { name: 'look', parameters: {}, function: run, ...more } }];
const thoughts = streams([delta({ reasoning_content: 'Hm, ' }), delta({ reasoning_content: 'yes.' }), ...call(0, 'c', 'look', ['{}']), ...end('tool_calls')]);

test('reasoning is whole in the message of a stream, and goes back with the result of a tool', async () => {
  for (const stream of [true, false]) {
    let turn = 0;
    const { provider, calls } = service('A', (...given) => (turn++ === 0 ? thoughts : says('done'))(...given));
    const deepSeek = provider.with({ service: 'deepseek', baseUrl: 'https://llm.example' });
    const runner = new OpenAI(deepSeek).chat.completions.runTools({ messages, stream, tools: tool(() => 'seen') });
    assert.equal(await runner.finalContent(), 'done');
    const [, answer, result] = runner.messages;
    assert.deepEqual([answer.reasoning_content, answer.content, result], ['Hm, yes.', null, { role: 'tool', tool_call_id: 'c', content: 'seen' }]);
    assert.equal(calls[1].body.messages[1].reasoning_content, 'Hm, yes.');
    assert.ok(!JSON.stringify(calls[1].body).includes('parsed'));
  }
});

test('whoever reads slowly gets the error of a stream behind the chunks that came before', async () => {
  const { provider } = service('A', streams([text('Once'), text(' more')], { breaks: new TypeError('reset') }));
  const stream = new OpenAI(provider).chat.completions.stream({ messages });
  const iterator = stream[Symbol.asyncIterator]();
  await failing(stream.done());
  let words = '';
  const error = await failing((async () => {
    for await (const { choices: [{ delta: { content } }] } of iterator) words += content ?? '';
  })());
  assert.deepEqual([words, error.code], ['Once more', 'network']);
});

test('a long stream that is read late, or by one half only, takes no more than its length', async () => {
  const encoder = new TextEncoder();
  const { provider } = service('A', () => {
    let left = 20_000;
    const pull = (controller) => {
      controller.enqueue(encoder.encode(left > 0 ? text('x') : end().join('')));
      if (left-- === 0) controller.close();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } });
  });
  const client = new OpenAI(provider);
  const stream = client.chat.completions.stream({ messages });
  const [chunks, events] = [stream[Symbol.asyncIterator](), stream.events('content')];
  await within(4 * SOON, stream.done(), 'the stream');
  const read = async (items, lengthOf) => {
    let letters = 0;
    for await (const item of items) letters += lengthOf(item);
    return letters;
  };
  const ofChunk = ({ choices: [choice] }) => choice?.delta.content?.length ?? 0;
  assert.equal(await within(SOON, read(chunks, ofChunk), 'the chunks'), 20_000);
  assert.equal(await within(SOON, read(events, ([delta]) => delta.length), 'the events'), 20_000);
  const [left, right] = (await client.chat.completions.create({ messages, stream: true })).tee();
  assert.equal(await within(SOON, read(left, ofChunk), 'one half'), 20_000);
  assert.equal(await within(SOON, read(right, ofChunk), 'the other half'), 20_000);
});

test('a tool that throws ends the run when the others are done, and its error is the cause', async () => {
  const { provider } = service('A', streams([...call(0, 'a', 'look', ['1']), ...call(1, 'b', 'look', ['2']), ...end('tool_calls')]));
  const done = [];
  const failure = new RangeError('too far');
  const run = async (given) => {
    if (given === '1') throw failure;
    await new Promise((resolve) => setTimeout(resolve, 20));
    done.push(given);
  };
  const error = await failing(new OpenAI(provider).chat.completions.runTools({ messages, tools: tool(run) }).done());
  assert.deepEqual([done, error.message, error.cause, error instanceof OpenAI.OpenAIError, error instanceof OpenAI.APIError], [['2'], 'too far', failure, true, false]);
});

test('calls that a service gave no id get one, so that their results can name them', async () => {
  for (const stream of [true, false]) {
    let turn = 0;
    const calls = streams([...call(0, undefined, 'look', ['1']), ...call(1, undefined, 'look', ['2']), ...end('tool_calls')]);
    const { provider, calls: asked } = service('A', (...given) => (turn++ === 0 ? calls : says('done'))(...given));
    await new OpenAI(provider).chat.completions.runTools({ messages, stream, tools: tool((given) => given) }).done();
    const [, { tool_calls: made }, ...results] = asked[1].body.messages;
    const ids = made.map(({ id }) => id);
    assert.ok(ids.every(Boolean) && ids[0] !== ids[1], `${ids}`);
    assert.deepEqual(results.map(({ tool_call_id: id, content }) => [id, content]), [[ids[0], '1'], [ids[1], '2']]);
  }
});

test('leaving the loop of runTools stops the request upstream', async () => {
  const { provider, stopped } = service('A', begins('Once'));
  for await (const chunk of new OpenAI(provider).chat.completions.runTools({ messages, stream: true, tools: tool(() => '') })) if (chunk.choices[0].delta.content) break;
  await within(SOON, stopped, 'the request');
});

test('messages that are none are refused by name, and those of the caller stay as they are', async () => {
  const { provider } = service('A', says('yes'));
  const { completions } = new OpenAI(provider).chat;
  for (const wrong of ['Hi', undefined, null, 7]) {
    for (const begin of [completions.stream, completions.runTools]) {
      const error = await failing(begin({ messages: wrong, tools: tool(() => '') }).done());
      assert.deepEqual([error.code, /^messages/.test(error.message)], ['input', true]);
    }
  }
  const own = Object.freeze([Object.freeze({ role: 'assistant', tool_calls: [] }), Object.freeze({ role: 'user', content: 'Hi' })]);
  await completions.stream({ messages: own }).done();
});

test('runTools refuses a tool without a function, and asks nobody', async () => {
  const { provider, calls } = service('A', says('no'));
  const error = await failing(new OpenAI(provider).chat.completions.runTools({ messages, tools: [{ type: 'function', function: { name: 'look' } }] }).done());
  assert.deepEqual([error.code, calls.length], ['input', 0]);
});

test('text that is no JSON fails at the end of a stream, and what is there until then is told', async () => {
  const { provider } = service('A', says('Sure: ', 'an event'));
  const format = { type: 'json_schema', json_schema: { name: 'x', schema: {} } };
  Object.defineProperties(format, { $brand: { value: 'auto-parseable-response-format' }, $parseRaw: { value: JSON.parse } });
  const stream = new OpenAI(provider).chat.completions.stream({ messages, response_format: format });
  const parsed = [];
  stream.on('content.delta', (event) => parsed.push(event.parsed));
  const error = await failing(stream.finalMessage());
  assert.deepEqual([parsed, error instanceof OpenAI.OpenAIError, error.cause instanceof SyntaxError], [[null, null], true, true]);
});

test('an answer that was cut is no answer to be parsed, and its error says so', async () => {
  const { provider } = service('A', streams([text('{'), ...end('length')]));
  const error = await failing(new OpenAI(provider).chat.completions.parse({ messages, response_format: { type: 'json_schema', json_schema: { name: 'x' } } }));
  assert.ok(error instanceof LengthFinishReasonError && error instanceof OpenAI.LengthFinishReasonError && !(error instanceof OpenAI.APIError));
  assert.equal(error.code, 'truncated');
});

test('toReadableStream becomes the same stream again elsewhere, results of tools included', async () => {
  let turn = 0;
  const { provider } = service('A', (...given) => (turn++ % 2 === 0 ? thoughts : says('do', 'ne'))(...given));
  const runner = new OpenAI(provider).chat.completions.runTools({ messages, stream: true, tools: tool(() => 'seen') });
  const copy = ChatCompletionStreamingRunner.fromReadableStream(runner.toReadableStream());
  const seen = [];
  for (const name of ['message', 'content', 'functionToolCall', 'functionToolCallResult']) copy.on(name, (given) => seen.push([name, given.role ?? given.name ?? given]));
  await copy.done();
  assert.deepEqual(copy.messages, runner.messages.slice(1));
  assert.deepEqual(seen, [
    ['message', 'assistant'], ['functionToolCall', 'look'], ['message', 'tool'], ['functionToolCallResult', 'seen'], ['content', 'do'], ['content', 'ne'],
    ['message', 'assistant'],
  ]);
  const one = new OpenAI(provider).chat.completions.stream({ messages });
  const other = ChatCompletionStream.fromReadableStream(one.toReadableStream());
  assert.deepEqual((await other.finalChatCompletion()).choices, (await one.finalChatCompletion()).choices);
  const response = new OpenAI(provider).responses.stream({ input: 'Hi' });
  const again = ResponseStream.fromReadableStream(response.toReadableStream());
  assert.equal((await again.finalResponse()).output_text, 'done');
});

test('the reasoning of a response is in its snapshot', async () => {
  const { provider } = service('A', streams([delta({ reasoning_content: 'Hm, ' }), delta({ reasoning_content: 'yes.' }), text('Hello'), ...end()]));
  const { output, output_text: words } = await new OpenAI(provider).responses.stream({ input: 'Hi' }).finalResponse();
  assert.deepEqual([words, output[0].summary], ['Hello', [{ type: 'summary_text', text: 'Hm, yes.' }]]);
});

test('a streamed response that breaks fails its helper, and its loop', async () => {
  const { provider } = service('A', streams([text('Once')], { breaks: new TypeError('reset') }));
  const stream = new OpenAI(provider).responses.stream({ input: 'Hi' });
  let words = '';
  const error = await failing((async () => {
    for await (const event of stream) if (event.type === 'response.output_text.delta') words += event.delta;
  })());
  assert.deepEqual([words, error.code, stream.errored, stream.aborted], ['Once', 'network', true, false]);
  assert.equal((await failing(stream.finalResponse())).code, 'network');
});

test('warnings stand on responses and embeddings, too', async () => {
  const { provider } = service('A', says('yes'));
  const tools = [{ type: 'web_search' }];
  assert.equal((await new OpenAI(provider).responses.create({ input: 'Hi', tools })).warnings.length, 1);
  const stream = await new OpenAI(provider).responses.create({ input: 'Hi', tools, stream: true });
  assert.equal(stream.warnings.length, 1);
});

test('what the Responses API cannot do here is refused by name', async () => {
  const { provider, calls } = service('A', says('yes'));
  const error = await failing(new OpenAI(provider).responses.create({ input: 'Hi', previous_response_id: 'resp_1' }));
  assert.deepEqual([error.code, error.status, /previous_response_id/.test(error.message), calls.length], ['input', 400, true, 0]);
});

test('a client of several providers finds them for every API', async () => {
  const [a, b] = [service('A', says('a')), service('B', says('b'))];
  const client = new OpenAI({ a: a.provider, b: b.provider });
  assert.equal((await client.responses.create({ model: 'b:x', input: 'Hi' })).output_text, 'b');
  assert.equal((await client.completions.create({ model: 'a', prompt: 'Hi' })).choices[0].text, 'a');
  assert.equal(b.calls[0].body.model, 'x');
  assert.deepEqual(classesOf(await failing(client.responses.create({ model: 'c', input: 'Hi' })), OpenAI), ['NotFoundError']);
});

// --- completions and embeddings ------------------------------------------------------------------------------------------

test('a completion of the old API is the answer of a chat', async () => {
  const { provider, calls } = service('A', says('Hel', 'lo'));
  const { completions } = new OpenAI(provider);
  const { id, created, usage, ...rest } = await completions.create({ model: 'm', prompt: 'Say hello', max_tokens: 5, temperature: 0, stop: ['x'] });
  assert.match(id, /^cmpl-/);
  assert.deepEqual(rest, { object: 'text_completion', model: 'm', choices: [{ index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop' }] });
  assert.deepEqual([typeof created, usage.total_tokens], ['number', 7]);
  const { messages: sent, max_tokens: most, temperature, stop } = calls[0].body;
  assert.deepEqual([sent, most, temperature, stop], [[{ role: 'user', content: 'Say hello' }], 5, 0, ['x']]);
  const chunks = [];
  for await (const chunk of await completions.create({ model: 'm', prompt: ['Hi'], stream: true, stream_options: { include_usage: true } })) chunks.push(chunk);
  assert.deepEqual(chunks.map(({ object, choices: [choice] }) => [object, choice?.text, choice?.finish_reason]), [
    ['text_completion', 'Hel', null], ['text_completion', 'lo', null], ['text_completion', '', 'stop'], ['text_completion', undefined, undefined],
  ]);
  assert.equal(chunks.at(-1).usage.total_tokens, 7);
});

test('logprobs of a completion have the form of the old API', async () => {
  const token = (name, logprob) => ({ token: name, logprob, bytes: null, top_logprobs: [{ token: name, logprob, bytes: null }] });
  const { provider, calls } = service('A', streams([frame({
    choices: [{ index: 0, delta: { content: 'Hello' }, logprobs: { content: [token('Hel', -1), token('lo', -2)] }, finish_reason: null }],
  }), ...end()]));
  const { choices: [{ logprobs }] } = await new OpenAI(provider).completions.create({ model: 'm', prompt: 'Hi', logprobs: 1 });
  assert.deepEqual(logprobs, { tokens: ['Hel', 'lo'], token_logprobs: [-1, -2], top_logprobs: [{ Hel: -1 }, { lo: -2 }], text_offset: [0, 3] });
  assert.deepEqual([calls[0].body.logprobs, calls[0].body.top_logprobs], [true, 1]);
});

test('leaving a stream of the old API stops the request', async () => {
  const { provider, stopped } = service('A', begins('Once'));
  for await (const { choices } of await new OpenAI(provider).completions.create({ prompt: 'Hi', stream: true })) if (choices[0].text) break;
  await within(SOON, stopped, 'the request');
});

test('what a chat has no place for is refused by name', async () => {
  const { provider, calls } = service('A', says('no'));
  for (const [given, name] of [
    [{ echo: true }, 'echo'], [{ suffix: 'x' }, 'suffix'], [{ best_of: 2 }, 'best_of'], [{ n: 2 }, 'n'], [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'], [{ prompt: undefined }, 'prompt'],
  ]) {
    const error = await failing(new OpenAI(provider).completions.create({ prompt: 'Hi', ...given }));
    assert.deepEqual([error.code, error.status, error.message.split(' ')[0]], ['input', 400, name]);
  }
  await new OpenAI(provider).completions.create({ prompt: 'Hi', echo: false, suffix: null, best_of: 1 });
  assert.equal(calls.length, 1);
});

/** A provider that can embed, and what it was asked. */
function embedding(result) {
  const { provider } = service('A', says('no'));
  const asked = [];
  provider.embed = async (given) => {
    asked.push(given);
    return typeof result === 'function' ? result() : result;
  };
  return { provider, asked };
}

test('embeddings have the shape of openai, as numbers and as base64', async () => {
  const { provider, asked } = embedding({ embeddings: [[0.5, -1], [2, 0]], model: 'e-1', usage: { inputTokens: 3 }, warnings: ['cut'] });
  const client = new OpenAI(provider);
  const answer = await client.embeddings.create({ model: 'e', input: ['a', 'b'], dimensions: 2, user: 'me' }, { timeout: 9, maxRetries: 1 });
  assert.deepEqual(answer, {
    object: 'list', model: 'e', usage: { prompt_tokens: 3, total_tokens: 3 }, warnings: ['cut', "'user' was left out"],
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -1] }, { object: 'embedding', index: 1, embedding: [2, 0] }],
  });
  assert.deepEqual(asked[0], { input: ['a', 'b'], model: 'e', dimensions: 2, timeout: 9, retries: 1 });
  const { provider: silent } = embedding({ embeddings: [[1]], model: 'e-1', usage: undefined, warnings: [] });
  const { usage } = await new OpenAI(silent).embeddings.create({ input: 'a', user: null });
  assert.deepEqual(usage, { prompt_tokens: 0, total_tokens: 0, x_usage_unknown: true });
  const { data: [{ embedding: bytes }] } = await client.embeddings.create({ input: 'a', encoding_format: 'base64' });
  assert.deepEqual([...new Float32Array(Uint8Array.from(Buffer.from(bytes, 'base64')).buffer)], [0.5, -1]);
  assert.deepEqual((await client.embeddings.create({ input: 'a' }).withResponse()).data.object, 'list');
});

test('embeddings fail as everything else does', async () => {
  const { provider } = service('A', says('no'));
  delete provider.embed;
  const without = await failing(new OpenAI(new Fallback([provider])).embeddings.create({ input: 'a' }));
  assert.ok(without instanceof OpenAI.BadRequestError);
  const limited = embedding(() => { throw new ChatError('rate_limited', 'slow down', { status: 429 }); });
  assert.deepEqual(classesOf(await failing(new OpenAI(limited.provider).embeddings.create({ input: 'a' })), OpenAI), ['RateLimitError']);
  assert.equal((await failing(new OpenAI(limited.provider).embeddings.create({ input: 'a', encoding_format: 'int8' }))).code, 'input');
});

// --- JSON that is being written --------------------------------------------------------------------------------------------

test('the beginning of a JSON text is read as openai reads it, wherever it ends', () => {
  const texts = [
    { name: 'A é\n"q" \\ 👋', list: [1, -2.5e3, true, false, null, 'x'], deep: { a: [{ b: {} }, []] }, '': 0, n: 12 }, [], {}, 'text "q"', [[['a']]], { a: { b: 'c' } },
  ].flatMap((value) => [JSON.stringify(value), JSON.stringify(value, null, 2), JSON.stringify(value).replaceAll('é', '\\u00e9')]);
  let compared = 0;
  for (const whole of texts) {
    for (let length = 1; length <= whole.length; length++) {
      const part = whole.slice(0, length);
      let expected;
      try {
        expected = theirPartialParse(part);
      } catch {
        continue;
      }
      assert.deepEqual(partialParse(part), expected, part);
      compared++;
    }
    assert.deepEqual(partialParse(whole), JSON.parse(whole));
  }
  assert.ok(compared > 300, `${compared}`);
});

test('text that is no JSON, and JSON without end, is null and takes no time', () => {
  for (const given of ['', ' ', 'Sure', '{]', '{"a" 1}', '}', '['.repeat(100_000), '{"a":'.repeat(100_000)]) assert.equal(typeof partialParse(given), 'object');
  assert.equal(partialParse('Sure'), null);
  assert.deepEqual(partialParse('{"__proto__": {"x": 1}').__proto__, { x: 1 });
  assert.equal({}.x, undefined);
});
