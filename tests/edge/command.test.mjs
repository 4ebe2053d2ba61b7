// `npm run edge` as a user types it: the lines that it prints work as they are printed.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT } from '../../scripts/lib/paths.mjs';
import { pythonWithOpenai } from '../../scripts/lib/python.mjs';
import { output } from './clients.mjs';

test('the curl line and the five lines of Python', { timeout: 120_000 }, async () => {
  const python = await pythonWithOpenai();
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  const { port } = blocker.address();
  const taken = spawn(process.execPath, ['scripts/edge.mjs', '--no-build', '--port', `${port}`], { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  taken.stderr.setEncoding('utf8').on('data', (text) => { words += text; });
  assert.notEqual((await once(taken, 'close'))[0], 0);
  assert.match(words, /port \d+ is in use/);
  blocker.close();
  await once(blocker, 'close');

  const child = spawn(process.execPath, ['scripts/edge.mjs', '--no-build', '--port', `${port}`], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-lines-'));
  try {
    let told = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      told += text;
      if (told.includes('Ctrl-C')) break;
    }
    const lines = told.split('\n');
    // Every address that is printed answers.
    for (const [address] of told.matchAll(/(http:\/\/[^\s'")]+)/g)) {
      const { status } = await fetch(address.replace(/\/v1$/, '/health'));
      assert.ok(status === 200 || address.endsWith('/chat/completions'), `${address}: ${status}`);
    }
    const curl = lines.find((line) => line.startsWith('curl '));
    assert.match(await output('sh', ['-c', curl]), /"content":"[^"]+"[\s\S]*data: \[DONE\]/);
    const first = lines.findIndex((line) => line.startsWith('from openai'));
    const script = join(folder, 'lines.py');
    await writeFile(script, `${lines.slice(first, first + 5).join('\n')}\n`);
    assert.match(await output(python, [script]), /You said: "Hello! How are you\?"/);
  } finally {
    child.kill('SIGINT');
    assert.equal((await closed)[0], 0, 'an interrupt is a clean end');
    await rm(folder, { recursive: true, force: true });
  }
});
