// Several builds of the module in one process, interleaved: what an event costs in the core alone, reading and promises left out. For
// decisions about flags, where `--against` is too coarse; the table in docs/performance.md was made by it.
//
//     node benches/builds.mjs target/glue /tmp/other/glue

import process from 'node:process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { EventBuffer } from '../src/js/event-buffer.js';
import { feed, forgetBuffer } from '../src/js/chunk-buffer.js';
import { makeBody } from './body/body.js';
import { memoryFetch } from './body/fetch.js';
import { driverFor } from './contestants/stripped/driver.js';
import { median } from './report/stats.mjs';
import { digits, table } from './report/table.mjs';
import { STREAMS } from './workloads.mjs';

const WORKLOADS = ['W1', 'W2', 'W3', 'W5', 'W7'];
const ROUNDS = 24;
/** The first ones are compiled meanwhile. */
const COLD = 8;

const folders = process.argv.slice(2);
if (folders.length === 0 || folders.some((folder) => folder.startsWith('-'))) {
  console.log('Usage: node benches/builds.mjs FOLDER...    (each with rivulet.js and rivulet_bg.wasm, as target/glue has them)');
  process.exit(folders.includes('--help') ? 0 : 2);
}
const builds = await Promise.all(folders.map(load));
const costs = {};
for (const name of WORKLOADS) costs[name] = await measure(STREAMS[name]);
const rows = folders.map((folder, index) => [folder, ...WORKLOADS.map((name) => digits(median(costs[name][index])))]);
console.log(table(['ns an event in the core, text included', ...WORKLOADS], rows));

async function load(folder) {
  const glue = await import(resolve(folder, 'rivulet.js'));
  glue.initSync({ module: await readFile(resolve(folder, 'rivulet_bg.wasm')) });
  // The module in one piece has all parts in it.
  for (const name in glue) if (name.startsWith('part_')) glue[name]();
  return glue;
}

async function measure({ dialect, cut, events }) {
  const body = makeBody({ dialect, cut, events });
  const all = builds.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { ReplyDriver }] of builds.entries()) {
      const ns = await reply(ReplyDriver, dialect, body);
      if (round >= COLD) all[index].push(ns / events);
    }
  }
  return all;
}

/** Time of the chunks alone; the request before them is not counted. */
async function reply(ReplyDriver, dialect, body) {
  const buffer = new EventBuffer(false);
  const driver = driverFor(ReplyDriver, { dialect, fetch: memoryFetch(body), url: 'https://site.example' }, buffer);
  await driver.open();
  // Each build has a memory of its own.
  forgetBuffer();
  const start = process.hrtime.bigint();
  for (const chunk of body.chunks) {
    if (feed(driver, chunk) !== 0) break;
    buffer.clear();
  }
  const ns = Number(process.hrtime.bigint() - start);
  driver.free();
  return ns;
}
