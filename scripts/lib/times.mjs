// How long each step took the last time, kept in `target/`, so that a plan can say it beforehand.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ROOT } from './paths.mjs';

const FILE = join(ROOT, 'target', 'times.json');

/** @returns {Record<string, string>} such as "1.2 s", by the step's title */
function times() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    // No time is stored, or not one that can be read: only the printed estimate depends on it.
    return {};
  }
}

/** @returns {string | undefined} */
export const lastTime = (title) => times()[title];

export function keepTime(title, time) {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ ...times(), [title]: time }, null, 1)}\n`);
}
