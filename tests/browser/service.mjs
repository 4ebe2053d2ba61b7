// A service of its own origin that takes a key and answers as recorded ones do (tests/wire/openai-chat).

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const WIRE = new URL('../wire/openai-chat/', import.meta.url);

/** What the recorded services allowed pages to send; a wildcard does not cover `authorization`. */
const ANY_PAGE = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type' };

/** @param {Record<string, string>} answers the recording for what was said last; `others` for all else */
export async function startService(answers) {
  /** Each request: its path, headers and body. */
  const asked = [];
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.method === 'OPTIONS') return void outgoing.writeHead(204, ANY_PAGE).end();
    let text = '';
    for await (const part of incoming.setEncoding('utf8')) text += part;
    const body = JSON.parse(text);
    asked.push({ path: incoming.url, headers: incoming.headers, body });
    const name = answers[body.messages.at(-1).content] ?? answers.others;
    const recorded = await readFile(new URL(name, WIRE), 'utf8');
    const isStream = name.endsWith('.sse');
    const status = Number(name.match(/^error-(\d+)/)?.[1] ?? 200);
    outgoing.writeHead(status, { ...ANY_PAGE, 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    for (const event of isStream ? recorded.split(/(?<=\n\n)/) : [recorded]) {
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
