// Markdown within a line: code, bold, italic, links. No text can make these patterns backtrack far.

import { el } from './dom.js';

const SPAN = new RegExp([
  /(`+)(?!`)([^`]|[^`][^]{0,2000}?[^`])\1(?!`)/,
  /\*\*(?=\S)([^*]{1,2000})\*\*/,
  /(?<![\p{L}\p{N}*])\*(?=[^\s*])([^*\n]{1,2000})\*/,
  /(?<![\p{L}\p{N}_])_(?=[^\s_])([^_\n]{1,2000})_(?![\p{L}\p{N}])/,
  /\[([^\]\n]{1,500})\]\(([^\s()]{1,2000})\)/,
].map(({ source }) => source).join('|'), 'gu');

/** @param {string} text @returns {(Node | string)[]} */
export function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(SPAN)) {
    const [whole, , code, bold, star, score, label, target] = match;
    nodes.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (code !== undefined) nodes.push(el('code', {}, code));
    else if (bold !== undefined) nodes.push(el('strong', {}, ...inline(bold)));
    else if (label !== undefined) nodes.push(link(label, target) ?? whole);
    else nodes.push(el('em', {}, ...inline(star ?? score)));
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== '');
}

/** A link to http or https, without a referrer. `undefined` for any other target: then the source stays as text. */
function link(label, target) {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined;
  return el('a', { href: target, target: '_blank', rel: 'noopener noreferrer' }, label);
}
