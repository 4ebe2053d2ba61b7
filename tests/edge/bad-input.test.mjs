// Bad input of the endpoint: 4xx in OpenAI's form, never a hang, the site untouched, and the next request works.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertWorks, CHAT, endpoint, MESSAGES, refused, request, useSites } from './helper.mjs';

const used = useSites();

test('a body over the limit is 413, whatever its length says', async () => {
  const handler = endpoint(used, { maxBodyBytes: 2_000 });
  const big = { model: 'shop', messages: [{ role: 'user', content: 'x'.repeat(2_000) }] };
  assert.equal((await refused(await handler(request(CHAT, { body: big })))).status, 413);
  assert.equal((await refused(await handler(request(CHAT, { body: big, headers: { 'content-length': '10' } })))).status, 413);
  let sent = 0;
  const endless = new ReadableStream({
    // Without a bound this ends, too, and the test with it.
    pull(c) { if ((sent += 500) > 1_000_000) c.close(); else c.enqueue(new Uint8Array(500).fill(32)); },
  }, { highWaterMark: 0 });
  assert.equal((await refused(await handler(request(CHAT, { body: endless, duplex: 'half' })))).status, 413);
  assert.ok(sent < 5_000, `${sent} bytes were read`);
  const told = await handler(request(CHAT, { body: '{}', headers: { 'content-length': '99999999' } }));
  assert.equal((await refused(told)).status, 413);
  assert.equal(used.site.requests.length, 0);
});

test('a body that breaks is no 5xx', async () => {
  const broken = new ReadableStream({ pull(c) { c.error(new Error('gone')); } }, { highWaterMark: 0 });
  const response = await endpoint(used)(request(CHAT, { body: broken, duplex: 'half' }));
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
    const handler = endpoint(used);
    assert.equal((await refused(await handler(request(CHAT, { body })))).status, 400);
    if (!/messages|message|role|content|assistant|choices/.test(name)) {
      assert.equal((await refused(await handler(request('/v1/responses', { body })))).status, 400);
    }
    assert.equal(used.site.requests.length, 0);
    await assertWorks(handler);
  });
}

test('what a Responses request cannot have is told', async () => {
  for (const [more, message] of [
    [{ input: undefined }, /input/], [{ input: 5 }, /input/], [{ input: [{ type: 'item_reference', id: 'x' }] }, /item_reference/],
    [{ previous_response_id: 'resp_1' }, /previous_response_id/],
  ]) {
    const told = await refused(await endpoint(used)(request('/v1/responses', { body: { model: 'shop', input: 'Hi', ...more } })));
    assert.equal(told.status, 400);
    assert.match(told.message, message);
  }
});

test('routes, methods and types', async () => {
  const handler = endpoint(used);
  for (const path of ['/', '/v1', '/v1/', '/v2/models', '/v1/audio/speech', '/admin', '/v1/chat', '/..%2fhealth', '/v1/v1/models']) {
    assert.equal((await refused(await handler(request(path)))).status, 404, path);
  }
  for (const [path, method, allow] of [
    [CHAT, 'GET', 'POST, OPTIONS'], [CHAT, 'PUT', 'POST, OPTIONS'], ['/v1/models', 'POST', 'GET, HEAD, OPTIONS'],
    ['/health', 'DELETE', 'GET, HEAD, OPTIONS'], ['/v1/responses', 'PATCH', 'POST, OPTIONS'], ['/v1/embeddings', 'GET', 'POST, OPTIONS'],
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
