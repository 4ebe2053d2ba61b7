// Packages that are too large, or too many, for everybody's node_modules: installed from the registry into the cache, once per set
// of versions.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { CACHE } from './paths.mjs';
import { run } from './run.mjs';

/**
 * @param {string} kind
 * @param {Record<string, string>} versions
 * @returns {Promise<string>} the `node_modules` that has them
 */
export async function cached(kind, versions) {
  const hash = createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 12);
  return installedOnce(`${kind}-${hash}`, Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', '), async (folder) => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    await npm(folder, 'install', ...packages);
  });
}

/**
 * The same with everything below them pinned, too.
 *
 * @param {string} kind
 * @param {URL} from a folder with `package.json` and `package-lock.json`
 * @returns {Promise<string>} the `node_modules`
 */
export async function cachedWithLock(kind, from) {
  const files = ['package.json', 'package-lock.json'].map((name) => new URL(name, from));
  const hash = createHash('sha256').update(await readFile(files[1])).digest('hex').slice(0, 12);
  return installedOnce(`${kind}-${hash}`, `the packages of ${kind}`, async (folder) => {
    for (const file of files) await copyFile(file, join(folder, basename(file.pathname)));
    await npm(folder, 'ci');
  });
}

const npm = (folder, ...args) =>
  run('npm', [args[0], '--no-audit', '--no-fund', '--loglevel=error', ...args.slice(1)], { cwd: folder, capture: true, downloader: 'npm' });

async function installedOnce(name, title, install) {
  const folder = join(CACHE, name);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    console.error(`  installing ${title}, once`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await install(folder);
    await writeFile(done, '');
  }
  return join(folder, 'node_modules');
}
