import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { ROOT } from '../../scripts/lib/paths.mjs';

const call = (...args) => spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });

const COMMANDS = {
  ...Object.fromEntries(['build', 'start', 'test', 'lint', 'size', 'record', 'fuzz'].map((name) => [name, `scripts/${name}.mjs`])),
  bench: 'benches/run.mjs',
};

for (const [script, file] of Object.entries(COMMANDS)) {
  test(`${file} explains itself`, () => {
    const { status, stdout, stderr } = call(file, '--help');
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^Usage: npm (run )?${script}\\b`));
    assert.equal(stderr, '');
  });

  test(`${file} refuses what it does not know, in words, before it does anything`, () => {
    const { status, stdout, stderr } = call(file, '--no-such-option');
    assert.equal(status, 2);
    assert.match(stderr, /^error: Unknown option '--no-such-option'/);
    assert.equal(stdout, '');
  });
}

for (const [words, complaint] of [
  [['scripts/test.mjs', '--only', 'workerd,nope'], /^error: no such part: nope\n/],
  [['scripts/test.mjs', '--dev', '--only', 'js,package'], /^error: --dev: package tests the release build\n/],
  [['scripts/test.mjs', '--dev', '--release'], /^error: --dev and --release exclude each other\n/],
  [['scripts/build.mjs', '--out', 'elsewhere'], /^error: --out belongs to --demo\n/],
  [['scripts/start.mjs', '--port', '70000'], /^error: --port: 70000 is no port\n/],
  [['scripts/start.mjs', '--url', 'https://shop.example', '--provider', 'x'], /^error: --provider: no such name: x\n/],
  [['benches/run.mjs', '--only', 'W1,W99'], /^error: --only: no such name: W99\n/],
  [['benches/run.mjs', '--rounds', '0'], /^error: --rounds: 0 is no such number\n/],
  [['scripts/fuzz.mjs'], /^error: which target\?\n/],
  [['scripts/fuzz.mjs', 'nope'], /^error: no such target: nope\n/],
  [['scripts/fuzz.mjs', 'json', 'soon'], /^error: SECONDS: soon is no such number\n/],
  [['scripts/start.mjs', '--bot', 'support'], /^error: --bot belongs to a --url\n/],
]) {
  test(`${words.join(' ')} is refused`, () => {
    const { status, stderr } = call(...words);
    assert.equal(status, 2);
    assert.match(stderr, complaint);
  });
}

test('scripts/build.mjs --demo --out FOLDER refuses a folder with other files, before it builds', () => {
  const { status, stdout, stderr } = call('scripts/build.mjs', '--demo', '--out', 'docs');
  assert.equal(status, 1);
  assert.match(stderr, /^error: .*docs holds other things than the demo \(.*\), and nothing is written over them: name an empty or a new folder with --out\n$/);
  assert.equal(stdout, '');
});
