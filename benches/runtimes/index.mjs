// Where contestants run. Each: `start(name)`, and `cold(name, body)` in ms.

import { join } from 'node:path';

import { read } from '../../scripts/lib/run.mjs';
import { NEWEST_NODE, NODES, VERSIONS, newestNode, nodeOf, runtimes } from '../../scripts/lib/runtimes.mjs';
import { openChromium } from './chromium.mjs';
import { startProcess } from './process.mjs';
import { openWorkerd } from './workerd.mjs';

const process_ = (command, flags = []) => (folder) => {
  const runtime = { command, flags };
  return {
    start: (name, more = []) => startProcess({ command, flags: [...flags, ...more] }, folder, name),
    cold: (name, body) => cold(runtime, folder, name, body),
    close: async () => {},
  };
};

/** Its module is a file beside its script, which is a bundle here. */
const UNBUNDLED = ['liter-llm'];

/**
 * `isWhole`: all workloads; the others have W1, W2 and `cold`. `roundMs`: a round is so long at least, since the clock is coarse.
 * `without`: contestants that it cannot have.
 */
export const RUNTIMES = {
  node: { title: `Node ${process.versions.node}`, isWhole: true, open: process_(process.execPath) },
  'node-24': { title: `Node ${NODES[24]}`, open: async (folder) => process_(await nodeOf(NODES[24]))(folder) },
  'node-newest': { title: `Node ${NEWEST_NODE}`, open: async (folder) => process_(await newestNode())(folder) },
  deno: { title: `Deno ${VERSIONS.deno}`, open: async (folder) => process_((await runtimes())('deno'), ['run', '--quiet', '--allow-all', '--no-lock', '--node-modules-dir=manual'])(folder) },
  bun: { title: `Bun ${VERSIONS.bun}`, open: async (folder) => process_((await runtimes())('bun'), ['run'])(folder) },
  chromium: { title: 'Chromium', roundMs: 300, without: UNBUNDLED, open: openChromium },
  workerd: { title: 'workerd', without: UNBUNDLED, open: openWorkerd },
};

async function cold({ command, flags }, folder, name, body) {
  const output = await read(command, [...flags, join(folder, 'benches', 'harness', 'cold.mjs'), name, JSON.stringify(body)], { cwd: folder });
  return JSON.parse(output.split('\n').at(-1)).ms;
}
