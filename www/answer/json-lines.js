// A JSON value as lines with indentation, whose parts have a kind for their colour. What is too much of it is left out, so that a huge value
// costs no more than a page.

/** How many characters are written, how many of one text, and how deep. */
const MOST = 30_000;
const LONGEST = 2000;
const DEEPEST = 60;

/** @param {unknown} value @returns {{ lines: [string, string][][], isCut: boolean }} */
export function jsonLines(value) {
  const lines = [];
  let line = [];
  let left = MOST;
  let isCut = false;

  const put = (kind, text) => {
    line.push([kind, text]);
    left -= text.length + 2;
  };
  const newLine = (depth) => {
    lines.push(line);
    line = depth > 0 ? [['', '  '.repeat(depth)]] : [];
    left -= 2 * depth + 8;
  };
  const leaveOut = () => {
    isCut = true;
    put('comment', '…');
  };
  const text = (kind, words) => {
    if (words.length > LONGEST) isCut = true;
    put(kind, words.length > LONGEST ? `${JSON.stringify(words.slice(0, LONGEST)).slice(0, -1)}…"` : JSON.stringify(words));
  };
  const list = (signs, keys, count, each, depth) => {
    if (count === 0) return put('', signs);
    put('', signs[0]);
    for (let at = 0; at < count; at += 1) {
      newLine(depth + 1);
      if (left <= 0) {
        leaveOut();
        break;
      }
      if (keys) {
        text('member', keys[at]);
        put('', ': ');
      }
      write(each(at), depth + 1);
      if (at < count - 1) put('', ',');
    }
    newLine(depth);
    put('', signs[1]);
  };
  const write = (inner, depth) => {
    if (typeof inner === 'string') return text('string', inner);
    if (inner === null || typeof inner !== 'object') return put(typeof inner === 'number' ? 'number' : 'keyword', String(inner));
    if (depth >= DEEPEST) return leaveOut();
    if (Array.isArray(inner)) return list('[]', undefined, inner.length, (at) => inner[at], depth);
    const keys = Object.keys(inner);
    return list('{}', keys, keys.length, (at) => inner[keys[at]], depth);
  };
  write(value, 0);
  lines.push(line);
  return { lines, isCut };
}
