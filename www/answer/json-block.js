// A stretch of the answer that is JSON: shown as a value that grows and can be read at each moment. The exact text stays at hand below it.

import { el } from '../page/dom.js';
import { keepEnd } from '../page/frames.js';
import { boundedBox } from './bounded-box.js';
import { jsonLines } from './json-lines.js';
import { partialJson } from './partial-json.js';

/** How much of the exact text is shown, and up to which length it is read while it grows. */
const LONGEST = 200_000;
const FENCED = /^\s*```\w*\n([^]*?)\n?```\s*$/;

/** @returns what textBlock of text-block.js gives, and `partial`, which takes the value so far, where the caller knows it */
export function jsonBlock() {
  const node = el('div', { className: 'content json' });
  const code = el('code', { dir: 'ltr' });
  const box = el('pre', { className: 'json-view', tabIndex: 0, role: 'group', 'aria-label': 'The answer as JSON' }, code);
  const cut = el('p', { className: 'cut', hidden: true }, 'Not all of it is shown here.');
  const sent = boundedBox('The text as it was sent', LONGEST);
  const title = el('summary', {}, 'As it was sent');
  const exact = el('details', { className: 'sent', open: true }, title, sent.node);
  let isTouched = false;
  let text = '';
  /** The value to be drawn, where there is a new one. */
  let next;
  let shown = [];
  /** How much of the text was read, and whether there is a need to: not where the value is given, or where more of it would not be shown. */
  let read = 0;
  let isRead = true;
  title.addEventListener('click', () => { isTouched = true; });

  /** Reads what there is of the value. */
  function readValue() {
    if (!isRead || read === text.length || text.length > LONGEST) return;
    read = text.length;
    next = partialJson(text) ?? next;
  }

  /** Draws the lines that differ: those before the place where the value grows stay as they are. */
  function drawValue({ lines, isCut }) {
    const keys = lines.map((line) => line.map(([kind, words]) => `${kind} ${words}`).join('\0'));
    let same = 0;
    while (same < keys.length && keys[same] === shown[same]) same += 1;
    while (code.childElementCount > same) code.lastElementChild.remove();
    code.append(...lines.slice(same).map((line) => el('span', { className: 'part' },
      ...line.map(([kind, words]) => (kind ? el('span', { className: kind }, words) : words)))));
    shown = keys;
    cut.hidden = !isCut;
    if (isCut) isRead = false;
    if (box.parentNode) return;
    node.prepend(box, cut);
    if (!isTouched) exact.open = false;
  }

  const settle = () => {
    try {
      next = { value: JSON.parse(FENCED.exec(text)?.[1] ?? text) };
    } catch {
      // No JSON, or not all of it: what there is of it stays, and so does the text.
      if (shown.length === 0 && !next) exact.open = true;
    }
  };
  return {
    node,
    ...keepEnd(box),
    get text() {
      return text;
    },
    append(piece) {
      text += piece;
      sent.append(piece);
    },
    replace(whole) {
      text = whole;
      read = 0;
      isRead = true;
      sent.replace(whole);
    },
    useMarkdown() {},
    partial(value) {
      isRead = false;
      next = { value };
    },
    draw() {
      if (text !== '' && !exact.parentNode) node.append(exact);
      readValue();
      if (next) drawValue(jsonLines(next.value));
      next = undefined;
      return sent.draw();
    },
    finish() {
      isRead = false;
      if (text !== '') settle();
    },
    get waiting() {
      return sent.waiting;
    },
  };
}
