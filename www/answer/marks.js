// What stands beside the text in one line each: notes of warnings, and what a site or a service did meanwhile, or wants the page to do.

import { el } from '../page/dom.js';
import { short, shortJson } from './words.js';

const LONGEST = 1000;

/** @param {{ message: string }} event @param {boolean} isFresh whether screen readers are told */
export const warningNode = ({ message }, isFresh) => el('p', { className: 'note', ...(isFresh && { role: 'status' }) },
  el('b', {}, 'Note: '), el('bdi', {}, short(String(message), LONGEST)));

/** A `status` or an `action`: its name and what it says. The service's own object is folded below it, and written when it is opened. */
export function markNode({ type, kind, text, raw, action }) {
  const value = type === 'action' ? action : raw;
  const line = [
    el('b', {}, short(String(kind), 100)),
    ...(type === 'action' ? [' is for the page to do'] : []),
    ...(text ? [' ', el('bdi', {}, short(String(text), LONGEST))] : []),
  ];
  if (value === undefined) return el('p', { className: 'did' }, ...line);
  const box = el('pre', { tabIndex: 0, role: 'group', 'aria-label': `${short(String(kind), 100)} as JSON` });
  const node = el('details', { className: 'did' }, el('summary', {}, ...line), box);
  node.addEventListener('toggle', () => { box.textContent ||= shortJson(value); });
  return node;
}
