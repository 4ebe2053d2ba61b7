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

export const TOOLS = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];

const call = (index, id, city) => [
  chunk({ tool_calls: [{ index, id, type: 'function', function: { name: 'get_weather', arguments: '' } }] }),
  chunk({ tool_calls: [{ index, function: { arguments: '{"city":' } }] }),
  chunk({ tool_calls: [{ index, function: { arguments: `"${city}"}` } }] }),
];

/** Two calls of the tool, and perhaps chunks before them. */
export const calls = (...before) => says(...before, ...call(0, 'call_a', 'Köln'), ...call(1, 'call_b', 'Łódź'), chunk({}, 'tool_calls'));

/** Id, name and arguments of these calls. */
export const CALLED = [['call_a', 'get_weather', '{"city":"Köln"}'], ['call_b', 'get_weather', '{"city":"Łódź"}']];

/** An answer that is no stream. */
export const fails = (status, body, headers = {}) => (outgoing) =>
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
