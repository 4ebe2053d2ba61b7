// Starts and stops `server.mjs`.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { ROOT } from '../scripts/lib/paths.mjs';

export async function startServer() {
  const child = spawn(process.execPath, [join(ROOT, 'benches', 'server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout.setEncoding('utf8'), 'data');
  return {
    /** Where clients find this body. */
    urlOf: (body) => `http://127.0.0.1:${port.trim()}/${encodeURIComponent(JSON.stringify(body))}`,
    stop: () => child.kill(),
  };
}
