// `rivulet/node`: requests as they come over a socket, and the process that must outlive all of them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { after, test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { toNodeListener } from '../../dist/node.js';
import { text, service, streams, end } from './services.mjs';
import { within } from './helper.mjs';

const servers = [];
after(() => Promise.all(servers.map((server) => {
  server.closeAllConnections?.();
  return new Promise((done) => server.close(done));
})));

async function listen(handler, options, make = createServer) {
  const server = make(toNodeListener(handler, options)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return server.address().port;
}

/** What comes back for these bytes, until the server closes or `isWhole` says so. */
async function raw(port, bytes, isWhole = () => false) {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part) => {
    answer += part;
    if (isWhole(answer)) socket.end();
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await within(10_000, once(socket, 'close'), `an answer to ${JSON.stringify(bytes.slice(0, 60))}`);
  return answer;
}

test('options that do not exist are refused', () => {
  assert.throws(() => toNodeListener(hello, { onerror: () => {} }), { name: 'TypeError', message: /'onerror' \(did you mean 'onError'\?\); it has env, onError$/ });
  assert.throws(() => toNodeListener(hello, { port: 80 }), { name: 'TypeError', message: /has no option 'port'; it has env, onError$/ });
  assert.throws(() => toNodeListener(hello, { onError: 'log' }), { name: 'TypeError', message: /onError must be a function/ });
  for (const options of [undefined, {}, { env: {} }, { onError: undefined }]) assert.equal(typeof toNodeListener(hello, options), 'function');
});

const statusOf = (answer) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const hello = () => new Response('hello');

test('requests that are no `Request` are 4xx, and the server goes on', async () => {
  let calls = 0;
  const port = await listen(() => {
    calls++;
    return hello();
  });
  const odd = [
    'TRACE / HTTP/1.1\r\nHost: a',
    'TRACK / HTTP/1.1\r\nHost: a',
    'GET / HTTP/1.1\r\nHost: a b',
    'GET / HTTP/1.1\r\nHost: user:pass@evil.example',
    'GET / HTTP/1.1\r\nHost: evil.example/x?',
    'GET / HTTP/1.1\r\nHost: a#b',
    'GET / HTTP/1.1\r\nHost: a:99999',
    'GET / HTTP/1.1\r\nHost: [::1',
    'GET / HTTP/1.1\r\nHost: \\\\evil',
    'GET http://evil.example/ HTTP/1.1\r\nHost: a',
    'OPTIONS * HTTP/1.1\r\nHost: a',
    'GET evil HTTP/1.1\r\nHost: a',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: a',
    'BREW / HTTP/1.1\r\nHost: a',
    'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b',
    '\0\0\0',
  ];
  for (const head of odd) {
    const answer = await raw(port, `${head}\r\nConnection: close\r\n\r\n`);
    // Node itself closes what its parser does not take, with 400 or without a word.
    assert.ok(answer === '' || (statusOf(answer) >= 400 && statusOf(answer) < 500), `${head}: ${answer.slice(0, 200)}`);
  }
  assert.equal(calls, 0, 'no handler saw one of them');
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello');
});

test('a path that begins with two slashes is a path', async () => {
  const port = await listen((request) => new Response(new URL(request.url).pathname));
  const answer = await raw(port, 'GET //evil.example/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(answer, /\/\/evil\.example\/x/);
});

test('what a handler throws is 500 without its words, and told to onError', async () => {
  const errors = [];
  const fail = (value) => () => { throw value; };
  const thrown = [fail(new Error('secret words')), fail(undefined), fail('text'), () => Promise.reject(new Error('secret words'))];
  let next = 0;
  const port = await listen(() => thrown[next++](), { onError: (error) => {
    errors.push(error);
    return Promise.reject(new Error('a log that fails'));
  } });
  for (let i = 0; i < thrown.length; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.status, 500);
    assert.ok(!(await response.text()).includes('secret'));
  }
  assert.equal(errors.length, thrown.length);
});

test('a handler that gives no Response is 500', async () => {
  const port = await listen(() => undefined);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 500);
});

test('status, headers, cookies and bodies pass in both directions', async () => {
  const port = await listen(async (request, env) => {
    const headers = new Headers({ 'x-a': '1', 'x-env': env.MARK });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    return new Response(`${request.method} ${request.headers.get('x-b')} ${await request.text()}`, { status: 418, headers });
  }, { env: { MARK: 'yes' } });
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'Привет', headers: { 'x-b': '2' } });
  assert.deepEqual([response.status, response.headers.get('x-a'), response.headers.get('x-env')], [418, '1', 'yes']);
  assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2']);
  assert.equal(await response.text(), 'POST 2 Привет');
});

test('HEAD and answers without a body have none', async () => {
  const port = await listen((request) => (request.method === 'HEAD' ? hello() : new Response(null, { status: 204 })));
  const head = await raw(port, 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.ok(head.endsWith('\r\n\r\n') && statusOf(head) === 200, head);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 204);
});

test('an answer comes while it grows, and a client that leaves stops it', async () => {
  let signal;
  let cancelled;
  const stopped = new Promise((resolve) => { cancelled = resolve; });
  const port = await listen((request) => {
    signal = request.signal;
    let sent = 0;
    const pull = (controller) => (sent++ < 3 ? controller.enqueue(new TextEncoder().encode('piece ')) : new Promise(() => {}));
    return new Response(new ReadableStream({ pull, cancel: cancelled }, { highWaterMark: 0 }));
  });
  const answer = await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', (so_far) => so_far.split('piece').length > 3);
  assert.equal(statusOf(answer), 200);
  await within(10_000, stopped, 'the body is cancelled');
  assert.equal(signal.aborted, true);
});

test('a request that is whole aborts nothing', async () => {
  let signal;
  const port = await listen((request) => {
    signal = request.signal;
    return hello();
  });
  await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
  assert.equal(signal.aborted, false);
});

test('a body that is refused while it comes gets its answer, and the connection is free again', async () => {
  const { provider } = service('m', streams([text('Hi'), ...end()]));
  const port = await listen(createHandler({ providers: { m: provider }, authorize: 'public', maxBodyBytes: 1024 }));
  const body = `400\r\n${'x'.repeat(1024)}\r\n`.repeat(64);
  const head = 'POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
  const answer = await raw(port, `${head}${body}0\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  assert.equal(statusOf(answer), 413, answer.slice(0, 200));
  assert.match(answer, /\{"status":"ok"\}/, 'the next request of the connection is answered');
});

test('a client that breaks off its body does not end the process', async () => {
  const port = await listen(async (request) => new Response(await request.text()));
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
  await once(socket, 'ready').catch(() => {});
  socket.destroy();
  assert.equal((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'whole' })).status, 200);
});

test('HTTP/2 works, too', async () => {
  const port = await listen((request) => new Response(`${new URL(request.url).host} ${request.headers.get('x-a')}`, { headers: { connection: 'close' } }), {}, createSecureServer);
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  const stream = client.request({ ':path': '/', 'x-a': '1' });
  let answer = '';
  stream.setEncoding('utf8').on('data', (part) => { answer += part; });
  const [head] = await once(stream, 'response');
  await once(stream, 'end');
  client.close();
  assert.deepEqual([head[':status'], answer], [200, `127.0.0.1:${port} 1`]);
});

test('a handler that is none is told at once', () => {
  assert.throws(() => toNodeListener(undefined), TypeError);
});
