// The attempts of a `Fallback` on one line of time: a row for each, with what became of it in words, and a bar from its begin to its end.

import { el } from '../page/dom.js';
import { counted, duration, errorLine, short } from './words.js';

const MOST = 50;

/** @param {readonly any[]} attempts as `FallbackReply.attempts` has them, their errors also as `explained` tells them */
export function attemptsChart(attempts) {
  const shown = attempts.slice(0, MOST);
  const begin = Math.min(...shown.map(({ startedAt }) => startedAt));
  const whole = Math.max(1, ...shown.map(({ startedAt, ms }) => startedAt - begin + (ms ?? 0)));
  const rest = attempts.length - shown.length;
  return el('section', { className: 'attempts', 'aria-label': 'Attempts' },
    el('span', { className: 'author', 'aria-hidden': 'true' }, `Attempts, in ${duration(whole)}`),
    el('ol', {}, ...shown.map((attempt) => row(attempt, begin, whole))),
    ...(rest > 0 ? [el('p', { className: 'cut' }, `And ${counted(rest, 'more attempt', 'more attempts')}.`)] : []));
}

function row({ provider, state, startedAt, ms, error }, begin, whole) {
  const start = startedAt - begin;
  const bar = el('span', { className: 'attempt-bar' });
  bar.style.insetInlineStart = `${(100 * start) / whole}%`;
  bar.style.inlineSize = `${(100 * (state === 'skipped' ? 0 : ms ?? whole - start)) / whole}%`;
  return el('li', { className: state },
    el('b', { dir: 'auto' }, short(String(provider), 100)), ' ',
    el('span', { className: 'outcome' }, `${outcome(state, ms, error)}${start >= 100 ? `; asked ${duration(start)} after the first` : ''}`),
    el('span', { className: 'attempt-track', 'aria-hidden': 'true' }, bar));
}

function outcome(state, ms, error) {
  const after = ms === undefined ? '' : ` after ${duration(ms)}`;
  switch (state) {
    case 'answered': return `won: answered${after}`;
    case 'failed': return `failed${after}: ${errorLine(error)}`;
    case 'stopped': return `cancelled${after}`;
    case 'skipped': return 'skipped: left out for a while after its failures';
    default: return 'asked, and had not ended';
  }
}
