// Chunks of every size on their way into the core: all replies use one buffer for them (src/js/chunk-buffer.js).

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiEngine, OpenAiChat } from '../../dist/index.js';

const encoder = new TextEncoder();
const delta = (given) => encoder.encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: given }] })}\n\n`);
const event = (content) => delta({ content });
const joined = (chunks) => new Uint8Array(chunks.flatMap((chunk) => Array.from(chunk)));
const DONE = encoder.encode('data: [DONE]\n\n');

/** One that answers with these chunks. */
function service(chunks) {
  const fetch = async () => new Response(new ReadableStream({
    start(controller) {
      for (const chunk of [...chunks, DONE]) controller.enqueue(chunk);
      controller.close();
    },
  }));
  return new OpenAiChat({ apiKey: 'sk', defaultModel: 'm', retries: 0, fetch });
}

const piecesOf = async (reply) => {
  const pieces = [];
  for await (const text of reply) pieces.push(text);
  return pieces;
};

test('chunks of growing and shrinking size come in whole', async () => {
  const sizes = [1, 1_000, 2_000, 60_000, 65_536, 65_537, 3, 1_000_000, 70_000, 2, 5_000_000, 1];
  const texts = sizes.map((size, index) => String.fromCharCode(97 + index).repeat(size));
  assert.deepEqual(await piecesOf(service(texts.map(event)).createAsyncGenerator({ messages: 'Hi' })), texts);
});

test('replies that are read in turns do not see chunks of each other', async () => {
  const texts = Array.from({ length: 20 }, (_, reply) => Array.from({ length: 30 }, (_, piece) => `${reply}/${piece} ${'x'.repeat(reply * piece * 40)}`));
  const replies = texts.map((own) => service(own.map(event)).createAsyncGenerator({ messages: 'Hi' }));
  assert.deepEqual(await Promise.all(replies.map(piecesOf)), texts);
});

test('a session store may read another reply while a chunk is being read', async () => {
  const inner = [];
  const entries = new Map();
  const session = {
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
    // Called in the middle of a chunk: the first part of the reply's head brings a fresh nonce.
    set(key, value) {
      entries.set(key, value);
      inner.push(piecesOf(service(['inner ', 'reply'].map(event)).createAsyncGenerator({ messages: 'Hi' })));
    },
  };
  const live = (data) => `data: ${JSON.stringify({ type: 'live', data })}\n\n`;
  const end = `data: ${JSON.stringify({ type: 'end', data: JSON.stringify({ success: true, reply: 'one two', new_token: 'b'.repeat(10) }) })}\n\n`;
  const fetch = async (url) => {
    if (url.endsWith('/start_session')) return Response.json({ success: true, restNonce: 'a'.repeat(10) });
    return new Response(live('one ') + live('two') + end, { headers: { 'content-type': 'text/event-stream' } });
  };
  const engine = new AiEngine({ url: 'https://site.example', fetch, session });
  assert.deepEqual(await piecesOf(engine.createAsyncGenerator({ messages: 'Hi' })), ['one ', 'two']);
  assert.equal(inner.length, 2, 'the nonce of the start and the one of the end');
  for (const pieces of await Promise.all(inner)) assert.deepEqual(pieces, ['inner ', 'reply']);
});

test('an empty chunk says nothing', async () => {
  const none = new Uint8Array(0);
  const chunks = [none, event('a').subarray(0, 9), none, event('a').subarray(9), none, event('b')];
  assert.deepEqual(await piecesOf(service(chunks).createAsyncGenerator({ messages: 'Hi' })), ['a', 'b']);
});

test('short pieces are what was sent, whatever their length and letters', async () => {
  const letters = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index)).join('');
  const texts = [];
  for (let length = 1; length <= 20; length++) {
    for (let at = 0; at + length <= letters.length; at += 7) texts.push(letters.slice(at, at + length));
  }
  texts.push('\n', '\t\r', '\u0000', 'é', 'ab\u007f', '👋', 'a👋', '\u2028');
  assert.deepEqual(await piecesOf(service(texts.map(event)).createAsyncGenerator({ messages: 'Hi' })), texts);
});

// A run of reasoning is delivered as a run of text is, but only to consumers of events.
for (const [name, cut] of [['one a chunk', (frames) => frames], ['all in one chunk', (frames) => [joined(frames)]]]) {
  test(`thoughts come as they were sent, in their places: ${name}`, async () => {
    const said = [
      ...['Hm', ', ', 'Привет 👋', ' ', 'a thought that is longer than sixteen characters'].map((text) => ['reasoning', text]),
      ...['One ', 'two', ' 👋'].map((text) => ['text', text]),
      ...['again', ' and ', 'again'].map((text) => ['reasoning', text]),
      ['text', 'end'],
    ];
    const chunks = cut(said.map(([type, text]) => delta(type === 'text' ? { content: text } : { reasoning_content: text })));
    const ask = (options) => service(chunks).createAsyncGenerator({ messages: 'Hi', ...options });
    const eventsOf = async (reply) => {
      const events = [];
      for await (const { type, text } of reply.events) if (text !== undefined) events.push([type, text]);
      return events;
    };
    assert.deepEqual(await eventsOf(ask()), said);
    assert.deepEqual(await piecesOf(ask()), ['One ', 'two', ' 👋', 'end']);
    const runs = name === 'one a chunk' ? said : [
      ['reasoning', 'Hm, Привет 👋 a thought that is longer than sixteen characters'],
      ['text', 'One two 👋'],
      ['reasoning', 'again and again'],
      ['text', 'end'],
    ];
    assert.deepEqual(await eventsOf(ask({ coalesce: true })), runs);
  });
}

const called = (index, args, told = {}) => delta({ tool_calls: [{ index, ...told.id && { id: told.id }, function: { ...told.name && { name: told.name }, arguments: args } }] });

for (const [name, cut] of [['one a chunk', (frames) => frames], ['all in one chunk', (frames) => [joined(frames)]]]) {
  test(`arguments of calls come as they were sent, each with its call: ${name}`, async () => {
    const first = { id: 'call-1', name: 'weather' };
    const second = { id: 'made by rivulet', name: 'nobody told the id' };
    const pieces = ['{', '"city"', ':', '"Köln 👋, which is longer than sixteen"', '}'];
    const sent = [[0, '', first], ...pieces.map((piece) => [0, piece]), [1, '[', { name: second.name }], [1, '1'], [1, ','], [1, '2'], [1, ']'], [0, ' ']];
    const chunks = cut(sent.map((piece) => called(...piece)));
    const ask = async (options) => {
      const events = [];
      for await (const event of service(chunks).createAsyncGenerator({ messages: 'Hi', ...options }).events) {
        if (event.type === 'tool-call') events.push(event);
      }
      const ids = new Set(events.filter(({ index }) => index === 1).map(({ id }) => id));
      assert.match([...ids].join(), /^call_[0-9a-z]{24}$/, 'one id for all pieces');
      return events.map((event) => (event.index === 1 ? { ...event, id: second.id } : event));
    };
    const event = (index, args, done = false) => ({ type: 'tool-call', index, ...index === 0 ? first : second, arguments: args, done });
    const whole = [event(0, `${pieces.join('')} `, true), event(1, '[1,2]', true)];
    assert.deepEqual(await ask(), [...sent.map(([index, args]) => event(index, args)), ...whole]);
    const runs = name === 'one a chunk' ? sent.map(([index, args]) => event(index, args)) : [event(0, ''), event(0, pieces.join('')), event(1, '[1,2]'), event(0, ' ')];
    assert.deepEqual(await ask({ coalesce: true }), [...runs, ...whole]);
    assert.deepEqual(await piecesOf(service(chunks).createAsyncGenerator({ messages: 'Hi' })), [], 'calls are no text');
  });
}
