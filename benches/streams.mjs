// The workloads that are a cost of an event: measured, and told as ratios to the floor.

import { interleaved } from './rounds.mjs';
import { ratio, median } from './report/stats.mjs';
import { digits, table, withSpread } from './report/table.mjs';

/**
 * @param {{ start: (name: string) => Promise<any> }} runtime
 * @param {{ name: string, way: string, workload: object, counts: object, server: { urlOf: (body: object) => string } }} what
 */
export async function measureStream(runtime, { name, way, workload, counts, server }) {
  const { dialect, cut, events, names } = workload;
  const body = { dialect, cut, events: Math.max(100, Math.round(events * counts.size)) };
  const runners = new Map();
  try {
    const missing = {};
    for (const contestant of names) {
      try {
        runners.set(contestant, await runtime.start(contestant));
      } catch (error) {
        missing[contestant] = error.message.trim().split('\n')[0];
      }
    }
    const job = { body, url: way === 'http' ? server.urlOf(body) : undefined };
    const { costs, wrong } = await interleaved(`${name} ${way}`, runners, () => job, counts);
    return { body, costs, wrong: { ...missing, ...wrong } };
  } finally {
    for (const runner of runners.values()) await runner.stop();
  }
}

/** CPU time where the runtime tells it, else the wall's. */
export function streamTable({ costs, wrong }) {
  const { floor, hand } = costs;
  const clock = Number.isFinite(floor.cpu[0]) ? 'cpu' : 'wall';
  const rows = Object.entries(costs).map(([name, own]) => [
    name,
    digits(median(own[clock])),
    withSpread(ratio(own[clock], floor[clock])),
    hand ? digits(ratio(own[clock], hand[clock]).middle) : '-',
    digits(ratio(own.wall, floor.wall).middle),
    'right',
  ]);
  for (const [name, words] of Object.entries(wrong)) rows.push([name, '-', '-', '-', '-', `WRONG: ${words}`]);
  return table(['', `${clock} ns an event`, 'x floor (quartiles)', 'x hand', 'wall x floor', 'output'], rows);
}
