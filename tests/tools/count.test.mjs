import assert from 'node:assert/strict';
import { test } from 'node:test';

import { counter } from '../../scripts/lib/count.mjs';

function count(...lines) {
  const { line, count: sum } = counter();
  lines.forEach(line);
  return sum;
}

test('adds up the binaries of cargo test, native and wasm', () => {
  assert.deepEqual(count(
    'running 2 tests',
    'test chat::tests::reads ... ok',
    'test result: ok. 70 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s',
    'test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 filtered out; finished in 0.02s',
  ), { passed: 72, failed: 3, skipped: 1 });
});

test("reads the figures of Node's spec reporter, with and without colours", () => {
  const lines = 'ℹ tests 9|ℹ suites 1|\x1b[34mℹ pass 4\x1b[39m|ℹ fail 1|ℹ cancelled 1|ℹ skipped 2|ℹ todo 1';
  assert.deepEqual(count(...lines.split('|')), { passed: 4, failed: 2, skipped: 3 });
});

test('is not misled by what tests print', () => {
  assert.deepEqual(
    count('the log says: test result: ok. 5 passed; 0 failed; 0 ignored', '  ℹ pass 7', 'pass 7', '✔ ℹ pass 7 (1ms)'),
    { passed: 0, failed: 0, skipped: 0 },
  );
});
