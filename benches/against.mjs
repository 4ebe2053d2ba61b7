// Another revision of rivulet, built in a worktree of its own and installed beside this one: the same benchmark code, two packages.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../scripts/lib/paths.mjs';
import { Failure, read, run, step } from '../scripts/lib/run.mjs';
import { project } from './project.mjs';
import { ratio } from './report/stats.mjs';
import { table, withSpread } from './report/table.mjs';
import { ENTRIES } from './workloads.mjs';

/**
 * @param {string} revision
 * @returns {Promise<{ commit: string, folder: string, has: (contestant: string) => boolean, remove: () => Promise<void> }>} a project as
 *   `project()` makes it; `has`: the entry that the contestant imports
 */
export async function otherProject(revision) {
  const commit = await read('git', ['rev-parse', '--verify', '--quiet', '--short', `${revision}^{commit}`]).catch(() => {
    throw new Failure(`--against: git knows no revision ${revision}`);
  });
  const tree = join(await mkdtemp(join(tmpdir(), 'rivulet-against-')), commit);
  await run('git', ['worktree', 'add', '--quiet', '--detach', tree, commit]);
  try {
    // What both revisions want of npm is here already; where they differ, the build of the other installs its own.
    const [own, others] = await Promise.all(['HEAD', commit].map((name) => read('git', ['rev-parse', `${name}:package-lock.json`])));
    if (own === others && existsSync(join(ROOT, 'node_modules'))) await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'), 'dir');
    await step(`Build of ${commit}`, () => run(process.execPath, [join(tree, 'scripts', 'build.mjs'), '--no-sizes'], { cwd: tree, capture: true }));
    const { exports } = JSON.parse(await readFile(join(tree, 'package.json'), 'utf8'));
    const has = (contestant) => !ENTRIES[contestant] || ENTRIES[contestant] in exports;
    return { commit, has, ...(await project(tree)) };
  } finally {
    await run('git', ['worktree', 'remove', '--force', tree]);
    await rm(join(tree, '..'), { recursive: true, force: true });
  }
}

/** Names of contestants that come of the other project end in this. */
export const OTHER = '@';

/** A runtime of both projects: `rivulet@` is the other's `rivulet`. */
export function both(runtime, other) {
  const where = (name) => (name.endsWith(OTHER) ? [other, name.slice(0, -OTHER.length)] : [runtime, name]);
  const passed = (method) => (name, ...more) => {
    const [to, own] = where(name);
    return to[method](own, ...more);
  };
  return {
    start: passed('start'),
    cold: passed('cold'),
    close: async () => {
      await runtime.close();
      await other.close();
    },
  };
}

/** Of a workload's contestants those that differ, each beside its other. `base`: what else is wanted. */
export const versus = (names, base = []) => [
  ...names.filter((name) => base.includes(name)),
  ...names.filter(isOurs).flatMap((name) => [name, name + OTHER]),
];

const isOurs = (name) => name.startsWith('rivulet') || name.startsWith('edge-');

/** Where the quartiles are on both sides of 1, nothing was seen. */
export function againstTable(results, commit) {
  const rows = [];
  for (const [workload, costs] of Object.entries(results)) {
    for (const name of Object.keys(costs).filter((name) => costs[name + OTHER])) {
      const found = ratio(costs[name], costs[name + OTHER]);
      const verdict = found.high < 1 ? 'less' : found.low > 1 ? 'MORE' : 'no difference seen';
      rows.push([`${workload}: ${name}`, withSpread(found), verdict]);
    }
  }
  return table(['', `x ${commit} (quartiles)`, ''], rows);
}
