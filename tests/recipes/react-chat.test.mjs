// The pages of examples/react-chat: each does the same in Chromium, before the same stub service. Their lines of logic are counted and printed.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startLocalSite } from '../../scripts/lib/local-site.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';
import { launch, openPage } from '../browser/browser.mjs';
import { bundled } from './bundled.mjs';
import { sources, workshop } from './workshop.mjs';

const FOLDER = 'examples/react-chat';
const PAGES = ['rivulet', 'openai', 'ai-sdk', 'ai-sdk-with-rivulet'];
const MOST = { rivulet: 25, 'ai-sdk-with-rivulet': 25 };
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const files = await sources(FOLDER);
let site;
let shop;
let browser;

before(async () => {
  [site, shop, browser] = await Promise.all([startLocalSite({ delay: 10, port: 0 }), workshop(files), launch()]);
});
after(async () => {
  await browser?.close();
  await shop?.remove();
  await site?.close();
});

/** Lines that are no import, no comment and not only brackets. */
function logic(source) {
  const code = source.replace(/^import [^;]*;$/gm, '').replace(/^\s*\/\/.*$/gm, '');
  return code.split('\n').filter((line) => /[\p{L}\p{N}]/u.test(line)).length;
}

test('the lines of logic are those of the table, and few', async (context) => {
  const readme = await readFile(join(ROOT, FOLDER, 'README.md'), 'utf8');
  for (const name of PAGES) {
    const lines = logic(files[`${name}.jsx`]);
    context.diagnostic(`${name}: ${lines} lines`);
    const [, said] = new RegExp(`^\\| \\[${name}\\.jsx\\].*\\| (\\d+) \\|$`, 'm').exec(readme) ?? [];
    assert.equal(said, String(lines), `${FOLDER}/README.md, ${name}.jsx`);
    if (MOST[name]) assert.ok(lines <= MOST[name], `${name}: ${lines} lines`);
  }
});

for (const name of PAGES) {
  test(`${name}: tool, reasoning, image, form, stop, failure and retry`, async () => {
    const source = `import { createElement } from 'react';\nimport { createRoot } from 'react-dom/client';\nimport { View, ${name.startsWith('ai-sdk') ? 'shownParts as shown' : 'shown'} } from './View.jsx';
import { useTalk } from './${name}.jsx';\ncreateRoot(document.querySelector('main')).render(createElement(View, { title: ${JSON.stringify(name)}, useTalk, shown }));`;
    const script = await bundled(shop.folder, source, { 'process.env.NODE_ENV': '"production"' });
    const { page, complaints } = await openPage(browser, [site]);
    await page.route(`${site.url}/chat-page/**`, (route) => (route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: script })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><main></main><script type="module" src="main.js"></script>' })));
    await page.goto(`${site.url}/chat-page/`);
    const ask = async (question) => {
      await page.getByRole('textbox').fill(question);
      await page.getByRole('button', { name: 'Send' }).click();
    };
    const ready = () => page.getByRole('button', { name: 'Send' }).waitFor();
    const last = () => page.locator('article').last().locator('p').innerText();
    const says = (words) => page.waitForFunction((words) => [...document.querySelectorAll('article')].at(-1)?.textContent.includes(words), words);

    await ask('What is the weather in Oslo?');
    await says('The tool says: 21 degrees in Oslo');
    await ready();
    await page.getByText('Reasoning').first().click();
    await page.getByText('The user wants an answer.').first().waitFor();

    await page.getByLabel('Image').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await ask('What is this?');
    await says('I see picture[image/png 70');
    await ready();
    assert.equal(await page.locator('img').count(), 1);

    await page.getByRole('textbox').fill('It was 23 degrees in Lisbon');
    await page.getByRole('button', { name: 'Fill in the form' }).click();
    await page.locator('dl').waitFor();
    assert.match(await page.locator('dl').innerText(), /City\s+Lisbon\s+Degrees\s+23/);

    await page.route('**/services/**', (route) => route.abort());
    await ask('And now?');
    await page.getByRole('alert').waitFor({ timeout: 60_000 });
    await page.unroute('**/services/**');
    await page.getByRole('button', { name: 'Retry' }).click();
    await says('You asked: "And now?"');
    await ready();
    assert.equal(await page.getByRole('alert').count(), 0);

    await ask(`%say ${'word '.repeat(200)}end\n%pieces 100\n%pause 50`);
    await says('word word');
    await page.getByRole('button', { name: 'Stop' }).click();
    await ready();
    assert.doesNotMatch(await last(), /end/);
    assert.match(await last(), /^word word/);
    assert.deepEqual(complaints.filter((words) => !/Failed to (load resource|fetch)/.test(words)), []);
    await page.close();
  });
}
