// Every version of the AI SDK, with each version of its interface that it takes, and every feature: what the real packages make of
// `languageModel`, and what the strict stub services get. The table is printed at the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { FEATURES } from './features.mjs';
import { ROWS, sdk, startStubs } from './helper.mjs';
import { startSite } from '../site/server.mjs';
import { print } from '../clients/table.mjs';

const LANES = 6;
const results = new Map();
let stubs;
let site;

before(async () => {
  [stubs, site] = await Promise.all([startStubs(), startSite({ delay: 0 })]);
});
after(async () => {
  stubs?.services.close();
  await site?.close();
  const rows = ROWS.map(([major, version]) => `ai ${major}, ${version}`);
  const words = (row, feature) => results.get(`${row} ${feature}`) ?? 'not run';
  const columns = Object.keys(FEATURES);
  // Features stand in the first column, since there are more of them than versions.
  console.log(`\n${print(columns, Object.fromEntries(rows.map((row) => [row, { title: row }])), (feature, row) => words(row, feature))}\n`);
});

for (const [major, version] of ROWS) {
  test(`ai ${major} with an interface of ${version}`, { concurrency: LANES }, async (t) => {
    const ai = await sdk(major);
    await Promise.all(Object.entries(FEATURES).map(([name, run]) => t.test(name, async () => {
      const key = `ai ${major}, ${version} ${name}`;
      try {
        results.set(key, (await run({ ai, major, version, ...stubs, site })) ?? 'ok');
      } catch (error) {
        results.set(key, 'FAILED');
        throw error;
      }
    })));
  });
}

test('the stub services had no failure of their own', () => assert.deepEqual(stubs.services.failures, []));
