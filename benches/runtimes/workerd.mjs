// A contestant on workerd, the runtime of Cloudflare Workers: a process each. Its clock stands still while a Worker computes, so
// time is taken from outside; CPU time of the process from the kernel, on Linux.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { bundleWorker, startWorkerd } from '../../scripts/lib/workerd.mjs';
import { Failure } from '../../scripts/lib/run.mjs';

export async function openWorkerd(folder) {
  const bundleOf = (name) => bundleWorker(join(folder, 'benches', 'harness', 'worker.js'), join(folder, 'bundles', 'worker', name), folder, {
    contestant: join(folder, 'benches', 'contestants', `${name}.js`),
  });
  const launch = async (name, bundle) => {
    const worker = await startWorkerd(bundle);
    const ask = async (command, job) => {
      const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify({ command, ...job }) });
      const text = await response.text();
      if (!response.ok) throw new Failure(`${name}: ${response.status} ${text.slice(0, 200)} ${worker.errors().slice(-500)}`);
      const answer = JSON.parse(text);
      if (answer.error) throw new Failure(`${name}: ${answer.error}`);
      return answer;
    };
    return { worker, ask };
  };

  return {
    async start(name) {
      const { worker, ask } = await launch(name, await bundleOf(name));
      return {
        prepare: (job) => ask('prepare', job),
        round: async (replies) => {
          const [start, before] = [performance.now(), await cpuOf(worker.pid)];
          await ask('round', { replies });
          return { cpu: (await cpuOf(worker.pid)) - before, wall: (performance.now() - start) * 1e6 };
        },
        stop: () => worker.stop(),
      };
    },

    /** From the start of a fresh process to the answer, in ms. */
    async cold(name, body) {
      const bundle = await bundleOf(name);
      const start = performance.now();
      const { worker, ask } = await launch(name, bundle);
      try {
        await ask('prepare', { body });
        return performance.now() - start;
      } finally {
        await worker.stop();
      }
    },

    close: async () => {},
  };
}

/** In ns: what the threads of a process have had. The counters that `ps` shows tick a hundred times a second only. */
async function cpuOf(pid) {
  if (process.platform !== 'linux') return NaN;
  const folder = `/proc/${pid}/task`;
  const threads = await Promise.all((await readdir(folder)).map((id) => readFile(join(folder, id, 'schedstat'), 'utf8').catch(() => '0')));
  return threads.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0);
}
