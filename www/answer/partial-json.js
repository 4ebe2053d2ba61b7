// The begin of a JSON text as a value. rivulet has this for `partialObjects` of a run, which cannot be read beside the events that the page needs.

const CLOSERS = { '{': '}', '[': ']' };
const FENCE = /^\s*```\w*\n/;

/**
 * Texts may be cut; a number, a word or a member that is not complete is left out.
 *
 * @param {string} source
 * @returns {{ value: unknown } | undefined} nothing, where there is nothing yet, or what is there is no JSON
 */
export function partialJson(source) {
  const text = source.replace(FENCE, '');
  const { end, closers } = lastEnd(text);
  if (end === 0) return undefined;
  try {
    return { value: JSON.parse(text.slice(0, end) + closers) };
  } catch {
    return undefined;
  }
}

/** The last place where the text may end, and what closes all that is open there. */
function lastEnd(text) {
  const open = [];
  let end = 0;
  let closers = '';
  /** Whether the next text is the name of a member. */
  let isName = false;
  const mayEnd = (at, extra = '') => {
    end = at;
    closers = extra + open.toReversed().join('');
  };
  for (let at = 0; at < text.length;) {
    const sign = text[at];
    if (sign === '"') {
      const { stop, cut } = stringEnd(text, at + 1);
      if (stop === -1) {
        if (!isName) mayEnd(cut, '"');
        break;
      }
      at = stop + 1;
      if (!isName) mayEnd(at);
      isName = false;
      continue;
    }
    at += 1;
    if (CLOSERS[sign]) {
      open.push(CLOSERS[sign]);
      isName = sign === '{';
      mayEnd(at);
    } else if (sign === '}' || sign === ']') {
      if (open.pop() !== sign) break;
      mayEnd(at);
      if (open.length === 0) break;
    } else if (sign === ',') isName = open.at(-1) === '}';
    else if (/[\w.+-]/.test(sign)) {
      const start = at - 1;
      while (at < text.length && /[\w.+-]/.test(text[at])) at += 1;
      if (at < text.length && !isName && /^(?:true|false|null|-?\d.*)$/.test(text.slice(start, at))) mayEnd(at);
    }
  }
  return { end, closers };
}

/** Where a string ends (-1: not yet), and where it may be cut: not within an escape or a surrogate pair. */
function stringEnd(text, from) {
  let at = from;
  while (at < text.length && text[at] !== '"') {
    const length = text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
    if (at + length > text.length) return { stop: -1, cut: at };
    at += length;
  }
  if (at < text.length) return { stop: at, cut: at };
  return { stop: -1, cut: at > from && /[\ud800-\udbff]/.test(text[at - 1]) ? at - 1 : at };
}
