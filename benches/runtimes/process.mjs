// A contestant in a process of its own: Node, Deno, Bun. One process each, so that neither garbage nor what the compiler has
// learned from one contestant is paid by another; all of them stay up, and rounds are interleaved between them.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Failure } from '../../scripts/lib/run.mjs';

const MARK = '\u0001';

/**
 * @param {{ command: string, flags: string[] }} runtime
 * @param {string} folder with a copy of `benches/` and the packages
 * @param {string} name of the contestant
 */
export async function startProcess({ command, flags }, folder, name) {
  const child = spawn(command, [...flags, join(folder, 'benches', 'harness', 'child.mjs'), name], {
    cwd: folder,
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
