import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { SEEDS, TARGETS } from '../../scripts/fuzz.mjs';
import { ROOT } from '../../scripts/lib/paths.mjs';

test('each fuzz target is built, and begins with recordings', async () => {
  const manifest = await readFile(join(ROOT, 'fuzz', 'Cargo.toml'), 'utf8');
  const bins = [...manifest.matchAll(/^path = "fuzz_targets\/(\w+)\.rs"$/gm)].map(([, name]) => name);
  assert.ok(TARGETS.length > 0);
  assert.deepEqual(bins.sort(), TARGETS);
  assert.deepEqual(Object.keys(SEEDS).sort(), TARGETS);
});
