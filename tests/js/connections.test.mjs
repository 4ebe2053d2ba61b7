// What becomes of the connection when a reply is over, with Node's fetch and a real server.

import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { AiEngine, Fallback, OpenAiChat, OpenAiResponses } from '../../dist/index.js';
import { ANSWER as ANSWER_OF_SITE, PROMPT, useSite, within } from './helper.mjs';
import { end, text } from './services.mjs';

const SOON = 5_000;
const ANSWER = [text('Hel'), text('lo'), ...end()].join('');

/** Ways in which a service may go on behind `[DONE]`. */
const ENDS = {
  'at once': (outgoing) => void outgoing.end(),
  'a turn later': (outgoing) => void setImmediate(() => outgoing.end()),
  'after 20 ms': (outgoing) => void setTimeout(() => outgoing.end(), 20),
  'after a comment': (outgoing) => void outgoing.write(': bye\n\n', () => outgoing.end()),
};

/** A service that ends its answers in that way, the connections it has had, and its answers. */
async function serve(t, how, answer = ANSWER) {
  const served = { connections: 0, answers: [], provider: undefined };
  const server = createServer((incoming, outgoing) => {
    served.answers.push({ outgoing, closed: once(outgoing, 'close') });
    incoming.resume();
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write(answer, () => how(outgoing));
  }).on('connection', () => served.connections++).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  served.provider = new OpenAiChat({ baseUrl: `http://127.0.0.1:${server.address().port}`, defaultModel: 'm', retries: 0 });
  return served;
}

const read = async (reply) => {
  let whole = '';
  for await (const piece of reply) whole += piece;
  return whole;
};

for (const [name, way] of Object.entries(ENDS)) {
  test(`five replies in a row use one connection, where the answer ends ${name}`, async (t) => {
    for (const wrap of [(provider) => provider, (provider) => new Fallback([provider])]) {
      const served = await serve(t, way);
      const asked = wrap(served.provider);
      for (let i = 0; i < 5; i++) assert.equal(await within(SOON, read(asked.createAsyncGenerator({ messages: 'Hi' })), 'the reply'), 'Hello');
      assert.ok(served.answers.length === 5 && served.answers.every(({ outgoing }) => outgoing.writableFinished), asked.name);
      assert.equal(served.connections, 1, asked.name);
    }
  });
}

test('an answer that does not end is cancelled, and does not hold the end of the reply for long', async (t) => {
  const { provider, answers } = await serve(t, () => {});
  const reply = provider.createAsyncGenerator({ messages: 'Hi' });
  assert.deepEqual([(await reply.next()).value, (await reply.next()).value], ['Hel', 'lo']);
  const start = performance.now();
  assert.equal((await within(SOON, reply.next(), 'the end')).done, true);
  assert.ok(performance.now() - start < 2_000);
  await within(SOON, answers[0].closed, 'the connection');
  assert.equal(answers[0].outgoing.writableFinished, false);
  assert.equal((await reply.next()).done, true);
});

test('of an answer that goes on little is read', async (t) => {
  let sent = 0;
  const { provider, answers } = await serve(t, (outgoing) => {
    const more = () => {
      while (!outgoing.destroyed && outgoing.write(Buffer.alloc(65_536, ': \n'))) sent++;
      if (!outgoing.destroyed) outgoing.once('drain', more);
    };
    more();
  });
  assert.equal(await within(SOON, provider.createAsync({ messages: 'Hi' }), 'the reply'), 'Hello');
  await within(SOON, answers[0].closed, 'the connection');
  // More than what is read, since it includes what the buffers of both ends take.
  assert.ok(sent < 500, `${sent} times 64 KiB`);
});

test('a reply that is left before its end is cancelled at once', async (t) => {
  const { provider, answers } = await serve(t, () => {}, text('Hel'));
  const reply = provider.createAsyncGenerator({ messages: 'Hi' });
  await reply.next();
  await reply.return();
  await within(SOON, answers[0].closed, 'the connection');
});

test('an answer that a stop word ends is cancelled, and not read on', async () => {
  const asked = [];
  const words = ['Hel', 'lo STOP', ' more'].map((delta) => `data: ${JSON.stringify({ type: 'response.output_text.delta', delta })}\n\n`);
  const body = new ReadableStream({
    pull(controller) {
      asked.push(words[0]);
      if (words.length > 0) controller.enqueue(new TextEncoder().encode(words.shift()));
    },
    cancel: () => void asked.push('cancelled'),
  }, { highWaterMark: 0 });
  const provider = new OpenAiResponses({ defaultModel: 'm', fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }) });
  const reply = provider.createAsyncGenerator({ messages: 'Hi', stop: ['STOP'] });
  assert.equal(await within(SOON, read(reply), 'the reply'), 'Hello ');
  assert.equal(reply.finishReason, 'stop');
  assert.deepEqual([asked.length, asked.at(-1)], [3, 'cancelled'], 'two reads');
});

const used = useSite();

test('five replies of a site use one connection, for nonces and messages', async (t) => {
  let connections = 0;
  const count = ({ connectParams }) => {
    if (used.site.url.endsWith(connectParams.host)) connections++;
  };
  subscribe('undici:client:connected', count);
  t.after(() => unsubscribe('undici:client:connected', count));
  for (const provider of used.providers) {
    for (let i = 0; i < 5; i++) assert.equal(await provider.createAsync({ messages: PROMPT }), ANSWER_OF_SITE, provider.name);
  }
  assert.equal(connections, 1);
});
