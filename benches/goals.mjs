// What rivulet wants to reach, in figures of one run: `npm run bench` prints what was measured beside each. A kB is 1,000 bytes.

import process from 'node:process';

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

const KB = 1_000;
/** The one that runs the bench, 20 for the published figures. */
const NODE = `Node ${process.versions.node.split('.')[0]}`;

/** By how much more, in each round. */
const more = (costs, bases) => spread(costs.map((cost) => cost - median(bases)));
/** How many times more, in each round. Whether runs agree is judged by this, since the machine changes milliseconds from run to run. */
const multiple = (costs, bases) => spread(costs.map((cost) => cost / median(bases)));
const exactly = (value) => ({ middle: value, low: value, high: value });

/** For each entry: the contestant, and the results that it is in. */
const ENTRIES = [
  ['rivulet', 'rivulet', ''],
  ['rivulet/openai', 'rivulet-openai', ''],
  ['rivulet/services', 'rivulet-services', ''],
  ['rivulet/wordpress', 'rivulet-wordpress', '-engine'],
];

const forEntries = (goal) => ENTRIES.map(([entry, contestant, body]) => goal(entry, contestant, body));

const firstText = (node, place) => (entry, contestant, body) => ({
  name: `first text, ${node}, ${entry}, x hand`,
  most: 2,
  of: ({ [`first${place}${body}`]: us }) => us && ratio(us[contestant], us.hand),
});

/** All of it: what the runtime keeps for any request is in it, too. In Node 20 that alone is more. */
const openReply = (node, place) => (entry, contestant, body) => ({
  name: `bytes an open reply keeps, ${node}, ${entry}`,
  most: 5 * KB,
  of: ({ [`heap${place}${body}`]: bytes }) => bytes && spread(bytes[contestant]),
});

const start = (node, place, most) => (entry, contestant, body) => ({
  name: `import and first reply, ${node}, ${entry}, ms more than hand`,
  most,
  of: ({ [`cold${place}${body}`]: ms }) => ms && more(ms[contestant], ms.hand),
  agreeBy: ({ [`cold${place}${body}`]: ms }) => ms && multiple(ms[contestant], ms.hand),
});

/** Of the program of that name in scripts/lib/sizes.mjs, which esbuild makes for a page. */
const weight = (program, most) => ({
  name: `smallest program, ${program}, bytes of gzip`,
  most,
  of: ({ size }) => size && exactly(size.entries[program].gzip),
});

const GOALS = [
  { ...times('W1', 'floor', 'W1'), most: 1.15 },
  { ...times('W1', 'openai', 'W1'), most: 0.3 },
  { ...times('W2, an item an event', 'floor-iter', 'W2'), most: 1.4 },
  { ...times('W2, an item an event', 'openai', 'W2'), most: 0.11 },
  { ...times('W2, an item an event', 'ai-sdk', 'W2'), most: 0.02 },
  { ...times('W2, joined', 'floor-iter', 'W2', 'rivulet-coalesce'), most: 1.1 },
  { ...times('W3', 'floor', 'W3'), most: 1.1 },
  { ...times('W5, an item an event', 'hand', 'W5'), most: 0.22 },
  { ...times('W11, an item an event', 'hand', 'W11'), most: 0.15 },
  ...forEntries(firstText(NODE, '')),
  ...forEntries(firstText('Node 24', '-24')),
  ...forEntries(openReply('Node 24', '-24')),
  ...forEntries(start(NODE, '', 10)),
  ...forEntries(start('Node 24', '-24', 8)),
  weight('rivulet/openai, OpenAiChat', 66 * KB),
  weight('rivulet/wordpress, AiEngine', 74 * KB),
  weight('rivulet/services, Anthropic', 80 * KB),
  weight('rivulet, all', 108 * KB),
  weight('rivulet, ChatError', 3 * KB),
  weight('rivulet, SERVICES', 3 * KB),
  { name: 'a long reply: last tenth / first', most: 1.1, of: ({ long }) => long && growth(long.tenths.rivulet) },
  { name: 'wasm memory that many replies add, bytes', most: 0, of: ({ long }) => long && exactly(long.memory.late - long.memory.early) },
  ...GATEWAY_GOALS,
];

/** @param {{ streams: Record<string, any> } & Record<string, any>} results of Node; besides streams by the names in `OTHERS` of workloads.mjs */
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
