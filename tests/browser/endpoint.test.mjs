// The demo's third way: the page speaks with the endpoint alone, and the endpoint with the site.

import assert from 'node:assert/strict';

import { askBy, choose, say } from './browser.mjs';
import { GREETING, visit } from './visit.mjs';

/** What the page sends to the endpoint, and what else it sends, during a conversation. */
function watch(page) {
  const posts = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push({ path: new URL(request.url()).pathname, headers: request.headers(), body: request.postData() });
  });
  return posts;
}

const through = (page) => askBy(page, 'endpoint');

for (const provider of ['Chatgpt4Online', 'Chatgpt4o', 'AiEngine', 'AiPower', 'AiPuffer']) {
  visit(`${provider} through the endpoint: the same text, in pieces`, { delay: 20 }, async (page, site) => {
    const posts = watch(page);
    await choose(page, provider);
    await through(page);
    const { text, failure } = await say(page, 'Привет! Как дела?');
    assert.equal(failure, undefined);
    assert.equal(text, GREETING);
    assert.match(await page.locator('#timings').innerText(), /Pieces\s+1\d/);
    assert.deepEqual(posts.map(({ path }) => path), ['/edge/v1/chat/completions'], 'the page asks nobody else');
    assert.equal(JSON.parse(posts[0].body).model, provider);
    assert.deepEqual(await page.locator('#code').innerText().then((code) => code.split('\n').slice(0, 3)), [
      'import { OpenAiChat } from \'rivulet\';',
      `const chat = new OpenAiChat({ baseUrl: '${site.url}/edge/v1' });`,
      `const reply = chat.createAsyncGenerator({ messages: 'Привет! Как дела?', model: '${provider}' });`,
    ]);
  });
}

visit('a preset keeps its models at the endpoint', {}, async (page) => {
  const posts = watch(page);
  await choose(page, 'Chatgpt4Online');
  await through(page);
  const model = await page.locator('#models option').first().getAttribute('value');
  await page.fill('input[name=model]', model);
  assert.equal((await say(page, 'Hi there')).failure, undefined);
  assert.equal(JSON.parse(posts[0].body).model, `Chatgpt4Online:${model}`);
  assert.match(await page.locator('#code').innerText(), new RegExp(`model: 'Chatgpt4Online:${model}'`));
});

visit('what the endpoint decides is not asked, and comes back with the other ways', {}, async (page) => {
  await choose(page, 'AiEngine', { botId: 'support', page: '/elsewhere/', proxy: 'https://relay.example/' });
  const decided = ['url', 'botId', 'page', 'proxy'];
  const seen = () => Promise.all(decided.map((name) => page.locator(`input[name=${name}]`).isVisible()));
  assert.deepEqual(await seen(), [true, true, true, true]);
  await through(page);
  assert.deepEqual(await seen(), [false, false, false, false]);
  assert.doesNotMatch(await page.locator('#code').innerText(), /support|elsewhere|relay/);
  assert.equal((await say(page, 'Hi there')).failure, undefined);
  await askBy(page, 'direct');
  assert.equal(await page.inputValue('input[name=botId]'), 'support');
});

visit('no thread of the site goes through the endpoint, or comes from it; what was said goes along', {}, async (page, site) => {
  const posts = watch(page);
  await choose(page, 'AiEngine');
  await say(page, 'My name is Ada.');
  await through(page);
  await say(page, 'What is my name?');
  await askBy(page, 'direct');
  await say(page, 'And now?');
  const asked = posts.filter(({ path }) => path.includes('/edge/')).map(({ body }) => JSON.parse(body));
  assert.deepEqual(asked.map(({ messages }) => messages.map(({ role }) => role)), [['user', 'assistant', 'user']]);
  const threads = site.requests.of('chat').map(({ body }) => JSON.parse(body).chatId);
  assert.equal(new Set(threads).size, 3, `${threads}`);
});

visit('a thread belongs to the reply that it came with, whatever is chosen while that comes', { delay: 20 }, async (page, site) => {
  await choose(page, 'AiEngine');
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent !== '');
  await through(page);
  await page.waitForSelector('.reply:not(.waiting)');
  await say(page, 'And at the endpoint?');
  await askBy(page, 'direct');
  await say(page, 'And now?');
  await say(page, 'And again?');
  const [first, second, third, fourth] = site.requests.of('chat').map(({ body }) => JSON.parse(body).chatId);
  assert.equal(new Set([first, second, third]).size, 3, 'none goes to the endpoint, and none comes from it');
  assert.equal(fourth, third, 'and the site goes on with its own');
});

visit('the nonce is the endpoint\'s', {}, async (page, site) => {
  await choose(page, 'AiEngine');
  await through(page);
  await say(page, 'Hi there');
  assert.equal(site.requests.of('session').length, 1, 'there is one');
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['rivulet-demo'], 'settings alone are kept');
});

visit('the way outlives a reload, and an error of the endpoint is told in words', {
  allowed: (text) => /429|Failed to load resource/.test(text),
}, async (page) => {
  await choose(page, 'AiEngine');
  await through(page);
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  assert.equal(await page.inputValue('select[name=way]'), 'endpoint');
  assert.match((await say(page, 'ERR_429')).failure, /Too many messages[\s\S]*rate_limited/);
});
