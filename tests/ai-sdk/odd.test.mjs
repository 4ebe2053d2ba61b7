// What no service should send and no program should give: odd orders of events, prompts of other versions, large and empty things.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { fromUIMessages, languageModel, toUIMessageStream } from '../../dist/ai-sdk.js';
import * as rivulet from '../../dist/index.js';
import { startStubs } from './helper.mjs';
import { begins, end, says, service, streams, text } from '../js/services.mjs';

const VERSIONS = ['v2', 'v3', 'v4'];
const user = (...content) => ({ role: 'user', content: content.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)) });
const hi = { prompt: [user('Hi')] };

/** A provider whose reply has these events, in the place of one that asks a service. */
function provider(events, more = {}) {
  const { provider: real } = service('A', says('x'));
  const reply = { usage: undefined, message: { role: 'assistant', content: '' }, conversation: undefined, return: async () => {}, ...more };
  const begin = () => ({ ...reply, events: (async function* () { yield* events; })() });
  return new Proxy(real, { get: (target, name) => (name === 'createAsyncGenerator' || name === 'rivulet:whole' ? begin : Reflect.get(target, name, target)) });
}

async function streamed(model, call = hi) {
  const parts = [];
  for await (const part of (await model.doStream(call)).stream) parts.push(part);
  return parts;
}

/** Fails where a part has no begin, or an id is used twice. */
function assertInOrder(parts) {
  const [open, seen] = [new Set(), new Set()];
  for (const { type, id } of parts) {
    const [, kind, what] = /^(text|reasoning|tool-input)-(start|delta|end)$/.exec(type) ?? [];
    if (!kind) continue;
    const key = `${kind} ${id}`;
    if (what === 'start') {
      assert.ok(!seen.has(key), `${key} begins twice`);
      seen.add(key);
      open.add(key);
    } else assert.ok(open.has(key), `${type} of ${id} without a begin`);
    if (what === 'end') open.delete(key);
  }
  assert.deepEqual([...open], []);
  assert.equal(parts[0].type, 'stream-start');
  assert.equal(parts.at(-1).type, 'finish');
}

const piece = (index, more) => ({ type: 'tool-call', index, done: false, arguments: '', ...more });
const whole = (index, id, name, args = '{}') => ({ type: 'tool-call', index, id, name, arguments: args, done: true });
const finish = (reason = 'stop', raw) => ({ type: 'finish', reason, raw });

const ORDERS = {
  'an id that comes late': [piece(0, { name: 'f', arguments: '{"a"' }), piece(0, { id: 'c', name: 'f', arguments: ':1}' }), whole(0, 'c', 'f', '{"a":1}'), finish('tool_calls')],
  'a name that comes late': [piece(0, { id: 'c' }), piece(0, { id: 'c', arguments: '{' }), piece(0, { id: 'c', name: 'f', arguments: '}' }), whole(0, 'c', 'f'), finish('tool_calls')],
  'only the whole call': [whole(0, 'c', 'f', '{"a":1}'), finish('tool_calls')],
  'two calls that are mixed': [piece(0, { id: 'a', name: 'f', arguments: '{"x"' }), piece(1, { id: 'b', name: 'g', arguments: '{"y"' }), piece(0, { id: 'a', name: 'f', arguments: ':1}' }), piece(1, { id: 'b', name: 'g', arguments: ':2}' }), whole(0, 'a', 'f', '{"x":1}'), whole(1, 'b', 'g', '{"y":2}'), finish('tool_calls')],
  'a call that is told twice': [whole(0, 'c', 'f'), whole(0, 'c', 'f'), finish('tool_calls')],
  'text between calls': [text0('A'), piece(0, { id: 'a', name: 'f', arguments: '{}' }), text0('B'), whole(0, 'a', 'f'), text0('C'), finish('tool_calls')],
  'reasoning between texts': [text0('A'), { type: 'reasoning', text: 'r', part: 0 }, text0('B'), { type: 'reasoning', text: 's', part: 1 }, finish()],
  'empty pieces': [text0(''), { type: 'reasoning', text: '', part: 0 }, text0(''), finish()],
  'events that are not known': [{ type: 'began' }, { type: 'hologram', depth: 3 }, text0('A'), finish()],
  'no finish': [text0('A')],
  'nothing at all': [],
  'only warnings': [{ type: 'warning', message: 'w' }, finish()],
};

function text0(words) {
  return { type: 'text', text: words };
}

for (const [name, events] of Object.entries(ORDERS)) {
  test(`an order that is odd: ${name}`, async () => {
    for (const specification of VERSIONS) {
      const model = languageModel(provider(events), { specification });
      const parts = await streamed(model);
      assertInOrder(parts);
      const { content, finishReason } = await model.doGenerate(hi);
      const calls = parts.filter(({ type }) => type === 'tool-call');
      assert.deepEqual(content.filter(({ type }) => type === 'tool-call'), calls);
      for (const { input, toolCallId, toolName } of calls) assert.ok(JSON.parse(input) && toolCallId && toolName);
      const inputs = {};
      for (const { type, id, delta: given } of parts) if (type === 'tool-input-delta') inputs[id] = (inputs[id] ?? '') + given;
      for (const { toolCallId, input } of calls) if (inputs[toolCallId] !== undefined) assert.equal(inputs[toolCallId], input);
      assert.equal((finishReason.unified ?? finishReason) === 'tool-calls', calls.length > 0);
      const chunks = [];
      for await (const chunk of toUIMessageStream(provider(events).createAsyncGenerator(), { onWarning: null })) chunks.push(chunk);
      assert.deepEqual([chunks[0].type, chunks[1].type, chunks.at(-2).type, chunks.at(-1).type], ['start', 'start-step', 'finish-step', 'finish']);
    }
  });
}

test('two calls of one name and the same id in two answers of a run are two calls', async () => {
  const events = [whole(0, 'c', 'f'), { type: 'tool-result', id: 'c', name: 'f', result: 1 }, whole(0, 'c', 'f'), { type: 'tool-result', id: 'c', name: 'f', result: 2 }, text0('Done.'), finish()];
  const chunks = [];
  for await (const chunk of toUIMessageStream(provider(events).createAsyncGenerator())) chunks.push(chunk.type);
  assert.equal(chunks.filter((type) => type === 'tool-input-available').length, 2);
  assert.equal(chunks.filter((type) => type === 'start-step').length, 3);
});

test('content of every version is read in every version', async () => {
  const bytes = new Uint8Array([137, 80, 78, 71]);
  const [base64, url] = ['iVBORw==', 'data:image/png;base64,iVBORw=='];
  const forms = [
    { type: 'file', mediaType: 'image/png', data: bytes }, { type: 'file', mediaType: 'image/png', data: Buffer.from(bytes) }, { type: 'file', mediaType: 'image/png', data: bytes.buffer },
    { type: 'file', mediaType: 'image/*', data: base64 }, { type: 'file', mediaType: 'image', data: { type: 'data', data: base64 } }, { type: 'file', mediaType: 'image/png', data: { type: 'data', data: bytes } },
    { type: 'file', mediaType: 'image/png', data: url }, { type: 'file', mediaType: 'image/png', data: new URL(url) }, { type: 'file', mediaType: 'image/png', data: { type: 'url', url: new URL(url) } },
    { type: 'image', image: bytes, mediaType: 'image/png' }, { type: 'image', image: url },
  ];
  for (const specification of VERSIONS) {
    const { provider: chat, calls } = service('A', says('Hi'));
    await languageModel(chat, { specification }).doGenerate({ prompt: [user(...forms)] });
    assert.deepEqual(calls[0].body.messages[0].content, forms.map(() => ({ type: 'image_url', image_url: { url } })));
  }
});

test('files that are texts, uploads, addresses and sound', async () => {
  const bodies = [];
  const fetch = async (_, init) => {
    bodies.push(JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer())));
    return Response.json({ type: 'message', content: [{ type: 'text', text: 'x' }], stop_reason: 'end_turn' });
  };
  const claude = languageModel(new rivulet.Anthropic({ apiKey: 'sk-0123456789', model: 'm', fetch }), { specification: 'v4' });
  await claude.doGenerate({ prompt: [user(
    { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: 'Words.' }, filename: 'a.txt' },
    { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: 'file-1', anthropic: 'file-2' } } },
    { type: 'file', mediaType: 'application/pdf', data: { type: 'url', url: new URL('https://a.example/a.pdf') } },
  )] });
  assert.deepEqual(bodies[0].messages[0].content.map(({ type, source }) => [type, source.type, source.data ?? source.file_id ?? source.url]), [
    ['document', 'text', 'Words.'], ['document', 'file', 'file-2'], ['document', 'url', 'https://a.example/a.pdf'],
  ]);
  const { provider: chat, calls } = service('A', says('Hi'));
  await languageModel(chat).doGenerate({ prompt: [user({ type: 'file', mediaType: 'audio/mpeg', data: new Uint8Array([1, 2, 3]) })] });
  assert.deepEqual(calls[0].body.messages[0].content, [{ type: 'input_audio', input_audio: { data: 'AQID', format: 'mp3' } }]);
  await assert.rejects(claude.doGenerate({ prompt: [user({ type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { google: 'x' } } })] }), { code: 'input', message: /uploaded to google, and not to rivulet or anthropic/ });
  for (const data of [undefined, null, 7, {}, { type: 'hologram' }]) await assert.rejects(claude.doGenerate({ prompt: [user({ type: 'file', mediaType: 'image/png', data })] }), { code: 'input' });
});

test('prompts that are wrong are refused, and what cannot be carried is a warning', async () => {
  const { provider: chat, calls } = service('A', says('Hi'));
  const model = languageModel(chat);
  for (const prompt of [[{ role: 'robot', content: [] }], [{ role: 'user', content: [{ type: 'hologram' }] }], [{ role: 'user', content: 7 }], [{ role: 'assistant', content: null }]]) {
    await assert.rejects(model.doGenerate({ prompt }), { code: 'input' });
  }
  assert.equal(calls.length, 0);
  const { warnings } = await model.doGenerate({
    prompt: [
      user('Hi'),
      { role: 'assistant', content: [{ type: 'text', text: 'A' }, { type: 'custom', kind: 'a.b' }, { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: '' } }, { type: 'tool-call', toolCallId: 's', toolName: 'search', input: {}, providerExecuted: true }, { type: 'tool-result', toolCallId: 's', toolName: 'search', output: { type: 'text', value: 'x' } }, { type: 'file', mediaType: 'application/pdf', data: 'AAAA' }] },
      user('And?'),
    ],
    temperature: 0.5, telepathy: true, tools: [{ type: 'function', name: 'f', inputSchema: { type: 'object' }, inputExamples: [{ input: {} }] }],
  });
  assert.deepEqual(warnings.map((warning) => warning.feature ?? warning.message.replace(/ .*of type /, ' ')), [
    'telepathy', "prompt[1].content[1] 'custom', which no service takes back: it was left out", "prompt[1].content[2] 'reasoning-file', which no service takes back: it was left out",
    'prompt[1].content[3] is a call that another service ran: it was left out', 'prompt[1].content[5] is a file of the assistant that is no image: it was left out', 'inputExamples',
  ].sort((a, b) => (a === 'telepathy' ? -1 : b === 'telepathy' ? 1 : 0)));
  assert.deepEqual(calls[0].body.messages.map(({ role, content }) => [role, content]).slice(1, 2), [['assistant', 'A']]);
});

test('options that rivulet does not have go where the service has them', async () => {
  const wanted = { topK: 3, presencePenalty: 0.5, frequencyPenalty: 0.25 };
  const answers = {
    Gemini: { candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }] },
    Ollama: { message: { role: 'assistant', content: 'x' }, done: true, done_reason: 'stop' },
    Cohere: { message: { content: [{ type: 'text', text: 'x' }] }, finish_reason: 'COMPLETE' },
    Anthropic: { type: 'message', content: [{ type: 'text', text: 'x' }], stop_reason: 'end_turn' },
  };
  const got = {};
  for (const [name, answer] of Object.entries(answers)) {
    let body;
    const fetch = async (_, init) => {
      body = JSON.parse(new TextDecoder().decode(await new Response(init.body).arrayBuffer()));
      return Response.json(answer);
    };
    const chat = new rivulet[name]({ apiKey: 'sk-0123456789', defaultModel: 'claude-sonnet-4-5', fetch, ...(name === 'Anthropic' && { version: '2023-06-01' }) });
    const { warnings } = await languageModel(chat).doGenerate({ ...hi, ...wanted, reasoning: 'high', ...(name === 'Gemini' && { providerOptions: { rivulet: { extra: { generationConfig: { topK: 4 } } } } }) });
    got[name] = [body.generationConfig?.topK ?? body.options?.top_k ?? body.k ?? body.top_k, body.generationConfig?.presencePenalty ?? body.options?.presence_penalty ?? body.presence_penalty, warnings.map(({ feature }) => feature)];
    assert.ok(/high|24576/.test(JSON.stringify(body)), `${name} was told to reason`);
  }
  assert.deepEqual(got, { Gemini: [4, 0.5, []], Ollama: [3, 0.5, []], Cohere: [3, 0.5, []], Anthropic: [3, undefined, ['presencePenalty', 'frequencyPenalty']] });
});

test('every option is carried by every provider, or a warning names it', async () => {
  const { services, providers } = await startStubs();
  try {
    const told = {};
    for (const [name, chat] of Object.entries(providers)) {
      const { warnings } = await languageModel(chat).doGenerate({
        prompt: [user('%say Hi')], topK: 3, presencePenalty: 0.5, frequencyPenalty: 0.5, temperature: 0.5, topP: 0.4, seed: 3, stopSequences: ['zz'], maxOutputTokens: 50,
      });
      told[name] = warnings.map(({ feature }) => feature).sort();
    }
    assert.deepEqual(told, {
      openai: ['topK'], responses: ['frequencyPenalty', 'presencePenalty', 'seed', 'topK'], gemini: [], ollama: [], deepseek: ['seed', 'topK'],
      anthropic: ['frequencyPenalty', 'presencePenalty', 'seed', 'temperature', 'topK', 'topP'],
    });
  } finally {
    services.close();
  }
});

test('several answers in one message of the assistant each get their own state', async () => {
  const { provider: chat, calls } = service('A', says('Hi'));
  const state = (id) => ({ rivulet: { reasoningDetails: [{ type: 'reasoning.text', text: id, signature: id }] } });
  const called = (id) => ({ type: 'tool-call', toolCallId: id, toolName: 'f', input: {}, providerOptions: state(id) });
  const result = (id) => ({ type: 'tool-result', toolCallId: id, toolName: 'f', output: { type: 'text', value: id } });
  await languageModel(chat.with({ service: 'openrouter', baseUrl: 'https://openrouter.ai/api/v1' })).doGenerate({
    prompt: [user('Hi'), { role: 'assistant', content: [{ type: 'reasoning', text: 'a' }, called('a'), { type: 'reasoning', text: 'b' }, called('b')] }, { role: 'tool', content: [result('a'), result('b')] }],
  });
  const messages = calls[0].body.messages.slice(1);
  assert.deepEqual(messages.map(({ role, tool_call_id: id, reasoning_details: details }) => [role, id ?? details[0].signature]), [['assistant', 'a'], ['tool', 'a'], ['assistant', 'b'], ['tool', 'b']]);
});

test('places of citations are those of the text that they are in', async () => {
  const cite = (start, end_, unit = 'characters') => ({ type: 'citation', url: 'https://a.example/', start, end: end_, unit, raw: {} });
  const events = [text0('👋 Hé'), cite(2, 4), cite(5, 8, 'bytes'), { type: 'reasoning', text: 'r', part: 0 }, text0('llo'), cite(4, 7), finish()];
  const { content } = await languageModel(provider(events), { specification: 'v4' }).doGenerate(hi);
  const cited = content.filter(({ type }) => type === 'text').map(({ text: words, citations }) => citations.map(({ startIndex, endIndex }) => words.slice(startIndex, endIndex)));
  assert.deepEqual(cited, [['Hé', 'Hé'], ['llo']]);
  const { providerMetadata } = await languageModel(provider(events)).doGenerate(hi);
  assert.equal(providerMetadata.rivulet.citations.length, 3);
});

test('sound comes as one file, and its words as text', async () => {
  const events = [{ type: 'audio', data: 'AQ==', transcript: 'Hel' }, { type: 'audio', data: 'AgM=', transcript: 'lo', id: 'audio_1' }, finish()];
  const { content } = await languageModel(provider(events)).doGenerate({ ...hi, providerOptions: { rivulet: { extra: { audio: { format: 'mp3' } } } } });
  assert.deepEqual(content.map(({ type, text: words, data, mediaType }) => [type, words ?? data, mediaType]), [['text', 'Hello', undefined], ['file', 'AQID', 'audio/mpeg']]);
});

test('files by address and by id are told in every version', async () => {
  const events = [{ type: 'image', url: 'https://a.example/a.jpg' }, { type: 'file', id: 'file-1', name: 'a.csv', mediaType: 'text/csv' }, finish()];
  for (const specification of VERSIONS) {
    const { content, providerMetadata } = await languageModel(provider(events), { specification }).doGenerate(hi);
    const told = content.map(({ type, url, data, title }) => [type, url ?? data?.url?.href ?? title]);
    assert.deepEqual(told, [[specification === 'v4' ? 'file' : 'source', 'https://a.example/a.jpg'], ['source', 'a.csv']]);
    assert.equal(providerMetadata.rivulet.files[0].id, 'file-1');
  }
});

test('what a service says beside its answer is in the metadata of the end, up to a bound', async () => {
  const many = Array.from({ length: 2_000 }, (_, i) => ({ type: 'status', kind: 'step', text: String(i) }));
  const events = [text0('A'), ...many, { type: 'retry', attempt: 1, waitMs: 5, error: new Error('busy') }, { type: 'warning', message: 'late' }, { type: 'logprobs', logprobs: { content: [] } }, { type: 'action', kind: 'form', action: {} }, finish('stop', 'end_turn')];
  const parts = await streamed(languageModel(provider(events)));
  const { rivulet } = parts.at(-1).providerMetadata;
  assert.deepEqual([rivulet.status.length, rivulet.retries, rivulet.warnings, rivulet.logprobs, rivulet.actions], [500, [{ attempt: 1, waitMs: 5, message: 'busy' }], ['there were more than 500 status: the others were left out', 'late'], [{ content: [] }], [{ kind: 'form', action: {} }]]);
  const { warnings } = await languageModel(provider(events)).doGenerate(hi);
  assert.deepEqual(warnings, [{ type: 'other', message: 'late' }]);
});

test('a final text that differs takes the place of the pieces in one piece, and is told in a stream', async () => {
  const events = [text0('Helo'), { type: 'replace', text: 'Hello!' }, finish()];
  const model = languageModel(provider(events));
  assert.deepEqual((await model.doGenerate(hi)).content.map(({ text: words }) => words), ['Hello!']);
  const parts = await streamed(model);
  assert.equal(parts.find(({ type }) => type === 'text-end').providerMetadata.rivulet.text, 'Hello!');
  const longer = await streamed(languageModel(provider([text0('Hel'), { type: 'replace', text: 'Hello' }, finish()])));
  assert.deepEqual(longer.filter(({ type }) => type === 'text-delta').map(({ delta: given }) => given), ['Hel', 'lo']);
});

test('an abort ends a stream at once, whether a part is being read or not, with an error that the SDK knows', async () => {
  for (const isReading of [true, false]) {
    const { provider: chat, stopped } = service('A', begins('Hel'));
    const stop = new AbortController();
    const { stream } = await languageModel(chat).doStream({ ...hi, abortSignal: stop.signal });
    const reader = stream.getReader();
    for (let part; (part = (await reader.read()).value).type !== 'text-delta';);
    const pending = isReading ? reader.read() : undefined;
    const mine = new Error('mine');
    stop.abort(mine);
    await assert.rejects(pending ?? reader.read(), (error) => error.name === 'AbortError' && error.cause === mine);
    await stopped;
  }
});

test('nothing is read ahead', async () => {
  let asked = 0;
  async function* events() {
    for (;;) yield text0(`${asked++} `);
  }
  const source = { [Symbol.asyncIterator]: events };
  const { stream } = await languageModel(new Proxy(provider([]), {
    get: (target, name) => (name === 'createAsyncGenerator' ? () => ({ events: source, return: async () => {}, message: undefined }) : Reflect.get(target, name)),
  })).doStream(hi);
  const reader = stream.getReader();
  for (let i = 0; i < 6; i++) await reader.read();
  await pause(10);
  // `stream-start`, `response-metadata` and `text-start` come before the three pieces.
  assert.equal(asked, 3);
  const chunks = toUIMessageStream({ events: source, return: async () => {}, message: undefined }).getReader();
  for (let i = 0; i < 6; i++) await chunks.read();
  await pause(10);
  assert.equal(asked, 6);
});

test('a large prompt and a long answer take no longer than they must', { timeout: 20_000 }, async () => {
  const { provider: chat, calls } = service('A', streams([...Array(20_000).fill(text('word ')), ...end()]));
  const prompt = Array.from({ length: 4_000 }, (_, i) => (i % 2 ? { role: 'assistant', content: [{ type: 'text', text: `answer ${i}` }] } : user(`question ${i}`)));
  prompt.push(user({ type: 'file', mediaType: 'image/png', data: new Uint8Array(4_000_000) }));
  const { content } = await languageModel(chat).doGenerate({ prompt });
  assert.equal(content[0].text.length, 100_000);
  assert.equal(calls[0].body.messages.length, 4_001);
});

test('errors name no key, and hold no header', async () => {
  const chat = new rivulet.OpenAiChat({ apiKey: 'sk-canary-0123456789', defaultModel: 'm', fetch: async () => new Response('{"error":{"message":"sk-canary-0123456789 is wrong"}}', { status: 401 }) });
  const error = await languageModel(chat).doGenerate({ ...hi, headers: { authorization: 'Bearer canary' } }).catch((thrown) => thrown);
  assert.equal(error.statusCode, 401);
  assert.doesNotMatch(`${JSON.stringify(error)} ${error.stack} ${error.responseBody}`, /canary/);
});

test('settings that are wrong are said at once', () => {
  const { provider: chat } = service('A', says('Hi'));
  assert.throws(() => languageModel({}), { code: 'input' });
  assert.throws(() => languageModel(chat, { specification: 'v1' }), /v2, v3, v4/);
  assert.throws(() => languageModel(chat, { modle: 'x' }), /did you mean 'model'/);
  // A provider whose own settings are wrong says so when it is asked, as it does elsewhere.
  const broken = languageModel(new rivulet.OpenAiChat({ baseUrl: 'nonsense' }));
  assert.equal(broken.provider, 'rivulet.');
});

test('a data URL without Base64 is a file with its bytes', async () => {
  const image = (url) => streams([`data: ${JSON.stringify({ choices: [{ index: 0, delta: { images: [{ type: 'image_url', image_url: { url } }] }, finish_reason: null }] })}\n\n`, ...end()]);
  for (const specification of VERSIONS) {
    for (const [url, wanted] of [['data:image/svg+xml;utf8,<svg>%E2%82%AC</svg>', '<svg>€</svg>'], ['data:image/svg+xml,<svg width="100%">€</svg>%', '<svg width="100%">€</svg>%']]) {
      const { content } = await languageModel(service('A', image(url)).provider, { specification }).doGenerate(hi);
      const { data } = content.find(({ type }) => type === 'file');
      assert.equal(Buffer.from(data.data ?? data, 'base64').toString(), wanted);
    }
  }
});

test('a prompt with very many parts that have a state costs linear time, and a schema that holds itself is refused', async () => {
  const a = service('A', says('Hi'));
  const part = { type: 'text', text: 'y', providerOptions: { rivulet: { conversation: 1 } } };
  const started = Date.now();
  await languageModel(a.provider).doGenerate({ prompt: [user('x'), { role: 'assistant', content: Array(150_000).fill(part) }, user('z')] });
  assert.equal(a.calls[0].body.messages.length, 150_002);
  assert.ok(Date.now() - started < 8_000, `${Date.now() - started} ms`);
  const schema = { type: 'object', properties: {}, required: ['a', 'b'], additionalProperties: false };
  schema.properties = { a: schema, b: schema };
  await assert.rejects(languageModel(a.provider).doGenerate({ ...hi, responseFormat: { type: 'json', schema } }), { code: 'input' });
});

test('a call or messages that cannot be read are input, and nothing is sent', async () => {
  const a = service('A', says('Hi'));
  const within = {};
  within.within = within;
  const called = (input, output) => [...hi.prompt, { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'a', toolName: 't', input }] }, { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'a', toolName: 't', output }] }];
  for (const call of [{ prompt: null }, { prompt: [null] }, { prompt: [{ role: 'user', content: [null] }] }, { ...hi, tools: [null] }, { ...hi, tools: 'x' }, { prompt: called(within) }, { prompt: called({}, { type: 'json', value: 5n }) }]) {
    for (const specification of VERSIONS) {
      const model = languageModel(a.provider, { specification });
      await assert.rejects(async () => model.doGenerate(call), { name: 'ChatError', code: 'input' });
      await assert.rejects(async () => model.doStream(call), { name: 'ChatError', code: 'input' });
    }
  }
  for (const part of [null, { type: 'tool-x', toolCallId: 'c', state: 'output-available', input: {}, output: 5n }]) {
    assert.throws(() => fromUIMessages([{ id: 'a', role: 'assistant', parts: [part] }]), { name: 'ChatError', code: 'input' });
  }
  assert.equal(a.calls.length, 0);
});
