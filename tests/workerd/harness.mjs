// Real workerd with the packed package in a Worker: packed once, one process (so one fresh isolate) for each start.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { installed } from '../../scripts/lib/pack.mjs';
import { nodeBin } from '../../scripts/lib/paths.mjs';

/** Not later than the newest date that workerd's version in package.json knows. */
const COMPATIBILITY_DATE = '2026-10-20';

/**
 * Bundles `worker.js` as wrangler does: the same conditions, a `.wasm` file as a module of its own.
 *
 * @returns {Promise<{ folder: string, modules: string[], remove: () => Promise<void> }>}
 */
export async function bundleWorker() {
  const { build } = await import('esbuild');
  const project = await installed();
  try {
    await copyFile(new URL('./worker.js', import.meta.url), join(project.folder, 'worker.js'));
    const outdir = join(project.folder, 'out');
    await build({
      absWorkingDir: project.folder,
      entryPoints: ['worker.js'],
      outdir,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      conditions: ['workerd', 'worker', 'browser'],
      loader: { '.wasm': 'copy' },
      assetNames: '[name]',
    });
    return { folder: outdir, modules: (await readdir(outdir)).sort(), remove: project.remove };
  } catch (error) {
    await project.remove();
    throw error;
  }
}

/**
 * @param {Awaited<ReturnType<typeof bundleWorker>>} bundle
 * @param {string} site what the Worker sees as `env.SITE`
 * @returns {Promise<{ url: string, errors: () => string, stop: () => Promise<void> }>}
 */
export async function startWorkerd({ folder, modules }, site) {
  const config = join(folder, 'config.capnp');
  await writeFile(config, configText(modules, site));
  // workerd chooses a free port and tells it on descriptor 3.
  const child = spawn(nodeBin('workerd'), ['serve', config, '--socket-addr=http=127.0.0.1:0', '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const port = await Promise.race([
    portOf(child.stdio[3]),
    closed.then(([code]) => { throw new Error(`workerd ended with status ${code}:\n${errors}`); }),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    /** What workerd and the Worker complained about. */
    errors: () => errors,
    stop: async () => {
      // On SIGTERM it would wait for the replies that hang on purpose.
      child.kill('SIGKILL');
      await closed;
    },
  };
}

async function portOf(control) {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  // The pipe's end is the process's end, which has the better message.
  return new Promise(() => {});
}

function configText(modules, site) {
  // The first module is the entry.
  const [entry, ...others] = ['worker.js', ...modules.filter((name) => name !== 'worker.js')];
  const embedded = others
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => `, (name = ${JSON.stringify(`./${name}`)}, wasm = embed ${JSON.stringify(name)})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "${entry}", esModule = embed "${entry}")${embedded.join('')}],
  bindings = [(name = "SITE", text = ${JSON.stringify(site)})],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["enable_request_signal"],
);
`;
}
