// What the tests of the endpoint and the relay share: a site, a server that nobody may reach, and requests.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { after, before, beforeEach } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { AiEngine } from '../../dist/index.js';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';

export const KEY = 'sk-right-key-0123456789';
export const CHAT = '/v1/chat/completions';
export const MESSAGES = [{ role: 'user', content: 'Hi' }];
const ANSWER = replyTo(MESSAGES, 0);

/** A site for the tests of a file, and another server: every request that `reached` it is one too many. */
export function useSites() {
  const used = { site: undefined, elsewhere: '', reached: [] };
  let other;
  before(async () => {
    used.site = await startSite({ delay: 0 });
    other = createServer((incoming, outgoing) => {
      used.reached.push(incoming.url);
      outgoing.end('{}');
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    used.elsewhere = `http://127.0.0.1:${other.address().port}`;
  });
  after(() => {
    used.site.close();
    other.close();
  });
  beforeEach(() => {
    used.site.clear();
    used.reached.length = 0;
  });
  return used;
}

/** The endpoint with the site as the model `shop`. */
export const endpoint = ({ site }, options = {}) =>
  createHandler({ providers: { shop: new AiEngine({ url: site.url }) }, authorize: [KEY], ...options });

export function request(path, { body, headers = {}, method = body === undefined ? 'GET' : 'POST', ...init } = {}) {
  return new Request(`https://edge.example${path}`, {
    method,
    body: typeof body === 'object' && !(body instanceof ReadableStream) ? JSON.stringify(body) : body,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    ...init,
  });
}

/** Status and OpenAI's error object, whose form is checked. */
export async function refused(response) {
  assert.match(response.headers.get('content-type'), /^application\/json/);
  const { error, ...rest } = await response.json();
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
  assert.ok(error.message.length > 0);
  assert.match(response.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
  return { status: response.status, ...error };
}

export async function assertWorks(handler) {
  const response = await handler(request(CHAT, { body: { model: 'shop', messages: MESSAGES } }));
  assert.equal((await response.json()).choices[0].message.content, ANSWER);
}
