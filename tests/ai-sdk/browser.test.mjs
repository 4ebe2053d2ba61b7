// `useChat` in Chromium: a React page over a Worker on real workerd with `chatRoute`, and one without a server on a WordPress site with `chatTransport`.
// RIVULET_SCREENSHOTS=FOLDER keeps pictures of the pages.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { ROOT } from '../../scripts/lib/paths.mjs';
import { bundleWorker, startWorkerd } from '../../scripts/lib/workerd.mjs';
import { launch, openPage } from '../browser/browser.mjs';
import * as samples from '../clients/samples.mjs';
import { blobWord } from '../clients/script.mjs';
import { SERVICE_KEY, startServices } from '../clients/services.mjs';
import { packages } from '../clients/sdks/load.mjs';
import { startSite } from '../site/server.mjs';

const PAGE = '<!doctype html><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="page.js"></script>';
/** `@ai-sdk/react` by the version of `ai` that it is for. */
const VERSIONS = { 6: { ai: 'ai-6', '@ai-sdk/react': 'ai-sdk-react-3' }, 7: {} };
const dist = (name) => join(ROOT, 'dist', name);

let browser;
let services;
let workerd;
let site;
let folder;
const scripts = {};

async function script(alias) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'tests/ai-sdk/page/page.jsx')], bundle: true, format: 'esm', jsx: 'automatic', write: false, nodePaths: [await packages()],
    define: { 'process.env.NODE_ENV': '"production"' }, alias: { ...alias, 'rivulet/ai-sdk': dist('ai-sdk.js'), 'rivulet/wordpress': dist('wordpress.js') }, logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** Files of the page; its route, which is on the Worker. */
const files = (major) => (incoming, outgoing) => {
  const isScript = incoming.url.endsWith('.js');
  outgoing.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' }).end(isScript ? scripts[major] : PAGE);
};

async function route(incoming, outgoing) {
  const stop = new AbortController();
  outgoing.on('close', () => stop.abort());
  try {
    const answer = await fetch(`${workerd.url}${incoming.url}`, { method: incoming.method, headers: { 'content-type': 'application/json' }, body: Readable.toWeb(incoming), duplex: 'half', signal: stop.signal });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    await pipeline(Readable.fromWeb(answer.body), outgoing);
  } catch {
    outgoing.destroy();
  }
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-ai-sdk-'));
  [browser, services] = await Promise.all([launch(), startServices()]);
  const bundle = await bundleWorker(join(ROOT, 'tests/ai-sdk/page/worker.js'), folder, ROOT, {
    rivulet: dist('workerd/index.js'), 'rivulet/ai-sdk': dist('workerd/ai-sdk.js'), 'rivulet/tools': dist('workerd/tools.js'),
  });
  workerd = await startWorkerd(bundle, { env: { SERVICES_URL: services.url, SERVICE_KEY } });
  for (const [major, alias] of Object.entries(VERSIONS)) scripts[major] = await script(alias);
  site = await startSite({ delay: 5, mount: { '/app6/': files(6), '/app7/': files(7), '/api/': route } });
});
after(async () => {
  await browser?.close();
  await workerd?.stop();
  services?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

const prompt = (...lines) => ['Do as these lines say.', ...lines, '(end)'].join('\n');

async function open(path) {
  const opened = await openPage(browser, [site]);
  opened.page.setDefaultTimeout(10_000);
  await opened.page.goto(`${site.url}${path}`);
  return opened;
}

async function send(page, text, file) {
  await page.fill('textarea', text);
  if (file) await page.setInputFiles('input', file);
  await page.click('#send');
}

const ready = (page, status = 'ready') => page.waitForFunction((wanted) => document.querySelector('output').textContent === wanted, status);
/** Waits for what another process does, and tells of in no other way. */
async function until(isSo) {
  for (let left = 250; !isSo() && left > 0; left--) await pause(20);
}
const last = (page) => page.locator('article').last();
const texts = (page, kind = '.text') => last(page).locator(kind).allInnerTexts();
const picture = async (page, name) => {
  const where = process.env.RIVULET_SCREENSHOTS;
  if (where) await page.screenshot({ path: join(where, `${name}.png`), fullPage: true });
};

for (const major of [6, 7]) {
  test(`a page with ai ${major} over a Worker`, { timeout: 60_000 }, async () => {
    const { page, complaints, strangers } = await open(`/app${major}/`);
    await send(page, prompt('%think I must look.', '%say Hello, 你好!'));
    await last(page).getByText('Hello, 你好!').waitFor();
    await ready(page);
    assert.deepEqual([await texts(page, '.reasoning'), await texts(page)], [['I must look.'], ['Hello, 你好!']]);
    assert.equal(await last(page).getAttribute('data-tokens'), '37');

    // A tool of the Worker, with what the model thought before.
    await send(page, prompt('%think I must look.', '%call get_weather {"city":"Oslo"}', '%then', '%say It is.'));
    await last(page).getByText('It is.').waitFor();
    await ready(page);
    assert.deepEqual(await last(page).locator('code').allInnerTexts(), ['tool-get_weather {"city":"Oslo"} "12 degrees in Oslo"']);
    assert.deepEqual(await texts(page), ['It is. result[12 degrees in Oslo] state[back]']);

    // A tool of the page, whose result goes back by itself, once.
    const before = services.asked.length;
    await send(page, prompt('%think I must ask.', '%call where_am_i {}', '%then', '%say Here.'));
    await last(page).getByText('Here.').waitFor();
    await ready(page);
    assert.deepEqual(await texts(page), ['Here. result[Oslo] state[back]']);
    assert.equal(services.asked.length - before, 2);
    await picture(page, `route-${major}-tools`);

    await send(page, prompt('%say Seen.'), { name: 'a.png', mimeType: 'image/png', buffer: samples.PICTURE });
    await last(page).getByText('Seen.').waitFor();
    await ready(page);
    assert.deepEqual(await texts(page), [`Seen. ${blobWord('picture', { type: 'image/png', bytes: samples.PICTURE })}`]);
    assert.equal(await page.locator('article[data-role=user] img').count(), 1);

    const asked = services.asked.length;
    await page.click('#again');
    await until(() => services.asked.length > asked);
    await ready(page);
    assert.match((await texts(page)).join(''), /^Seen\. picture/);
    assert.equal(await page.locator('article').count(), 8);

    // Stopped half-way: the service hears of it, and the text so far stays.
    await send(page, prompt('%say one two three four five six seven eight', '%pieces 30', '%pause 100'));
    await last(page).getByText('one').waitFor();
    await page.click('#stop');
    await ready(page);
    const stopped = services.asked.at(-1);
    await until(() => stopped.closed);
    assert.equal(stopped.closed, 'aborted');
    assert.doesNotMatch((await texts(page)).join(''), /eight/);

    await send(page, prompt('%overloaded'));
    await ready(page, 'error');
    assert.equal(await page.locator('[role=alert]').innerText(), 'The service is busy.');
    await picture(page, `route-${major}-error`);
    assert.deepEqual([complaints, strangers], [[], []]);
    await page.close();
  });

  test(`a page with ai ${major} on a WordPress site, without a server`, { timeout: 60_000 }, async () => {
    site.clear();
    const { page, complaints, strangers } = await open(`/app${major}/?site`);
    for (const words of ['Hi there', 'And again']) {
      await send(page, words);
      await page.waitForFunction((count) => document.querySelectorAll('article').length === count, words === 'Hi there' ? 2 : 4);
      await ready(page);
      assert.match((await texts(page)).join(''), /^Hello from the stub model/);
    }
    const chats = site.requests.of('chat');
    assert.equal(chats.length, 2);
    const [first, second] = chats.map(({ body }) => (typeof body === 'string' ? JSON.parse(body) : body));
    assert.equal(second.chatId, first.chatId, 'the site has one conversation');
    await picture(page, `site-${major}`);

    await send(page, 'slow please');
    await page.locator('article[data-role=assistant]').nth(2).locator('.text').waitFor();
    const request = site.requests.of('chat').at(-1);
    await page.click('#stop');
    await ready(page);
    assert.equal(await request.closed, 'aborted');

    site.fault({ name: 'status', status: 403, times: 9 });
    await send(page, 'fail');
    await ready(page, 'error');
    assert.match(await page.locator('[role=alert]').innerText(), /403/, 'the error is that of the provider');
    await picture(page, `site-${major}-error`);
    assert.deepEqual([complaints.filter((complaint) => !/status of 403/.test(complaint)), strangers], [[], []]);
    await page.close();
  });
}
