// Words that something was done, and a button that undoes it: so nobody is asked before, and nothing is lost by a slip.

import { el } from './dom.js';

/** How long the words stay, in ms. The time does not run while they are pointed at or have the focus. */
const TIME = 9000;

/** The words that are shown, for each container. @type {WeakMap<HTMLElement, { end: () => void }>} */
const shown = new WeakMap();

/**
 * Does something at once, and offers for a while to undo it. Only the last one can be undone: another in the same container takes its place.
 *
 * @param {HTMLElement} container where the words stand; empty, and always in the page, so that a screen reader knows it
 * @param {string} words what was done: `Talk deleted.`
 * @param {{ act?: () => unknown, undo: () => unknown, time?: number }} actions `act` is done at once; `undo` is called at most once, after `act` has
 *   ended; `time`: another one than the usual, in ms
 * @returns {Promise<void>} resolves when `act` is done
 */
export async function undoable(container, words, { act, undo, time = TIME }) {
  shown.get(container)?.end();
  const status = regionOf(container);
  const before = document.activeElement;
  const button = el('button', { type: 'button', className: 'small' }, 'Undo');
  const toast = el('div', { className: 'toast' }, el('span', {}, words), button);
  let timer;
  let left = time;
  let since = 0;
  let isHovered = false;
  let hasFocus = false;

  const end = () => {
    pause();
    document.removeEventListener('keydown', onKey);
    const hadFocus = toast.contains(document.activeElement);
    toast.remove();
    if (shown.get(container) === own) shown.delete(container);
    if (hadFocus && before instanceof HTMLElement && before.isConnected) before.focus();
  };
  const own = { end };
  const pause = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    left -= performance.now() - since;
  };
  const run = () => {
    if (timer !== undefined || !toast.isConnected || isHovered || hasFocus) return;
    since = performance.now();
    // After it was looked at it does not go at once.
    left = Math.max(left, Math.min(time, 2000));
    timer = setTimeout(end, left);
  };
  let isUndone = false;
  const acting = (async () => act?.())();
  const undoIt = async () => {
    if (isUndone) return;
    isUndone = true;
    end();
    // What was not done, since it failed, cannot be undone.
    await acting.then(undo, () => {});
    status.textContent = 'Undone.';
  };
  const onKey = (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'z';
    // In a text field it undoes what was written there.
    if (!isUndo || event.defaultPrevented || isTextField(event.target)) return;
    event.preventDefault();
    undoIt();
  };

  button.addEventListener('click', undoIt);
  const watch = (type, note) => toast.addEventListener(type, (event) => {
    note(event);
    if (isHovered || hasFocus) pause();
    else run();
  });
  watch('pointerenter', () => { isHovered = true; });
  watch('pointerleave', () => { isHovered = false; });
  watch('focusin', () => { hasFocus = true; });
  watch('focusout', ({ relatedTarget }) => { hasFocus = relatedTarget instanceof Node && toast.contains(relatedTarget); });
  document.addEventListener('keydown', onKey);
  shown.set(container, own);
  container.append(toast);
  status.textContent = `${words} To undo it, press Control or Command and Z.`;
  run();
  try {
    await acting;
  } catch (error) {
    if (!isUndone) end();
    throw error;
  }
}

/** The words for screen readers, which stay in the page, since many announce only what changes in a region that was there. */
function regionOf(container) {
  const there = container.querySelector(':scope > [role=status]');
  if (there) return there;
  container.classList.add('toasts');
  const status = el('p', { className: 'sr-only', role: 'status' });
  container.append(status);
  return status;
}

const isTextField = (node) => node instanceof Element && (node.matches('textarea, select, [contenteditable]')
  || (node instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color'].includes(node.type)));
