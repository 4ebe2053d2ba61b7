// What the page does with data: which messages a service is asked with, where a key does not get, and records that are damaged.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { ask } from '../../www/talk/ask.js';
import { withoutSecrets } from '../../www/talk/secrets.js';
import { addQuestion, addReply, conversationOf, messagesOf, newTalk } from '../../www/talk/tree.js';
import { choose, openSettings, say } from './browser.mjs';
import { press, set, standIn } from './controls.mjs';
import { visit } from './visit.mjs';

const KEY = 'sk-canary-0123456789-abcdefghij-0123456789-abcdefghij';

/** A service that repeats in its answer what it was sent as `authorization`, after a while. */
async function startEcho({ status = 200, after = 0 } = {}) {
  const server = createServer(async (request, response) => {
    request.resume();
    const said = `I was sent ${request.headers.authorization}`;
    response.writeHead(request.method === 'OPTIONS' ? 200 : status, {
      'access-control-allow-origin': '*', 'access-control-allow-headers': '*, authorization', 'content-type': 'text/event-stream',
    });
    if (request.method === 'OPTIONS') return void response.end();
    response.flushHeaders();
    setTimeout(() => response.end(status === 200 ? `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: said } }] })}\n\ndata: [DONE]\n\n`
      : JSON.stringify({ error: { message: said } })), after);
    return undefined;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: `${origin}/v1`, close: async () => { server.closeAllConnections(); server.close(); } };
}

/** All that the browser keeps for the page, as text. */
const kept = (page) => page.evaluate(async () => {
  const { openDB } = await import(new URL('./vendor/idb.js', document.baseURI));
  const db = await openDB('rivulet-demo-talks');
  const all = { talks: await db.getAll('talks'), heads: await db.getAll('heads') };
  db.close();
  return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }, history.state, location.href]);
});

test('a key is taken out whole, and its begin where a text was cut', () => {
  const clean = (value) => withoutSecrets(value, [KEY]);
  assert.equal(clean(`a ${KEY} b`), 'a [key left out] b');
  assert.equal(clean(`a ${KEY.slice(0, 20)}…`), 'a [key left out]…');
  assert.equal(clean(`a ${KEY.slice(0, 8)}`), 'a [key left out]');
  assert.equal(clean(`a ${KEY.slice(0, 7)}`), `a ${KEY.slice(0, 7)}`);
  assert.equal(clean(`a ${KEY.slice(0, 20)} b`), `a ${KEY.slice(0, 20)} b`);
  assert.equal(clean('sk-canary is a word…'), 'sk-canary is a word…');
});

visit('a key that a service repeats is not kept, also if its field has another by then', {
  others: async () => [await startEcho({ after: 500 })],
}, async (page, site, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await page.fill('#api-key', KEY);
  await page.fill('#message', 'Hi');
  await page.press('#message', 'Enter');
  await openSettings(page);
  await page.selectOption('select[name=provider]', 'Gemini');
  await page.waitForFunction(() => document.querySelector('.reply .content')?.textContent.includes('I was sent'));
  await page.waitForFunction(() => !document.querySelector('.reply.waiting'));
  await page.waitForTimeout(200);
  const all = await kept(page);
  assert.match(all, /I was sent Bearer/);
  assert.ok(!all.includes('canary'), all);
  assert.ok(!(await page.locator('#event-list').textContent()).includes('canary'));
  await page.evaluate(() => { document.querySelector('#events').open = true; });
  await page.waitForFunction(() => document.querySelector('#event-list').textContent.includes('I was sent'));
  assert.ok(!(await page.locator('#event-list').textContent()).includes('canary'));
});

visit('a key in an error of the service is not kept', { allowed: (text) => /400/.test(text),
  others: async () => [await startEcho({ status: 400 })] }, async (page, site, service) => {
  await choose(page, 'OpenAiChat', { baseUrl: service.url, model: 'm' });
  await page.fill('#api-key', KEY);
  await say(page, 'Hi');
  await openSettings(page);
  await page.fill('#api-key', '');
  await say(page, 'Hi again');
  assert.ok(!(await kept(page)).includes('canary'));
});

visit('a key that is pasted into the message is neither in the code nor in the title of the talk', { allowed: (text) => /401/.test(text) }, async (page) => {
  await standIn(page, 'OpenAiResponses');
  await page.fill('#api-key', KEY);
  await say(page, `Is there anything wrong with ${KEY}`);
  assert.ok(!(await page.locator('#code').innerText()).includes('canary'));
  await page.waitForFunction(() => document.querySelector('.talk-title'));
  assert.ok(!(await page.locator('.talk-title').innerText().catch(() => '')).includes('canary'));
  const all = await kept(page);
  assert.match(all, /Is there anything wrong/);
  assert.ok(!all.includes('canary'), all);
});

visit('a key that is pasted into a wrong field as well is not stored', {}, async (page) => {
  await choose(page, 'OpenAiChat', { model: KEY });
  await page.fill('#api-key', KEY);
  await set(page, { system: `My key is ${KEY}` });
  const all = await kept(page);
  assert.match(all, /My key is/);
  assert.ok(!all.includes('canary'));
});

visit('a key goes to its own service, whatever becomes of the other lanes', {
  others: async () => [await startEcho(), await startEcho()],
}, async (page, site, one, two) => {
  const sent = [];
  page.on('request', (request) => { if (request.method() === 'POST') sent.push([new URL(request.url()).origin, request.headers().authorization]); });
  await choose(page, 'OpenAiChat', { baseUrl: one.url, model: 'm' });
  await page.fill('#api-key', 'sk-of-the-first');
  await page.click('#add-lane');
  const second = page.locator('.lane').nth(1);
  await second.locator('select[name=provider]').selectOption('OpenAiChat');
  await second.locator('[name=baseUrl]').fill(two.url);
  await second.locator('[name=model]').fill('m');
  await page.fill('#api-key-2', 'sk-of-the-second');
  const ask = async () => {
    sent.length = 0;
    await page.fill('#message', 'Hi');
    await press(page, page.locator('#send'));
    return sent.map(([origin, key]) => [origin === one.origin ? 'one' : 'two', key]).sort();
  };
  assert.deepEqual(await ask(), [['one', 'Bearer sk-of-the-first'], ['two', 'Bearer sk-of-the-second']]);
  await openSettings(page);
  await page.locator('.lane').nth(0).locator('.remove-lane').click();
  assert.deepEqual(await ask(), [['two', 'Bearer sk-of-the-second']]);
  await page.evaluate((url) => { location.hash = `#provider=OpenAiChat&model=m&baseUrl=${encodeURIComponent(url)}`; }, one.url);
  await page.waitForFunction((url) => document.querySelector('[name=baseUrl]').value === url, one.url);
  assert.deepEqual(await ask(), [['one', undefined]]);
  await openSettings(page);
  await page.fill('#api-key', 'sk-of-the-first');
  await page.selectOption('select[name=provider]', 'groq');
  assert.equal(await page.inputValue('#api-key'), '');
});

for (const [what, hash] of [
  ['is none', 'provider=Nope'], ['is another name of the package', 'provider=SERVICES'], ['is code', "provider=x%7D from 'https://evil.example';//"],
  ['is none in the second lane', '2.provider=constructor&2.way=nowhere'],
]) {
  visit(`a link whose provider ${what} means the default one, in the code as well`, {}, async (page, site) => {
    await page.goto('about:blank');
    await page.goto(`${site.url}/demo/#${hash}&temperature=warm`);
    await page.waitForFunction(() => document.querySelector('#code').textContent !== '');
    const code = await page.locator('#code').innerText();
    assert.match(code, /^import \{ AiEngine \} from 'rivulet';\n/);
    assert.doesNotMatch(code, /NaN|evil|Nope|constructor/);
    assert.equal((await say(page, 'Hi')).failure, undefined);
  });
}

/** The conversations with AI Puffer's site, one for each message that was answered. */
const puffers = (page) => page.evaluate(() => performance.getEntriesByType('resource')
  .map(({ name }) => new URL(name).searchParams.get('conversation_uuid')).filter(Boolean));

visit('AiPuffer: the site cannot forget a turn, so another branch is a talk of its own there', {}, async (page, site) => {
  await choose(page, 'AiPuffer');
  await say(page, 'My name is Ada.');
  await say(page, 'What is my name?');
  const [first, second] = await puffers(page);
  assert.equal(second, first);
  await press(page, page.locator('.reply-turn').nth(1).getByRole('button', { name: 'Ask again' }));
  const third = (await puffers(page)).at(-1);
  assert.notEqual(third, first, 'the site has an answer to this question already');
  await say(page, 'And now?');
  assert.equal((await puffers(page)).at(-1), third, 'the new branch goes on');
  await page.getByRole('button', { name: 'Reply 1, the one before' }).click();
  await say(page, 'And here?');
  assert.equal((await puffers(page)).at(-1), first, 'and so does the old one');
});

visit('AiPuffer: a system text that changes reaches the site', {}, async (page) => {
  const told = [];
  page.on('request', (request) => { if (request.postData()?.includes('aipkit_cache_sse_message')) told.push(new URLSearchParams(request.postData()).get('message')); });
  await choose(page, 'AiPuffer');
  await set(page, { system: 'Be brief.' });
  await say(page, 'Hi');
  await say(page, 'And now?');
  assert.equal(told[1], 'And now?');
  await set(page, { system: 'Be long.' });
  await say(page, 'And then?');
  assert.match(told[2], /^System: Be long\.\nUser: Hi\n[^]*User: And now\?\n[^]*User: And then\?/);
});

visit('AiPuffer: a turn that failed does not end the talk with the site', { allowed: (text) => /503|500|429/.test(text) }, async (page) => {
  await choose(page, 'AiPuffer');
  await say(page, 'My name is Ada.');
  const [first] = await puffers(page);
  const { failure } = await say(page, 'ERR_429');
  assert.ok(failure);
  await say(page, 'What is my name?');
  assert.equal((await puffers(page)).at(-1), first);
});

const answer = (text, more = {}) => ({
  provider: 'P', model: 'm', service: 's', messages: text ? [{ role: 'assistant', content: text }] : [], conversation: text ? { id: text } : null,
  events: text ? [{ type: 'text', text, at: 1 }] : [], timings: { elapsed: 2, pieces: 1, characters: 1 }, stopped: false, ...more,
});

/** A talk of questions, each with its answers. @param {any[][]} turns */
function talkOf(...turns) {
  const talk = newTalk();
  const replies = [];
  for (const answers of turns) replies.push(addReply(talk, addQuestion(talk, replies.at(-1)?.id ?? null, 'Q').id, answers));
  return { talk, replies };
}

test('side by side, each provider goes on with its own answer, also where others were removed or added', () => {
  const { talk, replies: [{ id }] } = talkOf([answer('A', { service: 'a' }), answer('B', { service: 'b' }), answer('B2', { service: 'b', model: 'two' })]);
  const goesOnWith = (index, service, model = 'm') => messagesOf(talk, id, { index, service, model })[1].content;
  assert.deepEqual([goesOnWith(0, 'a'), goesOnWith(1, 'b'), goesOnWith(2, 'b', 'two')], ['A', 'B', 'B2'], 'as it was');
  assert.deepEqual([goesOnWith(0, 'b'), goesOnWith(1, 'b', 'two')], ['B', 'B2'], 'the first is gone');
  assert.deepEqual([goesOnWith(2, 'a'), goesOnWith(2, 'b', 'three')], ['A', 'B2'], 'another place, and another model');
  assert.equal(goesOnWith(1, 'new'), 'B', 'one that was not asked takes what stands in its place');
  assert.equal(messagesOf(talk, id)[1].content, 'A', 'one alone takes the answer that was kept');
  assert.deepEqual(conversationOf(talk, id, 'b', { lane: { index: 0, service: 'b', model: 'two' } }), { id: 'B2' });
});

test('a conversation goes on behind a turn that failed, and where a site keeps it only on one branch', () => {
  const { talk, replies: [first, failed] } = talkOf([answer('A')], [answer('')]);
  assert.deepEqual(conversationOf(talk, failed.id, 's', { isLinear: true }), { id: 'A' });
  assert.equal(conversationOf(talk, failed.id, 'other'), null);
  const below = addReply(talk, addQuestion(talk, failed.id, 'Q').id, [answer('C')]);
  assert.deepEqual(conversationOf(talk, below.id, 's', { isLinear: true }), { id: 'C' });
  assert.deepEqual(conversationOf(talk, failed.id, 's'), { id: 'A' }, 'a service that can branch');
  assert.equal(conversationOf(talk, failed.id, 's', { isLinear: true }), null, 'the site has C already');
  assert.equal(conversationOf(talk, first.id, 's', { isLinear: true }), null);
  below.answers[0].system = 'Be brief.';
  assert.deepEqual(conversationOf(talk, below.id, 's', { isLinear: true, system: 'Be brief.' }), { id: 'C' });
  assert.equal(conversationOf(talk, below.id, 's', { isLinear: true, system: 'Be long.' }), null, 'the site has the old system text');
});

/** What `ask` writes down of a reply. */
const written = (reply) => ask(() => ({ events: (async function* none() {}()), ...reply }), { signal: new AbortController().signal, now: () => 0, onEvent() {} });

test('what came of a step that failed goes along with the next message, and what was read before a stop is shown', async () => {
  const events = (...given) => (async function* all() { yield* given; throw new Error('broke off'); }());
  const call = [{ role: 'assistant', content: 'Wait.', tool_calls: [{ id: '1' }] }, { role: 'tool', tool_call_id: '1', content: '4' }];
  const [wait, result, text] = [{ type: 'text', text: 'Wait.' }, { type: 'tool-result', id: '1', name: 'f', result: 4 }, { type: 'text', text: 'It is' }];
  const tail = { role: 'assistant', content: 'It is' };
  assert.deepEqual((await written({ events: events(text), messages: [] })).messages, [tail]);
  assert.deepEqual((await written({ events: events(wait, result, text), messages: call })).messages, [...call, tail]);
  assert.deepEqual((await written({ events: events(wait, result), messages: call })).messages, call);
  assert.deepEqual((await written({ events: events(text), messages: [tail] })).messages, [tail]);
  const late = new AbortController();
  const outcome = await ask(() => ({ events: (async function* all() { late.abort(); yield text; })(), message: tail }), { signal: late.signal, now: () => 0, onEvent() {} });
  assert.deepEqual([outcome.stopped, outcome.events, outcome.messages], [true, [{ ...text, at: 0 }], [tail]]);
});

test('of a message whose calls have no results, all else is kept', async () => {
  const call = (id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } });
  const message = {
    role: 'assistant', content: 'Wait.', reasoning_content: 'Hm.', images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }],
    tool_calls: [call('1'), call('2')], provider_data: { provider: 'P', content: [{ type: 'tool_use', id: '1' }] },
  };
  const { tool_calls: calls, provider_data: own, ...rest } = message;
  assert.deepEqual((await written({ message })).messages, [rest]);
  const result = { role: 'tool', tool_call_id: '2', content: '4' };
  assert.deepEqual((await written({ messages: [message, result] })).messages, [{ ...rest, tool_calls: [call('2')] }, result]);
  const both = [message, { ...result, tool_call_id: '1' }, result];
  assert.deepEqual((await written({ messages: both })).messages, both);
});

/** In the page: shows and writes whatever passes as a talk, and gives what fails. */
async function showAll(files) {
  const load = (path) => import(new URL(path, document.baseURI));
  const [{ fromJson, toMarkdown, toJson }, { answerView }, { questionView }] = await Promise.all(['./talk/export.js', './answer/answer.js', './talk/question.js'].map(load));
  const failed = [];
  let taken = 0;
  for (const [what, text] of files) {
    try {
      const { talk } = fromJson(text);
      if (!talk) continue;
      taken += 1;
      const all = talk.turns.flatMap((turn) => {
        if (turn.kind === 'question') return void questionView(turn, { onEdit() {} }) ?? [];
        return turn.answers.map((answer) => {
          const view = answerView({ provider: answer.provider, isJson: answer.isJson, isMarkdown: true, isStored: true });
          for (const { at, ...event } of answer.events) view.event(event, at);
          const { error, stopped, timings, attempts, prices } = answer;
          return view.finish({ error, stopped, timings, attempts, prices });
        });
      });
      await Promise.all(all);
      toMarkdown(talk);
      toJson(talk);
    } catch (error) {
      failed.push(`${what}: ${error.stack}`.slice(0, 300));
    }
  }
  return { failed, taken };
}

/** A talk with every kind of event. */
function richTalk() {
  const { talk } = talkOf([answer('A', {
    prices: { input: 1, output: 2 }, error: { title: 'T', hint: 'H', code: 'c', message: 'm', body: 'b' },
    attempts: [{ provider: 'P', state: 'failed', startedAt: 1, ms: 2, error: { code: 'auth', message: 'm', status: 401 } }],
    events: [
      { type: 'text', text: '# A' }, { type: 'reasoning', text: 'R', part: 0 }, { type: 'tool-call', id: '1', index: 0, name: 'f', arguments: '{}', done: true },
      { type: 'tool-approval', id: '1', name: 'f', arguments: '{}' }, { type: 'tool-result', id: '1', name: 'f', result: { a: 1 } },
      { type: 'source', source: { a: 1 }, url: 'https://a.example/', title: 'T', text: 't', start: 0, end: 1, unit: 'bytes' },
      { type: 'citation', url: 'https://a.example/', title: 'T', text: 't', start: 0, end: 1, unit: 'characters', raw: {} },
      { type: 'status', kind: 'k', text: 't', raw: {} }, { type: 'image', url: 'https://evil.example/a.png' }, { type: 'image', url: 'data:image/png;base64,AA==' },
      { type: 'file', mediaType: 'text/plain', url: 'data:text/plain,a', id: '1', name: 'n' }, { type: 'audio', mediaType: 'audio/wav', data: 'AAAA', transcript: 't' },
      { type: 'action', kind: 'k', action: {} }, { type: 'warning', message: 'w' }, { type: 'usage', usage: { inputTokens: 1, outputTokens: 20, cachedInputTokens: 1, reasoningTokens: 1, raw: {} } },
      { type: 'finish', reason: 'length' }, { type: 'retry', attempt: 1, waitMs: 5, error: { code: 'auth', message: 'm' } }, { type: 'replace', text: 'B' },
      { type: 'of-a-newer-version', text: { new: [1] }, url: {} },
    ].map((event, at) => ({ ...event, at })),
  })]);
  talk.turns[0].content = [{ type: 'text', text: 't' }, { type: 'image_url', image_url: { url: 'https://evil.example/b.png' } },
    { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }, { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } }];
  return talk;
}

/** All places in a value, as lists of names. */
const places = (value, at = []) => (typeof value === 'object' && value !== null
  ? Object.entries(value).flatMap(([name, member]) => [[...at, name], ...places(member, [...at, name])]) : []);

/** A copy of a value with another in one place. */
const withOther = (value, [name, ...rest], other) => (name === undefined ? other
  : Array.isArray(value) ? value.map((each, index) => (String(index) === name ? withOther(each, rest, other) : each))
    : { ...value, [name]: withOther(value[name], rest, other) });

visit('of a talk that is damaged anywhere, nothing fails and nothing is loaded', {}, async (page) => {
  const talk = richTalk();
  const file = (damaged) => JSON.stringify({ format: 'rivulet-demo-talk', version: 1, talk: damaged });
  const others = [5, null, {}, [], [null], '', 'constructor', '__proto__', { toString: 5, valueOf: 5 }, -1e308, '<img src=https://evil.example/c.png onerror=alert(1)>'];
  const files = places(talk).flatMap((place) => others.map((other) => [`${place.join('.')} = ${JSON.stringify(other)}`, file(withOther(talk, place, other))]));
  const whole = await page.evaluate(showAll, [['whole', file(talk)]]);
  assert.deepEqual(whole, { failed: [], taken: 1 });
  const { failed, taken } = await page.evaluate(showAll, files);
  assert.deepEqual(failed.slice(0, 10), []);
  assert.ok(taken > 300, `${taken} of ${files.length}`);
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 100)); }));
});

visit('a talk that is too deep or too long is refused in words, and one of many turns is shown', {}, async (page) => {
  const read = (talk) => page.locator('#talks input[type=file]').setInputFiles([{
    name: 'talk.json', mimeType: 'application/json', buffer: Buffer.from(typeof talk === 'string' ? talk : JSON.stringify({ format: 'rivulet-demo-talk', version: 1, talk })),
  }]);
  const says = (words) => page.waitForFunction((wanted) => document.querySelector('#talks').textContent.includes(wanted), words);
  const talk = richTalk();
  const text = JSON.stringify({ format: 'rivulet-demo-talk', version: 1, talk });
  await read(text.replace('"result":{"a":1}', `"result":${'['.repeat(20_000)}${']'.repeat(20_000)}`));
  await says('nested too deeply');
  const long = (count) => {
    const turns = [];
    for (let at = 0; at < count; at += 2) {
      turns.push({ id: `q${at}`, parent: at ? `r${at - 2}` : null, kind: 'question', content: 'Q', at });
      turns.push({ id: `r${at}`, parent: `q${at}`, kind: 'reply', answers: [answer('A')], kept: 0, at: at + 1 });
    }
    return { ...newTalk(), title: 'Long', turns, leaf: turns.at(-1).id };
  };
  await read(long(20_000));
  await says('more than 5,000 turns');
  // Drawn one by one with the end in sight, a thousand turns took a minute.
  await read(long(2000));
  await says('imported');
  await page.waitForFunction(() => document.querySelectorAll('.reply:not(.waiting)').length === 1000, undefined, { timeout: 15_000 });
  await page.waitForFunction(() => document.querySelector('#jump').hidden);
});
