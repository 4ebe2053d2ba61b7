// Each file of docs/recipes runs as it is printed, in a process of its own or in Chromium, with the packages it names; what it asks on the
// network, the site and the stub services of `npm start` answer.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { startLocalSite } from '../../scripts/lib/local-site.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { SERVICE_KEY } from '../clients/services.mjs';
import { bundled } from './bundled.mjs';
import { bodyOf, sources, workshop } from './workshop.mjs';
import { launch, openPage } from '../browser/browser.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');

const recipes = await sources('docs/recipes');
const tried = new Set();
let site;
let shop;
let browser;

before(async () => {
  [site, browser] = await Promise.all([startLocalSite({ delay: 10, port: 0 }), launch()]);
  shop = await workshop({ ...recipes, 'photo.png': PNG, 'report.pdf': PDF });
});
after(async () => {
  await browser?.close();
  await shop?.remove();
  await site?.close();
});

const environment = () => ({ ...process.env, LOCAL: site.url, OPENAI_API_KEY: SERVICE_KEY, ANTHROPIC_API_KEY: SERVICE_KEY, NODE_ENV: 'production' });
const preload = ['--import', new URL('preload.mjs', import.meta.url).href];

/** A recipe that is a program: what it prints. */
function program(name, check) {
  tried.add(name);
  test(name, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...preload, name], { cwd: shop.folder, env: environment(), timeout: 60_000 });
    assert.equal(stderr, '');
    check(stdout);
  });
}

program('site.js', (printed) => assert.match(printed, /^Hello from the stub model\. You said: "Do you ship to Norway\?"/));
program('tools.js', (printed) => {
  assert.match(printed, /The tool says: \{"city":"Oslo","celsius":21\}\.\n3 messages, 74 tokens/);
});
program('image.js', (printed) => assert.match(printed, /^You asked: "What is in this photo\?"\. I see picture\[image\/png 70 [0-9a-f]{8}\]\./));
program('pdf.js', (printed) => assert.match(printed, /I see file\[application\/pdf \d+ [0-9a-f]{8}\]\./));
program('schema.js', (printed) => {
  assert.match(printed, /^0 days so far\n/);
  assert.match(printed, /\n2 days so far\n/);
  assert.match(printed, /\nLisbon Lisbon, Lisbon\n$/);
});
program('reasoning.js', (printed) => {
  assert.match(printed, /thinks: /);
  assert.match(printed, /You asked: "And in a leap year\?"\. Before that you asked "How many days/);
});
program('stop-and-retry.js', (printed) => {
  const [first, second] = printed.split(/\nstopped after \d+ letters; again:\n/);
  assert.ok(first.length > 0 && second.startsWith(first), printed);
  assert.match(second, /\ndone\n$/);
});
program('fallback.js', (printed) => {
  assert.match(printed, /^\[Anthropic asked\]/);
  assert.match(printed, /You asked: "Hello"\./);
  assert.match(printed, /from Anthropic\n$/);
});
program('from-openai.js', (printed) => assert.match(printed, /^You asked: "Say hello\."\.You asked: "Say hello\."\.\n$/));
program('from-ai-sdk.js', (printed) => {
  assert.match(printed, /The tool says: .*21 degrees in Oslo/);
  assert.match(printed, /Norway/);
});
program('from-g4f.js', (printed) => assert.match(printed, /^Hello from the stub model.*Hello from the stub model/s));

/** A recipe that answers requests: `serve(module)` is run in a process with it, and prints its address. */
function server(name, serve, check) {
  tried.add(name);
  test(name, async () => {
    const source = `import * as recipe from './${name}';\nimport { createServer } from 'node:http';\nimport { toNodeListener } from 'rivulet/node';\n${serve}`;
    const child = spawn(process.execPath, [...preload, '--input-type=module', '--eval', source], { cwd: shop.folder, env: { ...environment(), PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = await once(child.stdout, 'data');
      await check(`http://127.0.0.1:${String(line).trim()}`);
    } finally {
      child.kill();
    }
  });
}

const LISTEN = 'const listening = (server) => server.on("listening", () => console.log(server.address().port));\n';
const post = (url, body, headers = {}) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
const messages = [{ role: 'user', content: 'Hello' }];

server('express.js', 'recipe.server.on("listening", () => console.log(recipe.server.address().port));', async (url) => {
  assert.equal(await (await post(`${url}/chat`, { messages })).text(), 'You asked: "Hello".');
  const wrong = await post(`${url}/chat`, { messages: [] });
  assert.deepEqual([wrong.status, await wrong.json()], [400, { error: 'input' }]);
});
server('hono.js', `${LISTEN}listening(createServer(toNodeListener(recipe.default.fetch)).listen(0, '127.0.0.1'));`, async (url) => {
  assert.equal(await (await post(`${url}/chat`, { messages })).text(), 'You asked: "Hello".');
});
server('next-route.js', `${LISTEN}listening(createServer(toNodeListener(recipe.POST)).listen(0, '127.0.0.1'));`, async (url) => {
  const response = await post(`${url}/api/chat`, { id: 'c', trigger: 'submit-message', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] });
  assert.equal(response.headers.get('x-vercel-ai-ui-message-stream'), 'v1');
  const chunks = (await response.text()).trim().split('\n\n').map((line) => line.slice(6));
  assert.equal(chunks.at(-1), '[DONE]');
  const text = chunks.slice(0, -1).map((line) => JSON.parse(line)).filter(({ type }) => type === 'text-delta').map(({ delta }) => delta).join('');
  assert.equal(text, 'You asked: "Hello".');
});
server('worker.js', `${LISTEN}const env = { OPENAI_API_KEY: process.env.OPENAI_API_KEY, CLIENT_KEY: 'right' };
listening(createServer(toNodeListener((request) => recipe.default.fetch(request, env))).listen(0, '127.0.0.1'));`, async (url) => {
  const body = { model: 'chat', messages };
  assert.equal((await post(`${url}/v1/chat/completions`, body)).status, 401);
  const answer = await (await post(`${url}/v1/chat/completions`, body, { authorization: 'Bearer right' })).json();
  assert.equal(answer.choices[0].message.content, 'You asked: "Hello".');
});

/** A recipe that is a component of a page, mounted by `mount`. */
function component(name, mount) {
  tried.add(name);
  test(`${name}, in Chromium: send, stop, a failure and Retry`, async () => {
    const page = await inPage(`import Chat from './${name}';\n${mount}`);
    try {
      const { page: tab } = page;
      const ask = async (question) => {
        await tab.getByRole('textbox').fill(question);
        await tab.getByRole('button', { name: 'Send' }).click();
      };
      await ask('Hello');
      await tab.getByRole('button', { name: 'Send' }).waitFor();
      const said = () => tab.locator('form > p').allInnerTexts();
      await tab.locator('p.assistant').waitFor();
      await tab.waitForFunction(() => /Hello from the stub model/.test(document.querySelector('p.assistant')?.textContent));
      await tab.getByRole('button', { name: 'Send' }).waitFor();
      assert.equal((await said()).length, 2);
      // A site that is down, then up again.
      await tab.route('**/wp-json/mwai-ui/**', (route) => route.abort());
      await ask('Once more');
      await tab.getByRole('alert').waitFor();
      await tab.unroute('**/wp-json/mwai-ui/**');
      await tab.getByRole('button', { name: 'Retry' }).click();
      await tab.waitForFunction(() => document.querySelectorAll('p.assistant').length === 2);
      await tab.getByRole('button', { name: 'Send' }).waitFor();
      assert.equal(await tab.getByRole('alert').count(), 0);
      // Stopped in the midst of a long answer, the text stays as it is.
      await ask('a long story, please');
      await tab.waitForFunction(() => document.querySelectorAll('p.assistant').length === 3);
      await tab.getByRole('button', { name: 'Stop' }).click();
      await tab.getByRole('button', { name: 'Send' }).waitFor();
      assert.match((await said()).at(-1), /^Once there was/);
      assert.doesNotMatch((await said()).at(-1), /talking ever since/);
    } finally {
      await page.close();
    }
  });
}

/** A page on the site's own origin with this program. */
async function inPage(source) {
  const script = await bundled(shop.folder, source, { 'https://shop.example': site.url, 'process.env.NODE_ENV': '"production"' });
  const opened = await openPage(browser, [site]);
  await opened.page.route(`${site.url}/recipe/**`, (route) => (route.request().url().endsWith('.js')
    ? route.fulfill({ contentType: 'text/javascript', body: script })
    : route.fulfill({ contentType: 'text/html', body: '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><main></main><script type="module" src="main.js"></script>' })));
  await opened.page.goto(`${site.url}/recipe/`);
  return { ...opened, close: () => opened.page.close() };
}

component('react.jsx', "import { createElement } from 'react';\nimport { createRoot } from 'react-dom/client';\ncreateRoot(document.querySelector('main')).render(createElement(Chat));");
component('vue.vue', "import { createApp } from 'vue';\ncreateApp(Chat).mount('main');");
component('svelte.svelte', "import { mount } from 'svelte';\nmount(Chat, { target: document.querySelector('main') });");

tried.add('keep-a-talk.js');
test('keep-a-talk.js, in Chromium: the talk is there after a reload', async () => {
  const { page, complaints, close } = await inPage("import * as talk from './keep-a-talk.js';\nglobalThis.talk = talk;");
  try {
    const ask = (question) => page.evaluate(async (question) => {
      let text = '';
      await talk.ask(question, (piece) => { text += piece; });
      return text;
    }, question);
    const answer = await ask('Hello');
    assert.match(answer, /^Hello from the stub model/);
    await page.reload();
    await page.waitForFunction(() => globalThis.talk);
    const kept = await page.evaluate(() => talk.messages());
    assert.deepEqual(kept.map(({ role, content }) => [role, content]), [['user', 'Hello'], ['assistant', answer]]);
    await ask('And now?');
    assert.equal((await page.evaluate(() => talk.messages())).length, 4);
    await page.evaluate(() => talk.forget());
    assert.equal(await page.evaluate(() => localStorage.getItem('talk')), null);
    assert.deepEqual(complaints, []);
  } finally {
    await close();
  }
});

test('each recipe was tried, and is in the index', async () => {
  assert.deepEqual([...tried].sort(), Object.keys(recipes));
  const index = await readFile(join(ROOT, 'docs/recipes/README.md'), 'utf8');
  for (const name of tried) assert.ok(index.includes(`](${name})`), `docs/recipes/README.md has no link to ${name}`);
});

test('README.md shows these recipes, word for word', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  for (const name of ['site.js', 'tools.js', 'schema.js', 'fallback.js']) assert.ok(readme.includes(`\`\`\`js\n${bodyOf(recipes[name])}\`\`\``), name);
});
