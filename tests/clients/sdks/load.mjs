// The clients, which lie in the cache: 250 MB are too many for everybody's node_modules.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cachedWithLock } from '../../../scripts/lib/cached.mjs';

const PACKAGES = new URL('../packages/', import.meta.url);

let loading;

/** The folder `node_modules` that has them. */
export const packages = () => cachedWithLock('client-sdks', PACKAGES);

/** @param {string} name of a package, or of what one exports */
export async function load(name) {
  loading ??= packages().then(async (folder) => {
    // A module there, since a bare name is looked for beside the module that imports it.
    const file = join(folder, '..', 'load.mjs');
    await writeFile(file, 'export const load = (name) => import(name);\n');
    return (await import(pathToFileURL(file).href)).load;
  });
  return (await loading)(name);
}

/** Versions by the names that `load` takes. */
export async function versions() {
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', PACKAGES), 'utf8'));
  return Object.fromEntries(Object.entries(dependencies).map(([name, version]) => [name, version.replace(/^npm:.*@/, '')]));
}
