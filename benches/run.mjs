// `npm run bench`: what rivulet costs beside its peers, as ratios of one run.

import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';

import { build } from '../scripts/build.mjs';
import { options, refuse } from '../scripts/lib/args.mjs';
import { refuseDevBuild } from '../scripts/lib/dev-build.mjs';
import { ROOT } from '../scripts/lib/paths.mjs';
import { main, seconds } from '../scripts/lib/run.mjs';
import { againstTable, both, otherProject, versus } from './against.mjs';
import { gateway, gatewayTables } from './gateway.mjs';
import { goalTable } from './goals.mjs';
import { hostile, hostileTable } from './hostile.mjs';
import { startServer } from './http.mjs';
import * as others from './others.mjs';
import { PEERS } from './peers.mjs';
import { plots } from './plots.mjs';
import { profileFirst, profileStream, withNames } from './profile.mjs';
import { project } from './project.mjs';
import { RUNTIMES } from './runtimes/index.mjs';
import { size, sizeTable } from './size.mjs';
import { measureStream, streamTable } from './streams.mjs';
import { EVERYWHERE, FULL, NAMES, OTHERS, QUICK, STREAMS } from './workloads.mjs';

const HELP = `Usage: npm run bench [-- OPTIONS]

Measures the packed package beside what people use, interleaved in one run, and prints ratios to a floor: draining the
same body. Every contestant's output is compared by hash before it counts. Takes about an hour;
nothing else should run meanwhile.

Options:
  --quick          Small counts: five minutes, and noisy
  --only LIST      Of ${NAMES.join(', ')}
  --rounds N       How many rounds (default ${FULL.rounds}, ${QUICK.rounds} with --quick)
  --runtime LIST   Of ${Object.keys(RUNTIMES).join(', ')}, or all (default node); all but node measure
                   ${EVERYWHERE.join(', ')} only
  --against REV    Builds another git revision, too, and compares with it in the same run; Node only
  --profile        Where the time of W1, W2 and \`first\` goes, instead
  --no-build       Measures dist/ as it is; a dev build is refused
  --help           This text

The status is 1 if somebody's output was wrong. The figures are kept in target/bench/, the plots in benches/plots/.`;

const given = options(HELP, {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  rounds: { type: 'string' },
  runtime: { type: 'string', default: 'node' },
  against: { type: 'string' },
  profile: { type: 'boolean', default: false },
  'no-build': { type: 'boolean', default: false },
});
/** Against another revision these say nothing: `npm run size` does, and what is no comparison. */
const SINGLE = ['size', 'long', 'hostile', 'gateway'];

const wanted = list('only', given.only ?? NAMES.join(','), NAMES);
const runtimes = list('runtime', given.runtime === 'all' ? Object.keys(RUNTIMES).join(',') : given.runtime, Object.keys(RUNTIMES));
if (given.rounds !== undefined && !/^[1-9]\d{0,2}$/.test(given.rounds)) refuse(`--rounds: ${given.rounds} is no such number`, HELP);
const counts = counted();
await main(bench);

async function bench() {
  const start = performance.now();
  if (given['no-build']) refuseDevBuild();
  else await build({ packages: 'all' });
  const opened = [];
  const close = async () => {
    for (const undo of opened.splice(0).reverse()) await undo();
  };
  // No folder is left behind, and no server.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().finally(() => process.exit(1)));
  try {
    const other = given.against === undefined ? undefined : await otherProject(given.against);
    if (other) opened.push(other.remove);
    const { folder, remove } = await project();
    opened.push(remove);
    const server = await startServer();
    opened.push(server.stop);
    console.log(`\n${about()}`);
    if (given.profile) await profile(folder);
    else if (other) await against(folder, other, server);
    else await all(folder, server);
  } finally {
    await close();
  }
  console.log(`\nAll of it in ${seconds(start)}`);
}

async function all(folder, server) {
  for (const name of runtimes) {
    const { title, isWhole, roundMs = 0, without = [], open } = RUNTIMES[name];
    const runtime = await open(folder);
    try {
      const isWanted = (workload) => wanted.includes(workload) && (isWhole || EVERYWHERE.includes(workload));
      const own = { ...counts, roundMs: Math.max(roundMs, counts.roundMs) };
      const pick = (names) => names.filter((one) => !without.includes(one));
      const results = await measure(runtime, {
        title,
        isWanted,
        ways: isWhole ? undefined : ['memory'],
        counts: own,
        folder,
        server,
        pick,
        openOther: isWhole ? (other) => RUNTIMES[other].open(folder) : undefined,
      });
      await keep(name, results);
      if (isWhole && wanted.includes('plots')) console.log(`\n## Plots, in benches/plots\n\n${await plots(runtime, counts, about().split('\n')[0])}`);
      if (name === 'node' && wanted.includes('hostile')) {
        results.hostile = await hostile(folder, counts, about().split('\n')[0]);
        console.log(`\n## What a hostile service or caller can send, plot in benches/plots\n\n${hostileTable(results.hostile)}`);
        await keep(name, results);
      }
      if (name === 'node' && wanted.includes('gateway')) {
        results.gateway = await gateway(folder, counts);
        if (Object.values(results.gateway.rows).some(({ wrong }) => Object.keys(wrong).length)) process.exitCode = 1;
        console.log(`\n## The endpoint beside other gateways\n\n${gatewayTables(results.gateway)}`);
        await keep(name, results);
      }
      if (name === 'node') console.log(`\n## Goals\n\n${goalTable(results)}`);
    } finally {
      await runtime.close();
    }
  }
}

async function measure(runtime, { title, isWanted, ways, counts, folder, server, pick, openOther }) {
  const results = { streams: {} };
  const say = (words, text, where = title) => console.log(`\n## ${words}, ${where}\n\n${text}`);
  for (const [name, workload] of Object.entries(STREAMS)) {
    if (!isWanted(workload.group ?? name)) continue;
    for (const way of ways ?? workload.ways) {
      const more = way === 'memory' ? workload.fromMemory ?? [] : [];
      const chosen = { ...workload, names: pick([...workload.names, ...more]) };
      const result = await measureStream(runtime, { name, way, workload: chosen, counts, server });
      results.streams[`${name} ${way}`] = result;
      if (Object.keys(result.wrong).length) process.exitCode = 1;
      say(`${name} over ${way}: ${workload.title}`, streamTable(result));
    }
  }
  for (const [name, work] of Object.entries(OTHERS)) {
    const { group } = work;
    // Where all is measured, this too in another runtime.
    if (!isWanted(group) || (work.in && !openOther)) continue;
    const other = work.in ? await openOther(work.in).catch(({ message }) => message.split('\n')[0]) : undefined;
    if (typeof other === 'string') {
      console.log(`\n${name} is left out, without ${RUNTIMES[work.in].title}: ${other}`);
      continue;
    }
    try {
      results[name] = group === 'size' ? await size(folder, work) : await others[group](other ?? runtime, { ...work, names: pick(work.names) }, counts);
    } finally {
      await other?.close();
    }
    say(`${name}: ${work.title}`, group === 'size' ? sizeTable(results.size) : others[`${group}Table`](results[name]), work.in && RUNTIMES[work.in].title);
  }
  return results;
}

async function against(folder, other, server) {
  const { title, open } = RUNTIMES.node;
  const runtime = both(await open(folder), await open(other.folder));
  const results = await measure(runtime, {
    title,
    isWanted: (name) => wanted.includes(name) && !SINGLE.includes(name),
    pick: (names) => versus(names.filter((name) => other.has(name)), ['floor', 'floor-iter', 'hand']),
    openOther: async (name) => both(await RUNTIMES[name].open(folder), await RUNTIMES[name].open(other.folder)),
    counts,
    folder,
    server,
  });
  const compared = Object.fromEntries(Object.entries(results.streams).map(([name, { costs }]) => [name, cpuOf(costs)]));
  for (const name of Object.keys(OTHERS)) if (results[name]) compared[name] = results[name];
  console.log(`\n## Against ${other.commit}\n\n${againstTable(compared, other.commit)}`);
}

function cpuOf(costs) {
  return Object.fromEntries(Object.entries(costs).map(([name, { cpu }]) => [name, cpu]));
}

async function profile(folder) {
  await withNames(folder);
  const runtime = await RUNTIMES.node.open(folder);
  for (const name of ['W1', 'W2']) {
    if (wanted.includes(name)) console.log(`\n## ${name}, where the time goes\n\n${await profileStream(runtime, name, counts)}`);
  }
  if (wanted.includes('first')) console.log(`\n## The first text, where the time goes\n\n${await profileFirst(runtime, counts)}`);
}

/** Writes the figures of the run as JSON, for a closer look. */
async function keep(name, results) {
  const folder = join(ROOT, 'target', 'bench');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify({ about: about(), counts, ...results }, null, 1));
}

function about() {
  const [{ model }, ...more] = cpus();
  const packages = Object.entries(PEERS).map(([name, version]) => `${name} ${version}`).join(', ');
  return `${new Date().toISOString().slice(0, 10)}, ${platform()} ${arch()}, ${more.length + 1} x ${model.trim()}, ${counts.rounds} rounds\n${packages}`;
}

function counted() {
  const { rounds } = given;
  const chosen = given.quick ? QUICK : FULL;
  if (rounds === undefined) return chosen;
  const own = Number(rounds);
  return { ...chosen, rounds: own, first: own, cold: own, long: own };
}

function list(option, text, known) {
  const names = text.split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !known.includes(name));
  if (!names.length || unknown.length) refuse(`--${option}: no such name: ${unknown.join(', ') || '(none)'}`, HELP);
  return known.filter((name) => names.includes(name));
}
