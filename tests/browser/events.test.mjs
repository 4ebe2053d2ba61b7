// The panel of events: which are listed, by type and by text, in short and whole, and what is copied of them.

import assert from 'node:assert/strict';

import { choose, say } from './browser.mjs';
import { DONE, frame, inParts, startService } from './stream.mjs';
import { visit } from './visit.mjs';

const LONG = 'x'.repeat(2000);
const REPLY = [
  frame({ reasoning_content: 'Let me think' }), ...Array.from({ length: 450 }, (_, index) => frame({ content: `piece${index} ` })), frame({ content: LONG }), DONE,
].join('');
const options = (more) => ({ others: async () => [await startService(inParts(REPLY))], ...more });

async function ask(page, service) {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await page.locator('#events summary').click();
  return say(page, 'Hi there');
}

const rows = (page) => page.locator('#event-list li');
/** Waits until so many rows are listed. */
const listed = (page, number) => page.waitForFunction((n) => document.querySelectorAll('#event-list li').length === n, number);
const count = (page) => page.locator('#event-count').innerText();

visit('a type alone is listed with its last 200, also those that are long past', options(), async (page, site, service) => {
  await ask(page, service);
  await listed(page, 200);
  assert.match(await count(page), /^45\d, the last 200 shown$/);
  assert.equal(await rows(page).filter({ hasText: 'reasoning' }).count(), 0, 'it is long past');
  const types = await page.getByLabel('Type').locator('option').allTextContents();
  assert.ok(types.includes('reasoning (1)') && types.includes('text (451)') && types.includes('finish (1)'), types.join());
  await page.getByLabel('Type').selectOption('reasoning');
  await listed(page, 1);
  assert.match(await rows(page).first().innerText(), /Let me think/);
  assert.match(await count(page), /^1 of 45\d$/);
  await page.getByLabel('Type').selectOption('text');
  await listed(page, 200);
  assert.match(await count(page), /^451 of 45\d, the last 200 shown$/);
  await page.getByLabel('With the text').fill('PIECE44');
  await listed(page, 10);
  assert.match(await count(page), /^451 of 45\d, the last 200 searched$/);
  await page.getByLabel('With the text').fill('nowhere');
  await page.getByText('None of the last events is like that.').waitFor();
  await page.getByLabel('With the text').fill('');
  await page.getByLabel('Type').selectOption('');
  await listed(page, 200);
});

visit('what is asked for stays for the next reply, whose events come as they are asked for', options(), async (page, site, service) => {
  await ask(page, service);
  await page.getByLabel('Type').selectOption('reasoning');
  await listed(page, 1);
  await say(page, 'Again');
  await listed(page, 1);
  assert.match(await count(page), /^1 of 45\d$/);
  await page.click('#anew');
  await choose(page, 'AiEngine');
  await say(page, 'Hello');
  assert.match(await count(page), /^0 of \d+$/);
  await listed(page, 0);
  await page.getByText('None of the last events is like that.').waitFor();
  assert.ok((await page.getByLabel('Type').locator('option').allTextContents()).includes('reasoning (0)'));
  await page.getByLabel('Type').selectOption('');
  await page.waitForFunction(() => document.querySelectorAll('#event-list li').length > 1);
  assert.ok(!(await page.getByLabel('Type').locator('option').allTextContents()).some((words) => words.startsWith('reasoning')), 'what is not there is not offered');
});

visit('an event is shown as JSON, and copied whole, alone or with the others as JSON Lines', options({
  context: { permissions: ['clipboard-read', 'clipboard-write'] },
}), async (page, site, service) => {
  await ask(page, service);
  await listed(page, 200);
  await page.getByLabel('As JSON', { exact: true }).check();
  const long = rows(page).filter({ hasText: 'xxx' });
  await page.waitForFunction(() => document.querySelector('#event-list .what').textContent.startsWith('{'));
  assert.match(await long.locator('.what').textContent(), /^\{"at":[\d.]+,"type":"text","text":"x{900,}… \(20\d\d characters\)$/);
  await page.focus('#event-list');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.ok(await page.evaluate(() => document.activeElement.closest('li') === document.querySelector('#event-list li:nth-last-child(2)')), 'the arrow keys go from row to row');
  await long.getByRole('button').click();
  await long.getByText('Copied').waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.deepEqual([copied.type, copied.text, typeof copied.at], ['text', LONG, 'number']);
  await page.getByRole('button', { name: 'Copy all as JSON Lines' }).click();
  await page.locator('.event-tools').getByText('Copied').waitFor();
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.length, 200);
  assert.equal(lines.at(-1).type, 'finish');
});

visit('the service\'s own frames are listed as such, and so is a rejection', {}, async (page) => {
  const shown = await page.evaluate(async () => {
    const [{ eventLog }, { el }] = await Promise.all(['./panels/events.js', './page/dom.js'].map((path) => import(new URL(path, document.baseURI))));
    const [panel, list, counted] = [el('details', { open: true }), el('ol'), el('span')];
    panel.append(list);
    document.body.append(panel);
    const log = eventLog(panel, list, counted);
    log.add({ type: 'raw', event: 'message', raw: { id: 7, deep: ['a'] } }, 1);
    log.add({ type: 'raw', raw: '[DONE]' }, 2);
    log.error('truncated', 3);
    log.flush();
    const all = [...list.children].map((row) => [...row.querySelectorAll('span')].map((node) => `${node.className}: ${node.textContent}`));
    panel.remove();
    return all;
  });
  assert.deepEqual(shown, [
    ['type raw: raw', 'what: {"event":"message","raw":{"id":7,"deep":["a"]}}'], ['type raw: raw', 'what: "[DONE]"'], ['error: rejected', 'what: truncated'],
  ]);
});
