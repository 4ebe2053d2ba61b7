// The endpoint under attack and under bad input: 4xx in OpenAI's form, nothing sent upstream, nothing told that is not the
// caller's to know.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, beforeEach, test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { AiEngine, AiPuffer, ChatError } from '../../dist/index.js';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';

const KEY = 'sk-right-key-0123456789';
const CHAT = '/v1/chat/completions';
const MESSAGES = [{ role: 'user', content: 'Hi' }];
const ANSWER = replyTo(MESSAGES, 0);

let site;
/** Every request that the other server gets is one too many. */
let other;
const reached = [];

before(async () => {
  site = await startSite({ delay: 0 });
  other = createServer((incoming, outgoing) => {
    reached.push(incoming.url);
    outgoing.end('{}');
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
});
after(() => {
  site.close();
  other.close();
});
beforeEach(() => {
  site.clear();
  reached.length = 0;
});

const elsewhere = () => `http://127.0.0.1:${other.address().port}`;

const handlerOf = (options = {}) =>
  createHandler({ providers: { shop: new AiEngine({ url: site.url }) }, authorize: [KEY], ...options });

function request(path, { body, headers = {}, method = body === undefined ? 'GET' : 'POST', ...init } = {}) {
  return new Request(`https://edge.example${path}`, {
    method,
    body: typeof body === 'object' && !(body instanceof ReadableStream) ? JSON.stringify(body) : body,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    ...init,
  });
}

/** Status and OpenAI's error object, whose form is checked. */
async function refused(response) {
  assert.match(response.headers.get('content-type'), /^application\/json/);
  const { error, ...rest } = await response.json();
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
  assert.ok(error.message.length > 0);
  assert.match(response.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
  return { status: response.status, ...error };
}

async function assertWorks(handler = handlerOf()) {
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES } }));
  assert.equal((await response.json()).choices[0].message.content, ANSWER);
}

test('without authorize nobody may, whatever he brings', async () => {
  for (const authorize of [undefined, []]) {
    const handler = handlerOf({ authorize });
    for (const path of ['/v1/models', CHAT]) {
      const body = path === CHAT ? { model: 'shop', messages: MESSAGES } : undefined;
      assert.equal((await refused(await handler(request(path, { body })))).status, 401);
    }
  }
  assert.equal(site.requests.length, 0);
  await assertWorks(handlerOf({ authorize: 'public' }));
});

test('a wrong key in every form is 401 and reads no body', async () => {
  const forms = [
    undefined, '', KEY, `Bearer ${KEY}x`, `Bearer ${KEY.slice(0, -1)}`, `Bearer ${KEY.toUpperCase()}`, `Basic ${btoa(`user:${KEY}`)}`,
    `Bearer`, `Bearer  `, `Bearer ${KEY}, Bearer x`, `Token ${KEY}`, `Bearer ${KEY} ${KEY}`, `Bearer undefined`, `Bearer null`,
    `Bearer "${KEY}"`, `Bearer=${KEY}`,
  ];
  for (const form of forms) {
    let read = 0;
    const body = new ReadableStream({ pull: (c) => { read++; c.enqueue(new Uint8Array(1)); } }, { highWaterMark: 0 });
    const asked = request(`${CHAT}?api_key=${KEY}&authorization=Bearer%20${KEY}`, {
      body, duplex: 'half', headers: { authorization: form ?? '', 'x-api-key': KEY, cookie: `key=${KEY}` },
    });
    if (form === undefined) asked.headers.delete('authorization');
    const response = await handlerOf()(asked);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer', String(form));
    const { status, type, message } = await refused(response);
    assert.deepEqual([status, type], [401, 'authentication_error']);
    assert.ok(!message.includes(KEY));
    assert.equal(read, 0);
  }
  assert.equal(site.requests.length, 0);
});

test('the scheme of the key is no matter of case', async () => {
  const response = await handlerOf()(request('/v1/models', { headers: { authorization: `bearer ${KEY}` } }));
  assert.equal(response.status, 200);
});

test('a function decides, and only true is yes', async () => {
  for (const [answer, status] of [[true, 200], [false, 401], ['yes', 401], [1, 401], [undefined, 401]]) {
    const handler = handlerOf({ authorize: async (_request, env) => env.asked && answer });
    assert.equal((await handler(request('/v1/models'), { asked: true })).status, status, String(answer));
  }
  const broken = handlerOf({ authorize: async () => { throw new Error('secret detail'); } });
  const response = await broken(request('/v1/models'));
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret detail/);
});

test('no field, header or query chooses an address, a key or an origin upstream', async () => {
  const address = elsewhere();
  const evil = {
    url: address, baseUrl: address, base_url: address, api_base: address, apiKey: 'mine', proxy: `${address}/relay/`, fetch: 'x',
    settings: { url: address }, restRoot: `${address}/`, page: `${address}/`, headers: { authorization: 'mine' }, cookies: { a: 'b' },
    session: {}, options: { url: address }, answer: { id: 'x' }, preset: 'Chatgpt4o', __proto__: { url: address },
    constructor: { prototype: { url: address } }, provider: address, conversation: { chatId: 'another' }, history: 'prompt',
    user: address, metadata: { url: address }, retries: 99, sessionOnly: true,
  };
  const response = await handlerOf()(request(`${CHAT}?url=${address}&base_url=${address}`, {
    body: { model: 'shop', messages: MESSAGES, ...evil },
    headers: { host: address, 'x-base-url': address, 'x-forwarded-host': address, 'x-api-base': address, cookie: 'wordpress_logged_in=1', 'x-mine': '1' },
  }));
  assert.equal((await response.json()).choices[0].message.content, ANSWER);
  assert.deepEqual(reached, []);
  const { headers, body } = await site.requests.when('chat');
  for (const name of ['cookie', 'authorization', 'x-base-url', 'x-mine', 'x-forwarded-host']) assert.equal(headers[name], undefined, name);
  assert.deepEqual(Object.keys(JSON.parse(body)).sort(), ['botId', 'chatId', 'newMessage', 'session', 'stream']);
});

test('no model name reaches anything but a provider of the list', async () => {
  for (const model of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', 'shop/../x', elsewhere(), ':', ':shop', 'SHOP', '\u0000', 'x'.repeat(100_000)]) {
    const { status } = await refused(await handlerOf()(request(CHAT, { body: { model, messages: MESSAGES } })));
    assert.ok(status === 404 || status === 400, `${model.slice(0, 20)}: ${status}`);
    const listed = await handlerOf()(request(`/v1/models/${encodeURIComponent(model).slice(0, 1000)}`));
    assert.ok([404, 200].includes(listed.status) && (listed.status === 404 || model === '' || model === ' ') , model.slice(0, 20));
    await listed.text();
  }
  assert.equal(site.requests.length, 0);
});

test('a body over the limit is 413, whatever its length says', async () => {
  const handler = handlerOf({ maxBodyBytes: 2_000 });
  const big = { model: 'shop', messages: [{ role: 'user', content: 'x'.repeat(2_000) }] };
  assert.equal((await refused(await handler(request(CHAT, { body: big })))).status, 413);
  assert.equal((await refused(await handler(request(CHAT, { body: big, headers: { 'content-length': '10' } })))).status, 413);
  let sent = 0;
  const endless = new ReadableStream({ pull(c) { sent += 500; c.enqueue(new Uint8Array(500).fill(32)); } }, { highWaterMark: 0 });
  assert.equal((await refused(await handler(request(CHAT, { body: endless, duplex: 'half' })))).status, 413);
  assert.ok(sent < 5_000, `${sent} bytes were read`);
  const told = await handler(request(CHAT, { body: '{}', headers: { 'content-length': '99999999' } }));
  assert.equal((await refused(told)).status, 413);
  assert.equal(site.requests.length, 0);
});

test('a body that breaks is no 5xx', async () => {
  const broken = new ReadableStream({ pull(c) { c.error(new Error('gone')); } }, { highWaterMark: 0 });
  const response = await handlerOf()(request(CHAT, { body: broken, duplex: 'half' }));
  assert.equal((await refused(response)).status, 400);
});

const BAD = {
  'no JSON': 'hello',
  'an open object': '{"model": "shop"',
  'an array': '[]',
  'a string': '"shop"',
  nothing: '',
  'no model': '{"messages": []}',
  'no messages': '{"model": "shop"}',
  'messages null': '{"model": "shop", "messages": null}',
  'messages a number': '{"model": "shop", "messages": 5}',
  'no message': '{"model": "shop", "messages": []}',
  'a message without role': '{"model": "shop", "messages": [{"content": "x"}]}',
  'a role that is none': '{"model": "shop", "messages": [{"role": 7, "content": "x"}]}',
  'content of a wrong type': '{"model": "shop", "messages": [{"role": "user", "content": 7}]}',
  'a model of a wrong type': '{"model": {"a": 1}, "messages": "x"}',
  'two choices': '{"model": "shop", "messages": "x", "n": 2}',
  'stream of a wrong type': '{"model": "shop", "messages": "x", "stream": "yes"}',
  'an assistant last': '{"model": "shop", "messages": [{"role": "assistant", "content": "x"}]}',
  'a deep array': `{"model": "shop", "messages": ${'['.repeat(100_000)}`,
  'a deep object': `{"model": "shop", "messages": ${'{"a":'.repeat(50_000)}`,
  'a lone quote': '"',
};
for (const [name, body] of Object.entries(BAD)) {
  test(`${name} is a 400 in both APIs`, async () => {
    const handler = handlerOf();
    assert.equal((await refused(await handler(request(CHAT, { body })))).status, 400);
    if (!/messages|message|role|content|assistant|choices/.test(name)) {
      assert.equal((await refused(await handler(request('/v1/responses', { body })))).status, 400);
    }
    assert.equal(site.requests.length, 0);
    await assertWorks(handler);
  });
}

test('what a Responses request cannot have is told', async () => {
  for (const [more, message] of [
    [{ input: undefined }, /input/], [{ input: 5 }, /input/], [{ input: [{ type: 'item_reference', id: 'x' }] }, /item_reference/],
    [{ previous_response_id: 'resp_1' }, /previous_response_id/],
  ]) {
    const told = await refused(await handlerOf()(request('/v1/responses', { body: { model: 'shop', input: 'Hi', ...more } })));
    assert.equal(told.status, 400);
    assert.match(told.message, message);
  }
});

test('routes, methods and types', async () => {
  const handler = handlerOf();
  for (const path of ['/', '/v1', '/v1/', '/v2/models', '/v1/completions', '/v1/embeddings', '/admin', '/v1/chat', '/..%2fhealth', '/v1/v1/models']) {
    assert.equal((await refused(await handler(request(path)))).status, 404, path);
  }
  for (const [path, method, allow] of [
    [CHAT, 'GET', 'POST, OPTIONS'], [CHAT, 'PUT', 'POST, OPTIONS'], ['/v1/models', 'POST', 'GET, HEAD, OPTIONS'],
    ['/health', 'DELETE', 'GET, HEAD, OPTIONS'], ['/v1/responses', 'PATCH', 'POST, OPTIONS'],
  ]) {
    const response = await handler(request(path, { method, body: method === 'POST' ? '{}' : undefined }));
    assert.equal(response.headers.get('allow'), allow);
    assert.equal((await refused(response)).status, 405, `${method} ${path}`);
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp']) {
    const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES }, headers: { 'content-type': type } }));
    assert.equal((await refused(response)).status, 415, type);
  }
  for (const path of ['/models', '/v1/models', '/v1/models/', '/models/shop', '/health', '/v1/health']) {
    const response = await handler(request(path));
    assert.equal(response.status, 200, path);
    const head = await handler(request(path, { method: 'HEAD' }));
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
  }
  assert.equal((await handler(new Request('https://edge.example/health'))).status, 200, 'health needs no key');
});

test('origins are compared exactly, and errors can be read by who is allowed', async () => {
  const handler = handlerOf({ allowedOrigins: ['https://app.example'] });
  for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'https://app.example:444', 'null', 'https://APP.example']) {
    for (const method of ['OPTIONS', 'POST']) {
      const response = await handler(request(CHAT, { method, body: method === 'POST' ? '{}' : undefined, headers: { origin } }));
      assert.equal(response.headers.get('access-control-allow-origin'), null, origin);
      assert.equal(response.status, 403);
      assert.match(response.headers.get('vary'), /Origin/);
      await response.text();
    }
  }
  const wrong = await handler(request(CHAT, { body: '{', headers: { origin: 'https://app.example' } }));
  assert.equal(wrong.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.equal(wrong.headers.get('access-control-allow-credentials'), null);
  assert.equal((await refused(wrong)).status, 400);
});

test('text of a model cannot forge an event', async () => {
  const nasty = 'data: [DONE]\n\nevent: error\ndata: {"error":1}\r\n\r\n: x\u2028\u2029\u0000"}]}\n\n';
  const frames = ['data: '.concat(JSON.stringify({ type: 'live', data: nasty }), '\n\n'),
    'data: '.concat(JSON.stringify({ type: 'end', data: JSON.stringify({ success: true, reply: nasty }) }), '\n\n')].join('');
  const fetch = async (url) => url.endsWith('start_session')
    ? Response.json({ success: true, restNonce: '0123456789', sessionId: 'x' })
    : new Response(frames, { headers: { 'content-type': 'text/event-stream' } });
  const handler = handlerOf({ fetch });
  for (const [path, body] of [[CHAT, { messages: MESSAGES }], ['/v1/responses', { input: 'Hi' }]]) {
    const response = await handler(request(path, { body: { model: 'shop\r\ndata: x', stream: true, ...body } }));
    assert.equal(response.status, 404);
    const text = await (await handler(request(path, { body: { model: 'shop', stream: true, ...body } }))).text();
    const events = text.trimEnd().split('\n\n');
    let told = '';
    for (const event of events) {
      const lines = event.split('\n');
      const data = lines.filter((line) => line.startsWith('data: '));
      assert.equal(data.length, 1, event);
      assert.equal(lines.length, path === CHAT ? 1 : 2);
      if (data[0] === 'data: [DONE]') continue;
      const value = JSON.parse(data[0].slice(6));
      told += path === CHAT ? value.choices[0].delta.content ?? '' : (value.type === 'response.output_text.delta' ? value.delta : '');
    }
    assert.equal(told, nasty);
    assert.equal(text.match(/\[DONE\]\n\n/g)?.length ?? 0, path === CHAT ? 1 : 0);
  }
});

test('nothing of the service crosses: no header, cookie, HTML, address or stack', async () => {
  const answers = {
    html: () => new Response('<html><title>Secret admin</title><script>x</script>', { status: 403, headers: { 'content-type': 'text/html', 'set-cookie': 'a=b', server: 'nginx/1.2', 'x-powered-by': 'PHP/8' } }),
    key: () => Response.json({ error: { message: 'Incorrect API key provided: sk-upstream-secret' } }, { status: 401 }),
    network: () => { throw new TypeError('connect ECONNREFUSED 10.1.2.3:443'); },
  };
  for (const [name, answer] of Object.entries(answers)) {
    const handler = handlerOf({ providers: { shop: new AiEngine({ url: site.url, retries: 0 }) }, fetch: async () => answer() });
    const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES } }));
    assert.ok(response.status >= 500, name);
    for (const header of ['set-cookie', 'server', 'x-powered-by']) assert.equal(response.headers.get(header), null);
    assert.doesNotMatch(await response.text(), /<|nginx|PHP|sk-upstream|10\.1\.2\.3|at \w+ \(|node:internal/, name);
  }
});

test('429 stays 429, with the time to wait', async () => {
  const fetch = async () => Response.json({ message: 'slow down' }, { status: 429, headers: { 'retry-after': '120' } });
  const response = await handlerOf({ fetch })(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  assert.equal(response.headers.get('retry-after'), '120');
  assert.equal(response.headers.get('x-should-retry'), 'true');
  const told = await refused(response);
  assert.deepEqual([told.status, told.type], [429, 'rate_limit_error']);
});

test('a silent service is given up with 504, and is stopped', async () => {
  site.fault('mute');
  const handler = handlerOf({ timeout: { firstChunk: 80 } });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  assert.equal((await refused(response)).status, 504);
  assert.equal(await (await site.requests.when('chat')).closed, 'aborted');
});

test("the client's abort stops the service, before and after the head", async () => {
  const controller = new AbortController();
  site.fault('mute');
  const answer = handlerOf()(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true }, signal: controller.signal }));
  const silent = await site.requests.next('chat');
  controller.abort();
  assert.equal(await silent.closed, 'aborted');
  await answer;

  site.fault({ name: 'stall', after: 2 });
  const response = await handlerOf()(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  const talking = await site.requests.when('chat');
  await response.body.cancel();
  assert.equal(await talking.closed, 'aborted');
});

test('silence is kept alive by comments, which are no events', async () => {
  site.fault({ name: 'stall', after: 2 });
  const handler = handlerOf({ keepAlive: 30 });
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  const reader = response.body.getReader();
  let text = '';
  while (!text.includes(': ping\n\n: ping\n\n')) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});

test('requests share nothing but values', async () => {
  const handler = handlerOf();
  const replies = await Promise.all(Array.from({ length: 50 }, async (_, index) => {
    const content = `mine is ${index}`;
    const response = await handler(request(CHAT, { body: { model: 'shop', messages: [{ role: 'user', content }] } }));
    const { id, choices } = await response.json();
    assert.ok(choices[0].message.content.includes(`"${content}"`));
    return id;
  }));
  assert.equal(new Set(replies).size, 50);
  const chats = site.requests.of('chat').map(({ body }) => JSON.parse(body).chatId);
  assert.equal(new Set(chats).size, 50, 'no conversation is shared');
});

test('what cannot be honoured is listed in a header that can hold it', async () => {
  const body = { model: 'shop', messages: MESSAGES, temperature: 0.5, logit_bias: {}, tool_choice: 'auto', unknown_field: 1 };
  const response = await handlerOf()(request(CHAT, { body }));
  const warnings = response.headers.get('x-rivulet-warnings');
  for (const word of ['temperature', 'logit_bias', 'tool_choice']) assert.ok(warnings.includes(word), word);
  assert.ok(!warnings.includes('unknown_field'));
});

test('usage comes only where it was asked for, in the last chunk before [DONE]', async () => {
  const chunks = async (more) => {
    const response = await handlerOf()(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true, ...more } }));
    return (await response.text()).trimEnd().split('\n\n').slice(0, -1).map((line) => JSON.parse(line.slice(6)));
  };
  assert.ok((await chunks({})).every((chunk) => !('usage' in chunk)));
  const told = await chunks({ stream_options: { include_usage: true } });
  assert.ok(told.slice(0, -1).every((chunk) => chunk.usage === null));
  assert.deepEqual(told.at(-1).choices, []);
  assert.ok(told.at(-1).usage.total_tokens > 0);
});

test('providers come from env once, and settings that would open it by mistake are refused', async () => {
  let made = 0;
  const handler = createHandler({
    providers: ({ URL: url }) => (made++, { shop: new AiEngine({ url }) }),
    authorize: 'public',
  });
  const env = { URL: site.url };
  await handler(request('/v1/models'), env);
  await handler(request('/v1/models'), env);
  assert.equal(made, 1);
  const wrong = [
    {}, { providers: {} }, { providers: { shop: {} } }, { providers: { shop: 'https://x' } }, { authorize: '' }, { authorize: 'PUBLIC' },
    { authorize: [''] }, { authorize: [7] }, { authorize: true }, { allowedOrigins: ['*'] }, { maxBodyBytes: 0 }, { timeout: -1 }, { keepAlive: 0 },
  ];
  for (const options of wrong) {
    const all = 'providers' in options || Object.keys(options).length === 0 ? options : { providers: { shop: new AiEngine({ url: site.url }) }, ...options };
    assert.throws(() => createHandler(all), (error) => error instanceof ChatError && error.code === 'input', JSON.stringify(options));
  }
});

test("who listens is told of requests, ends and errors, and cannot break them", async () => {
  const told = [];
  const handler = handlerOf({ onEvent: (event) => { told.push(event.type); throw new Error('mine'); } });
  await assertWorks(handler);
  const streamed = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES, stream: true } }));
  await streamed.text();
  await handler(request(CHAT, { body: '{' }));
  assert.deepEqual(told, ['request', 'end', 'request', 'end', 'error']);
});

test('another protocol, another session store', async () => {
  const entries = new Map();
  const session = () => ({ get: (key) => entries.get(key), set: (key, value) => void entries.set(key, value), delete: (key) => void entries.delete(key) });
  const handler = handlerOf({ providers: { puffer: new AiPuffer({ url: site.url, botId: 5 }) }, session });
  const response = await handler(request(CHAT, { body: { model: 'puffer', messages: MESSAGES } }));
  assert.equal(response.status, 200);
  assert.equal(entries.size, 1);
});
