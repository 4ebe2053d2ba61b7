// A gateway in a process of its own: `child.mjs NAME UPSTREAM DIALECT`. Prints its port. A line in is a wish for what the process has
// used, a line out the answer: CPU time of all its threads, and memory after the garbage is gone.

import process from 'node:process';
import { createInterface } from 'node:readline';

const MARK = '\u0001';
const tell = (value) => process.stdout.write(`${MARK}${JSON.stringify(value)}\n`);
const [name, upstream, dialect] = process.argv.slice(2);
const { start } = await import(`./${name}.js`);

tell({ port: await start({ upstream, dialect }) });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'memory') globalThis.gc();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  tell({ cpu: (user + system) * 1000, rss, heap: heapUsed + external });
}
process.exit();
