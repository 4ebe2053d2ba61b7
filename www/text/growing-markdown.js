// Markdown that grows. What later text cannot change is drawn once and not touched again: every block but the last one. The last one is read
// anew as it grows, and is cut where it is so long that this would cost too much. So a reply costs what its length costs, whatever its form.

import { codeBlock } from './code-block.js';
import { cutAt } from './growing-text.js';
import { nodesOf } from './markdown-nodes.js';

/** How many characters an open block has at most, by its first token: lists and quotes may hold long code, others gain nothing by being long. */
const LONGEST = { bullet_list_open: 32_000, ordered_list_open: 32_000, blockquote_open: 32_000 };
const LONGEST_OTHER = 4000;
/** How many characters are drawn in one frame. */
const A_FRAME = 4000;
/** An open block of this length is read anew in every frame; a longer one when it has grown by this part of its length. */
const SHORT = 1000;
const GROWTH = 1 / 24;
/** How many characters at most are read again at the end, for links whose address came after them. */
const AGAIN = 100_000;

/** The level of the page's own heading above the replies. */
const PAGE_LEVEL = 2;

/** Elements that blocks are made of: new text goes into the last of them until the block is read anew. */
const BLOCK = 'p, ul, ol, li, blockquote, div, pre, pre > code, table, thead, tbody, tr, th, td';

/** The begin of an item of a list that is in no other. */
const ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]/gm;

/**
 * @typedef {object} Block one block at the top, of `source` and of the page
 * @property {number} begin where the block before it ends
 * @property {number} start where its first line begins
 * @property {number} end
 * @property {any[]} tokens
 * @property {Node[]} nodes
 * @property {number} above the level of the last heading before it
 * @property {number} level the level of the last heading at its end
 */

/**
 * @param {HTMLElement} parent
 * @param {{ parse(text: string, environment: object): any[] }} library markdown-it
 * @returns {import('./growing-text.js').Growing}
 */
export function growingMarkdown(parent, library) {
  /** What was appended and is not in `source` yet. */
  let waiting = '';
  /** A carriage return at the end of what was appended, which may be half of a line's end. */
  let half = '';
  /** The open block and what follows it. */
  let source = '';
  /** How many characters of `source` its nodes show; `tail` shows the rest as it is. */
  let shown = 0;
  let nodes = [];
  const tail = new Text();
  /** The head of a table that was cut: what follows is read below it. */
  let head = '';
  /** The open fence, whose lines go straight into its block. */
  let fence;
  /** The addresses of links that the finished text defines. */
  let references = {};
  /** Finished blocks that may have links whose address comes later. */
  let unresolved = [];
  /** The level of the last heading of the finished text. */
  let level = PAGE_LEVEL;
  let isFinished = false;
  const isLast = () => isFinished && waiting === '';

  function draw() {
    source += waiting.slice(0, A_FRAME);
    waiting = waiting.slice(A_FRAME);
    // Each goes on where the other one ends.
    while (fence ? drawFence() : drawBlocks());
    if (isLast()) resolve();
    return waiting === '';
  }

  /** @returns {boolean} whether there is more to draw */
  function drawBlocks() {
    if (source.length === shown && !isLast()) return false;
    const isDue = source.length < SHORT || source.length - shown >= source.length * GROWTH;
    if (!isDue && !isLast()) {
      tail.data = source.slice(shown);
      if (!tail.parentNode) lastBlock(nodes.at(-1) ?? parent).append(tail);
      return false;
    }
    const own = Object.create(references);
    const blocks = read(source, own);
    // A line that is not complete may still turn out to belong to the block before it: `#` begins a heading, `#5` does not.
    const complete = source.lastIndexOf('\n') + 1;
    const open = isLast() ? blocks.length : Math.max(0, blocks.findLastIndex(({ start }) => start < complete));
    show(blocks);
    const last = blocks[open];
    settle(blocks.slice(0, open), last ? last.begin : isLast() ? source.length : 0, own);
    if (isLast() || (last && beginFence(last, last.start - last.begin))) return !isLast();
    if (source.length <= longest(last)) return false;
    cut(last);
    return true;
  }

  /** @returns {Block[]} */
  function read(text, own) {
    const lines = lineStarts(head + text, head.length);
    const found = [];
    let whole = [];
    const outline = { level };
    for (const token of library.parse(head + text, { references: own })) {
      whole.push(token);
      if (token.level > 0 || token.nesting === 1) continue;
      const [start, end] = whole[0].map.map((line) => Math.max(0, lines[line] ?? text.length));
      const drawn = head && found.length === 0 ? rowsOf(whole) : whole;
      found.push({ begin: found.at(-1)?.end ?? 0, start, end, tokens: whole, above: outline.level, nodes: nodesOf(drawn, outline), level: outline.level });
      whole = [];
    }
    return found;
  }

  /** Shows these blocks in place of those of the last time. */
  function show(blocks) {
    tail.remove();
    for (const node of nodes) node.remove();
    nodes = blocks.flatMap((block) => block.nodes);
    parent.append(...nodes);
    shown = source.length;
  }

  /** Leaves blocks as they are from now on, and takes their text out of `source`. */
  function settle(blocks, end, own) {
    if (end === 0) return;
    define(source.slice(0, end));
    const known = Object.keys(own).length > 0 ? -1 : Object.keys(references).length;
    for (const block of blocks) {
      const text = source.slice(block.begin, block.end);
      if (text.includes('[') && !head) unresolved.push({ text, known, nodes: block.nodes, level: block.above });
    }
    level = blocks.at(-1)?.level ?? level;
    const settled = new Set(blocks.flatMap((block) => block.nodes));
    nodes = nodes.filter((node) => !settled.has(node));
    source = source.slice(end);
    shown = Math.max(0, shown - end);
    head = '';
  }

  /** Keeps the addresses that finished text defines. Those of the open text may not be complete. */
  function define(text) {
    if (text.includes(']:')) library.parse(text, { references });
  }

  const longest = (block) => LONGEST[block?.tokens[0].type] ?? LONGEST_OTHER;

  /** Ends an open block that is too long, behind an item, a line or a word. */
  function cut(block) {
    const most = longest(block);
    const text = source.slice(0, most);
    let item = -1;
    if (/_list_open$/.test(block?.tokens[0].type)) for (const { index } of text.matchAll(ITEM)) item = index;
    const line = item > most / 2 ? item : text.lastIndexOf('\n') + 1;
    const end = line > most / 2 ? line : cutAt(source, 0, most);
    const own = Object.create(references);
    const rest = source.slice(end);
    const before = head;
    source = source.slice(0, end);
    const blocks = read(source, own);
    show(blocks);
    const isTable = block?.tokens[0].type === 'table_open' && source.endsWith('\n');
    const [first, second] = (before + source).split('\n', 2);
    settle(blocks, end, own);
    if (isTable) head = `${first}\n${second}\n`;
    source = rest;
    shown = 0;
  }

  /** Begins to draw an open fence line by line. */
  function beginFence({ tokens: [{ type, info, markup }] }, start) {
    if (type !== 'fence' || head) return false;
    const lines = source.slice(start).split('\n');
    const mark = `[${markup[0]}]`;
    const closing = new RegExp(`^ {0,3}${mark}{${markup.length},}[ \\t]*$`);
    if (lines.length < 2 || lines.slice(1, -1).some((line) => closing.test(line))) return false;
    define(source.slice(0, start));
    for (const node of nodes) node.remove();
    nodes = [];
    fence = {
      block: codeBlock(info),
      closing,
      mayClose: new RegExp(`^ {0,3}${mark}*[ \\t]*$`),
      indent: new RegExp(`^ {0,${/^ */.exec(lines[0])[0].length}}`),
      isInLine: false,
    };
    parent.append(fence.block.node);
    source = source.slice(start + lines[0].length + 1);
    shown = 0;
    return true;
  }

  /** @returns {boolean} whether the fence was closed */
  function drawFence() {
    const { block, closing, mayClose, indent } = fence;
    let code = '';
    let at = 0;
    for (let end = source.indexOf('\n'); end !== -1; end = source.indexOf('\n', at)) {
      const line = source.slice(at, end);
      at = end + 1;
      if (!fence.isInLine && closing.test(line)) return endFence(code, source.slice(at));
      code += `${fence.isInLine ? line : line.replace(indent, '')}\n`;
      fence.isInLine = false;
    }
    const rest = source.slice(at);
    if (isLast()) return endFence(!fence.isInLine && closing.test(rest) ? code : code + (fence.isInLine ? rest : rest.replace(indent, '')), '');
    source = rest;
    if (rest !== '' && (fence.isInLine || rest.length > 200 || !mayClose.test(rest))) {
      code += fence.isInLine ? rest : rest.replace(indent, '');
      fence.isInLine = true;
      source = '';
    }
    if (code) block.append(code);
    return false;
  }

  function endFence(code, rest) {
    fence.block.append(code);
    fence.block.finish();
    fence = undefined;
    source = rest;
    return true;
  }

  /** Reads blocks again whose links were defined after them. */
  function resolve() {
    const known = Object.keys(references).length;
    let left = AGAIN;
    for (const block of unresolved) {
      if (known === 0 || block.known === known) continue;
      left -= block.text.length;
      if (left < 0) break;
      const [first, ...others] = block.nodes;
      first?.replaceWith(...nodesOf(library.parse(block.text, { references: Object.create(references) }), { level: block.level }));
      for (const node of others) node.remove();
    }
    unresolved = [];
  }

  return {
    append(text) {
      const all = half + text;
      half = all.endsWith('\r') ? '\r' : '';
      waiting += all.slice(0, all.length - half.length).replaceAll(/\r\n?/g, '\n');
    },
    draw,
    get waiting() {
      return waiting.length;
    },
    finish() {
      isFinished = true;
      if (half) waiting += '\n';
      half = '';
    },
    clear() {
      waiting = half = source = head = '';
      shown = 0;
      nodes = [];
      unresolved = [];
      references = {};
      fence = undefined;
      level = PAGE_LEVEL;
      isFinished = false;
      parent.replaceChildren();
    },
  };
}

/** Where each line begins, counted from `from`. */
function lineStarts(text, from) {
  const starts = [-from];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1 - from);
  return starts;
}

function lastBlock(node) {
  let at = node;
  while (at.lastElementChild?.matches(BLOCK)) at = at.lastElementChild;
  return at;
}

/** The tokens of a table without those of its head, and none where it has nothing else. */
function rowsOf(tokens) {
  const [begin, end] = ['thead_open', 'thead_close'].map((type) => tokens.findIndex((token) => token.type === type));
  if (begin === -1) return tokens;
  return tokens.some(({ type }) => type === 'tbody_open') ? [...tokens.slice(0, begin), ...tokens.slice(end + 1)] : [];
}
