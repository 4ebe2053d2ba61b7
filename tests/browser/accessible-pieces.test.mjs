// What axe-core says of the page with its files, talks, events, theme and link in it, wide and narrow, light and dark.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { choose, say } from './browser.mjs';
import { visit } from './visit.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';

/** In the page: everything at once, with something in it. */
async function mountAll(image) {
  const load = (path) => import(new URL(path, document.baseURI));
  const [{ fileTray, partView }, { el }, { openStore }, { talksPanel }, { newTalk, addQuestion }, { undoable }, { shareButton, shareLink }] = await Promise.all(
    ['./talk/files.js', './page/dom.js', './talk/store.js', './talk/talks.js', './talk/tree.js', './page/undo.js', './settings/share.js'].map(load),
  );
  const dock = document.querySelector('#dock');
  const [list, button, talks, share, toasts] = [el('div'), el('button', { type: 'button', className: 'small' }, 'Add files'), el('section', { className: 'panel' }), el('div', { className: 'panel' }), el('div')];
  dock.prepend(list, button);
  document.querySelector('.panels').prepend(talks, share);
  document.querySelector('main').append(toasts);
  const tray = fileTray({ field: document.querySelector('#message'), dropZone: document.body, list, button });
  const bytes = Uint8Array.from(atob(image), (sign) => sign.charCodeAt(0));
  await tray.add([new File([bytes], 'a photo with a rather long name that goes on.png'), new File(['%PDF-1.7 x'], 'paper.pdf'), new File(['hi'], 'notes.txt'), new File([], 'empty.bin')]);
  document.querySelector('.you .content').append(...tray.parts().map((part) => partView(part)));
  const store = await openStore();
  for (const [title, age] of [['A talk about rivers', 3], ['مرحبا، كيف حالك؟', 300], ['A title that is so long that it does not fit in a line of the list, however wide the column is', 50_000]]) {
    const talk = newTalk(Date.now() - age * 60_000);
    addQuestion(talk, null, title, talk.createdAt);
    await store.put(talk);
  }
  const [{ id }] = await store.list();
  const panel = talksPanel({ container: talks, store, current: () => id, onOpen() {}, onNew() {}, isOpen: true });
  await panel.refresh();
  talks.querySelectorAll('.talk-more')[1].click();
  shareButton(share, () => shareLink({ provider: 'Groq', model: 'sk-canary-0123456789' }));
  navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
  share.querySelector('button').click();
  await undoable(toasts, '“A talk about rivers” deleted.', { undo() {}, time: 60_000 });
  document.querySelector('#events').open = true;
}

for (const width of [1280, 360]) {
  for (const colorScheme of ['light', 'dark']) {
    visit(`axe has nothing to complain about, ${width} px, ${colorScheme}`, { context: { viewport: { width, height: 900 }, colorScheme } }, async (page) => {
      await choose(page, 'AiEngine');
      await say(page, 'Hi there');
      await page.evaluate(mountAll, PNG);
      await page.waitForFunction(() => document.querySelectorAll('#event-list li').length > 0 && document.querySelector('.share-said').textContent);
      if (process.env.RIVULET_SHOTS) {
        await page.screenshot({ path: `${process.env.RIVULET_SHOTS}/pieces-${width}-${colorScheme}.png`, fullPage: true });
        await page.locator('#events').scrollIntoViewIfNeeded();
        await page.locator('#event-list').evaluate((node) => node.scrollIntoView({ block: 'center' }));
        await page.screenshot({ path: `${process.env.RIVULET_SHOTS}/events-${width}-${colorScheme}.png` });
        await page.evaluate(() => { document.querySelector('.drop-hint').hidden = false; });
        await page.screenshot({ path: `${process.env.RIVULET_SHOTS}/drop-${width}-${colorScheme}.png` });
        await page.evaluate(() => { document.querySelector('.drop-hint').hidden = true; });
      }
      await page.evaluate(AXE);
      const { violations, passes } = await page.evaluate(() => window.axe.run());
      assert.ok(passes.length > 20, 'it has looked');
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html.slice(0, 150)} ${failureSummary.slice(0, 200)}`)]), []);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide`);
    });
  }
}
