// The relay: to the listed sites and nowhere else, both ways as a stream, nothing of the caller's but the message.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createRelay } from '../../dist/edge.js';
import { AiEngine, AiPower, AiPuffer, ChatError } from '../../dist/index.js';
import { ANSWER, chatError, PROMPT } from '../js/helper.mjs';
import { useSites } from './helper.mjs';

const PAGE = 'https://app.example';
const RELAY = 'https://edge.example/relay/';

const used = useSites();

const relayTo = (options = {}) =>
  createRelay({ allow: [used.site.url, `${used.site.url}/chat-puffer/`], allowedOrigins: [PAGE], ...options });

/** As a page of `PAGE` asks. */
const ask = (relay, path, { headers, ...init } = {}) =>
  relay(new Request(`${RELAY}${path}`, { headers: { origin: PAGE, ...headers }, ...init }));

/** A `fetch` whose requests to the relay's address go into the handler, as those of a page do. */
const through = (relay) => (url, init) => {
  assert.ok(url.startsWith(RELAY), url);
  const headers = new Headers(init.headers);
  headers.set('origin', PAGE);
  return relay(new Request(url, { ...init, headers, duplex: 'half' }));
};

const JSON_TYPE = { 'content-type': 'application/json' };

const submit = (relay, init) =>
  ask(relay, `${used.site.url}/wp-json/mwai-ui/v1/chats/submit`, { method: 'POST', ...init });

for (const [name, make] of Object.entries({
  AiEngine: (url) => new AiEngine({ url }),
  AiPower: (url) => new AiPower({ url }),
  AiPuffer: (url) => new AiPuffer({ url, page: '/chat-puffer/' }),
})) {
  test(`${name} talks through it`, async () => {
    const provider = make(used.site.url).with({ proxy: RELAY, fetch: through(relayTo()) });
    assert.equal(await provider.createAsync({ messages: PROMPT }), ANSWER);
  });
}

test('behind a page cache AI Power finds a live nonce through it, by the page with a query or the search page', async () => {
  const url = used.site.url;
  const power = (page) => new AiPower({ url, page, session: new Map(), proxy: RELAY, fetch: through(relayTo({ pages: [`${url}/chat-power/`] })) });
  const asked = () => used.site.requests.map(({ url: path, status }) => `${path.replace(/rivulet=\w+/, 'rivulet=…')} ${status}`);
  used.site.set({ pageCache: 'query' });
  assert.equal(await power('/chat-power/').createAsync({ messages: PROMPT }), ANSWER);
  const ajax = '/wp-admin/admin-ajax.php';
  const query = ['/chat-power/ 200', `${ajax} 403`, '/chat-power/?rivulet=… 200'];
  assert.deepEqual(asked(), [...query, `${ajax} 200`]);
  used.site.clear();
  used.site.set({ pageCache: 'pages' });
  assert.equal(await power('/chat-power/').createAsync({ messages: PROMPT }), ANSWER);
  assert.deepEqual(asked(), [...query, `${ajax} 403`, '/?s=rivulet 200', `${ajax} 200`]);
  // Where the cache keeps the search page, too, only a page that does not exist is left, which is not forwarded.
  used.site.clear();
  used.site.set({ pageCache: 'all' });
  await chatError(power('/chat-power/').createAsync({ messages: PROMPT }), 'nonce', /expired.*give one that it does not keep \(see page\)/);
  assert.deepEqual(asked(), [...query, `${ajax} 403`, '/?s=rivulet 200']);
  used.site.set({ pageCache: 'none' });
});

test('a piece is handed on while the site is still writing', async () => {
  used.site.set({ delay: 60 });
  const provider = new AiEngine({ url: used.site.url, proxy: RELAY, fetch: through(relayTo()) });
  const reply = provider.createAsyncGenerator({ messages: PROMPT });
  await reply.next();
  assert.equal((await used.site.requests.when('chat')).end, 'open');
  await reply.return();
  assert.equal(await (await used.site.requests.when('chat')).closed, 'aborted', 'who leaves stops the site');
  used.site.set({ delay: 0 });
});

test("a caller's abort stops the site while it is silent", async () => {
  used.site.fault('mute');
  const controller = new AbortController();
  const answer = submit(relayTo(), {
    body: '{}', headers: { 'content-type': 'application/json', 'x-wp-nonce': used.site.nonce.current('engine') }, signal: controller.signal,
  });
  const request = await used.site.requests.next('chat');
  controller.abort();
  assert.equal(await request.closed, 'aborted');
  await answer;
});

test('cookies, and what tells of the caller, stay here; the nonce passes both ways', async () => {
  const response = await submit(relayTo(), {
    body: JSON.stringify({ botId: 'default', newMessage: 'Hi', stream: false }),
    headers: {
      'content-type': 'application/json',
      'x-wp-nonce': used.site.nonce.current('engine'),
      cookie: 'wordpress_logged_in_x=secret',
      'x-forwarded-for': '10.0.0.1',
      referer: 'https://app.example/private',
      'x-secret': 'mine',
    },
  });
  assert.equal(response.status, 200);
  const { headers } = await used.site.requests.when('chat');
  assert.equal(headers['x-wp-nonce'], used.site.nonce.current('engine'));
  for (const name of ['cookie', 'x-forwarded-for', 'referer', 'x-secret', 'origin']) assert.equal(headers[name], undefined, name);
  assert.equal(response.headers.get('x-wp-nonce'), used.site.nonce.current('engine'));
  assert.equal(response.headers.get('set-cookie'), null);
  assert.equal(response.headers.get('access-control-allow-origin'), PAGE);
  assert.match(response.headers.get('access-control-expose-headers'), /x-wp-nonce/);
  assert.equal(response.headers.get('access-control-allow-credentials'), null);
});

test('how long to wait passes, in seconds and in milliseconds, and a page may read it', async () => {
  const told = { 'retry-after': '2', 'retry-after-ms': '1500' };
  const response = await submit(relayTo({ fetch: async () => new Response('{}', { status: 429, headers: told }) }), { body: '{}', headers: JSON_TYPE });
  const exposed = response.headers.get('access-control-expose-headers').split(', ');
  for (const [name, value] of Object.entries(told)) {
    assert.equal(response.headers.get(name), value);
    assert.ok(exposed.includes(name), name);
  }
});

test('nothing but the listed sites, their routes and their pages', async () => {
  const relay = relayTo();
  const forbidden = [
    `${used.elsewhere}/`,
    `${used.elsewhere}/wp-json/mwai/v1/start_session`,
    `${used.site.url}/wp-login.php`,
    `${used.site.url}/wp-json/wp/v2/users`,
    `${used.site.url}/wp-json/mwai/v1/start_session/../../wp/v2/users`,
    `${used.site.url}/?rest_route=/wp/v2/users`,
    `${used.site.url}/hello-world/`,
    `${used.site.url}/?s=secret`,
    `${used.site.url}/?s=rivulet&p=1`,
    `${used.site.url}/no-such-page-for-rivulet/`,
    `${used.site.url.replace('127.0.0.1', 'localhost')}/wp-json/mwai/v1/start_session`,
    `${used.site.url.replace('http', 'https')}/wp-json/mwai/v1/start_session`,
  ];
  for (const path of forbidden) {
    for (const method of ['GET', 'POST']) {
      const response = await ask(relay, path, { method });
      assert.equal(response.status, 403, `${method} ${path}`);
    }
  }
  assert.deepEqual(used.reached, []);
  assert.equal(used.site.requests.length, 0);
});

test('no address is taken from anything but the path', async () => {
  const relay = relayTo();
  const address = used.elsewhere;
  const tricks = [
    `http://user:pass@${new URL(used.site.url).host}/wp-json/mwai/v1/start_session`,
    `http://${new URL(used.site.url).host}@${new URL(address).host}/wp-json/mwai/v1/start_session`,
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
    'wp-json/mwai/v1/start_session',
  ];
  for (const path of tricks) {
    const response = await ask(relay, path, {
      method: 'POST', headers: { host: new URL(address).host, 'x-forwarded-host': address, 'x-base-url': address },
    });
    assert.ok([400, 403].includes(response.status), `${path}: ${response.status}`);
  }
  assert.deepEqual(used.reached, []);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a ${status} to an address that is not listed gets nothing`, async () => {
    const fetch = async () => new Response(null, { status, headers: { location: `${used.elsewhere}/wp-json/mwai/v1/start_session` } });
    for (const [method, path] of [['GET', '/'], ['POST', '/wp-json/mwai/v1/start_session']]) {
      const response = await ask(relayTo({ fetch }), `${used.site.url}${path}`, { method });
      assert.equal(response.status, 502);
      assert.match((await response.json()).error.message, /redirects/);
    }
    assert.deepEqual(used.reached, []);
  });
}

test('a redirect of a page to a listed address is followed, in circles only so far', async () => {
  const asked = [];
  const fetch = async (url) => {
    asked.push(url);
    if (asked.length === 1) return new Response(null, { status: 301, headers: { location: '/chat-puffer/' } });
    return new Response('page', { headers: { 'content-type': 'text/html' } });
  };
  const response = await ask(relayTo({ fetch }), `${used.site.url}/`);
  assert.equal(await response.text(), 'page');
  assert.deepEqual(asked, [`${used.site.url}/`, `${used.site.url}/chat-puffer/`]);
  const circle = async () => new Response(null, { status: 302, headers: { location: '/' } });
  assert.equal((await ask(relayTo({ fetch: circle }), `${used.site.url}/`)).status, 502);
});

test('a page that is not listed is refused and asks nothing of the site; what sends no origin needs a key', async () => {
  const relay = relayTo();
  for (const origin of ['https://evil.example', 'null', `${PAGE}.evil.example`, `${PAGE}:8443`, 'http://app.example']) {
    const response = await ask(relay, `${used.site.url}/`, { headers: { origin } });
    assert.equal(response.status, 403, origin);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    assert.match(response.headers.get('vary'), /Origin/);
  }
  assert.equal(used.site.requests.length, 0);
  const bare = (relay, headers = {}) => relay(new Request(`${RELAY}${used.site.url}/`, { headers }));
  assert.equal((await bare(relay)).status, 401);
  assert.equal((await bare(relay, { 'sec-fetch-site': 'cross-site' })).status, 401);
  assert.equal((await bare(relay, { 'sec-fetch-site': 'same-origin' })).status, 401, 'the origin of the relay is not listed');
  assert.equal(used.site.requests.length, 0);
  assert.equal((await bare(relayTo({ allowedOrigins: [new URL(RELAY).origin] }), { 'sec-fetch-site': 'same-origin' })).status, 200);
  assert.equal((await bare(relayTo({ authorize: ['key-of-a-server'] }), { authorization: 'Bearer key-of-a-server' })).status, 200);
  assert.equal((await bare(relayTo({ authorize: ['key-of-a-server'] }), { authorization: 'Bearer another' })).status, 401);
  assert.equal((await bare(relayTo({ authorize: () => Promise.reject(new Error('broken')) }))).status, 401);
  assert.equal((await bare(relayTo({ authorize: 'public' }))).status, 200);
});

test('a preflight is answered for listed pages, with the headers that were asked for', async () => {
  const preflight = (origin) => relayTo()(new Request(`${RELAY}${used.site.url}/`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-wp-nonce' },
  }));
  const yes = await preflight(PAGE);
  assert.equal(yes.status, 204);
  assert.equal(yes.headers.get('access-control-allow-origin'), PAGE);
  assert.equal(yes.headers.get('access-control-allow-headers'), 'content-type,x-wp-nonce');
  const no = await preflight('https://evil.example');
  assert.equal(no.status, 403);
  assert.equal(no.headers.get('access-control-allow-origin'), null);
});

for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD']) {
  test(`${method} is not forwarded`, async () => {
    const response = await ask(relayTo(), `${used.site.url}/`, { method });
    assert.equal(response.status, 405);
    assert.match(response.headers.get('allow'), /GET, POST/);
    assert.equal(used.site.requests.length, 0);
  });
}

test('a body over the limit is refused by its length, and where that lies or is missing, by counting', async () => {
  const relay = relayTo({ maxBodyBytes: 1000 });
  const told = await submit(relay, { body: 'x'.repeat(1001), headers: { 'content-length': '1001' } });
  assert.equal(told.status, 413);
  let sent = 0;
  const endless = () => new ReadableStream({
    pull(controller) {
      // Without a bound this ends, too, and the test with it.
      if ((sent += 100) > 1_000_000) controller.close();
      else controller.enqueue(new Uint8Array(100));
    },
  }, { highWaterMark: 0 });
  const lying = () => new ReadableStream({
    pull: (c) => ((sent += 600) > 1_000_000 ? c.close() : c.enqueue(new Uint8Array(600))),
  }, { highWaterMark: 0 });
  for (const length of [undefined, '10']) {
    sent = 0;
    const body = length ? lying() : endless();
    const response = await submit(relay, { body, duplex: 'half', headers: length ? { 'content-length': length } : {} });
    assert.equal(response.status, 413, String(length));
    assert.ok(sent < 3000, `${sent} bytes were read`);
  }
});

test('a site that says nothing is given up', async () => {
  used.site.fault('mute');
  const response = await submit(relayTo({ timeout: 80 }), {
    body: '{}', headers: { 'content-type': 'application/json', 'x-wp-nonce': used.site.nonce.current('engine') },
  });
  assert.equal(response.status, 504);
  assert.equal(await (await used.site.requests.when('chat')).closed, 'aborted');
});

test('a site that cannot be used.reached is told without its address', async () => {
  const fetch = () => Promise.reject(new TypeError('connect ECONNREFUSED 10.1.2.3:443'));
  const response = await ask(relayTo({ fetch }), `${used.site.url}/`);
  assert.equal(response.status, 502);
  assert.doesNotMatch(await response.text(), /10\.1\.2\.3/);
});

test('a fetch that throws anything is a 502', async () => {
  for (const thrown of [undefined, null, 'text', 7]) {
    const response = await ask(relayTo({ fetch: () => Promise.reject(thrown) }), `${used.site.url}/`);
    assert.equal(response.status, 502, String(thrown));
    await response.text();
  }
});

test('what a site sends cannot run under the origin of the relay', async () => {
  const response = await ask(relayTo(), `${used.site.url}/`);
  assert.match(response.headers.get('content-type'), /text\/html/);
  assert.match(response.headers.get('content-security-policy'), /sandbox/);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  await response.text();
});

test('settings that would open it by mistake are refused', () => {
  const wrong = [
    {}, { allow: [] }, { allow: '*' }, { allow: ['*'] }, { allow: ['shop.example'] }, { allow: ['javascript:alert(1)'] },
    { allow: ['https://user:pass@shop.example'] }, { allow: [used.site.url], allowedOrigins: '*' },
    { allow: [used.site.url], allowedOrigins: ['*'] }, { allow: [used.site.url], allowedOrigins: ['https://*.example'] },
    { allow: [used.site.url], allowedOrigins: ['https://app.example/path'] }, { allow: [used.site.url], maxBodyBytes: -1 },
    { allow: [used.site.url], timeout: NaN },
  ];
  for (const options of wrong) {
    assert.throws(() => createRelay(options), (error) => error instanceof ChatError && error.code === 'input', JSON.stringify(options));
  }
});
