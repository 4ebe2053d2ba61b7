// The runtimes of the matrix, with the packed package in them. Each takes cells and gives their results.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorker, startWorkerd } from '../../scripts/lib/workerd.mjs';
import { NEWEST_NODE, newestNode, runtimes, VERSIONS } from '../../scripts/lib/runtimes.mjs';
import { launch } from '../browser/browser.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** What the folder of the installed package needs beside it. */
export async function equip(folder) {
  for (const name of ['cell.js', 'child.mjs', 'worker.js']) await copyFile(join(HERE, name), join(folder, name));
}

/** What the server of the cells has to serve for the page, by its path. */
export function filesFor(folder) {
  const send = (type, read) => async (_, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': type }).end(await read());
  };
  const script = (path) => send('text/javascript', () => readFile(join(folder, path)));
  return {
    '/page': send('text/html', () => '<!doctype html><title>matrix</title><link rel="icon" href="data:,">'),
    '/rivulet.js': script('node_modules/rivulet/dist/rivulet.min.js'),
    '/cell.js': script('cell.js'),
  };
}

/**
 * @typedef {object} Job
 * @property {string} folder with the installed package
 * @property {any[][]} byProvider the cells of each provider
 * @property {string} list address of all cells, as JSON
 * @property {{ origins: Record<string, string> }} server
 */

/** Runs all cells in one process, which has to end by itself. */
const inProcess = (commandOf, flags = []) => async ({ folder, list }) => {
  const child = spawn(await commandOf(), [...flags, join(folder, 'child.mjs'), list], {
    cwd: folder, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { output += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const timer = setTimeout(() => child.kill('SIGKILL'), PROCESS_MS);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  const line = output.trimEnd().split('\n').at(-1);
  if (!line) throw new Error(`the process ended with ${signal ?? code}:\n${errors}`);
  const { results, uncaught } = JSON.parse(line);
  const printed = errors.split('\n').filter((text) => text !== '' && text !== NOTED_BY_BUN);
  return { results, uncaught: [...uncaught, ...(code === 0 ? [] : [`the process did not end by itself (${signal ?? code})`]), ...printed] };
};

/** Bun prints this by itself where gzip is broken; the read fails as well. */
const NOTED_BY_BUN = 'Decompression error: ZlibError';

/** Several times what it takes. */
const PROCESS_MS = 80_000;

/** A page for each provider, at its own port: six connections are all that a browser opens to one. */
async function inChromium({ byProvider, server }) {
  const browser = await launch();
  try {
    return merged(await Promise.all(byProvider.map(async (cells) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${server.origins[cells[0].provider]}/page`);
      return page.evaluate(async ({ cells, atOnce }) => {
        const [rivulet, { runCells, uncaughtSoFar, watchUncaught }] = await Promise.all([import('/rivulet.js'), import('/cell.js')]);
        const uncaught = watchUncaught();
        const results = await runCells(rivulet, cells, atOnce);
        return { results, uncaught: await uncaughtSoFar(uncaught) };
      }, { cells, atOnce: 5 });
    })));
  } finally {
    await browser.close();
  }
}

async function inWorkerd({ folder, byProvider }) {
  const bundle = await bundleWorker(join(folder, 'worker.js'), join(folder, 'worker'));
  const worker = await startWorkerd(bundle);
  try {
    const answers = await Promise.all(byProvider.map(async (cells) => {
      const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(cells) });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()} ${worker.errors()}`);
      return response.json();
    }));
    const { results, uncaught } = merged(answers);
    return { results, uncaught: [...uncaught, ...(worker.errors() ? [worker.errors()] : [])] };
  } finally {
    await worker.stop();
  }
}

const merged = (parts) => ({ results: parts.flatMap(({ results }) => results), uncaught: parts.flatMap(({ uncaught }) => uncaught) });

/** @type {Record<string, { title: string, run: (job: Job) => Promise<{ results: any[], uncaught: string[] }> }>} */
export const RUNTIMES = {
  node: { title: `Node ${process.versions.node}`, run: inProcess(() => process.execPath) },
  newest: { title: `Node ${NEWEST_NODE}`, run: inProcess(newestNode) },
  deno: {
    title: `Deno ${VERSIONS.deno}`,
    run: inProcess(async () => (await runtimes())('deno'), ['run', '--quiet', '--allow-net', '--no-lock', '--node-modules-dir=manual']),
  },
  bun: { title: `Bun ${VERSIONS.bun}`, run: inProcess(async () => (await runtimes())('bun'), ['run']) },
  chromium: { title: 'Chromium', run: inChromium },
  workerd: { title: 'workerd', run: inWorkerd },
};
