// What one sees first, and how much of it is the talk.

import assert from 'node:assert/strict';

import { choose, openSettings, say } from './browser.mjs';
import { visit } from './visit.mjs';

for (const [width, height] of [[1280, 800], [768, 1024], [360, 640]]) {
  visit(`the talk has 60 % of the height at ${width} x ${height}, and the message field is in sight`, { context: { viewport: { width, height } } }, async (page) => {
    await say(page, 'Tell me a long story');
    await say(page, 'Tell me a long story');
    const { top, bottom, overflow } = await page.evaluate(() => ({
      top: Math.max(0, document.querySelector('.conversation').getBoundingClientRect().top),
      bottom: document.querySelector('#dock').getBoundingClientRect().top,
      field: document.querySelector('#message').getBoundingClientRect().bottom,
      overflow: document.documentElement.scrollWidth - innerWidth,
    }));
    assert.ok((bottom - top) / height >= 0.6, `${bottom - top} of ${height} px`);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    assert.ok(await page.locator('#send').isVisible());
  });
}

visit('settings fold away once one talks, say what they are, and stay open when they are opened again', {}, async (page, site) => {
  const settings = page.locator('#connect');
  const isOpen = () => settings.evaluate((node) => node.open);
  assert.equal(await isOpen(), true);
  await say(page, 'Hi there');
  assert.equal(await isOpen(), false);
  assert.equal(await page.locator('#connected').innerText(), `AiEngine at ${new URL(site.url).host}, asked directly`);
  await openSettings(page);
  await say(page, 'Hi again');
  assert.equal(await isOpen(), true);
});

visit('all of the code is in sight at every width', {}, async (page) => {
  await choose(page, 'AiEngine', { botId: 'a-long-name-of-a-bot', page: '/a/long/address/of/a/page/' });
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const { scroll, client } = await page.locator('.code').evaluate((node) => ({ scroll: node.scrollWidth, client: node.clientWidth }));
    assert.ok(scroll <= client, `${scroll} px of code in ${client}`);
  }
});

visit('presets come last, as what they are', {}, async (page) => {
  const groups = await page.locator('select[name=provider] optgroup').evaluateAll((all) => all.map(({ label, children }) => [label, children[0].value]));
  assert.deepEqual(groups.map(([, first]) => first), ['AiEngine', 'OpenAiChat', 'aigateway', 'Chatgpt4Online']);
  assert.match(groups.at(-1)[0], /Historic/);
});
