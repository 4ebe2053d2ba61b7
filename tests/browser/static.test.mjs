// The demo as files (`npm run build -- --demo`), on a server that knows nothing of it: under some path, and without any header but the type.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { headersFile, howToHost, MARK, modulesOf, policyOfPage, requireFree, sizesOf, writeDemo } from '../../scripts/lib/static-demo.mjs';
import { CONTENT_SECURITY_POLICY, HEADERS } from '../../scripts/serve.mjs';
import { choose, launch, openPage, say } from './browser.mjs';
import { set } from './controls.mjs';
import { startService as startRecorded } from './service.mjs';
import { hostOf } from './static-host.mjs';
import { DONE, frame, inParts, startService, textReply } from './stream.mjs';

const PREFIX = '/any/folder/';

let browser;
let folder;
let files;
let host;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-static-'));
  files = await writeDemo(join(folder, 'demo'));
  host = await startHost(join(folder, 'demo'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  host?.close();
  await rm(folder, { recursive: true, force: true });
});

/** `missed` are the paths that it was asked for in vain. */
async function startHost(root) {
  const missed = [];
  const server = createServer(hostOf(root, PREFIX, missed)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${/** @type {any} */ (server.address()).port}`;
  return { origin, url: `${origin}${PREFIX}`, missed, close: () => { server.closeAllConnections(); server.close(); } };
}

/** The page is opened, and at the end nothing may have gone wrong but what is `allowed`. */
function visitHost(name, { others: open = async () => [], allowed = () => false, search = '' }, work) {
  test(name, async () => {
    const others = await open();
    host.missed.length = 0;
    const { page, complaints, strangers } = await openPage(browser, [host, ...others]);
    try {
      await page.goto(host.url + search);
      await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
      await work(page, ...others);
      assert.deepEqual(complaints.filter((complaint) => !allowed(complaint)), []);
      assert.deepEqual(strangers, []);
      assert.deepEqual(host.missed, [], 'it asks its host for nothing that is not there');
    } finally {
      await page.close();
      for (const each of others) await each.close();
    }
  });
}

visitHost('a service of another origin streams to a page that is nothing but files', {
  others: async () => [await startRecorded({ others: 'stream-ascii.sse' })],
}, async (page, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await page.fill('#api-key', 'sk-none');
  const { text, failure, notes } = await say(page, 'Hi there');
  assert.deepEqual([failure, notes], [undefined, []]);
  assert.match(text, /^Hello from the mock model\./);
  assert.match(await page.locator('#timings').innerText(), /Pieces\s+\d\d/);
  assert.equal(service.asked.length, 1);
});

visitHost('Markdown is rendered, by the library in the folder', {
  others: async () => [await startService(textReply(['| a | b |\n|---|---|\n', '| 1 | **2** |\n\n```js\nlet x;\n```\n']))],
}, async (page, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  const { reply } = await say(page, 'Hi there');
  assert.equal(await reply.locator('.content td strong').innerText(), '2');
  assert.equal(await reply.locator('.code-block pre').innerText(), 'let x;\n');
});

/** A service that calls the calculator, and then answers. */
function startCalling() {
  const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'calculate', arguments: '{"expression":"6 * 7"}' } };
  const replies = [inParts(frame({ tool_calls: [call] }) + DONE), textReply(['It is **42**.'])];
  return startService((response) => replies.shift()(response));
}

visitHost('tools run, and a reload shows the talk again', { others: async () => [await startCalling()] }, async (page, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await set(page, { tools: true });
  const { reply, failure } = await say(page, 'What is 6 * 7?');
  assert.equal(failure, undefined);
  await reply.locator('.call summary').waitFor();
  assert.match(await reply.locator('.call').textContent(), /calculate[^]*42/);
  assert.equal(await reply.locator('.content strong').innerText(), '42');
  await page.waitForFunction(() => document.querySelectorAll('.talk-row').length === 1);
  await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 100); }));
  await page.reload();
  await page.waitForSelector('.reply:not(.waiting) .content strong');
  assert.equal(await page.locator('.you .content').innerText(), 'What is 6 * 7?');
  assert.match(await page.locator('.reply .call').textContent(), /calculate[^]*42/);
  assert.equal(await page.locator('.talk-row').count(), 1);
});

visitHost('it begins with a service and says what to enter, and offers neither a local site nor relay and endpoint', {}, async (page) => {
  assert.equal(await page.inputValue('select[name=provider]'), 'OpenAiChat');
  assert.match(await page.locator('#hosted').innerText(), /no chatbot of its own/);
  assert.ok(await page.locator('#api-key').isVisible(), 'the field for the key is in sight');
  await choose(page, 'AiEngine');
  assert.equal(await page.inputValue('input[name=url]'), '', 'the address is not that of the host');
  assert.equal(await page.locator('#local').isVisible(), false);
  assert.equal(await page.locator('select[name=way]').isVisible(), false);
  assert.match((await say(page, 'Hi there')).failure, /address/i, 'an address that is missing is told in words');
});

visitHost('a link holds the settings, and a way that this host has not is none', {
  search: '?provider=AiPuffer&url=https://shop.example&way=endpoint',
}, async (page) => {
  assert.equal(await page.inputValue('select[name=provider]'), 'AiPuffer');
  assert.match(await page.locator('#code').innerText(), /new AiPuffer\(\{ url: 'https:\/\/shop\.example' \}\)/);
  await page.evaluate(() => { location.hash = '#provider=AiPower&url=https://other.example&way=endpoint'; });
  await page.waitForFunction(() => /new AiPower\(\{ url: 'https:\/\/other\.example' \}\)/.test(document.querySelector('#code').textContent));
});

visitHost('the policy in the page is in force', { allowed: (text) => /policy: script-src|inline script|Content Security Policy/i.test(text) }, async (page) => {
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.head.append(script);
    return 'ran' in window;
  });
  assert.equal(ran, false);
});

test('page and _headers have their policy from the same place, and the page leaves out only what a page cannot say', async () => {
  const html = await readFile(join(folder, 'demo', 'index.html'), 'utf8');
  const inPage = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)?.[1];
  assert.deepEqual(CONTENT_SECURITY_POLICY.split('; ').filter((rule) => !inPage?.split('; ').includes(rule)), ["frame-ancestors 'none'"]);
  assert.equal(inPage, policyOfPage(CONTENT_SECURITY_POLICY));
  assert.ok(html.indexOf('http-equiv') < html.search(/<link|<script/), 'it stands before what it is about');
  const written = await readFile(join(folder, 'demo', '_headers'), 'utf8');
  assert.equal(written, headersFile());
  const [paths, ...lines] = written.trimEnd().split('\n');
  assert.equal(paths, '/*');
  assert.deepEqual(Object.fromEntries(lines.map((line) => /^ {2}(\S+): (.+)$/.exec(line)?.slice(1) ?? [line])), HEADERS);
});

test('the folder holds the page, what it imports, and nothing else', async () => {
  const entries = await readdir(join(folder, 'demo'), { recursive: true, withFileTypes: true });
  assert.equal(entries.filter((entry) => entry.isFile()).length, files.length);
  const names = files.map(({ name }) => name);
  assert.deepEqual(names.filter((name) => !/\.(html|css|js|svg)$|^_headers$|^\.nojekyll$/.test(name)), []);
  for (const name of ['rivulet/index.js', 'rivulet/tools.js', 'vendor/markdown-it.js', 'vendor/idb.js', 'page/theme-first.js']) assert.ok(names.includes(name), `${names}`);
  const page = Buffer.from(files.find(({ name }) => name === 'index.html').bytes).toString('utf8');
  const linked = [...page.matchAll(/(?:href|src)="(?!#|data:)([^"]+)"/g)].map(([, path]) => path.replace(/^\.\//, ''));
  assert.ok(linked.length > 5, `${linked}`);
  assert.deepEqual(linked.filter((path) => !names.includes(path)), [], 'the page links to nothing that is not there');
  const texts = new Map(files.filter(({ name }) => name.endsWith('.js')).map(({ name, bytes }) => [name, Buffer.from(bytes).toString('utf8')]));
  const { names: imported } = await modulesOf([...texts.keys()], async (name) => texts.get(name) ?? assert.fail(`${name} is imported, and not in the folder`));
  assert.deepEqual(imported.sort(), [...texts.keys()].sort());
  const html = Buffer.from(files.find(({ name }) => name === 'index.html').bytes).toString('utf8');
  const preloaded = [...html.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(([, name]) => name);
  assert.ok(preloaded.includes('main.js') && preloaded.includes('rivulet/index.js'), 'the browser asks for all that the page begins with at once');
  assert.deepEqual(preloaded.filter((name) => !names.includes(name) || /^(?:vendor\/|rivulet\/tools)/.test(name)), [], 'and for nothing that comes later');
  for (const [name, text] of texts) assert.doesNotMatch(text, /^\/\/# sourceMappingURL/m, name);
});

test('modules are followed through imports of every form, and a missing one is named', async () => {
  const modules = {
    'main.js': "import { a } from './rivulet/index.js'; a(() => import('./page/late.js'));",
    'page/late.js': "export * from '../rivulet/tools.js'; import 'https://elsewhere.example/x.js';",
    'rivulet/index.js': "import './shared.js'; export const a = 1;",
    'rivulet/shared.js': "if (0) import('node:fs');",
    'rivulet/tools.js': 'export const t = 1;',
    'rivulet/other.js': '',
  };
  const read = async (path) => {
    if (!(path in modules)) throw new Error(`no ${path}`);
    return modules[path];
  };
  const { names, atOnce } = await modulesOf(['main.js'], read);
  assert.deepEqual(names.sort(), Object.keys(modules).filter((name) => name !== 'rivulet/other.js').sort());
  assert.deepEqual(atOnce, ['main.js', 'rivulet/index.js', 'rivulet/shared.js'], 'what comes later is not among those that the page begins with');
  await assert.rejects(modulesOf(['main.js', 'absent.js'], read), { message: /absent\.js/ });
});

test('what an earlier call wrote is replaced, and a folder with anything else in it is refused', async () => {
  const own = join(folder, 'own');
  await writeDemo(own);
  await writeFile(join(own, 'rivulet', 'shared-OLD.js'), '');
  await writeDemo(own);
  assert.ok(!(await readdir(join(own, 'rivulet'))).includes('shared-OLD.js'), 'chunks of an earlier build are gone');
  await writeFile(join(own, 'CNAME'), 'demo.example');
  await assert.rejects(writeDemo(own), { message: /other things than the demo \(CNAME\)[\s\S]*--out/ });
  assert.equal(await readFile(join(own, 'CNAME'), 'utf8'), 'demo.example');

  const foreign = join(folder, 'foreign');
  await mkdir(foreign);
  assert.deepEqual(await requireFree(foreign), []);
  await writeFile(join(foreign, 'index.html'), '<!doctype html>');
  await assert.rejects(writeDemo(foreign), { message: /\(index\.html\)/ });
  assert.ok(!(await readFile(join(foreign, 'index.html'), 'utf8')).includes(MARK));
  await assert.rejects(requireFree(join(foreign, 'index.html')), { message: /this is a file/ });
});

test('the words at the end say what was written, and how to look at it and to host it', () => {
  const rows = sizesOf('there', files).split('\n').map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(rows.map(([name]) => name), ['bytes of there', 'the page', 'rivulet/', 'vendor/', '_headers, .nojekyll', 'all']);
  assert.deepEqual(rows.at(-1)?.slice(1, 3).map(Number), [files.length, files.reduce((sum, { bytes }) => sum + bytes.length, 0)]);
  assert.ok(Number(rows.at(-1)?.[3]) < Number(rows.at(-1)?.[2]), 'gzip is less than raw');
  for (const said of ['--directory there', 'file://', 'GitHub Pages', '_headers']) assert.ok(howToHost('there').includes(said), said);
});
