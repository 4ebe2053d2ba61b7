// Two builds of one commit, in two folders and with two target folders, give the same bytes.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { DIST, ROOT } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

/** What a build reads. */
const SOURCES = ['.cargo', '.npmrc', 'Cargo.lock', 'Cargo.toml', 'LICENSE', 'README.md', 'build.rs', 'crates', 'package-lock.json', 'package.json', 'scripts', 'src', 'tests/packages', 'xtask'];

async function digests(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const all = files.map(async (entry) => {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    return [path.slice(folder.length + 1), createHash('sha256').update(await readFile(path)).digest('hex')];
  });
  return Object.fromEntries((await Promise.all(all)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('a second build, elsewhere, gives the same bytes', { timeout: 600_000 }, async () => {
  const other = await mkdtemp(join(tmpdir(), 'rivulet-build-'));
  try {
    for (const name of SOURCES) await cp(join(ROOT, name), join(other, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(other, 'node_modules'));
    await run(process.execPath, ['scripts/build.mjs', '--no-sizes'], { cwd: other, env: { CARGO_TARGET_DIR: join(other, 'target') }, capture: true });
    assert.deepEqual(await digests(join(other, 'dist')), await digests(DIST));
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});
