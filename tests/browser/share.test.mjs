// The settings as a link: all of them come back, and no key is ever in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { looksLikeKey, readLink, shareLink } from '../../www/settings/share.js';
import { visit } from './visit.mjs';

const DEFAULTS = { provider: 'AiEngine', url: 'https://here.example', model: '', system: '', schema: '', temperature: '', most: 5, markdown: true };
const BASE = 'https://page.example/demo/?url=old#old';
const share = (settings, more) => shareLink(settings, { defaults: DEFAULTS, base: BASE, ...more });
const read = (url) => readLink(new URL(url), DEFAULTS);

test('what differs from the defaults comes back, and nothing else is in the link', () => {
  assert.equal(share(DEFAULTS).url, 'https://page.example/demo/');
  const { url, leftOut, warning } = share({ ...DEFAULTS, provider: 'Groq', markdown: false, most: 0 });
  assert.equal(url, 'https://page.example/demo/#provider=Groq&most=0&markdown=false');
  assert.deepEqual([leftOut, warning], [[], '']);
  assert.deepEqual(read(url), { provider: 'Groq', markdown: false, most: 0 });
});

test('long and odd values survive', () => {
  const odd = '&=#?%+ \n"{}<>\\ Привет 👩‍👩‍👧 مرحبا';
  const schema = JSON.stringify({ type: 'object', properties: Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`name ${index}`, { type: 'string', description: odd }])) });
  const { url, leftOut } = share({ ...DEFAULTS, system: odd.repeat(500), schema });
  assert.deepEqual(leftOut, []);
  assert.deepEqual(read(url), { system: odd.repeat(500), schema });
});

test('the first provider has plain names, the others a number before them', () => {
  const lanes = [{ provider: 'Groq', model: 'a' }, { provider: 'Gemini', url: 'https://x.example/?a=1&b=2' }, { provider: 'AiEngine', model: '' }];
  const { url } = share({ system: 'Be kind', lanes });
  assert.match(url, /#system=Be\+kind&provider=Groq&model=a&2\.provider=Gemini&2\.url=https%3A[^&]*&3\.provider=AiEngine$/);
  assert.deepEqual(read(url), { system: 'Be kind', provider: 'Groq', model: 'a', lanes: [
    { system: 'Be kind', provider: 'Groq', model: 'a' }, { provider: 'Gemini', url: 'https://x.example/?a=1&b=2' }, { provider: 'AiEngine' },
  ] });
});

test('an address by hand is read, and what is not known, of another type or no provider is not', () => {
  assert.deepEqual(readLink({ search: '?provider=Groq&odd=1&markdown=maybe&most=x&__proto__=1&constructor=2', hash: '#message' }, DEFAULTS), { provider: 'Groq' });
  assert.deepEqual(readLink({ search: '', hash: '#9.model=x&4.model=y&0.model=z' }, DEFAULTS), { lanes: [{}, { model: 'y' }] });
  assert.deepEqual(readLink({ search: '', hash: '' }, DEFAULTS), {});
});

const SOME_KEYS = [
  'sk-canary-0123456789', 'sk-proj-abcdefghijklmnop', 'sk_live_0123456789abcdef', 'gsk_0123456789abcdefABCD', 'AIzaSyA0123456789abcdefghijklmn', 'hf_0123456789abcdefABCDE',
  'Bearer abcdef0123456789', 'bearer  eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc', '0123456789abcdef0123456789abcdef', '0123456789ABCDEF0123456789ABCDEF00', 'xai-0123456789abcdefABCDEF',
  'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG', 'https://user:password@host.example/', 'https://host.example/?api_key=abc', 'Use the key sk-canary-0123456789 for this', 'Basic dXNlcjpwYXNzMQ==',
];
const NO_KEYS = [
  'https://api.groq.com/openai/v1', 'llama-3.3-70b-versatile', 'Qwen3-Coder-480B-A35B-Instruct-FP8', 'meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo', 'claude-sonnet-4-5-20250929',
  'Explain what bearer authentication is, and basic understanding of key-information-retrieval for task-oriented people.', 'deadbeef', '@cf/meta/llama-3.1-8b-instruct', '',
];

test('what looks like a key is told from words and names', () => {
  assert.deepEqual(SOME_KEYS.filter((text) => !looksLikeKey(text)), []);
  assert.deepEqual(NO_KEYS.filter((text) => looksLikeKey(text)), []);
});

test('no key is in a link, in whatever field and form, and the warning says where it was', () => {
  for (const key of SOME_KEYS) {
    const { url, leftOut, warning } = share({ ...DEFAULTS, apiKey: key, system: `Hello ${key}`, lanes: [{ model: key }, { url: key, apiKey: 'short' }] });
    assert.deepEqual(leftOut, ['model', 'system', 'apiKey', '2.url', '2.apiKey'], key);
    assert.match(warning, /^Left out, since there might be a key in it: model, system, apiKey, url of provider 2, apiKey of provider 2\. A link must hold no key/);
    assert.equal(url, 'https://page.example/demo/#2.provider=');
  }
  // One that looks like nothing, and is the key of the moment.
  const { url, leftOut } = share({ ...DEFAULTS, system: 'my plain canary word' }, { secrets: ['canary', ''] });
  assert.deepEqual([leftOut, url.includes('canary')], [['system'], false]);
});

test('a key in a link that somebody has made is not taken', () => {
  assert.deepEqual(readLink({ search: '?apiKey=abc&model=sk-canary-0123456789', hash: '#key=1&2.url=https://a:b@c.example' }), {});
});

visit('the button copies the link and says what was left out; where that is not allowed it shows the link', {
  context: { permissions: ['clipboard-read', 'clipboard-write'] },
}, async (page) => {
  await page.evaluate(async () => {
    const { shareButton, shareLink: make } = await import(new URL('./settings/share.js', document.baseURI));
    const container = document.createElement('div');
    container.id = 'try-share';
    document.querySelector('.panels').prepend(container);
    shareButton(container, () => make({ provider: 'Groq', model: 'sk-canary-0123456789' }));
  });
  const button = page.locator('#try-share button');
  const said = page.locator('#try-share [role=status]');
  await button.click();
  await said.getByText('Copied: the settings').waitFor();
  assert.match(await said.textContent(), /without keys\. Left out, since there might be a key in it: model\./);
  const url = `${page.url().replace(/[?#].*/, '')}#provider=Groq`;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), url);
  await page.evaluate(() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); });
  await button.click();
  await said.getByText('Not allowed to copy').waitFor();
  assert.equal(await page.locator('#try-share .share-field').inputValue(), url);
  assert.ok(await page.locator('#try-share .share-field').evaluate((field) => field === document.activeElement));
});
