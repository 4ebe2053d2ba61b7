// A dev build is for tests and the demo. It says so in `dist/`, and nobody packs or measures it by mistake.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { DIST, ROOT } from './paths.mjs';
import { Failure } from './run.mjs';

/** The file of `dist/` that says so. */
export const MARK = 'DEV-BUILD.txt';

export const MARK_TEXT = `This is a dev build: without link-time optimisation, snip, wasm-opt and minified JavaScript, so larger and slower.
It is for tests and the demo; it is not to be published or measured. \`npm run build\` makes the release build.
`;

/** Tests that install the package set this, to pack a dev build all the same. */
export const PACK_DEV = 'RIVULET_PACK_DEV';

/** @param {string} [dist] */
export function requireBuild(dist = DIST) {
  if (!existsSync(join(dist, 'index.js'))) throw new Failure('there is no dist/: run `npm run build` first');
}

/** @param {string} [root] of another worktree */
export function refuseDevBuild(root = ROOT) {
  const dist = root === ROOT ? DIST : join(root, 'dist');
  requireBuild(dist);
  if (process.env[PACK_DEV] || !existsSync(join(dist, MARK))) return;
  throw new Failure('dist/ holds a dev build, which is neither packed nor measured: run `npm run build` first');
}
