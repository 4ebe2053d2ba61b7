// Runtimes and tools that only some tests need, and that are too large for everybody's node_modules (600 MB): installed
// from the registry into the cache, once per set of versions.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CACHE } from './paths.mjs';
import { run } from './run.mjs';

/** wrangler is the newest whose engines admit Node 20. */
const VERSIONS = { bun: '1.4.4', deno: '2.9.6', wrangler: '4.86.0' };

/** @returns {Promise<(name: keyof typeof VERSIONS) => string>} paths of the commands */
export async function runtimes() {
  const hash = createHash('sha256').update(JSON.stringify(VERSIONS)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `runtimes-${hash}`);
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    console.error(`  installing ${Object.entries(VERSIONS).map(([name, version]) => `${name} ${version}`).join(', ')}, once`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const packages = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
    await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: folder, capture: true });
    await writeFile(done, '');
  }
  return (name) => join(folder, 'node_modules', '.bin', name);
}
