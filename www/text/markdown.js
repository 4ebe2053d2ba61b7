// Markdown as the page understands it: CommonMark with GFM's tables, strikethrough and bare links, by markdown-it, which is loaded when it is
// first needed. HTML is text. Mathematics is kept as it was written.

/** How deep quotes and lists nest: what is deeper is shown as text. */
const DEEPEST = 16;
/** How long a paragraph, a heading or a cell may be to have marks in it, and how many brackets: what hostile text costs grows faster than it. */
const LONGEST = 4000;
const MOST_BRACKETS = 500;
/** How many columns a table may have: rows with fewer cells get empty ones. */
const WIDEST = 100;
/** How long an address may be that is not marked as one. */
const LONGEST_ADDRESS = 2000;
/** How long a formula may be, so that a text of nothing but dollar signs is not searched over and over. */
const LONGEST_FORMULA = 1000;

/** The addresses that a reply may link to. */
const ALLOWED = /^(?:https?:\/\/|mailto:)/i;

let loading;

/** @returns {Promise<any>} markdown-it with the rules of this page; rejects where it cannot be loaded, and then tries again at the next call */
export function loadMarkdown() {
  loading ??= import('../vendor/markdown-it.js').then(({ default: MarkdownIt }) => withRules(new MarkdownIt({ linkify: true, maxNesting: 100 })));
  loading.catch(() => { loading = undefined; });
  return loading;
}

function withRules(library) {
  library.disable(['html_block', 'html_inline']);
  library.validateLink = (address) => ALLOWED.test(address);
  library.linkify.add('www.', { validate: www, normalize: (match) => { match.url = `http://${match.url}`; } });
  // No addresses without a scheme: `//a.example` in a text is rather a path or a comment.
  library.linkify.add('//', null).add('ftp:', null);
  library.block.ruler.before('table', 'deep', deep);
  library.block.ruler.before('table', 'wide', wide, { alt: ['paragraph', 'reference'] });
  library.block.ruler.before('fence', 'formula', formulaBlock, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  library.inline.ruler.before('escape', 'formula', formula);
  const parse = library.inline.parse.bind(library.inline);
  library.inline.parse = (text, md, env, tokens) => {
    const { Token } = new md.core.State('', md, env);
    const isCheap = text.length <= LONGEST && text.split('[').length <= MOST_BRACKETS;
    if (isCheap) parse(text, md, env, tokens);
    else tokens.push(Object.assign(new Token('verbatim', '', 0), { content: text }));
  };
  return library;
}

/** GFM's links that begin with `www.`. @returns {number} how much of the text behind that belongs to the link */
function www(text, position, linkify) {
  const [scheme, begin] = ['http:', '//www.'];
  const length = linkify.testSchemaAt(`${scheme}${begin}${text.slice(position, position + LONGEST_ADDRESS)}`, scheme, scheme.length);
  return Math.max(0, length - begin.length);
}

/** A block that is nested too deeply: its lines are a paragraph. */
function deep(state, start, end) {
  if (state.level < DEEPEST) return false;
  paragraph(state, start, end);
  return true;
}

/** A table that is too wide: its head is a paragraph. */
function wide(state, start, end, isTest) {
  const next = start + 1;
  if (next >= end) return false;
  const line = state.src.slice(state.bMarks[next] + state.tShift[next], state.eMarks[next]);
  if (line.length <= WIDEST || line.split('|').length <= WIDEST || !/^[|:\- \t]*$/.test(line)) return false;
  if (!isTest) paragraph(state, start, next + 1);
  return true;
}

/** A formula in lines of its own, between `$$` or within `\[` and `\]`: its lines are no headings and no lists. */
function formulaBlock(state, start, end, isTest) {
  const line = (at) => state.src.slice(state.bMarks[at] + state.tShift[at], state.eMarks[at]);
  if (state.sCount[start] - state.blkIndent >= 4) return false;
  const opening = /^(?:\$\$|\\\[)/.exec(line(start));
  if (!opening) return false;
  const closing = opening[0] === '$$' ? /\$\$\s*$/ : /\\\]\s*$/;
  let at = start;
  let length = line(start).length;
  // In the first line the closing mark stands behind the opening one. A formula that nothing closes yet is one: its end is on the way.
  for (let text = line(start).slice(2); !closing.test(text); text = line(at)) {
    if (length > LONGEST_FORMULA) return false;
    if (at + 1 === end) break;
    at += 1;
    if (state.isEmpty(at) || state.sCount[at] < state.blkIndent) return false;
    length += line(at).length;
  }
  if (!isTest) paragraph(state, start, at + 1);
  return true;
}

/** Makes a paragraph of lines whose text is taken as it is. */
function paragraph(state, start, end) {
  state.push('paragraph_open', 'p', 1).map = [start, end];
  const text = state.push('verbatim', '', 0);
  text.content = state.getLines(start, end, state.blkIndent, false).trim();
  text.map = [start, end];
  state.push('paragraph_close', 'p', -1);
  state.line = end;
}

/**
 * A formula within a line: `\(…\)`, `$$…$$`, `\[…\]` where the text looks like one, since Markdown writes brackets that are none of a link in
 * the same way, and `$…$` where the dollar signs touch the text and no digit follows, since that is a price.
 */
function formula(state, isTest) {
  const { src, pos, posMax } = state;
  const opening = src.startsWith('\\(', pos) || src.startsWith('\\[', pos) || src.startsWith('$$', pos) ? src.slice(pos, pos + 2)
    : src[pos] === '$' ? '$' : undefined;
  if (!opening) return false;
  const closing = { '\\(': '\\)', '\\[': '\\]' }[opening] ?? opening;
  const text = src.slice(pos + opening.length, Math.min(posMax, pos + LONGEST_FORMULA));
  const length = text.indexOf(closing);
  if (length < 1) return false;
  if (opening === '$' && (/^\s|\s$/.test(text.slice(0, length)) || /\d/.test(text[length + 1] ?? ''))) return false;
  if (opening === '\\[' && !/^\s|[\\^_=+{}]/.test(text.slice(0, length))) return false;
  const end = pos + opening.length + length + closing.length;
  if (!isTest) state.push('verbatim', '', 0).content = src.slice(pos, end);
  state.pos = end;
  return true;
}
