// Chromium and its driver for the tests: found, or installed by the system's package manager.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { aptInstall } from './apt.mjs';
import { Failure, step } from './run.mjs';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * The environment that tests need to find both: CHROME and CHROMEDRIVER, which may also be set by hand.
 *
 * @returns {Promise<{ CHROME: string, CHROMEDRIVER: string }>}
 */
export async function ensureChromium() {
  const found = find();
  if (found.CHROME && found.CHROMEDRIVER) return /** @type {any} */ (found);

  const debian = process.platform === 'linux' && onPath(['apt-get']);
  if (!debian || process.getuid?.() !== 0) {
    const missing = [!found.CHROME && 'Chromium', !found.CHROMEDRIVER && 'chromedriver'].filter(Boolean).join(' and ');
    throw new Failure(`${missing} not found: ${debian
      ? 'run `sudo apt-get install chromium chromium-driver`'
      : 'install what is missing, or name it in the variables CHROME and CHROMEDRIVER'}`);
  }
  await step('Chromium and chromedriver, by apt-get', () => aptInstall(['chromium', 'chromium-driver']));
  const now = find();
  if (!now.CHROME || !now.CHROMEDRIVER) throw new Failure('apt-get installed Chromium, but it is not on PATH');
  return /** @type {any} */ (now);
}

const find = () => ({
  CHROME: process.env.CHROME || onPath(BROWSERS),
  CHROMEDRIVER: process.env.CHROMEDRIVER || onPath(['chromedriver']),
});

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
