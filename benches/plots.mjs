// `benches/plots/*.svg`: cost of an event against the size of a network chunk; cost of a reply against its number of events, for every
// cut. Medians, with the same interleaving as the tables.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../scripts/lib/paths.mjs';
import { svg } from './report/svg.mjs';
import { median } from './report/stats.mjs';
import { table, digits } from './report/table.mjs';
import { measureStream } from './streams.mjs';

const NAMES = ['floor', 'floor-iter', 'hand', 'openai', 'xsai', 'ai-sdk', 'rivulet', 'rivulet-coalesce'];
const SIZES = [32, 128, 512, 2_048, 8_192, 32_768];
const LENGTHS = [100, 1_000, 10_000, 50_000];
const CUTS = { event: 'one event a chunk', 16384: '16 KiB a chunk', crumbs: '1 to 64 bytes a chunk' };
const LINEAR = ['floor', 'hand', 'openai', 'rivulet'];

export async function plots(runtime, counts, about) {
  // A point is as good as its neighbours on the line: half the rounds do.
  const few = { ...counts, rounds: Math.ceil(counts.rounds / 2), launches: 1, size: 1 };
  const costs = async (cut, events, names) => {
    const workload = { dialect: 'openai', cut, events: Math.round(events), names };
    const { costs: found, body, wrong } = await measureStream(runtime, { name: `plots, ${cut}, ${events} events`, way: 'memory', workload, counts: few });
    for (const [name, words] of Object.entries(wrong)) throw new Error(`${name}: ${words}`);
    return Object.fromEntries(Object.entries(found).map(([name, { cpu }]) => [name, median(cpu) * (body.events / events)]));
  };

  const bySize = [];
  for (const size of SIZES) bySize.push(await costs(size, 5_000 * counts.size, NAMES));
  await write('chunk-size', {
    title: 'Cost of an event against the size of a network chunk',
    note: about,
    x: 'bytes a network chunk (an event has about 300)',
    y: 'CPU ns an event',
    ticks: SIZES,
    lines: NAMES.map((name) => ({ name, colour: NAMES.indexOf(name), points: SIZES.map((size, index) => [size, bySize[index][name]]) })),
  });

  const lengths = LENGTHS.filter((length) => length <= 100_000 * counts.size);
  const tables = [sizeTable(bySize)];
  for (const [cut, words] of Object.entries(CUTS)) {
    const byLength = [];
    for (const length of lengths) byLength.push(await costs(Number(cut) || cut, length, LINEAR));
    await write(`events-${Number(cut) ? '16k' : cut}`, {
      title: `Cost of a reply against its number of events, ${words}`,
      note: about,
      x: 'events a reply',
      y: 'CPU us a reply',
      ticks: lengths,
      lines: LINEAR.map((name) => ({ name, colour: NAMES.indexOf(name), points: lengths.map((length, index) => [length, byLength[index][name] * length / 1000]) })),
    });
    tables.push(lengthTable(words, lengths, byLength));
  }
  return tables.join('\n\n');
}

const sizeTable = (bySize) => table(['cpu ns an event, bytes a chunk', ...SIZES], NAMES.map((name) => [name, ...bySize.map((costs) => digits(costs[name]))]));

/** Flat columns are a straight line. */
const lengthTable = (words, lengths, byLength) => table([`cpu ns an event, ${words}, events`, ...lengths], LINEAR.map((name) => [name, ...byLength.map((costs) => digits(costs[name]))]));

async function write(name, plot) {
  const folder = join(ROOT, 'benches', 'plots');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.svg`), svg(plot));
}
