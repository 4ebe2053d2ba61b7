import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { aptInstall } from '../../scripts/lib/apt.mjs';
import { fakes, temporary } from './fakes.mjs';

const { PATH } = process.env;
let folder;
beforeEach(async () => { folder = await temporary(); });
afterEach(async () => {
  process.env.PATH = PATH;
  await folder.remove();
});

/** An `apt-get` that notes how it is called, in a file `asked`, and then does as `lines` say; `$command` is its command. */
async function aptGet(lines) {
  const asked = join(folder.path, 'asked');
  const command = 'for word in "$@"; do case $word in update | install) command=$word;; esac; done';
  process.env.PATH = await fakes(folder.path, { 'apt-get': `echo "$*" >> ${asked}\n${command}\n${lines}` });
  return async () => (await readFile(asked, 'utf8')).trim().split('\n');
}

test('waits for the lock of a machine that installs its own updates', async () => {
  const asked = await aptGet('exit 0');
  await aptInstall(['chromium']);
  assert.deepEqual(await asked(), [
    '--quiet -o DPkg::Lock::Timeout=600 update',
    '--quiet -o DPkg::Lock::Timeout=600 install --yes --no-install-recommends chromium',
  ]);
});

test('waits for the lock of the lists, too, which apt itself does not', async () => {
  const asked = await aptGet(`
    if [ $command = update ] && [ $(wc -l < ${join(folder.path, 'asked')}) -lt 3 ]; then
      echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)' >&2; exit 100
    fi`);
  await aptInstall(['chromium'], { pause: 1 });
  assert.deepEqual((await asked()).map((line) => line.split(' ')[3]), ['update', 'update', 'update', 'install']);
});

test('does not wait for ever', async () => {
  await aptGet("echo 'E: Could not get lock /var/lib/apt/lists/lock' >&2; exit 100");
  await assert.rejects(aptInstall(['chromium'], { wait: 0, pause: 1 }), { message: /another program has held apt's lock for 0 s/ });
});

test('a missing network is told as that', async () => {
  await aptGet(`
    if [ $command = install ]; then echo 'E: Unable to locate package chromium' >&2; exit 100; fi
    echo "W: Failed to fetch some list: Temporary failure resolving 'mirror.example'"`);
  await assert.rejects(aptInstall(['chromium']), { message: /^no network: apt-get could not reach the distribution's package servers/ });
});

test('any other failure is told by its status', async () => {
  await aptGet('[ $command = update ] || exit 100');
  await assert.rejects(aptInstall(['chromium']), { message: 'apt-get could not install chromium: exit status 100' });
});
