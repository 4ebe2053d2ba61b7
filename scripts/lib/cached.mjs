// Packages that are too large, or too many, for everybody's node_modules: installed from the registry into the cache, once per set
// of versions.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CACHE } from './paths.mjs';
import { run } from './run.mjs';

/**
 * @param {string} kind
 * @param {Record<string, string>} versions
 * @returns {Promise<string>} the `node_modules` that has them
 */
export async function cached(kind, versions) {
  const hash = createHash('sha256').update(JSON.stringify(versions)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${kind}-${hash}`);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    console.error(`  installing ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}, once`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder, capture: true, downloader: 'npm' });
    await writeFile(done, '');
  }
  return join(folder, 'node_modules');
}
