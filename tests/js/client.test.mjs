// Client, as people use the npm package openai: one program, three ways to run it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { Anthropic, ChatError, Client, Fallback, OpenAiChat, OpenAiResponses, SERVICES } from '../../dist/index.js';
import { chatError, within } from './helper.mjs';
import { begins, call, delta, end, fails, mute, says, service, streams, text } from './services.mjs';

const SOON = 5_000;
const KEY = 'sk-right-key-0123456789';

/** Answers by the last message. */
const SCRIPT = {
  hello: streams([delta({ reasoning_content: 'Hm.' }), text('Hel'), text('lo, мир 👋\n\n"data: x"'), ...end()]),
  weather: streams([...call(0, 'call_a', 'get_weather', ['{"city":', '"Köln"}']), ...call(1, 'call_b', 'get_weather', ['{"city":"Łódź"}']), ...end('tool_calls')]),
  'sunny in Łódź': says('Sunny in both.'),
  endless: begins('Once'),
  limit: fails(429, 'rate_limit_exceeded'),
  broken: streams([text('Once')], { breaks: new TypeError('reset') }),
};

let sent;
let stop;
let llm;
let server;
let baseURL;

before(async () => {
  const fetch = async (_, init) => {
    sent.push(JSON.parse(init.body));
    return SCRIPT[sent.at(-1).messages.at(-1).content](init, stop);
  };
  llm = new OpenAiChat({ apiKey: 'sk-upstream-0123456789', defaultModel: 'gpt-9', models: ['gpt-9', 'gpt-8'], retries: 0, fetch });
  const handle = createHandler({ providers: { llm }, authorize: [KEY] });
  server = createServer(async (incoming, outgoing) => {
    const left = new AbortController();
    outgoing.on('close', () => left.abort());
    const { method, url, headers } = incoming;
    const body = method === 'GET' ? undefined : Readable.toWeb(incoming);
    const response = await handle(new Request(`http://edge.example${url}`, { method, headers, body, duplex: 'half', signal: left.signal }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseURL = `http://127.0.0.1:${server.address().port}/v1`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const source = await readFile(new URL('./programs/openai.mjs', import.meta.url), 'utf8');
const THEIRS = "import OpenAI from 'openai';";
const OURS = "import { Client as OpenAI } from 'rivulet';";
assert.ok(source.includes(THEIRS));
const theirs = await program(THEIRS, import.meta.resolve('openai'));
const ours = await program(OURS, import.meta.resolve('../../dist/index.js'));

/** The program with this import, and nothing else changed; a data: URL needs the whole address of the package. */
function program(line, address) {
  const text = source.replace(THEIRS, line.replace(/'(.*)'/, `'${address}'`));
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/** What a part of the program gives, and what its service was asked. */
async function run(part, connect) {
  sent = [];
  const stopped = new Promise((resolve) => {
    stop = resolve;
  });
  const told = await within(SOON, part(connect()), part.name);
  return { told, sent, stopped };
}

const WAYS = {
  'only the import changed': () => ours.connect({ apiKey: KEY, baseURL }),
  'on the provider itself': () => new Client({ llm }),
};

/** The endpoint has OpenAI's words for codes, and `Client` those of `ChatError`. */
const CODES = { rate_limited: 'rate_limit_exceeded', payment_required: 'insufficient_quota', input: 'invalid_value', refused: 'invalid_prompt', service: 'server_error' };
const withOpenAiCodes = (told) => (Array.isArray(told) ? told.map((one) => (one?.code in CODES ? { ...one, code: CODES[one.code] } : one)) : told);

for (const name of Object.keys(theirs).filter((name) => name !== 'connect')) {
  for (const [way, connect] of Object.entries(WAYS)) {
    test(`${name}: as with openai, ${way}`, async () => {
      const expected = await run(theirs[name], () => theirs.connect({ apiKey: KEY, baseURL }));
      const { told, stopped } = await run(ours[name], connect);
      assert.deepEqual(withOpenAiCodes(told), expected.told);
      if (told.text !== 'Once' || !told.aborted) return;
      await within(SOON, Promise.all([stopped, expected.stopped]), 'the request upstream');
    });
  }
}

test('the program does what it should', async () => {
  const of = async (name) => (await run(ours[name], WAYS['on the provider itself'])).told;
  assert.deepEqual(await of('stream'), {
    text: 'Hello, мир 👋\n\n"data: x"', reasoning: 'Hm.', roles: ['assistant'], finish: ['stop'],
    objects: ['chat.completion.chunk of llm, string, number'], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }, aborted: false,
  });
  const { choices: [{ message }] } = await of('whole');
  assert.deepEqual(message, { role: 'assistant', content: 'Hello, мир 👋\n\n"data: x"', refusal: null, reasoning_content: 'Hm.' });
  assert.deepEqual((await of('callTools')).answer, ['Sunny in both.', 'stop']);
  assert.deepEqual((await of('callToolsInPieces')).calls.map(({ function: { arguments: given } }) => given), ['{"city":"Köln"}', '{"city":"Łódź"}']);
  assert.deepEqual(await of('abortBySignal'), { text: 'Once', aborted: true });
  assert.deepEqual((await of('fail')).map(({ status, code, isOurs }) => [status, code, isOurs]), [
    [429, 'rate_limited', true], [429, 'rate_limited', true], [404, 'model_not_found', true],
  ]);
  assert.deepEqual((await of('list')).ids.map(([id]) => id), ['llm', 'llm:gpt-9', 'llm:gpt-8']);
});

const create = (given, params, options) => new Client(given).chat.completions.create({ model: 'gpt-9', messages: [{ role: 'user', content: 'Hi' }], ...params }, options);

test('every option of theirs reaches a service that speaks their language', async () => {
  const params = {
    temperature: 0.5, top_p: 0.9, max_completion_tokens: 7, stop: 'x', seed: 1, reasoning_effort: 'low',
    tools: [{ type: 'function', function: { name: 'look' } }], tool_choice: 'none', response_format: { type: 'json_object' }, frequency_penalty: 1, logit_bias: { 5: 1 }, parallel_tool_calls: false, user: 'me', metadata: { a_b: 'c' },
  };
  const { provider, calls } = service('A', says('yes'));
  await create(provider, { ...params, n: 1, presence_penalty: null });
  const { messages, stream, stream_options: options, ...body } = calls[0].body;
  assert.deepEqual(body, { model: 'gpt-9', ...params });
});

test('a service that nobody knows gets the limit of tokens under the name that the caller has for it', async () => {
  for (const [named, limit, name] of [
    [undefined, 'max_tokens', 'max_tokens'], [undefined, 'max_completion_tokens', 'max_completion_tokens'],
    ['groq', 'max_completion_tokens', 'max_tokens'], ['azure', 'max_tokens', 'max_tokens'], ['azure', 'max_completion_tokens', 'max_completion_tokens'],
  ]) {
    const { provider, calls } = service('A', says('yes'));
    await create(provider.with({ service: named, baseUrl: 'https://llm.example/v1' }), { [limit]: 7 });
    const { max_tokens: short, max_completion_tokens: long } = calls[0].body;
    assert.deepEqual({ short, long }, name === 'max_tokens' ? { short: 7, long: undefined } : { short: undefined, long: 7 });
  }
});

test("what a service needs of its own stays under a call's", async () => {
  const { provider, calls } = service('A', says('yes'));
  const mistral = provider.with({ extra: { stream_options: null, user: 'settings', safe_prompt: true } });
  await create(mistral);
  await create(mistral, { user: 'call', frequency_penalty: 1 });
  assert.deepEqual(calls.map(({ body: { messages, model, stream, ...rest } }) => rest), [
    { user: 'settings', safe_prompt: true }, { user: 'call', safe_prompt: true, frequency_penalty: 1 },
  ]);
});

test('what has no name here goes to nobody else', async () => {
  const calls = [];
  const fetch = async (_, { body }) => {
    calls.push(JSON.parse(body));
    return new Response('', { status: 400 });
  };
  await create(new Anthropic({ apiKey: KEY, retries: 0, fetch }), { frequency_penalty: 1, max_completion_tokens: 5, max_tokens: null }).catch(() => {});
  assert.deepEqual([calls[0].frequency_penalty, calls[0].max_tokens], [undefined, 5]);
});

/** What Anthropic answers. */
const claude = () => service('Claude', streams([
  { type: 'message_start', message: { content: [] } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'yes' } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  { type: 'message_stop' },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)), Anthropic);

test('parameters that a provider has no way for are warnings on the answer', async () => {
  const params = { user: 'me', store: true, logprobs: true, service_tier: 'auto', n: 1, metadata: null, max_completion_tokens: 5 };
  const left = ['user', 'store', 'logprobs', 'service_tier'].map((name) => `Claude has no way to pass on '${name}': it was left out`);
  for (const wrap of [(provider) => provider, (provider) => new Fallback([provider])]) {
    const { provider, calls } = claude();
    const whole = await create(wrap(provider), params);
    assert.equal(whole.choices[0].message.content, 'yes');
    assert.deepEqual(whole.warnings, left);
    const stream = await create(wrap(provider), { ...params, stream: true });
    assert.deepEqual(stream.warnings, left);
    for await (const chunk of stream) assert.equal(chunk.object, 'chat.completion.chunk');
    assert.equal(calls[0].body.max_tokens, 5);
    assert.ok(!('warnings' in await create(wrap(provider))));
  }
  const { provider } = service('A', says('yes'));
  assert.ok(!('warnings' in await create(provider, { user: 'me' })));
});

test('the limit of tokens goes to an OpenAiChat under the name that it was given by', async () => {
  const given = [{ max_tokens: 5 }, { max_completion_tokens: 6 }, { max_tokens: 7, max_completion_tokens: 8 }, { max_tokens: null }];
  for (const baseUrl of ['https://api.openai.com/v1', 'https://llm.example/v1']) {
    const { provider, calls } = service('A', says('yes'));
    for (const maxTokens of [undefined, 9]) {
      for (const params of given) await create(provider.with({ baseUrl, maxTokens }), params);
    }
    const usual = { [baseUrl.includes('openai.com') ? 'max_completion_tokens' : 'max_tokens']: 9 };
    const limits = calls.map(({ body }) => Object.fromEntries(Object.entries(body).filter(([key]) => key.startsWith('max_'))));
    assert.deepEqual(limits, [...given.slice(0, 3), {}, ...given.slice(0, 3), usual]);
  }
});

test('that limit is found in a fallback, and Mistral gets it under the name that it knows', async () => {
  const [a, b] = [service('A', says('yes')), service('B', says('yes'))];
  const mistral = b.provider.with({ ...SERVICES.mistral });
  await create(new Fallback([a.provider]), { max_completion_tokens: 5 });
  await create(new Fallback([mistral]), { max_completion_tokens: 5 });
  await create(mistral, { max_completion_tokens: 6, stream: true, stream_options: { include_obfuscation: false } });
  const limits = [...a.calls, ...b.calls].map(({ body: { max_tokens: old, max_completion_tokens: newer } }) => [old, newer]);
  assert.deepEqual(limits, [[undefined, 5], [5, undefined], [6, undefined]]);
  assert.deepEqual(b.calls[1].body.stream_options, { include_obfuscation: false });
});

test('logprobs that were asked for stand in the choice, streamed and whole', async () => {
  const token = (name) => ({ token: name, logprob: -0.5, bytes: null, top_logprobs: [] });
  const said = (words, ...tokens) => `data: ${JSON.stringify({
    choices: [{ index: 0, delta: { content: words }, logprobs: { content: tokens.map(token), refusal: null }, finish_reason: null }],
  })}\n\n`;
  const { provider, calls } = service('A', streams([said('Hel', 'H', 'el') + said('lo', 'lo'), ...end()]));
  const { choices: [{ logprobs, message }] } = await create(provider, { logprobs: true, top_logprobs: 2 });
  assert.deepEqual([message.content, logprobs], ['Hello', { content: ['H', 'el', 'lo'].map(token), refusal: null }]);
  assert.deepEqual([calls[0].body.logprobs, calls[0].body.top_logprobs], [true, 2]);
  const chunks = [];
  for await (const { choices: [choice] } of await create(provider, { logprobs: true, stream: true })) if (choice?.delta.content) chunks.push(choice);
  assert.deepEqual(chunks.map(({ delta: { content }, logprobs: told }) => [content, told.content.map((each) => each.token)]), [
    ['Hel', ['H', 'el']], ['lo', ['lo']],
  ]);
  const events = [];
  for await (const event of provider.createAsyncGenerator({ messages: 'Hi', extra: { logprobs: true } }).events) events.push(event);
  assert.deepEqual(events.filter(({ type }) => type === 'logprobs').map((event) => event.logprobs.content.length), [2, 1]);
  const plain = service('B', says('yes'));
  assert.equal((await create(plain.provider)).choices[0].logprobs, null);
});

test("errors have the members of openai's", async () => {
  const answer = () => Response.json(
    { error: { message: 'no such thing', type: 'invalid_request_error', param: 'messages[0]', code: 'unsupported_value' } },
    { status: 400, headers: { 'x-request-id': 'req-1' } },
  );
  const wanted = {
    status: 400, code: 'service', type: 'invalid_request_error', param: 'messages[0]', serviceCode: 'unsupported_value', requestId: 'req-1', requestID: 'req-1',
  };
  const { provider } = service('A', answer);
  const of = (error) => Object.fromEntries(Object.keys(wanted).map((key) => [key, error[key]]));
  assert.deepEqual(of(await chatError(create(provider), 'service')), wanted);
  const all = await chatError(create(new Fallback([provider, provider])), 'all_failed');
  assert.deepEqual(all.errors.map(of), [wanted, wanted].map((each) => ({ ...each })));
  const failing = service('B', () => new Response(
    `${text('Once')}data: {"error":{"message":"busy","type":"server_error","param":null,"code":"engine"}}\n\n`,
    { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req-2' } },
  ));
  const stream = await create(failing.provider, { stream: true });
  const error = await chatError((async () => { for await (const chunk of stream) assert.ok(chunk); })(), 'service');
  assert.deepEqual([error.type, error.param, error.serviceCode, error.requestID], ['server_error', undefined, 'engine', 'req-2']);
  const broken = service('C', (_, stopped) => {
    const response = streams([text('Once')], { breaks: new TypeError('reset') })(_, stopped);
    response.headers.set('request-id', 'req-3');
    return response;
  });
  const cut = await chatError(broken.provider.createAsync({ messages: 'Hi' }), 'network');
  assert.equal(cut.requestId, 'req-3');
});

test('unknown settings and functions are refused by the name that was probably meant', async () => {
  for (const [given, wanted] of [
    [{ apikey: 'sk-1' }, 'apiKey'], [{ api_key: () => 'sk-1' }, 'apiKey'], [{ token: 'sk-1' }, 'apiKey'], [{ base_url: 'https://a.example' }, 'baseURL'],
    [{ headers: {} }, 'defaultHeaders'], [{ retries: 1 }, 'maxRetries'], [{ allowBrowser: true }, 'dangerouslyAllowBrowser'], [{ Fetch: fetch }, 'fetch'],
  ]) assert.throws(() => new Client(given), { code: 'input', message: new RegExp(`did you mean '${wanted}'\\?\\)`) });
  assert.throws(() => new Client({ organization: 'x' }), { code: 'input', message: /^Client has no option 'organization'; it has apiKey, / });
  const { provider } = service('A', says('no'));
  await chatError(create(provider, {}, { onretry: () => {} }), 'input', /did you mean 'onRetry'/);
  await chatError(create(provider, {}, { max_retries: 1 }), 'input', /did you mean 'retries'/);
  await chatError(create(provider, { temperature: () => 1 }), 'input', /temperature in options is a function/);
});

test('parallel calls are switched off in the way of the service behind it', async () => {
  const calls = [];
  const fetch = async (_, { body }) => {
    calls.push(JSON.parse(body));
    return new Response('', { status: 400 });
  };
  const tools = [{ type: 'function', function: { name: 'look' } }];
  for (const Provider of [Anthropic, OpenAiResponses]) {
    await create(new Provider({ apiKey: KEY, retries: 0, fetch }), { tools, parallel_tool_calls: false }).catch(() => {});
  }
  assert.deepEqual(calls[0].tool_choice, { type: 'auto', disable_parallel_tool_use: true });
  assert.equal(calls[1].parallel_tool_calls, false);
});

test('a map of providers: name and name:model; one provider: any name', async () => {
  const [a, b] = [service('A', says('a')), service('B', says('b'))];
  const map = { one: a.provider, two: b.provider };
  const { choices, model } = await create(map, { model: 'two:gpt-8' });
  assert.deepEqual([choices[0].message.content, model, b.calls[0].body.model], ['b', 'two:gpt-8', 'gpt-8']);
  assert.equal((await create(map, { model: 'one' })).choices[0].message.content, 'a');
  assert.equal(a.calls[0].body.model, 'A-1');
  await create(a.provider, { model: 'a:b' });
  assert.equal(a.calls[1].body.model, 'a:b');
  await chatError(create(map, { model: 'three' }), 'model_not_found', /one, two/);
  await chatError(create(map, { model: undefined }), 'model_not_found');
});

test('maxRetries, of the client and of a call', async () => {
  let calls = 0;
  const fetch = async () => (calls++, fails(503, 'x', { 'retry-after': '0' })());
  const settings = { apiKey: KEY, baseURL: 'https://llm.example/v1', maxRetries: 1, fetch };
  await chatError(create(settings), 'service');
  assert.equal(calls, 2);
  await chatError(create(settings, {}, { maxRetries: 0 }), 'service');
  assert.equal(calls, 3);
});

test('behind it may be a fallback', async () => {
  const heard = [];
  const onAttempt = ({ provider, state }) => heard.push(`${provider} ${state}`);
  const provider = new Fallback([service('A', fails(401, 'x')).provider, service('B', says('b')).provider], { onAttempt });
  assert.equal((await create(provider)).choices[0].message.content, 'b');
  assert.equal(heard.at(-1), 'B answered');
  let told = '';
  for await (const { choices } of await create({ any: provider }, { model: 'any', stream: true })) told += choices[0].delta.content ?? '';
  assert.equal(told, 'b');
  const error = await chatError(create(new Fallback([service('A', fails(401, 'x')).provider])), 'all_failed');
  assert.ok(error instanceof Client.APIError && error instanceof ChatError);
});

test('the key and the address are those of the environment where none are given', async () => {
  const asked = [];
  const fetch = async (url, { headers }) => {
    asked.push(url, new Headers(headers).get('authorization'), new Headers(headers).get('x-own'));
    return says('yes')();
  };
  const settings = { OPENAI_API_KEY: 'sk-from-the-environment', OPENAI_BASE_URL: 'https://llm.example/v1' };
  const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
  Object.assign(process.env, settings);
  try {
    await create({ fetch, defaultHeaders: { 'x-own': 'yes' } });
  } finally {
    for (const [name, value] of Object.entries(before)) value === undefined ? delete process.env[name] : (process.env[name] = value);
  }
  assert.deepEqual(asked, ['https://llm.example/v1/chat/completions', 'Bearer sk-from-the-environment', 'yes']);
});

test('one provider lists what its service has', async () => {
  const { provider } = service('A', () => Response.json({ data: [{ id: 'x' }, { id: 'y' }] }));
  assert.deepEqual((await new Client(provider).models.list()).data, ['x', 'y'].map((id) => ({ id, object: 'model', created: 0, owned_by: 'A' })));
});

test('a list that fails is told to who waits for it and to who iterates', async () => {
  const { provider } = service('A', fails(401, 'x'));
  await chatError(new Client(provider).models.list(), 'auth');
  const loop = async () => {
    for await (const model of new Client(provider).models.list()) assert.fail(model.id);
  };
  await chatError(loop(), 'auth');
});

test('a timeout is that of the first piece of a stream, and of the whole of one piece', async () => {
  for (const params of [{ stream: true }, {}]) {
    const { provider, stopped } = service('A', mute());
    await chatError(create(provider, params, { timeout: 20 }), 'timeout', params.stream ? /firstChunk/ : /total/);
    await within(SOON, stopped, 'the request');
  }
  await chatError(create({ baseURL: 'https://llm.example', timeout: 20, maxRetries: 0, fetch: (_, init) => mute()(init, () => {}) }), 'timeout');
});

test('an abort before the first piece rejects with its reason and stops the request', async () => {
  for (const stream of [true, false]) {
    const { provider, asked, stopped } = service('A', mute());
    const controller = new AbortController();
    const promise = create(provider, { stream }, { signal: controller.signal });
    await asked;
    controller.abort('enough');
    await assert.rejects(promise, (reason) => reason === 'enough');
    await within(SOON, stopped, 'the request');
  }
});

test('a stream that is left before its first piece was taken is stopped upstream', async () => {
  const ways = [(stream) => stream[Symbol.asyncIterator]().return(), (stream) => ReadableStream.from(stream).cancel(), ({ controller }) => controller.abort()];
  for (const leave of ways) {
    const { provider, stopped } = service('A', begins('Once'));
    const stream = await create(provider, { stream: true });
    await leave(stream);
    await within(SOON, stopped, `${leave}`);
    assert.equal(stream.controller.signal.aborted, true);
  }
});

test('what goes on to an OpenAiChat goes on to a class of its kind, too', async () => {
  class Mine extends OpenAiChat {}
  const { provider, calls } = service('A', says('yes'), Mine);
  await create(provider, { frequency_penalty: 1 });
  assert.equal(calls[0].body.frequency_penalty, 1);
});

test('blank variables of the environment are not set', async () => {
  const asked = [];
  const fetch = async (url, { headers }) => {
    asked.push(url, new Headers(headers).get('authorization'));
    return says('yes')();
  };
  const before = { ...process.env };
  Object.assign(process.env, { OPENAI_API_KEY: ' ', OPENAI_BASE_URL: '' });
  try {
    for (const given of [{ fetch }, { fetch, apiKey: undefined }]) await create(given);
  } finally {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) before[name] === undefined ? delete process.env[name] : (process.env[name] = before[name]);
  }
  assert.deepEqual(asked.slice(0, 2), ['https://api.openai.com/v1/chat/completions', null]);
});

test('wrong parameters are told', async () => {
  const { provider, calls } = service('A', says('no'));
  await chatError(create(provider, { n: 2 }), 'input', /^n must be 1/);
  await chatError(create(provider, { messages: undefined }), 'input', /^messages/);
  await chatError(create(provider, { messages: [] }), 'input', /^messages/);
  for (const given of [[], [null, null]]) await chatError(new Client(provider).chat.completions.create(...given), 'input', /^messages/);
  assert.throws(() => new Client({ a: provider, b: {} }), { code: 'input', message: /providers\.b/ });
  assert.ok(new Client(null));
  assert.equal(calls.length, 0);
});
