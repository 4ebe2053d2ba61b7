// The npm packages that the demo page loads: each bundled to one module, since browsers cannot resolve the names that packages import each other by.

import { ROOT } from './paths.mjs';

/** The modules under `vendor/` of the page, by their names: what is in each, and the words about its licence that stand in front of it. */
const MODULES = {
  'markdown-it.js': ["export { default } from 'markdown-it';",
    'markdown-it and what it depends on; MIT and BSD-2-Clause licensed: https://github.com/markdown-it/markdown-it'],
  'idb.js': ["export { openDB } from 'idb';", 'idb; copyright 2016 Jake Archibald; ISC licensed: https://github.com/jakearchibald/idb'],
};

/** @type {Map<string, Promise<Uint8Array>>} */
const bundled = new Map();

/** A module's text, bundled when it is first asked for. It is not written anywhere, so it cannot be older than the package. @param {string} name */
export function vendorModule(name) {
  if (!Object.hasOwn(MODULES, name)) return undefined;
  if (!bundled.has(name)) bundled.set(name, bundle(...MODULES[name]));
  return bundled.get(name);
}

async function bundle(contents, licence) {
  // Imported here: set-up may have installed it a moment ago.
  const { build } = await import('esbuild');
  const { outputFiles: [{ contents: bytes }] } = await build({
    stdin: { contents, resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: `/*! ${licence} */` },
  });
  return bytes;
}
