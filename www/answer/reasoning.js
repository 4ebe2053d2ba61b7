// What the model thinks before it answers. While it thinks, its last words are in sight; then they fold away, unless the visitor has opened or
// closed the block himself.

import { el } from '../page/dom.js';
import { keepEnd } from '../page/frames.js';
import { growingText } from '../text/growing-text.js';
import { duration } from './words.js';

/** @param {boolean} isOpen whether it is open while it grows */
export function reasoningBlock(isOpen) {
  const box = el('div', { className: 'reasoning-text', dir: 'auto', tabIndex: 0, role: 'group', 'aria-label': 'Reasoning' });
  const title = el('summary', {}, 'Thinking…');
  const node = el('details', { className: 'reasoning-block', open: isOpen }, title, box);
  const written = growingText(box);
  let isTouched = false;
  /** When the stretch under way began, and how long those before it were, in ms. */
  let since;
  let spent = 0;
  title.addEventListener('click', () => { isTouched = true; });
  return {
    node,
    ...keepEnd(box),
    /** @param {string} piece @param {number} at ms since the call */
    add(piece, at) {
      since ??= at;
      written.append(piece);
    },
    /** The model goes on with something else, or is done. @param {number} at */
    end(at) {
      if (since !== undefined) spent += at - since;
      since = undefined;
    },
    draw() {
      const isRunning = since !== undefined;
      const words = isRunning ? 'Thinking…' : `Thought for ${duration(spent)}`;
      if (title.textContent !== words) {
        title.textContent = words;
        if (!isTouched) node.open = isRunning && isOpen;
      }
      return written.draw();
    },
    get waiting() {
      return written.waiting;
    },
  };
}
