// The matrix as text: a row for each fault, a column for each provider, one word a cell where all runtimes agree.

import { COLUMNS } from './providers.mjs';

/** What came of a cell. @param {any} result @param {string} whole text of the answer */
export function word(result, whole) {
  if (result === undefined) return 'NO RESULT';
  if (result.code === undefined) return result.text === whole ? 'ok' : 'part';
  return result.code + (result.text === '' ? '' : ' +text');
}

/**
 * @param {import('./faults.mjs').Row[]} rows
 * @param {string[]} runtimes
 * @param {(row: object, provider: string, runtime: string) => string | undefined} wordOf `undefined`: there is no such cell
 */
export function print(rows, runtimes, wordOf) {
  const providers = Object.keys(COLUMNS);
  /** What some runtimes make of a row, and for which providers. */
  const notes = new Map();
  const cellOf = (row, provider) => {
    const words = runtimes.map((runtime) => wordOf(row, provider, runtime));
    if (words[0] === undefined) return '·';
    const usual = [...words].sort((a, b) => count(words, b) - count(words, a))[0];
    const others = runtimes.filter((_, at) => words[at] !== usual);
    if (others.length === 0) return usual;
    const note = `${row.title}: ${others.map((runtime) => `${words[runtimes.indexOf(runtime)]} in ${runtime}`).join(', ')}`;
    notes.set(note, [...(notes.get(note) ?? []), provider]);
    return `${usual} *`;
  };
  const lines = [['fault', ...providers], ...rows.map((row) => [row.title, ...providers.map((provider) => cellOf(row, provider))])];
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => line[at].length)));
  const text = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at])).join('  ').trimEnd());
  if (notes.size > 0) text.push('', '* in some runtimes otherwise:', ...Array.from(notes, ([note, of]) => `  ${note} (${of.join(', ')})`));
  return text.join('\n');
}

const count = (words, word) => words.filter((other) => other === word).length;
