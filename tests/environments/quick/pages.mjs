// Pages without a bundler: an import map, the one file for CDNs as a module and as a classic script, `rivulet/slim`, an extension.

import { chromium } from 'playwright-core';

import { ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { Failure } from '../../../scripts/lib/run.mjs';

const page = (name, title, file) => ({
  name,
  title: `Chromium: ${title}`,
  fixture: 'quick/fixtures/pages',
  async run(at) {
    at.streamed(await at.page(`${await at.files()}/${file}?base=${at.base}`));
  },
});

export default [
  page('import-map', 'import map to dist/index.js', 'importmap.html'),
  page('min', 'rivulet.min.js as a module', 'min.html'),
  page('global', 'rivulet.global.js as a classic script', 'global.html'),
  page('slim', 'rivulet/slim with the address of the .wasm file', 'slim.html'),
  {
    name: 'policy',
    title: "Chromium: a Content-Security-Policy, with and without 'wasm-unsafe-eval'",
    fixture: 'quick/fixtures/pages',
    async run(at) {
      const under = async (policy) => at.page(`${await at.files(at.folder, { 'Content-Security-Policy': policy })}/policy.html?base=${at.base}`);
      const { read, ...failed } = await under("default-src 'self' 'wasm-unsafe-eval'; connect-src *; require-trusted-types-for 'script'; trusted-types 'none'");
      if (failed.code) throw new Failure(failed.message);
      at.streamed(read);
      const { code, message } = await under("default-src 'self'; connect-src *");
      if (code !== 'wasm_blocked' || !/Content-Security-Policy/.test(message)) throw new Failure(`without: ${code}, ${message}`);
    },
  },
  {
    name: 'extension',
    title: 'Chromium: MV3 extension, its page and its service worker',
    fixture: 'quick/fixtures/extension',
    async run(at) {
      const { CHROME } = await ensureChromium();
      const context = await chromium.launchPersistentContext(at.at('profile'), {
        executablePath: CHROME,
        headless: false,
        args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-features=DisableLoadExtensionCommandLineSwitch', `--disable-extensions-except=${at.folder}`, `--load-extension=${at.folder}`],
      });
      at.closers.push(() => context.close());
      const worker = context.serviceWorkers()[0] ?? await context.waitForEvent('serviceworker', { timeout: at.left() });
      const told = await at.toldBy(await context.newPage(), `${new URL('popup.html', worker.url())}?base=${at.base}`);
      at.streamed(told.page, 'page');
      at.streamed(told.worker, 'service worker');
    },
  },
];
