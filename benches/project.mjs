// A folder with the packed rivulet installed, the peers, and a copy of the code that is measured: as users have it, nothing is
// imported from the repository.

import { cp, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { installed } from '../scripts/lib/pack.mjs';
import { ROOT } from '../scripts/lib/paths.mjs';
import { PEERS, peers } from './peers.mjs';

/**
 * @param {string} [root] of another worktree, whose `dist/` it is then
 * @returns {Promise<{ folder: string, remove: () => Promise<void> }>}
 */
export async function project(root = ROOT) {
  const { folder, remove } = await installed(root);
  for (const part of ['body', 'contestants', 'gateway', 'harness']) {
    await cp(join(ROOT, 'benches', part), join(folder, 'benches', part), { recursive: true });
  }
  const packages = await peers();
  for (const name of Object.keys(PEERS)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(packages, name), link, 'dir');
  }
  return { folder, remove };
}
