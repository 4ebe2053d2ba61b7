// The service that every environment reads a reply from: OpenAI's Chat Completions as an event stream, one piece every few milliseconds,
// with CORS for pages. It has to be slow: a reply that an environment keeps back until its end would otherwise look like one that streams.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What every reply says, by pieces. */
export const PIECES = ['Every ', 'environment ', 'reads ', 'this ', 'reply ', 'as ', 'it ', 'comes: ', 'Привет, ', 'мир', '! ', '👋'];
export const TEXT = PIECES.join('');

/** Milliseconds between the head and the first piece: whoever compiles something then is not to find several pieces when it is done. */
const FIRST_PAUSE = 250;
/** Milliseconds between two pieces. */
const PAUSE = 50;
/** Between the first and the last piece at least this many milliseconds pass in whoever reads as it comes. */
const SPREAD = PAUSE * PIECES.length / 3;
/** Pieces may be joined on their way, but not to fewer than these. */
const FEWEST = 4;

const CORS = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*', 'Access-Control-Allow-Private-Network': 'true' };

/**
 * @returns {Promise<{ base: string, close: () => void }>} `base`: what `OpenAiChat` takes as `baseUrl`
 */
export async function startStub() {
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.method === 'OPTIONS') return void outgoing.writeHead(204, CORS).end();
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    if (incoming.url !== '/v1/chat/completions' || JSON.parse(body).stream !== true) return void outgoing.writeHead(404, CORS).end();
    outgoing.writeHead(200, { ...CORS, 'Content-Type': 'text/event-stream' });
    const send = (delta, finish_reason = null) => outgoing.write(`data: ${JSON.stringify({
      id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'stub', choices: [{ index: 0, delta, finish_reason }],
    })}\n\n`);
    outgoing.flushHeaders();
    await sleep(FIRST_PAUSE);
    for (const content of PIECES) {
      send({ content });
      await sleep(PAUSE);
    }
    send({}, 'stop');
    outgoing.end('data: [DONE]\n\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * @param {unknown} read `[text, milliseconds][]`, what an environment has read and when
 * @returns {string | undefined} what is wrong with it
 */
export function wrongWith(read) {
  if (!Array.isArray(read)) return `no reply: ${JSON.stringify(read)?.slice(0, 300)}`;
  const text = read.map(([piece]) => piece).join('');
  if (text !== TEXT) return `another text: ${JSON.stringify(text.slice(0, 200))}`;
  const spread = read.at(-1)[1] - read[0][1];
  if (read.length < FEWEST || spread < SPREAD) return `it did not stream: ${read.length} pieces within ${Math.round(spread)} ms`;
  return undefined;
}

/** Reads the body of a response as it comes, in the same form. */
export async function readBody(response) {
  const read = [];
  const decoder = new TextDecoder();
  for await (const bytes of response.body) read.push([decoder.decode(bytes, { stream: true }), performance.now()]);
  return read.filter(([text]) => text !== '');
}
