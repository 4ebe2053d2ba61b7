// A stretch of the answer's text, between calls of tools: as it is, or as Markdown as soon as that is loaded.

import { el } from '../page/dom.js';
import { growingMarkdown } from '../text/growing-markdown.js';
import { growingText } from '../text/growing-text.js';

/** @returns what jsonBlock of json-block.js gives, too */
export function textBlock() {
  const node = el('div', { className: 'content plain', dir: 'auto' });
  let growing = growingText(node);
  let text = '';
  let isFinished = false;
  return {
    node,
    get text() {
      return text;
    },
    append(piece) {
      text += piece;
      growing.append(piece);
    },
    replace(whole) {
      text = whole;
      isFinished = false;
      growing.clear();
      growing.append(whole);
    },
    useMarkdown(library) {
      growing.clear();
      node.classList.remove('plain');
      growing = growingMarkdown(node, library);
      growing.append(text);
      if (isFinished) growing.finish();
    },
    partial() {},
    draw: () => growing.draw(),
    finish() {
      isFinished = true;
      growing.finish();
    },
    get waiting() {
      return growing.waiting;
    },
  };
}
