// A box of text that grows, of which a bounded part is shown, so that a tool's result of megabytes costs no more than one of a page. A button
// copies all of it.

import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { growingText } from '../text/growing-text.js';
import { counted } from './words.js';

/** @param {string} label for screen readers @param {number} most how many characters are shown */
export function boundedBox(label, most) {
  const code = el('code', { dir: 'auto' });
  const written = growingText(code);
  const words = el('span');
  const copy = el('button', { type: 'button', className: 'small', onclick: () => copyText(copy, whole) }, 'Copy all');
  const cut = el('p', { className: 'cut', hidden: true }, words, ' ', copy);
  const node = el('div', { className: 'bounded' }, el('pre', { tabIndex: 0, role: 'group', 'aria-label': label }, code), cut);
  let whole = '';
  return {
    node,
    append(text) {
      const room = most - whole.length;
      whole += text;
      if (room > 0) written.append(text.slice(0, room));
    },
    /** Another text in place of the one so far. */
    replace(text) {
      whole = '';
      written.clear();
      this.append(text);
    },
    draw() {
      cut.hidden = whole.length <= most;
      if (!cut.hidden) words.textContent = `${counted(whole.length - most, 'more character is', 'more characters are')} not shown.`;
      return written.draw();
    },
    get waiting() {
      return written.waiting;
    },
  };
}
