// Programs for Node as one file, as they are deployed: what the bundler wrote is taken elsewhere, where no package is, and run there.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GROUPS } from '../versions.mjs';

const esbuild = (from, format, to) => ['esbuild', [from, '--bundle', '--platform=node', `--format=${format}`, `--outfile=out/${to}`]];

const bundle = (name, title, files, commands) => ({
  name: `${name}-node`,
  title: `${title}, for Node, run elsewhere`,
  group: 'bundlers',
  fixture: 'quick/fixtures/node-bundle',
  async run(at) {
    for (const [command, args] of commands) await at.run(command, args);
    const away = await mkdtemp(join(tmpdir(), 'rivulet-away-'));
    at.closers.push(() => rm(away, { recursive: true, force: true }));
    await cp(at.at('out'), away, { recursive: true });
    // Nothing of the package may be found where it was built.
    await rm(at.home, { recursive: true });
    for (const file of files) at.streamed(await at.tell('node', [join(away, file), at.base], { cwd: away }), file);
  },
});

const version = (name) => `${name} ${GROUPS.bundlers[name]}`;

export default [
  bundle('esbuild', version('esbuild'), ['esm.mjs', 'esm-to-cjs.cjs', 'cjs.cjs'], [
    esbuild('main.mjs', 'esm', 'esm.mjs'), esbuild('main.cjs', 'cjs', 'cjs.cjs'),
    esbuild('waits.mjs', 'cjs', 'esm-to-cjs.cjs'),
  ]),
  bundle('rollup', `Rollup ${GROUPS.bundlers.rollup}`, ['rollup.mjs'], [['rollup', ['--config']]]),
  bundle('webpack', version('webpack'), ['webpack.cjs'], [['node', ['pack.mjs', 'webpack', 'webpack']]]),
  bundle('rspack', `Rspack ${GROUPS.bundlers['@rspack/core']}`, ['rspack.cjs'], [['node', ['pack.mjs', '@rspack/core', 'rspack']]]),
  bundle('vite', `Vite ${GROUPS.bundlers.vite}, ssr`, ['vite.mjs'], [['vite', ['build']]]),
  bundle('ncc', `ncc ${GROUPS.bundlers['@vercel/ncc']}`, ['index.cjs'], [['ncc', ['build', 'main.cjs', '--out', 'out']]]),
];
