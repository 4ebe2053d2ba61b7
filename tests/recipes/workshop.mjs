// A folder in which the recipes of docs/recipes lie as in somebody's project: beside them the packages that they import, and this one.

import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { cachedWithLock } from '../../scripts/lib/cached.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';

const PACKAGES = new URL('packages/', import.meta.url);

/** The files of a folder of this repository, by their names. */
export async function sources(folder) {
  const names = (await readdir(join(ROOT, folder))).filter((name) => /\.(js|jsx|vue|svelte)$/.test(name)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(ROOT, folder, name), 'utf8')])));
}

/** A recipe without the comment that says what it is, as README.md shows it. */
export const bodyOf = (source) => source.replace(/^(\/\/.*\n)+/, '');

/** @param {Record<string, string | Uint8Array>} files what else lies there */
export async function workshop(files) {
  const installed = await cachedWithLock('recipes', PACKAGES);
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-recipes-'));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await symlink(ROOT, join(modules, 'rivulet'), 'junction');
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', PACKAGES), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(installed, name), join(modules, name), 'junction');
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
