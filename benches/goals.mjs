// What rivulet wants to reach. Ratios of one run: `npm run bench` prints what was measured beside each.

import { GATEWAY_GOALS } from './gateway.mjs';
import { growth } from './others.mjs';
import { median, ratio, spread } from './report/stats.mjs';
import { digits, table, withSpread } from './report/table.mjs';

const times = (name, to, workload, contestant = 'rivulet') => ({
  name: `${name}, x ${to}`,
  of: ({ streams }) => {
    const { [contestant]: own, [to]: base } = streams[`${workload} memory`]?.costs ?? {};
    return own && base && ratio(own.cpu, base.cpu);
  },
});

/** By how much more, in each round. */
const more = (costs, bases) => spread(costs.map((cost) => cost - median(bases)));
/** How many times more, in each round. Whether runs agree is judged by this, since the machine changes milliseconds from run to run. */
const multiple = (costs, bases) => spread(costs.map((cost) => cost / median(bases)));
const exactly = (value) => ({ middle: value, low: value, high: value });

const GOALS = [
  { ...times('W1', 'floor', 'W1'), most: 1.2 },
  { ...times('W1', 'openai', 'W1'), most: 0.3 },
  { ...times('W2, an item an event', 'floor', 'W2'), most: 2.9 },
  { ...times('W2, an item an event', 'openai', 'W2'), most: 0.11 },
  { ...times('W2, an item an event', 'ai-sdk', 'W2'), most: 0.02 },
  { ...times('W2, joined', 'floor', 'W2', 'rivulet-coalesce'), most: 1.7 },
  { ...times('W3', 'floor', 'W3'), most: 1.1 },
  { ...times('W5, an item an event', 'hand', 'W5'), most: 0.42 },
  { name: 'first text, x floor-iter', most: 1.2, of: ({ first }) => first && ratio(first.rivulet, first['floor-iter']) },
  {
    name: 'bytes an open reply keeps, more than floor',
    most: 1_500,
    of: ({ heap }) => heap && more(heap.rivulet, heap.floor),
    agreeBy: ({ heap }) => heap && multiple(heap.rivulet, heap.floor),
  },
  {
    name: 'import and first reply, ms more than hand',
    most: 4,
    of: ({ cold }) => cold && more(cold.rivulet, cold.hand),
    agreeBy: ({ cold }) => cold && multiple(cold.rivulet, cold.hand),
  },
  { name: 'everything in the package, wasm included, bytes of gzip', most: 60 * 1024, of: ({ size }) => size && exactly(size.everything.gzip) },
  { name: 'a long reply: last tenth / first', most: 1.1, of: ({ long }) => long && growth(long.tenths.rivulet) },
  { name: 'wasm memory that many replies add, bytes', most: 0, of: ({ long }) => long && exactly(long.memory.late - long.memory.early) },
  ...GATEWAY_GOALS,
];

/** @param {{ streams: Record<string, any>, first?: any, heap?: any, cold?: any, size?: any, long?: any }} results of Node */
export function goalTable(results) {
  const rows = GOALS.map(({ name, most, of }) => {
    const measured = of(results);
    if (measured === undefined) return [name, most, '-', 'not measured'];
    return [name, most, digits(measured.middle), measured.middle <= most ? 'met' : 'MISSED'];
  });
  return table(['goal', 'at most', 'measured', ''], rows);
}

/**
 * Several runs beside each other. They agree where their quartiles overlap, or their medians lie within 3 %; of what is a difference
 * its ratio has to.
 */
export function agreementTable(runs) {
  const rows = GOALS.map(({ name, most, of, agreeBy = of }) => {
    const all = runs.map(of);
    if (all.includes(undefined)) return [name, most, ...runs.map(() => '-'), 'not measured', ''];
    const [lows, middles, highs] = ['low', 'middle', 'high'].map((part) => runs.map((run) => agreeBy(run)[part]));
    const agree = Math.max(...lows) <= Math.min(...highs) || Math.max(...middles) <= Math.min(...middles) * 1.03;
    const met = all.filter(({ middle }) => middle <= most).length;
    return [name, most, ...all.map(withSpread), agree ? 'yes' : 'NO', met === runs.length ? 'met' : met === 0 ? 'MISSED' : `met in ${met}`];
  });
  return table(['goal', 'at most', ...runs.map((_, index) => `run ${index + 1} (quartiles)`), 'agree', ''], rows);
}
