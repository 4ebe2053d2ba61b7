// The code that the page shows: run in Node, it asks the same as the page did.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { launch, openPage, say, startDemo } from './browser.mjs';

const KEY = 'sk-placeholder-of-the-services';
const ROOT = new URL('../../', import.meta.url);

let browser;
let site;
before(async () => {
  [browser, site] = await Promise.all([launch(), startDemo()]);
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const service = (path) => `${site.url}/services/${path}`;
const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

/** What each case puts into the settings, as the page stores them. `content` is the question, if it is no text. */
const CASES = {
  'a site': () => ({ lanes: [{ provider: 'AiEngine', url: site.url }], system: 'Be "brief", it\'s \\ late.\n' }),
  'another bot and page': () => ({ lanes: [{ provider: 'AiPower', url: site.url, page: '/chat-power/' }] }),
  'a site that keeps the talk': () => ({ lanes: [{ provider: 'AiPuffer', url: site.url, page: '/chat-puffer/' }] }),
  'a preset and its model': () => ({ lanes: [{ provider: 'Chatgpt4o', url: site.url, page: '/chat-power/', model: 'gpt-4o-mini' }] }),
  'the relay': () => ({ lanes: [{ provider: 'AiEngine', url: site.url, way: 'relay' }] }),
  'another relay': () => ({ lanes: [{ provider: 'AiEngine', url: site.url, proxy: `${site.url}/edge/relay/` }] }),
  'the endpoint': () => ({ lanes: [{ provider: 'AiEngine', way: 'endpoint' }], maxTokens: '50' }),
  'a service with everything': () => ({
    lanes: [{ provider: 'OpenAiChat', baseUrl: service('chat/v1'), model: 'stub-small' }],
    system: 'Be brief.', temperature: '0.5', effort: 'low', maxTokens: '300', idle: '60', raw: true,
    schema: '{"type": "object", "properties": {"__proto__": {"type": "string"}, "a-b": {"enum": ["it\'s", "\\u2028"]}}}',
  }),
  'a service with tools': () => ({ lanes: [{ provider: 'OpenAiResponses', baseUrl: service('responses/v1'), model: 'stub-small' }], tools: true }),
  Anthropic: () => ({ lanes: [{ provider: 'Anthropic', baseUrl: service('anthropic/v1'), model: 'stub-small' }], tools: true, maxTokens: '99' }),
  Gemini: () => ({ lanes: [{ provider: 'Gemini', baseUrl: service('gemini/v1beta'), model: 'stub-small' }], temperature: '0' }),
  Ollama: () => ({ lanes: [{ provider: 'Ollama', baseUrl: service('ollama'), model: 'stub-small' }] }),
  'one of SERVICES': () => ({ lanes: [{ provider: 'deepseek', baseUrl: service('chat/v1'), model: 'stub-small' }], effort: 'high' }),
  'in turn, and the next one too after a while': () => ({
    lanes: [{ provider: 'OpenAiChat', baseUrl: service('nothing/v1'), model: 'm' }, { provider: 'Gemini', baseUrl: service('gemini/v1beta'), model: 'stub-small' },
      { provider: 'AiEngine', url: site.url }],
    together: 'fallback', hedgeAfter: '30',
  }),
  'side by side, of which some take tools': () => ({
    lanes: [{ provider: 'AiEngine', url: site.url, way: 'relay' }, { provider: 'OpenAiChat', baseUrl: service('chat/v1'), model: 'stub-small' },
      { provider: 'Anthropic', baseUrl: service('anthropic/v1'), model: 'stub-small' }],
    tools: true, system: 'Be brief.',
  }),
  'side by side': () => ({
    lanes: [{ provider: 'OpenAiChat', baseUrl: service('chat/v1'), model: 'stub-small' }, { provider: 'Ollama', baseUrl: service('ollama'), model: 'stub-large' }],
    tools: true,
  }),
  'a file': () => ({ lanes: [{ provider: 'Gemini', baseUrl: service('gemini/v1beta'), model: 'stub-small' }], image: PNG }),
  'a file alone': () => ({ lanes: [{ provider: 'OpenAiChat', baseUrl: service('chat/v1'), model: 'stub-small' }], image: PNG, prompt: '' }),
  'a long message': () => ({ lanes: [{ provider: 'Ollama', baseUrl: service('ollama'), model: 'stub-small' }], prompt: `It's "long" 😀 ${'and longer '.repeat(20)}` }),
};

for (const [name, settingsOf] of Object.entries(CASES)) {
  test(`the code asks what the page asks: ${name}`, async () => {
    const { image, prompt = 'Please calculate (17 + 4) * 2.5', ...settings } = settingsOf();
    const { page } = await openPage(browser, [site]);
    const asked = [];
    page.on('request', async (request) => {
      if (request.method() === 'POST') asked.push({ url: request.url(), body: request.postData() ?? '', headers: await request.allHeaders() });
    });
    await page.addInitScript((stored) => localStorage.setItem('rivulet-demo', stored), JSON.stringify(settings));
    await page.goto(`${site.url}/demo/`);
    await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
    for (const [index, { provider }] of settings.lanes.entries()) {
      if (!/^(?:Ai[EP]|Chatgpt|Ollama)/.test(provider)) await page.fill(`#api-key${index ? `-${index + 1}` : ''}`, KEY);
    }
    if (image) {
      await page.locator('#files input').setInputFiles([{ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(image.split(',')[1], 'base64') }]);
      await page.waitForFunction(() => document.querySelector('#files .file-chip img'));
    }
    await say(page, prompt);
    await page.waitForFunction(() => document.querySelectorAll('.reply.waiting').length === 0 && document.querySelector('#stop').hidden);
    const code = await page.locator('#code').innerText();
    await page.close();
    assert.deepEqual(comparable(await run(filled(code, { image, prompt }))), comparable(asked));
  });
}

test('the code says where a schema is not complete yet', async () => {
  const { page } = await openPage(browser, [site]);
  await page.addInitScript(() => localStorage.setItem('rivulet-demo', JSON.stringify({ schema: '{"type":' })));
  await page.goto(`${site.url}/demo/`);
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.match(await page.locator('#code').innerText(), /\/\/ responseFormat is missing/);
  await page.close();
});

/** The code with its keys, and with the rest of what is shown in part. */
function filled(code, { image, prompt }) {
  const string = (text) => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  let whole = code.replaceAll("apiKey: '…'", `apiKey: '${KEY}'`);
  if (image) whole = whole.replace(`${image.slice(0, 60)}…`, image);
  if (Array.from(prompt).length > 60) whole = whole.replace(`${string(Array.from(prompt).slice(0, 60).join(''))}…`, () => string(prompt));
  assert.ok(!whole.includes('…') || whole.includes('{ … }'), whole);
  return whole;
}

/** Runs a program in Node, where the package is known by its name, and gives the requests that it posts. */
async function run(code) {
  const program = `
    import { calculator, clock } from ${JSON.stringify(new URL('www/talk/tools.js', ROOT).href)};
    const posted = [];
    const real = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      if (request.method === 'POST') posted.push({ url: request.url, body: await request.clone().text(), headers: Object.fromEntries(request.headers) });
      // The relay is for pages.
      request.headers.set('origin', ${JSON.stringify(site.origin ?? site.url)});
      return real(request);
    };
    globalThis.document = { body: { append() {} } };
    const show = () => {};
    process.on('exit', () => console.log(JSON.stringify(posted)));
    ${code}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT });
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** Requests without what is random, or of the browser alone, in an order of their own, since several may be asked at once. */
function comparable(requests) {
  return requests.map(({ url, body, headers }) => {
    const { authorization, 'x-api-key': anthropic, 'x-goog-api-key': google } = headers;
    return { url, body: masked(body), authorization, anthropic, google };
  }).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

const RANDOM = /^(?:chatId|session|customId|messages\.\d+\.id|cache_key|session_id|conversation_uuid|user_client_message_id|wpaicg_chat_client_id|_(?:ajax_|wp)?nonce|_wpnonce|nonce|timestamp)$/;
function masked(body) {
  try {
    return JSON.parse(body, (name, value) => (RANDOM.test(name) || /^(?:call|toolu|fc|rs|msg)_/.test(value) ? 'random' : value));
  } catch {
    return [...new URLSearchParams(body)].map(([name, value]) => [name, RANDOM.test(name) ? 'random' : value]);
  }
}
