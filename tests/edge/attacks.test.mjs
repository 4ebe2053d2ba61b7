// Attacks on the endpoint: nothing is sent upstream, and the answer holds nothing that the caller must not know.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { AiEngine, ChatError } from '../../dist/index.js';
import { replyTo } from '../site/replies.mjs';
import { assertWorks, CHAT, endpoint, KEY, MESSAGES, refused, request, useSites } from './helper.mjs';

const used = useSites();

test('without authorize nobody may, whatever he brings', async () => {
  for (const authorize of [undefined, []]) {
    const handler = endpoint(used, { authorize });
    for (const path of ['/v1/models', CHAT]) {
      const body = path === CHAT ? { model: 'shop', messages: MESSAGES } : undefined;
      assert.equal((await refused(await handler(request(path, { body })))).status, 401);
    }
  }
  assert.equal(used.site.requests.length, 0);
  await assertWorks(endpoint(used, { authorize: 'public' }));
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
      body, duplex: 'half', headers: { authorization: form ?? '', 'x-api-key': `${KEY}x`, cookie: `key=${KEY}` },
    });
    if (form === undefined) asked.headers.delete('authorization');
    const response = await endpoint(used)(asked);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer', String(form));
    const { status, type, message } = await refused(response);
    assert.deepEqual([status, type], [401, 'authentication_error']);
    assert.ok(!message.includes(KEY));
    assert.equal(read, 0);
  }
  assert.equal(used.site.requests.length, 0);
});

test("the key may stand where Anthropic's clients and Azure's send it, and one of several is enough", async () => {
  for (const headers of [{ 'x-api-key': KEY }, { 'api-key': KEY }, { 'x-api-key': KEY, authorization: 'Bearer another' }]) {
    const response = await endpoint(used)(request('/v1/models', { headers: { authorization: '', ...headers } }));
    assert.equal(response.status, 200, JSON.stringify(headers));
  }
});

test('the scheme of the key is no matter of case', async () => {
  const response = await endpoint(used)(request('/v1/models', { headers: { authorization: `bearer ${KEY}` } }));
  assert.equal(response.status, 200);
});

test('a function decides, and only true is yes', async () => {
  for (const [answer, status] of [[true, 200], [false, 401], ['yes', 401], [1, 401], [undefined, 401]]) {
    const handler = endpoint(used, { authorize: async (_request, env) => env.asked && answer });
    assert.equal((await handler(request('/v1/models'), { asked: true })).status, status, String(answer));
  }
  const broken = endpoint(used, { authorize: async () => { throw new Error('secret detail'); } });
  const response = await broken(request('/v1/models'));
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret detail/);
});

test('no field, header or query chooses an address, a key or an origin upstream', async () => {
  const address = used.elsewhere;
  const evil = {
    url: address, baseUrl: address, base_url: address, api_base: address, apiKey: 'mine', proxy: `${address}/relay/`, fetch: 'x',
    settings: { url: address }, restRoot: `${address}/`, page: `${address}/`, headers: { authorization: 'mine' }, cookies: { a: 'b' },
    session: {}, options: { url: address }, answer: { id: 'x' }, preset: 'Chatgpt4o', __proto__: { url: address },
    constructor: { prototype: { url: address } }, provider: address, conversation: { chatId: 'another' }, history: 'prompt',
    user: address, metadata: { url: address }, retries: 99, sessionOnly: true,
  };
  const response = await endpoint(used)(request(`${CHAT}?url=${address}&base_url=${address}`, {
    body: { model: 'shop', messages: MESSAGES, ...evil },
    headers: { host: address, 'x-base-url': address, 'x-forwarded-host': address, 'x-api-base': address, cookie: 'wordpress_logged_in=1', 'x-mine': '1' },
  }));
  assert.equal((await response.json()).choices[0].message.content, replyTo(MESSAGES, 0));
  assert.deepEqual(used.reached, []);
  const { headers, body } = await used.site.requests.when('chat');
  for (const name of ['cookie', 'authorization', 'x-base-url', 'x-mine', 'x-forwarded-host']) assert.equal(headers[name], undefined, name);
  assert.deepEqual(Object.keys(JSON.parse(body)).sort(), ['botId', 'chatId', 'newMessage', 'session', 'stream']);
});

test('no model name reaches anything but a provider of the list', async () => {
  for (const model of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', ' ', 'shop/../x', used.elsewhere, ':', ':shop', 'SHOP', '\u0000', 'x'.repeat(100_000)]) {
    const { status } = await refused(await endpoint(used)(request(CHAT, { body: { model, messages: MESSAGES } })));
    assert.ok(status === 404 || status === 400, `${model.slice(0, 20)}: ${status}`);
    const listed = await endpoint(used)(request(`/v1/models/${encodeURIComponent(model).slice(0, 1000)}`));
    assert.ok([404, 200].includes(listed.status) && (listed.status === 404 || model === '' || model === ' ') , model.slice(0, 20));
    await listed.text();
  }
  assert.equal(used.site.requests.length, 0);
});

test('origins are compared exactly, and errors can be read by who is allowed', async () => {
  const handler = endpoint(used, { allowedOrigins: ['https://app.example'] });
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
  const handler = endpoint(used, { fetch });
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
    const handler = endpoint(used, { providers: { shop: new AiEngine({ url: used.site.url, retries: 0 }) }, fetch: async () => answer() });
    const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES } }));
    assert.ok(response.status >= 500, name);
    for (const header of ['set-cookie', 'server', 'x-powered-by']) assert.equal(response.headers.get(header), null);
    assert.doesNotMatch(await response.text(), /<|nginx|PHP|sk-upstream|10\.1\.2\.3|at \w+ \(|node:internal/, name);
  }
});

test('requests share nothing but values', async () => {
  const handler = endpoint(used);
  const replies = await Promise.all(Array.from({ length: 50 }, async (_, index) => {
    const content = `mine is ${index}`;
    const response = await handler(request(CHAT, { body: { model: 'shop', messages: [{ role: 'user', content }] } }));
    const { id, choices } = await response.json();
    assert.ok(choices[0].message.content.includes(`"${content}"`));
    return id;
  }));
  assert.equal(new Set(replies).size, 50);
  const chats = used.site.requests.of('chat').map(({ body }) => JSON.parse(body).chatId);
  assert.equal(new Set(chats).size, 50, 'no conversation is shared');
});

test('providers come from env once, and settings that would open it by mistake are refused', async () => {
  let made = 0;
  const handler = createHandler({
    providers: ({ URL: url }) => (made++, { shop: new AiEngine({ url }) }),
    authorize: 'public',
  });
  const env = { URL: used.site.url };
  await handler(request('/v1/models'), env);
  await handler(request('/v1/models'), env);
  assert.equal(made, 1);
  const wrong = [
    {}, { providers: {} }, { providers: { shop: {} } }, { providers: { shop: 'https://x' } }, { authorize: '' }, { authorize: 'PUBLIC' },
    { authorize: [''] }, { authorize: [7] }, { authorize: true }, { allowedOrigins: ['*'] }, { maxBodyBytes: 0 }, { timeout: -1 }, { keepAlive: 0 },
  ];
  for (const options of wrong) {
    const all = 'providers' in options || Object.keys(options).length === 0 ? options : { providers: { shop: new AiEngine({ url: used.site.url }) }, ...options };
    assert.throws(() => createHandler(all), (error) => error instanceof ChatError && error.code === 'input', JSON.stringify(options));
  }
});

test("whatever the caller's own functions throw is a 500 that tells nothing of it", async () => {
  const leak = Object.assign(new Error('secret'), { headers: { 'x-secret': 'secret' }, status: 200, code: 'input', cause: 'secret' });
  for (const thrown of [undefined, null, 'secret', 7, leak]) {
    for (const options of [
      { authorize: () => { throw thrown; } },
      { providers: () => { throw thrown; } },
      { session: () => { throw thrown; } },
    ]) {
      const response = await endpoint(used, options)(request('/v1/models'));
      assert.equal(response.headers.get('x-secret'), null);
      const { status, message } = await refused(response);
      assert.equal(status, 500);
      assert.doesNotMatch(message, /secret/);
    }
  }
});
