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

/** What the caller has to write in the places of an address. */
const filled = (settings) => ({ ...settings, baseUrl: settings.baseUrl.replace(/\{\w+\}/g, 'mine') });

/** Those that give token counts unasked, or refuse to be asked. */
const UNASKED = ['cohere', 'mistral', 'nvidia'];

for (const [key, preset] of Object.entries(SERVICES)) {
  test(`${key}: over TLS or to this machine, to its own address, with the key in its place`, async () => {
    const settings = filled(preset);
    const { protocol, hostname, search, hash } = new URL(settings.baseUrl);
    assert.ok(protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost'), settings.baseUrl);
    assert.deepEqual([search, hash, settings.baseUrl.endsWith('/')], ['', '', false]);
    const { provider, url, method, headers, body } = await asked(settings);
    assert.deepEqual([url, method], [`${settings.baseUrl}/chat/completions`, 'POST']);
    const [own, bearer] = key === 'azure' ? [KEY, null] : [null, `Bearer ${KEY}`];
    assert.deepEqual([headers.get('api-key'), headers.get('authorization')], [own, bearer]);
    assert.deepEqual([provider.name, provider.url], [settings.name, settings.baseUrl]);
    const { model, messages, stream, stream_options: options, ...more } = body;
    assert.deepEqual({ model, messages, stream, more }, { model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true, more: settings.extra ?? {} });
    assert.deepEqual(options, UNASKED.includes(key) ? undefined : { include_usage: true });
  });
}

test('names and addresses are told apart', () => {
  const all = Object.values(SERVICES);
  for (const member of ['name', 'baseUrl']) assert.equal(new Set(all.map((settings) => settings[member])).size, all.length);
});

test('no key goes to an address that has a place to be filled in', async () => {
  for (const settings of Object.values(SERVICES).filter(({ baseUrl }) => baseUrl.includes('{'))) {
    const fetch = () => assert.fail('nothing is to be sent');
    const provider = new OpenAiChat({ ...settings, apiKey: KEY, defaultModel: 'm', fetch });
    await assert.rejects(provider.createAsync({ messages: 'Hi' }), { code: 'input', message: /^baseUrl: write it out with your own / });
    await assert.rejects(provider.listModels(), { code: 'input' });
  }
});

test("what a call adds leaves Mistral's request without stream_options", async () => {
  const { body } = await asked(SERVICES.mistral, { extra: { safe_prompt: true } });
  assert.deepEqual([body.safe_prompt, 'stream_options' in body], [true, false]);
});
