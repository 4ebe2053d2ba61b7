// A Python with the packages that tests need: an environment of its own in the cache, made once per version.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { CACHE } from './paths.mjs';
import { Failure, run } from './run.mjs';

/** The official client of the API that the edge speaks. */
const PACKAGE = 'openai==3.54.0';

/** @returns {Promise<string>} path of the interpreter */
export const pythonWithOpenai = () => pythonWith(PACKAGE.replace('==', '-'), [PACKAGE]);

/**
 * @param {string} name of the environment
 * @param {readonly string[]} packages with their versions
 * @returns {Promise<string>} path of the interpreter
 */
export async function pythonWith(name, packages) {
  const hash = packages.length > 1 ? `-${createHash('sha256').update(packages.join(' ')).digest('hex').slice(0, 12)}` : '';
  const folder = join(CACHE, `python-${name}${hash}`);
  const done = join(folder, 'complete');
  const python = join(folder, 'bin', 'python');
  if (existsSync(done)) return python;
  console.error(`  installing Python's ${packages.join(', ')}, once`);
  await rm(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder], { capture: true });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], { capture: true, downloader: 'pip' });
  } catch (error) {
    if (/^no network/.test(error.message)) throw error;
    throw new Failure('Python 3 with venv and pip is needed: install it (Debian: apt-get install python3-venv)', { cause: error });
  }
  await run(python, ['-c', `open(${JSON.stringify(done)}, "w").close()`]);
  return python;
}
