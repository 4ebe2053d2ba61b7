import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { ROOT } from '../../scripts/lib/paths.mjs';
import { ratio, spread } from '../../benches/report/stats.mjs';
import { STREAMS } from '../../benches/workloads.mjs';

const bench = (...args) => spawnSync(process.execPath, ['benches/run.mjs', '--no-build', '--quick', ...args], { cwd: ROOT, encoding: 'utf8' });

/** Rows of all tables, as cells. */
const rowsOf = (text) => text.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

test('measures everybody in W1, whose outputs are all right, and prints the goals', () => {
  const { status, stdout, stderr } = bench('--only', 'W1', '--rounds', '1');
  assert.equal(status, 0, stdout + stderr);
  const rows = rowsOf(stdout);
  for (const name of STREAMS.W1.names) {
    const own = rows.filter(([first]) => first === name);
    assert.equal(own.length, STREAMS.W1.ways.length, name);
    for (const [, cpu, , , , output] of own) {
      assert.equal(output, 'right', name);
      assert.ok(Number(cpu) > 0, `${name}: ${cpu} ns`);
    }
  }
  const goal = rows.find(([first]) => first === 'W1, x floor');
  assert.match(goal?.at(-1) ?? '', /^(met|MISSED)$/);
});

test('an output that is not what was sent is told of, and does not count', async () => {
  const { measured } = await import('../../benches/harness/measured.js');
  const body = { dialect: 'openai', cut: 'event', events: 3 };
  const contestant = (says) => ({ create: ({ body: { texts } }) => async (take) => says(texts).forEach((text) => take(text)) });
  assert.equal(await measured(contestant((texts) => texts), { body }).check(), undefined);
  assert.match(await measured(contestant((texts) => texts.slice(1)), { body }).check(), /^its text is another one/);
  assert.equal(await measured(contestant((texts) => [texts.join('')]), { body }).check(), '1 items instead of 3');
});

test('every cut of a body holds the same bytes', async () => {
  const { makeBody } = await import('../../benches/body/body.js');
  for (const dialect of ['openai', 'ai-engine', 'anthropic']) {
    const [one, ...others] = ['event', 'crumbs', 1024].map((cut) => makeBody({ dialect, cut, events: 70 }));
    for (const other of others) assert.ok(Buffer.concat(other.chunks).equals(Buffer.concat(one.chunks)), dialect);
    assert.equal(Buffer.concat(one.chunks).length, one.bytes);
    assert.match(Buffer.concat(one.chunks).subarray(0, one.ends[0]).toString(), /"The "\}*(,.*)?\n\n$/);
  }
});

test('ratios are of the same round', () => {
  assert.deepEqual(ratio([2, 40, 6], [1, 10, 2]), { middle: 3, low: 2.5, high: 3.5 });
  assert.deepEqual(spread([1, 2, 3, 4, 5]), { middle: 3, low: 2, high: 4 });
});
