// A block of code of a reply: its language, a button that copies it, and its lines, which are added once and not touched again.

import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { cutAt } from './growing-text.js';
import { syntax } from './syntax.js';

/** How many characters a part has before the next line begins another one: a browser lays out the whole of a part that grows. */
const PART = 3000;
/** How many characters of a line are waited for: a longer one is broken. */
const LONGEST_LINE = 2000;
/** How much of a block has colours, some 600 lines: an element for each word costs painting, and with three times as many a task took 100 ms. */
const COLOURED = 20_000;

/** @param {string} info what stands behind the fence, which begins with the language */
export function codeBlock(info) {
  const language = /^[^\s{,:]*/.exec(info.trim())[0].slice(0, 40);
  const colours = syntax(language);
  const code = el('code', { dir: 'ltr' });
  const copy = el('button', { type: 'button', className: 'small', onclick: () => copyText(copy, code.textContent.replace(/\n$/, '')) }, 'Copy');
  const node = el('div', { className: 'code-block' },
    el('div', { className: 'code-head' }, el('span', { className: 'language' }, language || 'text'), copy),
    el('pre', { tabIndex: 0, role: 'group', 'aria-label': language ? `Code, ${language}` : 'Code' }, code));
  let part;
  let length = 0;
  let isBlank = false;
  let total = 0;
  /** The begin of the last line, which is not complete and may still become a string or a comment. */
  const rest = new Text();

  const put = (text, isLine) => {
    // Not behind a blank line, which would not show at the end of a part.
    if (!part || (length >= PART && !isBlank)) {
      if (part) hideLineEnd(part);
      part = el('span', { className: 'part' });
      length = 0;
      code.append(part);
    }
    if (colours && isLine && total < COLOURED) part.append(...colours(text).map(coloured));
    else if (part.lastChild instanceof Text) part.lastChild.appendData(text);
    else part.append(text);
    length += text.length;
    total += text.length;
    isBlank = text === '\n';
  };
  return {
    node,
    /** Adds code, which need not end with a line. @param {string} text */
    append(text) {
      const all = rest.data + text;
      rest.remove();
      let at = 0;
      for (let end = all.indexOf('\n'); end !== -1; end = all.indexOf('\n', at)) {
        at = lines(at, end + 1);
      }
      at = lines(at, all.length - ((all.length - at) % LONGEST_LINE));
      rest.data = all.slice(at);
      if (rest.length > 0) (part && length < PART ? part : code).append(rest);

      /** Puts one line, in as many parts as its length needs. */
      function lines(start, end) {
        let from = start;
        while (end - from > LONGEST_LINE) {
          const to = cutAt(all, from, from + LONGEST_LINE);
          put(all.slice(from, to), false);
          from = to;
        }
        if (end > from) put(all.slice(from, end), from === start);
        return Math.max(from, end);
      }
    },
    /** The code is complete: its last line gets its colours. */
    finish() {
      const last = rest.data;
      rest.remove();
      rest.data = '';
      if (last) put(last, true);
    },
  };
}

/** A part ends its last line by itself. The line's own end stays in the text and is not shown, so that code which is selected has one of them. */
function hideLineEnd(part) {
  const last = part.lastChild instanceof Text ? part.lastChild : part.lastChild?.lastChild;
  if (!last?.data?.endsWith('\n')) return;
  last.deleteData(last.length - 1, 1);
  part.append(el('span', { hidden: true }, '\n'));
}

function coloured([kind, text]) {
  return kind ? el('span', { className: kind }, text) : text;
}
