// Undoing: how long it is offered, by which keys, and that nothing is undone twice or too late.

import assert from 'node:assert/strict';

import { visit } from './visit.mjs';

/** A container of its own and `window.did`, what has happened. The clock of the page is the test's. */
async function mount(page) {
  await page.clock.install();
  await page.evaluate(async () => {
    const { undoable } = await import(new URL('./page/undo.js', document.baseURI));
    const container = document.createElement('div');
    container.id = 'try-toasts';
    document.body.append(container);
    window.did = [];
    window.remove = (name, more) => undoable(container, `${name} deleted.`, {
      act: () => { window.did.push(`delete ${name}`); }, undo: () => { window.did.push(`undo ${name}`); }, ...more,
    });
    document.querySelector('#anew').focus();
  });
}

const did = (page) => page.evaluate(() => window.did);
const toasts = (page) => page.locator('#try-toasts .toast').allInnerTexts();
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);

visit('it is done at once and told politely, the focus stays, and the offer ends after more than 8 seconds', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => window.remove('A'));
  assert.deepEqual(await did(page), ['delete A']);
  assert.equal(await focused(page), 'anew');
  assert.match(await page.locator('#try-toasts [role=status]').textContent(), /^A deleted\. To undo it, press Control/);
  await page.clock.runFor(8500);
  assert.deepEqual((await toasts(page)).map((words) => words.replace(/\s+/g, ' ')), ['A deleted. Undo']);
  await page.clock.runFor(1000);
  assert.deepEqual(await toasts(page), []);
  await page.keyboard.press('Control+z');
  assert.deepEqual(await did(page), ['delete A'], 'too late');
});

visit('the time stands still while it is pointed at or has the focus, and the focus goes back', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => window.remove('A'));
  await page.clock.runFor(8000);
  await page.hover('#try-toasts .toast');
  await page.clock.runFor(60_000);
  assert.equal((await toasts(page)).length, 1);
  await page.locator('#try-toasts button').focus();
  await page.mouse.move(0, 0);
  await page.clock.runFor(60_000);
  assert.equal((await toasts(page)).length, 1, 'it has the focus');
  await page.keyboard.press('Enter');
  assert.deepEqual(await did(page), ['delete A', 'undo A']);
  assert.deepEqual([await toasts(page), await focused(page)], [[], 'anew']);
  await page.evaluate(() => window.remove('B'));
  await page.locator('#try-toasts button').focus();
  await page.clock.runFor(60_000);
  assert.equal((await toasts(page)).length, 1, 'it has the focus and the pointer is elsewhere');
  await page.focus('#message');
  await page.clock.runFor(1500);
  assert.equal((await toasts(page)).length, 1);
  await page.clock.runFor(9000);
  assert.deepEqual(await toasts(page), [], 'and goes on afterwards');
});

visit('the keys undo once, but not in a text field', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => window.remove('A'));
  await page.fill('#message', 'abc');
  await page.keyboard.press('Control+z');
  assert.deepEqual(await did(page), ['delete A']);
  await page.focus('#anew');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  assert.deepEqual(await did(page), ['delete A', 'undo A']);
  await page.evaluate(() => window.remove('B'));
  await page.keyboard.press('Meta+z');
  assert.deepEqual(await did(page), ['delete A', 'undo A', 'delete B', 'undo B']);
});

visit('of several in a row the last one can be undone', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => Promise.all(['A', 'B', 'C'].map((name) => window.remove(name))));
  assert.equal((await toasts(page)).length, 1);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  assert.deepEqual(await did(page), ['delete A', 'delete B', 'delete C', 'undo C']);
});

visit('undoing waits for what it undoes, and what failed is not undone', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => {
    window.remove('A', { act: () => new Promise((done) => { window.finish = done; }).then(() => window.did.push('delete A')) });
  });
  await page.keyboard.press('Control+z');
  assert.deepEqual(await did(page), []);
  await page.evaluate(() => window.finish());
  assert.deepEqual(await did(page), ['delete A', 'undo A']);
  const words = await page.evaluate(() => window.remove('B', { act: () => Promise.reject(new Error('no')) }).catch(({ message }) => message));
  assert.deepEqual([words, await toasts(page)], ['no', []]);
});
