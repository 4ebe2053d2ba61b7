// A talk as a file: whatever is in it, the file says what was said, and what is foreign stays where it was put.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import MarkdownIt from 'markdown-it';

import { fileName, fromJson, toJson, toMarkdown } from '../../www/talk/export.js';
import { fileText } from '../../www/talk/parts.js';
import { addQuestion, addReply, newTalk, show } from '../../www/talk/tree.js';
import { visit } from './visit.mjs';

const answer = (events, more = {}) => ({
  provider: 'Groq', model: 'llama', service: 's', messages: [], conversation: null, events: events.map((event) => ({ at: 1, ...event })),
  timings: { elapsed: 1, pieces: 1, characters: 1 }, stopped: false, ...more,
});
const text = (words) => ({ type: 'text', text: words });

function talkOf(question, answers, now = Date.UTC(2026, 10, 28)) {
  const talk = newTalk(now);
  addReply(talk, addQuestion(talk, null, question, now).id, answers, now);
  return talk;
}

/** Texts that have broken such files, or could. */
const NASTY = [
  '```', '~~~~', '````js', '```\n```', '- ```\n  a', '1. a\n   ```html\n   <b>\n   ```', '> ```', '    ```', '`a', '`` ` ``', '`<b>`', '``<i>\n',
  '</details>', '<details>', '<!--', '-->', '<script>', '<pre>', '\\<b>', '\\\\<b>', '<https://a.example>', '<a href="x">', '| a | `b | <u> ` |\n|---|---|', '| | |',
  '# Heading', '## You', '===', '---', '[x]: y', '[a](b', '![i](https://t.example/i.png)', '***', '**', '_', '\tcode', 'مرحبا \u202e abc', '👩‍👩‍👧 é', '\ud800', '\udc00x',
  '\0', '\r\n', '\n\n', '   ', '&lt;', '$x$', '<?php', '<![CDATA[', '~~~ `', '{', '"', '\u2028',
];

/** Numbers that look random and are the same each time. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const parser = new MarkdownIt({ html: true, linkify: false });
const allTokens = (markdown) => parser.parse(markdown, {}).flatMap((token) => [token, ...(token.children ?? [])]);
const normal = (words) => words.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd').replace(/\p{Cs}/gu, '\ufffd');

test('whatever is said, headings stay headings, calls stay code, and nothing is a tag', () => {
  const pick = random(7);
  for (let round = 0; round < 1500; round += 1) {
    const nasty = () => Array.from({ length: 1 + pick(4) }, () => NASTY[pick(NASTY.length)]).join(['', '\n', ' ', '\n\n'][pick(4)]);
    const [question, thought, said, called, result, later, title] = Array.from({ length: 7 }, nasty);
    const talk = talkOf(question, [answer([
      { type: 'reasoning', text: thought, part: 0 }, text(said),
      { type: 'tool-call', id: 'c', index: 0, name: title, arguments: called, done: true },
      { type: 'tool-result', id: 'c', name: title, result },
      text(later), { type: 'source', url: `https://s.example/${title}`, title, source: {} }, { type: 'warning', message: title },
    ], { model: title, error: { title, hint: later, code: 'service', message: said } })]);
    talk.title = title;
    const markdown = toMarkdown(talk);
    const tokens = parser.parse(markdown, {});
    const about = JSON.stringify([question, thought, said, called, result, later, title]);
    const tags = allTokens(markdown).filter(({ type }) => type.startsWith('html_'));
    assert.deepEqual(tags.map(({ content }) => content), [], about);
    const own = tokens.filter((token, index) => token.type === 'heading_open' && token.level === 0 && token.markup.startsWith('#')
      && /^(?:You|Groq.*)$/s.test(tokens[index + 1].content.replaceAll('\\', '')));
    assert.ok(own.length >= 2, `headings: ${about}\n${markdown}`);
    const code = tokens.filter(({ type, level }) => type === 'fence' && level === 0).map(({ content }) => content.trimEnd());
    for (const expected of [called, result, `service: ${said}`]) {
      let whole = normal(expected);
      try {
        whole = JSON.stringify(JSON.parse(expected), null, 2);
      } catch { /* It is no JSON. */ }
      assert.ok(code.includes(whole.trimEnd()), `${JSON.stringify(expected)} is code: ${about}\n${markdown}`);
    }
    // The list of sources comes after all that, so nothing has swallowed it.
    assert.ok(tokens.some(({ type, content, level }) => type === 'inline' && level === 1 && content === '**Sources**'), about);
    assert.equal(Buffer.from(markdown).toString(), markdown, 'it has a form in UTF-8');
  }
});

test('a talk as JSON is the same talk when it is read again', () => {
  const pick = random(11);
  for (let round = 0; round < 300; round += 1) {
    const nasty = () => NASTY[pick(NASTY.length)] + NASTY[pick(NASTY.length)];
    const talk = talkOf([text(nasty())], [answer([text(nasty()), { type: 'raw', raw: { [nasty()]: nasty() } }])]);
    const json = toJson(talk);
    assert.deepEqual(fromJson(`\ufeff${json}`).talk, talk);
    const again = fromJson(json, [talk.id]).talk;
    assert.notEqual(again.id, talk.id, 'a new id where it is taken');
    assert.deepEqual({ ...again, id: talk.id }, talk);
  }
});

test('what is no talk is refused in words', () => {
  const good = talkOf('Hi', [answer([text('Hello')])]);
  const of = (change) => JSON.stringify({ ...JSON.parse(toJson(good)), ...change });
  for (const [file, words] of [
    ['', /no JSON/], ['{', /no JSON/], ['null', /no talk of this page/], ['[]', /no talk of this page/], ['{"messages":[]}', /no talk of this page/],
    [of({ version: 2 }), /another version/], [of({ talk: null }), /damaged: it is no object/], [of({ talk: { ...good, turns: [7] } }), /damaged: turn 1/],
  ]) {
    const { refusal, talk } = fromJson(file);
    assert.match(refusal, words);
    assert.equal(talk, undefined);
  }
});

test('Markdown has the branch that is shown, with who answered, files by name, and errors in words', () => {
  const talk = talkOf([text('Look at this'), fileText('notes.md', 'SECRET TEXT'), { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }], [
    answer([
      { type: 'reasoning', text: 'Let me ', part: 0 }, { type: 'reasoning', text: 'see.', part: 0 }, text('It is '), text('**fine**.'),
      { type: 'tool-call', id: 'c', index: 0, name: 'look', arguments: '{"a":', done: false }, { type: 'tool-call', id: 'c', index: 0, name: 'look', arguments: '{"a":1}', done: true },
      { type: 'tool-result', id: 'c', name: 'look', result: { b: 2 } }, { type: 'source', url: 'https://s.example/', title: 'A [source]', source: {} },
      { type: 'citation', url: 'https://s.example/', raw: {} }, { type: 'image', url: 'data:image/png;base64,BBBB' }, { type: 'usage', usage: {} },
    ]),
    answer([text('Old '), { type: 'replace', text: 'Another view' }], { provider: 'Gemini', model: '' }),
  ]);
  const [first] = talk.turns;
  addReply(talk, first.id, [answer([text('Not shown')])]);
  show(talk, talk.turns[1]);
  const failed = addQuestion(talk, talk.leaf, 'And now?');
  addReply(talk, failed.id, [answer([], { error: { title: 'Too many messages', hint: 'Wait.', code: 'rate_limited · HTTP 429', message: 'slow down' } })]);
  assert.equal(toMarkdown(talk), `# Look at this

*A talk of 2026-11-28, on the demo page of rivulet.*

## You

Look at this

*Text, notes\\.md, 11 bytes*

*Image, Image \\(PNG\\), 3 bytes*

## Groq, llama

*The talk goes on with this answer.*

> **Thought**
>
> Let me see.

It is **fine**.

**Calls \`look\`**

\`\`\`json
{
  "a": 1
}
\`\`\`

**Result of \`look\`**

\`\`\`json
{
  "b": 2
}
\`\`\`

*An image that the model made; it is not in this file*

**Sources**

- [A \\[source\\]](<https://s.example/>)

## Gemini

Another view

## You

And now?

## Groq, llama

**Too many messages.** Wait\\.

\`\`\`
rate_limited · HTTP 429: slow down
\`\`\`
`);
});

test('a name of a file is safe, whatever the title is', () => {
  const cases = {
    'A talk': 'A talk.md', '../../etc/passwd': 'etc passwd.md', '': 'talk.md', '...': 'talk.md', CON: 'talk CON.md', 'nul.txt': 'talk nul.txt.md',
    'a\u202egnp.exe': 'agnp.exe.md', 'a\nb\0c': 'abc.md', '<b>|"?*': 'b.md', 'Привет, мир!': 'Привет, мир!.md', '\ud800': 'talk.md',
  };
  for (const [title, name] of Object.entries(cases)) assert.equal(fileName(title, 'md'), name);
  assert.equal(fileName('👩'.repeat(200), 'md'), `${'👩'.repeat(50)}.md`);
});

visit('the browser saves the file under that name', {}, async (page) => {
  const talk = talkOf('A/B: <c>?', [answer([text('Grüße \ud83d\ude00')])]);
  for (const [form, name, expected] of [['json', 'A B c.json', toJson(talk)], ['markdown', 'A B c.md', toMarkdown(talk)]]) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.evaluate(async ([given, as]) => {
      const { saveTalk } = await import(new URL('./talk/export.js', document.baseURI));
      saveTalk(given, as);
    }, [talk, form])]);
    assert.equal(download.suggestedFilename(), name);
    assert.equal(await readFile(await download.path(), 'utf8'), expected);
  }
});
