// rivulet/openai-client beside the npm package openai: one program over one service, three ways.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';

import { createHandler } from '../../dist/edge.js';
import { OpenAiChat } from '../../dist/index.js';
import { Client } from '../../dist/openai-client.js';
import { within } from './helper.mjs';
import { begins, call, end, fails, frame, says, streams, text } from './services.mjs';

const SOON = 5_000;
const KEY = 'sk-right-key-0123456789';

const EVENT = ['{"name": "A \\u00', 'e9', ' party", "peo', 'ple": ["Ann"', ', "Bob"], "more": {"n": 1', '2}}'];
const weather = [...call(0, 'call_a', 'get_weather', ['{"city":', '"Köln"}']), ...call(1, 'call_b', 'get_weather', ['{"city":"Łódź"}']), ...end('tool_calls')];

/** Answers by the last message; any other one is the result of a tool. */
const SCRIPT = {
  hello: says('Hel', 'lo, мир 👋\n\n"data: x"'),
  weather: streams(weather),
  both: streams([text('Let me '), text('look.'), ...weather]),
  event: says(...EVENT),
  cut: streams([text('{"name": "A p'), ...end('length')]),
  filtered: streams([text('{"name": "A p'), ...end('content_filter')]),
  'not json': says('Sure: an event.'),
  'wrong json': says('{"name": 1}'),
  tokens: streams([['Hel', 'H', 'el'], ['lo', 'lo']].map(([words, ...tokens]) => frame({
    choices: [{ index: 0, delta: { content: words }, logprobs: { content: tokens.map((token) => ({ token, logprob: -1, bytes: null, top_logprobs: [] })), refusal: null }, finish_reason: null }],
  })).concat(end())),
  endless: begins('Once'),
  limit: fails(429, 'rate_limit_exceeded'),
  broken: streams([text('Once')], { breaks: new TypeError('reset') }),
};

let sent = [];
let llm;
let server;
let baseURL;

before(async () => {
  const fetch = async (_, init) => {
    sent.push(JSON.parse(init.body));
    const response = (SCRIPT[sent.at(-1).messages.at(-1).content] ?? says('Sunny in both.'))(init, () => {});
    response.headers.set('x-request-id', 'req-1');
    return response;
  };
  llm = new OpenAiChat({ apiKey: 'sk-upstream-0123456789', defaultModel: 'gpt-9', models: ['gpt-9'], retries: 0, fetch });
  const handle = createHandler({ providers: { llm }, authorize: [KEY] });
  server = createServer(async (incoming, outgoing) => {
    const left = new AbortController();
    outgoing.on('close', () => left.abort());
    const { method, url, headers } = incoming;
    const body = method === 'GET' ? undefined : Readable.toWeb(incoming);
    const response = await handle(new Request(`http://edge.example${url}`, { method, headers, body, duplex: 'half', signal: left.signal }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseURL = `http://127.0.0.1:${server.address().port}/v1`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const source = await readFile(new URL('./programs/openai-helpers.mjs', import.meta.url), 'utf8');
const theirs = await program(import.meta.resolve('openai'));
const ours = await program(import.meta.resolve('../../dist/openai-client.js'));

/** The program with `openai` from this address, and nothing else changed; a data: URL needs whole addresses. */
function program(address) {
  const whole = source.replace(/from '(.*)';/g, (_, name) => `from '${name === 'openai' ? address : import.meta.resolve(name)}';`);
  return import(`data:text/javascript,${encodeURIComponent(whole)}`);
}

async function run(part, client) {
  sent = [];
  const told = await within(SOON, Promise.resolve(part(client)), part.name);
  return { told, sent };
}

const WAYS = {
  'only the import changed': () => ours.connect({ apiKey: KEY, baseURL }),
  'on the provider itself': () => new Client({ llm }),
};

/** What the provider was asked, apart from what differs by the way: over the network a client asks for token counts only if told to. */
const asked = (bodies) => bodies.map(({ messages, tools, tool_choice: choice, response_format: format, parallel_tool_calls: parallel }) => ({ messages, tools, choice, format, parallel }));

/** Without how a text was cut, since pieces that come together over the network are one piece. */
function uncut(value) {
  if (Array.isArray(value)) return value.map(uncut);
  if (value === null || typeof value !== 'object') return value;
  const isPiece = (event) => /^(chunk|event|content|.*\.delta)$/.test(event);
  const members = Object.entries(value).filter(([key]) => !isPiece(key) && key !== 'partial').map(([key, member]) => {
    if (key === 'sequence_number') return [key, typeof member];
    // Each answer has ids of its own for its items.
    if (/^(item_)?id$/.test(key) && /^(msg|rs|fc)_/.test(member)) return [key, member.slice(0, 3)];
    if (key === 'order') return [key, member.filter((event, i, all) => !isPiece(event) && event !== all.slice(0, i).findLast((each) => !isPiece(each)))];
    return [key, uncut(member)];
  });
  return Object.fromEntries(members);
}

/** What only a client says that asks over the network: a provider of this process tells more, and has no response for its own refusals. */
const OVER_THE_NETWORK = ['errorMembers'];

for (const name of Object.keys(theirs).filter((each) => each !== 'connect')) {
  for (const [way, connect] of Object.entries(WAYS)) {
    const isDirect = way === 'on the provider itself';
    if (isDirect && OVER_THE_NETWORK.includes(name)) continue;
    test(`${name}: as with openai, ${way}`, async () => {
      const expected = await run(theirs[name], theirs.connect({ apiKey: KEY, baseURL }));
      const { told, sent: bodies } = await run(ours[name], connect());
      const plain = (value) => (isDirect && !name.startsWith('respond') ? (same) => same : uncut)(JSON.parse(JSON.stringify(value)));
      assert.deepEqual(plain(told), plain(expected.told));
      if (!name.startsWith('respond')) assert.deepEqual(asked(bodies), asked(expected.sent));
    });
  }
}
