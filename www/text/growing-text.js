// Text that grows, as it is: each piece costs what the piece weighs. The text is laid out in parts, since a browser lays the whole of a part
// out again when it grows.

import { el } from '../page/dom.js';

/** How many characters a part has before the next line begins another one. */
const PART = 4000;
/** How many characters a part has at most: a line that is longer is broken there. */
const LONGEST = 16_000;
/** How many characters are drawn in one frame. */
const A_FRAME = 48_000;

/**
 * What a reply is drawn with. `draw` draws some of what was appended, and says whether that was all; `waiting` is how many characters it has
 * still to draw. `finish` is for the end, before the last draws.
 *
 * @typedef {{ append(text: string): void, draw(): boolean, readonly waiting: number, finish(): void, clear(): void }} Growing
 */

/** @param {HTMLElement} parent @returns {Growing} */
export function growingText(parent) {
  let waiting = '';
  let part = new Text();
  return {
    append(text) {
      waiting += text;
    },
    draw() {
      const now = waiting.slice(0, A_FRAME);
      waiting = waiting.slice(A_FRAME);
      for (let at = 0; at < now.length;) {
        if (!part.parentNode) parent.append(el('div', { className: 'part' }, part));
        const end = partEnd(now, at, part.length);
        part.appendData(now.slice(at, end));
        at = end;
        if (at < now.length || (part.length >= PART && now[at - 1] === '\n')) part = new Text();
      }
      return waiting === '';
    },
    get waiting() {
      return waiting.length;
    },
    finish() {},
    clear() {
      waiting = '';
      part = new Text();
      parent.replaceChildren();
    },
  };
}

/** Where the part ends that has `length` characters already: behind a line, once there is enough of it, or in a line that is too long. */
function partEnd(text, at, length) {
  const line = text.indexOf('\n', at + Math.max(0, PART - length - 1));
  const end = line === -1 ? text.length : line + 1;
  return end - at > LONGEST - length ? cutAt(text, at, at + LONGEST - length) : end;
}

/** Where to cut text that is too long: behind a blank near the end, else at the end, but not within a surrogate pair. @returns {number} */
export function cutAt(text, start, end) {
  const blank = text.lastIndexOf(' ', end - 1);
  if (blank > (start + end) / 2) return blank + 1;
  return end - 1 > start && /[\ud800-\udbff]/.test(text[end - 1]) ? end - 1 : end;
}
