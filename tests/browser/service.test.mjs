// The demo with a service that takes a key: it is asked, the key goes to it and to nowhere else.

import assert from 'node:assert/strict';

import { askBy, choose, openSettings, say } from './browser.mjs';
import { startService } from './service.mjs';
import { visit } from './visit.mjs';

const KEY = 'sk-canary-0123456789';

const RECORDED = {
  others: 'stream-ascii.sse',
  think: 'stream-reasoning.sse',
  call: 'tools-after-reasoning.sse',
  refuse: 'error-401-wrong-key.json',
};
const others = async () => [await startService(RECORDED)];

async function connect(page, service) {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'gpt-4o' });
  await page.fill('#api-key', KEY);
}

/** Wherever a page keeps or shows things. */
const traces = (page) => page.evaluate(() => ({
  localStorage: JSON.stringify(localStorage),
  sessionStorage: JSON.stringify(sessionStorage),
  cookies: document.cookie,
  address: location.href,
  history: JSON.stringify(history.state),
  code: document.querySelector('#code').textContent,
  page: document.documentElement.outerHTML,
}));

async function assertNoTrace(page) {
  for (const [where, text] of Object.entries(await traces(page))) assert.ok(!text.includes('canary'), `the key is in ${where}`);
}

visit('a keyed service streams, and the key is its bearer', { others }, async (page, site, service) => {
  await connect(page, service);
  const { text, failure } = await say(page, 'Hi there');
  assert.equal(failure, undefined);
  assert.match(text, /^Hello from the mock model\./);
  assert.match(await page.locator('#timings').innerText(), /Pieces\s+\d/);
  const [{ path, headers, body }] = service.asked;
  assert.equal(path, '/v1/chat/completions');
  assert.equal(headers.authorization, `Bearer ${KEY}`);
  assert.deepEqual([body.model, body.messages], ['gpt-4o', [{ role: 'user', content: 'Hi there' }]]);
  assert.equal(site.requests.of('chat').length, 0, 'the local site has no part in it');
});

visit('the key is kept nowhere, shown nowhere, and forgotten at a reload', { others }, async (page, site, service) => {
  await connect(page, service);
  await assertNoTrace(page);
  await say(page, 'Hi there');
  await assertNoTrace(page);
  const code = await page.locator('#code').innerText();
  assert.ok(code.includes(`new OpenAiChat({ baseUrl: '${service.url}', apiKey: '…', allowBrowser: true })`), code);
  await openSettings(page);
  assert.match(await page.locator('#key-explained').innerText(), /in no storage and in no address/);
  assert.ok((await page.locator('#key-explained').innerText()).includes(service.origin), 'it says where the key goes');
  assert.deepEqual(
    await page.locator('#api-key').evaluate(({ type, autocomplete, name }) => [type, autocomplete, name]),
    ['password', 'off', ''],
  );
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.equal(await page.inputValue('#api-key'), '');
  assert.equal(await page.inputValue('input[name=baseUrl]'), service.url, 'the rest is remembered');
  await say(page, 'Hi again');
  assert.equal(service.asked[1].headers.authorization, undefined);
});

visit('an address brings no key', {}, async (page, site) => {
  await page.goto(`${site.url}/demo/?provider=OpenAiChat&model=m&apiKey=${KEY}`);
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.equal(await page.inputValue('select[name=provider]'), 'OpenAiChat');
  assert.equal(await page.inputValue('#api-key'), '');
});

visit('a key goes neither to the next provider nor through a relay', { others }, async (page, site, service) => {
  await choose(page, 'AiEngine', { proxy: `${site.url}/edge/relay/` });
  await askBy(page, 'relay');
  await connect(page, service);
  assert.equal(await page.locator('select[name=way]').isVisible(), false);
  assert.equal(await page.locator('input[name=proxy]').isVisible(), false);
  assert.match((await say(page, 'Hi there')).text, /^Hello from the mock model/);
  assert.equal(service.asked[0].headers.origin, site.origin, 'the page asked, nobody for it');
  assert.doesNotMatch(await page.locator('#code').innerText(), /proxy/);
  await openSettings(page);
  await page.selectOption('select[name=provider]', 'AiEngine');
  await page.selectOption('select[name=provider]', 'OpenAiChat');
  assert.deepEqual([await page.inputValue('#api-key'), await page.inputValue('input[name=baseUrl]')], ['', '']);
  assert.equal(await page.getAttribute('input[name=baseUrl]', 'placeholder'), 'https://api.openai.com/v1');
});

visit('what was said goes on as messages', { others }, async (page, site, service) => {
  await connect(page, service);
  const { text } = await say(page, 'Hi there');
  await say(page, 'And now?');
  assert.deepEqual(service.asked[1].body.messages, [
    { role: 'user', content: 'Hi there' }, { role: 'assistant', content: text }, { role: 'user', content: 'And now?' },
  ]);
});

visit('a thought is shown as one, before the text and not in it', { others }, async (page, site, service) => {
  await connect(page, service);
  const { reply, text } = await say(page, 'think');
  assert.equal(await reply.locator('.reasoning-block .reasoning-text').textContent(), 'Six times seven: сорок два.');
  assert.equal(await reply.locator('.reasoning-block').evaluate(({ open }) => open), false, 'it is folded as soon as the text begins');
  assert.match(text, /^The answer is 42/);
  assert.doesNotMatch(text, /seven/);
  assert.equal(await reply.locator('.call').count(), 0);
  await page.locator('#events summary').click();
  await page.locator('#event-list li').first().waitFor();
  assert.match(await page.locator('#event-list').textContent(), /reasoning"Six time"/);
  assert.notEqual(await reply.locator('.trace .reasoning').getAttribute('d'), '');
});

visit('a call of a tool is shown with its name and arguments, once and whole', { others }, async (page, site, service) => {
  await connect(page, service);
  const { reply, notes, failure } = await say(page, 'call');
  assert.equal(failure, undefined);
  assert.equal(await reply.locator('.call').count(), 1);
  assert.equal(await reply.locator('.call b').innerText(), 'get_weather');
  assert.deepEqual(JSON.parse(await reply.locator('.call pre').innerText()), { city: 'Köln', unit: 'celsius' });
  assert.deepEqual(notes, [], 'nobody calls that an empty reply');
  await page.locator('#events summary').click();
  await page.locator('#event-list li').first().waitFor();
  assert.match(await page.locator('#event-list').textContent(), /get_weather\(\{"city":"Köln","unit":"celsius"\}\)/);
});

visit('a wrong key is told in words, without the key', {
  others, allowed: (text) => /401/.test(text),
}, async (page, site, service) => {
  await connect(page, service);
  assert.match((await say(page, 'refuse')).failure, /wants a key[\s\S]*auth · HTTP 401/);
  await assertNoTrace(page);
});

/** Of the other services: recordings of a thought, calls and an image, the path of a call, the header of the key. */
const SERVICES = {
  OpenAiResponses: ['openai-responses', { think: 'stream-reasoning.sse', call: 'tools-after-reasoning.sse' }, '/v1/responses', 'authorization'],
  Anthropic: ['anthropic', { think: 'stream-thinking.sse', call: 'tools-after-thinking.sse' }, '/v1/messages', 'x-api-key'],
  Gemini: [
    'gemini', { think: 'stream-thinking.sse', call: 'tools-after-thinking.sse', draw: 'doc-image.sse' },
    '/v1/models/m:streamGenerateContent?alt=sse', 'x-goog-api-key',
  ],
  Ollama: ['ollama', { others: 'stream-ascii.ndjson', think: 'doc-thinking.ndjson', call: 'tools-after-text.ndjson' }, '/v1/api/chat', 'authorization'],
};

for (const [name, [folder, recorded, path, header]] of Object.entries(SERVICES)) {
  visit(`${name}: text, thought and call, and the key goes where it belongs`, {
    others: async () => [await startService({ others: 'stream-ascii.sse', ...recorded }, folder)],
  }, async (page, site, service) => {
    await choose(page, name, { baseUrl: service.url, model: 'm' });
    await page.fill('#api-key', KEY);
    const { text, failure, notes } = await say(page, 'Hi there');
    assert.deepEqual([failure, notes], [undefined, []]);
    assert.match(text, /^Hello from the mock model\./);
    assert.match(await page.locator('#timings').innerText(), /Pieces\s+\d\d/);

    const thought = await say(page, 'think');
    assert.ok((await thought.reply.locator('.reasoning-block .reasoning-text').textContent()).length > 5);
    assert.ok(thought.text.length > 0 && thought.failure === undefined);

    const call = await say(page, 'call');
    assert.deepEqual([call.failure, call.notes], [undefined, []]);
    assert.match((await call.reply.locator('.call b').allInnerTexts()).join('|'), /^(get_)?weather$/);
    assert.match(JSON.parse(await call.reply.locator('.call pre').innerText()).city, /^(Köln|Oslo)$/);

    if (recorded.draw) {
      const { reply } = await say(page, 'draw');
      assert.match(await reply.locator('.images img').getAttribute('src'), /^data:image\/png;base64,/);
    }
    if (name === 'Anthropic') assert.equal(service.asked[0].headers['anthropic-dangerous-direct-browser-access'], 'true');
    for (const { path: asked, headers } of service.asked) {
      assert.equal(asked, path);
      assert.deepEqual(Object.keys(headers).filter((key) => headers[key].includes(KEY)), [header]);
    }
    assert.equal(site.requests.of('chat').length, 0);
    assert.ok((await page.locator('#code').innerText()).includes(`new ${name}({ baseUrl: '${service.url}', apiKey: '…', allowBrowser: true })`));
    await assertNoTrace(page);
  });
}

visit('an image alone is a reply', {
  others: async () => [await startService({ others: 'doc-image.sse' }, 'gemini')],
}, async (page, site, service) => {
  await choose(page, 'Gemini', { baseUrl: service.url, model: 'm' });
  await page.evaluate(() => {
    const { fetch } = window;
    // The recording without the pieces of text.
    window.fetch = async (...given) => new Response((await (await fetch(...given)).text()).replaceAll(/"text":"[^"]*"/g, '"text":""'));
  });
  const { reply, text, notes } = await say(page, 'Draw');
  assert.deepEqual([text, notes], ['', []]);
  assert.equal(await reply.locator('.images img').count(), 1);
});

for (const colorScheme of ['light', 'dark']) {
  visit(`the settings of a service fit 320 px, ${colorScheme}`, {
    others, context: { colorScheme, viewport: { width: 320, height: 640 } },
  }, async (page, site, service) => {
    await connect(page, service);
    await say(page, 'call');
    await openSettings(page);
    assert.ok(await page.locator('#api-key').isVisible(), 'the settings are open');
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  });
}
