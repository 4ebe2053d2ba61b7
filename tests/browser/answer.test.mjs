// The view of one answer, given events as a reply gives them: what it shows of each, in which order, and that no event makes it show more than it
// should, run anything or ask anybody.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { SERVICE_KEY } from '../clients/services.mjs';
import { visit } from './visit.mjs';

/** In the page: `make` makes a view in the talk, `frame` resolves when the next frame is drawn, `looks` is what one sees of an answer. */
async function prepare() {
  const { answerView } = await import(new URL('./answer/answer.js', document.baseURI));
  document.querySelector('#intro').hidden = true;
  window.make = (options = {}) => {
    const view = answerView({ provider: 'Groq', ...options });
    document.querySelector('#log').append(view.node);
    window.view = view;
    return view;
  };
  window.frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
  /** Gives all events to a new view, and ends it. */
  window.show = async (events, outcome, options) => {
    const view = window.make(options);
    for (const { at, ...event } of events) view.event(event, at);
    await view.finish(outcome);
    return view.node;
  };
  /** Tags, texts and states; not the strokes of pieces, nor addresses of blobs, which differ each time. */
  window.looks = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.hidden || node.tagName === 'svg') return '';
    const attributes = ['class', 'open', 'href', 'src', 'download', 'dir'].filter((name) => node.hasAttribute(name))
      .map((name) => ` ${name}=${node.getAttribute(name).replace(/^blob:.*/, 'blob:')}`).join('');
    return `<${node.localName}${attributes}>${[...node.childNodes].map(window.looks).join('')}</>`;
  };
}

/** A visit with these helpers in the page. */
const answer = (name, work, options = {}) => visit(name, options, async (page) => {
  await page.evaluate(prepare);
  await work(page, page.locator('.reply').last());
});

/** Shows events and how they ended, and gives the answer's element. */
const show = (page, events, outcome = {}, options = {}) => page.evaluate(
  async ([given, end, how]) => void await window.show(given, end, how), [events, outcome, options],
);

const texts = (locator) => locator.allTextContents();
const text = (words, at = 0) => ({ type: 'text', text: words, at });

/** A run of two steps. */
const RUN = [
  { type: 'reasoning', text: 'They want ', part: 0, at: 100 }, { type: 'reasoning', text: 'the weather.', part: 0, at: 1000 },
  text('I look.', 3300),
  { type: 'tool-call', index: 0, name: 'get_weather', arguments: '{"ci', done: false, at: 3400 },
  { type: 'tool-call', index: 0, arguments: 'ty":"Oslo"}', done: false, at: 3500 },
  { type: 'tool-call', index: 0, id: 'a', name: 'get_weather', arguments: '{"city":"Oslo"}', done: true, at: 3600 },
  { type: 'tool-call', index: 1, id: 'b', name: 'get_time', arguments: '{}', done: true, at: 3600 },
  { type: 'tool-result', id: 'a', name: 'get_weather', result: { degrees: 7 }, at: 4800 },
  { type: 'tool-result', id: 'b', name: 'get_time', result: 'no clock', isError: true, at: 4800 },
  { type: 'reasoning', text: 'Seven.', part: 1, at: 5000 },
  text('It is **7** degrees.', 5500),
  { type: 'usage', usage: { inputTokens: 120, outputTokens: 40 }, at: 5900 },
  { type: 'finish', reason: 'stop', at: 6000 },
];

answer('reasoning is open while it runs, and folds to the time that it took when the text begins', async (page, reply) => {
  const states = await page.evaluate(async () => {
    const view = window.make();
    const block = () => view.node.querySelector('.reasoning-block');
    const state = async () => {
      await window.frame();
      return [block().open, block().querySelector('summary').textContent];
    };
    view.event({ type: 'reasoning', text: 'a line\n'.repeat(100), part: 0 }, 100);
    const all = [await state()];
    const box = block().querySelector('.reasoning-text');
    all.push(box.scrollTop + box.clientHeight >= box.scrollHeight - 8);
    view.event({ type: 'text', text: 'So' }, 3300);
    all.push(await state());
    await view.finish();
    return all;
  });
  assert.deepEqual(states, [[true, 'Thinking…'], true, [false, 'Thought for 3.2 s']]);
  assert.deepEqual(await texts(reply.locator('.reasoning-block, .content')), [`Thought for 3.2 s${'a line\n'.repeat(100)}`, 'So']);
});

answer('reasoning that the visitor has opened or closed stays so', async (page, reply) => {
  await page.evaluate(async () => {
    window.make().event({ type: 'reasoning', text: 'a', part: 0 }, 0);
    await window.frame();
  });
  const block = reply.locator('.reasoning-block');
  await block.locator('summary').click();
  await block.locator('summary').click();
  await page.evaluate(async () => {
    window.view.event({ type: 'text', text: 'b' }, 60_000);
    await window.view.finish();
  });
  assert.equal(await block.evaluate(({ open }) => open), true);
  assert.equal(await block.locator('summary').textContent(), 'Thought for 1 min 0 s');
});

answer('reasoning alone ends with the answer', async (page, reply) => {
  await show(page, [{ type: 'reasoning', text: 'a', part: 0, at: 0 }, { type: 'finish', reason: 'stop', at: 2000 }]);
  assert.equal(await reply.locator('.reasoning-block summary').textContent(), 'Thought for 2.0 s');
  assert.deepEqual(await texts(reply.locator('.note')), ['The reply is empty.']);
});

answer('the loop of tools is shown step by step, in the order in which things happened', async (page, reply) => {
  await show(page, RUN, {}, { isMarkdown: true });
  const parts = await reply.locator('.flow > *').evaluateAll((all) => all.map((node) => [node.className.split(' ')[0], node.querySelector('b')?.textContent ?? node.textContent]));
  assert.deepEqual(parts, [
    ['reasoning-block', 'Thought for 3.2 sThey want the weather.'], ['content', 'I look.'], ['call', 'get_weather'], ['call', 'get_time'],
    ['run-step', 'Step 2'], ['reasoning-block', 'Thought for 0.5 sSeven.'], ['content', 'It is 7 degrees.'],
  ]);
  assert.deepEqual(await texts(reply.locator('.call-state')), ['answered after 1.2 s', 'failed after 1.2 s']);
  assert.deepEqual(await texts(reply.locator('.call pre')), ['{\n  "city": "Oslo"\n}', '{\n  "degrees": 7\n}', '{}', 'no clock']);
  assert.deepEqual(await texts(reply.locator('.call.is-error .call-result .author')), ['Error']);
  assert.notEqual(...await reply.locator('.call-state').evaluateAll((all) => all.map((node) => getComputedStyle(node).color)));
  assert.equal(await page.evaluate(() => window.view.text), 'I look.It is **7** degrees.');
});

answer('arguments grow, and a call that nobody runs says so', async (page, reply) => {
  const grown = await page.evaluate(async () => {
    const view = window.make();
    const all = [];
    for (const piece of ['{"a', '":', '1}']) {
      view.event({ type: 'tool-call', index: 0, name: 'add', arguments: piece, done: false }, 0);
      await window.frame();
      all.push([view.node.querySelector('.call code').textContent, view.node.querySelector('.call-state').textContent]);
    }
    view.event({ type: 'tool-call', index: 0, id: 'x', name: 'add', arguments: '{"a":1}', done: true }, 0);
    await window.frame();
    all.push(view.node.querySelector('.call-state').textContent);
    await view.finish();
    return all;
  });
  assert.deepEqual(grown, [['{"a', 'writes its arguments'], ['{"a":', 'writes its arguments'], ['{"a":1}', 'writes its arguments'], 'waits for its result']);
  assert.equal(await reply.locator('.call-state').textContent(), 'waits for your answer: the page has no tool of this name');
  assert.equal(await reply.locator('.call').evaluate(({ open }) => open), true);
  assert.equal(await reply.locator('.note').count(), 0);
  await show(page, [{ type: 'tool-call', index: 0, id: 'x', name: 'add', arguments: '{}', done: true }], { stopped: true });
  assert.equal(await reply.locator('.call-state').textContent(), 'has no result');
  await show(page, [
    { type: 'tool-call', index: 0, id: 'x', name: 'pay', arguments: '{}', done: true }, { type: 'tool-approval', id: 'x', name: 'pay', arguments: '{}' },
  ]);
  assert.equal(await reply.locator('.call-state').textContent(), 'waits for your approval');
});

answer('JSON can be read at each moment while it grows, and its exact text is at hand at the end', async (page, reply) => {
  const sent = '{"city":"Oslo","days":[1,2.50],"note":null}';
  const grown = await page.evaluate(async (all) => {
    const view = window.make({ isJson: true, isMarkdown: true });
    const states = [];
    for (const piece of [all.slice(0, 10), all.slice(10, 24)]) {
      view.event({ type: 'text', text: piece }, 0);
      await window.frame();
      states.push(view.node.querySelector('.json-view').innerText.trimEnd());
    }
    const first = view.node.querySelector('.json-view .part');
    view.event({ type: 'text', text: all.slice(24) }, 0);
    await view.finish();
    return [...states, first.isConnected, view.text];
  }, sent);
  assert.deepEqual(grown, ['{\n  "city": "O"\n}', '{\n  "city": "Oslo",\n  "days": []\n}', true, sent]);
  assert.equal((await reply.locator('.json-view').innerText()).trimEnd(), JSON.stringify(JSON.parse(sent), null, 2));
  assert.deepEqual(await reply.locator('.json-view span:not(.part)').evaluateAll((all) => all.map((node) => `${node.className} ${node.textContent}`)),
    ['member "city"', 'string "Oslo"', 'member "days"', 'number 1', 'number 2.5', 'member "note"', 'keyword null']);
  assert.equal(await reply.locator('.sent').evaluate(({ open }) => open), false);
  await reply.locator('.sent summary').click();
  assert.equal(await reply.locator('.sent code').innerText(), sent);
});

answer('the value that is shown may be given', async (page, reply) => {
  const shown = await page.evaluate(async () => {
    const view = window.make({ isJson: true });
    view.event({ type: 'text', text: '{"value":["a' }, 0);
    view.partial(['b']);
    await window.frame();
    return view.node.querySelector('.json-view').innerText.trimEnd();
  });
  assert.equal(shown, '[\n  "b"\n]');
  assert.equal(await reply.locator('.sent').evaluate(({ open }) => open), false);
});

answer('the begin of any JSON is a value, wherever it is cut', async (page) => {
  const wrong = await page.evaluate(async () => {
    const { partialJson } = await import(new URL('./answer/partial-json.js', document.baseURI));
    const value = { 'a"\\': ['x\n\u2028', -1.5e3, true, null, {}, [], [{ b: '😀"' }]], c: { d: 'end' }, e: 12, '': '' };
    /** Whether a value is the begin of another one. */
    const begins = (part, whole) => {
      if (typeof part === 'string') return typeof whole === 'string' && whole.startsWith(part);
      if (part === null || typeof part !== 'object') return part === whole;
      return Object.keys(part).every((key, index) => Object.keys(whole)[index] === key && begins(part[key], whole[key])) && Array.isArray(part) === Array.isArray(whole);
    };
    const found = [];
    const escaped = (text) => text.replaceAll('😀', '\\ud83d\\ude00');
    for (const text of [JSON.stringify(value), escaped(JSON.stringify(value, null, 2)), `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``]) {
      let size = 0;
      for (let end = 1; end <= text.length; end += 1) {
        const read = partialJson(text.slice(0, end));
        if (!read && text.slice(0, end).includes('{')) found.push(`nothing of ${text.slice(0, end)}`);
        if (!read) continue;
        if (!begins(read.value, value) && !text.includes('ud83d')) found.push(text.slice(0, end));
        const length = JSON.stringify(read.value).length;
        if (length < size && !text.includes('ud83d')) found.push(`less of ${text.slice(0, end)}`);
        size = length;
      }
      if (JSON.stringify(partialJson(text).value) !== JSON.stringify(value)) found.push(text);
    }
    for (const text of ['', 'I am', '{]', ']', '{"a" 1', '{a: 1}', 'nul', '"', '-']) {
      const read = partialJson(text);
      if (read && !/^\{\}$|^""$/.test(JSON.stringify(read.value))) found.push(`${text}: ${JSON.stringify(read)}`);
    }
    return found;
  });
  assert.deepEqual(wrong, []);
});

answer('a JSON answer of a megabyte grows without being read over and over', async (page, reply) => {
  const { took, read } = await page.evaluate(async () => {
    const { parse } = JSON;
    let all = 0;
    JSON.parse = (text) => {
      all += text.length;
      return parse(text);
    };
    const view = window.make({ isJson: true });
    const start = performance.now();
    const piece = `${JSON.stringify({ name: 'a name', numbers: [1, 2, 3] })},`;
    view.event({ type: 'text', text: '[' }, 0);
    for (let length = 0; length < 1_000_000; length += piece.length) {
      view.event({ type: 'text', text: piece }, 0);
      if (length % 50_000 < piece.length) await window.frame();
    }
    view.event({ type: 'text', text: '0]' }, 0);
    await view.finish();
    JSON.parse = parse;
    return { took: performance.now() - start, read: all };
  });
  console.log(`# ${Math.round(took)} ms, ${read} characters read`);
  assert.ok(read < 5_000_000, `${read} characters read`);
  assert.ok(await reply.locator('.json-view .part').count() < 5000);
  assert.match(await reply.locator('.json > .cut').textContent(), /Not all/);
  assert.match(await reply.locator('.sent .cut').textContent(), /more characters are not shown/);
  const blank = await page.evaluate(async () => {
    const view = window.make({ isJson: true });
    const states = [];
    for (const piece of ['[', ' '.repeat(300_000), '1,2', ']']) {
      view.event({ type: 'text', text: piece }, 0);
      await window.frame();
      states.push(view.node.querySelector('.json-view').innerText.trimEnd());
    }
    await view.finish();
    return [...new Set([...states, view.node.querySelector('.json-view').innerText.trimEnd()])];
  });
  assert.deepEqual(blank, ['[]', '[\n  1,\n  2\n]'], 'a text that is longer than what is shown of it is read at its end');
});

answer('what should be JSON and is none is shown as it was sent', async (page, reply) => {
  await show(page, [text('{"a": I am sorry')], {}, { isJson: true });
  assert.equal(await reply.locator('.sent code').innerText(), '{"a": I am sorry');
  assert.equal(await reply.locator('.json-view').count(), 0);
});

answer('sources are listed once each, with number, title and host, and the words that are cited', async (page, reply) => {
  await show(page, [
    text('Ünder 𝒜ll: Oslo is cold. It rains.'),
    { type: 'source', source: {}, url: 'https://user@weather.example/oslo', title: 'Weather <b>today</b>' },
    { type: 'citation', url: 'https://user@weather.example/oslo', start: 11, end: 24, unit: 'characters', raw: {} },
    { type: 'citation', url: 'https://user@weather.example/oslo', start: 11, end: 24, unit: 'characters', raw: {} },
    { type: 'citation', url: 'https://rain.example/', start: 29, end: 38, unit: 'bytes', raw: {} },
    { type: 'citation', title: 'A document', text: 'words of the document', raw: {} },
    { type: 'source', source: { id: 7 } },
    { type: 'source', source: {}, url: 'javascript:document.title=1', title: 'Evil' },
    { type: 'source', source: {}, url: 'https://weather.example/oslo' },
  ]);
  const rows = await reply.locator('.sources ol > li').evaluateAll((all) => all.map((row) => ({
    link: row.querySelector('a')?.getAttribute('href'), how: row.querySelector('a') && [row.querySelector('a').rel, row.querySelector('a').target].join(' '),
    name: row.querySelector('bdi').textContent, host: row.querySelector('.host')?.textContent, cited: [...row.querySelectorAll('q')].map((node) => node.textContent),
  })));
  const how = 'noopener noreferrer nofollow _blank';
  assert.deepEqual(JSON.parse(JSON.stringify(rows)), [
    { link: 'https://user@weather.example/oslo', how, name: 'Weather <b>today</b>', host: 'weather.example', cited: ['Oslo is cold.'] },
    { link: 'https://rain.example/', how, name: 'https://rain.example/', cited: ['It rains.'] },
    { how: null, name: 'A document', cited: ['words of the document'] },
    { how: null, name: '{\n  "id": 7\n}', cited: [] },
    { how: null, name: 'Evil', host: 'javascript:document.title=1', cited: [] },
    { link: 'https://weather.example/oslo', how, name: 'https://weather.example/oslo', cited: [] },
  ]);
});

const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

answer('images and files that came with the answer are shown and can be saved; of others the address is shown, and nobody is asked', async (page, reply) => {
  await page.evaluate(() => {
    window.types = [];
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      window.types.push(blob.type);
      return createObjectURL(blob);
    };
  });
  await show(page, [
    text('Before. '), { type: 'image', url: PNG }, text('After.'), { type: 'image', url: 'https://elsewhere.example/a.png' },
    { type: 'file', url: `data:text/html;base64,${btoa('<script>document.title=1</script>')}`, name: '../<b>a</b>.html' },
    { type: 'file', url: 'data:text/plain,a%20b', mediaType: 'text/csv' },
    { type: 'file', url: 'https://elsewhere.example/b.pdf', name: 'b.pdf', mediaType: 'application/pdf' },
    { type: 'file', id: 'file_7' }, { type: 'file', url: 'data:text/plain;base64,%%%', name: 'broken' },
  ]);
  assert.deepEqual(await reply.locator('.flow > *').evaluateAll((all) => all.map(({ className }) => className)),
    ['content plain', 'images', 'content plain', 'images', 'answer-file', 'answer-file', 'elsewhere', 'elsewhere', 'elsewhere']);
  assert.equal(await reply.locator('.images img').evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
  assert.equal(await reply.locator('.images a').getAttribute('href'), 'https://elsewhere.example/a.png');
  assert.deepEqual(await texts(reply.locator('.answer-file')), ['Save ../<b>a</b>.html text/html 33 B', 'Save File text/csv 3 B']);
  assert.deepEqual(await texts(reply.locator('.flow > .elsewhere')),
    ['b.pdf application/pdf: https://elsewhere.example/b.pdf', 'File: id file_7', 'broken: too large, or not readable']);
  const [download] = await Promise.all([page.waitForEvent('download'), reply.locator('.answer-file a').first().click()]);
  assert.equal(await readFile(await download.path(), 'utf8'), '<script>document.title=1</script>');
  // A file that is opened and not saved must not be a page of this origin.
  assert.deepEqual(await page.evaluate(() => window.types), ['application/octet-stream', 'application/octet-stream']);
});

answer('sound is joined of its pieces and can be played, with its words', async (page, reply) => {
  // Its Base64 ends with padding, also where other pieces follow it.
  const half = btoa('\0'.repeat(2398));
  await show(page, [
    { type: 'audio', data: half, transcript: 'Good ' }, { type: 'audio', transcript: 'morning.' }, { type: 'audio', data: half.slice(0, 1600) },
    { type: 'audio', data: half.slice(1600) },
  ]);
  const sound = reply.locator('audio[controls]');
  const length = await sound.evaluate((node) => new Promise((done, fail) => {
    node.onloadedmetadata = () => done(node.duration);
    node.onerror = () => fail(new Error(node.error.message));
    node.load();
  }));
  assert.equal(Math.round(length * 1000), 100, '4,800 bytes of 24,000 samples per second');
  assert.equal(await reply.locator('.transcript').textContent(), 'Good morning.');
  assert.equal(await reply.locator('.note').count(), 0, 'nobody calls that an empty reply');
  await show(page, [{ type: 'audio', data: '%%%' }]);
  assert.match(await reply.locator('.audio').textContent(), /cannot be read/);
});

answer('what the service did is one quiet line each, with its object folded below it', async (page, reply) => {
  await show(page, [
    { type: 'status', kind: 'web_search_call', text: 'weather', raw: { q: [1] } }, { type: 'status', kind: 'thinking', text: '' }, text('So.'),
    { type: 'action', kind: 'form', action: { fields: 2 } }, { type: 'raw', raw: 1 }, { type: 'logprobs', logprobs: {} }, { type: 'conversation', conversation: {} },
    { type: 'unknown-to-this-page' }, { type: 'constructor' },
  ]);
  assert.deepEqual(await texts(reply.locator('.did > summary, p.did')), ['web_search_call weather', 'thinking', 'form is for the page to do']);
  assert.deepEqual(await reply.locator('details.did').evaluateAll((all) => all.map(({ open }) => open)), [false, false]);
  await reply.locator('.did summary').first().click();
  await reply.locator('.did pre').first().filter({ hasText: 'q' }).waitFor();
  assert.equal(await reply.locator('.did pre').first().innerText(), '{\n  "q": [\n    1\n  ]\n}');
});

answer('a warning is a note, and a retry counts down and stays', async (page, reply) => {
  const { states, live } = await page.evaluate(async () => {
    const view = window.make();
    const words = async () => {
      await window.frame();
      return view.node.querySelector('.retry').textContent;
    };
    const found = [];
    view.event({ type: 'warning', message: 'no temperature' }, 0);
    view.event({ type: 'retry', attempt: 1, waitMs: 600, error: { code: 'rate_limited', status: 429 } }, 10);
    let changes = 0;
    const start = performance.now();
    found.push(await words());
    await new Promise((done) => {
      new MutationObserver((_, observer) => {
        changes += 1;
        found.push(view.node.querySelector('.retry').textContent);
        if (!found.at(-1).startsWith('Tried')) return;
        observer.disconnect();
        done();
      }).observe(view.node.querySelector('.retry'), { childList: true });
    });
    const perSecond = changes / ((performance.now() - start) / 1000);
    view.event({ type: 'text', text: 'Well.' }, 700);
    await view.finish();
    return { states: [...found.map((each) => each.replace(/0\.\d s/, '0.x s')), perSecond <= 5.5], live: view.node.querySelector('.retry').closest('[aria-live=off]') !== null };
  });
  assert.equal(states[0], 'Too many messages (HTTP 429): waits 0.x s, then tries again');
  assert.equal(states.at(-1), true, 'not more often than five times a second');
  assert.equal(live, true, 'it is not spoken each time');
  assert.equal(await reply.locator('.retry').textContent(), 'Tried again after 0.6 s: Too many messages (HTTP 429)');
  assert.deepEqual(await texts(reply.locator('.note')), ['Note: no temperature']);
  assert.deepEqual(await reply.locator('.flow > *').evaluateAll((all) => all.map(({ className }) => className)), ['retry', 'content plain']);
  await show(page, [{ type: 'retry', attempt: 1, waitMs: 60_000, error: { code: 'network' }, at: 0 }], { stopped: true });
  assert.equal(await reply.locator('.retry').textContent(), 'The site cannot be reached: given up during the pause of 1 min 0 s');
});

const usageOf = (usage, reason = 'stop') => [text('a', 1000), text('b', 1500), { type: 'usage', usage, at: 3000 }, { type: 'finish', reason, at: 3000 }];

answer('the line below has pieces, time, tokens, speed and cost, as far as they are known', async (page, reply) => {
  const figures = async (usage, outcome = {}, options = {}) => {
    await show(page, usageOf(usage), outcome, options);
    return reply.locator('.figures').textContent();
  };
  const prices = { input: 0.15, output: 0.6 };
  assert.equal(await figures({ inputTokens: 1200, outputTokens: 90, cachedInputTokens: 1000, reasoningTokens: 40 }, { prices }),
    '2 pieces in 3.00 s · 1,200 tokens in (1,000 from the cache), 90 out (40 for reasoning) · 25 tokens per second · cost about 0.00023');
  assert.equal(await figures({ inputTokens: 10, outputTokens: 50 }, { prices: { ...prices, currency: 'EUR' } }),
    '2 pieces in 3.00 s · 10 tokens in, 50 out · 25 tokens per second · cost 0.000032 EUR');
  assert.equal(await figures({ inputTokens: 1, outputTokens: 2 }), '2 pieces in 3.00 s · 1 token in, 2 out', 'two tokens are no speed');
  assert.equal(await figures({ totalTokens: 12 }, { prices }), '2 pieces in 3.00 s · 12 tokens');
  assert.equal(await figures({ outputTokens: 1 }, { timings: { pieces: 1, elapsed: 20, first: 10, characters: 1 } }, { isStored: true }), '1 piece in 20 ms · 1 token out');
  await show(page, RUN);
  assert.equal(await reply.locator('.figures').textContent(), '2 pieces in 6.00 s · 120 tokens in, 40 out', 'with tools the time is theirs, too');
});

answer('why an answer is over is told in words, and how to go on', async (page, reply) => {
  const notes = async (events, outcome) => {
    await page.evaluate(async ([given, end]) => {
      window.asked = [];
      await window.show(given, end, { onAgain: () => window.asked.push('again'), onContinue: () => window.asked.push('continue') });
    }, [events, outcome]);
    return texts(reply.locator('.note'));
  };
  assert.deepEqual(await notes(usageOf({}, 'length'), {}), ['Cut at the limit of tokens. Continue']);
  await reply.getByRole('button', { name: 'Continue' }).click();
  assert.deepEqual(await notes(usageOf({}, 'content_filter'), {}), ['Stopped by a filter of the service, or refused by the model.']);
  assert.deepEqual(await notes(usageOf({}, 'stop'), {}), []);
  assert.deepEqual(await notes(usageOf({}, 'unknown'), {}), []);
  assert.deepEqual(await notes([...RUN.slice(0, 9), { type: 'finish', reason: 'tool_calls', at: 6000 }], {}), ['Ended with calls of tools: no more steps were allowed. Continue']);
  assert.deepEqual(await notes([], {}), ['The reply is empty.']);
  assert.deepEqual(await notes([text('a')], { stopped: true, error: { name: 'AbortError' } }), ['You stopped this reply. Continue']);
  assert.deepEqual(await page.evaluate(() => window.asked), []);
  assert.deepEqual(await notes([text('a')], { error: { code: 'truncated', message: 'm <b>', provider: 'Groq', status: 200, body: '<i>' } }), []);
  const failure = reply.locator('.failure[role=alert]');
  assert.deepEqual(await texts(failure.locator('h3, .error-message, pre')), ['The reply broke off', 'truncated · HTTP 200 · Groq: m <b>', '<i>']);
  await failure.getByRole('button', { name: 'Try again' }).click();
  await failure.getByRole('button', { name: 'Continue' }).click();
  assert.deepEqual(await page.evaluate(() => window.asked), ['again', 'continue']);
  assert.equal(await reply.evaluate((node) => node.matches('.waiting')), false);
});

const ATTEMPTS = [
  { provider: 'Mistral', state: 'skipped', startedAt: 1000, ms: 0 },
  { provider: 'Groq', state: 'failed', startedAt: 1000, ms: 500, error: { code: 'rate_limited', status: 429, message: 'm' } },
  { provider: 'OpenAiChat', state: 'stopped', startedAt: 1500, ms: 1500 },
  { provider: 'Anthropic', state: 'answered', startedAt: 2000, ms: 1000 },
];

answer('the attempts of a Fallback are on one line of time, and in words', async (page, reply) => {
  await show(page, [text('a')], { attempts: ATTEMPTS });
  assert.deepEqual((await texts(reply.locator('.attempts li'))), [
    'Mistral skipped: left out for a while after its failures', 'Groq failed after 0.5 s: Too many messages (HTTP 429)',
    'OpenAiChat cancelled after 1.5 s; asked 0.5 s after the first', 'Anthropic won: answered after 1.0 s; asked 1.0 s after the first',
  ]);
  const bars = await reply.locator('.attempts .attempt-track').evaluateAll((all) => all.map((track) => {
    const [whole, bar] = [track.getBoundingClientRect(), track.firstChild.getBoundingClientRect()];
    return [(bar.left - whole.left) / whole.width, bar.width / whole.width].map((part) => Math.round(100 * part));
  }));
  assert.deepEqual(bars.slice(1), [[0, 25], [25, 75], [50, 50]]);
  assert.equal(await reply.locator('.attempts .attempt-track:not([aria-hidden=true])').count(), 0);
});

/** In the page: the events of a run at the stub services of `npm start`, as the view shows them. */
const runs = (page, key, how) => page.evaluate(async ([apiKey, { prompt, options }]) => {
  const [{ OpenAiChat }, { runTools, tool }] = await Promise.all(['./rivulet/index.js', './rivulet/tools.js'].map((path) => import(new URL(path, document.baseURI))));
  const provider = new OpenAiChat({ baseUrl: `${location.origin}/services/chat/v1`, apiKey, allowBrowser: true });
  const city = { type: 'object', properties: { city: { type: 'string' } } };
  const tools = [tool({ name: 'get_weather', parameters: city, run: ({ city: where }) => `7 degrees in ${where}` }), tool({ name: 'set_clock', parameters: city })];
  const run = runTools(provider, { messages: prompt, model: 'm', ...(options.isJson ? { output: city } : { tools }) });
  const view = window.make(options);
  const start = performance.now();
  for await (const event of run.events) view.event(event, performance.now() - start);
  await view.finish();
}, [key, how]);

answer('a run with tools, and one with a schema, at the services of npm start', async (page, reply) => {
  await runs(page, SERVICE_KEY, { prompt: 'What is the weather in Oslo?', options: { isMarkdown: true } });
  assert.deepEqual(await texts(reply.locator('.call b, .call pre')), ['get_weather', '{\n  "city": "Oslo"\n}', '7 degrees in Oslo']);
  assert.match(await reply.locator('.call-state').textContent(), /^answered after /);
  assert.equal(await reply.locator('.run-step').textContent(), 'Step 2');
  assert.match(await reply.locator('.content').textContent(), /The tool says: 7 degrees in Oslo/);
  await runs(page, SERVICE_KEY, { prompt: 'Set the clock in Oslo', options: {} });
  assert.match(await reply.locator('.call-state').textContent(), /no tool of this name/);
  await runs(page, SERVICE_KEY, { prompt: 'Which city? I mean Oslo', options: { isJson: true } });
  assert.equal((await reply.locator('.json-view').innerText()).trimEnd(), '{\n  "city": "Oslo"\n}');
});

answer('hostile events become bounded text', async (page, reply) => {
  const took = await page.evaluate(async (png) => {
    const view = window.make({ isMarkdown: true });
    const evil = '<img src=x onerror="document.title=1">\u202e';
    const huge = `${evil}${'x'.repeat(5_000_000)}`;
    const start = performance.now();
    for (let index = 0; index < 100_000; index += 1) view.event({ type: 'source', source: {}, url: `https://a.example/${index}`, title: evil, start: 0, end: 5, unit: 'characters' }, 0);
    for (let index = 0; index < 300; index += 1) {
      for (const event of [
        { type: 'image', url: png }, { type: 'status', kind: evil, text: evil, raw: { a: 1 } }, { type: 'warning', message: evil }, { type: 'file', id: evil },
        { type: 'retry', attempt: 1, waitMs: 0, error: { code: evil } }, { type: 'source', source: {}, url: 'javascript:document.title=1', title: `${index}` },
        { type: 'tool-call', index, id: `${index}`, name: evil, arguments: '{}', done: true },
      ]) view.event(event, 0);
    }
    view.event({ type: 'tool-call', index: 0, id: '0', name: evil, arguments: `{"a":"${'y'.repeat(1_000_000)}"}`, done: true }, 0);
    view.event({ type: 'tool-result', id: '0', name: evil, result: huge }, 0);
    view.event({ type: 'tool-result', id: 'of no call', name: evil, result: null }, 0);
    view.event({ type: 'text', text: `${evil} שלום, ${evil} مرحبا`, at: 0 }, 0);
    await view.finish({ attempts: Array.from({ length: 1000 }, () => ({ provider: evil, state: 'failed', startedAt: 1, ms: 1, error: { code: evil } })) });
    return Math.round(performance.now() - start);
  }, PNG);
  const { elements, length, others, title } = await reply.evaluate((node) => ({
    elements: node.querySelectorAll('*').length, length: node.textContent.length,
    others: node.querySelectorAll('script, [onerror], [style]:not(.attempt-bar), a:not([href^="https://a.example/"])').length, title: document.title,
  }));
  console.log(`# ${took} ms, ${elements} elements, ${length} characters`);
  assert.ok(elements < 10_000, `${elements} elements`);
  assert.ok(length < 600_000, `${length} characters`);
  assert.equal(others, 0);
  assert.notEqual(title, '1');
  assert.equal(await reply.locator('img').count(), 50);
  assert.equal(await reply.locator('.sources .cut').last().textContent(), 'And 99,801 more sources.');
  assert.equal(await reply.locator('.flow ~ .cut').textContent(),
    'Not shown: 250 images, 200 lines of what the service did, 250 notes, 200 files, 250 retries, 100 calls of tools.');
  assert.match((await texts(reply.locator('.call .cut'))).join(), /more characters are not shown/);
  assert.match(await reply.locator('.attempts .cut').textContent(), /950 more attempts/);
});

answer('text from right to left stays within its own line', async (page, reply) => {
  await show(page, [
    { type: 'tool-call', index: 0, id: 'a', name: 'בדיקה', arguments: '{"עיר":"אוסלו"}', done: true }, { type: 'tool-result', id: 'a', name: 'בדיקה', result: 'שלום' },
    text('مرحبا، كيف حالك؟'), { type: 'source', source: {}, url: 'https://a.example/', title: 'مرحبا' },
  ]);
  const direction = (selector) => reply.locator(selector).first().evaluate((node) => getComputedStyle(node).direction);
  assert.deepEqual([await direction('.content'), await direction('.call b'), await direction('.call-result code'), await direction('.sources bdi')], ['rtl', 'rtl', 'rtl', 'rtl']);
  assert.deepEqual([await direction('.sources li'), await direction('.call summary')], ['ltr', 'ltr']);
});

/** As a talk keeps events: pieces that follow each other are one, and of a call only the whole is kept. */
function stored(events) {
  const kept = [];
  for (const event of events) {
    const last = kept.at(-1);
    if (event.type === 'tool-call' && !event.done) continue;
    if (/^(?:text|reasoning)$/.test(event.type) && last?.type === event.type && last.part === event.part) last.text += event.text;
    else kept.push({ ...event });
  }
  return kept;
}

answer('a stored answer looks as the live one did, and nothing of it is announced', async (page) => {
  const events = [
    { type: 'retry', attempt: 1, waitMs: 0, error: { code: 'rate_limited', status: 429 }, at: 20 }, ...RUN.slice(0, 3), text(' And more.\n\n- a', 3310), ...RUN.slice(3, -2),
    { type: 'status', kind: 'search', text: 'x', raw: {}, at: 5600 }, { type: 'source', source: {}, url: 'https://a.example/', title: 'A', at: 5600 },
    { type: 'image', url: PNG, at: 5650 }, { type: 'file', url: 'data:text/plain,a', name: 'a.txt', at: 5660 }, { type: 'warning', message: 'w', at: 5700 }, ...RUN.slice(-2),
  ];
  const timings = { first: 3300, elapsed: 6100, pieces: 3, characters: 50 };
  const error = { title: 'The reply broke off', hint: 'The connection ended before the reply did. What came so far stays.', code: 'truncated · Groq', message: 'm' };
  const outcomes = [
    [{ timings, attempts: ATTEMPTS, error: { code: 'truncated', provider: 'Groq', message: 'm' } }, { timings, attempts: ATTEMPTS, error }],
    [{ timings }, { timings }],
  ];
  for (const [fresh, kept] of outcomes) {
    const [live, again, spoken, marked] = await page.evaluate(async ([given, end, less, endAgain]) => {
      const first = await window.show(given, end, { isMarkdown: true, onAgain() {} });
      let highlights = 0;
      const { set } = CSS.highlights;
      CSS.highlights.set = function (...all) {
        highlights += 1;
        return set.apply(this, all);
      };
      const second = await window.show(less, endAgain, { isMarkdown: true, isStored: true, onAgain() {} });
      delete CSS.highlights.set;
      return [window.looks(first), window.looks(second), second.querySelectorAll('[role=alert], [role=status], [aria-live]').length, highlights];
    }, [events, fresh, stored(events), kept]);
    assert.equal(again, live);
    assert.match(live, /Thought for 3\.2 s/);
    assert.deepEqual([spoken, marked], [0, 0]);
  }
});

answer('the service\'s final text takes the place of the pieces, also behind calls', async (page, reply) => {
  await show(page, [text('a'), text('b'), { type: 'replace', text: 'whole' }]);
  assert.deepEqual(await texts(reply.locator('.content')), ['whole']);
  const call = { type: 'tool-call', index: 0, id: 'a', name: 'n', arguments: '{}', done: true };
  await show(page, [text('a'), call, text('b'), { type: 'replace', text: 'awhole' }]);
  assert.deepEqual(await texts(reply.locator('.content')), ['a', 'whole']);
  assert.equal(await page.evaluate(() => window.view.text), 'awhole');
});

answer('of answers that grow side by side each has its newest piece marked, until it ends', async (page) => {
  const marked = await page.evaluate(async () => {
    const found = [];
    const note = async () => {
      await window.frame();
      found.push([...CSS.highlights.get('new-text')].map(String));
    };
    const [first, second] = [window.make(), window.make()];
    first.event({ type: 'text', text: 'one' }, 0);
    second.event({ type: 'text', text: 'two' }, 0);
    await note();
    first.event({ type: 'text', text: ' more' }, 0);
    await note();
    await first.finish();
    await note();
    await second.finish();
    await note();
    return found;
  });
  assert.deepEqual(marked, [['one', 'two'], [' more', 'two'], ['two'], []]);
});

answer('many pieces are drawn once a frame, and a reader who is too fast is asked to wait', async (page) => {
  const { changes, frames, waits } = await page.evaluate(async () => {
    const view = window.make();
    await window.frame();
    let [drawn, passed] = [0, 0];
    new MutationObserver(() => { drawn += 1; }).observe(view.node, { subtree: true, childList: true, characterData: true });
    const count = () => {
      passed += 1;
      requestAnimationFrame(count);
    };
    count();
    for (let index = 0; index < 10_000; index += 1) {
      view.event({ type: 'text', text: 'word ' }, index);
      view.event({ type: 'reasoning', text: 'word ', part: 0 }, index);
      view.event({ type: 'tool-call', index: 0, name: 'n', arguments: 'word ', done: false }, index);
      if (index % 1000 === 0) await window.frame();
    }
    view.event({ type: 'text', text: 'word '.repeat(20_000) }, 10_000);
    const room = view.room();
    const isPromise = room instanceof Promise;
    await room;
    await view.finish();
    return { changes: drawn, frames: passed, waits: isPromise };
  });
  assert.ok(changes <= frames + 10, `${changes} changes in ${frames} frames`);
  assert.equal(waits, true);
});

const EVERYTHING = [
  { type: 'retry', attempt: 1, waitMs: 0, error: { code: 'rate_limited', status: 429 }, at: 0 }, ...RUN.slice(0, 9), text('Step two.'),
  { type: 'status', kind: 'search', text: 'words', raw: {} }, { type: 'source', source: {}, url: `https://a.example/${'long'.repeat(40)}`, title: 'A title '.repeat(9) },
  { type: 'citation', url: 'https://b.example/', text: 'cited', raw: {} }, { type: 'image', url: PNG }, { type: 'file', url: 'data:text/plain,a', name: 'a'.repeat(90) },
  { type: 'audio', transcript: 'Good morning.', data: btoa('\0\0') }, { type: 'warning', message: 'left out' }, ...RUN.slice(-2),
];

for (const colorScheme of ['light', 'dark']) {
  answer(`all parts have contrast and names, and fit 320 px, ${colorScheme}`, async (page) => {
    await show(page, EVERYTHING, { attempts: ATTEMPTS, error: { code: 'truncated', message: 'm'.repeat(200) } }, { isMarkdown: true });
    await show(page, [text('{"a": ["b", 1, null]}')], {}, { isJson: true });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await page.evaluate(await readFile(new URL(import.meta.resolve('axe-core')), 'utf8'));
    const wrong = await page.evaluate(async () => {
      for (const node of document.querySelectorAll('.reply details')) node.open = true;
      const { violations } = await window.axe.run('#log');
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
    });
    assert.deepEqual(wrong, []);
  }, { context: { colorScheme, viewport: { width: 320, height: 640 } } });
}
