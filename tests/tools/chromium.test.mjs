import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { ensureChromium } from '../../scripts/lib/chromium.mjs';

const kept = { PATH: process.env.PATH, CHROME: process.env.CHROME, CHROMEDRIVER: process.env.CHROMEDRIVER };
let folder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-path-'));
  process.env.PATH = folder;
  delete process.env.CHROME;
  delete process.env.CHROMEDRIVER;
});
afterEach(async () => {
  for (const [name, value] of Object.entries(kept)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(folder, { recursive: true });
});

async function program(name) {
  const path = join(folder, name);
  await writeFile(path, '');
  await chmod(path, 0o755);
  return path;
}

test('finds the browser and its driver on PATH', async () => {
  const [CHROME, CHROMEDRIVER] = await Promise.all([program('google-chrome'), program('chromedriver')]);
  assert.deepEqual(await ensureChromium(), { CHROME, CHROMEDRIVER });
});

test('the variables CHROME and CHROMEDRIVER go before PATH', async () => {
  await Promise.all([program('chromium'), program('chromedriver')]);
  Object.assign(process.env, { CHROME: '/opt/chrome', CHROMEDRIVER: '/opt/chromedriver' });
  assert.deepEqual(await ensureChromium(), { CHROME: '/opt/chrome', CHROMEDRIVER: '/opt/chromedriver' });
});

test('says in one line what is missing where it cannot be installed', async () => {
  await program('chromium');
  await assert.rejects(ensureChromium(), {
    message: 'chromedriver not found: install what is missing, or name it in the variables CHROME and CHROMEDRIVER',
  });
});
