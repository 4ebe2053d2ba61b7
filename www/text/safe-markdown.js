// Writes Markdown in which foreign text stays where it is put: no fence, no quote and no tag in it reaches what stands behind it.

/** A text as it is, in a block of code whose fence is longer than any in the text. @param {string} text @param {string} [language] */
export function fenced(text, language = '') {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}${text.endsWith('\n') || text === '' ? '' : '\n'}${fence}`;
}

/** A text of one line as it is, in a line. @param {string} text */
export function codeSpan(text) {
  const line = oneLine(text) || ' ';
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const ticks = '`'.repeat(longest + 1);
  return /^`|`$/.test(line) ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

/** A text of one line of which no sign means anything. @param {string} text */
export const escaped = (text) => oneLine(text).replace(/[\\`*_{}[\]()<>#+.!|~&$:@-]/g, '\\$&');

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();

/** A text as a quote. What begins in a quote ends with it. @param {string} markdown */
export const quoted = (markdown) => markdown.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n');

/** A link to an address of the web; any other address as text. @param {string} url @param {string} [words] */
export function link(url, words = url) {
  if (!/^https?:\/\//i.test(url)) return words === url ? codeSpan(url) : `${escaped(words)} (${codeSpan(url)})`;
  const address = url.replace(/[\s<>\\]/g, (sign) => encodeURIComponent(sign));
  return `[${escaped(words) || codeSpan(url)}](<${address}>)`;
}

const FENCE = /^(`{3,}|~{3,})([^]*)$/;
/** What Markdown takes for empty, which is less than `trim` does. */
const isBlank = (text) => /^[ \t]*$/.test(text);
const FENCE_INSIDE = /^(?:[ \t]*(?:[-+*>]|\d{1,9}[.)]))+[ \t]*(?:```|~~~)|^[ \t]+(?:```|~~~)/m;
const TAG = /<[a-z/!?]/i;

/**
 * Markdown of a model. Its tags become text, since one that is left open would fold or swallow the rest of the file, and a fence that it leaves open
 * is closed. A fence in a list or in a quote cannot be followed without reading all of Markdown: such a text is quoted, where it ends by itself,
 * and where there are tags in it, too, it is shown as it was written.
 *
 * @param {string} text
 */
export function contained(text) {
  if (FENCE_INSIDE.test(text)) return TAG.test(text) ? fenced(text, 'markdown') : quoted(text);
  let fence = '';
  /** Whether a backtick of this paragraph has no partner in its line, so that what looks like code further on may be none. */
  let hasOpenCode = false;
  const lines = text.split('\n').map((line) => {
    const [, run, rest] = FENCE.exec(line) ?? [];
    if (fence === '') {
      if (!run || (run[0] === '`' && rest.includes('`'))) {
        const written = withoutTags(line, hasOpenCode);
        hasOpenCode = !isBlank(line) && (hasOpenCode || written.hasOpenCode);
        return written.line;
      }
      fence = run;
      // What follows the marks is no code, but the name of a language.
      return line.replace(/<|&/g, '');
    }
    if (run?.startsWith(fence) && isBlank(rest)) fence = '';
    return line;
  });
  return fence ? [...lines, fence].join('\n') : lines.join('\n');
}

const PIECES = /\\[^]|(?<!`)(`+)(?!`)([^]*?[^`])\1(?!`)|`+|<(?=[a-z/!?])(?!https?:\/\/[^\s<>]*>)/gi;

/** A line with its tags as text. In code of that line a tag is text as it is, but for the cells of a table, which may end the code. */
function withoutTags(line, isCodeDoubtful) {
  let hasOpenCode = false;
  const written = line.replace(PIECES, (found, ticks, inside) => {
    if (found === '<') return '\\<';
    if (ticks) return isCodeDoubtful || inside.includes('|') ? found.replaceAll('<', '\\<') : found;
    hasOpenCode ||= found[0] === '`';
    return found;
  });
  return { line: written, hasOpenCode };
}
