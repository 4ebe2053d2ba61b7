import { ChatError } from '../error.js';
import { refuseUnknown } from '../options.js';

/** Options that the tools of all others have in common (`ForeignToolsOptions` in tools.d.ts). */
const OPTIONS = ['needsApproval', 'prefix', 'timeout', 'signal'];

/** Letters that the name of a tool may have. */
const LONGEST = 64;

/** Pages of a list that are read, so that a server cannot keep the caller forever. */
const MOST_PAGES = 100;

/** Throws where a list has more pages than are read. `page`: the number of the next one, from 0. */
export function checkPages(page, whose) {
  if (page >= MOST_PAGES) throw new ChatError('too_large', `the list of tools of ${whose} has more than ${MOST_PAGES} pages`);
}

/** Checks the options of `what`, which has `names` beside the common ones. */
export function checkOptions(given, what, names = []) {
  refuseUnknown(given, [...names, ...OPTIONS], what);
  const check = (isRight, message) => {
    if (!isRight) throw new ChatError('input', `${what}: ${message}`);
  };
  const { needsApproval, prefix = '', timeout = 1, signal } = given;
  check(needsApproval === undefined || ['boolean', 'function'].includes(typeof needsApproval), 'needsApproval must be true, false or a function');
  check(typeof prefix === 'string', 'prefix must be a text');
  check(typeof timeout === 'number' && timeout > 0, 'timeout must be a number of milliseconds above 0');
  check(signal === undefined || typeof signal?.addEventListener === 'function', 'signal must be an AbortSignal');
  return check;
}

/** Gives each foreign name one that services take, and no two the same. */
export function namer(prefix = '') {
  const taken = new Set();
  return (foreign) => {
    const plain = `${prefix}${foreign.replaceAll('/', '__')}`.replace(/[^\w-]/g, '_');
    let name = plain.slice(0, LONGEST);
    for (let nth = 2; taken.has(name); nth++) name = `${plain.slice(0, LONGEST - 1 - String(nth).length)}_${nth}`;
    taken.add(name);
    return name;
  };
}

/** Whether calls of a tool wait for approval. A promise is neither yes nor no. */
export function approvalOf({ needsApproval }, tool) {
  const needs = typeof needsApproval === 'function' ? needsApproval(tool) : needsApproval;
  if (typeof needs?.then === 'function') throw new ChatError('input', 'needsApproval gives a promise: it must give true or false at once');
  return typeof needsApproval === 'function' ? Boolean(needs) : needs;
}
