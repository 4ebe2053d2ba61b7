// Programs that stand in for real ones on PATH, and a copy of the project's commands in a folder of its own.

import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { ROOT } from '../../scripts/lib/paths.mjs';

/** @returns {Promise<{ path: string, remove: () => Promise<void> }>} */
export async function temporary() {
  const path = await mkdtemp(join(tmpdir(), 'rivulet-tools-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * @param {string} folder
 * @param {Record<string, string>} programs lines of shell, by name
 * @returns {Promise<string>} a PATH that finds these before all others
 */
export async function fakes(folder, programs) {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, lines] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${lines}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return `${bin}${delimiter}${process.env.PATH}`;
}

/** What the commands need of a clone: nothing is installed or built in it. */
export async function freshClone(folder) {
  for (const name of ['package.json', 'package-lock.json', 'tests/packages', 'Cargo.lock', 'xtask/Cargo.toml', 'xtask/src', 'scripts']) {
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
}
