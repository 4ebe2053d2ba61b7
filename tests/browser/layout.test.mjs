// What one sees first, and how much of it is the talk.

import assert from 'node:assert/strict';

import { choose, openSettings, say } from './browser.mjs';
import { startService, textReply } from './stream.mjs';
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

const WIDE_REPLY = [
  `${'A word without an end, '.repeat(3)}${'x'.repeat(400)}\n\n`, `| ${'a heading | '.repeat(20)}\n|${'---|'.repeat(20)}\n| ${'a cell | '.repeat(20)}\n\n`,
  `\`\`\`${'y'.repeat(80)}\n${'let x = 1; '.repeat(60)}\n\`\`\`\n\n`, `${'> '.repeat(8)}${'- '.repeat(8)}deep\n\n`, `https://shop.example/${'z'.repeat(300)}\n`,
];

visit('nothing is wider than the page, whatever is in it and however narrow it is', {
  others: async () => [await startService(textReply(WIDE_REPLY))],
  allowed: (text) => /429/.test(text),
}, async (page, site, service) => {
  await choose(page, 'AiEngine');
  await say(page, `A question: ${'w'.repeat(300)}`);
  await say(page, 'ERR_429');
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  const { failure } = await say(page, 'Something wide');
  assert.equal(failure, undefined);
  await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
  for (const width of [1280, 768, 360, 320]) {
    await page.setViewportSize({ width, height: 800 });
    for (const provider of ['OpenAiChat', 'AiEngine']) {
      await page.selectOption('select[name=provider]', provider);
      // On a wide page the columns scroll by themselves.
      const tooWide = await page.evaluate(() => ['html', 'main', '.conversation', '.dock', '.panels', '.connection']
        .map((selector) => [selector, document.querySelector(selector)])
        .filter(([, box]) => box.scrollWidth > box.clientWidth)
        .map(([selector, box]) => `${selector}: ${box.scrollWidth} px in ${box.clientWidth}`));
      assert.deepEqual(tooWide, [], `${provider} at ${width} px`);
    }
  }
});

// A window of 1280 x 1024.
for (const [zoom, viewport] of [['400 %', { width: 320, height: 256 }], ['200 %', { width: 640, height: 512 }]]) {
  visit(`at ${zoom} every control can be reached and seen, one can write, and read what was said`, { context: { viewport } }, async (page) => {
    await choose(page, 'AiEngine');
    assert.match((await say(page, 'Answer in markdown, please')).text, /Sorting in Python/);
    assert.equal(await page.locator('#message').evaluate(inSight), '', 'the field is in sight after a reply');
    for (const folded of [['examples'], []]) {
      await page.evaluate((ids) => document.querySelectorAll('details').forEach((each) => { each.open = !ids.includes(each.id); }), folded);
      await tabThrough(page);
    }

    await page.fill('#message', 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight');
    assert.equal(await page.locator('#message').evaluate(inSight), '', 'the field of a long message');
    await page.evaluate(() => document.querySelectorAll('#connect, #examples').forEach((each) => { each.open = false; }));
    const share = await page.evaluate(shareOfTalk);
    assert.ok(share >= 0.5, `${Math.round(share * 100)} % of the height is left for the talk`);
  });
}

/** Goes through the page by the Tab key: everything gets the focus, and is then in sight. */
async function tabThrough(page) {
  const controls = await page.evaluate(mark);
  const reached = new Set();
  await page.focus('.skip');
  for (const _ of controls) {
    const focused = page.locator(':focus');
    const name = await focused.getAttribute('data-control');
    assert.equal(await focused.evaluate(inSight), '', `${name} has the focus`);
    reached.add(name);
    await page.keyboard.press('Tab');
  }
  assert.deepEqual(controls.filter((name) => !reached.has(name)), [], 'what the Tab key does not reach');
}

/** In the page: names what can have the focus, so that it can be told apart. */
function mark() {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  // The button that leads to the end is there only while the end is out of sight.
  const shown = all.filter((node) => node.checkVisibility() && !node.disabled && node.tabIndex >= 0 && node.id !== 'jump');
  return shown.map((node, index) => {
    node.dataset.control = `${index} ${node.id || node.name || node.className || node.textContent.slice(0, 20)}`;
    return node.dataset.control;
  });
}

/** In the page: why an element cannot be seen and clicked at where it stands; nothing where it can. */
function inSight(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  const [from, to] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
  const seen = to - from;
  if (seen < Math.min(bottom - top - 1, 24)) return `it is ${Math.round(top)} to ${Math.round(bottom)} px from the top of ${innerHeight}`;
  if (left < 0 || right > innerWidth) return `it is ${Math.round(left)} to ${Math.round(right)} px from the side of ${innerWidth}`;
  // A large box may begin under another thing, or a button lie on the middle of a field, as long as a good part of it is free.
  const parts = [0.1, 0.3, 0.5, 0.7, 0.9];
  const points = parts.flatMap((x) => parts.map((y) => document.elementFromPoint(left + (right - left) * x, from + seen * y)));
  const free = points.filter((there) => node.contains(there)).length >= 5;
  return free ? '' : 'something else covers it';
}

/** In the page: how much of the height is the talk's while one reads in its middle. */
function shareOfTalk() {
  const reply = document.querySelector('.reply');
  reply.scrollIntoView({ block: 'start' });
  const points = Array.from({ length: 40 }, (_, index) => (innerHeight * (index + 0.5)) / 40);
  // Beside the middle, where a small button to the end may lie on the text.
  return points.filter((y) => document.elementFromPoint(innerWidth / 4, y)?.closest('.conversation')).length / points.length;
}
