// axe looks for what keeps people out: each view of the page, in two sizes, and in each of the modes that a visitor may have chosen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { choose, openSettings, say } from './browser.mjs';
import { startService } from './service.mjs';
import { visit } from './visit.mjs';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';
const SIZES = [{ width: 1280, height: 800 }, { width: 360, height: 640 }];

const PLAIN = { colorScheme: 'light', forcedColors: 'none', reducedMotion: 'no-preference', contrast: 'no-preference' };
/** What a visitor may have chosen in the browser or the system. */
const MODES = {
  light: PLAIN,
  dark: { ...PLAIN, colorScheme: 'dark' },
  'forced colours': { ...PLAIN, forcedColors: 'active' },
  'forced colours, dark': { ...PLAIN, colorScheme: 'dark', forcedColors: 'active' },
  'reduced motion': { ...PLAIN, reducedMotion: 'reduce' },
};

/** Begins a reply that falls silent after two pieces. */
async function begin(page, { site }) {
  await choose(page, 'AiEngine');
  site.fault({ name: 'stall', after: 2 });
  await page.fill('#message', 'Hi there');
  await page.press('#message', 'Enter');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.startsWith('Hello'));
}

/** What the page can look like, and how one gets there. Each line is checked in every size and mode. @type {Record<string, (page: any, at: { site: any, service: any }) => unknown>} */
const VIEWS = {
  'at the start': () => {},
  'in a talk with a long reply in Markdown': async (page) => {
    await say(page, 'Answer in markdown, please');
    await say(page, 'Tell me a long story');
    await say(page, 'Answer in markdown, please');
  },
  'with an error': async (page) => {
    await say(page, 'Hi there');
    assert.match((await say(page, 'ERR_429')).failure, /Too many messages/);
  },
  'while a reply comes': begin,
  'with a reply that is stopped': async (page, at) => {
    await begin(page, at);
    await page.click('#stop');
    await page.waitForSelector('.reply:not(.waiting)');
  },
  'with a thought and a call of a tool': async (page, { service }) => {
    await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
    await say(page, 'call');
  },
  'with the settings of a site open': async (page) => {
    await say(page, 'Hi there');
    await choose(page, 'AiEngine', { botId: 'support' });
  },
  'with the settings of a service open': async (page) => {
    await say(page, 'Hi there');
    await choose(page, 'OpenAiChat', { model: 'm' });
    await page.fill('#api-key', 'sk-none');
  },
  'with two providers side by side': async (page, { service }) => {
    await choose(page, 'AiEngine');
    await page.click('#add-lane');
    await page.locator('.lane').nth(1).locator('select[name=provider]').selectOption('OpenAiChat');
    await page.locator('.lane').nth(1).locator('[name=baseUrl]').fill(service.url);
    await page.locator('.lane').nth(1).locator('[name=model]').fill('m');
    await page.fill('#message', 'call');
    await page.press('#message', 'Enter');
    await page.waitForFunction(() => document.querySelectorAll('.reply').length === 2 && !document.querySelector('.reply.waiting'));
  },
  'with files, the list of talks and an offer to undo': async (page) => {
    await say(page, 'Hi there');
    await page.click('#anew');
    await page.locator('#files input').setInputFiles([
      { name: 'a photo with a rather long name that goes on.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hi') }, { name: 'empty.bin', mimeType: '', buffer: Buffer.alloc(0) },
    ]);
    await say(page, 'And these?');
    await page.locator('#files input').setInputFiles([{ name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 x') }]);
    await page.click('#talks summary');
    await page.waitForFunction(() => document.querySelectorAll('.talk-row').length === 2);
    await page.locator('.talk-more').nth(1).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.locator('.toast').waitFor();
  },
  'with a question that was reworded and a reply that was asked for again': async (page) => {
    await say(page, 'Hi there');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.waitForFunction(() => document.querySelector('.variant-number') && !document.querySelector('.reply.waiting'));
    await page.locator('.you').getByRole('button', { name: 'Edit' }).click();
  },
  'with everything unfolded': async (page) => {
    await say(page, 'Hi there');
    await openSettings(page);
    await page.evaluate(() => document.querySelectorAll('details').forEach((each) => { each.open = true; }));
  },
};

// It is evaluated by the browser's tools, which the page's policy does not bind.
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Rules that are off by default, and hold here all the same. */
const MORE_RULES = { 'target-size': { enabled: true } };

/** @returns {Promise<string[]>} a finding of axe in each line: the rule, the place, and what is wrong there */
const findings = (page) => page.evaluate(async (rules) => {
  const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'], rules });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
}, MORE_RULES);

for (const [view, bring] of Object.entries(VIEWS)) {
  for (const viewport of SIZES) {
    visit(`axe finds nothing ${view} at ${viewport.width} x ${viewport.height}`, {
      context: { viewport },
      others: async () => [await startService({ others: 'stream-ascii.sse', call: 'tools-after-reasoning.sse' })],
      allowed: (text) => /429/.test(text),
    }, async (page, site, service) => {
      await bring(page, { site, service });
      await page.evaluate(axe);
      for (const [mode, media] of Object.entries(MODES)) {
        await page.emulateMedia(media);
        assert.deepEqual(await findings(page), [], mode);
      }
    });
  }
}
