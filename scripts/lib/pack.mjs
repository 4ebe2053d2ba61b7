// The tarball that `npm publish` would send, and a folder outside the repository that has it installed.

import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { refuseDevBuild } from './dev-build.mjs';
import { ROOT } from './paths.mjs';
import { run } from './run.mjs';

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * @param {string} folder where the tarball goes
 * @param {string} [root] of another worktree
 * @returns {Promise<{ tarball: string, files: string[] }>} its path, and the paths inside it
 */
export async function pack(folder, root = ROOT) {
  refuseDevBuild(root);
  const { output } = await run(NPM, ['pack', '--json', '--loglevel=error', '--pack-destination', folder], {
    cwd: root,
    capture: true,
  });
  // Warnings of npm may precede the answer.
  const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m)));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path).sort() };
}

/**
 * An empty project with the packed package in it, as a user has it. `remove()` when done.
 *
 * @param {string} [root] of another worktree
 * @returns {Promise<{ folder: string, tarball: string, files: string[], remove: () => Promise<void> }>}
 */
export async function installed(root = ROOT) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'rivulet-installed-')));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { tarball, files } = await pack(folder, root);
    await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
    // Offline: a package without dependencies needs no registry, and this proves it.
    await run(NPM, ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball], {
      cwd: folder,
      capture: true,
    });
    return { folder, tarball, files, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
