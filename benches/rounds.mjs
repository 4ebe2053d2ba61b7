// Interleaved rounds: each contestant in turn, in an order that rotates, so that a burst of somebody else's work, a warm or a
// throttled processor hits all of them alike.

import { progress } from './report/progress.mjs';

/**
 * @param {string} title
 * @param {Map<string, { prepare: (job: object) => Promise<{ wrong?: string }>, round: (replies: number) => Promise<{ cpu: number, wall: number }> }>} runners
 * @param {(name: string) => { body: { events: number } }} jobOf
 * @param {{ rounds: number, warmUpMs: number, roundMs: number }} counts
 * @returns {Promise<{ costs: Record<string, { cpu: number[], wall: number[] }>, wrong: Record<string, string> }>} ns an event
 */
export async function interleaved(title, runners, jobOf, { rounds, warmUpMs, roundMs }) {
  const wrong = {};
  const replies = {};
  for (const [name, runner] of runners) {
    progress(`${title}: checking ${name}`);
    const found = await runner.prepare(jobOf(name)).catch(({ message }) => ({ wrong: message.split('\n')[0] }));
    if (found.wrong) {
      wrong[name] = found.wrong;
      continue;
    }
    progress(`${title}: warming up ${name}`);
    const { wall: cold } = await runner.round(1);
    const enough = (ms, wall) => Math.min(10_000, Math.max(1, Math.ceil(ms * 1e6 / wall)));
    const warming = enough(warmUpMs, cold);
    const { wall } = await runner.round(warming);
    // A cheap contestant gets more replies a round: a round is to be long beside the clock's grain, and equally noisy.
    replies[name] = enough(roundMs, wall / warming);
  }
  const names = Object.keys(replies);
  const costs = Object.fromEntries(names.map((name) => [name, { cpu: [], wall: [] }]));
  for (let round = 0; round < rounds; round++) {
    progress(`${title}: round ${round + 1} of ${rounds}`);
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
      const { cpu, wall } = await runners.get(name).round(replies[name]);
      const events = replies[name] * jobOf(name).body.events;
      costs[name].cpu.push(cpu / events);
      costs[name].wall.push(wall / events);
    }
  }
  progress('');
  return { costs, wrong };
}
