// A local service that is compatible with OpenAI's Chat Completions, and answers of it.

import { once } from 'node:events';
import { createServer } from 'node:http';

export const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

/**
 * Each of `answers` is for one request: a function of the outgoing message and of what was asked.
 * `asked` has the requests so far.
 */
export async function startUpstream() {
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming.setEncoding('utf8')) body += part;
    const { method, url, headers } = incoming;
    upstream.asked.push({ method, url, headers, body: body && JSON.parse(body) });
    const answer = upstream.answers.shift() ?? fails(500, { error: { message: 'one request too many' } });
    answer(outgoing, upstream.asked.at(-1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream = {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    asked: [],
    answers: [],
    clear() {
      upstream.asked = [];
      upstream.answers = [];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return upstream;
}

export const chunk = (delta, finish = null) => ({ id: '1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });

/** A stream of these chunks. */
export const says = (...chunks) => (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const one of [...chunks, { id: '1', choices: [], usage: USAGE }]) outgoing.write(`data: ${JSON.stringify(one)}\n\n`);
  outgoing.end('data: [DONE]\n\n');
};

export const text = (words) => says(chunk({ role: 'assistant', content: '' }), ...words.map((word) => chunk({ content: word })), chunk({}, 'stop'));

/** An answer that is no stream. */
export const fails = (status, body, headers = {}) => (outgoing) =>
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
