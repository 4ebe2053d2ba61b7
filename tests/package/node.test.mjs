import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { installed } from '../../scripts/lib/pack.mjs';
import { replyTo } from '../site/replies.mjs';
import { startSite } from '../site/server.mjs';

const PROMPT = 'Привет! Как дела? 👋';
const EXPECTED = replyTo([{ role: 'user', content: PROMPT }], 0);

/** @type {Awaited<ReturnType<typeof installed>>} */
let project;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  [project, site] = await Promise.all([installed(), startSite({ delay: 5 })]);
  await cp(new URL('./consumer/', import.meta.url), project.folder, { recursive: true });
});
after(async () => {
  await Promise.all([project?.remove(), site?.close()]);
});

/** Well below the two minutes of the idle timeout: a timer that is left behind is found out. */
const PATIENCE = 20_000;

/** Runs a script of `consumer/` in a process of its own, which has to end by itself, and reads what it printed. */
async function consume(script, ...args) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--unhandled-rejections=strict', join(project.folder, script), ...args],
    { cwd: project.folder, timeout: PATIENCE, maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout);
}

function assertStreamed(name, pieces) {
  assert.equal(pieces.join(''), EXPECTED, name);
  assert.ok(pieces.length > 5, `${name} came in ${pieces.length} pieces`);
}

test('import: every provider and preset streams, and the process ends by itself', async () => {
  const replies = await consume('stream.mjs', site.url, PROMPT);
  assert.deepEqual(Object.keys(replies), ['AiEngine', 'AiPower', 'AiPuffer', 'Chatgpt4Online', 'Chatgpt4o']);
  for (const [name, pieces] of Object.entries(replies)) assertStreamed(name, pieces);
});

test('require: the same package, without a flag', async () => {
  assertStreamed('require', await consume('require.cjs', site.url, PROMPT));
});

test('rivulet.min.js needs no other file', async () => {
  assertStreamed('rivulet.min.js', await consume('min.mjs', site.url, PROMPT));
});

test('the process ends by itself after break, abort and a reply that nobody reads', async () => {
  const { broken, reason, same } = await consume('stop.mjs', site.url);
  assert.equal(typeof broken, 'string');
  assert.equal(reason, 'enough');
  assert.equal(same, true, 'the rejection is signal.reason itself');
});

test('errors of the core are ChatErrors, and the next call works', async () => {
  assert.deepEqual(await consume('fail.mjs', site.url), {
    unknownModel: { chatError: true, name: 'ChatError', code: 'model_not_found' },
    noMessages: { chatError: true, name: 'ChatError', code: 'input' },
    unreachable: { chatError: true, name: 'ChatError', code: 'network' },
    afterwards: true,
  });
});

test('the module can be had as a file', async () => {
  assert.deepEqual(await consume('module.mjs'), { valid: true });
});
