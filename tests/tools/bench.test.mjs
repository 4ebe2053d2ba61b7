import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { ROOT } from '../../scripts/lib/paths.mjs';
import { ratio, spread } from '../../benches/report/stats.mjs';
import { goalTable } from '../../benches/goals.mjs';
import { OTHERS, STREAMS } from '../../benches/workloads.mjs';
import { PROGRAMS } from '../../scripts/lib/sizes.mjs';

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
  for (const name of STREAMS.W1.fromMemory) assert.deepEqual(rows.filter(([first]) => first === name).map((row) => row.at(-1)), ['right'], name);
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
  for (const dialect of ['openai', 'ai-engine', 'anthropic', 'ollama']) {
    const [one, ...others] = ['event', 'crumbs', 1024].map((cut) => makeBody({ dialect, cut, events: 70 }));
    for (const other of others) assert.ok(Buffer.concat(other.chunks).equals(Buffer.concat(one.chunks)), dialect);
    assert.equal(Buffer.concat(one.chunks).length, one.bytes);
    assert.match(Buffer.concat(one.chunks).subarray(0, one.ends[0]).toString(), /"The "\}*(,.*)?\n\n?$/);
  }
});

test('the loop by hand reads what every service sends', async () => {
  const { DIALECTS } = await import('../../benches/body/dialects.js');
  const { measured } = await import('../../benches/harness/measured.js');
  const hand = await import('../../benches/contestants/hand.js');
  for (const dialect of Object.keys(DIALECTS)) {
    for (const cut of ['event', 'crumbs']) assert.equal(await measured(hand, { body: { dialect, cut, events: 70 } }).check(), undefined, `${dialect}, ${cut}`);
  }
});

test('every goal but the gateway\'s is about something that is measured', () => {
  const ofAll = (names, value) => Object.fromEntries(names.map((name) => [name, value]));
  const results = {
    streams: Object.fromEntries(Object.entries(STREAMS).map(([name, { names }]) => [`${name} memory`, { costs: ofAll(names, { cpu: [1] }) }])),
    ...Object.fromEntries(Object.entries(OTHERS).map(([name, { names }]) => [name, ofAll(names, [1])])),
    size: { entries: ofAll(Object.keys(PROGRAMS), { gzip: 1 }) },
    long: { tenths: ofAll(OTHERS.long.names, [[1, 1]]), memory: { early: 1, late: 1 } },
  };
  const open = rowsOf(goalTable(results)).filter(([name, , , verdict]) => verdict === 'not measured' && !name.startsWith('gateway'));
  assert.deepEqual(open, []);
});

test('ratios are of the same round', () => {
  assert.deepEqual(ratio([2, 40, 6], [1, 10, 2]), { middle: 3, low: 2.5, high: 3.5 });
  assert.deepEqual(spread([1, 2, 3, 4, 5]), { middle: 3, low: 2, high: 4 });
});
