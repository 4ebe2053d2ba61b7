// A contestant in a process of its own: Node, Deno, Bun. One process each, so that neither garbage nor what the compiler has
// learned from one contestant is paid by another; all of them stay up, and rounds are interleaved between them.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Failure } from '../../scripts/lib/run.mjs';

const MARK = '\u0001';

/**
 * glibc gives the top of its heap back whenever it is free, and takes it again page by page: in one process never, in the next
 * with every garbage collection, by where some long-lived block happens to lie. That was 30 ns an event, in the floor, too.
 */
export const MALLOC = { MALLOC_TRIM_THRESHOLD_: String(2 ** 30), MALLOC_MMAP_THRESHOLD_: String(2 ** 25) };

/**
 * @param {{ command: string, flags: string[] }} runtime
 * @param {string} folder with a copy of `benches/` and the packages
 * @param {string} name of the contestant
 */
export async function startProcess({ command, flags }, folder, name) {
  const child = spawn(command, [...flags, join(folder, 'benches', 'harness', 'child.mjs'), name], {
    cwd: folder,
    env: { ...process.env, ...MALLOC },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors = (errors + text).slice(-4000); });
  const waiting = [];
  const fail = (message) => waiting.splice(0).forEach(({ reject }) => reject(new Failure(`${name}: ${message}\n${errors}`)));
  child.on('error', ({ message }) => fail(message));
  child.on('close', (code) => fail(`its process ended (${code})`));
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => {
    // A contestant may print, too.
    if (line.startsWith(MARK)) waiting.shift()?.resolve(JSON.parse(line.slice(MARK.length)));
  });

  const ask = async (command, job) => {
    const answer = await new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      if (child.exitCode !== null) return fail('its process ended');
      child.stdin.write(`${JSON.stringify({ command, ...job })}\n`);
    });
    if (answer.error) throw new Failure(`${name}: ${answer.error}`);
    return answer;
  };
  return {
    ask,
    prepare: (job) => ask('prepare', job),
    round: (replies) => ask('round', { replies }),
    stop: () => new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.once('close', resolve);
      child.kill('SIGKILL');
    }),
  };
}
