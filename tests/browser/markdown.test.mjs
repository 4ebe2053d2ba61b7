// Markdown in the demo page: what it makes of 42 sources, that a reply in pieces is shown as the whole is, and that no text makes it work more
// than its length deserves, loads anything or becomes anything but text.

import assert from 'node:assert/strict';

import { CASES } from './markdown-cases.mjs';
import { visit } from './visit.mjs';

const RIGHT_TO_LEFT = /right-to-left/;

/** In the page: makes `window.md`, which renders a text in pieces and counts what the library was given to read. */
async function prepare() {
  const [{ loadMarkdown }, { growingMarkdown }] = await Promise.all(['./text/markdown.js', './text/growing-markdown.js'].map((path) => import(new URL(path, document.baseURI))));
  const library = await loadMarkdown();
  const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const shown = (node, withDirection) => {
    if (node.nodeType === Node.TEXT_NODE) return escaped(node.data);
    const inner = () => [...node.childNodes].map((child) => shown(child, withDirection)).join('');
    if (node.matches('.content, .table, span')) return inner();
    if (node.matches('.code-block')) return `<pre ${node.querySelector('.language').textContent}>${escaped(node.querySelector('code').textContent)}</pre>`;
    if (node.tagName === 'INPUT') return node.checked ? '[x]' : '[ ]';
    const tag = node.tagName.toLowerCase();
    const attributes = [
      ...(withDirection ? [getComputedStyle(node).direction] : []),
      ...['href', 'title'].filter((name) => node.hasAttribute(name)).map((name) => `${name}=${node.getAttribute(name)}`),
      ...(tag === 'ol' && node.start !== 1 ? [`start=${node.start}`] : []),
      ...(/align-(\w+)/.exec(node.className)?.slice(1) ?? []),
    ];
    const begin = `<${[tag, ...attributes].join(' ')}>`;
    return /^(?:br|hr)$/.test(tag) ? begin : `${begin}${inner()}</${tag}>`;
  };
  window.md = async (text, { size = Infinity, withDirection = false } = {}) => {
    let read = 0;
    let longest = 0;
    const counting = {
      parse(source, environment) {
        read += source.length;
        longest = Math.max(longest, source.length);
        return library.parse(source, environment);
      },
    };
    const parent = document.createElement('div');
    parent.className = 'content';
    parent.dir = 'auto';
    document.querySelector('#log').append(parent);
    const growing = growingMarkdown(parent, counting);
    let draws = 0;
    const start = performance.now();
    let slowest = 0;
    const draw = async () => {
      for (let isDone = false; !isDone;) {
        const before = performance.now();
        isDone = growing.draw();
        slowest = Math.max(slowest, performance.now() - before);
        draws += 1;
        if (draws % 20 === 0) await new Promise((done) => { setTimeout(done); });
      }
    };
    for (let at = 0; at < text.length; at += size) {
      growing.append(text.slice(at, at + size));
      await draw();
    }
    growing.finish();
    await draw();
    const result = {
      html: shown(parent, withDirection),
      text: parent.textContent,
      read: read / text.length,
      longest,
      draws,
      ms: Math.round(performance.now() - start),
      slowest: Math.round(slowest),
      elements: parent.querySelectorAll('*').length,
      others: parent.querySelectorAll('img, script, iframe, style, object, embed, form, [onclick], [onerror], [style]').length,
      links: [...parent.querySelectorAll('a')].map((link) => [link.href, link.rel]),
    };
    parent.remove();
    return result;
  };
}

visit('42 sources of CommonMark, GFM and models are shown as they should be', {}, async (page) => {
  assert.equal(CASES.length, 42);
  await page.evaluate(prepare);
  const wrong = [];
  for (const [name, source, expected] of CASES) {
    const { html } = await page.evaluate(([text, options]) => window.md(text, options), [source, { withDirection: RIGHT_TO_LEFT.test(name) }]);
    if (html !== expected) wrong.push({ name, html, expected });
  }
  assert.deepEqual(wrong, []);
});

visit('a reply in pieces is shown as the whole is, wherever it is cut', {}, async (page) => {
  await page.evaluate(prepare);
  const sources = [
    ...CASES.map(([, source]) => source),
    CASES.map(([, source]) => source.replaceAll(/^\[/gm, '(')).join('\n\n<!-- -->\n\n'),
    // Addresses that come long after their links.
    'See [a][1], [b] and\n\n- [c][1]\n\nMore.\n\n[1]: https://a.example\n[b]: https://b.example/longer "t"\n\n```js\n[x]: 1\n```\n\nEnd.',
  ];
  for (const source of sources) {
    const whole = await page.evaluate((text) => window.md(text), source);
    for (const size of [1, 2, 3, 7]) {
      const { html } = await page.evaluate(([text, options]) => window.md(text, options), [source, { size }]);
      assert.equal(html, whole.html, `in pieces of ${size}: ${JSON.stringify(source)}`);
    }
  }
});

const MEGABYTE = 1_000_000;
const megabyteOf = (text) => text.repeat(Math.ceil(MEGABYTE / text.length)).slice(0, MEGABYTE);

/** Text that costs a parser most, and one block of a megabyte of each kind (less where each line makes an element). Whether the page shows the very text is known for some. */
const LONG = [
  ['opening brackets', megabyteOf('['), true],
  ['opening brackets of images', megabyteOf('!['), true],
  ['stars', megabyteOf('*a '), false],
  ['stars and underscores', megabyteOf('**a_'), false],
  ['backticks of growing length', megabyteOf(Array.from({ length: 300 }, (_, i) => `${'`'.repeat(i + 1)} `).join('')), false],
  ['angle brackets', megabyteOf('<'), true],
  ['signs of a quote', megabyteOf('>'), false],
  ['marks of a list', megabyteOf('- '), false],
  ['dollar signs', megabyteOf('$$ $'), false],
  ['addresses', megabyteOf('www.a.'), false],
  ['definitions', megabyteOf('[a]: https://b.example\n'), false],
  ['quotes, ever deeper', megabyteOf(Array.from({ length: 200 }, (_, i) => `${'>'.repeat(i + 1)}a\n`).join('')), false],
  ['lists, ever deeper', megabyteOf(Array.from({ length: 200 }, (_, i) => `${' '.repeat(2 * i)}- a\n`).join('')), false],
  ['a paragraph', megabyteOf('Some words in one long paragraph, and no end of it. '), true],
  ['a word', megabyteOf('x'), true],
  ['a block of code', `\`\`\`js\n${megabyteOf('const a = "b"; // c\n')}`, false],
  ['a block of code of one line', `\`\`\`json\n${megabyteOf('{"a": "b"}, ')}`, false],
  ['a table', `| a | b |\n|---|---|\n${megabyteOf('| c | d |\n').slice(0, 200_000)}`, false],
  ['a wide table of rows without cells', `|${'a|'.repeat(1000)}\n|${'-|'.repeat(1000)}\n${'|\n'.repeat(4000)}`, false],
  ['a list', megabyteOf('- An item of a list\n').slice(0, 200_000), false],
  ['blank lines', megabyteOf('\n'), false],
];

for (const [how, size, length, most] of [
  // About what a frame brings on a fast line, and what a model writes in it.
  ['in pieces of 4,000 characters', 4000, MEGABYTE, 12], ['in pieces of 20 characters', 20, 40_000, 60],
]) {
  visit(`no text is read more than its length deserves, nor drawn in one go, ${how}`, {}, async (page) => {
    await page.evaluate(prepare);
    for (const [name, all, isText] of LONG) {
      const text = all.slice(0, length);
      const { read, longest, draws, ms, slowest, elements, others, text: shown } = await page.evaluate(([whole, options]) => window.md(whole, options), [text, { size }]);
      console.log(`# ${name}: read ${read.toFixed(1)} times, at most ${longest} at once, ${draws} draws in ${ms} ms, the slowest ${slowest} ms, ${elements} elements`);
      assert.ok(read <= most, `${name}: the library read ${read} times the text`);
      assert.ok(longest <= 45_000, `${name}: the library read ${longest} characters at once`);
      assert.equal(others, 0, name);
      if (isText) assert.equal(shown.replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''), name);
    }
  });
}

const HOSTILE = String.raw`<img src=x onerror="document.title=1"><script>document.title=1</script><svg/onload=alert(1)>
[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java&#115;cript:alert(1)) [d](data:text/html,x) [e](vbscript:x) [f](file:///etc/passwd)
[g]( javascript:alert(1)) [h](<javascript:alert(1)>) [i](&#x6A;avascript:alert(1)) [j](//evil.example) [k](/path) [l](#top) [m](blob:x)
<javascript:alert(1)> <data:text/html,x> ![n](javascript:alert(1)) ![o](https://x.example/track.png) ![p](data:image/png;base64,AAAA)
[q]: javascript:alert(1)
[r][q] [s](https://x.example/"onclick="alert(1)) [t](https://x.example "\"><img src=x onerror=alert(1)>") javascript:alert(1) ftp://x.example

[u]: <javascript:alert(1)> "t"

[u] [v](mailto:a@b.example) [__proto__] [constructor][toString]

~~~"><img src=x onerror=alert(1)>
</code></pre><script>alert(1)</script>
~~~

| <img src=x> | [w](javascript:x) |
|---|---|
| <br onclick=x> | <style>*{display:none}</style> |
`;

visit('no text becomes anything but text and links to pages and mail, and nothing is loaded', {}, async (page) => {
  await page.evaluate(prepare);
  for (const size of [Infinity, 1, 5]) {
    const { others, links, text } = await page.evaluate(([whole, options]) => window.md(whole, options), [HOSTILE, { size }]);
    assert.equal(others, 0);
    assert.deepEqual([...new Set(links.map(([, rel]) => rel))], ['noopener noreferrer nofollow']);
    assert.deepEqual(links.map(([href]) => href.replace(/"/g, '%22')).filter((href) => !/^(?:https:\/\/x\.example\/|mailto:a@b\.example$)/.test(href)), []);
    assert.ok(text.includes('[a](javascript:alert(1))'), 'what is no link is text');
    assert.ok(text.includes('<script>document.title=1</script>'));
  }
  assert.notEqual(await page.title(), '1');
});
