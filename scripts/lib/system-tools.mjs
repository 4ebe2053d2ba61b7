// Programs of the system that some checks need, found on PATH, or as root installed by apt-get.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { aptInstall } from './apt.mjs';
import { Failure, step } from './run.mjs';

/** PHP's command line, which the tests of the relay take as the judge of what an address means. @returns {Promise<string>} its path */
export const ensurePhp = () => ensure('PHP’s command line', ['php'], 'php-cli');

/** A C++ compiler, which libFuzzer is built with. @returns {Promise<string>} its path */
export const ensureCxx = () => ensure('a C++ compiler', ['c++', 'g++', 'clang++'], 'g++');

/**
 * @param {string} what
 * @param {string[]} commands the first one that is found is taken
 * @param {string} debianPackage
 */
async function ensure(what, commands, debianPackage) {
  const found = find(...commands);
  if (found !== undefined) return found;
  if (find('apt-get') === undefined || process.getuid?.() !== 0) {
    throw new Failure(`${what} not found: install it (Debian: \`sudo apt-get install ${debianPackage}\`)`);
  }
  await step(`${debianPackage}, by apt-get`, () => aptInstall([debianPackage]));
  const now = find(...commands);
  if (now === undefined) throw new Failure(`apt-get installed ${debianPackage}, but ${commands[0]} is not on PATH`);
  return now;
}

function find(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
