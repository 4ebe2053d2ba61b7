// What a reply is to the visitor beside its text: code to copy, a voice for screen readers, and Markdown that is loaded when it is needed.

import assert from 'node:assert/strict';

import { choose, say } from './browser.mjs';
import { visit } from './visit.mjs';
import { startService, textReply } from './stream.mjs';

/** The page, with a service that answers with these pieces of text. */
const withReply = (pieces, { parts, ...options } = {}) => ({ ...options, others: async () => [await startService(textReply(pieces, parts))] });

async function ask(page, service) {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  return say(page, 'Hi there');
}

const CODE = 'const a = "b"; // c\n/* d\n   e */ let f = 1;\n';

visit('a block of code has its language, its colours, and a button that copies it', withReply(['```js\n', CODE, '```\n'], {
  context: { permissions: ['clipboard-read', 'clipboard-write'] },
}), async (page, site, service) => {
  const { reply } = await ask(page, service);
  assert.equal(await reply.locator('.code-head .language').innerText(), 'js');
  const colours = await reply.locator('pre code span:not(.part)').evaluateAll((spans) => spans.map(({ className, textContent }) => [className, textContent]));
  assert.deepEqual(colours, [
    ['keyword', 'const'], ['string', '"b"'], ['comment', '// c'], ['comment', '/* d\n'], ['comment', '   e */'], ['keyword', 'let'], ['number', '1'],
  ]);
  await reply.locator('.code-head button').click();
  await reply.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), CODE.trimEnd());
});

visit('code keeps its nodes while it grows, and a selection in it', withReply(['```py\n', ...Array.from({ length: 300 }, (_, i) => `x${i} = ${i}\n`), '```'], { parts: 30 }),
  async (page, site, service) => {
    await page.evaluate(() => {
      window.removed = 0;
      new MutationObserver((records) => {
        for (const { target, removedNodes } of records) {
          const isInCode = target.closest('.code-block');
          window.removed += [...removedNodes].filter((node) => node instanceof Element && (isInCode || node.matches('.code-block'))).length;
        }
      }).observe(document.querySelector('#log'), { subtree: true, childList: true });
    });
    const { reply } = await ask(page, service);
    // The first time the fence is read it is not known to be one that stays open.
    assert.ok(await page.evaluate(() => window.removed) <= 1);
    const code = Array.from({ length: 300 }, (_, i) => `x${i} = ${i}\n`).join('');
    assert.equal(await reply.locator('code').textContent(), code);
    assert.equal((await reply.locator('code').innerText()).trimEnd(), code.trimEnd(), 'what is selected by hand is the same');
  });

visit('what is announced is the text as it is, in whole sentences', withReply(['C# ', 'says 2 * 3', ' > 5 to `snake_', 'case`. **Then** it', ' ends']),
  async (page, site, service) => {
    await page.evaluate(() => {
      window.announced = [];
      new MutationObserver((records) => {
        for (const { addedNodes } of records) window.announced.push(...[...addedNodes].map(({ textContent }) => textContent));
      }).observe(document.querySelector('#announcer'), { childList: true });
    });
    await ask(page, service);
    await page.waitForFunction(() => window.announced.join(' ').endsWith('ends'));
    const announced = await page.evaluate(() => window.announced);
    assert.equal(announced.join(' '), 'C# says 2 * 3 > 5 to `snake_case`. **Then** it ends');
    assert.ok(announced.every((text) => /^(?:C# says [^.]*\.|\*\*Then\*\* it ends|C# .* ends)$/.test(text)), announced.join('|'));
  });

visit('a long text without the end of a sentence is announced bit by bit', {}, async (page) => {
  const { longest, paragraphs, all } = await page.evaluate(async () => {
    const { announcer } = await import(new URL('./page/announcer.js', document.baseURI));
    const region = document.createElement('div');
    const voice = announcer(region);
    const said = [];
    const text = 'word '.repeat(20_000);
    const whole = new Promise((done) => {
      new MutationObserver((records) => {
        for (const { addedNodes } of records) for (const node of addedNodes) said.push(node.textContent);
        if (said.join(' ').length >= text.trim().length) done();
      }).observe(region, { childList: true });
    });
    for (let at = 0; at < text.length; at += 5000) voice.add(text.slice(at, at + 5000));
    voice.finish();
    await whole;
    return { longest: Math.max(...said.map(({ length }) => length)), paragraphs: region.childElementCount, all: said.join(' ') === text.trim() };
  });
  assert.ok(longest <= 2000, `${longest} characters at once`);
  assert.ok(paragraphs <= 12);
  assert.ok(all, 'nothing is left out');
});

visit('Markdown is loaded with the first message and not before', {}, async (page) => {
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  const isLibrary = (url) => url.endsWith('/vendor/markdown-it.js');
  assert.deepEqual(requests.filter(isLibrary), []);
  await choose(page, 'AiEngine');
  await say(page, 'Hi there');
  await say(page, 'Hi again');
  assert.equal(requests.filter(isLibrary).length, 1);
});

visit('where Markdown cannot be loaded a reply is shown as it was written', withReply(['**a** ', '- b'], { allowed: (text) => /Failed to load/.test(text) }),
  async (page, site, service) => {
    await page.route('**/vendor/**', (route) => route.abort());
    const { text, failure } = await ask(page, service);
    assert.deepEqual([failure, text], [undefined, '**a** - b']);
  });
