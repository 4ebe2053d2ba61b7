// Inputs from public reports (tests/cases), each with the right value: whole, and one byte at a time.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RUN = fileURLToPath(new URL('../cases/run.mjs', import.meta.url));

/** What is not as it should be so far, each with what is missing. One that passes must leave this list. */
const OPEN = {
};

for (const [how, env] of Object.entries({ whole: {}, 'one byte at a time': { CHUNK: '1' } })) {
  test(`the reported inputs come out right, ${how}`, async () => {
    const output = await new Promise((resolve, reject) => {
      const options = { env: { ...process.env, QUIET: '1', ...env }, maxBuffer: 1 << 26 };
      execFile(process.execPath, [RUN, ROOT], options, (error, stdout) => (error && typeof error.code !== 'number' ? reject(error) : resolve(stdout)));
    });
    const failed = [...output.matchAll(/^FAIL (\S+)$/gm)].map(([, name]) => name);
    assert.deepEqual(failed, Object.keys(OPEN), output);
    const [, passed, all] = /^passed (\d+) of (\d+)$/m.exec(output);
    assert.equal(Number(all) - Number(passed), failed.length);
    assert.ok(Number(all) >= 245, all);
  });
}
