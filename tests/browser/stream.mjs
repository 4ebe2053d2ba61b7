// A service of the tests whose replies come as a test wants them: piece by piece, in how many parts, and when.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A frame of OpenAI's stream. @param {object} delta */
export const frame = (delta) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta }] })}\n\n`;
export const DONE = 'data: [DONE]\n\n';

/** Sends a reply in so many parts, as a fast line does. @param {string} body @returns {(response: any) => Promise<void>} */
export const inParts = (body, parts = 1) => async (response) => {
  const size = Math.ceil(body.length / parts);
  for (let at = 0; at < body.length; at += size) {
    response.write(body.slice(at, at + size));
    if (parts > 1) await pause(10);
  }
};

/** A reply of these pieces of text. @param {string[]} pieces */
export const textReply = (pieces, parts = 1) => inParts(pieces.map((content) => frame({ content })).join('') + DONE, parts);

/** A service that answers every request with what `write` writes. @param {(response: any) => Promise<void>} write */
export async function startService(write) {
  const server = createServer(async (request, response) => {
    request.resume();
    response.writeHead(200, {
      'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'content-type': 'text/event-stream',
    });
    if (request.method !== 'OPTIONS') await write(response);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: `${origin}/v1`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
