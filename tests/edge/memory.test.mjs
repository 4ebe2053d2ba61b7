// Ten thousand requests in one isolate: of a dead request nothing stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startWorkerd } from '../../scripts/lib/workerd.mjs';
import { startSite } from '../site/server.mjs';
import { bundleInstalled } from '../workerd/harness.mjs';

const KEY = 'sk-of-the-memory';
const MB = 1024 * 1024;

/** Ends that a request can have, in turn. */
const ENDS = [
  { stream: true },
  { stream: false },
  { stream: true, leave: true },
  { model: 'nope' },
  { messages: [] },
];

test('memory is flat over 10,000 requests of every ending', { timeout: 240_000 }, async () => {
  const bundle = await bundleInstalled(new URL('./worker.js', import.meta.url));
  const site = await startSite({ delay: 0 });
  // V8 takes what it may before it collects: a quarter of what a Worker has makes it do so.
  const workerd = await startWorkerd(bundle, { env: { SITE: site.url, KEY, PAGES: 'https://app.example' }, v8Flags: ['--max-heap-size=32'] });
  const one = async (index) => {
    const { stream = false, leave = false, model = 'shop', messages = [{ role: 'user', content: `No. ${index}` }] } = ENDS[index % ENDS.length];
    const response = await fetch(`${workerd.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream }),
    });
    if (leave) await response.body.cancel();
    else await response.text();
    // The log of the site is not what is measured.
    if (index % 1000 === 0) site.clear();
  };
  const many = async (count) => {
    let index = 0;
    await Promise.all(Array.from({ length: 20 }, async () => {
      while (index < count) await one(index++);
    }));
  };
  try {
    // All grows to its working size first.
    await many(3_000);
    const before = await workerd.memory();
    await many(10_000);
    const grown = (await workerd.memory()) - before;
    console.log(`  ${Math.round(before / MB)} MB before, ${(grown / MB).toFixed(1)} MB more after 10,000 requests`);
    // A leak of one kilobyte a request would be 10 MB.
    assert.ok(grown < 10 * MB, `${grown} bytes`);
    assert.doesNotMatch(workerd.errors(), /uncaught|unhandled|hung|different request/i);
  } finally {
    await workerd.stop();
    await site.close();
    await bundle.remove();
  }
});
