// Bad input: a ChatError that names the place, nothing sent, and the next call works.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cacheStore, createHandler, createRelay } from '../../dist/edge.js';
import OpenAI from '../../dist/openai-client.js';
import {
  AiEngine, Chatgpt4o, Chatgpt4Online, ChatError, Client, Fallback, formatPrompt, Gemini, OpenAiChat, WorkersAi,
} from '../../dist/index.js';
import { assertWorks, chatError, PROMPT, useSite } from './helper.mjs';
import { says } from './services.mjs';

const used = useSite();

const user = (content) => [{ role: 'user', content }];
const circular = () => {
  const message = { role: 'user', content: 'x' };
  message.self = message;
  return [message];
};
const throwing = (key) => [Object.defineProperty({ role: 'user', content: 'x' }, key, {
  enumerable: true,
  get() {
    throw new TypeError('mine');
  },
})];
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const nested = (depth) => {
  let value = 'x';
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

/** @type {[string, () => unknown, RegExp][]} */
const MESSAGES = [
  ['nothing', () => undefined, /^messages is missing$/],
  ['null', () => null, /^messages is missing$/],
  ['an empty array', () => [], /^messages is empty/],
  ['a number', () => 42, /^messages must be an array/],
  ['a boolean', () => true, /^messages must be an array/],
  ['one message without an array', () => ({ role: 'user', content: 'x' }), /^messages must be an array/],
  ['a hole', () => [, user('x')[0]], /^messages\[0\] must be an object/],
  ['null inside', () => [null], /^messages\[0\] must be an object/],
  ['a message without role', () => [{ content: 'x' }], /^messages\[0\]\.role is missing$/],
  ['an empty role', () => [{ role: ' ', content: 'x' }], /^messages\[0\]\.role must be/],
  ['a role of another type', () => [{ role: 1, content: 'x' }], /^messages\[0\]\.role must be a string/],
  ['the second message without content', () => [...user('x'), { role: 'user' }], /^messages\[1\]\.content is missing$/],
  ['content null', () => user(null), /^messages\[0\]\.content is missing$/],
  ['content a number', () => user(5), /^messages\[0\]\.content must be a string/],
  ['content an object', () => user({ text: 'x' }), /^messages\[0\]\.content must be a string/],
  ['a part without text', () => user([{ type: 'text' }]), /^messages\[0\]\.content\[0\]\.text must be a string/],
  ['a part that is none', () => user([7]), /^messages\[0\]\.content\[0\] must be/],
  ['content a BigInt', () => user(5n), /^messages\[0\]\.content is a bigint/i],
  ['content a symbol', () => user(Symbol('s')), /^messages\[0\]\.content is a symbol/],
  ['content a function', () => user(() => 'x'), /^messages\[0\]\.content is a function/],
  ['NaN', () => [{ role: 'user', content: 'x', weight: NaN }], /^messages\[0\]\.weight is NaN/],
  ['Infinity', () => [{ role: 'user', content: 'x', weight: Infinity }], /^messages\[0\]\.weight is Infinity/],
  ['a circle', circular, /circular, or nested deeper than 98 levels/],
  ['200 levels', () => user(nested(200)), /nested deeper than 98 levels/],
  ['100,000 levels', () => user(nested(100_000)), /nested deeper than 98 levels/],
  ['a throwing getter', () => throwing('content'), /^messages.* cannot be read$|^options cannot be read$/],
  ['a revoked proxy', () => revoked([]), /cannot be read$/],
  ['a revoked proxy inside', () => [revoked({})], /cannot be read$/],
  ['a throwing toJSON', () => user({ toJSON() { throw new Error('mine'); } }), /cannot be read$/],
  ['a toJSON of itself', () => user({ toJSON() { return this; } }), /nested deeper/],
  ['a Map', () => user(new Map([['a', 1]])), /^messages\[0\]\.content must be a string/],
];

for (const [name, make, message] of MESSAGES) {
  test(`messages: ${name}`, async () => {
    used.site.clear();
    for (const provider of used.providers) {
      await chatError(provider.createAsync({ messages: make() }), 'input', message);
    }
    assert.throws(() => formatPrompt(make()), (error) => error instanceof ChatError && error.code === 'input');
    assert.equal(used.site.requests.length, 0, 'something was sent');
    await assertWorks(used);
  });
}

/** @type {[string, object, string, RegExp][]} */
const OPTIONS = [
  ['signal', { signal: {} }, 'input', /^signal must be an AbortSignal$/],
  ['fetch', { fetch: 'fetch' }, 'input', /^fetch must be a function$/],
  ['session', { session: { get() {}, set() {} } }, 'input', /^session must have get, set and delete$/],
  ['coalesce', { coalesce: 1 }, 'input', /^coalesce must be true or false$/],
  ['timeout 0', { timeout: 0 }, 'input', /^timeout must be a number of milliseconds above 0$/],
  ['timeout negative', { timeout: -5 }, 'input', /^timeout must be a number/],
  ['timeout NaN', { timeout: NaN }, 'input', /^timeout must be a number/],
  ['timeout text', { timeout: '30s' }, 'input', /^timeout must be a number/],
  ['timeout.idle 0', { timeout: { idle: 0 } }, 'input', /^timeout\.idle must be a number/],
  ['timeout.read', { timeout: { read: 1 } }, 'input', /^timeout\.read is none of/],
  ['retries negative', { retries: -1 }, 'input', /^retries must be a whole number of at least 0$/],
  ['retries 1.5', { retries: 1.5 }, 'input', /^retries must be a whole number/],
  ['maxEventBytes 0', { maxEventBytes: 0 }, 'input', /^maxEventBytes must be a whole number of at least 1$/],
  ['history', { history: 'all' }, 'input', /^history must be 'messages' or 'prompt'$/],
  ['conversation', { conversation: 'c1' }, 'input', /^conversation must be the object that reply\.conversation gave$/],
  ['model of another type', { model: 5 }, 'input', /^model must be a string$/],
  ['proxy of another type', { proxy: 5 }, 'input', /^proxy must be a URL$/],
  ['a forward proxy', { proxy: 'http://user:secret@10.0.0.1:3128' }, 'input', /fetch option/],
  ['headers of another type', { headers: ['a: b'] }, 'input', /^headers must be an object of strings$/],
  ['a header with a line break', { headers: { 'X-A': 'a\r\nB: secret' } }, 'input', /^header 'X-A' holds a line b/],
  ['a header with a control character', { headers: { 'X-A': '\u0001' } }, 'input', /^header 'X-A' holds a line break, another control character/],
  ['a header beyond Latin-1', { headers: { 'X-A': 'я' } }, 'input', /^header 'X-A' holds/],
  ['a cookie with a line break', { cookies: { a: 'b\r\nX-B: secret' } }, 'input', /^cookie 'a' holds a line break/],
  ['a cookie with a semicolon', { cookies: { a: 'b; c=secret' } }, 'input', /no cookie may$/],
];

for (const [name, options, code, message] of OPTIONS) {
  test(`options: ${name}`, async () => {
    used.site.clear();
    const error = await chatError(used.engine.createAsync({ messages: PROMPT, ...options }), code, message);
    assert.ok(!error.message.includes('secret'), error.message);
    assert.equal(used.site.requests.length, 0, 'something was sent');
    await assertWorks(used);
  });
}

test('a schema that is code is refused, wherever it stands, and the way out is told', async () => {
  const zod = { '~standard': { version: 1, vendor: 'zod', validate: (value) => ({ value }) }, def: { type: 'object' } };
  const arktype = Object.assign((value) => value, { '~standard': { version: 1, vendor: 'arktype', validate: (value) => ({ value }) } });
  const tool = (parameters) => ({ tools: [{ type: 'function', function: { name: 'f', parameters } }] });
  for (const [options, place] of [
    [{ responseFormat: zod }, 'responseFormat is a schema of zod'], [{ responseFormat: arktype }, 'responseFormat is a schema of arktype'],
    [tool(zod), 'tools[0].function.parameters is a schema of zod'], [tool(arktype), 'tools[0].function.parameters is a schema of arktype'],
  ]) {
    const error = await chatError(used.engine.createAsync({ messages: PROMPT, ...options }), 'input', /tool\(\) and runTools\(\) of rivulet\/tools/);
    assert.ok(error.message.startsWith(place), error.message);
  }
});

test('options that are none', async () => {
  for (const options of [undefined, null, 5, 'Hi']) {
    await chatError(used.engine.createAsync(options), 'input', /^give options such as \{ messages \}$/);
  }
  await chatError(used.engine.createAsync(revoked({})), 'input', /^options cannot be read$/);
});

test('settings that are none', async () => {
  const wrong = [
    [{}, /^url is missing/],
    [{ url: 'shop' }, /^url: not a URL/],
    [{ url: 'javascript:alert(1)' }, /^url: only http: and https:/],
    [{ url: 'file:///etc/passwd' }, /^url: only http: and https:/],
    [{ url: 'https://user:secret@shop.example' }, /^url: credentials do not belong into a URL: give headers: \{ authorization: /],
    [{ url: 'https://shop.example/ a' }, /^url: not a URL$/],
    [{ url: 'https://' }, /^url: not a URL$/],
    [{ url: 5 }, /^url: not a URL/],
    [{ url: 'https://shop.example', botId: {} }, /^botId must be a string$/],
    [{ url: 'https://shop.example', nonce: 'a\r\nsecret' }, /^nonce holds a line break/],
    [{ url: 'https://shop.example', page: 'https://elsewhere.example/' }, /^page must be a path or URL on the site$/],
    [{ url: 'https://shop.example', models: 'gpt-4' }, /^models must be an array of names$/],
  ];
  for (const [settings, message] of wrong) {
    const error = await chatError(new AiEngine(settings).createAsync({ messages: PROMPT }), 'input', message);
    assert.ok(!error.message.includes('secret'), error.message);
  }
  for (const settings of [undefined, null, 5]) {
    assert.throws(() => new AiEngine(settings), (error) => error instanceof ChatError && error.code === 'input');
  }
});

test('unknown options and settings, with the name that was meant', async () => {
  const asked = [];
  const fetch = async (url) => (asked.push(url), says('yes')());
  const llm = new OpenAiChat({ apiKey: 'sk-secret', defaultModel: 'm', fetch });
  const table = [
    ['max_tokens', 5, /'maxTokens'/], ['top_p', 1, /'topP'/], ['abortSignal', new AbortController().signal, /'signal'/], ['timeOut', 5, /'timeout'/],
    ['system', 'Be brief.', /belongs into messages/], ['tool_choice', 'auto', /'toolChoice'/], ['stream', true, /createAsyncGenerator streams/],
    ['base_url', 'https://llm.example', /'baseUrl'/], ['api_key', 'sk-secret', /'apiKey'/], ['zzz', 0, /README\.md/], ['toString', 1, /README\.md/],
  ];
  for (const [name, value, wanted] of table) {
    for (const make of [
      () => llm.createAsync({ messages: 'x', [name]: value }), () => llm.listModels({ [name]: value }),
      () => llm.with({ [name]: value }).createAsync({ messages: 'x' }), () => new OpenAiChat({ [name]: value, fetch }).createAsync({ messages: 'x' }),
      () => new Fallback([llm]).createAsync({ messages: 'x', [name]: value }),
      () => new Fallback([llm, used.engine]).createAsync({ messages: 'x', [name]: value }),
    ]) {
      const error = await chatError((async () => make())(), 'input', wanted);
      assert.ok(error.message.includes(`unknown`) && error.message.includes(`'${name}'`), error.message);
      assert.ok(!error.message.includes('secret'), error.message);
    }
  }
  assert.deepEqual(asked, [], 'something was sent');
  assert.equal(await llm.with({ max_tokens: undefined }).createAsync({ messages: 'x', top_p: undefined, system: null }), 'yes', 'not given');
});

test('a key never goes to another host than the one that was meant', async () => {
  const asked = [];
  const fetch = async (url) => (asked.push(new URL(url).host), says('yes')());
  const ask = (settings) => new OpenAiChat({ apiKey: 'sk-1', defaultModel: 'm', fetch, ...settings }).createAsync({ messages: 'x' });
  const mine = 'https://mine.example/v1';
  for (const name of ['base_url', 'BaseURL', 'baseurl', 'baseUri', 'url', 'endpoint', 'host', 'apiBase']) await chatError(ask({ [name]: mine }), 'input', /baseUrl/);
  await chatError(ask({ baseUrl: mine, baseURL: 'https://other.example' }), 'input', /two names of one setting/);
  assert.deepEqual(asked, []);
  for (const settings of [{ baseURL: mine }, { baseUrl: mine, baseURL: mine }, { baseUrl: mine, baseURL: undefined }]) assert.equal(await ask(settings), 'yes');
  const other = new OpenAiChat({ baseURL: 'https://other.example', defaultModel: 'm', fetch });
  for (const name of ['baseUrl', 'baseURL']) assert.equal(await other.with({ [name]: mine }).with({ temperature: 1 }).createAsync({ messages: 'x' }), 'yes');
  assert.equal(other.with({ baseUrl: mine }).url, mine);
  const create = (settings) => new Client({ apiKey: 'sk-1', fetch, ...settings }).chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
  for (const name of ['baseUrl', 'baseURL']) await create({ [name]: mine });
  assert.deepEqual([...new Set(asked)], ['mine.example']);
  assert.throws(() => new Client({ apiKey: 'sk-1', base_url: mine }), { code: 'input', message: /'base_url'.*baseURL/ });
  await assert.rejects(create({ baseUrl: mine, baseURL: 'https://other.example' }), { code: 'input' });
});

test('the query of baseUrl is behind each path, also of the list of models', async () => {
  const asked = [];
  const fetch = async (url) => (asked.push(url.replace('https://llm.example', '')), /models/.test(url) ? Response.json({ data: [] }) : says('yes')());
  const baseUrl = 'https://llm.example/openai/deployments/d/?api-version=2024-10-21';
  const llm = new OpenAiChat({ baseUrl, defaultModel: 'm', fetch });
  assert.equal(llm.url, 'https://llm.example/openai/deployments/d');
  await llm.createAsync({ messages: 'x' });
  await llm.listModels();
  const gemini = new Gemini({ baseUrl, defaultModel: 'm', retries: 0, fetch: async (url) => (asked.push(url), new Response('', { status: 400 })) });
  await gemini.createAsync({ messages: 'x' }).catch(() => {});
  const { pathname, searchParams } = new URL(asked.pop());
  assert.deepEqual([pathname, [...searchParams]], [
    '/openai/deployments/d/models/m:streamGenerateContent', [['alt', 'sse'], ['api-version', '2024-10-21']],
  ]);
  const query = '?api-version=2024-10-21';
  assert.deepEqual(asked, [`/openai/deployments/d/chat/completions${query}`, `/openai/deployments/d/models${query}`]);
  const models = [];
  const binding = { run: async (model) => (models.push(model), { response: 'yes' }) };
  await new WorkersAi({ baseUrl, defaultModel: '@cf/m', binding }).createAsync({ messages: 'x' });
  assert.deepEqual(models, ['@cf/m']);
});

test('unknown options of what is made around providers', () => {
  const a = new OpenAiChat({ apiKey: 'sk-1' });
  for (const [make, wanted] of [
    [() => new Fallback([a], { hedge_after: 5 }), /^Fallback has no option 'hedge_after' \(did you mean 'hedgeAfter'\?\); it has order, hedgeAfter, /],
    [() => createHandler({ providers: { a }, authorise: 'public' }), /^createHandler has no option 'authorise' \(did you mean 'authorize'\?\); it has providers, authorize, /],
    [() => createRelay({ allow: ['https://shop.example'], allowed_origins: [] }), /^createRelay has no option 'allowed_origins' \(did you mean 'allowedOrigins'\?\); it has allow, /],
    [() => formatPrompt('x', { includesSystem: false }), /^formatPrompt has no option 'includesSystem' \(did you mean 'includeSystem'\?\); it has /],
    [() => cacheStore({}, { bas: 'https://a.example/' }), /^cacheStore has no option 'bas' \(did you mean 'base'\?\); it has base$/],
    [() => cacheStore({}, { prefix: 'x' }), /^cacheStore has no option 'prefix'; it has base$/],
  ]) assert.throws(make, { name: 'ChatError', code: 'input', message: wanted });
  createHandler({ providers: { a }, authorise: undefined });
});

test('an unknown model, with the valid names', async () => {
  const call = { messages: PROMPT, model: 'gpt-9' };
  await chatError(Chatgpt4Online.createAsync(call), 'model_not_found', /gpt-9.*valid: gpt-4$/);
  await chatError(Chatgpt4o.createAsync(call), 'model_not_found', /gpt-4o-mini/);
});

test('a signal that was aborted before sends nothing and gives its reason', async () => {
  used.site.clear();
  const reason = { mine: true };
  const rejected = used.engine.createAsync({ messages: PROMPT, signal: AbortSignal.abort(reason) });
  await assert.rejects(rejected, (error) => error === reason);
  assert.equal(used.site.requests.length, 0);
});

test('a polluted Object.prototype adds nothing', async () => {
  // Not `signal`, with which Node's own fetch refuses every request.
  const polluted = [
    'url', 'role', 'content', 'model', 'nonce', 'proxy', 'botId', 'toJSON', 'timeout', 'retries', 'failure',
  ];
  used.site.clear();
  for (const key of polluted) {
    const evil = { value: 'evil', configurable: true, enumerable: true, writable: true };
    Object.defineProperty(Object.prototype, key, evil);
  }
  let text;
  try {
    text = await used.engine.createAsync({ messages: [{ role: 'user', content: PROMPT }] });
  } finally {
    for (const key of polluted) delete Object.prototype[key];
  }
  assert.match(text, /./);
  assert.ok(!used.site.requests.map(({ url, body }) => url + body).join().includes('evil'));
});

test('a polluted Object.prototype is nobody\'s setting', async () => {
  const asked = [];
  const fetch = async (url, { headers }) => {
    asked.push(`${url} ${new Headers(headers).get('authorization')}`);
    return says('yes')();
  };
  const body = JSON.stringify({ model: 'a', messages: [{ role: 'user', content: 'x' }] });
  const request = (headers) => new Request('https://edge.example/v1/chat/completions', { method: 'POST', body, headers });
  const [plain, keyed] = [{ 'content-type': 'application/json' }, { 'content-type': 'application/json', authorization: 'Bearer right' }].map(request);
  const relayed = new Request('https://edge.example/https://shop.example/');
  const values = { authorize: 'public', providers: {}, allow: ['https://shop.example/'], binding: { run: () => ({ response: 'evil' }) } };
  const evil = [
    'order', 'hedgeAfter', 'onAttempt', 'retriesEach', 'baseURL', 'apiKey', 'timeout', 'maxRetries', 'stream', 'n', 'session',
    'dangerouslyAllowBrowser', 'defaultHeaders', 'maxBodyBytes', 'keepAlive', 'onEvent', 'allowedOrigins', 'organization', 'project', 'afterCompletion', 'maxChatCompletions', ...Object.keys(values),
  ];
  for (const name of evil) {
    asked.length = 0;
    Object.defineProperty(Object.prototype, name, { value: values[name] ?? 'evil', configurable: true, enumerable: true, writable: true });
    try {
      const a = new OpenAiChat({ apiKey: 'sk-1', baseUrl: 'https://llm.example', defaultModel: 'm', fetch });
      assert.equal(await new Fallback([a]).createAsync({ messages: 'x' }), 'yes', name);
      const client = new Client({ apiKey: 'sk-1', fetch });
      const { choices } = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] });
      assert.equal(choices[0].message.content, 'yes', name);
      const runner = new OpenAI({ apiKey: 'sk-1', fetch }).chat.completions.runTools({ model: 'm', messages: [{ role: 'user', content: 'x' }], tools: [] });
      assert.equal(await runner.finalContent(), 'yes', name);
      assert.deepEqual(asked.map((line) => line.split(' ')[1]), ['Bearer', 'Bearer', 'Bearer'], name);
      assert.ok(!asked.join().includes('evil'), name);
      const ai = new WorkersAi({ accountId: 'a', apiKey: 'sk-1', defaultModel: 'm', fetch: async () => Response.json({ result: { response: 'yes' } }) });
      assert.equal(await ai.createAsync({ messages: 'x' }), 'yes', name);
      assert.throws(() => createRelay(), { code: 'input' }, name);
      assert.throws(() => createHandler(), { code: 'input' }, name);
      assert.equal((await createHandler({ providers: { a } })(plain.clone())).status, 401, name);
      assert.equal((await createHandler({ providers: { a }, authorize: ['right'] })(keyed.clone())).status, 200, name);
      const relay = createRelay({ allow: ['https://shop.example/'], authorize: 'public', fetch: async () => new Response('yes') });
      assert.equal(await (await relay(relayed)).text(), 'yes', name);
    } finally {
      delete Object.prototype[name];
    }
  }
});

test('undefined is not given: what the settings say holds', async () => {
  const heard = [];
  const fetch = async () => (heard.push('fetch'), says('yes')());
  const session = new Map();
  const provider = new OpenAiChat({ baseUrl: 'https://llm.example', defaultModel: 'm', fetch, timeout: -1, session, coalesce: true });
  const nothing = { fetch: undefined, session: undefined, coalesce: undefined, signal: undefined, retries: undefined };
  await chatError(provider.createAsync({ messages: 'x', ...nothing, timeout: undefined }), 'input', /timeout/);
  await chatError(provider.with({ timeout: undefined }).createAsync({ messages: 'x' }), 'input', /timeout/);
  assert.equal(await provider.createAsync({ messages: 'x', ...nothing, timeout: 1_000 }), 'yes');
  assert.equal(await provider.createAsync({ messages: 'x', timeout: null }), 'yes', 'null takes a setting away');
  assert.deepEqual(heard, ['fetch', 'fetch']);
});

test('own keys named as the prototype change nothing', async () => {
  const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  const messages = JSON.parse(`[{"role":"user","content":"x",${evil}}]`);
  await used.engine.createAsync({ messages });
  assert.equal({}.polluted, undefined);
});

test('the options are those of the moment of the call', async () => {
  used.site.clear();
  const options = { messages: [{ role: 'user', content: 'before' }] };
  const reply = used.engine.createAsyncGenerator(options);
  options.messages[0].content = 'after';
  await reply.text();
  assert.match(used.site.requests.of('chat')[0].body, /"newMessage":"before"/);
});

test('text arrives at the site as it is', async () => {
  const texts = ['\u0000\u0001\u001f', '\u2028\u2029\ufeff\ufffe', '"\\/', 'e\u0301', '𝕏👨‍👩‍👧‍👦', ' x '.repeat(150)];
  for (const text of texts) {
    used.site.clear();
    await used.engine.createAsync({ messages: text });
    assert.equal(JSON.parse(used.site.requests.of('chat')[0].body).newMessage, text);
  }
});

/** What the service gets of a message with this in its content. */
async function partSent(part) {
  let body;
  const fetch = async (url, init) => {
    body = JSON.parse(init.body);
    return says('yes')();
  };
  await new OpenAiChat({ apiKey: 'sk-canary-0123456789', defaultModel: 'm', fetch }).createAsync({ messages: user([part]) });
  return body.messages[0].content[0];
}

test('bytes are their Base64, short and long ones', async () => {
  for (const length of [0, 1, 2, 3, 300_001]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    const base64 = Buffer.from(bytes).toString('base64');
    const around = new Uint8Array([9, ...bytes, 9]);
    const forms = [bytes, Buffer.from(bytes), bytes.buffer, around.subarray(1, length + 1), new DataView(around.buffer, 1, length)];
    for (const data of forms) {
      const part = await partSent({ type: 'custom', data });
      assert.equal(part.data, base64, `${Object.prototype.toString.call(data)} of ${length}`);
    }
  }
  const image = await partSent({ type: 'image', image: new Uint8Array([137, 80, 78, 71]) });
  assert.deepEqual(image, { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw==' } });
});

test('maps, headers and parameters are an object of their entries, and an address is its text', async () => {
  const forms = [new Map([['a', '1'], ['__proto__', { b: 2 }]]), new Headers({ a: '1' }), new URLSearchParams('a=1')];
  for (const given of forms) {
    const { given: sent } = await partSent({ type: 'custom', given });
    assert.equal(sent.a, '1');
    assert.deepEqual(Object.keys(sent), [...given.keys()]);
  }
  assert.equal((await partSent({ type: 'custom', at: new URL('https://a.example/x?y') })).at, 'https://a.example/x?y');
  class Own {
    a = 1;
  }
  assert.deepEqual((await partSent({ type: 'custom', own: new Own(), bare: { __proto__: null, b: 2 } })), { type: 'custom', own: { a: 1 }, bare: { b: 2 } });
  let sent;
  const fetch = async (url, init) => {
    sent = new Headers(init.headers);
    return says('yes')();
  };
  await new OpenAiChat({ apiKey: 'sk-canary-0123456789', defaultModel: 'm', fetch, headers: new Headers({ 'x-own': 'yes' }) }).createAsync({ messages: 'Hi' });
  assert.equal(sent.get('x-own'), 'yes');
});

test('objects that JSON has no form for are told, with their place and kind', async () => {
  const service = new OpenAiChat({ apiKey: 'sk-canary-0123456789', defaultModel: 'm', fetch: says('yes') });
  const kinds = { Set: new Set([1]), Blob: new Blob(['x']), File: new File(['x'], 'x.txt'), WeakMap: new WeakMap(), Promise: Promise.resolve(), RegExp: /x/, FormData: new FormData(), Error: new Error('x') };
  for (const [kind, given] of Object.entries(kinds)) {
    const words = new RegExp(`^messages\\[0\\]\\.content\\[0\\]\\.data is a ${kind}, which JSON has no form for`);
    await chatError(service.createAsync({ messages: user([{ type: 'image', data: given }]) }), 'input', words);
    assert.throws(() => new OpenAiChat({ extra: { a: given } }), { code: 'input', message: new RegExp(`^extra\\.a is a ${kind}`) });
  }
});

test('lone surrogates become valid UTF-8 or an error', async () => {
  used.site.clear();
  await used.engine.createAsync({ messages: 'a\ud83db\udc00' });
  assert.equal(JSON.parse(used.site.requests.of('chat')[0].body).newMessage, 'a\ufffdb\ufffd');
});

test('a message of 300 kB is sent whole and refused with the limit', async () => {
  used.site.clear();
  const long = 'я'.repeat(150_000);
  await chatError(used.engine.createAsync({ messages: long }), 'refused', /150000 characters.*512/);
  assert.equal(JSON.parse(used.site.requests.of('chat')[0].body).newMessage, long);
  await assertWorks(used);
});

test('as deep as options may be, the core reads them', async () => {
  await used.engine.createAsync({ messages: PROMPT, extra: nested(97) });
  await chatError(used.engine.createAsync({ messages: PROMPT, extra: nested(98) }), 'input', /nested deeper/);
});
