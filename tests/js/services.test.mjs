// SERVICES: each is a setting of OpenAiChat that leads where it says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { OpenAiChat, SERVICES } from '../../dist/index.js';
import { says } from './services.mjs';

const KEY = 'sk-canary-0123456789';

/** What a service of these settings is asked. */
async function asked(settings, options) {
  const requests = [];
  const fetch = async (url, init) => {
    requests.push({ url, method: init.method, headers: new Headers(init.headers), body: JSON.parse(init.body) });
    return says('yes')();
  };
  const provider = new OpenAiChat({ ...settings, apiKey: KEY, defaultModel: 'm', fetch });
  assert.equal(await provider.createAsync({ messages: 'Hi', ...options }), 'yes');
  assert.equal(requests.length, 1);
  return { provider, ...requests[0] };
}

for (const [key, settings] of Object.entries(SERVICES)) {
  test(`${key}: over TLS or to this machine, to its own address, with the key as a Bearer`, async () => {
    const { protocol, hostname, search, hash } = new URL(settings.baseUrl);
    assert.ok(protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'), settings.baseUrl);
    assert.deepEqual([search, hash, settings.baseUrl.endsWith('/')], ['', '', false]);
    const { provider, url, method, headers, body } = await asked(settings);
    assert.deepEqual([url, method], [`${settings.baseUrl}/chat/completions`, 'POST']);
    assert.equal(headers.get('authorization'), `Bearer ${KEY}`);
    assert.deepEqual([provider.name, provider.url], [settings.name, settings.baseUrl]);
    const { model, messages, stream, stream_options: options, ...more } = body;
    assert.deepEqual({ model, messages, stream, more }, { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true, more: {} });
    assert.deepEqual(options, key === 'mistral' ? undefined : { include_usage: true });
  });
}

test('names and addresses are told apart', () => {
  const all = Object.values(SERVICES);
  for (const member of ['name', 'baseUrl']) assert.equal(new Set(all.map((settings) => settings[member])).size, all.length);
});

test("what a call adds leaves Mistral's request without stream_options", async () => {
  const { body } = await asked(SERVICES.mistral, { extra: { safe_prompt: true } });
  assert.deepEqual([body.safe_prompt, 'stream_options' in body], [true, false]);
});
