// Bytes that an open reply keeps: many of them, each with half of its body read and the next chunk awaited.

import process from 'node:process';

import { measured } from './measured.js';

export async function heap(contestant, { replies, ...job }) {
  const { read, chunks } = measured(contestant, job);
  // One reply first: what is loaded and compiled once is nobody's reply.
  const { read: once } = measured(contestant, { ...job, stallAt: undefined });
  await once(() => {});
  const before = await kept();
  const open = [];
  for (let reply = 0; reply < replies; reply++) open.push(read(() => {}));
  // There is no event for "all of them wait", so this waits until none of them makes progress.
  for (let pause = 0; pause < 20; pause++) await new Promise((resolve) => setTimeout(resolve, 10));
  const after = await kept();
  const state = await Promise.race([Promise.all(open), 'waiting']);
  if (state !== 'waiting' || chunks < 2) throw new Error('the replies are over');
  return { bytes: (after - before) / replies };
}

async function kept() {
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  // `external` is array buffers, and the memory of wasm modules.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
