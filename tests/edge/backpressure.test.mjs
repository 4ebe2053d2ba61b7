// A client that stops reading stops the service: nothing on the way takes in what nobody reads.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import { startWorkerd } from '../../scripts/lib/workerd.mjs';
import { createHandler } from '../../dist/edge.js';
import { OpenAiChat } from '../../dist/index.js';
import { bundleInstalled } from '../workerd/harness.mjs';
import { CHAT, KEY, request } from './helper.mjs';
import { chunk, startUpstream } from './upstream.mjs';

const MB = 1024 * 1024;
const WHOLE = 128 * MB;
const OTHER = 8 * MB;
/** Of text in an event. */
const PIECE = 16 * 1024;

/** Each piece is full of its number. */
const piece = (index) => `${index} `.padStart(8).repeat(PIECE / 8);
const frame = (index) => `data: ${JSON.stringify(chunk({ content: piece(index) }))}\n\n`;
const END = `data: ${JSON.stringify(chunk({}, 'stop'))}\n\ndata: [DONE]\n\n`;

/** Of all text of a reply. */
function digest(size) {
  const hash = createHash('sha256');
  for (let index = 0; index < size / PIECE; index++) hash.update(piece(index));
  return hash.digest('hex');
}

let upstream;
let bundle;
let workerd;

before(async () => {
  [bundle, upstream] = await Promise.all([bundleInstalled(new URL('../../examples/worker/src/index.js', import.meta.url)), startUpstream()]);
  workerd = await startWorkerd(bundle, {
    env: { SITE: 'https://shop.example', KEY, OPENAI_KEY: 'sk-of-the-service', OPENAI_MODELS: 'big', OPENAI_BASE_URL: upstream.url },
    kv: { SESSIONS: '127.0.0.1:9' },
  });
});
after(async () => {
  await workerd?.stop();
  upstream?.close();
  await bundle?.remove();
});
beforeEach(() => upstream.clear());

/** An answer of `size` bytes of text, as fast as the socket takes them. */
function answerOf(size) {
  const told = { written: 0, outgoing: undefined, over: undefined };
  told.answer = async (outgoing) => {
    told.outgoing = outgoing;
    told.over = once(outgoing, 'close');
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let index = 0; index < size / PIECE; index++) {
      const bytes = frame(index);
      const takesMore = outgoing.write(bytes);
      told.written += bytes.length;
      if (!takesMore) await Promise.race([once(outgoing, 'drain'), told.over]);
      if (outgoing.destroyed) return;
    }
    outgoing.end(END);
  };
  return told;
}

/** The head of an answer over a socket of its own; its body is not read until somebody does. */
async function ask() {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const asking = httpRequest(`${workerd.url}${CHAT}`, { method: 'POST', agent: false, headers });
  asking.end(JSON.stringify({ model: 'openai', stream: true, messages: [{ role: 'user', content: 'Much, please' }] }));
  const [response] = await once(asking, 'response');
  assert.equal(response.statusCode, 200);
  return response.setEncoding('utf8');
}

/** Everything from here to the end, after `rest`: the hash of the text. */
async function readOn(response, rest = '') {
  const hash = createHash('sha256');
  let isDone = false;
  for await (const part of response) {
    const frames = (rest + part).split('\n\n');
    rest = frames.pop();
    for (const data of frames.map((frame) => frame.slice('data: '.length))) {
      if (data === '[DONE]') isDone = true;
      else hash.update(JSON.parse(data).choices[0]?.delta.content ?? '');
    }
  }
  assert.ok(isDone && rest === '', 'the end came');
  return hash.digest('hex');
}

/** A little of the answer, and then no more until the service stands still. */
async function stall(told) {
  upstream.answers = [told.answer];
  const response = await ask();
  await once(response, 'readable');
  const first = response.read();
  // Still is what does not move while the whole of another reply passes through the same process.
  for (let before; before !== told.written;) {
    before = told.written;
    const other = answerOf(OTHER);
    upstream.answers = [other.answer];
    assert.equal(await readOn(await ask()), digest(OTHER));
  }
  return { response, first };
}

test('on workerd a client that stops reading stops the service, reads on, and gets all of it in order', { timeout: 120_000 }, async () => {
  const told = answerOf(WHOLE);
  const idle = await workerd.memory();
  const { response, first } = await stall(told);
  const grown = (await workerd.memory()) - idle;
  const { written } = told;
  console.log(`  stopped after ${(written / MB).toFixed(1)} of ${WHOLE / MB} MiB; workerd holds ${(grown / MB).toFixed(1)} MiB more`);
  assert.ok(told.outgoing.writableNeedDrain, 'the socket of the service is full');
  assert.ok(written < WHOLE / 2, `${written} bytes`);
  assert.equal(await readOn(response, first), digest(WHOLE));
  assert.ok(told.written > WHOLE);
});

test('on workerd a client that leaves without having read on ends the request of the service', { timeout: 120_000 }, async () => {
  const told = answerOf(WHOLE);
  const { response } = await stall(told);
  response.destroy();
  await told.over;
  assert.ok(!told.outgoing.writableFinished && told.written < WHOLE / 2, `${told.written} bytes`);
});

test('the handler asks the service for a piece when somebody asks it for one', async () => {
  const encoder = new TextEncoder();
  let pulls = 0;
  const fetch = async () => new Response(new ReadableStream({
    pull(controller) {
      if (pulls === 1000) return controller.close();
      controller.enqueue(encoder.encode(frame(pulls++)));
    },
  }, { highWaterMark: 0 }), { headers: { 'content-type': 'text/event-stream' } });
  const llm = new OpenAiChat({ apiKey: 'sk-of-the-service', defaultModel: 'big' });
  const handler = createHandler({ providers: { llm }, authorize: [KEY], fetch });
  const { body } = await handler(request(CHAT, { body: { model: 'llm', stream: true, messages: [{ role: 'user', content: 'Much' }] } }));
  const reader = body.getReader();
  // The first piece is there before the head is: what fails early is an error and not a stream.
  for (let reads = 1; reads <= 20; reads++) {
    await reader.read();
    // Whatever would read ahead has its turn.
    await new Promise(setImmediate);
    assert.equal(pulls, reads);
  }
  await reader.cancel();
});
