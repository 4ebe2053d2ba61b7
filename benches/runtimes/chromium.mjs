// A contestant in a page of headless Chromium. A browser context of its own gives it a process of its own, whose CPU time the
// browser reports.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';

import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { Failure } from '../../scripts/lib/run.mjs';
import { bundle } from './bundle.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--enable-precise-memory-info', '--disable-renderer-backgrounding', '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows'];

export async function openChromium(folder) {
  const { CHROME } = await ensureChromium();
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROME, args: FLAGS });
  const server = createServer(async ({ url }, outgoing) => {
    const script = /^\/(page|cold)\/([\w-]+)\.js$/.exec(url);
    if (!script) return outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><link rel="icon" href="data:,">');
    const file = await bundle(folder, `harness/${script[1]}.js`, script[2]);
    outgoing.writeHead(200, { 'content-type': 'text/javascript' }).end(await readFile(file));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}`;

  const open = async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${address}/`);
    return { context, page };
  };

  return {
    async start(name) {
      const { context, page } = await open();
      const session = await context.newCDPSession(page);
      await session.send('Performance.enable');
      const cpu = async () => {
        const { metrics } = await session.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'ProcessTime')?.value * 1e9;
      };
      await page.evaluate((path) => import(path), `/page/${name}.js`).catch((error) => {
        throw new Failure(`${name}: ${error.message}`);
      });
      const ask = (command, job) => page.evaluate(([command, job]) => globalThis.bench[command](job), [command, job]);
      return {
        prepare: (job) => ask('prepare', job),
        round: async (replies) => {
          const before = await cpu();
          const { wall } = await ask('round', { replies });
          return { cpu: (await cpu()) - before, wall };
        },
        stop: () => context.close(),
      };
    },

    /** From the import to the first text, in ms, in a page that has never seen the contestant. */
    async cold(name, body) {
      // The bundle is there before, so that no bundler is timed.
      await bundle(folder, 'harness/cold.js', name);
      const { context, page } = await open();
      try {
        return await page.evaluate(async ([path, body]) => {
          const start = performance.now();
          const { first } = await import(path);
          return (await first(body)) - start;
        }, [`/cold/${name}.js`, body]);
      } finally {
        await context.close();
      }
    },

    close: async () => {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
