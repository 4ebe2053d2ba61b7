// Makes nodes of the Markdown that chat replies use. It neither reads nor makes HTML: what is not Markdown is text.

import { el } from './dom.js';
import { inline } from './inline.js';

/** @typedef {{ source: string, node: () => Node }} Block by `source` a block is known to be the same as in the last frame */

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const ROW = /^\s*\|.*\|\s*$/;
const DIVIDER = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;

/** How deep quotes and lists nest at most, so that a reply of a million `>` does not exhaust the stack. */
const DEEPEST = 8;

/** @param {string} text @returns {Block[]} */
export function blocks(text, depth = 0) {
  const lines = text.split(/\r?\n/);
  const found = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === '') {
      at += 1;
      continue;
    }
    const [end, node] = block(lines, at, depth);
    found.push({ source: lines.slice(at, end).join('\n'), node });
    at = end;
  }
  return found;
}

/** The block that begins at line `at`: the line behind it, and a function that makes its node. @returns {[number, () => Node]} */
function block(lines, at, depth) {
  const line = lines[at];
  const fence = line.match(FENCE);
  if (fence) {
    const closing = new RegExp(`^ {0,3}${fence[1][0]}{${fence[1].length},}\\s*$`);
    const end = until(lines, at + 1, (other) => closing.test(other));
    const code = () => el('pre', { tabIndex: 0 }, el('code', {}, lines.slice(at + 1, end).join('\n')));
    return [Math.min(end + 1, lines.length), code];
  }
  const heading = line.match(HEADING);
  // The page uses the first two levels of headings itself, so a reply's begin at the third.
  if (heading) return [at + 1, () => el(`h${Math.min(heading[1].length + 2, 6)}`, {}, ...inline(heading[2]))];
  if (RULE.test(line)) return [at + 1, () => el('hr')];
  if (QUOTE.test(line) && depth < DEEPEST) {
    const end = until(lines, at, (other) => !QUOTE.test(other));
    const inner = lines.slice(at, end).map((other) => other.replace(QUOTE, '')).join('\n');
    return [end, () => el('blockquote', {}, ...blocks(inner, depth + 1).map(({ node }) => node()))];
  }
  if (ITEM.test(line)) {
    const end = until(lines, at, (other) => !ITEM.test(other) && !/^\s+\S/.test(other));
    return [end, () => list(lines.slice(at, end))];
  }
  if (ROW.test(line) && DIVIDER.test(lines[at + 1] ?? '')) {
    const end = until(lines, at, (other) => !ROW.test(other));
    return [end, () => table(lines.slice(at, end))];
  }
  const starts = (other) => other.trim() === '' || [FENCE, HEADING, RULE, ITEM].some((form) => form.test(other));
  const end = Math.max(at + 1, until(lines, at + 1, (other) => starts(other) || (QUOTE.test(other) && depth < DEEPEST)));
  return [end, () => el('p', {}, ...inline(lines.slice(at, end).join('\n')))];
}

function until(lines, from, isEnd) {
  let at = from;
  while (at < lines.length && !isEnd(lines[at])) at += 1;
  return at;
}

/** A list. An item that is indented further than the one before begins a list inside it. */
function list(lines) {
  const open = [];
  let root;
  for (const line of lines) {
    const item = line.match(ITEM);
    if (!item) {
      open.at(-1).list.lastElementChild.append('\n', ...inline(line.trim()));
      continue;
    }
    const [, { length: indent }, marker, text] = item;
    while (open.length > 1 && indent < open.at(-1).indent) open.pop();
    if (!open.length || (indent > open.at(-1).indent + 1 && open.length < DEEPEST)) {
      const isNumbered = /\d/.test(marker);
      const made = isNumbered ? el('ol', { start: parseInt(marker, 10) }) : el('ul');
      open.at(-1)?.list.lastElementChild.append(made);
      open.push({ indent, list: made });
      root ??= made;
    }
    open.at(-1).list.append(el('li', {}, ...inline(text)));
  }
  return root;
}

function table([head, , ...rows]) {
  const cells = (row) => row.trim().slice(1, -1).split('|').map((cell) => inline(cell.trim()));
  const line = (tag, row) => el('tr', {}, ...cells(row).map((cell) => el(tag, {}, ...cell)));
  const made = el('table', {}, el('thead', {}, line('th', head)), el('tbody', {}, ...rows.map((row) => line('td', row))));
  return el('div', { className: 'table', tabIndex: 0 }, made);
}
