// What is not a cost of an event. Each contestant is a fresh process each time, in turns.

import { median, ratio, spread } from './report/stats.mjs';
import { progress } from './report/progress.mjs';
import { digits, table } from './report/table.mjs';

const scaled = (count, { size }) => Math.max(100, Math.round(count * size));

/** @returns {Promise<Record<string, any[]>>} for each name its results, one a round */
async function inTurns(title, names, rounds, work) {
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      progress(`${title}: ${name}, round ${round + 1} of ${rounds}`);
      results[name].push(await work(name));
    }
  }
  progress('');
  return results;
}

/** One command to a contestant's process of its own. */
const asked = async (runtime, name, flags, command, job) => {
  const runner = await runtime.start(name, flags);
  try {
    return await runner.ask(command, job);
  } finally {
    await runner.stop();
  }
};

export async function first(runtime, { names, body, replies }, counts) {
  const count = scaled(replies, counts);
  return inTurns('first', names, counts.first, async (name) => (await asked(runtime, name, [], 'first', { body, replies: count })).us);
}

export function firstTable(us) {
  const times = (own, base) => (base ? digits(ratio(own, base).middle) : '-');
  const rows = Object.entries(us).map(([name, own]) => [name, digits(median(own)), times(own, us['floor-iter']), times(own, us.hand)]);
  return table(['', 'us to the first text', 'x floor-iter', 'x hand'], rows);
}

export async function heap(runtime, { names, body, replies }, counts) {
  // The role's chunk comes before the first piece, so this is in the midst of a reply.
  const job = { body, replies: scaled(replies, counts), stallAt: 11 };
  return inTurns('heap', names, counts.heap, async (name) => (await asked(runtime, name, ['--expose-gc'], 'heap', job)).bytes);
}

export function heapTable(bytes) {
  const rows = Object.entries(bytes).map(([name, own]) => [name, Math.round(median(own)), Math.round(median(own) - median(bytes.floor))]);
  return table(['', 'bytes an open reply', 'more than floor'], rows);
}

export async function cold(runtime, { names, body }, counts) {
  return inTurns('cold', names, counts.cold, (name) => runtime.cold(name, body));
}

export function coldTable(ms) {
  const rows = Object.entries(ms).map(([name, own]) => {
    const { middle, low, high } = spread(own);
    return [name, `${digits(middle)} (${digits(low)}-${digits(high)})`, digits(middle - median(ms.hand ?? ms.floor))];
  });
  return table(['', 'ms (quartiles)', 'more than hand'], rows);
}

export async function long(runtime, { names, body, pieces, replies }, counts) {
  const block = 1_000;
  const many = Math.max(10 * block, Math.round(pieces * counts.size));
  const job = { body: { ...body, events: block }, pieces: many };
  const tenths = await inTurns('long', names, counts.long, async (name) => (await asked(runtime, name, [], 'tenths', job)).costs);
  progress('long: many replies');
  const memory = await asked(runtime, 'rivulet', [], 'replies', { body, replies: scaled(replies, counts) });
  progress('');
  return { tenths, memory, pieces: many, replies: scaled(replies, counts) };
}

/** Cost of a piece in the last tenth against the first. */
export const growth = (rounds) => spread(rounds.map((costs) => costs.at(-1) / costs[0]));

export function longTable({ tenths, memory, pieces, replies }) {
  const rows = Object.entries(tenths).map(([name, rounds]) => {
    const tenth = (index) => digits(median(rounds.map((costs) => costs[index])));
    const { middle, low, high } = growth(rounds);
    return [name, tenth(0), tenth(4), tenth(9), `${digits(middle)} (${digits(low)}-${digits(high)})`];
  });
  return `${table([`ns a piece, of ${pieces}`, 'first tenth', 'fifth', 'last', 'last / first'], rows)}

wasm memory: ${memory.early} bytes after ${Math.ceil(replies / 100)} replies, ${memory.late} after ${replies}`;
}
