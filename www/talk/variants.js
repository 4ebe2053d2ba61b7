// Turns that stand in the same place: other wordings of a question, other replies to it.

import { el } from '../page/dom.js';

/** Buttons that lead to the other turns in a place, with its number. */
export function drawVariants(parent, variants, what) {
  if (!variants) return parent.replaceChildren();
  const { at, count, before, after } = variants;
  const button = (text, label, onclick, isOff) => el('button', { type: 'button', className: 'small quiet', 'aria-label': label, disabled: isOff, onclick }, text);
  parent.replaceChildren(
    button('‹', `${what} ${at}, the one before`, before, at === 0),
    el('span', { className: 'variant-number' }, `${at + 1} of ${count}`),
    button('›', `${what} ${at + 2}, the one after`, after, at === count - 1),
  );
  return undefined;
}

/** Puts the focus back on the button that was used, or on the other where it is off. */
export function focusButton(parent, which) {
  const buttons = [...parent.querySelectorAll('button')];
  (buttons[which]?.disabled ? buttons[1 - which] : buttons[which])?.focus();
}
