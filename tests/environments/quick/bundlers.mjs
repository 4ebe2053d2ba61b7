// A page made by each bundler with its defaults, read in Chromium.

import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { GROUPS } from '../versions.mjs';

const versionOf = (name) => GROUPS[name === 'parcel' ? 'parcel' : 'bundlers'][name];

async function weight(folder) {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    if (/\.(js|wasm)$/.test(name) && (await stat(join(folder, name))).isFile()) sum += (await promisify(gzip)(await readFile(join(folder, name)))).length;
  }
  return `${(sum / 1000).toFixed(1)} kB gzip`;
}

/**
 * @param {string[][]} commands
 * @param {{ page?: boolean, slim?: boolean }} [options] `page`: whether it makes the page as well; `slim`: `rivulet/slim`, with the module as
 *   a file of its own
 */
const bundler = (name, title, commands, { page = false, slim = false } = {}) => ({
  name: slim ? `${name}-slim` : name,
  title: `${title} ${versionOf(name === 'rspack' ? '@rspack/core' : name)}${slim ? ', rivulet/slim' : ''}`,
  group: name === 'parcel' ? 'parcel' : 'bundlers',
  fixture: `quick/fixtures/${slim ? 'slim' : 'bundle'}`,
  timeout: 90,
  async run(at) {
    await writeFile(at.at('package.json'), '{ "name": "app", "private": true }\n');
    for (const [command, ...args] of commands) await at.run(command, args);
    if (!page) await writeFile(at.at('out', 'index.html'), '<!doctype html><meta charset="utf-8"><title>rivulet</title><script type="module" src="./main.js"></script>\n');
    at.streamed(await at.page(`${await at.files(at.at('out'))}/?base=${at.base}`));
    return weight(at.at('out'));
  },
});

export default [
  bundler('esbuild', 'esbuild', [['esbuild', 'src/main.js', '--bundle', '--minify', '--format=esm', '--outfile=out/main.js']]),
  bundler('rollup', 'Rollup', [['rollup', '--config']]),
  bundler('webpack', 'webpack', [['node', 'pack.mjs', 'webpack']]),
  bundler('rspack', 'Rspack', [['node', 'pack.mjs', '@rspack/core']]),
  bundler('vite', 'Vite', [['vite', 'build', '--outDir=out']], { page: true }),
  bundler('parcel', 'Parcel', [['parcel', 'build', 'index.html', '--dist-dir=out', '--no-cache', '--public-url=./']], { page: true }),
  bundler('webpack', 'webpack', [['node', 'pack.mjs', 'webpack']], { slim: true }),
  bundler('rspack', 'Rspack', [['node', 'pack.mjs', '@rspack/core']], { slim: true }),
  bundler('vite', 'Vite', [['vite', 'build', '--outDir=out']], { page: true, slim: true }),
];
