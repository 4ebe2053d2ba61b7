// The list of talks: what can be done with a talk, by mouse and by keyboard, and that whatever is deleted can come back.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { visit } from './visit.mjs';

/** The panel in the right column, with these talks by title and age in minutes; `window.opened`: what the page was told. */
async function mount(page, talks = [], isOpen = true) {
  await page.evaluate(async ([given, opened]) => {
    const load = (path) => import(new URL(path, document.baseURI));
    const [{ openStore }, { talksPanel }, { newTalk, addQuestion }] = await Promise.all(['./talk/store.js', './talk/talks.js', './talk/tree.js'].map(load));
    const container = document.createElement('section');
    container.id = 'try-talks';
    container.className = 'panel';
    document.querySelector('.panels').prepend(container);
    window.store = await openStore();
    window.ids = {};
    for (const [title, minutes] of given) {
      const talk = newTalk(Date.now() - minutes * 60_000);
      addQuestion(talk, null, title, talk.createdAt);
      window.ids[title] = talk.id;
      await window.store.put(talk);
    }
    window.told = [];
    window.current = undefined;
    window.panel = talksPanel({
      container,
      store: window.store,
      current: () => window.current,
      ...(opened !== null && { isOpen: opened }),
      onOpen(talk) {
        window.current = talk.id;
        window.told.push(`open ${talk.title}`);
      },
      onNew: () => window.told.push('new'),
      onGone() {
        window.current = undefined;
        window.told.push('gone');
      },
      onRename: ({ title }) => window.told.push(`rename ${title}`),
    });
    await window.panel.refresh();
  }, [talks, isOpen]);
}

const titles = (page) => page.locator('#try-talks .talk-title').allTextContents();
const told = (page) => page.evaluate(() => window.told);
const focused = (page) => page.evaluate(() => (document.activeElement.querySelector(':scope > .talk-title') ?? document.activeElement).textContent);
const row = (page, title) => page.locator('#try-talks .talk-row').filter({ hasText: title });
const press = async (page, title, name) => {
  await row(page, title).getByRole('button', { name: `More for ${title}` }).click();
  await row(page, title).getByRole('button', { name, exact: true }).click();
};
/** Waits for a list of these titles. */
const listed = (page, expected) => page.waitForFunction((all) => [...document.querySelectorAll('#try-talks .talk-title')].map((node) => node.textContent).join('|') === all, expected.join('|'));

visit('talks are listed with the newest first and when it was, and the one that is open is marked', {}, async (page) => {
  await mount(page, [['Old', 60 * 24 * 30], ['Five minutes', 5], ['Yesterday', 60 * 25], ['Now', 0]]);
  assert.deepEqual(await titles(page), ['Now', 'Five minutes', 'Yesterday', 'Old']);
  const times = await page.locator('#try-talks time').allTextContents();
  assert.deepEqual(times.slice(0, 3), ['just now', '5 minutes ago', 'yesterday']);
  assert.match(times[3], /^\w{3} \d+, \d{4}$/);
  await page.getByRole('button', { name: 'Yesterday' }).first().click();
  await page.waitForSelector('#try-talks [aria-current=true]');
  assert.deepEqual(await told(page), ['open Yesterday']);
  assert.match(await page.locator('#try-talks [aria-current=true]').textContent(), /^Yesterday/);
  await page.locator('#try-talks').getByRole('button', { name: 'New talk' }).click();
  assert.deepEqual(await told(page), ['open Yesterday', 'new']);
});

visit('a talk is renamed in its place by keyboard, and Escape leaves it as it was', {}, async (page) => {
  await mount(page, [['First', 5], ['Second', 1]]);
  await press(page, 'First', 'Rename');
  await page.keyboard.type('  Другое имя ');
  await page.keyboard.press('Escape');
  assert.deepEqual([await titles(page), await focused(page)], [['Second', 'First'], 'First']);
  await press(page, 'First', 'Rename');
  await page.keyboard.type('  Другое   имя ');
  await page.keyboard.press('Enter');
  await listed(page, ['Другое имя', 'Second']);
  assert.equal(await focused(page), 'Другое имя', 'it moves to the top and keeps the focus');
  assert.deepEqual(await told(page), ['rename Другое имя']);
  assert.equal(await page.evaluate(() => window.store.get(window.ids.First).then(({ title }) => title)), 'Другое имя');
  assert.equal(await page.locator('#try-talks input:not([type=file])').count(), 0);
});

visit('deleting asks nothing and can be undone, and the focus goes to the next talk', {}, async (page) => {
  await mount(page, [['A', 1], ['B', 2], ['C', 3]]);
  await page.getByRole('button', { name: 'B 2 minutes' }).click();
  await page.waitForSelector('#try-talks [aria-current=true]');
  await press(page, 'B', 'Delete');
  await listed(page, ['A', 'C']);
  assert.deepEqual([await focused(page), await told(page)], ['C', ['open B', 'gone']]);
  assert.match(await page.locator('#try-talks .toast').innerText(), /“B” deleted\./);
  await page.keyboard.press('Control+z');
  await listed(page, ['A', 'B', 'C']);
  await page.waitForFunction(() => document.activeElement.textContent.startsWith('B'));
  assert.deepEqual(await told(page), ['open B', 'gone', 'open B'], 'it is open again');
  assert.equal(await page.evaluate(() => window.store.get(window.ids.B).then(({ title }) => title)), 'B');
});

visit('all talks are deleted at once, with words on where they are kept, and come back', {}, async (page) => {
  await mount(page, [['A', 1], ['B', 2]]);
  assert.match(await page.locator('#try-talks').innerText(), /kept in this browser only[\s\S]*Keys are never kept/);
  await page.getByRole('button', { name: 'Delete all talks' }).click();
  await page.waitForFunction(() => window.store.list().then(({ length }) => length === 0));
  assert.deepEqual(await titles(page), []);
  assert.equal(await focused(page), 'New talk');
  assert.equal(await page.getByRole('button', { name: 'Delete all talks' }).isDisabled(), true);
  await page.locator('#try-talks .toast button').click();
  await listed(page, ['A', 'B']);
});

visit('a talk is exported, and imported again as another one; what is no talk is refused by name', {}, async (page) => {
  await mount(page, [['A', 1]]);
  const [json] = await Promise.all([page.waitForEvent('download'), press(page, 'A', 'Export as JSON')]);
  const text = await readFile(await json.path(), 'utf8');
  assert.equal(json.suggestedFilename(), 'A.json');
  const [markdown] = await Promise.all([page.waitForEvent('download'), row(page, 'A').getByRole('button', { name: 'Export as Markdown' }).click()]);
  assert.equal(markdown.suggestedFilename(), 'A.md');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Import' }).click()]);
  await chooser.setFiles([{ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(text) }, { name: 'b.json', mimeType: 'application/json', buffer: Buffer.from('{}') }]);
  await listed(page, ['A', 'A']);
  await page.waitForFunction(() => document.querySelector('#try-talks .talks-told').textContent.includes('b.json'));
  assert.match(await page.locator('#try-talks .talks-told').textContent(), /“A” imported\. “b\.json”: This is no talk of this page/);
  await page.waitForFunction(() => window.told.length > 0);
  assert.deepEqual(await told(page), ['open A']);
});

visit('another tab\'s talks come and go in the list', {}, async (page) => {
  const [second] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => { open(location.href, '_blank', 'noopener'); })]);
  await second.waitForFunction(() => document.querySelector('#code')?.textContent);
  await mount(page, []);
  assert.equal(await page.locator('#try-talks').getByText('No talks yet.').isVisible(), true);
  await mount(second, [['Theirs', 1]]);
  await listed(page, ['Theirs']);
  await page.locator('#try-talks .talk-open').click();
  await page.waitForSelector('#try-talks [aria-current=true]');
  await press(second, 'Theirs', 'Delete');
  await listed(page, []);
  assert.deepEqual(await told(page), ['open Theirs', 'gone']);
  await second.close();
});

visit('a title is text, whatever it holds, and everything is done without a mouse at 360 px', { context: { viewport: { width: 360, height: 640 }, hasTouch: true } }, async (page) => {
  await mount(page, [['<img src=x onerror="document.title=1"> \u202e very long title that goes on and on and on without an end in sight', 1]]);
  assert.equal(await page.locator('#try-talks img').count(), 0);
  const sizes = await page.locator('#try-talks').evaluate((node) => [...node.querySelectorAll('button, summary')].filter((each) => each.checkVisibility()).map((each) => [each.textContent, each.getBoundingClientRect().height]));
  assert.deepEqual(sizes.filter(([, height]) => height < 44), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.locator('#try-talks .talk-open').focus();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Rename');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-expanded')), 'false');
});

for (const [width, isFolded] of [[1280, false], [360, true]]) {
  visit(`the list is ${isFolded ? 'folded' : 'unfolded'} at first at ${width} px`, { context: { viewport: { width, height: 800 } } }, async (page) => {
    await mount(page, [['A', 1]], null);
    assert.equal(await page.locator('#try-talks .talk-open').isVisible(), !isFolded);
    assert.equal(await page.locator('#try-talks .count').innerText(), '1');
  });
}
