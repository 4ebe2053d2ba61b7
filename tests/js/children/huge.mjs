// An answer without measure: what the reply says, and how much memory that took.

import { AiEngine } from '../../../dist/index.js';
import { startSite } from '../../site/server.mjs';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (isMainThread) {
  // The site has a thread of its own, whose memory is in the figure, too.
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: JSON.parse(process.argv[2]) });
  const url = await new Promise((resolve) => worker.once('message', resolve));
  const engine = new AiEngine({ url });
  await engine.createAsync({ messages: 'warm' });
  worker.postMessage('fault');
  await new Promise((resolve) => worker.once('message', resolve));
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const error = await engine.createAsync({ messages: 'huge', retries: 0 }).catch((reason) => reason);
  clearInterval(sampler);
  const works = (await engine.createAsync({ messages: 'after' })).length > 0;
  worker.postMessage('close');
  console.log(JSON.stringify({ code: error.code, grown: peak - before, works }));
} else {
  const site = await startSite({ delay: 0 });
  parentPort.on('message', async (message) => {
    if (message === 'fault') {
      site.fault(workerData);
      parentPort.postMessage('ordered');
    } else {
      await site.close();
      parentPort.close();
    }
  });
  parentPort.postMessage(site.url);
}
