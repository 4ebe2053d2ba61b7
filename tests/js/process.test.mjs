// What is left of replies in a process: no handle, no timer, no memory, no unhandled rejection.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { child, useSite } from './helper.mjs';

const used = useSite();
const MB = 1024 * 1024;

test('a process with replies of every ending ends by itself, and nothing is left in it', async () => {
  const { left, ended } = await child('endings.mjs', { args: [used.site.url], timeout: 20_000 });
  assert.deepEqual(left, [], 'handles that are left');
  assert.ok(ended.length >= 9, `${ended}`);
});

test('a reply that nobody reads on does not keep the process', async () => {
  const { ms } = await child('dropped.mjs', { args: [used.site.url, 'dropped'], timeout: 30_000 });
  assert.ok(ms < 5_000, `${ms} ms`);
});

test('a read that waits keeps the process, before the first content and after it', async () => {
  for (const fault of ['stall after=0', 'stall after=2']) {
    const { ms, code } = await child('dropped.mjs', { args: [used.site.url, fault], timeout: 30_000 });
    assert.equal(code, 'timeout', fault);
    assert.ok(ms >= 800, `${fault}: ${ms} ms`);
  }
});

test('importing starts nothing', async () => {
  assert.deepEqual(await child('idle.mjs'), { left: [], compiled: 0 });
});

test('five hundred replies on one signal: no listener is left, and no warning', async () => {
  assert.deepEqual(await child('signal.mjs', { args: [used.site.url] }), { replies: 500, listeners: 0 });
});

test('ten thousand replies of every ending leave less than 48 bytes each', async () => {
  const { bytesPerReply, pages, replies } = await child('leaks.mjs', { flags: ['--expose-gc'], timeout: 120_000 });
  assert.equal(replies, 10_000);
  assert.ok(bytesPerReply < 48, `${bytesPerReply} bytes a reply`);
  assert.ok(pages <= 2, `${pages} wasm pages`);
});

test('after a trap of the core the next call works', async () => {
  const { code, trapped, others, works } = await child('trap.mjs');
  assert.equal(trapped, true, 'the module was really exhausted');
  assert.equal(code, 'protocol');
  assert.deepEqual(others, ['protocol'], 'replies that were under way end with an error');
  assert.equal(works, true);
});

test('where an engine refuses to compile at once, replies have it compiled, and all else says why it cannot be', async () => {
  const { absent, forbidden, early, aborted, ...rest } = await child('old-chromium.mjs');
  assert.match(absent, /^wasm_blocked: this runtime has no WebAssembly/);
  assert.match(forbidden, /^wasm_blocked: .*Content-Security-Policy needs script-src 'wasm-unsafe-eval'/);
  assert.match(early, /^wasm_blocked: .*Chromium before 115/);
  assert.match(aborted, /aborted/);
  assert.deepEqual(rest, { texts: ['Hello', 'Hello'], client: 'Hello', late: 'OpenAiChat', refused: true });
});

test('a hundred traps: neighbours get a clear error, the next call works, and memory is flat', async () => {
  const { codes, traps, neighbours, works, grown } = await child('traps.mjs', { flags: ['--expose-gc'] });
  assert.deepEqual([codes, traps, works], [['protocol'], 110, 110]);
  assert.deepEqual(neighbours, ["protocol: rivulet's core stopped during another reply, and this one with it"]);
  assert.ok(grown < 24 * 1024 * 1024, `${(grown / 2 ** 20).toFixed(1)} MiB more after a hundred traps`);
});
for (const name of ['OpenAiChat', 'Anthropic', 'Gemini', 'OpenAiResponses', 'Ollama', 'Cohere', 'AiEngine', 'AiPower', 'AiPuffer']) {
  test(`an image of 20 MiB to ${name} costs four times itself at most, and leaves nothing`, async () => {
    // glibc would keep what was freed, once it has freed a block as large as that.
    const env = { MALLOC_MMAP_THRESHOLD_: '131072' };
    const { sent, grown, left } = await child('image.mjs', { flags: ['--expose-gc'], args: [name, '20'], env });
    // A file has three bytes for four letters of Base64.
    assert.ok(sent > 14 * MB, `${sent} letters or bytes were sent`);
    assert.ok(grown < 4 * sent, `${grown / sent} times`);
    assert.ok(left < 20 * MB, `${left / MB} MiB are left`);
  });
}
