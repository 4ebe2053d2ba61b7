// PHP's command line, which the tests of the relay take as the judge of what an address means.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { aptInstall } from './apt.mjs';
import { Failure, step } from './run.mjs';

/** @returns {Promise<string>} the path of `php` */
export async function ensurePhp() {
  const found = find('php');
  if (found !== undefined) return found;
  if (find('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new Failure('PHP not found: install its command line (Debian: `sudo apt-get install php-cli`)');
  }
  await step('PHP, by apt-get', () => aptInstall(['php-cli']));
  const now = find('php');
  if (now === undefined) throw new Failure('apt-get installed php-cli, but php is not on PATH');
  return now;
}

const find = (name) =>
  (process.env.PATH ?? '').split(delimiter).filter(Boolean).map((folder) => join(folder, name)).find((path) => existsSync(path));
