// The plan of a command: announces all steps with the time that each takes, and then performs them.

import { Failure, seconds, step } from './run.mjs';
import { keepTime, lastTime } from './times.mjs';

/**
 * @typedef {{ title: string, first?: number, work: () => Promise<unknown> }} Job `first`: about how many seconds the work takes
 *   the first time, on two cores
 * @typedef {Job[][]} Plan in order; the jobs of a row run at the same time
 */

/**
 * Prints the plan, as the first output of a command.
 *
 * @param {Pick<Job, 'title' | 'first'>[][]} plan
 */
export function announce(plan) {
  const rows = plan.filter((row) => row.length);
  const width = Math.max(...rows.flat().map(({ title }) => title.length));
  console.log('What happens, in order, and how long it takes:');
  for (const [index, row] of rows.entries()) {
    for (const [place, { title, first }] of row.entries()) {
      console.log(`  ${place === 0 ? `${index + 1}.`.padStart(3) : '  +'} ${title.padEnd(width)}  ${timeOf(title, first)}`.trimEnd());
    }
  }
  if (rows.some((row) => row.length > 1)) console.log('  (+ runs at the same time as what stands above it)');
}

function timeOf(title, first) {
  const last = lastTime(title);
  if (last !== undefined) return `last time ${last}`;
  return first === undefined ? '' : `about ${first} s the first time`;
}

/** @param {Plan} plan */
export async function perform(plan) {
  for (const row of plan) {
    if (row.length === 1) await step(row[0].title, row[0].work);
    if (row.length > 1) await atTheSameTime(row);
  }
}

/** Performs the jobs of a row. All of them finish even if one fails, since half a download would be lost. */
async function atTheSameTime(row) {
  for (const { title } of row) console.log(`▸ ${title}`);
  const failures = [];
  await Promise.all(row.map(async ({ title, work }) => {
    const start = performance.now();
    try {
      await work();
      keepTime(title, seconds(start));
      console.log(`  ${title}: done, ${seconds(start)}`);
    } catch (error) {
      failures.push(error);
    }
  }));
  const other = failures.find((error) => !(error instanceof Failure));
  if (other) throw other;
  if (failures.length) throw new Failure([...new Set(failures.map(({ message }) => message))].join('\nerror: '));
}
