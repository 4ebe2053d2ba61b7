// Chromium with the demo page in it, and a watch on everything that a page should not do.

import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

import { chromium } from 'playwright-core';

import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { startLocalSite } from '../../scripts/lib/local-site.mjs';

// As root there is no sandbox; and nothing of the browser's own may go out.
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

export async function launch() {
  const { CHROME } = await ensureChromium();
  return chromium.launch({ executablePath: CHROME, args: FLAGS });
}

/** The local site with the demo and its edge on it, as `npm start` serves them. */
export const startDemo = (options = {}) => startLocalSite({ delay: 0, ...options });

/** A relay on an origin of its own. `admit` sets the page that may call, whose origin is known later. */
export async function startRelay({ allow }) {
  const [{ createRelay }, { toNodeListener }] = await Promise.all([import('../../dist/edge.js'), import('../../dist/node.js')]);
  let relay;
  const server = createServer(toNodeListener((request) => relay(request))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin,
    admit: (page) => { relay = createRelay({ allow, allowedOrigins: [page] }); },
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * A page that notes what must not happen. `complaints`: console errors, uncaught exceptions, unhandled rejections,
 * violations of the policy. `strangers`: requests to another origin than those of `sites`. `failed`: what the browser says of requests
 * that failed or were aborted, which a test may want. `requestsEnded()`: resolves when the browser has told of each request how it ended,
 * which it may do after the page has read the body; a page that is closed before that aborts them.
 *
 * Of a response with `Cache-Control: no-store`, which a page reads by `getReader`, Chromium says `net::ERR_ABORTED` also where it was read
 * to its end (https://github.com/microsoft/playwright/issues/42742; a loop of `fetch` and `read` alone shows it), so those are not in `failed`.
 */
export async function openPage(browser, sites, context = {}) {
  const page = await browser.newPage(context);
  const complaints = [];
  const strangers = [];
  const failed = [];
  const pending = new Set();
  const ended = new EventEmitter();
  const end = (request) => {
    pending.delete(request);
    if (pending.size === 0) ended.emit('all');
  };
  page.on('request', (request) => pending.add(request));
  page.on('requestfinished', end);
  page.on('requestfailed', async (request) => {
    const unstored = /no-store/.test((await request.response())?.headers()['cache-control']);
    if (!unstored) failed.push(`${request.failure()?.errorText} ${request.url()}`);
    end(request);
  });
  const requestsEnded = async () => {
    if (pending.size > 0) await once(ended, 'all');
  };
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? String(error)));
  page.on('request', (request) => {
    const url = request.url();
    // `blob:` is what the page has made itself.
    if (!sites.some((site) => url.startsWith(site.origin)) && !/^(?:data|blob):/.test(url)) strangers.push(url);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    addEventListener('unhandledrejection', (event) => console.error(`unhandled: ${event.reason}`));
  });
  return { page, complaints, strangers, failed, requestsEnded };
}

/** The demo, ready to be written to. */
export async function openDemo(browser, site, { others = [], ...context } = {}) {
  const opened = await openPage(browser, [site, ...others], context);
  await opened.page.goto(`${site.url}/demo/`);
  await opened.page.waitForFunction(() => document.querySelector('#code').textContent !== '');
  return opened;
}

/** Unfolds the settings, which are folded once there is a talk, and where there is little room. */
export async function openSettings(page) {
  const settings = page.locator('#connect');
  // Its words, and not its middle, where a narrow page has the button for a new conversation.
  if (!(await settings.evaluate((node) => node.open))) await page.click('#connected');
}

/** How the site is asked: `direct`, `relay` or `endpoint`. */
export async function askBy(page, way) {
  await openSettings(page);
  await page.selectOption('select[name=way]', way);
}

export async function choose(page, provider, settings = {}) {
  await openSettings(page);
  await page.selectOption('select[name=provider]', provider);
  const more = page.locator('details.more');
  if (Object.keys(settings).some((name) => name !== 'url') && !(await more.evaluate((node) => node.open))) {
    await more.locator('summary').click();
  }
  for (const [name, value] of Object.entries(settings)) await page.fill(`input[name=${name}]`, value);
}

/** Sends a message and waits for the end of the reply. Gives its text, and what the page shows of an error. */
export async function say(page, text) {
  const before = await page.locator('.reply').count();
  await page.fill('#message', text);
  await page.press('#message', 'Enter');
  const reply = page.locator('.reply').nth(before);
  await reply.waitFor();
  await page.waitForFunction((n) => !document.querySelectorAll('.reply')[n].classList.contains('waiting'), before);
  const failure = reply.locator('.failure');
  return {
    reply,
    // Calls of tools and images stand between stretches of the text.
    text: (await reply.locator('.content').allInnerTexts()).join('\n').trim(),
    failure: (await failure.count()) ? await failure.innerText() : undefined,
    notes: await reply.locator('.note').allInnerTexts(),
  };
}
