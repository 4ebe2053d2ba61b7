// A contestant as one file, for runtimes that load no packages.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @param {string} folder with a copy of `benches/` and the packages
 * @param {string} entry beneath `benches/`, which imports `contestant`
 * @param {string} name of the contestant
 * @param {import('esbuild').BuildOptions} [more]
 * @returns {Promise<string>} the file
 */
export async function bundle(folder, entry, name, more = {}) {
  const { build } = await import('esbuild');
  const out = join(folder, 'bundles', entry.replaceAll(/\W/g, '-'), name);
  await mkdir(out, { recursive: true });
  await build({
    absWorkingDir: folder,
    entryPoints: [join(folder, 'benches', entry)],
    outfile: join(out, 'index.js'),
    alias: { contestant: join(folder, 'benches', 'contestants', `${name}.js`) },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    logLevel: 'error',
    ...more,
  });
  return join(out, 'index.js');
}
