// A service of its own origin that takes a key and answers as recorded ones do (tests/wire).

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const WIRE = new URL('../wire/', import.meta.url);

/** What the services allow pages to send, and no more; a wildcard does not cover `authorization`. */
const HEADERS = [
  'authorization', 'content-type', 'x-api-key', 'anthropic-version', 'anthropic-dangerous-direct-browser-access', 'x-goog-api-key',
];
const ANY_PAGE = { 'access-control-allow-origin': '*', 'access-control-allow-headers': HEADERS.join(', ') };

const TYPES = { sse: 'text/event-stream', ndjson: 'application/x-ndjson', json: 'application/json' };

/** The text of the newest message, wherever the service has it. */
function said({ messages, contents, input }) {
  const turn = (messages ?? contents ?? input).at(-1);
  const words = turn.content ?? turn.parts;
  return typeof words === 'string' ? words : words.at(-1).text;
}

/**
 * @param {Record<string, string>} answers the recording for what was said last; `others` for all else
 * @param {string} [folder] where they are
 */
export async function startService(answers, folder = 'openai-chat') {
  /** Each request: its path, headers and body. */
  const asked = [];
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.method === 'OPTIONS') return void outgoing.writeHead(204, ANY_PAGE).end();
    let text = '';
    for await (const part of incoming.setEncoding('utf8')) text += part;
    const body = JSON.parse(text);
    asked.push({ path: incoming.url, headers: incoming.headers, body });
    const name = answers[said(body)] ?? answers.others;
    const recorded = await readFile(new URL(`${folder}/${name}`, WIRE), 'utf8');
    const ending = name.split('.').at(-1);
    const status = Number(name.match(/^error-(\d+)/)?.[1] ?? 200);
    outgoing.writeHead(status, { ...ANY_PAGE, 'content-type': TYPES[ending] });
    for (const event of recorded.split(ending === 'ndjson' ? /(?<=\n)/ : /(?<=\n\n)/)) {
      outgoing.write(event);
      await pause(10);
    }
    outgoing.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: `${origin}/v1`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
