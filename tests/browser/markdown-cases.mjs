// What the page makes of Markdown: 42 checks from CommonMark 0.31 and GFM, and from what models write. Each has a name, a source, and what is
// shown, as `shown` in markdown.test.mjs writes it: elements without attributes but those that matter, `<pre js>` for a block of code in JavaScript.

export const CASES = [
  // Code
  ['code in an item of a list, with the list going on', '1. Install:\n   ```sh\n   npm i\n   ```\n2. Run',
    '<ol><li>Install:<pre sh>npm i\n</pre></li><li>Run</li></ol>'],
  ['code in a list within a list', '- a\n  - b\n\n    ```js\n    if (x) {\n      y();\n    }\n    ```\n- c',
    '<ul><li>a<ul><li><p>b</p><pre js>if (x) {\n  y();\n}\n</pre></li></ul></li><li>c</li></ul>'],
  ['a fence of tildes holds one of backticks', '~~~md\n```\nx\n```\n~~~\nend', '<pre md>```\nx\n```\n</pre><p>end</p>'],
  ['a longer fence holds a shorter one', '````\n```js\n1\n```\n````', '<pre text>```js\n1\n```\n</pre>'],
  ['indented code keeps its blank lines', 'a\n\n    x = 1\n\n      y\n\nb', '<p>a</p><pre text>x = 1\n\n  y\n</pre><p>b</p>'],
  ['a fence that nothing closes', '```py\nprint(1)\n', '<pre py>print(1)\n</pre>'],
  ['the language is the first word behind the fence', '```rust,ignore title="x"\nfn a() {}\n```', '<pre rust>fn a() {}\n</pre>'],
  ['a paragraph ends where a fence begins', 'So:\n```\nx\n```\nand', '<p>So:</p><pre text>x\n</pre><p>and</p>'],

  // Tables
  ['a table with alignment', '| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |',
    '<table><thead><tr><th left>a</th><th center>b</th><th right>c</th></tr></thead>'
    + '<tbody><tr><td left>1</td><td center>2</td><td right>3</td></tr></tbody></table>'],
  ['a table without pipes at its sides', 'a | b\n--|--\n1 | 2',
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>'],
  ['pipes in cells, as text and in code', '| a |\n|---|\n| x \\| y |\n| `p \\| q` |',
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x | y</td></tr><tr><td><code>p | q</code></td></tr></tbody></table>'],
  ['rows with too few and too many cells', '| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |',
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td></td></tr><tr><td>1</td><td>2</td></tr></tbody></table>'],
  ['marks and links in cells, and a cell without text', '| **a** | |\n|---|---|\n| [x](https://a.example) | ~~b~~ |',
    '<table><thead><tr><th><strong>a</strong></th><th></th></tr></thead>'
    + '<tbody><tr><td><a href=https://a.example>x</a></td><td><del>b</del></td></tr></tbody></table>'],
  ['a table of a head alone, and text behind it', '| a |\n|---|\n\ntext', '<table><thead><tr><th>a</th></tr></thead></table><p>text</p>'],
  ['a line break in a cell', '| a |\n|---|\n| x<br>y |', '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x<br>y</td></tr></tbody></table>'],

  // Lists
  ['lists in lists, and back', '- a\n  - b\n    - c\n- d', '<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>'],
  ['numbers that do not begin with one', '7. a\n8. b', '<ol start=7><li>a</li><li>b</li></ol>'],
  ['another mark begins another list', '- a\n- b\n* c\n\n1. d\n2) e',
    '<ul><li>a</li><li>b</li></ul><ul><li>c</li></ul><ol><li>d</li></ol><ol start=2><li>e</li></ol>'],
  ['an item of two paragraphs', '- a\n\n  b\n- c', '<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>'],
  ['a year at the begin of a line is no list', 'It was in\n1984. Then', '<p>It was in\n1984. Then</p>'],
  ['tasks', '- [ ] a\n- [x] b', '<ul><li>[ ] a</li><li>[x] b</li></ul>'],

  // Quotes, headings, rules, lines
  ['a list in a quote, and a quote in a list', '> - a\n> - b\n\n- c\n  > d',
    '<blockquote><ul><li>a</li><li>b</li></ul></blockquote><ul><li>c<blockquote><p>d</p></blockquote></li></ul>'],
  ['a quote in a quote, and a line that goes on without a mark', '> a\n> > b\nc', '<blockquote><p>a</p><blockquote><p>b\nc</p></blockquote></blockquote>'],
  ['headings below those of the page, none of them left out', '### a\n#### b ##\n###### c\n# d\n#5 e',
    '<h3>a</h3><h4>b</h4><h5>c</h5><h3>d</h3><p>#5 e</p>'],
  ['headings that are underlined', 'a\n===\nb\n---', '<h3>a</h3><h4>b</h4>'],
  ['rules of every kind', '***\n- - -\n___', '<hr><hr><hr>'],
  ['breaks of lines: two blanks, a backslash, or just the line', 'a  \nb\\\nc\nd', '<p>a<br>b<br>c\nd</p>'],

  // Links and images
  ['links with titles', '[a](https://x.example "one") [b](https://x.example \'two\') [c](https://x.example (three))',
    '<p><a href=https://x.example title=one>a</a> <a href=https://x.example title=two>b</a> <a href=https://x.example title=three>c</a></p>'],
  ['parentheses and blanks in addresses', '[a](https://x.example/a_(b)) [c](<https://x.example/d e>)',
    '<p><a href=https://x.example/a_(b)>a</a> <a href=https://x.example/d%20e>c</a></p>'],
  ['links whose address is elsewhere, before or after', '[1]: https://a.example\n\n[x][1], [1][] and [1]; [y][two].\n\n[Two]: <https://b.example> "t"',
    '<p><a href=https://a.example>x</a>, <a href=https://a.example>1</a> and <a href=https://a.example>1</a>; <a href=https://b.example title=t>y</a>.</p>'],
  ['addresses in angle brackets', '<https://a.example/?q=1&r> <me@mail.example>',
    '<p><a href=https://a.example/?q=1&r>https://a.example/?q=1&amp;r</a> <a href=mailto:me@mail.example>me@mail.example</a></p>'],
  ['bare addresses, without the sign behind them, and names of files', 'See https://a.example/b_c_d, (www.b.example/x) or main.rs.',
    '<p>See <a href=https://a.example/b_c_d>https://a.example/b_c_d</a>, (<a href=http://www.b.example/x>www.b.example/x</a>) or main.rs.</p>'],
  ['images are links, also within links', '![a *b*](https://x.example/i.png "t") [![c](https://x.example/j.png)](https://y.example)',
    '<p><a href=https://x.example/i.png title=t>a b</a> <a href=https://y.example>c</a></p>'],

  // Marks
  ['emphasis of every kind', '*a* _b_ **c** __d__ ***e*** **f*g*h**',
    '<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <em><strong>e</strong></em> <strong>f<em>g</em>h</strong></p>'],
  ['underscores and stars within words, and in sums', 'snake_case_name un*frigging*believable 2 * 3 * 4 __init__.py',
    '<p>snake_case_name un<em>frigging</em>believable 2 * 3 * 4 <strong>init</strong>.py</p>'],
  ['emphasis around other marks', '**a `b*` [c](https://x.example)** *“d”* **e:** f',
    '<p><strong>a <code>b*</code> <a href=https://x.example>c</a></strong> <em>“d”</em> <strong>e:</strong> f</p>'],
  ['strikethrough', '~~a **b**~~ c~d~~e~~', '<p><del>a <strong>b</strong></del> c~d<del>e</del></p>'],
  ['code in a line, with backticks and blanks', '`` a`b `` ` c ` `<i>` `\\`', '<p><code>a`b</code> <code>c</code> <code>&lt;i></code> <code>\\</code></p>'],
  ['entities and escapes', '&copy; &#35; &#x1F600; &nosuch; &amp;lt; \\*a\\* \\\\ 1 < 2', '<p>© # 😀 &amp;nosuch; &amp;lt; *a* \\ 1 &lt; 2</p>'],

  // What the page adds
  ['HTML is text', '<b onclick="x()">a</b> <!-- c -->\n\n<script>\nalert(1)\n</script>',
    '<p>&lt;b onclick="x()">a&lt;/b> &lt;!-- c --></p><p>&lt;script>\nalert(1)\n&lt;/script></p>'],
  ['formulas stay as they are, and prices are none', '$a_1 * b_1 * c$ and \\(x_i^2\\), $5 or *6* $7\n\n\\[\n- x\n= y\n\\]\n\n$$\n# z\n$$',
    '<p>$a_1 * b_1 * c$ and \\(x_i^2\\), $5 or <em>6</em> $7</p><p>\\[\n- x\n= y\n\\]</p><p>$$\n# z\n$$</p>'],
  ['right-to-left after left-to-right, each block for itself', 'Hello\n\nمرحبا world\n\n- שלום\n- two\n\n1. one',
    '<p ltr>Hello</p><p rtl>مرحبا world</p><ul rtl><li rtl>שלום</li><li ltr>two</li></ul><ol ltr><li ltr>one</li></ol>'],
];
