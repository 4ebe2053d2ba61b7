// What does not show in short replies: a cost that grows with the reply, memory that grows with their number.

import process from 'node:process';

import { measured } from './measured.js';

/** CPU time a piece, of each tenth of one long reply. */
export async function tenths(contestant, { pieces, ...job }) {
  const block = job.body.events;
  // What the compiler learns is not the reply's.
  await measured(contestant, { ...job, body: { ...job.body, times: Math.ceil(pieces / 10 / block) } }).round(1);
  const { read } = measured(contestant, { ...job, body: { ...job.body, times: pieces / block } });
  const each = pieces / 10;
  const costs = [];
  let items = 0;
  let before = process.cpuUsage();
  await read(() => {
    if (++items % each !== 0) return;
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) * 1000 / each);
    before = process.cpuUsage();
  });
  if (items !== pieces) throw new Error(`${items} pieces instead of ${pieces}`);
  return { costs };
}

/** Memory of the wasm module after a hundredth of the replies, and after all of them. */
export async function replies(contestant, { replies: count, ...job }, wasmBytes) {
  const session = measured(contestant, job);
  const wrong = await session.check();
  if (wrong) throw new Error(wrong);
  await session.round(Math.ceil(count / 100));
  const early = wasmBytes();
  await session.round(count - Math.ceil(count / 100));
  return { early, late: wasmBytes() };
}
