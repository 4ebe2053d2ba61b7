import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { MARK, PACK_DEV, refuseDevBuild } from '../../scripts/lib/dev-build.mjs';
import { freshClone, temporary } from './fakes.mjs';

const REFUSAL = /dist\/ holds a dev build, which is neither packed nor measured: run `npm run build` first/;

let clone;
beforeEach(async () => {
  clone = await temporary();
  await freshClone(clone.path);
  await mkdir(join(clone.path, 'dist'));
  await writeFile(join(clone.path, 'dist', 'index.js'), '');
});
afterEach(() => clone.remove());

function npmPack(env = {}) {
  return spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: clone.path, encoding: 'utf8', env: { ...process.env, ...env } });
}

const mark = () => writeFile(join(clone.path, 'dist', MARK), '');

test('npm pack refuses a dev build', async () => {
  await mark();
  const { status, stderr } = npmPack();
  assert.notEqual(status, 0);
  assert.match(stderr, REFUSAL);
});

test('npm pack takes a release build, and a dev build for tests that say so', async () => {
  assert.equal(npmPack().status, 0);
  await mark();
  assert.equal(npmPack({ [PACK_DEV]: '1' }).status, 0);
});

test('what packs or measures refuses a dev build, and a folder that holds no build', async () => {
  refuseDevBuild(clone.path);
  await mark();
  assert.throws(() => refuseDevBuild(clone.path), REFUSAL);
  await rm(join(clone.path, 'dist'), { recursive: true });
  assert.throws(() => refuseDevBuild(clone.path), /there is no dist\/: run `npm run build` first/);
});
