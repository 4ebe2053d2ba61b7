// Providers as values: metadata, models, copies, nonces, prompts, stores.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  AiEngine, Chatgpt4o, Chatgpt4Online, ChatError, Fallback, formatPrompt, Gemini, OpenAiChat, storageSession,
} from '../../dist/index.js';
import { ANSWER, assertWorks, chatError, PROMPT, until, useSite } from './helper.mjs';

const used = useSite();

test('the presets have the values of the source', () => {
  const { name, url, working, supportsStream, defaultModel, models, modelAliases } = Chatgpt4o;
  assert.deepEqual({ name, url, working, defaultModel, models, modelAliases }, {
    name: 'Chatgpt4o',
    url: 'https://chatgpt4o.one',
    working: false,
    defaultModel: 'gpt-4o-mini-2024-07-18',
    models: ['gpt-4o-mini-2024-07-18'],
    modelAliases: { 'gpt-4o-mini': 'gpt-4o-mini-2024-07-18' },
  });
  assert.equal(typeof supportsStream, 'boolean');
  assert.equal(Chatgpt4Online.url, 'https://chatgpt4online.org');
  assert.equal(Chatgpt4Online.defaultModel, 'gpt-4');
  assert.deepEqual(Chatgpt4Online.models, ['gpt-4']);
  assert.equal(Chatgpt4Online.working, false);
  assert.equal(Chatgpt4Online.needsAuth, false);
});

test('getModel resolves default and alias, and names the valid ones', () => {
  assert.equal(Chatgpt4o.getModel(), 'gpt-4o-mini-2024-07-18');
  assert.equal(Chatgpt4o.getModel('gpt-4o-mini'), 'gpt-4o-mini-2024-07-18');
  assert.equal(Chatgpt4Online.getModel('gpt-4'), 'gpt-4');
  assert.equal(used.engine.getModel('whatever'), 'whatever', 'no list is declared');
  assert.throws(() => Chatgpt4o.getModel('gpt-5'), (error) => {
    return error instanceof ChatError && error.code === 'model_not_found' && /gpt-4o-mini/.test(error.message);
  });
});

test('with gives a copy with other settings', async () => {
  const copy = Chatgpt4Online.with({ url: used.site.url });
  assert.ok(copy instanceof AiEngine && copy !== Chatgpt4Online);
  assert.equal(copy.url, used.site.url);
  assert.equal(copy.working, true);
  assert.equal(copy.name, 'Chatgpt4Online');
  assert.equal(copy.defaultModel, 'gpt-4');
  assert.equal(Chatgpt4Online.url, 'https://chatgpt4online.org');
  assert.equal(await copy.createAsync({ model: 'gpt-4', messages: PROMPT }), ANSWER);
});

test('settings are defaults of the options', async () => {
  const calls = [];
  const fetch = (url, init) => {
    calls.push(url);
    return globalThis.fetch(url, init);
  };
  const provider = new AiEngine({ url: used.site.url, fetch, headers: { 'X-Default': 'yes' }, coalesce: true });
  used.site.clear();
  await provider.createAsync({ messages: PROMPT });
  assert.ok(calls.length > 0);
  assert.equal(used.site.requests.of('chat')[0].headers['x-default'], 'yes');
  await provider.createAsync({ messages: PROMPT, headers: { 'X-Own': 'yes' } });
  assert.equal(used.site.requests.of('chat')[1].headers['x-own'], 'yes');
});

test('every provider streams from the site', async () => {
  const presets = [Chatgpt4Online, Chatgpt4o].map((preset) => preset.with({ url: used.site.url }));
  for (const provider of [...used.providers, ...presets]) {
    const reply = provider.createAsyncGenerator({ messages: PROMPT });
    const { pieces, error } = await until(reply);
    assert.equal(error, undefined);
    assert.equal(pieces.join(''), ANSWER, provider.name);
    assert.ok(pieces.length > 1, `${provider.name} came in one piece`);
    assert.equal(reply.provider, provider.name);
    // AI Engine does not tell how a reply ended.
    assert.equal(reply.finishReason, provider instanceof AiEngine ? 'unknown' : 'stop');
  }
});

test('createAsync asks AI Engine for the whole text, whose line breaks a stream would change', async () => {
  for (const provider of [used.engine, new Fallback([used.engine])]) {
    used.site.clear();
    assert.equal(await provider.createAsync({ messages: 'newlines please' }), 'first line\nsecond line\n\nthird paragraph');
    assert.equal(JSON.parse(used.site.requests.of('chat')[0].body).stream, false);
  }
  used.site.clear();
  const { pieces } = await until(used.engine.createAsyncGenerator({ messages: 'newlines please' }));
  assert.ok(pieces.length > 1 && pieces.join('').includes('  \n'));
});

test('apiEndpoint is the path below the address', () => {
  assert.equal(Chatgpt4Online.apiEndpoint, '/wp-json/mwai-ui/v1/chats/submit');
  assert.equal(Chatgpt4o.apiEndpoint, '/wp-admin/admin-ajax.php');
  assert.equal(new OpenAiChat({ apiKey: 'k' }).apiEndpoint, '/chat/completions');
  assert.equal(new Gemini({ apiKey: 'k' }).apiEndpoint, '/models/{model}:streamGenerateContent');
  assert.equal(new Fallback([Chatgpt4o]).apiEndpoint, '');
});

test('getNonce is the site\'s, from the store the second time', async () => {
  const entries = new Map();
  const session = {
    get: async (key) => entries.get(key),
    set: async (key, value) => void entries.set(key, value),
    delete: async (key) => void entries.delete(key),
  };
  for (const [i, plugin] of ['engine', 'power', 'puffer'].entries()) {
    const provider = used.providers[i].with({ session });
    used.site.clear();
    assert.equal(await provider.getNonce(), used.site.nonce.current(plugin), plugin);
    const asked = used.site.requests.length;
    assert.equal(await provider.getNonce(), used.site.nonce.current(plugin));
    assert.equal(used.site.requests.length, asked, `${plugin} asked again`);
  }
  assert.equal(entries.size, 3);
});

test('getNonce is the nonce of the settings where none is remembered', async () => {
  assert.equal(await new AiEngine({ url: 'https://unasked.example', nonce: 'abcdef1234' }).getNonce(), 'abcdef1234');
});

test('getNonce can be aborted', async () => {
  await assert.rejects(used.engine.getNonce({ signal: AbortSignal.abort('enough') }), (error) => error === 'enough');
});

test('a conversation goes on', async () => {
  const first = used.engine.createAsyncGenerator({ messages: 'one' });
  await first.text();
  const conversation = JSON.parse(JSON.stringify(first.conversation));
  used.site.clear();
  await used.engine.createAsync({ messages: 'two', conversation });
  assert.equal(JSON.parse(used.site.requests.of('chat')[0].body).chatId, conversation.chatId);
});

test('formatPrompt flattens turns as the source does', () => {
  assert.equal(formatPrompt('Hi'), 'Hi');
  assert.equal(formatPrompt([{ role: 'user', content: 'Hi' }]), 'Hi');
  const turns = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }];
  assert.equal(formatPrompt(turns), 'System: Be brief.\nUser: Hi\nAssistant:');
  assert.equal(formatPrompt(turns, { includeSystem: false }), 'User: Hi\nAssistant:');
  assert.equal(formatPrompt([{ role: 'user', content: 'Hi' }], { addSpecialTokens: true }), 'User: Hi\nAssistant:');
});

test('storageSession keeps nonces in a Storage, as long as they live', async () => {
  const items = new Map();
  const storage = {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
  const session = storageSession(storage);
  const provider = used.engine.with({ session });
  used.site.clear();
  await provider.createAsync({ messages: PROMPT });
  await provider.createAsync({ messages: PROMPT });
  assert.equal(used.site.requests.of('session').length, 1);
  assert.equal(items.size, 1);
  const [[key, kept]] = items;
  items.set(key, JSON.stringify({ ...JSON.parse(kept), until: Date.now() - 1 }));
  assert.equal(await session.get(key), undefined);
  items.set(key, 'somebody else wrote this');
  await provider.createAsync({ messages: PROMPT });
  assert.equal(used.site.requests.of('session').length, 2);
});

test('a storage that is full or forbidden costs a nonce request and no reply', async () => {
  const refuse = () => {
    throw new DOMException('no', 'QuotaExceededError');
  };
  const session = storageSession({ getItem: refuse, setItem: refuse, removeItem: refuse });
  assert.equal(await used.engine.with({ session }).createAsync({ messages: PROMPT }), ANSWER);
});

test('an expired nonce is renewed once, and nobody notices', async () => {
  await assertWorks(used);
  used.site.nonce.expire();
  used.site.clear();
  await assertWorks(used);
  assert.equal(used.site.requests.of('session').length, 1);
  assert.equal(used.site.requests.filter(({ url }) => url.endsWith('chats/submit')).length, 2);
});

test('a site without the plugin is told in words', async () => {
  used.site.set({ engine: 'none' });
  try {
    await chatError(used.engine.with({ botId: 'other' }).createAsync({ messages: PROMPT }), 'nonce', /No nonce found/);
  } finally {
    used.site.set({ engine: '3.6.2' });
  }
});
