// Runtimes and tools that only some tests and benchmarks need: 600 MB, in the cache.

import { join } from 'node:path';

import { cached } from './cached.mjs';

/** wrangler is the newest whose engines admit Node 20. */
export const VERSIONS = { bun: '1.4.4', deno: '2.9.6', wrangler: '4.86.0' };

export const NEWEST_NODE = '26.10.0';

/** Node as a package, by its major version; 20 is the oldest that package.json admits. */
export const NODES = { 20: '20.19.0', 22: '22.23.5', 24: '24.22.3' };

/** @returns {Promise<(name: keyof typeof VERSIONS) => string>} paths of the commands */
export async function runtimes() {
  const folder = await cached('runtimes', VERSIONS);
  return (name) => join(folder, '.bin', name);
}

export const newestNode = () => nodeOf(NEWEST_NODE);

/** @param {string} version @returns {Promise<string>} path of the command */
export async function nodeOf(version) {
  // The package `node` downloads this one with a script; it is had without.
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return join(await cached('node', { [name]: version }), name, 'bin', 'node');
}
