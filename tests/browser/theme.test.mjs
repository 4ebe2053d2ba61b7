// Light and dark: as the system has it, or as the visitor chooses, from the first frame on.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { visit } from './visit.mjs';

test('the dark colours of the system and of the choice are the same', async () => {
  const css = await readFile(new URL('../../www/styles/base.css', import.meta.url), 'utf8');
  const of = (pattern) => [...pattern.exec(css)[1].matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, value]) => `${name} ${value}`);
  const chosen = of(/\n:root\[data-theme=dark\] \{([^}]*)\}/);
  assert.ok(chosen.length > 10);
  assert.deepEqual(chosen, of(/prefers-color-scheme: dark\) \{\s*:root:not\(\[data-theme=light\]\) \{([^}]*)\}/));
});

const [LIGHT, DARK] = ['rgb(251, 250, 246)', 'rgb(18, 24, 26)'];
const colours = (page) => page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.documentElement).colorScheme]);

for (const [system, other, theirs, ours] of [['light', 'dark', LIGHT, DARK], ['dark', 'light', DARK, LIGHT]]) {
  visit(`where the system is ${system}, the visitor may choose ${other}, which outlives a reload and can be taken back`, { context: { colorScheme: system } }, async (page) => {
    assert.deepEqual(await colours(page), [theirs, 'light dark']);
    await page.getByLabel('Colours').selectOption(other);
    assert.deepEqual(await colours(page), [ours, other]);
    await page.reload();
    await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
    assert.deepEqual(await colours(page), [ours, other]);
    assert.equal(await page.getByLabel('Colours').inputValue(), other);
    await page.getByLabel('Colours').selectOption('system');
    assert.deepEqual(await colours(page), [theirs, 'light dark']);
    assert.equal(await page.evaluate(() => localStorage.getItem('rivulet-demo-theme')), null);
  });
}

visit('the choice is there before the first frame', { context: { colorScheme: 'light' } }, async (page) => {
  await page.getByLabel('Colours').selectOption('dark');
  // Without the page's modules, whatever they would do.
  await page.route('**/main.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
  await page.reload();
  assert.deepEqual(await colours(page), [DARK, 'dark']);
});

visit('where storage is not allowed the switch works as long as the page', { context: { colorScheme: 'light' } }, async (page) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } });
  });
  await page.reload();
  await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  await page.getByLabel('Colours').selectOption('dark');
  assert.deepEqual(await colours(page), [DARK, 'dark']);
});
