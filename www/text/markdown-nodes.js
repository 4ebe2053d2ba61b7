// Makes nodes of markdown-it's tokens. It makes no HTML, and of a token that it does not know it shows the text.

import { codeBlock } from './code-block.js';
import { el } from '../page/dom.js';

/** The first character that has a direction, if it is one of right-to-left scripts. */
const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const directionOf = (text) => (RIGHT_TO_LEFT.test(text.slice(0, 500)) ? 'rtl' : 'ltr');

/** Elements that hold text and no blocks. The browser finds their direction, each on its own. */
const WITH_TEXT = /^(?:p|h[1-6]|th|td)$/;
/** Elements that hold blocks, whose direction is that of the first text in them: the browser's own `auto` does not look into blocks that have one. */
const WITH_BLOCKS = /^(?:ul|ol|li|blockquote|table)$/;

/**
 * @param {any[]} tokens whole blocks
 * @param {{ level: number }} outline the level of the last heading, which is changed: a reply that begins with a third level must not leave out two
 * @returns {Node[]}
 */
export function nodesOf(tokens, outline) {
  const root = document.createDocumentFragment();
  const open = [root];
  tokens.forEach((token, index) => {
    const parent = open.at(-1);
    if (token.nesting === -1) {
      // Paragraphs of a tight list have no element.
      if (!token.hidden) open.pop();
    } else if (token.nesting === 1) {
      if (!token.hidden) {
        const made = element(token, tokens, index, outline);
        parent.append(token.tag === 'table' ? el('div', { className: 'table', tabIndex: 0, role: 'group', 'aria-label': 'Table' }, made) : made);
        open.push(made);
      }
    } else if (token.type === 'inline') parent.append(...inlineNodes(token.children, /^T[HD]$/.test(parent.tagName)));
    else if (token.type === 'fence' || token.type === 'code_block') parent.append(wholeCode(token));
    else if (token.type === 'hr') parent.append(el('hr'));
    else parent.append(token.content);
  });
  return [...root.childNodes];
}

function element(token, tokens, index, outline) {
  // The page uses the first two levels of headings itself, so a reply's begin at the third.
  if (token.type === 'heading_open') outline.level = Math.min(Number(token.tag[1]) + 2, outline.level + 1, 6);
  const tag = token.type === 'heading_open' ? `h${outline.level}` : token.tag;
  const made = el(tag);
  if (WITH_TEXT.test(tag)) made.dir = 'auto';
  else if (WITH_BLOCKS.test(tag)) made.dir = directionOf(firstText(tokens, index));
  const align = /text-align:(\w+)/.exec(token.attrGet('style') ?? '');
  if (align) made.className = `align-${align[1]}`;
  if (tag === 'ol') made.start = Number(token.attrGet('start') ?? 1);
  if (tag === 'li') markTask(made, tokens, index);
  return made;
}

function firstText(tokens, from) {
  const { level } = tokens[from];
  for (let at = from + 1; at < tokens.length && tokens[at].level > level; at += 1) {
    if (tokens[at].content && /\p{L}/u.test(tokens[at].content)) return tokens[at].content;
  }
  return '';
}

/** GFM's task: an item that begins with `[ ]` or `[x]`. */
function markTask(item, tokens, index) {
  const inline = tokens[index + 2];
  const text = inline?.type === 'inline' && inline.children[0];
  const mark = text && text.type === 'text' && /^\[([ xX])\]\s/.exec(text.content);
  if (!mark) return;
  text.content = text.content.slice(mark[0].length);
  const isDone = mark[1] !== ' ';
  item.className = 'task';
  item.append(el('input', { type: 'checkbox', disabled: true, checked: isDone, 'aria-label': isDone ? 'Done' : 'To do' }), ' ');
}

function wholeCode({ info, content }) {
  const { node, append, finish } = codeBlock(info);
  append(content);
  finish();
  return node;
}

const MARKS = { strong_open: 'strong', em_open: 'em', s_open: 'del' };

/** HTML's line break, which a table has no other way to write: Markdown keeps a row on one line. */
const BREAK = /<br *\/?>/i;

function inlineNodes(tokens, isCell) {
  const root = document.createDocumentFragment();
  const open = [root];
  for (const token of tokens) {
    const parent = open.at(-1);
    if (token.nesting === -1) open.pop();
    else if (token.type === 'link_open') open.push(parent.appendChild(link(token.attrGet('href'), token.attrGet('title'))));
    else if (MARKS[token.type]) open.push(parent.appendChild(el(MARKS[token.type])));
    else if (token.type === 'code_inline') parent.append(el('code', {}, token.content));
    else if (token.type === 'hardbreak') parent.append(el('br'));
    else if (token.type === 'softbreak') parent.append('\n');
    else if (token.type === 'image') parent.append(image(token, open.some(({ tagName }) => tagName === 'A')));
    else if (isCell && BREAK.test(token.content)) {
      parent.append(...token.content.split(BREAK).flatMap((text, index) => (index > 0 ? [el('br'), text] : [text])));
    } else parent.append(token.content);
  }
  return [...root.childNodes];
}

/** An image is a link to it, so that no service makes the browser fetch anything. Within a link it is its text. */
function image(token, isInLink) {
  const address = token.attrGet('src');
  const text = token.children.map(({ type, content }) => (/break$/.test(type) ? ' ' : content)).join('').trim() || address;
  return isInLink ? text : el('span', { className: 'image' }, link(address, token.attrGet('title'), text));
}

function link(address, title, ...children) {
  const made = el('a', { href: address, rel: 'noopener noreferrer nofollow' }, ...children);
  if (!/^mailto:/i.test(address)) made.target = '_blank';
  if (title) made.title = title;
  return made;
}
