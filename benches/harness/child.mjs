// The process of one contestant, in Node, Deno and Bun: `child.mjs NAME`. A line of JSON in is a command, a line out its
// answer. CPU time is the whole process's: threads of the garbage collector and of the compiler included.

import process from 'node:process';
import { createInterface } from 'node:readline';

import { watchWasm } from './wasm-memory.mjs';

const MARK = '\u0001';
const [name] = process.argv.slice(2);
const wasmBytes = watchWasm();
const contestant = await import(`../contestants/${name}.js`);
const { measured } = await import('./measured.js');

let session;

const COMMANDS = {
  async prepare(job) {
    session = measured(contestant, job);
    return { wrong: await session.check() };
  },
  round: ({ replies }) => timed(() => session.round(replies)),
  first: async (job) => (await import('./first.mjs')).first(contestant, job),
  heap: async (job) => (await import('./heap.mjs')).heap(contestant, job),
  profile: async (job) => (await import('./cpu-profile.mjs')).cpuProfile(contestant, job),
  tenths: async (job) => (await import('./long.mjs')).tenths(contestant, job),
  replies: async (job) => (await import('./long.mjs')).replies(contestant, job, wasmBytes),
};

export async function timed(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) * 1000, wall: (performance.now() - start) * 1e6 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...job } = JSON.parse(line);
  const answer = await COMMANDS[command](job).catch((error) => ({ error: String(error?.stack ?? error) }));
  process.stdout.write(`${MARK}${JSON.stringify(answer)}\n`);
}
