// A question of the visitor as it is shown: its text and files, and the buttons below it.

import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { partView } from './files.js';
import { filesOf, wordsOf } from './parts.js';
import { drawVariants, focusButton } from './variants.js';

/** @param {import('./tree.js').Question} turn @param {{ onEdit: () => void }} actions */
export function questionView(turn, { onEdit }) {
  const text = wordsOf(turn.content);
  const files = filesOf(turn.content);
  const variants = el('span', { className: 'variants' });
  const copy = el('button', { type: 'button', className: 'small quiet', onclick: () => copyText(copy, text) }, 'Copy');
  const node = el('article', { className: 'turn you', 'aria-label': 'You' },
    el('span', { className: 'author', 'aria-hidden': 'true' }, 'You'),
    el('div', { className: 'content', dir: 'auto' }, text),
    ...(files.length > 0 ? [el('div', { className: 'question-files' }, ...files.map(partView))] : []),
    el('div', { className: 'question-actions' }, el('button', { type: 'button', className: 'small quiet', onclick: onEdit }, 'Edit'), copy, variants));
  return {
    node,
    variants: (now) => drawVariants(variants, now, 'Wording'),
    focusVariants: (which) => focusButton(variants, which),
  };
}
