// Colours for code: comments, strings, numbers and the words of a language. It knows families of languages and not their grammars, reads a
// line at a time, and keeps nothing between lines but what is still open.

/**
 * `tokens` has named groups, one a kind; `ignoresCase` is about the words.
 *
 * @typedef {{ words: Set<string>, ignoresCase: boolean, tokens: RegExp, closers: Record<string, RegExp> }} Language
 */

/**
 * The parts of patterns. None can be read in two ways, so that no text makes them go back and forth. A string that its line does not end
 * ends with it.
 */
const STRING = String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?`;
/** Where one quotation mark begins a lifetime, or stands in text. */
const OTHER_STRINGS = {
  rs: String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\[^']{1,9})'`,
  html: '(?<==)(?:"[^"]*"?|\'[^\']*\'?)',
};
const NUMBER = String.raw`\b\d[\w.]*`;
const WORD = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;

const BLOCK = { '/*': /\*\// };
const PYTHON = { '"""': /"""/, "'''": /'''/ };
const TEMPLATE = { '`': /(?<!\\)`/ };
const XML = { '<!--': /-->/ };

const C_WORDS = 'if else for while do switch case default break continue return struct class enum public private protected static const void '
  + 'new delete this throw try catch finally true false null int char long short float double bool unsigned signed sizeof typedef namespace '
  + 'using template typename virtual override abstract final interface extends implements import package instanceof async await var in is '
  + 'foreach string object get set where select from let fun val when data sealed companion func guard extension protocol self nil nullptr auto';

/** The families: the names of their languages, how a comment begins, what goes on over lines and how it ends, and their words. */
const FAMILIES = [
  ['js javascript jsx mjs cjs ts typescript tsx json json5 jsonc', '//', { ...BLOCK, ...TEMPLATE },
    'import export from default const let var function return if else for while do switch case break continue new delete typeof instanceof in of '
    + 'class extends super this async await yield try catch finally throw true false null undefined void interface type enum implements public '
    + 'private protected readonly static as satisfies declare namespace keyof infer get set'],
  ['py python', '#', PYTHON,
    'import from as def class return if elif else for while in not and or is lambda with yield try except finally raise pass break continue global '
    + 'nonlocal assert async await del None True False match case self'],
  ['rs rust', '//', BLOCK,
    'fn let mut pub struct enum impl trait use mod crate self Self super match if else for while loop in return break continue as where const '
    + 'static ref move async await dyn unsafe extern type true false Some None Ok Err'],
  ['go golang', '//', { ...BLOCK, ...TEMPLATE },
    'package import func var const type struct interface map chan go defer return if else for range switch case default break continue select '
    + 'fallthrough goto nil true false make new'],
  ['c h cpp c++ cc hpp cs csharp java kt kotlin swift scala dart objc zig', '//', BLOCK, C_WORDS],
  ['php', '//|#', BLOCK, `${C_WORDS} function echo array use trait fn global isset unset require include require_once`],
  ['sh bash zsh shell console fish powershell ps1 dockerfile docker makefile make', '(?<![^\\s])#', {},
    'if then else elif fi for in do done while until case esac function return export local readonly set unset source echo cd exit FROM RUN COPY '
    + 'CMD ENTRYPOINT ENV ARG WORKDIR EXPOSE'],
  ['rb ruby elixir ex perl pl r', '#', {},
    'def end class module if elsif else unless while until for in do return yield require include attr_accessor self nil true false begin rescue '
    + 'ensure raise then case when and or not lambda proc puts my sub use function'],
  ['sql postgresql mysql sqlite', '--', BLOCK,
    'select from where insert into values update set delete create table alter drop index view join left right inner outer full on as and or not '
    + 'null is in between like group by order having limit offset union all distinct primary key foreign references default exists case when then '
    + 'else end with returning begin commit rollback'],
  ['yaml yml toml ini conf properties env', '(?<![^\\s])[#;]', {}, 'true false null yes no on off'],
  ['css scss less', '', BLOCK, 'import media supports keyframes font-face layer container important'],
  ['html xml svg vue svelte xhtml', '', XML, ''],
  ['lua haskell hs', '--', {},
    'local function end if then else elseif for while do repeat until return nil true false and or not in where let module import data type class '
    + 'instance case of deriving'],
];

/** @type {Map<string, Language>} */
const LANGUAGES = new Map();
for (const [names, comment, closers, words] of FAMILIES) {
  const family = names.split(' ')[0];
  const openers = Object.keys(closers).map((opener) => opener.replaceAll(/[*]/g, '\\$&')).join('|');
  const kinds = [
    openers && `(?<open>${openers})`,
    comment && `(?<comment>(?:${comment}).*)`,
    `(?<string>${OTHER_STRINGS[family] ?? STRING})`,
    family === 'html' && '(?<tag></?[\\p{L}][\\w:.-]*)',
    `(?<number>${NUMBER})`,
    `(?<word>${WORD})`,
  ];
  const tokens = new RegExp(kinds.filter(Boolean).join('|'), 'gu');
  const language = { words: new Set(words.split(' ')), ignoresCase: family === 'sql', tokens, closers };
  for (const name of names.split(' ')) LANGUAGES.set(name, language);
}

/**
 * A reader of code, line by line.
 *
 * @param {string} name the language as a code block names it
 * @returns {((line: string) => [kind: string, text: string][]) | undefined} the parts of the line, whose kind is `comment`, `string`, `number`,
 *   `keyword` or empty; `undefined` for a language that it does not know
 */
export function syntax(name) {
  const language = LANGUAGES.get(name.toLowerCase());
  if (!language) return undefined;
  const { words, ignoresCase, tokens, closers } = language;
  /** What began in an earlier line and is still open. */
  let open = '';

  return (line) => {
    const parts = [];
    let at = 0;
    const put = (kind, end) => {
      const last = parts.at(-1);
      if (last?.[0] === kind) last[1] += line.slice(at, end);
      else if (end > at) parts.push([kind, line.slice(at, end)]);
      at = end;
    };
    /** Goes to the end of what is open, which may be in a later line. */
    const close = (from) => {
      const kind = /^[/<]/.test(open) ? 'comment' : 'string';
      const rest = line.slice(from);
      const found = closers[open].exec(rest);
      put(kind, found ? from + found.index + found[0].length : line.length);
      if (found) open = '';
    };
    if (open) close(0);
    while (at < line.length) {
      tokens.lastIndex = at;
      const match = tokens.exec(line);
      if (!match) break;
      const { groups: { open: opener, comment, string, tag, number }, index, 0: text } = match;
      const end = index + text.length;
      put('', index);
      if (opener) {
        open = opener;
        close(end);
      } else {
        const isWord = words.has(ignoresCase ? text.toLowerCase() : text);
        put(comment ? 'comment' : string ? 'string' : number ? 'number' : tag || isWord ? 'keyword' : '', end);
      }
    }
    put('', line.length);
    return parts;
  };
}
