// Running commands and telling how far we are.

import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { noNetwork } from './network.mjs';
import { ROOT } from './paths.mjs';
import { keepTime } from './times.mjs';

/** A failure whose message says everything, so that it is printed without a stack. */
export class Failure extends Error {}

/**
 * Runs a command with its output shown as it comes. Its output is also returned, if `capture` says so; then a failure
 * shows it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, capture?: boolean, onLine?: (line: string) => void,
 *   allowFailure?: boolean, input?: string, downloader?: string }} [options] `onLine` sees every line that is shown;
 *   `downloader`: a name in network.mjs, for a command that may find no network
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function run(command, args, options = {}) {
  const { cwd = ROOT, env, capture = false, onLine, allowFailure = false, input, downloader } = options;
  const piped = capture || onLine || downloader;
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
  });
  if (input !== undefined) child.stdin.end(input);

  let output = '';
  const watch = (stream, shown) => {
    if (!stream) return;
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
      if (!capture) shown.write(text);
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      if (onLine) lines.forEach(onLine);
    });
    stream.on('end', () => rest && onLine?.(rest));
  };
  watch(child.stdout, process.stdout);
  watch(child.stderr, process.stderr);

  const { status, signal } = await new Promise((done, fail) => {
    child.once('error', (error) => fail(new Failure(
      /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT'
        ? `${command} is not installed or not on PATH`
        : `${command}: ${error.message}`,
    )));
    child.once('close', (code, signal) => done({ status: code ?? 1, signal }));
  });
  if (status !== 0 && !allowFailure) {
    if (capture) process.stderr.write(output);
    const offline = downloader && noNetwork(downloader, output);
    if (offline) throw new Failure(offline);
    throw new Failure(`${[command, ...args].join(' ')}: ${signal ? `ended by ${signal}` : `exit status ${status}`}`);
  }
  return { status, output };
}

/** For cargo where its output goes through our hands: it would take the pipe for a file. */
export const CARGO_COLOURS = process.stderr.isTTY ? { CARGO_TERM_COLOR: 'always' } : {};

/** What a command prints on standard output, trimmed. */
export async function read(command, args, options = {}) {
  return (await run(command, args, { ...options, capture: true })).output.trim();
}

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

export const seconds = (start) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

/**
 * One step of a longer job: its title before, its seconds after, which are kept for the next plan (plan.mjs). The work may
 * return a word on what came out, such as "unchanged".
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T> | T} work
 */
export async function step(title, work) {
  const start = performance.now();
  console.log(bold(`▸ ${title}`));
  const result = await work();
  const time = seconds(start);
  keepTime(title, time);
  console.log(`  ${typeof result === 'string' ? result : 'done'}, ${time}`);
  return result;
}

/**
 * Whether a module is what `node` was started with.
 *
 * @param {ImportMeta} meta
 */
export const isMain = (meta) => Boolean(process.argv[1]) && realpathSync(process.argv[1]) === fileURLToPath(meta.url);

/**
 * Runs a command of this project. A `Failure` is printed in one line, any other error with its stack.
 *
 * @param {() => Promise<void>} work
 */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Failure ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
