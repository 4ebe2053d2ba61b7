// Workloads whose result is the cost of an event, reported as ratios to the floor.

import { interleaved } from './rounds.mjs';
import { ratio, median } from './report/stats.mjs';
import { digits, table, withSpread } from './report/table.mjs';

/**
 * The rounds are spread over several launches: how a process compiled its code and laid out its heap stays with it for all its
 * rounds, and is worth 10 % either way.
 *
 * @param {{ start: (name: string) => Promise<any> }} runtime
 * @param {{ name: string, way: string, workload: object, counts: object, server?: { urlOf: (body: object) => string } }} what
 */
export async function measureStream(runtime, { name, way, workload, counts, server }) {
  const { dialect, cut, events, names } = workload;
  const body = { dialect, cut, events: Math.max(100, Math.round(events * counts.size)) };
  const job = { body, url: way === 'http' ? server.urlOf(body) : undefined };
  const launches = Math.min(counts.launches, counts.rounds);
  const rounds = Math.ceil(counts.rounds / launches);
  const all = { body, costs: {}, wrong: {} };
  for (let launch = 1; launch <= launches; launch++) {
    const title = `${name} ${way}${launches > 1 ? `, launch ${launch} of ${launches}` : ''}`;
    const { costs, wrong } = await launched(runtime, title, names.filter((one) => !all.wrong[one]), job, { ...counts, rounds });
    Object.assign(all.wrong, wrong);
    for (const [one, { cpu, wall }] of Object.entries(costs)) {
      all.costs[one] ??= { cpu: [], wall: [] };
      all.costs[one].cpu.push(...cpu);
      all.costs[one].wall.push(...wall);
    }
  }
  // Whoever was wrong once does not count at all.
  for (const one of Object.keys(all.wrong)) delete all.costs[one];
  return all;
}

async function launched(runtime, title, names, job, counts) {
  const runners = new Map();
  const missing = {};
  try {
    for (const name of names) {
      try {
        runners.set(name, await runtime.start(name));
      } catch (error) {
        missing[name] = error.message.trim().split('\n')[0];
      }
    }
    const { costs, wrong } = await interleaved(title, runners, () => job, counts);
    return { costs, wrong: { ...missing, ...wrong } };
  } finally {
    for (const runner of runners.values()) await runner.stop();
  }
}

/** CPU time where the runtime reports it, else wall time. */
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
