// Packages that only the tests of `rivulet/tools` need: libraries of schemas, and the Model Context Protocol.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cachedWithLock } from '../../scripts/lib/cached.mjs';

let installing;

/** The folder that has them in its `node_modules`. */
export async function packagesFolder() {
  installing ??= cachedWithLock('tools-tests', new URL('packages/', import.meta.url));
  return join(await installing, '..');
}

/** Imports one, as a module in that folder would. @param {string} name */
export async function load(name) {
  const { resolve } = createRequire(join(await packagesFolder(), 'index.js'));
  return import(pathToFileURL(resolve(name)).href);
}
