// What rivulet wants to reach. Ratios of one run: `npm run bench` prints what was measured beside each.

import { BUDGET } from '../scripts/lib/sizes.mjs';
import { growth } from './others.mjs';
import { median, ratio } from './report/stats.mjs';
import { digits, table } from './report/table.mjs';

const times = (name, to, workload, contestant = 'rivulet') => ({
  name: `${name}, x ${to}`,
  of: ({ streams }) => {
    const { [contestant]: own, [to]: base } = streams[`${workload} memory`]?.costs ?? {};
    return own && base && ratio(own.cpu, base.cpu).middle;
  },
});

const GOALS = [
  { ...times('W1', 'floor', 'W1'), most: 1.2 },
  { ...times('W1', 'openai', 'W1'), most: 0.3 },
  { ...times('W2, an item an event', 'floor', 'W2'), most: 2.9 },
  { ...times('W2, an item an event', 'openai', 'W2'), most: 0.11 },
  { ...times('W2, an item an event', 'ai-sdk', 'W2'), most: 0.02 },
  { ...times('W2, joined', 'floor', 'W2', 'rivulet-coalesce'), most: 1.7 },
  { ...times('W3', 'floor', 'W3'), most: 1.1 },
  { ...times('W5, an item an event', 'hand', 'W5'), most: 0.42 },
  { name: 'first text, x floor-iter', most: 1.2, of: ({ first }) => first && ratio(first.rivulet, first['floor-iter']).middle },
  { name: 'bytes an open reply keeps, more than floor', most: 1_500, of: ({ heap }) => heap && median(heap.rivulet) - median(heap.floor) },
  { name: 'import and first reply, ms more than hand', most: 4, of: ({ cold }) => cold && median(cold.rivulet) - median(cold.hand) },
  { name: 'everything in the package, wasm included, bytes of gzip', most: BUDGET, of: ({ size }) => size?.everything.gzip },
  { name: 'a long reply: last tenth / first', most: 1.1, of: ({ long }) => long && growth(long.tenths.rivulet).middle },
  { name: 'wasm memory that many replies add, bytes', most: 0, of: ({ long }) => long && long.memory.late - long.memory.early },
];

/** @param {{ streams: Record<string, any>, first?: any, heap?: any, cold?: any, size?: any, long?: any }} results of Node */
export function goalTable(results) {
  const rows = GOALS.map(({ name, most, of }) => {
    const measured = of(results);
    if (measured === undefined) return [name, most, '-', 'not measured'];
    return [name, most, digits(measured), measured <= most ? 'met' : 'MISSED'];
  });
  return table(['goal', 'at most', 'measured', ''], rows);
}
